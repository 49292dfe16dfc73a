//! JSON text to values and back.

// The code that `export_module` makes for `pure` functions unwraps.
#![allow(clippy::unwrap_used)]

use rhai::{Dynamic, EvalAltResult, Module, NativeCallContext, export_module, exported_module};

use crate::{
    error::{complain, located},
    json::{self, SecretsAs},
    order,
};

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

fn value(context: &NativeCallContext, value: &Dynamic) -> Result<serde_json::Value, Box<EvalAltResult>> {
    located(
        context,
        json::to_value(value, SecretsAs::Mask).map_err(|error| complain(error.to_string())),
    )
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// The value that a JSON text stands for. Whole numbers stay whole; those beyond 64 bits become floats.
    /// ```rhai
    /// json.parse(`{"ids": [1, 2]}`).ids[1] == 2
    /// ```
    #[rhai_fn(return_raw)]
    pub fn parse(context: NativeCallContext, text: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        located(
            &context,
            order::read(text).map_err(|error| complain(format!("this is not JSON: {error}"))),
        )
    }

    /// The JSON text of a value, on one line.
    /// ```rhai
    /// json.render(#{ ids: [1, 2] }) == `{"ids":[1,2]}`
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn render(context: NativeCallContext, value: &mut Dynamic) -> Result<String, Box<EvalAltResult>> {
        Ok(super::value(&context, value)?.to_string())
    }

    /// The JSON text of a value, indented for reading.
    /// ```rhai
    /// json.pretty(#{ id: 1 }) == "{\n  \"id\": 1\n}"
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn pretty(context: NativeCallContext, value: &mut Dynamic) -> Result<String, Box<EvalAltResult>> {
        serde_json::to_string_pretty(&super::value(&context, value)?).map_err(|error| complain(error.to_string()))
    }
}
