//! How fast the language server is on a script of 1,000 lines: from a key to the problems, and completion. Prints medians
//! and the slowest of many, in milliseconds.

#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on has to stop")]

use std::{fmt::Write as _, fs, sync::Arc, time::Instant};

use joinery_app::{Program, Studio, StudioOptions};
use joinery_protocol::lsp::Server;
use serde_json::{Value, json};

const MANIFEST: &str =
    "format = 1\nid = \"long\"\ntitle = \"Long\"\nversion = \"0.1.0\"\n\n[http]\nbase_url = \"https://acme.example\"\n";

fn main() {
    joinery_app::serve_if_asked();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("long");
    fs::create_dir_all(root.join("actions")).unwrap();
    fs::write(root.join("connector.toml"), MANIFEST).unwrap();
    let text = long_script(1_000);
    let path = root.join("actions/long.rhai");
    fs::write(&path, &text).unwrap();
    let studio = Studio::new(StudioOptions {
        home: folder.path().join("home"),
        documents: folder.path().to_owned(),
        keychain: false,
        worker: Program::This,
    });
    let mut server = Server::new(Arc::new(studio), Some(root));
    let mut say = |message: Value| server.handle(&message.to_string());
    let uri = format!("file://{}", path.display());
    let position = |line: usize, character: usize| json!({ "line": line, "character": character });

    say(json!({ "id": 0, "method": "initialize", "params": { "capabilities": {} } }));
    say(json!({ "method": "initialized", "params": {} }));
    let document = json!({ "uri": uri, "languageId": "rhai", "version": 0, "text": text });
    say(json!({ "method": "textDocument/didOpen", "params": { "textDocument": document } }));

    // A letter is typed in a text in the middle of the file, so that the script stays one that compiles.
    let place = |near: usize, word: &str| {
        let mut lines = text.lines().enumerate().skip(near);
        lines
            .find_map(|(number, line)| Some((number, line.find(word)? + word.len())))
            .unwrap()
    };
    let (line, at) = place(500, "firstName + \" ");
    let keys = measured(60, |number| {
        let change = json!({ "range": { "start": position(line, at), "end": position(line, at) }, "text": "x" });
        let document = json!({ "uri": uri, "version": number + 1 });
        let params = json!({ "textDocument": document, "contentChanges": [change] });
        let told = say(json!({ "method": "textDocument/didChange", "params": params }));
        assert!(told[0].contains("publishDiagnostics"));
    });
    print("1,000 lines: key to problems", &keys);

    let mut completion = |name: &str, line: usize, character: usize| {
        let taken = measured(60, |number| {
            let params = json!({ "textDocument": { "uri": uri }, "position": position(line, character) });
            let answer = say(json!({ "id": number, "method": "textDocument/completion", "params": params }));
            assert!(answer[0].contains("\"label\""));
        });
        print(name, &taken);
    };
    let (line, at) = place(500, "if na");
    completion("1,000 lines: completion of a name", line, at);
    let (line, at) = place(500, "names = groups.");
    completion("1,000 lines: completion after a dot", line, at);
}

fn measured(times: usize, mut work: impl FnMut(usize)) -> Vec<f64> {
    work(times + 1_000);
    let mut taken: Vec<f64> = (0..times)
        .map(|number| {
            let began = Instant::now();
            work(number);
            began.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    taken.sort_by(f64::total_cmp);
    taken
}

fn print(name: &str, taken: &[f64]) {
    let (median, most) = (taken[taken.len() / 2], taken[taken.len() - 1]);
    println!("{name:<52} {median:8.2} ms (slowest {most:.2})");
}

fn long_script(lines: usize) -> String {
    let mut text = String::from("//! Long\n");
    for index in 0..lines / 10 {
        let _ = write!(
            text,
            r#"
fn step{index}(user) {{
    let name = user.profile.firstName + " " + user.profile.lastName;
    if name.is_empty() {{
        name = `user ${{user.id}}`;
    }}
    let groups = http.items(`/api/v1/users/${{encode_path(user.id)}}/groups`);
    let names = groups.map(|group| group.profile.name);
    #{{ id: user.id, name: name, groups: names, digest: sha256(name) }}
}}"#
        );
    }
    text + "\nfn execute(connection, input) { step0(input) }\n"
}
