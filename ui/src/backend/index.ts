/**
 * What the window may ask of the engine. `tauri.ts` asks the real one, `fake.ts` answers in tests.
 * Types under `types/` are generated from the Rust side; see ARCHITECTURE.md.
 */
import type { ActionForm } from './types/ActionForm';
import type { ActionStep } from './types/ActionStep';
import type { PickOption } from './types/PickOption';
import type { JsonValue } from './types/serde_json/JsonValue';
import type { AskedPath } from './types/AskedPath';
import type { AskPickList } from './types/AskPickList';
import type { AskHistory } from './types/AskHistory';
import type { BodyDiff } from './types/BodyDiff';
import type { BodyLines } from './types/BodyLines';
import type { BodyPlace } from './types/BodyPlace';
import type { BodySummary } from './types/BodySummary';
import type { BodyView } from './types/BodyView';
import type { CaseDetail } from './types/CaseDetail';
import type { CaseName } from './types/CaseName';
import type { CaseView } from './types/CaseView';
import type { AskCommits } from './types/AskCommits';
import type { ChangedFile } from './types/ChangedFile';
import type { Cleared } from './types/Cleared';
import type { Committed } from './types/Committed';
import type { FunctionHelp } from './types/FunctionHelp';
import type { PastCommit } from './types/PastCommit';
import type { SnapshotView } from './types/SnapshotView';
import type { VersionFile } from './types/VersionFile';
import type { VersionState } from './types/VersionState';
import type { VersionText } from './types/VersionText';
import type { Place } from './types/Place';
import type { Settings } from './types/Settings';
import type { Certificate } from './types/Certificate';
import type { ClockChange } from './types/ClockChange';
import type { ConnectionDraft } from './types/ConnectionDraft';
import type { ConnectionForm } from './types/ConnectionForm';
import type { ConnectionTest } from './types/ConnectionTest';
import type { ConnectionView } from './types/ConnectionView';
import type { DeliveryView } from './types/DeliveryView';
import type { DiffBodies } from './types/DiffBodies';
import type { CurlRequest } from './types/CurlRequest';
import type { Cookie } from './types/Cookie';
import type { CookieKey } from './types/CookieKey';
import type { Deed } from './types/Deed';
import type { DemoView } from './types/DemoView';
import type { DiffLines } from './types/DiffLines';
import type { EnvironmentView } from './types/EnvironmentView';
import type { Event } from './types/Event';
import type { Exported } from './types/Exported';
import type { ExportPreview } from './types/ExportPreview';
import type { FlowRow } from './types/FlowRow';
import type { FlowRun } from './types/FlowRun';
import type { FlowTrace } from './types/FlowTrace';
import type { GoOnFlow } from './types/GoOnFlow';
import type { RunFlow } from './types/RunFlow';
import type { Serving } from './types/Serving';
import type { FilterBody } from './types/FilterBody';
import type { FilteredBody } from './types/FilteredBody';
import type { FindInBody } from './types/FindInBody';
import type { HitPlace } from './types/HitPlace';
import type { Hits } from './types/Hits';
import type { FileAnswers } from './types/FileAnswers';
import type { FileKind } from './types/FileKind';
import type { FileRef } from './types/FileRef';
import type { FileTemplate } from './types/FileTemplate';
import type { ImportPreview } from './types/ImportPreview';
import type { ImportReport } from './types/ImportReport';
import type { ImportRequests } from './types/ImportRequests';
import type { ImportSource } from './types/ImportSource';
import type { Hint } from './types/Hint';
import type { KeepSecret } from './types/KeepSecret';
import type { KeptSecret } from './types/KeptSecret';
import type { LiteralSecret } from './types/LiteralSecret';
import type { ListenTrigger } from './types/ListenTrigger';
import type { Load } from './types/Load';
import type { LoadRequest } from './types/LoadRequest';
import type { MadeAction } from './types/MadeAction';
import type { MadeDemo } from './types/MadeDemo';
import type { MakeDemo } from './types/MakeDemo';
import type { OpenRequest } from './types/OpenRequest';
import type { Operation } from './types/Operation';
import type { OperationName } from './types/OperationName';
import type { PastResponse } from './types/PastResponse';
import type { PastSend } from './types/PastSend';
import type { PollReport } from './types/PollReport';
import type { PollTrigger } from './types/PollTrigger';
import type { Problem } from './types/Problem';
import type { Prompt } from './types/Prompt';
import type { PublicKey } from './types/PublicKey';
import type { Replayed } from './types/Replayed';
import type { Report } from './types/Report';
import type { RequestInContext } from './types/RequestInContext';
import type { RequestsReport } from './types/RequestsReport';
import type { RunAction } from './types/RunAction';
import type { RunReport } from './types/RunReport';
import type { RunRequests } from './types/RunRequests';
import type { RunTests } from './types/RunTests';
import type { SandboxCall } from './types/SandboxCall';
import type { SandboxClock } from './types/SandboxClock';
import type { SandboxEntry } from './types/SandboxEntry';
import type { SandboxFault } from './types/SandboxFault';
import type { SandboxLimits } from './types/SandboxLimits';
import type { SandboxLog } from './types/SandboxLog';
import type { SandboxOverview } from './types/SandboxOverview';
import type { SandboxSnapshot } from './types/SandboxSnapshot';
import type { SandboxView } from './types/SandboxView';
import type { SavedFile } from './types/SavedFile';
import type { SavedTest } from './types/SavedTest';
import type { SavedRequest } from './types/SavedRequest';
import type { SaveTest } from './types/SaveTest';
import type { Scene } from './types/Scene';
import type { Searched } from './types/Searched';
import type { SendRequest } from './types/SendRequest';
import type { SetSecret } from './types/SetSecret';
import type { Sent } from './types/Sent';
import type { ShowStep } from './types/ShowStep';
import type { SignedOut } from './types/SignedOut';
import type { SignIn } from './types/SignIn';
import type { TableOrder } from './types/TableOrder';
import type { TableRows } from './types/TableRows';
import type { TableSummary } from './types/TableSummary';
import type { TestReport } from './types/TestReport';
import type { TextFile } from './types/TextFile';
import type { TriggerRef } from './types/TriggerRef';
import type { TriggerView } from './types/TriggerView';
import type { TokenState } from './types/TokenState';
import type { AuthKindView } from './types/AuthKindView';
import type { InheritedAuth } from './types/InheritedAuth';
import type { RequestFolder } from './types/RequestFolder';
import type { TemplateFunction } from './types/TemplateFunction';
import type { VariableView } from './types/VariableView';
import type { Welcome } from './types/Welcome';
import type { Workspace } from './types/Workspace';
import type { WriteAnswer } from './types/WriteAnswer';

