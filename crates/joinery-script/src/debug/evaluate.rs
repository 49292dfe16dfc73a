//! Working out an expression where a script stands still.

use rhai::{Dynamic, EvalAltResult, EvalContext, Expr, Module, Position, Scope, Shared, Stmt, StmtBlock};

use super::values::Kept;
use crate::{explain, state, syntax, tokens};

/// Characters an expression may have.
const LONGEST: usize = 10_000;
/// Steps that one may take.
const STEPS: u64 = 200_000;

/// What `text` gives in the innermost function. Statements may change its variables.
///
/// # Errors
/// Why it gives nothing, in words.
pub fn here(context: &mut EvalContext, text: &str) -> Result<Dynamic, String> {
    evaluate(context, text, None)
}

/// What `text` gives in a function that has called another, of whose variables there is a copy. `functions` are those of
/// its file.
///
/// # Errors
/// Why it gives nothing, in words.
pub fn in_caller(
    context: &mut EvalContext,
    text: &str,
    kept: &[Kept],
    functions: Option<Shared<Module>>,
) -> Result<Dynamic, String> {
    let mut scope = Scope::new();
    for variable in kept.iter().rev().filter(|variable| variable.is_whole) {
        scope.push_dynamic(variable.name.as_str(), variable.value.clone());
    }
    std::mem::swap(context.scope_mut(), &mut scope);
    let result = evaluate(context, text, functions);
    std::mem::swap(context.scope_mut(), &mut scope);
    result.map_err(|problem| {
        let cut = kept
            .iter()
            .find(|variable| !variable.is_whole && problem.contains(&format!("`{}`", variable.name)));
        match cut {
            Some(cut) => format!(
                "`{}` is too large to be worked with in a function that has called another",
                cut.name
            ),
            None => problem,
        }
    })
}

fn evaluate(context: &mut EvalContext, text: &str, functions: Option<Shared<Module>>) -> Result<Dynamic, String> {
    if text.len() > LONGEST {
        return Err(format!("an expression may have {LONGEST} characters"));
    }
    tokens::start();
    let ast = context
        .engine()
        .compile_with_scope(context.scope(), text)
        .map_err(|error| syntax::explain(&error.0, text).0)?;
    let block;
    let expression = match ast.statements() {
        [] => return Ok(Dynamic::UNIT),
        [Stmt::Expr(expression)] => &**expression,
        statements => {
            let statements = StmtBlock::new(statements.iter().cloned(), Position::NONE, Position::NONE);
            block = Expr::Stmt(Box::new(statements));
            &block
        }
    };
    let known = context.namespaces().len();
    let libraries = &mut context.global_runtime_state_mut().lib;
    libraries.extend(functions);
    // Closures in the expression are functions of its own.
    libraries.push(ast.shared_lib().clone());
    let result = state::aside(STEPS, || context.eval_expression_tree(&expression.into()));
    context.global_runtime_state_mut().lib.truncate(known);
    result.map(Dynamic::flatten).map_err(|error| words(&error))
}

/// What an error says.
pub fn words(error: &EvalAltResult) -> String {
    told(error).1
}

/// Code, message and hint of an error.
pub fn told(error: &EvalAltResult) -> (String, String, Option<String>) {
    let plain = |code: &str, message: String| (code.to_owned(), message, None);
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) | EvalAltResult::ErrorInModule(_, inner, _) => told(inner),
        EvalAltResult::ErrorRuntime(value, _) => {
            let error = explain::of_thrown(value, "");
            (error.code, error.message, error.hint)
        }
        EvalAltResult::ErrorTerminated(..) => plain("operation_limit", "it takes too many steps".into()),
        EvalAltResult::ErrorFunctionNotFound(signature, _) => {
            plain("unknown_function", format!("there is no function `{signature}`"))
        }
        EvalAltResult::ErrorVariableNotFound(name, _) => {
            plain("unknown_variable", format!("there is no variable `{name}`"))
        }
        EvalAltResult::ErrorArrayBounds(count, index, _) => {
            plain("runtime", format!("there is no item {index}: the list has {count}"))
        }
        EvalAltResult::ErrorSystem(_, cause) => plain("runtime", cause.to_string()),
        other => {
            let text = other.to_string();
            let place = format!(" ({})", other.position());
            plain("runtime", text.strip_suffix(&place).unwrap_or(&text).to_owned())
        }
    }
}
