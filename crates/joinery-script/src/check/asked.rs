//! What only the engine calls: pick lists, schemas of an org, actions that go on later or are kept for old users.

use joinery_connector::{FileKind, Severity};
use rhai::Position;

use super::walk::Check;

impl Check<'_> {
    /// Files that only the engine calls, and what it calls in them.
    pub(super) fn asked(&mut self, kind: Option<FileKind>) {
        let (word, function, shape) = match kind {
            Some(FileKind::PickList) => ("pick list", "options", "fn options(connection, params) { ... }"),
            Some(FileKind::Schema) => ("schema", "fields", "fn fields(connection, config) { ... }"),
            _ => return,
        };
        if !self.has(function) {
            self.report(
                Position::NONE,
                Severity::Error,
                "no_function",
                format!("this {word} has no function `{function}`"),
                Some(format!("Write: {shape}")),
            );
        }
    }

    /// An action that is deprecated, or that goes on with nothing.
    pub(super) fn going_on(&mut self, kind: Option<FileKind>) {
        if matches!(kind, Some(FileKind::Action | FileKind::Trigger)) && self.has("deprecated") {
            self.report(
                self.place_of_function("deprecated"),
                Severity::Warning,
                "deprecated",
                "this is deprecated: it runs for those who use it, and is not offered to others".into(),
                None,
            );
        }
        if kind != Some(FileKind::Action) || self.has("resume") {
            return;
        }
        if let Some(position) = self.first("continue_in(") {
            self.report(
                position,
                Severity::Error,
                "no_resume",
                "this action goes on later, and has no function `resume`".into(),
                Some("Write: fn resume(connection, input, state) { ... }".into()),
            );
        }
    }

    /// Where a text stands first, outside of comments that take the whole line.
    fn first(&self, wanted: &str) -> Option<Position> {
        let mut lines = self.text.lines().enumerate();
        lines.find_map(|(index, line)| {
            let at = line.find(wanted).filter(|_| !line.trim_start().starts_with("//"))?;
            let column = line[..at].chars().count() + 1;
            Some(Position::new(index as u16 + 1, column as u16))
        })
    }
}
