//! Functions of a script that would be called in the place of a method: the engine looks for `fn query(x)` first when it
//! comes to `request.query(x)`, in the script itself and in what it imports.

use joinery_connector::{Problem, Severity};
use rhai::{AST, ASTNode, Expr, Stmt};

use super::{
    Script, end_of_word,
    finding::{Edit, Finding, QuickFix},
};
use crate::{
    explain::script_functions,
    language::{Around, Span, View, references},
    resolver::file_of,
    run::Scripts,
};

/// A call of a method: its name, how many arguments it gives, and where it stands.
struct Call {
    name: String,
    count: usize,
    file: String,
    line: usize,
}

/// The functions of a script that hide a method which is called.
pub fn check(scripts: &Scripts, script: &Script, ast: &AST) -> Vec<Finding> {
    let signatures = &scripts.inner.signatures;
    let hides = |name: &str, count: usize| {
        let ways = signatures.get(name).unwrap_or_default();
        ways.iter().any(|way| way.parameters.len() == count + 1)
    };
    let mut own = script_functions(ast);
    own.retain(|(name, count)| hides(name, *count));
    if own.is_empty() {
        return Vec::new();
    }
    let calls = calls(scripts, script, ast);
    let call_of = |name: &str, count| calls.iter().find(|call| call.name == name && call.count == count);
    let found = own
        .iter()
        .filter_map(|(name, count)| Some((name, call_of(name, *count)?)));
    found
        .map(|(name, call)| report(scripts, script, ast, name, call))
        .collect()
}

/// The calls of methods in a script and in the files that it imports.
fn calls(scripts: &Scripts, script: &Script, ast: &AST) -> Vec<Call> {
    let (mut calls, mut files) = (Vec::new(), vec![script.path.to_owned()]);
    read(ast, script.path, &mut calls, &mut files);
    let mut next = 1;
    while let Some(file) = files.get(next).cloned() {
        next += 1;
        // A mistake in another file is reported where that is checked.
        let text = script.files.text(&file);
        if let Some(Ok(ast)) = text.map(|text| scripts.inner.compile(&file, &text)) {
            read(&ast, &file, &mut calls, &mut files);
        }
    }
    calls
}

/// Adds the calls of one file, and the files it imports.
fn read(ast: &AST, file: &str, calls: &mut Vec<Call>, files: &mut Vec<String>) {
    ast.walk(&mut |nodes: &[ASTNode]| {
        match nodes.last() {
            Some(ASTNode::Expr(Expr::MethodCall(call, position))) => calls.push(Call {
                name: call.name.to_string(),
                count: call.args.len(),
                file: file.to_owned(),
                line: position.line().unwrap_or(0),
            }),
            Some(ASTNode::Stmt(Stmt::Import(import, _))) => {
                if let Expr::StringConstant(path, _) = &import.0
                    && let Ok(imported) = file_of(path)
                    && !files.contains(&imported)
                {
                    files.push(imported);
                }
            }
            _ => {}
        }
        true
    });
}

fn report(scripts: &Scripts, script: &Script, ast: &AST, name: &str, call: &Call) -> Finding {
    let Script {
        files,
        path,
        text,
        manifest,
    } = *script;
    let view = View::within(scripts, Some(Around { files, manifest }), path, text, None);
    let span = view.scopes.function(name).map(|symbol| symbol.span);
    let (line, column) = span.map_or((0, 0), |span| place(text, span));
    let own = script_functions(ast);
    let is_free = |new: &str| scripts.inner.signatures.get(new).is_none() && !own.iter().any(|(taken, _)| taken == new);
    let mut new = format!("own_{name}");
    while !is_free(&new) {
        new.push('_');
    }
    let place = if call.file == path {
        format!("line {}", call.line)
    } else {
        format!("{}:{}", call.file, call.line)
    };
    let problem = Problem {
        file: path.to_owned(),
        line,
        column,
        end_column: end_of_word(text, line, column),
        severity: Severity::Error,
        code: "hidden_method".to_owned(),
        message: format!("`.{name}(...)` in {place} would call this function and not the method of that name"),
        hint: Some(format!("Call the function `{new}`, or anything that is no method.")),
    };
    Finding {
        problem,
        fix: span.and_then(|span| renamed(&view, span, &new)),
    }
}

/// Another name for the function wherever it is called by name; none where other files call it too.
fn renamed(view: &View, span: Span, new: &str) -> Option<QuickFix> {
    let mut places = references::rename(view, span.start, new).ok()?;
    // What stands after a dot is the method.
    places.retain(|place| place.file != view.path || !view.text()[..place.span.start].trim_end().ends_with('.'));
    if places.iter().any(|place| place.file != view.path) {
        return None;
    }
    let edit = |place: references::Location| Edit {
        file: place.file,
        span: place.span,
        text: new.to_owned(),
    };
    Some(QuickFix {
        title: format!("Call it {new}"),
        safe: false,
        edits: places.into_iter().map(edit).collect(),
    })
}

/// Line and column of a place, from 1.
fn place(text: &str, span: Span) -> (u32, u32) {
    let before = &text[..span.start];
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|character| *character != '\n').count() + 1;
    (line as u32, column as u32)
}
