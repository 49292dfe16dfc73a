//! The options of a pick list, for a form.

use joinery_connector::schema::PickOption;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{Performance, perform, resolved};
use crate::{
    connectors,
    error::{Code, Error},
    studio::Studio,
};

/// A pick list to ask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AskPickList {
    /// The connector's folder.
    pub connector: String,
    /// The pick list's name.
    pub name: String,
    /// Values of the fields that it depends on.
    pub params: Value,
    /// The connection's name.
    pub connection: Option<String>,
}

/// The options of a pick list of the open workspace.
///
/// # Errors
/// [`Code::Usage`] when there is none of that name, [`Code::Failed`] with the place where its script failed.
pub async fn pick_list(studio: &Studio, ask: AskPickList) -> Result<Vec<PickOption>, Error> {
    let connector = connectors::in_workspace(studio, &ask.connector)?;
    let file = format!("pick_lists/{}.rhai", ask.name);
    if !connector.files.contains_key(&file) {
        let known = connector.files.keys();
        let known = known.filter_map(|path| path.strip_prefix("pick_lists/")?.strip_suffix(".rhai"));
        return Err(Error::unknown("pick list", &ask.name, known));
    }
    let connection = resolved(studio, &connector, ask.connection.as_deref())?;
    let performance = Performance {
        input: ask.params,
        ..Performance::new(connector, &file, connection)
    };
    let value = perform(studio, performance)
        .await?
        .outcome
        .result
        .map_err(|error| Error {
            code: Code::Failed,
            message: error.message,
            hint: error.hint,
            file: Some(error.file),
            line: (error.line > 0).then_some(error.line),
            column: (error.column > 0).then_some(error.column),
        })?;
    serde_json::from_value(value).map_err(|error| {
        Error::new(Code::Failed, format!("pick list `{}`: {error}", ask.name))
            .with_hint("Return a list of #{ value, label }.")
    })
}
