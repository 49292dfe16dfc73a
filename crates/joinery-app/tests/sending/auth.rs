//! How requests and folders sign, and that what is secret is shown nowhere.

use axum::response::IntoResponse;
use joinery_app::{
    SavedRequest,
    requests::{self, RequestInContext, SendRequest},
    variables::Scope,
};
use joinery_store::table;

use crate::desk::{Desk, TOKEN, assert_hidden};

const ENCODED: &[&str] = &[
    TOKEN,
    "tok%2Fen%2Bof%20acme",
    "tok%2Fen%2Bof+acme",
    "dG9rL2VuK29mIGFjbWU",
];

#[tokio::test]
async fn a_request_signs_as_its_connection_unless_it_or_its_folder_says_otherwise() {
    let desk = Desk::new().await;
    desk.write("acme/requests/open/folder.toml", "auth = \"none\"\n");
    desk.write("acme/requests/open/plain.toml", "url = \"/plain\"\n");
    desk.write("acme/requests/open/deep/folder.toml", "name = \"Deep\"\n");
    desk.write(
        "acme/requests/open/deep/keyed.toml",
        "url = \"/keyed\"\nauth = \"key\"\n",
    );
    desk.write("acme/requests/open/deep/plain.toml", "url = \"/deep\"\n");
    desk.open();

    desk.send("url = \"/a\"\n").await.unwrap();
    assert_eq!(
        desk.one().header("authorization"),
        Some(format!("Bearer {TOKEN}").as_str())
    );

    desk.send_saved("requests/open/plain.toml").await.unwrap();
    assert_eq!(desk.one().header("authorization"), None);
    desk.send_saved("requests/open/deep/plain.toml").await.unwrap();
    assert_eq!(desk.one().header("authorization"), None);

    desk.send_saved("requests/open/deep/keyed.toml").await.unwrap();
    let seen = desk.one();
    assert_eq!(
        (seen.header("authorization"), seen.header("x-api-key")),
        (None, Some(TOKEN))
    );
    let error = desk.send("url = \"/\"\nauth = \"tokn\"\n").await.unwrap_err();
    assert!(error.hint.unwrap().contains("`token`"));
}

#[tokio::test]
async fn a_curl_command_is_signed_as_the_request_would_be_and_shows_secrets_only_where_asked() {
    let desk = Desk::new().await;
    let curl = |request: &str, secrets| {
        let context = RequestInContext {
            connector: "acme".into(),
            request: Desk::draft(request).request,
            connection: Some("acme".into()),
            ..RequestInContext::default()
        };
        requests::to_curl(&desk.studio, &context, secrets).unwrap()
    };
    let masked = curl("url = \"/a\"\n", false);
    assert!(
        masked.contains("Bearer '\"$TOKEN\"") && !masked.contains(TOKEN),
        "{masked}"
    );
    let shown = curl("url = \"/a\"\n", true);
    assert!(
        shown.contains(&format!("Bearer {TOKEN}")) && !shown.contains("$TOKEN"),
        "{shown}"
    );
    for secrets in [false, true] {
        let elsewhere = curl("url = \"https://other.example/a\"\n", secrets);
        assert_eq!(elsewhere, "curl https://other.example/a");
    }
}

#[tokio::test]
async fn a_way_of_the_requests_own_takes_its_secrets_from_variables_and_hides_them() {
    let desk = Desk::new().await;
    let ways = [
        (
            "[auth]\nkind = \"bearer\"\ntoken = \"{{token}}\"\n",
            format!("Bearer {TOKEN}"),
        ),
        (
            "[auth]\nkind = \"basic\"\nusername = \"{{tier}}\"\npassword = \"{{token}}\"\n",
            "Basic Z29sZDp0b2svZW4rb2YgYWNtZQ==".to_owned(),
        ),
        (
            "[auth]\nkind = \"bearer\"\ntoken = \"{{base64(token)}}\"\n",
            "Bearer dG9rL2VuK29mIGFjbWU=".to_owned(),
        ),
    ];
    for (way, expected) in ways {
        let send = Desk::draft(&format!("url = \"/own?t={{{{token}}}}\"\n{way}"));
        let sent = requests::send(&desk.studio, send.clone()).await.unwrap();
        assert_eq!(desk.one().header("authorization"), Some(expected.as_str()));
        assert_hidden(&desk.shown(&send, &sent), ENCODED);
        assert_hidden(&desk.shown(&send, &sent), &["Z29sZDp0b2s"]);
    }
}