/** Every call rejects with a `BackendError` (see `error.ts`). */
export interface Backend {
	// Workspaces
	welcome(): Promise<Welcome>;
	startWithSandbox(): Promise<Workspace>;
	openWorkspace(path: string): Promise<Workspace>;
	newWorkspace(template: string, path: string): Promise<Workspace>;
	/** What was asked for from outside first, a double click or a command line; null when nothing waits. */
	takeAsked(): Promise<AskedPath | null>;
	/** What a package holds, who signed it and what is wrong with it. */
	inspectPackage(path: string): Promise<Report>;
	/** Adds a package's connector to the open workspace, or to one in the documents, and opens that. */
	/** Keeps a package whose bytes are known, but not where it lies; gives where it lies now. */
	keepDroppedPackage(name: string, base64: string): Promise<string>;
	installPackage(path: string): Promise<Workspace>;
	/** The open workspace as it is on disk now; rejects with code `usage` when none is open. */
	workspace(): Promise<Workspace>;
	forgetWorkspace(path: string): Promise<void>;
	/** The system's folder dialog; null when dismissed. */
	chooseFolder(title: string): Promise<string | null>;
	/** The system's file dialog for a connector package; null when dismissed. */
	choosePackage(): Promise<string | null>;

	// Files
	readFile(file: FileRef): Promise<TextFile>;
	/** `version` is what the editor read; null overwrites. Rejects with code `conflict`. */
	saveFile(file: FileRef, text: string, version: string | null): Promise<SavedFile>;
	createFile(connector: string, kind: FileKind, name: string): Promise<FileRef>;
	/** What an action or trigger can be made from. */
	fileTemplates(): Promise<FileTemplate[]>;
	/** Makes one from three answers; rejects with code `usage` for answers that do not do. */
	createFromTemplate(connector: string, template: string, answers: FileAnswers): Promise<FileRef>;
	renameFile(file: FileRef, name: string): Promise<FileRef>;
	deleteFile(file: FileRef): Promise<void>;
	checkFile(file: FileRef, text: string): Promise<Problem[]>;
	checkConnector(connector: string): Promise<Problem[]>;

