//! Text that must never be shown. Printing, formatting and serialising it give stars.

use std::fmt;

use serde::{Serialize, Serializer};

/// What stands in for a secret wherever one would be shown.
pub const MASK: &str = "••••••";

/// A password, token or key. `Debug`, `Display` and `Serialize` show [`MASK`]; only [`Secret::reveal`] gives the text.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// Wraps `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself: for the wire, the keychain and signing only.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_stars_wherever_it_is_shown() {
        let secret = Secret::new("hush");
        let shown = format!("{secret} {secret:?} {} {:?}", serde_json::json!(secret), Some(&secret));
        assert!(!shown.contains("hush") && shown.matches(MASK).count() == 4, "{shown}");
        assert_eq!(secret.reveal(), "hush");
    }
}
