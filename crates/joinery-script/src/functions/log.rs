//! The console, failing on purpose, and waiting.

use std::time::Duration;

use joinery_connector::secret::MASK;
use rhai::{
    Array, Blob, Dynamic, Engine, EvalAltResult, FnPtr, ImmutableString, Map, Module, NativeCallContext, Position,
    export_module, exported_module,
};

use crate::{
    error::{complain, located},
    host::ConsoleLevel,
    json::{self, SecretsAs},
    secret::SecretValue,
    state::{place_of, run_of},
};

/// The functions of `log`.
pub fn log_module() -> Module {
    exported_module!(log)
}

/// The functions without a namespace.
pub fn module() -> Module {
    exported_module!(functions)
}

/// `print(value)`. The engine's own has no line number, so ours is registered for every type that one knows.
pub fn register_print(engine: &mut Engine) {
    fn print<T: Clone + Send + Sync + 'static>(
        context: NativeCallContext,
        value: T,
    ) -> Result<ImmutableString, Box<EvalAltResult>> {
        write(&context, ConsoleLevel::Print, &Dynamic::from(value))?;
        Ok(ImmutableString::new())
    }
    engine
        .on_print(|_| {})
        .on_debug(|_, _, _| {})
        .register_fn("print", print::<()>)
        .register_fn("print", print::<bool>)
        .register_fn("print", print::<i64>)
        .register_fn("print", print::<f64>)
        .register_fn("print", print::<char>)
        .register_fn("print", print::<ImmutableString>)
        .register_fn("print", print::<Array>)
        .register_fn("print", print::<Map>)
        .register_fn("print", print::<Blob>)
        .register_fn("print", print::<FnPtr>)
        .register_fn("print", print::<SecretValue>)
        .register_fn("print", print::<Dynamic>);
}

fn write(context: &NativeCallContext, level: ConsoleLevel, value: &Dynamic) -> Result<(), Box<EvalAltResult>> {
    let text = match value.as_immutable_string_ref() {
        Ok(text) => text.to_string(),
        Err(_) => json::to_value(value, SecretsAs::Mask).map_or_else(|_| shown(value), |value| value.to_string()),
    };
    located(context, run_of(context)?.log(level, &text, place_of(context)))
}

/// What to print for something that is no JSON: never its content, which may be endless or hold a secret.
fn shown(value: &Dynamic) -> String {
    if value.is::<SecretValue>() {
        MASK.to_owned()
    } else {
        format!(
            "({})",
            value.type_name().rsplit("::").next().unwrap_or("value").to_lowercase()
        )
    }
}

#[export_module]
mod log {
    use rhai::plugin::*;

    /// Writes a line to the console.
    /// ```rhai
    /// log.info("3 users found") == ()
    /// ```
    #[rhai_fn(return_raw)]
    pub fn info(context: NativeCallContext, value: Dynamic) -> Result<(), Box<EvalAltResult>> {
        write(&context, ConsoleLevel::Info, &value)
    }

    /// Writes a warning to the console.
    /// ```rhai
    /// log.warn("the list is empty") == ()
    /// ```
    #[rhai_fn(return_raw)]
    pub fn warn(context: NativeCallContext, value: Dynamic) -> Result<(), Box<EvalAltResult>> {
        write(&context, ConsoleLevel::Warn, &value)
    }

    /// Writes an error to the console; the script goes on.
    /// ```rhai
    /// log.error(#{ user: "ada", problem: "no email" }) == ()
    /// ```
    #[rhai_fn(return_raw)]
    pub fn error(context: NativeCallContext, value: Dynamic) -> Result<(), Box<EvalAltResult>> {
        write(&context, ConsoleLevel::Error, &value)
    }
}

fn rejection(code: &str, message: &str, details: Dynamic) -> Box<EvalAltResult> {
    let mut map = Map::new();
    map.insert("kind".into(), "reject".into());
    map.insert("code".into(), code.into());
    map.insert("message".into(), message.into());
    map.insert("details".into(), details);
    Box::new(EvalAltResult::ErrorRuntime(map.into(), Position::NONE))
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// Fails the action with an error of your own: a code to act on, a message to read, and details where they help.
    /// ```rhai
    /// let code = "";
    /// try { reject("no_email", "The user has no email"); } catch (error) { code = error.code; }
    /// code == "no_email"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn reject(code: &str, message: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        Err(rejection(code, message, Dynamic::UNIT))
    }
    #[rhai_fn(name = "reject", return_raw)]
    pub fn reject_with_details(code: &str, message: &str, details: Dynamic) -> Result<Dynamic, Box<EvalAltResult>> {
        Err(rejection(code, message, details))
    }

    /// Waits for a number of seconds. Stopping the run ends the wait.
    /// ```rhai
    /// sleep(0.001) == ()
    /// ```
    #[rhai_fn(return_raw)]
    pub fn sleep(context: NativeCallContext, seconds: f64) -> Result<(), Box<EvalAltResult>> {
        let run = run_of(&context)?;
        let wait =
            Duration::try_from_secs_f64(seconds).map_err(|_| complain("sleep takes a number of seconds, 0 or more"))?;
        run.must_go_on()?;
        run.host.sleep(wait.min(run.time_left()), &run.cancel);
        run.must_go_on()
    }
    #[rhai_fn(name = "sleep", return_raw)]
    pub fn sleep_whole_seconds(context: NativeCallContext, seconds: i64) -> Result<(), Box<EvalAltResult>> {
        sleep(context, seconds as f64)
    }
}
