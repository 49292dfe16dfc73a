//! What the sandbox panel sees and steers, on a real org over HTTP: this process's own, and one another studio runs.
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

use joinery_app::{
    Code, Program, Studio, StudioOptions,
    sandbox::{
        self,
        control::{self, activity, add_fault, change_clock, overview},
        limits,
        log::log,
        org::search,
        snapshots,
        views::{ClockChange, Searched},
    },
};

fn studio(home: &std::path::Path) -> Studio {
    Studio::new(StudioOptions {
        home: home.join("home"),
        documents: home.join("documents"),
        keychain: false,
        worker: Program::At(env!("CARGO_BIN_EXE_app-worker").into()),
    })
}

/// A studio whose org stands still at a known time.
async fn desk() -> (Studio, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let studio = studio(folder.path());
    sandbox::start(&studio).await.unwrap();
    let to = "2026-03-02T09:00:00Z".to_owned();
    change_clock(&studio, &ClockChange::Freeze).await.unwrap();
    change_clock(&studio, &ClockChange::Set { to }).await.unwrap();
    (studio, folder)
}

/// A call as a client makes it, with the status it is answered with.
async fn call(studio: &Studio, method: &str, path: &str, body: &str) -> u16 {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (url, token) = sandbox::address(studio).unwrap();
    let host = url.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: SSWS {token}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

async fn make_group(studio: &Studio, name: &str) {
    let body = format!(r#"{{"profile":{{"name":"{name}"}}}}"#);
    assert_eq!(call(studio, "POST", "/api/v1/groups", &body).await, 200);
}

#[tokio::test]
async fn the_org_is_seen_at_a_glance_and_searched() {
    let (studio, _folder) = desk().await;
    let seen = overview(&studio).await.unwrap();
    assert_eq!((seen.users, seen.lag.as_str(), seen.rate_limits), (250, "0s", true));
    assert!(seen.clock.frozen);
    assert_eq!(seen.clock.time, "2026-03-02T09:00:00.000Z");
    assert_eq!(control::token(&studio).unwrap(), sandbox::address(&studio).unwrap().1);

    let found = search(&studio, Searched::Users, " ada.l").await.unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|each| (&*each.name, &*each.detail, &*each.status))
        .collect();
    assert_eq!(found, [("Ada Lovelace", "ada.lovelace@acme.example", "ACTIVE")]);
    assert_eq!(search(&studio, Searched::Users, "").await.unwrap().len(), 50);
    let groups = search(&studio, Searched::Groups, "Every").await.unwrap();
    assert_eq!(
        (groups[0].name.as_str(), groups[0].status.as_str()),
        ("Everyone", "BUILT_IN")
    );
    assert!(search(&studio, Searched::Groups, "nothing").await.unwrap().is_empty());
}

#[tokio::test]
async fn the_clock_lag_and_limits_are_set() {
    let (studio, _folder) = desk().await;
    let by = "1d2h".to_owned();
    let clock = change_clock(&studio, &ClockChange::Advance { by }).await.unwrap();
    assert_eq!(clock.time, "2026-03-03T11:00:00.000Z");
    assert!(!change_clock(&studio, &ClockChange::Run).await.unwrap().frozen);
    assert_eq!(change_clock(&studio, &ClockChange::Follow).await.unwrap().ahead, 0);
    assert_eq!(control::set_lag(&studio, "1500ms").await.unwrap(), "1s500ms");
    assert!(!limits::enforce(&studio, false).await.unwrap().enforced);
    let seen = overview(&studio).await.unwrap();
    assert_eq!((seen.lag.as_str(), seen.rate_limits), ("1s500ms", false));

    let refused = control::set_lag(&studio, "soon").await.unwrap_err();
    assert_eq!(refused.code, Code::Input);
    assert!(refused.message.contains("`soon` is not a length of time"), "{refused}");
    assert_eq!(refused.hint.as_deref(), Some("Write 0 for no lag."));
    let to = "soon".to_owned();
    let refused = change_clock(&studio, &ClockChange::Set { to }).await.unwrap_err();
    assert_eq!(refused.code, Code::Input);
    assert!(refused.hint.unwrap().contains("2026-03-02T09:00:00Z"));
}

#[tokio::test]
async fn a_fault_shows_in_the_calls_and_what_the_panel_asks_does_not() {
    let (studio, _folder) = desk().await;
    let faults = add_fault(&studio, "GET /api/v1/users* 503 first=1").await.unwrap();
    assert_eq!(call(&studio, "GET", "/api/v1/users?limit=1", "").await, 503);
    assert_eq!(call(&studio, "GET", "/api/v1/users?limit=1", "").await, 200);
    search(&studio, Searched::Users, "ada").await.unwrap();
    log(&studio, None).await.unwrap();

    let calls = activity(&studio, 0).await.unwrap();
    let seen: Vec<_> = calls
        .iter()
        .map(|call| (call.path.as_str(), call.status, call.fault))
        .collect();
    let path = "/api/v1/users?limit=1";
    assert_eq!(seen, [(path, 503, Some(faults[0].id)), (path, 200, None)]);
    assert_eq!(activity(&studio, calls[0].number).await.unwrap(), calls[1..]);
    assert_eq!(control::faults(&studio).await.unwrap()[0].applied, 1);
    assert!(control::remove_fault(&studio, faults[0].id).await.unwrap().is_empty());
    let gone = control::remove_fault(&studio, faults[0].id).await.unwrap_err();
    assert_eq!((gone.code, gone.message.as_str()), (Code::Usage, "there is no fault 1"));

    let refused = add_fault(&studio, "GET users 503").await.unwrap_err();
    assert_eq!(refused.code, Code::Input);
    assert!(refused.message.contains("the path is missing"), "{refused}");
    assert_eq!(
        refused.hint.as_deref(),
        Some("Write it as `GET /api/v1/users* 503 first=2`.")
    );
}

#[tokio::test]
async fn the_log_shows_events_as_they_happen() {
    let (studio, _folder) = desk().await;
    // What is set for clients keeps the panel from nothing.
    add_fault(&studio, "/api/v1/logs 503").await.unwrap();
    let begun = log(&studio, None).await.unwrap();
    make_group(&studio, "Carpenters").await;
    make_group(&studio, "Joiners").await;
    let more = log(&studio, Some(begun.next)).await.unwrap();
    let fresh: Vec<_> = more
        .events
        .iter()
        .map(|event| {
            (
                event.event_type.as_str(),
                event.target.as_deref(),
                event.outcome.as_deref(),
            )
        })
        .collect();
    let made = |name| ("group.lifecycle.create", Some(name), Some("SUCCESS"));
    assert_eq!(fresh, [made("Carpenters"), made("Joiners")]);
    assert!(log(&studio, Some(more.next)).await.unwrap().events.is_empty());
}

#[tokio::test]
async fn snapshots_and_reset_bring_back_what_was() {
    let (studio, _folder) = desk().await;
    let groups = overview(&studio).await.unwrap().groups;
    let taken = snapshots::take_snapshot(&studio, "before the demo").await.unwrap();
    assert_eq!((taken.users, taken.taken.as_str()), (250, "2026-03-02T09:00:00.000Z"));
    make_group(&studio, "Carpenters").await;
    let restored = snapshots::restore_snapshot(&studio, "before the demo").await.unwrap();
    assert_eq!(restored.groups, groups);
    make_group(&studio, "Carpenters").await;
    let reset = control::reset(&studio).await.unwrap();
    assert_eq!((reset.groups, reset.clock.frozen), (groups, false));
    assert_eq!(snapshots::snapshots(&studio).await.unwrap(), [taken]);
    assert!(
        snapshots::remove_snapshot(&studio, "before the demo")
            .await
            .unwrap()
            .is_empty()
    );

    let refused = snapshots::take_snapshot(&studio, "a/b").await.unwrap_err();
    assert_eq!(refused.code, Code::Input);
    assert!(refused.message.contains("`a/b` cannot name a snapshot"), "{refused}");
}

#[tokio::test]
async fn a_snapshot_goes_to_a_file_and_comes_back_to_another_org() {
    let (studio, folder) = desk().await;
    make_group(&studio, "Carpenters").await;
    let groups = overview(&studio).await.unwrap().groups;
    snapshots::take_snapshot(&studio, "with carpenters").await.unwrap();
    let file = folder.path().join("carpenters.snapshot");
    snapshots::save_snapshot(&studio, "with carpenters", &file)
        .await
        .unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let (other, _folder) = desk().await;
    assert_eq!(overview(&other).await.unwrap().groups, groups - 1);
    assert_eq!(snapshots::load_snapshot(&other, &file).await.unwrap().groups, groups);

    let missing = folder.path().join("missing.snapshot");
    let error = snapshots::load_snapshot(&other, &missing).await.unwrap_err();
    assert_eq!(error.code, Code::Unavailable);
    std::fs::write(&missing, "no snapshot").unwrap();
    let error = snapshots::load_snapshot(&other, &missing).await.unwrap_err();
    assert_eq!(error.code, Code::Input);
    assert_eq!(
        error.hint.as_deref(),
        Some("Choose a file that was saved from a snapshot.")
    );
    let error = snapshots::save_snapshot(&other, "no such", &file).await.unwrap_err();
    assert_eq!(error.code, Code::Usage, "{error}");
}

#[tokio::test]
async fn single_limits_are_set_taken_out_and_put_back() {
    let (studio, _folder) = desk().await;
    let usual = limits::limits(&studio).await.unwrap();
    assert_eq!((usual.enforced, usual.limits["/api/v1/users"]), (true, 600));
    let limits = limits::set(&studio, " GET /api/v1/groups ", Some(1)).await.unwrap();
    assert_eq!(limits.limits["GET /api/v1/groups"], 1);
    assert_eq!(call(&studio, "GET", "/api/v1/groups?limit=1", "").await, 200);
    assert_eq!(call(&studio, "GET", "/api/v1/groups?limit=1", "").await, 429);
    limits::set(&studio, "GET /api/v1/groups", None).await.unwrap();
    assert_eq!(call(&studio, "GET", "/api/v1/groups?limit=1", "").await, 200);
    let error = limits::set(&studio, "groups", Some(1)).await.unwrap_err();
    assert_eq!(error.code, Code::Input);
    assert!(error.hint.unwrap().starts_with("Write the calls as"));
    assert_eq!(limits::usual(&studio).await.unwrap(), usual);

    add_fault(&studio, "/api/v1/groups 500").await.unwrap();
    assert!(control::clear_faults(&studio).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_org_of_another_process_is_steered_the_same_way() {
    let (studio_with_org, folder) = desk().await;
    sandbox::record(&studio_with_org).unwrap();
    let other = studio(folder.path());
    assert_eq!(sandbox::status(&other), None);
    add_fault(&other, "/api/v1/groups 500").await.unwrap();
    assert_eq!(call(&studio_with_org, "GET", "/api/v1/groups", "").await, 500);
    assert_eq!(activity(&other, 0).await.unwrap().len(), 1);
    let seen = overview(&other).await.unwrap();
    assert_eq!(
        (seen.url, seen.clock.time),
        (
            sandbox::address(&studio_with_org).unwrap().0,
            "2026-03-02T09:00:00.000Z".to_owned()
        )
    );
}

#[tokio::test]
async fn without_an_org_it_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let error = overview(&studio(folder.path())).await.unwrap_err();
    assert_eq!(
        (error.code, error.message.as_str()),
        (Code::Usage, "no sandbox org runs")
    );
    assert_eq!(error.hint.as_deref(), Some("Start the sandbox org, then try again."));
}
