//! What every answer has, and what is refused before a resource sees it.

use joinery_sandbox::{Error, Options, RateLimits, Seed, start};
use reqwest::Method;
use serde_json::json;

use crate::org::{Org, answer};

#[tokio::test]
async fn every_answer_has_okta_s_headers() {
    let org = Org::start(Seed::Empty).await;
    for path in ["/users/me", "/users/nobody", "/nowhere"] {
        let answer = org.get(path).await;
        assert_eq!(answer.header("x-okta-request-id").len(), 32, "{path}");
        assert_eq!(answer.header("cache-control"), "no-cache, no-store");
        assert_eq!(answer.header("content-type"), "application/json");
        assert!(answer.header("date").ends_with(" GMT"));
        assert!(answer.header("x-rate-limit-reset").parse::<i64>().unwrap() > 0);
    }
    assert_eq!(org.get("/nowhere").await.code(), "E0000008");
    assert_eq!(
        org.get(&format!("{}//api/v1/users/me", org.sandbox.url())).await.status,
        200
    );
    let refused = org.send(Method::PATCH, "/users/me", None).await;
    assert_eq!((refused.status, refused.code()), (405, "E0000022"));
}

#[tokio::test]
async fn a_call_needs_the_token() {
    let org = Org::start(Seed::Empty).await;
    let get = async |authorization: Option<&str>| {
        let mut request = org.client.get(org.url("/users/me"));
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        answer(request.send().await.unwrap()).await
    };
    let without = get(None).await;
    assert_eq!((without.status, without.code()), (403, "E0000005"));
    for wrong in ["SSWS wrong", "Bearer x", "SSWS"] {
        let refused = get(Some(wrong)).await;
        assert_eq!((refused.status, refused.code()), (401, "E0000011"), "{wrong}");
    }
    // Okta's Python SDK sends no space.
    for space in [" ", ""] {
        let own = get(Some(&format!("SSWS{space}{}", org.sandbox.token()))).await;
        assert_eq!(own.body["profile"]["login"], "admin@acme.example");
    }
}

#[tokio::test]
async fn a_foreign_host_name_is_refused() {
    let org = Org::start(Seed::Empty).await;
    let port = org.sandbox.url().rsplit(':').next().unwrap().to_owned();
    let status = async |host: String| {
        let request = org.client.get(org.url("/users/me")).header("host", host);
        let request = request.header("authorization", format!("SSWS {}", org.sandbox.token()));
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(status(format!("evil.example:{port}")).await, 421);
    assert_eq!(status("127.0.0.1:1".into()).await, 421);
    assert_eq!(status(format!("localhost:{port}")).await, 200);
}

#[tokio::test]
async fn bodies_and_types_that_do_not_fit_are_refused() {
    let org = Org::start(Seed::Empty).await;
    let send = async |kind: &str, accept: &str, body: &'static str| {
        let request = org
            .client
            .post(org.url("/users"))
            .header("content-type", kind)
            .header("accept", accept);
        let request = request.header("authorization", format!("SSWS {}", org.sandbox.token()));
        answer(request.body(body).send().await.unwrap()).await
    };
    for broken in ["{", "[]", "\"text\""] {
        let refused = send("application/json", "*/*", broken).await;
        assert_eq!((refused.status, refused.code()), (400, "E0000003"), "{broken}");
    }
    let without_length = send("application/json", "*/*", "").await;
    assert_eq!(without_length.status, 411, "neither a body nor its length");
    assert_eq!(send("text/plain", "*/*", "{}").await.code(), "E0000021");
    let refused = send("application/json", "text/html", "{}").await;
    assert_eq!((refused.status, refused.code()), (406, "E0000122"));
}

#[tokio::test]
async fn one_call_too_many_in_a_minute_is_refused_only_where_limits_are_enforced() {
    for enforced in [true, false] {
        let org = Org::with(Options {
            seed: Seed::Empty,
            rate_limits: RateLimits {
                enforced,
                ..RateLimits::default()
            },
            ..Options::default()
        })
        .await;
        for _ in 0..120 {
            assert_eq!(org.get("/logs").await.status, 200);
        }
        let last = org.get("/logs").await;
        assert_eq!(last.header("x-rate-limit-limit"), "120");
        if enforced {
            assert_eq!(
                (last.status, last.code(), last.header("x-rate-limit-remaining")),
                (429, "E0000047", "0")
            );
            assert_eq!(org.get("/users").await.status, 200, "another bucket is not touched");
        } else {
            assert_eq!((last.status, last.header("x-rate-limit-remaining")), (200, "1"));
        }
    }
}

#[tokio::test]
async fn dropping_the_sandbox_frees_its_port_and_a_taken_port_is_an_error() {
    let org = Org::start(Seed::Empty).await;
    let port: u16 = org.sandbox.url().rsplit(':').next().unwrap().parse().unwrap();
    let options = Options {
        port,
        seed: Seed::Empty,
        ..Options::default()
    };
    assert!(matches!(start(options).await, Err(Error::Listen { port: taken, .. }) if taken == port));
    let url = org.url("/users/me");
    let Org { sandbox, client } = org;
    drop(sandbox);
    let refused = async || client.get(&url).send().await.is_err();
    for _ in 0..1000 {
        if refused().await {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("it still answers");
}

#[tokio::test]
async fn nobody_has_a_session_of_the_org_itself() {
    let org = Org::start(Seed::Empty).await;
    let wrong = org.post("/sessions", &json!({"sessionToken": "20111x"})).await;
    assert_eq!((wrong.status, wrong.code()), (401, "E0000004"));
    let unknown = org.get("/sessions/101W_juydrDRByB7fUdRyE2JQ").await;
    assert!(unknown.body["errorSummary"].as_str().unwrap().ends_with("(AppSession)"));
    let method = org.get("/sessions/").await;
    assert_eq!((method.status, method.code()), (405, "E0000022"));
}
