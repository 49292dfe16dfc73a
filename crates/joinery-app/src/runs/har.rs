//! The HTTP calls of a run as a HAR log.

use joinery_connector::{Secret, cassette::Given};
use serde_json::Value;

use super::Performed;
use crate::{
    error::Error,
    requests::{SeenExchange, har_of, whole},
};

/// Every call of a run that was answered, what its fields and signing in asked for among them, as a HAR log, secrets
/// masked.
///
/// # Errors
/// [`Code::Unavailable`](crate::Code::Unavailable) where a body cannot be read back.
pub fn har(performed: &Performed) -> Result<Value, Error> {
    let given = performed.given.iter().filter_map(Given::secret);
    let secrets: Vec<Secret> = performed.secrets.iter().chain(given).cloned().collect();
    let calls = performed.asked.iter().chain(&performed.calls);
    let seen = calls.filter_map(|call| {
        Some(SeenExchange {
            started_ms: performed.started_ms.saturating_add(whole(call.report.start_ms)),
            request: call.report.request.as_ref()?,
            response: call.response.as_ref()?,
            body: call.body.as_ref()?,
        })
    });
    har_of(seen, &secrets)
}
