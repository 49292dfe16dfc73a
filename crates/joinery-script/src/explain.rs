//! What the engine's errors mean: where it happened, in which functions, and in plain words what and why.

use rhai::{AST, Dynamic, EvalAltResult, Position};
use serde_json::Value;

use crate::{
    error::{Frame, ScriptError},
    functions::Signatures,
    host::CallPlace,
    json::{self, SecretsAs},
    limits::Limits,
    state::{RunState, Stop, StopMark, lock},
};

/// What the engine's error says, for the run of `function` in `file`.
pub fn run_error(
    error: Box<EvalAltResult>,
    run: &RunState,
    signatures: &Signatures,
    file: &str,
    function: &str,
) -> ScriptError {
    let mut stack = vec![Frame {
        function: function.to_owned(),
        place: CallPlace {
            file: file.to_owned(),
            line: 0,
        },
    }];
    let mut current = file.to_owned();
    let mut outer = Position::NONE;
    let mut error = error;
    loop {
        match *error {
            EvalAltResult::ErrorInFunctionCall(name, source, inner, position) => {
                let place = CallPlace {
                    file: current.clone(),
                    line: position.line().unwrap_or(0) as u32,
                };
                // Native functions that call closures add a layer of their own; it is no frame of the script's.
                if let Some(at) = home_of(run, &name, &source, &current) {
                    current = at;
                    stack.push(Frame {
                        function: frame_name(&name),
                        place,
                    });
                }
                outer = if position.is_none() { outer } else { position };
                error = inner;
            }
            EvalAltResult::ErrorInModule(path, inner, position) => {
                outer = position;
                current = path;
                error = inner;
            }
            _ => break,
        }
    }
    stack.reverse();
    let position = error.position();
    let position = if position.is_none() { outer } else { position };
    let mut explained = kernel(*error, run, signatures, &current);
    if explained.line == 0 && explained.file == current {
        explained = explained.at(position);
    }
    // The engine gives some errors no place; where the script was last seen is near it.
    if explained.line == 0
        && let Some((file, line)) = run.spot.last()
        && file == explained.file
    {
        explained.line = line;
    }
    if let Some(reason) = *lock(&run.stop) {
        let place = if explained.line == 0 {
            current
        } else {
            format!("{current}:{}", explained.line)
        };
        let (code, message, hint) = stopped(reason, &run.limits, &place);
        code.clone_into(&mut explained.code);
        explained.message = message;
        explained.hint = Some(hint);
        explained.details = Value::Null;
    }
    explained.stack = stack;
    explained
}

/// The error of a run that was stopped and gave no error of its own.
pub fn stopped_without_place(reason: Stop, limits: &Limits, file: &str) -> ScriptError {
    let (code, message, hint) = stopped(reason, limits, file);
    ScriptError::new(code, message, file).with_hint(hint)
}

/// The error of a run of `file` that was told to stop and came to its end: a loop over an iterator ends without a word.
pub fn stopped_unseen(reason: Stop, run: &RunState, file: &str) -> ScriptError {
    let Some((file, line)) = run.spot.last() else {
        return stopped_without_place(reason, &run.limits, file);
    };
    let error = stopped_without_place(reason, &run.limits, &format!("{file}:{line}"));
    ScriptError { file, line, ..error }
}

fn stopped(reason: Stop, limits: &Limits, place: &str) -> (&'static str, String, String) {
    let seconds = limits.time.as_secs_f64();
    match reason {
        Stop::Cancelled => (
            "cancelled",
            "Stopped.".into(),
            "Run it again when you are ready.".into(),
        ),
        Stop::Time => (
            "time_limit",
            format!("Stopped after {seconds} s at {place}."),
            "Ask for less per run, or raise the time limit.".into(),
        ),
        Stop::Operations => (
            "operation_limit",
            format!("Stopped after {} steps at {place}.", grouped(limits.operations)),
            "Is the next page ever empty? Check how the loop ends.".into(),
        ),
        Stop::Depth => (
            "depth_limit",
            format!("Stopped at {} nested calls at {place}.", limits.call_levels),
            "Check how the recursion ends, or use a loop.".into(),
        ),
        Stop::Memory => (
            "memory_limit",
            format!("Stopped at {place}: a value grew too large."),
            "Handle the data page by page, and keep only the parts you need.".into(),
        ),
        Stop::Continued => (
            "continues",
            "The action goes on later.".into(),
            "Its state is kept until then.".into(),
        ),
        Stop::Halted => (
            "halted",
            "The flow stops here.".into(),
            "It goes on when what it waits for has come.".into(),
        ),
        Stop::Output => (
            "output_limit",
            format!(
                "Stopped at {place}: more than {} MB of console output.",
                limits.output >> 20
            ),
            "Print less inside the loop.".into(),
        ),
    }
}

