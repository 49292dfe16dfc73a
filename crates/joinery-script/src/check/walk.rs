//! What the compiled script tells: which functions it calls, with how many arguments, which files and fields it names.

use std::collections::{BTreeMap, BTreeSet};

use joinery_connector::{FileKind, Problem, Severity};
use rhai::{AST, ASTNode, Expr, FnCallExpr, Position, Stmt};

use super::{
    Script, end_of_word,
    fields::{self, Declared},
    finding::Finding,
    literal, output,
};
use crate::{
    convert,
    engine::Inner,
    explain::script_functions,
    files::{Files, names},
    functions::{
        options::{self, Taken},
        signatures::call_of,
    },
    resolver::file_of,
    syntax::nearest,
    tokens::NAMESPACES,
};

/// Functions the language has besides those that are registered.
const BUILT_IN: &[&str] = &[
    "call",
    "curry",
    "Fn",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "type_of",
    "print",
    "debug",
];

/// One script under the eyes of the check.
pub(super) struct Check<'a> {
    inner: &'a Inner,
    pub(super) files: &'a dyn Files,
    pub(super) path: &'a str,
    pub(super) text: &'a str,
    pub(super) custom_auth: bool,
    own: Vec<(String, usize)>,
    /// Functions of imported modules by alias; `None` where the module has an error of its own.
    modules: BTreeMap<String, Option<Vec<(String, usize)>>>,
    /// Names `input_fields` declares; `None` where that cannot be told without running.
    inputs: Option<BTreeSet<String>>,
    problems: Vec<Finding>,
}

/// Everything doubtful in a script that compiles.
pub fn check(inner: &Inner, script: &Script, ast: &AST) -> Vec<Finding> {
    let Script {
        files,
        path,
        text,
        manifest,
    } = *script;
    let mut check = Check {
        inner,
        files,
        path,
        text,
        custom_auth: manifest.auth.iter().any(|choice| choice.kind == "custom"),
        own: script_functions(ast),
        modules: BTreeMap::new(),
        inputs: None,
        problems: Vec::new(),
    };
    check.entry_points();
    check.hooks(ast);
    check.imports(ast);
    check.inputs = fields::declared_by(files, ast, "input_fields").map(|declared| declared.names);
    ast.walk(&mut |nodes: &[ASTNode]| {
        match nodes.last() {
            Some(ASTNode::Expr(Expr::FnCall(call, position)) | ASTNode::Stmt(Stmt::FnCall(call, position))) => {
                check.call(call, *position);
            }
            Some(ASTNode::Expr(Expr::MethodCall(call, position))) => check.method(call, *position),
            Some(ASTNode::Expr(Expr::Dot(access, ..))) => check.input_access(&access.lhs, &access.rhs),
            _ => {}
        }
        true
    });
    check.outputs(ast);
    check.problems
}

