//! A connector made of texts and a host that answers from memory.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, LazyLock, Mutex},
    time::{Duration, Instant},
};

use joinery_connector::{
    Connector, ConnectorFile, FileKind, Header, HttpResponse, Manifest,
    http::{HttpBody, RateLimit, Timing},
    manifest::HttpSettings,
};
use joinery_script::{
    CallPlace, Cancel, ConsoleLine, Function, Host, HostResponse, HttpFailure, Limits, Outcome, Program, Run,
    ScriptRequest, Workers, host::SecretOperation,
};
use serde_json::{Map, Value, json};

/// `2026-03-01T12:30:00Z`
pub const NOW_MS: i64 = 1_772_368_200_000;

/// Answers `/echo`, `/status/<n>`, `/pages`, `/text`, `/slow` and what a test adds; keeps what it was asked.
#[derive(Default)]
pub struct MemoryHost {
    pub console: Mutex<Vec<ConsoleLine>>,
    pub requests: Mutex<Vec<ScriptRequest>>,
    pub answers: Mutex<BTreeMap<String, (u16, String)>>,
}

impl MemoryHost {
    pub fn places(&self) -> Vec<CallPlace> {
        self.requests
            .lock()
            .unwrap()
            .iter()
            .map(|request| request.place.clone())
            .collect()
    }

    pub fn printed(&self) -> Vec<String> {
        self.console
            .lock()
            .unwrap()
            .iter()
            .map(|line| line.text.clone())
            .collect()
    }
}

