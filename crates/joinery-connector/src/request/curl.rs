//! A request as a curl command that a shell can run. Secrets stand as shell variables.

use std::fmt::Write as _;

use crate::{
    http::{HttpBody, HttpPart, HttpRequest, PartContent},
    request::{SavedRequest, resolve},
    variables::{Scope, Value, Variables},
};

/// The command for a saved request. A variable without a value stays as it is written.
pub(super) fn saved(request: &SavedRequest, variables: &Variables) -> String {
    let mut known = variables.clone();
    let mut marks = Vec::new();
    let names: Vec<String> = variables.names().into_iter().map(str::to_owned).collect();
    for name in names {
        if let Some((scope, Value::Secret(_))) = variables.get(&name) {
            let mark = mark(marks.len());
            known.set(scope, name.clone(), Value::Text(mark.clone()));
            marks.push((mark, Shown::Secret(shell_name(&name))));
        }
    }
    let resolved = match request.resolve(&known) {
        Ok(resolved) => resolved,
        Err(missing) => {
            for name in missing.into_iter().map(|missing| missing.name) {
                let mark = mark(marks.len());
                known.set(Scope::Run, name.clone(), Value::Text(mark.clone()));
                marks.push((mark, Shown::Missing(name)));
            }
            resolve::request(request, &known).unwrap_or_else(|_| HttpRequest::new(&request.method, &request.url))
        }
    };
    let mut command = curl(&resolved);
    for (mark, shown) in marks {
        command = match shown {
            Shown::Missing(name) => command.replace(&mark, &format!("{{{{{name}}}}}")),
            // Where the word ends with the secret there is no need to open another quote.
            Shown::Secret(name) => {
                if let Some(start) = command.strip_suffix(&format!("{mark}'")) {
                    command = format!("{start}'\"${name}\"");
                }
                command
                    .replace(&format!("{mark}' "), &format!("'\"${name}\" "))
                    .replace(&mark, &format!("'\"${name}\"'"))
            }
        };
    }
    command
}

/// What a mark stands for.
enum Shown {
    Secret(String),
    Missing(String),
}

/// Letters and digits only: no encoding on the way changes it.
fn mark(index: usize) -> String {
    format!("zqJOINERYq{index}qz")
}

fn shell_name(name: &str) -> String {
    let mut shell: String = name
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect();
    if shell.starts_with(|first: char| first.is_ascii_digit()) {
        shell.insert(0, '_');
    }
    shell
}

/// The command for a request as it stands: every value in it is shown.
pub fn curl(request: &HttpRequest) -> String {
    let mut parts = Vec::new();
    let has_body = request.body != HttpBody::None;
    let default = if has_body { "POST" } else { "GET" };
    if request.method == "HEAD" {
        parts.push("--head".to_owned());
    } else if request.method != default {
        parts.push(format!("--request {}", quoted(&request.method)));
    }
    parts.push(quoted(&request.url));
    for header in &request.headers {
        // A header without a value is written with a semicolon; with a colon curl would leave it out.
        let line = if header.value.is_empty() {
            format!("{};", header.name)
        } else {
            format!("{}: {}", header.name, header.value)
        };
        parts.push(format!("--header {}", quoted(&line)));
    }
    match &request.body {
        HttpBody::None => {}
        HttpBody::Text { content_type, text } => {
            parts.push(format!("--header {}", quoted(&format!("Content-Type: {content_type}"))));
            parts.push(format!("--data-raw {}", quoted(text)));
        }
        HttpBody::Form { fields } => {
            for (name, value) in fields {
                let line = format!("{}={value}", resolve::component(name));
                parts.push(format!("--data-urlencode {}", quoted(&line)));
            }
        }
        HttpBody::Bytes { content_type, .. } => {
            parts.push(format!("--header {}", quoted(&format!("Content-Type: {content_type}"))));
            parts.push("--data-binary @body.bin".to_owned());
        }
        HttpBody::Multipart { parts: fields } => parts.extend(fields.iter().map(form_part)),
        HttpBody::File { content_type, path } => {
            parts.push(format!("--header {}", quoted(&format!("Content-Type: {content_type}"))));
            parts.push(format!("--data-binary {}", quoted(&format!("@{}", path.display()))));
        }
    }
    format!("curl {}", parts.join(" \\\n  "))
}

/// One `--form`. What curl would read as an instruction (`@`, `<`, `;`) stands in double quotes.
fn form_part(part: &HttpPart) -> String {
    let careful = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let content = match &part.content {
        PartContent::Text(text) if text.contains(['"', ';', ',']) || text.starts_with(['@', '<']) => careful(text),
        PartContent::Text(text) => text.clone(),
        PartContent::Bytes(_) => "@part.bin".to_owned(),
        PartContent::File(path) => format!("@{}", careful(&path.display().to_string())),
    };
    let mut field = format!("{}={content}", part.name);
    let named = match &part.content {
        // curl tells the file's own name by itself.
        PartContent::File(path) => path.file_name().and_then(|name| name.to_str()),
        _ => None,
    };
    if let Some(filename) = part.filename.as_deref().filter(|name| Some(*name) != named) {
        let _ = write!(field, ";filename={}", careful(filename));
    }
    if let Some(content_type) = &part.content_type {
        let _ = write!(field, ";type={content_type}");
    }
    format!("--form {}", quoted(&field))
}

/// `text` as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) && !text.contains("zqJOINERYq") {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
