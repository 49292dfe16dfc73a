//! Tests of [`super`]: the compliance suite of RFC 9535, and where our errors point.

use serde_json::Value;

use super::{evaluate, parse};
use crate::bodies::{json::scan::value_end, work::Watch};

fn values(document: &str, path: &str) -> Vec<Value> {
    let query = parse(path).unwrap();
    let places = evaluate(document.as_bytes(), &query, &Watch::new(&|_| true)).unwrap();
    let value = |at: u32| {
        let at = at as usize;
        serde_json::from_str(&document[at..value_end(document.as_bytes(), at)]).unwrap()
    };
    places.into_iter().map(value).collect()
}

#[test]
fn every_case_of_the_compliance_suite_gives_what_it_should() {
    let suite: Value = serde_json::from_str(include_str!("compliance/cts.json")).unwrap();
    let cases = suite["tests"].as_array().unwrap();
    assert!(cases.len() > 600, "{}", cases.len());
    let mut failed = Vec::new();
    for case in cases {
        let (name, path) = (&case["name"], case["selector"].as_str().unwrap());
        if case["invalid_selector"] == true {
            if parse(path).is_ok() {
                failed.push(format!("{name}: {path} is no path"));
            }
            continue;
        }
        let given = match parse(path) {
            Ok(_) => Value::Array(values(&case["document"].to_string(), path)),
            Err(error) => {
                failed.push(format!("{name}: {path}: {error} at {}", error.column));
                continue;
            }
        };
        let allowed = case["results"].as_array().cloned().unwrap_or_default();
        if case["result"] != given && !allowed.contains(&given) {
            failed.push(format!("{name}: {path} gives {given}"));
        }
    }
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
}

#[track_caller]
fn check_error(path: &str, column: u32, message: &str) {
    let error = parse(path).unwrap_err();
    assert_eq!((error.column, error.message.as_str()), (column, message), "{path}");
}

#[test]
fn an_error_says_where_it_is() {
    check_error("profile", 1, "a path begins with `$`");
    check_error("$.", 3, "expected a name or `*`; other names are written `['name']`");
    check_error("$['é'", 6, "expected `,` or `]`");
    check_error("$[?@.a", 7, "expected `,` or `]`");
    check_error(
        "$[?size(@) > 1]",
        4,
        "no function `size`; there are length, count, value, match and search",
    );
    check_error("$[?@.* == 1]", 4, "only a single value can be compared");
}

#[test]
fn deep_text_costs_no_stack_and_work_can_be_given_up() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(values(&deep, "$[0][0][1:]"), [] as [Value; 0]);
    let query = parse("$..[0]").unwrap();
    assert!(evaluate(deep.as_bytes(), &query, &Watch::new(&|_| false)).is_err());
}