#[tokio::test]
async fn a_way_of_the_requests_own_goes_to_the_address_it_names_and_one_of_a_folder_does_not() {
    let (desk, other) = (Desk::new().await, Desk::new().await);
    let way = "[auth]\nkind = \"basic\"\nusername = \"ada\"\npassword = \"x\"\n";
    desk.send(&format!("url = \"{}/own\"\n{way}", other.url)).await.unwrap();
    assert_eq!(other.one().header("authorization"), Some("Basic YWRhOng="));

    desk.send(&format!("url = \"{}/connection\"\n", other.url))
        .await
        .unwrap();
    assert_eq!(other.one().header("authorization"), None);

    desk.write("acme/requests/shared/folder.toml", way);
    desk.write(
        "acme/requests/shared/a.toml",
        format!("url = \"{}/folder\"\n", other.url),
    );
    desk.open();
    desk.send_saved("requests/shared/a.toml").await.unwrap();
    assert_eq!(other.one().header("authorization"), None);
}

#[tokio::test]
async fn what_signs_a_request_may_ask_for_its_password() {
    let desk = Desk::new().await;
    let way = "[auth]\nkind = \"basic\"\nusername = \"ada\"\npassword = '{{prompt(\"Password\")}}'\n";
    let mut send = Desk::draft(&format!("url = \"/a\"\n{way}"));
    let shown = RequestInContext {
        connector: "acme".into(),
        request: send.request.clone(),
        connection: Some("acme".into()),
        ..RequestInContext::default()
    };
    let asked = requests::prompts(&desk.studio, &shown).unwrap();
    assert_eq!(
        asked.iter().map(|prompt| prompt.label.as_str()).collect::<Vec<_>>(),
        ["Password"]
    );
    send.answers = [("Password".to_owned(), "x".to_owned())].into();
    requests::send(&desk.studio, send).await.unwrap();
    assert_eq!(desk.one().header("authorization"), Some("Basic YWRhOng="));
}

#[tokio::test]
async fn secrets_of_a_pasted_curl_command_are_held_until_a_connection_keeps_them() {
    let desk = Desk::new().await;
    let shown = |request| RequestInContext {
        connector: "acme".into(),
        request,
        connection: Some("acme".into()),
        ..RequestInContext::default()
    };
    let command = format!(
        "curl {}/pasted -H 'X-Api-Key: k3y/s3cret' --oauth2-bearer t0ken-2",
        desk.url
    );
    let taken = joinery_app::import::curl(&desk.studio, &shown(SavedRequest::default()), &command).unwrap();
    // The connection's own `token` keeps its name.
    assert_eq!(taken.held, ["token_2", "x_api_key"]);
    assert_eq!(taken.not_carried, []);

    let send = SendRequest {
        request: taken.request.clone(),
        ..Desk::draft("url = \"/\"\n")
    };
    let sent = requests::send(&desk.studio, send.clone()).await.unwrap();
    let seen = desk.one();
    assert_eq!(seen.header("x-api-key"), Some("k3y/s3cret"));
    assert_eq!(seen.header("authorization"), Some("Bearer t0ken-2"));
    assert_hidden(&desk.shown(&send, &sent), &["k3y/s3cret", "t0ken-2"]);

    let keep = |name: &str, value: Option<&str>| requests::SetSecret {
        shown: shown(taken.request.clone()),
        name: name.into(),
        value: value.map(str::to_owned),
        place: requests::SecretPlace::Connection,
    };
    requests::set_secret(&desk.studio, &keep("x_api_key", None)).unwrap();
    assert!(requests::set_secret(&desk.studio, &keep("nobody", None)).is_err());
    let known = requests::known_variables(&desk.studio, &shown(taken.request.clone())).unwrap();
    let scope = known
        .iter()
        .find(|variable| variable.name == "x_api_key")
        .unwrap()
        .scope;
    assert_eq!(scope, Some(Scope::Connection));
    requests::send(&desk.studio, send).await.unwrap();
    assert_eq!(desk.one().header("x-api-key"), Some("k3y/s3cret"));
}

