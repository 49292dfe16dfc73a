//! The text of a story to a [`Story`].

use serde_json::{Value, json};

use super::{Step, Story, Subject};
use crate::{
    file::place,
    problem::Problem,
    test_file,
    toml_table::{Source, Table},
};

/// The keys of which a step has at most one.
const SUBJECTS: [&str; 3] = ["request", "action", "run"];

/// The story in `text`, and a warning for every unknown key.
pub(super) fn story(text: &str, file: &str) -> Result<(Story, Vec<Problem>), Problem> {
    let source = Source { text, file };
    let document = source.document()?;
    let mut problems = Vec::new();
    let mut top = Table::top(&source, &document);
    let title = top.required_text("title", "title = \"Get a user\"")?;
    let steps = top.tables("step")?;
    let steps = steps.into_iter().map(|table| step(table, &mut problems));
    let steps = steps.collect::<Result<Vec<_>, _>>()?;
    if steps.is_empty() {
        return Err(top.missing("step", "[[step]]"));
    }
    top.unknown(&mut problems);
    problems.sort_by_key(|problem| (problem.line, problem.column));
    Ok((Story { title, steps }, problems))
}

fn step(mut table: Table, problems: &mut Vec<Problem>) -> Result<Step, Problem> {
    let title = table.text("title")?.unwrap_or_default();
    let say = table.text("say")?.unwrap_or_default();
    let mut named = Vec::new();
    for key in SUBJECTS {
        if let Some(name) = table.text(key)? {
            named.push((key, name));
        }
    }
    if let [_, (second, _), ..] = named.as_slice() {
        return Err(table.error(
            second,
            "both",
            format!("a step shows one thing, and this one names `{}` too", named[0].0),
            Some("make two steps of it".to_owned()),
        ));
    }
    let key = named.first().map(|(key, _)| *key);
    let subject = match named.pop() {
        None if say.is_empty() => return Err(table.missing("say", "say = \"what this step is about\"")),
        None => Subject::Words,
        Some(("request", name)) => Subject::Request {
            name,
            variables: match table.table("variables")? {
                Some(variables) => variables.into_texts()?.into_iter().collect(),
                None => std::collections::BTreeMap::default(),
            },
        },
        Some(("action", name)) => Subject::Action { name },
        Some((_, name)) => Subject::Run {
            name,
            input: values(&mut table, "input")?.unwrap_or_else(|| json!({})),
            config: values(&mut table, "config")?.unwrap_or_default(),
        },
    };
    let show = match &subject {
        Subject::Request { .. } | Subject::Run { .. } => paths(&mut table)?,
        Subject::Action { .. } | Subject::Words => Vec::new(),
    };
    table.unknown(problems);
    let span = key.and_then(|key| table.span_of(key)).or_else(|| table.span_of("say"));
    Ok(Step {
        title,
        say,
        subject,
        show,
        place: span.map_or((1, 1), |span| place(table.source.text, span.start)),
    })
}

/// A table of values of fields.
fn values(table: &mut Table, key: &'static str) -> Result<Option<Value>, Problem> {
    match table.any(key) {
        Some(members @ Value::Object(_)) => Ok(Some(members)),
        None => Ok(None),
        Some(_) => Err(table.error(key, "wrong_type", format!("`{key}` must be a table"), None)),
    }
}

/// The paths of `show`: one as text, or several as a list.
fn paths(table: &mut Table) -> Result<Vec<String>, Problem> {
    let paths = match table.any("show") {
        None => Vec::new(),
        Some(Value::String(path)) => vec![path],
        Some(_) => table.texts("show")?.into_iter().map(|(path, _)| path).collect(),
    };
    for path in &paths {
        if let Some(reason) = test_file::path_mistake(path) {
            return Err(table.error(
                "show",
                "json_path",
                format!("`{path}` is not a JSONPath: {reason}"),
                Some("write it as \"$.profile\" or \"$.users[0].id\"".to_owned()),
            ));
        }
    }
    Ok(paths)
}
