//! What a file of cases may say, every mistake with its place, and what holds.

use serde_json::{Value, json};

use super::*;

/// What reading `[[case]] name = "a"` and these lines says: `line:column message`.
#[track_caller]
fn check(lines: &str, expected: &[&str]) {
    let text = format!("[[case]]\nname = \"a\"\n{lines}\n");
    let problems = match TestFile::parse(&text, "tests/get.toml") {
        Ok((_, warnings)) => warnings,
        Err(problem) => vec![problem],
    };
    let said: Vec<String> = problems
        .iter()
        .map(|problem| format!("{}:{} {}", problem.line, problem.column, problem.message))
        .collect();
    assert_eq!(said, expected, "{lines}");
}

#[test]
fn mistakes_are_named_with_their_place() {
    check("input = { a = 1 }\nexpect = { \"$.a\" = 1 }", &[]);
    check("inptu = {}", &["3:1 unknown key `case[0].inptu`"]);
    check("input = 3", &["3:9 `input` must be a table"]);
    check("config = [1]", &["3:10 `config` must be a table"]);
    check("cassette = \"../x\"", &["3:12 `../x` cannot be the name of a cassette"]);
    check("[[case]]\nname = \"a\"", &["4:8 there are two cases named `a`"]);
    check(
        "expect = { \"$.a\" = { contians = 1 } }",
        &["3:20 `contians` is not a matcher"],
    );
    check(
        "expect = { \"$.a\" = { type = \"text\" } }",
        &["3:20 `type` of `$.a`: `text` is not a type"],
    );
    check("expect_error = { cod = \"x\" }", &["3:18 an error has no `cod`"]);
    check(
        "expect_error = { code = \"x\" }\nexpect_snapshot = true",
        &["3:16 a case that must fail has no output to look at"],
    );
    check(
        "delivery = { body = 1, text = \"a\" }",
        &["3:31 a delivery has one body, not `body` and `text`"],
    );
    check(
        "delivery = { headrs = {} }",
        &["3:14 unknown key `case[0].delivery.headrs`"],
    );
    check(
        "delivery = {}\nsubscribe = \"https://a.test\"",
        &["4:13 a case enters its trigger once, not `delivery` and `subscribe`"],
    );
    check(
        "delivery = {}\ncassette = \"c\"",
        &["4:12 what is delivered calls nobody"],
    );
    check("cassette = \"c\"\nby_hand = \"no org answers so\"", &[]);
    check(
        "by_hand = \"no org answers so\"",
        &["3:11 there is no cassette that was written by hand"],
    );
    check("now = \"yesterday\"", &["3:7 `yesterday` is not a moment"]);
    let bad = TestFile::parse("[[case]]\nname = \"a\"\nexpect = { \"$.[\" = 1 }\n", "t").unwrap_err();
    assert_eq!((bad.line, bad.code.as_str()), (3, "json_path"));
}

#[test]
fn a_delivery_is_read_as_a_service_sends_it() {
    let text = r#"
[[case]]
name = "form"
delivery = { query = { a = "1 2" }, headers = { x-sign = "s" }, form = { b = "å", n = 3 }, subscription = { id = 7 } }
secrets = { key = "example" }
now = "2026-03-01T12:30:00Z"

[[case]]
name = "text"
delivery = { method = "GET", text = "as it is" }
"#;
    let (file, warnings) = TestFile::parse(text, "t").unwrap();
    assert_eq!(warnings, []);
    let [form, plain] = &file.cases[..] else {
        panic!("two cases")
    };
    let Some(CaseEntry::Delivery(delivery)) = &form.entry else {
        panic!("{form:?}")
    };
    let headers: Vec<String> = delivery
        .headers
        .iter()
        .map(|header| format!("{}: {}", header.name, header.value))
        .collect();
    assert_eq!(
        headers,
        ["x-sign: s", "content-type: application/x-www-form-urlencoded"]
    );
    assert_eq!((delivery.method.as_str(), delivery.query.as_str()), ("POST", "a=1+2"));
    assert_eq!(delivery.body, "b=%C3%A5&n=3");
    assert_eq!(delivery.subscription, json!({ "id": 7 }));
    assert_eq!(
        (form.now_ms, form.secrets["key"].as_str()),
        (Some(1_772_368_200_000), "example")
    );
    assert!(form.is_closed() && plain.is_closed());
    let Some(CaseEntry::Delivery(delivery)) = &plain.entry else {
        panic!("{plain:?}")
    };
    assert_eq!((delivery.method.as_str(), delivery.body.as_str()), ("GET", "as it is"));
}

