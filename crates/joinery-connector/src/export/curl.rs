//! Requests as curl commands: one of them, or a shell file that sends the one it is asked for.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

use super::{
    RequestSet, Written,
    set::{SetRequest, clean},
};
use crate::{
    Secret,
    request::{Pair, RequestAuth, RequestBody, SavedRequest},
    variables::{Scope, Value, Variables, fill, names_in},
};

/// One command where one request is chosen, else a shell file with all of them.
pub(super) fn commands(mut set: RequestSet) -> Written {
    let top = set.top.clone();
    let requests = top.requests();
    let one = set.selection.request.is_some();
    let commands: Vec<(&SetRequest, String)> = requests
        .iter()
        .map(|request| (*request, command(&mut set, request)))
        .collect();
    let mut text = String::new();
    if one {
        for (_, command) in &commands {
            let _ = writeln!(text, "{command}");
        }
    } else {
        text = file(&set, &commands);
    }
    Written {
        text: clean(text),
        not_carried: set.not_carried,
    }
}

/// A file that lists its requests, and sends those that are named.
fn file(set: &RequestSet, commands: &[(&SetRequest, String)]) -> String {
    let manifest = &set.connector.manifest;
    let mut text = format!(
        "#!/bin/sh\n# {} {}: requests as curl commands.\n# sh FILE lists them, sh FILE NAME... sends them.\n",
        manifest.title, manifest.version
    );
    let mut asked: Vec<String> = Vec::new();
    for name in commands.iter().flat_map(|(_, command)| shell_variables(command)) {
        if !asked.contains(&name) {
            asked.push(name);
        }
    }
    if !asked.is_empty() {
        let _ = writeln!(text, "# Set these first: {}", asked.join(", "));
    }
    text.push_str("\nset -eu\n\nsend() {\n  case \"$1\" in\n");
    for (request, command) in commands {
        let _ = writeln!(text, "  # {}", request.place.replace('\n', " "));
        let _ = writeln!(text, "  '{}')\n{command}\n    ;;", request.id.replace('\'', r"'\''"));
    }
    text.push_str("  *)\n    echo \"there is no request $1\" >&2\n    return 2\n    ;;\n  esac\n}\n\n");
    text.push_str("if [ $# -eq 0 ]; then\n  cat <<'REQUESTS'\n");
    for (request, _) in commands {
        let _ = writeln!(text, "{}", request.id);
    }
    text.push_str("REQUESTS\nfi\nfor request in \"$@\"; do\n  send \"$request\"\ndone\n");
    text
}

/// `"$TOKEN"` in a command.
fn shell_variables(command: &str) -> Vec<String> {
    let name = |rest: &str| rest.split_once('"').map(|(name, _)| name.to_owned());
    let is_name =
        |name: &String| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    command.split("\"$").skip(1).filter_map(name).filter(is_name).collect()
}

fn command(set: &mut RequestSet, request: &SetRequest) -> String {
    let mut whole = request.whole.clone();
    if whole.url.starts_with('/') {
        whole.url = format!("{{{{base_url}}}}{}", whole.url);
    }
    in_fixtures(&mut whole.body);
    let (signed, more) = sign(set, request);
    for (in_query, row) in signed {
        if in_query {
            whole.query.push(row);
        } else {
            whole.headers.push(row);
        }
    }
    for (set_here, name) in [
        (!request.request.assertions.is_empty(), "assertions"),
        (!request.request.captures.is_empty(), "captures"),
        (whole.settings.pages.is_some(), "the setting pages"),
        (whole.settings.retry.is_some(), "the setting retry"),
    ] {
        if set_here {
            set.leave(&request.place, name, "a curl command has none");
        }
    }
    let more: Vec<String> = more.into_iter().chain(switches(&whole)).collect();
    let mut values = set.values();
    whole = without_calls(set, whole, &values, &request.place);
    for name in open(&whole, &values, &more) {
        values.set(Scope::Run, name, Value::Secret(Secret::new("asked for")));
    }
    let mut command = whole.to_curl(&values);
    for option in more {
        let _ = write!(command, " \\\n  {option}");
    }
    command
}

/// Calls of template functions that give nothing here, such as a prompt, are left to who runs the command.
fn without_calls(set: &mut RequestSet, request: SavedRequest, values: &Variables, place: &str) -> SavedRequest {
    let fails = |call: &String| call.contains('(') && fill(&format!("{{{{{call}}}}}"), values, "").is_err();
    let calls: Vec<String> = request
        .placeholders()
        .into_iter()
        .map(|mention| mention.name)
        .filter(fails)
        .collect();
    let Ok(mut written) = serde_json::to_value(&request) else {
        return request;
    };
    for call in calls {
        let letter = |letter: char| if letter.is_alphanumeric() { letter } else { '_' };
        let name: String = call.chars().map(letter).collect();
        let name = name.trim_matches('_').to_owned();
        set.leave(
            place,
            format!("{{{{{call}}}}}"),
            &format!("it has no value here: set it as `{name}`"),
        );
        replace(&mut written, &format!("{{{{{call}}}}}"), &format!("{{{{{name}}}}}"));
    }
    serde_json::from_value(written).unwrap_or(request)
}

