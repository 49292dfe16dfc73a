//! Finding values by `JSONPath` (RFC 9535).

use serde_json::Value;
use serde_json_path::JsonPath;

/// What stands for a value that a case does not look at.
const HIDDEN: &str = "(ignored)";

/// Why a path cannot be used.
pub(crate) fn mistake(path: &str) -> Option<String> {
    JsonPath::parse(path).err().map(|error| error.to_string())
}

/// The value at `path`. A path that may lead to several places gives a list of what it finds, however many.
pub fn select(path: &str, value: &Value) -> Option<Value> {
    let found = JsonPath::parse(path).ok()?.query(value).all();
    if leads_to_one(path) {
        return found.first().map(|value| (*value).clone());
    }
    Some(found.into_iter().cloned().collect())
}

/// Where a path leads in a value, as a JSON pointer, where that is one place; one that is not there yet too, where the
/// path names it by members only.
pub fn pointer(path: &str, value: &Value) -> Option<String> {
    let found = JsonPath::parse(path).ok()?.query_located(value);
    let mut places = found.locations();
    match (places.next(), places.next()) {
        (Some(place), None) => Some(place.to_json_pointer()),
        (Some(_), Some(_)) => None,
        (None, _) => {
            let names = path.strip_prefix("$.")?;
            let is_plain = |name: &str| name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
            names
                .split('.')
                .all(|name| !name.is_empty() && is_plain(name))
                .then(|| format!("/{}", names.replace('.', "/")))
        }
    }
}

/// The value with everything at these paths made the same.
pub fn hide<'a>(value: &Value, paths: impl IntoIterator<Item = &'a str>) -> Value {
    let mut hidden = value.clone();
    for path in paths {
        let Ok(path) = JsonPath::parse(path) else { continue };
        let pointers: Vec<String> = path
            .query_located(&hidden)
            .locations()
            .map(serde_json_path::NormalizedPath::to_json_pointer)
            .collect();
        for pointer in pointers {
            if let Some(found) = hidden.pointer_mut(&pointer) {
                *found = HIDDEN.into();
            }
        }
    }
    hidden
}

/// Whether a path consists of names and indexes only.
fn leads_to_one(path: &str) -> bool {
    let (mut quote, mut escaped, mut plain) = (None, false, String::new());
    for letter in path.chars() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if letter == '\\' => escaped = true,
            Some(open) if letter == open => quote = None,
            Some(_) => {}
            None if matches!(letter, '\'' | '"') => quote = Some(letter),
            None => plain.push(letter),
        }
    }
    !plain.contains("..") && !plain.contains(['*', '?', ':', ','])
}
