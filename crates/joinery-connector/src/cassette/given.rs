//! What a case gives as input and its cassette must not hold: passwords and the like. Each has a stand-in that says
//! where in the input it stands, so that a replay, which is given the same input, finds its requests again.

use serde_json::Value;

use super::{RecordedRequest, mask, secret_stand_in, text::Rewrite};
use crate::{Secret, schema::Field};

/// The least letters of a text that is looked for inside other text. A shorter one is replaced where it stands alone.
const SHORTEST: usize = 3;

/// The least letters of a secret that is looked for inside words too.
const SHORTEST_SECRET: usize = 8;

/// A text of an input.
#[derive(Debug, Clone)]
pub struct Given {
    /// The names of the members that lead to it, joined by dashes.
    place: String,
    text: Secret,
    /// Whether its field is secret.
    secret: bool,
}

impl Given {
    /// Its text, where its field is secret.
    pub fn secret(&self) -> Option<&Secret> {
        self.secret.then_some(&self.text)
    }
}

/// Every text of `input`, of which `fields` say what is secret.
pub fn given(fields: &[Field], input: &Value) -> Vec<Given> {
    let mut found = Vec::new();
    add_members(fields, input, false, "input", &mut found);
    found
}

/// The input as it may be kept in a file beside `cassette_text`: secrets are replaced by what stands there for them.
pub fn shown_input(given: &[Given], cassette_text: &str, input: &mut Value) {
    let mut rewrite = Rewrite::default();
    for one in given {
        let stand_in = stand_in_of(given, one.text.reveal());
        if let Some(stand_in) = stand_in.filter(|shown| is_secret(given, one) || holds(cassette_text, shown)) {
            rewrite.whole(one.text.reveal(), &stand_in);
        }
    }
    mask::in_value(input, &mut |text| rewrite.rewrite(text));
}

/// Replaces `text` as far as its length allows: a short one stands in other words by chance.
pub(super) fn replace_secret(rewrite: &mut Rewrite, text: &str, shown: &str) {
    match text.chars().count() {
        SHORTEST_SECRET.. => rewrite.anywhere(text, shown),
        SHORTEST.. => rewrite.words(text, shown),
        _ => rewrite.whole(text, shown),
    }
}

/// Replaces what stands in secret fields, wherever else it stands.
pub(super) fn replace_secret_fields(rewrite: &mut Rewrite, given: &[Given]) {
    for one in given.iter().filter(|one| one.secret && !is_stand_in(one.text.reveal())) {
        if let Some(shown) = stand_in_of(given, one.text.reveal()) {
            replace_secret(rewrite, one.text.reveal(), &shown);
        }
    }
}

/// The stand-in of a text that is given; of the same text given twice, the first place counts.
pub(super) fn stand_in_of(given: &[Given], text: &str) -> Option<String> {
    let first = given.iter().find(|one| one.text.reveal() == text)?;
    Some(secret_stand_in(&first.place))
}

/// Whether a text is a stand-in already, as in a case that was saved from a run.
pub(super) fn is_stand_in(text: &str) -> bool {
    text.starts_with("redacted-")
}

/// Replaces what is given by the stand-ins that `requests` hold.
pub(super) fn disguise(given: &[Given], requests: &[&RecordedRequest]) -> Rewrite {
    let texts: Vec<String> = requests
        .iter()
        .map(|request| serde_json::to_string(request).unwrap_or_default())
        .collect();
    let mut rewrite = Rewrite::default();
    for one in given.iter().filter(|one| !is_stand_in(one.text.reveal())) {
        let stand_in = stand_in_of(given, one.text.reveal());
        if let Some(shown) = stand_in.filter(|shown| texts.iter().any(|text| holds(text, shown))) {
            replace_secret(&mut rewrite, one.text.reveal(), &shown);
        }
    }
    rewrite
}

fn is_secret(given: &[Given], one: &Given) -> bool {
    given.iter().any(|other| other.secret && other.text == one.text)
}

/// Whether `text` holds `stand_in`, and not only one that begins like it.
fn holds(text: &str, stand_in: &str) -> bool {
    let goes_on = |after: char| after.is_alphanumeric() || after == '-' || after == '_';
    text.match_indices(stand_in)
        .any(|(at, _)| !text[at + stand_in.len()..].starts_with(goes_on))
}

fn add(field: Option<&Field>, value: &Value, inherited: bool, place: &str, found: &mut Vec<Given>) {
    let secret = inherited || field.is_some_and(|field| field.secret || field.format.as_deref() == Some("password"));
    match value {
        Value::String(text) if !text.trim().is_empty() => found.push(Given {
            place: place.to_owned(),
            text: Secret::new(text),
            secret,
        }),
        Value::Object(_) => {
            let fields = field.map(|field| field.properties.as_slice()).unwrap_or_default();
            add_members(fields, value, secret, place, found);
        }
        Value::Array(items) => {
            let of = field.and_then(|field| field.of.as_deref());
            for (number, item) in items.iter().enumerate() {
                add(of, item, secret, &format!("{place}-{number}"), found);
            }
        }
        _ => {}
    }
}

fn add_members(fields: &[Field], value: &Value, inherited: bool, place: &str, found: &mut Vec<Given>) {
    for (name, member) in value.as_object().into_iter().flatten() {
        let field = fields.iter().find(|field| field.name == *name);
        add(field, member, inherited, &format!("{place}-{name}"), found);
    }
}
