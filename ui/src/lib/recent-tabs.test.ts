import { expect, test } from 'vitest';
import { RecentTabs } from './recent-tabs';

test('one step goes to the tab used before, and more while Ctrl is held', () => {
	const open = ['a', 'b', 'c'];
	const recent = new RecentTabs();
	for (const id of ['a', 'b', 'c', 'a']) recent.used(id);
	expect(recent.step(open, 'a', 1)).toBe('c');
	recent.used('c');
	expect(recent.step(open, 'c', 1)).toBe('b');
	recent.end();
	expect(recent.step(open, 'b', 1)).toBe('a');
	expect(recent.step(open, 'a', -1)).toBe('b');
});

test('a tab that was never used comes last, one that is closed not at all', () => {
	const recent = new RecentTabs();
	for (const id of ['x', 'b', 'a']) recent.used(id);
	expect(recent.step(['a', 'b', 'n'], 'a', 1)).toBe('b');
	expect(recent.step(['a', 'b', 'n'], 'b', 1)).toBe('n');
	expect(new RecentTabs().step([], undefined, 1)).toBeUndefined();
});
