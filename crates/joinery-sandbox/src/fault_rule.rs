//! The language of fault rules: `[METHOD] PATH ACTION... [WHEN]`, such as `GET /api/v1/users* 503 first=2`.
//!
//! Reading and writing only; `faults` decides about calls.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::duration;

/// A rule: which calls, what happens to them, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultRule {
    /// The method, or `*`.
    method: String,
    /// The path; `*` stands for any characters.
    path: String,
    /// What happens.
    pub action: Action,
    /// To which of the calls that fit.
    pub when: When,
}

/// What happens to a call.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Action {
    /// It waits first.
    pub delay: Option<Duration>,
    /// It is answered with this status.
    pub status: Option<u16>,
    /// ... and this error code in place of the usual one.
    pub code: Option<String>,
    /// The connection ends.
    pub drop: Option<Drop>,
}

/// When a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drop {
    /// Before a byte of the answer; the call itself has no effect.
    Before,
    /// In the middle of the answer's body; the call has had its effect.
    Body,
}

/// To which of the calls that fit a rule applies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum When {
    /// To all.
    Always,
    /// To the first so many.
    First(u64),
    /// To all after so many.
    After(u64),
    /// To every so manieth.
    Every(u64),
    /// To each with a probability, drawn from a seed.
    Chance(f64, u64),
}

impl FaultRule {
    /// Whether a call is one the rule is about.
    pub fn fits(&self, method: &str, path: &str) -> bool {
        (self.method == "*" || self.method == method) && matches(&self.path, path)
    }
}

impl When {
    /// Whether it is the turn of this call, the `number`th that fits, counted from 1.
    pub fn holds(self, number: u64) -> bool {
        match self {
            Self::Always => true,
            Self::First(count) => number <= count,
            Self::After(count) => number > count,
            Self::Every(count) => number.is_multiple_of(count),
            Self::Chance(probability, seed) => {
                let drawn = crate::okta::ids::scatter(seed.wrapping_mul(1_000_003).wrapping_add(number));
                let part = (drawn >> 11) as f64 / (1_u64 << 53) as f64;
                part < probability
            }
        }
    }
}

/// Whether a text fits a pattern in which `*` stands for any characters.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(start) else {
        return false;
    };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return text.ends_with(part);
        }
        match text.find(part) {
            Some(place) => text = &text[place + part.len()..],
            None => return false,
        }
    }
    true
}

impl FromStr for FaultRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = "a fault is `[METHOD] PATH ACTION... [WHEN]`, such as `GET /api/v1/users* 503 first=2`";
        let mut words = text.split_whitespace().peekable();
        let method = words.next_if(|word| !word.starts_with('/')).unwrap_or("*");
        if method != "*" && !method.chars().all(|c| c.is_ascii_alphabetic()) {
            return Err(format!("`{method}` is neither a method nor a path: {form}"));
        }
        let path = words.next_if(|word| word.starts_with('/'));
        let path = path.ok_or_else(|| format!("the path is missing: {form}"))?;
        let (mut action, mut when, mut seed) = (Action::default(), None, None);
        for word in words {
            let again = match read_word(word)? {
                Word::Status(status) => action.status.replace(status).is_some(),
                Word::Delay(delay) => action.delay.replace(delay).is_some(),
                Word::Drop(drop) => action.drop.replace(drop).is_some(),
                Word::Code(code) => action.code.replace(code).is_some(),
                Word::When(next) => when.replace(next).is_some(),
                Word::Seed(number) => seed.replace(number).is_some(),
            };
            if again {
                return Err(format!("`{word}` says a second time what happens or when"));
            }
        }
        if action.status.is_some() && action.drop.is_some() {
            return Err("a call is either answered with a status or dropped, not both".into());
        }
        if action.code.is_some() && action.status.is_none() {
            return Err("`code` goes with a status".into());
        }
        if action == Action::default() {
            return Err(format!(
                "it does not say what happens (503, delay=200ms, drop, drop=body): {form}"
            ));
        }
        let when = match (when.unwrap_or(When::Always), seed) {
            (When::Chance(probability, _), Some(seed)) => When::Chance(probability, seed),
            (_, Some(_)) => return Err("`seed` goes with `chance`".into()),
            (when, None) => when,
        };
        Ok(Self {
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            action,
            when,
        })
    }
}

enum Word {
    Status(u16),
    Delay(Duration),
    Drop(Drop),
    Code(String),
    When(When),
    Seed(u64),
}

