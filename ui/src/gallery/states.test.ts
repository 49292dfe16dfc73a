import { expect, test } from 'vitest';
import { addStates, forced } from './states';

test('a rule for a state counts for what is shown in it', () => {
	expect(forced('.btn:hover')).toBe(".btn:is([data-shown='hover'] *)");
	expect(forced('.btn:active')).toBe(".btn:is([data-shown='pressed'] *)");
	expect(forced(':focus-visible')).toContain("[data-shown='focus'] :where(button");
	expect(forced('.box:focus-within')).toContain("[data-shown='focus'] :has(button");
	expect(forced('.btn')).toBeNull();
});

test('the look of a hovered button is drawn without a pointer', () => {
	document.head.innerHTML = '<style>.b { color: red } .b:hover { color: blue }</style>';
	document.body.innerHTML = '<div data-shown="hover"><button class="b"></button></div><button class="b"></button>';
	addStates(document.styleSheets[0]!);
	const [shown, rest] = document.querySelectorAll('button');
	expect(getComputedStyle(shown!).color).toBe('rgb(0, 0, 255)');
	expect(getComputedStyle(rest!).color).toBe('rgb(255, 0, 0)');
});
