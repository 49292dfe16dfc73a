//! A [`SavedRequest`] to a request file's text, changing only what changed.

use serde_json::Value as Json;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value, value};

use crate::{
    request::{Pair, RequestBody, SavedRequest, read},
    toml_table::json,
};

/// The text of `request`, laid over `before` where that can be read.
pub(super) fn request(request: &SavedRequest, before: Option<&str>) -> String {
    let readable = before.filter(|text| read::request(text, "").is_ok());
    let mut document: DocumentMut = readable.unwrap_or("").parse().unwrap_or_default();
    let fresh = document.is_empty();
    let top = document.as_table_mut();
    if fresh || !request.name.is_empty() {
        set(top, "name", Some(value(&request.name)));
    } else {
        set(top, "name", None);
    }
    let method = if request.method.is_empty() {
        "GET"
    } else {
        &request.method
    };
    // A file that leaves `GET` out means it.
    if method != "GET" || fresh || top.contains_key("method") {
        set(top, "method", Some(value(method)));
    }
    set(top, "url", Some(value(&request.url)));
    set_rows(top, "query", request.query.iter().map(pair_rows).collect());
    set_rows(top, "headers", request.headers.iter().map(pair_rows).collect());
    set_body(top, &request.body);
    set_variables(top, request);
    let assertions = request
        .assertions
        .iter()
        .map(|assertion| {
            vec![
                ("subject", Some(value(&assertion.subject))),
                ("equals", to_toml(&assertion.equals).map(Item::Value)),
            ]
        })
        .collect();
    set_rows(top, "assert", assertions);
    document.to_string()
}

