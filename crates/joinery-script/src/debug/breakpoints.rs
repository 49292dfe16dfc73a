//! What people write beside breakpoints: at which hits to stop, and what to log.

use serde::{Deserialize, Serialize};

/// At which hits a breakpoint stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hits {
    /// At this one and those after it.
    From(u64),
    /// At this one only.
    At(u64),
    /// At those before it.
    Before(u64),
    /// At every so many.
    Every(u64),
}

impl Hits {
    /// Reads `5`, `>= 5`, `> 5`, `= 5`, `< 5`, `<= 5` or `% 5`. A number alone means that hit and those after it, as
    /// elsewhere.
    ///
    /// # Errors
    /// What may be written.
    pub fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let digits = text.trim_start_matches(['=', '<', '>', '%', ' ']);
        let sign = text[..text.len() - digits.len()].trim();
        let wrong = || format!("`{text}` is no number of hits: write 5, >5, >=5, =5, <5, <=5 or %5");
        let number: u64 = digits.parse().map_err(|_| wrong())?;
        Ok(match sign {
            "" | ">=" => Self::From(number),
            ">" => Self::From(number.saturating_add(1)),
            "=" | "==" => Self::At(number),
            "<" => Self::Before(number),
            "<=" => Self::Before(number.saturating_add(1)),
            "%" if number > 0 => Self::Every(number),
            _ => return Err(wrong()),
        })
    }

    /// Whether to stop at the hit of that number, from 1.
    pub fn holds(self, hit: u64) -> bool {
        match self {
            Self::From(number) => hit >= number,
            Self::At(number) => hit == number,
            Self::Before(number) => hit < number,
            Self::Every(number) => hit.is_multiple_of(number),
        }
    }
}

/// A part of a log message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogPart {
    /// As it is.
    Text(String),
    /// To be worked out.
    Expression(String),
}

/// Takes a log message apart: `user {user.id} of {users.len()}`. Two braces stand for one; what is open to the end is text.
pub fn log_parts(message: &str) -> Vec<LogPart> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = message;
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            text.push_str(brace);
            rest = after;
        } else if let (Some(end), "{") = (closing(rest), brace) {
            if !text.is_empty() {
                parts.push(LogPart::Text(std::mem::take(&mut text)));
            }
            parts.push(LogPart::Expression(rest[..end].trim().to_owned()));
            rest = &rest[end + 1..];
        } else {
            text.push_str(brace);
        }
    }
    text.push_str(rest);
    if !text.is_empty() {
        parts.push(LogPart::Text(text));
    }
    parts
}

/// Where the brace that was opened is closed; an expression may have braces of its own.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_are_read_and_hold() {
        let stops = |text: &str| -> Vec<u64> {
            let hits = Hits::read(text).unwrap();
            (1..=6).filter(|hit| hits.holds(*hit)).collect()
        };
        assert_eq!(stops("5"), [5, 6]);
        assert_eq!(stops(" >= 5"), [5, 6]);
        assert_eq!(stops(">5"), [6]);
        assert_eq!(stops("== 2"), [2]);
        assert_eq!(stops("<3"), [1, 2]);
        assert_eq!(stops("<= 3"), [1, 2, 3]);
        assert_eq!(stops("%2"), [2, 4, 6]);
        for text in ["", "x", "%0", "!5", "5 or so", "-1"] {
            assert!(Hits::read(text).unwrap_err().contains("write 5"), "{text}");
        }
    }

    #[test]
    fn log_messages_are_taken_apart() {
        let text = |text: &str| LogPart::Text(text.into());
        let expression = |text: &str| LogPart::Expression(text.into());
        assert_eq!(
            log_parts("user { user.id } of {users.len()}."),
            [
                text("user "),
                expression("user.id"),
                text(" of "),
                expression("users.len()"),
                text(".")
            ]
        );
        assert_eq!(log_parts("{#{ a: 1 }.a}"), [expression("#{ a: 1 }.a")]);
        assert_eq!(log_parts("{{x}} {"), [text("{x} {")]);
    }
}
