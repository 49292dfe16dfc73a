//! What an org is for, and whether writing to it needs care.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use url::Url;

/// What an org is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Environment {
    /// People work with it.
    Production,
    /// It shows what comes to production next.
    Preview,
    /// Developers try things in it.
    Development,
    /// Nothing in it is real.
    Sandbox,
}

impl Environment {
    /// Every environment, in the order fronts offer them.
    pub const ALL: [Self; 4] = [Self::Production, Self::Preview, Self::Development, Self::Sandbox];

    /// Its word in profiles and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Preview => "preview",
            Self::Development => "development",
            Self::Sandbox => "sandbox",
        }
    }

    /// The environment of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.word() == word)
    }

    /// What the address alone says. An address that says nothing is taken for production: too much care is the
    /// smaller mistake.
    pub fn guess(base_url: &str) -> Self {
        let Ok(url) = Url::parse(base_url) else {
            return Self::Production;
        };
        let host = url.host_str().unwrap_or_default();
        let name = host.split('.').next().unwrap_or_default();
        if joinery_http::is_loopback(&url) {
            Self::Sandbox
        } else if host.ends_with(".oktapreview.com") {
            Self::Preview
        } else if host.ends_with(".okta.com") && ["dev-", "trial-", "integrator-"].iter().any(|it| name.starts_with(it))
        {
            Self::Development
        } else {
            Self::Production
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_its_environment() {
        for (url, expected) in [
            ("http://127.0.0.1:8080", Environment::Sandbox),
            ("http://localhost:1", Environment::Sandbox),
            ("https://acme.oktapreview.com", Environment::Preview),
            ("https://dev-123456.okta.com", Environment::Development),
            ("https://integrator-1234567.okta.com", Environment::Development),
            ("https://trial-7.okta.com", Environment::Development),
            ("https://acme.okta.com", Environment::Production),
            ("https://dev-1.example.com", Environment::Production),
            ("", Environment::Production),
        ] {
            assert_eq!(Environment::guess(url), expected, "{url}");
        }
    }

    #[test]
    fn a_word_means_one_environment() {
        for each in Environment::ALL {
            assert_eq!(Environment::of_word(each.word()), Some(each));
            assert_eq!(serde_json::to_value(each).unwrap(), each.word());
        }
        assert_eq!(Environment::of_word("prod"), None);
    }
}
