//! `joinery dap` through a client of its own. Whatever goes over the wire, either way, must be as the protocol's published
//! types have it (`debug-adapter-protocol.json`).

mod client;

use std::{fs, sync::atomic::Ordering, thread};

use client::Client;
use serde_json::{Value, json};

#[test]
fn an_action_is_debugged_from_launch_to_exit() {
    let mut client = Client::start();
    client.launch("actions/count.rhai", json!({}));
    let action = client.source("actions/count.rhai");
    let set = client.ask(
        "setBreakpoints",
        json!({ "source": action, "breakpoints": [
            { "line": 11, "condition": "user.id == 2" },
            { "line": 8 , "hitCondition": "many" },
            { "line": 10, "logMessage": "now {user.name}" },
            { "line": 400 },
        ] }),
    );
    let verified: Vec<bool> = set["breakpoints"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| point["verified"] == true)
        .collect();
    assert_eq!(verified, [true, false, true, false], "{set}");
    let locations = client.ask(
        "breakpointLocations",
        json!({ "source": action, "line": 9, "endLine": 11 }),
    );
    assert_eq!(locations["breakpoints"].as_array().unwrap().len(), 3, "{locations}");
    let functions = client.ask(
        "setFunctionBreakpoints",
        json!({ "breakpoints": [{ "name": "loud" }, { "name": "nobody" }] }),
    );
    assert_eq!(functions["breakpoints"][1]["verified"], false);
    client.ask("setExceptionBreakpoints", json!({ "filters": ["uncaught"] }));
    client.ask("configurationDone", Value::Null);

    assert_eq!(
        client.stopped(),
        ("function breakpoint".into(), "loud:2 execute:11".into())
    );
    assert_eq!(client.ask("threads", Value::Null)["threads"][0]["id"], 1);
    client.ask("setFunctionBreakpoints", json!({ "breakpoints": [] }));
    assert_eq!(client.step("next"), "loud:3 execute:11");
    assert_eq!(client.evaluate(1, "upper", "hover"), "\"ADA\"");
    assert_eq!(client.evaluate(2, "user.id", "watch"), "1");
    assert!(
        client
            .refused("evaluate", json!({ "expression": "nobody", "frameId": 1 }))
            .contains("nobody")
    );
    assert_eq!(client.step("stepOut"), "execute:10");
    client.ask("continue", json!({ "threadId": 1 }));
    assert_eq!(client.stopped(), ("breakpoint".into(), "execute:11".into()));

    let scopes = client.ask("scopes", json!({ "frameId": 1 }));
    let scope = scopes["scopes"][0]["variablesReference"].clone();
    let variables = client.ask("variables", json!({ "variablesReference": scope }));
    let named = |variables: &Value, name: &str| {
        let all = variables["variables"].as_array().unwrap();
        all.iter()
            .find(|variable| variable["name"] == name)
            .cloned()
            .unwrap_or_else(|| panic!("{variables}"))
    };
    let users = named(&variables, "users");
    let second = client.ask(
        "variables",
        json!({ "variablesReference": users["variablesReference"], "filter": "indexed", "start": 1, "count": 1 }),
    );
    assert_eq!(second["variables"].as_array().unwrap().len(), 1);
    let user = named(&second, "1");
    let changed = client.ask(
        "setVariable",
        json!({ "variablesReference": user["variablesReference"], "name": "name", "value": "\"Hopper\"" }),
    );
    assert_eq!(changed["value"], "\"Hopper\"");
    assert_eq!(client.evaluate(1, "users[1].name", "watch"), "\"Hopper\"");
    client.ask(
        "setVariable",
        json!({ "variablesReference": scope, "name": "user", "value": "users[1]" }),
    );
    assert_eq!(client.step("stepIn"), "loud:2 execute:11");
    assert_eq!(
        client.evaluate(2, "user.name", "watch"),
        "\"Hopper\"",
        "the caller's too"
    );
    client.ask("continue", json!({ "threadId": 1 }));
    let (written, code) = client.ended();
    assert_eq!(code, 0, "{written}");
    for expected in [
        "now Ada\n",
        "now Grace\n",
        "\"HOPPER!\"",
        "\"page\": 7",
        "stood still for",
    ] {
        assert!(written.contains(expected), "{expected} in {written}");
    }
    assert!(
        client
            .refused("continue", json!({ "threadId": 1 }))
            .contains("stand still")
    );
    client.leave();
}

