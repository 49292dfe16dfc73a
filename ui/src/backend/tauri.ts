/** The backend as the desktop app has it: every call is a Tauri command of the same name. */
import { Channel, invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { open, save } from '@tauri-apps/plugin-dialog';
import type { Backend } from './index';
import type { Event } from './types/Event';
import { BackendError } from './error';

async function call<T>(command: string, args: Record<string, unknown> = {}): Promise<T> {
	try {
		return await invoke<T>(command, args);
	} catch (failure) {
		throw BackendError.from(failure);
	}
}

/**
 * Who hears events. The window listens once for all of them: that takes a moment to begin, in which whoever started
 * something and listens for what comes of it would miss the first event.
 */
const hearers = new Set<(event: Event) => void>();
let hearing: Promise<unknown> | undefined;

const SNAPSHOT = { name: 'Snapshot of a sandbox org', extensions: ['snapshot'] };

export const tauri: Backend = {
	welcome: () => call('welcome'),
	startWithSandbox: () => call('start_with_sandbox'),
	openWorkspace: (path) => call('open_workspace', { path }),
	newWorkspace: (template, path) => call('new_workspace', { template, path }),
	workspace: () => call('workspace'),
	takeAsked: () => call('take_asked'),
	inspectPackage: (path) => call('inspect_package', { path }),
	keepDroppedPackage: (name, base64) => call('keep_dropped_package', { name, base64 }),
	installPackage: (path) => call('install_package', { path }),
	forgetWorkspace: (path) => call('forget_workspace', { path }),
	chooseFolder: (title) => open({ directory: true, title, canCreateDirectories: true }),
	choosePackage: () =>
		open({ title: 'Open a connector package', filters: [{ name: 'Connector package', extensions: ['joinery'] }] }),

	readFile: (file) => call('read_file', { file }),
	saveFile: (file, text, version) => call('save_file', { file, text, version }),
	createFile: (connector, kind, name) => call('create_file', { connector, kind, name }),
	fileTemplates: () => call('file_templates'),
	createFromTemplate: (connector, template, answers) => call('create_from_template', { connector, template, answers }),
	renameFile: (file, name) => call('rename_file', { file, name }),
	deleteFile: (file) => call('delete_file', { file }),
	checkFile: (file, text) => call('check_file', { file, text }),
	checkConnector: (connector) => call('check_connector', { connector }),

	openRequest: (file) => call('open_request', { file }),
	saveRequest: (file, request) => call('save_request', { file, request }),
	sendRequest: (send) => call('send_request', { send }),
	requestVariables: (shown) => call('request_variables', { shown }),
	requestPrompts: (shown) => call('request_prompts', { shown }),
	requestHints: (shown) => call('request_hints', { shown }),
	literalSecrets: (request) => call('literal_secrets', { request }),
	secretName: (wanted) => call('secret_name', { wanted }),
	keepSecret: (wanted) => call('keep_secret', { wanted }),
	loadRequest: (run) => call('load_request', { run }),
	runRequests: (run) => call('run_requests', { run }),
	cookies: (connector, connection) => call('cookies', { connector, connection }),
	saveCookie: (connector, connection, was, cookie) => call('save_cookie', { connector, connection, was, cookie }),
	removeCookie: (connector, connection, cookie) => call('remove_cookie', { connector, connection, cookie }),
	clearCookies: (connector, connection) => call('clear_cookies', { connector, connection }),
	requestAsCurl: (shown, secrets) => call('request_as_curl', { shown, secrets }),
	listEnvironments: () => call('list_environments'),
	importCurl: (shown, text) => call('import_curl', { shown, text }),
	setSecret: (wanted) => call('set_secret', { wanted }),
	previewImport: (source) => call('preview_import', { source }),
	importRequests: (wanted) => call('import_requests', { wanted }),
	operations: (connector) => call('operations', { connector }),
	operation: (connector, method, url) => call('operation', { connector, method, url }),
	saveJunit: (path, name, report) => call('save_junit', { path, name, report }),
	knownVariables: (shown) => call('known_variables', { shown }),
	templateFunctions: () => call('template_functions'),
	inheritedAuth: (connector, path) => call('inherited_auth', { connector, path }),
	authKinds: () => call('auth_kinds'),
	workspaceVariables: () => call('workspace_variables'),
	saveWorkspaceVariables: (variables) => call('save_workspace_variables', { variables }),
	saveEnvironment: (environment) => call('save_environment', { environment }),
	removeEnvironment: (name) => call('remove_environment', { name }),
	addFixture: (source) => call('add_fixture', { source }),
	chooseFile: (title) => open({ title }),
	duplicateRequest: (file) => call('duplicate_request', { file }),
	moveRequest: (file, folder) => call('move_request', { file, folder }),
	newRequestFolder: (connector, parent, name) => call('new_request_folder', { connector, parent, name }),
	requestFolder: (folder) => call('request_folder', { folder }),
	saveRequestFolder: (folder, says) => call('save_request_folder', { folder, says }),
	makeAction: (connector, steps) => call('make_action', { connector, steps }),

	bodyLines: (id, view, from, count) => call('body_lines', { id, view, from, count }),
	bodySummary: (id) => call('body_summary', { id }),
	diffLines: (runNumber, from, count) => call('diff_lines', { runNumber, from, count }),
	bodyText: (id, maxBytes) => call('body_text', { id, maxBytes }),
	bodyPath: (id, line) => call('body_path', { id, line }),
	bodyPlace: (id, line) => call('body_place', { id, line }),
	bodyValue: (id, line, maxBytes) => call('body_value', { id, line, maxBytes }),
	bodyFolds: async (id, depth) => new Uint32Array(await call<ArrayBuffer>('body_folds', { id, depth })),
	bodyBytes: (id, maxBytes) => call('body_bytes', { id, maxBytes }),
	saveBody: (id, path) => call('save_body', { id, path }),
	openDocumentOutside: (id) => call('open_document_outside', { id }),
	chooseBodyTarget: (name) => save({ title: 'Save the body', defaultPath: name }),
	chooseTarget: (title, name) => save({ title, defaultPath: name }),
	findInBody: (ask) => call('find_in_body', { ask }),
	forgetFound: (id) => call('forget_found', { id }),
	bodyHit: (id, view, number) => call('body_hit', { id, view, number }),
	filterBody: (ask) => call('filter_body', { ask }),
	recentFilters: () => call('recent_filters'),
	bodyTable: (id, body) => call('body_table', { id, body }),
	sortTable: (id, body, order) => call('sort_table', { id, body, order }),
	tableRows: (body, from, count) => call('table_rows', { body, from, count }),
	diffBodies: (ask) => call('diff_bodies', { ask }),
	bodyDiffLines: (id, from, count) => call('body_diff_lines', { id, from, count }),
	closeBody: (id) => call('close_body', { id }),

	pastSends: (ask) => call('past_sends', { ask }),
	pastResponse: (number) => call('past_response', { number }),
	pinSend: (number, pinned) => call('pin_send', { number, pinned }),
	saveExample: (request, number, name) => call('save_example', { request, number, name }),
	saveSchema: (connector, body, name) => call('save_schema', { connector, body, name }),
	certificates: (connector, connection, url) => call('certificates', { connector, connection, url }),

	describeAction: (file, text, connection, answers) => call('describe_action', { file, text, connection, answers }),
	pickList: (ask) => call('pick_list', { ask }),
	runAction: (run) => call('run_action', { run }),
	forgetWaiting: (id) => call('forget_waiting', { id }),
	cancel: (id) => call('cancel', { id }),

	openDemo: (connector) => call('open_demo', { connector }),
	showStep: (step) => call('show_step', { step }),
	deeds: (connector) => call('deeds', { connector }),
	makeDemo: (wanted) => call('make_demo', { wanted }),
	saveHandout: (connector, environment, path) => call('save_handout', { connector, environment, path }),

	saveTest: (test) => call('save_test', { test }),
	listTests: (connector) => call('list_tests', { connector }),
	showTest: (connector, test) => call('show_test', { connector, case: test }),
	runTests: (run) => call('run_tests', { run }),
	saveTestJunit: (path, name, report) => call('save_test_junit', { path, name, report }),

	triggerView: (trigger) => call('trigger_view', { trigger }),
	pollTrigger: (poll) => call('poll_trigger', { poll }),
	setTriggerCursor: (trigger, cursor) => call('set_trigger_cursor', { trigger, cursor }),
	forgetTriggerEvents: (trigger) => call('forget_trigger_events', { trigger }),
	rewindTrigger: (trigger) => call('rewind_trigger', { trigger }),
	listenTrigger: (listen) => call('listen_trigger', { listen }),
	unsubscribeTrigger: (trigger) => call('unsubscribe_trigger', { trigger }),
	triggerDeliveries: (trigger) => call('trigger_deliveries', { trigger }),
	replayDelivery: (trigger, delivery) => call('replay_delivery', { trigger, delivery }),
	handEventToFlow: (flow, event) => call('hand_event_to_flow', { flow, event }),
	createSampleUser: () => call('create_sample_user'),

	connections: (connector) => call('connections', { connector }),
	connectionForm: (connector) => call('connection_form', { connector }),
	saveConnection: (draft) => call('save_connection', { draft }),
	testConnection: (draft) => call('test_connection', { draft }),
	removeConnection: (name) => call('remove_connection', { name }),
	forgetRequestSecret: (connection, name) => call('forget_request_secret', { connection, name }),
	chooseConnection: (name) => call('choose_connection', { name }),
	signIn: (signIn) => call('sign_in', { signIn }),
	signOut: (connector, connection) => call('sign_out', { connector, connection }),
	tokenState: (connector, connection) => call('token_state', { connector, connection }),
	generateKey: (connection) => call('generate_key', { connection }),
	publicKey: (connection) => call('public_key', { connection }),
	answerWrite: (id, answer) => call('answer_write', { id, answer }),
	sandboxStatus: () => call('sandbox_status'),
	startSandbox: () => call('start_sandbox'),

	sandboxOverview: () => call('sandbox_overview'),
	sandboxToken: () => call('sandbox_token'),
	sandboxActivity: (after) => call('sandbox_activity', { after }),
	sandboxLog: (next) => call('sandbox_log', { next }),
	searchSandbox: (searched, text) => call('search_sandbox', { searched, text }),
	changeSandboxClock: (change) => call('change_sandbox_clock', { change }),
	setSandboxLag: (lag) => call('set_sandbox_lag', { lag }),
	sandboxFaults: () => call('sandbox_faults'),
	addSandboxFault: (rule) => call('add_sandbox_fault', { rule }),
	removeSandboxFault: (id) => call('remove_sandbox_fault', { id }),
	clearSandboxFaults: () => call('clear_sandbox_faults'),
	sandboxRateLimits: () => call('sandbox_rate_limits'),
	setSandboxRateLimit: (limited, calls) => call('set_sandbox_rate_limit', { limited, calls }),
	usualSandboxRateLimits: () => call('usual_sandbox_rate_limits'),
	enforceSandboxRateLimits: (enforced) => call('enforce_sandbox_rate_limits', { enforced }),
	resetSandbox: () => call('reset_sandbox'),
	sandboxSnapshots: () => call('sandbox_snapshots'),
	takeSandboxSnapshot: (name) => call('take_sandbox_snapshot', { name }),
	restoreSandboxSnapshot: (name) => call('restore_sandbox_snapshot', { name }),
	removeSandboxSnapshot: (name) => call('remove_sandbox_snapshot', { name }),
	saveSandboxSnapshot: (name, path) => call('save_sandbox_snapshot', { name, path }),
	loadSandboxSnapshot: (path) => call('load_sandbox_snapshot', { path }),
	chooseSnapshotTarget: (name) =>
		save({ title: `Save ${name}`, defaultPath: `${name}.snapshot`, filters: [SNAPSHOT], canCreateDirectories: true }),
	chooseSnapshotFile: () => open({ title: 'Restore a snapshot', filters: [SNAPSHOT] }),

	exportPreview: (connector) => call('export_preview', { connector }),
	exportPackage: (connector, folder, fileName) => call('export_package', { connector, folder, fileName }),

	openDocument: (id, language, text) => call('open_document', { id, language, text }),
	editDocument: (id, fromLine, removedLines, inserted) =>
		call('edit_document', { id, fromLine, removedLines, inserted }),
	documentLines: (id, from, count) => call('document_lines', { id, from, count }),
	closeDocument: (id) => call('close_document', { id }),
	startLanguageServer: () => call('start_language_server'),
	languageMessage: (message) => call('language_message', { message }),
	startDebugAdapter: (heard) => {
		const messages = new Channel<unknown>();
		messages.onmessage = heard;
		return call('start_debug_adapter', { messages });
	},
	debugMessage: (message) => call('debug_message', { message }),

	recall: (key) => call('recall', { key }),
	notify: (text) => call('notify', { text }),
	remember: (key, value) => call('remember', { key, value }),

	flows: () => call('flows'),
	flowRuns: () => call('flow_runs'),
	flowTrace: (id) => call('flow_trace', { id }),
	flowSample: (flow, sandbox) => call('flow_sample', { flow, sandbox }),
	runFlow: (run) => call('run_flow', { run }),
	goOnFlow: (wanted) => call('go_on_flow', { wanted }),
	serving: () => call('serving'),
	beginServing: (every, sandbox) => call('begin_serving', { every, sandbox }),
	stopServing: () => call('stop_serving'),

	settings: () => call('settings'),
	saveSettings: (settings) => call('save_settings', { settings }),
	places: () => call('places'),
	showPlace: (id) => call('show_place', { id }),
	versionState: () => call('version_state'),
	commitFiles: (paths, message) => call('commit_files', { paths, message }),
	pastCommits: (ask) => call('past_commits', { ask }),
	commitChanges: (id) => call('commit_changes', { id }),
	localSnapshots: (path) => call('local_snapshots', { path }),
	versionText: (file) => call('version_text', { file }),
	restoreVersion: (path, from) => call('restore_version', { path, from }),
	functionHelp: () => call('function_help'),
	openLink: (address) => call('open_link', { address }),
	clearData: (what) => call('clear_data', { what }),

	setTitle: (title) => call('set_title', { title }),
	listen: (heard) => {
		hearers.add(heard);
		hearing ??= listen<Event>('joinery', (event) => hearers.forEach((each) => each(event.payload)));
		return () => void hearers.delete(heard);
	}
};
