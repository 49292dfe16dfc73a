//! What a cassette keeps, how it is matched and what of it is masked.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::*;
use crate::Secret;

fn exchange(method: &str, url: &str, sent: &Value, status: u16, answer: &Value) -> RecordedExchange {
    let body = |value: &Value| match value {
        Value::Null => RecordedBody::default(),
        value => RecordedBody::of(value.to_string().as_bytes()),
    };
    RecordedExchange {
        parallel: false,
        request: RecordedRequest {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: body(sent),
        },
        response: RecordedResponse {
            status,
            headers: vec!["content-type: application/json".to_owned()],
            body: body(answer),
        },
    }
}

fn get(url: &str) -> RecordedExchange {
    exchange("GET", url, &Value::Null, 200, &json!({ "url": url }))
}

fn together(url: &str) -> RecordedExchange {
    RecordedExchange {
        parallel: true,
        ..get(url)
    }
}

/// What each of these calls is answered with, in order: the URL recorded, or why there is none.
#[track_caller]
fn check(recorded: Vec<RecordedExchange>, asked: &[&str], expected: &[&str]) {
    let mut playback = Playback::new(recorded);
    let answers: Vec<String> = asked
        .iter()
        .map(|url| match playback.answer("GET", url, b"") {
            Ok(response) => response.body.json.as_ref().unwrap()["url"].as_str().unwrap().to_owned(),
            Err(miss) => format!("{:?}", miss.reason),
        })
        .collect();
    assert_eq!(answers, expected);
}

const A: &str = "https://acme.example/a";
const B: &str = "https://acme.example/b";
const C: &str = "https://acme.example/c";

#[test]
fn calls_are_answered_in_the_order_recorded() {
    check(vec![get(A), get(B)], &[A, B], &[A, B]);
    check(vec![get(A), get(B)], &[B, A], &["OutOfOrder", A]);
    check(vec![get(A)], &[A, A], &[A, "UsedUp"]);
    check(vec![get(A)], &[C], &["NotRecorded"]);
    check(Vec::new(), &[A], &["NotRecorded"]);
}

#[test]
fn calls_that_were_under_way_together_come_in_any_order() {
    let recorded = || vec![get(A), together(B), get(C)];
    check(recorded(), &[B, A, C], &[B, A, C]);
    check(recorded(), &[A, C], &[A, "OutOfOrder"]);
}

#[test]
fn a_url_spelled_otherwise_asks_the_same() {
    let recorded = "https://acme.example/users/ada%40acme.example?q=a+b";
    check(
        vec![get(recorded)],
        &["https://acme.example/users/ada@acme.example?q=a%20b"],
        &[recorded],
    );
    check(
        vec![get("https://acme.example/a?x=1&y=2")],
        &["https://acme.example/a?y=2&x=1"],
        &["NotRecorded"],
    );
}

