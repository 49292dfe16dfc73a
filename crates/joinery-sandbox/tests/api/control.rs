//! The control API: the same over HTTP and as methods.

use joinery_sandbox::{Options, Seed, control_paths};
use reqwest::Method;
use serde_json::{Value, json};

use crate::org::{Answer, Org, user};

impl Org {
    /// A call of the control API.
    pub async fn control(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let url = format!("{}/sandbox{path}", self.sandbox.url());
        self.send(method, &url, body.as_ref()).await
    }
}

#[tokio::test]
async fn the_control_api_takes_the_token_and_says_what_it_has_not() {
    let org = Org::start(Seed::Empty).await;
    let url = format!("{}/sandbox", org.sandbox.url());
    for authorization in [None, Some("SSWS wrong"), Some("Bearer x")] {
        let mut request = org.client.get(&url);
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        assert_eq!(request.send().await.unwrap().status(), 401);
    }
    let foreign = org
        .client
        .get(&url)
        .header("host", "evil.example")
        .send()
        .await
        .unwrap();
    assert_eq!(foreign.status(), 421);
    let overview = org.control(Method::GET, "", None).await;
    assert_eq!((overview.status, &overview.body["users"]), (200, &json!(1)));
    assert_eq!(org.control(Method::GET, "/nowhere", None).await.status, 404);
    assert_eq!(org.control(Method::PATCH, "/clock", None).await.status, 405);
    let unknown = org
        .control(Method::POST, "/clock/set", Some(json!({"when": "x"})))
        .await;
    assert_eq!(
        (unknown.status, &unknown.body["error"]),
        (400, &json!("the body has an unknown member `when`"))
    );
    assert_eq!(org.sandbox.overview().users, 1);
}

#[test]
fn the_document_shows_a_call_of_every_route_and_of_no_other() {
    let document = include_str!("../../../../docs/sandbox.md");
    let mut shown: Vec<(String, String)> = document
        .lines()
        .filter_map(|line| line.strip_prefix("| `curl "))
        .map(|line| {
            let method = line
                .split_once("-X ")
                .map_or("GET", |(_, rest)| rest.split(' ').next().unwrap());
            let path = line.split_once("$URL").unwrap().1;
            let path = path.split(['`', ' ', '"', '?']).next().unwrap();
            let parts: Vec<&str> = path
                .split('/')
                .map(|part| if matches!(part, "1" | "before") { "{}" } else { part })
                .collect();
            (method.to_owned(), parts.join("/"))
        })
        .collect();
    let mut routes: Vec<(String, String)> = control_paths().collect();
    shown.sort();
    routes.sort();
    assert_eq!(shown, routes);
}

#[tokio::test]
async fn reset_makes_everything_as_it_was_at_the_start() {
    let org = Org::with(Options {
        seed: Seed::Demo,
        faults: vec!["/api/v1/apps 503".parse().unwrap()],
        ..Options::default()
    })
    .await;
    let before = org.get("/users?limit=200").await.body;
    org.user("new", true, "").await;
    org.control(Method::DELETE, "/faults", None).await;
    org.control(Method::PUT, "/lag", Some(json!({"lag": "5s"}))).await;
    org.control(
        Method::POST,
        "/clock/freeze",
        Some(json!({"at": "2030-01-01T00:00:00Z"})),
    )
    .await;
    assert_eq!(org.get("/apps").await.status, 200);
    let reset = org.control(Method::POST, "/reset", None).await;
    assert_eq!(
        (reset.status, &reset.body["users"], &reset.body["lag"]),
        (200, &json!(250), &json!("0s"))
    );
    assert_eq!(
        (&reset.body["clock"]["frozen"], &reset.body["faults"]),
        (&json!(false), &json!(1))
    );
    let after = org.get("/users?limit=200").await.body;
    assert_eq!(after.to_string(), before.to_string());
    assert_eq!(org.get("/apps").await.status, 503);
}

