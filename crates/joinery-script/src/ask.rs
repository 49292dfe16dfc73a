//! Asking a file of the connector from within a run: a pick list for its options, a schema for its fields.

use rhai::{CallFnOptions, Dynamic, EvalAltResult, NativeCallContext, Scope};

use crate::{
    error::complain,
    state::{Tag, lock, run_of},
};

/// What `function` of the script `file` gives for as many of `arguments` as it takes; `None` where there is no such file.
///
/// # Errors
/// What happened in that script, or that it asks for itself.
pub fn ask(
    context: &NativeCallContext,
    file: &str,
    function: &str,
    arguments: Vec<Dynamic>,
) -> Result<Option<Dynamic>, Box<EvalAltResult>> {
    let run = run_of(context)?;
    if run.files.text(file).is_none() {
        return Ok(None);
    }
    // Each file is asked within itself at most once, so that no circle ends only with the stack.
    if lock(&run.asking).iter().any(|asked| asked == file) {
        return Err(complain(format!("{file} asks for itself")));
    }
    let travelling =
        |error| -> Box<EvalAltResult> { EvalAltResult::ErrorSystem(String::new(), Box::new(error)).into() };
    let ast = run.inner.script(&run, file).map_err(travelling)?;
    let parameters = ast
        .iter_functions()
        .filter(|found| found.name == function && found.params.len() <= arguments.len())
        .map(|found| found.params.len())
        .max()
        .ok_or_else(|| complain(format!("{file} has no function `{function}`")))?;
    lock(&run.asking).push(file.to_owned());
    let options = CallFnOptions::new().eval_ast(true).with_tag(Tag(run.clone()));
    let given: Vec<Dynamic> = arguments.into_iter().take(parameters).collect();
    let value = context
        .engine()
        .call_fn_with_options::<Dynamic>(options, &mut Scope::new(), &ast, function, given);
    lock(&run.asking).pop();
    let position = context.call_position();
    value
        .map(Some)
        .map_err(|error| EvalAltResult::ErrorInModule(file.to_owned(), error, position).into())
}
