import { expect, test } from 'vitest';
import { fake } from '../backend/fake';
import { Bindings, hintText } from './bindings.svelte';
import { pressed, sameChord } from './chords';
import { commandFor, type Command } from './commands';

const COMMANDS: Command[] = [
	{ id: 'save', label: 'Save', group: 'Everywhere', keys: 'Ctrl S', run: () => 'saved' },
	{ id: 'send', label: 'Send', group: 'Tester', keys: 'Ctrl Enter', run: () => 'sent' },
	{ id: 'comment', label: 'Comment', group: 'Editor', keys: 'Ctrl /', handledElsewhere: true, run: () => 'commented' },
	{ id: 'theme', label: 'Theme', group: 'Everywhere', run: () => 'turned' }
];

function press(key: string, held: KeyboardEventInit = {}): KeyboardEvent {
	return new KeyboardEvent('keydown', { key, ...held });
}

test('a chord is what was pressed, with its modifiers in one order', () => {
	expect(pressed(press('k', { ctrlKey: true, shiftKey: true }), false)).toEqual({ keys: 'Ctrl Shift K' });
	expect(pressed(press('F7'), false)).toEqual({ keys: 'F7' });
	expect(pressed(press('?', { ctrlKey: true, shiftKey: true }), false)).toEqual({ keys: 'Ctrl ?' });
	expect(pressed(press('&', { altKey: true, code: 'Digit1' }), false)).toEqual({ keys: 'Alt 1' });
	expect(pressed(press('k', { metaKey: true }), true)).toEqual({ keys: 'Ctrl K' });
	expect(sameChord('Shift Alt 1', 'alt shift 1')).toBe(true);
});

test('keys that type, copy or belong to AltGr are refused with the reason', () => {
	expect(pressed(press('Control', { ctrlKey: true }), false)).toBeNull();
	const refused = (event: KeyboardEvent) => JSON.stringify(pressed(event, false));
	expect(refused(press('k'))).toContain('Typing');
	expect(refused(press('K', { shiftKey: true }))).toContain('Typing');
	expect(refused(press('€', { ctrlKey: true, altKey: true }))).toContain('AltGr');
	expect(refused(press('c', { ctrlKey: true }))).toContain('text field');
	expect(refused(press('F4', { altKey: true }))).toContain('system');
});

test('a command answers to its new keys, and no more to the old ones', () => {
	const bindings = new Bindings(fake());
	bindings.set('save', 'Ctrl Shift Alt S', COMMANDS);
	const now = bindings.apply(COMMANDS);
	expect(commandFor(press('s', { ctrlKey: true, shiftKey: true, altKey: true }), now)?.id).toBe('save');
	expect(commandFor(press('s', { ctrlKey: true }), now)).toBeUndefined();
	expect(hintText('Ctrl S')).toBe('Ctrl Shift Alt S');
	bindings.reset('save', COMMANDS);
	expect(bindings.own).toEqual({});
	expect(hintText('Ctrl S')).toBe('Ctrl S');
});

test('keys are taken from whoever has them, and given back by a reset', () => {
	const bindings = new Bindings(fake());
	expect(bindings.others('theme', 'Ctrl S', COMMANDS).map((each) => each.id)).toEqual(['save']);
	bindings.set('theme', 'Ctrl S', COMMANDS);
	expect(bindings.own).toEqual({ save: null, theme: 'Ctrl S' });
	expect(commandFor(press('s', { ctrlKey: true }), bindings.apply(COMMANDS))?.id).toBe('theme');
	expect(hintText('Ctrl S')).toBeUndefined();
	bindings.reset('save', COMMANDS);
	expect(bindings.own).toEqual({});
	expect(commandFor(press('s', { ctrlKey: true }), bindings.apply(COMMANDS))?.id).toBe('save');
});

test('what another part listens for is taken over once its keys are others', () => {
	const bindings = new Bindings(fake());
	const old = press('/', { ctrlKey: true });
	expect(bindings.isFreed(old, COMMANDS)).toBe(false);
	bindings.set('comment', 'F7', COMMANDS);
	expect(bindings.isFreed(old, COMMANDS)).toBe(true);
	expect(commandFor(press('F7'), bindings.apply(COMMANDS))?.run()).toBe('commented');
});

test('keys are there again in the next window', async () => {
	const backend = fake();
	new Bindings(backend).set('send', 'F9', COMMANDS);
	const next = new Bindings(backend);
	await next.load();
	expect(next.own).toEqual({ send: 'F9' });
	next.resetAll(COMMANDS);
	const last = new Bindings(backend);
	await last.load();
	expect(last.own).toEqual({});
});
