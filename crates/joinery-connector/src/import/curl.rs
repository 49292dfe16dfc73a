//! A curl command as a request.

use std::collections::VecDeque;

use serde_json::{Map, Value};

use super::{NotCarried, Refused, guard, parts::Secrets, words::words};
use crate::{
    request::{Pair, Part, RequestAuth, RequestBody, SavedRequest, component},
    secret::Secret,
};

/// Whether a text looks like a curl command.
pub(super) fn detect(text: &str) -> bool {
    let mut words = text.split_whitespace().skip_while(|word| *word == "$" || *word == "%");
    words.next().is_some_and(|word| matches!(word, "curl" | "curl.exe"))
}

/// The request that a curl command sends, and what of the command cannot be carried.
///
/// # Errors
/// A text that is no curl command, a quote that is not closed, a command without a URL.
pub fn curl(text: &str) -> Result<(SavedRequest, Vec<NotCarried>), Refused> {
    curl_with(text, &mut |_, _| None)
}

/// As [`curl`], for who can keep secrets: `keep` hears of each by the name that its variable would get, and says the name
/// under which it is kept.
///
/// # Errors
/// As [`curl`].
pub fn curl_with(text: &str, keep: Keep<'_>) -> Result<(SavedRequest, Vec<NotCarried>), Refused> {
    if !detect(text) {
        return Err(Refused::new("it is not a curl command"));
    }
    let words = words(text)?;
    let start = words
        .iter()
        .position(|word| word.starts_with("curl"))
        .map_or(0, |at| at + 1);
    let mut command = Command::default();
    let mut rest: VecDeque<String> = words.into_iter().skip(start).collect();
    let mut options_end = false;
    while let Some(word) = rest.pop_front() {
        match word.as_str() {
            // What follows is another command, or where the output goes.
            "|" | ";" | "&&" | "||" | ">" | ">>" | "--next" | "-:" => {
                command.leave(&word, "only the first command is taken");
                break;
            }
            "--" if !options_end => options_end = true,
            _ if options_end || !word.starts_with('-') || word == "-" => command.url(&word),
            _ => command.option(&word, &mut rest),
        }
    }
    command.request(keep)
}

/// Keeps a secret, where it can, and says under which name.
pub type Keep<'a> = &'a mut dyn FnMut(&str, &Secret) -> Option<String>;

/// Secrets are kept where that is possible, and listed elsewhere.
struct Kept<'a, 'b> {
    keep: Keep<'a>,
    left: &'b mut Vec<NotCarried>,
}

impl Secrets for Kept<'_, '_> {
    fn stand_in(&mut self, value: &str, name: &str, place: &str) -> String {
        let said = value.trim();
        let kept = if said.is_empty() {
            None
        } else {
            (self.keep)(name, &Secret::new(said))
        };
        match kept {
            Some(name) => format!("{{{{{name}}}}}"),
            None => self.left.stand_in(value, name, place),
        }
    }
}

#[derive(Default)]
struct Command {
    method: Option<String>,
    url: Option<String>,
    headers: Vec<Pair>,
    data: Vec<String>,
    /// Whether the data goes into the query.
    get: bool,
    json: bool,
    file: Option<String>,
    parts: Vec<Part>,
    user: Option<String>,
    digest: bool,
    bearer: Option<String>,
    request: SavedRequest,
    not_carried: Vec<NotCarried>,
}

/// Long names of the short options that are understood.
const SHORT: &[(char, &str)] = &[
    ('X', "request"),
    ('H', "header"),
    ('d', "data"),
    ('F', "form"),
    ('u', "user"),
    ('b', "cookie"),
    ('A', "user-agent"),
    ('e', "referer"),
    ('G', "get"),
    ('I', "head"),
    ('L', "location"),
    ('k', "insecure"),
    ('m', "max-time"),
    ('T', "upload-file"),
    ('o', "output"),
    ('O', "remote-name"),
    ('x', "proxy"),
    ('E', "cert"),
    ('w', "write-out"),
    ('c', "cookie-jar"),
    ('s', "silent"),
    ('S', "show-error"),
    ('v', "verbose"),
    ('i', "include"),
    ('f', "fail"),
    ('g', "globoff"),
    ('#', "progress-bar"),
    ('0', "http1.0"),
    ('N', "no-buffer"),
    ('D', "dump-header"),
    ('r', "range"),
    ('K', "config"),
    ('U', "proxy-user"),
    ('n', "netrc"),
];

