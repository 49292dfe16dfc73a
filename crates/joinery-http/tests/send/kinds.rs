//! Kinds that learn from a refusal: digest its nonce, AWS signatures the time, custom ones that a token is no longer good.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use joinery_connector::{HttpRequest, Secret, http::HopReason};
use joinery_http::{
    Connection, Error, Exchange,
    auth::{Auth, Context, HookToken, Hooks, Session, Signing, Surroundings},
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::{Answer, Server, client, reply, send};

/// 2015-08-30T12:36:00Z, and dice that always fall alike.
struct Here;

impl Surroundings for Here {
    fn now_ms(&self) -> i64 {
        1_440_938_160_000
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }

    fn load(&self, _: &str) -> Result<Option<Secret>, String> {
        Ok(None)
    }

    fn keep(&self, _: &str, _: Option<&Secret>) -> Result<(), String> {
        Ok(())
    }
}

fn connection(kind: &str, settings: Value, secrets: &[(&str, &str)]) -> Connection {
    let Value::Object(settings) = settings else {
        panic!("settings are an object")
    };
    Connection {
        auth: Auth {
            kind: kind.into(),
            settings,
            secrets: secrets
                .iter()
                .map(|(name, text)| ((*name).to_owned(), Secret::new(*text)))
                .collect(),
        },
        session: Arc::new(Session::new(Here)),
        ..Connection::default()
    }
}

fn digest() -> Connection {
    connection("digest", json!({ "username": "ada" }), &[("password", "hush")])
}

fn asks(nonce: &str, more: &str) -> Answer {
    let asked = format!("Digest realm=\"acme\", qop=\"auth\", algorithm=SHA-256, nonce=\"{nonce}\"{more}");
    reply("401 Unauthorized", &[("www-authenticate", &asked)], "")
}

fn ok() -> Answer {
    reply("200 OK", &[], "")
}

async fn get(server: &Server, connection: &Connection, path: &str) -> Result<Exchange, Error> {
    send(connection, HttpRequest::new("GET", server.url(path))).await
}

#[tokio::test]
async fn digest_answers_the_challenge_keeps_the_nonce_and_takes_a_new_one_when_that_is_stale() {
    let server = Server::start(|request| {
        if request.contains("nonce=\"two\"") || request.contains("nc=00000001") {
            ok()
        } else if request.contains("nonce=\"one\"") {
            asks("two", ", stale=true")
        } else {
            asks("one", "")
        }
    })
    .await;
    let connection = digest();
    let first = get(&server, &connection, "/a?b=c").await.unwrap();
    assert_eq!(first.response.status, 200);
    let reasons: Vec<_> = first.response.hops.iter().map(|hop| hop.reason).collect();
    assert_eq!(reasons, [HopReason::Refused, HopReason::Final]);
    assert_eq!(get(&server, &connection, "/a").await.unwrap().response.status, 200);

    let requests = server.requests();
    let signed: Vec<_> = requests.iter().map(|request| request.contains("Digest ")).collect();
    assert_eq!(signed, [false, true, true, true]);
    for (request, parts) in requests[1..].iter().zip([
        [r#"nonce="one""#, "nc=00000001", r#"uri="/a?b=c""#],
        [r#"nonce="one""#, "nc=00000002", r#"uri="/a""#],
        [r#"nonce="two""#, "nc=00000001", r#"username="ada""#],
    ]) {
        for part in parts {
            assert!(request.contains(part), "{part} in {request}");
        }
        assert!(!request.contains("hush"), "{request}");
    }
}

#[tokio::test]
async fn digest_gives_up_when_the_password_is_wrong() {
    let server = Server::start(|_| asks("one", "")).await;
    let exchange = get(&server, &digest(), "/").await.unwrap();
    assert_eq!(exchange.response.status, 401);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn aws_signature_is_made_with_the_time_of_aws_when_ours_is_off() {
    let server = Server::start(|request| {
        if request.contains("20150830T133600Z") {
            ok()
        } else {
            reply("403 Forbidden", &[("date", "Sun, 30 Aug 2015 13:36:00 GMT")], "")
        }
    })
    .await;
    let settings = json!({ "access_key_id": "AKID", "region": "eu-central-1", "service": "execute-api" });
    let connection = connection("aws_sigv4", settings, &[("secret_access_key", "hush")]);
    assert_eq!(get(&server, &connection, "/").await.unwrap().response.status, 200);
    // What was learnt holds: the next is right at once.
    assert_eq!(get(&server, &connection, "/").await.unwrap().response.status, 200);
    assert_eq!(server.requests().len(), 3);
}

/// Signs with `X-Session`; what it acquires has expired already.
#[derive(Debug, Default)]
struct Sessions {
    url: String,
    acquired: AtomicUsize,
    refreshed: AtomicUsize,
}

impl Sessions {
    fn token(id: &str) -> HookToken {
        HookToken([("id".to_owned(), Value::from(id))].into_iter().collect())
    }
}

impl Hooks for Sessions {
    fn has(&self, _: &str) -> bool {
        true
    }

    fn acquire<'a>(&'a self, context: &'a Context<'a>) -> Signing<'a, HookToken> {
        Box::pin(async move {
            self.acquired.fetch_add(1, Ordering::Relaxed);
            context.ask(HttpRequest::new("POST", &self.url)).await?;
            Ok(Self::token("session-that-is-old"))
        })
    }

    fn refresh<'a>(&'a self, _: &'a Context<'a>, _: &'a HookToken) -> Signing<'a, HookToken> {
        Box::pin(async move {
            self.refreshed.fetch_add(1, Ordering::Relaxed);
            Ok(Self::token("session-that-is-new"))
        })
    }

    fn apply<'a>(
        &'a self,
        _: &'a Context<'a>,
        token: Option<&'a HookToken>,
        request: &'a mut HttpRequest,
        _: &'a [u8],
    ) -> Signing<'a> {
        Box::pin(async move {
            let id = token.and_then(|token| token.0["id"].as_str()).unwrap_or_default();
            request.set_header("X-Session", id);
            Ok(())
        })
    }
}

#[tokio::test]
async fn custom_token_is_fetched_once_and_refreshed_once_for_all_that_wait() {
    let server = Server::start(|request| {
        if request.starts_with("POST ") {
            reply("200 OK", &[], r#"{"id":"session-that-is-old"}"#)
        } else if request.contains("session-that-is-new") {
            ok()
        } else {
            reply("403 Forbidden", &[], "your session is over")
        }
    })
    .await;
    let hooks = Arc::new(Sessions {
        url: server.url("/session"),
        ..Sessions::default()
    });
    let settings = json!({ "refresh_on": ["session is over"] });
    let connection = Connection {
        hooks: Some(Arc::clone(&hooks) as Arc<dyn Hooks>),
        ..connection("custom", settings, &[])
    };
    let (client, cancel) = (client(), CancellationToken::new());
    let requests = (0..5).map(|_| {
        let request = HttpRequest::new("GET", server.url("/"));
        joinery_http::send(&client, &connection, request, &cancel)
    });
    let exchanges = futures_util::future::try_join_all(requests).await.unwrap();
    for exchange in &exchanges {
        assert_eq!(exchange.response.status, 200);
        assert!(
            !format!("{:?}", exchange.request).contains("session-that"),
            "{:?}",
            exchange.request
        );
    }
    for asked in exchanges.iter().flat_map(|exchange| &exchange.sign_in) {
        let body = asked.body.read().unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("session-that"), "{body:?}");
    }
    let asked: usize = exchanges.iter().map(|exchange| exchange.sign_in.len()).sum();
    let counts = (
        hooks.acquired.load(Ordering::Relaxed),
        hooks.refreshed.load(Ordering::Relaxed),
    );
    assert_eq!((asked, counts), (1, (1, 1)));
}

#[tokio::test]
async fn custom_without_functions_says_what_to_write() {
    let server = Server::start(|_| ok()).await;
    let error = get(&server, &connection("custom", json!({}), &[]), "/")
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "custom: connection.rhai has no function `apply`; write: fn apply(connection, request, token) { ... }"
    );
    for (settings, expected) in [
        (json!({ "refresh_on": 401 }), "custom: `refresh_on` must be a list"),
        (
            json!({ "refresh_on": [4011] }),
            "custom: `refresh_on`: a status is a number from 100 to 599",
        ),
        (
            json!({ "detect_on": ["("] }),
            "custom: `detect_on`: `(` is not a pattern that works",
        ),
    ] {
        let error = get(&server, &connection("custom", settings, &[]), "/")
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}
