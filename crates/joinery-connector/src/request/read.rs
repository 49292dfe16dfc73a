//! A request file's text to a [`SavedRequest`].

use std::collections::BTreeMap;

use crate::{
    problem::Problem,
    request::{Assertion, Capture, Demand, Pair, Part, RequestAuth, RequestBody, RequestSettings, SavedRequest},
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
        description: top.text("description")?.unwrap_or_default(),
        method: method(&mut top)?,
        url: top.required_text("url", "url = \"{{base_url}}/api/v1/users\"")?,
        query: pairs(&mut top, "query", &mut problems)?,
        headers: pairs(&mut top, "headers", &mut problems)?,
        auth: auth(&mut top)?,
        body: match top.table("body")? {
            Some(table) => body(table, &mut problems)?,
            None => RequestBody::None,
        },
        variables: variables(&mut top)?,
        assertions: assertions(&mut top, &mut problems)?,
        captures: captures(&mut top, &mut problems)?,
        settings: match top.table("settings")? {
            Some(table) => settings(table, &mut problems)?,
            None => RequestSettings::default(),
        },
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
pub(crate) fn variables(top: &mut Table) -> Result<BTreeMap<String, String>, Problem> {
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
        "multipart" => RequestBody::Multipart {
            parts: parts(&mut table, problems)?,
        },
        "file" => RequestBody::File {
            path: table.required_text("path", "path = \"photo.png\"")?,
            content_type: table.text("content_type")?,
        },
        "graphql" => RequestBody::Graphql {
            query: table.text("query")?.unwrap_or_default(),
            operation_name: table.text("operation_name")?,
            variables: table.text("variables")?.unwrap_or_default(),
        },
        other => {
            let known = ["none", "json", "form", "raw", "multipart", "file", "graphql"];
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

/// `auth = "none"`, `auth = "service_app"`, or a table with the kind and its settings.
pub(super) fn auth(top: &mut Table) -> Result<RequestAuth, Problem> {
    if !top.holds_table("auth") {
        return Ok(match top.text("auth")?.as_deref() {
            None | Some("inherit") => RequestAuth::Inherit,
            Some("none") => RequestAuth::None,
            Some(id) => RequestAuth::Connector { id: id.to_owned() },
        });
    }
    let Some(mut table) = top.table("auth")? else {
        return Ok(RequestAuth::Inherit);
    };
    let kind = table.required_text("kind", "kind = \"bearer\"")?;
    Ok(RequestAuth::Own {
        kind,
        settings: table.rest(),
    })
}

fn parts(top: &mut Table, problems: &mut Vec<Problem>) -> Result<Vec<Part>, Problem> {
    let mut parts = Vec::new();
    for mut table in top.tables("parts")? {
        parts.push(Part {
            name: table.required_text("name", "name = \"file\"")?,
            value: table.text("value")?.unwrap_or_default(),
            file: table.text("file")?,
            filename: table.text("filename")?,
            content_type: table.text("content_type")?,
            disabled: !table.boolean("enabled")?.unwrap_or(true),
            description: table.text("description")?.unwrap_or_default(),
        });
        table.unknown(problems);
    }
    Ok(parts)
}

fn assertions(top: &mut Table, problems: &mut Vec<Problem>) -> Result<Vec<Assertion>, Problem> {
    let mut assertions = Vec::new();
    for mut table in top.tables("assert")? {
        let subject = table.required_text("subject", "subject = \"status\"")?;
        let mut demand: Option<(&str, Demand)> = None;
        for key in Demand::KEYS {
            let Some(value) = table.any(key) else { continue };
            if let Some((other, _)) = demand {
                return Err(table.error(
                    key,
                    "two_demands",
                    format!("one assertion has `{other}` and `{key}`"),
                    Some("write an [[assert]] for each".to_owned()),
                ));
            }
            let read = Demand::new(key, value).map_err(|message| table.error(key, "wrong_type", message, None))?;
            demand = Some((key, read));
        }
        assertions.push(Assertion {
            subject,
            // TOML has no null: an assertion that says nothing expects null.
            demand: demand.map(|(_, demand)| demand).unwrap_or_default(),
        });
        table.unknown(problems);
    }
    Ok(assertions)
}

fn captures(top: &mut Table, problems: &mut Vec<Problem>) -> Result<Vec<Capture>, Problem> {
    let mut captures = Vec::new();
    for mut table in top.tables("capture")? {
        captures.push(Capture {
            name: table.required_text("name", "name = \"user_id\"")?,
            subject: table.required_text("subject", "subject = \"$.id\"")?,
            secret: table.boolean("secret")?.unwrap_or_default(),
        });
        table.unknown(problems);
    }
    Ok(captures)
}

fn settings(mut table: Table, problems: &mut Vec<Problem>) -> Result<RequestSettings, Problem> {
    let timeout = table.any("timeout");
    let seconds = timeout.as_ref().and_then(serde_json::Value::as_f64);
    if timeout.is_some() && !seconds.is_some_and(|seconds| (0.001..=86_400.0).contains(&seconds)) {
        let message = "`settings.timeout` must be seconds, from 0.001 to 86400";
        return Err(table.error(
            "timeout",
            "out_of_range",
            message,
            Some("such as timeout = 10".to_owned()),
        ));
    }
    let pages = match table.any("pages") {
        None => None,
        Some(value) if value == "all" => Some(0),
        Some(value) => match value.as_u64().and_then(|pages| u32::try_from(pages).ok()) {
            Some(pages) => Some(pages),
            None => {
                return Err(table.error(
                    "pages",
                    "wrong_type",
                    "`settings.pages` must be a number of pages or \"all\"",
                    None,
                ));
            }
        },
    };
    let settings = RequestSettings {
        timeout: seconds,
        follow_redirects: table.boolean("follow_redirects")?,
        retry: table.boolean("retry")?,
        cookies: table.boolean("cookies")?,
        pages,
    };
    table.unknown(problems);
    Ok(settings)
}
