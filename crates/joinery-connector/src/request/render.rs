//! A [`SavedRequest`] to a request file's text, changing only what changed.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value, value};

use crate::{
    request::{
        Demand, Pair, Part, RequestAuth, RequestBody, RequestFolder, RequestSettings, SavedRequest, assertion, read,
    },
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
    set(top, "description", text(&request.description));
    // A file that leaves `GET` out means it.
    if method != "GET" || fresh || top.contains_key("method") {
        set(top, "method", Some(value(method)));
    }
    set(top, "url", Some(value(&request.url)));
    set_rows(top, "query", request.query.iter().map(pair_rows).collect());
    set_rows(top, "headers", request.headers.iter().map(pair_rows).collect());
    set_auth(top, &request.auth);
    set_body(top, &request.body);
    set_variables(top, &request.variables);
    let assertions = request
        .assertions
        .iter()
        .map(|assertion| {
            let (wanted, demand) = assertion.demand.key_and_value();
            let demands = Demand::KEYS.iter().map(|key| {
                let value = (*key == wanted).then(|| to_toml(&demand)).flatten();
                (*key, value.map(Item::Value))
            });
            [("subject", Some(value(&assertion.subject)))]
                .into_iter()
                .chain(demands)
                .collect()
        })
        .collect();
    set_rows(top, "assert", assertions);
    let captures = request.captures.iter().map(|capture| {
        vec![
            ("name", Some(value(&capture.name))),
            ("subject", Some(value(&capture.subject))),
            ("secret", capture.secret.then(|| value(true))),
        ]
    });
    set_rows(top, "capture", captures.collect());
    set_settings(top, &request.settings);
    document.to_string()
}

/// The text of `folder`, laid over `before` where that can be read.
pub(super) fn folder(folder: &RequestFolder, before: Option<&str>) -> String {
    let readable = before.filter(|text| RequestFolder::parse(text, "").is_ok());
    let mut document: DocumentMut = readable.unwrap_or("").parse().unwrap_or_default();
    let top = document.as_table_mut();
    set(top, "name", folder.name.as_deref().map(value));
    set(
        top,
        "description",
        folder.description.as_deref().map(|text| Item::Value(text_value(text))),
    );
    if let Some(order) = &folder.order {
        let names = order.iter().map(Value::from).collect::<Array>();
        set(top, "order", (!order.is_empty()).then(|| value(names)));
    }
    set_auth(top, &folder.auth);
    set_rows(top, "headers", folder.headers.iter().map(pair_rows).collect());
    set_variables(top, &folder.variables);
    document.to_string()
}

/// A file of variables, laid over `before`.
pub(crate) fn variables(color: Option<&str>, variables: &BTreeMap<String, String>, before: &str) -> String {
    let mut document: DocumentMut = before.parse().unwrap_or_default();
    let top = document.as_table_mut();
    set(top, "color", color.map(value));
    set_variables(top, variables);
    document.to_string()
}

/// A text that is left out where it is empty.
fn text(text: &str) -> Option<Item> {
    (!text.is_empty()).then(|| Item::Value(text_value(text)))
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

fn part_rows(part: &Part) -> Row {
    vec![
        ("name", Some(value(&part.name))),
        ("value", part.file.is_none().then(|| value(&part.value))),
        ("file", part.file.as_deref().map(value)),
        ("filename", part.filename.as_deref().map(value)),
        ("content_type", part.content_type.as_deref().map(value)),
        ("enabled", part.disabled.then(|| value(false))),
        ("description", text(&part.description)),
    ]
}

/// Where `key` shall hold a table, the one that stands there or a new one; inline ones are written out.
fn table_at<'a>(top: &'a mut Table, key: &str) -> &'a mut Table {
    match top.get(key) {
        Some(item) if item.is_table() => {}
        Some(item) => {
            let table = item.as_inline_table().cloned().map(InlineTable::into_table);
            top.insert(key, Item::Table(table.unwrap_or_default()));
        }
        None => {
            top.insert(key, Item::Table(Table::new()));
        }
    }
    top[key].as_table_mut().expect("a table was just put there")
}