/// `10000000` as `10,000,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Which file the called function `name` lies in; `None` for a native one.
fn home_of(run: &RunState, name: &str, source: &str, caller: &str) -> Option<String> {
    let scripts = lock(&run.scripts);
    let defines = |file: &str| scripts.get(file).is_some_and(|ast| defines(ast, name));
    // The engine names the source of a function called through its module, which may have the name of one beside the
    // call. One that a module's own function calls goes by the source of the run: there the caller's file is asked first.
    let places = if source == run.file {
        [caller, source]
    } else {
        [source, caller]
    };
    places
        .into_iter()
        .find(|file| defines(file))
        .map(str::to_owned)
        .or_else(|| {
            scripts
                .iter()
                .find(|(_, ast)| self::defines(ast, name))
                .map(|(file, _)| file.clone())
        })
}

fn defines(ast: &AST, name: &str) -> bool {
    ast.iter_functions().any(|function| function.name == name)
}

/// A function's name as people read it.
pub fn frame_name(name: &str) -> String {
    if name.starts_with("anon$") {
        "closure".to_owned()
    } else {
        name.to_owned()
    }
}

/// Code, message, hint and details of the innermost error.
fn kernel(error: EvalAltResult, run: &RunState, signatures: &Signatures, file: &str) -> ScriptError {
    let plain = |code: &str, message: String| ScriptError::new(code, message, file);
    match error {
        EvalAltResult::ErrorSystem(_, cause) => match cause.downcast::<ScriptError>() {
            Ok(error) => *error,
            Err(cause) => plain("runtime", cause.to_string()),
        },
        EvalAltResult::ErrorRuntime(value, _) => of_thrown(&value, file),
        EvalAltResult::ErrorTerminated(value, _) => match value.try_cast::<StopMark>() {
            Some(StopMark(reason)) => stopped_without_place(reason, &run.limits, file),
            None => plain("runtime", "the script was ended".into()),
        },
        EvalAltResult::ErrorStackOverflow(_) => {
            lock(&run.stop).get_or_insert(Stop::Depth);
            stopped_without_place(Stop::Depth, &run.limits, file)
        }
        EvalAltResult::ErrorDataTooLarge(..) => {
            lock(&run.stop).get_or_insert(Stop::Memory);
            stopped_without_place(Stop::Memory, &run.limits, file)
        }
        EvalAltResult::ErrorFunctionNotFound(signature, _) => {
            let own = lock(&run.scripts).get(file).map(script_functions).unwrap_or_default();
            let (message, hint) = signatures.not_found(&signature, &own);
            ScriptError {
                hint,
                ..plain("unknown_function", message)
            }
        }
        EvalAltResult::ErrorVariableNotFound(name, _) => {
            plain("unknown_variable", format!("there is no variable `{name}`"))
        }
        EvalAltResult::ErrorModuleNotFound(name, _) => plain("unknown_module", format!("there is no module `{name}`"))
            .with_hint(format!("Import it: import \"methods/{name}\" as {name};")),
        EvalAltResult::ErrorDotExpr(message, _) => plain("runtime", explain_dot(&message)),
        EvalAltResult::ErrorIndexingType(what, _) => {
            plain("runtime", format!("cannot take a part of {}", type_words(&what)))
        }
        EvalAltResult::ErrorArrayBounds(count, index, _) => plain(
            "runtime",
            format!(
                "there is no item {index}: the list has {count} item{}",
                if count == 1 { "" } else { "s" }
            ),
        ),
        EvalAltResult::ErrorMismatchDataType(wanted, given, _) if wanted.is_empty() => {
            plain("runtime", format!("{} does not fit here", type_words(&given)))
        }
        EvalAltResult::ErrorMismatchDataType(wanted, given, _)
        | EvalAltResult::ErrorMismatchOutputType(wanted, given, _) => plain(
            "runtime",
            format!("this must be {}, not {}", type_words(&wanted), type_words(&given)),
        ),
        EvalAltResult::ErrorDataRace(name, _) => {
            // The engine says `argument #1 of function 'map'` in the place of a name.
            let function = name.split('\'').nth(1).unwrap_or(&name);
            plain(
                "runtime",
                format!("`{function}` cannot go through a value while it is changed"),
            )
            .with_hint("Collect what is to be added in a list of its own, and add it afterwards.")
        }
        EvalAltResult::ErrorParsing(kind, _) => {
            let (message, hint) = crate::syntax::explain(&kind, "");
            ScriptError {
                hint,
                ..plain("syntax", message)
            }
        }
        other => {
            let mut bare = other;
            bare.set_position(Position::NONE);
            plain("runtime", bare.to_string())
        }
    }
}