fn read_word(word: &str) -> Result<Word, String> {
    let Some((name, value)) = word.split_once('=') else {
        return match word {
            "drop" => Ok(Word::Drop(Drop::Before)),
            _ => status(word).map(Word::Status),
        };
    };
    let count = || match value.parse::<u64>() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err(format!("`{value}` in `{word}` is not a number above 0")),
    };
    Ok(match name {
        "delay" => Word::Delay(duration::parse(value)?),
        "drop" if value == "body" => Word::Drop(Drop::Body),
        "drop" => return Err(format!("`{word}` is neither `drop` nor `drop=body`")),
        "code" => Word::Code(value.to_owned()),
        "first" => Word::When(When::First(count()?)),
        "after" => Word::When(When::After(count()?)),
        "every" => Word::When(When::Every(count()?)),
        "chance" => match value.parse() {
            Ok(probability) if (0.0..=1.0).contains(&probability) => Word::When(When::Chance(probability, 0)),
            _ => return Err(format!("`{value}` in `{word}` is not a probability from 0 to 1")),
        },
        "seed" => Word::Seed(count()?),
        _ => return Err(unknown(word)),
    })
}

fn status(word: &str) -> Result<u16, String> {
    match word.parse() {
        Ok(status @ 400..=599) => Ok(status),
        Ok(status) => Err(format!(
            "{status} is no error: a fault answers with a status from 400 to 599"
        )),
        Err(_) => Err(unknown(word)),
    }
}

fn unknown(word: &str) -> String {
    format!(
        "`{word}` is unknown: say what happens with a status, delay=, drop, drop=body or code=, and when with first=, \
         after=, every=, chance= or seed="
    )
}

impl fmt::Display for FaultRule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.method != "*" {
            write!(out, "{} ", self.method)?;
        }
        out.write_str(&self.path)?;
        if let Some(delay) = self.action.delay {
            write!(out, " delay={}", duration::shown(delay))?;
        }
        if let Some(status) = self.action.status {
            write!(out, " {status}")?;
        }
        if let Some(code) = &self.action.code {
            write!(out, " code={code}")?;
        }
        match self.action.drop {
            Some(Drop::Before) => out.write_str(" drop")?,
            Some(Drop::Body) => out.write_str(" drop=body")?,
            None => {}
        }
        match self.when {
            When::Always => Ok(()),
            When::First(count) => write!(out, " first={count}"),
            When::After(count) => write!(out, " after={count}"),
            When::Every(count) => write!(out, " every={count}"),
            When::Chance(probability, 0) => write!(out, " chance={probability}"),
            When::Chance(probability, seed) => write!(out, " chance={probability} seed={seed}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_written_the_way_it_is_read() {
        for text in [
            "GET /api/v1/users* 503 first=2",
            "/api/v1/* delay=200ms every=3",
            "POST /api/v1/users drop",
            "/api/v1/groups/*/users drop=body after=10",
            "/* delay=1s 500 code=E0000009 chance=0.25 seed=7",
        ] {
            assert_eq!(text.parse::<FaultRule>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, part) in [
            ("", "the path is missing"),
            ("GET users 503", "the path is missing"),
            ("/api/v1/users", "does not say what happens"),
            ("/api/v1/users 200", "200 is no error"),
            ("/api/v1/users 503 drop", "not both"),
            ("/api/v1/users 503 often=2", "`often=2` is unknown"),
            ("/api/v1/users 503 first=0", "not a number above 0"),
            ("/api/v1/users 503 first=1 every=2", "a second time"),
            ("/api/v1/users 503 chance=2", "not a probability"),
            ("/api/v1/users 503 seed=2", "goes with `chance`"),
            ("/api/v1/users delay=soon", "`soon` is not a length of time"),
        ] {
            let fault = text.parse::<FaultRule>().unwrap_err();
            assert!(fault.contains(part), "{text}: {fault}");
        }
    }

    #[test]
    fn a_star_stands_for_any_characters() {
        let fits = |path: &str, given: &str| format!("{path} 503").parse::<FaultRule>().unwrap().fits("GET", given);
        assert!(fits("/api/v1/users", "/api/v1/users") && !fits("/api/v1/users", "/api/v1/users/1"));
        assert!(fits("/api/v1/users*", "/api/v1/users/1/groups"));
        assert!(fits("/api/*/groups/*/users", "/api/v1/groups/1/users"));
        assert!(!fits("/api/*/groups/*/users", "/api/v1/groups/1/apps"));
        assert!(
            !"POST /api/v1/users 503"
                .parse::<FaultRule>()
                .unwrap()
                .fits("GET", "/api/v1/users")
        );
    }

    #[test]
    fn a_chance_is_the_same_every_time_and_about_as_likely_as_said() {
        let drawn = |seed| {
            (1..=1000)
                .filter(|number| When::Chance(0.25, seed).holds(*number))
                .count()
        };
        assert_eq!(drawn(7), drawn(7));
        assert!((200..300).contains(&drawn(7)), "{}", drawn(7));
    }
}
