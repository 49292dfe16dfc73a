//! A connector made of texts and a host that answers from memory.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, LazyLock, Mutex},
    time::{Duration, Instant},
};

use joinery_connector::{
    Connector, ConnectorFile, FileKind, Header, HttpResponse, Manifest, Secret,
    http::{HttpBody, RateLimit, Timing},
    manifest::HttpSettings,
};
use joinery_http::auth::{
    Surroundings,
    keys::{Algorithm, PrivateKey},
};
use joinery_script::{
    CallPlace, Cancel, ConsoleLine, Function, Host, HostResponse, HttpFailure, Limits, Outcome, Program, Run,
    ScriptRequest, Workers, crypto,
    host::{SecretFailure, SecretOperation},
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
            "/cursors" => {
                let at = given(&request, query, "cursor").map_or(0, |cursor| cursor[1..].parse::<usize>().unwrap());
                let items: Vec<Value> = (at..5).take(2).map(|id| json!({ "id": id + 1 })).collect();
                let next = (at + 2 < 5).then(|| format!("c{}", at + 2));
                let body = json!({ "data": items, "meta": { "next": next, "more": next.is_some() } });
                (200, "application/json", body.to_string())
            }
            "/offsets" => {
                let number = |name: &str| given(&request, query, name).and_then(|text| text.parse::<usize>().ok());
                let size = number("limit").or(number("per_page")).unwrap_or(2);
                let at = number("page").map_or_else(|| number("offset").unwrap_or(0), |page| (page - 1) * size);
                let items: Vec<Value> = (at..5).take(size).map(|id| json!({ "id": id + 1 })).collect();
                (200, "application/json", json!({ "items": items }).to_string())
            }
            "/nexts" => {
                let at = given(&request, query, "at").map_or(0, |at| at.parse::<usize>().unwrap());
                let items: Vec<Value> = (at..5).take(2).map(|id| json!({ "id": id + 1 })).collect();
                let next = (at + 2 < 5).then(|| format!("?at={}", at + 2));
                (
                    200,
                    "application/json",
                    json!({ "items": items, "links": { "next": next } }).to_string(),
                )
            }
            "/circle" => {
                links.push("<https://acme.test/circle?after=1>; rel=\"next\"".to_owned());
                (200, "application/json", "[1]".to_owned())
            }
            other => {
                let answer = self.answers.lock().unwrap().get(other).cloned();
                let (status, body) = answer.unwrap_or_else(|| {
                    let status = other.strip_prefix("/status/").and_then(|status| status.parse().ok());
                    (status.unwrap_or(404), "{}".to_owned())
                });
                (status, "application/json", body)
            }
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
        Ok(match request.stream_to {
            Some(name) => HostResponse {
                response,
                body: Vec::new(),
                file: Some(format!("/run/{name}")),
            },
            None => HostResponse {
                response,
                body: body.into_bytes(),
                file: None,
            },
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

    fn sign(&self, secret: &str, operation: SecretOperation, message: &[u8]) -> Result<Vec<u8>, SecretFailure> {
        let key = match secret {
            "token" => "hush",
            "key" => private_key(),
            _ => return Err(SecretFailure::Missing { name: secret.into() }),
        };
        crypto::perform(key.as_bytes(), operation, message).map_err(|reason| SecretFailure::Unusable { reason })
    }
}

/// A query parameter, wherever it was given.
fn given(request: &ScriptRequest, query: &str, name: &str) -> Option<String> {
    let own = request.query.iter().find(|(known, _)| known == name);
    let in_url = || {
        query
            .split('&')
            .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    };
    own.map(|(_, value)| value.clone())
        .or_else(|| in_url().map(str::to_owned))
}

/// A private RSA key, made once for all tests.
pub fn private_key() -> &'static str {
    struct Chance;
    impl Surroundings for Chance {
        fn now_ms(&self) -> i64 {
            NOW_MS
        }
        fn random(&self, bytes: &mut [u8]) {
            getrandom::fill(bytes).unwrap();
        }
        fn load(&self, _: &str) -> Result<Option<Secret>, String> {
            Ok(None)
        }
        fn keep(&self, _: &str, _: Option<&Secret>) -> Result<(), String> {
            Ok(())
        }
    }
    static KEY: std::sync::OnceLock<Secret> = std::sync::OnceLock::new();
    KEY.get_or_init(|| {
        PrivateKey::generate(Algorithm::Rs256, &Chance)
            .unwrap()
            .to_pem()
            .unwrap()
    })
    .reveal()
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
    if !request.multipart.is_empty() {
        echo["parts"] = request
            .multipart
            .iter()
            .map(|part| part.name.clone())
            .collect::<Vec<_>>()
            .into();
    }
    match &request.body {
        HttpBody::None | HttpBody::Bytes { .. } | HttpBody::Multipart { .. } | HttpBody::File { .. } => {}
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
            Some("pick_lists") => FileKind::PickList,
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
            tests: joinery_connector::cassette::TestSettings::default(),
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
        secrets: vec!["token".into(), "key".into()],
        config: Value::Null,
        limits,
        coverage: false,
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
        (
            "pick_lists/sizes.rhai",
            r#"fn options(connection, params) { [#{ value: "S", label: `Small ${params.kind}` }, "L"] }"#,
        ),
    ];
    execute(&files, json!({}), Limits::default())
        .0
        .result
        .unwrap_or_else(|error| panic!("{expression}\n{error:#?}"))
}
