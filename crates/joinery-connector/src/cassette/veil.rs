//! Covering with dots what an audience must not read: secrets always, personal data by the rules that mask cassettes.
//! What a cassette already masked stands for nobody, and is shown.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

use super::{
    TestSettings,
    given::{is_stand_in, replace_secret},
    mask::{found_in, in_value},
    people::{Kind, stand_in},
    text::{EMAIL, Rewrite, in_url},
};
use crate::Secret;

/// What stands for a secret, whatever its length.
pub const COVER: &str = "••••••••";

/// The stand-ins of a kind that are known: a cassette with more of them is rare, and its last are covered once more.
const STAND_INS: usize = 200;

/// The text that replaces another of a cassette, such as `redacted-token`.
static REDACTED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"redacted-[\w-]+").expect("a constant that works"));

/// What covers everything that was seen.
#[derive(Debug)]
pub struct Veil {
    rewrite: Rewrite,
    personal: bool,
}

impl Veil {
    /// Covers `secrets`, and what is about a person in `seen`.
    pub fn over<'a>(settings: &TestSettings, secrets: &[Secret], seen: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut rewrite = Rewrite::default();
        for secret in secrets {
            replace_secret(&mut rewrite, secret.reveal(), COVER);
        }
        for (kind, value) in found_in(settings, seen) {
            if is_nobody(kind, &value) {
                rewrite.leave(&value);
            } else if kind == Kind::Secret {
                replace_secret(&mut rewrite, &value, COVER);
            } else if value.chars().count() > 2 {
                rewrite.words(&value, &covered(kind, &value));
            } else {
                rewrite.whole(&value, &covered(kind, &value));
            }
        }
        Self {
            rewrite,
            personal: settings.personal,
        }
    }

    /// The text with its covers. What a URL spells in bytes is covered as it is meant, and written as people read it.
    pub fn text(&self, text: &str) -> String {
        let covered = in_url(text, &mut |part| self.part(part));
        if !covered.contains('%') {
            return covered;
        }
        // A path, or a URL inside of a message, is no URL by itself.
        let read = percent_encoding::percent_decode_str(&covered).decode_utf8_lossy();
        let again = self.part(&read);
        if covered == text && again == read {
            covered
        } else {
            again
        }
    }

    /// Covers every text of a value.
    pub fn value(&self, value: &mut Value) {
        in_value(value, &mut |text| self.text(text));
    }

    fn part(&self, text: &str) -> String {
        let text = self.rewrite.rewrite(text);
        let text = REDACTED.replace_all(&text, COVER);
        if !self.personal {
            return text.into_owned();
        }
        // An address may stand where no answer showed it, such as in a script.
        let address = |found: &Captures| match &found[0] {
            nobody if is_nobody(Kind::Email, nobody) => nobody.to_owned(),
            address => covered(Kind::Email, address),
        };
        EMAIL.replace_all(&text, address).into_owned()
    }
}

/// Whether a value is one that a cassette put in place of another.
fn is_nobody(kind: Kind, value: &str) -> bool {
    kind != Kind::Secret && !is_stand_in(value) && (1..=STAND_INS).any(|number| stand_in(kind, number) == value)
}

/// The value with dots for its letters: the first of a word is left, and where a mail goes to.
fn covered(kind: Kind, value: &str) -> String {
    match (kind, value.split_once('@')) {
        (Kind::Secret, _) => COVER.to_owned(),
        (Kind::Email, Some((person, host))) => format!("{}@{host}", dotted(person, true)),
        (Kind::Phone | Kind::Number | Kind::Birth, _) => dotted(value, false),
        _ => dotted(value, true),
    }
}

fn dotted(text: &str, initials: bool) -> String {
    let mut within = false;
    let dot = |letter: char| {
        let shown = !letter.is_alphanumeric() || initials && !within;
        within = letter.is_alphanumeric();
        if shown { letter } else { '•' }
    };
    text.chars().map(dot).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn veil(seen: &Value) -> Veil {
        Veil::over(&TestSettings::default(), &[Secret::new("s3cret-value")], [seen])
    }

    #[test]
    fn people_and_secrets_are_covered_wherever_they_stand() {
        let seen = json!({
            "profile": { "firstName": "Ada", "lastName": "Lovelace", "login": "ada.lovelace@acme.example" },
            "phones": [{ "value": "+44 20 1234" }],
            "token": "abcdefghijkl",
            "status": "ACTIVE",
        });
        let veil = veil(&seen);
        let mut shown = seen.clone();
        veil.value(&mut shown);
        assert_eq!(
            shown,
            json!({
                "profile": { "firstName": "A••", "lastName": "L•••••••", "login": "a••.l•••••••@acme.example" },
                "phones": [{ "value": "+•• •• ••••" }],
                "token": COVER,
                "status": "ACTIVE",
            })
        );
        let texts = [
            "https://acme.example/users/ada.lovelace%40acme.example?token=abcdefghijkl",
            "Authorization: s3cret-value",
            "Ada Lovelace wrote to bob@other.example",
            "https://acme.example/plain%20path",
            "GET /users/eve%40other.example?q=Ada%20Lovelace was refused",
        ];
        assert_eq!(
            texts.map(|text| veil.text(text)),
            [
                format!("https://acme.example/users/a••.l•••••••@acme.example?token={COVER}"),
                format!("Authorization: {COVER}"),
                "A•• L••••••• wrote to b••@other.example".to_owned(),
                "https://acme.example/plain%20path".to_owned(),
                "GET /users/e••@other.example?q=A•• L••••••• was refused".to_owned(),
            ]
        );
    }

    #[test]
    fn what_a_cassette_masked_is_shown_and_its_secrets_are_not() {
        let seen = json!({ "firstName": "Given1", "email": "person1@example.com", "mobilePhone": "+15550000001" });
        let mut shown = seen.clone();
        veil(&seen).value(&mut shown);
        assert_eq!(shown, seen);
        assert_eq!(
            veil(&seen).text("redacted-token, redacted-2"),
            format!("{COVER}, {COVER}")
        );
    }

    #[test]
    fn a_connector_that_masks_no_people_shows_them_and_no_secret() {
        let settings = TestSettings {
            personal: false,
            ..TestSettings::default()
        };
        let seen = json!({ "firstName": "Ada", "password": "correct horse" });
        let mut shown = seen.clone();
        Veil::over(&settings, &[], [&seen]).value(&mut shown);
        assert_eq!(shown, json!({ "firstName": "Ada", "password": COVER }));
    }
}
