//! The request to send, of the one that a script made.

use std::{collections::BTreeMap, time::Duration};

use joinery_connector::{HttpRequest, Secret, http::HttpBody};
use joinery_script::{HttpFailure, ScriptRequest, host::secret_mark};
use url::Url;

use super::RunHost;

/// A request's own timeout, where the script sets none.
const TIMEOUT: Duration = Duration::from_secs(30);

impl RunHost {
    /// The request to send: the URL made absolute and allowed, query added, secrets put in.
    pub(crate) fn prepare(&self, request: &ScriptRequest) -> Result<HttpRequest, HttpFailure> {
        let secrets = &self.connection.secrets;
        let mut url = self.absolute(&request.url)?;
        if !request.query.is_empty() {
            let pairs = request.query.iter().map(|(name, value)| (name, put_in(value, secrets)));
            url.query_pairs_mut().extend_pairs(pairs);
        }
        self.allow(&url)?;
        let mut ready = HttpRequest::new(&request.method, url);
        ready.headers.clone_from(&request.headers);
        for header in &mut ready.headers {
            header.value = put_in(&header.value, secrets);
        }
        ready.body = match &request.body {
            HttpBody::Text { content_type, text } => HttpBody::Text {
                content_type: content_type.clone(),
                text: if content_type.contains("json") {
                    put_in_json(text, secrets)
                } else {
                    put_in(text, secrets)
                },
            },
            HttpBody::Form { fields } => HttpBody::Form {
                fields: fields
                    .iter()
                    .map(|(name, value)| (name.clone(), put_in(value, secrets)))
                    .collect(),
            },
            other => other.clone(),
        };
        if !request.multipart.is_empty() {
            ready.body = self.files.multipart(&request.multipart, |text| put_in(text, secrets))?;
        }
        if let Some(file) = &request.run_file {
            ready.body = self.files.body(file)?;
        }
        let asked = request.timeout_ms.unwrap_or(TIMEOUT.as_millis() as u64);
        ready.timeout_ms = self.connection.timeout_ms().map_or(asked, |most| asked.min(most));
        ready.follow_redirects = request.follow_redirects;
        ready.retry = request.retry;
        Ok(ready)
    }

    /// RFC 3986 §5.2: a path with a leading slash starts at the base URL's host, one without goes on from its path.
    fn absolute(&self, url: &str) -> Result<Url, HttpFailure> {
        let invalid = |reason: String| HttpFailure {
            code: "invalid_url".into(),
            message: format!("`{url}` is not a URL or path that can be called: {reason}"),
            hint: Some("Write a path such as /api/v1/users, or an absolute URL of an allowed host.".into()),
        };
        if url.starts_with("http://") || url.starts_with("https://") {
            return Url::parse(url).map_err(|error| invalid(error.to_string()));
        }
        let base = format!("{}/", self.connection.http.base_url.trim_end_matches('/'));
        Url::parse(&base)
            .and_then(|base| base.join(url))
            .map_err(|error| invalid(error.to_string()))
    }

    /// A script may call the base URL's host, the hosts that sign in, and those its manifest names.
    fn allow(&self, url: &Url) -> Result<(), HttpFailure> {
        let base = Url::parse(&self.connection.http.base_url).ok();
        if base.is_some_and(|base| base.origin() == url.origin()) || self.is_for_signing_in(url) {
            return Ok(());
        }
        self.connector
            .host_allowed(url.as_str(), &self.connection.variables)
            .map_err(|host| HttpFailure {
                code: "host_not_allowed".into(),
                message: format!("this connector may not call {host}"),
                hint: Some(format!("Add \"{host}\" to `hosts` in connector.toml to allow it.")),
            })
    }

    /// Whether it is of the host that the way to sign in asks for tokens.
    fn is_for_signing_in(&self, url: &Url) -> bool {
        let settings = &self.connection.http.auth.settings;
        ["token_url", "authorization_url"].iter().any(|name| {
            let setting = settings.get(*name).and_then(|setting| setting.as_str());
            let parsed = setting.and_then(|setting| Url::parse(setting).ok());
            parsed.is_some_and(|endpoint| endpoint.origin() == url.origin())
        })
    }
}

/// Puts secrets in place of their marks.
pub(crate) fn put_in(text: &str, secrets: &BTreeMap<String, Secret>) -> String {
    replace_marks(text, secrets, |secret| secret.reveal().to_owned())
}

/// As [`put_in`], inside a JSON string.
fn put_in_json(text: &str, secrets: &BTreeMap<String, Secret>) -> String {
    replace_marks(text, secrets, |secret| {
        let quoted = serde_json::Value::from(secret.reveal()).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    })
}

fn replace_marks(text: &str, secrets: &BTreeMap<String, Secret>, shown: impl Fn(&Secret) -> String) -> String {
    let mut text = text.to_owned();
    for (name, secret) in secrets {
        for mark in [secret_mark(name), escaped_mark(name)] {
            if text.contains(&mark) {
                text = text.replace(&mark, &shown(secret));
            }
        }
    }
    text
}

/// The mark as JSON writes it: control characters become `\u0001`.
fn escaped_mark(name: &str) -> String {
    secret_mark(name).replace('\u{1}', "\\u0001")
}
