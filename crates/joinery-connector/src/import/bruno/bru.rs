//! The language of `.bru` files: blocks of rows, of text, or of words, as one value in the shape of `OpenCollection`.

use serde_json::{Map, Value, json};

use crate::import::Refused;

const METHODS: &[&str] = &[
    "get", "post", "put", "delete", "patch", "options", "head", "connect", "trace", "http",
];

/// A block: its name, what it opens with, and its lines without their indent.
struct Block<'a> {
    name: &'a str,
    lines: Vec<&'a str>,
}

/// A file as `OpenCollection` would say it.
///
/// # Errors
/// A block that does not end, with its place.
pub(super) fn parse(text: &str) -> Result<Value, Refused> {
    let mut file = json!({ "http": {}, "runtime": {} });
    for block in blocks(text)? {
        put(&mut file, &block);
    }
    Ok(file)
}

/// The variables of an environment's file, and the names of its secrets.
pub(super) fn environment(text: &str) -> Result<Value, Refused> {
    let mut variables = Vec::new();
    for block in blocks(text)? {
        match block.name {
            "vars" => variables.extend(rows(&block)),
            "vars:secret" => {
                let words = block.lines.iter().flat_map(|line| line.split(','));
                let names = words.map(str::trim).filter(|name| !name.is_empty());
                variables.extend(names.map(|name| json!({ "name": name.trim_start_matches('~'), "secret": true })));
            }
            _ => {}
        }
    }
    Ok(json!({ "variables": variables }))
}

fn blocks(text: &str) -> Result<Vec<Block<'_>>, Refused> {
    let mut blocks = Vec::new();
    let mut lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let line = line.trim_end();
        let opened = [('{', "}"), ('[', "]")]
            .into_iter()
            .find_map(|(open, close)| Some((line.strip_suffix(open)?.trim_end(), close)));
        let Some((name, close)) = opened.filter(|(name, _)| !name.is_empty() && !line.starts_with(' ')) else {
            continue;
        };
        let mut inside = Vec::new();
        loop {
            match lines.next() {
                None => {
                    return Err(Refused {
                        message: format!("the block `{name}` is opened and not closed"),
                        place: Some((u32::try_from(at + 1).unwrap_or(0), 1)),
                    });
                }
                Some((_, line)) if line.trim_end() == close => break,
                Some((_, line)) => inside.push(
                    line.strip_prefix("  ")
                        .unwrap_or(line.trim_start())
                        .trim_end_matches('\r'),
                ),
            }
        }
        blocks.push(Block { name, lines: inside });
    }
    Ok(blocks)
}

/// Rows of `name: value`, a `~` before those that are off. A value may go over several lines between `'''`.
fn rows(block: &Block) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut description = None;
    let mut lines = block.lines.iter();
    while let Some(line) = lines.next() {
        let line = line.trim();
        if let Some(annotation) = line.strip_prefix('@') {
            let said = annotation
                .strip_prefix("description(")
                .and_then(|rest| rest.strip_suffix(')'));
            description = said
                .map(|said| said.trim_matches(['"', '\'']).to_owned())
                .or(description);
            // `@name: value` is a row whose name begins so.
            if annotation.contains('(') || !annotation.contains(':') {
                continue;
            }
        }
        let Some((name, value)) = pair(line) else {
            continue;
        };
        let mut value = value.trim().to_owned();
        if let Some(first) = value.strip_prefix("'''") {
            let mut text = vec![first.to_owned()];
            let mut closed = first.contains("'''");
            while !closed {
                let Some(line) = lines.next() else { break };
                closed = line.contains("'''");
                text.push(line.strip_prefix("  ").unwrap_or(line).to_owned());
            }
            let text = text.join("\n");
            let (inside, after) = text.split_once("'''").unwrap_or((&text, ""));
            value = format!("{}{}", inside.trim_start_matches('\n').trim_end(), after.trim_end());
        } else if value == "[" {
            lines.by_ref().take_while(|line| line.trim() != "]").for_each(drop);
            continue;
        }
        let off = name.starts_with('~');
        let name = name.trim_start_matches('~').trim_matches('"').replace("\\\"", "\"");
        let mut row = json!({ "name": name, "value": value });
        if off {
            row["disabled"] = true.into();
        }
        if let Some(description) = description.take() {
            row["description"] = description.into();
        }
        rows.push(row);
    }
    rows
}

