//! Which fields the value that `execute` returns surely gets, as far as the text tells.

use std::collections::BTreeSet;

use rhai::{AST, ASTFlags, ASTNode, Expr, Position, Stmt};

use super::literal;

/// Methods after which a field that was set may be gone again.
const REMOVING: &[&str] = &["clear", "drain", "remove", "retain", "take"];

/// Fields of the value returned by `execute`, with the places where they are set.
pub fn fields(ast: &AST, script: &str) -> Vec<(String, Position)> {
    let Some(body) = literal::body(ast, "execute") else {
        return Vec::new();
    };
    let mut returned = Returned::default();
    if let Some(last) = body.last() {
        returned.statement(last);
    }
    let mut seen = Variables {
        own: ast.iter_functions().map(|function| function.name.to_owned()).collect(),
        ..Variables::default()
    };
    for statement in &body {
        statement.walk(&mut Vec::new(), &mut |nodes: &[ASTNode]| {
            match nodes.last() {
                Some(ASTNode::Stmt(Stmt::Return(Some(value), flags, _))) if !flags.contains(ASTFlags::BREAK) => {
                    returned.value(value);
                }
                Some(ASTNode::Stmt(statement)) => seen.statement(statement, script),
                Some(ASTNode::Expr(expression)) => seen.expression(expression),
                _ => {}
            }
            true
        });
    }
    let mut fields: Vec<(String, Position)> = returned
        .maps
        .iter()
        .flat_map(|map| literal::keys(map, script))
        .collect();
    for set in seen.set {
        if returned.variables.contains(&set.variable) && !seen.doubtful.contains(&set.variable) {
            fields.push((set.field, set.position));
        }
    }
    fields
}

/// What a function may return.
#[derive(Default)]
struct Returned {
    maps: Vec<Expr>,
    variables: BTreeSet<String>,
}

impl Returned {
    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Expr(value) => self.value(value),
            Stmt::Block(block) => self.last(block.statements()),
            Stmt::If(branches, _) => {
                self.last(branches.body.statements());
                self.last(branches.branch.statements());
            }
            _ => {}
        }
    }

    fn last(&mut self, statements: &[Stmt]) {
        if let Some(last) = statements.last() {
            self.statement(last);
        }
    }

    fn value(&mut self, value: &Expr) {
        match value {
            Expr::Map(..) | Expr::DynamicConstant(..) => self.maps.push(value.clone()),
            Expr::Stmt(block) => self.last(block.statements()),
            Expr::Variable(..) => self.variables.extend(variable(value)),
            _ => {}
        }
    }
}

/// One field being set.
struct Set {
    variable: String,
    field: String,
    position: Position,
}

/// What happens to the variables of a function.
#[derive(Default)]
struct Variables {
    /// The script's own functions: called as methods they may change the variable.
    own: BTreeSet<String>,
    set: Vec<Set>,
    declared: BTreeSet<String>,
    /// Declared twice, replaced as a whole, or robbed of fields.
    doubtful: BTreeSet<String>,
}

impl Variables {
    fn statement(&mut self, statement: &Stmt, script: &str) {
        match statement {
            Stmt::Var(declared, ..) => {
                let (name, value, _) = &**declared;
                self.declare(&name.name);
                for (field, position) in literal::keys(value, script) {
                    self.set(name.name.to_string(), field, position);
                }
            }
            Stmt::For(header, _) => {
                self.declare(&header.0.name);
                if let Some(counter) = &header.1 {
                    self.declare(&counter.name);
                }
            }
            Stmt::TryCatch(parts, _) => self.doubtful.extend(variable(&parts.expr)),
            Stmt::Assignment(assignment) => {
                let (operator, sides) = &**assignment;
                self.doubtful.extend(variable(&sides.lhs));
                if !operator.is_op_assignment()
                    && let Some((owner, field, position)) = member(&sides.lhs)
                {
                    self.set(owner, field, position);
                }
            }
            _ => {}
        }
    }

    fn expression(&mut self, expression: &Expr) {
        let Expr::Dot(access, ..) = expression else { return };
        let called = match &access.rhs {
            Expr::MethodCall(call, _) => Some(call),
            Expr::Dot(rest, ..) | Expr::Index(rest, ..) => match &rest.lhs {
                Expr::MethodCall(call, _) => Some(call),
                _ => None,
            },
            _ => None,
        };
        if called.is_some_and(|call| REMOVING.contains(&call.name.as_str()) || self.own.contains(call.name.as_str())) {
            self.doubtful.extend(variable(&access.lhs));
        }
    }

    fn declare(&mut self, name: &str) {
        if !self.declared.insert(name.to_owned()) {
            self.doubtful.insert(name.to_owned());
        }
    }

    fn set(&mut self, variable: String, field: String, position: Position) {
        self.set.push(Set {
            variable,
            field,
            position,
        });
    }
}

fn variable(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Variable(variable, ..) if variable.2.is_empty() => Some(variable.1.to_string()),
        _ => None,
    }
}

/// Owner, field and place of `owner.field` and `owner["field"]`.
fn member(target: &Expr) -> Option<(String, String, Position)> {
    let (Expr::Dot(sides, ..) | Expr::Index(sides, ..)) = target else {
        return None;
    };
    let (field, position) = match (target, &sides.rhs) {
        (Expr::Dot(..), Expr::Property(property, position)) => (property.2.to_string(), *position),
        (Expr::Index(..), Expr::StringConstant(name, position)) => (name.to_string(), *position),
        _ => return None,
    };
    Some((variable(&sides.lhs)?, field, position))
}
