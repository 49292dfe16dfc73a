//! What the last run of a script showed, for the editor: its input, and the bodies its calls were answered with while
//! they are at hand.

use std::collections::HashMap;

use joinery_connector::Connector;
use joinery_script::language::{Seen, SeenCall};
use serde_json::Value;

use super::{CallReport, key, last_input};
use crate::studio::{Studio, lock};

/// The largest body that is looked into, in bytes.
const LARGEST: usize = 256 << 10;

/// The input and the calls of each action's last run.
pub(super) type LastRuns = HashMap<String, (Value, Vec<LastCall>)>;

/// A call whose body is kept elsewhere.
#[derive(Clone)]
pub(super) struct LastCall {
    file: String,
    line: u32,
    body: String,
}

/// Remembers which bodies a run was answered with. Signing in is left out: what it was answered is secret.
pub(super) fn remember(studio: &Studio, connector: &Connector, action: &str, input: &Value, calls: &[CallReport]) {
    let shown = calls.iter().filter(|call| !call.sign_in);
    let calls = shown.filter_map(|call| {
        Some(LastCall {
            file: call.place.file.clone(),
            line: call.place.line,
            body: call.body.as_ref()?.id.clone(),
        })
    });
    let run = (input.clone(), calls.collect());
    lock(&studio.outputs.runs).insert(key(studio, connector, action), run);
}

/// What the last run of the script at `path` showed; `None` where it never ran.
pub fn last_seen(studio: &Studio, connector: &Connector, path: &str) -> Option<Seen> {
    let action = &connector.files.get(path)?.name;
    let known = lock(&studio.outputs.runs).get(&key(studio, connector, action)).cloned();
    let Some((input, calls)) = known else {
        // An earlier session ran it: its input is in the history.
        let input = last_input(studio, connector, action).ok().flatten()?;
        return Some(Seen {
            input,
            calls: Vec::new(),
        });
    };
    let calls = calls.into_iter().filter_map(|call| {
        let text = studio.bodies.text(&call.body, LARGEST)?;
        Some(SeenCall {
            file: call.file,
            line: call.line,
            body: serde_json::from_str(&text).ok()?,
        })
    });
    Some(Seen {
        input,
        calls: calls.collect(),
    })
}
