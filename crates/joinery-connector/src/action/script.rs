//! The text of a new action.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::{
    Taken, field_code,
    input::Input,
    names, order,
    rhai::{self, Expression},
};
use crate::{
    request::{self, Pair, RequestBody, SavedRequest, inside_string},
    variables::placeholders,
};

/// The script: title, input fields, the call, output fields.
pub(super) fn write(
    requests: &[SavedRequest],
    name: &str,
    inputs: &[Input],
    taken: &Taken,
    schema: Option<&str>,
) -> String {
    let empty = SavedRequest::default();
    let request = requests.last().unwrap_or(&empty);
    let title = request.name.lines().next().unwrap_or_default().trim();
    let title = if title.is_empty() {
        names::label(name)
    } else {
        title.to_owned()
    };
    let mut sections = vec![format!("//! {title}\n")];
    if !inputs.is_empty() {
        let fields: Vec<String> = inputs
            .iter()
            .map(|input| format!("        {},\n", field_code(&input.field, 8)))
            .collect();
        let fields = fields.concat();
        sections.push(format!(
            "fn input_fields(connection, config) {{\n    [\n{fields}    ]\n}}\n"
        ));
    }
    sections.push(format!(
        "fn execute(connection, input) {{\n{}}}\n",
        order::body(requests, inputs, taken)
    ));
    if let Some(schema) = schema {
        let name = rhai::string(schema);
        sections.push(format!("fn output_fields(connection, config) {{ schema({name}) }}\n"));
    }
    sections.join("\n")
}

/// Calls of template functions that scripts write the same way.
pub(super) const SAME_IN_SCRIPTS: &[&str] = &["uuid()"];

/// Where variables lead.
pub(super) struct Scope<'a> {
    pub inputs: &'a [Input],
    pub taken: &'a Taken,
    /// Variables that a request before has captured, each with the name it has in the script.
    pub captured: &'a [(String, String)],
}

impl Scope<'_> {
    fn code(&self, variable: &str) -> String {
        if SAME_IN_SCRIPTS.contains(&variable) {
            return variable.to_owned();
        }
        // The request captured last wins.
        if let Some((_, local)) = self.captured.iter().rev().find(|(name, _)| name == variable) {
            return local.clone();
        }
        if let Some(input) = self.inputs.iter().find(|input| input.variable == variable) {
            return rhai::property("input", &input.name);
        }
        if self.taken.connection_fields.iter().any(|field| field == variable) {
            return rhai::property("connection", variable);
        }
        rhai::property("connection", "base_url")
    }

    /// A template as text, every variable as `code` of its value.
    fn text(&self, template: &str, code: impl Fn(usize, String) -> String, decode: bool) -> Expression {
        let mut parts = Vec::new();
        let mut at = 0;
        let literal = |text: &str| {
            let text = if decode {
                percent_decode_str(text).decode_utf8_lossy().into_owned()
            } else {
                text.to_owned()
            };
            rhai::Part::Literal(text)
        };
        for placeholder in placeholders(template) {
            if at < placeholder.start {
                parts.push(literal(&template[at..placeholder.start]));
            }
            at = placeholder.end;
            parts.push(rhai::Part::Code(code(placeholder.start, self.code(&placeholder.name))));
        }
        if at < template.len() {
            parts.push(literal(&template[at..]));
        }
        rhai::text(parts)
    }

    fn plain(&self, template: &str) -> Expression {
        self.text(template, |_, code| code, false)
    }

    /// The URL without its query: below the base URL where it can be, variables in the path as one segment each.
    fn path(&self, url: &str) -> Expression {
        let path = match url.strip_prefix("{{base_url}}") {
            Some(rest) if rest.starts_with('/') => rest.to_owned(),
            Some(rest) => format!("/{rest}"),
            None => url.to_owned(),
        };
        // A back-tick or a dollar sign may stand in a URL only so, and in a script it would need care.
        let path = path.replace('`', "%60").replace('$', "%24");
        let authority = path.find("://").map_or(0, |scheme| {
            let host = scheme + 3;
            path[host..].find('/').map_or(path.len(), |slash| host + slash)
        });
        let expression = self.text(
            &path,
            |start, code| {
                if start == 0 || start < authority {
                    code
                } else {
                    format!("encode_path({code})")
                }
            },
            false,
        );
        match expression {
            // A path that is nothing but a variable is still text.
            Expression::Code(code) => Expression::Code(code),
            other => other,
        }
    }
}