	// Requests
	openRequest(file: FileRef): Promise<OpenRequest>;
	saveRequest(file: FileRef, request: SavedRequest): Promise<void>;
	sendRequest(send: SendRequest): Promise<Sent>;
	requestVariables(shown: RequestInContext): Promise<VariableView[]>;
	/** What `{{prompt(...)}}` asks before the request is sent. */
	requestPrompts(shown: RequestInContext): Promise<Prompt[]>;
	/** What is worth knowing before a request is sent: what a PUT would clear. */
	requestHints(shown: RequestInContext): Promise<Hint[]>;
	/** Credentials that stand written out in a request. */
	literalSecrets(request: SavedRequest): Promise<LiteralSecret[]>;
	/** The name that one of them would get. */
	secretName(wanted: KeepSecret): Promise<string>;
	/** Moves one of them to the connection; the request comes back with a variable in its place, not saved. */
	keepSecret(wanted: KeepSecret): Promise<KeptSecret>;
	requestAsCurl(shown: RequestInContext, secrets: boolean): Promise<string>;
	/** Sends a request many times; figures come as `load_progress`, `cancel` takes the send's id. */
	loadRequest(run: LoadRequest): Promise<Load>;
	/** Sends requests in order; each comes as `row_sent`, `cancel` takes the run's id. */
	runRequests(run: RunRequests): Promise<RequestsReport>;
	/** The cookies kept for a connection while this process lives. */
	cookies(connector: string, connection: string | null): Promise<Cookie[]>;
	/** `was` is the cookie this one takes the place of; null for a new one. */
	saveCookie(connector: string, connection: string | null, was: CookieKey | null, cookie: Cookie): Promise<void>;
	removeCookie(connector: string, connection: string | null, cookie: CookieKey): Promise<void>;
	clearCookies(connector: string, connection: string | null): Promise<void>;
	listEnvironments(): Promise<EnvironmentView[]>;
	/** The request that a curl command sends. */
	/** The request that a curl command sends, in place of `shown`; its secrets are held until the studio closes. */
	importCurl(shown: RequestInContext, text: string): Promise<CurlRequest>;
	/** Gives a variable a secret value. */
	setSecret(wanted: SetSecret): Promise<void>;
	/** What a file of another tool holds; nothing is written. */
	previewImport(source: ImportSource): Promise<ImportPreview>;
	/** Takes the requests of another tool's file into a connector; `import_progress` tells how far it is. */
	importRequests(wanted: ImportRequests): Promise<ImportReport>;
	/** Every operation of the API description beside a connector's requests. */
	operations(connector: string): Promise<OperationName[]>;
	/** The operation that a request calls, as that description has it. */
	operation(connector: string, method: string, url: string): Promise<Operation | null>;
	/** Writes a report as JUnit XML. */
	saveJunit(path: string, name: string, report: RequestsReport): Promise<void>;
	/** Every variable the request could use, for completion. */
	knownVariables(shown: RequestInContext): Promise<VariableView[]>;
	templateFunctions(): Promise<TemplateFunction[]>;
	/** How a request at that path is signed where it does not say so itself. */
	inheritedAuth(connector: string, path: string): Promise<InheritedAuth>;
	authKinds(): Promise<AuthKindView[]>;
	workspaceVariables(): Promise<Record<string, string>>;
	saveWorkspaceVariables(variables: Record<string, string>): Promise<void>;
	/** A new name makes a new environment. */
	saveEnvironment(environment: EnvironmentView): Promise<void>;
	removeEnvironment(name: string): Promise<void>;
	/** Copies a file into the workspace's `fixtures`; the path it is sent by. */
	addFixture(source: string): Promise<string>;
	/** The system's file dialog for a file to send; null when dismissed. */
	chooseFile(title: string): Promise<string | null>;
	duplicateRequest(file: FileRef): Promise<FileRef>;
	/** Moves a request, or a folder with all in it, into another folder such as `requests/users`. */
	moveRequest(file: FileRef, folder: string): Promise<FileRef>;
	newRequestFolder(connector: string, parent: string, name: string): Promise<FileRef>;
	/** What a folder says itself. */
	requestFolder(folder: FileRef): Promise<RequestFolder>;
	saveRequestFolder(folder: FileRef, says: RequestFolder): Promise<void>;
	/** An action that sends these requests in order; the last one's answer gives the schema. */
	makeAction(connector: string, steps: ActionStep[]): Promise<MadeAction>;

