//! Policies and their rules.

use joinery_sandbox::Seed;
use serde_json::{Value, json};

use crate::org::Org;

fn names(list: &Value) -> Vec<(&str, i64)> {
    let list = list.as_array().unwrap().iter();
    list.map(|it| (it["name"].as_str().unwrap(), it["priority"].as_i64().unwrap()))
        .collect()
}

#[tokio::test]
async fn a_password_policy_is_completed_with_what_okta_adds() {
    let org = Org::start(Seed::Empty).await;
    let settings = json!({"password": {"complexity": {"minLength": 12}}});
    let body = json!({"type": "PASSWORD", "name": "Strict", "settings": settings});
    let (policy, path) = org.make("/policies", &body).await;
    let got = org.get(&path).await;
    assert_eq!(got.body, policy);
    assert_eq!(
        got.keys(),
        [
            "id",
            "status",
            "name",
            "priority",
            "system",
            "conditions",
            "created",
            "lastUpdated",
            "settings",
            "_links",
            "type"
        ]
    );
    assert_eq!(policy["settings"]["password"]["complexity"]["minLength"], 12);
    assert_eq!(policy["settings"]["password"]["complexity"]["minUpperCase"], 1);
    assert_eq!(policy["conditions"]["authProvider"], json!({"provider": "OKTA"}));
    let everyone = &org.get("/groups?q=Everyone").await.body[0]["id"];
    assert_eq!(policy["conditions"]["people"]["groups"]["include"], json!([everyone]));
}

