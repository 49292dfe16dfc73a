//! The HTTP server on 127.0.0.1.

use std::borrow::Cow;
use std::fmt;
use std::future::IntoFuture;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, Request, State as Extract};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware;
use axum::response::Response;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::activity::Activity;
use crate::manners::{self, RequestId};
use crate::neighbours::Neighbour;
use crate::okta::call::{Call, Query, Reply};
use crate::okta::errors::Problem;
use crate::okta::oauth::access::{self, Caller};
use crate::okta::role_permissions::Sight;
use crate::options::{Error, Options};
use crate::state::State;
use crate::{jobs, okta, random};

/// The largest body Okta takes.
const LARGEST_BODY: usize = 1024 * 1024;
/// The largest form with an image in it: what each image may be is up to its endpoint.
const LARGEST_FORM: usize = 3 * 1024 * 1024;

/// A running sandbox org. It stops when this is dropped.
pub struct Sandbox {
    address: SocketAddr,
    token: String,
    state: Arc<State>,
    stop: CancellationToken,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Sandbox")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Its base URL: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The API token it accepts.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The services that stand beside it.
    pub fn with(&self) -> &[Neighbour] {
        &self.state.start().with
    }

    /// How many users it holds, deactivated ones included.
    pub fn users(&self) -> usize {
        self.state.read().users.len()
    }

    /// The calls of late.
    pub fn activity(&self) -> Activity {
        self.state.activity.clone()
    }

    pub(crate) fn state(&self) -> &Arc<State> {
        &self.state
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Starts a sandbox org on the current tokio runtime.
///
/// # Errors
/// [`Error::Listen`], or that a file it needs cannot be used.
pub async fn start(options: Options) -> Result<Sandbox, Error> {
    let failed = |source| Error::Listen {
        port: options.port,
        source,
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))
        .await
        .map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let token = options.token.clone();
    let token = token.unwrap_or_else(|| format!("00{}", random::text(40)));
    let state = Arc::new(State::new(format!("http://{address}"), token.clone(), options)?);
    let stop = CancellationToken::new();
    let router = Router::new()
        .fallback(take)
        .layer(middleware::from_fn_with_state(state.clone(), manners::apply))
        .with_state(state.clone());
    // An answer goes out at once: waiting to fill a packet would add 40 ms to a small one.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let server = axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
    tokio::spawn(server.into_future());
    jobs::spawn(&state, &stop);
    Ok(Sandbox {
        address,
        token,
        state,
        stop,
    })
}

/// The name of whoever made a call, for the list of calls.
#[derive(Debug, Clone)]
pub struct CallerName(pub String);

/// Takes a call from the wire and answers it.
async fn take(Extract(state): Extract<Arc<State>>, Extension(id): Extension<RequestId>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let announced =
        head.headers.contains_key(header::CONTENT_LENGTH) || head.headers.contains_key(header::TRANSFER_ENCODING);
    if !announced && matches!(head.method, Method::POST | Method::PUT) {
        let summary = "The request was not valid: send a body, or the header Content-Length: 0";
        return respond(Problem::new(411, "E0000002", summary).reply());
    }
    let kind = head.headers.get(header::CONTENT_TYPE);
    let is_form = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"));
    let most = if is_form { LARGEST_FORM } else { LARGEST_BODY };
    let Ok(body) = axum::body::to_bytes(body, most).await else {
        return respond(Problem::malformed().reply().with_status(413));
    };
    let path = single_slashes(head.uri.path());
    let mut call = Call {
        state: &state,
        now: state.clock.now(),
        method: &head.method,
        path: &path,
        parts: Vec::new(),
        query: Query::parse(head.uri.query().unwrap_or_default()),
        query_text: head.uri.query().unwrap_or_default(),
        headers: &head.headers,
        body: &body,
        request_id: &id.0,
        caller: Caller::default(),
        sight: Sight::default(),
    };
    let mut reply = okta::answer(&mut call).unwrap_or_else(|problem| problem.reply());
    while let Some(errand) = reply.errand.take() {
        reply = errand.run(&call).await.unwrap_or_else(|problem| problem.reply());
    }
    let caller = CallerName(name_of_caller(&call, reply.status));
    if head.method != Method::GET {
        state.notice_change();
        if state.data().is_some_and(|data| data.failure().is_some()) {
            // The change stands in memory and goes into the file with the next; until then it is not safe.
            reply = Problem::new(500, "E0000009", "Internal Server Error")
                .because("The data file of the sandbox org cannot be written.")
                .reply();
        }
    }
    let mut response = respond(reply);
    response.extensions_mut().insert(caller);
    response
}

fn name_of_caller(call: &Call<'_>, status: StatusCode) -> String {
    if !call.headers.contains_key(header::AUTHORIZATION) {
        return "nobody".into();
    }
    let is_api_token = call
        .header(&header::AUTHORIZATION)
        .is_some_and(|value| access::api_token(value).is_some());
    let org = call.state.read();
    let name = match call.caller {
        _ if status == StatusCode::UNAUTHORIZED => None,
        Caller::Owner if call.path.starts_with("/oauth2/") => Some("a client".to_owned()),
        // Who was refused for a proof or a scope is nobody yet.
        Caller::Owner => is_api_token.then(|| "API token".to_owned()),
        Caller::User(id) => org.users.get(id).map(|user| user.login().to_owned()),
        Caller::Client(id) => org.oauth.clients.get(&id).map(|client| client.name.clone()),
    };
    name.unwrap_or_else(|| "unknown".into())
}

/// Okta takes `//api/v1/users` for `/api/v1/users`.
pub fn single_slashes(path: &str) -> Cow<'_, str> {
    if !path.contains("//") {
        return Cow::Borrowed(path);
    }
    let mut single = String::with_capacity(path.len());
    for part in path.split('/').filter(|part| !part.is_empty()) {
        single.push('/');
        single.push_str(part);
    }
    Cow::Owned(single)
}

/// Puts a reply on the wire.
pub fn respond(reply: Reply) -> Response {
    let typed = reply.body.is_some();
    let mut response = Response::new(reply.body.map_or_else(Body::empty, Body::from));
    *response.status_mut() = reply.status;
    let headers = response.headers_mut();
    for (name, value) in reply.headers {
        headers.append(name, value);
    }
    if typed && !headers.contains_key(header::CONTENT_TYPE) {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response
}
