//! A studio with the sandbox org and the Okta sample, apps registered with the org, and a browser that follows a script.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use joinery_app::{
    Connector, Error, Exchange, HttpRequest, Program, Studio, StudioOptions,
    connections::{self, ConnectionDraft, KeyPlace, PublicKey, Resolved, SANDBOX},
    connectors, requests, sandbox,
};
use joinery_connector::{Secret, http::HttpBody};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;
use url::Url;

/// A studio, the sandbox org and the Okta sample.
pub struct Desk {
    pub studio: Arc<Studio>,
    pub okta: Arc<Connector>,
    pub folder: tempfile::TempDir,
}

impl Desk {
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let studio = studio_at(folder.path());
        sandbox::start(&studio).await.unwrap();
        Self {
            studio: Arc::new(studio),
            okta: Arc::new(sample()),
            folder,
        }
    }

    pub fn url(&self) -> String {
        sandbox::address(&self.studio).unwrap().0
    }

    /// Calls the org with its API token.
    pub async fn manage(&self, method: &str, path: &str, body: &Value) -> Value {
        let owner = connections::resolve(&self.studio, &self.okta, Ok(SANDBOX)).unwrap();
        let mut request = HttpRequest::new(method, format!("{}{path}", self.url()));
        if !body.is_null() {
            request.body = HttpBody::Text {
                content_type: "application/json".into(),
                text: body.to_string(),
            };
        }
        let exchange = send(&self.studio, &owner, request).await.unwrap();
        let answer = exchange.body.read().unwrap();
        assert!(exchange.response.ok(), "{path}: {}", String::from_utf8_lossy(&answer));
        serde_json::from_slice(&answer).unwrap_or_default()
    }

    /// Registers an app and grants it scopes; gives its client id.
    pub async fn register(&self, app: Value, scopes: &[&str]) -> String {
        let made = self.manage("POST", "/oauth2/v1/clients", &app).await;
        let id = made["client_id"].as_str().unwrap().to_owned();
        for scope in scopes {
            let grant = json!({ "scopeId": scope, "issuer": self.url() });
            self.manage("POST", &format!("/api/v1/apps/{id}/grants"), &grant).await;
        }
        id
    }

    /// Makes a key for the connection `name`, registers a service app with it and saves the connection; gives
    /// the client's id and the key's.
    pub async fn service(&self, name: &str, algorithm: &str, dpop: bool) -> (String, String) {
        let key = self.key(name, algorithm);
        let app = json!({
            "client_name": "Nightly sync", "application_type": "service", "grant_types": ["client_credentials"],
            "token_endpoint_auth_method": "private_key_jwt", "response_types": ["token"],
            "jwks": { "keys": [key.jwk] }, "dpop_bound_access_tokens": dpop,
        });
        let id = self.register(app, &["okta.users.manage", "okta.groups.read"]).await;
        let role = json!({ "type": "USER_ADMIN" });
        self.manage("POST", &format!("/oauth2/v1/clients/{id}/roles"), &role)
            .await;
        let values = [
            ("client_id", id.as_str()),
            ("key_id", &key.kid),
            ("scopes", "okta.users.manage"),
        ];
        self.save(name, "service_app", &values);
        (id, key.kid)
    }

    pub fn key(&self, name: &str, algorithm: &str) -> PublicKey {
        connections::generate_key(&self.studio, algorithm, None, KeyPlace::Draft(name)).unwrap()
    }

    /// Saves a connection to this org.
    pub fn save(&self, name: &str, auth: &str, values: &[(&str, &str)]) {
        connections::save_for(&self.studio, &self.okta, &self.draft(name, auth, values)).unwrap();
    }

    pub fn draft(&self, name: &str, auth: &str, values: &[(&str, &str)]) -> ConnectionDraft {
        let mut all: BTreeMap<String, String> = values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        all.insert("domain".into(), self.url().trim_start_matches("http://").to_owned());
        ConnectionDraft {
            name: name.into(),
            connector: "okta".into(),
            auth: auth.into(),
            values: all,
            ..ConnectionDraft::default()
        }
    }

    pub fn resolved(&self, name: &str) -> Resolved {
        connections::resolve(&self.studio, &self.okta, Ok(name)).unwrap()
    }

    /// Another process of the same user: the same store and keychain, nothing in memory.
    pub fn another_process(&self) -> Studio {
        sandbox::record(&self.studio).unwrap();
        studio_at(self.folder.path())
    }

    /// What a sign-in keeps for a connection.
    pub fn kept(&self, name: &str, what: &str) -> Value {
        let secret = self
            .studio
            .secrets()
            .unwrap()
            .get(name, &format!("sign-in/{what}"))
            .unwrap();
        serde_json::from_str(secret.unwrap().reveal()).unwrap()
    }

    /// Changes it, as time or a server would.
    pub fn change_kept(&self, name: &str, what: &str, change: impl FnOnce(&mut Value)) {
        let mut kept = self.kept(name, what);
        change(&mut kept);
        let secret = Secret::new(kept.to_string());
        let secrets = self.studio.secrets().unwrap();
        secrets.set(name, &format!("sign-in/{what}"), &secret).unwrap();
    }

    /// Gets a path of the API through a saved connection.
    pub async fn get(&self, name: &str, path: &str) -> Result<Exchange, Error> {
        let connection = self.resolved(name);
        let request = HttpRequest::new("GET", format!("{}{path}", self.url()));
        send(&self.studio, &connection, request).await
    }

    /// Registers a native app and saves a connection whose answers come to `port`.
    pub async fn native(&mut self, name: &str, scopes: &str) -> String {
        let port = free_port();
        self.okta = sample_with("sign_in", "redirect_port", port.into());
        let app = json!({
            "client_name": "Joinery", "application_type": "native", "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
            "redirect_uris": [format!("http://127.0.0.1:{port}/callback")],
        });
        let id = self.register(app, &["okta.users.read"]).await;
        self.save(name, "sign_in", &[("client_id", &id), ("scopes", scopes)]);
        id
    }
}