/// Whether `output` meets `"$.v" = expected`, as written in TOML.
#[track_caller]
fn holds(expected: &str, output: Value) -> bool {
    let text = format!("[[case]]\nname = \"a\"\nexpect = {{ \"$.v\" = {expected} }}\n");
    let (file, warnings) = TestFile::parse(&text, "t").unwrap_or_else(|problem| panic!("{problem:?}"));
    assert_eq!(warnings, []);
    let schema = |name: &str| match name {
        "user" => Ok(json!({ "type": "object", "required": ["id"] })),
        _ => Err("there is none".to_owned()),
    };
    file.cases[0].mismatches(&output, &schema).is_empty()
}

#[test]
fn each_matcher_says_yes_and_no() {
    let v = |value: Value| json!({ "v": value });
    for (expected, yes, no) in [
        ("1", json!(1.0), json!(2)),
        ("{ equals = { length = 1 } }", json!({ "length": 1 }), json!("a")),
        ("{ a = 1 }", json!({ "a": 1 }), json!({ "a": 1, "b": 2 })),
        ("{ contains = \"b\" }", json!("abc"), json!("acd")),
        ("{ contains = 2 }", json!([1, 2]), json!([1])),
        ("{ contains = { a = 1 } }", json!({ "a": 1, "b": 2 }), json!({ "b": 2 })),
        (
            "{ contains = { a = 1 } }",
            json!([{ "a": 1, "b": 2 }]),
            json!([{ "a": 2 }]),
        ),
        ("{ matches = '^a\\d$' }", json!("a1"), json!("b1")),
        ("{ length = 2 }", json!("äö"), json!([1])),
        ("{ type = \"integer\" }", json!(3), json!(3.5)),
        ("{ type = \"null\" }", json!(null), json!(0)),
        ("{ schema = \"user\" }", json!({ "id": 1 }), json!({})),
        ("{ schema = { type = \"string\" } }", json!("a"), json!(1)),
        ("{ absent = false }", json!(null), json!("absent")),
        ("{ approx = { value = 3, within = 0.5 } }", json!(3.4), json!(3.6)),
        ("{ approx = 1000000 }", json!(1_000_000.5), json!(1_000_002)),
        ("{ length = 1, contains = 7 }", json!([7]), json!([8])),
    ] {
        assert!(holds(expected, v(yes.clone())), "{expected} is {yes}");
        let no = if no == "absent" { json!({}) } else { v(no) };
        assert!(!holds(expected, no.clone()), "{expected} is not {no}");
    }
    assert!(holds("{ absent = true }", json!({})) && !holds("{ absent = true }", json!({ "v": null })));
    assert!(holds("{ ignore = true }", json!({})));
}

#[test]
fn a_path_to_several_places_gives_a_list() {
    let value = json!({ "users": [{ "id": 1 }, { "id": 2 }], "a*b": 3 });
    assert_eq!(select("$.users[0].id", &value), Some(json!(1)));
    assert_eq!(select("$.users[*].id", &value), Some(json!([1, 2])));
    assert_eq!(select("$.users[?@.id == 1].id", &value), Some(json!([1])));
    assert_eq!(select("$['a*b']", &value), Some(json!(3)));
    assert_eq!(select("$.none", &value), None);
    assert_eq!(
        hide(&value, ["$.users[*].id"]),
        json!({ "users": [{ "id": "(ignored)" }, { "id": "(ignored)" }], "a*b": 3 })
    );
}

fn new_case(name: &str) -> NewCase {
    NewCase {
        name: name.to_owned(),
        input: json!({ "user": "ada", "tags": ["a"], "none": null }),
        config: json!({ "kind": "staff" }),
        cursor: Value::Null,
        cassette: Some("ada".to_owned()),
        error: None,
        expect: Vec::new(),
    }
}

#[test]
fn a_case_is_added_at_the_end_and_the_rest_stays_as_it_is() {
    let before = "# mine\n[[case]]\nname = 'first'   # here\n";
    let after = TestFile::with_case(before, "t", &new_case("finds Ada")).unwrap();
    assert_eq!(
        after,
        format!(
            "{before}\n[[case]]\nname = \"finds Ada\"\ninput = {{ user = \"ada\", tags = [\"a\"] }}\n\
             config = {{ kind = \"staff\" }}\ncassette = \"ada\"\nexpect_snapshot = true\n"
        )
    );
    assert!(TestFile::with_case(&after, "t", &new_case("finds Ada")).is_err());
    assert!(TestFile::with_case("case = []\n", "t", &new_case("b")).is_err());
    assert_eq!(file_name("Finds a user, by login"), "finds_a_user_by_login");
}
