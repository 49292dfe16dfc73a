//! Triggers: polls that go on where they were, webhooks over real HTTP, and one memory of what was handed on for both.

#![expect(clippy::unwrap_used, reason = "what a test is made of fails as the test does")]

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use joinery_app::{
    Code, Error, Event, Program, Studio, StudioOptions, connections, connectors, runs, sandbox,
    tests::{self, SaveTest},
    triggers::{self, Ended, Happened, Incoming, ListenTrigger, PollEnd, PollTrigger, Serve, Trigger, TriggerRef},
    workspaces,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

struct Desk {
    studio: Arc<Studio>,
    folder: tempfile::TempDir,
}

impl Desk {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let studio = Studio::new(StudioOptions {
            home: folder.path().join("home"),
            documents: folder.path().join("documents"),
            keychain: false,
            worker: Program::At(env!("CARGO_BIN_EXE_app-worker").into()),
        });
        Self {
            studio: Arc::new(studio),
            folder,
        }
    }

    /// A trigger of this text, whose connector calls nothing.
    fn trigger(&self, text: &str) -> Trigger {
        let folder: PathBuf = self.folder.path().join("connector");
        fs::create_dir_all(folder.join("triggers")).unwrap();
        fs::write(
            folder.join("connector.toml"),
            "format = 1\nid = \"t\"\ntitle = \"T\"\nversion = \"0.1.0\"\n",
        )
        .unwrap();
        fs::write(folder.join("triggers/tick.rhai"), text).unwrap();
        let connector = Arc::new(connectors::open(&folder).unwrap());
        let connection = connections::none(&self.studio, &connector);
        Trigger::new(connector, "tick", json!({}), connection).unwrap()
    }

    /// The events of a poll, and how it ended.
    async fn poll(&self, trigger: &Trigger, pages: usize) -> (Vec<Value>, triggers::Polled) {
        let mut events = Vec::new();
        let store = self.studio.store().unwrap();
        let polled = triggers::poll(&self.studio, store, trigger, pages, |page| {
            events.extend(page.events.clone());
            Ok(())
        });
        let polled = polled.await.unwrap();
        (events, polled)
    }

    async fn deliver(&self, trigger: &Trigger, body: &str) -> (u16, Vec<Value>) {
        let incoming = Incoming {
            method: "POST".into(),
            query: String::new(),
            headers: Vec::new(),
            body: body.into(),
        };
        let mut events = Vec::new();
        let store = self.studio.store().unwrap();
        let reply = triggers::deliver(&self.studio, store, trigger, &incoming, |handed| {
            events.clone_from(&handed.events);
            Ok(())
        });
        (reply.await.unwrap().status, events)
    }
}

