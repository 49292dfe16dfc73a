//! Actions that go on later, and actions that are run again.

use regex::Regex;
use rhai::{Dynamic, EvalAltResult, Map, Module, export_module, exported_module};

use super::options::{ACTION_RETRY, Options};
use crate::{
    error::{complain, located},
    host::secret_mark,
    json::{self, SecretsAs},
    run::{ActionRetry, Continuation},
    state::{Stop, lock, run_of},
};

/// Bytes of JSON that a state may have.
const MAX_STATE: usize = 64 << 10;
/// Seconds that an action may wait at most: a week.
const MAX_SECONDS: f64 = 7.0 * 86_400.0;

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

fn continuation(seconds: &Dynamic, state: &Dynamic) -> Result<Continuation, Box<EvalAltResult>> {
    let seconds = seconds
        .as_float()
        .or_else(|_| seconds.as_int().map(|whole| whole as f64));
    let seconds = seconds
        .ok()
        .filter(|seconds| (0.0..=MAX_SECONDS).contains(seconds))
        .ok_or_else(|| complain("continue_in takes a number of seconds from 0 to 604800, a week"))?;
    let state = json::to_value(state, SecretsAs::Mark).map_err(|error| complain(format!("continue_in: {error}")))?;
    let text = state.to_string();
    if text.len() > MAX_STATE {
        return Err(complain(format!(
            "continue_in: the state has {} KB; it may have {} KB",
            text.len() >> 10,
            MAX_STATE >> 10
        )));
    }
    let mark = serde_json::Value::from(secret_mark("")).to_string();
    if text.contains(mark.trim_matches('"').trim_end_matches("\\u0001")) {
        return Err(complain(
            "continue_in: a secret cannot stand in the state, which is kept; `connection` has it again",
        ));
    }
    Ok(Continuation { seconds, state })
}

/// What `retry()` of an action returned.
///
/// # Errors
/// What is wrong with it, in words.
pub fn action_retry(given: &Dynamic) -> Result<ActionRetry, String> {
    let map = given.as_map_ref().map_err(|_| "`retry` must return a map".to_owned())?;
    read_retry(&map).map_err(|error| match *error {
        EvalAltResult::ErrorRuntime(said, _) => said.to_string(),
        other => other.to_string(),
    })
}

fn read_retry(given: &Map) -> Result<ActionRetry, Box<EvalAltResult>> {
    let options = Options::new("retry", given, ACTION_RETRY)?;
    let status = |value: &Dynamic| value.as_int().ok().and_then(|status| u16::try_from(status).ok());
    let statuses: Option<Vec<u16>> = options
        .list("statuses")?
        .unwrap_or_default()
        .iter()
        .map(status)
        .collect();
    let messages = options.texts("messages")?.unwrap_or_default();
    for message in &messages {
        Regex::new(message)
            .map_err(|_| options.wrong("messages", &format!("has a pattern that cannot be used: {message}")))?;
    }
    let wait = match options.value("wait") {
        None => 5.0,
        Some(wait) => wait
            .as_float()
            .or_else(|_| wait.as_int().map(|whole| whole as f64))
            .ok()
            .filter(|seconds| (0.0..=3_600.0).contains(seconds))
            .ok_or_else(|| options.wrong("wait", "must be a number of seconds from 0 to 3600"))?,
    };
    Ok(ActionRetry {
        statuses: statuses.ok_or_else(|| options.wrong("statuses", "must be a list of statuses such as [429]"))?,
        messages,
        max: options.number("max", 0, 10)?.unwrap_or(3) as u32,
        wait,
        writes: options.flag("writes")? == Some(true),
    })
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// Ends the run here and goes on later: after so many seconds `resume(connection, input, state)` is called with the
    /// state given. The state is kept, so that a restart in between does no harm; it holds no secrets and at most 64 KB.
    /// ```rhai
    /// let message = "";
    /// try { continue_in(-1, #{ job: 7 }); } catch (error) { message = error; }
    /// message.starts_with("continue_in takes a number of seconds")
    /// ```
    #[rhai_fn(return_raw)]
    pub fn continue_in(context: NativeCallContext, seconds: Dynamic, state: Dynamic) -> Result<(), Box<EvalAltResult>> {
        let continuation = located(&context, continuation(&seconds, &state))?;
        let run = run_of(&context)?;
        *lock(&run.continuation) = Some(continuation);
        Err(run.stop(Stop::Continued))
    }
}
