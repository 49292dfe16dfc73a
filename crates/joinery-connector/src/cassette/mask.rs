//! Masking what was recorded: secrets always, personal data unless the connector says otherwise. A value gets the same
//! stand-in wherever it stands, so that what a script reads out of one answer and sends with its next request still
//! matches. What the case itself says is left alone, unless it is a secret: it is in the file beside the cassette.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;

use super::{
    Cassette, Given, MaskRule, RecordedBody, RecordedExchange, RecordedRequest, TestSettings,
    given::{is_stand_in, replace_secret, replace_secret_fields, stand_in_of},
    people::{Kind, is_link, kind_of, plain, stand_in},
    secret_stand_in,
    text::{Rewrite, emails, in_form, in_header, in_url},
};
use crate::Secret;

/// The least letters of a value that is looked for inside other text. A shorter one is replaced where it stands alone.
const SHORTEST: usize = 3;

/// The least letters of what is taken for a token at the end of a link.
const SHORTEST_TOKEN: usize = 8;

/// Headers that say nothing of a person, and whose dates must stay dates.
const PLAIN_HEADERS: &[&str] = &["date", "expires", "last-modified", "content-type"];

/// What is known when a cassette is masked.
pub struct Masking<'a> {
    /// The connector's own rules.
    pub settings: &'a TestSettings,
    /// Every secret of the connection: its stand-in's name, and its text.
    pub secrets: Vec<(String, Secret)>,
    /// Texts to replace first, such as the org's own address: what stands there, and what is shown.
    pub replace: Vec<(String, String)>,
    /// What secrets made, such as signatures, as it is written, and what a replay makes in its place.
    pub results: Vec<(String, String)>,
    /// What was signed as a JSON Web Token is: `header.claims`. It is masked inside, as the script will write it then.
    pub signed: Vec<String>,
    /// Texts of the case: its input, and what it expects.
    pub said: Vec<String>,
    /// Its input once more, with what is secret in it.
    pub given: Vec<Given>,
}

/// The values found so far, with their stand-ins.
#[derive(Default)]
struct Found {
    by_value: BTreeMap<String, (Kind, String)>,
    counts: BTreeMap<Kind, usize>,
    /// Whether values that are stand-ins already count too.
    all: bool,
}