/// A browser in which Ada signs in on a page: hidden fields, form, redirect to where `change` makes it lead; gives the last
/// page.
pub fn browse(
    studio: Arc<Studio>,
    url: String,
    change: impl Fn(String) -> String + Send + 'static,
) -> tokio::task::JoinHandle<String> {
    tokio::spawn(async move {
        let bare = connections::none(&studio, &sample());
        let mut first = HttpRequest::new("GET", &url);
        first.follow_redirects = false;
        let page = send(&studio, &bare, first).await.unwrap();
        let location = if let Some(location) = page.response.header("location") {
            location.to_owned()
        } else {
            let html = String::from_utf8(page.body.read().unwrap().to_vec()).unwrap();
            let mut fields = hidden(&html);
            assert!(!fields.is_empty(), "{html}");
            fields.push(("username".into(), "ada.lovelace@acme.example".into()));
            let mut post = HttpRequest::new("POST", Url::parse(&url).unwrap().join("/oauth2/v1/authorize").unwrap());
            post.body = HttpBody::Form { fields };
            post.follow_redirects = false;
            let answer = send(&studio, &bare, post).await.unwrap();
            answer.response.header("location").unwrap().to_owned()
        };
        let last = send(&studio, &bare, HttpRequest::new("GET", change(location)))
            .await
            .unwrap();
        String::from_utf8(last.body.read().unwrap().to_vec()).unwrap()
    })
}

/// The hidden fields of a page.
fn hidden(html: &str) -> Vec<(String, String)> {
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!("{name}=\""))?;
        let (value, _) = rest.split_once('"')?;
        Some(
            value
                .replace("&quot;", "\"")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&"),
        )
    };
    html.split("<input type=\"hidden\"")
        .skip(1)
        .filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value")?)))
        .collect()
}

pub async fn send(studio: &Studio, connection: &Resolved, request: HttpRequest) -> Result<Exchange, Error> {
    requests::exchange(studio, connection, request, &CancellationToken::new()).await
}

pub fn studio_at(folder: &Path) -> Studio {
    Studio::new(StudioOptions {
        home: folder.join("home"),
        documents: folder.join("documents"),
        keychain: false,
        worker: Program::At(env!("CARGO_BIN_EXE_app-worker").into()),
    })
}

pub fn sample() -> Connector {
    connectors::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/okta")).unwrap()
}

/// The sample with a setting of one of its ways to sign in changed.
pub fn sample_with(auth: &str, setting: &str, value: Value) -> Arc<Connector> {
    let mut okta = sample();
    let choice = okta.manifest.auth.iter_mut().find(|choice| choice.id == auth).unwrap();
    choice.settings.insert(setting.to_owned(), value);
    Arc::new(okta)
}

pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// A member of a JSON object, as text.
pub fn text<'a>(map: &'a Map<String, Value>, name: &str) -> &'a str {
    map[name].as_str().unwrap()
}
