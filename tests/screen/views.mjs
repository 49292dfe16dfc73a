// The way to every view, dialog and panel of the window, as a person goes it.

import { expect, open } from './page.mjs';

const ADA = 'ada.lovelace@acme.example';

/** Does what a command of the palette does. */
export async function command(page, label) {
	await page.keyboard.press('Control+Shift+P');
	await page.getByRole('combobox', { name: 'Run a command' }).fill(`>${label}`);
	await page.getByRole('option', { name: label }).first().click();
	await expect(page.getByRole('dialog', { name: 'Command palette' })).toHaveCount(0);
}

/** The welcome view. */
async function welcome(page) {
	await open(page);
	await expect(page.getByRole('button', { name: 'Start with the sandbox org' })).toBeEnabled();
}

/** The field of the action's input. */
function user(page) {
	return page.getByRole('region', { name: 'Run', exact: true }).getByRole('textbox', { name: /^User/ });
}

/** A workspace, come to rest: the status bar names the language of the script. */
async function work(page) {
	await welcome(page);
	await page.getByRole('button', { name: 'Start with the sandbox org' }).click();
	await expect(page.locator('footer').getByText('Rhai')).toBeVisible();
	await expect(user(page)).toBeVisible();
}

/** A request that was sent and an action that ran. */
async function done(page) {
	await work(page);
	await page.keyboard.press('Control+Enter');
	await expect(page.getByText('200 OK').first()).toBeVisible();
	await user(page).fill(ADA);
	await page.keyboard.press('Control+r');
	await expect(page.getByText('Succeeded').first()).toBeVisible();
}

const dialog = (keys, name) => async (page) => {
	await work(page);
	await page.keyboard.press(keys);
	await expect(page.getByRole('dialog', { name })).toBeVisible();
};

const commanded = (label, shows, before = work) => async (page) => {
	await before(page);
	await command(page, label);
	await expect(shows(page)).toBeVisible();
};

const layout = (keys) => async (page) => {
	await done(page);
	await page.keyboard.press(keys);
};

const section = (number) => async (page) => {
	await work(page);
	await page.keyboard.press(`Alt+${number}`);
	await expect(page.getByRole('tablist', { name: 'Parts of the request' }).getByRole('tab').nth(number - 1)).toHaveAttribute('aria-selected', 'true');
};

const answer = (tab) => async (page) => {
	await done(page);
	const part = page.getByRole('tablist', { name: 'Parts of the answer' }).getByRole('tab', { name: tab });
	await part.click();
	await expect(part).toHaveAttribute('aria-selected', 'true');
};

const sandbox = (tab) => async (page) => {
	await work(page);
	await command(page, 'Sandbox: open the panel');
	const tabs = page.getByRole('tablist', { name: 'Parts of the sandbox org' });
	await tabs.getByRole('tab', { name: tab }).click();
	await expect(tabs.getByRole('tab', { name: tab })).toHaveAttribute('aria-selected', 'true');
};

const settings = (label, tab) => commanded(label, (page) => page.getByRole('dialog').getByRole('tab', { name: tab, selected: true }));

async function paused(page) {
	await work(page);
	await page.locator('.cm-content[aria-label=Script] .cm-line', { hasText: 'let user' }).click();
	await page.keyboard.press('F9');
	await expect(page.locator('.cm-breakpoint-solid')).toBeVisible();
	await page.keyboard.press('F5');
	await expect(page.getByRole('listbox', { name: 'Call stack' }).getByRole('option').first()).toBeVisible();
	await page.keyboard.press('Control+3');
	await expect(page.getByRole('treegrid', { name: 'Variables' })).toBeVisible();
}

async function trigger(page) {
	await work(page);
	await page.getByRole('treeitem', { name: 'new_user_created' }).click();
	await expect(page.getByRole('region', { name: 'Trigger new_user_created' })).toBeVisible();
}

async function polled(page) {
	await trigger(page);
	await page.getByRole('button', { name: 'Poll now' }).click();
	await expect(page.locator('table[aria-label=Events] tbody tr').first()).toBeVisible();
}

async function delivered(page) {
	await trigger(page);
	await page.getByRole('radio', { name: 'Webhook' }).click();
	await page.getByRole('button', { name: 'Listen' }).click();
	await page.getByRole('button', { name: 'Create sample user' }).click();
	await expect(page.locator('table[aria-label=Deliveries] tbody tr').first()).toBeVisible();
}