impl Masking<'_> {
    /// Masks a cassette.
    pub fn apply(&self, cassette: &mut Cassette) {
        let first = self.given();
        for exchange in &mut cassette.exchanges {
            drop_cookies(exchange);
            each_text(exchange, &mut |text| first.rewrite(text));
        }
        for body in &mut cassette.opened {
            in_body(body, false, &mut |text| first.rewrite(text));
        }
        for exchange in &mut cassette.exchanges {
            self.mask_bytes(&mut exchange.request.body);
            self.mask_bytes(&mut exchange.response.body);
        }
        let mut found = Found::default();
        for exchange in &cassette.exchanges {
            self.find(exchange, &mut found);
        }
        for body in &mut cassette.opened {
            self.find_in_body(body, &mut found);
            in_body(body, false, &mut |text| {
                self.find_in_text(text, &mut found);
                text.to_owned()
            });
        }
        let then = self.found(&found);
        let masked = |text: &str| then.rewrite(&first.rewrite(text));
        let mut tokens = Rewrite::default();
        for signed in &self.signed {
            tokens.anywhere(signed, &in_token(signed, &masked));
        }
        for exchange in &mut cassette.exchanges {
            self.mask_headers(exchange);
            each_text(exchange, &mut |text| tokens.rewrite(&then.rewrite(text)));
        }
        for body in &mut cassette.opened {
            in_body(body, false, &mut |text| tokens.rewrite(&then.rewrite(text)));
        }
        for value in cassette.connection.values_mut() {
            in_value(value, &mut |text| masked(text));
        }
    }

    /// What is replaced whatever the answers hold: addresses and the connection's own secrets.
    fn given(&self) -> Rewrite {
        let mut rewrite = Rewrite::default();
        for (text, shown) in &self.replace {
            rewrite.anywhere(text, shown);
        }
        for (result, shown) in &self.results {
            rewrite.anywhere(result, shown);
        }
        for (name, secret) in &self.secrets {
            rewrite.anywhere(secret.reveal(), &secret_stand_in(name));
        }
        replace_secret_fields(&mut rewrite, &self.given);
        rewrite
    }

    fn found(&self, found: &Found) -> Rewrite {
        let mut rewrite = Rewrite::default();
        for (value, (kind, shown)) in &found.by_value {
            if *kind == Kind::Secret {
                replace_secret(&mut rewrite, value, shown);
            } else if value.chars().count() >= SHORTEST {
                rewrite.words(value, shown);
            } else {
                rewrite.whole(value, shown);
            }
        }
        for said in &self.said {
            rewrite.leave(said);
        }
        rewrite
    }

    fn find(&self, exchange: &RecordedExchange, found: &mut Found) {
        let (request, response) = (&exchange.request, &exchange.response);
        if let Ok(url) = url::Url::parse(&request.url) {
            for (name, value) in url.query_pairs() {
                self.find_member(&name, &value, found);
            }
        }
        if let Some(text) = request.body.text.as_deref().filter(|_| is_form(&request.headers)) {
            for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
                self.find_member(&name, &value, found);
            }
        }
        for body in [&request.body, &response.body] {
            self.find_in_body(body, found);
        }
        each_text(&mut exchange.clone(), &mut |text| {
            self.find_in_text(text, found);
            text.to_owned()
        });
    }

    fn find_in_body(&self, body: &RecordedBody, found: &mut Found) {
        if let Some(json) = &body.json {
            self.find_in_value(json, None, found);
        }
    }

    fn find_in_value(&self, value: &Value, around: Option<Kind>, found: &mut Found) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    // `password: { value: ... }`, `phones: [{ value: ... }]`
                    let inherited = around.filter(|_| name == "value");
                    let kind = self.kind_of(name).or(inherited);
                    match (member, kind) {
                        (Value::String(text), Some(kind)) => self.add(kind, text, found),
                        (Value::String(text), None) => self.find_in_link(name, text, found),
                        _ => self.find_in_value(member, kind, found),
                    }
                }
            }
            Value::Array(items) => {
                for item in items {
                    match (item, around) {
                        (Value::String(text), Some(kind)) => self.add(kind, text, found),
                        _ => self.find_in_value(item, around, found),
                    }
                }
            }
            _ => {}
        }
    }

    /// The token that a link carries: in a parameter, or as its last part where the member says what the link is for.
    fn find_in_link(&self, member: &str, text: &str, found: &mut Found) {
        let Ok(url) = url::Url::parse(text) else { return };
        for (name, value) in url.query_pairs() {
            self.find_member(&name, &value, found);
        }
        for part in url.path_segments().into_iter().flatten().filter(|_| is_link(member)) {
            if part.len() >= SHORTEST_TOKEN && part.contains(|letter: char| letter.is_ascii_digit()) {
                self.add(Kind::Secret, part, found);
            }
        }
    }

    fn find_member(&self, name: &str, value: &str, found: &mut Found) {
        if let Some(kind) = self.kind_of(name) {
            self.add(kind, value, found);
        }
    }

    /// Email addresses, and what the author's patterns find.
    fn find_in_text(&self, text: &str, found: &mut Found) {
        if self.settings.personal {
            for email in emails(text) {
                self.add(Kind::Email, email, found);
            }
        }
        for rule in &self.settings.mask {
            if let MaskRule::Pattern(pattern) = rule
                && let Ok(pattern) = regex::Regex::new(pattern)
            {
                for hit in pattern.find_iter(text) {
                    self.add(Kind::Named, hit.as_str(), found);
                }
            }
        }
    }

    fn kind_of(&self, member: &str) -> Option<Kind> {
        let named = |rule: &MaskRule| matches!(rule, MaskRule::Member(name) if plain(name) == plain(member));
        if self.settings.mask.iter().any(named) {
            return Some(Kind::Named);
        }
        let kept = self.settings.keep.iter().any(|name| plain(name) == plain(member));
        kind_of(member, self.settings.personal).filter(|kind| *kind == Kind::Secret || !kept)
    }

    fn add(&self, kind: Kind, value: &str, found: &mut Found) {
        let said = |said: &String| contains_word(said, value);
        let masked = is_stand_in(value) || value.ends_with("@example.com") && value.starts_with("person");
        if value.trim().is_empty() || masked && !found.all || kind != Kind::Secret && self.said.iter().any(said) {
            return;
        }
        let is_made_again = self.results.iter().any(|(_, shown)| value.contains(shown.as_str()));
        if is_made_again || found.by_value.contains_key(value) {
            return;
        }
        let own = stand_in_of(&self.given, value).filter(|_| kind == Kind::Secret);
        if let Some(shown) = own {
            found.by_value.insert(value.to_owned(), (kind, shown));
            return;
        }
        let number = found.counts.entry(kind).or_default();
        *number += 1;
        let shown = match kind {
            Kind::Email if !value.contains('@') => format!("person{number}"),
            kind => stand_in(kind, *number),
        };
        found.by_value.insert(value.to_owned(), (kind, shown));
    }

    /// Bytes that a secret made, where a body is nothing else.
    fn mask_bytes(&self, body: &mut RecordedBody) {
        let result = self
            .results
            .iter()
            .find(|(result, _)| body.base64.as_ref() == Some(result));
        if let Some((_, shown)) = result {
            body.base64 = Some(shown.clone());
        }
    }

    fn mask_headers(&self, exchange: &mut RecordedExchange) {
        let lines = exchange
            .request
            .headers
            .iter_mut()
            .chain(&mut exchange.response.headers);
        for line in lines {
            let name = line.split(':').next().unwrap_or_default().to_owned();
            let named =
                |rule: &MaskRule| matches!(rule, MaskRule::Header(header) if header.eq_ignore_ascii_case(&name));
            if self.settings.mask.iter().any(named) {
                *line = format!("{name}: masked");
            }
        }
    }
}

