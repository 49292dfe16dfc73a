//! An editor's side of the conversation, and the connector and service that are debugged.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::PathBuf,
    process::{Child, ChildStdin, Stdio},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use crate::home::Place;

const ACTION: &str = r#"//! Count

import "methods/names" as names;

fn execute(connection, input) {
    let answer = http.get("/count");
    let users = [#{ id: 1, name: "Ada" }, #{ id: 2, name: "Grace" }];
    let seen = [];
    for user in users {
        log.info(user.name);
        seen.push(names::loud(user.name));
    }
    #{ count: answer.count, seen: seen, page: input.page, id: uuid() }
}
"#;
const NAMES: &str = "fn loud(text) {\n    let upper = text.to_upper();\n    upper + \"!\"\n}\n";
const TRIGGER: &str = r#"//! Told

fn poll(connection, input, cursor) {
    #{ events: [cursor], cursor: 2, more: false }
}
fn subscribe(connection, input, url) {
    let answer = http.get("/count");
    #{ id: answer.count, url: url }
}
fn notification(input, request) {
    let names = request.body.people.map(|person| person.name);
    log.info(request.headers["x-kind"]);
    names
}
fn refresh(subscription) {
    let answer = http.get("/count");
    subscription.renewed = answer.count;
    subscription
}
fn unsubscribe(connection, subscription) {
    let answer = http.get("/count");
    log.info(`ended ${subscription.id}`);
    answer
}
"#;
const FAILING: &str = "fn execute(connection, input) {\n    let path = \"/missing\";\n    http.get(path)\n}\n";

static PROTOCOL: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../debug-adapter-protocol.json")).expect("it is JSON"));

/// Checks a message against the definition of its kind.
#[track_caller]
fn check(message: &Value) {
    // A request of our own, which no other editor sends.
    if message["command"] == "runTrace" {
        return;
    }
    let capital = |name: &str| name[..1].to_uppercase() + &name[1..];
    let name = match message["type"].as_str() {
        Some("event") => format!("{}Event", capital(message["event"].as_str().unwrap())),
        Some("response") if message["success"] == false => "ErrorResponse".to_owned(),
        Some("response") => format!("{}Response", capital(message["command"].as_str().unwrap())),
        _ => format!("{}Request", capital(message["command"].as_str().unwrap())),
    };
    assert!(
        !PROTOCOL["definitions"][&name].is_null(),
        "the protocol knows no {name}: {message}"
    );
    let mut schema = PROTOCOL.clone();
    schema["$ref"] = format!("#/definitions/{name}").into();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let problems: Vec<String> = validator.iter_errors(message).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{name}: {problems:?}\n{message:#}");
}

/// An editor's side of the conversation.
pub struct Client {
    adapter: Child,
    stdin: ChildStdin,
    messages: mpsc::Receiver<Value>,
    /// Events that came while something else was waited for.
    events: Vec<Value>,
    seq: u64,
    pub place: Place,
    pub folder: PathBuf,
    pub calls: Arc<AtomicUsize>,
}

/// A service that counts: `/count` tells the number of the call, everything else is missing.
fn service() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut first = String::new();
            let mut line = String::new();
            while stream.read_line(&mut line).unwrap_or(0) > 2 {
                if first.is_empty() {
                    first.clone_from(&line);
                }
                line.clear();
            }
            let number = counted.fetch_add(1, Ordering::SeqCst) + 1;
            let (status, body) = if first.contains("/count") {
                ("200 OK", format!("{{\"count\":{number}}}"))
            } else {
                ("404 Not Found", "{\"message\":\"no such thing\"}".to_owned())
            };
            let _ = write!(
                stream.get_mut(),
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    (url, calls)
}

impl Client {
    pub fn start() -> Self {
        let place = Place::new();
        let folder = place.work().join("counting");
        let (url, calls) = service();
        for (file, text) in [
            (
                "connector.toml",
                format!(
                    "format = 1\nid = \"counting\"\ntitle = \"Counting\"\nversion = \"0.1.0\"\n\n[http]\nbase_url = \"{url}\"\n"
                ),
            ),
            ("actions/count.rhai", ACTION.to_owned()),
            ("actions/fail.rhai", FAILING.to_owned()),
            ("methods/names.rhai", NAMES.to_owned()),
            ("triggers/told.rhai", TRIGGER.to_owned()),
        ] {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let mut adapter = place
            .joinery()
            .arg("dap")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = adapter.stdin.take().unwrap();
        let mut stdout = BufReader::new(adapter.stdout.take().unwrap());
        let (sender, messages) = mpsc::channel();
        thread::spawn(move || {
            while let Some(message) = read(&mut stdout) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut client = Self {
            adapter,
            stdin,
            messages,
            events: Vec::new(),
            seq: 0,
            place,
            folder,
            calls,
        };
        let capabilities = client.ask("initialize", json!({ "adapterID": "joinery", "pathFormat": "path" }));
        assert_eq!(capabilities["supportsLogPoints"], true);
        client
    }

    /// Launches an action, up to where breakpoints are set.
    pub fn launch(&mut self, file: &str, more: Value) {
        let mut arguments = json!({ "program": self.path(file), "input": { "page": 7 } });
        arguments
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        self.ask("launch", arguments);
        self.event("initialized");
    }

    pub fn path(&self, file: &str) -> String {
        self.folder.join(file).display().to_string()
    }

    pub fn source(&self, file: &str) -> Value {
        json!({ "path": self.path(file) })
    }

    #[track_caller]
    fn next(&mut self) -> Value {
        let message = self
            .messages
            .recv_timeout(Duration::from_secs(30))
            .expect("the adapter says something");
        check(&message);
        message
    }

    #[track_caller]
    fn send(&mut self, command: &str, arguments: Value) -> u64 {
        self.seq += 1;
        let mut message = json!({ "seq": self.seq, "type": "request", "command": command });
        if !arguments.is_null() {
            message["arguments"] = arguments;
        }
        check(&message);
        let text = message.to_string();
        write!(self.stdin, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.stdin.flush().unwrap();
        self.seq
    }

    /// The response to a request.
    #[track_caller]
    pub fn response(&mut self, command: &str, arguments: Value) -> Value {
        let seq = self.send(command, arguments);
        loop {
            let message = self.next();
            if message["type"] == "event" {
                self.events.push(message);
                continue;
            }
            assert_eq!(
                (&message["request_seq"], &message["command"]),
                (&json!(seq), &json!(command))
            );
            return message;
        }
    }

    /// The body of a response that says yes.
    #[track_caller]
    pub fn ask(&mut self, command: &str, arguments: Value) -> Value {
        let response = self.response(command, arguments);
        assert_eq!(response["success"], true, "{response}");
        response["body"].clone()
    }

    /// The words of a response that says no.
    #[track_caller]
    pub fn refused(&mut self, command: &str, arguments: Value) -> String {
        let response = self.response(command, arguments);
        assert_eq!(response["success"], false, "{response}");
        response["message"].as_str().unwrap().to_owned()
    }

    /// The body of the next event of a kind; those before it are passed over, output kept.
    #[track_caller]
    pub fn event(&mut self, event: &str) -> Value {
        if let Some(index) = self.events.iter().position(|known| known["event"] == event) {
            return self.events.remove(index)["body"].clone();
        }
        loop {
            let message = self.next();
            assert_eq!(message["type"], "event", "{message}");
            if message["event"] == event {
                return message["body"].clone();
            }
            self.events.push(message);
        }
    }

    /// Where it stopped: reason and stack, `loud:2 execute:11`.
    #[track_caller]
    pub fn stopped(&mut self) -> (String, String) {
        let body = self.event("stopped");
        let stack = self.ask("stackTrace", json!({ "threadId": 1 }));
        let frames = stack["stackFrames"].as_array().unwrap();
        let frames = frames
            .iter()
            .map(|frame| format!("{}:{}", frame["name"].as_str().unwrap(), frame["line"]));
        (
            body["reason"].as_str().unwrap().to_owned(),
            frames.collect::<Vec<_>>().join(" "),
        )
    }

    #[track_caller]
    pub fn step(&mut self, command: &str) -> String {
        self.ask(command, json!({ "threadId": 1 }));
        self.stopped().1
    }

    #[track_caller]
    pub fn evaluate(&mut self, frame: u32, text: &str, context: &str) -> String {
        let body = self.ask(
            "evaluate",
            json!({ "expression": text, "frameId": frame, "context": context }),
        );
        body["result"].as_str().unwrap().to_owned()
    }

    /// One breakpoint in a file, in place of those before.
    #[track_caller]
    pub fn breakpoint(&mut self, file: &str, line: u32) {
        let source = self.source(file);
        self.ask(
            "setBreakpoints",
            json!({ "source": source, "breakpoints": [{ "line": line }] }),
        );
    }

    /// Lets what was launched run to its end: what was written, and the exit code.
    #[track_caller]
    pub fn run(&mut self) -> (String, i64) {
        self.ask("configurationDone", Value::Null);
        self.ended()
    }

    /// What was written until the run ended, and its exit code.
    #[track_caller]
    pub fn ended(&mut self) -> (String, i64) {
        let code = self.event("exited")["exitCode"].as_i64().unwrap();
        self.event("terminated");
        let written = self.events.extract_if(.., |event| event["event"] == "output");
        let written = written.map(|event| event["body"]["output"].as_str().unwrap().to_owned());
        (written.collect(), code)
    }

    pub fn leave(mut self) {
        self.ask("disconnect", json!({}));
        assert!(self.adapter.wait().unwrap().success());
        drop(self.place);
    }
}

fn read(stream: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().ok()?,
            _ if line.trim_end().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
