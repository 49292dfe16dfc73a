//! `joinery lsp` as another editor uses it: messages over stdin and stdout, as the protocol words them.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

use serde_json::{Value, json};

use crate::home::Place;

/// An editor and its server.
struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    folder: PathBuf,
    next_id: i64,
    /// What the server said that nobody has asked for yet.
    told: Vec<Value>,
    _place: Place,
}

impl Client {
    fn start(capabilities: &Value) -> (Self, Value) {
        let place = Place::new();
        let folder = place.copy_sample("okta", "connector");
        let mut child = place
            .joinery()
            .args(["lsp", "connector"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut client = Self {
            input: child.stdin.take(),
            output: BufReader::new(child.stdout.take().unwrap()),
            child,
            folder,
            next_id: 0,
            told: Vec::new(),
            _place: place,
        };
        let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities });
        let answer = client.ask("initialize", params).unwrap();
        client.tell("initialized", json!({}));
        (client, answer)
    }

    fn send(&mut self, text: &str) {
        let input = self.input.as_mut().unwrap();
        write!(input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        input.flush().unwrap();
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the server went away");
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", value)) => length = value.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string());
    }

    fn ask(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        self.next_id += 1;
        let id = self.next_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string());
        loop {
            let message = self.receive();
            if message["id"] == json!(id) && message.get("method").is_none() {
                return message.get("result").cloned().ok_or_else(|| message["error"].clone());
            }
            self.told.push(message);
        }
    }

    /// The diagnostics of a file that the server tells next.
    fn diagnostics(&mut self, uri: &str, version: i64) -> Vec<Value> {
        loop {
            let found = self.told.iter().position(|message| {
                message["method"] == "textDocument/publishDiagnostics"
                    && message["params"]["uri"] == uri
                    && message["params"]["version"] == version
            });
            if let Some(at) = found {
                let message = self.told.remove(at);
                return message["params"]["diagnostics"].as_array().unwrap().clone();
            }
            let message = self.receive();
            self.told.push(message);
        }
    }

    fn uri(&self, path: &str) -> String {
        uri_of(&self.folder.join(path))
    }