impl Check<'_> {
    pub(super) fn report(
        &mut self,
        position: Position,
        severity: Severity,
        code: &str,
        message: String,
        hint: Option<String>,
    ) {
        let (line, column) = (
            position.line().unwrap_or(0) as u32,
            position.position().unwrap_or(0) as u32,
        );
        self.problems.push(Finding::from(Problem {
            file: self.path.to_owned(),
            line,
            column,
            end_column: end_of_word(self.text, line, column),
            severity,
            code: code.to_owned(),
            message,
            hint,
        }));
    }

    /// Offers the nearest name for the word that was reported last.
    pub(super) fn suggest(&mut self, near: Option<String>) {
        let Some(near) = near else { return };
        let last = self.problems.pop();
        let with_fix = last.map(|last| last.replaced_by(self.text, format!("Change to {near}"), near));
        self.problems.extend(with_fix);
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.own.iter().any(|(own, _)| own == name)
    }

    fn entry_points(&mut self) {
        let kind = FileKind::of(self.path).0;
        self.asked(Some(kind));
        self.going_on(Some(kind));
        self.flow(kind);
        if kind == FileKind::Action && !self.has("execute") {
            self.report(
                Position::NONE,
                Severity::Error,
                "no_execute",
                "this action has no function `execute`".into(),
                Some("Write: fn execute(connection, input) { ... }".into()),
            );
        }
        if kind == FileKind::Trigger && !self.has("poll") && !self.has("notification") {
            self.report(
                Position::NONE,
                Severity::Error,
                "no_poll",
                "this trigger has neither `poll` nor `notification`".into(),
                Some("Write: fn poll(connection, input, cursor) { ... }".into()),
            );
        }
    }

    fn imports(&mut self, ast: &AST) {
        let mut found = Vec::new();
        ast.walk(&mut |nodes: &[ASTNode]| {
            if let Some(ASTNode::Stmt(Stmt::Import(import, _))) = nodes.last()
                && let Expr::StringConstant(path, position) = &import.0
            {
                found.push((path.to_string(), import.1.name.to_string(), *position));
            }
            true
        });
        for (path, alias, position) in found {
            let file = match file_of(&path) {
                Ok(file) => file,
                Err(message) => {
                    self.report(position, Severity::Error, "import", message, None);
                    continue;
                }
            };
            let Some(text) = self.files.text(&file) else {
                let known = names(self.files, "", ".rhai");
                let near = nearest(&path, known.iter().map(String::as_str)).map(str::to_owned);
                self.report(
                    position,
                    Severity::Error,
                    "import",
                    format!("no file `{file}` to import"),
                    near.as_ref().map(|near| format!("Did you mean `{near}`?")),
                );
                self.suggest(near.map(|near| format!("\"{near}\"")));
                continue;
            };
            // A mistake inside the module is reported where the module is checked.
            let functions = self.inner.compile(&file, &text).ok().map(|ast| script_functions(&ast));
            self.modules.insert(alias, functions);
        }
    }

    fn call(&mut self, call: &FnCallExpr, position: Position) {
        if call.op_token.is_some() || call.name.starts_with("anon$") {
            return;
        }
        if !call.namespace.is_empty() {
            return self.qualified(call, position);
        }
        let (name, count) = (call.name.as_str(), call.args.len());
        if name == "schema" {
            self.schema(call);
        }
        if name == "field" {
            self.conversion(call);
        }
        if !self.has(name) {
            self.options(name, call, 0);
            if name == "run" {
                self.action_run(call);
            }
        }
        if BUILT_IN.contains(&name) {
            return;
        }
        let own: Vec<usize> = self
            .own
            .iter()
            .filter(|(own, _)| own == name)
            .map(|(_, count)| *count)
            .collect();
        if own.contains(&count) {
            return;
        }
        if let Some(wanted) = own.first() {
            return self.wrong_count(name, &wanted.to_string(), count, position, None);
        }
        self.native(name, count, position);
    }

    fn native(&mut self, name: &str, count: usize, position: Position) {
        let Some(ways) = self.inner.signatures.get(name) else {
            let near = self.inner.signatures.near(name, &self.own);
            self.report(
                position,
                Severity::Error,
                "unknown_function",
                format!("there is no function `{name}`"),
                near.as_ref().map(|near| format!("Did you mean `{near}`?")),
            );
            // Of `http.gett` the place is that of `gett`; a function of another namespace is not one word away.
            let namespace = name.split_once('.').map(|(namespace, _)| format!("{namespace}."));
            return self.suggest(match namespace {
                Some(namespace) => near.and_then(|near| near.strip_prefix(&namespace).map(str::to_owned)),
                None => near,
            });
        };
        if ways.iter().any(|way| way.parameters.len() == count) {
            return;
        }
        let counts: BTreeSet<usize> = ways.iter().map(|way| way.parameters.len()).collect();
        let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
        let hint = format!("Call it as {}.", call_of(name, ways));
        self.wrong_count(name, &counts.join(" or "), count, position, Some(hint));
    }

    fn wrong_count(&mut self, name: &str, wanted: &str, count: usize, position: Position, hint: Option<String>) {
        let plural = if wanted == "1" { "" } else { "s" };
        self.report(
            position,
            Severity::Error,
            "argument_count",
            format!("`{name}` takes {wanted} argument{plural}, not {count}"),
            hint,
        );
    }

    fn qualified(&mut self, call: &FnCallExpr, position: Position) {
        let root = call.namespace.root().to_owned();
        if NAMESPACES.contains(&root.as_str()) {
            let name = format!("{root}.{}", call.name);
            self.options(&name, call, 0);
            return self.native(&name, call.args.len(), position);
        }
        let Some(Some(functions)) = self.modules.get(&root) else {
            return;
        };
        let (name, count) = (call.name.as_str(), call.args.len());
        let counts: Vec<usize> = functions
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, count)| *count)
            .collect();
        if counts.contains(&count) {
            return;
        }
        if let Some(wanted) = counts.first() {
            return self.wrong_count(&format!("{root}::{name}"), &wanted.to_string(), count, position, None);
        }
        let near = nearest(name, functions.iter().map(|(known, _)| known.as_str())).map(str::to_owned);
        let hint = near.as_ref().map(|near| format!("Did you mean `{root}::{near}`?"));
        let message = format!("module `{root}` has no function `{name}`");
        self.report(position, Severity::Error, "unknown_function", message, hint);
        self.suggest(near);
    }

    /// A method may be a closure in a map, so only names that nothing has are doubtful, and the count is not judged.
    fn method(&mut self, call: &FnCallExpr, position: Position) {
        let name = call.name.as_str();
        if !self.has(name) {
            self.options(name, call, 1);
        }
        if BUILT_IN.contains(&name) || self.has(name) || self.inner.signatures.get(name).is_some() {
            return;
        }
        let near = self.inner.signatures.near(name, &self.own);
        let hint = near.as_ref().map(|near| format!("Did you mean `{near}`?"));
        let message = format!("there is no method `{name}`");
        self.report(position, Severity::Warning, "unknown_function", message, hint);
        self.suggest(near.filter(|near| !near.contains('.')));
    }

    fn schema(&mut self, call: &FnCallExpr) {
        let Some(Expr::StringConstant(name, position)) = call.args.first() else {
            return;
        };
        if ["json", "rhai"]
            .iter()
            .any(|kind| self.files.text(&format!("schemas/{name}.{kind}")).is_some())
        {
            return;
        }
        let mut known = names(self.files, "schemas/", ".json");
        known.extend(names(self.files, "schemas/", ".rhai"));
        let near = nearest(name, known.iter().map(String::as_str)).map(|near| format!("\"{near}\""));
        let hint = near.as_ref().map(|near| format!("Did you mean {near}?"));
        let message = format!("there is no schemas/{name}.json");
        self.report(*position, Severity::Error, "unknown_schema", message, hint);
        self.suggest(near);
    }

    /// The function that a field names in `convert`.
    fn conversion(&mut self, call: &FnCallExpr) {
        let Some((convert, position)) = call.args.get(1).and_then(|options| literal::value(options, "convert")) else {
            return;
        };
        let Some((file, function)) = convert::method(&convert) else {
            return;
        };
        let Some(text) = self.files.text(&file) else {
            let known = names(self.files, "methods/", ".rhai");
            let name = file.trim_start_matches("methods/").trim_end_matches(".rhai");
            let near = nearest(name, known.iter().map(String::as_str));
            let hint = near.map(|near| format!("Did you mean `methods/{near}::{function}`?"));
            let message = format!("there is no {file} to convert with");
            return self.report(position, Severity::Error, "unknown_function", message, hint);
        };
        // A mistake inside the file is reported where the file is checked.
        let Ok(ast) = self.inner.compile(&file, &text) else {
            return;
        };
        let known = script_functions(&ast);
        if !known.iter().any(|(name, count)| name == function && *count == 1) {
            let near = nearest(function, known.iter().map(|(name, _)| name.as_str()));
            let hint = match near {
                Some(near) if near == function => "It must take one argument, the value.".to_owned(),
                Some(near) => format!("Did you mean `{near}`?"),
                None => "It takes one argument, the value, and returns what it becomes.".to_owned(),
            };
            let message = format!("{file} has no function `{function}` of one argument");
            self.report(position, Severity::Error, "unknown_function", message, Some(hint));
        }
    }

    /// Keys of an options map that stands in the call, where `before` of its arguments stand before the brackets.
    fn options(&mut self, name: &str, call: &FnCallExpr, before: usize) {
        let Some(Taken { argument, keys, .. }) = options::ALL.iter().find(|taken| taken.function == name) else {
            return;
        };
        let Some(given) = argument.checked_sub(before).and_then(|at| call.args.get(at)) else {
            return;
        };
        for (key, position) in literal::keys(given, self.text) {
            let Some(hint) = options::unknown(&key, keys) else {
                continue;
            };
            let (code, message) = if name == "field" {
                ("unknown_field_key", format!("a field knows no `{key}`"))
            } else {
                ("unknown_option", format!("`{name}` knows no `{key}`"))
            };
            let end = if hint.ends_with('?') { "" } else { "." };
            let mut hint = hint + end;
            if let Some(first) = hint.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            self.report(position, Severity::Error, code, message, Some(hint));
            let near = nearest(&key, keys.iter().map(|(known, _)| *known));
            self.suggest(near.map(str::to_owned));
        }
    }

    /// Fields that `execute` surely sets and that `output_fields` surely does not have.
    fn outputs(&mut self, ast: &AST) {
        let Some(Declared { names, schema }) = fields::declared_by(self.files, ast, "output_fields") else {
            return;
        };
        for (name, position) in output::fields(ast, self.text) {
            if names.contains(&name) {
                continue;
            }
            let (message, add) = match &schema {
                Some(schema) => (
                    format!("Schema \"{schema}\" has no field \"{name}\""),
                    format!("Add it to schemas/{schema}.json, or leave it out."),
                ),
                None => (
                    format!("output_fields declares no \"{name}\""),
                    format!("Add field(\"{name}\") to output_fields."),
                ),
            };
            let near = nearest(&name, names.iter().map(String::as_str));
            let hint = near.map_or(add, |near| format!("Did you mean \"{near}\"?"));
            self.report(position, Severity::Warning, "unknown_output", message, Some(hint));
        }
    }

    fn input_access(&mut self, owner: &Expr, access: &Expr) {
        let Some(inputs) = &self.inputs else { return };
        let Expr::Variable(variable, ..) = owner else { return };
        if variable.1 != "input" {
            return;
        }
        let property = match access {
            Expr::Property(property, position) => Some((&property.2, *position)),
            Expr::Dot(rest, ..) | Expr::Index(rest, ..) => match &rest.lhs {
                Expr::Property(property, position) => Some((&property.2, *position)),
                _ => None,
            },
            _ => None,
        };
        let Some((name, position)) = property else { return };
        if inputs.contains(name.as_str()) {
            return;
        }
        let near = nearest(name, inputs.iter().map(String::as_str));
        let hint = near.map_or_else(
            || format!("Add field(\"{name}\") to input_fields."),
            |near| format!("Did you mean `{near}`?"),
        );
        let (near, message) = (near.map(str::to_owned), format!("input_fields declares no `{name}`"));
        self.report(position, Severity::Warning, "unknown_input", message, Some(hint));
        self.suggest(near);
    }
}