#[tokio::test]
async fn a_snapshot_brings_back_users_tokens_and_log() {
    let org = Org::start(Seed::Empty).await;
    let ann = org.user("ann", true, "").await;
    let taken = org.control(Method::PUT, "/snapshots/before%20lunch", None).await;
    assert_eq!((taken.status, &taken.body["users"]), (200, &json!(2)));
    let saved = org.control(Method::GET, "/snapshots/before%20lunch", None).await;
    let file = tempfile::tempdir().unwrap();
    let path = file.path().join("org.snapshot");
    org.sandbox.save(&path).unwrap();
    let log = org.get("/logs").await.body;
    org.act(&format!("/users/{ann}/lifecycle/suspend")).await;
    org.user("bob", true, "").await;
    let check = async || {
        assert_eq!(org.get(&format!("/users/{ann}")).await.body["status"], "ACTIVE");
        assert_eq!(org.get("/users/bob@acme.example").await.status, 404);
        assert_eq!(org.get("/logs").await.body.to_string(), log.to_string());
        let members = org.get("/groups?q=Everyone").await.body[0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let members = org.get(&format!("/groups/{members}/users")).await;
        assert_eq!(
            members.body.as_array().unwrap().len(),
            2,
            "members are made anew from their users"
        );
    };
    assert_eq!(
        org.control(Method::POST, "/snapshots/before%20lunch/restore", None)
            .await
            .status,
        200
    );
    check().await;
    // The next id is free: what was made after the snapshot never was.
    org.user("bob", true, "").await;
    let text = saved.body.as_str().unwrap().to_owned();
    let loaded = org
        .client
        .put(format!("{}/sandbox/org", org.sandbox.url()))
        .header("authorization", format!("SSWS {}", org.sandbox.token()))
        .body(text);
    assert_eq!(loaded.send().await.unwrap().status(), 200);
    check().await;
    org.user("bob", true, "").await;
    org.sandbox.load(&path).unwrap();
    check().await;
    assert_eq!(
        org.control(Method::DELETE, "/snapshots/before%20lunch", None)
            .await
            .status,
        200
    );
    assert_eq!(
        org.control(Method::POST, "/snapshots/before%20lunch/restore", None)
            .await
            .status,
        404
    );
    let broken = org
        .control(Method::PUT, "/org", Some(json!({"joinery-sandbox": 99})))
        .await;
    assert_eq!(broken.status, 400);
    // A snapshot is also a seed.
    let other = Org::start(Seed::File(path)).await;
    assert_eq!(other.get(&format!("/users/{ann}")).await.body["status"], "ACTIVE");
}

#[tokio::test]
async fn the_calls_of_late_are_listed_without_secrets() {
    let org = Org::start(Seed::Empty).await;
    org.user("ann", true, "").await;
    org.get("/users?limit=1").await;
    let url = format!("{}/oauth2/v1/authorize?client_id=x&state=secret", org.sandbox.url());
    org.client.get(url).send().await.unwrap();
    let wrong = org
        .client
        .get(org.url("/users/me"))
        .header("authorization", "SSWS wrong");
    wrong.send().await.unwrap();
    let calls = org.control(Method::GET, "/activity", None).await.body;
    let line = |call: &Value| {
        format!(
            "{} {} {} {}",
            call["method"], call["path"], call["status"], call["caller"]
        )
        .replace('"', "")
    };
    let lines: Vec<String> = calls.as_array().unwrap().iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "POST /api/v1/users 200 API token",
            "GET /api/v1/users?limit=1 200 API token",
            "GET /oauth2/v1/authorize 400 nobody",
            "GET /api/v1/users/me 401 unknown",
        ]
    );
    assert_eq!(
        org.control(Method::GET, "/activity?after=3", None)
            .await
            .body
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(org.sandbox.activity().next_after(3).await.len(), 1);
    assert!(!calls.to_string().contains("secret") && user("ann", true).to_string().contains("Tr0ubador"));
    assert!(!calls.to_string().contains("Tr0ubador"));
}

#[tokio::test]
async fn the_log_is_read_past_faults_and_limits_but_not_past_the_lag() {
    let org = Org::start(Seed::Empty).await;
    let rule = json!({"rule": "/api/v1/logs 503"});
    org.control(Method::POST, "/faults", Some(rule)).await;
    let begun = org.control(Method::GET, "/log", None).await;
    let next = begun.body["next"].as_u64().unwrap();
    let group = json!({"profile": {"name": "Joiners"}});
    org.send(
        Method::POST,
        &format!("{}/api/v1/groups", org.sandbox.url()),
        Some(&group),
    )
    .await;
    let more = org.control(Method::GET, &format!("/log?after={next}"), None).await;
    assert_eq!(more.body["events"][0]["eventType"], "group.lifecycle.create");
    assert_eq!(
        (more.body["events"].as_array().unwrap().len(), &more.body["next"]),
        (1, &json!(next + 1))
    );
    // A log that is shorter than it was, after a reset, has nothing after that.
    let past = org.control(Method::GET, "/log?after=1000", None).await;
    assert_eq!(
        (&past.body["events"], &past.body["next"]),
        (&json!([]), &json!(next + 1))
    );
    org.control(Method::PUT, "/lag", Some(json!({"lag": "1h"}))).await;
    let late = org.control(Method::GET, &format!("/log?after={next}"), None).await;
    assert_eq!(late.body["events"], json!([]));
    assert_eq!(org.control(Method::GET, "/log?after=x", None).await.status, 400);
}

#[tokio::test]
async fn a_single_limit_is_set_and_taken_out() {
    let org = Org::start(Seed::Empty).await;
    let set = json!({"limits": {"GET /api/v1/apps": 3}});
    let limits = org.control(Method::PUT, "/rate-limits", Some(set)).await;
    assert_eq!(limits.body["limits"]["GET /api/v1/apps"], 3);
    let gone = json!({"limits": {"GET /api/v1/apps": null}});
    let limits = org.control(Method::PUT, "/rate-limits", Some(gone.clone())).await;
    assert!(limits.body["limits"].get("GET /api/v1/apps").is_none());
    let refused = org.control(Method::PUT, "/rate-limits", Some(gone)).await;
    assert_eq!(
        (refused.status, &refused.body["error"]),
        (400, &json!("there is no limit for `GET /api/v1/apps`"))
    );
}
