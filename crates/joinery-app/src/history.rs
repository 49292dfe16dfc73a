//! What a request was answered before: listed, opened, pinned, and saved as an example beside the request.

use std::path::PathBuf;

use joinery_connector::{Header, HttpResponse, http::header, secret::MASK};
use joinery_http::SentRequest;
use joinery_store::table::send::{self, Row};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ts_rs::TS;

use crate::{
    bodies::BodySummary,
    connections,
    connectors::{self, path_of},
    error::{Code, Error},
    files::FileRef,
    studio::Studio,
};

pub use joinery_http::Certificate;

/// Sends listed of one request.
const LISTED: usize = 100;
/// The largest body that an example is made of: examples are read by people and kept in git.
const LARGEST_EXAMPLE: u64 = 4 << 20;

/// Whose history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AskHistory {
    /// The request's file, where it has one.
    pub file: Option<FileRef>,
    /// For a request without a file: the method it was last sent with.
    pub method: String,
    /// The URL it was last sent to.
    pub url: String,
}

/// A send of the history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PastSend {
    /// Its number.
    pub number: i64,
    /// When, in milliseconds since 1970.
    #[ts(type = "number")]
    pub sent_ms: i64,
    /// The method.
    pub method: String,
    /// The URL, secrets masked.
    pub url: String,
    /// The status.
    pub status: Option<u16>,
    /// Milliseconds in all.
    pub time_ms: f64,
    /// Whether it is kept however many follow.
    pub pinned: bool,
}

/// An earlier answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PastResponse {
    /// The request as it went out, secrets masked.
    pub request: SentRequest,
    /// The response.
    pub response: HttpResponse,
    /// Its body; ask for its lines.
    pub body: BodySummary,
}

/// Which sends of the history are meant, of every workspace. What is not said leaves none out.
pub use joinery_store::table::send::Chosen;

/// A send of the history, with where it was sent from.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptSend {
    /// What is listed of it.
    pub send: PastSend,
    /// The workspace's folder.
    pub workspace: String,
    /// The connector's folder in it.
    pub connector: String,
    /// The request's file in the connector, where it has one.
    pub request: Option<String>,
}

/// A send of the history, whole.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptAnswer {
    /// Where it was sent from, and when.
    pub kept: KeptSend,
    /// The request as it went out, secrets masked.
    pub request: SentRequest,
    /// The response.
    pub response: HttpResponse,
    /// The file of its body; `None` where there was none.
    pub body: Option<PathBuf>,
}

/// The last sends that are chosen, the latest first.
///
/// # Errors
/// [`Code::Unavailable`].
pub fn search(studio: &Studio, chosen: &Chosen, limit: usize) -> Result<Vec<KeptSend>, Error> {
    let found = send::search(studio.store()?, chosen, limit)?;
    Ok(found.into_iter().map(|(row, pinned)| kept_send(row, pinned)).collect())
}

/// A send with its answer.
///
/// # Errors
/// As [`open`].
pub fn answer(studio: &Studio, number: i64) -> Result<KeptAnswer, Error> {
    let (row, Detail { request, response }) = kept(studio, number)?;
    let store = studio.store()?;
    let body = row.body.as_ref().map(|name| store.body_folder().join(name));
    let is_pinned = send::pinned(store)?.contains(&number);
    Ok(KeptAnswer {
        kept: kept_send(row, is_pinned),
        request,
        response,
        body,
    })
}

/// Forgets a send with its answer, pinned or not.
///
/// # Errors
/// [`Code::Usage`] where there is none, [`Code::Unavailable`].
pub fn remove(studio: &Studio, number: i64) -> Result<(), Error> {
    if send::remove(studio.store()?, number)? {
        Ok(())
    } else {
        Err(gone(number))
    }
}

/// Forgets the sends that are chosen, with their answers; how many.
///
/// # Errors
/// [`Code::Unavailable`].
pub fn forget(studio: &Studio, chosen: &Chosen) -> Result<usize, Error> {
    Ok(send::forget_chosen(studio.store()?, chosen)?)
}

/// What the history keeps beside a row's columns.
#[derive(Deserialize)]
struct Detail {
    request: SentRequest,
    response: HttpResponse,
}

/// The last sends of a request, the latest first.
///
/// # Errors
/// [`Code::Unavailable`]; [`Code::Usage`] when no workspace is open.
pub fn list(studio: &Studio, ask: &AskHistory) -> Result<Vec<PastSend>, Error> {
    let store = studio.store()?;
    let workspace = studio.workspace_folder()?.display().to_string();
    let pinned = send::pinned(store)?;
    let rows = send::list(
        store,
        &workspace,
        ask.file
            .as_ref()
            .map(|file| (file.connector.as_str(), file.path.as_str())),
        5 * LISTED,
    )?;
    let same = |row: &Row| {
        ask.file.is_some() || (row.request_path.is_none() && row.method == ask.method && row.url == ask.url)
    };
    let past = |row: Row| {
        let is_pinned = pinned.contains(&row.id);
        kept_send(row, is_pinned).send
    };
    Ok(rows.into_iter().filter(same).take(LISTED).map(past).collect())
}

