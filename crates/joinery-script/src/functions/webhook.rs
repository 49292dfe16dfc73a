//! What a trigger's `notification` answers the service that called.

use rhai::{Map, Module, export_module, exported_module};

use crate::error::complain;

/// The functions.
pub fn module() -> Module {
    exported_module!(functions)
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// The answer to a delivery of a webhook: status, headers and body; a map or list is sent as JSON. Return it from
    /// `notification`, alone or beside events as `#{ events: [...], respond: respond(...) }`. Without it the answer is
    /// 200 with no body.
    /// ```rhai
    /// respond(200, #{}, #{ verification: "challenge" }).body.verification == "challenge"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn respond(status: i64, headers: Map, body: Dynamic) -> Result<Map, Box<EvalAltResult>> {
        if !(100..=599).contains(&status) {
            return Err(complain("respond takes a status from 100 to 599"));
        }
        let mut answer = Map::new();
        answer.insert("kind".into(), "respond".into());
        answer.insert("status".into(), status.into());
        answer.insert("headers".into(), headers.into());
        answer.insert("body".into(), body);
        Ok(answer)
    }
    #[rhai_fn(name = "respond", return_raw)]
    pub fn respond_without_body(status: i64) -> Result<Map, Box<EvalAltResult>> {
        respond(status, Map::new(), Dynamic::UNIT)
    }
}
