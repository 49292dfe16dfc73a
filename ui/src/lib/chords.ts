/** Chords as people press them: what a key press is called, and which presses may be a shortcut. */
import { onMac } from './keys';

const HELD = ['Control', 'Shift', 'Alt', 'AltGraph', 'Meta', 'OS', 'CapsLock', 'Dead', 'Process'];
const FUNCTION_KEY = /^F\d{1,2}$/;
/** What text fields of every program do with these. */
const TEXT = ['Ctrl A', 'Ctrl C', 'Ctrl V', 'Ctrl X', 'Ctrl Y', 'Ctrl Z', 'Ctrl Shift Z'];
const SYSTEM = ['Alt F4', 'Ctrl Alt Delete'];

/** A chord, or why what was pressed cannot be one; null while only modifiers are held. */
export type Pressed = { keys: string } | { refused: string } | null;

export function pressed(event: KeyboardEvent, mac = onMac): Pressed {
	if (HELD.includes(event.key)) return null;
	if (event.key === ' ') return { refused: 'The space bar belongs to the editor and to buttons.' };
	const ctrl = mac ? event.metaKey : event.ctrlKey;
	const altGr = event.getModifierState('AltGraph') || (ctrl && event.altKey && event.key.length === 1);
	if (altGr) return { refused: 'Ctrl Alt with a character is AltGr on many keyboards, where it types something.' };
	if ((mac ? event.ctrlKey : event.metaKey) || (!ctrl && !event.altKey && !FUNCTION_KEY.test(event.key)))
		return { refused: 'Typing needs this key. Hold Ctrl or Alt with it, or take a function key.' };
	const digit = /^Digit(\d)$/.exec(event.code)?.[1];
	const key = digit ?? (event.key.length === 1 ? event.key.toUpperCase() : event.key);
	// `?` is Shift and something on every layout: the sign already says it.
	const shift = event.shiftKey && key !== '?';
	const keys = [ctrl && 'Ctrl', shift && 'Shift', event.altKey && 'Alt', key].filter(Boolean).join(' ');
	if (TEXT.includes(keys)) return { refused: 'Every text field has a use for these keys.' };
	if (SYSTEM.includes(keys)) return { refused: 'The system takes these keys itself.' };
	return { keys };
}

/** Whether two chords are the same, in whichever order their keys are named. */
export function sameChord(one: string, other: string): boolean {
	const sorted = (keys: string) => keys.toUpperCase().split(' ').sort().join(' ');
	return sorted(one) === sorted(other);
}
