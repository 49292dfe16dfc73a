//! Network settings of a connection profile, from saving to sending.

use std::collections::BTreeMap;

use joinery_app::{
    Code, Error, Program, SavedRequest, Studio, StudioOptions,
    connections::{self, ConnectionDraft},
    requests::{self, SendRequest},
    sandbox, workspaces,
};

struct Desk {
    studio: Studio,
    folder: tempfile::TempDir,
    host: String,
}

impl Desk {
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder to work in");
        let studio = Studio::new(StudioOptions {
            home: folder.path().join("home"),
            documents: folder.path().join("documents"),
            keychain: false,
            worker: Program::At(env!("CARGO_BIN_EXE_app-worker").into()),
        });
        workspaces::start_with_sandbox(&studio)
            .await
            .expect("the sample opens on the sandbox org");
        let url = sandbox::address(&studio).expect("it runs").0;
        Self {
            studio,
            folder,
            host: url.trim_start_matches("http://").to_owned(),
        }
    }

    fn save(&self, values: &[(&str, &str)]) -> Result<connections::ConnectionView, Error> {
        let mut all = BTreeMap::from([
            ("domain".to_owned(), self.host.clone()),
            ("token".to_owned(), "00x".to_owned()),
        ]);
        all.extend(
            values
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let draft = ConnectionDraft {
            name: "acme".into(),
            connector: "okta".into(),
            auth: "api_token".into(),
            values: all,
            ..ConnectionDraft::default()
        };
        connections::save(&self.studio, &draft)
    }

    /// What a request over the saved connection gives: the status, or the error.
    async fn send(&self) -> Result<u16, Error> {
        let request = SavedRequest {
            method: "GET".into(),
            url: format!("http://{}/api/v1/users/me", self.host),
            ..SavedRequest::default()
        };
        let send = SendRequest {
            id: "send".into(),
            connector: "okta".into(),
            path: None,
            request,
            connection: Some("acme".into()),
            ..SendRequest::default()
        };
        requests::send(&self.studio, send)
            .await
            .map(|sent| sent.response.status)
    }
}

#[tokio::test]
async fn client_is_made_anew_when_the_profile_changes() {
    let desk = Desk::open().await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port");
    let proxy = format!("http://{closed}");
    desk.save(&[("proxy", &proxy), ("proxy_bypass", "<-loopback>")])
        .expect("it is saved");
    let error = desk.send().await.expect_err("nobody listens there");
    assert_eq!(error.code, Code::Network);
    assert_eq!(
        error.message,
        format!("cannot reach the proxy {proxy}: it refused the connection")
    );

    desk.save(&[("proxy", "none")]).expect("it is saved");
    // The org answers; that it does not know the token is another matter.
    assert_eq!(desk.send().await, Ok(401));
}

#[tokio::test]
async fn settings_are_checked_when_they_are_saved() {
    let desk = Desk::open().await;
    let missing = desk.folder.path().join("ca.pem").display().to_string();
    let error = desk.save(&[("ca_file", &missing)]).expect_err("there is no such file");
    assert_eq!(error.code, Code::Input);
    assert!(
        error.message.starts_with(&format!("`ca_file`: cannot read {missing}")),
        "{}",
        error.message
    );
    let error = desk.save(&[("proxy_password", "hush")]).expect_err("whose password?");
    assert_eq!(
        error.message,
        "`proxy_username`: it is missing, and there is a password"
    );
}

#[tokio::test]
async fn connection_without_checks_carries_its_warning() {
    let desk = Desk::open().await;
    assert_eq!(desk.save(&[]).expect("it is saved").warning, None);
    let warning = desk.save(&[("verify", "false")]).expect("it is saved").warning;
    assert!(warning.is_some_and(|warning| warning.contains("not checked")));
}

#[tokio::test]
async fn secret_whose_use_is_gone_is_forgotten() {
    let desk = Desk::open().await;
    let secrets = || {
        let rows = connections::all(&desk.studio).expect("the store opens");
        rows[0].secrets.clone()
    };
    desk.save(&[("proxy_username", "ada"), ("proxy_password", "hush")])
        .expect("it is saved");
    assert_eq!(secrets(), ["proxy_password", "token"]);
    desk.save(&[("proxy_username", "ada")])
        .expect("the saved password stays");
    assert_eq!(secrets(), ["proxy_password", "token"]);
    desk.save(&[]).expect("it is saved");
    assert_eq!(secrets(), ["token"]);
    let kept = desk
        .studio
        .secrets()
        .expect("the file opens")
        .get("acme", "proxy_password");
    assert_eq!(kept.expect("the file is read"), None);
}
