//! One HTTP call out of the org, to an address on this machine: the sandbox never talks to anybody else.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use url::{Host, Url};

use crate::clock::Clock;

/// How long Okta waits for an answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long the second attempt waits.
const RETRY: Duration = Duration::from_millis(100);
/// More than any right answer to Okta holds.
const LARGEST_ANSWER: usize = 64 * 1024;

/// Whether an address is plain HTTP on this machine.
pub fn is_local(url: &Url) -> bool {
    let own_name = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && own_name
}

/// Asks, and once more where there was no answer or one that says that the other side is broken: Okta's one retry.
///
/// # Errors
/// What went wrong, for the log of the org.
pub async fn ask(
    clock: &Clock,
    method: Method,
    url: &Url,
    headers: &[(String, String)],
    body: &[u8],
) -> Result<(StatusCode, Bytes), String> {
    match send(method.clone(), url, headers, body.to_vec()).await {
        Ok((status, body)) if !status.is_server_error() => Ok((status, body)),
        _ => {
            clock.sleep(RETRY).await;
            send(method, url, headers, body.to_vec()).await
        }
    }
}

/// Makes the call and gives status and body.
///
/// # Errors
/// What went wrong, for the log of the org.
async fn send(
    method: Method,
    url: &Url,
    headers: &[(String, String)],
    body: Vec<u8>,
) -> Result<(StatusCode, Bytes), String> {
    if !is_local(url) {
        return Err("the sandbox org calls http addresses on this machine only".into());
    }
    match tokio::time::timeout(PATIENCE, exchange(method, url, headers, body)).await {
        Ok(answer) => answer,
        Err(_) => Err(format!("no answer within {} seconds", PATIENCE.as_secs())),
    }
}

async fn exchange(
    method: Method,
    url: &Url,
    headers: &[(String, String)],
    body: Vec<u8>,
) -> Result<(StatusCode, Bytes), String> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or(80);
    let stream = TcpStream::connect((host, port))
        .await
        .map_err(|error| error.to_string())?;
    let (mut sender, connection) = http1::handshake::<_, Body>(TokioIo::new(stream))
        .await
        .map_err(|error| error.to_string())?;
    tokio::spawn(connection);
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut request = Request::new(Body::from(body));
    *request.method_mut() = method;
    *request.uri_mut() = target.parse().map_err(|_| "the address cannot be called")?;
    let own = [
        (header::HOST, format!("{}:{port}", url.host_str().unwrap_or_default())),
        (header::ACCEPT, "application/json".into()),
        (header::CONTENT_TYPE, "application/json".into()),
        (header::USER_AGENT, "Okta-EventHooks/1.0".into()),
    ];
    let given = headers
        .iter()
        .filter_map(|(name, value)| Some((HeaderName::try_from(name).ok()?, value.clone())));
    for (name, value) in own.into_iter().chain(given) {
        if let Ok(value) = HeaderValue::try_from(value) {
            request.headers_mut().insert(name, value);
        }
    }
    let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
    let status = response.status();
    let body = to_bytes(Body::new(response.into_body()), LARGEST_ANSWER)
        .await
        .map_err(|error| error.to_string())?;
    Ok((status, body))
}
