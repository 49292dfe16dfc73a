//! Secrets out of JSON text, which may hold placeholders where JSON knows none: everything else stays as written.

use crate::import::parts::{Secrets, is_secret_name, secret, variable};

/// `text` with variables in place of values of members that are called like secrets, at any depth.
pub(crate) fn without_secrets(text: &str, place: &str, left: &mut dyn Secrets) -> String {
    let mut written = String::with_capacity(text.len());
    // What is open: an object or list, and the name of the secret member it lies in.
    let mut open: Vec<Option<String>> = Vec::new();
    let mut name: Option<String> = None;
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
        let inside = name.clone().or_else(|| open.last().cloned().flatten());
        match letter {
            '"' if text[end..].trim_start().starts_with(':') => {
                let own = unquoted(token);
                name = is_secret_name(&own).then_some(own);
                written.push_str(token);
            }
            '"' | '-' | '0'..='9' => {
                match &inside {
                    Some(name) => written.push_str(&replaced(token, name, place, left)),
                    None => written.push_str(token),
                }
                name = None;
            }
            '{' | '[' if token.len() == 1 => {
                open.push(inside);
                name = None;
                written.push_str(token);
            }
            '}' | ']' => {
                open.pop();
                written.push_str(token);
            }
            _ => {
                if letter == ',' || letter == '{' {
                    name = None;
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
    let open = secret(&value, &variable(&name.to_lowercase()), place, left);
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
