//! The read-only guard: what may be written to a live org, and who must be asked first.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use url::Url;

use super::Environment;
use crate::error::{Code, Error};

/// Whether a connection may only read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ReadOnly {
    /// Nothing is ever written.
    True,
    /// Writes go out unasked.
    False,
    /// Someone is asked before the first write.
    Ask,
}

impl ReadOnly {
    /// Every rule, in the order fronts offer them.
    pub const ALL: [Self; 3] = [Self::Ask, Self::True, Self::False];

    /// Its word in profiles and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::True => "true",
            Self::False => "false",
            Self::Ask => "ask",
        }
    }

    /// The rule of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.word() == word)
    }
}

/// What guards a connection's org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// The connection's name; empty where there is none.
    pub connection: String,
    /// Whether its org is live: not the sandbox, and not on this machine unless the profile says otherwise.
    pub live: bool,
    /// Its rule.
    pub read_only: ReadOnly,
    base_url: String,
}

/// What the guard says of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It may go out.
    Free,
    /// It may not, whoever says so.
    Refused(Refusal),
    /// Someone must be asked, unless they allowed this org before.
    Ask(Write),
}

/// A write that someone must allow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Write {
    /// The method.
    pub method: String,
    /// The org's host.
    pub org: String,
    /// The path, without its query: that may hold what is secret.
    pub path: String,
    /// The connection's name; empty where there is none.
    pub connection: String,
}

/// Why a write was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The profile is read-only.
    ReadOnly(Write),
    /// Nobody can be asked.
    Nobody(Write),
    /// Whoever was asked said no.
    Declined(Write),
    /// The run was stopped meanwhile.
    Cancelled,
}

impl Guard {
    /// The guard of a connection to `base_url`, as its profile has it.
    pub fn new(
        connection: &str,
        base_url: &str,
        environment: Option<Environment>,
        read_only: Option<ReadOnly>,
    ) -> Self {
        let here = Url::parse(base_url).is_ok_and(|url| joinery_http::is_loopback(&url));
        Self {
            connection: connection.to_owned(),
            // What is elsewhere is live whatever it is called; what is here is live where someone says so.
            live: !here || environment.is_some_and(|given| given != Environment::Sandbox),
            read_only: read_only.unwrap_or(ReadOnly::Ask),
            base_url: base_url.to_owned(),
        }
    }

    /// What to do about a request.
    pub(crate) fn judge(&self, method: &str, url: &str) -> Verdict {
        let Ok(url) = Url::parse(url) else { return Verdict::Free };
        if !writes(method) {
            return Verdict::Free;
        }
        let own = Url::parse(&self.base_url).is_ok_and(|base| base.origin() == url.origin());
        let write = Write {
            method: method.to_ascii_uppercase(),
            org: authority(&url),
            path: url.path().to_owned(),
            connection: self.connection.clone(),
        };
        if own && self.read_only == ReadOnly::True {
            return Verdict::Refused(Refusal::ReadOnly(write));
        }
        let live = if own {
            self.live
        } else {
            !joinery_http::is_loopback(&url)
        };
        if live && !(own && self.read_only == ReadOnly::False) {
            Verdict::Ask(write)
        } else {
            Verdict::Free
        }
    }
}

