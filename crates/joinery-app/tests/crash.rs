//! A process of ours that panics with secrets in memory says where and how, and none of them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail where it stands")]

use std::{fs, path::Path, process::Command};

use joinery_app::{
    Program, Studio, StudioOptions,
    connections::{self, ConnectionDraft},
    connectors, crash,
};

/// What is planted: a password in a connection, and what a panic is given to say.
const SECRET: &str = "planted-pa55word-of-ada";
const HOME: &str = "JOINERY_TEST_HOME";
const WAY: &str = "JOINERY_TEST_WAY";

#[test]
fn no_secret_is_in_what_a_crash_leaves_behind() {
    for (way, told) in [
        ("message", "is left out"),
        ("unwrap", "called `Result::unwrap()` on an `Err` value"),
        ("expect", "is left out"),
        ("slice", "byte index"),
        ("index", "index out of bounds"),
        ("literal", "the studio lost its window"),
        ("thread", "is left out"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crashes", "--ignored", "--nocapture"])
            .env(HOME, folder.path())
            .env(WAY, way)
            .output()
            .unwrap();
        assert!(!output.status.success(), "{way} did not crash");
        let read = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let printed = format!("{}{}", read(&output.stdout), read(&output.stderr));
        let reports: Vec<_> = fs::read_dir(folder.path().join("crashes")).unwrap().collect();
        assert_eq!(reports.len(), 1, "{way}");
        let report = fs::read_to_string(reports[0].as_ref().unwrap().path()).unwrap();
        for text in [&printed, &report] {
            assert!(text.contains(told) && text.contains("tests/crash.rs:"), "{way}: {text}");
            assert!(!text.contains(SECRET), "{way}: {text}");
        }
        assert!(report.contains("crash::crashes"), "{way} has no way to it: {report}");
        assert!(printed.contains("crashes"), "{way} does not say where the report is");
    }
}

#[test]
#[ignore = "crashes: the test above runs it in a process of its own"]
fn crashes() {
    let home = std::env::var(HOME).unwrap();
    crash::report(Some(home.clone().into()));
    let studio = Studio::new(StudioOptions {
        home: home.clone().into(),
        documents: home.into(),
        keychain: false,
        worker: Program::At(env!("CARGO_BIN_EXE_app-worker").into()),
    });
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/okta");
    let connector = connectors::open(&sample).unwrap();
    let values = [("domain", "acme.okta.com"), ("token", SECRET)];
    let draft = ConnectionDraft {
        name: "acme".into(),
        connector: "okta".into(),
        auth: "api_token".into(),
        values: values.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        ..ConnectionDraft::default()
    };
    connections::save_for(&studio, &connector, &draft).unwrap();
    let resolved = connections::resolve(&studio, &connector, Ok("acme")).unwrap();
    let secret = resolved.secrets["token"].reveal();
    match std::env::var(WAY).unwrap().as_str() {
        "message" => panic!("cannot sign in with {secret}"),
        "unwrap" => refused(secret).unwrap(),
        "expect" => refused(secret).expect("the token is good"),
        // The standard library shows the text that it cuts.
        "slice" => drop(format!("{secret}\u{e9}")[..=SECRET.len()].to_owned()),
        "index" => assert_eq!(secret.as_bytes().to_vec()[secret.len()], 0),
        "literal" => panic!("the studio lost its window"),
        _ => {
            let secret = secret.to_owned();
            let other = std::thread::spawn(move || panic!("{secret}"));
            drop(other.join());
            std::process::exit(1);
        }
    }
}

fn refused(secret: &str) -> Result<(), String> {
    Err(format!("{secret} is not known"))
}
