//! What requests carry arrives byte for byte.

use joinery_app::Code;

use crate::desk::{Desk, path};

const PHOTO: &[u8] = b"\x89PNG\r\n\x1a\n\0\xff--boundary\r\n";

#[tokio::test]
async fn parts_and_files_arrive_as_they_are_on_disk() {
    let desk = Desk::new().await;
    desk.write("fixtures/me and \"you\".png", PHOTO);
    desk.send(
        "url = \"/\"\nmethod = \"POST\"\n[body]\nkind = \"multipart\"\nparts = [\n\
        { name = \"who\", value = \"{{tier}} \\u00e9\" },\n\
        { name = \"off\", value = \"x\", enabled = false },\n\
        { name = \"photo\", file = 'me and \"you\".png' },\n\
        { name = \"again\", file = 'me and \"you\".png', filename = \"a.bin\", content_type = \"x/y\" },\n]\n",
    )
    .await
    .unwrap();
    let seen = desk.one();
    let kind = seen.header("content-type").unwrap();
    let boundary = kind
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap()
        .trim_matches('"');
    let parts = split(&seen.body, format!("--{boundary}").as_bytes());
    // Before the first, three parts, and what ends the last.
    assert_eq!(parts.len(), 5, "{kind}");
    let text = |part: &[u8]| String::from_utf8_lossy(part).into_owned();
    assert!(text(parts[1]).contains("name=\"who\"\r\n"));
    assert!(text(parts[1]).ends_with("\r\n\r\ngold é\r\n"));
    assert!(
        text(parts[2]).contains("name=\"photo\"; filename=\"me and %22you%22.png\""),
        "{}",
        text(parts[2])
    );
    assert!(text(parts[2]).to_lowercase().contains("content-type: image/png"));
    assert!(parts[2].ends_with(&[b"\r\n\r\n", PHOTO, b"\r\n"].concat()));
    assert!(text(parts[3]).contains("filename=\"a.bin\""));
    assert!(text(parts[3]).to_lowercase().contains("content-type: x/y"));

    desk.send("url = \"/\"\nmethod = \"PUT\"\n[body]\nkind = \"file\"\npath = 'me and \"you\".png'\n")
        .await
        .unwrap();
    let seen = desk.one();
    assert_eq!(
        (seen.header("content-type"), &seen.body[..]),
        (Some("image/png"), PHOTO)
    );
}

fn split<'a>(bytes: &'a [u8], at: &[u8]) -> Vec<&'a [u8]> {
    let (mut parts, mut from, mut here) = (Vec::new(), 0, 0);
    while here + at.len() <= bytes.len() {
        if &bytes[here..here + at.len()] == at {
            parts.push(&bytes[from..here]);
            here += at.len();
            from = here;
        } else {
            here += 1;
        }
    }
    parts.push(&bytes[from..]);
    parts
}

#[tokio::test]
async fn nothing_outside_of_the_fixtures_is_sent() {
    let desk = Desk::new().await;
    desk.write("secret.txt", "s3cret");
    desk.write("fixtures/ok.txt", "ok");
    #[cfg(unix)]
    std::os::unix::fs::symlink(
        desk.workspace().join("secret.txt"),
        desk.workspace().join("fixtures/link.txt"),
    )
    .unwrap();
    let outside = ["../secret.txt", "a/../../secret.txt", "link.txt", "nothing.txt", "."];
    for file in outside {
        for body in [
            format!("kind = \"file\"\npath = \"{file}\"\n"),
            format!("kind = \"multipart\"\nparts = [{{ name = \"f\", file = \"{file}\" }}]\n"),
        ] {
            let error = desk
                .send(&format!("url = \"/\"\nmethod = \"POST\"\n[body]\n{body}"))
                .await
                .unwrap_err();
            assert_eq!(error.code, Code::Input, "{file}: {error}");
            assert!(error.message.contains("fixtures"), "{error}");
        }
    }
    assert_eq!(desk.seen().len(), 0);
}

#[tokio::test]
async fn a_saved_request_names_no_file_by_its_whole_path() {
    let desk = Desk::new().await;
    desk.write("secret.txt", "s3cret");
    let whole = path(&desk.workspace(), "secret.txt");
    let text = format!("url = \"/\"\nmethod = \"POST\"\n[body]\nkind = \"file\"\npath = '{whole}'\n");
    let error = desk.send(&text).await.unwrap_err();
    assert_eq!(error.code, Code::Input, "{error}");
    assert_eq!(desk.seen().len(), 0);
}

#[tokio::test]
async fn a_graphql_operation_is_sent_as_json() {
    let desk = Desk::new().await;
    desk.send(
        "url = \"/graphql\"\nmethod = \"POST\"\n[body]\nkind = \"graphql\"\nquery = \"query One($id: ID!) { user(id: $id) { name } }\"\n\
        operation_name = \"One\"\nvariables = '{\"id\": \"{{tier}}\"}'\n",
    )
    .await
    .unwrap();
    let seen = desk.one();
    assert_eq!(seen.header("content-type"), Some("application/json"));
    let sent: serde_json::Value = serde_json::from_str(&seen.text()).unwrap();
    assert_eq!(
        sent,
        serde_json::json!({
            "query": "query One($id: ID!) { user(id: $id) { name } }",
            "operationName": "One",
            "variables": { "id": "gold" },
        })
    );
}
