//! A workspace with one connector, a connection to a server that a closure is, and what that server was asked.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, Method, Uri},
    response::{IntoResponse, Response},
};
use joinery_app::{
    Error, Program, SavedRequest, Studio, StudioOptions,
    connections::{self, ConnectionDraft},
    requests::{self, RequestInContext, SendRequest, Sent},
    workspaces,
};
use joinery_store::table;
use serde_json::{Value, json};

const MANIFEST: &str = r#"
format = 1
id = "acme"
title = "Acme"
version = "0.1.0"

[http]
base_url = "{{url}}"

[[fields]]
name = "url"
label = "URL"

[[fields]]
name = "tier"
label = "Tier"
required = false

[[auth]]
id = "token"
label = "Bearer token"
kind = "bearer"

[[auth]]
id = "key"
label = "API key"
kind = "api_key"
header = "X-Api-Key"

[[auth]]
id = "none"
label = "No sign-in"
kind = "none"
"#;

/// The secret of the connection.
pub const TOKEN: &str = "tok/en+of acme";

/// A call as the server got it.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }
}

/// A studio with a workspace open, and a server.
pub struct Desk {
    pub studio: Arc<Studio>,
    pub url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    folder: tempfile::TempDir,
}

impl Desk {
    /// A desk whose server answers every call with `{}`.
    pub async fn new() -> Self {
        Self::answering(|_| "{}".into_response()).await
    }

    /// A desk whose server answers as `answer` says.
    pub async fn answering(answer: impl Fn(&Seen) -> Response + Send + Sync + 'static) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let url = serve(Arc::clone(&seen), answer).await;
        let folder = tempfile::tempdir().unwrap();
        let studio = Studio::new(StudioOptions {
            home: folder.path().join("home"),
            documents: folder.path().join("documents"),
            keychain: false,
            worker: Program::At(env!("CARGO_BIN_EXE_app-worker").into()),
        });
        let desk = Self {
            studio: Arc::new(studio),
            url,
            seen,
            folder,
        };
        desk.write("acme/connector.toml", MANIFEST);
        desk.open();
        let values = [("url", desk.url.as_str()), ("tier", "gold"), ("token", TOKEN)];
        let draft = ConnectionDraft {
            name: "acme".into(),
            connector: "acme".into(),
            auth: "token".into(),
            values: values.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            ..ConnectionDraft::default()
        };
        connections::save(&desk.studio, &draft).unwrap();
        desk
    }

    pub fn workspace(&self) -> PathBuf {
        self.folder.path().join("workspace")
    }

    /// Writes a file of the workspace.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.workspace().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Opens the workspace as it is on disk now.
    pub fn open(&self) {
        workspaces::open(&self.studio, &self.workspace().display().to_string()).unwrap();
    }

    /// A send of the request that `text` is, on the connection.
    pub fn draft(text: &str) -> SendRequest {
        let (request, problems) = SavedRequest::parse(text, "request.toml").unwrap();
        assert_eq!(problems, [], "{text}");
        SendRequest {
            id: "send".into(),
            connector: "acme".into(),
            request,
            connection: Some("acme".into()),
            ..SendRequest::default()
        }
    }

    /// Sends the request that `text` is.
    pub async fn send(&self, text: &str) -> Result<Sent, Error> {
        requests::send(&self.studio, Self::draft(text)).await
    }

    /// Sends a saved request.
    pub async fn send_saved(&self, path: &str) -> Result<Sent, Error> {
        let text = fs::read_to_string(self.workspace().join("acme").join(path)).unwrap();
        let send = SendRequest {
            path: Some(path.to_owned()),
            ..Self::draft(&text)
        };
        requests::send(&self.studio, send).await
    }

    /// What the server was asked since this was last asked.
    pub fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }

    /// The only call since this was last asked.
    pub fn one(&self) -> Seen {
        let mut seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen.remove(0)
    }

    /// The text of a body of the window.
    pub fn text(&self, sent: &Sent) -> String {
        self.studio.bodies.text(&sent.body.id, 1 << 24).unwrap()
    }

    pub fn json(&self, sent: &Sent) -> Value {
        serde_json::from_str(&self.text(sent)).unwrap()
    }

    /// Everything that shows a request: the answer's view of it, history, curl, and what its variables are.
    pub fn shown(&self, send: &SendRequest, sent: &Sent) -> String {
        let context = RequestInContext {
            connector: send.connector.clone(),
            path: send.path.clone(),
            request: send.request.clone(),
            connection: send.connection.clone(),
            environment: send.environment.clone(),
        };
        let kept = table::send::get(self.studio.store().unwrap(), sent.number)
            .unwrap()
            .unwrap();
        let row = json!([kept.url, kept.detail]).to_string();
        let curl = requests::to_curl(&self.studio, &context, false).unwrap();
        let variables = requests::variables(&self.studio, &context).unwrap();
        let sent = serde_json::to_string(sent).unwrap();
        format!("{sent}\n{row}\n{curl}\n{variables:?}")
    }
}

/// Serves on loopback; gives the address.
pub async fn serve(seen: Arc<Mutex<Vec<Seen>>>, answer: impl Fn(&Seen) -> Response + Send + Sync + 'static) -> String {
    let answer = Arc::new(answer);
    let handler = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
        let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
        async move {
            let call = Seen {
                method,
                uri,
                headers,
                body,
            };
            let response = answer(&call);
            seen.lock().unwrap().push(call);
            response
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        axum::serve(listener, Router::new().fallback(handler)).await.unwrap();
    });
    url
}

/// Whether `text` has none of the spellings of a secret.
#[track_caller]
pub fn assert_hidden(text: &str, secrets: &[&str]) {
    for secret in secrets {
        assert!(!text.contains(secret), "{secret} is shown in {text}");
    }
}

/// The file of a folder that is there.
pub fn path(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}
