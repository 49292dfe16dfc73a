//! The functions that Joinery calls by name, by the kind of file they stand in: the one list that the check of hooks, the
//! reference and the editor's snippets are made from.

use joinery_connector::FileKind;

/// Every kind of file that has such functions, with the path that the reference gives it.
pub const ALL: &[(FileKind, &str, &[Entry])] = &[
    (FileKind::Action, "actions/NAME.rhai", ACTION),
    (FileKind::Trigger, "triggers/NAME.rhai", TRIGGER),
    (FileKind::PickList, "pick_lists/NAME.rhai", PICK_LIST),
    (FileKind::Schema, "schemas/NAME.rhai", SCHEMA),
    (FileKind::Connection, "connection.rhai", CONNECTION),
    (FileKind::Flow, "flows/NAME.rhai", FLOW),
];

/// The functions that Joinery calls in a script of this kind.
pub fn of(kind: FileKind) -> &'static [Entry] {
    ALL.iter()
        .find(|(known, ..)| *known == kind)
        .map_or(&[], |(.., entries)| entries)
}

/// Whether functions of that name say what an action or trigger is, rather than do what it does.
pub fn is_saying(name: &str) -> bool {
    [FileKind::Action, FileKind::Trigger]
        .into_iter()
        .filter_map(|kind| find(kind, name))
        .any(|entry| entry.says)
}

/// The function of that name that Joinery calls in a script of this kind.
pub fn find(kind: FileKind, name: &str) -> Option<&'static Entry> {
    of(kind).iter().find(|entry| entry.name == name)
}

/// A function that Joinery calls.
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// All it is given; it may take fewer.
    pub parameters: &'static [&'static str],
    /// How many of them are usually written.
    usual: usize,
    /// What it is for.
    pub doc: &'static str,
    /// Its body, in the protocol's syntax for snippets.
    pub body: &'static str,
    /// Whether it says what an action or trigger is, rather than do what it does.
    says: bool,
}

impl Entry {
    /// The parameters that are usually written.
    pub fn usual(&self) -> &'static [&'static str] {
        &self.parameters[..self.usual]
    }

    const fn usually(self, usual: usize) -> Self {
        Self { usual, ..self }
    }

    const fn saying(self) -> Self {
        Self { says: true, ..self }
    }
}

const fn entry(
    name: &'static str,
    parameters: &'static [&'static str],
    doc: &'static str,
    body: &'static str,
) -> Entry {
    Entry {
        name,
        parameters,
        usual: parameters.len(),
        doc,
        body,
        says: false,
    }
}

const FIELDS: Entry = entry(
    "input_fields",
    &["connection", "config"],
    "The fields of the form that asks for the input: a list of `field(...)`.",
    "    [\n        field(\"${1:id}\", #{ label: \"${2:ID}\", required: true }),\n    ]",
)
.saying();
const CONFIG: Entry = entry(
    "config_fields",
    &["connection"],
    "What is asked before the input fields are drawn; the answers arrive as `config`.",
    "    [\n        field(\"${1:kind}\", #{ label: \"${2:Kind}\" }),\n    ]",
)
.saying();
const OUTPUT: Entry = entry(
    "output_fields",
    &["connection", "config"],
    "The fields of the output, which it is checked against, or `schema(\"name\")`.",
    "    schema(\"${1:user}\")",
)
.saying();
const SAMPLE: Entry = entry(
    "sample_output",
    &[],
    "An example of the output.",
    "    #{ ${1:id}: \"$2\" }",
)
.saying();

