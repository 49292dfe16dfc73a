//! `joinery add`: each template, answered as its hints say, gives a file that the check finds nothing in and that does on the
//! sandbox org what it says.

use serde_json::{Value, json};

use crate::home::{Place, SANDBOX};

/// A place with an empty connector for an Okta org.
fn place() -> Place {
    let place = Place::new();
    let manifest = "format = 1\nid = \"own\"\ntitle = \"Own\"\nversion = \"0.1.0\"\ndescription = \"A connector.\"\nhosts = \
                    [\"{{domain}}\"]\n\n[http]\nbase_url = \"https://{{domain}}\"\n\n[[fields]]\nname = \
                    \"domain\"\nlabel = \"Domain\"\n\n[[auth]]\nid = \"token\"\nlabel = \"Token\"\nkind = \
                    \"api_key\"\nheader = \"Authorization\"\nprefix = \"SSWS \"\n";
    std::fs::create_dir(place.work().join("own")).unwrap();
    std::fs::write(place.work().join("own/connector.toml"), manifest).unwrap();
    place
}

/// Runs a command that has to do what it should, and gives what it printed.
#[track_caller]
fn done(place: &Place, arguments: &[&str]) -> String {
    let output = place.run(arguments, &[], b"");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}\n{printed}{said}");
    printed
}

#[track_caller]
fn action(place: &Place, name: &str, input: &Value) -> Value {
    let printed = done(
        place,
        &[
            "run",
            "own",
            name,
            "--connection",
            "sandbox",
            "--input",
            &input.to_string(),
        ],
    );
    serde_json::from_str(&printed).unwrap()
}

#[test]
fn the_templates_of_actions_create_read_change_list_and_delete() {
    let place = place();
    let add = |arguments: &[&str]| done(&place, &[&["add", "own"], arguments].concat());
    let created = add(&[
        "create",
        "create_group",
        "/api/v1/groups",
        "profile.name, profile.description?",
    ]);
    assert_eq!(created, "own/actions/create_group.rhai\nown/schemas/group.json\n");
    assert_eq!(
        add(&["get", "get_group", "/api/v1/groups/{group}"]),
        "own/actions/get_group.rhai\n"
    );
    add(&[
        "update",
        "update_group",
        "PUT /api/v1/groups/{group}",
        "profile.name, profile.description",
    ]);
    add(&["delete", "delete_group", "/api/v1/groups/{group}"]);
    let listed = add(&["list", "list_groups", "/api/v1/groups", "--connection", "sandbox"]);
    assert_eq!(listed, "own/actions/list_groups.rhai\nown/tests/list_groups.toml\n");
    assert_eq!(done(&place, &["check", "own", "--json"]).trim(), "[]");
    done(&place, &["fmt", "own", "--check"]);
    let tested: Value = serde_json::from_str(&done(&place, &["test", "own", "--json"])).unwrap();
    assert_eq!(
        (&tested["passed"], &tested["skipped"]),
        (&json!(1), &json!(0)),
        "{tested}"
    );

    let made = action(&place, "create_group", &json!({ "name": "Added by a template" }));
    let group = json!({ "group": made["id"] });
    let read = action(&place, "get_group", &group);
    assert_eq!(
        read["profile"],
        json!({ "name": "Added by a template", "description": null })
    );
    let change = json!({ "group": made["id"], "name": "Added", "description": "Changed" });
    assert_eq!(
        action(&place, "update_group", &change)["profile"]["description"],
        "Changed"
    );
    let all = action(&place, "list_groups", &json!({}));
    assert!(
        all["groups"]
            .as_array()
            .unwrap()
            .iter()
            .any(|group| group["id"] == made["id"]),
        "{all}"
    );
    assert_eq!(action(&place, "list_groups", &json!({ "limit": 1 }))["count"], 1);
    assert_eq!(action(&place, "delete_group", &group), json!({ "deleted": true }));
    assert_eq!(
        action(&place, "delete_group", &group),
        json!({ "deleted": false }),
        "it is gone already"
    );
}

#[test]
fn the_templates_of_triggers_tell_what_is_new() {
    let place = place();
    let filter = "eventType eq \"group.lifecycle.create\" and target.displayName eq \"Told by triggers\"";
    done(&place, &["add", "own", "log", "group_created", "/api/v1/logs", filter]);
    done(&place, &["add", "own", "polling", "group_changed", "/api/v1/groups"]);
    done(
        &place,
        &["add", "own", "create", "create_group", "/api/v1/groups", "profile.name"],
    );
    assert_eq!(done(&place, &["check", "own", "--json"]).trim(), "[]");
    done(&place, &["fmt", "own", "--check"]);
    let poll = |trigger: &str| done(&place, &["poll", "own", trigger, "--connection", "sandbox"]);
    let noted = action(&place, "create_group", &json!({ "name": "There before" }));
    assert_eq!(poll("group_changed"), "", "what was there before is no event");
    let made = action(&place, "create_group", &json!({ "name": "Told by triggers" }));
    let event = poll("group_created");
    assert!(
        event.contains("group.lifecycle.create") && event.lines().count() == 1,
        "{event}"
    );
    assert_eq!(poll("group_created"), "", "an event comes once");
    let changed = poll("group_changed");
    assert!(changed.contains(made["id"].as_str().unwrap()), "{changed}");
    assert!(!changed.contains(noted["id"].as_str().unwrap()), "{changed}");
}

#[test]
fn the_template_of_a_webhook_gives_the_events_in_the_body() {
    let place = place();
    done(&place, &["add", "own", "webhook", "hook_event", "data.events", "uuid"]);
    assert_eq!(done(&place, &["check", "own", "--json"]).trim(), "[]");
    done(&place, &["fmt", "own", "--check"]);
    let request = json!({ "method": "POST", "headers": {}, "body": { "data": { "events": [{ "uuid": "e1" }] } } });
    let input = json!({ "input": {}, "request": request }).to_string();
    let given = done(
        &place,
        &[
            "run",
            "own",
            "hook_event::notification",
            "--input",
            &input,
            "--connection",
            "sandbox",
        ],
    );
    assert_eq!(
        serde_json::from_str::<Value>(&given).unwrap(),
        json!([{ "uuid": "e1" }])
    );
    let key = [
        "run",
        "own",
        "hook_event::dedupe_key",
        "--input",
        r#"{"event": {"uuid": "e1"}}"#,
    ];
    assert_eq!(done(&place, &key).trim(), "\"e1\"");
}

#[test]
fn what_is_missing_or_taken_is_said_and_nothing_is_overwritten() {
    let place = place();
    assert!(!SANDBOX.url.is_empty());
    let refused = |arguments: &[&str]| {
        let output = place.run(&[&["add", "own"], arguments].concat(), &[], b"");
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(refused(&["got", "get_group"]).contains("no template `got`"));
    assert!(refused(&["get"]).contains("NAME is missing: Name"));
    assert!(refused(&["get", "get_group"]).contains("PATH is missing: Path"));
    assert!(refused(&["get", "../evil", "/groups/{group}"]).contains("cannot be a file name"));
    done(&place, &["add", "own", "get", "get_group", "/groups/{group}"]);
    let before = std::fs::read(place.work().join("own/actions/get_group.rhai")).unwrap();
    assert!(refused(&["get", "get_group", "/others/{other}"]).contains("get_group exists"));
    assert!(refused(&["log", "get_group"]).contains("get_group exists"));
    assert_eq!(
        std::fs::read(place.work().join("own/actions/get_group.rhai")).unwrap(),
        before
    );
}
