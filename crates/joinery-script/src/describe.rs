//! What an action or trigger says of itself: title, fields, sample.

use joinery_connector::schema::{Field, from_schema, to_schema};
use serde_json::Value;

use crate::{
    error::ScriptError,
    functions,
    run::{ActionRetry, Call, Description, Scripts, Started},
};

impl Scripts {
    /// Title, fields and sample of an action or trigger, as `call`'s connection and answers have them.
    ///
    /// # Errors
    /// Why its functions could not be called.
    pub(crate) fn describe(&self, call: Call) -> Result<Description, ScriptError> {
        let file = call.file.clone();
        self.start(call, |script| describe(script, &file))
    }
}

fn describe(script: &Started, file: &str) -> Result<Description, ScriptError> {
    let (title, description) = title(script.ast.doc(), file);
    let arguments = [script.state.connection.clone(), script.state.config.clone()];
    let ask = |function: &str| -> Result<Option<Value>, ScriptError> {
        if !script.has(function) {
            return Ok(None);
        }
        let value = script.call(function, &arguments)?;
        script.to_json(&value).map(Some)
    };
    let (config, _) = read_fields(ask("config_fields")?, "config_fields", file)?;
    let (input, _) = read_fields(ask("input_fields")?, "input_fields", file)?;
    let (output, output_schema) = read_fields(ask("output_fields")?, "output_fields", file)?;
    Ok(Description {
        title,
        description,
        config,
        input,
        output,
        output_schema,
        sample: ask("sample_output")?,
        retry: retry(script, file)?,
        deprecated: ask("deprecated")?.and_then(|said| deprecated(&said)),
        idempotent: ask("idempotent")? == Some(Value::Bool(true)),
    })
}

/// What `deprecated` said: what to use instead, or only that it is.
fn deprecated(said: &Value) -> Option<String> {
    match said {
        Value::Null | Value::Bool(false) => None,
        Value::String(text) => Some(text.clone()),
        _ => Some(String::new()),
    }
}

fn retry(script: &Started, file: &str) -> Result<Option<ActionRetry>, ScriptError> {
    if !script.has("retry") {
        return Ok(None);
    }
    let given = script.call("retry", &[])?;
    functions::action_retry(&given)
        .map(Some)
        .map_err(|message| ScriptError::new("retry", message, file))
}

/// Title and description out of the `//!` lines.
pub fn title(doc: &str, file: &str) -> (String, String) {
    let mut lines = doc.lines().map(|line| line.trim_start_matches("//!").trim());
    let title = lines.next().unwrap_or_default();
    let name = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".rhai");
    let title = if title.is_empty() { name } else { title };
    (title.to_owned(), lines.collect::<Vec<_>>().join("\n").trim().to_owned())
}

/// A list of fields, or the fields of a JSON Schema.
fn read_fields(value: Option<Value>, function: &str, file: &str) -> Result<(Vec<Field>, Option<Value>), ScriptError> {
    let wrong = |message: String| {
        ScriptError::new("fields", format!("{function}: {message}"), file)
            .with_hint("Return a list of field(...), or schema(\"name\").")
    };
    match value {
        None | Some(Value::Null) => Ok((Vec::new(), None)),
        Some(schema @ Value::Object(_)) => Ok((from_schema(&schema), Some(schema))),
        Some(list @ Value::Array(_)) => {
            let fields: Vec<Field> = serde_json::from_value(list).map_err(|error| wrong(error.to_string()))?;
            let schema = to_schema(&fields);
            Ok((fields, Some(schema)))
        }
        Some(other) => Err(wrong(format!("this must be a list of fields, not {other}"))),
    }
}
