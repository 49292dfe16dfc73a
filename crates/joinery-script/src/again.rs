//! Whether an action that failed is run again.

use regex::Regex;

use crate::{error::ScriptError, run::ActionRetry};

/// Statuses that are worth another try where only a message is named.
const PASSING: &[u16] = &[429, 500, 502, 503, 504, 507];

impl ActionRetry {
    /// Seconds to wait before the action that failed with `error` is run again; `None` where it is not. `tries` were made
    /// again before; `wrote` says whether it has sent a write.
    pub fn wait(&self, error: &ScriptError, tries: u32, wrote: bool) -> Option<f64> {
        if tries >= self.max || (wrote && !self.writes) {
            return None;
        }
        let status = error.details.get("status").and_then(serde_json::Value::as_u64);
        let status = status
            .and_then(|status| u16::try_from(status).ok())
            .filter(|status| *status > 0);
        let said = || {
            let body = error.details.get("body").map(ToString::to_string).unwrap_or_default();
            let mut patterns = self.messages.iter().filter_map(|pattern| Regex::new(pattern).ok());
            patterns.any(|pattern| pattern.is_match(&error.message) || pattern.is_match(&body))
        };
        let wanted = match (self.statuses.is_empty(), self.messages.is_empty()) {
            (true, true) => status.is_some_and(|status| PASSING.contains(&status)),
            (true, false) => status.is_some_and(|status| PASSING.contains(&status)) && said(),
            (false, true) => status.is_some_and(|status| self.statuses.contains(&status)),
            (false, false) => status.is_some_and(|status| self.statuses.contains(&status)) && said(),
        };
        wanted.then(|| self.wait * f64::from(tries + 1))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn failed(status: u16, message: &str) -> ScriptError {
        ScriptError {
            details: json!({ "kind": "http", "status": status, "body": { "reason": "busy" } }),
            ..ScriptError::new("http", message, "actions/a.rhai")
        }
    }

    #[test]
    fn status_and_message_must_both_fit_and_waits_grow() {
        let retry = ActionRetry {
            statuses: vec![409],
            messages: vec!["(?i)LOCKED|busy".into()],
            max: 2,
            wait: 5.0,
            writes: false,
        };
        assert_eq!(retry.wait(&failed(409, "the record is locked"), 0, false), Some(5.0));
        assert_eq!(
            retry.wait(&failed(409, "no"), 1, false),
            Some(10.0),
            "the body says busy"
        );
        assert_eq!(retry.wait(&failed(409, "no"), 2, false), None, "twice is enough");
        assert_eq!(retry.wait(&failed(503, "locked"), 0, false), None);
        assert_eq!(retry.wait(&failed(409, "locked"), 0, true), None, "it wrote");
        let only_message = ActionRetry {
            statuses: Vec::new(),
            ..retry
        };
        assert_eq!(only_message.wait(&failed(503, "busy"), 0, false), Some(5.0));
        assert_eq!(only_message.wait(&failed(400, "busy"), 0, false), None);
    }
}