	// Bodies and outputs, in windows of lines
	bodyLines(id: string, view: BodyView, from: number, count: number): Promise<BodyLines>;
	/** A body still being indexed: ask again for how far it is. */
	bodySummary(id: string): Promise<BodySummary>;
	diffLines(runNumber: number, from: number, count: number): Promise<DiffLines>;
	/** The body's text, cut at `maxBytes`: for copying. */
	bodyText(id: string, maxBytes: number): Promise<string>;
	/** The JSONPath of a line of the tree view; null where there is none. */
	bodyPath(id: string, line: number): Promise<string | null>;
	/** Where the value on a line of tree or pretty view is. */
	bodyPlace(id: string, line: number): Promise<BodyPlace | null>;
	/** The value on such a line as it stands in the body; null where it is longer than `maxBytes`. */
	bodyValue(id: string, line: number, maxBytes: number): Promise<string | null>;
	/** The lines that open something at that depth, each followed by the line that closes it. */
	bodyFolds(id: string, depth: number): Promise<Uint32Array>;
	/** All of a body; rejects where it is larger. */
	bodyBytes(id: string, maxBytes: number): Promise<ArrayBuffer>;
	saveBody(id: string, path: string): Promise<void>;
	/** Shows a PDF in the program that the system has for such documents. */
	openDocumentOutside(id: string): Promise<void>;
	/** The system's dialog for a file to write; null when dismissed. */
	chooseBodyTarget(name: string): Promise<string | null>;
	/** The system's dialog for a file to write, under a title; null when dismissed. */
	chooseTarget(title: string, name: string): Promise<string | null>;
	/** Lines then tell what was found in them, until it is forgotten. `cancel` stops this and what follows. */
	findInBody(ask: FindInBody): Promise<Hits>;
	forgetFound(id: string): Promise<void>;
	/** Where in a view the found place of that number is, from 0. */
	bodyHit(id: string, view: BodyView, number: number): Promise<HitPlace | null>;
	/** Rejects with code `input` and a column for a filter that is none. */
	filterBody(ask: FilterBody): Promise<FilteredBody>;
	recentFilters(): Promise<string[]>;
	bodyTable(id: string, body: string): Promise<TableSummary>;
	sortTable(id: string, body: string, order: TableOrder | null): Promise<void>;
	tableRows(body: string, from: number, count: number): Promise<TableRows>;
	diffBodies(ask: DiffBodies): Promise<BodyDiff>;
	bodyDiffLines(id: string, from: number, count: number): Promise<DiffLines>;
	closeBody(id: string): Promise<void>;

	// What a request was answered before
	pastSends(ask: AskHistory): Promise<PastSend[]>;
	pastResponse(number: number): Promise<PastResponse>;
	pinSend(number: number, pinned: boolean): Promise<void>;
	saveExample(request: FileRef, number: number, name: string): Promise<FileRef>;
	/** Makes `schemas/NAME.json` of a body, or of what its filter left. */
	saveSchema(connector: string, body: string, name: string): Promise<FileRef>;
	/** The certificates that the host of `url` showed this connection, its own first. */
	certificates(connector: string, connection: string | null, url: string): Promise<Certificate[]>;

	// Runs
	/** `answers`: those to the action's config fields; null where there are none yet. */
	describeAction(
		file: FileRef,
		text: string | null,
		connection: string | null,
		answers: JsonValue
	): Promise<ActionForm>;
	pickList(ask: AskPickList): Promise<PickOption[]>;
	runAction(run: RunAction): Promise<RunReport>;
	/** Gives up a run that waits to go on. */
	forgetWaiting(id: string): Promise<void>;
	/** Stops the send or run of that id. */
	cancel(id: string): Promise<void>;

	// Tests
	/** Makes a case of a run that was just shown. */
	/** The story of `demo.toml`; null where the connector has none. */
	openDemo(connector: string): Promise<DemoView | null>;
	/** Does one step, on its recording or live; what it shows is covered. */
	showStep(step: ShowStep): Promise<Scene>;
	/** Sends and runs of this session, in order. */
	deeds(connector: string): Promise<Deed[]>;
	makeDemo(wanted: MakeDemo): Promise<MadeDemo>;
	/** Plays the story on its recordings and writes its page. */
	saveHandout(connector: string, environment: string | null, path: string): Promise<void>;

