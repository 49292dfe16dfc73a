//! *Make action*: a script from a request that was sent.

use joinery_connector::{
    Connector, FileKind,
    action::{self, Taken},
    request::SavedRequest,
};
use serde_json::Value;

use super::MadeAction;
use crate::{
    connectors,
    error::Error,
    files::FileRef,
    studio::{Studio, lock},
};

/// The largest body a schema is inferred from.
const LARGEST_SAMPLE: u64 = 16 << 20;

/// Writes an action (and the schema of its answer) from a request that was sent; `number` is that send's.
///
/// # Errors
/// [`Code::Unavailable`] when it cannot be written.
pub fn make_action(
    studio: &Studio,
    connector_folder: &str,
    request: &SavedRequest,
    number: Option<i64>,
) -> Result<MadeAction, Error> {
    let connector = connectors::in_workspace(studio, connector_folder)?;
    let sample = number.and_then(|number| sample(studio, number));
    let made = action::from_request(request, sample.as_ref(), &taken(&connector));
    let file = |path: String| FileRef {
        connector: connector_folder.to_owned(),
        path,
    };
    let mut schema = None;
    if let Some(new) = made.schema {
        let schema_file = file(new.path);
        let path = connectors::path_of(studio, &schema_file)?;
        if !path.exists() {
            let text = format!("{:#}\n", new.schema);
            joinery_connector::file::write(&path, text.as_bytes())?;
        }
        schema = Some(schema_file);
    }
    let script = file(made.path);
    joinery_connector::file::write(&connectors::path_of(studio, &script)?, made.script.as_bytes())?;
    Ok(MadeAction {
        file: script,
        name: made.name,
        schema,
        input: made.input,
    })
}

/// The JSON answer of one of this session's sends, if it succeeded.
fn sample(studio: &Studio, number: i64) -> Option<Value> {
    let bodies = lock(&studio.sent.0);
    let (_, status, body) = bodies.iter().find(|(sent, _, _)| *sent == number)?;
    if !(200..300).contains(status) || body.size() > LARGEST_SAMPLE {
        return None;
    }
    serde_json::from_slice(&body.read().ok()?).ok()
}

fn taken(connector: &Connector) -> Taken {
    let schemas = connector
        .of_kind(FileKind::Schema)
        .filter_map(|file| Some((file.name.clone(), connector.schema(&file.name).ok()?)));
    Taken {
        actions: connector
            .of_kind(FileKind::Action)
            .map(|file| file.name.clone())
            .collect(),
        schemas: schemas.collect(),
        connection_fields: connector
            .manifest
            .fields
            .iter()
            .map(|field| field.name.clone())
            .collect(),
    }
}
