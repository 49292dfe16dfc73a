//! What an error of the transport means: which of [`Error`]'s events it is, found by type along the chain of causes.

use std::{error::Error as StdError, io};

use url::Url;

use crate::{error::Error, tls, trace::Marks};

/// Why no head of an answer came from `url`.
pub(crate) fn no_answer(url: &Url, error: &reqwest::Error, marks: &Marks) -> Error {
    let host = host(url);
    if let Some(tls) = cause::<rustls::Error>(error) {
        let reason = tls::reason(tls);
        return Error::Tls { host, reason };
    }
    if error.is_dns() {
        return Error::UnknownHost { host };
    }
    if marks.in_handshake() {
        let reason = "the server closed the connection during the handshake".into();
        return Error::Tls { host, reason };
    }
    let refused = cause::<io::Error>(error).is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused);
    if refused {
        let port = url.port_or_known_default().unwrap_or_default();
        return Error::Refused { host, port };
    }
    let phase = if marks.connecting() {
        "connecting"
    } else {
        "waiting for the answer"
    };
    broken(host, phase, error)
}

/// Why the body of `url`'s answer did not come to its end.
pub(crate) fn no_end(url: &Url, error: &(dyn StdError + 'static)) -> Error {
    broken(host(url), "reading the body", error)
}

/// The host in `url`, as shown.
pub(crate) fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

fn broken(host: String, phase: &str, error: &(dyn StdError + 'static)) -> Error {
    let hyper = cause::<hyper::Error>(error);
    let reason = if hyper.is_some_and(hyper::Error::is_incomplete_message) {
        "the server closed the connection".to_owned()
    } else if hyper.is_some_and(hyper::Error::is_parse) && phase != "reading the body" {
        format!("what came is not HTTP ({}); is it an https:// address?", last(error))
    } else {
        last(error).to_string()
    };
    Error::Broken {
        host,
        phase: phase.into(),
        reason,
    }
}

/// The first cause of type `T`.
pub(crate) fn cause<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    causes(error).find_map(|error| error.downcast_ref())
}

/// The innermost cause, which says most.
fn last<'a>(error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
    causes(error).last().unwrap_or(error)
}

fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| next(*error))
}

fn next<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    // `source` of an io::Error passes over the error it wraps.
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}