	saveTest(test: SaveTest): Promise<SavedTest>;
	listTests(connector: string): Promise<CaseView[]>;
	showTest(connector: string, test: CaseName): Promise<CaseDetail>;
	/** Runs cases; each comes as `case_tested`, `cancel` takes the run's id. */
	runTests(run: RunTests): Promise<TestReport>;
	/** Writes a report as JUnit XML. */
	saveTestJunit(path: string, name: string, report: TestReport): Promise<void>;

	// Triggers
	triggerView(trigger: TriggerRef): Promise<TriggerView>;
	/** Polls until it has caught up or has read as many pages as it may. */
	pollTrigger(poll: PollTrigger): Promise<PollReport>;
	setTriggerCursor(trigger: TriggerRef, cursor: JsonValue): Promise<void>;
	/** Forgets which events were handed on. */
	forgetTriggerEvents(trigger: TriggerRef): Promise<void>;
	/** Forgets cursor and events. */
	rewindTrigger(trigger: TriggerRef): Promise<void>;
	/** Takes deliveries until `cancel` stops it; what comes is told as `trigger_heard`. */
	listenTrigger(listen: ListenTrigger): Promise<void>;
	/** Takes back a subscription that was left at the service. */
	unsubscribeTrigger(trigger: TriggerRef): Promise<void>;
	triggerDeliveries(trigger: TriggerRef): Promise<DeliveryView[]>;
	/** What the script makes of a delivery now; nothing is handed on. */
	replayDelivery(trigger: TriggerRef, delivery: number): Promise<Replayed>;
	/** Begins a run of a flow with an event. */
	handEventToFlow(flow: string, event: JsonValue): Promise<void>;
	/** Makes a user in the sandbox org that runs. */
	createSampleUser(): Promise<SandboxEntry>;

	// Connections
	connections(connector: string): Promise<ConnectionView[]>;
	connectionForm(connector: string): Promise<ConnectionForm>;
	saveConnection(draft: ConnectionDraft): Promise<ConnectionView>;
	testConnection(draft: ConnectionDraft): Promise<ConnectionTest>;
	removeConnection(name: string): Promise<void>;
	forgetRequestSecret(connection: string, name: string): Promise<void>;
	chooseConnection(name: string): Promise<void>;
	/** Opens the sign-in page in the browser and waits; `cancel` takes the id. The page also comes as `sign_in_page`. */
	signIn(signIn: SignIn): Promise<TokenState>;
	/** Revokes the tokens at the server where that is possible, and forgets them in any case. */
	signOut(connector: string, connection: string): Promise<SignedOut>;
	/** The token of a saved connection; null for a way to sign in that has none. Rejects with code `sign_in_needed`. */
	tokenState(connector: string, connection: string): Promise<TokenState | null>;
	/** Makes a key pair; its private half waits until a connection of that name is saved or tested. */
	generateKey(connection: string): Promise<PublicKey>;
	publicKey(connection: string): Promise<PublicKey>;
	/** Answers an event `write_asked`: whether the write may be sent. */
	answerWrite(id: string, answer: WriteAnswer): Promise<void>;
	sandboxStatus(): Promise<SandboxView | null>;
	startSandbox(): Promise<SandboxView>;

	// The sandbox org that runs, this window's or another program's; code `usage` when none does
	sandboxOverview(): Promise<SandboxOverview>;
	sandboxToken(): Promise<string>;
	/** The calls after that number, oldest first, without the panel's own. */
	sandboxActivity(after: number): Promise<SandboxCall[]>;
	/** The newest events, or those after a piece: `next` of that piece. */
	sandboxLog(next: number | null): Promise<SandboxLog>;
	searchSandbox(searched: Searched, text: string): Promise<SandboxEntry[]>;
	changeSandboxClock(change: ClockChange): Promise<SandboxClock>;
	setSandboxLag(lag: string): Promise<string>;
	sandboxFaults(): Promise<SandboxFault[]>;
	addSandboxFault(rule: string): Promise<SandboxFault[]>;
	removeSandboxFault(id: number): Promise<SandboxFault[]>;
	clearSandboxFaults(): Promise<SandboxFault[]>;
	sandboxRateLimits(): Promise<SandboxLimits>;
	enforceSandboxRateLimits(enforced: boolean): Promise<SandboxLimits>;
	/** Limits calls such as `GET /api/v1/users/{id}` to so many a minute; null takes that limit out. */
	setSandboxRateLimit(limited: string, calls: number | null): Promise<SandboxLimits>;
	usualSandboxRateLimits(): Promise<SandboxLimits>;
	resetSandbox(): Promise<SandboxOverview>;
	sandboxSnapshots(): Promise<SandboxSnapshot[]>;
	takeSandboxSnapshot(name: string): Promise<SandboxSnapshot>;
	restoreSandboxSnapshot(name: string): Promise<SandboxOverview>;
	removeSandboxSnapshot(name: string): Promise<SandboxSnapshot[]>;
	saveSandboxSnapshot(name: string, path: string): Promise<void>;
	loadSandboxSnapshot(path: string): Promise<SandboxOverview>;
	/** The system's dialog for a file to write a snapshot to; null when dismissed. */
	chooseSnapshotTarget(name: string): Promise<string | null>;
	/** The system's dialog for a snapshot's file; null when dismissed. */
	chooseSnapshotFile(): Promise<string | null>;