/// Every value in `seen` that these rules mask, in the order of their text.
pub(super) fn found_in<'a>(
    settings: &TestSettings,
    seen: impl IntoIterator<Item = &'a Value>,
) -> impl Iterator<Item = (Kind, String)> {
    let masking = Masking {
        settings,
        secrets: Vec::new(),
        replace: Vec::new(),
        results: Vec::new(),
        signed: Vec::new(),
        said: Vec::new(),
        given: Vec::new(),
    };
    let mut found = Found {
        all: true,
        ..Found::default()
    };
    for value in seen {
        masking.find_in_value(value, None, &mut found);
        in_value(&mut value.clone(), &mut |text| {
            masking.find_in_text(text, &mut found);
            text.to_owned()
        });
    }
    found.by_value.into_iter().map(|(value, (kind, _))| (kind, value))
}

/// Whether `text` holds `word` with nothing around it that would make it part of another.
fn contains_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// A cookie is a credential, and nothing in a replay asks for it.
fn drop_cookies(exchange: &mut RecordedExchange) {
    let kept = |line: &String| !line.to_ascii_lowercase().starts_with("set-cookie:");
    exchange.response.headers.retain(kept);
}

/// Changes every text of a request; `is_form` says what its body is.
pub(super) fn in_request(request: &mut RecordedRequest, is_form: bool, change: &mut dyn FnMut(&str) -> String) {
    request.url = in_url(&request.url, change);
    in_body(&mut request.body, is_form, change);
}

pub(super) fn is_form(headers: &[String]) -> bool {
    headers.iter().any(|line| line.contains("x-www-form-urlencoded"))
}

/// Every text of an exchange, decoded, replaced by what `change` makes of it.
fn each_text(exchange: &mut RecordedExchange, change: &mut dyn FnMut(&str) -> String) {
    let (request, response) = (&mut exchange.request, &mut exchange.response);
    request.url = in_url(&request.url, change);
    let form = is_form(&request.headers);
    for line in request.headers.iter_mut().chain(&mut response.headers) {
        if let Some((name, value)) = line.split_once(": ")
            && !PLAIN_HEADERS.contains(&name.to_ascii_lowercase().as_str())
        {
            *line = format!("{name}: {}", in_header(value, change));
        }
    }
    in_body(&mut request.body, form, change);
    in_body(&mut response.body, false, change);
}

fn in_body(body: &mut RecordedBody, is_form: bool, change: &mut dyn FnMut(&str) -> String) {
    if let Some(text) = &mut body.text {
        *text = if is_form { in_form(text, change) } else { change(text) };
    }
    if let Some(json) = &mut body.json {
        in_value(json, change);
    }
}

/// The parts of a token, each changed where it is text.
fn in_token(signed: &str, change: &dyn Fn(&str) -> String) -> String {
    let part = |part: &str| {
        let decoded = BASE64_URL_SAFE_NO_PAD.decode(part).ok();
        let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
        text.map_or_else(|| part.to_owned(), |text| BASE64_URL_SAFE_NO_PAD.encode(change(&text)))
    };
    let parts: Vec<String> = signed.split('.').map(part).collect();
    parts.join(".")
}

pub(super) fn in_value(value: &mut Value, change: &mut dyn FnMut(&str) -> String) {
    match value {
        Value::String(text) => *text = in_url(text, change),
        Value::Array(items) => items.iter_mut().for_each(|item| in_value(item, change)),
        Value::Object(members) => members.values_mut().for_each(|member| in_value(member, change)),
        _ => {}
    }
}
