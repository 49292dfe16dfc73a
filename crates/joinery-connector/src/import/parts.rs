//! What the readers of files share: JSON or YAML as one value, rows, ways to sign in, and secrets left out.

use std::collections::BTreeMap;

use serde_json::{Map, Value, value::RawValue};

use super::{NotCarried, Refused};
use crate::{
    action::words,
    request::{Pair, RequestAuth},
};

/// How often anchors of a YAML file may be repeated in all.
const MAX_REPEATED: usize = 100_000;

/// A text that is JSON or YAML.
pub(super) fn document(text: &str) -> Result<Value, Refused> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with(['{', '[']) {
        return Ok(serde_json::from_str(text)?);
    }
    let options = serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MAX_REPEATED },
    };
    serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| Refused::new(format!("it is neither JSON nor YAML: {error}")))
}

/// Whether a text is an object, in JSON or YAML, with one of these members at its top.
pub(super) fn has_member(text: &str, names: &[&str]) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{') {
        let members = serde_json::from_str::<BTreeMap<String, &RawValue>>(text);
        return members.is_ok_and(|members| names.iter().any(|name| members.contains_key(*name)));
    }
    text.lines().any(|line| {
        let name = line.split_once(':').map(|(name, _)| name.trim_matches(['"', '\'']));
        name.is_some_and(|name| names.contains(&name))
    })
}

/// The text of a member; empty where there is none.
pub(super) fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}

/// The entries of a list; none where it is none.
pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The members of an object; none where it is none.
pub(super) fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// A value as a person would type it: a text without quotes.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A value as JSON that people read.
pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

pub(super) fn row(name: impl Into<String>, value: impl Into<String>) -> Pair {
    Pair {
        name: name.into(),
        value: value.into(),
        enabled: true,
        description: String::new(),
    }
}

/// A way to sign in of the request's own. Settings without a value are left to the kind's defaults.
pub(super) fn own(kind: &str, settings: &[(&str, &str)]) -> RequestAuth {
    let given = settings.iter().filter(|(_, value)| !value.is_empty());
    RequestAuth::Own {
        kind: kind.to_owned(),
        settings: given
            .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
            .collect::<Map<_, _>>(),
    }
}

/// Who decides what is to stand for a secret that is written out.
pub(crate) trait Secrets {
    /// What stands in a file for `value`; `name` is the variable it would be, `place` where it stands.
    fn stand_in(&mut self, value: &str, name: &str, place: &str) -> String;
}

/// Every secret becomes a variable, and the reader is told to save its value elsewhere.
impl Secrets for Vec<NotCarried> {
    fn stand_in(&mut self, value: &str, name: &str, place: &str) -> String {
        if !value.is_empty() {
            self.push(NotCarried::new(
                place,
                format!("the value of `{name}`"),
                format!("secrets are not kept in files: save it in the connection as `{name}`"),
            ));
        }
        format!("{{{{{name}}}}}")
    }
}

/// What stands in a file for a secret: a text that is one variable, or says yes or no, stays; of any other `left`
/// decides.
pub(super) fn secret(value: &str, name: &str, place: &str, left: &mut dyn Secrets) -> String {
    let inner = value.trim().strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    if inner.is_some_and(|inner| !inner.contains(['{', '}'])) {
        return value.trim().to_owned();
    }
    if matches!(value, "true" | "false") {
        return value.to_owned();
    }
    left.stand_in(value, name, place)
}

/// Words in the names of secrets.
const SECRET: &[&str] = &[
    "secret",
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "recoveryquestion",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "authorization",
    "credential",
    "cookie",
    "sessionid",
    "signature",
    "assertion",
];

/// Names that are secrets as they stand, and mean anything inside longer ones.
const SECRET_ALONE: &[&str] = &["pwd", "pass", "pin", "otp", "jwt", "ssws", "auth", "xauth"];

/// Ends of names that tell of a secret and are none: `token_url`, `accessTokenLifetimeMinutes`.
const ABOUT: &[&str] = &[
    "url",
    "uri",
    "endpoint",
    "type",
    "expiresin",
    "expiresat",
    "lifetime",
    "days",
    "hours",
    "minutes",
    "seconds",
    "method",
    "algorithm",
    "name",
    "id",
];

/// Ends of names of members that describe the secret they lie in: Okta's `credentials.userName`,
/// `recovery_question.question`, `password.hash.algorithm`.
const DESCRIBES: &[&str] = &[
    "question", "status", "change", "use", "kid", "issuer", "audience", "scope", "scopes", "mode", "order", "factor",
];