	// Export
	exportPreview(connector: string): Promise<ExportPreview>;
	exportPackage(connector: string, folder: string, fileName: string): Promise<Exported>;

	// The editor. A line of spans is flat: start, end, class, start, end, class ... in UTF-16 units;
	// class is an index into the token classes of `TokenClass`.
	openDocument(id: string, language: string, text: string): Promise<void>;
	editDocument(id: string, fromLine: number, removedLines: number, inserted: string[]): Promise<void>;
	documentLines(id: string, from: number, count: number): Promise<number[][]>;
	closeDocument(id: string): Promise<void>;
	/** Starts the language server anew: what it knew of open files is forgotten. */
	startLanguageServer(): Promise<void>;
	/** Gives it a message of the Language Server Protocol and returns those it sends. */
	languageMessage(message: string): Promise<string[]>;

	/** Starts a debug adapter; one before it ends. `heard` gets every message that it sends, in order. */
	startDebugAdapter(heard: (message: unknown) => void): Promise<void>;
	/** Gives it a message of the Debug Adapter Protocol. */
	debugMessage(message: string): Promise<void>;

	/** Shows a notification of the system. */
	notify(text: string): Promise<void>;

	// What the window remembers
	recall(key: string): Promise<unknown>;
	remember(key: string, value: unknown): Promise<void>;

	// Flows of the workspace
	flows(): Promise<FlowRow[]>;
	/** The latest, newest first. */
	flowRuns(): Promise<FlowRun[]>;
	flowTrace(id: string): Promise<FlowTrace>;
	/** The sample of what starts a flow, as JSON. */
	flowSample(flow: string, sandbox: boolean): Promise<string>;
	/** Ends where the run waits or has ended; `cancel` takes the id. */
	runFlow(run: RunFlow): Promise<FlowTrace>;
	/** Goes on with a run that stands still. */
	goOnFlow(wanted: GoOnFlow): Promise<FlowTrace>;
	/** What is served, or was last. */
	serving(): Promise<Serving | null>;
	/** Serves the flows until `stopServing`, polling their triggers every so many seconds. */
	beginServing(every: number, sandbox: boolean): Promise<Serving>;
	stopServing(): Promise<void>;

	// Settings of this machine
	settings(): Promise<Settings>;
	/** Gives them back as they are kept. Rejects with code `input` where one cannot be used. */
	saveSettings(settings: Settings): Promise<Settings>;
	places(): Promise<Place[]>;
	/** Shows the folder in the program that the system has for folders. */
	showPlace(id: string): Promise<void>;
	/** How many there were. */
	clearData(what: Cleared): Promise<number>;

	/** How the workspace's files stand in version control. */
	versionState(): Promise<VersionState>;
	/** Commits files of the workspace, and nothing else. */
	commitFiles(paths: string[], message: string): Promise<Committed>;
	/** Commits that changed the workspace, or one of its files. */
	pastCommits(ask: AskCommits): Promise<PastCommit[]>;
	commitChanges(id: string): Promise<ChangedFile[]>;
	/** Snapshots of a file, or of all files, the newest first. */
	localSnapshots(path: string | null): Promise<SnapshotView[]>;
	versionText(file: VersionFile): Promise<VersionText>;
	/** Gives a file the text of a version; what stands there now is kept as a snapshot. */
	restoreVersion(path: string, from: VersionFile): Promise<void>;

	/** Every function that scripts call, or that the engine calls in them. */
	functionHelp(): Promise<FunctionHelp[]>;
	/** Opens a page of the web in the system's browser. */
	openLink(address: string): Promise<void>;

	setTitle(title: string): Promise<void>;
	/** Calls `heard` for every event until the returned function is called. */
	listen(heard: (event: Event) => void): () => void;
}
