//! What a run did: its calls, with what a cassette would keep of them, and its console.

use joinery_connector::HttpResponse;
use joinery_http::{Body, Exchange, SentRequest, Taped};
use joinery_script::{CallPlace, ConsoleLine};

use super::permit::reads;
use crate::{chance::Drawn, runs::CallReport};

/// What a run did.
#[derive(Default)]
pub(crate) struct Record {
    pub(crate) calls: Vec<RecordedCall>,
    pub(crate) console: Vec<ConsoleLine>,
    /// What the last call to the connection's own service said of it.
    pub(crate) health: Option<Result<(), String>>,
    /// What it drew of clock and chance.
    pub(crate) drawn: Drawn,
    /// What a dry run would have sent.
    pub(crate) withheld: Vec<SentRequest>,
}

/// One call and its response's body.
#[derive(Clone)]
pub(crate) struct RecordedCall {
    pub(crate) report: CallReport,
    pub(crate) body: Option<Body>,
    /// The whole answer, without its body.
    pub(crate) response: Option<HttpResponse>,
    /// What a cassette would keep of it: nothing where signing in made the call, or no answer came.
    pub(crate) tape: Vec<Taped>,
    /// Whether it went out and no answer came.
    pub(crate) lost: bool,
}

impl RecordedCall {
    /// A request that no script made, as a recording keeps it.
    pub(crate) fn sent(exchange: &Exchange) -> Self {
        let report = CallReport {
            method: exchange.request.method.clone(),
            url: exchange.request.url.clone(),
            status: Some(exchange.response.status),
            error: None,
            sign_in: false,
            start_ms: 0.0,
            time_ms: exchange.response.timing.total_ms,
            timing: None,
            rate_limit: None,
            place: CallPlace {
                file: String::new(),
                line: 0,
            },
            request: None,
            headers: Vec::new(),
            body: None,
        };
        Self {
            report,
            body: None,
            response: Some(exchange.response.clone()),
            tape: exchange.tape.clone(),
            lost: false,
        }
    }
}

/// Whether any of `calls` may have changed something.
pub(crate) fn wrote(calls: &[RecordedCall]) -> bool {
    calls
        .iter()
        .any(|call| !call.report.sign_in && !reads(&call.report.method))
}

/// The call that `exchange` answered.
pub(super) fn answered(exchange: Exchange, call: CallReport) -> RecordedCall {
    let response = exchange.response.clone();
    let report = CallReport {
        url: exchange.request.url.clone(),
        status: Some(exchange.response.status),
        timing: Some(exchange.response.timing),
        rate_limit: exchange.response.rate_limit,
        request: Some(exchange.request),
        headers: exchange.response.headers,
        ..call
    };
    RecordedCall {
        report,
        body: Some(exchange.body),
        response: Some(response),
        tape: exchange.tape,
        lost: false,
    }
}

/// The calls that signing in made before `call`, whose time they took.
pub(super) fn signing_in(exchanges: Vec<Exchange>, call: &mut CallReport) -> Vec<RecordedCall> {
    let calls = exchanges.into_iter().map(|exchange| {
        let time_ms = exchange.response.timing.total_ms;
        let asked = CallReport {
            method: exchange.request.method.clone(),
            sign_in: true,
            time_ms,
            ..call.clone()
        };
        call.start_ms += time_ms;
        call.time_ms = (call.time_ms - time_ms).max(0.0);
        answered(exchange, asked)
    });
    calls.collect()
}
