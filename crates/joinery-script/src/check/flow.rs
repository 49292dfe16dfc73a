//! Flows: the functions they need, and the actions they run.

use joinery_connector::{FileKind, Severity};
use rhai::{FnCallExpr, Position};

use super::{literal::text, walk::Check};
use crate::{files::names, syntax::nearest};

/// Where a flow's files name the actions it can run: `connectors/okta/get_user`, without a text.
pub const ACTIONS: &str = "connectors/";

impl Check<'_> {
    /// What only the engine calls in a flow.
    pub(super) fn flow(&mut self, kind: FileKind) {
        if kind != FileKind::Flow {
            return;
        }
        for (function, shape) in [
            (
                "trigger",
                "fn trigger() { #{ connector: \"okta\", trigger: \"new_user_created\" } }",
            ),
            ("handle", "fn handle(event) { ... }"),
        ] {
            if !self.has(function) {
                self.report(
                    Position::NONE,
                    Severity::Error,
                    "no_function",
                    format!("this flow has no function `{function}`"),
                    Some(format!("Write: {shape}")),
                );
            }
        }
    }

    /// The action that `run` names, where it stands there literally.
    pub(super) fn action_run(&mut self, call: &FnCallExpr) {
        let Some(first) = call.args.first() else { return };
        let Some(action) = text(first) else { return };
        let known: Vec<String> = names(self.files, ACTIONS, "")
            .iter()
            .map(|path| path.replacen('/', ".", 1))
            .collect();
        if known.is_empty() || known.iter().any(|known| known == action) {
            return;
        }
        let near = nearest(action, known.iter().map(String::as_str)).map(str::to_owned);
        self.report(
            first.position(),
            Severity::Error,
            "unknown_action",
            format!("no connector of this workspace has the action `{action}`"),
            near.as_ref().map(|near| format!("Did you mean `{near}`?")),
        );
        self.suggest(near.map(|near| format!("\"{near}\"")));
    }
}
