//! Where values come from: workspace, environment, folder, request, run; captures and other requests' answers.

use std::time::Duration;

use axum::response::IntoResponse;
use joinery_app::{
    Code, environments,
    requests::{self, SendRequest},
    workspaces,
};

use crate::desk::Desk;

#[tokio::test]
async fn the_nearest_value_wins_from_the_workspace_to_the_run() {
    let desk = Desk::new().await;
    let set = |path: &str, values: &[&str]| {
        let lines: Vec<String> = values.iter().map(|name| format!("{name} = \"{path}\"\n")).collect();
        format!("[variables]\n{}", lines.concat())
    };
    desk.write("variables.toml", set("workspace", &["a", "b", "c", "d", "e"]));
    desk.write(
        "environments/test.toml",
        format!("color = \"red\"\n{}", set("environment", &["b", "e"])),
    );
    desk.write("acme/requests/f/folder.toml", set("folder", &["c", "d", "e"]));
    let text = format!(
        "url = \"/{{{{a}}}}/{{{{b}}}}/{{{{c}}}}/{{{{d}}}}/{{{{e}}}}\"\n{}",
        set("request", &["d", "e"])
    );
    desk.write("acme/requests/f/r.toml", &text);
    desk.open();
    let environment = environments::of_workspace(&desk.studio).unwrap();
    assert_eq!(
        (environment[0].name.as_str(), environment[0].color.as_deref()),
        ("test", Some("red"))
    );

    let mut send = SendRequest {
        path: Some("requests/f/r.toml".into()),
        ..Desk::draft(&text)
    };
    requests::send(&desk.studio, send.clone()).await.unwrap();
    let without = desk.one().uri.path().to_owned();
    send.environment = Some("test".into());
    send.variables = [("e".to_owned(), "run".to_owned())].into();
    requests::send(&desk.studio, send.clone()).await.unwrap();
    let with = desk.one().uri.path().to_owned();
    // The scopes in order: workspace, connection, folder, environment, request, run, as the variables themselves rank.
    assert_eq!(without, "/workspace/workspace/folder/request/request");
    assert_eq!(with, "/workspace/environment/folder/request/run");

    send.environment = Some("tset".into());
    let error = requests::send(&desk.studio, send).await.unwrap_err();
    assert_eq!(
        (error.code, error.hint.unwrap().as_str()),
        (Code::Usage, "Did you mean `test`?")
    );
}

