//! A server that answers as no Okta org should: other statuses, slow, not JSON, not even text.

use std::{sync::LazyLock, thread, time::Duration};

use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

/// Its URL.
pub static MOCK: LazyLock<String> = LazyLock::new(|| {
    let (sender, receiver) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            sender
                .send(listener.local_addr().expect("an address"))
                .expect("someone waits");
            axum::serve(listener, routes()).await.expect("it serves");
        });
    });
    format!("http://{}", receiver.recv().expect("it starts"))
});

fn routes() -> Router {
    Router::new()
        .route(
            "/json",
            get(|| async { json(r#"{"name":"Ada","tags":["a","b"],"age":36}"#) }),
        )
        .route(
            "/html",
            get(|| async { ([(header::CONTENT_TYPE, "text/html")], "<p>Down for maintenance</p>") }),
        )
        .route("/broken-json", get(|| async { json(r#"{"name": "Ada", "#) }))
        .route(
            "/latin1",
            get(|| async {
                (
                    [(header::CONTENT_TYPE, "application/json")],
                    b"{\"name\":\"Ad\xe9le\"}".to_vec(),
                )
            }),
        )
        .route(
            "/steers",
            get(|| async { ([(header::CONTENT_TYPE, "text/plain")], "\u{1b}]0;owned\u{7}") }),
        )
        .route("/empty", get(|| async { StatusCode::NO_CONTENT }))
        .route(
            "/slow",
            get(|| async { tokio::time::sleep(Duration::from_secs(30)).await }),
        )
        .route("/redirect", get(|| async { Redirect::temporary("/json") }))
        .route("/circle", get(|| async { Redirect::temporary("/circle") }))
        .route("/echo", get(echo).post(echo))
        .route("/status/{code}", get(status))
        .route("/digest", get(digest))
        .route("/cookie", get(set_cookie))
        .route("/session", post(open_session))
        .route("/session/refresh", post(refresh_session))
        .route("/session/me", get(in_session))
}

/// Asks with a challenge, and takes the answer that RFC 7616 gives for `ada` and `open sesame` on its word: whether that is
/// computed rightly is tested with the RFC's own examples.
async fn digest(headers: HeaderMap) -> Response {
    let given = text_of(&headers, "authorization");
    if given.starts_with("Digest username=\"ada\", realm=\"acme\"") && given.contains("qop=auth, nc=00000001") {
        return json(r#"{"user":"ada"}"#).into_response();
    }
    let asks = r#"Digest realm="acme", nonce="one", qop="auth", algorithm=SHA-256"#;
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, asks)]).into_response()
}

/// A session for a password: one that has expired already.
async fn open_session(body: String) -> Response {
    if body.contains("\"password\":\"open sesame\"") {
        json(r#"{"id":"session-that-is-old","opened":1}"#).into_response()
    } else {
        (StatusCode::FORBIDDEN, json(r#"{"error":"wrong password"}"#)).into_response()
    }
}

async fn refresh_session(body: String) -> Response {
    if body.contains("session-that-is-old") {
        json(r#"{"id":"session-that-is-new"}"#).into_response()
    } else {
        StatusCode::FORBIDDEN.into_response()
    }
}

/// What the caller is known as; an ended session is told with status 200, as some services do.
async fn in_session(uri: Uri, headers: HeaderMap) -> Response {
    match (text_of(&headers, "x-session").as_str(), uri.query()) {
        ("session-that-is-new", Some("by=ada")) => json(r#"{"me":"ada"}"#).into_response(),
        ("session-that-is-old", _) => json(r#"{"error":"session expired"}"#).into_response(),
        _ => json(r#"{"error":"nobody"}"#).into_response(),
    }
}

fn text_of(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

fn json(text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], text)
}

/// An error as Okta words one.
async fn status(Path(code): Path<u16>) -> impl IntoResponse {
    let body = format!(r#"{{"errorCode":"E0000001","errorSummary":"Status {code} was asked for","errorCauses":[]}}"#);
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::IM_A_TEAPOT);
    (status, [(header::CONTENT_TYPE, "application/json")], body)
}

/// The request's own method, type and body.
/// Sets a cookie, and tells whether it came.
async fn set_cookie(headers: HeaderMap) -> impl IntoResponse {
    let came = text_of(&headers, "cookie").contains("sid=hunter2");
    let set = [(header::SET_COOKIE, "sid=hunter2; Path=/; HttpOnly")];
    (set, json(if came { r#"{"came":true}"# } else { r#"{"came":false}"# }))
}

async fn echo(request: axum::extract::Request) -> impl IntoResponse {
    let method = request.method().to_string();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let body = axum::body::to_bytes(request.into_body(), 1 << 20)
        .await
        .unwrap_or_default();
    let text = format!("{method} ?{query} [{kind}] {}\n", String::from_utf8_lossy(&body));
    ([(header::CONTENT_TYPE, "text/plain")], text)
}
