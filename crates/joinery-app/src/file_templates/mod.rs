//! Actions and triggers to start from: each template is a script in `assets/templates` and three questions: a name, a path,
//! and what its kind needs.

mod fill;
#[cfg(test)]
mod tests;

use joinery_connector::{Connector, FileKind};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    connectors::{self, Layout},
    error::{Code, Error},
    files::{self, FileRef},
    studio::Studio,
};

/// A template of one file, and what it asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FileTemplate {
    /// The word on the command line.
    pub id: String,
    /// Its name on screen.
    pub label: String,
    /// Whether it makes an action or a trigger.
    pub kind: FileKind,
    /// An example of a name.
    pub name: String,
    /// The second question.
    pub path: FileQuestion,
    /// The third question.
    pub answer: FileQuestion,
}

/// A question about a new file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FileQuestion {
    /// What is asked.
    pub label: String,
    /// What an answer looks like.
    pub hint: String,
    /// What holds where nothing is answered; none where an answer is needed.
    pub default: Option<String>,
}

/// The answers for a new file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FileAnswers {
    /// The name of the file, without its ending.
    pub name: String,
    /// The path; empty for the default.
    pub path: String,
    /// The third answer; empty for the default.
    pub answer: String,
}

/// A template as it stands in the list below.
struct Start {
    id: &'static str,
    label: &'static str,
    kind: FileKind,
    script: &'static str,
    name: &'static str,
    path: [&'static str; 2],
    path_default: Option<&'static str>,
    answer: [&'static str; 2],
    answer_default: Option<&'static str>,
}

/// The label and hint of the path of actions.
const ONE: [&str; 2] = ["Path", "What stands in braces is asked for: /api/v1/users/{user}"];
const FIELDS: [&str; 2] = [
    "Fields",
    "With commas, ? for one that may be empty: profile.name, profile.description?",
];

/// The templates, in the order they are offered.
const STARTS: &[Start] = &[
    Start {
        id: "get",
        label: "Get one",
        kind: FileKind::Action,
        script: include_str!("../../assets/templates/get.rhai"),
        name: "get_user",
        path: ONE,
        path_default: None,
        answer: ["Schema", "The name of what it returns, such as user"],
        answer_default: Some("that of the path"),
    },
    Start {
        id: "list",
        label: "List with pages",
        kind: FileKind::Action,
        script: include_str!("../../assets/templates/list.rhai"),
        name: "list_users",
        path: ["Path", "/api/v1/users"],
        path_default: None,
        answer: ["Items", "What the list is called in the output, such as users"],
        answer_default: Some("that of the path"),
    },
    Start {
        id: "create",
        label: "Create",
        kind: FileKind::Action,
        script: include_str!("../../assets/templates/create.rhai"),
        name: "create_group",
        path: [
            "Path",
            "Sent by POST, unless another method stands before it: PUT /api/v1/groups",
        ],
        path_default: None,
        answer: FIELDS,
        answer_default: None,
    },
    Start {
        id: "update",
        label: "Update",
        kind: FileKind::Action,
        script: include_str!("../../assets/templates/update.rhai"),
        name: "update_group",
        path: [
            "Path",
            "Sent by PATCH, unless another method stands before it: PUT /api/v1/groups/{group}",
        ],
        path_default: None,
        answer: FIELDS,
        answer_default: None,
    },
    Start {
        id: "delete",
        label: "Delete",
        kind: FileKind::Action,
        script: include_str!("../../assets/templates/delete.rhai"),
        name: "delete_group",
        path: ONE,
        path_default: None,
        answer: [
            "Gone already",
            "Whether what is not there any more is no error: yes or no",
        ],
        answer_default: Some("yes"),
    },
    Start {
        id: "log",
        label: "Trigger by log",
        kind: FileKind::Trigger,
        script: include_str!("../../assets/templates/log.rhai"),
        name: "group_created",
        path: [
            "Path of the log",
            "It is read from the oldest entry on and links to the next page",
        ],
        path_default: Some("/api/v1/logs"),
        answer: [
            "Filter",
            "Which entries, such as eventType eq \"group.lifecycle.create\"",
        ],
        answer_default: Some("every entry"),
    },
    Start {
        id: "polling",
        label: "Trigger by polling",
        kind: FileKind::Trigger,
        script: include_str!("../../assets/templates/polling.rhai"),
        name: "group_changed",
        path: ["Path of the list", "/api/v1/groups"],
        path_default: None,
        answer: [
            "Time of change",
            "The member that says when an item changed, such as lastUpdated",
        ],
        answer_default: Some("lastUpdated"),
    },
    Start {
        id: "webhook",
        label: "Webhook",
        kind: FileKind::Trigger,
        script: include_str!("../../assets/templates/webhook.rhai"),
        name: "event_received",
        path: [
            "Events in the body",
            "Where they stand in what is delivered, such as data.events",
        ],
        path_default: Some("the body itself"),
        answer: ["Id", "The member that tells an event from others"],
        answer_default: Some("id"),
    },
];

/// The templates, in the order they are offered.
pub fn list() -> Vec<FileTemplate> {
    let question = |[label, hint]: [&str; 2], default: Option<&str>| FileQuestion {
        label: label.to_owned(),
        hint: hint.to_owned(),
        default: default.map(str::to_owned),
    };
    let shown = |start: &Start| FileTemplate {
        id: start.id.to_owned(),
        label: start.label.to_owned(),
        kind: start.kind,
        name: start.name.to_owned(),
        path: question(start.path, start.path_default),
        answer: question(start.answer, start.answer_default),
    };
    STARTS.iter().map(shown).collect()
}

/// The template of that id.
///
/// # Errors
/// [`Code::Usage`] with the nearest.
pub fn named(id: &str) -> Result<FileTemplate, Error> {
    list()
        .into_iter()
        .find(|template| template.id == id)
        .ok_or_else(|| Error::unknown("template", id, STARTS.iter().map(|start| start.id)))
}

/// Writes a new action or trigger into the connector's folder, with the schema that it names and, where it can be recorded
/// as it is and `with_case` is set, a case. Gives the paths that were written, the script first. Nothing is overwritten.
///
/// # Errors
/// [`Code::Usage`] for answers that do not do, and for a package; [`Code::Conflict`] where the name is taken.
pub fn add(
    studio: &Studio,
    connector: &Connector,
    template: &str,
    answers: &FileAnswers,
    with_case: bool,
) -> Result<Vec<String>, Error> {
    let known = || Error::unknown("template", template, STARTS.iter().map(|start| start.id));
    let start = STARTS.iter().find(|start| start.id == template).ok_or_else(known)?;
    if !connector.root.is_dir() {
        return Err(Error::new(
            Code::Usage,
            format!("{} is a package, and packages do not change", connector.root.display()),
        )
        .with_hint("Name the folder it was made of."));
    }
    let name = files::valid_name(&answers.name, start.kind)?;
    let filled = fill::fill(start, &connector.manifest, &name, answers)?;
    let folder = if start.kind == FileKind::Trigger {
        "triggers"
    } else {
        "actions"
    };
    let script = format!("{folder}/{name}.rhai");
    let taken = connector
        .files
        .values()
        .any(|file| matches!(file.kind, FileKind::Action | FileKind::Trigger) && file.name == name);
    if taken || connector.root.join(&script).exists() {
        return Err(Error::new(Code::Conflict, format!("{name} exists")).with_hint("Choose another name."));
    }
    let text = match connectors::layout(studio, &script, &filled.script) {
        Layout::Changed(text) => text,
        Layout::Unchanged | Layout::Broken(_) => filled.script,
    };
    let mut wanted = vec![(script, text)];
    wanted.extend(
        filled
            .schema
            .map(|name| (format!("schemas/{name}.json"), OPEN_SCHEMA.to_owned())),
    );
    if with_case {
        wanted.extend(filled.case.map(|case| (format!("tests/{name}.toml"), case)));
    }
    wanted.retain(|(path, _)| !connector.files.contains_key(path));
    for (path, text) in &wanted {
        connectors::write(connector, path, text)?;
    }
    Ok(wanted.into_iter().map(|(path, _)| path).collect())
}

/// Writes a new action or trigger into a connector of the open workspace, and gives the script.
///
/// # Errors
/// As [`add`].
pub fn create(studio: &Studio, connector: &str, template: &str, answers: &FileAnswers) -> Result<FileRef, Error> {
    let opened = connectors::in_workspace(studio, connector)?;
    let mut written = add(studio, &opened, template, answers, false)?;
    Ok(FileRef {
        connector: connector.to_owned(),
        path: written.swap_remove(0),
    })
}

/// A schema that says no more than that it is an object.
const OPEN_SCHEMA: &str =
    "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"type\": \"object\"\n}\n";
