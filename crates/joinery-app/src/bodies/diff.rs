//! How one value differs from another, as tree lines with marks.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use ts_rs::TS;

use super::{
    json::path::{Step, json_path},
    line_text::utf16_length,
    tree_lines_of,
    types::BodyLine,
};
use crate::highlight::TokenClass;

/// What happened to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DiffMark {
    /// It is in both.
    Same,
    /// Only the new value has it.
    Added,
    /// Only the old value has it.
    Removed,
    /// A scalar that became another: `old → new` on one line.
    Changed,
}

/// A line of a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DiffLine {
    /// What happened to it.
    pub mark: DiffMark,
    /// Its text, not indented.
    pub text: String,
    /// How deep it is in the tree.
    pub depth: u32,
    /// The line that closes what this one opens.
    pub fold_end: Option<u32>,
    /// Its colours, as [`crate::highlight::flat`] writes them.
    pub spans: Vec<u32>,
    /// Whether the text was cut.
    pub cut: bool,
    /// Where what differs is, places of lists as `[*]`: `$.users[*].lastLogin`. On the first line of it only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub path: Option<String>,
}

/// A window of a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DiffLines {
    /// The first line's number, from 0.
    pub from: u32,
    /// The lines.
    pub lines: Vec<DiffLine>,
}

/// A difference.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// Its lines: the new value with what was removed in between.
    pub lines: Vec<DiffLine>,
    /// Values added; one with many lines counts once.
    pub added: u32,
    /// Values removed.
    pub removed: u32,
    /// Values changed.
    pub changed: u32,
}

/// How `new` differs from `old`. Members of objects are matched by key; elements of arrays by `id`, `uuid` or `name`
/// where all have it, else where they are equal.
pub fn diff(old: &Value, new: &Value) -> Diff {
    diff_without(old, new, &[])
}

/// As [`diff`]; what is at one of these paths, as [`DiffLine::path`] writes them, counts as the same.
pub fn diff_without(old: &Value, new: &Value, ignored: &[String]) -> Diff {
    let mut walk = Walk {
        diff: Diff::default(),
        ignored,
        way: vec!["$".to_owned()],
    };
    walk.pair(None, old, new, 0);
    walk.diff
}

/// `count` lines of a difference from line `from`.
pub fn window(diff: &Diff, from: usize, count: usize) -> DiffLines {
    let lines = diff.lines.iter().skip(from).take(count).cloned().collect();
    DiffLines {
        from: from as u32,
        lines,
    }
}

/// Two values gone through side by side.
struct Walk<'a> {
    diff: Diff,
    ignored: &'a [String],
    /// The steps of the path to the values in hand.
    way: Vec<String>,
}

