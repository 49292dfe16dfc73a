//! Every cause with its next step, as tables: what came back, and what is said of it.

use std::{path::PathBuf, time::Duration};

use joinery_connector::Header;
use joinery_http::Error as Http;

use super::*;

/// 27 November 2026, 21:00:00 GMT.
const NOW: i64 = 1_795_813_200;
const DATE: &str = "Fri, 27 Nov 2026 21:00:00 GMT";

fn seen<'a>(auth: &'a str, path: &'a str) -> Seen<'a> {
    Seen {
        host: "acme.okta.com",
        call: ("GET", path),
        okta: true,
        signed: true,
        auth,
        now: NOW,
    }
}

fn refusal(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
    Answer {
        status,
        reason: "Refused".into(),
        headers: headers.iter().map(|(name, value)| Header::new(*name, *value)).collect(),
        body: body.into(),
    }
}

fn okta(status: u16, code: &str, headers: &[(&str, &str)]) -> Answer {
    let body = format!(r#"{{"errorCode":"{code}","errorSummary":"Okta's words","errorCauses":[]}}"#);
    refusal(
        status,
        &[headers, &[("x-okta-request-id", "r"), ("date", DATE)]].concat(),
        &body,
    )
}

#[track_caller]
fn check(found: Option<Diagnosis>, cause: Cause, message: &str, hint: &str) {
    let found = found.expect("something is wrong");
    assert_eq!(found.cause, cause, "{found:?}");
    assert_eq!(found.message, message);
    assert!(
        found.hint.as_deref().unwrap_or_default().contains(hint),
        "{:?} does not say “{hint}”",
        found.hint
    );
}

#[test]
fn what_is_fine_is_no_finding() {
    for (status, body) in [(200, r#"{"id":"00o"}"#), (204, "")] {
        let answer = refusal(status, &[("content-type", "application/json")], body);
        assert_eq!(judge(seen("api_key", "/api/v1/org"), &answer), None);
    }
    // An org too old to have the endpoint, as the sandbox was.
    let missing = okta(404, "E0000008", &[]);
    assert_eq!(judge(seen("api_key", "/api/v1/org"), &missing), None);
    assert_eq!(reach(seen("api_key", "/.well-known/okta-organization"), &missing), None);
}

#[test]
fn an_admin_console_is_told_though_it_cannot_be_reached() {
    let at = Seen {
        host: "acme-admin.okta.com",
        ..seen("api_key", "")
    };
    let error = Http::UnknownHost {
        host: "acme-admin.okta.com".into(),
    };
    check(
        Some(no_answer(at, &error)),
        Cause::AdminDomain,
        "acme-admin.okta.com is the admin console, not the org.",
        "Use acme.okta.com.",
    );
    let other = no_answer(Seen { okta: false, ..at }, &error);
    assert_eq!(other.cause, Cause::WrongDomain);
}

#[test]
fn a_service_that_is_no_org_is_told_by_its_first_answer() {
    let at = seen("api_key", "/.well-known/okta-organization");
    let json = [("content-type", "application/json")];
    check(
        reach(at, &refusal(200, &json, r#"{"hello":"world"}"#)),
        Cause::NotOkta,
        "acme.okta.com answers, but not as an Okta org does.",
        "Use the domain people sign in at",
    );
    assert_eq!(
        reach(at, &refusal(200, &json, r#"{"id":"00o","pipeline":"idx"}"#)),
        None
    );
    assert_eq!(reach(at, &refusal(200, &[("x-okta-request-id", "r")], "{}")), None);
}

#[test]
fn no_answer_names_the_host_and_what_to_look_at() {
    let host = || "acme.okta.com".to_owned();
    let seen = seen("api_key", "/api/v1/org");
    let check =
        |error: &Http, cause, message: &str, hint: &str| check(Some(no_answer(seen, error)), cause, message, hint);
    check(
        &Http::UnknownHost { host: host() },
        Cause::WrongDomain,
        "Cannot reach acme.okta.com (no such host).",
        "Check the domain.",
    );
    check(
        &Http::Refused {
            host: host(),
            port: 443,
        },
        Cause::Refused,
        "acme.okta.com refused the connection on port 443.",
        "Check the domain and the port",
    );
    check(
        &Http::Timeout {
            host: host(),
            waited: Duration::from_millis(10_010),
            phase: joinery_http::Phase::Answer,
        },
        Cause::Timeout,
        "acme.okta.com did not answer within 10 s.",
        "firewall or proxy",
    );
    check(
        &Http::Tls {
            host: host(),
            reason: "the server's certificate has expired".into(),
        },
        Cause::Tls,
        "No secure connection to acme.okta.com: the server's certificate has expired.",
        "clock is right",
    );
    check(
        &Http::UnknownIssuer {
            host: host(),
            issuer: "`Acme proxy`".into(),
        },
        Cause::TlsIntercepted,
        "The certificate of acme.okta.com was issued by `Acme proxy`, whom this system does not trust.",
        "Name its certificate authority",
    );
    check(
        &Http::Auth {
            kind: "api_key",
            reason: "`token` is missing; fill it in in the connection".into(),
        },
        Cause::Other,
        "Api_key: `token` is missing; fill it in in the connection.",
        "then test again",
    );
    check(
        &Http::Broken {
            host: host(),
            phase: "waiting for the answer".into(),
            reason: "the server closed the connection".into(),
        },
        Cause::Other,
        "The connection to acme.okta.com broke while waiting for the answer: the server closed the connection.",
        "",
    );
    let full = Http::Store {
        path: PathBuf::from("/tmp/x"),
        source: std::io::Error::other("full"),
    };
    check(&full, Cause::Other, "Cannot keep the response in /tmp/x: full.", "");
}

#[test]
fn a_refused_token_is_told_by_its_kind() {
    for (auth, message, hint) in [
        ("api_key", "Okta refused this token.", "Security, API, Tokens"),
        ("bearer", "Okta refused this token.", "lasts an hour"),
        ("basic", "Okta refused these credentials.", "Enter them anew"),
    ] {
        let found = judge(seen(auth, "/api/v1/org"), &okta(401, "E0000011", &[]));
        check(found.clone(), Cause::CredentialsRefused, message, hint);
        assert_eq!(found.unwrap().said.as_deref(), Some("E0000011, Okta's words"));
    }
    let unsigned = Seen {
        signed: false,
        ..seen("none", "/api/v1/org")
    };
    check(
        judge(unsigned, &okta(403, "E0000005", &[])),
        Cause::CredentialsRefused,
        "Okta wants credentials, and this connection has none.",
        "",
    );
    let elsewhere = Seen {
        okta: false,
        host: "api.example.com",
        ..seen("bearer", "/")
    };
    check(
        judge(elsewhere, &refusal(401, &[], "")),
        Cause::CredentialsRefused,
        "api.example.com refused this token.",
        "expired or revoked",
    );
}

#[test]
fn a_missing_scope_is_named_by_the_challenge_or_by_the_path() {
    let told = r#"Bearer realm="x", scope="okta.groups.read", error="insufficient_scope""#;
    let untold = r#"Bearer error="insufficient_scope""#;
    for (challenge, path, scope) in [
        (told, "/api/v1/groups", "okta.groups.read"),
        (untold, "/api/v1/users/me", "okta.users.read"),
        (untold, "/api/v1/logs", "okta.logs.read"),
    ] {
        let answer = okta(403, "E0000006", &[("www-authenticate", challenge)]);
        let found = judge(seen("oauth2_client_credentials", path), &answer);
        check(
            found.clone(),
            Cause::ScopeMissing,
            &format!("This app lacks the scope {scope}."),
            "Grant it in Okta, then test again.",
        );
        let copy = Fix::Copy {
            label: "Copy scope".into(),
            text: scope.into(),
        };
        assert_eq!(found.unwrap().fix, Some(copy));
    }
    let answer = okta(403, "E0000006", &[("www-authenticate", untold)]);
    check(
        judge(seen("bearer", "/elsewhere"), &answer),
        Cause::ScopeMissing,
        "This token lacks the scope that GET /elsewhere needs.",
        "Grant it",
    );
}

#[test]
fn a_missing_role_is_told_apart_for_admins_and_apps() {
    let answer = okta(403, "E0000006", &[]);
    check(
        judge(seen("api_key", "/api/v1/users/me"), &answer),
        Cause::RoleMissing,
        "The admin who made this token may not call GET /api/v1/users/me.",
        "Give that admin a role",
    );
    check(
        judge(seen("oauth2_client_credentials", "/api/v1/users"), &answer),
        Cause::RoleMissing,
        "This app has no admin role that allows GET /api/v1/users.",
        "Admin roles",
    );
    let elsewhere = Seen {
        okta: false,
        host: "api.example.com",
        ..seen("bearer", "/v1")
    };
    check(
        judge(elsewhere, &refusal(403, &[], "no")),
        Cause::RoleMissing,
        "api.example.com does not allow these credentials to call GET /v1.",
        "Grant the permission",
    );
}

#[test]
fn dpop_is_asked_for_in_three_ways() {
    let missing = r#"{"error":"invalid_dpop_proof","error_description":"The DPoP proof JWT header is missing."}"#;
    let scheme = r#"DPoP error="invalid_token", error_description="The resource request must use the DPoP authentication scheme with a bound token.""#;
    for answer in [
        refusal(400, &[], missing),
        okta(401, "E0000011", &[("www-authenticate", scheme)]),
        refusal(
            401,
            &[(
                "www-authenticate",
                r#"DPoP error="invalid_dpop_proof", error_description="The DPoP proof JWT header is missing.""#,
            )],
            "",
        ),
    ] {
        check(
            judge(seen("bearer", "/api/v1/org"), &answer),
            Cause::DpopRequired,
            "This app takes only tokens that are bound with DPoP.",
            "Turn on DPoP in the connection",
        );
    }
    let wrong = r#"DPoP error="invalid_dpop_proof", error_description="'htu' claim in the DPoP proof JWT is invalid.""#;
    check(
        judge(
            seen("bearer", "/api/v1/org"),
            &refusal(401, &[("www-authenticate", wrong)], ""),
        ),
        Cause::CredentialsRefused,
        "Okta rejected the DPoP proof.",
        "Sign in again",
    );
}

#[test]
fn a_wrong_clock_is_named_with_its_skew_only_where_it_spoils_something() {
    let at = |date: &str, error: &str| {
        let body = format!(r#"{{"error":"{error}","error_description":"The client_assertion token is expired."}}"#);
        refusal(401, &[("date", date)], &body)
    };
    let seen = seen("oauth2_client_credentials", "/oauth2/v1/token");
    for (date, error, message) in [
        (
            "Fri, 27 Nov 2026 21:07:00 GMT",
            "invalid_dpop_proof",
            "Okta rejected the proof: this computer's clock is 7 min slow.",
        ),
        (
            "Fri, 27 Nov 2026 20:00:00 GMT",
            "invalid_client",
            "Okta rejected the signature: this computer's clock is 60 min fast.",
        ),
        (
            "Fri, 27 Nov 2026 21:01:30 GMT",
            "invalid_grant",
            "Okta rejected the signature: this computer's clock is 90 s slow.",
        ),
        (
            "Thu, 26 Nov 2026 19:00:00 GMT",
            "invalid_client",
            "Okta rejected the signature: this computer's clock is 26 hours fast.",
        ),
    ] {
        check(
            judge(seen, &at(date, error)),
            Cause::ClockWrong,
            message,
            "Set the clock, then test again.",
        );
    }
    let right = judge(seen, &at(DATE, "invalid_client")).unwrap();
    assert_ne!(right.cause, Cause::ClockWrong);
    // A static token does not care what time it is.
    let late = okta(401, "E0000011", &[]);
    let off = Seen {
        now: NOW + 7000,
        ..seen
    };
    assert_eq!(judge(off, &late).unwrap().cause, Cause::CredentialsRefused);
}

#[test]
fn whoever_is_no_okta_org_is_told_from_a_missing_org() {
    let page = |status| {
        refusal(
            status,
            &[("content-type", "text/html")],
            "<!doctype html><title>Hello</title>",
        )
    };
    let at = |host| Seen {
        host,
        ..seen("api_key", "/.well-known/okta-organization")
    };
    check(
        reach(at("www.example.com"), &page(200)),
        Cause::NotOkta,
        "www.example.com answered with a web page, not as an Okta org.",
        "such as acme.okta.com",
    );
    check(
        reach(at("nosuch.okta.com"), &page(404)),
        Cause::WrongDomain,
        "There is no Okta org at nosuch.okta.com.",
        "Check the spelling",
    );
    check(
        reach(at("127.0.0.1:9"), &refusal(404, &[], "")),
        Cause::WrongDomain,
        "There is no Okta org at 127.0.0.1:9.",
        "",
    );
    check(
        reach(at("acme-admin.okta.com"), &page(200)),
        Cause::AdminDomain,
        "acme-admin.okta.com is the admin console, not the org.",
        "Use acme.okta.com.",
    );
    // A service that is no Okta may answer as it likes.
    let other = Seen {
        okta: false,
        ..at("www.example.com")
    };
    assert_eq!(reach(other, &page(200)), None);
    assert_eq!(reach(other, &page(404)), None);
}

#[test]
fn a_rate_limit_says_how_long_by_the_servers_own_clock() {
    let reset = (NOW + 41).to_string();
    let limited = okta(429, "E0000047", &[("x-rate-limit-reset", &reset)]);
    // Ours is an hour off; that must not matter.
    let off = Seen {
        now: NOW - 3600,
        ..seen("api_key", "/api/v1/users/me")
    };
    check(
        judge(off, &limited),
        Cause::RateLimited,
        "Rate limit reached for /api/v1/users/me.",
        "Test again in 41 s.",
    );
    let elsewhere = refusal(429, &[("retry-after", "120")], "");
    let seen = Seen {
        okta: false,
        ..seen("bearer", "/v1")
    };
    check(
        judge(seen, &elsewhere),
        Cause::RateLimited,
        "Rate limit reached for /v1.",
        "Test again in 2 min.",
    );
    check(
        judge(seen, &refusal(429, &[], "")),
        Cause::RateLimited,
        "Rate limit reached for /v1.",
        "Wait a minute",
    );
}

#[test]
fn a_token_endpoint_is_told_in_its_own_words() {
    let seen = seen("oauth2_client_credentials", "/oauth2/v1/token");
    let scope = r#"{"error":"invalid_scope","error_description":"One or more scopes are not allowed."}"#;
    check(
        judge(seen, &refusal(400, &[], scope)),
        Cause::ScopeMissing,
        "A scope that the connection asks for is not granted to this app.",
        "API scopes tab",
    );
    let grant = r#"{"error":"invalid_grant","error_description":"The refresh token is invalid or expired."}"#;
    check(
        judge(seen, &refusal(400, &[], grant)),
        Cause::CredentialsRefused,
        "Okta gave no token.",
        "The refresh token is invalid or expired.",
    );
}

#[test]
fn a_service_that_fails_is_not_the_connections_fault() {
    let answer = Answer {
        reason: "Service Unavailable".into(),
        ..refusal(503, &[], "<html>down")
    };
    check(
        reach(seen("api_key", "/.well-known/okta-organization"), &answer),
        Cause::ServiceFails,
        "acme.okta.com answered 503 Service Unavailable.",
        "Wait a little",
    );
    let odd = Answer {
        reason: "Gone".into(),
        ..refusal(410, &[], "")
    };
    check(
        judge(seen("api_key", "/api/v1/org"), &odd),
        Cause::Other,
        "acme.okta.com answered GET /api/v1/org with 410 Gone.",
        "Check the connection's fields.",
    );
}
