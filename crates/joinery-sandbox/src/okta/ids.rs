//! Okta's ids: 20 characters, the first three naming the kind. Made in order, so that sorting by id sorts by age, and
//! from a counter, so that a seed gives the same ids every time.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH: usize = 20;

/// The id of a user, a group or any other resource.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id([u8; LENGTH]);

impl Id {
    /// Reads an id; `None` where the text cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; LENGTH] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_alphanumeric).then_some(Self(bytes))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("an id holds letters and digits only")
    }

    /// The id of another kind that belongs to this one, as a schema belongs to its user type.
    pub fn of_kind(mut self, kind: Kind) -> Self {
        self.0[..3].copy_from_slice(kind.prefix());
        self
    }
}

impl fmt::Display for Id {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl FromStr for Id {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text).ok_or_else(|| format!("`{text}` is not an id"))
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// What an id names.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A user.
    User,
    /// A group.
    Group,
    /// A user type.
    UserType,
    /// The schema of a user type.
    Schema,
    /// An API token.
    Token,
    /// A group rule.
    GroupRule,
    /// An app.
    App,
    /// An event hook.
    EventHook,
    /// A factor of a user; its kind has a prefix of its own.
    Factor(&'static [u8; 3]),
    /// Okta itself, as the log names it.
    System,
    /// A scope granted to an app.
    ScopeGrant,
    /// An admin role that somebody has.
    Role,
    /// The secret of a client.
    ClientSecret,
    /// A public key of a client.
    ClientKey,
    /// A connection from one app to another.
    AppConnection,
    /// A record; its kind has a prefix of its own.
    Record(&'static [u8; 3]),
}

impl Kind {
    const fn prefix(self) -> &'static [u8; 3] {
        match self {
            Self::User => b"00u",
            Self::Group => b"00g",
            Self::UserType => b"oty",
            Self::Schema => b"osc",
            Self::Token => b"00T",
            Self::GroupRule => b"0pr",
            Self::App => b"0oa",
            Self::EventHook => b"who",
            Self::Factor(prefix) | Self::Record(prefix) => prefix,
            Self::System => b"spr",
            Self::ScopeGrant => b"oag",
            Self::Role => b"ra1",
            Self::ClientSecret => b"ocs",
            Self::ClientKey => b"pks",
            Self::AppConnection => b"cwo",
        }
    }
}

/// Makes ids, one after the other.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ids {
    made: u64,
}

impl Ids {
    /// The next id of a kind.
    pub fn next(&mut self, kind: Kind) -> Id {
        self.made += 1;
        made(kind, START + self.made * STEP, scatter(self.made))
    }
}

impl Id {
    /// The id of something every org is founded with: the same in each, and older than what [`Ids::next`] makes.
    pub fn founded(kind: Kind, number: u64) -> Self {
        made(kind, START - (FOUNDED - number) * STEP, scatter(number | 1 << 63))
    }
}

// Ten digits in base 62 that start with `s` and leave gaps between neighbours, as real ids do.
const START: u64 = 54 * 62_u64.pow(9) + 7_345_678_901_234_567;
const STEP: u64 = 62_u64.pow(4);
/// The most an org is founded with.
const FOUNDED: u64 = 10_000;

fn made(kind: Kind, place: u64, scatter: u64) -> Id {
    let mut bytes = [0_u8; LENGTH];
    bytes[..3].copy_from_slice(kind.prefix());
    write_digits(&mut bytes[3..13], place + scatter % STEP);
    write_digits(&mut bytes[13..16], scatter / STEP);
    bytes[16..].copy_from_slice(b"J5d7");
    Id(bytes)
}

fn write_digits(place: &mut [u8], mut value: u64) {
    for digit in place.iter_mut().rev() {
        *digit = DIGITS[(value % 62) as usize];
        value /= 62;
    }
}

/// A number that looks random and depends on `n` only (the finaliser of `SplitMix64`).
pub fn scatter(n: u64) -> u64 {
    let mut x = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_age_and_never_repeat() {
        let mut ids = Ids::default();
        let made: Vec<Id> = (0..10_000).map(|_| ids.next(Kind::User)).collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(made[0].as_str().starts_with("00us"));
        assert_eq!(Id::parse(made[7].as_str()), Some(made[7]));
        let founded: Vec<Id> = (1..1000).map(|number| Id::founded(Kind::User, number)).collect();
        assert!(founded.windows(2).all(|pair| pair[0] < pair[1]) && founded[998] < made[0]);
    }
}
