//! What flow scripts call: actions as steps, approvals, and the key that a step gives its action.

use rhai::{Dynamic, EvalAltResult, Map, Module, NativeCallContext, Position, export_module, exported_module};
use serde_json::Value;

use super::options::{Options, RUN};
use crate::{
    error::{complain, located, thrown},
    host::{Step, StepCall, StepOutcome},
    json::{self, SecretsAs},
    state::{Stop, place_of, run_of},
};

/// Seconds that an approval may be waited for at most: 90 days.
const LONGEST_WAIT: f64 = 90.0 * 86_400.0;

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

/// Does one step, or ends the run where the step ends it.
fn step(context: &NativeCallContext, function: &str, call: StepCall) -> Result<Dynamic, Box<EvalAltResult>> {
    let run = run_of(context)?;
    run.must_go_on()?;
    let step = Step {
        call,
        place: place_of(context),
    };
    match run.host.step(step, &run.cancel) {
        StepOutcome::Done(value) => Ok(json::to_dynamic(&value)),
        StepOutcome::Halted => Err(run.stop(Stop::Halted)),
        StepOutcome::NotInAFlow => Err(complain(format!("`{function}` works in a flow only"))),
        StepOutcome::Failed(failure) => {
            let mut map = thrown("step", &failure.message);
            map.insert("code".into(), failure.code.into());
            map.insert("action".into(), failure.action.into());
            if let Some(hint) = failure.hint {
                map.insert("hint".into(), hint.into());
            }
            map.insert("details".into(), json::to_dynamic(&failure.details));
            Err(Box::new(EvalAltResult::ErrorRuntime(map.into(), Position::NONE)))
        }
    }
}

/// `input` of a step as JSON, which is kept with it.
fn kept(function: &str, input: &Dynamic) -> Result<Value, Box<EvalAltResult>> {
    json::to_value(input, SecretsAs::Mask).map_err(|error| complain(format!("{function}: {error}")))
}

fn run_step(action: &str, input: &Map, options: &Map) -> Result<StepCall, Box<EvalAltResult>> {
    if !action.contains('.') {
        return Err(complain(format!(
            "run takes an action as \"connector.action\", such as \"okta.get_user\", not \"{action}\""
        )));
    }
    let options = Options::new("run", options, RUN.keys)?;
    // What an event does not hold is `()` in a script: a field that is given nothing is left out.
    let mut given = input.clone();
    given.retain(|_, value| !value.is_unit());
    Ok(StepCall::Run {
        action: action.to_owned(),
        input: kept("run", &given.into())?,
        connection: options.text("connection")?.map(Into::into),
        retries: options.number("retries", 0, 10)?.map(|retries| retries as u32),
    })
}

