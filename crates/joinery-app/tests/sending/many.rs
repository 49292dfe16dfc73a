//! A request many times, and many requests in order.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::{http::StatusCode, response::IntoResponse};
use joinery_app::{
    Code, Event,
    connections::{self, ConnectionDraft, Environment},
    requests::{self, LoadPlan, LoadRequest, RunRequests, junit},
    runs,
    writes::WriteAnswer,
};

use crate::desk::Desk;

fn plan(times: u32, parallel: u32, rate: Option<f64>) -> LoadPlan {
    LoadPlan { times, parallel, rate }
}

#[tokio::test]
async fn a_load_run_counts_what_came_and_what_went_wrong() {
    let number = AtomicUsize::new(0);
    let desk = Desk::answering(move |_| {
        let status = match number.fetch_add(1, Ordering::Relaxed) % 10 {
            0 => StatusCode::INTERNAL_SERVER_ERROR,
            1 | 2 => StatusCode::NOT_FOUND,
            _ => StatusCode::OK,
        };
        (status, "{\"id\":1}").into_response()
    })
    .await;
    let send = Desk::draft("url = \"/\"\n");
    let run = LoadRequest {
        send,
        plan: plan(100, 8, None),
    };
    let load = requests::load_request(&desk.studio, run).await.unwrap();
    assert_eq!((load.times, load.of, load.failed), (100, 100, 30));
    let statuses: Vec<(u16, u32)> = load.statuses.iter().map(|one| (one.status, one.count)).collect();
    assert_eq!(statuses, [(200, 70), (404, 20), (500, 10)]);
    let errors: Vec<(&str, u32)> = load.errors.iter().map(|one| (one.kind.as_str(), one.count)).collect();
    assert_eq!(errors, [("status 404", 20), ("status 500", 10)]);
    let ordered = [
        load.min_ms,
        load.median_ms,
        load.p90_ms,
        load.p95_ms,
        load.p99_ms,
        load.max_ms,
    ];
    assert!(ordered.is_sorted() && ordered[0] > 0.0, "{ordered:?}");
    assert!(load.per_second > 0.0);
    assert_eq!(desk.seen().len(), 100);

    // Where an assertion asks for the status, only that counts.
    let send = Desk::draft("url = \"/\"\n[[assert]]\nsubject = \"status\"\none_of = [200, 404]\n");
    let run = LoadRequest {
        send,
        plan: plan(20, 4, None),
    };
    let load = requests::load_request(&desk.studio, run).await.unwrap();
    assert_eq!((load.failed, load.errors[0].kind.as_str()), (2, "assert status"));
}