/// A call in the body of `execute`.
pub(super) struct Call {
    /// What stands before it, such as a variable for its body.
    pub before: String,
    /// The call itself, without the four spaces that it begins with and the line's end.
    pub call: String,
}

/// The call that a request is; it gives the answer's body, or with `whole` all of the answer.
pub(super) fn call(request: &SavedRequest, scope: &Scope, whole: bool) -> Call {
    let url = request.url.trim().split('#').next().unwrap_or_default();
    let (url, url_query) = url.split_once('?').unwrap_or((url, ""));
    let path = scope.path(url);
    let query = query(url_query, &request.query, scope);
    let headers = headers(request, scope);
    let method = if request.method.is_empty() {
        "GET".to_owned()
    } else {
        request.method.to_ascii_uppercase()
    };
    let body = body(&request.body, scope);
    let short = !whole
        && headers.is_empty()
        && match method.as_str() {
            "GET" | "HEAD" => body.is_none(),
            "POST" | "PUT" | "PATCH" | "DELETE" => {
                query.is_none() && matches!(body, None | Some(Body::Json(Expression::Map(_) | Expression::Array(_))))
            }
            _ => false,
        };
    if short {
        let argument = match body {
            Some(Body::Json(body)) => Some(("body", body)),
            _ => query.map(|query| ("query", query)),
        };
        return short_call(&method.to_ascii_lowercase(), &path, argument);
    }
    long_call(&method, &path, query, headers, body, whole)
}

/// `http.get(path, query)`, the second argument in a variable of its own where it takes several lines.
fn short_call(method: &str, path: &Expression, argument: Option<(&str, Expression)>) -> Call {
    let path = path.code(4, 0);
    let alone = |call: String| Call {
        before: String::new(),
        call,
    };
    let Some((name, argument)) = argument else {
        return alone(format!("http.{method}({path})"));
    };
    let start = format!("http.{method}({path}, ");
    let inline = argument.code(4, start.len() + 5);
    if !inline.contains('\n') {
        return alone(format!("{start}{inline})"));
    }
    let argument = argument.code(4, 4 + name.len() + 8);
    Call {
        before: format!("    let {name} = {argument};\n"),
        call: format!("http.{method}({path}, {name})"),
    }
}

/// `http.request(method, path)` with one line for each thing that is set.
fn long_call(
    method: &str,
    path: &Expression,
    query: Option<Expression>,
    headers: Vec<(String, Expression)>,
    body: Option<Body>,
    whole: bool,
) -> Call {
    let mut lines = vec![format!("http.request({}, {})\n", rhai::string(method), path.code(4, 0))];
    let mut set = |name: &str, arguments: &str| lines.push(format!("        .{name}({arguments})\n"));
    if let Some(query) = query {
        set("query", &query.code(8, 16));
    }
    for (name, value) in headers {
        set("header", &format!("{}, {}", rhai::string(&name), value.code(8, 0)));
    }
    match body {
        None => {}
        Some(Body::Json(body)) => set("json", &body.code(8, 15)),
        Some(Body::Form(fields)) => set("form", &fields.code(8, 15)),
        Some(Body::Multipart(parts)) => set("multipart", &parts.code(8, 20)),
        Some(Body::Text { text, content_type }) => {
            set("body", &format!("{}, {}", text.code(8, 0), content_type.code(8, 0)));
        }
    }
    lines.push("        .send()".to_owned());
    if !whole {
        lines.push("\n        .body".to_owned());
    }
    Call {
        before: String::new(),
        call: lines.concat(),
    }
}

