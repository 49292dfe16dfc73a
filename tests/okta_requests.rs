//! Every request that the Okta connector's cassettes hold, against Okta's own `OpenAPI` description: each is one operation of
//! it, with parameters, headers and a body that the operation takes.
//!
//! The description is not ours to carry: `OKTA_DATA` names the folder that holds it, and without it this is skipped.

mod description;
mod schemas;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use self::description::{Description, Request};
use crate::home::{Place, top};

/// What the description says otherwise, and why the connector is right: an operation, a part of the finding, the reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "POST /api/v1/meta/schemas/user/{schemaId}",
        "('items' was unexpected)",
        "an attribute of type array has to say of what; the description says so for groups, and leaves it out for users",
    ),
    (
        "POST /api/v1/groups",
        "('shoe' was unexpected)",
        "the case shows how Okta refuses an attribute that the org does not have",
    ),
    (
        "POST /api/v1/users/{userId}/factors",
        r#""four" does not match"#,
        "the case shows how Okta refuses what is no telephone number",
    ),
    (
        "PUT /api/v1/apps/{appId}",
        "('manualProvisioning' was unexpected)",
        "Okta gives the setting and takes it back (its SDK's recordings show it), undescribed; left out, a PUT would reset it",
    ),
];

#[test]
fn every_recorded_request_is_an_operation_that_okta_describes() {
    let folder = std::env::var_os("OKTA_DATA").map_or_else(|| top().join("../shared/okta"), |path| top().join(path));
    let file = folder.join("openapi-management-2026.06.3.yaml");
    let Ok(text) = fs::read_to_string(&file) else {
        println!("skipped: no description of Okta's API (set OKTA_DATA to the folder that holds it)");
        return;
    };
    let mut description = Description::parse(&text);
    let (mut requests, mut operations) = (0, BTreeSet::new());
    let (mut wrong, mut excused) = (BTreeMap::<String, BTreeSet<String>>::new(), BTreeSet::new());
    for cassette in cassettes(&top().join("samples/okta/tests/cassettes")) {
        let recorded: Value = serde_json::from_str(&fs::read_to_string(&cassette).unwrap()).unwrap();
        for exchange in recorded["exchanges"].as_array().unwrap() {
            requests += 1;
            let checked = description.check(&request(&exchange["request"]));
            for finding in checked.findings {
                let excuse = EXCEPTIONS
                    .iter()
                    .position(|(operation, part, _)| *operation == checked.operation && finding.contains(part));
                if let Some(excuse) = excuse {
                    excused.insert(excuse);
                    continue;
                }
                let place = cassette.strip_prefix(top()).unwrap().display().to_string();
                wrong
                    .entry(format!("{}: {finding}", checked.operation))
                    .or_default()
                    .insert(place);
            }
            operations.insert(checked.operation);
        }
    }
    println!("{requests} requests of {} operations", operations.len());
    let told: Vec<String> = wrong
        .iter()
        .map(|(finding, places)| {
            format!(
                "{finding}
    {places:?}"
            )
        })
        .collect();
    assert!(
        told.is_empty(),
        "{} findings
{}",
        told.len(),
        told.join(
            "
"
        )
    );
    let idle: Vec<_> = (0..EXCEPTIONS.len())
        .filter(|number| !excused.contains(number))
        .map(|at| EXCEPTIONS[at])
        .collect();
    assert!(idle.is_empty(), "these exceptions excuse nothing: {idle:?}");
    assert!(requests > 600 && operations.len() > 110, "cassettes are missing");
}