#[tokio::test]
async fn so_many_are_under_way_at_once_and_begin_in_a_second_as_was_said() {
    let desk = Desk::new().await;
    let begun = std::time::Instant::now();
    let run = LoadRequest {
        send: Desk::draft("url = \"/\"\n"),
        plan: plan(11, 4, Some(20.0)),
    };
    let load = requests::load_request(&desk.studio, run).await.unwrap();
    assert_eq!(load.times, 11);
    // The eleventh begins half a second after the first.
    assert!(begun.elapsed().as_secs_f64() >= 0.5);
    for wrong in [
        plan(0, 1, None),
        plan(1, 0, None),
        plan(1, 1, Some(0.0)),
        plan(1, 1, Some(f64::NAN)),
    ] {
        let run = LoadRequest {
            send: Desk::draft("url = \"/\"\n"),
            plan: wrong,
        };
        assert_eq!(
            requests::load_request(&desk.studio, run).await.unwrap_err().code,
            Code::Usage
        );
    }
    let run = LoadRequest {
        send: Desk::draft("url = \"http://127.0.0.1:1/\"\n"),
        plan: plan(3, 2, None),
    };
    assert_eq!(
        requests::load_request(&desk.studio, run).await.unwrap_err().code,
        Code::Network
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_run_that_is_cancelled_tells_the_figures_so_far() {
    let desk = Desk::new().await;
    let mut events = desk.studio.events();
    let studio = std::sync::Arc::clone(&desk.studio);
    let cancelling = tokio::spawn(async move {
        loop {
            if let Ok(Event::LoadProgress { load, .. }) = events.recv().await {
                runs::cancel(&studio, "send");
                return load.times;
            }
        }
    });
    let run = LoadRequest {
        send: Desk::draft("url = \"/\"\n"),
        plan: plan(1_000_000, 2, Some(100.0)),
    };
    let load = requests::load_request(&desk.studio, run).await.unwrap();
    let told = cancelling.await.unwrap();
    assert!(
        told > 0 && load.times >= told && load.times < 1_000_000,
        "{told} {}",
        load.times
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_run_that_writes_to_a_live_org_asks_once() {
    let desk = Desk::new().await;
    let draft = ConnectionDraft {
        name: "live".into(),
        connector: "acme".into(),
        auth: "none".into(),
        values: [("url".to_owned(), desk.url.clone())].into(),
        environment: Some(Environment::Production),
        ..ConnectionDraft::default()
    };
    connections::save(&desk.studio, &draft).unwrap();
    let writes = desk.studio.writes();
    writes.ask_me();
    let mut events = desk.studio.events();
    let answering = tokio::spawn(async move {
        let mut asked = 0;
        while let Ok(event) = events.recv().await {
            match event {
                Event::WriteAsked { id, .. } => {
                    asked += 1;
                    writes.answer(
                        &id,
                        WriteAnswer {
                            send: true,
                            remember: false,
                        },
                    );
                }
                Event::LoadProgress { load, .. } if load.times == load.of => break,
                _ => {}
            }
        }
        asked
    });
    let send = requests::SendRequest {
        connection: Some("live".into()),
        ..Desk::draft("url = \"/\"\nmethod = \"DELETE\"\n")
    };
    let load = requests::load_request(
        &desk.studio,
        LoadRequest {
            send,
            plan: plan(20, 5, None),
        },
    )
    .await
    .unwrap();
    assert_eq!((load.times, load.failed), (20, 0));
    assert_eq!(answering.await.unwrap(), 1);
}

/// A workspace of requests that make, read and remove a user.
async fn users() -> Desk {
    let desk = Desk::answering(|seen| match (seen.method.as_str(), seen.uri.path()) {
        ("POST", _) if seen.text().contains("Bad") => (StatusCode::BAD_REQUEST, "{}").into_response(),
        ("POST", _) => format!("{{\"id\":\"id-of-{}\"}}", seen.text().len()).into_response(),
        _ => "{}".into_response(),
    })
    .await;
    desk.write("acme/requests/users/1-create.toml", "name = \"Create\"\nurl = \"/users\"\nmethod = \"POST\"\n[body]\nkind = \"json\"\ntext = '{\"name\": \"{{name}}\"}'\n[[capture]]\nname = \"id\"\nsubject = \"$.id\"\n");
    desk.write(
        "acme/requests/users/2-read/get.toml",
        "url = \"/users/{{id}}\"\n[[assert]]\nsubject = \"status\"\nequals = 200\n",
    );
    desk.write(
        "acme/requests/users/3-delete.toml",
        "url = \"/users/{{id}}\"\nmethod = \"DELETE\"\n",
    );
    desk.write(
        "acme/requests/users/folder.toml",
        "name = \"Users\"\n[variables]\nname = \"Ada\"\n",
    );
    desk.write("acme/requests/other.toml", "url = \"/other\"\n");
    desk.open();
    desk
}

fn of_users() -> RunRequests {
    RunRequests {
        id: "run".into(),
        connector: "acme".into(),
        paths: vec!["requests/users".into()],
        connection: Some("acme".into()),
        ..RunRequests::default()
    }
}

#[tokio::test]
async fn the_requests_of_a_folder_are_sent_by_name_and_captures_flow_on() {
    let desk = users().await;
    let mut events = desk.studio.events();
    let report = requests::run_requests(&desk.studio, of_users()).await.unwrap();
    assert_eq!((report.passed, report.failed, report.skipped), (3, 0, 0), "{report:?}");
    let calls: Vec<String> = desk
        .seen()
        .iter()
        .map(|seen| format!("{} {}", seen.method, seen.uri))
        .collect();
    assert_eq!(calls, ["POST /users", "GET /users/id-of-15", "DELETE /users/id-of-15"]);
    assert!(report.rows.iter().all(|row| row.number.is_some() && row.row.is_none()));
    let mut told = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let Event::RowSent { id, row, of } = event {
            told.push((id, row.request, of));
        }
    }
    assert_eq!(told.len(), 3);
    assert_eq!(
        told[1],
        ("run".to_owned(), "requests/users/2-read/get.toml".to_owned(), 3)
    );
}

#[tokio::test]
async fn rows_of_data_are_rounds_and_nothing_of_one_stands_in_for_the_next() {
    let desk = users().await;
    desk.write("fixtures/people.csv", "name\nAda\nBad Bo\nCarlo\n");
    let run = RunRequests {
        data: Some("people.csv".into()),
        ..of_users()
    };
    let report = requests::run_requests(&desk.studio, run.clone()).await.unwrap();
    assert_eq!((report.passed, report.failed, report.skipped), (6, 3, 0));
    let second: Vec<_> = report.rows.iter().filter(|row| row.row == Some(2)).collect();
    assert_eq!(second[0].status, Some(400));
    assert_eq!(
        second[0].failures,
        [
            "answered with 400 Bad Request",
            "no value for id: the response has nothing there"
        ]
    );
    // The id of the first row is not used for the second.
    assert!(
        second[1].status.is_none() && second[1].failures[0].contains("no value for {{id}}"),
        "{:?}",
        second[1]
    );

    let fast = RunRequests { fail_fast: true, ..run };
    let report = requests::run_requests(&desk.studio, fast).await.unwrap();
    assert_eq!((report.passed, report.failed, report.skipped), (3, 1, 5));
    let xml = junit("acme", &report);
    assert!(
        xml.contains("<testsuite name=\"acme, row 2\" tests=\"1\" skipped=\"0\" errors=\"0\" failures=\"1\""),
        "{xml}"
    );
    assert!(xml.contains("answered with 400 Bad Request"), "{xml}");

    for data in ["nowhere.csv", "../workspace/fixtures/people.csv"] {
        let run = RunRequests {
            data: Some(data.into()),
            ..of_users()
        };
        assert_eq!(
            requests::run_requests(&desk.studio, run).await.unwrap_err().code,
            Code::Input,
            "{data}"
        );
    }
    let run = RunRequests {
        paths: vec!["requests/none".into()],
        ..of_users()
    };
    assert_eq!(
        requests::run_requests(&desk.studio, run).await.unwrap_err().code,
        Code::Usage
    );
}
