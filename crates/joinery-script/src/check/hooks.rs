//! The functions of `connection.rhai` that sign in: nothing in the connector calls them, so nothing else notices when one
//! is misspelled or takes what it is never given.

use std::collections::BTreeSet;

use joinery_connector::{FileKind, Severity};
use rhai::{AST, ASTNode, Expr, Position, Stmt};

use super::walk::Check;
use crate::{entries, syntax::nearest};

impl Check<'_> {
    /// The functions of `connection.rhai` that are called from outside: a name that is nearly one of theirs, or more
    /// parameters than they are given, would be noticed by nobody.
    pub(super) fn hooks(&mut self, ast: &AST) {
        if self.path != "connection.rhai" {
            return;
        }
        let called = called_functions(ast);
        for function in ast.iter_functions() {
            let (name, count) = (function.name, function.params.len());
            let place = self.place_of_function(name);
            if let Some(entry) = entries::find(FileKind::Connection, name) {
                let parameters = entry.parameters;
                if count > parameters.len() {
                    self.report(
                        place,
                        Severity::Error,
                        "hook_parameters",
                        format!("`{name}` is given {} and takes {count}", parameters.len()),
                        Some(format!("Write: fn {name}({}) {{ ... }}", parameters.join(", "))),
                    );
                }
            } else if !called.contains(name)
                && let Some(near) = nearest(name, entries::of(FileKind::Connection).iter().map(|entry| entry.name))
            {
                self.report(
                    place,
                    Severity::Warning,
                    "unknown_hook",
                    format!("nothing calls `{name}`"),
                    Some(format!("Did you mean `{near}`?")),
                );
            }
        }
        let signs = self.has("acquire") || self.has("refresh");
        if (self.custom_auth || signs) && !self.has("apply") {
            self.report(
                Position::NONE,
                Severity::Error,
                "no_apply",
                "a custom way to sign in needs a function `apply`".into(),
                Some("Write: fn apply(connection, request, token) { ... }".into()),
            );
        }
    }

    /// Where a function is written; functions have no position of their own in what the compiler gives.
    pub(super) fn place_of_function(&self, name: &str) -> Position {
        for (index, line) in self.text.lines().enumerate() {
            let Some(at) = line.find(&format!("fn {name}")) else {
                continue;
            };
            let after = line[at + 3 + name.len()..].chars().next();
            if after.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_') {
                let column = line[..at].chars().count() + 4;
                return Position::new(index as u16 + 1, column as u16);
            }
        }
        Position::NONE
    }
}

/// The names of the functions that a script itself calls.
fn called_functions(ast: &AST) -> BTreeSet<String> {
    let mut called = BTreeSet::new();
    ast.walk(&mut |nodes: &[ASTNode]| {
        if let Some(
            ASTNode::Expr(Expr::FnCall(call, _) | Expr::MethodCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _)),
        ) = nodes.last()
        {
            called.insert(call.name.to_string());
        }
        true
    });
    called
}
