/** Where keys lead in a list of lines. */

/** The row that a key leads to from `row`, below `rows`; null for a key that leads nowhere. */
export function rowAfter(key: string, row: number, page: number, rows: number): number | null {
	const to: Record<string, number> = {
		ArrowDown: row + 1,
		ArrowUp: row - 1,
		PageDown: row + page,
		PageUp: row - page,
		Home: 0,
		End: rows - 1
	};
	return key in to ? Math.max(0, Math.min(rows - 1, to[key]!)) : null;
}
