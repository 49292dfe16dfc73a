//! What is demanded of an answer.

use std::fmt::Write as _;

use axum::response::IntoResponse;

use crate::desk::Desk;

#[tokio::test]
async fn every_demand_holds_where_it_should_and_fails_where_it_should() {
    let desk = Desk::answering(|_| {
        let body = r#"{"name":"Ada","age":36,"tags":["a","b"],"none":null,"of":{"x":1}}"#;
        ([("x-kind", "user"), ("set-cookie", "sid=s1; Path=/")], body).into_response()
    })
    .await;
    desk.write(
        "acme/schemas/person.json",
        r#"{"type":"object","required":["name"],"properties":{"age":{"type":"integer"}}}"#,
    );
    desk.write("acme/schemas/other.json", r#"{"type":"object","required":["title"]}"#);
    desk.open();
    let demands = [
        ("status", "equals = 200", "equals = 201"),
        ("status", "one_of = [200, 201]", "one_of = [404]"),
        ("status", "at_most = 299", "at_most = 199"),
        ("$.age", "at_least = 36", "at_least = 37"),
        ("$.name", "not_equals = \"Bo\"", "not_equals = \"Ada\""),
        ("$.name", "matches = \"^A.a$\"", "matches = \"^B\""),
        ("$.name", "length = 3", "length = 2"),
        ("$.name", "type = \"string\"", "type = \"number\""),
        ("$.tags", "contains = \"a\"", "contains = \"c\""),
        ("$.tags", "not_contains = \"c\"", "not_contains = \"a\""),
        ("$.tags[*]", "equals = [\"a\", \"b\"]", "equals = [\"a\"]"),
        ("$.of", "contains = { x = 1 }", "contains = { x = 2 }"),
        ("$.nothing", "absent = true", "absent = false"),
        ("$", "schema = \"person\"", "schema = \"other\""),
        (
            "$.age",
            "schema = { type = \"integer\" }",
            "schema = { type = \"string\" }",
        ),
        ("header:X-Kind", "equals = \"user\"", "equals = \"group\""),
        ("cookie:sid", "equals = \"s1\"", "equals = \"s2\""),
        ("body", "contains = \"Ada\"", "contains = \"Bo\""),
        ("size", "at_most = 1000", "at_most = 1"),
        ("time_ms", "at_most = 60000", "at_most = 0"),
        ("url", "matches = \"/ada$\"", "matches = \"/bo$\""),
    ];
    let mut text = "url = \"/ada\"\n".to_owned();
    for (subject, holds, fails) in demands {
        for demand in [holds, fails] {
            let _ = write!(text, "[[assert]]\nsubject = \"{subject}\"\n{demand}\n");
        }
    }
    let sent = desk.send(&text).await.unwrap();
    assert_eq!(sent.assertions.len(), 2 * demands.len());
    for (pair, (subject, holds, fails)) in sent.assertions.chunks(2).zip(demands) {
        assert!(pair[0].ok, "{subject} {holds}: {}", pair[0].message);
        assert!(!pair[1].ok, "{subject} {fails}: {}", pair[1].message);
        assert!(pair[1].message.starts_with("expected"), "{}", pair[1].message);
    }
    let broken = "url = \"/\"\n[[assert]]\nsubject = \"$.[\"\nequals = 1\n";
    let sent = desk.send(broken).await.unwrap();
    assert!(!sent.assertions[0].ok && sent.assertions[0].message.contains("JSONPath"));
}
