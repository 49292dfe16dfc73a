//! Secrets out of JSON text, which may hold placeholders where JSON knows none: everything else stays as written.

use crate::import::parts::{Secrets, describes_secret, is_secret_name, secret, secret_variable};

/// `text` with variables in place of values of members that are called like secrets, at any depth.
pub(crate) fn without_secrets(text: &str, place: &str, left: &mut dyn Secrets) -> String {
    let mut written = String::with_capacity(text.len());
    // What is open: an object or list, and the name of the secret member it lies in.
    let mut open: Vec<Option<String>> = Vec::new();
    // The name of the member whose value comes next.
    let mut member: Option<String> = None;
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        let end = match letter {
            '"' => string_end(text, at),
            letter if letter.is_ascii_digit() || letter == '-' => number_end(text, at),
            // A placeholder outside of a string.
            '{' if text[at..].starts_with("{{") => text[at..].find("}}").map_or(text.len(), |end| at + end + 2),
            letter => at + letter.len_utf8(),
        };
        let token = &text[at..end];
        let around = || open.last().cloned().flatten();
        match letter {
            '"' if text[end..].trim_start().starts_with(':') => {
                member = Some(unquoted(token));
                written.push_str(token);
            }
            '"' | '-' | '0'..='9' => {
                let secret = match member.take() {
                    Some(name) if is_secret_name(&name) => Some(name),
                    Some(name) if describes_secret(&name) => None,
                    // `{"password": {"hash": {"salt": "..."}}}` is another secret than the password's `value`.
                    Some(name) if name != "value" => around().map(|around| format!("{around}_{name}")),
                    _ => around(),
                };
                match secret {
                    Some(name) => written.push_str(&replaced(token, &name, place, left)),
                    None => written.push_str(token),
                }
            }
            '{' | '[' if token.len() == 1 => {
                open.push(member.take().filter(|name| is_secret_name(name)).or_else(around));
                written.push_str(token);
            }
            '}' | ']' => {
                open.pop();
                written.push_str(token);
            }
            _ => {
                if letter == ',' || letter == '{' {
                    member = None;
                }
                written.push_str(token);
            }
        }
        at = end;
    }
    written
}

/// A value of a member that is called like a secret.
fn replaced(token: &str, name: &str, place: &str, left: &mut dyn Secrets) -> String {
    let value = if token.starts_with('"') {
        unquoted(token)
    } else {
        token.to_owned()
    };
    if value.is_empty() {
        return token.to_owned();
    }
    let open = secret(&value, &secret_variable(name), place, left);
    if open == value {
        return token.to_owned();
    }
    serde_json::Value::from(open).to_string()
}

fn unquoted(token: &str) -> String {
    serde_json::from_str(token).unwrap_or_else(|_| token.trim_matches('"').to_owned())
}

/// Quotes in a placeholder, as in `"{{prompt("Password")}}"`, end no string.
fn string_end(text: &str, start: usize) -> usize {
    let mut at = start + 1;
    while let Some(letter) = text[at..].chars().next() {
        at += match letter {
            '"' => return at + 1,
            '\\' => 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
            '{' if text[at..].starts_with("{{") => text[at..].find("}}").map_or(2, |end| end + 2),
            other => other.len_utf8(),
        };
    }
    text.len()
}

fn number_end(text: &str, start: usize) -> usize {
    let inside = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '+' | '-');
    text[start..]
        .find(|letter| !inside(letter))
        .map_or(text.len(), |end| start + end)
}
