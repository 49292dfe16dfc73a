//! Texts with variables as Postman writes them.

use super::super::RequestSet;
use crate::variables::placeholders;

/// Template functions that Postman has a dynamic variable for.
const DYNAMIC: &[(&str, &str)] = &[
    ("uuid()", "$guid"),
    ("now(\"unix\")", "$timestamp"),
    ("now()", "$isoTimestamp"),
    ("now(\"iso\")", "$isoTimestamp"),
    ("random(0, 1000)", "$randomInt"),
];

/// `text` with calls of template functions as dynamic variables, where there are such.
pub(super) fn text(set: &mut RequestSet, text: &str, place: &str) -> String {
    let mut written = text.to_owned();
    for call in placeholders(text).into_iter().rev().filter(|found| found.call) {
        match DYNAMIC.iter().find(|(name, _)| *name == call.name) {
            Some((_, dynamic)) => written.replace_range(call.start..call.end, &format!("{{{{{dynamic}}}}}")),
            None => set.leave(
                place,
                format!("{{{{{}}}}}", call.name),
                "Postman has no such function: set a variable in a script",
            ),
        }
    }
    written
}

/// What would mean something else in a query that is sent as it is typed.
pub(super) fn in_query(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        written.push_str(&escaped(before));
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        written.extend(["{{", name, "}}"]);
        rest = after;
    }
    written + &escaped(rest)
}

fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '%' => written.push_str("%25"),
            '&' => written.push_str("%26"),
            '+' => written.push_str("%2B"),
            '#' => written.push_str("%23"),
            '=' => written.push_str("%3D"),
            letter => written.push(letter),
        }
    }
    written
}