#[test]
fn a_restart_answers_from_the_run_before_and_calls_nobody() {
    let mut client = Client::start();
    client.launch("actions/count.rhai", json!({ "stopOnEntry": true }));
    client.ask("configurationDone", Value::Null);
    assert_eq!(client.stopped(), ("entry".into(), "execute:6".into()));
    client.ask(
        "setBreakpoints",
        json!({ "source": client.source("actions/count.rhai"), "breakpoints": [{ "line": 13 }] }),
    );
    client.ask("continue", json!({ "threadId": 1 }));
    assert_eq!(client.stopped(), ("breakpoint".into(), "execute:13".into()));
    assert_eq!(client.evaluate(1, "answer.count", "watch"), "1");
    assert!(
        client
            .refused(
                "evaluate",
                json!({ "expression": "http.get(\"/count\")", "frameId": 1, "context": "hover" })
            )
            .contains("only looked at")
    );
    assert_eq!(client.calls.load(Ordering::SeqCst), 1);
    let trace = client.ask("runTrace", Value::Null);
    let call = &trace["calls"][0];
    assert_eq!((&call["status"], &call["place"]["line"]), (&json!(200), &json!(6)));
    assert_eq!(trace["pauses"].as_array().unwrap().len(), 2, "{trace}");
    let stood = |pause: &Value| pause["time_ms"].as_f64().unwrap();
    assert!(stood(&trace["pauses"][0]) > 0.0 && stood(&trace["pauses"][0]) < trace["time_ms"].as_f64().unwrap());
    assert_eq!(trace["report"], Value::Null, "it is not over");

    client.ask("restart", json!({}));
    assert_eq!(client.stopped(), ("entry".into(), "execute:6".into()));
    client.ask("continue", json!({ "threadId": 1 }));
    assert_eq!(client.stopped(), ("breakpoint".into(), "execute:13".into()));
    assert_eq!(client.evaluate(1, "answer.count", "watch"), "1");
    client.ask("continue", json!({ "threadId": 1 }));
    let (written, code) = client.ended();
    assert_eq!(code, 0, "{written}");
    assert!(
        written.contains("nothing is sent") && written.contains("\"count\": 1"),
        "{written}"
    );
    assert_eq!(client.calls.load(Ordering::SeqCst), 1, "the service was called again");
    let trace = client.ask("runTrace", Value::Null);
    assert_eq!(trace["calls"][0]["status"], 200, "what was played is told: {trace}");
    assert_eq!(trace["report"]["ok"], true, "{trace}");
    assert_eq!(trace["report"]["console"][0]["text"], "Ada");
    client.leave();
}

#[test]
fn errors_of_servers_and_scripts_stop_and_say_what_they_are() {
    let mut client = Client::start();
    client.launch("actions/fail.rhai", json!({}));
    client.ask("setExceptionBreakpoints", json!({ "filters": ["uncaught", "http"] }));
    client.ask("configurationDone", Value::Null);
    assert_eq!(client.stopped(), ("exception".into(), "execute:3".into()));
    let info = client.ask("exceptionInfo", json!({ "threadId": 1 }));
    assert_eq!(
        (&info["exceptionId"], &info["description"]),
        (&json!("http_404"), &json!("404 to GET /missing"))
    );
    assert_eq!(client.evaluate(1, "path", "watch"), "\"/missing\"");
    client.ask("continue", json!({ "threadId": 1 }));
    assert_eq!(client.stopped(), ("exception".into(), "execute:3".into()));
    let info = client.ask("exceptionInfo", json!({ "threadId": 1 }));
    assert_eq!(info["exceptionId"], "http_404");
    client.ask("continue", json!({ "threadId": 1 }));
    let (written, code) = client.ended();
    assert!(code == 1 && written.contains("actions/fail.rhai:3"), "{written}");
    client.leave();
}

