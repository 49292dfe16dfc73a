//! Names for new actions, fields and schemas, taken from words and paths.

use serde_json::Value;

use super::Taken;
use crate::{file::boundary, request::SavedRequest, variables::placeholders};

/// `Get a user` becomes `get_user`; a request without a name is named after its method and path.
pub(super) fn action(request: &SavedRequest, taken: &Taken) -> String {
    let mut words = words(&request.name);
    if words.len() > 1 {
        words.retain(|word| !["a", "an", "the"].contains(&word.as_str()));
    }
    let mut name = words.join("_");
    if name.is_empty() {
        let verb = match request.method.as_str() {
            "POST" => "create",
            "PUT" | "PATCH" => "update",
            "DELETE" => "delete",
            _ => "get",
        };
        let path = Path::of(&request.url);
        let thing = path.last.map_or_else(
            || "result".to_owned(),
            |last| if path.one { singular(&last) } else { last },
        );
        name = format!("{verb}_{thing}");
    }
    name.truncate(boundary(&name, 60));
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        name.insert_str(0, "action_");
    }
    free(name.trim_end_matches('_'), |name| {
        taken.actions.iter().any(|known| known == name)
    })
}

/// `name`, or `name_2`, `name_3` ... where that is taken.
pub(super) fn free(name: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(name) {
        return name.to_owned();
    }
    let mut number = 2;
    loop {
        let next = format!("{name}_{number}");
        if !taken(&next) {
            return next;
        }
        number += 1;
    }
}

/// The name of what a path answers: `user` for `/api/v1/users/{{id}}`, `users` for a list of them.
pub(super) fn schema(request: &SavedRequest, response: &Value) -> String {
    let path = Path::of(&request.url);
    let Some(last) = path.last else {
        return "result".to_owned();
    };
    if response.is_array() {
        return last;
    }
    if path.one || request.method == "POST" {
        singular(&last)
    } else {
        last
    }
}

/// What a URL's path is about.
struct Path {
    /// The last segment that names a kind of thing, in `snake_case`.
    last: Option<String>,
    /// Whether the path goes on to one of them.
    one: bool,
}

impl Path {
    fn of(url: &str) -> Self {
        let url = url.split(['?', '#']).next().unwrap_or_default();
        let path = match url.split_once("://") {
            Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
            None => url.trim_start_matches("{{base_url}}"),
        };
        let mut found = Self { last: None, one: false };
        for segment in path.split('/').filter(|segment| !segment.is_empty()) {
            if !placeholders(segment).is_empty() || is_one(segment) {
                found.one = found.last.is_some();
                continue;
            }
            let word = words(segment.split('.').next().unwrap_or_default()).join("_");
            if word.is_empty() || is_version(&word) {
                continue;
            }
            found = Self {
                last: Some(word),
                one: false,
            };
        }
        found
    }
}

/// Segments that stand for one thing as an id does.
fn is_one(segment: &str) -> bool {
    let id = segment.len() >= 12 && segment.bytes().filter(u8::is_ascii_digit).count() >= 2;
    matches!(segment, "me" | "self" | "current" | "default") || id || segment.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_version(word: &str) -> bool {
    word == "api"
        || word
            .strip_prefix('v')
            .is_some_and(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit()))
}

/// One of what an English plural names.
pub(super) fn singular(word: &str) -> String {
    for (ending, instead) in [
        ("ies", "y"),
        ("sses", "ss"),
        ("xes", "x"),
        ("ches", "ch"),
        ("shes", "sh"),
    ] {
        if let Some(stem) = word.strip_suffix(ending).filter(|stem| stem.len() > 1) {
            return format!("{stem}{instead}");
        }
    }
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 1 && !stem.ends_with(['s', 'u', 'i']) => stem.to_owned(),
        _ => word.to_owned(),
    }
}

/// The words of a name in lower case, split at anything but ASCII letters and digits, and where `camelCase` changes.
pub(crate) fn words(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (index, letter) in letters.iter().enumerate() {
        if !letter.is_ascii_alphanumeric() {
            // An apostrophe is part of its word: `user's`.
            if !matches!(letter, '\'' | '’') && !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            continue;
        }
        let before = index.checked_sub(1).map(|before| letters[before]);
        let after = letters.get(index + 1);
        let begins = letter.is_ascii_uppercase()
            && (before.is_some_and(|before| before.is_ascii_lowercase() || before.is_ascii_digit())
                || before.is_some_and(|before| before.is_ascii_uppercase())
                    && after.is_some_and(char::is_ascii_lowercase));
        if begins && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        word.push(letter.to_ascii_lowercase());
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// A name as people write it: `user_id` becomes `User ID`.
pub(super) fn label(name: &str) -> String {
    let words = words(name);
    let words: Vec<String> = words
        .into_iter()
        .enumerate()
        .map(|(index, word)| match word.as_str() {
            "id" | "url" | "uri" | "ip" | "api" | "sms" | "mfa" => word.to_uppercase(),
            "ids" => "IDs".to_owned(),
            _ if index == 0 => {
                let mut letters = word.chars();
                letters
                    .next()
                    .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
            }
            _ => word,
        })
        .collect();
    words.join(" ")
}
