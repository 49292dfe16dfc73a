//! A template and answers as the text of a script.

use std::collections::BTreeMap;

use joinery_connector::{FileKind, Manifest};
use serde_json::{Map, Value};

use super::{FileAnswers, Start};
use crate::error::{Code, Error};

/// What a template makes of its answers.
pub(super) struct Filled {
    /// The script, not laid out yet.
    pub script: String,
    /// The schema that it names.
    pub schema: Option<String>,
    /// A case, where one needs no input.
    pub case: Option<String>,
}

/// Fills in the blanks.
///
/// # Errors
/// [`Code::Usage`] for an answer that is missing or is none.
pub(super) fn fill(start: &Start, manifest: &Manifest, name: &str, answers: &FileAnswers) -> Result<Filled, Error> {
    let is_webhook = start.id == "webhook";
    let path = given(&answers.path, start.path[0], start.path_default)?;
    let answer = given(&answers.answer, start.answer[0], start.answer_default)?;
    let called = Call::parse(if is_webhook { "/" } else { path })?;
    let things = called.things();
    let thing = singular(&things);
    let chosen = |default: &str| {
        word(if answers.answer.trim().is_empty() {
            default
        } else {
            answer
        })
    };
    let mut blanks = BTreeMap::from([
        ("title", label(name)),
        ("thing", label(&thing).to_lowercase()),
        ("thing_name", thing.clone()),
        ("path", called.code()),
        ("path_fields", called.fields()),
        ("method", called.method(start.id).to_owned()),
    ]);
    if manifest.http.pagination.is_none() {
        blanks.insert("pages", ", (), #{ kind: \"link\" }".to_owned());
    }
    let mut schema = None;
    match start.id {
        "get" => schema = Some(chosen(&thing)?),
        "list" => {
            let items = chosen(&things)?;
            blanks.insert("answer_label", label(&items));
            blanks.insert("answer", items);
        }
        "create" | "update" => {
            let body = Body::parse(answer, start.id == "update")?;
            blanks.insert("body_fields", body.fields());
            blanks.insert("body", body.code());
            schema = Some(thing);
        }
        "delete" => {
            if yes(answer)? {
                blanks.insert("accept", ".accept([404])".to_owned());
                blanks.insert("idempotent", "\nfn idempotent() { true }\n".to_owned());
            }
        }
        "log" => {
            let filter = answers.answer.trim();
            let code = if filter.is_empty() {
                "()".to_owned()
            } else {
                text(filter)
            };
            blanks.insert("answer", code);
        }
        _ => {
            blanks.insert("answer", text(answer));
        }
    }
    if is_webhook {
        let inside = answers.path.trim();
        let whole = "request.body".to_owned();
        let events = if inside.is_empty() {
            whole
        } else {
            format!("dig(request.body, {}, [])", text(inside))
        };
        blanks.insert("events", events);
    }
    if let Some(schema) = &schema {
        blanks.insert("answer", schema.clone());
    }
    let asks_nothing = called.parameters().next().is_none() && !is_webhook;
    Ok(Filled {
        script: filled(start.script, &blanks),
        schema,
        case: asks_nothing.then(|| case(start)).flatten(),
    })
}

/// An answer, or its default.
fn given<'a>(answer: &'a str, label: &str, default: Option<&'a str>) -> Result<&'a str, Error> {
    match (answer.trim(), default) {
        ("", Some(default)) => Ok(default),
        ("", None) => Err(Error::new(Code::Usage, format!("{label}: an answer is needed"))),
        (answer, _) => Ok(answer),
    }
}

/// A template's text with its blanks filled in; what stands in none is left out, with its line where that is empty then.
fn filled(script: &str, blanks: &BTreeMap<&str, String>) -> String {
    let mut text = String::new();
    for line in script.split_inclusive('\n') {
        let (mut rest, mut whole) = (line, String::new());
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, after) = after.split_once("}}").expect("a template closes its blanks");
            whole.push_str(before);
            whole.push_str(blanks.get(name).map_or("", String::as_str));
            rest = after;
        }
        whole.push_str(rest);
        if line.trim().is_empty() || !whole.trim().is_empty() || line.trim_start() == line {
            text.push_str(&whole);
        }
    }
    text
}

/// A case that needs no input, to be recorded.
fn case(start: &Start) -> Option<String> {
    let (name, input, expect) = match (start.kind, start.id) {
        (FileKind::Trigger, _) => ("tells what is new", "{}", "\"$.events\" = { type = \"array\" }"),
        (_, "list") => (
            "gives the first ones",
            "{ limit = 2 }",
            "\"$.count\" = { type = \"integer\" }",
        ),
        _ => return None,
    };
    Some(format!(
        "[[case]]\nname = \"{name}\"\ninput = {input}\ncassette = \"first\"\nexpect = {{ {expect} }}\n"
    ))
}

/// `PUT /api/v1/groups/{group}`: a path that may name its method, with what is asked for in braces.
struct Call<'a> {
    method: Option<&'a str>,
    path: &'a str,
}