/// Options that take a value and are not carried, with the reason.
const OTHERS_VALUES: &[(&str, &str)] = &[
    ("proxy", "set it in the connection"),
    ("proxy-user", "set it in the connection"),
    ("noproxy", "set it in the connection"),
    ("cert", "set it in the connection"),
    ("key", "set it in the connection"),
    ("cacert", "set it in the connection"),
    ("pass", "set it in the connection"),
    ("connect-timeout", "set it in the connection"),
    ("resolve", "hosts are looked up as usual"),
    ("connect-to", "hosts are looked up as usual"),
    ("interface", "the system chooses it"),
    ("retry", "the connector's retry rule applies"),
    ("retry-delay", "the connector's retry rule applies"),
    ("retry-max-time", "the connector's retry rule applies"),
    ("config", "its options are not read"),
    ("aws-sigv4", "choose AWS Signature v4 in the connection"),
    ("ciphers", "TLS is as the connection has it"),
    ("limit-rate", "requests are sent at full speed"),
];

/// Options with a value that say what becomes of the answer: nothing of the request is lost with them.
const OUTPUT_VALUES: &[&str] = &[
    "output",
    "write-out",
    "cookie-jar",
    "dump-header",
    "stderr",
    "trace",
    "trace-ascii",
];

/// Options without a value that change nothing here.
const NOTHING: &[&str] = &[
    "silent",
    "show-error",
    "verbose",
    "include",
    "fail",
    "globoff",
    "progress-bar",
    "no-buffer",
    "remote-name",
    "compressed",
    "http1.1",
    "http2",
    "http1.0",
    "tcp-nodelay",
    "no-progress-meter",
    "no-keepalive",
    "fail-with-body",
    "http2-prior-knowledge",
    "tlsv1.2",
    "tlsv1.3",
    "ssl-reqd",
    "ipv4",
    "ipv6",
    "anyauth",
    "basic",
    "netrc",
    "create-dirs",
    "location-trusted",
    "path-as-is",
    "raw",
    "no-sessionid",
    "http3",
];

impl Command {
    fn leave(&mut self, what: &str, why: &str) {
        self.not_carried.push(NotCarried::new("curl", what, why));
    }

    fn url(&mut self, word: &str) {
        if self.url.is_some() {
            self.leave(word, "a request has one URL");
        } else {
            self.url = Some(word.to_owned());
        }
    }

