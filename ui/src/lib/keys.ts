/** Keyboard shortcuts, written as `Ctrl Shift P`; on macOS Ctrl is the command key. */

export const onMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

const MODIFIERS = ['Ctrl', 'Alt', 'Shift'];
const MAC_SIGNS: Record<string, string> = { Ctrl: '⌘', Alt: '⌥', Shift: '⇧' };
const SIGNS: Record<string, string> = {
	Enter: '↵',
	ArrowUp: '↑',
	ArrowDown: '↓',
	ArrowLeft: '←',
	ArrowRight: '→',
	Escape: 'Esc'
};

/** As a person reads it: `Ctrl Shift ↵`, or `⌘⇧↵` on macOS. */
export function keysText(keys: string, mac = onMac): string {
	const parts = keys.split(' ').map((part) => (mac && MAC_SIGNS[part]) || SIGNS[part] || part);
	return parts.join(mac ? '' : ' ');
}

/** As `aria-keyshortcuts` wants it: `Control+Shift+P`. */
export function keysAria(keys: string, mac = onMac): string {
	return keys
		.split(' ')
		.map((part) => (part === 'Ctrl' ? (mac ? 'Meta' : 'Control') : part))
		.join('+');
}

/** Whether `event` is the chord `keys`. */
export function matches(event: KeyboardEvent, keys: string, mac = onMac): boolean {
	const parts = keys.split(' ');
	const key = parts.find((part) => !MODIFIERS.includes(part)) ?? '';
	const ctrl = mac ? event.metaKey : event.ctrlKey;
	if (ctrl !== parts.includes('Ctrl') || event.altKey !== parts.includes('Alt')) return false;
	if ((mac ? event.ctrlKey : event.metaKey) && !parts.includes('Meta')) return false;
	// `?` is Shift and something on every layout: the sign already says it.
	if (key !== '?' && event.shiftKey !== parts.includes('Shift')) return false;
	// With Shift it is another sign on most layouts.
	if (key === ';') return event.key === ';' || event.code === 'Semicolon';
	if (/^\d$/.test(key)) return event.key === key || event.code === `Digit${key}`;
	return event.key.toLowerCase() === key.toLowerCase();
}
