//! Where a script's statements begin. The engine tells of every expression; these are the places a person can stop at.

use std::collections::HashMap;

use rhai::{AST, ASTNode, Expr, Position, Stmt};
use serde::{Deserialize, Serialize};

/// What can be stopped at in one file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places {
    /// Line and column of every statement, in order.
    pub statements: Vec<(u32, u32)>,
    /// The functions.
    pub functions: Vec<String>,
}

impl Places {
    /// Where a breakpoint at `line` goes: to the first statement that begins there, or after it; with a column, to the
    /// nearest one of that line.
    pub fn nearest(&self, line: u32, column: Option<u32>) -> Option<(u32, u32)> {
        let of_line = |line| self.statements.iter().filter(move |(found, _)| *found == line);
        if let Some(column) = column {
            let near = of_line(line).min_by_key(|(_, found)| found.abs_diff(column));
            if near.is_some() {
                return near.copied();
            }
        }
        self.statements.iter().find(|(found, _)| *found >= line).copied()
    }
}

/// One statement.
pub struct Statement {
    /// Where it begins.
    pub line: u32,
    /// Where it begins.
    pub column: u32,
    /// Whether it calls anything: a caller's variables are kept when it does.
    pub calls: bool,
    /// Whether an error in it is caught in the same function.
    pub is_caught: bool,
    /// Whether the engine tells of it twice.
    pub is_told_twice: bool,
}

/// The statements of one file, by the position that the engine gives them.
#[derive(Default)]
pub struct Table {
    /// In no order.
    pub statements: Vec<Statement>,
    by_position: HashMap<Position, usize>,
}

impl Table {
    /// Reads a script.
    pub fn of(ast: &AST) -> Self {
        let mut table = Self::default();
        ast.walk(&mut |path| {
            table.look(path);
            true
        });
        table
    }

    /// The statement that the engine tells of so.
    pub fn at(&self, position: Position) -> Option<usize> {
        self.by_position.get(&position).copied()
    }

    fn look(&mut self, path: &[ASTNode]) {
        let in_text = |node: &ASTNode| matches!(node, ASTNode::Expr(Expr::InterpolatedString(..)));
        if let Some((ASTNode::Stmt(statement), above)) = path.split_last()
            && !above.iter().any(in_text)
        {
            self.add(statement, is_caught(path));
        }
        self.look_at_call(path);
    }

    fn add(&mut self, statement: &Stmt, is_caught: bool) {
        let (position, start, is_told_twice) = match statement {
            Stmt::Noop(_) | Stmt::Block(_) | Stmt::Share(_) => return,
            Stmt::Expr(expression) => match &**expression {
                Expr::Stmt(_) => return,
                Expr::Index(..) => (expression.position(), expression.start_position(), true),
                _ => (expression.position(), expression.start_position(), false),
            },
            Stmt::Assignment(assignment) => (statement.position(), assignment.1.lhs.start_position(), false),
            _ => (statement.position(), statement.position(), false),
        };
        let (Some(line), Some(column)) = (start.line(), start.position()) else {
            return;
        };
        self.by_position.insert(position, self.statements.len());
        self.statements.push(Statement {
            line: line as u32,
            column: column as u32,
            calls: false,
            is_caught,
            is_told_twice,
        });
    }

    /// Notes a call with the statements it is part of.
    fn look_at_call(&mut self, path: &[ASTNode]) {
        let Some(
            ASTNode::Expr(Expr::FnCall(call, _) | Expr::MethodCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _)),
        ) = path.last()
        else {
            return;
        };
        if call.is_operator_call() {
            return;
        }
        for node in path {
            let position = match node {
                ASTNode::Stmt(Stmt::Expr(expression)) => expression.position(),
                ASTNode::Stmt(statement) => statement.position(),
                _ => continue,
            };
            if let Some(index) = self.at(position) {
                self.statements[index].calls = true;
            }
        }
    }
}

/// Whether the innermost statement of `path` stands in the body of a `try`.
fn is_caught(path: &[ASTNode]) -> bool {
    path.windows(2).any(|pair| match (pair[0], pair[1]) {
        (ASTNode::Stmt(Stmt::TryCatch(parts, _)), ASTNode::Stmt(inner)) => parts
            .body
            .statements()
            .iter()
            .any(|statement| std::ptr::eq(statement, inner)),
        _ => false,
    })
}

/// What can be stopped at in a script.
pub fn read(ast: &AST) -> Places {
    let mut statements: Vec<(u32, u32)> = Table::of(ast)
        .statements
        .iter()
        .map(|statement| (statement.line, statement.column))
        .collect();
    statements.sort_unstable();
    statements.dedup();
    let functions = ast.iter_functions().map(|function| function.name.to_owned());
    Places {
        statements,
        functions: functions.filter(|name| !name.starts_with("anon$")).collect(),
    }
}
