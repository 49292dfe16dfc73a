//! What a send prints: the body on stdout, the rest on stderr.

use std::io::IsTerminal;

use joinery_app::{
    Code, Error, HttpResponse,
    requests::{Answered, AssertionResult, CaptureResult},
};
use serde_json::{Value, json};

use super::Arguments;
use crate::{Outcome, output};

/// The largest body that is laid out for reading.
const LARGEST_LAID_OUT: usize = 4 << 20;

/// Prints the response.
pub fn show(arguments: &Arguments, answered: &Answered) -> Result<Outcome, Error> {
    let exchange = &answered.exchange;
    let body = exchange
        .body
        .read()
        .map_err(|error| Error::new(Code::Unavailable, format!("cannot read the body back: {error}")))?;
    if arguments.json {
        output::json(&shape(answered, &body))?;
    } else {
        for asked in &exchange.sign_in {
            let (dim, request) = (output::DIM, &asked.request);
            let status = asked.response.status;
            output::note(&format!(
                "{dim}{status} {} {} to sign in{dim:#}",
                request.method, request.url
            ));
        }
        output::note(&status_line(&exchange.response));
        print_body(&body)?;
        captures(&answered.captures);
        assertions(&answered.assertions);
    }
    Ok(outcome(answered))
}

/// Whether every assertion holds and every value to capture was there.
pub fn outcome(answered: &Answered) -> Outcome {
    let holds = answered.assertions.iter().all(|result| result.ok);
    if holds && answered.captures.iter().all(|result| result.ok) {
        Outcome::Done
    } else {
        Outcome::Failed
    }
}

/// A response as `docs/schemas/send.json` says.
pub fn shape(answered: &Answered, body: &[u8]) -> Value {
    let response = &answered.exchange.response;
    let body = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(_) if body.is_empty() => Value::Null,
        // Bytes that are no text are replaced: without --json they are printed as they came.
        Err(_) => Value::String(String::from_utf8_lossy(body).into_owned()),
    };
    json!({
        "status": response.status,
        "headers": response.headers,
        "body": body,
        "timing": response.timing,
        "hops": response.hops,
        "assertions": answered.assertions,
        "captures": answered.captures,
    })
}

/// Says of every assertion whether it holds.
pub fn assertions(checked: &[AssertionResult]) {
    for result in checked {
        let (word, style) = if result.ok {
            ("holds", output::GOOD)
        } else {
            ("fails", output::BAD)
        };
        output::note(&format!(
            "{style}{word}{style:#} {} {}",
            result.subject,
            output::printable(&result.message)
        ));
    }
}

/// Says of every value to capture what it is.
fn captures(captured: &[CaptureResult]) {
    for result in captured {
        let (word, style) = if result.ok {
            ("keeps", output::GOOD)
        } else {
            ("lacks", output::BAD)
        };
        let message = output::printable(&result.message);
        output::note(&format!("{style}{word}{style:#} {} = {message}", result.name));
    }
}

fn status_line(response: &HttpResponse) -> String {
    let style = if response.ok() { output::GOOD } else { output::BAD };
    let dim = output::DIM;
    let limit = response.rate_limit.map_or_else(String::new, |rate| {
        format!(", rate limit {} of {} left", rate.remaining, rate.limit)
    });
    format!(
        "{style}{} {}{style:#} {dim}{:.1} ms, {}{limit}{dim:#}",
        response.status,
        response.reason,
        response.timing.total_ms,
        output::size(response.size)
    )
}

/// The bytes as they came, or on a terminal laid out for reading.
fn print_body(body: &[u8]) -> Result<(), Error> {
    if !std::io::stdout().is_terminal() {
        return output::bytes(body);
    }
    let Ok(text) = std::str::from_utf8(body) else {
        output::note("The body is not text; send it into a file: joinery send ... > FILE");
        return Ok(());
    };
    if text.is_empty() {
        return Ok(());
    }
    match serde_json::from_str::<Value>(text) {
        Ok(value) if text.len() <= LARGEST_LAID_OUT => output::json(&value),
        _ => output::line(&output::printable(text)),
    }
}
