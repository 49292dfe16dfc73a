//! A client of a fresh org.

use joinery_sandbox::{Options, Sandbox, Seed, start};
use reqwest::{Method, Response, header};
use serde_json::{Value, json};

/// A running org and a client that knows its token.
pub struct Org {
    pub sandbox: Sandbox,
    pub client: reqwest::Client,
}

/// Status, headers and body of an answer.
pub struct Answer {
    pub status: u16,
    pub headers: header::HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn code(&self) -> &str {
        self.body["errorCode"].as_str().unwrap_or_default()
    }

    pub fn cause(&self) -> &str {
        self.body["errorCauses"][0]["errorSummary"].as_str().unwrap_or_default()
    }

    /// The names of the members of the body, in order.
    pub fn keys(&self) -> Vec<&str> {
        self.body.as_object().unwrap().keys().map(String::as_str).collect()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn link(&self, relation: &str) -> Option<String> {
        let wanted = format!("; rel=\"{relation}\"");
        let mut lines = self.headers.get_all("link").iter().map(|value| value.to_str().unwrap());
        let line = lines.find_map(|line| line.strip_suffix(&wanted))?;
        Some(line.trim_start_matches('<').trim_end_matches('>').to_owned())
    }
}

impl Org {
    pub async fn start(seed: Seed) -> Self {
        Self::with(Options {
            seed,
            ..Options::default()
        })
        .await
    }

    pub async fn with(options: Options) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            sandbox: start(options).await.unwrap(),
            client: reqwest::Client::new(),
        }
    }

    pub fn url(&self, path: &str) -> String {
        if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}/api/v1{path}", self.sandbox.url())
        }
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let mut request = self
            .client
            .request(method, self.url(path))
            .header("accept", "application/json");
        request = request.header("authorization", format!("SSWS {}", self.sandbox.token()));
        request = match body {
            Some(body) => request
                .header("content-type", "application/json")
                .body(body.to_string()),
            None => request.header("content-length", "0"),
        };
        answer(request.send().await.unwrap()).await
    }

    /// Uploads a file as a browser does.
    pub async fn upload(&self, path: &str, file: &[u8]) -> Answer {
        let head = "--boundary\r\nContent-Disposition: form-data; name=\"file\"; filename=\"logo\"\r\n\r\n";
        let form = [head.as_bytes(), file, b"\r\n--boundary--\r\n"].concat();
        let request = self.client.post(self.url(path)).body(form);
        let request = request
            .header("accept", "application/json")
            .header("content-type", "multipart/form-data; boundary=boundary")
            .header("authorization", format!("SSWS {}", self.sandbox.token()));
        answer(request.send().await.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// Makes something and gives what the org answered, and its path.
    pub async fn make(&self, place: &str, body: &Value) -> (Value, String) {
        let made = self.post(place, body).await;
        assert!(matches!(made.status, 200 | 201), "{}", made.body);
        let path = format!(
            "{}/{}",
            place.split('?').next().unwrap(),
            made.body["id"].as_str().unwrap()
        );
        (made.body, path)
    }

    /// The types of the newest events, newest first.
    pub async fn events(&self) -> Vec<String> {
        let log = self.get("/logs?sortOrder=DESCENDING").await.body;
        let kinds = log
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["eventType"].as_str().unwrap().to_owned());
        kinds.collect()
    }

    pub async fn act(&self, path: &str) -> Answer {
        self.send(Method::POST, path, None).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// Creates a user and gives its id.
    pub async fn user(&self, name: &str, password: bool, query: &str) -> String {
        let answer = self.post(&format!("/users{query}"), &user(name, password)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["id"].as_str().unwrap().to_owned()
    }
}

pub async fn answer(response: Response) -> Answer {
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let text = response.text().await.unwrap();
    let body = if text.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(&text).unwrap_or(json!(text))
    };
    Answer { status, headers, body }
}

/// The body that creates a user.
pub fn user(name: &str, password: bool) -> Value {
    let login = format!("{name}@acme.example");
    let mut body = json!({"profile": {"firstName": "Ann", "lastName": "Lee", "login": login, "email": login}});
    if password {
        body["credentials"] = json!({"password": {"value": "Tr0ubador-x9"}});
    }
    body
}
