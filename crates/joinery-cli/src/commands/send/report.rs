//! What a send prints: the body on stdout, the rest on stderr.

use std::{fmt::Write as _, fs::File, io::IsTerminal, path::Path};

use joinery_app::{
    Code, Error, HttpResponse, Program, Studio,
    bodies::{self, FilterKind},
    charset,
    okta::{Hint, HintLevel},
    requests::{self, Answered, AssertionResult, CaptureResult, Pages, Prepared},
};
use serde_json::{Value, json};

use super::Arguments;
use crate::{Outcome, output};

/// The largest body that is laid out for reading.
const LARGEST_LAID_OUT: usize = 4 << 20;

/// Prints the response.
pub fn show(arguments: &Arguments, answered: &Answered) -> Result<Outcome, Error> {
    let exchange = &answered.exchange;
    if arguments.shown.verbose {
        output::note(output::printable(&requests::wire_log(exchange)).trim_end());
    }
    if arguments.shown.json {
        output::json(&shape(answered, &text(answered)?))?;
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
        if let Some(pages) = &answered.pages {
            output::note(&pages_line(pages));
        }
        if arguments.with_head() {
            output::bytes(head(&exchange.response).as_bytes())?;
        }
        match (&arguments.shown.output, arguments.filter()) {
            (Some(file), _) => keep(answered, file)?,
            (None, Some((kind, filter))) => print_filtered(&text(answered)?, kind, filter)?,
            (None, None) => match exchange.body.path().filter(|_| !std::io::stdout().is_terminal()) {
                Some(kept) => output::file(kept)?,
                None => print_body(&read(answered)?)?,
            },
        }
        captures(&answered.captures);
        assertions(&answered.assertions);
        hints(&answered.hints);
    }
    Ok(outcome(answered))
}

/// Writes what was sent and answered as HAR.
pub fn write_har(studio: &Studio, prepared: &Prepared, answered: &Answered, file: &Path) -> Result<(), Error> {
    output::har(&requests::har(studio, prepared, answered)?, file)
}

fn read(answered: &Answered) -> Result<Vec<u8>, Error> {
    let body = answered.exchange.body.read();
    body.map(|body| body.to_vec())
        .map_err(|error| Error::new(Code::Unavailable, format!("cannot read the body back: {error}")))
}

/// The body in UTF-8, where its sender says in which charset it is.
fn text(answered: &Answered) -> Result<Vec<u8>, Error> {
    let content_type = answered.exchange.response.header("content-type").unwrap_or_default();
    Ok(charset::utf8(&read(answered)?, content_type).into_owned())
}

fn keep(answered: &Answered, file: &Path) -> Result<(), Error> {
    let body = &answered.exchange.body;
    // A large body is copied from disk to disk, and gets the rights of any new file.
    let written = match body.path() {
        Some(kept) => File::open(kept)
            .and_then(|mut kept| std::io::copy(&mut kept, &mut File::create(file)?))
            .map(|_| ()),
        None => body.read().and_then(|bytes| std::fs::write(file, bytes)),
    };
    written.map_err(|error| output::not_written(file, &error))
}

/// Status and headers as they came.
fn head(response: &HttpResponse) -> String {
    let mut head = format!("{} {} {}\r\n", response.version, response.status, response.reason);
    for header in &response.headers {
        let _ = write!(head, "{}: {}\r\n", header.name, header.value);
    }
    head.push_str("\r\n");
    head
}

fn pages_line(pages: &Pages) -> String {
    let (dim, doubt) = (output::DIM, output::DOUBT);
    let count = output::count(pages.count as usize, "page");
    let stopped = pages.stopped.as_ref().map_or_else(String::new, |reason| {
        format!(", {doubt}not all: {}{doubt:#}", output::printable(reason))
    });
    format!("{dim}{count}, {} entries{dim:#}{stopped}", pages.entries)
}

/// Says what is worth knowing about the answer; what could be done next is for the window.
fn hints(hints: &[Hint]) {
    for hint in hints.iter().filter(|hint| hint.level != HintLevel::Offer) {
        let doubt = output::DOUBT;
        output::note(&format!(
            "{doubt}{}{doubt:#}: {}",
            output::printable(&hint.title),
            output::printable(&hint.text)
        ));
    }
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
        "pages": answered.pages,
        "hints": answered.hints.iter().map(hint).collect::<Vec<Value>>(),
    })
}

fn hint(hint: &Hint) -> Value {
    json!({ "level": hint.level, "title": hint.title, "text": hint.text })
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

/// The values that a filter makes of the body, each on a line as it stands in the body; on a terminal laid out.
fn print_filtered(body: &[u8], kind: FilterKind, filter: &str) -> Result<(), Error> {
    let filtered = bodies::filter(&Program::This, body, kind, filter, &|_| true)?;
    let terminal = std::io::stdout().is_terminal();
    for mut value in filtered.values {
        match serde_json::from_slice::<Value>(&value) {
            Ok(value) if terminal => output::json(&value)?,
            _ => {
                value.push(b'\n');
                output::bytes(&value)?;
            }
        }
    }
    Ok(())
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