#[tokio::test]
async fn policies_keep_their_order_and_the_default_one_comes_last() {
    let org = Org::start(Seed::Empty).await;
    let policy = |name: &str| json!({"type": "MFA_ENROLL", "name": name});
    org.make("/policies", &policy("A")).await;
    let (_, b) = org.make("/policies", &policy("B")).await;
    let mut first = policy("C");
    first["priority"] = 1.into();
    org.make("/policies", &first).await;
    let list = org.get("/policies?type=MFA_ENROLL").await;
    assert_eq!(names(&list.body), [("C", 1), ("A", 2), ("B", 3), ("Default Policy", 4)]);
    assert!(list.link("self").unwrap().ends_with("/api/v1/policies?type=MFA_ENROLL"));
    let mut moved = policy("B");
    moved["priority"] = 2.into();
    assert_eq!(org.put(&b, &moved).await.body["priority"], 2);
    assert_eq!(org.delete(&b).await.status, 204);
    let list = org.get("/policies?type=MFA_ENROLL").await.body;
    assert_eq!(names(&list), [("C", 1), ("A", 2), ("Default Policy", 3)]);
    assert_eq!(
        org.get("/policies?type=MFA_ENROLL&q=c")
            .await
            .body
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn what_okta_made_stays_and_can_be_changed_only() {
    let org = Org::start(Seed::Empty).await;
    let default = org.get("/policies?type=PASSWORD").await.body[0].clone();
    let path = format!("/policies/{}", default["id"].as_str().unwrap());
    assert_eq!(default["_links"]["self"]["hints"]["allow"], json!(["GET", "PUT"]));
    assert_eq!(
        (org.delete(&path).await.status, org.get(&path).await.status),
        (403, 200)
    );
    assert_eq!(
        org.act(&format!("{path}/lifecycle/deactivate")).await.code(),
        "E0000006"
    );
    let mut changed = default.clone();
    changed["settings"]["password"]["complexity"]["minLength"] = 10.into();
    let answer = org.put(&path, &changed).await;
    assert_eq!(answer.body["settings"]["password"]["complexity"]["minLength"], 10);
    let rules = org.get(&format!("{path}/rules")).await.body;
    assert_eq!(
        (names(&rules), &rules[0]["system"]),
        (vec![("Default Rule", 1)], &json!(true))
    );
    let rule = format!("{path}/rules/{}", rules[0]["id"].as_str().unwrap());
    assert_eq!(org.delete(&rule).await.code(), "E0000006");
}

#[tokio::test]
async fn a_sign_on_rule_is_completed_switched_and_deleted() {
    let org = Org::start(Seed::Empty).await;
    let (_, policy) = org
        .make("/policies", &json!({"type": "OKTA_SIGN_ON", "name": "Ours"}))
        .await;
    let (rule, path) = org
        .make(&format!("{policy}/rules"), &json!({"type": "SIGN_ON", "name": "First"}))
        .await;
    let got = org.get(&path).await;
    assert_eq!(
        got.keys(),
        [
            "id",
            "status",
            "name",
            "priority",
            "created",
            "lastUpdated",
            "system",
            "conditions",
            "actions",
            "_links",
            "type"
        ]
    );
    assert!(rule["id"].as_str().unwrap().starts_with("0pr"));
    assert_eq!(rule["conditions"]["people"], json!({"users": {"exclude": []}}));
    assert_eq!(rule["actions"]["signon"]["session"]["maxSessionIdleMinutes"], 120);
    let off = org.act(&format!("{path}/lifecycle/deactivate")).await;
    assert_eq!((off.status, off.body), (204, Value::Null));
    let shown = org.get(&path).await.body;
    assert_eq!(shown["status"], "INACTIVE");
    assert!(shown["_links"]["activate"].is_object());
    let with = org.get(&format!("{policy}?expand=rules")).await.body;
    assert_eq!(names(&with["_embedded"]["rules"]), [("First", 1)]);
    assert_eq!(org.delete(&path).await.status, 204);
    let gone = org.get(&path).await;
    assert!(gone.body["errorSummary"].as_str().unwrap().ends_with("(PolicyRule)"));
    let events = org.events().await;
    assert_eq!(
        events[..3],
        ["policy.rule.delete", "policy.rule.deactivate", "policy.rule.add"]
    );
}

#[tokio::test]
async fn an_access_policy_has_a_rule_at_the_end_and_apps() {
    let org = Org::start(Seed::Empty).await;
    let (policy, path) = org
        .make("/policies", &json!({"type": "ACCESS_POLICY", "name": "Two"}))
        .await;
    assert!(policy["id"].as_str().unwrap().starts_with("rst"));
    assert_eq!((&policy["conditions"], &policy["priority"]), (&Value::Null, &json!(1)));
    let rules = format!("{path}/rules");
    for name in ["A", "B"] {
        org.make(&rules, &json!({"type": "ACCESS_POLICY", "name": name})).await;
    }
    org.make(&rules, &json!({"name": "C", "priority": 0, "conditions": {}}))
        .await;
    let list = org.get(&rules).await.body;
    assert_eq!(names(&list), [("C", 0), ("A", 1), ("B", 2), ("Catch-all Rule", 99)]);
    assert_eq!(list[0]["conditions"]["network"], json!({"connection": "ANYWHERE"}));
    let last = format!("{rules}/{}", list[3]["id"].as_str().unwrap());
    let mut changed = list[3].clone();
    changed["actions"]["appSignOn"]["verificationMethod"]["factorMode"] = "1FA".into();
    let changed = org.put(&last, &changed).await.body;
    assert_eq!(
        (&changed["priority"], &changed["name"]),
        (&json!(99), &json!("Catch-all Rule"))
    );

    let app = json!({"name": "bookmark", "label": "Docs", "settings": {"app": {"url": "https://docs.example"}}});
    let (app, at) = org.make("/apps", &app).await;
    assert_eq!(
        org.send(reqwest::Method::PUT, &format!("{at}{path}"), None)
            .await
            .status,
        204
    );
    assert_eq!(org.get(&format!("{path}/app")).await.body[0]["id"], app["id"]);
    let wanted = format!(
        "/policies?type=ACCESS_POLICY&resourceId={}",
        app["id"].as_str().unwrap()
    );
    assert_eq!(names(&org.get(&wanted).await.body), [("Two", 1)]);
    let copy = org.act(&format!("{path}/clone")).await.body;
    assert_eq!(copy["name"], "[cloned] Two");
    let copied = org
        .get(&format!("/policies/{}/rules", copy["id"].as_str().unwrap()))
        .await
        .body;
    assert_eq!(copied.as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn what_cannot_be_a_policy_is_refused() {
    let org = Org::start(Seed::Empty).await;
    for body in [
        json!({"name": "No type"}),
        json!({"type": "NOTHING", "name": "X"}),
        json!({"type": "PASSWORD"}),
        json!({"type": "PASSWORD", "name": "Default Policy"}),
        json!({"type": "IDP_DISCOVERY", "name": "Another"}),
    ] {
        assert_eq!(org.post("/policies", &body).await.code(), "E0000001", "{body}");
    }
    for path in ["/policies", "/policies?type=NOTHING"] {
        assert_eq!(org.get(path).await.code(), "E0000001");
    }
    assert_eq!(org.get("/policies/00pnothing/rules").await.status, 404);
}

#[tokio::test]
async fn a_list_of_app_policies_says_what_they_are_for() {
    let org = Org::start(Seed::Empty).await;
    let list = org.get("/policies?type=ACCESS_POLICY").await.body;
    let list = list.as_array().unwrap();
    let last: Vec<&String> = list[0].as_object().unwrap().keys().rev().take(2).collect();
    assert_eq!(last, ["type", "_embedded"]);
    assert!(list.iter().all(|policy| policy["_embedded"]["resourceType"] == "APP"));
    let default = list.iter().find(|policy| policy["system"] == true).unwrap();
    assert!(default["_links"].get("mappings").is_none());
    let own = org.get(&format!("/policies/{}", default["id"].as_str().unwrap())).await;
    assert!(own.body.get("_embedded").is_none());
}

#[tokio::test]
async fn a_simulation_names_the_first_policy_and_rule_that_fit() {
    let org = Org::start(Seed::Empty).await;
    let ann = org.user("ann", true, "").await;
    let (group, path) = org.make("/groups", &json!({"profile": {"name": "Cooks"}})).await;
    let app = json!({"name": "bookmark", "label": "Wiki", "settings": {"app": {"url": "https://example.com"}}});
    let (app, _) = org.make("/apps", &app).await;
    let policy = json!({
        "type": "OKTA_SIGN_ON", "name": "Kitchen",
        "conditions": {"people": {"groups": {"include": [group["id"]]}}},
    });
    let (policy, at) = org.make("/policies", &policy).await;
    let rule = json!({
        "type": "SIGN_ON", "name": "At home",
        "conditions": {"network": {"connection": "ANYWHERE"}, "people": {"users": {"exclude": []}}},
        "actions": {"signon": {"access": "ALLOW", "requireFactor": false}},
    });
    let (rule, _) = org.make(&format!("{at}/rules"), &rule).await;
    let simulate = async |types: Value, context: Value| {
        let body = json!([{"appInstance": app["id"], "policyTypes": types, "policyContext": context}]);
        org.post("/policies/simulate?expand=EVALUATED", &body).await
    };
    let sign_on = json!(["OKTA_SIGN_ON"]);
    let named = json!({"user": {"id": ann}, "groups": {"ids": [group["id"]]}});
    let answer = simulate(sign_on.clone(), named).await;
    let found = &answer.body["evaluation"][0]["result"]["policies"][0];
    assert_eq!(
        (&found["id"], &found["status"]),
        (&policy["id"], &json!("MATCH")),
        "{}",
        answer.body
    );
    assert_eq!(found["rules"][0]["id"], rule["id"]);
    assert_eq!(
        found["conditions"],
        json!([{"type": "people.groups.include", "status": "MATCH"}])
    );

    let answer = simulate(sign_on.clone(), json!({"user": {"id": ann}})).await;
    let evaluation = &answer.body["evaluation"][0];
    assert_eq!(evaluation["result"]["policies"][0]["name"], "Default Policy");
    assert_eq!(evaluation["evaluated"]["policies"][0]["name"], "Kitchen");
    org.send(reqwest::Method::PUT, &format!("{path}/users/{ann}"), None)
        .await;
    let answer = simulate(sign_on, json!({"user": {"id": ann}})).await;
    assert_eq!(answer.body["evaluation"][0]["result"]["policies"][0]["name"], "Kitchen");

    let all = simulate(Value::Null, Value::Null).await;
    let kinds: Vec<&Value> = all.body["evaluation"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["policyType"])
        .collect();
    assert_eq!(
        kinds,
        ["ACCESS_POLICY", "MFA_ENROLL", "OKTA_SIGN_ON", "PROFILE_ENROLLMENT"]
    );
    assert_eq!(
        all.body["evaluation"][0]["result"]["policies"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(all.body["evaluation"][2]["undefined"]["policies"][0]["name"], "Kitchen");
    assert_eq!(simulate(json!(["EVERYTHING"]), Value::Null).await.code(), "E0000001");
}