impl Walk<'_> {
    fn pair(&mut self, key: Option<&str>, old: &Value, new: &Value, depth: u32) {
        match (old, new) {
            _ if old == new || self.is_ignored() => self.whole(key, new, depth, DiffMark::Same),
            (Value::Object(old_map), Value::Object(new_map)) if !old_map.is_empty() && !new_map.is_empty() => {
                self.inside(key, new, depth, |walk| walk.members(old_map, new_map, depth + 1));
            }
            (Value::Array(old_list), Value::Array(new_list)) if !old_list.is_empty() && !new_list.is_empty() => {
                self.inside(key, new, depth, |walk| walk.elements(old_list, new_list, depth + 1));
            }
            _ if is_one_line(old) && is_one_line(new) => self.change(key, old, new, depth),
            _ => {
                self.diff.changed += 1;
                self.whole(key, old, depth, DiffMark::Removed);
                self.whole(key, new, depth, DiffMark::Added);
            }
        }
    }

    fn members(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, depth: u32) {
        for (key, value) in new {
            self.at(key_step(key), |walk| match old.get(key) {
                Some(before) => walk.pair(Some(key), before, value, depth),
                None => walk.add(Some(key), value, depth),
            });
        }
        for (key, value) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
            self.at(key_step(key), |walk| walk.remove(Some(key), value, depth));
        }
    }

    fn elements(&mut self, old: &[Value], new: &[Value], depth: u32) {
        self.at("[*]".to_owned(), |walk| walk.each_element(old, new, depth));
    }

    fn each_element(&mut self, old: &[Value], new: &[Value], depth: u32) {
        let by_name = ["id", "uuid", "name"]
            .into_iter()
            .find_map(|key| Some((names(old, key)?, names(new, key)?)));
        let named = by_name.is_some();
        let (old_names, new_names) = by_name.unwrap_or_else(|| (texts(old), texts(new)));
        for step in capture_diff_slices(Algorithm::Myers, &old_names, &new_names) {
            let (before, after) = (&old[step.old_range()], &new[step.new_range()]);
            // Elements known by name are others when their names differ; else what stands in its place became it.
            let pairs = match step {
                DiffOp::Equal { .. } => before.len(),
                _ if named => 0,
                _ => before.len().min(after.len()),
            };
            for (old, new) in before.iter().zip(after).take(pairs) {
                self.pair(None, old, new, depth);
            }
            before[pairs..].iter().for_each(|value| self.remove(None, value, depth));
            after[pairs..].iter().for_each(|value| self.add(None, value, depth));
        }
    }

    /// Does something one step further down.
    fn at(&mut self, step: String, work: impl FnOnce(&mut Self)) {
        self.way.push(step);
        work(self);
        self.way.pop();
    }

    fn is_ignored(&self) -> bool {
        !self.ignored.is_empty() && self.ignored.contains(&self.way.concat())
    }

    fn add(&mut self, key: Option<&str>, value: &Value, depth: u32) {
        if self.is_ignored() {
            return self.whole(key, value, depth, DiffMark::Same);
        }
        self.diff.added += 1;
        self.whole(key, value, depth, DiffMark::Added);
    }

    fn remove(&mut self, key: Option<&str>, value: &Value, depth: u32) {
        if self.is_ignored() {
            return;
        }
        self.diff.removed += 1;
        self.whole(key, value, depth, DiffMark::Removed);
    }

    /// Every line of a value.
    fn whole(&mut self, key: Option<&str>, value: &Value, depth: u32, mark: DiffMark) {
        let first = self.diff.lines.len() as u32;
        for mut line in keyed_lines(key, value) {
            line.depth += depth;
            line.fold_end = line.fold_end.map(|end| end + first);
            self.push(line, mark);
        }
        if mark != DiffMark::Same {
            self.mark_path(first as usize);
        }
    }

    /// The brackets of a container that is in both, with `fill` between.
    fn inside(&mut self, key: Option<&str>, new: &Value, depth: u32, fill: impl FnOnce(&mut Self)) {
        let mut brackets = keyed_lines(key, &hollow(new));
        let close = brackets.pop();
        let at = self.diff.lines.len();
        if let Some(mut open) = brackets.into_iter().next() {
            recount(&mut open, new);
            open.depth = depth;
            self.push(open, DiffMark::Same);
        }
        fill(self);
        self.diff.lines[at].fold_end = Some(self.diff.lines.len() as u32);
        if let Some(mut close) = close {
            close.depth = depth;
            self.push(close, DiffMark::Same);
        }
    }

    fn change(&mut self, key: Option<&str>, old: &Value, new: &Value, depth: u32) {
        self.diff.changed += 1;
        let mut before = keyed_lines(key, old).swap_remove(0);
        let after = keyed_lines(None, new).swap_remove(0);
        let arrow = " → ";
        let start = utf16_length(&before.text);
        let shift = start + utf16_length(arrow);
        before.text.push_str(arrow);
        before.text.push_str(&after.text);
        before.spans.extend([start + 1, start + 2, TokenClass::Operator as u32]);
        for span in after.spans.chunks_exact(3) {
            before.spans.extend([span[0] + shift, span[1] + shift, span[2]]);
        }
        before.cut |= after.cut;
        before.depth = depth;
        self.push(before, DiffMark::Changed);
        self.mark_path(self.diff.lines.len() - 1);
    }

    fn mark_path(&mut self, line: usize) {
        self.diff.lines[line].path = Some(self.way.concat());
    }

    fn push(&mut self, line: BodyLine, mark: DiffMark) {
        let BodyLine {
            text,
            depth,
            fold_end,
            spans,
            cut,
            hits: _,
        } = line;
        self.diff.lines.push(DiffLine {
            mark,
            text,
            depth,
            fold_end,
            spans,
            cut,
            path: None,
        });
    }
}

fn key_step(key: &str) -> String {
    json_path(&[Step::Key(key.to_owned())]).split_off(1)
}

/// The tree lines of a value, the first with its key: those of an object with that one member, without its brackets.
fn keyed_lines(key: Option<&str>, value: &Value) -> Vec<BodyLine> {
    let Some(key) = key else { return tree_lines_of(value) };
    let mut lines = tree_lines_of(&Value::Object(Map::from_iter([(key.to_owned(), value.clone())])));
    lines.pop();
    lines.remove(0);
    for line in &mut lines {
        line.depth -= 1;
        line.fold_end = line.fold_end.map(|end| end - 1);
    }
    lines
}

/// A container like `value` with one null in it: its first and last lines are brackets.
fn hollow(value: &Value) -> Value {
    match value {
        Value::Array(_) => Value::Array(vec![Value::Null]),
        _ => Value::Object(Map::from_iter([("x".to_owned(), Value::Null)])),
    }
}

/// Writes the true number of items where the hollow array said one.
fn recount(open: &mut BodyLine, value: &Value) {
    if let (Value::Array(list), true) = (value, open.text.ends_with("  1 item"))
        && list.len() != 1
    {
        open.text.truncate(open.text.len() - "1 item".len());
        open.text.push_str(&[&list.len().to_string(), " items"].concat());
        let end = utf16_length(&open.text);
        if let Some(span) = open.spans.chunks_exact_mut(3).last() {
            span[1] = end;
        }
    }
}

fn is_one_line(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => true,
    }
}

/// What each element is called under `key`; `None` unless all have a name and no two the same.
fn names(list: &[Value], key: &str) -> Option<Vec<String>> {
    let names: Vec<String> = list
        .iter()
        .map(|value| Some(value.get(key)?.to_string()))
        .collect::<Option<_>>()?;
    let distinct: HashSet<_> = names.iter().collect();
    (distinct.len() == names.len()).then_some(names)
}

fn texts(list: &[Value]) -> Vec<String> {
    list.iter().map(Value::to_string).collect()
}