const ACTION: &[Entry] = &[
    entry(
        "execute",
        &["connection", "input", "config"],
        "What the action does. `input` has been checked against the input fields.",
        "    http.get(`/${1:items}/\\${encode_path(input.${2:id})}`)",
    )
    .usually(2),
    FIELDS,
    OUTPUT,
    CONFIG,
    SAMPLE,
    entry(
        "retry",
        &[],
        "When an action that failed is run again from the start.",
        "    #{ max: ${1:3} }",
    )
    .saying(),
    entry(
        "deprecated",
        &[],
        "What to use instead; the action runs and is not offered to others.",
        "    \"${1:Use ... instead.}\"",
    )
    .saying(),
    entry(
        "resume",
        &["connection", "input", "state", "config"],
        "Goes on with a long action after `continue_in`.",
        "    $0",
    )
    .usually(3),
    entry(
        "idempotent",
        &[],
        "Whether the action may be repeated without harm.",
        "    ${1:true}",
    )
    .saying(),
];
const TRIGGER: &[Entry] = &[
    entry(
        "poll",
        &["connection", "input", "cursor", "config"],
        "Finds new events: `#{ events, cursor, more }`. `cursor` is what the last poll returned, `()` the first time.",
        "    let page = http.request(\"GET\", \"/${1:events}\").query(#{ after: cursor }).send();\n    #{ events: page.body, cursor: page.links.next, more: page.body.len() > 0 }",
    )
    .usually(3),
    entry(
        "dedupe_key",
        &["event"],
        "What tells one event from another.",
        "    event.${1:id}",
    )
    .saying(),
    FIELDS,
    OUTPUT,
    CONFIG,
    SAMPLE,
    entry(
        "subscribe",
        &["connection", "input", "url"],
        "Asks for events to be sent to `url`.",
        "    http.post(\"/${1:hooks}\", #{ url: url })",
    ),
    entry(
        "unsubscribe",
        &["connection", "subscription"],
        "Ends a subscription.",
        "    http.delete(`/${1:hooks}/\\${subscription.id}`)",
    ),
    entry("refresh", &["subscription"], "Renews a subscription.", "    $0"),
    entry(
        "notification",
        &["input", "request", "connection"],
        "The events in a request that was sent to the webhook, `respond(...)`, or both.",
        "    [request.body]",
    )
    .usually(2),
];
const FLOW: &[Entry] = &[
    entry(
        "trigger",
        &[],
        "Which trigger starts the flow: `connector`, `trigger`, `connection`, `input`; and `connections`, the connection for each other connector that it runs actions of.",
        "    #{ connector: \"${1:okta}\", trigger: \"${2:new_user_created}\", connection: \"${3:acme}\", input: #{} }",
    ),
    entry(
        "handle",
        &["event"],
        "What is done about one event. Every `run` in it is a step that is kept.",
        "    let user = run(\"${1:okta.get_user}\", #{ user: event.${2:id} });\n    $0",
    ),
    entry(
        "on_error",
        &["event", "error"],
        "What is done where `handle` failed: `error` is `#{ code, message, details }`.",
        "    log.error(error.message);",
    ),
];
const CONNECTION: &[Entry] = &[
    entry(
        "test",
        &["connection"],
        "Says whether the connection works: a failure is a failed test; the text it returns is shown.",
        "    let me = http.get(\"/${1:me}\");\n    `Signed in as \\${me.${2:name}}`",
    ),
    entry(
        "acquire",
        &["connection"],
        "Gets what signs requests, such as a token.",
        "    #{ access_token: $0 }",
    ),
    entry(
        "apply",
        &["connection", "request", "token"],
        "Signs a request.",
        "    request.header(\"${1:Authorization}\", ${2:token.access_token})",
    ),
    entry(
        "refresh",
        &["connection", "token"],
        "Renews what `acquire` returned.",
        "    $0",
    ),
];
const PICK_LIST: &[Entry] = &[entry(
    "options",
    &["connection", "params"],
    "The values to choose from: plain ones, or `#{ value, label }`. `params` holds the fields of `depends_on`.",
    "    http.items(\"/${1:items}\").map(|item| #{ label: item.${2:name}, value: item.${3:id} })",
)];
const SCHEMA: &[Entry] = &[entry(
    "fields",
    &["connection", "config"],
    "Fields that only the org itself knows.",
    "    [\n        field(\"${1:id}\"),\n    ]",
)];
