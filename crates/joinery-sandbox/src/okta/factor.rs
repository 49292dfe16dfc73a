//! A factor of a user: its state, and the object Okta shows.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::ids::Id;
use super::totp;
use crate::clock::Time;
use crate::intern::{self, Word};
use crate::random;

/// A kind of factor: type, provider, the start of its ids, and what its profile has to name.
pub struct FactorKind(
    pub &'static str,
    pub &'static str,
    pub &'static [u8; 3],
    pub Option<&'static str>,
);

/// The kinds of factors of the sandbox.
pub const KINDS: &[FactorKind] = &[
    FactorKind("question", "OKTA", b"ufs", Some("question")),
    FactorKind("token:software:totp", "OKTA", b"ost", None),
    FactorKind("token:software:totp", "GOOGLE", b"uft", None),
    FactorKind("push", "OKTA", b"opf", None),
    FactorKind("sms", "OKTA", b"mbl", Some("phoneNumber")),
    FactorKind("call", "OKTA", b"clf", Some("phoneNumber")),
    FactorKind("email", "OKTA", b"emf", Some("email")),
];

/// The security questions a user may choose from.
pub const QUESTIONS: &[(&str, &str)] = &[
    ("disliked_food", "What is the food you least liked as a child?"),
    (
        "name_of_first_plush_toy",
        "What is the name of your first stuffed animal?",
    ),
    ("first_award", "What did you earn your first medal or award for?"),
    ("favorite_security_question", "What is your favorite security question?"),
    (
        "favorite_toy",
        "What is the toy/stuffed animal you liked the most as a kid?",
    ),
    ("first_computer_game", "What was the first computer game you played?"),
    ("favorite_movie_quote", "What is your favorite movie quote?"),
    (
        "first_sports_team_mascot",
        "What was the mascot of the first sports team you played on?",
    ),
    (
        "first_music_purchase",
        "What music album or song did you first purchase?",
    ),
    ("favorite_art_piece", "What is your favorite piece of art?"),
    (
        "grandmother_favorite_desert",
        "What was your grandmother's favorite dessert?",
    ),
    ("first_thing_cooked", "What was the first thing you learned to cook?"),
    ("childhood_dream_job", "What was your dream job as a child?"),
    (
        "place_where_significant_other_was_met",
        "Where did you meet your spouse/significant other?",
    ),
    (
        "favorite_vacation_location",
        "Where did you go for your favorite vacation?",
    ),
    (
        "new_years_two_thousand",
        "Where were you on New Year's Eve in the year 2000?",
    ),
    ("favorite_speaker_actor", "Who is your favorite speaker/orator?"),
    (
        "favorite_book_movie_character",
        "Who is your favorite book/movie character?",
    ),
    ("favorite_sports_player", "Who is your favorite sports player?"),
];

/// A factor that a user has, or is about to have.
#[derive(Clone, Serialize, Deserialize)]
pub struct Factor {
    /// Its id.
    pub id: Id,
    /// Its type.
    #[serde(deserialize_with = "intern::word")]
    pub kind: Word,
    /// Who provides it.
    #[serde(deserialize_with = "intern::word")]
    pub provider: Word,
    /// Whether it is in use.
    pub active: bool,
    /// When it was made.
    pub created: Time,
    /// When it changed.
    pub last_updated: Time,
    /// What it is tied to: a number, an address, a question.
    pub profile: Map<String, Value>,
    /// The secret that makes its codes.
    pub secret: Option<Vec<u8>>,
    /// The last step of time whose code was used.
    pub used_step: Option<i64>,
    /// The transaction that waits for an approval.
    pub waiting: Option<String>,
    answer: Option<[u8; 32]>,
}

/// Shows neither secret nor answer.
impl std::fmt::Debug for Factor {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Factor")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl Factor {
    /// A factor that is not in use so far. The answer to a question is kept as a digest.
    pub fn new(id: Id, kind: &FactorKind, mut profile: Map<String, Value>, now: Time) -> Self {
        let answer = profile.shift_remove("answer");
        let answer = answer.as_ref().and_then(Value::as_str).map(|text| digest(id, text));
        let makes_codes = kind.0 == "token:software:totp";
        Self {
            id,
            kind: kind.0,
            provider: kind.1,
            active: false,
            created: now.whole_seconds(),
            last_updated: now.whole_seconds(),
            profile,
            secret: makes_codes.then(|| random::bytes(20)),
            used_step: None,
            waiting: None,
            answer,
        }
    }

    /// Whether this is the answer to its question, in any case.
    pub fn is_answered_by(&self, text: &str) -> bool {
        self.answer.is_some_and(|answer| answer == digest(self.id, text))
    }

    /// `ACTIVE` or `PENDING_ACTIVATION`.
    pub fn status(&self) -> &'static str {
        if self.active { "ACTIVE" } else { "PENDING_ACTIVATION" }
    }

    /// Whether a message tells its code.
    pub fn is_told(&self) -> bool {
        matches!(self.kind, "sms" | "call" | "email")
    }

    /// The object as Okta shows it.
    pub fn shown(&self, user: Id, url: &str) -> Value {
        let user = format!("{url}/api/v1/users/{user}");
        let path = format!("{user}/factors/{}", self.id);
        let link = |href: String, allow: Value| json!({"href": href, "hints": {"allow": allow}});
        let mut links = Map::new();
        if self.active {
            links.insert("verify".into(), link(format!("{path}/verify"), json!(["POST"])));
        } else if self.kind == "push" {
            links.insert(
                "poll".into(),
                link(format!("{path}/lifecycle/activate/poll"), json!(["POST"])),
            );
        } else {
            if self.is_told() {
                let mut resend = link(format!("{path}/resend"), json!(["POST"]));
                resend["name"] = self.kind.into();
                links.insert("resend".into(), json!([resend]));
            }
            let activate = link(format!("{path}/lifecycle/activate"), json!(["POST"]));
            links.insert("activate".into(), activate);
        }
        if self.kind == "question" {
            links.insert(
                "questions".into(),
                link(format!("{user}/factors/questions"), json!(["GET"])),
            );
        }
        let allow = if self.active {
            json!(["GET", "DELETE"])
        } else {
            json!(["GET"])
        };
        links.insert("self".into(), link(path, allow));
        links.insert("user".into(), link(user, json!(["GET"])));
        let mut shown = json!({
            "id": self.id,
            "factorType": self.kind,
            "provider": self.provider,
            "vendorName": self.provider,
            "status": self.status(),
            "created": self.created,
            "lastUpdated": self.last_updated,
            "profile": self.profile,
            "_links": links,
        });
        if let Some(activation) = self.activation() {
            shown["_embedded"] = json!({"activation": activation});
        }
        shown
    }

    /// What a device needs in order to become the factor; told until it has.
    fn activation(&self) -> Option<Value> {
        if self.active {
            return None;
        }
        if self.kind == "push" {
            return Some(json!({
                "expiresAt": Time(self.created.0 + 10 * 60 * 1000), "factorResult": "WAITING",
            }));
        }
        let secret = totp::encode(self.secret.as_ref()?);
        Some(json!({
            "timeStep": totp::STEP_SECONDS, "sharedSecret": secret, "encoding": "base32", "keyLength": 6,
        }))
    }
}

fn digest(id: Id, text: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(id.as_str())
        .chain_update(text.to_lowercase())
        .finalize()
        .into()
}
