//! CSV text to rows and back (RFC 4180).

use std::collections::HashSet;

use ::csv::{ReaderBuilder, StringRecord, Trim, WriterBuilder};
use rhai::{Array, Dynamic, EvalAltResult, Identifier, Map, Module, NativeCallContext, export_module, exported_module};

use super::options::{CSV_PARSE, CSV_RENDER, Options};
use crate::{
    error::{complain, located},
    json::{self, SecretsAs},
    meter,
    state::{Stop, run_of},
};

/// What may stand between values.
const SEPARATORS: &[char] = &[',', ';', '\t', '|'];

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

enum Header {
    First,
    Given(Vec<String>),
    None,
}

fn read(context: &NativeCallContext, text: &str, options: &Map) -> Result<Array, Box<EvalAltResult>> {
    let options = Options::new("csv.parse", options, CSV_PARSE.keys)?;
    let text = text.trim_start_matches('\u{feff}');
    let separator = separator(&options)?.unwrap_or_else(|| fitting(text));
    let header = match options.value("header") {
        Some(header) if header.is_array() => Header::Given(options.texts("header")?.unwrap_or_default()),
        Some(_) if options.flag("header")? == Some(false) => Header::None,
        _ => Header::First,
    };
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(matches!(header, Header::First))
        .flexible(true)
        .trim(if options.flag("trim")? == Some(true) {
            Trim::All
        } else {
            Trim::None
        })
        .from_reader(text.as_bytes());
    let wrong = |error: ::csv::Error| complain(format!("this is not CSV: {error}"));
    let names: Option<Vec<Identifier>> = match header {
        Header::First => {
            let names = reader.headers().map_err(wrong)?.iter().map(Identifier::from).collect();
            Some(names)
        }
        Header::Given(names) => Some(names.iter().map(|name| name.as_str().into()).collect()),
        Header::None => None,
    };
    if let Some(twice) = names.as_deref().and_then(first_twice) {
        return Err(complain(format!(
            "csv.parse: two columns are named `{twice}`; give `header` a list of names"
        )));
    }
    let (mut rows, mut record) = (Array::new(), StringRecord::new());
    while reader.read_record(&mut record).map_err(wrong)? {
        if meter::is_full() {
            return Err(run_of(context)?.stop(Stop::Memory));
        }
        let Some(names) = &names else {
            rows.push(Dynamic::from_array(record.iter().map(text_value).collect()));
            continue;
        };
        if record.len() > names.len() {
            let line = record.position().map_or(0, ::csv::Position::line);
            return Err(complain(format!(
                "csv.parse: line {line} has {} values for {} columns",
                record.len(),
                names.len()
            )));
        }
        let values = record.iter().map(text_value).chain(std::iter::repeat(text_value("")));
        rows.push(Dynamic::from_map(names.iter().cloned().zip(values).collect()));
    }
    Ok(rows)
}

fn text_value(text: &str) -> Dynamic {
    text.into()
}

fn first_twice(names: &[Identifier]) -> Option<&Identifier> {
    let mut seen = HashSet::new();
    names.iter().find(|name| !seen.insert(*name))
}

fn separator(options: &Options) -> Result<Option<u8>, Box<EvalAltResult>> {
    let Some(text) = options.text("separator")? else {
        return Ok(None);
    };
    match text.as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(Some(*byte)),
        _ => Err(options.wrong("separator", "must be one character such as `;`")),
    }
}

/// The separator that the first line has most of.
fn fitting(text: &str) -> u8 {
    let line = text.lines().next().unwrap_or_default();
    let count = |separator: char| line.matches(separator).count();
    // Of equally many the first, which is the comma.
    let most = SEPARATORS
        .iter()
        .rev()
        .copied()
        .max_by_key(|separator| count(*separator));
    most.map_or(b',', |separator| separator as u8)
}

fn write(rows: &Array, options: &Map) -> Result<String, Box<EvalAltResult>> {
    let options = Options::new("csv.render", options, CSV_RENDER.keys)?;
    let columns = match options.texts("columns")? {
        Some(columns) => columns,
        None => columns_of(rows),
    };
    let mut writer = WriterBuilder::new()
        .delimiter(separator(&options)?.unwrap_or(b','))
        .flexible(true)
        .from_writer(Vec::new());
    let wrong = |error: ::csv::Error| complain(format!("csv.render: {error}"));
    if options.flag("header")? != Some(false) && !columns.is_empty() {
        writer.write_record(&columns).map_err(wrong)?;
    }
    for row in rows {
        let values: Vec<String> = if let Ok(list) = row.as_array_ref() {
            list.iter().map(cell).collect::<Result<_, _>>()?
        } else if let Ok(map) = row.as_map_ref() {
            let value = |column: &String| map.get(column.as_str()).map_or_else(|| Ok(String::new()), cell);
            columns.iter().map(value).collect::<Result<_, _>>()?
        } else {
            return Err(complain("csv.render takes a list of maps or of lists"));
        };
        writer.write_record(&values).map_err(wrong)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| complain(format!("csv.render: {error}")))?;
    String::from_utf8(bytes).map_err(|_| complain("csv.render: the separator divides a character"))
}

fn columns_of(rows: &Array) -> Vec<String> {
    let (mut columns, mut seen) = (Vec::new(), HashSet::new());
    for row in rows {
        let Ok(map) = row.as_map_ref() else { continue };
        for name in map.keys() {
            if seen.insert(name.clone()) {
                columns.push(name.to_string());
            }
        }
    }
    columns
}

/// Text as it is, nothing as nothing, lists and maps as JSON.
fn cell(value: &Dynamic) -> Result<String, Box<EvalAltResult>> {
    if value.is_unit() {
        return Ok(String::new());
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        return Ok(text.to_string());
    }
    json::to_value(value, SecretsAs::Mask)
        .map(|value| value.to_string())
        .map_err(|error| complain(format!("csv.render: {error}")))
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// The rows of a CSV text, each a map by the names in the first line. Values stay text.
    /// ```rhai
    /// csv.parse("id;name\n1;\"Love; lace\"") == [#{ id: "1", name: "Love; lace" }]
    /// ```
    #[rhai_fn(return_raw)]
    pub fn parse(context: NativeCallContext, text: &str) -> Result<Array, Box<EvalAltResult>> {
        located(&context, read(&context, text, &Map::new()))
    }
    #[rhai_fn(name = "parse", return_raw)]
    pub fn parse_with(context: NativeCallContext, text: &str, options: Map) -> Result<Array, Box<EvalAltResult>> {
        located(&context, read(&context, text, &options))
    }

    /// The CSV text of a list of maps, or of lists. Maps and lists inside a row are written as JSON.
    /// ```rhai
    /// csv.render([#{ id: 1, name: "a,b" }, #{ id: 2 }]) == "id,name\n1,\"a,b\"\n2,\n"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn render(context: NativeCallContext, rows: Array) -> Result<String, Box<EvalAltResult>> {
        located(&context, write(&rows, &Map::new()))
    }
    #[rhai_fn(name = "render", return_raw)]
    pub fn render_with(context: NativeCallContext, rows: Array, options: Map) -> Result<String, Box<EvalAltResult>> {
        located(&context, write(&rows, &options))
    }
}