    fn open(&mut self, path: &str) -> (String, String) {
        let text = fs::read_to_string(self.folder.join(path)).unwrap();
        let uri = self.uri(path);
        let document = json!({ "uri": uri, "languageId": "rhai", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
        (uri, text)
    }

    fn change(&mut self, uri: &str, version: i64, changes: Value) {
        let document = json!({ "uri": uri, "version": version });
        self.tell(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": changes }),
        );
    }

    fn end(mut self) -> i32 {
        drop(self.input.take());
        self.child.wait().unwrap().code().unwrap()
    }
}

fn uri_of(path: &Path) -> String {
    format!("file://{}", fs::canonicalize(path).unwrap().display())
}

/// Where `word` stands in the text, `inside` letters into it.
fn position(text: &str, word: &str, inside: usize) -> Value {
    let byte = text.find(word).unwrap_or_else(|| panic!("no {word:?} in\n{text}")) + inside;
    let line = text[..byte].matches('\n').count();
    let start = text[..byte].rfind('\n').map_or(0, |at| at + 1);
    json!({ "line": line, "character": text[start..byte].encode_utf16().count() })
}

fn at(uri: &str, position: Value) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": position })
}

/// A script that calls a host which the connector does not name is put right in `connector.toml`, as that is open.
#[test]
fn a_host_is_allowed_by_a_fix_of_another_file() {
    let (mut client, _) = Client::start(&json!({}));
    let (manifest_uri, manifest) = client.open("connector.toml");
    client.diagnostics(&manifest_uri, 1);
    client.change(&manifest_uri, 2, json!([{ "text": format!("# ä\n{manifest}") }]));
    let (uri, text) = client.open(ACTION);
    client.diagnostics(&uri, 1);
    let calling = format!("{text}\nfn other() {{ http.get(`https://api.other.example/${{1}}`) }}\n");
    client.change(&uri, 2, json!([{ "text": calling }]));
    client.diagnostics(&uri, 2);
    let params = json!({
        "textDocument": { "uri": uri },
        "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 999, "character": 0 } },
        "context": { "diagnostics": [] },
    });
    let actions = client.ask("textDocument/codeAction", params).unwrap();
    let actions = actions.as_array().unwrap();
    let allow = actions
        .iter()
        .find(|action| action["title"] == "Allow api.other.example in connector.toml")
        .unwrap_or_else(|| panic!("{actions:?}"));
    let changes = allow["edit"]["changes"].as_object().unwrap();
    assert_eq!(changes.keys().collect::<Vec<_>>(), [&manifest_uri]);
    let edits = changes[&manifest_uri].clone();
    let inserted = edits[0]["newText"].as_str().unwrap();
    assert!(inserted.contains("api.other.example"), "{edits}");
    let change = json!([{ "range": edits[0]["range"], "text": inserted }]);
    client.change(&manifest_uri, 3, change);
    client.change(&uri, 3, json!([{ "text": calling }]));
    let left = client.diagnostics(&uri, 3);
    assert!(left.iter().all(|problem| problem["code"] != "unknown_host"), "{left:?}");

    // While an options map is written, its keys are told beside the call.
    let writing = format!("{text}\nfn other() {{ csv.parse(\"a\", #{{");
    client.change(&uri, 4, json!([{ "text": writing }]));
    client.diagnostics(&uri, 4);
    let caret = position(&writing, "csv.parse(", "csv.parse(\"a\", ".len());
    let help = client.ask("textDocument/signatureHelp", at(&uri, caret)).unwrap();
    let docs = help["signatures"][0]["documentation"]["value"].as_str().unwrap();
    assert!(docs.contains("\n- `separator`: What stands between values"), "{docs}");
    assert_eq!(client.ask("shutdown", Value::Null).unwrap(), Value::Null);
    client.tell("exit", Value::Null);
    assert_eq!(client.end(), 0);
}

const ACTION: &str = "actions/get_user.rhai";

/// A flow knows the actions of the connectors beside it, what they take, and what its trigger finds.
#[test]
fn a_flow_is_completed_from_the_connectors_of_its_workspace() {
    let (mut client, _) = Client::start(&json!({}));
    let flows = client.folder.with_file_name("flows");
    fs::create_dir(&flows).unwrap();
    let text = concat!(
        "fn trigger() {\n    #{ connector: \"okta\", trigger: \"\" }\n}\n\n",
        "fn handle(event) {\n    let who = run(\"okta.get_user\", #{ });\n    run(\"\", #{});\n    event.\n}\n"
    );
    fs::write(flows.join("welcome.rhai"), text).unwrap();
    let (uri, _) = client.open("../flows/welcome.rhai");
    let mut labels = |text: &str, word: &str| {
        let caret = position(text, word, word.len());
        let found = client.ask("textDocument/completion", at(&uri, caret)).unwrap();
        let items = found["items"].as_array().unwrap().clone();
        let labels: Vec<String> = items
            .iter()
            .map(|item| item["label"].as_str().unwrap().to_owned())
            .collect();
        labels
    };
    let actions = labels(text, "    run(\"");
    assert!(actions.contains(&"okta.create_user".to_owned()), "{actions:?}");
    let triggers = labels(text, "trigger: \"");
    assert!(triggers.contains(&"new_user_created".to_owned()), "{triggers:?}");
    assert!(triggers.iter().all(|each| !each.contains('.')), "{triggers:?}");
    let fields = labels(text, "\"okta.get_user\", #{ ");
    assert_eq!(fields, ["include_groups", "user"]);
    // Nothing is known of an event before the trigger is named.
    assert!(!labels(text, "event.").contains(&"actor".to_owned()));
    let named = text.replace("trigger: \"\"", "trigger: \"new_user_created\"");
    client.change(&uri, 2, json!([{ "text": named }]));
    let caret = position(&named, "event.", "event.".len());
    let found = client.ask("textDocument/completion", at(&uri, caret)).unwrap();
    assert!(found.to_string().contains("\"label\":\"actor\""), "{found}");
    assert_eq!(client.ask("shutdown", Value::Null).unwrap(), Value::Null);
    client.tell("exit", Value::Null);
    assert_eq!(client.end(), 0);
}

#[test]
fn a_whole_session_with_another_editor() {
    let (mut client, answer) = Client::start(&json!({}));
    assert_eq!(answer["capabilities"]["positionEncoding"], "utf-16");
    let (uri, text) = client.open(ACTION);
    assert_eq!(client.diagnostics(&uri, 1), Vec::<Value>::new());

    // Half a line, as it is being typed: the mistake is told, and completion works all the same.
    let end = position(&text, "    user\n}", 0);
    let broken = json!([{ "range": { "start": end, "end": end }, "text": "    let grüße = http.\n" }]);
    client.change(&uri, 2, broken);
    let problems = client.diagnostics(&uri, 2);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0]["severity"], 1);
    let line = end["line"].as_i64().unwrap();
    let caret = json!({ "line": line, "character": 21 });
    let list = client.ask("textDocument/completion", at(&uri, caret.clone())).unwrap();
    let get = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["label"] == "get")
        .unwrap();
    assert!(
        get["documentation"]["value"].as_str().unwrap().contains("Gets `path`"),
        "{get}"
    );
    assert_eq!(get["textEdit"]["range"]["start"], caret);

    // The rest of the line: columns are counted in UTF-16.
    let more = json!([{ "range": { "start": caret, "end": caret }, "text": "get(\"/😀\", " }]);
    client.change(&uri, 3, more);
    client.diagnostics(&uri, 3);
    let help = client
        .ask(
            "textDocument/signatureHelp",
            at(&uri, json!({ "line": line, "character": 32 })),
        )
        .unwrap();
    assert_eq!(help["signatures"][0]["label"], "http.get(path, query?)");
    // The paragraphs after the first would hide what is being written.
    assert_eq!(
        help["signatures"][0]["documentation"]["value"],
        "Gets `path` and returns the parsed body. `query` is a map of parameters to add."
    );
    assert_eq!(help["activeParameter"], 1);
    let whole = json!([{ "text": text }]);
    client.change(&uri, 4, whole);
    assert_eq!(client.diagnostics(&uri, 4), Vec::<Value>::new());

    let hover = client
        .ask("textDocument/hover", at(&uri, position(&text, "encode_path", 2)))
        .unwrap();
    assert!(
        hover["contents"]["value"]
            .as_str()
            .unwrap()
            .contains("encode_path(value)"),
        "{hover}"
    );
    let definition = client
        .ask("textDocument/definition", at(&uri, position(&text, "paging::all", 9)))
        .unwrap();
    assert_eq!(definition["uri"], client.uri("methods/paging.rhai"));

    // Renaming a function reaches the files that import it.
    let all = at(&uri, position(&text, "paging::all", 9));
    let prepared = client.ask("textDocument/prepareRename", all.clone()).unwrap();
    assert_eq!(prepared["placeholder"], "all");
    let mut rename = all.clone();
    rename["newName"] = "every".into();
    let edit = client.ask("textDocument/rename", rename).unwrap();
    let files: Vec<(String, usize)> = edit["changes"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(uri, edits)| {
            (
                uri.rsplit('/').next().unwrap().to_owned(),
                edits.as_array().unwrap().len(),
            )
        })
        .collect();
    for file in ["get_user.rhai", "groups.rhai", "list_users.rhai", "paging.rhai"] {
        assert!(files.contains(&(file.to_owned(), 1)), "{file} is not among {files:?}");
    }
    let mut refused = at(&uri, position(&text, "execute", 1));
    refused["newName"] = "run".into();
    let error = client.ask("textDocument/rename", refused).unwrap_err();
    assert_eq!(error["message"], "Joinery calls `execute` by this name");

    let mut references = all;
    references["context"] = json!({ "includeDeclaration": false });
    let found = client.ask("textDocument/references", references).unwrap();
    let renamed: usize = files.iter().map(|(_, count)| count).sum();
    assert_eq!(found.as_array().unwrap().len(), renamed - 1, "all but the declaration");
    let about = json!({ "textDocument": { "uri": uri } });
    let symbols = client.ask("textDocument/documentSymbol", about.clone()).unwrap();
    assert_eq!(symbols[1]["name"], "input_fields");
    assert_eq!(symbols[1]["children"].as_array().unwrap().len(), 2);
    let tokens = client.ask("textDocument/semanticTokens/full", about.clone()).unwrap();
    assert_eq!(tokens["data"].as_array().unwrap().len() % 5, 0);
    let folds = client.ask("textDocument/foldingRange", about.clone()).unwrap();
    assert!(!folds.as_array().unwrap().is_empty());
    let highlights = client
        .ask(
            "textDocument/documentHighlight",
            at(&uri, position(&text, "let user", 5)),
        )
        .unwrap();
    assert_eq!(highlights.as_array().unwrap().len(), 4);
    let symbols = client.ask("workspace/symbol", json!({ "query": "dedupe" })).unwrap();
    assert_eq!(symbols[0]["name"], "dedupe_key");

    // Layout, and the quick fix for a mistyped name.
    let messy = text.replace("    user\n}", "    let  x=encode_paht( 1 );\n    user\n}");
    client.change(&uri, 5, json!([{ "text": messy }]));
    let problems = client.diagnostics(&uri, 5);
    let codes: Vec<&str> = problems.iter().filter_map(|problem| problem["code"].as_str()).collect();
    assert_eq!(codes, ["unknown_function", "unused_variable"]);
    let range = problems[0]["range"].clone();
    let params = json!({ "textDocument": { "uri": uri }, "range": range, "context": { "diagnostics": [] } });
    let actions = client.ask("textDocument/codeAction", params).unwrap();
    assert_eq!(actions[0]["title"], "Change to encode_path");
    assert_eq!(actions[0]["edit"]["changes"][&uri][0]["newText"], "encode_path");
    let mut options = about;
    options["options"] = json!({ "tabSize": 4, "insertSpaces": true });
    let edits = client.ask("textDocument/formatting", options).unwrap();
    assert_eq!(edits[0]["newText"], "x = encode_paht(1");

    assert_eq!(client.ask("shutdown", Value::Null).unwrap(), Value::Null);
    assert_eq!(client.ask("textDocument/hover", json!({})).unwrap_err()["code"], -32600);
    client.tell("exit", Value::Null);
    assert_eq!(client.end(), 0);
}

