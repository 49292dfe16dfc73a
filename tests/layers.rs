//! Which crate may depend on which, and which crate alone names a library.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;

use crate::home::top;

/// Every edge between our crates that is allowed, left to right only.
const EDGES: &[(&str, &[&str])] = &[
    ("joinery-studio", &["joinery-app", "joinery-protocol"]),
    ("joinery-cli", &["joinery-app", "joinery-protocol"]),
    (
        "joinery-protocol",
        &["joinery-app", "joinery-connector", "joinery-script"],
    ),
    (
        "joinery-app",
        &[
            "joinery-connector",
            "joinery-http",
            "joinery-sandbox",
            "joinery-script",
            "joinery-store",
        ],
    ),
    ("joinery-script", &["joinery-connector", "joinery-http"]),
    ("joinery-store", &["joinery-connector"]),
    ("joinery-http", &["joinery-connector"]),
    ("joinery-connector", &[]),
    // Shares no code with the engine: one misreading of Okta would sit on both sides and the tests would agree with it.
    ("joinery-sandbox", &[]),
];

/// Libraries that only these crates may name. Dev-dependencies aside.
const OWNED: &[(&str, &[&str])] = &[
    ("reqwest", &["joinery-http"]),
    ("rhai", &["joinery-script"]),
    // The sandbox keeps an org in a file of its own: it shares no code with the engine, not even its store.
    ("rusqlite", &["joinery-store", "joinery-sandbox"]),
    ("keyring", &["joinery-store"]),
    ("lsp-types", &["joinery-protocol"]),
    ("tauri", &["joinery-studio"]),
];

#[test]
fn crates_depend_on_each_other_only_as_drawn() {
    let mut wrong = Vec::new();
    for (name, dependencies) in dependencies() {
        let Some((_, allowed)) = EDGES.iter().find(|(from, _)| *from == name) else {
            wrong.push(format!("{name} is not in the list of tests/layers.rs"));
            continue;
        };
        for dependency in dependencies {
            if dependency.starts_with("joinery") && !allowed.contains(&dependency.as_str()) {
                wrong.push(format!("{name} may not depend on {dependency}"));
            }
            if let Some((library, owners)) = OWNED
                .iter()
                .find(|(library, owners)| *library == dependency && !owners.contains(&name.as_str()))
            {
                wrong.push(format!(
                    "{name} may not name {library}: only {} does",
                    owners.join(" or ")
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Our crates and what each names outside its tests.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(top())
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    list(&metadata["packages"])
        .iter()
        .map(|package| {
            let names = list(&package["dependencies"])
                .iter()
                .filter(|dependency| dependency["kind"] != "dev")
                .map(|dependency| dependency["name"].as_str().expect("a name").to_owned())
                .collect();
            (package["name"].as_str().expect("a name").to_owned(), names)
        })
        .collect()
}