/// What stands before and after the colon that ends a name, which may be quoted.
fn pair(line: &str) -> Option<(&str, &str)> {
    let start = line.strip_prefix('~').unwrap_or(line);
    if let Some(inside) = start.strip_prefix('"') {
        let end = inside
            .match_indices('"')
            .find(|(at, _)| !inside[..*at].ends_with('\\'))?
            .0;
        let (name, rest) = line.split_at(line.len() - inside.len() + end + 1);
        return Some((name, rest.trim_start().strip_prefix(':')?));
    }
    line.split_once(':')
}

fn named(block: &Block) -> Map<String, Value> {
    let rows = rows(block).into_iter();
    rows.map(|row| {
        (
            row["name"].as_str().unwrap_or_default().to_owned(),
            row["value"].clone(),
        )
    })
    .collect()
}

fn put(file: &mut Value, block: &Block) {
    let text = || Value::from(block.lines.join("\n"));
    match block.name {
        "meta" => file["info"] = named(block).into(),
        "params:query" | "query" => params(file, block, "query"),
        "params:path" => params(file, block, "path"),
        "headers" => file["http"]["headers"] = rows(block).into(),
        "auth" => file["http"]["auth"]["mode"] = named(block).get("mode").cloned().unwrap_or_default(),
        "vars:pre-request" => file["runtime"]["variables"] = rows(block).into(),
        "vars:post-response" => file["runtime"]["captures"] = rows(block).into(),
        "assert" => file["runtime"]["assertions"] = assertions(block),
        "docs" => file["docs"] = text(),
        "settings" => file["settings"] = named(block).into(),
        "script:pre-request" | "script:post-response" | "tests" => script(file, block.name),
        "example" => {
            let count = file["examples"].as_u64().unwrap_or_default();
            file["examples"] = (count + 1).into();
        }
        method if METHODS.contains(&method) => {
            let given = named(block);
            let method = given.get("method").and_then(Value::as_str).unwrap_or(method);
            file["http"]["method"] = method.to_uppercase().into();
            file["http"]["url"] = given.get("url").cloned().unwrap_or_default();
            file["http"]["body"]["mode"] = given.get("body").cloned().unwrap_or_default();
            file["http"]["auth"]["mode"] = given.get("auth").cloned().unwrap_or_default();
        }
        name => {
            if let Some(kind) = name.strip_prefix("auth:").filter(|kind| !kind.contains(':')) {
                file["http"]["auth"][kind] = named(block).into();
            } else if let Some(kind) = name.strip_prefix("body:") {
                let is_rows = matches!(kind, "form-urlencoded" | "multipart-form" | "file");
                file["http"]["body"][kind] = if is_rows { rows(block).into() } else { text() };
            } else if name == "body" {
                file["http"]["body"]["json"] = text();
            } else if !matches!(name, "vars" | "vars:secret" | "metadata") {
                let mut unknown = file["unknown"].as_array().cloned().unwrap_or_default();
                unknown.push(name.into());
                file["unknown"] = unknown.into();
            }
        }
    }
}

fn params(file: &mut Value, block: &Block, kind: &str) {
    let mut params = file["http"]["params"].as_array().cloned().unwrap_or_default();
    params.extend(rows(block).into_iter().map(|mut row| {
        row["type"] = kind.into();
        row
    }));
    file["http"]["params"] = params.into();
}

fn script(file: &mut Value, name: &str) {
    let mut scripts = file["runtime"]["scripts"].as_array().cloned().unwrap_or_default();
    scripts.push(json!({ "type": name.trim_start_matches("script:") }));
    file["runtime"]["scripts"] = scripts.into();
}

/// `res.status: eq 200`: the operator is the first word.
fn assertions(block: &Block) -> Value {
    let each = rows(block).into_iter().map(|mut row| {
        let said = row["value"].as_str().unwrap_or_default().to_owned();
        let (operator, value) = said.split_once(' ').unwrap_or((&said, ""));
        row["expression"] = row["name"].clone();
        row["operator"] = operator.into();
        row["value"] = value.trim().into();
        row
    });
    each.collect::<Vec<_>>().into()
}