fn set_auth(top: &mut Table, auth: &RequestAuth) {
    let word = match auth {
        RequestAuth::Inherit => {
            // A file may say that it inherits.
            if top.get("auth").and_then(Item::as_str) != Some("inherit") {
                top.remove("auth");
            }
            return;
        }
        RequestAuth::None => "none",
        RequestAuth::Connector { id } => id,
        RequestAuth::Own { kind, settings } => {
            let table = table_at(top, "auth");
            set(table, "kind", Some(value(kind)));
            let gone = |key: &str| key != "kind" && !settings.contains_key(key);
            let gone: Vec<String> = table
                .iter()
                .map(|(key, _)| key.to_owned())
                .filter(|key| gone(key))
                .collect();
            for key in gone {
                table.remove(&key);
            }
            for (key, setting) in settings {
                set(table, key, to_toml(setting).map(Item::Value));
            }
            return;
        }
    };
    if top.get("auth").is_some_and(Item::is_table_like) {
        top.remove("auth");
    }
    set(top, "auth", Some(value(word)));
}

fn set_settings(top: &mut Table, settings: &RequestSettings) {
    if *settings == RequestSettings::default() && !top.contains_key("settings") {
        return;
    }
    let RequestSettings {
        timeout,
        follow_redirects,
        retry,
        cookies,
        pages,
    } = settings;
    let table = table_at(top, "settings");
    set(
        table,
        "timeout",
        timeout
            .and_then(|seconds| to_toml(&assertion::number(seconds)))
            .map(Item::Value),
    );
    set(table, "follow_redirects", follow_redirects.map(value));
    set(table, "retry", retry.map(value));
    set(table, "cookies", cookies.map(value));
    set(
        table,
        "pages",
        pages.map(|pages| {
            if pages == 0 {
                value("all")
            } else {
                value(i64::from(pages))
            }
        }),
    );
    if table.is_empty() {
        top.remove("settings");
    }
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
    let table = table_at(top, "body");
    let mut new: Vec<(&str, Option<Item>)> = Vec::new();
    let (mut fields, mut parts) = (Vec::new(), Vec::new());
    let kind = match body {
        RequestBody::None => "none",
        RequestBody::Json { text } => {
            new.push(("text", Some(Item::Value(text_value(text)))));
            "json"
        }
        RequestBody::Form { fields: rows } => {
            fields = rows.iter().map(pair_rows).collect();
            "form"
        }
        RequestBody::Raw { content_type, text } => {
            new.push(("content_type", Some(value(content_type))));
            new.push(("text", Some(Item::Value(text_value(text)))));
            "raw"
        }
        RequestBody::Multipart { parts: rows } => {
            parts = rows.iter().map(part_rows).collect();
            "multipart"
        }
        RequestBody::File { path, content_type } => {
            new.push(("path", Some(value(path))));
            new.push(("content_type", content_type.as_deref().map(value)));
            "file"
        }
        RequestBody::Graphql {
            query,
            operation_name,
            variables,
        } => {
            new.push(("query", Some(Item::Value(text_value(query)))));
            new.push(("operation_name", operation_name.as_deref().map(value)));
            new.push(("variables", text(variables)));
            "graphql"
        }
    };
    set(table, "kind", Some(value(kind)));
    for key in ["content_type", "text", "path", "query", "operation_name", "variables"] {
        let item = new
            .iter_mut()
            .find(|(name, _)| *name == key)
            .and_then(|(_, item)| item.take());
        set(table, key, item);
    }
    set_rows(table, "fields", fields);
    set_rows(table, "parts", parts);
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

fn set_variables(top: &mut Table, variables: &BTreeMap<String, String>) {
    if variables.is_empty() {
        top.remove("variables");
        return;
    }
    let table = table_at(top, "variables");
    let gone: Vec<String> = table
        .iter()
        .map(|(key, _)| key.to_owned())
        .filter(|key| !variables.contains_key(key))
        .collect();
    for key in gone {
        table.remove(&key);
    }
    for (name, text) in variables {
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