/// Parameters of the URL's own text, then the rows. A name that comes twice has a list.
fn query(url_query: &str, rows: &[Pair], scope: &Scope) -> Option<Expression> {
    let from_url = url_query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = value.replace('+', " ");
        (decoded(name), typed(scope.text(&value, |_, code| code, true)))
    });
    let from_rows = rows
        .iter()
        .filter(|row| row.enabled)
        .map(|row| (row.name.clone(), typed(scope.plain(&row.value))));
    map_of(from_url.chain(from_rows))
}

fn map_of(pairs: impl Iterator<Item = (String, Expression)>) -> Option<Expression> {
    let mut entries: Vec<(String, Expression)> = Vec::new();
    for (name, value) in pairs {
        match entries.iter_mut().find(|(known, _)| *known == name) {
            None => entries.push((name, value)),
            Some((_, Expression::Array(values))) => values.push(value),
            Some((_, first)) => *first = Expression::Array(vec![first.clone(), value]),
        }
    }
    (!entries.is_empty()).then_some(Expression::Map(entries))
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}

/// `"10"` as `10`, `"true"` as `true`: the same on the wire, and plainer.
fn typed(value: Expression) -> Expression {
    match &value {
        Expression::Value(Value::String(text)) if text.len() <= 15 => match serde_json::from_str::<Value>(text) {
            Ok(plain @ (Value::Bool(_) | Value::Number(_)))
                if plain.to_string().as_str() == text && !text.contains('.') =>
            {
                Expression::Value(plain)
            }
            _ => value,
        },
        _ => value,
    }
}

/// The request as a script sends it: without the headers that the connection or `http` sets by itself, and with bodies
/// of kinds that only the tester has as those it has too.
pub(super) fn for_script(request: &SavedRequest) -> SavedRequest {
    let mut request = request.clone();
    request.body = match request.body {
        // A script reads no files: the text is what the action is given.
        RequestBody::File { content_type, .. } => RequestBody::Raw {
            content_type: content_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
            text: "{{body}}".to_owned(),
        },
        RequestBody::Graphql {
            query,
            operation_name,
            variables,
        } => RequestBody::Json {
            text: graphql(&query, operation_name.as_deref(), &variables),
        },
        other => other,
    };
    let json = matches!(request.body, RequestBody::Json { .. });
    let no_body = request.body.is_none();
    request.headers.retain(|row| {
        let value = row.value.trim();
        let own = match row.name.to_ascii_lowercase().as_str() {
            "authorization" => true,
            "accept" => matches!(value, "application/json" | "*/*" | ""),
            "content-type" => no_body || json && value.starts_with("application/json"),
            _ => false,
        };
        row.enabled && !own
    });
    request
}

/// The operation as JSON text, its variables left in.
fn graphql(query: &str, operation: Option<&str>, variables: &str) -> String {
    let mut members = vec![format!("\"query\": {}", Value::from(query))];
    members.extend(operation.map(|name| format!("\"operationName\": {}", Value::from(name))));
    if !variables.trim().is_empty() {
        members.push(format!("\"variables\": {variables}"));
    }
    format!("{{ {} }}", members.join(", "))
}

fn headers(request: &SavedRequest, scope: &Scope) -> Vec<(String, Expression)> {
    request
        .headers
        .iter()
        .map(|row| (row.name.clone(), scope.plain(&row.value)))
        .collect()
}

enum Body {
    Json(Expression),
    Form(Expression),
    Multipart(Expression),
    Text { text: Expression, content_type: Expression },
}

