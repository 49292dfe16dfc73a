/** Which item an arrow key moves to in a list of `count`; null when the key is not about moving. Wraps around. */
export function step(
	key: string,
	from: number,
	count: number,
	direction: 'horizontal' | 'vertical' = 'vertical'
): number | null {
	if (count === 0) return null;
	const [back, forth] = direction === 'vertical' ? ['ArrowUp', 'ArrowDown'] : ['ArrowLeft', 'ArrowRight'];
	if (key === forth) return (from + 1) % count;
	if (key === back) return (Math.max(from, 0) - 1 + count) % count;
	if (key === 'Home') return 0;
	if (key === 'End') return count - 1;
	return null;
}
