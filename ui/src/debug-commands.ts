/** The commands of the debugger. */
import Bug from '@lucide/svelte/icons/bug';
import History from '@lucide/svelte/icons/history';
import SquareFunction from '@lucide/svelte/icons/square-function';
import type { Command } from './lib/commands';
import type { Studio } from './studio.svelte';

export function debugCommands({ debugging, editor, session }: Studio): Command[] {
	const { run } = debugging;
	const open = () => session.workspace !== null;
	const paused = () => open() && run.paused;
	const script = () => open() && editor.active?.language === 'rhai';
	const stepping = (
		[
			['next', 'Step over', ['F10']],
			['stepIn', 'Step into', ['F11', 'Ctrl ;']],
			['stepOut', 'Step out', ['Shift F11', 'Ctrl Shift ;']]
		] as const
	).flatMap(([step, label, keys]) =>
		// The second is for systems that keep F11 for themselves.
		keys.map((each, index) => ({
			id: index === 0 ? `debug-${step}` : `debug-${step}-other`,
			label: index === 0 ? label : `${label}, where F11 is taken`,
			keys: each,
			when: paused,
			run: () => run.go(step)
		}))
	);
	return [
		{ id: 'debug', label: 'Debug, or continue', keys: 'F5', icon: Bug, when: open, run: () => debugging.start() },
		...stepping,
		{ id: 'debug-pause', label: 'Pause the script', when: () => run.phase === 'running', run: () => run.pause() },
		{
			id: 'debug-restart',
			label: 'Restart debugging',
			keys: 'Ctrl Shift F5',
			when: () => open() && run.target !== null,
			run: () => run.restart()
		},
		{
			id: 'debug-replay',
			label: 'Restart with the same recorded responses',
			icon: History,
			when: () => open() && run.phase !== 'idle' && run.trace !== null,
			run: () => run.replay()
		},
		{ id: 'breakpoint', label: 'Breakpoint: set or remove', keys: 'F9', when: script, run: () => debugging.toggle() },
		{
			id: 'conditional-breakpoint',
			label: 'Breakpoint with a condition',
			keys: 'Shift F9',
			when: script,
			run: () => debugging.condition()
		},
		{
			id: 'function-breakpoint',
			label: 'Breakpoint in a function',
			icon: SquareFunction,
			when: open,
			run: () => debugging.form.newFunction()
		},
		{
			id: 'remove-breakpoints',
			label: 'Remove all breakpoints',
			when: () => open() && run.breakpoints.list.length > 0,
			run: () => run.breakpoints.removeAll()
		}
	].map((each): Command => ({ ...each, group: 'Debugger' }));
}
