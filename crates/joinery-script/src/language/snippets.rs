//! Pieces of script that are written often, the functions that Joinery calls among them.

use joinery_connector::FileKind;

use super::{
    complete::{Item, ItemKind},
    view::View,
};
use crate::entries::{self, Entry};

/// What Joinery says of a function that it calls.
pub fn entry_doc(kind: FileKind, name: &str) -> Option<&'static str> {
    entries::find(kind, name).map(|entry| entry.doc)
}

/// The keys of the map that a function returns.
pub fn returned(kind: FileKind, function: &str) -> &'static [(&'static str, &'static str)] {
    match function {
        "trigger" if kind == FileKind::Flow => &[
            ("connector", "The connector whose trigger starts the flow."),
            ("trigger", "The trigger."),
            ("connection", "The connection that it is polled on."),
            ("connections", "The connection of each other connector, by its name."),
            ("input", "What the trigger is asked with."),
        ],
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
    let missing = entries::of(view.kind())
        .iter()
        .filter(|entry| view.scopes.function(entry.name).is_none());
    let mut items: Vec<Item> = missing
        .map(|entry: &Entry| {
            let head = format!("fn {}({})", entry.name, entry.usual().join(", "));
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