impl<'a> Call<'a> {
    fn parse(text: &'a str) -> Result<Self, Error> {
        let (method, path) = match text.split_once(' ') {
            Some((method, path)) => (Some(method), path.trim()),
            None => (None, text),
        };
        let known = |method: &str| ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method);
        let call = Self { method, path };
        let is_one = path.starts_with('/') && !path.contains([' ', '`', '"', '\\', '$', '?', '#']);
        let words = call.parameters().all(|name| word(name).is_ok_and(|word| word == name));
        let braces = path.matches('{').count() == path.matches('}').count()
            && call.parameters().count() == path.matches('{').count();
        if !is_one || !words || !braces || method.is_some_and(|method| !known(method)) {
            return Err(Error::new(Code::Usage, format!("`{text}` is no path")).with_hint(
                "Begin with / and put what is asked for in braces: /api/v1/users/{user}. A method may stand before it.",
            ));
        }
        Ok(call)
    }

    fn method(&self, template: &str) -> &'a str {
        self.method.unwrap_or(match template {
            "create" => "POST",
            "update" => "PATCH",
            "delete" => "DELETE",
            _ => "GET",
        })
    }

    /// What stands in braces.
    fn parameters(&self) -> impl Iterator<Item = &'a str> {
        self.path
            .split('{')
            .skip(1)
            .filter_map(|part| part.split_once('}').map(|(name, _)| name))
    }

    /// The path as a script writes it, its parameters encoded.
    fn code(&self) -> String {
        let mut code = self.path.to_owned();
        for name in self.parameters() {
            code = code.replace(&format!("{{{name}}}"), &format!("${{encode_path(input.{name})}}"));
        }
        if code.contains("${") {
            format!("`{code}`")
        } else {
            format!("\"{code}\"")
        }
    }

    fn fields(&self) -> String {
        let field = |name: &str| {
            format!(
                "field(\"{name}\", #{{ label: \"{}\", required: true }}),\n",
                label(name)
            )
        };
        self.parameters().map(field).collect::<Vec<_>>().concat()
    }

    /// What the path is about: its last segment that is not asked for.
    fn things(&self) -> String {
        let mut segments = self
            .path
            .split('/')
            .filter(|part| !part.is_empty() && !part.contains('{'));
        let last = segments
            .next_back()
            .and_then(|part| word(&part.replace(['-', '.'], "_")).ok());
        last.unwrap_or_else(|| "items".to_owned())
    }
}

/// The members of a body, and the fields that ask for them: `profile.name` is asked for as `name`.
struct Body {
    members: Vec<Member>,
}

struct Member {
    path: Vec<String>,
    field: String,
    required: bool,
}

impl Body {
    fn parse(text: &str, may_be_empty: bool) -> Result<Self, Error> {
        let mut members: Vec<Member> = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (path, required) = part.strip_suffix('?').map_or((part, true), |path| (path, false));
            let path: Vec<String> = path.split('.').map(word).collect::<Result<_, _>>()?;
            let field = snake(path.last().map_or("", String::as_str));
            if members.iter().any(|member| member.field == field) {
                return Err(Error::new(Code::Usage, format!("{field} is asked for twice")));
            }
            members.push(Member {
                path,
                field,
                required: required && !may_be_empty,
            });
        }
        Ok(Self { members })
    }

    fn fields(&self) -> String {
        let field = |member: &Member| {
            let required = if member.required { ", required: true" } else { "" };
            format!(
                "field(\"{}\", #{{ label: \"{}\"{required} }}),\n",
                member.field,
                label(&member.field)
            )
        };
        self.members.iter().map(field).collect::<Vec<_>>().concat()
    }

    /// The body as a script writes it: without the members that were left empty.
    fn code(&self) -> String {
        let mut tree = Map::new();
        for member in &self.members {
            let mut place = &mut tree;
            let (last, folders) = member.path.split_last().expect("a path has a segment");
            for folder in folders {
                let next = place.entry(folder.clone()).or_insert_with(|| Value::Object(Map::new()));
                if !next.is_object() {
                    *next = Value::Object(Map::new());
                }
                place = next.as_object_mut().expect("made above");
            }
            place.insert(last.clone(), Value::String(member.field.clone()));
        }
        map_code(&tree)
    }
}

fn map_code(tree: &Map<String, Value>) -> String {
    let member = |(name, value): (&String, &Value)| match value {
        Value::Object(inner) => format!("{name}: {}", map_code(inner)),
        field => format!("{name}: input.{}", field.as_str().unwrap_or_default()),
    };
    let members: Vec<String> = tree.iter().map(member).collect();
    format!("compact(#{{ {} }})", members.join(", "))
}

fn yes(answer: &str) -> Result<bool, Error> {
    match answer.to_lowercase().as_str() {
        "yes" | "y" | "true" => Ok(true),
        "no" | "n" | "false" => Ok(false),
        _ => Err(Error::new(Code::Usage, format!("`{answer}` is neither yes nor no"))),
    }
}

/// A name that scripts can write.
fn word(text: &str) -> Result<String, Error> {
    let text = text.trim();
    let valid = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|each| each.is_ascii_alphanumeric() || each == '_');
    valid.then(|| text.to_owned()).ok_or_else(|| {
        Error::new(Code::Usage, format!("`{text}` cannot be a name"))
            .with_hint("Use letters, digits and _, beginning with a letter.")
    })
}

/// `firstName` as `first_name`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for (index, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// One of several: `groups` as `group`, `policies` as `policy`.
fn singular(name: &str) -> String {
    let name = snake(name);
    if let Some(stem) = name.strip_suffix("ies") {
        return format!("{stem}y");
    }
    if name.ends_with("ss") || name.len() < 3 {
        return name;
    }
    name.strip_suffix('s').map_or(name.clone(), str::to_owned)
}

/// A name as people read it: `get_user` as `Get user`.
fn label(name: &str) -> String {
    let words = snake(name).replace(['_', '-'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

/// A text as a script writes it.
fn text(text: &str) -> String {
    format!(
        "\"{}\"",
        text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " ")
    )
}