/// Opens an earlier answer.
///
/// # Errors
/// [`Code::Usage`] when it is no longer kept, [`Code::Unavailable`].
pub fn open(studio: &Studio, number: i64) -> Result<PastResponse, Error> {
    let (row, Detail { request, response }) = kept(studio, number)?;
    let content_type = header(&response.headers, "content-type").unwrap_or_default();
    let body = match row.body {
        None => studio.bodies.open(Vec::new(), content_type),
        Some(name) => {
            let path = studio.store()?.body_folder().join(name);
            studio.bodies.open_file(&path, content_type).map_err(|_| gone(number))?
        }
    };
    Ok(PastResponse {
        request,
        response,
        body,
    })
}

/// Pins a send, so that it is kept however many follow, or lets it go.
///
/// # Errors
/// [`Code::Unavailable`].
pub fn pin(studio: &Studio, number: i64, pinned: bool) -> Result<(), Error> {
    Ok(send::pin(studio.store()?, number, pinned)?)
}

/// Writes an earlier answer as an example beside its request: `requests/users/get_user.examples/not_found.json`.
///
/// # Errors
/// [`Code::Input`] for a name that is none or a body that is too large; [`Code::Conflict`] when there is one of that
/// name; [`Code::Usage`] when the answer is no longer kept; [`Code::Unavailable`].
pub fn save_example(studio: &Studio, request: &FileRef, number: i64, name: &str) -> Result<FileRef, Error> {
    let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if name.is_empty() || name.len() > 56 || !name.chars().all(fits) {
        let error = Error::new(Code::Input, format!("`{name}` is not a name for an example"));
        return Err(error.with_hint("Use lower-case letters, digits and _, such as not_found."));
    }
    let folder = request.path.strip_suffix(".toml").unwrap_or(&request.path);
    let file = FileRef {
        connector: request.connector.clone(),
        path: format!("{folder}.examples/{name}.json"),
    };
    let path = path_of(studio, &file)?;
    if path.exists() {
        return Err(
            Error::new(Code::Conflict, format!("there is an example `{name}` already"))
                .with_hint("Choose another name."),
        );
    }
    let (row, detail) = kept(studio, number)?;
    if detail.response.size > LARGEST_EXAMPLE {
        return Err(Error::new(Code::Input, "the body is too large for an example")
            .with_hint("Filter it, or ask for less with a limit; an example holds up to 4 MB."));
    }
    let body = match &row.body {
        None => Vec::new(),
        Some(name) => std::fs::read(studio.store()?.body_folder().join(name)).map_err(|_| gone(number))?,
    };
    let example = json!({
        "request": detail.request,
        "response": {
            "status": detail.response.status,
            "reason": detail.response.reason,
            "headers": detail.response.headers.iter().map(shown).collect::<Vec<_>>(),
            "body": body_of(&body),
        }
    });
    joinery_connector::file::write(&path, format!("{example:#}\n").as_bytes())?;
    Ok(file)
}

/// The certificates that the host of `url` showed this connection, its own first; none without TLS.
///
/// # Errors
/// [`Code::Usage`] when connector or connection do not exist.
pub fn certificates(
    studio: &Studio,
    connector: &str,
    connection: Option<&str>,
    url: &str,
) -> Result<Vec<Certificate>, Error> {
    let connector = connectors::in_workspace(studio, connector)?;
    let resolved = match connection {
        Some(name) => connections::resolve(studio, &connector, Ok(name))?,
        None => connections::none(studio, &connector),
    };
    let host = url::Url::parse(url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned));
    Ok(studio.client(&resolved)?.certificates(&host.unwrap_or_default()))
}

/// A header as a file may show it: a cookie that is set opens a session.
fn shown(header: &Header) -> Header {
    let value = match header.value.split_once('=') {
        Some((name, rest)) if header.name.eq_ignore_ascii_case("set-cookie") => {
            let attributes = rest
                .split_once(';')
                .map_or_else(String::new, |(_, after)| format!(";{after}"));
            format!("{name}={MASK}{attributes}")
        }
        _ => header.value.clone(),
    };
    Header::new(header.name.clone(), value)
}

/// JSON as it is, text as text, bytes in base64 with a key that says so.
pub fn body_of(body: &[u8]) -> Value {
    use base64::Engine;
    serde_json::from_slice(body).unwrap_or_else(|_| match std::str::from_utf8(body) {
        Ok(text) => text.into(),
        Err(_) => json!({ "base64": base64::engine::general_purpose::STANDARD.encode(body) }),
    })
}

fn kept_send(row: Row, pinned: bool) -> KeptSend {
    KeptSend {
        send: PastSend {
            pinned,
            number: row.id,
            sent_ms: row.sent_ms,
            method: row.method,
            url: row.url,
            status: row.status,
            time_ms: row.time_ms,
        },
        workspace: row.workspace,
        connector: row.connector,
        request: row.request_path,
    }
}

fn kept(studio: &Studio, number: i64) -> Result<(Row, Detail), Error> {
    let row = send::get(studio.store()?, number)?.ok_or_else(|| gone(number))?;
    let detail = serde_json::from_str(&row.detail).map_err(|_| gone(number))?;
    Ok((row, detail))
}

fn gone(number: i64) -> Error {
    Error::new(Code::Usage, format!("the answer {number} is no longer kept"))
        .with_hint("Send again, and pin what is to stay.")
}
