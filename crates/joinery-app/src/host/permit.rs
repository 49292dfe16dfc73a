//! Whether a request may go out: a person is asked before a live org is written to, and a dry run sends no write.

use joinery_connector::{HttpRequest, http::HttpBody};
use joinery_http::{SentRequest, redact};
use joinery_script::HttpFailure;

use super::RunHost;
use crate::studio::lock;

impl RunHost {
    /// Waits until the request may go out; the clock of the run stands still meanwhile.
    pub(super) fn permit(&self, ready: &HttpRequest) -> Result<(), HttpFailure> {
        if self.dry && !reads(&ready.method) {
            return Err(self.withhold(ready));
        }
        // A recording cannot be written to.
        if self.client.recording().is_some() {
            return Ok(());
        }
        let verdict = self.connection.judge(ready);
        self.asking.begin();
        let answer = self
            .runtime
            .block_on(self.writes.allow(verdict, &self.permits, &self.token));
        self.asking.end();
        answer.map_err(|refusal| HttpFailure {
            code: refusal.code().into(),
            message: refusal.message(),
            hint: refusal.hint().map(str::to_owned),
        })
    }

    /// Keeps a request that is not sent, to be shown.
    fn withhold(&self, ready: &HttpRequest) -> HttpFailure {
        let secrets = self.connection.http.secrets();
        let url = redact::mask(ready.url.as_str(), &secrets);
        let body = match &ready.body {
            HttpBody::Text { text, .. } => Some(redact::mask(text, &secrets)),
            HttpBody::Form { fields } => {
                let pairs = fields.iter().map(|(name, value)| format!("{name}={value}"));
                Some(redact::mask(&pairs.collect::<Vec<_>>().join("&"), &secrets))
            }
            _ => None,
        };
        let message = format!("dry run: {} {url} was not sent", ready.method);
        lock(&self.record).withheld.push(SentRequest {
            method: ready.method.clone(),
            url,
            headers: Vec::new(),
            body,
        });
        HttpFailure {
            code: "dry_run".into(),
            message,
            hint: None,
        }
    }
}

/// Whether a request of that method changes nothing.
pub(super) fn reads(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS")
}
