//! Users: create, get, update, delete.

use joinery_sandbox::Seed;
use reqwest::Method;
use serde_json::{Value, json};

use crate::org::{Org, answer, user};

#[tokio::test]
async fn the_demo_org_has_250_people_and_ada_is_the_first() {
    let org = Org::start(Seed::Demo).await;
    assert_eq!(org.sandbox.users(), 250);
    let ada = org.get("/users/ada.lovelace@acme.example").await;
    assert_eq!(ada.status, 200);
    let id = ada.body["id"].as_str().unwrap();
    assert!(id.starts_with("00u") && id.len() == 20);
    assert_eq!(ada.body["profile"]["department"], "Engineering");
    assert_eq!(ada.body["profile"]["title"], "Staff analyst");
    assert_eq!(ada.body["profile"]["locale"], "en_GB");
    assert_eq!(org.get("/users?limit=1").await.body[0]["id"], id);
    let groups = org.get(&format!("/users/{id}/groups")).await.body;
    let names: Vec<&str> = groups
        .as_array()
        .unwrap()
        .iter()
        .map(|g| g["profile"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Everyone", "Engineering", "Okta administrators"]);
    for status in [
        "STAGED",
        "PROVISIONED",
        "SUSPENDED",
        "LOCKED_OUT",
        "DEPROVISIONED",
        "PASSWORD_EXPIRED",
    ] {
        let found = org.get(&format!("/users?filter=status+eq+%22{status}%22")).await;
        assert!(!found.body.as_array().unwrap().is_empty(), "nobody is {status}");
    }
    let again = Org::start(Seed::Demo).await;
    let bodies = (org.get("/users").await.body, again.get("/users").await.body);
    let text = |org: &Org, body: &Value| body.to_string().replace(&org.sandbox.url(), "");
    assert_eq!(
        text(&org, &bodies.0),
        text(&again, &bodies.1),
        "the seed differs from one start to the next"
    );
}

#[tokio::test]
async fn password_activate_and_next_login_decide_the_status_of_a_new_user() {
    let org = Org::start(Seed::Empty).await;
    let table = [
        ("a.one", false, "?activate=false", "STAGED"),
        ("a.two", false, "", "PROVISIONED"),
        ("a.three", true, "?activate=false", "STAGED"),
        ("a.four", true, "?activate=true", "ACTIVE"),
        (
            "a.five",
            true,
            "?activate=true&nextLogin=changePassword",
            "PASSWORD_EXPIRED",
        ),
    ];
    for (name, password, query, status) in table {
        let id = org.user(name, password, query).await;
        let found = org.get(&format!("/users/{name}")).await;
        assert_eq!(
            (found.body["id"].as_str(), found.body["status"].as_str()),
            (Some(id.as_str()), Some(status))
        );
        assert_eq!(found.body["credentials"].get("password").is_some(), password);
        assert_eq!(found.body["passwordChanged"].is_null(), !password);
    }
    let refused = org.post("/users?nextLogin=changePassword", &user("b", false)).await;
    assert_eq!((refused.status, refused.code()), (400, "E0000124"));
    let refused = org
        .post("/users?nextLogin=changePassword&activate=false", &user("b", true))
        .await;
    assert_eq!((refused.status, refused.code()), (400, "E0000125"));
    let mut federated = user("f", false);
    federated["credentials"] = json!({"provider": {"type": "FEDERATION", "name": "FEDERATION"}});
    assert_eq!(
        org.post("/users?provider=true", &federated).await.body["status"],
        "ACTIVE"
    );
    let mut hashed = user("h", false);
    let hash = json!({"algorithm": "BCRYPT", "workFactor": 10, "salt": "s".repeat(22), "value": "v".repeat(31)});
    hashed["credentials"] = json!({"password": {"hash": hash}});
    let made = org.post("/users", &hashed).await.body;
    assert_eq!(
        (&made["status"], &made["credentials"]["provider"]["type"]),
        (&json!("ACTIVE"), &json!("IMPORT"))
    );
}

#[tokio::test]
async fn credentials_that_do_not_fit_are_refused() {
    let org = Org::start(Seed::Empty).await;
    let salted = "QrozP8a+KfoHu6mPFysxLoO5LMQsd2Fw6IclZUf8xQjetJOCGS93vm68h+VaFX0LHSiF/GxQkykq1vofmx6NGA==";
    let good = json!({"password": {"hash":
        {"algorithm": "SHA-512", "salt": "TXlTYWx0", "saltOrder": "PREFIX", "value": salted, "workFactor": 0}}});
    let bad = [
        json!({"password": {"hash": {"algorithm": "ROT13", "value": "x"}}}),
        json!({"password": {"hash": {"algorithm": "SHA-256", "value": salted}}}),
        json!({"password": {"hash": {"algorithm": "SHA-512", "salt": "TXlTYWx0", "value": salted}}}),
        json!({"password": {"hash": {"algorithm": "BCRYPT", "workFactor": 10, "value": "x"}}}),
        json!({"password": {"hash": {"algorithm": "PBKDF2", "iterationCount": 9, "value": "eA=="}}}),
        json!({"password": {"value": "short"}}),
        json!({"password": {"value": "Tr0ubador-x9"}, "provider": {"type": "FEDERATION", "name": "FEDERATION"}}),
        json!({"provider": {"type": "CARRIER_PIGEON", "name": "x"}}),
        json!({"recovery_question": {"question": "Where?", "answer": "no"}}),
    ];
    let with = |credentials: &Value| {
        let mut body = user("ann", false);
        body["credentials"] = credentials.clone();
        body
    };
    for credentials in &bad {
        let refused = org.post("/users", &with(credentials)).await;
        assert_eq!((refused.status, refused.code()), (400, "E0000001"), "{credentials}");
    }
    let made = org.post("/users?activate=false", &with(&good)).await;
    assert_eq!((made.status, &made.body["status"]), (200, &json!("STAGED")));
    let path = format!("/users/{}", made.body["id"].as_str().unwrap());
    org.act(&format!("{path}/lifecycle/activate")).await;
    let late = org.post(&path, &json!({"credentials": good})).await;
    assert_eq!((late.status, late.code()), (400, "E0000001"));
    let own = org
        .post(&path, &json!({"credentials": {"password": {"value": "Tr0ubador-x9"}}}))
        .await;
    assert_eq!(own.body["credentials"]["provider"]["type"], "OKTA");
}

#[tokio::test]
async fn every_fault_of_a_profile_is_a_cause() {
    let org = Org::start(Seed::Empty).await;
    let refused = org
        .post(
            "/users",
            &json!({"profile": {"firstName": "A".repeat(51), "login": "nobody"}}),
        )
        .await;
    assert_eq!((refused.status, refused.code()), (400, "E0000001"));
    let causes: Vec<&str> = refused.body["errorCauses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cause| cause["errorSummary"].as_str().unwrap())
        .collect();
    assert_eq!(causes.len(), 4, "{causes:?}");
    assert!(causes.contains(&"lastName: The field cannot be left blank"));
    assert!(causes.contains(&"login: Username must be in the form of an email address"));
    let unknown = org.post("/users", &json!({"profile": {"notValid": 1}})).await;
    assert_eq!(unknown.body["errorSummary"], "Api validation failed: newUser");
    assert_eq!(unknown.cause(), "Property name 'notValid' is not defined in profile");
    org.user("taken", false, "").await;
    let taken = org.post("/users", &user("TAKEN", false)).await;
    assert_eq!(taken.body["errorSummary"], "Api validation failed: login");
    assert_eq!(
        taken.cause(),
        "login: An object with this field already exists in the current organization"
    );
    let mut weak = user("weak", false);
    weak["credentials"] = json!({"password": {"value": "secret"}});
    assert!(
        org.post("/users", &weak)
            .await
            .cause()
            .starts_with("password: Password requirements were not met.")
    );
    assert_eq!(org.sandbox.users(), 2, "a refused user left a trace");
}

#[tokio::test]
async fn post_changes_what_is_named_and_put_clears_the_rest() {
    let org = Org::start(Seed::Empty).await;
    let id = org.user("ann", true, "").await;
    let path = format!("/users/{id}");
    let changed = org
        .post(&path, &json!({"profile": {"city": "Oslo", "title": "Cook"}}))
        .await;
    assert_eq!(
        (changed.status, &changed.body["profile"]["city"]),
        (200, &json!("Oslo"))
    );
    let cleared = org.post(&path, &json!({"profile": {"city": null}})).await;
    assert!(cleared.body["profile"].get("city").is_none() && cleared.body["profile"]["title"] == "Cook");
    let replaced = org.send(Method::PUT, &path, Some(&user("bea", false))).await;
    assert!(replaced.body["profile"].get("title").is_none() && replaced.body["profile"]["login"] == "bea@acme.example");
    assert_eq!(org.get("/users/ann@acme.example").await.status, 404);
    assert_eq!(org.get("/users/bea").await.body["id"], id);
    let lacking = org
        .send(
            Method::PUT,
            &path,
            Some(&json!({"profile": {"login": "bea@acme.example"}})),
        )
        .await;
    assert_eq!((lacking.status, lacking.code()), (400, "E0000001"));
}

#[tokio::test]
async fn an_old_etag_stops_an_update() {
    let org = Org::start(Seed::Empty).await;
    let id = org.user("ann", true, "").await;
    let path = format!("/users/{id}");
    let etag = org.get(&path).await.header("etag").to_owned();
    assert!(etag.starts_with("W/\"") && etag.len() == 68);
    let update = async |tag: &str| {
        let request = org
            .client
            .post(org.url(&path))
            .header("if-match", tag)
            .header("content-type", "application/json");
        let request = request.header("authorization", format!("SSWS {}", org.sandbox.token()));
        answer(request.body(r#"{"profile":{"city":"Oslo"}}"#).send().await.unwrap()).await
    };
    assert_eq!(update(&etag).await.status, 200);
    let old = update(&etag).await;
    assert_eq!((old.status, old.code()), (412, "E0000231"));
    let odd = update("odd").await;
    assert_eq!((odd.status, odd.code()), (400, "E0000242"));
}

#[tokio::test]
async fn the_first_delete_deactivates_and_the_second_removes() {
    let org = Org::start(Seed::Empty).await;
    let id = org.user("ann", true, "").await;
    let path = format!("/users/{id}");
    assert_eq!(org.delete(&path).await.status, 204);
    assert_eq!(org.get(&path).await.body["status"], "DEPROVISIONED");
    assert_eq!(org.delete(&path).await.status, 204);
    let gone = org.get(&path).await;
    assert_eq!((gone.status, gone.code()), (404, "E0000007"));
    assert_eq!(
        gone.body["errorSummary"],
        format!("Not found: Resource not found: {id} (User)")
    );
    assert_eq!(org.sandbox.users(), 1);
}