#[tokio::test]
async fn client_credentials_of_a_request_ask_for_a_token_once_and_hide_it() {
    let desk = Desk::answering(|seen| {
        if seen.uri.path() == "/token" {
            let token = r#"{"access_token":"at-5ecret","token_type":"Bearer","expires_in":3600}"#;
            ([("content-type", "application/json")], token).into_response()
        } else {
            format!("{:?}", seen.header("authorization")).into_response()
        }
    })
    .await;
    let way = format!(
        "[auth]\nkind = \"oauth2_client_credentials\"\ntoken_url = \"{}/token\"\nclient_id = \"me\"\nclient_secret = \"{{{{token}}}}\"\n",
        desk.url
    );
    let send = Desk::draft(&format!("url = \"/a\"\n{way}"));
    let sent = requests::send(&desk.studio, send.clone()).await.unwrap();
    assert_eq!(sent.sign_in.len(), 1);
    let again = requests::send(&desk.studio, send.clone()).await.unwrap();
    assert_eq!(again.sign_in.len(), 0);
    let paths: Vec<String> = desk.seen().iter().map(|seen| seen.uri.path().to_owned()).collect();
    assert_eq!(paths, ["/token", "/a", "/a"]);
    let mut shown = desk.shown(&send, &again);
    shown.push_str(&desk.shown(&send, &sent));
    assert_hidden(&shown, ENCODED);
    assert_hidden(
        &sent
            .request
            .headers
            .iter()
            .map(|header| header.value.clone())
            .collect::<String>(),
        &["at-5ecret"],
    );
}

#[tokio::test]
async fn answers_and_captures_that_are_secret_are_masked_wherever_the_request_is_shown() {
    let desk = Desk::answering(|_| r#"{"session":"s3ss10n","user":"ada"}"#.into_response()).await;
    let text = r#"
url = '/in?p={{prompt("Admin password")}}'
method = "POST"
[[headers]]
name = "X-Hash"
value = '{{hash("md5", prompt("Admin password"))}}'
[body]
kind = "json"
text = '{"p": "{{prompt("Admin password")}}", "plain": "{{prompt("City")}}"}'
[[capture]]
name = "session"
subject = "$.session"
secret = true
"#;
    let send = SendRequest {
        answers: [
            ("Admin password".to_owned(), "hunter two".to_owned()),
            ("City".to_owned(), "Turin".to_owned()),
        ]
        .into(),
        ..Desk::draft(text)
    };
    let sent = requests::send(&desk.studio, send.clone()).await.unwrap();
    let seen = desk.one();
    assert_eq!(seen.uri.query(), Some("p=hunter%20two"));
    assert_eq!(seen.text(), r#"{"p": "hunter two", "plain": "Turin"}"#);
    let digest = seen.header("x-hash").unwrap().to_owned();
    assert_eq!(sent.captures[0].message, "••••••");
    let row = table::send::get(desk.studio.store().unwrap(), sent.number)
        .unwrap()
        .unwrap();
    let file = desk.studio.store().unwrap().body_folder().join(row.body.unwrap());
    assert_eq!(
        std::fs::read_to_string(file).unwrap(),
        r#"{"session":"••••••","user":"ada"}"#
    );
    let mut shown = desk.shown(&send, &sent);
    assert!(shown.contains("Turin"));

    // What was captured goes on, and stays hidden.
    let next = Desk::draft("url = \"/next\"\n[[headers]]\nname = \"X-Session-Id\"\nvalue = \"{{session}}\"\n");
    let answered = requests::send(&desk.studio, next.clone()).await.unwrap();
    assert_eq!(desk.one().header("x-session-id"), Some("s3ss10n"));
    let requested = serde_json::to_string(&answered.request).unwrap();
    shown.push_str(&requested);
    assert_hidden(
        &shown,
        &["hunter two", "hunter%20two", "hunter+two", &digest, "s3ss10n"],
    );
    let prompts = requests::prompts(
        &desk.studio,
        &RequestInContext {
            connector: "acme".into(),
            request: send.request,
            connection: Some("acme".into()),
            ..RequestInContext::default()
        },
    );
    let secret: Vec<(String, bool)> = prompts
        .unwrap()
        .into_iter()
        .map(|one| (one.label, one.secret))
        .collect();
    assert_eq!(
        secret,
        [("Admin password".to_owned(), true), ("City".to_owned(), false)]
    );
}

#[tokio::test]
async fn an_error_repeats_no_secret() {
    let desk = Desk::new().await;
    let error = desk.send("url = \"nowhere://{{token}}\"\n").await.unwrap_err();
    assert_hidden(&format!("{error:?}"), ENCODED);
    let error = desk.send("url = \"http://127.0.0.1:1/{{token}}\"\n").await.unwrap_err();
    assert_hidden(&format!("{error:?}"), ENCODED);
    let header = "url = \"/\"\n[[headers]]\nname = \"X\"\nvalue = \"{{token}}\\n\"\n";
    let error = desk.send(header).await.unwrap_err();
    assert_hidden(&format!("{error:?}"), ENCODED);
}
