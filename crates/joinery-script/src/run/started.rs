//! A script that has begun: calls of its functions.

use std::sync::Arc;

use joinery_connector::FileKind;
use rhai::{CallFnOptions, Dynamic, Scope};
use serde_json::Value;

use crate::{
    engine::Inner,
    entries::{self, Entry},
    error::ScriptError,
    explain,
    json::{self, SecretsAs},
    order,
    state::{RunState, Tag, lock},
};

/// A script that has been compiled, and the state its calls share.
pub(crate) struct Started<'a> {
    pub inner: &'a Inner,
    pub state: Arc<RunState>,
    pub ast: rhai::AST,
    pub compile_ms: f64,
    pub file: &'a str,
}

impl Started<'_> {
    /// Whether the script has a function of that name.
    pub fn has(&self, function: &str) -> bool {
        self.ast.iter_functions().any(|found| found.name == function)
    }

    /// Calls `function` with as many of `arguments` as it takes.
    ///
    /// # Errors
    /// What happened in the script.
    pub fn call(&self, function: &str, arguments: &[Dynamic]) -> Result<Dynamic, ScriptError> {
        self.call_in(&self.ast, self.file, function, arguments)
    }

    /// Calls a function of another script of the connector: `ast`, which stands in `file`.
    ///
    /// # Errors
    /// What happened in the script.
    pub fn call_in(
        &self,
        ast: &rhai::AST,
        file: &str,
        function: &str,
        arguments: &[Dynamic],
    ) -> Result<Dynamic, ScriptError> {
        let named = || ast.iter_functions().filter(|found| found.name == function);
        let at_most = |found: &rhai::ScriptFnMetadata| found.params.len() <= arguments.len();
        let parameters = named().filter(at_most).map(|found| found.params.len()).max();
        let Some(parameters) = parameters else {
            let message = if named().next().is_some() {
                format!("`{function}` takes more than {} parameters", arguments.len())
            } else {
                format!("{file} has no function `{function}`")
            };
            let kind = FileKind::of(file).0;
            let wanted = entries::find(kind, function).map_or(&["connection"][..], Entry::usual);
            return Err(ScriptError::new("no_function", message, file)
                .with_hint(format!("Write: fn {function}({}) {{ ... }}", wanted.join(", "))));
        };
        self.state.spot.note(file, line_of(ast, function));
        self.state.enter();
        let options = CallFnOptions::new().eval_ast(true).with_tag(Tag(self.state.clone()));
        let arguments: Vec<Dynamic> = arguments[..parameters].to_vec();
        let result =
            self.inner
                .engine
                .call_fn_with_options::<Dynamic>(options, &mut Scope::new(), ast, function, arguments);
        self.state.leave();
        match result {
            Ok(value) => match *lock(&self.state.stop) {
                Some(reason) => Err(explain::stopped_unseen(reason, &self.state, file)),
                None => Ok(value),
            },
            Err(error) => Err(explain::run_error(
                error,
                &self.state,
                &self.inner.signatures,
                file,
                function,
            )),
        }
    }

    /// The result as JSON, secrets masked, keys in the order of the responses it was made of.
    ///
    /// # Errors
    /// `result`: it holds something that JSON cannot.
    pub fn to_json(&self, value: &Dynamic) -> Result<Value, ScriptError> {
        let mut value = json::to_value(value, SecretsAs::Mask).map_err(|error| {
            ScriptError::new("result", format!("the result cannot be used: {error}"), self.file)
                .with_hint("Return maps, lists, text, numbers, true, false or ().")
        })?;
        order::restore(&mut value);
        Ok(value)
    }
}

/// The line on which the body of `function` begins.
fn line_of(ast: &rhai::AST, function: &str) -> u32 {
    let found = ast.iter_fn_def().find(|found| found.name == function);
    found.and_then(|found| found.body.start_position().line()).unwrap_or(0) as u32
}