/// Sets, changes or removes one key. A value that is the same stays as it is written.
fn set(table: &mut Table, key: &str, new: Option<Item>) {
    let Some(new) = new else {
        table.remove(key);
        return;
    };
    match table.get_mut(key) {
        Some(old) if json(old) == json(&new) => {}
        Some(Item::Value(old)) => {
            let mut new = new.into_value().expect("every item given here is a value");
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        _ => {
            table.insert(key, new);
        }
    }
}

type Row = Vec<(&'static str, Option<Item>)>;

fn pair_rows(pair: &Pair) -> Row {
    vec![
        ("name", Some(value(&pair.name))),
        ("value", Some(value(&pair.value))),
        ("enabled", (!pair.enabled).then(|| value(false))),
        (
            "description",
            (!pair.description.is_empty()).then(|| value(&pair.description)),
        ),
    ]
}

/// Writes `[[key]]` tables. A row keeps the table that had its first key's value before, comments and all.
fn set_rows(table: &mut Table, key: &str, rows: Vec<Row>) {
    if rows.is_empty() {
        table.remove(key);
        return;
    }
    let mut before: Vec<Option<Table>> = match table.get(key) {
        Some(Item::ArrayOfTables(tables)) => tables.iter().cloned().map(Some).collect(),
        Some(Item::Value(Value::Array(array))) => array
            .iter()
            .filter_map(Value::as_inline_table)
            .map(|row| Some(row.clone().into_table()))
            .collect(),
        _ => Vec::new(),
    };
    let inline = matches!(table.get(key), Some(Item::Value(_)));
    let same = before.len() == rows.len()
        && before
            .iter()
            .zip(&rows)
            .all(|(old, row)| old.as_ref().is_some_and(|old| fits(old, row)));
    if same {
        return;
    }
    // Tables are written by position. With the same one for all, their order here is their order there.
    let position = before.iter().flatten().find_map(Table::position);
    let mut tables = ArrayOfTables::new();
    for row in rows {
        let (identity, wanted) = (row[0].0, row[0].1.as_ref().map(json));
        let found = before
            .iter_mut()
            .find(|old| old.as_ref().is_some_and(|old| old.get(identity).map(json) == wanted))
            .and_then(Option::take);
        let mut row_table = found.unwrap_or_default();
        row_table.set_implicit(false);
        row_table.set_position(position);
        if inline {
            row_table.fmt();
        }
        for (key, item) in row {
            set(&mut row_table, key, item);
        }
        tables.push(row_table);
    }
    table.insert(key, Item::ArrayOfTables(tables));
}

/// Whether a table already says what a row says; keys the row knows nothing of do not count.
fn fits(table: &Table, row: &Row) -> bool {
    row.iter().all(|(key, item)| match (table.get(key), item) {
        (None, None) => true,
        (Some(old), Some(new)) => json(old) == json(new),
        (Some(old), None) => matches!((*key, json(old)), ("enabled", Json::Bool(true))) || json(old) == "",
        (None, Some(new)) => *key == "value" && json(new) == "",
    })
}

fn set_body(top: &mut Table, body: &RequestBody) {
    if body.is_none() {
        if top
            .get("body")
            .is_some_and(|body| body.get("kind").map(json) != Some(Json::from("none")))
        {
            top.remove("body");
        }
        return;
    }
    if let Some(inline) = top.get("body").and_then(Item::as_inline_table) {
        let table = inline.clone().into_table();
        top.insert("body", Item::Table(table));
    }
    let table = top
        .entry("body")
        .or_insert_with(|| Item::Table(Table::new()))
        .as_table_mut()
        .expect("a request that was read has a table there");
    let (kind, content_type, text, fields) = match body {
        RequestBody::None => ("none", None, None, None),
        RequestBody::Json { text } => ("json", None, Some(text), None),
        RequestBody::Form { fields } => ("form", None, None, Some(fields)),
        RequestBody::Raw { content_type, text } => ("raw", Some(content_type), Some(text), None),
    };
    set(table, "kind", Some(value(kind)));
    set(table, "content_type", content_type.map(value));
    set(table, "text", text.map(|text| Item::Value(text_value(text))));
    set_rows(
        table,
        "fields",
        fields.map_or_else(Vec::new, |fields| fields.iter().map(pair_rows).collect()),
    );
}

/// Text of several lines stands as it is, between `'''` or `"""`, so that a diff shows the line that changed.
fn text_value(text: &str) -> Value {
    let literal = text.contains('\n')
        && !text.contains("'''")
        && !text.ends_with('\'')
        && text
            .chars()
            .all(|letter| letter == '\n' || letter == '\t' || !letter.is_control());
    if literal && let Ok(parsed) = format!("'''\n{text}'''").parse::<Value>() {
        return parsed;
    }
    Value::from(text)
}

fn set_variables(top: &mut Table, request: &SavedRequest) {
    if request.variables.is_empty() {
        top.remove("variables");
        return;
    }
    if let Some(inline) = top.get("variables").and_then(Item::as_inline_table) {
        let table = inline.clone().into_table();
        top.insert("variables", Item::Table(table));
    }
    let table = top
        .entry("variables")
        .or_insert_with(|| Item::Table(Table::new()))
        .as_table_mut()
        .expect("a request that was read has a table there");
    let gone: Vec<String> = table
        .iter()
        .map(|(key, _)| key.to_owned())
        .filter(|key| !request.variables.contains_key(key))
        .collect();
    for key in gone {
        table.remove(&key);
    }
    for (name, text) in &request.variables {
        let written = table.get(name).map(|item| crate::toml_table::plain_text(&json(item)));
        if written.as_ref() != Some(text) {
            set(table, name, Some(value(text)));
        }
    }
}

/// JSON as a TOML value. Null has none: `None`, and inside maps the key is left out.
fn to_toml(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => return None,
        Json::Bool(value) => Value::from(*value),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::from(whole),
            None => Value::from(number.as_f64()?),
        },
        Json::String(text) => Value::from(text),
        Json::Array(items) => Value::Array(items.iter().filter_map(to_toml).collect::<Array>()),
        Json::Object(map) => Value::InlineTable(
            map.iter()
                .filter_map(|(key, item)| Some((key, to_toml(item)?)))
                .collect::<InlineTable>(),
        ),
    })
}
