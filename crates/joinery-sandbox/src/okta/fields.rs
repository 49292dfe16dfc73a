//! `fields=id,profile:(firstName,city)`: which parts of a user an answer holds.

use serde_json::{Map, Value};

use super::call::{Call, Reply};
use super::errors::Problem;

/// A selection: names, each with what to keep below it.
#[derive(Debug, PartialEq)]
struct Fields(Vec<(String, Option<Fields>)>);

/// Leaves in a reply only what the `fields` parameter names.
///
/// # Errors
/// E0000001 where the parameter cannot be read.
pub fn select(mut reply: Reply, call: &Call<'_>) -> Result<Reply, Problem> {
    let Some(text) = call.query.filled("fields") else {
        return Ok(reply);
    };
    let fields = read(text).ok_or_else(|| {
        let cause = format!("fields: '{text}' is not a list of fields such as id,profile:(firstName,city)");
        Problem::validation("fields", vec![cause])
    })?;
    let value: Value = serde_json::from_slice(reply.body.as_deref().unwrap_or(b"null")).unwrap_or_default();
    let kept = match value {
        Value::Array(list) => list.into_iter().map(|item| keep(item, &fields)).collect(),
        other => keep(other, &fields),
    };
    reply.body = Some(kept.to_string().into_bytes());
    Ok(reply)
}

fn keep(value: Value, fields: &Fields) -> Value {
    let Value::Object(map) = value else { return value };
    let kept: Map<String, Value> = map
        .into_iter()
        .filter_map(|(key, value)| {
            let (_, below) = fields.0.iter().find(|(name, _)| *name == key)?;
            Some(match below {
                Some(below) => (key, keep(value, below)),
                None => (key, value),
            })
        })
        .collect();
    kept.into()
}

fn read(text: &str) -> Option<Fields> {
    let (fields, rest) = read_list(text)?;
    rest.is_empty().then_some(fields)
}

/// Reads names up to the end or a closing parenthesis, and what follows.
fn read_list(mut text: &str) -> Option<(Fields, &str)> {
    let mut found = Vec::new();
    loop {
        let end = text.find([',', ':', '(', ')']).unwrap_or(text.len());
        let name = text[..end].trim();
        if name.is_empty() {
            return None;
        }
        text = &text[end..];
        let mut below = None;
        if let Some(inner) = text.strip_prefix(":(") {
            let (fields, rest) = read_list(inner)?;
            text = rest.strip_prefix(')')?;
            below = Some(fields);
        }
        found.push((name.to_owned(), below));
        match text.strip_prefix(',') {
            Some(rest) => text = rest,
            None => return Some((Fields(found), text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_nest_and_a_list_that_does_not_close_is_refused() {
        let below = Fields(vec![("firstName".into(), None), ("city".into(), None)]);
        let whole = Fields(vec![("id".into(), None), ("profile".into(), Some(below))]);
        assert_eq!(read("id,profile:(firstName,city)"), Some(whole));
        for wrong in ["id,", "profile:(city", "id)", "profile:()", "a(b)"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
