//! One request as the script of an action.

use super::{RequestSet, Written};
use crate::{
    action::{self, Taken},
    connector::FileKind,
};

/// The action that *Make action* would write for the request.
pub(super) fn action(set: RequestSet) -> Written {
    let named = |kind| set.connector.of_kind(kind).map(|file| file.name.clone());
    let schemas = named(FileKind::Schema).filter_map(|name| {
        let schema = set.connector.schema(&name).ok()?;
        Some((name, schema))
    });
    let fields = set.connector.manifest.fields.iter();
    let taken = Taken {
        actions: Vec::new(),
        schemas: schemas.collect(),
        connection_fields: fields.map(|field| field.name.clone()).collect(),
    };
    let requests = set.top.requests();
    let scripts = requests.iter().map(|request| {
        let answer = request.examples.iter().find(|example| example.response.status < 300);
        action::from_request(&request.whole, answer.map(|answer| &answer.response.body), &taken).script
    });
    Written {
        text: scripts.collect::<Vec<_>>().join("\n"),
        not_carried: set.not_carried.clone(),
    }
}
