//! A request file's text to a [`SavedRequest`].

use std::collections::BTreeMap;

use crate::{
    problem::Problem,
    request::{Assertion, Pair, RequestBody, SavedRequest},
    toml_table::{Source, Table, nearest},
};

/// The request in `text`, and a warning for every unknown key.
pub(super) fn request(text: &str, file: &str) -> Result<(SavedRequest, Vec<Problem>), Problem> {
    let source = Source { text, file };
    let document = source.document()?;
    let mut problems = Vec::new();
    let mut top = Table::top(&source, &document);
    let request = SavedRequest {
        name: top.text("name")?.unwrap_or_default(),
        method: method(&mut top)?,
        url: top.required_text("url", "url = \"{{base_url}}/api/v1/users\"")?,
        query: pairs(&mut top, "query", &mut problems)?,
        headers: pairs(&mut top, "headers", &mut problems)?,
        body: match top.table("body")? {
            Some(table) => body(table, &mut problems)?,
            None => RequestBody::None,
        },
        variables: variables(&mut top)?,
        assertions: assertions(&mut top, &mut problems)?,
    };
    top.unknown(&mut problems);
    problems.sort_by_key(|problem| (problem.line, problem.column));
    Ok((request, problems))
}

fn method(top: &mut Table) -> Result<String, Problem> {
    let method = top.text("method")?.unwrap_or_else(|| "GET".to_owned());
    if method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-') {
        return Err(top.error("method", "method", format!("`{method}` is not an HTTP method"), None));
    }
    Ok(method.to_ascii_uppercase())
}

/// The rows of a table of parameters, headers or form fields.
pub(super) fn pairs(top: &mut Table, key: &'static str, problems: &mut Vec<Problem>) -> Result<Vec<Pair>, Problem> {
    let mut pairs = Vec::new();
    for mut table in top.tables(key)? {
        pairs.push(Pair {
            name: table.required_text("name", "name = \"limit\"")?,
            value: table.text("value")?.unwrap_or_default(),
            enabled: table.boolean("enabled")?.unwrap_or(true),
            description: table.text("description")?.unwrap_or_default(),
        });
        table.unknown(problems);
    }
    Ok(pairs)
}

/// The `[variables]` table.
pub(super) fn variables(top: &mut Table) -> Result<BTreeMap<String, String>, Problem> {
    match top.table("variables")? {
        Some(table) => Ok(table.into_texts()?.into_iter().collect()),
        None => Ok(BTreeMap::new()),
    }
}

fn body(mut table: Table, problems: &mut Vec<Problem>) -> Result<RequestBody, Problem> {
    let kind = table.required_text("kind", "kind = \"json\"")?;
    let body = match kind.as_str() {
        "none" => RequestBody::None,
        "json" => RequestBody::Json {
            text: table.text("text")?.unwrap_or_default(),
        },
        "form" => RequestBody::Form {
            fields: pairs(&mut table, "fields", problems)?,
        },
        "raw" => RequestBody::Raw {
            content_type: table.text("content_type")?.unwrap_or_else(|| "text/plain".to_owned()),
            text: table.text("text")?.unwrap_or_default(),
        },
        other => {
            let known = ["none", "json", "form", "raw"];
            return Err(table.error(
                "kind",
                "unknown_value",
                format!("`{other}` is not a kind of body"),
                Some(match nearest(other, known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("use one of: {}", known.join(", ")),
                }),
            ));
        }
    };
    table.unknown(problems);
    Ok(body)
}

fn assertions(top: &mut Table, problems: &mut Vec<Problem>) -> Result<Vec<Assertion>, Problem> {
    let mut assertions = Vec::new();
    for mut table in top.tables("assert")? {
        assertions.push(Assertion {
            subject: table.required_text("subject", "subject = \"status\"")?,
            // TOML has no null: an assertion that says nothing expects null.
            equals: table.any("equals").unwrap_or_default(),
        });
        table.unknown(problems);
    }
    Ok(assertions)
}