fn body(body: &RequestBody, scope: &Scope) -> Option<Body> {
    match body {
        // `for_script` has made the last two into others.
        RequestBody::None | RequestBody::File { .. } | RequestBody::Graphql { .. } => None,
        RequestBody::Json { text } if text.trim().is_empty() => None,
        RequestBody::Json { text } => Some(match json(text, scope) {
            Some(expression) => Body::Json(expression),
            None => Body::Text {
                text: scope.plain(text),
                content_type: Expression::Value("application/json".into()),
            },
        }),
        RequestBody::Raw { content_type, text } => Some(Body::Text {
            text: scope.plain(text),
            content_type: scope.plain(content_type),
        }),
        RequestBody::Form { fields } => {
            let rows = fields.iter().filter(|row| row.enabled);
            let pairs = rows.map(|row| (row.name.clone(), scope.plain(&row.value)));
            Some(Body::Form(map_of(pairs).unwrap_or(Expression::Map(Vec::new()))))
        }
        RequestBody::Multipart { parts } => {
            let sent = parts.iter().filter(|part| !part.disabled);
            let pairs = sent.map(|part| (part.name.clone(), multipart(part, scope)));
            map_of(pairs).map(Body::Multipart)
        }
    }
}

/// A part: its text, or a map of what is known of it.
fn multipart(part: &request::Part, scope: &Scope) -> Expression {
    let content = match &part.file {
        Some(file) => ("file", file),
        None => ("text", &part.value),
    };
    let told = [("filename", &part.filename), ("content_type", &part.content_type)];
    let told = told.into_iter().filter_map(|(key, value)| Some((key, value.as_ref()?)));
    let entries: Vec<(String, Expression)> = [content]
        .into_iter()
        .chain(told)
        .map(|(key, value)| (key.to_owned(), scope.plain(value)))
        .collect();
    match entries.as_slice() {
        [(key, text)] if key == "text" => text.clone(),
        _ => Expression::Map(entries),
    }
}

/// Marks a variable in JSON text while it is parsed: private-use characters, which no real text has.
const OPEN: char = '\u{F0000}';
const CLOSE: char = '\u{F0001}';

/// JSON text with variables as a Rhai value; `None` where it is not JSON even so.
fn json(text: &str, scope: &Scope) -> Option<Expression> {
    if text.contains([OPEN, CLOSE]) {
        return None;
    }
    let found = placeholders(text);
    let mut marked = String::with_capacity(text.len());
    let mut at = 0;
    for (index, placeholder) in found.iter().enumerate() {
        marked.push_str(&text[at..placeholder.start]);
        at = placeholder.end;
        let mark = format!("{OPEN}{index}{CLOSE}");
        if inside_string(&text[..placeholder.start]) {
            marked.push_str(&mark);
        } else {
            marked.extend(["\"", &mark, "\""]);
        }
    }
    marked.push_str(&text[at..]);
    let value: Value = serde_json::from_str(&marked).ok()?;
    let codes: Vec<String> = found.iter().map(|placeholder| scope.code(&placeholder.name)).collect();
    expression(&value, &codes)
}

fn expression(value: &Value, codes: &[String]) -> Option<Expression> {
    Some(match value {
        Value::String(text) => rhai::text(unmarked(text, codes)),
        Value::Array(items) => Expression::Array(
            items
                .iter()
                .map(|item| expression(item, codes))
                .collect::<Option<_>>()?,
        ),
        Value::Object(map) => Expression::Map(entries(map, codes)?),
        plain => Expression::Value(plain.clone()),
    })
}

/// A name with a variable in it cannot be written as a key.
fn entries(map: &Map<String, Value>, codes: &[String]) -> Option<Vec<(String, Expression)>> {
    map.iter()
        .map(|(name, value)| (!name.contains(OPEN)).then(|| Some((name.clone(), expression(value, codes)?)))?)
        .collect()
}

fn unmarked(text: &str, codes: &[String]) -> Vec<rhai::Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let (index, after) = after.split_once(CLOSE).expect("every mark is closed");
        if !before.is_empty() {
            parts.push(rhai::Part::Literal(before.to_owned()));
        }
        let index: usize = index.parse().expect("a mark holds a number");
        parts.push(rhai::Part::Code(codes[index].clone()));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(rhai::Part::Literal(rest.to_owned()));
    }
    parts
}
