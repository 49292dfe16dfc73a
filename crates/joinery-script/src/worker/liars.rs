//! Workers that a script has taken over, as far as debugging goes: whatever one says, its host gives an error and lives.
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::{Arc, mpsc},
    time::Duration,
};

use joinery_connector::Connector;
use serde_json::{Map, Value, json};

use super::{
    Program, Workers,
    frame::encode,
    protocol::{Done, Report, VERSION},
};
use crate::{
    debug::{Breakpoints, Event, Notice, Question, Reason, Reply, Session, StackFrame, Stopped, Variable},
    error::ScriptError,
    host::{CallPlace, ConsoleLine, Host, HostResponse, HttpFailure, ScriptRequest, SecretFailure, SecretOperation},
    limits::{Cancel, Limits},
    run::{Function, Outcome, Run},
};

/// A host that nothing may be asked of.
struct Nobody;

impl Host for Nobody {
    fn send(&self, _: ScriptRequest, _: &Cancel) -> Result<HostResponse, HttpFailure> {
        panic!("a lie reached HTTP")
    }
    fn log(&self, _: ConsoleLine) {}
    fn now_ms(&self) -> i64 {
        0
    }
    fn random(&self, _: &mut [u8]) {}
    fn sleep(&self, _: Duration, _: &Cancel) {}
    fn sign(&self, secret: &str, _: SecretOperation, _: &[u8]) -> Result<Vec<u8>, SecretFailure> {
        Err(SecretFailure::Missing {
            name: secret.to_owned(),
        })
    }
}

/// A program that says these bytes after it has said that it is ready, and then listens to nobody.
fn liar(folder: &Path, lies: &[u8]) -> Workers {
    let ready = Report::Ready {
        version: VERSION.to_owned(),
        open: Vec::new(),
    };
    let said = [encode(&ready).unwrap(), lies.to_vec()].concat();
    fs::write(folder.join("lies"), said).unwrap();
    let program = folder.join("worker");
    let script = format!(
        "#!/bin/sh\n/bin/cat '{}'\nexec /bin/sleep 60\n",
        folder.join("lies").display()
    );
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
    Workers::new(Program::At(program))
}