#[test]
fn every_type_of_event_that_okta_lists_can_be_chosen() {
    let folder = std::env::var_os("OKTA_DATA").map_or_else(|| top().join("../shared/okta"), |path| top().join(path));
    let Ok(text) = fs::read_to_string(folder.join("event-types.json")) else {
        println!("skipped: no list of Okta's types of events (set OKTA_DATA to the folder that holds it)");
        return;
    };
    let listed: Value = serde_json::from_str(&text).unwrap();
    let types = listed["versions"][0]["eventTypes"].as_array().unwrap();
    let is_hooked = |kind: &&Value| {
        let tags = kind["tags"].as_array().unwrap();
        tags.iter().any(|tag| tag == "event-hook-eligible")
    };
    let ids = |kinds: Vec<&Value>| -> BTreeSet<String> {
        kinds
            .iter()
            .map(|kind| kind["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let hooked = ids(types.iter().filter(is_hooked).collect());
    let all = ids(types.iter().collect());
    assert!(all.len() > 1200 && hooked.len() > 300);
    for (pick_list, wanted) in [("event_types", all), ("hook_event_types", hooked)] {
        let place = Place::new();
        let okta = top().join("samples/okta").display().to_string();
        let script = format!("pick_lists/{pick_list}");
        let done = place.run(&["run", &okta, &script, "--connection", "sandbox"], &[], b"");
        let options: Value = serde_json::from_slice(&done.stdout).unwrap();
        let values = options.as_array().unwrap().iter();
        let offered: BTreeSet<String> = values
            .map(|option| option["value"].as_str().unwrap().to_owned())
            .collect();
        let missing: Vec<_> = wanted.difference(&offered).collect();
        assert!(missing.is_empty(), "{pick_list} lacks {missing:?}");
    }
}

/// The cassettes below a folder; snapshots lie beside them.
fn cassettes(folder: &Path) -> Vec<PathBuf> {
    let entries = |folder: &Path| -> Vec<PathBuf> {
        fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect()
    };
    let mut files: Vec<PathBuf> = entries(folder).iter().flat_map(|folder| entries(folder)).collect();
    files.retain(|file| !file.to_string_lossy().ends_with(".snapshot.json"));
    files.sort();
    files
}

/// A request as a cassette holds it.
fn request(recorded: &Value) -> Request {
    let headers = recorded["headers"].as_array().into_iter().flatten();
    Request {
        method: recorded["method"].as_str().unwrap().to_owned(),
        url: recorded["url"].as_str().unwrap().parse().unwrap(),
        headers: headers
            .map(|line| line.as_str().unwrap().split_once(": ").unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        body: recorded.get("json").or_else(|| recorded.get("body")).cloned(),
    }
}

/// What is found in a request against a small description.
#[track_caller]
fn check(method: &str, path: &str, headers: &[&str], body: Option<Value>, expected: &[&str]) {
    let mut description = Description::parse(include_str!("okta_requests/small.yaml"));
    let headers = headers.iter().map(|line| line.split_once(": ").unwrap());
    let checked = description.check(&Request {
        method: method.to_owned(),
        url: format!("https://okta.example{path}").parse().unwrap(),
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        body,
    });
    assert_eq!(checked.findings, expected);
}

const JSON: &[&str] = &["content-type: application/json"];

#[test]
fn a_request_as_described_has_no_findings() {
    check("GET", "/things/me?limit=5&sort=asc", &["if-match: W/1"], None, &[]);
    let bird = serde_json::json!({ "kind": "BIRD", "wings": 2, "nest": { "twigs": null } });
    check("POST", "/things", JSON, Some(bird), &[]);
}

#[test]
fn what_no_operation_is_made_for_is_found() {
    check("PUT", "/things", JSON, None, &["no such operation"]);
    check("GET", "/things/a/b", &[], None, &["no such operation"]);
    check(
        "DELETE",
        "/things/x%20y",
        &[],
        None,
        &[r#"path parameter id: "x y" does not match "^[a-z]+$""#],
    );
}

#[test]
fn unknown_missing_and_wrong_parameters_are_found() {
    check("GET", "/things/me", &[], None, &["query parameter limit: missing"]);
    let wrong = [
        "query parameter colour: unknown",
        r#"query parameter limit: "many" is not of type "integer""#,
        r#"query parameter sort: "up" is not one of "asc" or "desc""#,
    ];
    check("GET", "/things/me?limit=many&sort=up&colour=red", &[], None, &wrong);
    check(
        "GET",
        "/things/me?limit=1",
        &["x-own: 1"],
        None,
        &["header x-own: unknown"],
    );
}

#[test]
fn a_body_is_held_against_the_kind_that_it_names() {
    check("POST", "/things", &[], None, &["body: missing"]);
    check(
        "DELETE",
        "/things/x",
        JSON,
        Some(Value::Null),
        &["body: none is described"],
    );
    let text = &["content-type: text/plain"];
    let bird = || serde_json::json!({ "kind": "BIRD", "wings": 2 });
    check(
        "POST",
        "/things",
        text,
        Some(bird()),
        &["body: text/plain is not described"],
    );
    let mut unknown = bird();
    unknown["fins"] = 1.into();
    let finding = "body: Additional properties are not allowed ('fins' was unexpected)";
    check("POST", "/things", JSON, Some(unknown), &[finding]);
    let mut given = bird();
    given["id"] = "1".into();
    check(
        "POST",
        "/things",
        JSON,
        Some(given),
        &[r#"body/id: False schema does not allow "1""#],
    );
    let fish = serde_json::json!({ "kind": "FISH" });
    check(
        "POST",
        "/things",
        JSON,
        Some(fish),
        &[r#"body/kind: "FISH" is not one of "BIRD" or "THING""#],
    );
    let thing = serde_json::json!({ "kind": "THING", "wings": 2 });
    let finding = "body: Additional properties are not allowed ('wings' was unexpected)";
    check("POST", "/things", JSON, Some(thing), &[finding]);
    check(
        "POST",
        "/things",
        JSON,
        Some(serde_json::json!({})),
        &[r#"body: "kind" is a required property"#],
    );
}
