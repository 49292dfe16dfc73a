import { expect, test } from 'vitest';
import { keysAria, keysText, matches } from './keys';

function press(key: string, held: Partial<KeyboardEvent> = {}): KeyboardEvent {
	return new KeyboardEvent('keydown', { key, ...held } as KeyboardEventInit);
}

test('chords are written as the platform writes them', () => {
	expect(keysText('Ctrl Shift Enter', false)).toBe('Ctrl Shift ↵');
	expect(keysText('Ctrl Shift Enter', true)).toBe('⌘⇧↵');
	expect(keysAria('Ctrl Shift P', false)).toBe('Control+Shift+P');
	expect(keysAria('Ctrl Shift P', true)).toBe('Meta+Shift+P');
});

test('a chord needs all its modifiers and no other', () => {
	expect(matches(press('P', { ctrlKey: true, shiftKey: true }), 'Ctrl Shift P', false)).toBe(true);
	expect(matches(press('p', { ctrlKey: true }), 'Ctrl Shift P', false)).toBe(false);
	expect(matches(press('p', { ctrlKey: true, altKey: true }), 'Ctrl P', false)).toBe(false);
	expect(matches(press('k', { metaKey: true }), 'Ctrl K', true)).toBe(true);
	expect(matches(press('k', { ctrlKey: true }), 'Ctrl K', true)).toBe(false);
});

test('digits and the question mark work on every layout', () => {
	expect(matches(press('&', { ctrlKey: true, code: 'Digit1' }), 'Ctrl 1', false)).toBe(true);
	expect(matches(press('?', { ctrlKey: true, shiftKey: true }), 'Ctrl ?', false)).toBe(true);
	expect(matches(press(':', { ctrlKey: true, shiftKey: true, code: 'Semicolon' }), 'Ctrl Shift ;', false)).toBe(true);
});