#[test]
fn bodies_are_matched_by_what_they_say() {
    let recorded = exchange("POST", A, &json!({ "a": 1, "b": 2 }), 200, &Value::Null);
    let mut playback = Playback::new(vec![recorded]);
    assert!(playback.answer("POST", A, br#"{"b":3,"a":1}"#).is_err());
    assert!(playback.answer("POST", A, br#"{ "b": 2.0, "a": 1 }"#).is_ok());
    assert_eq!((playback.misses().len(), playback.unused().count()), (1, 0));
}

#[test]
fn a_call_that_was_not_recorded_is_shown_against_the_nearest() {
    let recorded = vec![
        get("https://acme.example/groups"),
        get("https://acme.example/users?limit=200&after=7"),
    ];
    let mut playback = Playback::new(recorded);
    let miss = playback
        .answer("GET", "https://acme.example/users?limit=100&after=7", b"")
        .unwrap_err();
    assert_eq!(
        miss.message(),
        "GET https://acme.example/users?limit=100&after=7 was not recorded"
    );
    assert_eq!(
        miss.difference(),
        [
            "  GET https://acme.example/users",
            "-   ?limit=200",
            "+   ?limit=100",
            "    ?after=7"
        ]
    );
}

#[test]
fn a_cassette_is_read_as_it_was_written_and_others_are_refused_with_their_place() {
    let mut cassette = Cassette::new("2026-11-28T00:00:00Z", "https://acme.example");
    cassette.exchanges = vec![get(A), together(B)];
    cassette.exchanges[1].response.body = RecordedBody::of(b"\xff\x00");
    let text = cassette.render();
    assert_eq!(Cassette::parse(&text, "a.json").unwrap(), cassette);
    assert_eq!(cassette.exchanges[1].response.body.bytes(), b"\xff\x00");
    let newer = text.replacen("\"cassette\": 1", "\"cassette\": 9", 1);
    assert!(
        Cassette::parse(&newer, "a.json")
            .unwrap_err()
            .message
            .contains("format 9")
    );
    let broken = Cassette::parse("{\n  \"cassette\": 1,\n  oops", "a.json").unwrap_err();
    assert_eq!((broken.line, broken.code.as_str()), (3, "cassette"));
}

fn masked(exchanges: Vec<RecordedExchange>, settings: &TestSettings, said: &[&str]) -> Cassette {
    let mut cassette = Cassette::new("2026-11-28T00:00:00Z", "https://okta.example");
    cassette.exchanges = exchanges;
    let masking = Masking {
        settings,
        secrets: vec![("token".to_owned(), Secret::new("00abcSecret"))],
        replace: vec![("http://127.0.0.1:9000".to_owned(), "https://okta.example".to_owned())],
        results: vec![("c2lnbmVk".to_owned(), "c3RhbmQtaW4".to_owned())],
        signed: vec![SIGNED.to_owned()],
        said: said.iter().map(|text| (*text).to_owned()).collect(),
        given: Vec::new(),
    };
    masking.apply(&mut cassette);
    cassette
}

/// `{"alg":"RS256"}.{"aud":"http://127.0.0.1:9000/token","sub":"ada@acme.test"}`, as tokens are written.
const SIGNED: &str = "eyJhbGciOiJSUzI1NiJ9.\
    eyJhdWQiOiJodHRwOi8vMTI3LjAuMC4xOjkwMDAvdG9rZW4iLCJzdWIiOiJhZGFAYWNtZS50ZXN0In0";

#[test]
fn a_token_is_masked_inside_and_keeps_the_stand_in_of_its_signature() {
    let sent = json!({ "client_token": format!("{SIGNED}.c2lnbmVk"), "to": "ada@acme.test" });
    let asked = exchange("POST", "http://127.0.0.1:9000/token", &sent, 200, &Value::Null);
    let cassette = masked(vec![asked], &TestSettings::default(), &[]);
    let sent = cassette.exchanges[0].request.body.json.clone().unwrap();
    let parts: Vec<&str> = sent["client_token"].as_str().unwrap().split('.').collect();
    let claims = BASE64_URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
    assert_eq!(
        String::from_utf8(claims).unwrap(),
        r#"{"aud":"https://okta.example/token","sub":"person1@example.com"}"#
    );
    assert_eq!(parts[2], "c3RhbmQtaW4");
}

#[test]
fn what_was_decrypted_is_masked_like_an_answer() {
    let mut cassette = Cassette::new("2026-11-28T00:00:00Z", "https://okta.example");
    cassette.opened = vec![RecordedBody::of(user().to_string().as_bytes())];
    let settings = TestSettings::default();
    let masking = Masking {
        settings: &settings,
        secrets: Vec::new(),
        replace: Vec::new(),
        results: Vec::new(),
        signed: Vec::new(),
        said: Vec::new(),
        given: Vec::new(),
    };
    masking.apply(&mut cassette);
    let text = cassette.render();
    assert!(
        !text.contains("ada@acme.test") && text.contains("person1@example.com"),
        "{text}"
    );
}

fn user() -> Value {
    json!({ "id": "00u1", "profile": {
        "firstName": "Ada", "lastName": "Lovelace", "login": "ada@acme.test", "mobilePhone": "+44 20 7946 0000",
        "department": "Ada's own" } })
}

#[test]
fn people_get_the_same_stand_in_wherever_they_stand() {
    let exchanges = vec![
        exchange("GET", "http://127.0.0.1:9000/users/00u1", &Value::Null, 200, &user()),
        exchange(
            "POST",
            "http://127.0.0.1:9000/mail?to=ada%40acme.test&q=lastName+eq+%22Lovelace%22",
            &json!({ "text": "Dear Ada Lovelace" }),
            404,
            &json!({ "errorSummary": "no such user: ada@acme.test (User)" }),
        ),
    ];
    let cassette = masked(exchanges, &TestSettings::default(), &[]);
    let answer = cassette.exchanges[0].response.body.json.clone().unwrap();
    assert_eq!(
        answer["profile"],
        json!({ "firstName": "Given1", "lastName": "Family1", "login": "person1@example.com",
            "mobilePhone": "+15550000001", "department": "Given1's own" })
    );
    let second = &cassette.exchanges[1];
    let url = url::Url::parse(&second.request.url).unwrap();
    let query: Vec<String> = url.query_pairs().map(|(_, value)| value.into_owned()).collect();
    assert_eq!(url.host_str(), Some("okta.example"));
    assert_eq!(query, ["person1@example.com", "lastName eq \"Family1\""]);
    assert_eq!(second.request.body.json, Some(json!({ "text": "Dear Given1 Family1" })));
    assert_eq!(
        second.response.body.json,
        Some(json!({ "errorSummary": "no such user: person1@example.com (User)" }))
    );
}

#[test]
fn what_the_case_says_is_left_alone() {
    let exchanges = || {
        vec![exchange(
            "GET",
            "http://127.0.0.1:9000/users/ada@acme.test",
            &Value::Null,
            200,
            &user(),
        )]
    };
    let cassette = masked(
        exchanges(),
        &TestSettings::default(),
        &["login eq \"ada@acme.test\"", "Ada"],
    );
    let profile = &cassette.exchanges[0].response.body.json.as_ref().unwrap()["profile"];
    assert_eq!(
        (&profile["login"], &profile["firstName"]),
        (&json!("ada@acme.test"), &json!("Ada"))
    );
    assert_eq!(profile["lastName"], "Family1");
}

#[test]
fn secrets_are_masked_whoever_says_them() {
    let mut answer = exchange(
        "POST",
        "http://127.0.0.1:9000/login?key=00abcSecret",
        &json!({ "password": { "value": "correct horse" } }),
        200,
        &json!({ "sessionToken": "20111sessionToken", "next": "/go?t=20111sessionToken", "ok": true }),
    );
    answer.response.headers.push("set-cookie: sid=1".to_owned());
    let cassette = masked(
        vec![answer],
        &TestSettings {
            personal: false,
            ..TestSettings::default()
        },
        &["correct horse"],
    );
    let text = cassette.render();
    for secret in ["00abcSecret", "correct horse", "20111sessionToken", "set-cookie"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(
        text.contains("key=redacted-token") && text.contains("\"/go?t=redacted-2\""),
        "{text}"
    );
}

#[test]
fn the_connector_decides_what_else_is_masked_and_what_is_not() {
    let settings = TestSettings {
        keep: vec!["first_name".to_owned()],
        mask: vec![
            MaskRule::Member("department".to_owned()),
            MaskRule::Pattern(r"00u\d+".to_owned()),
            MaskRule::Header("X-Tenant".to_owned()),
        ],
        ..TestSettings::default()
    };
    let mut answer = exchange("GET", "http://127.0.0.1:9000/users/00u1", &Value::Null, 200, &user());
    answer.response.headers.push("x-tenant: acme".to_owned());
    let cassette = masked(vec![answer], &settings, &[]);
    let exchange = &cassette.exchanges[0];
    assert_eq!(exchange.request.url, "https://okta.example/users/masked-2");
    assert_eq!(exchange.response.headers[1], "x-tenant: masked");
    let user = exchange.response.body.json.as_ref().unwrap();
    assert_eq!(
        (&user["id"], &user["profile"]["firstName"]),
        (&json!("masked-2"), &json!("Ada"))
    );
    assert_eq!(user["profile"]["department"], "masked-1");
}

/// A password that lies in a secret field, a login, and a code that only the request's member tells to be one.
fn own() -> (Vec<Given>, Value) {
    let fields = [crate::schema::Field {
        name: "password".to_owned(),
        secret: true,
        ..crate::schema::Field::default()
    }];
    let input = json!({ "login": "ada", "password": "correct horse", "code": "4711" });
    (given(&fields, &input), input)
}

fn sent(password: &str, code: &str) -> Value {
    json!({ "note": format!("it is {password}"), "passCode": code, "login": "ada" })
}

#[test]
fn what_a_case_gives_in_secret_is_masked_wherever_it_lands_and_found_again() {
    let (given, mut input) = own();
    let settings = TestSettings::default();
    let mut cassette = Cassette::new("2026-11-28T00:00:00Z", "https://acme.example");
    cassette.exchanges = vec![exchange("POST", A, &sent("correct horse", "4711"), 200, &Value::Null)];
    let masking = Masking {
        settings: &settings,
        secrets: Vec::new(),
        replace: Vec::new(),
        results: Vec::new(),
        signed: Vec::new(),
        said: ["ada", "correct horse", "4711"].map(str::to_owned).to_vec(),
        given: given.clone(),
    };
    masking.apply(&mut cassette);
    let recorded = cassette.exchanges[0].request.body.json.clone().unwrap();
    assert_eq!(recorded, sent("redacted-input-password", "redacted-input-code"));
    let answer = |password: &str| {
        let mut playback = Playback::new(cassette.exchanges.clone());
        playback.give(&given);
        let body = sent(password, "4711").to_string();
        let answered = playback.answer("POST", A, body.as_bytes()).is_ok();
        (
            answered,
            playback.misses().iter().flat_map(Miss::difference).collect::<String>(),
        )
    };
    assert!(answer("correct horse").0);
    let (answered, difference) = answer("wrong horse");
    assert!(!answered && !difference.contains("4711"), "{difference}");
    shown_input(&given, &cassette.render(), &mut input);
    assert_eq!(
        input,
        json!({ "login": "ada", "password": "redacted-input-password", "code": "redacted-input-code" })
    );
}

#[test]
fn links_that_let_their_reader_in_lose_their_token() {
    let answer = json!({
        "activationUrl": "https://acme.example/welcome/XE6wE17zmphl3KqAPFxO",
        "next": "https://acme.example/reset?recoveryToken=abc123def&x=1",
        "answer": "the cat",
    });
    let asked = exchange("POST", A, &Value::Null, 200, &answer);
    let cassette = masked(vec![asked], &TestSettings::default(), &[]);
    assert_eq!(
        cassette.exchanges[0].response.body.json,
        Some(json!({
            "activationUrl": "https://acme.example/welcome/redacted-1",
            "answer": "redacted-3",
            "next": "https://acme.example/reset?recoveryToken=redacted-2&x=1",
        }))
    );
}