#[test]
fn a_run_is_paused_terminated_and_run_without_debugging() {
    let mut client = Client::start();
    fs::write(
        client.folder.join("actions/spin.rhai"),
        "fn execute(connection, input) {\n    let i = 0;\n    while i < 3_000_000 {\n        i += 1;\n    }\n}\n",
    )
    .unwrap();
    client.launch("actions/spin.rhai", json!({}));
    client.ask("configurationDone", Value::Null);
    assert!(
        client
            .refused("stackTrace", json!({ "threadId": 1 }))
            .contains("stand still")
    );
    // It is not known when the run has begun; until then nothing is being debugged.
    while client.response("pause", json!({ "threadId": 1 }))["success"] == false {
        thread::yield_now();
    }
    let (reason, stack) = client.stopped();
    assert!(reason == "pause" && stack.starts_with("execute:"), "{reason} {stack}");
    client.ask("terminate", Value::Null);
    let (written, code) = client.ended();
    assert!(code == 1 && written.contains("Stopped."), "{written}");
    client.leave();

    let mut client = Client::start();
    client.launch("actions/count.rhai", json!({ "noDebug": true }));
    client.ask(
        "setBreakpoints",
        json!({ "source": client.source("actions/count.rhai"), "breakpoints": [{ "line": 6 }] }),
    );
    let (written, code) = client.run();
    assert!(code == 0 && written.starts_with("Ada\nGrace\n"), "{written}");
    client.leave();
}

#[test]
fn what_cannot_be_launched_or_understood_is_refused_in_words() {
    let mut client = Client::start();
    let nowhere = client.place.work().join("nowhere.rhai").display().to_string();
    assert!(
        client
            .refused("launch", json!({ "program": nowhere }))
            .contains("no connector")
    );
    assert!(
        client
            .refused("variables", json!({ "variablesReference": 5 }))
            .contains("nothing is being debugged")
    );
    assert!(
        client
            .refused("goto", json!({ "threadId": 1, "targetId": 1 }))
            .contains("does not know `goto`")
    );
    client.launch("actions/count.rhai", json!({ "action": "cuont" }));
    let (written, code) = client.run();
    assert!(
        code == 1 && written.contains("no action `cuont`") && written.contains("count"),
        "{written}"
    );
    let sources = client.ask("loadedSources", Value::Null);
    let sources = sources["sources"].as_array().unwrap();
    assert_eq!(sources.len(), 4, "{sources:?}");
    let text = client.ask("source", json!({ "source": sources[0], "sourceReference": 0 }));
    assert!(text["content"].as_str().unwrap().contains("fn "), "{text}");
    client.leave();
}

#[test]
fn every_function_of_a_trigger_is_debugged_where_it_is_entered() {
    let mut client = Client::start();
    client.launch("triggers/told.rhai", json!({ "cursor": 1 }));
    let (written, code) = client.run();
    assert!(code == 0 && written.contains("\"cursor\": 2"), "{written}");
    client.leave();

    let mut client = Client::start();
    client.launch(
        "triggers/told.rhai",
        json!({ "function": "notification", "delivery": {
            "headers": { "X-Kind": "hired" },
            "body": { "people": [{ "name": "Ada" }] },
        } }),
    );
    client.breakpoint("triggers/told.rhai", 12);
    client.ask("configurationDone", Value::Null);
    assert_eq!(client.stopped(), ("breakpoint".into(), "notification:12".into()));
    assert_eq!(client.evaluate(1, "names", "watch"), "[\"Ada\"]");
    assert_eq!(client.evaluate(1, "names[0]", "watch"), "\"Ada\"");
    client.ask("continue", json!({ "threadId": 1 }));
    let (written, code) = client.ended();
    assert!(
        code == 0 && written.contains("hired\n") && written.contains("\"Ada\""),
        "{written}"
    );
    client.leave();

    let mut client = Client::start();
    let more = json!({ "function": "subscribe", "url": "https://hooks.example/told", "stopOnEntry": true });
    client.launch("triggers/told.rhai", more);
    client.ask("configurationDone", Value::Null);
    assert_eq!(client.stopped(), ("entry".into(), "subscribe:7".into()));
    assert_eq!(client.evaluate(1, "url", "hover"), "\"https://hooks.example/told\"");
    client.ask("continue", json!({ "threadId": 1 }));
    let (written, code) = client.ended();
    assert!(code == 0 && written.contains("\"id\": 1"), "{written}");
    client.leave();

    let mut client = Client::start();
    let more = json!({ "function": "refresh", "subscription": { "id": 7 }, "stopOnEntry": true });
    client.launch("triggers/told.rhai", more);
    client.ask("configurationDone", Value::Null);
    assert_eq!(client.stopped(), ("entry".into(), "refresh:16".into()));
    assert_eq!(client.evaluate(1, "subscription.id", "watch"), "7");
    client.ask("continue", json!({ "threadId": 1 }));
    let (written, code) = client.ended();
    assert!(code == 0 && written.contains("\"renewed\": 1"), "{written}");
    client.leave();

    let mut client = Client::start();
    client.launch(
        "triggers/told.rhai",
        json!({ "function": "unsubscribe", "subscription": { "id": 7 } }),
    );
    client.breakpoint("triggers/told.rhai", 22);
    client.ask("configurationDone", Value::Null);
    assert_eq!(client.stopped(), ("breakpoint".into(), "unsubscribe:22".into()));
    assert_eq!(client.evaluate(1, "answer.count", "watch"), "1");
    assert_eq!(client.evaluate(1, "subscription", "watch"), "#{ id: 7 }");
    client.ask("continue", json!({ "threadId": 1 }));
    let (written, code) = client.ended();
    assert!(code == 0 && written.contains("ended 7"), "{written}");
    client.leave();

    let mut client = Client::start();
    client.launch("actions/count.rhai", json!({ "function": "subscribe" }));
    let (written, code) = client.run();
    assert!(
        code == 1 && written.contains("actions/count.rhai is no trigger"),
        "{written}"
    );
    client.leave();
}

