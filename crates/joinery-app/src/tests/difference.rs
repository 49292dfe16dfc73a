//! What a case gave against what it expects, as one tree: what is right stands once, what is not stands twice.

use joinery_connector::{
    Connector,
    test_file::{Case, Mismatch, pointer},
};
use joinery_script::ScriptError;
use serde_json::{Map, Value};

use super::judge::parts;
use crate::bodies::{DiffLine, diff};

/// The result with what was expected in its place; nothing where all is as expected, or the two cannot be compared.
pub(super) fn tree(connector: &Connector, case: &Case, result: &Result<Value, ScriptError>) -> Vec<DiffLine> {
    let (found, mismatches) = match (result, case.expect_error.is_empty()) {
        (Ok(output), true) => {
            let schema = |name: &str| connector.schema(name).map_err(|error| error.to_string());
            (output.clone(), case.mismatches(output, &schema))
        }
        (Err(error), false) => {
            let mut parts = parts(error);
            let mismatches = case.error_mismatches(&parts);
            parts.retain(|_, part| !part.is_null());
            (Value::Object(parts), mismatches)
        }
        _ => return Vec::new(),
    };
    let mut expected = found.clone();
    for mismatch in mismatches {
        let path = if result.is_ok() {
            pointer(&mismatch.path, &found)
        } else {
            Some(format!("/{}", mismatch.path))
        };
        if let Some(path) = path {
            put(&mut expected, &path, wanted(mismatch));
        }
    }
    if expected == found {
        return Vec::new();
    }
    diff(&expected, &found).lines
}

/// The value that was expected; where no value was named, what was expected in words; `None` for nothing at all.
fn wanted(mismatch: Mismatch) -> Option<Value> {
    if let Some((expected, _)) = mismatch.compare {
        return Some(expected);
    }
    if mismatch.expected == "nothing there" {
        return None;
    }
    Some(serde_json::from_str(&mismatch.expected).unwrap_or(Value::String(mismatch.expected)))
}

/// Puts a value at a place, making the objects on the way to it; takes away what is there where there is none to put.
fn put(tree: &mut Value, pointer: &str, value: Option<Value>) {
    let (parent, last) = pointer.rsplit_once('/').unwrap_or_default();
    let mut place = tree;
    for name in parent.split('/').skip(1) {
        let name = unescaped(name);
        place = match place {
            Value::Array(items) => match name.parse().ok().and_then(|at: usize| items.get_mut(at)) {
                Some(item) => item,
                None => return,
            },
            Value::Object(members) => members.entry(name).or_insert_with(|| Value::Object(Map::new())),
            _ => return,
        };
    }
    let last = unescaped(last);
    match (place, value) {
        (place, Some(value)) if pointer.is_empty() => *place = value,
        (Value::Object(members), Some(value)) => drop(members.insert(last, value)),
        (Value::Object(members), None) => drop(members.remove(&last)),
        (Value::Array(items), Some(value)) => {
            if let Some(item) = last.parse().ok().and_then(|at: usize| items.get_mut(at)) {
                *item = value;
            }
        }
        _ => {}
    }
}

fn unescaped(name: &str) -> String {
    name.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use joinery_connector::test_file::TestFile;
    use serde_json::json;

    use super::*;
    use crate::bodies::DiffMark;

    #[track_caller]
    fn check(case: &str, result: &Result<Value, ScriptError>, expected: &[&str]) {
        let (file, _) = TestFile::parse(&format!("[[case]]\nname = \"c\"\n{case}\n"), "tests/a.toml").unwrap();
        let manifest = b"format = 1\nid = \"acme\"\nversion = \"0.1.0\"\n".to_vec();
        let connector = Connector::from_files(Path::new("acme"), [("connector.toml".to_owned(), manifest)]).unwrap();
        let shown: Vec<String> = tree(&connector, &file.cases[0], result)
            .iter()
            .map(|line| {
                let mark = match line.mark {
                    DiffMark::Same => ' ',
                    DiffMark::Added => '+',
                    DiffMark::Removed => '-',
                    DiffMark::Changed => '~',
                };
                format!("{mark} {}", line.text)
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_differs_stands_in_the_tree_of_the_output() {
        let output = Ok(json!({ "user": { "name": "Ada", "groups": ["a"] } }));
        check(
            r#"expect = { "$.user.name" = "Grace", "$.user.groups" = ["a", "b"] }"#,
            &output,
            &[
                "  {",
                "  user: {",
                "~ name: \"Grace\" → \"Ada\"",
                "  groups: [  1 item",
                "  \"a\"",
                "- \"b\"",
                "  ]",
                "  }",
                "  }",
            ],
        );
        check(
            r#"expect = { "$.user.phone" = "1" }"#,
            &Ok(json!({ "user": { "name": "Ada" } })),
            &["  {", "  user: {", "  name: \"Ada\"", "- phone: \"1\"", "  }", "  }"],
        );
        check(r#"expect = { "$.user.name" = "Ada" }"#, &output, &[]);
    }

    #[test]
    fn an_error_is_compared_part_by_part() {
        let error = Err(ScriptError::new("http_404", "no such user", "actions/a.rhai"));
        check(
            r#"expect_error = { code = "user_not_found" }"#,
            &error,
            &[
                "  {",
                "~ code: \"user_not_found\" → \"http_404\"",
                "  message: \"no such user\"",
                "  file: \"actions/a.rhai\"",
                "  }",
            ],
        );
    }
}
