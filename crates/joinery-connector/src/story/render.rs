//! A [`Story`] to the text of `demo.toml`, changing only what changed.

use serde_json::Value as Json;
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};

use super::{Step, Story, Subject, read};
use crate::{test_file::to_toml, toml_table::json};

/// What makes a step the same as one that was there.
const SUBJECTS: [&str; 3] = ["request", "action", "run"];

/// The text of `story`, laid over `before` where that can be read.
pub(super) fn story(story: &Story, before: Option<&str>) -> String {
    let readable = before.filter(|text| read::story(text, "").is_ok());
    let mut document: DocumentMut = readable.unwrap_or_default().parse().unwrap_or_default();
    let top = document.as_table_mut();
    set(top, "title", Some(value(&story.title)));
    let mut there: Vec<Option<Table>> = match top.remove("step") {
        Some(Item::ArrayOfTables(tables)) => tables.into_iter().map(Some).collect(),
        // A list in one line is written out: its steps may grow.
        Some(Item::Value(list)) => list
            .as_array()
            .into_iter()
            .flatten()
            .map(|step| step.as_inline_table().cloned().map(toml_edit::InlineTable::into_table))
            .collect(),
        _ => Vec::new(),
    };
    let mut steps = ArrayOfTables::new();
    for step in &story.steps {
        let wanted = entries(step);
        let same = |table: &Table| {
            SUBJECTS.iter().all(|key| {
                let named = wanted.iter().find(|(name, _)| name == key);
                table.get(key).map(json) == named.and_then(|(_, item)| item.as_ref().map(json))
            })
        };
        let found = there.iter_mut().find(|table| table.as_ref().is_some_and(same));
        let mut table = found.and_then(Option::take).unwrap_or_default();
        // Tables are written by position; without one, in the order of this list.
        table.set_position(None);
        for (key, item) in wanted {
            set(&mut table, key, item);
        }
        steps.push(table);
    }
    top.insert("step", Item::ArrayOfTables(steps));
    document.to_string()
}

/// The keys of a step in the order they are written.
fn entries(step: &Step) -> Vec<(&'static str, Option<Item>)> {
    let text = |text: &str| (!text.is_empty()).then(|| value(text));
    let table = |members: &Json| {
        let some = members.as_object().is_some_and(|members| !members.is_empty());
        some.then(|| to_toml(members).map(Item::Value)).flatten()
    };
    let mut entries = vec![("title", text(&step.title)), ("say", text(&step.say))];
    match &step.subject {
        Subject::Words => {}
        Subject::Request { name, variables } => {
            let variables: Json = variables
                .iter()
                .map(|(name, value)| (name.clone(), Json::from(value.as_str())))
                .collect();
            entries.extend([("request", text(name)), ("variables", table(&variables))]);
        }
        Subject::Action { name } => entries.push(("action", text(name))),
        Subject::Run { name, input, config } => {
            entries.extend([("run", text(name)), ("input", table(input)), ("config", table(config))]);
        }
    }
    entries.push((
        "show",
        match step.show.as_slice() {
            [] => None,
            [path] => Some(value(path)),
            paths => Some(value(paths.iter().map(String::as_str).collect::<Array>())),
        },
    ));
    entries
}

/// Sets, changes or removes one key. A value that is the same stays as it is written.
fn set(table: &mut Table, key: &str, new: Option<Item>) {
    match (table.get_mut(key), new) {
        (_, None) => {
            table.remove(key);
        }
        (Some(old), Some(new)) if json(old) == json(&new) => {}
        (Some(Item::Value(old)), Some(Item::Value(mut new))) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        (_, Some(new)) => {
            table.insert(key, new);
        }
    }
}