#[test]
fn a_case_is_debugged_from_its_cassette_and_says_what_it_finds_wrong() {
    let mut client = Client::start();
    let cases = client.folder.join("tests/count.toml");
    fs::create_dir_all(cases.parent().unwrap()).unwrap();
    let case = |count: u32| {
        format!(
            "[[case]]\nname = \"counts\"\ninput = {{ page = 7 }}\ncassette = \"counted\"\nexpect = {{ \"$.count\" = {count} }}\n"
        )
    };
    fs::write(&cases, case(1)).unwrap();
    let recorded = client
        .place
        .joinery()
        .arg("test")
        .arg(&client.folder)
        .arg("--record")
        .output()
        .unwrap();
    assert!(recorded.status.success(), "{recorded:?}");
    assert_eq!(client.calls.load(Ordering::SeqCst), 1);

    client.launch("actions/count.rhai", json!({ "test": "count/counts" }));
    client.breakpoint("actions/count.rhai", 13);
    client.ask("configurationDone", Value::Null);
    assert_eq!(client.stopped(), ("breakpoint".into(), "execute:13".into()));
    assert_eq!(client.evaluate(1, "answer.count", "watch"), "1");
    client.ask("continue", json!({ "threadId": 1 }));
    let (written, code) = client.ended();
    assert!(code == 0 && written.contains("All is as the case expects"), "{written}");

    // Another expectation: the same answers, and what is wrong with them.
    fs::write(&cases, case(2)).unwrap();
    let action = client.source("actions/count.rhai");
    client.ask("setBreakpoints", json!({ "source": action, "breakpoints": [] }));
    client.ask("restart", json!({}));
    let (written, code) = client.ended();
    assert!(code == 1 && written.contains("The case fails: $.count: "), "{written}");
    assert_eq!(client.calls.load(Ordering::SeqCst), 1, "nobody was called");
    client.leave();

    let mut client = Client::start();
    client.launch("actions/count.rhai", json!({ "test": "count/conuts" }));
    let (written, code) = client.run();
    assert!(code == 1 && written.contains("no case `count/conuts`"), "{written}");
    client.leave();
}

#[test]
fn a_delivery_of_a_case_is_debugged() {
    let mut client = Client::start();
    let cases = client.folder.join("tests/told.toml");
    fs::create_dir_all(cases.parent().unwrap()).unwrap();
    let case = "[[case]]\nname = \"one\"\ndelivery = { body = { people = [{ name = \"Ada\" }] } }\nexpect = { \"$.events\" = [\"Ada\"] }\n";
    fs::write(&cases, case).unwrap();
    client.launch("triggers/told.rhai", json!({ "test": "told/one" }));
    client.breakpoint("triggers/told.rhai", 12);
    client.ask("configurationDone", Value::Null);
    assert_eq!(client.stopped(), ("breakpoint".into(), "notification:12".into()));
    client.ask("continue", json!({ "threadId": 1 }));
    let (written, code) = client.ended();
    assert!(code == 0 && written.contains("All is as the case expects"), "{written}");
    client.leave();
}
