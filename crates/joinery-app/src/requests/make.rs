//! *Make action*: a script from a request that was sent.

use joinery_connector::{
    Connector, FileKind,
    action::{self, NewAction, Step, Taken},
    request::SavedRequest,
    test_file::{NewCase, TestFile},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::MadeAction;
use crate::{
    connectors,
    error::{Code, Error},
    files::FileRef,
    studio::{Studio, lock},
    versions,
};

/// The largest body a schema is inferred from.
const LARGEST_SAMPLE: u64 = 16 << 20;

/// The case that assertions become.
const CASE: &str = "holds what the request was checked for";

/// A request that an action is to send.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ActionStep {
    /// The request.
    pub request: SavedRequest,
    /// The send whose answer gives the schema.
    pub number: Option<i64>,
}

/// Writes the action that sends these requests in order: what one captures, those after it read. With it come the schema
/// of the last answer, and a case of what the last request asserts of its body.
///
/// # Errors
/// [`Code::Usage`] without a request, [`Code::Unavailable`] when it cannot be written.
pub fn make_action(studio: &Studio, connector_folder: &str, steps: &[ActionStep]) -> Result<MadeAction, Error> {
    let connector = connectors::in_workspace(studio, connector_folder)?;
    if steps.is_empty() {
        return Err(Error::new(Code::Usage, "there is no request to make an action from")
            .with_hint("Select the requests in the tree, in the order they are to be sent."));
    }
    let sample = steps.last().and_then(|step| sample(studio, step.number?));
    let last = steps.len() - 1;
    let each = steps.iter().enumerate().map(|(at, step)| Step {
        request: &step.request,
        response: sample.as_ref().filter(|_| at == last),
    });
    let made = action::from_requests(&each.collect::<Vec<_>>(), &taken(&connector));
    let test = case(&connector, &made)?;
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
    versions::write(studio, &connectors::path_of(studio, &script)?, &made.script)?;
    let test = test.map(file);
    Ok(MadeAction {
        file: script,
        name: made.name,
        schema,
        input: made.input,
        test,
        left: made.left,
    })
}

/// Writes the case of the new action, where there is something to expect; its file.
fn case(connector: &Connector, made: &NewAction) -> Result<Option<String>, Error> {
    let path = format!("tests/{}.toml", made.name);
    // Cases of an action that is gone are somebody's work.
    if made.expect.is_empty() || connector.root.join(&path).exists() {
        return Ok(None);
    }
    let new = NewCase {
        name: CASE.to_owned(),
        input: made.input.clone(),
        config: Value::Null,
        cursor: Value::Null,
        cassette: None,
        error: None,
        expect: made.expect.clone(),
    };
    let text = TestFile::with_case("", &path, &new)?;
    joinery_connector::file::write(&connector.root.join(&path), text.as_bytes())?;
    Ok(Some(path))
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
