//! Lists that go on: followed, joined, and stopped where they should be.

use std::sync::{
    Mutex,
    atomic::{AtomicU32, Ordering},
};

use axum::{
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use joinery_app::{Code, Event, requests, runs};

use crate::desk::{Desk, Seen, TOKEN, serve};

/// A page with a link to the next.
fn page(body: String, next: Option<&str>) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers.append("link", HeaderValue::from_static("</users>; rel=\"self\""));
    if let Some(next) = next {
        let link = format!("<{next}>; rel=\"next\"");
        headers.append("link", HeaderValue::from_str(&link).unwrap());
    }
    response
}

fn after(seen: &Seen) -> u32 {
    let query = seen.uri.query().unwrap_or_default();
    let cursor = query.split('&').find_map(|pair| pair.strip_prefix("after="));
    cursor.map_or(0, |cursor| cursor.parse().unwrap())
}

/// `count` pages of two entries.
fn list(count: u32) -> impl Fn(&Seen) -> Response + Send + Sync {
    move |seen| {
        let number = after(seen);
        let next = format!("/users?limit=2&after={}", number + 1);
        let body = format!("[{{\"id\":{}}},{{\"id\":{}}}]", 2 * number, 2 * number + 1);
        page(body, (number + 1 < count).then_some(next.as_str()))
    }
}

const ALL: &str = "url = \"/users?limit=2\"\n[[headers]]\nname = \"X-Own\"\nvalue = \"1\"\n[[assert]]\nsubject = \"$[*].id\"\nlength = 8\n[settings]\npages = \"all\"\n";

#[tokio::test]
async fn every_page_is_followed_signed_and_joined_into_one_list() {
    let desk = Desk::answering(list(4)).await;
    let mut events = desk.studio.events();
    let sent = desk.send(ALL).await.unwrap();
    let ids: Vec<u64> = desk
        .json(&sent)
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["id"].as_u64().unwrap())
        .collect();
    assert_eq!(ids, [0, 1, 2, 3, 4, 5, 6, 7]);
    let pages = sent.pages.unwrap();
    assert_eq!((pages.count, pages.entries, pages.stopped), (4, 8, None));
    assert!(sent.assertions[0].ok, "{:?}", sent.assertions);
    assert_eq!(
        (sent.response.hops.len(), sent.response.url.ends_with("/users?limit=2")),
        (4, true)
    );
    assert_eq!(sent.response.size, sent.body.size);
    let seen = desk.seen();
    assert_eq!(seen.len(), 4);
    for call in &seen {
        assert_eq!(call.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
        assert_eq!(call.header("x-own"), Some("1"));
    }
    let mut told = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let Event::SendProgress { id, pages, entries, .. } = event {
            assert_eq!(id, "send");
            told.push((pages, entries));
        }
    }
    assert_eq!(told, [(1, 2), (2, 4), (3, 6), (4, 8)]);
}

#[tokio::test]
async fn only_so_many_pages_are_followed_and_none_where_nothing_is_said() {
    let desk = Desk::answering(list(4)).await;
    let sent = desk.send("url = \"/users\"\n[settings]\npages = 3\n").await.unwrap();
    let pages = sent.pages.unwrap();
    assert_eq!(
        (pages.count, pages.stopped.as_deref()),
        (3, Some("there are more than 3 pages"))
    );
    assert_eq!(desk.seen().len(), 3);
    let sent = desk.send("url = \"/users\"\n").await.unwrap();
    assert_eq!((sent.pages, desk.seen().len()), (None, 1));
}

