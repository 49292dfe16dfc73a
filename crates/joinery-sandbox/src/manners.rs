//! The HTTP manners every answer has: request id, date, rate limit, caching; and the refusal of foreign host names.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State as Extract};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::activity::Finished;
use crate::control_routes;
use crate::fault_rule::{Action, Drop};
use crate::faults;
use crate::okta::errors::Problem;
use crate::okta::rate_limit::{LIMIT_EXCEEDED, LIMIT_NEAR, News, Standing, WINDOW_SECONDS};
use crate::server::{self, CallerName};
use crate::state::State;
use crate::{neighbours, random};

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

/// The longest target of a request. Its links repeat it, and would not fit into a header.
const LONGEST_TARGET: usize = 8 * 1024;

/// Wraps every call.
pub async fn apply(Extract(state): Extract<Arc<State>>, mut request: Request, next: Next) -> Response {
    if !is_own_host(&request, state.url()) {
        return misdirected();
    }
    if control_routes::is_control(request.uri().path()) {
        return control_routes::answer(&state, request).await;
    }
    if let Some(neighbour) = state.neighbours.at(request.uri().path()) {
        return neighbours::answer(&state, neighbour, request).await;
    }
    let started = Instant::now();
    let id = random::request_id();
    let now = state.clock.now();
    let method = request.method().clone();
    let uri = request.uri().clone();
    let path = server::single_slashes(uri.path());
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut fault = None;
    let (mut response, standing) = match state.buckets.enter() {
        None => {
            let standing = Standing {
                limit: 0,
                remaining: 0,
                reset: now.seconds() + WINDOW_SECONDS,
                exceeded: true,
                news: None,
            };
            (server::respond(faults::problem(429, None).reply()), standing)
        }
        Some(_under_way) => {
            let mut standing = state.buckets.count(&method, &path, now);
            tell(&state, standing);
            let long = uri
                .path_and_query()
                .is_some_and(|target| target.as_str().len() > LONGEST_TARGET);
            let response = if standing.exceeded {
                server::respond(faults::problem(429, None).reply())
            } else if long {
                let summary = "This request produced a response with a header too large to be processed.";
                server::respond(Problem::new(414, "E0000256", summary).reply())
            } else if let Some((number, action)) = state.faults.of(method.as_str(), &path) {
                fault = Some(number);
                if action.status == Some(429) {
                    standing.remaining = 0;
                }
                faulted(action, request, next).await
            } else {
                next.run(request).await
            };
            (response, standing)
        }
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
    let caller = response.extensions_mut().remove::<CallerName>();
    state.activity.note(Finished {
        time: now,
        method: method.as_str(),
        path: &path,
        query: uri.query(),
        status: if faults::is_dropped(&response) {
            0
        } else {
            response.status().as_u16()
        },
        milliseconds: started.elapsed().as_secs_f64() * 1000.0,
        caller: caller.map_or_else(|| "nobody".into(), |name| name.0),
        fault,
        request_id: &id,
    });
    response
}

/// What a fault makes of a call.
async fn faulted(action: Action, request: Request, next: Next) -> Response {
    if let Some(delay) = action.delay {
        tokio::time::sleep(delay).await;
    }
    if let Some(status) = action.status {
        return server::respond(faults::problem(status, action.code).reply());
    }
    match action.drop {
        Some(Drop::Before) => faults::dropped(),
        Some(Drop::Body) => faults::cut_short(next.run(request).await).await,
        None => next.run(request).await,
    }
}

/// Writes into the log what a bucket has to tell.
fn tell(state: &State, standing: Standing) {
    let Some(news) = standing.news else { return };
    let kind = match news {
        News::Near => LIMIT_NEAR,
        News::Exceeded => LIMIT_EXCEEDED,
    };
    let now = state.clock.now();
    state.write().record_job(now, kind, Vec::new(), None);
    state.notice_change();
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
