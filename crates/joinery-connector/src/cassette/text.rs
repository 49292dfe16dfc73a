//! Replacing many texts in one pass, inside URLs, forms and headers as they are meant rather than spelled.

use std::{collections::HashMap, sync::LazyLock};

use regex::{Captures, Regex, RegexBuilder};
use url::Url;

pub(super) static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[A-Za-z0-9][A-Za-z0-9._%+'-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+").expect("a constant that works")
});

/// The most bytes that the expression for one pass may take.
const LARGEST: usize = 256 << 20;

/// The email addresses in a text.
pub(super) fn emails(text: &str) -> impl Iterator<Item = &str> {
    EMAIL.find_iter(text).map(|found| found.as_str())
}

/// What is replaced by what.
#[derive(Default)]
pub(super) struct Rewrite {
    rules: HashMap<String, Rule>,
    find: std::cell::OnceCell<Option<Regex>>,
}

/// Without the rules: some are about secrets.
impl std::fmt::Debug for Rewrite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rewrite").finish_non_exhaustive()
    }
}

struct Rule {
    shown: Option<String>,
    place: Place,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Anywhere,
    Words,
    Whole,
}

impl Rewrite {
    /// Replaces `text` wherever it stands. Of two rules for the same text, the first holds.
    pub fn anywhere(&mut self, text: &str, shown: &str) {
        self.add(text, Some(shown), Place::Anywhere);
    }

    /// Replaces `text` where it is no part of a longer word.
    pub fn words(&mut self, text: &str, shown: &str) {
        self.add(text, Some(shown), Place::Words);
    }

    /// Replaces `text` where it stands alone.
    pub fn whole(&mut self, text: &str, shown: &str) {
        self.add(text, Some(shown), Place::Whole);
    }

    /// Leaves `text` and all in it as it is.
    pub fn leave(&mut self, text: &str) {
        self.add(text, None, Place::Words);
    }

    fn add(&mut self, text: &str, shown: Option<&str>, place: Place) {
        if !text.is_empty() {
            self.rules.entry(text.to_owned()).or_insert(Rule {
                shown: shown.map(str::to_owned),
                place,
            });
        }
    }

    /// Whether it leaves every text as it is.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The text with every rule applied, longest first.
    pub fn rewrite(&self, text: &str) -> String {
        if let Some(rule) = self.rules.get(text) {
            return rule.shown.clone().unwrap_or_else(|| text.to_owned());
        }
        let find = self.find.get_or_init(|| {
            let mut texts: Vec<&str> = self
                .rules
                .iter()
                .filter(|(_, rule)| rule.place != Place::Whole)
                .map(|(text, _)| text.as_str())
                .collect();
            texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
            let texts: Vec<String> = texts.into_iter().map(regex::escape).collect();
            let found = RegexBuilder::new(&texts.join("|")).size_limit(LARGEST).build();
            found.ok().filter(|_| !texts.is_empty())
        });
        let Some(find) = find else { return text.to_owned() };
        find.replace_all(text, |captures: &Captures| {
            let hit = captures.get(0).expect("the match itself");
            self.shown(text, hit.range())
        })
        .into_owned()
    }

    fn shown(&self, text: &str, at: std::ops::Range<usize>) -> String {
        let hit = &text[at.clone()];
        let before = text[..at.start].chars().next_back();
        let after = text[at.end..].chars().next();
        let is_word = !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric);
        let rule = self.rules.get(hit);
        let rule = rule.filter(|rule| rule.place == Place::Anywhere || is_word);
        rule.and_then(|rule| rule.shown.clone())
            .unwrap_or_else(|| hit.to_owned())
    }
}

/// Changes the parts of a URL, decoded; any other text as a whole. Spelling is kept where nothing changes.
pub(super) fn in_url(text: &str, change: &mut dyn FnMut(&str) -> String) -> String {
    if !(text.starts_with("http://") || text.starts_with("https://")) || text.contains(' ') {
        return change(text);
    }
    // The address first: it may lie across the parts.
    let whole = change(text);
    let Ok(mut url) = Url::parse(&whole) else { return whole };
    let mut changed = false;
    let mut apply = |part: &str| {
        let after = change(part);
        changed |= after != part;
        after
    };
    let segments: Vec<String> = url
        .path_segments()
        .into_iter()
        .flatten()
        .map(|part| {
            let decoded = percent_encoding::percent_decode_str(part).decode_utf8_lossy();
            apply(&decoded)
        })
        .collect();
    let pairs: Vec<(String, String)> = url
        .query_pairs()
        .map(|(name, value)| (name.into_owned(), apply(&value)))
        .collect();
    if !changed {
        return whole;
    }
    if let Ok(mut path) = url.path_segments_mut() {
        path.clear().extend(&segments);
    }
    if !pairs.is_empty() {
        url.query_pairs_mut().clear().extend_pairs(&pairs);
    }
    url.into()
}

/// Changes the values of a form.
pub(super) fn in_form(text: &str, change: &mut dyn FnMut(&str) -> String) -> String {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(text.as_bytes())
        .map(|(name, value)| (name.into_owned(), change(&value)))
        .collect();
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&pairs)
        .finish()
}

/// Changes a header's value; what stands in `<...>`, as in `Link`, as a URL.
pub(super) fn in_header(value: &str, change: &mut dyn FnMut(&str) -> String) -> String {
    let Some((before, rest)) = value.split_once('<') else {
        return in_url(value, change);
    };
    match rest.split_once('>') {
        Some((url, after)) => {
            let url = in_url(url, change);
            format!("{before}<{url}>{}", in_header(after, change))
        }
        None => change(value),
    }
}