/// Whether what is called so is likely a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let name = run_together(name);
    if SECRET_ALONE.contains(&name.as_str()) || name.ends_with("sessionid") {
        return true;
    }
    SECRET.iter().any(|word| name.contains(word)) && !ABOUT.iter().any(|end| name.ends_with(end))
}

/// Whether a member called so only describes the secret that it lies in.
pub(super) fn describes_secret(name: &str) -> bool {
    let together = run_together(name);
    !is_secret_name(name) && ABOUT.iter().chain(DESCRIBES).any(|end| together.ends_with(end))
}

/// The variable for a secret that is called `name`: `secret_key` for `secretKey`.
pub(super) fn secret_variable(name: &str) -> String {
    variable(&words(name).join("_"))
}

/// The name in small letters, with nothing between its words.
fn run_together(name: &str) -> String {
    let letters = name.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// A header or parameter row, its value replaced by a variable where its name says that it is a secret.
pub(super) fn guarded(mut row: Pair, place: &str, left: &mut dyn Secrets) -> Pair {
    if !is_secret_name(&row.name) || row.value.is_empty() {
        return row;
    }
    let name = secret_variable(&row.name);
    // `Bearer {{token}}` names its variable already; only the literal part matters.
    let literal = ["Bearer ", "SSWS ", "Basic ", "Token ", "DPoP "]
        .iter()
        .find_map(|scheme| Some((*scheme, row.value.strip_prefix(scheme)?)));
    row.value = match literal {
        Some((scheme, rest)) => format!("{scheme}{}", secret(rest, &name, place, left)),
        None => secret(&row.value, &name, place, left),
    };
    row
}

/// Values that are not secret; the names of the others are told.
pub(super) fn open_values(
    values: impl IntoIterator<Item = (String, String)>,
    place: &str,
    left: &mut dyn Secrets,
) -> BTreeMap<String, String> {
    let mut open = BTreeMap::new();
    for (name, value) in values {
        let signs = ["Bearer ", "SSWS ", "Basic ", "DPoP "]
            .iter()
            .any(|scheme| value.starts_with(scheme));
        // An address may be called after what it is for: `token_address`.
        let is_address = value.starts_with("http://") || value.starts_with("https://") || value.starts_with("{{");
        if signs && !value.contains("{{") || is_secret_name(&name) && !is_address {
            let written = secret(&value, &name, place, left);
            if written == value.trim() {
                open.insert(name, value);
            } else if written != format!("{{{{{name}}}}}") {
                open.insert(name, written);
            }
        } else {
            open.insert(name, super::guard::address_without_user(&value, place, left));
        }
    }
    open
}

/// Dynamic variables of Postman and Bruno that a template function answers.
const DYNAMIC: &[(&str, &str)] = &[
    ("$guid", "uuid()"),
    ("$randomUUID", "uuid()"),
    ("$timestamp", "now(\"unix\")"),
    ("$isoTimestamp", "now()"),
    ("$randomInt", "random(0, 1000)"),
];

/// A text of Postman or Bruno with its placeholders as they are written here.
pub(super) fn template(text: &str, place: &str, left: &mut Vec<NotCarried>) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        written.push_str(before);
        written.push_str("{{");
        let Some((name, after)) = after.split_once("}}").filter(|(name, _)| is_name(name)) else {
            rest = after;
            continue;
        };
        let name = name.trim();
        if !name.starts_with('$') {
            written.push_str(&super::postman::variable_name(name));
        } else if let Some((_, call)) = DYNAMIC.iter().find(|(dynamic, _)| *dynamic == name) {
            written.push_str(call);
        } else {
            let why = "there is no template function for it: write a value";
            let not_carried = NotCarried::new(place, format!("{{{{{name}}}}}"), why);
            if !left.contains(&not_carried) {
                left.push(not_carried);
            }
            written.push_str(name);
        }
        written.push_str("}}");
        rest = after;
    }
    written + rest
}

/// Whether a text between braces names something.
pub(super) fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains(['{', '}', '\n', '"'])
}

/// A name that a variable can have: letters, digits and underscores.
pub(super) fn variable(name: &str) -> String {
    let letter = |letter: char| if letter.is_alphanumeric() { letter } else { '_' };
    let name: String = name.trim().chars().map(letter).collect();
    if name.is_empty() { "value".to_owned() } else { name }
}