/// Names and parameter counts of a script's own functions.
pub fn script_functions(ast: &AST) -> Vec<(String, usize)> {
    ast.iter_functions()
        .filter(|function| !function.name.starts_with("anon$"))
        .map(|function| (function.name.to_owned(), function.params.len()))
        .collect()
}

fn explain_dot(message: &str) -> String {
    // "Unknown property 'name' - a getter is not registered for type '()'"
    let mut quoted = message.split('\'').skip(1).step_by(2);
    match (quoted.next(), quoted.next()) {
        (Some(property), Some(kind)) => format!("{} has no `{property}`", type_words(kind)),
        _ => message.to_owned(),
    }
}

/// What a thrown value says.
pub fn of_thrown(value: &Dynamic, file: &str) -> ScriptError {
    if let Some(StopMark(reason)) = value.read_lock::<StopMark>().map(|mark| *mark) {
        return stopped_without_place(reason, &Limits::default(), file);
    }
    let Ok(map) = value.as_map_ref() else {
        let message = match value.as_immutable_string_ref() {
            Ok(text) => text.to_string(),
            Err(_) if value.is_unit() => "the script threw an error without a message".into(),
            Err(_) => value.to_string(),
        };
        let details = json::to_value(value, SecretsAs::Mask).unwrap_or(Value::Null);
        return ScriptError {
            details,
            ..ScriptError::new("runtime", message, file)
        };
    };
    let text = |key: &str| {
        map.get(key)
            .and_then(|value| value.as_immutable_string_ref().ok().map(|text| text.to_string()))
    };
    let details = match (text("kind").as_deref(), map.get("details")) {
        (Some("reject"), Some(details)) => json::to_value(details, SecretsAs::Mask),
        _ => json::to_value(value, SecretsAs::Mask),
    };
    ScriptError {
        hint: text("hint"),
        details: details.unwrap_or(Value::Null),
        ..ScriptError::new(
            &text("code").unwrap_or_else(|| "thrown".into()),
            text("message").unwrap_or_else(|| "the script threw an error without a message".into()),
            file,
        )
    }
}

/// A type name of the engine in plain words, with its article.
pub fn type_words(name: &str) -> String {
    let name = name.trim();
    let words = match name {
        "()" => "nothing (`()`)",
        "string" | "&str" | "ImmutableString" | "rhai::ImmutableString" | "String" => "text",
        "i64" | "INT" | "rhai::INT" => "a whole number",
        "f64" | "FLOAT" | "rhai::FLOAT" => "a number",
        "bool" => "true or false",
        "map" | "Map" | "rhai::Map" | "#{}" => "a map",
        "array" | "Array" | "rhai::Array" | "[]" => "a list",
        "blob" | "Blob" | "rhai::Blob" => "bytes",
        "char" => "a character",
        "Fn" | "FnPtr" | "rhai::FnPtr" => "a function",
        "?" | "Dynamic" | "rhai::Dynamic" => "a value",
        _ => return format!("a {}", name.rsplit("::").next().unwrap_or(name).to_lowercase()),
    };
    words.to_owned()
}
