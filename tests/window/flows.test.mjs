// Flows in the real window: run dry, run, answered, gone on with, opened as scripts; on the sandbox org.

import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { Key, joinery, withStudio } from './driver.mjs';

const VIEW = '[data-region="Flows"]';
const FLOW = `//! Ask first
//! Somebody says yes.

fn trigger() { #{ connector: "okta", trigger: "user_activated" } }

fn handle(event) {
    let user = run("okta.get_user", #{ user: event.login });
    let answer = wait_for_approval(#{ timeout: 600 });
    if !answer.approved { return; }
    run("okta.suspend_user", #{ user: user.id });
    #{ by: answer.by }
}
`;

test('a flow is tried dry, run, answered, and what it did is seen step by step', async () => {
	await withStudio(async (studio) => {
		const workspace = join(studio.home, 'flows');
		joinery(studio, ['new', workspace, '--template', 'flows']);
		writeFileSync(join(workspace, 'flows', 'ask_first.rhai'), FLOW);
		await studio.click('button', 'Open a connector');
		await studio.focus(await studio.find('textbox', 'Folder or package'));
		await studio.type(workspace);
		await studio.press(Key.Enter);
		await studio.find('treeitem', 'flows');

		// The list, with what starts each flow, and nothing that has run.
		await studio.press(Key.Control, '5');
		await studio.see('okta.user_activated');
		await studio.see('No runs yet');
		await studio.picture('flows-empty');
		await studio.accessible('flows without runs', VIEW);

		// With the sample, dry: what would be sent is shown, and nothing is kept.
		await studio.click('button', 'Run Onboarding');
		await studio.see('on which connection okta runs');
		await studio.click('switch', 'On the sandbox org');
		await studio.until('the sample is there', 'return document.getElementById("flow-event")?.value.includes("{")');
		await studio.accessible('an event', VIEW);
		await studio.picture('flows-event');
		await studio.click('button', 'Dry run');
		await studio.see('Dry run, nothing was written');
		await studio.see('would send');
		await studio.picture('flows-dry');
		await studio.accessible('a dry run', VIEW);

		// An event that is none, and one that is pasted; the run waits for a person.
		await studio.click('button', 'Run Ask first');
		await studio.until('its sample is there', 'return document.getElementById("flow-event")?.value.includes("{")');
		await event(studio, '{ "login": ');
		await studio.click('switch', 'Write nothing, show what would be sent');
		await studio.press(Key.Control, Key.Enter);
		await studio.see('is no JSON');
		await event(studio, '{ "login": "ada.lovelace@acme.example" }');
		await studio.press(Key.Control, Key.Enter);
		await studio.see('It waits for a person');
		await studio.click('button', 'okta.get_user');
		await studio.see('Output');
		await studio.picture('flows-asking');
		await studio.accessible('a run that waits', VIEW);

		// The answer lets it go on.
		await studio.focus(await studio.find('textbox', 'Who says so'));
		await studio.type('Grace');
		await studio.click('button', 'Approve');
		await studio.until(
			'it is done',
			`return document.querySelector('${VIEW} .trace header').innerText.includes('Done')`
		);
		await studio.see('okta.suspend_user');
		await studio.see('"by": "Grace"');
		await studio.run('document.documentElement.dataset.theme = "dark"');
		await studio.picture('flows-done-dark');
		await studio.accessible('a run that is done, dark', VIEW);
		await studio.run('delete document.documentElement.dataset.theme');

		// What another program does is seen: a run of the command line.
		joinery(studio, [
			'flow',
			'run',
			join(workspace, 'flows', 'ask_first.rhai'),
			'--event',
			'{ "login": "ada.lovelace@acme.example" }',
			'--connection',
			'sandbox'
		]);
		await studio.until('it is listed', `return document.querySelectorAll('${VIEW} [aria-label=Runs] li').length === 2`);
		await studio.click('radio', 'Waiting 1');
		await studio.until('one is left', `return document.querySelectorAll('${VIEW} [aria-label=Runs] li').length === 1`);

		// Served, and stopped.
		await studio.click('button', 'Serve flows');
		await studio.find('button', 'Stop serving');
		await studio.see('Serving, polls every 30 s');
		await studio.picture('flows-serving');
		await studio.click('button', 'Stop serving');
		await studio.find('button', 'Serve flows');

		// The script opens in the editor, where mistakes in it are found; the work is back.
		await studio.click('button', 'Open the script of Ask first');
		await studio.until('the work is back', `return document.querySelector('${VIEW}') === null`);
		await studio.see('fn handle(event)');
		const file = join(workspace, 'flows', 'ask_first.rhai');
		appendFileSync(file, '\nfn broken() { run("okta.get_usr", #{}); }\n');
		await studio.see('get_usr');
		await studio.until(
			'it is found',
			'return document.querySelector(".cm-lintRange-error, .cm-note-error, .cm-note-warning") !== null'
		);
		await studio.picture('flows-script');
		writeFileSync(file, readFileSync(file, 'utf8').replace('\nfn broken() { run("okta.get_usr", #{}); }\n', ''));
	});
});

async function event(studio, text) {
	await studio.run('const field = document.getElementById("flow-event"); field.focus(); field.select()');
	await studio.press(Key.Delete);
	await studio.type(text);
	await studio.until('the event is typed', 'return document.getElementById("flow-event").value === arguments[0]', text);
}
