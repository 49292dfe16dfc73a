//! What texts have in common: a format, or a small set of choices.

use std::{collections::BTreeMap, sync::LazyLock};

use regex::Regex;
use serde_json::Value;
use url::Url;

/// The format that every text has.
pub(super) fn of_all(texts: &[&str]) -> Option<&'static str> {
    FORMATS
        .iter()
        .find(|(format, fits)| !texts.is_empty() && texts.iter().all(|text| fits(text)) && valid(format, texts))
        .map(|(format, _)| *format)
}

type Test = fn(&str) -> bool;

/// The formats looked for.
const FORMATS: &[(&str, Test)] = &[
    ("date-time", |text| DATE_TIME.is_match(text)),
    ("date", |text| DATE.is_match(text)),
    ("uuid", |text| UUID.is_match(text)),
    ("ipv4", |text| text.parse::<std::net::Ipv4Addr>().is_ok()),
    ("email", |text| EMAIL.is_match(text)),
    ("uri", |text| is_url(text)),
];

static DATE_TIME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$").expect("a constant that works")
});
static DATE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\d{4}-\d\d-\d\d$").expect("a constant that works"));
static UUID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$").expect("a constant that works")
});
static EMAIL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$").expect("a constant that works"));

/// Whether the check that runs later agrees.
fn valid(format: &str, texts: &[&str]) -> bool {
    let check = CHECKS
        .iter()
        .find(|(known, _)| *known == format)
        .map(|(_, check)| check);
    check.is_some_and(|check| texts.iter().all(|text| check.is_valid(&Value::from(*text))))
}

/// Made once: making one costs more than all that is checked with it.
static CHECKS: LazyLock<Vec<(&str, jsonschema::Validator)>> = LazyLock::new(|| {
    let check = |format: &str| super::check::validator(&serde_json::json!({"format": format})).ok();
    FORMATS
        .iter()
        .filter_map(|(format, _)| Some((*format, check(format)?)))
        .collect()
});

fn is_url(text: &str) -> bool {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    (lower.starts_with("http://") || lower.starts_with("https://")) && Url::parse(text).is_ok()
}

/// Fewer texts than this say nothing about which others may come.
const ENOUGH: usize = 20;

/// The few values that many texts share, where nothing speaks against calling them all there are.
pub(super) fn choices(name: &str, texts: &[&str]) -> Option<Vec<Value>> {
    if texts.len() < ENOUGH || free_by_name(name) {
        return None;
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
        if counts.len() > 8 {
            return None;
        }
    }
    let safe = counts.len() >= 2
        && counts.iter().all(|(text, count)| *count >= 3 && is_word(text))
        && texts.len() >= counts.len() * 5;
    safe.then(|| counts.into_keys().map(Value::from).collect())
}

/// Names of things that are free text, however few values a sample shows.
fn free_by_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let ends = [
        "id",
        "ids",
        "name",
        "key",
        "token",
        "title",
        "description",
        "login",
        "city",
        "url",
        "path",
        "version",
    ];
    ends.iter().any(|end| name.ends_with(end))
}

/// A constant as programs write them: short, one word, not an id.
fn is_word(text: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphabetic() || matches!(letter, '_' | '-' | '.');
    (1..=40).contains(&text.len()) && text.chars().all(fits)
}