fn approval(given: &Map) -> Result<StepCall, Box<EvalAltResult>> {
    let mut input = given.clone();
    let mut take_text = |key: &str| match input.remove(key) {
        None => Ok(None),
        Some(value) if value.is_unit() => Ok(None),
        Some(value) => value
            .into_string()
            .map(Some)
            .map_err(|found| complain(format!("wait_for_approval: `{key}` must be text, not {found}"))),
    };
    let ask = take_text("ask")?;
    let connection = take_text("connection")?;
    let timeout = input.remove("timeout").filter(|value| !value.is_unit());
    let timeout_s = timeout
        .map(|value| {
            let seconds = value.as_float().or_else(|_| value.as_int().map(|whole| whole as f64));
            let seconds = seconds.ok().filter(|seconds| (1.0..=LONGEST_WAIT).contains(seconds));
            seconds
                .ok_or_else(|| complain("wait_for_approval: `timeout` must be a number of seconds from 1 to 7776000"))
        })
        .transpose()?;
    Ok(StepCall::Approval {
        ask,
        input: kept("wait_for_approval", &input.into())?,
        connection,
        timeout_s,
    })
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// In a flow: runs an action of another connector as a step and gives its output. A step that has ended is not run
    /// again when the flow goes on after a crash or a wait: its output is kept.
    /// ```rhai
    /// let message = "";
    /// try { run("box.get_folder"); } catch (error) { message = error; }
    /// message == "`run` works in a flow only"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn run(context: NativeCallContext, action: ImmutableString) -> Result<Dynamic, Box<EvalAltResult>> {
        let call = run_step(&action, &Map::new(), &Map::new());
        located(&context, call.and_then(|call| step(&context, "run", call)))
    }

    /// As `run` of one argument, with the action's input.
    /// ```rhai
    /// let message = "";
    /// try { run("create_folder", #{ name: "Ada" }); } catch (error) { message = error; }
    /// message.starts_with("run takes an action as \"connector.action\"")
    /// ```
    #[rhai_fn(name = "run", return_raw)]
    pub fn run_with(
        context: NativeCallContext,
        action: ImmutableString,
        input: Map,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        let call = run_step(&action, &input, &Map::new());
        located(&context, call.and_then(|call| step(&context, "run", call)))
    }

    /// As `run` of two arguments, with options.
    /// ```rhai
    /// let message = "";
    /// try { run("box.create_folder", #{ name: "Ada" }, #{ retry: 3 }); } catch (error) { message = error; }
    /// message == "run knows no `retry`; it takes connection, retries"
    /// ```
    #[rhai_fn(name = "run", return_raw)]
    pub fn run_with_options(
        context: NativeCallContext,
        action: ImmutableString,
        input: Map,
        options: Map,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        let call = run_step(&action, &input, &options);
        located(&context, call.and_then(|call| step(&context, "run", call)))
    }

    /// In a flow: asks a person and goes on when they have answered, which may be days later: the flow ends here and is
    /// run again from the top, its steps answered from what was kept. `ask` names an action that tells them, with the
    /// other keys and `approval` (`#{ id }`) as its input; without it the answer comes from `joinery flow approve`.
    /// After `timeout` seconds it counts as refused. Gives `#{ approved, by, comment, timed_out }`.
    /// ```rhai
    /// let message = "";
    /// try { wait_for_approval(#{ text: "Give access?", timeout: 0 }); } catch (error) { message = error; }
    /// message == "wait_for_approval: `timeout` must be a number of seconds from 1 to 7776000"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn wait_for_approval(context: NativeCallContext, question: Map) -> Result<Dynamic, Box<EvalAltResult>> {
        let call = approval(&question);
        located(
            &context,
            call.and_then(|call| step(&context, "wait_for_approval", call)),
        )
    }

    /// In a flow: answers what another flow waits for with `wait_for_approval`. `answer` is `#{ approved, by, comment }`.
    /// Gives `false` where nothing waits under that id any more, as when a button is pressed twice.
    /// ```rhai
    /// let message = "";
    /// try { answer_approval("apr1", #{ approved: true }); } catch (error) { message = error; }
    /// message == "`answer_approval` works in a flow only"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn answer_approval(
        context: NativeCallContext,
        id: ImmutableString,
        answer: Map,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        let call = kept("answer_approval", &answer.into()).map(|answer| StepCall::Answer {
            approval: id.into(),
            answer,
        });
        located(&context, call.and_then(|call| step(&context, "answer_approval", call)))
    }

    /// In an action that a flow runs: a key that is the same whenever this step is run again for the same event, for
    /// services that take one, as in `.header("Idempotency-Key", step_key())`. `()` where no flow runs the action.
    /// ```rhai
    /// step_key() == ()
    /// ```
    #[rhai_fn(return_raw)]
    pub fn step_key(context: NativeCallContext) -> Result<Dynamic, Box<EvalAltResult>> {
        let run = located(&context, run_of(&context))?;
        Ok(run.host.step_key().map_or(Dynamic::UNIT, Into::into))
    }
}
