//! A list of users as CSV (RFC 4180): the first line names attributes of the profile, and may name `groups`, whose
//! values are names between semicolons, and `status`. Groups that do not exist yet are made.

use serde_json::Value;

use super::Fault;
use super::entry::{self, Given, UserEntry};
use crate::state::Org;

/// A field and the byte it starts at.
struct Field {
    at: usize,
    text: String,
}

/// Adds the users of a list.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn add(org: &mut Org, text: &str) -> Result<(), Fault> {
    let mut lines = Lines { text, at: 0 };
    let Some(head) = lines.next_line()? else {
        return Err(Fault::new(
            0,
            "the file is empty: its first line names attributes such as login,firstName",
        ));
    };
    for (index, Field { at, text: name }) in head.iter().enumerate() {
        let is_ours = matches!(name.as_str(), "groups" | "status");
        if !is_ours && org.default_schema().get(name).is_none() {
            let text = format!("`{name}` is neither an attribute of users nor `groups` or `status`");
            return Err(Fault::new(*at, text));
        }
        if head[..index].iter().any(|before| before.text == *name) {
            return Err(Fault::new(*at, format!("the column `{name}` is there twice")));
        }
    }
    while let Some(fields) = lines.next_line()? {
        let at = fields.first().map_or(lines.at, |field| field.at);
        if fields.len() == 1 && fields[0].text.is_empty() {
            continue;
        }
        if fields.len() != head.len() {
            let text = format!("the line has {} fields, the first one {}", fields.len(), head.len());
            return Err(Fault::new(at, text));
        }
        let mut user = UserEntry {
            at,
            profile: Vec::new(),
            status: None,
            password: None,
            groups: Vec::new(),
        };
        for (name, field) in head.iter().zip(fields) {
            if field.text.is_empty() {
                continue;
            }
            match name.text.as_str() {
                "groups" => user.groups.extend(names(&field)),
                "status" => user.status = Some((field.at, field.text)),
                attribute => user.profile.push(Given {
                    name_at: name.at,
                    at: field.at,
                    name: attribute.to_owned(),
                    value: value(org, attribute, field.text),
                }),
            }
        }
        entry::add_user(org, user, true)?;
    }
    Ok(())
}

fn names(field: &Field) -> impl Iterator<Item = (usize, String)> {
    let names = field.text.split(';').map(str::trim).filter(|name| !name.is_empty());
    names.map(|name| (field.at, name.to_owned()))
}

/// The text as the attribute's type wants it; where it is none of that type, the check of the profile says so.
fn value(org: &Org, attribute: &str, text: String) -> Value {
    let definition = org
        .default_schema()
        .get(attribute)
        .map(|attribute| &attribute.definition);
    match definition
        .and_then(|definition| definition.get("type"))
        .and_then(Value::as_str)
    {
        Some("boolean" | "number" | "integer") => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        Some("array") => text.split(';').map(|part| Value::from(part.trim())).collect(),
        _ => Value::String(text),
    }
}

/// Reads line after line.
struct Lines<'a> {
    text: &'a str,
    at: usize,
}

impl Lines<'_> {
    fn next_line(&mut self) -> Result<Option<Vec<Field>>, Fault> {
        if self.at >= self.text.len() {
            return Ok(None);
        }
        let mut fields = Vec::new();
        loop {
            let (field, end) = self.field()?;
            fields.push(field);
            let rest = &self.text[end..];
            if rest.starts_with(',') {
                self.at = end + 1;
                continue;
            }
            let newline = rest.strip_prefix('\r').unwrap_or(rest);
            self.at = end + (rest.len() - newline.len()) + usize::from(newline.starts_with('\n'));
            return Ok(Some(fields));
        }
    }

    /// The field that starts here, and where it ends.
    fn field(&self) -> Result<(Field, usize), Fault> {
        let start = self.at;
        let rest = &self.text[start..];
        let Some(quoted) = rest.strip_prefix('"') else {
            let length = rest.find([',', '\n']).unwrap_or(rest.len());
            let text = &rest[..length];
            let text = if rest[length..].starts_with(',') {
                text
            } else {
                text.trim_end_matches('\r')
            };
            let field = Field {
                at: start,
                text: text.trim().to_owned(),
            };
            return Ok((field, start + text.len()));
        };
        let mut text = String::new();
        let mut from = 0;
        loop {
            let Some(quote) = quoted[from..].find('"') else {
                return Err(Fault::new(start, "a quotation mark opens here and is never closed"));
            };
            text.push_str(&quoted[from..from + quote]);
            from += quote + 1;
            match quoted[from..].chars().next() {
                Some('"') => {
                    text.push('"');
                    from += 1;
                }
                None | Some(',' | '\n' | '\r') => return Ok((Field { at: start, text }, start + 1 + from)),
                Some(_) => {
                    return Err(Fault::new(
                        start + 1 + from,
                        "a comma or the end of the line is missing here",
                    ));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<Vec<String>> {
        let mut lines = Lines { text, at: 0 };
        let mut all = Vec::new();
        while let Ok(Some(line)) = lines.next_line() {
            all.push(line.into_iter().map(|field| field.text).collect());
        }
        all
    }

    #[test]
    fn quoted_fields_may_hold_commas_quotes_and_lines() {
        let text = "a,\"b, c\",\"say \"\"hi\"\"\"\r\n\"two\nlines\",,x\n";
        assert_eq!(
            fields(text),
            [vec!["a", "b, c", "say \"hi\""], vec!["two\nlines", "", "x"]]
        );
        assert_eq!(fields("a,b"), [["a", "b"]]);
        assert_eq!(fields("a,\r\n"), [["a", ""]]);
    }
}
