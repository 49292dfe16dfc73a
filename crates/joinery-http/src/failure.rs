//! What an error of the transport means: which of [`Error`]'s events it is, found by type along the chain of causes.

use std::{error::Error as StdError, io, time::Duration};

use http::Uri;
use hyper_util::client::legacy::connect::{
    HttpConnector,
    proxy::{SocksV5, Tunnel},
};
use tower::Service;
use url::Url;

use crate::{
    error::Error,
    network::Via,
    tls,
    trace::{Asked, Marks},
};

/// hyper's errors have no name of their own outside of it; as what the services give they can be told apart.
type TunnelError = <Tunnel<HttpConnector> as Service<Uri>>::Error;
type SocksError = <SocksV5<HttpConnector> as Service<Uri>>::Error;

/// What is known of a request that got no answer.
pub(crate) struct Attempt<'a> {
    pub(crate) url: &'a Url,
    pub(crate) via: Option<&'a Via>,
    pub(crate) marks: &'a Marks,
    pub(crate) connect_timeout: Option<Duration>,
}

/// Why no head of an answer came.
pub(crate) fn no_answer(attempt: &Attempt, error: &reqwest::Error) -> Error {
    let host = host(attempt.url);
    if let Some(error) = attempt.via.and_then(|via| of_proxy(via, attempt, error)) {
        return error;
    }
    if let Some(tls) = cause::<rustls::Error>(error) {
        return tls::failure(host, tls, attempt.marks.asked());
    }
    if error.is_dns() {
        return Error::UnknownHost { host };
    }
    if let Some(limit) = attempt.connect_timeout
        && error.is_timeout()
    {
        return Error::ConnectTimeout { host, limit };
    }
    if attempt.marks.asked() == Asked::InVain && !answered(error) {
        // The alert that says so is lost where the server closes the connection with our request unread.
        return Error::CertificateRequired { host };
    }
    if attempt.marks.in_handshake() {
        let reason = "the server closed the connection during the handshake".into();
        return Error::Tls { host, reason };
    }
    if is_refused(error) {
        let port = attempt.url.port_or_known_default().unwrap_or_default();
        return Error::Refused { host, port };
    }
    let phase = if attempt.marks.connecting() {
        "connecting"
    } else {
        "waiting for the answer"
    };
    broken(host, phase, error)
}

/// What the proxy has to do with it, if anything.
fn of_proxy(via: &Via, attempt: &Attempt, error: &reqwest::Error) -> Option<Error> {
    let proxy = via.proxy.clone();
    let unreachable = |reason: String| Error::ProxyUnreachable {
        proxy: proxy.clone(),
        reason,
    };
    let refused = |reason: String| Error::ProxyRefused {
        proxy: proxy.clone(),
        host: host(attempt.url),
        reason,
    };
    if let Some(tunnel) = cause::<TunnelError>(error) {
        return Some(match tunnel {
            TunnelError::ProxyAuthRequired => Error::ProxySignIn {
                proxy: proxy.clone(),
                given: via.signed(),
            },
            TunnelError::ConnectFailed(error) => unreachable(not_reached(error.as_ref())),
            TunnelError::TunnelUnexpectedEof => refused("it closed the connection".into()),
            TunnelError::TunnelUnsuccessful => refused("it refused to open a tunnel".into()),
            other => refused(last(other).to_string()),
        });
    }
    if let Some(socks) = cause::<SocksError>(error) {
        return Some(match socks {
            SocksError::Inner(error) => unreachable(not_reached(error)),
            other => refused(other.to_string()),
        });
    }
    // A plain request has no tunnel: what fails while connecting is the way to the proxy.
    let plain = via.speaks_http && attempt.url.scheme() == "http";
    (plain && attempt.marks.connecting() && !error.is_timeout()).then(|| unreachable(not_reached(error)))
}

fn not_reached(error: &(dyn StdError + 'static)) -> String {
    if let Some(tls) = cause::<rustls::Error>(error) {
        return match tls::failure("it".into(), tls, Asked::No) {
            Error::Tls { reason, .. } => reason,
            other => other.to_string(),
        };
    }
    if is_refused(error) {
        return "it refused the connection".into();
    }
    last(error).to_string()
}

/// Whether anything came back that was not what was waited for.
fn answered(error: &reqwest::Error) -> bool {
    cause::<hyper::Error>(error).is_some_and(hyper::Error::is_parse)
}

fn is_refused(error: &(dyn StdError + 'static)) -> bool {
    cause::<io::Error>(error).is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused)
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
pub(crate) fn last<'a>(error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
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
