//! Tests of [`super`]: reading and running here, the process of its own with this crate's worker.

use super::run::{Failure, run};

fn values(filter: &str, body: &str) -> Result<String, Failure> {
    let mut values = Vec::new();
    run(filter, body.as_bytes(), |value| {
        values.push(String::from_utf8(value.to_vec()).unwrap());
        true
    })?;
    Ok(values.join(" "))
}

#[test]
fn a_filter_gives_values_as_json_on_one_line() {
    let body = r#"{"users":[{"id":1,"name":"Zoë"},{"id":2,"name":"b\n"}]}"#;
    assert_eq!(values(".users[].name", body).unwrap(), r#""Zoë" "b\n""#);
    assert_eq!(values(".users | map(.id) | add", body).unwrap(), "3");
    assert_eq!(values(".users | length, .missing?", body).unwrap(), "2");
    assert_eq!(values("empty", body).unwrap(), "");
}

#[test]
fn what_is_wrong_with_a_filter_is_said_with_its_column() {
    let failure = |filter| values(filter, "[1]").unwrap_err();
    let told = |filter| {
        let Failure { column, message } = failure(filter);
        (column, message)
    };
    assert_eq!(told(".[] |"), (Some(6), "expected term".into()));
    assert_eq!(told("map(.é"), (Some(6), "expected closing parenthesis".into()));
    assert_eq!(told("[.[] | lenght]"), (Some(8), "no filter `lenght`".into()));
    assert_eq!(failure(".[0].x").column, None);
}