fn replace(value: &mut Json, what: &str, with: &str) {
    match value {
        Json::String(text) => *text = text.replace(what, with),
        Json::Array(values) => values.iter_mut().for_each(|value| replace(value, what, with)),
        Json::Object(members) => members.values_mut().for_each(|value| replace(value, what, with)),
        _ => {}
    }
}

/// Names that have no value: who runs the command has them.
fn open(request: &SavedRequest, values: &Variables, more: &[String]) -> Vec<String> {
    let mut open = Vec::new();
    let mut look = |text: &str| {
        let mut names = names_in(text);
        while let Some(name) = names.pop() {
            let own = request.variables.get(&name).map(String::as_str);
            let known = own.or(match values.get(&name) {
                Some((_, Value::Text(text))) => Some(text.as_str()),
                _ => None,
            });
            match known {
                Some(value) if !value.contains(&format!("{{{{{name}}}}}")) => names.extend(names_in(value)),
                _ if open.contains(&name) => {}
                _ => open.push(name),
            }
        }
    };
    for mention in request.mentions() {
        look(&format!("{{{{{}}}}}", mention.name));
    }
    for option in more {
        look(option);
    }
    open
}

/// Files are sent from the folder `fixtures`, as in the workspace.
fn in_fixtures(body: &mut RequestBody) {
    let place = |path: &mut String| *path = format!("fixtures/{path}");
    match body {
        RequestBody::File { path, .. } => place(path),
        RequestBody::Multipart { parts } => parts.iter_mut().filter_map(|part| part.file.as_mut()).for_each(place),
        _ => {}
    }
}

fn switches(request: &SavedRequest) -> Vec<String> {
    let mut switches = Vec::new();
    if request.settings.follow_redirects == Some(true) {
        switches.push("--location".to_owned());
    }
    if let Some(seconds) = request.settings.timeout {
        switches.push(format!("--max-time {seconds}"));
    }
    switches
}

/// What signs a request: rows (whether of the query), and curl's own options.
fn sign(set: &mut RequestSet, request: &SetRequest) -> (Vec<(bool, Pair)>, Vec<String>) {
    let manifest = &set.connector.manifest;
    let (kind, settings): (String, Map<String, Json>) = match &request.whole.auth {
        RequestAuth::None => return (Vec::new(), Vec::new()),
        RequestAuth::Own { kind, settings } => (kind.clone(), settings.clone()),
        RequestAuth::Inherit | RequestAuth::Connector { .. } => {
            let id = match &request.whole.auth {
                RequestAuth::Connector { id } => Some(id),
                _ => None,
            };
            let choice = manifest.auth.iter().find(|choice| id.is_none_or(|id| choice.id == *id));
            match choice {
                Some(choice) => (choice.kind.clone(), choice.settings.clone()),
                None => return (Vec::new(), Vec::new()),
            }
        }
    };
    let text = |name: &str| settings.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let asked = |name: &str| match text(name) {
        said if said.is_empty() => format!("{{{{{name}}}}}"),
        said => said,
    };
    let row = |name: &str, value: String| Pair {
        name: name.to_owned(),
        value,
        enabled: true,
        description: String::new(),
    };
    let user = |name: &str, password: &str| format!("--user {}:{}", shell(&asked(name)), shell(&asked(password)));
    match kind.as_str() {
        "none" => (Vec::new(), Vec::new()),
        "bearer" => (
            vec![(false, row("Authorization", format!("Bearer {}", asked("token"))))],
            Vec::new(),
        ),
        "api_key" => {
            let value = text("prefix") + &asked("token");
            let header = match text("header") {
                header if header.is_empty() => "Authorization".to_owned(),
                header => header,
            };
            match text("query") {
                query if query.is_empty() => (vec![(false, row(&header, value))], Vec::new()),
                query => (vec![(true, row(&query, value))], Vec::new()),
            }
        }
        "basic" => (Vec::new(), vec![user("username", "password")]),
        "digest" => (Vec::new(), vec!["--digest".to_owned(), user("username", "password")]),
        "aws_sigv4" => {
            let provider = format!("aws:amz:{}:{}", text("region"), text("service"));
            let provider = format!("--aws-sigv4 '{}'", provider.replace('\'', ""));
            (Vec::new(), vec![provider, user("access_key_id", "secret_access_key")])
        }
        kind if kind.starts_with("oauth2_") || kind == "jwt_bearer" => {
            let token = row("Authorization", "Bearer {{access_token}}".to_owned());
            (vec![(false, token)], Vec::new())
        }
        other => {
            set.leave(
                &request.place,
                format!("the way to sign in {other}"),
                "curl has no such way",
            );
            (Vec::new(), Vec::new())
        }
    }
}

/// A setting as a word of a shell: a variable alone is one of the shell.
fn shell(text: &str) -> String {
    match text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")) {
        Some(name) => {
            let letter = |letter: char| {
                if letter.is_ascii_alphanumeric() {
                    letter.to_ascii_uppercase()
                } else {
                    '_'
                }
            };
            format!("\"${}\"", name.trim().chars().map(letter).collect::<String>())
        }
        None => format!("'{}'", text.replace('\'', r"'\''")),
    }
}