#[tokio::test]
async fn the_list_of_an_object_is_joined_too() {
    let desk = Desk::answering(|seen| match after(seen) {
        0 => page(
            r#"{"roles":[1],"_links":{"next":{"href":"/iam?after=1"}}}"#.into(),
            None,
        ),
        _ => page(r#"{"roles":[2,3],"_links":{}}"#.into(), None),
    })
    .await;
    let sent = desk
        .send("url = \"/iam\"\n[settings]\npages = \"all\"\n")
        .await
        .unwrap();
    assert_eq!(desk.text(&sent), r#"{"roles":[1,2,3],"_links":{}}"#);
}

#[tokio::test]
async fn a_list_that_goes_in_circles_or_elsewhere_is_left() {
    let desk = Desk::answering(|seen| {
        page(
            "[1]".into(),
            Some(if after(seen) == 1 {
                "/users?after=2"
            } else {
                "/users?after=1"
            }),
        )
    })
    .await;
    let text = "url = \"/users\"\n[settings]\npages = \"all\"\n";
    let sent = desk.send(text).await.unwrap();
    assert_eq!(desk.text(&sent), "[1,1,1]");
    assert!(sent.pages.unwrap().stopped.unwrap().contains("leads back"));

    let foreign = std::sync::Arc::new(Mutex::new(Vec::new()));
    let other = serve(std::sync::Arc::clone(&foreign), |_| "[2]".into_response()).await;
    let desk = Desk::answering(move |_| page("[1]".into(), Some(&format!("{other}/users")))).await;
    let sent = desk.send(text).await.unwrap();
    assert_eq!(desk.text(&sent), "[1]");
    assert!(sent.pages.unwrap().stopped.unwrap().contains("another server"));
    assert_eq!(foreign.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn a_rate_limit_is_waited_out_and_a_page_that_fails_is_the_answer() {
    let asked = AtomicU32::new(0);
    let desk = Desk::answering(move |seen| match (after(seen), asked.fetch_add(1, Ordering::Relaxed)) {
        (0, _) => page("[1]".into(), Some("/users?after=1")),
        (1, 1) => {
            let mut response = (StatusCode::TOO_MANY_REQUESTS, "{}").into_response();
            let reset = HeaderName::from_static("x-rate-limit-reset");
            // A window that has ended: the wait is the one second on top.
            response.headers_mut().insert(reset, HeaderValue::from_static("1"));
            response
        }
        (1, _) => page("[2]".into(), Some("/users?after=2")),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "broken").into_response(),
    })
    .await;
    let sent = desk.send("url = \"/users\"\n[settings]\npages = 2\n").await.unwrap();
    assert_eq!(desk.text(&sent), "[1,2]");
    assert_eq!(desk.seen().len(), 3);
    let sent = desk
        .send("url = \"/users\"\n[settings]\npages = \"all\"\n")
        .await
        .unwrap();
    assert_eq!((sent.response.status, desk.text(&sent).as_str()), (500, "broken"));
    assert_eq!(
        sent.pages.unwrap().stopped.as_deref(),
        Some("page 3 was answered with 500")
    );
}

#[tokio::test]
async fn a_long_list_is_on_disk_and_what_is_no_list_is_left_alone() {
    let desk = Desk::answering(|seen| {
        let number = after(seen);
        let entry = format!("\"{}\"", "x".repeat(300_000));
        page(
            format!("[{entry},{entry}]"),
            (number < 9)
                .then_some(format!("/users?after={}", number + 1))
                .as_deref(),
        )
    })
    .await;
    let sent = desk
        .send("url = \"/users\"\n[settings]\npages = \"all\"\n")
        .await
        .unwrap();
    assert_eq!(sent.response.size, 20 * 300_002 + 19 + 2);
    let values: Vec<String> = serde_json::from_str(&desk.text(&sent)).unwrap();
    assert_eq!(values.len(), 20);

    let desk = Desk::answering(|_| page("{\"id\":1}".into(), Some("/users?after=1"))).await;
    let sent = desk
        .send("url = \"/users\"\n[settings]\npages = \"all\"\n")
        .await
        .unwrap();
    assert_eq!((desk.text(&sent).as_str(), sent.pages), ("{\"id\":1}", None));
    assert_eq!(desk.seen().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn following_can_be_cancelled() {
    let desk = Desk::answering(list(u32::MAX)).await;
    let mut events = desk.studio.events();
    let studio = std::sync::Arc::clone(&desk.studio);
    let cancelling = tokio::spawn(async move {
        loop {
            if let Ok(Event::SendProgress { pages: 5.., .. }) = events.recv().await {
                runs::cancel(&studio, "send");
                return;
            }
        }
    });
    let send = Desk::draft("url = \"/users\"\n[settings]\npages = \"all\"\n");
    let error = requests::send(&desk.studio, send).await.unwrap_err();
    assert_eq!(error.code, Code::Cancelled);
    cancelling.await.unwrap();
}