/// Whether a method changes things (RFC 9110 §9.2.1).
fn writes(method: &str) -> bool {
    !["GET", "HEAD", "OPTIONS"]
        .iter()
        .any(|safe| method.eq_ignore_ascii_case(safe))
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

impl Write {
    /// What is about to happen, in words.
    pub fn question(&self) -> String {
        format!("This sends {} to a live org, {}.", self.method, self.org)
    }
}

impl Refusal {
    /// The stable word a script sees.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::ReadOnly(_) => "read_only",
            Self::Nobody(_) => "write_not_allowed",
            Self::Declined(_) => "write_declined",
            Self::Cancelled => "cancelled",
        }
    }

    /// What happened.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::ReadOnly(write) => format!(
                "connection `{}` is read-only: {} to {} was not sent",
                write.connection, write.method, write.org
            ),
            Self::Nobody(write) => format!(
                "{} to a live org, {}, was not sent: nobody can be asked here",
                write.method, write.org
            ),
            Self::Declined(write) => format!("{} to {} was not sent", write.method, write.org),
            Self::Cancelled => "cancelled".to_owned(),
        }
    }

    /// What to do.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::ReadOnly(_) => Some("Use another connection, or set read_only of this one to ask."),
            Self::Nobody(_) => Some("Give --allow-writes, or set read_only of the connection to false."),
            Self::Declined(_) => Some("Run it again and allow the write, or use the sandbox org."),
            Self::Cancelled => None,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::ReadOnly(_) => Code::Failed,
            Refusal::Nobody(_) => Code::Usage,
            Refusal::Declined(_) | Refusal::Cancelled => Code::Cancelled,
        };
        let error = Self::new(code, refusal.message());
        match refusal.hint() {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIVE: &str = "https://acme.okta.com";
    const HERE: &str = "http://127.0.0.1:8080";

    #[track_caller]
    fn check(
        base_url: &str,
        profile: (Option<Environment>, Option<ReadOnly>),
        method: &str,
        url: &str,
        expected: &str,
    ) {
        let said = match Guard::new("acme", base_url, profile.0, profile.1).judge(method, url) {
            Verdict::Free => "free",
            Verdict::Ask(_) => "ask",
            Verdict::Refused(_) => "refused",
        };
        assert_eq!(said, expected, "{method} {url} on {base_url} with {profile:?}");
    }

    #[test]
    fn reading_is_free_everywhere() {
        for method in ["GET", "head", "OPTIONS"] {
            check(
                LIVE,
                (None, Some(ReadOnly::True)),
                method,
                "https://acme.okta.com/x",
                "free",
            );
        }
    }

    #[test]
    fn writing_to_a_live_org_asks_and_on_this_machine_it_does_not() {
        for method in ["POST", "put", "PATCH", "DELETE", "MKCOL"] {
            check(LIVE, (None, None), method, "https://acme.okta.com/x", "ask");
            check(HERE, (None, None), method, "http://127.0.0.1:8080/x", "free");
        }
    }

    #[test]
    fn a_profile_decides_for_its_own_org() {
        let url = "https://acme.okta.com/x";
        check(LIVE, (None, Some(ReadOnly::False)), "POST", url, "free");
        check(LIVE, (None, Some(ReadOnly::True)), "POST", url, "refused");
        check(
            HERE,
            (None, Some(ReadOnly::True)),
            "POST",
            "http://127.0.0.1:8080/x",
            "refused",
        );
        check(
            HERE,
            (Some(Environment::Production), None),
            "POST",
            "http://127.0.0.1:8080/x",
            "ask",
        );
        check(
            HERE,
            (Some(Environment::Sandbox), None),
            "POST",
            "http://127.0.0.1:8080/x",
            "free",
        );
        // Calling a live org a sandbox does not make it one.
        check(LIVE, (Some(Environment::Sandbox), None), "POST", url, "ask");
    }

    #[test]
    fn another_host_than_the_connections_is_live_unless_it_is_here() {
        let other = "https://hooks.example.com/x";
        check(HERE, (None, None), "POST", other, "ask");
        check(LIVE, (None, Some(ReadOnly::False)), "POST", other, "ask");
        check(LIVE, (None, None), "POST", "http://localhost:9/x", "free");
        check("", (None, None), "POST", other, "ask");
        check("", (None, None), "POST", "http://localhost:9/x", "free");
    }

    #[test]
    fn the_question_names_method_and_org_and_leaves_the_query_out() {
        let guard = Guard::new("acme", LIVE, None, None);
        let Verdict::Ask(write) = guard.judge("delete", "https://acme.okta.com/api/v1/users/7?token=x") else {
            panic!("a live org asks");
        };
        assert_eq!(write.question(), "This sends DELETE to a live org, acme.okta.com.");
        assert_eq!(write.path, "/api/v1/users/7");
    }
}