const COUNTS: &str = "fn poll(connection, input, cursor) {
    let page = cursor ?? 1;
    #{ events: [#{ id: page }], cursor: page + 1, more: page % 3 != 0 }
}";

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_goes_on_where_the_last_one_ended() {
    let desk = Desk::open();
    let trigger = desk.trigger(COUNTS);
    let ids = |events: &[Value]| events.iter().map(|event| event["id"].clone()).collect::<Vec<_>>();
    let (events, polled) = desk.poll(&trigger, 50).await;
    assert_eq!((ids(&events), polled.pages), (vec![json!(1), json!(2), json!(3)], 3));
    let (events, polled) = desk.poll(&trigger, 2).await;
    assert_eq!(ids(&events), [json!(4), json!(5)]);
    assert!(matches!(polled.ended, Ended::PageLimit));
    let (events, _) = desk.poll(&trigger, 50).await;
    assert_eq!(ids(&events), [json!(6)]);
    triggers::rewind(desk.studio.store().unwrap(), &trigger).unwrap();
    assert_eq!(ids(&desk.poll(&trigger, 1).await.0), [json!(1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_not_taken_comes_again() {
    let desk = Desk::open();
    let trigger = desk.trigger(COUNTS);
    let store = desk.studio.store().unwrap();
    let polled = triggers::poll(&desk.studio, store, &trigger, 50, |page| {
        if page.events[0]["id"] == 2 {
            Err(Error::new(Code::Unavailable, "the reader went away"))
        } else {
            Ok(())
        }
    });
    assert!(polled.await.is_err());
    assert_eq!(desk.poll(&trigger, 1).await.0, [json!({ "id": 2 })]);
}

#[tokio::test(flavor = "multi_thread")]
async fn repeats_are_dropped_within_a_page_and_across_polls() {
    let desk = Desk::open();
    let trigger = desk.trigger(
        "fn poll(connection, input, cursor) { #{ events: [#{ id: 1 }, #{ id: 2 }, #{ id: 1 }], cursor: () } }
         fn dedupe_key(event) { event.id }",
    );
    let (events, polled) = desk.poll(&trigger, 50).await;
    assert_eq!((events.len(), polled.duplicates), (2, 1));
    let (events, polled) = desk.poll(&trigger, 50).await;
    assert_eq!((events.len(), polled.duplicates), (0, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trigger_that_asks_for_one_page_for_ever_is_stopped() {
    let desk = Desk::open();
    let trigger = desk.trigger("fn poll(connection, input, cursor) { #{ events: [], cursor: \"same\", more: true } }");
    let (_, polled) = desk.poll(&trigger, 50).await;
    assert!(matches!(polled.ended, Ended::SameCursor));
    assert_eq!(polled.pages, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_script_gets_wrong_is_named_and_the_cursor_stays() {
    let desk = Desk::open();
    for (text, code) in [
        ("fn poll(connection, input, cursor) { 7 }", "poll_result"),
        (
            "fn poll(connection, input, cursor) { #{ events: [1] } } fn dedupe_key(event) { event.id }",
            "runtime",
        ),
        ("fn pol(connection, input, cursor) { 7 }", "no_function"),
    ] {
        let trigger = desk.trigger(text);
        let (events, polled) = desk.poll(&trigger, 50).await;
        assert!(events.is_empty());
        let Ended::Failed(performed) = polled.ended else {
            panic!("{text} fails");
        };
        let error = performed.outcome.result.unwrap_err();
        assert_eq!(error.code, code, "{error:?}");
        assert_eq!(error.file, "triggers/tick.rhai");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn webhook_and_poll_share_what_was_handed_on() {
    let desk = Desk::open();
    let trigger = desk.trigger(
        "fn poll(connection, input, cursor) { #{ events: [#{ id: 1 }, #{ id: 2 }] } }
         fn notification(input, request) { request.body }
         fn dedupe_key(event) { event.id }",
    );
    assert_eq!(
        desk.deliver(&trigger, "[{\"id\":1}]").await,
        (200, vec![json!({ "id": 1 })])
    );
    let (events, polled) = desk.poll(&trigger, 50).await;
    assert_eq!((events, polled.duplicates), (vec![json!({ "id": 2 })], 1));
    assert_eq!(desk.deliver(&trigger, "[{\"id\":2}]").await, (200, vec![]));

    // A kept delivery is handed to the script again, and nothing is remembered of that.
    let store = desk.studio.store().unwrap();
    let kept = triggers::deliveries(store, &trigger).unwrap();
    assert_eq!(kept.iter().map(|delivery| delivery.events).collect::<Vec<_>>(), [0, 1]);
    let trigger = desk.trigger("fn notification(input, request) { #{ seen: request.text } }");
    let (reply, handed) = triggers::replay(&desk.studio, store, &trigger, kept[1].id)
        .await
        .unwrap();
    assert_eq!(
        (reply.status, handed.events),
        (200, vec![json!({ "seen": "[{\"id\":1}]" })])
    );
    assert_eq!(triggers::deliveries(store, &trigger).unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_may_not_call_out_and_one_that_fails_is_delivered_again() {
    let desk = Desk::open();
    let trigger = desk.trigger("fn notification(input, request) { http.get(\"https://acme.example/\") }");
    assert_eq!(desk.deliver(&trigger, "{}").await, (500, vec![]));
    let kept = triggers::deliveries(desk.studio.store().unwrap(), &trigger).unwrap();
    assert_eq!(
        kept[0].error.as_deref(),
        Some("`notification` and `dedupe_key` may not call HTTP")
    );
    assert_eq!(kept[0].status, 500);
}

/// What came out of a trigger that is being served.
#[derive(Default)]
struct Heard {
    events: Vec<Value>,
    subscribed: usize,
    url: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_hears_of_new_users_by_hook_and_by_log_but_once_and_leaves_nothing_behind() {
    let desk = Desk::open();
    let folder = desk.folder.path().join("okta");
    connectors::make("okta", &folder).unwrap();
    let connector = Arc::new(connectors::open(&folder).unwrap());
    sandbox::start_with(&desk.studio, sandbox::Options::default())
        .await
        .unwrap();
    let connection = connections::resolve(&desk.studio, &connector, Ok("sandbox")).unwrap();
    let trigger = Trigger::new(connector, "new_user_created", json!({}), connection).unwrap();

    let heard = Arc::new(Mutex::new(Heard::default()));
    let (stop, tell) = (CancellationToken::new(), Arc::clone(&heard));
    let serve = Serve {
        triggers: vec![trigger.clone()],
        every: Some(Duration::from_millis(200)),
        port: 0,
        public_url: None,
        keep_subscriptions: false,
    };
    let tell = move |happened: Happened| {
        let mut heard = tell.lock().unwrap();
        match happened {
            Happened::Listening { url, .. } => url.clone_into(&mut heard.url),
            Happened::Polled(_, page) => heard.events.extend(page.events.clone()),
            Happened::Delivered(_, handed) => {
                assert!(handed.performed.outcome.result.is_ok());
                heard.events.extend(handed.events.clone());
            }
            Happened::Subscribed(_, performed, _) => {
                assert!(performed.outcome.result.is_ok(), "{:?}", performed.outcome.result);
                heard.subscribed += 1;
            }
            Happened::Stopped(..) => panic!("a poll failed"),
        }
        Ok(())
    };
    let served = tokio::spawn(triggers::serve(
        Arc::clone(&desk.studio),
        serve,
        Arc::new(tell),
        stop.clone(),
    ));
    until(|| heard.lock().unwrap().subscribed == 1).await;
    assert!(heard.lock().unwrap().url.ends_with("/hooks/new_user_created"));

    let (url, token) = sandbox::address(&desk.studio).unwrap();
    let org = Org { url, token };
    for login in ["new.one@acme.example", "new.two@acme.example"] {
        let profile = json!({ "profile": { "firstName": "New", "lastName": "One", "email": login, "login": login } });
        assert_eq!(org.ask("POST", "/api/v1/users", Some(profile)).await.0, 200);
    }
    until(|| heard.lock().unwrap().events.len() >= 2).await;
    // Both ways have told by now; the second time is left out.
    tokio::time::sleep(Duration::from_millis(600)).await;
    let delivered = triggers::deliveries(desk.studio.store().unwrap(), &trigger).unwrap();
    assert!(
        delivered
            .iter()
            .any(|delivery| delivery.method == "GET" && delivery.status == 200)
    );
    assert!(delivered.iter().any(|delivery| delivery.method == "POST"));
    assert_eq!(heard.lock().unwrap().events.len(), 2);

    stop.cancel();
    served.await.unwrap().unwrap();
    assert_eq!(heard.lock().unwrap().subscribed, 2);
    assert_eq!(org.ask("GET", "/api/v1/eventHooks", None).await.1, json!([]));
}

/// The trigger as the window asks for it, in a workspace that is its connector.
fn asked(path: &str, connection: Option<&str>) -> TriggerRef {
    TriggerRef {
        connector: ".".to_owned(),
        path: path.to_owned(),
        connection: connection.map(str::to_owned),
        input: json!({}),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_sees_what_a_poll_dropped_and_moves_the_cursor() {
    let desk = Desk::open();
    desk.trigger(
        "fn poll(connection, input, cursor) {
            let next = (cursor ?? 1) + 1;
            #{ events: [#{ id: 1 }, #{ id: next }], cursor: next }
        }
        fn dedupe_key(event) { `${event.id}` }
        fn output_fields(connection, config) { [] }",
    );
    let folder = desk.folder.path().join("connector");
    workspaces::open(&desk.studio, &folder.display().to_string()).unwrap();
    let trigger = asked("triggers/tick.rhai", None);
    let poll = PollTrigger {
        trigger: trigger.clone(),
        pages: 5,
    };
    let found = async || {
        let report = triggers::poll_shown(&desk.studio, &poll).await.unwrap();
        assert_eq!((report.ended, report.pages.len()), (PollEnd::CaughtUp, 1));
        let events = report.pages[0].events.iter();
        let shown: Vec<_> = events
            .map(|found| (found.event["id"].clone(), found.duplicate))
            .collect();
        (shown, report.pages[0].number)
    };
    assert_eq!(found().await.0, [(json!(1), false), (json!(2), false)]);
    let (second, number) = found().await;
    assert_eq!(second, [(json!(3), false), (json!(1), true)]);
    let view = triggers::view(&desk.studio, &trigger).await.unwrap();
    assert_eq!((view.polls, view.listens, view.dedupes), (true, false, true));
    assert_eq!((view.cursor, view.known), (json!(3), 3));

    triggers::set_cursor(&desk.studio, &trigger, &json!(9)).unwrap();
    assert_eq!(found().await.0, [(json!(10), false), (json!(1), true)]);
    triggers::forget_events(&desk.studio, &trigger).unwrap();
    assert_eq!(found().await.0, [(json!(1), false), (json!(11), false)]);
    triggers::rewind_shown(&desk.studio, &trigger).unwrap();
    let view = triggers::view(&desk.studio, &trigger).await.unwrap();
    assert_eq!((view.cursor, view.known), (Value::Null, 0));

    // A page becomes a case with the cursor it was asked with.
    let name = "finds the third".to_owned();
    let number = number.unwrap();
    tests::save(&desk.studio, &SaveTest { number, name }).await.unwrap();
    let saved = fs::read_to_string(folder.join("tests/tick.toml")).unwrap();
    assert!(saved.contains("cursor = 2"), "{saved}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_hears_deliveries_and_leaves_no_hook_behind() {
    let desk = Desk::open();
    let folder = desk.folder.path().join("okta");
    connectors::make("okta", &folder).unwrap();
    workspaces::open(&desk.studio, &folder.display().to_string()).unwrap();
    sandbox::start_with(&desk.studio, sandbox::Options::default())
        .await
        .unwrap();
    let trigger = asked("triggers/new_user_created.rhai", Some("sandbox"));
    let mut events = desk.studio.events();
    let mut heard = async |wanted: &str| loop {
        let event = tokio::time::timeout(Duration::from_secs(20), events.recv())
            .await
            .unwrap()
            .unwrap();
        if let Event::TriggerHeard { heard, .. } = event {
            let heard = serde_json::to_value(heard).unwrap();
            if heard["what"] == wanted && heard["events"] != json!([]) {
                return heard;
            }
        }
    };
    let listen = ListenTrigger {
        id: "l1".to_owned(),
        trigger: trigger.clone(),
        public_url: None,
    };
    let studio = Arc::clone(&desk.studio);
    let listening = tokio::spawn(async move { triggers::listen(&studio, listen).await });
    let subscribed = heard("subscribed").await;
    assert_eq!(
        (&subscribed["error"], &subscribed["back"]),
        (&json!(null), &json!(false))
    );
    let view = triggers::view(&desk.studio, &trigger).await.unwrap();
    assert!(view.subscription.unwrap().url.ends_with("/hooks/new_user_created"));

    let made = sandbox::org::create_sample_user(&desk.studio).await.unwrap();
    let delivered = heard("delivered").await;
    assert_eq!(
        delivered["events"][0]["event"]["target"][0]["alternateId"],
        json!(made.detail)
    );

    let kept = triggers::deliveries_shown(&desk.studio, &trigger).unwrap();
    assert_eq!(
        (kept[0].method.as_str(), kept[0].status, kept[0].events),
        ("POST", 200, 1)
    );
    let shown = serde_json::to_string(&kept).unwrap();
    assert!(!shown.contains("u0001") && !shown.contains("secret:"), "{shown}");
    let challenge = kept.iter().find(|delivery| delivery.method == "GET").unwrap();
    let replayed = triggers::replay_shown(&desk.studio, &trigger, challenge.id)
        .await
        .unwrap();
    assert!(
        replayed.status == 200 && replayed.body.contains("verification"),
        "{}",
        replayed.body
    );
    let replayed = triggers::replay_shown(&desk.studio, &trigger, kept[0].id)
        .await
        .unwrap();
    assert_eq!(replayed.events.len(), 1);

    runs::cancel(&desk.studio, "l1");
    listening.await.unwrap().unwrap();
    assert_eq!(triggers::view(&desk.studio, &trigger).await.unwrap().subscription, None);
    let (url, token) = sandbox::address(&desk.studio).unwrap();
    assert_eq!(
        Org { url, token }.ask("GET", "/api/v1/eventHooks", None).await.1,
        json!([])
    );
}

struct Org {
    url: String,
    token: String,
}

impl Org {
    /// A call of the sandbox org that no part of ours makes.
    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let host = self.url.trim_start_matches("http://");
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
        let head = format!(
            "{method} {path} HTTP/1.0\r\nHost: {host}\r\nAuthorization: SSWS {}\r\nContent-Type: application/json\r\n\
             Accept: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap_or_default())
    }
}

async fn until(mut is_so: impl FnMut() -> bool) {
    for _ in 0..600 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("it never came to that");
}