async function tested(page) {
	await work(page);
	await page.keyboard.press('Control+Shift+T');
	await expect(page.getByRole('button', { name: 'Run all' })).toBeVisible();
	await expect(page.getByRole('region', { name: 'Tests' }).getByRole('status').first()).toContainText('passed');
}

async function flow(page) {
	await work(page);
	await page.keyboard.press('Control+5');
	await expect(page.getByRole('region', { name: 'Flows' })).toBeVisible();
}

async function history(page) {
	await work(page);
	await page.keyboard.press('Control+Shift+G');
	await expect(page.getByRole('region', { name: 'Versions' })).toBeVisible();
	await expect(page.locator('.cm-mergeView, .cm-editor .cm-deletedChunk').first()).toBeVisible();
}

const versions = (tab) => async (page) => {
	await history(page);
	await page.getByRole('region', { name: 'Versions' }).getByRole('tab', { name: tab }).click();
	await expect(page.getByRole('tab', { name: tab, selected: true })).toBeVisible();
};

async function documentation(page) {
	await work(page);
	await page.keyboard.press('F1');
	await expect(page.getByRole('region', { name: 'Documentation' })).toBeVisible();
}

async function stage(page) {
	await work(page);
	await page.keyboard.press('Control+Shift+L');
	await expect(page.locator('.stage')).toContainText('200');
}

/** Every view: its name, and the way to it. */
export const VIEWS = {
	welcome,
	'main, build': done,
	'main, before anything was sent': work,
	'main, script': layout('Control+2'),
	'main, call': layout('Control+4'),
	debugger: paused,
	'connection dialog': dialog('Control+Shift+N', 'Connection'),
	export: dialog('Control+Shift+E', 'Export'),
	presentation: stage,
	'record a demo': commanded('Record my demo', (page) => page.getByRole('dialog', { name: 'Record my demo' }), done),
	'trigger, before a poll': trigger,
	'trigger, polling': polled,
	'trigger, webhook': delivered,
	tests: tested,
	flows: flow,
	'version history': history,
	'version history, commits': versions('Commits'),
	'version history, snapshots': versions('Local snapshots'),
	documentation,
	'settings, appearance': settings('Settings: theme and face of code', 'Appearance'),
	'settings, keys': settings('Settings: keys of commands', 'Keys'),
	'settings, network': settings('Settings: proxy', 'Network'),
	'settings, limits': settings('Settings: limits of runs', 'Limits'),
	'settings, privacy': settings('Settings: history and masked names', 'Privacy'),
	'settings, data': settings('Settings: where data lives', 'Data'),
	'sandbox, org': sandbox('Org'),
	'sandbox, activity': sandbox('Activity'),
	'sandbox, log': sandbox('Log'),
	'sandbox, controls': sandbox('Controls'),
	'sandbox, faults': sandbox('Faults'),
	'sandbox, snapshots': sandbox('Snapshots'),
	'request, headers': section(2),
	'request, auth': section(3),
	'request, body': section(4),
	'request, assertions': section(5),
	'request, docs': section(6),
	'request, settings': section(7),
	'response, headers': answer('Headers'),
	'response, timing': answer('Timing'),
	'response, wire log': answer('Wire log'),
	'response, history': answer('History'),
	palette: dialog('Control+k', 'Command palette'),
	shortcuts: dialog('Control+?', 'Shortcuts'),
	'new from template': dialog('Control+n', 'New from template'),
	'open a connector': dialog('Control+o', 'Open'),
	'import requests': commanded('Import requests', (page) => page.getByRole('dialog', { name: 'Import requests' })),
	'sends in order': commanded('Send every request of the connector', (page) => page.getByRole('dialog', { name: 'Send all requests' })),
	'load run': commanded('Repeat the request: load run', (page) => page.getByRole('dialog', { name: 'Load run' })),
	cookies: commanded('Cookies of the connection', (page) => page.getByRole('dialog', { name: 'Cookies' })),
	environments: commanded('Environments and variables', (page) => page.getByRole('dialog', { name: 'Environments and variables' })),
	'save a test': commanded('Save the last run as a test', (page) => page.getByRole('dialog', { name: 'Save run as test' }), done),
	'new action': commanded('New action', (page) => page.getByRole('dialog').filter({ hasText: 'action' }))
};
