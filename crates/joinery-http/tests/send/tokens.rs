//! Kinds that ask for tokens, against a server that gives and refuses them.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use joinery_connector::{HttpRequest, Secret, http::HopReason};
use joinery_http::{
    Client, Connection, Error, Exchange,
    auth::{
        Auth, Session, jwt,
        keys::{Algorithm, PrivateKey},
    },
    error::SignInCause,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::{Answer, Server, Surroundings, client, reply};

const SECRET: &str = "s3cret/of the client";

/// A server whose `/token` gives `at-1`, `at-2` ... and whose other paths take the one given last.
async fn server(more: &'static str) -> Arc<Server> {
    let given = AtomicUsize::new(0);
    Server::start(move |sent| {
        if sent.starts_with("POST /token") {
            let number = given.fetch_add(1, Ordering::SeqCst) + 1;
            let body = format!(r#"{{"token_type":"Bearer","access_token":"at-{number}","expires_in":3600{more}}}"#);
            return reply("200 OK", &[("content-type", "application/json")], body);
        }
        guarded(sent, given.load(Ordering::SeqCst))
    })
    .await
}

fn guarded(sent: &str, number: usize) -> Answer {
    if sent.contains(&format!("authorization: Bearer at-{number}\r\n")) {
        reply("200 OK", &[], "in")
    } else {
        reply(
            "401 Unauthorized",
            &[("www-authenticate", "Bearer error=\"invalid_token\"")],
            "out",
        )
    }
}

fn connection(
    server: &Server,
    kind: &str,
    settings: Value,
    secrets: &[(&str, &str)],
    place: &Surroundings,
) -> Connection {
    let Value::Object(mut settings) = settings else {
        panic!("settings are an object")
    };
    settings.insert("token_url".into(), server.url("/token").into());
    Connection {
        auth: Auth {
            kind: kind.into(),
            settings,
            secrets: secrets
                .iter()
                .map(|(name, value)| ((*name).into(), Secret::new(*value)))
                .collect(),
        },
        base_url: server.url(""),
        session: Arc::new(Session::new(place.clone())),
        ..Connection::default()
    }
}

fn service(server: &Server, client_auth: &str, place: &Surroundings) -> Connection {
    let settings = json!({ "client_id": "cli:ent", "client_auth": client_auth, "scopes": ["read", "write"] });
    connection(
        server,
        "oauth2_client_credentials",
        settings,
        &[("client_secret", SECRET)],
        place,
    )
}

async fn get(client: &Client, connection: &Connection) -> Result<Exchange, Error> {
    let request = HttpRequest::new("GET", format!("{}/users", connection.base_url));
    joinery_http::send(client, connection, request, &CancellationToken::new()).await
}

fn tokens_asked(server: &Server) -> usize {
    server
        .requests()
        .iter()
        .filter(|sent| sent.starts_with("POST /token"))
        .count()
}

#[tokio::test]
async fn client_secret_goes_into_the_header_or_the_form_and_into_no_trace() {
    let server = server("").await;
    let header = "authorization: Basic Y2xpJTNBZW50OnMzY3JldCUyRm9mK3RoZStjbGllbnQ=\r\n";
    for (way, told) in [
        ("client_secret_basic", header),
        (
            "client_secret_post",
            "&client_id=cli%3Aent&client_secret=s3cret%2Fof+the+client",
        ),
    ] {
        let exchange = get(&client(), &service(&server, way, &Surroundings::default()))
            .await
            .unwrap();
        let asked = server
            .requests()
            .into_iter()
            .rfind(|sent| sent.starts_with("POST /token"))
            .unwrap();
        assert!(asked.contains(told), "{way}: {asked}");
        assert!(
            asked.contains("grant_type=client_credentials&scope=read+write"),
            "{asked}"
        );

        assert_eq!(exchange.response.status, 200);
        let reasons: Vec<_> = exchange
            .response
            .hops
            .iter()
            .map(|hop| (hop.status, hop.reason))
            .collect();
        assert_eq!(reasons, [(200, HopReason::SignIn), (200, HopReason::Final)]);
        let shown = format!("{exchange:?} {:?}", exchange.sign_in[0].body.read().unwrap());
        for hidden in ["s3cret", "at-1", "at-2", "Y2xpJTNB"] {
            assert!(!shown.contains(hidden), "{hidden} in {shown}");
        }
        let told = std::str::from_utf8(&exchange.sign_in[0].body.read().unwrap())
            .unwrap()
            .to_owned();
        assert_eq!(
            told,
            r#"{"token_type":"Bearer","access_token":"••••••","expires_in":3600}"#
        );
    }
}

#[tokio::test]
async fn expired_token_is_renewed_once_for_ten_calls_at_a_time() {
    let server = server("").await;
    let place = Surroundings::default();
    let (client, connection) = (client(), service(&server, "client_secret_post", &place));
    get(&client, &connection).await.unwrap();
    // Within a minute of its end a token is renewed ahead.
    place.ahead_ms.store(3_550_000, Ordering::Relaxed);
    let calls = (0..10).map(|_| get(&client, &connection));
    for exchange in futures_util::future::join_all(calls).await {
        assert_eq!(exchange.unwrap().response.status, 200);
    }
    assert_eq!(tokens_asked(&server), 2);
}

#[tokio::test]
async fn refused_token_is_got_anew_once_for_ten_calls_at_a_time() {
    let valid = Arc::new(AtomicUsize::new(1));
    let (given, valid_here) = (AtomicUsize::new(0), Arc::clone(&valid));
    let server = Server::start(move |sent| {
        if sent.starts_with("POST /token") {
            let number = given.fetch_add(1, Ordering::SeqCst) + 1;
            return reply(
                "200 OK",
                &[],
                format!(r#"{{"token_type":"Bearer","access_token":"at-{number}"}}"#),
            );
        }
        guarded(sent, valid_here.load(Ordering::SeqCst))
    })
    .await;
    let (client, connection) = (
        client(),
        service(&server, "client_secret_post", &Surroundings::default()),
    );
    get(&client, &connection).await.unwrap();
    // The server forgets the first token: only the second opens anything from now on.
    valid.store(2, Ordering::SeqCst);
    let calls = (0..10).map(|_| get(&client, &connection));
    for exchange in futures_util::future::join_all(calls).await {
        let response = exchange.unwrap().response;
        assert_eq!(response.status, 200);
    }
    assert_eq!(tokens_asked(&server), 2);
    // One that stays refused is an answer, after one more try.
    valid.store(9, Ordering::SeqCst);
    let refused = get(&client, &connection).await.unwrap().response;
    let reasons: Vec<_> = refused.hops.iter().map(|hop| (hop.status, hop.reason)).collect();
    assert_eq!(
        reasons,
        [
            (401, HopReason::Refused),
            (200, HopReason::SignIn),
            (401, HopReason::Final)
        ]
    );
}

#[tokio::test]
async fn token_outlives_the_process_and_belongs_to_the_connection_as_it_was() {
    let server = server("").await;
    let place = Surroundings::default();
    get(&client(), &service(&server, "client_secret_post", &place))
        .await
        .unwrap();
    get(&client(), &service(&server, "client_secret_post", &place))
        .await
        .unwrap();
    assert_eq!(tokens_asked(&server), 1);
    get(&client(), &service(&server, "client_secret_basic", &place))
        .await
        .unwrap();
    assert_eq!(tokens_asked(&server), 2);
}

#[tokio::test]
async fn password_grant_names_the_user_and_refreshes_with_what_the_server_rotates() {
    let server = server(r#","refresh_token":"rt""#).await;
    let place = Surroundings::default();
    let settings = json!({ "client_id": "c", "client_auth": "none", "username": "ada@acme.example" });
    let connection = connection(&server, "oauth2_password", settings, &[("password", "pa ss")], &place);
    let client = client();
    get(&client, &connection).await.unwrap();
    place.ahead_ms.store(4_000_000, Ordering::Relaxed);
    let exchange = get(&client, &connection).await.unwrap();
    let asked: Vec<_> = server
        .requests()
        .into_iter()
        .filter(|sent| sent.starts_with("POST /token"))
        .collect();
    assert!(asked[0].ends_with("grant_type=password&username=ada%40acme.example&password=pa+ss&client_id=c"));
    assert!(
        asked[1].ends_with("grant_type=refresh_token&refresh_token=rt&client_id=c"),
        "{}",
        asked[1]
    );
    let shown = exchange.sign_in[0].request.body.clone();
    assert_eq!(
        shown.as_deref(),
        Some("grant_type=refresh_token&refresh_token=••••••&client_id=c")
    );
}

#[tokio::test]
async fn jwt_bearer_states_who_it_is_about_anew_for_each_token() {
    let server = server("").await;
    let place = Surroundings::default();
    let key = PrivateKey::generate(Algorithm::Es384, &place).unwrap();
    let settings = json!({ "issuer": "sync", "subject": "ada@acme.example", "key_id": "k9", "scopes": "a b" });
    let pem = key.to_pem().unwrap();
    let connection = connection(
        &server,
        "jwt_bearer",
        settings,
        &[("private_key", pem.reveal())],
        &place,
    );
    let client = client();
    get(&client, &connection).await.unwrap();
    place.ahead_ms.store(4_000_000, Ordering::Relaxed);
    get(&client, &connection).await.unwrap();
    let stated: Vec<_> = server
        .requests()
        .iter()
        .filter(|sent| sent.starts_with("POST /token"))
        .map(|sent| {
            let form = sent.rsplit("\r\n").next().unwrap();
            assert!(form.starts_with("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="));
            assert!(form.ends_with("&scope=a+b") && !form.contains("client_"), "{form}");
            jwt::decode(form.split("assertion=").nth(1).unwrap().split('&').next().unwrap()).unwrap()
        })
        .collect();
    assert_eq!(
        (&stated[0].header["alg"], &stated[0].header["kid"]),
        (&json!("ES384"), &json!("k9"))
    );
    let claims = &stated[0].claims;
    assert_eq!(
        (&claims["iss"], &claims["sub"]),
        (&json!("sync"), &json!("ada@acme.example"))
    );
    assert_eq!(claims["aud"], server.url("/token"));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
    assert_ne!(claims["jti"], stated[1].claims["jti"]);
}

#[tokio::test]
async fn refused_assertion_is_blamed_on_a_clock_that_is_off() {
    let server = Server::start(|_| {
        let body = r#"{"error":"invalid_client","error_description":"The client_assertion token is expired."}"#;
        let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
        let date = printer.timestamp_to_rfc9110_string(&jiff::Timestamp::now()).unwrap();
        reply("401 Unauthorized", &[("date", &date)], body)
    })
    .await;
    let place = Surroundings::default();
    place.ahead_ms.store(-420_000, Ordering::Relaxed);
    let error = get(&client(), &service(&server, "client_secret_post", &place))
        .await
        .unwrap_err();
    let Error::SignIn(failure) = error else {
        panic!("{error}")
    };
    assert_eq!(failure.cause, SignInCause::Clock);
    assert_eq!(
        failure.message,
        format!(
            "{} rejected the assertion: this computer's clock is 7 min slow",
            server.address
        )
    );
    assert_eq!(failure.hint, "Set the clock, then test again.");
    assert_eq!(failure.sign_in[0].response.status, 401);
}

#[tokio::test]
async fn what_is_no_token_endpoint_is_named() {
    let server = Server::start(|_| reply("404 Not Found", &[], "<html>nothing</html>")).await;
    let error = get(
        &client(),
        &service(&server, "client_secret_post", &Surroundings::default()),
    )
    .await;
    assert_eq!(
        error.unwrap_err().to_string(),
        format!("{} answered 404, and no token", server.url("/token"))
    );
}

#[tokio::test]
async fn resource_server_may_ask_for_a_nonce_of_its_own() {
    let asked = AtomicBool::new(false);
    let server = Server::start(move |sent| {
        if sent.starts_with("POST /token") {
            assert!(sent.contains("\r\ndpop: "), "{sent}");
            return reply(
                "200 OK",
                &[],
                r#"{"token_type":"DPoP","access_token":"at","expires_in":3600}"#,
            );
        }
        let proof = sent.lines().find_map(|line| line.strip_prefix("dpop: ")).unwrap();
        let claims = jwt::decode(proof).unwrap().claims;
        assert_eq!(claims["htm"], "GET");
        assert!(claims.contains_key("ath") && sent.contains("authorization: DPoP at\r\n"));
        if asked.swap(true, Ordering::SeqCst) {
            assert_eq!(claims["nonce"], "n-1");
            reply("200 OK", &[], "in")
        } else {
            let challenge = ("www-authenticate", "DPoP error=\"use_dpop_nonce\"");
            reply("401 Unauthorized", &[challenge, ("dpop-nonce", "n-1")], "")
        }
    })
    .await;
    let mut connection = service(&server, "client_secret_post", &Surroundings::default());
    connection.auth.settings.insert("dpop".into(), true.into());
    assert_eq!(get(&client(), &connection).await.unwrap().response.status, 200);
    assert_eq!(tokens_asked(&server), 1);
}

#[tokio::test]
async fn redirect_to_another_origin_leaves_the_token_behind() {
    let other = Server::start(|_| reply("200 OK", &[], "elsewhere")).await;
    let away = other.url("/");
    let server = Server::start(move |sent| {
        if sent.starts_with("POST /token") {
            return reply("200 OK", &[], r#"{"token_type":"Bearer","access_token":"at-secret"}"#);
        }
        reply("302 Found", &[("location", &away)], "")
    })
    .await;
    let connection = service(&server, "client_secret_post", &Surroundings::default());
    assert_eq!(get(&client(), &connection).await.unwrap().response.status, 200);
    assert!(!other.requests()[0].contains("at-secret"), "{}", other.requests()[0]);
}
