import { expect, test } from 'vitest';
import type { DiffLine } from '../../backend/types/DiffLine';
import { sideText } from './diff-sides';

function line(mark: DiffLine['mark'], text: string, depth = 0, spans: number[] = []): DiffLine {
	return { mark, text, depth, fold_end: null, spans, cut: false };
}

test('each side has its own lines and the half of those that changed', () => {
	const changed = 'code: "a → b" → "http_404"';
	const arrow = changed.lastIndexOf('→');
	const spans = [0, 4, 7, 6, arrow - 1, 3, arrow, arrow + 1, 9, arrow + 2, changed.length, 3];
	const lines = [
		line('same', '{'),
		line('changed', changed, 1, spans),
		line('removed', 'left: 1', 1),
		line('added', 'came: 2', 1),
		line('same', '}')
	];
	expect(sideText(lines, 'old')).toBe('{\n  code: "a → b"\n  left: 1\n}');
	expect(sideText(lines, 'now')).toBe('{\n  code: "http_404"\n  came: 2\n}');
});

test('a change of a value without a name has the value alone on each side', () => {
	const lines = [line('changed', '1 → 2', 0, [0, 1, 5, 2, 3, 9, 4, 5, 5])];
	expect([sideText(lines, 'old'), sideText(lines, 'now')]).toEqual(['1', '2']);
});