    fn option(&mut self, word: &str, rest: &mut VecDeque<String>) {
        if let Some(long) = word.strip_prefix("--") {
            let (name, value) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (long, None),
            };
            self.named(name, value, rest);
            return;
        }
        // `-sSLX POST` and `-XPOST`: switches first, then one that takes the rest of the word or the next.
        let mut letters = word.chars().skip(1);
        while let Some(letter) = letters.next() {
            let Some((_, name)) = SHORT.iter().find(|(short, _)| *short == letter) else {
                self.leave(&format!("-{letter}"), "it is not known here");
                return;
            };
            if takes_value(name) {
                let value: String = letters.collect();
                self.named(name, (!value.is_empty()).then_some(value), rest);
                return;
            }
            self.named(name, None, rest);
        }
    }

    fn named(&mut self, name: &str, value: Option<String>, rest: &mut VecDeque<String>) {
        let value = match value {
            None if takes_value(name) => rest.pop_front().unwrap_or_default(),
            value => value.unwrap_or_default(),
        };
        match name {
            "request" => self.method = Some(value.to_ascii_uppercase()),
            "url" => self.url(&value),
            "header" => self.header(&value),
            "data" | "data-ascii" | "data-binary" => self.data(&value),
            "data-raw" => self.data.push(value),
            "data-urlencode" => self.encoded(&value),
            "url-query" => self.query(&value),
            "json" => {
                self.json = true;
                self.data(&value);
            }
            "form" => self.part(&value, false),
            "form-string" => self.part(&value, true),
            "user" => self.user = Some(value),
            "digest" => self.digest = true,
            "oauth2-bearer" => self.bearer = Some(value),
            "cookie" if value.contains('=') => self.add_header("Cookie", &value),
            "cookie" => self.leave("--cookie", "a file of cookies is not read"),
            "user-agent" => self.add_header("User-Agent", &value),
            "referer" => self.add_header("Referer", &value),
            "range" => self.add_header("Range", &format!("bytes={value}")),
            "get" => self.get = true,
            "head" => self.method = Some("HEAD".to_owned()),
            "upload-file" => {
                self.set_file(&value);
                self.method.get_or_insert_with(|| "PUT".to_owned());
            }
            "max-time" => match value.parse::<f64>() {
                Ok(seconds) if seconds > 0.0 => self.request.settings.timeout = Some(seconds),
                _ => self.leave("--max-time", "it is not a number of seconds"),
            },
            "location" => self.request.settings.follow_redirects = Some(true),
            "insecure" => self.leave("--insecure", "switch the check of certificates off in the connection"),
            name if NOTHING.contains(&name) || OUTPUT_VALUES.contains(&name) => {}
            name => {
                let why = OTHERS_VALUES.iter().find(|(other, _)| *other == name);
                self.leave(&format!("--{name}"), why.map_or("it is not known here", |(_, why)| why));
            }
        }
    }

    fn header(&mut self, line: &str) {
        match line.split_once(':') {
            // `Name:` takes a header away that curl sends by itself.
            Some((name, value)) if !value.trim().is_empty() => self.add_header(name.trim(), value.trim()),
            Some((name, _)) => self.leave(
                &format!("-H '{name}:'"),
                "headers of the client's own cannot be taken away",
            ),
            None => match line.strip_suffix(';') {
                Some(name) => self.add_header(name.trim(), ""),
                None => self.leave(&format!("-H '{line}'"), "it has no colon"),
            },
        }
    }

    fn add_header(&mut self, name: &str, value: &str) {
        self.headers.push(row(name, value));
    }

    fn data(&mut self, value: &str) {
        match value.strip_prefix('@') {
            Some("-") => self.leave("--data @-", "what comes in on stdin is not known"),
            Some(file) if self.get => self.leave(&format!("--data @{file}"), "a query is not read from a file"),
            Some(file) => self.set_file(file),
            None => self.data.push(value.to_owned()),
        }
    }

    fn set_file(&mut self, file: &str) {
        if self.file.is_some() {
            self.leave(&format!("@{file}"), "a body is one file");
        } else {
            self.file = Some(in_fixtures(file));
            self.leave_file(file);
        }
    }

    /// What is sent lies in the workspace, where who opens it finds it too.
    fn leave_file(&mut self, file: &str) {
        self.leave(
            &format!("the file {file}"),
            "put it into the workspace's folder `fixtures`",
        );
    }

    /// `content`, `=content`, `name=content`; files are not read.
    fn encoded(&mut self, value: &str) {
        let (name, content) = match value.find(['=', '@']) {
            Some(at) if value[at..].starts_with('@') => {
                self.leave("--data-urlencode", "a file's text is not encoded");
                return;
            }
            Some(at) => (&value[..at], &value[at + 1..]),
            None => ("", value),
        };
        let content = component(content);
        self.data.push(if name.is_empty() {
            content
        } else {
            format!("{name}={content}")
        });
    }

    fn query(&mut self, value: &str) {
        let (name, content) = value.split_once('=').unwrap_or((value, ""));
        self.request.query.push(row(name.trim_start_matches('+'), content));
    }

    fn part(&mut self, value: &str, literal: bool) {
        let Some((name, content)) = value.split_once('=') else {
            self.leave(&format!("--form {value}"), "it has no `=`");
            return;
        };
        let mut part = Part {
            name: name.to_owned(),
            ..Part::default()
        };
        if literal {
            content.clone_into(&mut part.value);
            self.parts.push(part);
            return;
        }
        if content.starts_with('<') {
            self.leave(&format!("--form {name}={content}"), "a text is not read from a file");
            return;
        }
        let is_file = content.starts_with('@');
        let mut fields = fields(content.strip_prefix('@').unwrap_or(content)).into_iter();
        let first = fields.next().unwrap_or_default();
        if is_file {
            self.leave_file(&first);
            part.file = Some(in_fixtures(&first));
        } else {
            part.value = first;
        }
        for field in fields {
            match field.split_once('=') {
                Some(("type", media)) => part.content_type = Some(media.to_owned()),
                Some(("filename", name)) => part.filename = Some(name.to_owned()),
                _ => self.leave(&format!("--form …;{field}"), "a part has a file name and a media type"),
            }
        }
        // What a file's name tells is not said twice.
        if let Some(file) = &part.file {
            let guessed = mime_guess::from_path(file).first_or_octet_stream();
            part.content_type = part.content_type.filter(|kind| *kind != guessed.essence_str());
            part.filename = part
                .filename
                .filter(|name| Some(name.as_str()) != file.rsplit('/').next());
        }
        self.parts.push(part);
    }

    fn request(mut self, keep: Keep<'_>) -> Result<(SavedRequest, Vec<NotCarried>), Refused> {
        let url = self.url.take().ok_or_else(|| Refused::new("the command has no URL"))?;
        let (url, query) = split_url(&url);
        self.request.url = url;
        self.request.query.splice(0..0, query);
        self.sign(&mut *keep);
        let body = self.body();
        let usual = if body.is_none() { "GET" } else { "POST" };
        self.request.method = self.method.take().unwrap_or_else(|| usual.to_owned());
        self.request.body = body;
        self.request.headers = std::mem::take(&mut self.headers);
        let mut kept = Kept {
            keep,
            left: &mut self.not_carried,
        };
        guard::request(&mut self.request, "curl", &mut kept);
        Ok((self.request, self.not_carried))
    }

    fn sign(&mut self, keep: Keep<'_>) {
        let settings = |pairs: &[(&str, &str)]| -> Map<String, Value> {
            pairs
                .iter()
                .map(|(key, value)| ((*key).to_owned(), Value::from(*value)))
                .collect()
        };
        let own = |kind: &str, settings| RequestAuth::Own {
            kind: kind.to_owned(),
            settings,
        };
        if let Some(token) = self.bearer.take() {
            let token = self.keep("token", &token, keep);
            self.request.auth = own("bearer", settings(&[("token", token.as_str())]));
            if self.user.is_some() {
                self.leave("--user", "a request is signed in one way");
            }
        } else if let Some(user) = self.user.take() {
            let (name, password) = user.split_once(':').unwrap_or((&user, ""));
            let kind = if self.digest { "digest" } else { "basic" };
            let password = self.keep("password", password, keep);
            self.request.auth = own(kind, settings(&[("username", name), ("password", password.as_str())]));
        }
    }

    /// What stands in the request for a secret. It is kept elsewhere, or who imports sets the variable's value.
    fn keep(&mut self, name: &str, value: &str, keep: Keep<'_>) -> String {
        let mut variable = name.to_owned();
        if !value.is_empty() && !value.starts_with('$') && !value.starts_with("{{") {
            match keep(name, &Secret::new(value)) {
                Some(kept) => variable = kept,
                None => self.leave(
                    &format!("the {name}"),
                    &format!("secrets are not kept in files: save it in the connection as `{name}`"),
                ),
            }
        }
        format!("{{{{{variable}}}}}")
    }

    fn body(&mut self) -> RequestBody {
        if !self.parts.is_empty() {
            if !self.data.is_empty() || self.file.is_some() {
                self.leave("--data", "a body is a form or data, not both");
            }
            return RequestBody::Multipart {
                parts: std::mem::take(&mut self.parts),
            };
        }
        if let Some(path) = self.file.take() {
            if !self.data.is_empty() {
                self.leave("--data", "text beside a file is not sent");
            }
            let guessed = mime_guess::from_path(&path).first_or_octet_stream();
            let content_type = self.content_type();
            self.headers
                .retain(|header| !header.name.eq_ignore_ascii_case("content-type"));
            return RequestBody::File {
                content_type: content_type.filter(|kind| *kind != guessed.essence_str()),
                path,
            };
        }
        if self.data.is_empty() {
            return RequestBody::None;
        }
        let text = std::mem::take(&mut self.data).join(if self.json { "" } else { "&" });
        if self.get {
            let rows = text.split('&').filter(|pair| !pair.is_empty()).map(decoded_pair);
            self.request.query.extend(rows);
            return RequestBody::None;
        }
        let said = self.content_type();
        let is_json = self.json || said.as_deref().is_some_and(|media| media.contains("json"));
        if is_json
            && said
                .as_deref()
                .is_none_or(|media| media.starts_with("application/json"))
        {
            self.headers
                .retain(|header| !header.name.eq_ignore_ascii_case("content-type"));
            return RequestBody::Json { text };
        }
        match said.as_deref() {
            None => {}
            Some(media) if media.starts_with("application/x-www-form-urlencoded") => {}
            Some(media) => {
                let content_type = media.to_owned();
                self.headers
                    .retain(|header| !header.name.eq_ignore_ascii_case("content-type"));
                return RequestBody::Raw { content_type, text };
            }
        }
        if serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok() && text.trim_start().starts_with(['{', '[']) {
            // What curl calls a form here was meant as JSON.
            self.leave(
                "Content-Type: application/x-www-form-urlencoded",
                "the body is JSON and sent as such",
            );
            return RequestBody::Json { text };
        }
        self.headers
            .retain(|header| !header.name.eq_ignore_ascii_case("content-type"));
        RequestBody::Form {
            fields: text
                .split('&')
                .filter(|pair| !pair.is_empty())
                .map(decoded_pair)
                .collect(),
        }
    }

    fn content_type(&self) -> Option<String> {
        let said = self
            .headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case("content-type"));
        said.map(|header| header.value.clone())
    }
}

