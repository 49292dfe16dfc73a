//! What an action or trigger says of itself: title, fields, sample.

use joinery_connector::schema::{Field, from_schema, to_schema};
use rhai::Dynamic;
use serde_json::{Map, Value};

use crate::{
    error::ScriptError,
    run::{Call, Description, Scripts, Started, connection},
};

impl Scripts {
    /// Title, fields and sample of an action or trigger. `fields` are those of the profile, without secrets.
    ///
    /// # Errors
    /// Why its functions could not be called.
    pub(crate) fn describe(&self, call: Call, fields: &Map<String, Value>) -> Result<Description, ScriptError> {
        let (fields, file) = (connection(fields, &[]), call.file.clone());
        self.start(call, |script| describe(script, &file, fields))
    }
}

fn describe(script: &Started, file: &str, connection: Dynamic) -> Result<Description, ScriptError> {
    let (title, description) = title(script.ast.doc(), file);
    let arguments = [connection, rhai::Map::new().into()];
    let ask = |function: &str| -> Result<Option<Value>, ScriptError> {
        if !script.has(function) {
            return Ok(None);
        }
        let value = script.call(function, &arguments)?;
        script.to_json(&value).map(Some)
    };
    let (input, _) = read_fields(ask("input_fields")?, "input_fields", file)?;
    let (output, output_schema) = read_fields(ask("output_fields")?, "output_fields", file)?;
    Ok(Description {
        title,
        description,
        input,
        output,
        output_schema,
        sample: ask("sample_output")?,
    })
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
