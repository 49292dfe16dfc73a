//! The HTTP manners every answer has: request id, date, rate limit, caching; and the refusal of foreign host names.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State as Extract};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::okta::errors::Problem;
use crate::okta::rate_limit::Standing;
use crate::random;
use crate::server;
use crate::state::State;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-okta-request-id");

/// The id of a request, for those who answer it.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// What every answer has, whatever it says.
const ALWAYS: &[(HeaderName, &str)] = &[
    (header::CACHE_CONTROL, "no-cache, no-store"),
    (header::PRAGMA, "no-cache"),
    (header::EXPIRES, "0"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        header::STRICT_TRANSPORT_SECURITY,
        "max-age=315360000; includeSubDomains",
    ),
];

/// Wraps every call.
pub async fn apply(Extract(state): Extract<Arc<State>>, mut request: Request, next: Next) -> Response {
    if !is_own_host(&request, state.url()) {
        return misdirected();
    }
    let id = random::request_id();
    let now = state.clock.now();
    let standing = state
        .buckets
        .count(request.method(), &server::single_slashes(request.uri().path()), now);
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = if standing.exceeded {
        let summary = "API call exceeded rate limit due to too many requests.";
        server::respond(Problem::new(429, "E0000047", summary).reply())
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name.clone(), HeaderValue::from_static(value));
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, value);
    }
    if let Ok(value) = HeaderValue::from_str(&now.http_date()) {
        headers.insert(header::DATE, value);
    }
    show_standing(headers, standing);
    response
}

fn show_standing(headers: &mut axum::http::HeaderMap, standing: Standing) {
    headers.insert(HeaderName::from_static("x-rate-limit-limit"), standing.limit.into());
    headers.insert(
        HeaderName::from_static("x-rate-limit-remaining"),
        standing.remaining.into(),
    );
    headers.insert(HeaderName::from_static("x-rate-limit-reset"), standing.reset.into());
}

/// A page on the internet can point its own name at 127.0.0.1 and have a browser call us: only our own names pass.
fn is_own_host(request: &Request, url: &str) -> bool {
    let port = url.rsplit(':').next().unwrap_or_default();
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(axum::http::uri::Authority::as_str));
    host.and_then(|host| host.rsplit_once(':'))
        .is_some_and(|(name, given)| given == port && matches!(name, "127.0.0.1" | "localhost"))
}

fn misdirected() -> Response {
    let mut response = Response::new(Body::from("The sandbox org answers to 127.0.0.1 and localhost only.\n"));
    *response.status_mut() = StatusCode::MISDIRECTED_REQUEST;
    response
}
