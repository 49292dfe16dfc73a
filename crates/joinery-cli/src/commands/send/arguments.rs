//! What `joinery send` takes, and the request that makes.

use std::{num::NonZeroU32, path::PathBuf, time::Duration};

use clap::Args;
use joinery_app::{Assertion, Code, Demand, Error, Pair, RequestBody, SavedRequest};
use serde_json::Value;

use super::network::Network;
use crate::{durations, target::Target, texts};

/// What `joinery send` takes.
#[derive(Debug, Args)]
#[command(override_usage = "joinery send [OPTIONS] [METHOD] URL\n       joinery send [OPTIONS] REQUEST.toml")]
pub struct Arguments {
    /// A method and a URL, a URL alone, or the file of a saved request
    #[arg(required = true, num_args = 1..=2, value_names = ["METHOD", "URL"])]
    pub what: Vec<String>,
    /// A header, in place of one of that name
    #[arg(short = 'H', long, value_name = "NAME: VALUE", value_parser = header)]
    header: Vec<(String, String)>,
    /// The body: text, @FILE, or - for what comes in; JSON where it looks like it, a form otherwise
    #[arg(short, long, value_name = "TEXT|@FILE|-")]
    data: Option<String>,
    /// A value for {{KEY}}, before every other
    #[arg(long, value_name = "KEY=VALUE", value_parser = texts::pair)]
    pub var: Vec<(String, String)>,
    /// What must hold: `status=200`, `time_ms=500`, `header:NAME=VALUE`, or a JSON path such as `$.id=7`
    #[arg(long, value_name = "SUBJECT=VALUE", value_parser = assertion)]
    assert: Vec<Assertion>,
    /// An answer to {{prompt("LABEL")}}
    #[arg(long, value_name = "LABEL=TEXT", value_parser = texts::pair)]
    pub answer: Vec<(String, String)>,
    /// The environment: a file of `environments` beside the connector, by its name
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// The connector whose connection, hosts and variables are used
    #[arg(long, value_name = "CONNECTOR")]
    pub connector: Option<PathBuf>,
    /// Send it so many times, over one connection, and print how long that took
    #[arg(long, value_name = "N")]
    pub repeat: Option<NonZeroU32>,
    /// Let the request write to a live org without asking
    #[arg(long)]
    pub allow_writes: bool,
    /// Give the request up after this long
    #[arg(long, value_name = "TIME", value_parser = durations::parse)]
    pub timeout: Option<Duration>,
    /// Print status, headers, body, timing and assertions as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub network: Network,
}

impl Arguments {
    /// The request of a method and a URL.
    ///
    /// # Errors
    /// [`Code::Usage`].
    pub fn request(&self) -> Result<SavedRequest, Error> {
        let usual = if self.data.is_some() { "POST" } else { "GET" };
        let (method, url) = match self.what.as_slice() {
            [url] if url.contains(['/', '{']) => (usual, url),
            [method, url] if method.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-') => {
                (method.as_str(), url)
            }
            what => {
                return Err(
                    Error::new(Code::Usage, format!("`{}` is not a request", what.join(" ")))
                        .with_hint("Write joinery send GET https://host/path, or joinery send REQUEST.toml."),
                );
            }
        };
        Ok(SavedRequest {
            method: method.to_ascii_uppercase(),
            url: url.clone(),
            ..SavedRequest::default()
        })
    }

    /// `request` with the headers, the body and the assertions of the command line.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when the body cannot be read.
    pub fn overlay(&self, mut request: SavedRequest) -> Result<SavedRequest, Error> {
        for (name, value) in &self.header {
            request.headers.retain(|header| !header.name.eq_ignore_ascii_case(name));
            request.headers.push(Pair {
                name: name.clone(),
                value: value.clone(),
                enabled: true,
                description: String::new(),
            });
        }
        if let Some(data) = &self.data {
            request.body = body(texts::read(data)?, &request);
        }
        request.assertions.extend(self.assert.iter().cloned());
        Ok(request)
    }
}

/// The body a text makes: of the type the headers say, else JSON where it looks like it, else a form as curl has it.
fn body(text: String, request: &SavedRequest) -> RequestBody {
    let said = request
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-type"));
    match said {
        Some(header) => RequestBody::Raw {
            content_type: header.value.clone(),
            text,
        },
        None if text.trim_start().starts_with(['{', '[']) => RequestBody::Json { text },
        None => RequestBody::Raw {
            content_type: "application/x-www-form-urlencoded".to_owned(),
            text,
        },
    }
}

fn header(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.trim().to_owned())),
        _ => Err("write it as 'NAME: VALUE'".to_owned()),
    }
}

fn assertion(text: &str) -> Result<Assertion, String> {
    let at = equals_sign(text).ok_or("write it as SUBJECT=VALUE, such as status=200")?;
    let (subject, value) = (text[..at].trim(), &text[at + 1..]);
    if subject.is_empty() {
        return Err("write it as SUBJECT=VALUE, such as status=200".to_owned());
    }
    // A word that is not JSON is meant as text: --assert $.status=ACTIVE needs no quotes in quotes.
    let equals = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    Ok(Assertion {
        subject: subject.to_owned(),
        demand: Demand::Equals(equals),
    })
}

/// The first `=` that does not stand in the brackets of a JSON path.
fn equals_sign(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, letter) in text.char_indices() {
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            '=' if depth == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(text: &str, subject: &str, equals: Value) {
        assert_eq!(
            assertion(text),
            Ok(Assertion {
                subject: subject.to_owned(),
                demand: Demand::Equals(equals),
            })
        );
    }

    #[test]
    fn an_assertion_compares_with_json_or_with_text() {
        check("status=200", "status", json!(200));
        check("$.status=ACTIVE", "$.status", json!("ACTIVE"));
        check("$.id=\"7\"", "$.id", json!("7"));
        check("header:content-type=a=b", "header:content-type", json!("a=b"));
        check(
            "$.users[?@.login=='ada'].id=[1,2]",
            "$.users[?@.login=='ada'].id",
            json!([1, 2]),
        );
        assert!(assertion("status").is_err());
        assert!(assertion("=200").is_err());
    }
}
