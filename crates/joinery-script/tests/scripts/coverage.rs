//! Which lines a run is said to have run.

use std::sync::Arc;

use joinery_script::{Cancel, Function, Host, Limits, Run};
use serde_json::{Value, json};

use crate::support::{MemoryHost, connector, workers};

/// Lines of `actions/a.rhai` that ran, and those that did not.
fn lines(files: &[(&str, &str)], input: Value) -> (Vec<u32>, Vec<u32>) {
    let run = Run {
        connector: connector(files),
        file: "actions/a.rhai".to_owned(),
        function: Function::Execute { input },
        connection: serde_json::Map::new(),
        secrets: Vec::new(),
        config: Value::Null,
        limits: Limits::default(),
        coverage: true,
    };
    let host: Arc<dyn Host> = Arc::new(MemoryHost::default());
    let outcome = workers().run(&run, &host, &Cancel::default());
    let coverage = outcome.coverage.unwrap_or_else(|| panic!("{:?}", outcome.result));
    assert!(outcome.result.is_ok(), "{:?}", outcome.result);
    let lines = coverage.files.values().flatten();
    let (ran, not): (Vec<_>, Vec<_>) = lines.partition(|(_, hits)| **hits > 0);
    let numbers = |lines: Vec<(&u32, &u64)>| lines.into_iter().map(|(line, _)| *line).collect();
    (numbers(ran), numbers(not))
}

const BRANCHES: &str = r#"//! A
fn input_fields() {
    [field("a")]
}
fn execute(connection, input) {
    // a comment; { with } signs
    let list = [1, 2, 3].map(|each| {
        let twice = each * 2;
        twice
    });
    let text = `{ ${input.a} }`;
    if input.a == 1 {
        list.push(0); list.push(1);
    } else if input.a == 2 {
        throw "two";
    } else {
        list.push(4);
    }
    switch input.a {
        1 => helper(),
        _ => {
            let two = other();
            two
        }
    }
    while list.len() > 2 { list.pop(); }
    list
        .filter(|each| each > 0)
        .len()
}
fn helper() { 1 }
fn other() {
    2
}
"#;

#[test]
fn each_statement_counts_where_it_begins() {
    let (ran, not) = lines(&[("actions/a.rhai", BRANCHES)], json!({ "a": 1 }));
    assert_eq!(
        (ran, not),
        (vec![7, 8, 9, 11, 12, 13, 19, 26, 27, 31], vec![15, 17, 22, 23, 33])
    );
    let (ran, _) = lines(&[("actions/a.rhai", BRANCHES)], json!({ "a": 3 }));
    assert_eq!(ran, [7, 8, 9, 11, 12, 17, 19, 22, 23, 26, 27, 33]);
}

#[test]
fn imported_files_count_too() {
    let files = [
        (
            "actions/a.rhai",
            "import \"methods/m\" as m;\nfn execute(connection, input) {\n    m::count(input.n)\n}\n",
        ),
        (
            "methods/m.rhai",
            "fn count(n) {\n    if n > 1 {\n        return 1;\n    }\n    2\n}\n",
        ),
    ];
    let (ran, not) = lines(&files, json!({ "n": 1 }));
    assert_eq!((ran, not), (vec![3, 2, 5], vec![3]));
}

/// Statements that begin with something else than their first operand.
const BEGINNINGS: &str = r#"fn execute(connection, input) {
    let list = [1];
    if input.n == 1 {
        json.render(list).len()
    } else if input.n == 2 {
        (list.len() + 1) * 2
    } else if input.n == 3 {
        !list.is_empty() && list.len() == 2
    } else if input.n == 4 {
        list.len() + 1
    } else {
        -(list.len())
    }
}
"#;

#[test]
fn a_statement_counts_whatever_it_begins_with() {
    for (n, line) in [(1, 4), (2, 6), (3, 8), (4, 10), (5, 12)] {
        let (ran, not) = lines(&[("actions/a.rhai", BEGINNINGS)], json!({ "n": n }));
        assert_eq!(
            (ran.contains(&line), ran.len() + not.len()),
            (true, 7),
            "{n}: {ran:?} {not:?}"
        );
    }
}
