/** Settings of an engine in memory. */
import type { Backend } from './index';
import type { Settings } from './types/Settings';
import { BackendError } from './error';

type Answers = Pick<Backend, 'settings' | 'saveSettings' | 'places' | 'showPlace' | 'clearData'>;

export function fakeSettings(): Answers {
	let settings: Settings = {
		run_seconds: 60,
		run_memory: 512,
		run_console: 10,
		proxy: 'system',
		proxy_bypass: '',
		kept_sends: 500,
		kept_days: 0,
		masked: []
	};
	let kept = { history: 12, cookies: 3, drafts: 1, snapshots: 12 };
	const home = '/home/ada/.local/share/joinery';
	return {
		settings: async () => settings,
		saveSettings: async (wanted) => {
			if (wanted.proxy.startsWith('ftp:')) {
				throw new BackendError({
					code: 'input',
					message: '`proxy`: a proxy is http, https, socks5 or socks5h, not `ftp`'
				});
			}
			settings = structuredClone(wanted);
			return settings;
		},
		places: async () => [
			{ id: 'store', label: 'History, settings and connections', path: home, size: 1_480_000 },
			{ id: 'bodies', label: 'Bodies of the history', path: `${home}/bodies`, size: kept.history * 20_000 },
			{ id: 'crashes', label: 'Reports of failures', path: `${home}/crashes`, size: null },
			{ id: 'documents', label: 'New workspaces', path: '/home/ada/Documents', size: null }
		],
		showPlace: async (id) => {
			if (id !== 'crashes') return;
			throw new BackendError({ code: 'unavailable', message: `there is no folder ${home}/crashes yet` });
		},
		clearData: async (what) => {
			const count = kept[what];
			kept = { ...kept, [what]: 0 };
			return count;
		}
	};
}
