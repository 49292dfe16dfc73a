//! Finding text in a body as it came: every place, in one pass over the bytes.

use regex::bytes::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::work::{Stopped, Watch};

/// Places that are kept; more are counted only.
const KEPT: usize = 2_000_000;
/// Bytes searched between two looks at whether to go on.
const STRIDE: usize = 4 << 20;
/// How far a match may reach beyond a stride.
const REACH: usize = 64 << 10;

/// What to find.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FindText {
    /// The text or regular expression.
    pub text: String,
    /// Whether capitals count.
    pub case: bool,
    /// Whether it is a regular expression.
    pub regex: bool,
}

/// Why nothing could be searched for.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// The regular expression is none.
    #[error("this is no regular expression: {reason}")]
    Pattern {
        /// What is wrong with it.
        reason: String,
    },
    /// It was given up.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// What was found, in order.
#[derive(Debug, Default)]
pub(super) struct Found {
    places: Vec<(u32, u32)>,
    pub(super) count: u64,
}

/// Finds every place of a text. In JSON a text is also found as the views lay it out: `"id": 7` where the body has
/// `"id":7`, and `id: 7` as the tree has it.
pub(super) fn find(bytes: &[u8], is_json: bool, wanted: &FindText, watch: &Watch) -> Result<Found, FindError> {
    let mut found = Found::default();
    if wanted.text.is_empty() {
        return Ok(found);
    }
    let pattern = pattern(wanted, is_json)?;
    let mut at = 0;
    let mut stride = 0;
    while stride < bytes.len() {
        watch.at(stride, bytes.len())?;
        let next = (stride + STRIDE).min(bytes.len());
        let within = &bytes[..(next + REACH).min(bytes.len())];
        while at < next
            && let Some(place) = pattern.find_at(within, at)
        {
            if place.start() >= next {
                break;
            }
            // An expression that fits nothing at all would be found everywhere.
            if place.is_empty() {
                at = place.end() + 1;
                continue;
            }
            at = place.end();
            found.count += 1;
            if found.places.len() < KEPT {
                found.places.push((place.start() as u32, place.end() as u32));
            }
            if found.count.is_multiple_of(65_536) {
                watch.at(place.start(), bytes.len())?;
            }
        }
        at = at.max(next);
        stride = next;
    }
    found.places.shrink_to_fit();
    Ok(found)
}

fn pattern(wanted: &FindText, is_json: bool) -> Result<Regex, FindError> {
    let text = match wanted {
        FindText { regex: true, text, .. } => text.clone(),
        FindText { text, .. } if is_json => as_laid_out(text),
        FindText { text, .. } => regex::escape(text),
    };
    RegexBuilder::new(&text)
        .case_insensitive(!wanted.case)
        .multi_line(true)
        .build()
        .map_err(|error| FindError::Pattern {
            reason: last_line(&error),
        })
}

/// A colon with a space behind it, as views write one after a name, stands for a colon with any space or none, and for
/// the end of the name that the tree leaves out.
fn as_laid_out(text: &str) -> String {
    let mut parts = text.split(": ");
    let mut pattern = regex::escape(parts.next().unwrap_or_default());
    let mut named = text.starts_with(|first| first != ':');
    for part in parts {
        let quote = if named && !pattern.ends_with('"') { "\"?" } else { "" };
        pattern.push_str(quote);
        pattern.push_str(r"[ \t\r\n]*:[ \t\r\n]*");
        pattern.push_str(&regex::escape(part));
        named = !part.is_empty();
    }
    pattern
}

/// Of the several lines of such an error, which draw the place, the one that says what is wrong.
fn last_line(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

impl Found {
    /// The places that overlap with a stretch of the body.
    pub(super) fn within(&self, (start, end): (u32, u32)) -> impl Iterator<Item = (u32, u32)> {
        let first = self.places.partition_point(|place| place.1 <= start);
        self.places[first..]
            .iter()
            .take_while(move |place| place.0 < end)
            .copied()
    }

    /// The place of that number, from 0.
    pub(super) fn place(&self, number: usize) -> Option<(u32, u32)> {
        self.places.get(number).copied()
    }

    /// How many places can be gone to.
    pub(super) fn kept(&self) -> usize {
        self.places.len()
    }
}