impl Host for MemoryHost {
    fn send(&self, request: ScriptRequest, cancel: &Cancel) -> Result<HostResponse, HttpFailure> {
        self.requests.lock().unwrap().push(request.clone());
        let (path, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
        let path = path.strip_prefix("https://acme.test").unwrap_or(path);
        let mut links = Vec::new();
        let (status, content_type, body) = match path {
            "/echo" => (200, "application/json", echo(&request).to_string()),
            "/text" => (200, "text/plain", "hello".to_owned()),
            "/slow" => {
                let until = Instant::now() + Duration::from_millis(request.timeout_ms.unwrap_or(30_000));
                while Instant::now() < until && !cancel.is_cancelled() {
                    std::thread::sleep(Duration::from_millis(1));
                }
                let code = if cancel.is_cancelled() { "cancelled" } else { "timeout" };
                return Err(HttpFailure {
                    code: code.into(),
                    message: "no answer".into(),
                    hint: None,
                });
            }
            "/pages" => {
                let page = query.trim_start_matches("page=").parse().unwrap_or(1);
                if page < 3 {
                    links.push(format!("<https://acme.test/pages?page={}>; rel=\"next\"", page + 1));
                }
                let items = [vec![1, 2], vec![3, 4], vec![5]][page - 1].clone();
                let items: Vec<Value> = items.into_iter().map(|id| json!({ "id": id })).collect();
                (200, "application/json", Value::from(items).to_string())
            }
            "/circle" => {
                links.push("<https://acme.test/circle?after=1>; rel=\"next\"".to_owned());
                (200, "application/json", "[1]".to_owned())
            }
            other => match self.answers.lock().unwrap().get(other) {
                Some((status, body)) => (*status, "application/json", body.clone()),
                None => {
                    let status = other
                        .strip_prefix("/status/")
                        .and_then(|status| status.parse().ok())
                        .unwrap_or(404);
                    (status, "application/json", "{}".to_owned())
                }
            },
        };
        let mut headers = vec![Header::new("Content-Type", content_type)];
        headers.extend(links.into_iter().map(|link| Header::new("Link", link)));
        let response = HttpResponse {
            status,
            reason: if status == 404 { "Not Found".into() } else { "OK".into() },
            version: "HTTP/1.1".into(),
            url: format!("https://acme.test{path}"),
            headers,
            size: body.len() as u64,
            wire_size: body.len() as u64,
            timing: Timing {
                total_ms: 1.5,
                ..Timing::default()
            },
            hops: Vec::new(),
            rate_limit: Some(RateLimit {
                limit: 600,
                remaining: 599,
                reset: 1_772_368_260,
            }),
        };
        Ok(HostResponse {
            response,
            body: body.into_bytes(),
        })
    }

    fn log(&self, line: ConsoleLine) {
        self.console.lock().unwrap().push(line);
    }

    fn now_ms(&self) -> i64 {
        NOW_MS
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }

    fn sleep(&self, duration: Duration, cancel: &Cancel) {
        let until = Instant::now() + duration;
        while Instant::now() < until && !cancel.is_cancelled() {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn sign(&self, secret: &str, _operation: SecretOperation, message: &[u8]) -> Option<Vec<u8>> {
        (secret == "token").then(|| [b"signed:", message].concat())
    }
}

/// What was sent, as JSON.
fn echo(request: &ScriptRequest) -> Value {
    let headers: Map<String, Value> = request
        .headers
        .iter()
        .map(|header| (header.name.to_ascii_lowercase(), header.value.clone().into()))
        .collect();
    let query: Map<String, Value> = request
        .query
        .iter()
        .map(|(name, value)| (name.clone(), value.clone().into()))
        .collect();
    let mut echo = json!({ "method": request.method, "headers": headers, "query": query });
    match &request.body {
        HttpBody::None | HttpBody::Bytes { .. } => {}
        HttpBody::Text { text, content_type } => {
            echo["text"] = text.clone().into();
            if content_type == "application/json" {
                echo["json"] = serde_json::from_str(text).unwrap();
            }
        }
        HttpBody::Form { fields } => {
            echo["form"] = fields
                .iter()
                .map(|(name, value)| (name.clone(), Value::from(value.clone())))
                .collect::<Map<_, _>>()
                .into();
        }
    }
    echo
}

/// A connector holding these files.
pub fn connector(files: &[(&str, &str)]) -> Arc<Connector> {
    let file = |(path, text): &(&str, &str)| {
        let kind = match path.split('/').next() {
            Some("actions") => FileKind::Action,
            Some("triggers") => FileKind::Trigger,
            Some("methods") => FileKind::Method,
            Some("schemas") => FileKind::Schema,
            Some("requests") => FileKind::Request,
            Some("connection.rhai") => FileKind::Connection,
            _ => FileKind::Other,
        };
        let name = path.rsplit('/').next().unwrap().split('.').next().unwrap().to_owned();
        (
            (*path).to_owned(),
            ConnectorFile {
                kind,
                path: (*path).to_owned(),
                name,
                text: Some((*text).into()),
                bytes: None,
            },
        )
    };
    Arc::new(Connector {
        root: PathBuf::from("acme"),
        manifest: Manifest {
            format: 1,
            id: "acme".into(),
            title: "Acme".into(),
            version: "0.1.0".into(),
            description: String::new(),
            hosts: Vec::new(),
            http: HttpSettings {
                base_url: "https://acme.test".into(),
                ..HttpSettings::default()
            },
            fields: Vec::new(),
            auth: Vec::new(),
        },
        files: files.iter().map(file).collect(),
        problems: Vec::new(),
    })
}

/// Runs `execute` of `actions/a.rhai`.
pub fn execute(files: &[(&str, &str)], input: Value, limits: Limits) -> (Outcome, Arc<MemoryHost>) {
    let host = Arc::new(MemoryHost::default());
    let outcome = execute_with(files, input, limits, &host, &Cancel::default());
    (outcome, host)
}

/// The same on a host and a switch of the caller's.
pub fn execute_with(
    files: &[(&str, &str)],
    input: Value,
    limits: Limits,
    host: &Arc<MemoryHost>,
    cancel: &Cancel,
) -> Outcome {
    let run = Run {
        connector: connector(files),
        file: files[0].0.to_owned(),
        function: Function::Execute { input },
        connection: [("domain".to_owned(), Value::from("acme.test"))].into_iter().collect(),
        secrets: vec!["token".into()],
        limits,
    };
    let host: Arc<dyn Host> = host.clone();
    workers().run(&run, &host, cancel)
}

/// The workers of all tests.
pub fn workers() -> &'static Workers {
    static WORKERS: LazyLock<Workers> =
        LazyLock::new(|| Workers::new(Program::At(env!("CARGO_BIN_EXE_script-worker").into())));
    &WORKERS
}

/// The value of one expression.
pub fn value_of(expression: &str) -> Value {
    let script = format!("fn execute(connection, input) {{ {expression} }}");
    let files = [
        ("actions/a.rhai", script.as_str()),
        (
            "schemas/user.json",
            r#"{"type":"object","properties":{"id":{"type":"string"}}}"#,
        ),
    ];
    execute(&files, json!({}), Limits::default())
        .0
        .result
        .unwrap_or_else(|error| panic!("{expression}\n{error:#?}"))
}
