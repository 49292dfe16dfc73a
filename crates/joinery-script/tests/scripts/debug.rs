//! Debug runs, in workers as a front has them.

use std::{
    sync::{Arc, Mutex, mpsc},
    time::{Duration, Instant},
};

use joinery_script::{
    Cancel, Function, Host, Limits, Outcome, Run,
    debug::{
        Breakpoints, Event, FunctionBreakpoint, Hits, Holder, LineBreakpoint, Place, Question, Reason, Reply, Session,
        Step, Stopped, Variable,
    },
};
use serde_json::json;

use crate::support::{MemoryHost, connector, workers};

const ACTION: &str = r#"import "methods/names" as names;

fn double(number) {
    let twice = number * 2;
    twice
}

fn execute(connection, input) {
    let total = 0;
    let users = [#{ id: 1, name: "Ada" }, #{ id: 2, name: "Grace" }];
    for user in users {
        total += double(user.id);
    }
    let shout = users.map(|user| {
        let name = user.name;
        names::loud(name)
    });
    #{ total: total, shout: shout }
}
"#;
const NAMES: &str = "fn loud(text) {\n    let upper = text.to_upper();\n    upper + \"!\"\n}\n";

/// A debug run under way.
struct Debugged {
    session: Session,
    events: mpsc::Receiver<Event>,
    host: Arc<MemoryHost>,
    outcome: std::thread::JoinHandle<Outcome>,
}

fn start(files: &[(&str, &str)], breakpoints: Breakpoints, stop_on_entry: bool, limits: Limits) -> Debugged {
    let (sender, events) = mpsc::channel();
    let cancel = Cancel::default();
    let sender = Mutex::new(sender);
    let session = Session::new(breakpoints, stop_on_entry, cancel.clone(), move |event| {
        let _ = sender.lock().unwrap().send(event);
    });
    let host = Arc::new(MemoryHost::default());
    let run = Run {
        connector: connector(files),
        file: files[0].0.to_owned(),
        function: Function::Execute {
            input: json!({ "page": 1 }),
        },
        connection: serde_json::Map::new(),
        secrets: vec!["token".into()],
        config: json!({}),
        coverage: false,
        limits,
    };
    let outcome = {
        let (session, host) = (session.clone(), host.clone() as Arc<dyn Host>);
        std::thread::spawn(move || workers().debug(&run, &host, &cancel, &session))
    };
    Debugged {
        session,
        events,
        host,
        outcome,
    }
}

fn action(breakpoints: Breakpoints) -> Debugged {
    let files = [("actions/a.rhai", ACTION), ("methods/names.rhai", NAMES)];
    start(&files, breakpoints, false, Limits::default())
}

fn line(line: u32) -> LineBreakpoint {
    in_file("actions/a.rhai", ACTION, line)
}

/// At the first statement of a line, as fronts find it.
fn in_file(file: &str, text: &str, line: u32) -> LineBreakpoint {
    let places = workers().places(&connector(&[(file, text)]), file).unwrap();
    let (line, column) = places.nearest(line, None).unwrap();
    LineBreakpoint {
        id: line,
        place: Place {
            file: file.into(),
            line,
            column,
        },
        condition: None,
        hits: None,
        log: None,
    }
}

fn lines(lines: impl IntoIterator<Item = LineBreakpoint>) -> Breakpoints {
    Breakpoints {
        lines: lines.into_iter().collect(),
        ..Breakpoints::default()
    }
}

impl Debugged {
    #[track_caller]
    fn stopped(&self) -> Stopped {
        match self.events.recv_timeout(Duration::from_secs(20)) {
            Ok(Event::Stopped(stopped)) => stopped,
            other => panic!("the script did not stop: {other:?}"),
        }
    }

    #[track_caller]
    fn go(&self, step: Step) {
        assert!(self.session.go(step), "the script does not stand still");
        assert_eq!(self.events.recv_timeout(Duration::from_secs(20)), Ok(Event::Continued));
    }

    /// Goes on and gives the stack after it: `double:4 execute:12`.
    #[track_caller]
    fn step(&self, step: Step) -> String {
        self.go(step);
        stack(&self.stopped())
    }

    #[track_caller]
    fn evaluate(&self, frame: u32, text: &str) -> String {
        match self.session.ask(Question::Evaluate {
            frame,
            text: text.into(),
            may_call_out: false,
        }) {
            Reply::Value(variable) => variable.value,
            Reply::Refused(why) => why,
            other @ Reply::Variables(_) => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn variables(&self, question: Question) -> Vec<Variable> {
        match self.session.ask(question) {
            Reply::Variables(variables) => variables,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn end(self) -> Outcome {
        self.session.go(Step::On);
        self.outcome.join().unwrap()
    }
}

fn stack(stopped: &Stopped) -> String {
    let frames = stopped
        .frames
        .iter()
        .map(|frame| format!("{}:{}", frame.function, frame.place.line));
    frames.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_breakpoint_stops_and_steps_go_over_into_and_out() {
    let run = action(lines([line(12)]));
    let stopped = run.stopped();
    assert_eq!(
        stopped.reason,
        Reason::Breakpoint {
            ids: vec![12],
            problem: None
        }
    );
    assert_eq!(stack(&stopped), "execute:12");
    assert_eq!(run.step(Step::Into), "double:4 execute:12");
    assert_eq!(run.step(Step::Over), "double:5 execute:12");
    assert_eq!(run.step(Step::Over), "execute:12");
    assert_eq!(run.step(Step::Into), "double:4 execute:12");
    run.session.set_breakpoints(Breakpoints::default());
    assert_eq!(run.step(Step::Out), "execute:14");
    assert_eq!(run.step(Step::Into), "closure:15 execute:14");
    assert_eq!(run.step(Step::Over), "closure:16 execute:14");
    assert_eq!(run.step(Step::Into), "loud:2 closure:16 execute:14");
    assert_eq!(run.step(Step::Out), "closure:15 execute:14");
    assert_eq!(run.step(Step::Out), "execute:18");
    let outcome = run.end();
    assert_eq!(outcome.result, Ok(json!({ "shout": ["ADA!", "GRACE!"], "total": 6 })));
}

#[test]
fn a_breakpoint_in_another_file_stops_with_the_callers_below() {
    let run = action(lines([in_file("methods/names.rhai", NAMES, 3)]));
    let stopped = run.stopped();
    assert_eq!(stack(&stopped), "loud:3 closure:16 execute:14");
    let files: Vec<&str> = stopped.frames.iter().map(|frame| frame.place.file.as_str()).collect();
    assert_eq!(files, ["methods/names.rhai", "actions/a.rhai", "actions/a.rhai"]);
    assert_eq!(run.evaluate(0, "upper"), "\"ADA\"");
    assert_eq!(run.evaluate(1, "user.name + name"), "\"AdaAda\"");
    assert_eq!(run.evaluate(2, "total + double(10)"), "26");
    assert_eq!(run.evaluate(2, "users.map(|user| user.id)"), "[1, 2]");
    assert!(run.evaluate(0, "nothing").contains("nothing"));
    run.session.set_breakpoints(Breakpoints::default());
    assert!(run.end().result.is_ok());
}

#[test]
fn conditions_hits_and_log_messages_decide() {
    let condition = LineBreakpoint {
        condition: Some("user.id == 2".into()),
        ..line(12)
    };
    let hits = LineBreakpoint {
        id: 40,
        hits: Some(Hits::At(2)),
        ..line(4)
    };
    let log = LineBreakpoint {
        log: Some("user {user.name} of {users.len()}, {nobody}".into()),
        ..line(12)
    };
    let broken = LineBreakpoint {
        condition: Some("total >".into()),
        ..line(18)
    };
    let run = action(lines([condition, hits, log, broken]));
    assert_eq!(
        run.stopped().reason,
        Reason::Breakpoint {
            ids: vec![12],
            problem: None
        }
    );
    assert_eq!(run.evaluate(0, "total"), "2");
    run.go(Step::On);
    assert_eq!(
        run.stopped().reason,
        Reason::Breakpoint {
            ids: vec![40],
            problem: None
        }
    );
    run.go(Step::On);
    let Reason::Breakpoint { ids, problem: Some(_) } = run.stopped().reason else {
        panic!("a condition that cannot be read stops and says so");
    };
    assert_eq!(ids, [18]);
    let host = run.host.clone();
    assert!(run.end().result.is_ok());
    let printed = host.printed();
    assert_eq!(printed.len(), 2, "{printed:?}");
    assert!(
        printed[0].starts_with("user Ada of 2, {") && printed[0].contains("nobody"),
        "{printed:?}"
    );
}

#[test]
fn functions_are_stopped_at_and_so_is_the_entry() {
    let breakpoints = Breakpoints {
        functions: vec![FunctionBreakpoint {
            id: 7,
            name: "loud".into(),
            condition: Some("text == \"Grace\"".into()),
            hits: None,
        }],
        ..Breakpoints::default()
    };
    let files = [("actions/a.rhai", ACTION), ("methods/names.rhai", NAMES)];
    let run = start(&files, breakpoints, true, Limits::default());
    let stopped = run.stopped();
    assert_eq!(
        (stopped.reason.clone(), stack(&stopped)),
        (Reason::Entry, "execute:9".into())
    );
    assert_eq!(run.step(Step::On), "loud:2 closure:16 execute:14");
    assert!(run.end().result.is_ok());
}

#[test]
fn variables_are_a_tree_that_is_asked_for_part_by_part_and_can_be_changed() {
    let run = action(lines([line(12)]));
    run.stopped();
    let variables = run.variables(Question::Frame { frame: 0 });
    let names: Vec<&str> = variables.iter().map(|variable| variable.name.as_str()).collect();
    assert_eq!(names, ["user", "users", "total", "input", "connection"]);
    assert!(
        variables[4].value.contains("token: •") && !variables[4].value.contains("signed"),
        "{variables:?}"
    );
    let users = &variables[1];
    assert_eq!((users.kind.as_str(), users.parts, users.is_list), ("list", 2, true));
    let second = run.variables(Question::Parts {
        of: users.reference,
        from: 1,
        count: 10,
    });
    assert_eq!((second.len(), second[0].name.as_str()), (1, "1"));
    let parts = run.variables(Question::Parts {
        of: second[0].reference,
        from: 0,
        count: 10,
    });
    assert_eq!(parts[1].expression.as_deref(), Some("users[1][\"name\"]"));
    assert_eq!(parts[1].value, "\"Grace\"");
    let set = |of, name: &str, text: &str| {
        run.session.ask(Question::Set {
            of,
            name: name.into(),
            text: text.into(),
        })
    };
    let Reply::Value(changed) = set(Holder::Value(second[0].reference), "name", "\"Hop\" + \"per\"") else {
        panic!("a part can be changed");
    };
    assert_eq!(changed.value, "\"Hopper\"");
    assert!(matches!(set(Holder::Frame(0), "total", "100"), Reply::Value(_)));
    assert!(matches!(set(Holder::Frame(0), "total", "nothing"), Reply::Refused(_)));
    run.session.set_breakpoints(Breakpoints::default());
    assert_eq!(
        run.end().result,
        Ok(json!({ "shout": ["ADA!", "HOPPER!"], "total": 106 }))
    );
}

#[test]
fn uncaught_errors_stop_where_they_happen_and_caught_ones_do_not() {
    let script = "fn fail(list) {\n    let copy = list;\n    copy[5]\n}\nfn execute(connection, input) {\n    try { fail([1]); } catch { }\n    let kept = 1;\n    fail([1, 2])\n}";
    let breakpoints = Breakpoints {
        uncaught: true,
        ..Breakpoints::default()
    };
    let run = start(&[("actions/a.rhai", script)], breakpoints, false, Limits::default());
    let stopped = run.stopped();
    let Reason::Error { message, .. } = &stopped.reason else {
        panic!("{stopped:?}");
    };
    assert!(message.contains("no item 5"), "{message}");
    assert_eq!(stack(&stopped), "fail:3 execute:8");
    assert_eq!(run.evaluate(0, "copy.len()"), "2");
    assert_eq!(run.evaluate(1, "kept"), "1");
    assert_eq!(run.end().result.unwrap_err().line, 3);
}

#[test]
fn an_error_of_a_server_stops_at_the_call() {
    let script = "fn execute(connection, input) {\n    let path = \"/status/404\";\n    try {\n        http.get(path);\n    } catch (error) {\n        log.info(error.code);\n    }\n    http.get(\"/echo\").method\n}";
    let breakpoints = Breakpoints {
        http: true,
        ..Breakpoints::default()
    };
    let run = start(&[("actions/a.rhai", script)], breakpoints, false, Limits::default());
    let stopped = run.stopped();
    assert_eq!(
        stopped.reason,
        Reason::Http {
            status: 404,
            method: "GET".into(),
            url: "/status/404".into()
        }
    );
    assert_eq!(run.evaluate(0, "path"), "\"/status/404\"");
    assert_eq!(run.end().result, Ok(json!("GET")));
}

#[test]
fn what_is_only_looked_at_calls_nobody_and_ends() {
    let run = action(lines([line(12)]));
    run.stopped();
    assert!(run.evaluate(0, "http.get(\"/echo\")").contains("only looked at"));
    assert!(run.evaluate(0, "loop { }").contains("too many steps"));
    assert!(run.evaluate(0, "sleep(10_000)").starts_with('('));
    assert!(run.host.places().is_empty());
    let console = run.session.ask(Question::Evaluate {
        frame: 0,
        text: "http.get(\"/echo\").method".into(),
        may_call_out: true,
    });
    assert!(matches!(console, Reply::Value(value) if value.value == "\"GET\""));
    run.session.set_breakpoints(Breakpoints::default());
    assert!(run.end().result.is_ok());
}

#[test]
fn time_that_a_script_stands_still_is_not_held_against_it() {
    let limits = Limits {
        time: Duration::from_millis(500),
        ..Limits::default()
    };
    let files = [("actions/a.rhai", ACTION), ("methods/names.rhai", NAMES)];
    let run = start(&files, lines([line(12)]), false, limits);
    run.stopped();
    let until = Instant::now() + Duration::from_millis(1_500);
    while Instant::now() < until {
        assert_eq!(run.evaluate(0, "users.len()"), "2");
        std::thread::park_timeout(Duration::from_millis(50));
    }
    run.session.set_breakpoints(Breakpoints::default());
    let session = run.session.clone();
    assert!(run.end().result.is_ok());
    assert!(session.paused() >= Duration::from_millis(1_500));
}

#[test]
fn a_script_that_runs_is_paused_and_one_that_stands_still_is_ended() {
    let script = "fn execute(connection, input) {\n    let i = 0;\n    while true {\n        i += 1;\n    }\n}";
    let limits = Limits {
        operations: u64::MAX,
        ..Limits::default()
    };
    let run = start(&[("actions/a.rhai", script)], Breakpoints::default(), true, limits);
    run.stopped();
    run.go(Step::On);
    assert_eq!(
        run.session.ask(Question::Frame { frame: 0 }),
        Reply::Refused("the script is running; pause it first".into())
    );
    run.session.pause();
    let stopped = run.stopped();
    assert_eq!(stopped.reason, Reason::Pause);
    let began = Instant::now();
    run.session.terminate();
    let error = run.outcome.join().unwrap().result.unwrap_err();
    assert_eq!(error.code, "cancelled");
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[test]
fn values_that_hold_themselves_and_very_deep_ones_are_looked_at() {
    let script = "fn execute(connection, input) {\n    let own = #{};\n    let f = || own;\n    own.f = f;\n    let deep = [];\n    for i in 0..2_000 { deep = [deep]; }\n    deep.len()\n}";
    let at = LineBreakpoint {
        condition: Some("own.len() == 1".into()),
        ..in_file("actions/a.rhai", script, 7)
    };
    let run = start(&[("actions/a.rhai", script)], lines([at]), false, Limits::default());
    run.stopped();
    let variables = run.variables(Question::Frame { frame: 0 });
    let own = variables.iter().find(|variable| variable.name == "own").unwrap();
    assert_eq!(own.value, "#{ f: closure }");
    let mut deep = variables
        .iter()
        .find(|variable| variable.name == "deep")
        .unwrap()
        .clone();
    assert_eq!(deep.value, "[[[[1 items]]]]");
    for _ in 0..100 {
        let of = deep.reference;
        deep = run.variables(Question::Parts { of, from: 0, count: 10 }).remove(0);
    }
    assert_eq!(run.evaluate(0, "deep"), "[[[[1 items]]]]");
    assert_eq!(run.end().result, Ok(json!(1)));
}

#[test]
fn a_worker_that_dies_ends_the_questions_and_the_run() {
    let run = action(lines([line(12)]));
    run.stopped();
    run.session.terminate();
    // Whether it is still answered or not, nobody waits for good.
    let _ = run.session.ask(Question::Frame { frame: 0 });
    let session = run.session.clone();
    assert_eq!(run.outcome.join().unwrap().result.unwrap_err().code, "cancelled");
    assert!(!session.go(Step::On) && !session.is_paused());
    assert_eq!(
        session.ask(Question::Frame { frame: 0 }),
        Reply::Refused("no script is being run".into())
    );
}
