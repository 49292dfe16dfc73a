//! Pieces of script that are written often, and the functions that Joinery calls by name.

use joinery_connector::FileKind;

use super::{
    complete::{Item, ItemKind},
    view::View,
};

/// A function that Joinery calls.
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// What it is given.
    pub parameters: &'static [&'static str],
    /// What it is for.
    pub doc: &'static str,
    /// Its body, in the protocol's syntax for snippets.
    pub body: &'static str,
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
        doc,
        body,
    }
}

const FIELDS: Entry = entry(
    "input_fields",
    &["connection", "config"],
    "The fields of the form that asks for the input.",
    "    [\n        field(\"${1:id}\", #{ label: \"${2:ID}\", required: true }),\n    ]",
);
const CONFIG: Entry = entry(
    "config_fields",
    &["connection"],
    "What is asked before the input fields are drawn; the answers arrive as `config`.",
    "    [\n        field(\"${1:kind}\", #{ label: \"${2:Kind}\" }),\n    ]",
);
const OUTPUT: Entry = entry(
    "output_fields",
    &["connection", "config"],
    "The fields of the output, which it is checked against.",
    "    schema(\"${1:user}\")",
);
const SAMPLE: Entry = entry(
    "sample_output",
    &[],
    "An example of the output.",
    "    #{ ${1:id}: \"$2\" }",
);

const ACTION: &[Entry] = &[
    entry(
        "execute",
        &["connection", "input"],
        "What the action does. `input` has been checked against the input fields.",
        "    http.get(`/${1:items}/\\${encode_path(input.${2:id})}`)",
    ),
    FIELDS,
    OUTPUT,
    CONFIG,
    SAMPLE,
    entry(
        "retry",
        &[],
        "How the whole action is repeated.",
        "    #{ max: ${1:3} }",
    ),
    entry(
        "deprecated",
        &[],
        "Why the action should not be used any more.",
        "    \"${1:Use ... instead.}\"",
    ),
    entry(
        "resume",
        &["connection", "input", "state"],
        "Goes on with a long action after `continue_in`.",
        "    $0",
    ),
    entry(
        "idempotent",
        &[],
        "Whether the action may be repeated without harm.",
        "    ${1:true}",
    ),
];
const TRIGGER: &[Entry] = &[
    entry(
        "poll",
        &["connection", "input", "cursor"],
        "Finds new events. `cursor` is what the last poll returned, `()` the first time.",
        "    let page = http.request(\"GET\", \"/${1:events}\").query(#{ after: cursor }).send();\n    #{ events: page.body, cursor: page.links.next, more: page.body.len() > 0 }",
    ),
    entry(
        "dedupe_key",
        &["event"],
        "What tells one event from another.",
        "    event.${1:id}",
    ),
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
        &["input", "request"],
        "The events in a request that was sent to the webhook.",
        "    [request.body]",
    ),
];
const CONNECTION: &[Entry] = &[
    entry(
        "test",
        &["connection"],
        "Says whether the connection works; the text it returns is shown.",
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
    "The values to choose from.",
    "    http.items(\"/${1:items}\").map(|item| #{ label: item.${2:name}, value: item.${3:id} })",
)];
const SCHEMA: &[Entry] = &[entry(
    "fields",
    &["connection", "config"],
    "Fields that only the org itself knows.",
    "    [\n        field(\"${1:id}\"),\n    ]",
)];

/// The functions that Joinery calls in a script of this kind.
pub fn entries(kind: FileKind) -> &'static [Entry] {
    match kind {
        FileKind::Action => ACTION,
        FileKind::Trigger => TRIGGER,
        FileKind::Connection => CONNECTION,
        FileKind::PickList => PICK_LIST,
        FileKind::Schema => SCHEMA,
        _ => &[],
    }
}

/// What Joinery says of a function that it calls.
pub fn entry_doc(kind: FileKind, name: &str) -> Option<&'static str> {
    entries(kind)
        .iter()
        .find(|entry| entry.name == name)
        .map(|entry| entry.doc)
}

/// The keys of the map that a function returns.
pub fn returned(function: &str) -> &'static [(&'static str, &'static str)] {
    match function {
        "poll" => &[
            ("events", "The events that were found."),
            ("cursor", "Where the next poll goes on."),
            ("more", "Whether there may be more at once."),
        ],
        "options" => &[("label", "What is shown."), ("value", "What is used.")],
        "acquire" => &[("access_token", "What signs requests.")],
        _ => &[],
    }
}

const STATEMENTS: &[(&str, &str, &str)] = &[
    ("if", "if ... { }", "if ${1:condition} {\n    $0\n}"),
    ("for", "for ... in ... { }", "for ${1:item} in ${2:items} {\n    $0\n}"),
    (
        "try",
        "try { } catch (error) { }",
        "try {\n    $1\n} catch (error) {\n    $0\n}",
    ),
    (
        "switch",
        "switch ... { }",
        "switch ${1:value} {\n    ${2:\"a\"} => $3,\n    _ => $0,\n}",
    ),
    (
        "request",
        "http.request(...).send()",
        "http.request(\"${1:GET}\", \"${2:/path}\")\n    .query(#{ $3 })\n    .send()",
    ),
];

/// The snippets for a place: functions where functions can be, statements elsewhere.
pub fn items(view: &View, byte: usize) -> Vec<Item> {
    if view.scopes.function_at(byte).is_some() {
        let statements = STATEMENTS.iter();
        return statements
            .map(|(label, detail, body)| snippet(&format!("{label} ..."), detail, "", body))
            .collect();
    }
    let missing = entries(view.kind())
        .iter()
        .filter(|entry| view.scopes.function(entry.name).is_none());
    let mut items: Vec<Item> = missing
        .map(|entry| {
            let head = format!("fn {}({})", entry.name, entry.parameters.join(", "));
            snippet(&head, "", entry.doc, &format!("{head} {{\n{}\n}}", entry.body))
        })
        .collect();
    items.push(snippet("fn ...", "A function", "", "fn ${1:name}($2) {\n    $0\n}"));
    items.push(snippet(
        "import ...",
        "Functions of another file",
        "",
        "import \"methods/${1:paging}\" as ${2:paging};",
    ));
    items
}

fn snippet(label: &str, detail: &str, doc: &str, body: &str) -> Item {
    let mut item = Item::new(label, ItemKind::Snippet, 2).with(detail, doc);
    body.clone_into(&mut item.insert);
    item.is_snippet = true;
    item
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_that_the_reference_names_is_offered_where_it_is_called() {
        for (file, functions, _) in crate::reference::CALLED {
            let kind = FileKind::of(&file.replace("NAME", "name")).0;
            for call in functions.split("), ") {
                let name = call.split('(').next().unwrap_or_default();
                assert!(entry_doc(kind, name).is_some(), "{file}: {name}");
            }
        }
    }
}