#[tokio::test]
async fn captures_and_answers_of_other_requests_flow_into_the_next() {
    let desk = Desk::answering(|seen| {
        let answer = format!(r#"{{"id":7,"method":"{}","tags":["a","b"]}}"#, seen.method);
        ([("x-trace", "t1")], answer).into_response()
    })
    .await;
    desk.write("acme/requests/users/create.toml", "url = \"/users\"\nmethod = \"POST\"\n[[capture]]\nname = \"user\"\nsubject = \"$.id\"\n[[capture]]\nname = \"none\"\nsubject = \"$.nothing\"\n");
    desk.open();
    let unsent = "url = '/users/{{response(\"users/create\", \"$.id\")}}'\n";
    let error = desk.send(unsent).await.unwrap_err();
    assert!(error.message.contains("users/create was not sent yet"), "{error}");

    let sent = desk.send_saved("requests/users/create.toml").await.unwrap();
    assert_eq!((sent.captures[0].ok, sent.captures[0].message.as_str()), (true, "7"));
    assert!(!sent.captures[1].ok);
    desk.seen();
    let next = "url = '/users/{{user}}/{{response(\"users/create\", \"$.tags[1]\")}}'\n\
        [[headers]]\nname = \"X-Of\"\nvalue = '{{response(\"users/create.toml\", \"header:x-trace\")}}, {{response(\"users/create\", \"status\")}}'\n";
    desk.send(next).await.unwrap();
    let seen = desk.one();
    assert_eq!((seen.uri.path(), seen.header("x-of")), ("/users/7/b", Some("t1, 200")));
    let error = desk.send("url = \"/{{none}}\"\n").await.unwrap_err();
    assert!(error.message.contains("no value for {{none}}"), "{error}");
}

#[tokio::test]
async fn functions_ask_the_person_the_clock_chance_and_the_fixtures() {
    let desk = Desk::new().await;
    desk.write("fixtures/hello.txt", "Grüezi");
    let text = "url = '/?n={{now(\"unix\")}}&u={{uuid()}}&r={{random(5, 5)}}&f={{file(\"hello.txt\")}}&p={{prompt(\"City\", \"Turin\")}}'\n";
    let send = SendRequest {
        answers: [("City".to_owned(), "Como".to_owned())].into(),
        ..Desk::draft(text)
    };
    requests::send(&desk.studio, send.clone()).await.unwrap();
    requests::send(&desk.studio, Desk::draft(text)).await.unwrap();
    let queries: Vec<std::collections::BTreeMap<String, String>> = desk
        .seen()
        .iter()
        .map(|seen| {
            let url = url::Url::parse(&format!("http://h{}", seen.uri)).unwrap();
            url.query_pairs().into_owned().collect()
        })
        .collect();
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let said: u64 = queries[0]["n"].parse().unwrap();
    assert!(now.abs_diff(said) < 60, "{said}");
    assert_eq!((queries[0]["r"].as_str(), queries[0]["f"].as_str()), ("5", "Grüezi"));
    assert_eq!((queries[0]["p"].as_str(), queries[1]["p"].as_str()), ("Como", "Turin"));
    assert_eq!(queries[0]["u"].len(), 36);
    assert_ne!(queries[0]["u"], queries[1]["u"], "each send calls them anew");

    let error = desk.send("url = '/{{prompt(\"Name\")}}'\n").await.unwrap_err();
    assert!(error.message.contains("nobody answered Name"), "{error}");
    let error = desk
        .send("url = '/{{file(\"../variables.toml\")}}'\n")
        .await
        .unwrap_err();
    assert!(error.message.contains("fixtures"), "{error}");
}

#[tokio::test]
async fn cookies_are_kept_for_the_connection_unless_a_request_does_without() {
    let desk = Desk::answering(|_| ([("set-cookie", "sid=1; Path=/")], "{}").into_response()).await;
    desk.send("url = \"/a\"\n").await.unwrap();
    desk.send("url = \"/b\"\n").await.unwrap();
    desk.send("url = \"/c\"\n[settings]\ncookies = false\n").await.unwrap();
    let cookies: Vec<Option<String>> = desk
        .seen()
        .iter()
        .map(|seen| seen.header("cookie").map(str::to_owned))
        .collect();
    assert_eq!(cookies, [None, Some("sid=1".into()), None]);

    let listed = requests::cookies(&desk.studio, "acme", Some("acme")).unwrap();
    assert_eq!(
        (listed.len(), listed[0].name.as_str(), listed[0].domain.as_str()),
        (1, "sid", "127.0.0.1")
    );
    let key = requests::CookieKey {
        domain: listed[0].domain.clone(),
        path: "/".into(),
        name: "sid".into(),
    };
    let changed = requests::Cookie {
        name: "theme".into(),
        value: "dark".into(),
        ..listed[0].clone()
    };
    requests::save_cookie(&desk.studio, "acme", Some("acme"), Some(&key), &changed).unwrap();
    desk.send("url = \"/d\"\n").await.unwrap();
    assert_eq!(desk.one().header("cookie"), Some("theme=dark"));
    requests::clear_cookies(&desk.studio, "acme", Some("acme")).unwrap();
    assert_eq!(requests::cookies(&desk.studio, "acme", Some("acme")).unwrap(), []);
    let wrong = requests::Cookie {
        name: "a;b".into(),
        ..changed
    };
    let error = requests::save_cookie(&desk.studio, "acme", Some("acme"), None, &wrong).unwrap_err();
    assert_eq!(error.code, Code::Input);
}

#[tokio::test]
async fn a_timeout_of_the_request_gives_it_up() {
    let desk = Desk::new().await;
    // A listener that nobody accepts from: the connection stands and nothing is ever answered.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let begun = std::time::Instant::now();
    let text = format!("url = \"http://{address}/\"\n[settings]\ntimeout = 0.2\n");
    let error = desk.send(&text).await.unwrap_err();
    assert_eq!(error.code, Code::Network);
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn redirects_are_followed_unless_the_request_says_not_to() {
    let desk = Desk::answering(|seen| match seen.uri.path() {
        "/old" => axum::response::Redirect::temporary("/new").into_response(),
        _ => "{}".into_response(),
    })
    .await;
    let followed = desk.send("url = \"/old\"\n").await.unwrap();
    assert_eq!((followed.response.status, followed.response.hops.len()), (200, 2));
    let kept = desk
        .send("url = \"/old\"\n[settings]\nfollow_redirects = false\n")
        .await
        .unwrap();
    assert_eq!(kept.response.status, 307);
}

#[tokio::test]
async fn what_one_workspace_captured_is_unknown_in_the_next() {
    let desk = Desk::answering(|_| r#"{"id":"u1"}"#.into_response()).await;
    let capture = "url = \"{{base_url}}/a\"\n[[capture]]\nname = \"id\"\nsubject = \"$.id\"\n";
    desk.send(capture).await.unwrap();
    desk.send("url = \"{{base_url}}/{{id}}\"").await.unwrap();
    let other = desk.workspace().with_file_name("other");
    std::fs::rename(desk.workspace(), &other).unwrap();
    workspaces::open(&desk.studio, &other.display().to_string()).unwrap();
    let error = desk.send("url = \"{{base_url}}/{{id}}\"").await.unwrap_err();
    assert!(error.message.contains("no value for {{id}}"), "{error:?}");
}

#[tokio::test]
async fn a_response_is_that_of_the_own_connector() {
    let desk =
        Desk::answering(|seen| format!("{{\"id\":\"{}\"}}", seen.uri.path().replace('/', "")).into_response()).await;
    let manifest = std::fs::read_to_string(desk.workspace().join("acme/connector.toml")).unwrap();
    desk.write("other/connector.toml", manifest);
    desk.write("acme/requests/a.toml", "url = \"{{base_url}}/one\"");
    desk.write("other/requests/a.toml", "url = \"{{base_url}}/two\"");
    desk.open();
    desk.send_saved("requests/a.toml").await.unwrap();
    let saved = SendRequest {
        connector: "other".into(),
        path: Some("requests/a.toml".into()),
        ..Desk::draft("url = \"{{base_url}}/two\"")
    };
    requests::send(&desk.studio, saved).await.unwrap();
    desk.seen();
    desk.send("url = \"{{base_url}}/{{response('a', '$.id')}}\"")
        .await
        .unwrap();
    assert_eq!(desk.one().uri.path(), "/one");
}