/// A file's path below `fixtures`, where an exported command looks for it; of one that lay elsewhere its name.
fn in_fixtures(path: &str) -> String {
    let path = path.strip_prefix("fixtures/").unwrap_or(path);
    let elsewhere = path.starts_with(['/', '~', '\\']) || path.contains("..") || path.contains(':');
    let name = elsewhere.then(|| path.rsplit(['/', '\\']).next()).flatten();
    name.unwrap_or(path).to_owned()
}

fn takes_value(name: &str) -> bool {
    const VALUES: &[&str] = &[
        "request",
        "url",
        "header",
        "data",
        "data-ascii",
        "data-raw",
        "data-binary",
        "data-urlencode",
        "url-query",
        "json",
        "form",
        "form-string",
        "user",
        "oauth2-bearer",
        "cookie",
        "user-agent",
        "referer",
        "range",
        "upload-file",
        "max-time",
    ];
    VALUES.contains(&name) || OUTPUT_VALUES.contains(&name) || OTHERS_VALUES.iter().any(|(other, _)| *other == name)
}

fn row(name: &str, value: &str) -> Pair {
    Pair {
        name: name.to_owned(),
        value: value.to_owned(),
        enabled: true,
        description: String::new(),
    }
}

/// The URL without its query, and the query's rows. `{{variables}}` stay.
pub(super) fn split_url(url: &str) -> (String, Vec<Pair>) {
    let url = url.split('#').next().unwrap_or_default();
    let whole = if url.contains("://") || url.starts_with("{{") || url.starts_with('/') {
        url.to_owned()
    } else {
        // As curl does with a host alone.
        format!("http://{url}")
    };
    match whole.split_once('?') {
        None => (whole, Vec::new()),
        Some((start, query)) => {
            let rows = query.split('&').filter(|pair| !pair.is_empty()).map(decoded_pair);
            (start.to_owned(), rows.collect())
        }
    }
}

fn decoded_pair(pair: &str) -> Pair {
    let decoded = |text: &str| {
        let text = text.replace('+', " ");
        percent_encoding::percent_decode_str(&text)
            .decode_utf8_lossy()
            .into_owned()
    };
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    row(&decoded(name), &decoded(value))
}

/// `a;type=b;filename="c;d"`: what stands between semicolons, quotes taken off.
fn fields(text: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut inside = false;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let last = fields.last_mut().expect("there is always one");
        match letter {
            '\\' if inside => last.extend(letters.next()),
            '"' if inside || last.is_empty() || last.ends_with('=') => inside = !inside,
            ';' if !inside => fields.push(String::new()),
            letter => last.push(letter),
        }
    }
    fields
}