#[test]
fn what_is_no_message_is_answered_with_an_error() {
    let (mut client, answer) = Client::start(&json!({ "general": { "positionEncodings": ["utf-32", "utf-8"] } }));
    assert_eq!(answer["capabilities"]["positionEncoding"], "utf-32");
    for (message, code) in [
        ("{", -32700),
        ("[]", -32600),
        ("{\"id\": 1}", -32600),
        ("{\"id\": {}, \"method\": \"x\"}", -32600),
        ("{\"id\": 7, \"method\": \"textDocument/nothing\"}", -32601),
        ("{\"id\": 7, \"method\": \"textDocument/hover\", \"params\": 5}", -32602),
        (
            "{\"id\": 7, \"method\": \"initialize\", \"params\": {\"capabilities\": {}}}",
            -32600,
        ),
    ] {
        client.send(message);
        assert_eq!(client.receive()["error"]["code"], code, "{message}");
    }
    let nowhere = at("file:///nowhere.rhai", json!({ "line": 0, "character": 0 }));
    assert_eq!(client.ask("textDocument/hover", nowhere).unwrap_err()["code"], -32602);
    // An editor that goes away without a word.
    assert_eq!(client.end(), 1);
}

#[test]
fn nothing_is_answered_before_the_start() {
    let place = Place::new();
    let message = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"shutdown\"}";
    let input = format!("Content-Length: {}\r\n\r\n{message}", message.len());
    let output = place.run(&["lsp"], &[], input.as_bytes());
    assert!(String::from_utf8_lossy(&output.stdout).contains("-32002"), "{output:?}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_file_outside_of_any_connector_is_checked_too() {
    let (mut client, _) = Client::start(&json!({}));
    let uri = "file:///elsewhere/alone.rhai";
    let text = "import \"other\" as other;\n\nfn f(value) {\n    encode_paht(value)\n}\n";
    let document = json!({ "uri": uri, "languageId": "rhai", "version": 1, "text": text });
    client.tell("textDocument/didOpen", json!({ "textDocument": document }));
    let codes: Vec<Value> = client
        .diagnostics(uri, 1)
        .iter()
        .map(|problem| problem["code"].clone())
        .collect();
    assert_eq!(codes, ["unknown_function", "unused_import"]);
    let definition = client
        .ask("textDocument/definition", at(uri, position(text, "(value)\n", 2)))
        .unwrap();
    assert_eq!(definition["range"]["start"], json!({ "line": 2, "character": 5 }));
}
