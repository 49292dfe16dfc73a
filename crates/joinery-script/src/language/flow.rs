//! What a flow names: the actions and triggers of the connectors beside it, and the fields that these have.

use std::{collections::BTreeMap, sync::Arc};

use joinery_connector::{Connector, FileKind};

use super::{
    code::{Bracket, Code},
    context::called,
    shape::Member,
    view::View,
};

/// The connectors of a workspace by their ids.
pub type Beside = BTreeMap<String, Arc<Connector>>;

/// Every action that the flow can run: `okta.create_user`, with its title.
pub(super) fn actions(view: &View) -> Vec<(String, String)> {
    let beside = view.beside.into_iter().flatten();
    beside
        .flat_map(|(id, connector)| {
            let actions = named(connector, FileKind::Action);
            actions.map(move |(name, text)| (format!("{id}.{name}"), title(&text)))
        })
        .collect()
}

/// The ids of the connectors, with their titles.
pub(super) fn connectors(view: &View) -> Vec<(String, String)> {
    let beside = view.beside.into_iter().flatten();
    beside
        .map(|(id, connector)| (id.clone(), connector.manifest.title.clone()))
        .collect()
}

/// The triggers of the connector that the flow's `trigger()` names, with their titles; of all where it names none.
pub(super) fn triggers(view: &View) -> Vec<(String, String)> {
    let chosen = said(view, "connector");
    let beside = view.beside.into_iter().flatten();
    beside
        .filter(|(id, _)| chosen.as_ref().is_none_or(|chosen| chosen == *id))
        .flat_map(|(_, connector)| named(connector, FileKind::Trigger))
        .map(|(name, text)| (name, title(&text)))
        .collect()
}

/// The input fields of the action that the `run(...)` opening at `call` names.
pub(super) fn input_of(view: &View, call: usize) -> Vec<Member> {
    if view.kind() != FileKind::Flow || called(&view.code, call).as_deref() != Some("run") {
        return Vec::new();
    }
    let named = view.text_token(call + 1).unwrap_or_default();
    let Some((id, action)) = named.split_once('.') else {
        return Vec::new();
    };
    declared(view, id, &format!("actions/{action}.rhai"), "input_fields")
}

/// What the trigger of the flow finds.
pub(super) fn event(view: &View) -> Vec<Member> {
    let (Some(id), Some(trigger)) = (said(view, "connector"), said(view, "trigger")) else {
        return Vec::new();
    };
    declared(view, &id, &format!("triggers/{trigger}.rhai"), "output_fields")
}

fn declared(view: &View, id: &str, file: &str, function: &str) -> Vec<Member> {
    let Some(connector) = view.beside.and_then(|beside| beside.get(id)) else {
        return Vec::new();
    };
    let Ok(text) = connector.text(file) else {
        return Vec::new();
    };
    View::of(view.scripts, Some(connector), file, &text, None).declared_members(function)
}

/// What the map that `trigger()` returns has under a key, where it stands there as a text.
fn said(view: &View, key: &str) -> Option<String> {
    let (body, end) = view.scopes.function("trigger")?.value?;
    let code: &Code = &view.code;
    let at = (body..end.min(code.tokens.len())).find(|&at| {
        let outermost = code.within[at].filter(|&map| code.bracket[map] == Some(Bracket::Map));
        code.word(at) == key && code.word(at + 1) == ":" && outermost.is_some_and(|map| called(code, map).is_none())
    })?;
    view.text_token(at + 2).filter(|text| !text.is_empty())
}

fn named(connector: &Connector, kind: FileKind) -> impl Iterator<Item = (String, Arc<str>)> {
    let files = connector.files.values().filter(move |file| file.kind == kind);
    files.filter_map(|file| Some((file.name.clone(), connector.text(&file.path).ok()?)))
}

/// What a script says of itself in its first line.
fn title(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    first.strip_prefix("//!").unwrap_or_default().trim().to_owned()
}
