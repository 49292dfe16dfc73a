//! YAML text to values and back (YAML 1.2: `yes` is text).

use rhai::{Dynamic, EvalAltResult, Module, export_module, exported_module};
use serde_json::Value;

use crate::{
    error::{complain, located},
    json::{self, SecretsAs},
};

/// Values that aliases may repeat in all: no document that a person wrote has as many.
const MAX_REPEATED: usize = 100_000;

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

fn read(text: &str) -> Result<Dynamic, Box<EvalAltResult>> {
    // Anchors that multiply are bounded by the reader's own budget.
    let options = serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MAX_REPEATED },
    };
    serde_saphyr::from_str_with_options::<Value>(text, options)
        .map(|value| json::to_dynamic(&value))
        .map_err(|error| complain(format!("this is not YAML: {error}")))
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// The value that a YAML text stands for.
    /// ```rhai
    /// yaml.parse("ids:\n  - 1\n  - 2\nlive: yes") == #{ ids: [1, 2], live: "yes" }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn parse(context: NativeCallContext, text: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        located(&context, read(text))
    }

    /// The YAML text of a value.
    /// ```rhai
    /// yaml.render(#{ id: 1, name: "Ada" }) == "id: 1\nname: Ada\n"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn render(context: NativeCallContext, value: Dynamic) -> Result<String, Box<EvalAltResult>> {
        let written = json::to_value(&value, SecretsAs::Mask)
            .map_err(|error| complain(error.to_string()))
            .and_then(|value| serde_saphyr::to_string(&value).map_err(|error| complain(error.to_string())));
        located(&context, written)
    }
}