fn run() -> Run {
    let files = [
        ("connector.toml", "format = 1\nid = \"acme\"\nversion = \"0.1.0\"\n"),
        ("actions/a.rhai", "fn execute(connection, input) { 1 }"),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
    Run {
        connector: Arc::new(Connector::from_files(Path::new("acme"), files).unwrap()),
        file: "actions/a.rhai".to_owned(),
        function: Function::Execute { input: json!({}) },
        connection: Map::new(),
        secrets: Vec::new(),
        config: Value::Null,
        limits: Limits::default(),
        coverage: false,
    }
}

/// What a debug run of such a worker gives, and how often it was said to have stopped.
fn debug(lies: &[u8]) -> (Result<Value, ScriptError>, usize) {
    let folder = tempfile::tempdir().unwrap();
    let (sender, events) = mpsc::channel();
    let cancel = Cancel::default();
    let session = Session::new(Breakpoints::default(), false, cancel.clone(), move |event| {
        let _ = sender.send(event);
    });
    let host: Arc<dyn Host> = Arc::new(Nobody);
    let outcome = liar(folder.path(), lies).debug(&run(), &host, &cancel, &session);
    let stops = events.try_iter().filter(|event| matches!(event, Event::Stopped(_)));
    (outcome.result, stops.count())
}

fn frame(notice: Notice) -> Vec<u8> {
    encode(&Report::Debug(notice)).unwrap()
}

fn stopped(frames: usize) -> Vec<u8> {
    let frame_of_stack = StackFrame {
        function: "f".repeat(100_000),
        place: CallPlace {
            file: "../../../etc/passwd".to_owned(),
            line: u32::MAX,
        },
        column: u32::MAX,
        is_live: true,
    };
    frame(Notice::Stopped(Stopped {
        reason: Reason::Error {
            code: "c".repeat(100_000),
            message: "m".repeat(100_000),
            hint: None,
        },
        frames: vec![frame_of_stack; frames],
    }))
}

fn variables(count: usize) -> Vec<u8> {
    let variable = Variable {
        name: "n".to_owned(),
        value: "v".to_owned(),
        kind: "i64".to_owned(),
        reference: u32::MAX,
        parts: u32::MAX,
        is_list: true,
        expression: None,
    };
    frame(Notice::Reply(Reply::Variables(vec![variable; count])))
}

fn done(value: Value) -> Vec<u8> {
    let outcome = Outcome {
        result: Ok(value),
        compile_ms: 0.0,
        operations: 0,
        continuation: None,
        coverage: None,
    };
    encode(&Report::Done(Done::Run(outcome))).unwrap()
}

#[test]
fn what_no_worker_says_of_a_stop_ends_the_run_and_not_its_host() {
    let lies: [(&str, Vec<u8>); 9] = [
        ("a stack of more functions than are told", stopped(257)),
        ("a stop while it stands still", [stopped(1), stopped(1)].concat()),
        ("more variables than were asked for", variables(1_001)),
        ("an answer to no question", variables(1)),
        ("a second start", {
            let ready = Report::Ready {
                version: VERSION.to_owned(),
                open: Vec::new(),
            };
            encode(&ready).unwrap()
        }),
        (
            "what is done by no debug run",
            encode(&Report::Done(Done::Has(true))).unwrap(),
        ),
        ("a frame that is longer than any", u32::MAX.to_le_bytes().to_vec()),
        ("a frame of noise", [3, 0, 0, 0, 0xc1, 0xff, 0x00].to_vec()),
        ("a stop cut short", {
            let mut cut = stopped(1);
            let length = cut.len() - 5;
            cut[..4].copy_from_slice(&u32::try_from(length).unwrap().to_le_bytes());
            cut.truncate(length + 4);
            cut
        }),
    ];
    for (what, lie) in lies {
        // What comes after a lie is not believed either.
        let (result, _) = debug(&[lie, done(json!("believed"))].concat());
        let error = result.expect_err(what);
        assert_eq!(error.code, "worker", "{what}: {error:?}");
    }
    assert_eq!(debug(&done(json!("honest"))), (Ok(json!("honest")), 0));
}

#[test]
fn a_stop_is_told_within_bounds_and_a_worker_that_then_says_nothing_can_be_ended() {
    let folder = tempfile::tempdir().unwrap();
    let (sender, events) = mpsc::channel();
    let cancel = Cancel::default();
    let session = Session::new(Breakpoints::default(), false, cancel.clone(), move |event| {
        let _ = sender.send(event);
    });
    let workers = liar(folder.path(), &stopped(3));
    std::thread::scope(|scope| {
        let (session, cancel) = (&session, &cancel);
        let running = scope.spawn(move || {
            let host: Arc<dyn Host> = Arc::new(Nobody);
            workers.debug(&run(), &host, cancel, session)
        });
        let Ok(Event::Stopped(stopped)) = events.recv_timeout(Duration::from_secs(30)) else {
            panic!("it is told of the stop");
        };
        assert_eq!(stopped.frames.len(), 3);
        assert!(
            stopped.frames[0].function.len() < 2_000,
            "{}",
            stopped.frames[0].function.len()
        );
        // Nobody answers: the question ends, and the run with it.
        let Reply::Refused(why) = session.ask(Question::Frame { frame: 0 }) else {
            panic!("there is nobody to answer");
        };
        assert!(why.contains("ended"), "{why}");
        let error = running.join().unwrap().result.unwrap_err();
        assert_eq!(error.code, "cancelled", "{error:?}");
    });
}

#[test]
fn a_worker_that_talks_of_debugging_in_a_plain_run_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let host: Arc<dyn Host> = Arc::new(Nobody);
    let lies = [stopped(1), done(json!("believed"))].concat();
    let outcome = liar(folder.path(), &lies).run(&run(), &host, &Cancel::default());
    assert_eq!(outcome.result.unwrap_err().code, "worker");
}

#[test]
fn a_breakpoint_that_nobody_set_is_told_and_harms_nobody() {
    let reason = Reason::Breakpoint {
        ids: (0..100_000).collect(),
        problem: None,
    };
    let frames = vec![StackFrame {
        function: String::new(),
        place: CallPlace {
            file: "actions/none.rhai".to_owned(),
            line: 0,
        },
        column: 0,
        is_live: false,
    }];
    let lie = frame(Notice::Stopped(Stopped { reason, frames }));
    // It stands still, it says, and then that it is done: that ends the run all the same.
    let (result, stops) = debug(&[lie, done(json!(1))].concat());
    assert_eq!((result, stops), (Ok(json!(1)), 1));
}
