//! Sources, frames and variables as the protocol has them.

use std::path::{Component, Path};

use joinery_app::runs::debug;
use joinery_script::debug::{Holder, Places, Question, Reply, Variable};
use serde_json::{Value, json};

use super::{
    MOVES, Refusal, Server,
    requests::{
        BreakpointLocations, Evaluate, Scopes, SetBreakpoints, SetExceptionBreakpoints, SetFunctionBreakpoints,
        SetVariable, Source, SourceText, StackTrace, Variables,
    },
};

/// References from here on are those of frames.
const FRAMES: u32 = 1 << 30;
/// Parts told where a client does not say how many.
const PARTS: u32 = 1_000;

impl Server {
    pub(super) fn set_breakpoints(&self, arguments: &SetBreakpoints) -> Value {
        let file = self.file_of_source(&arguments.source);
        let places = self.places(&file);
        let (from_line, from_column) = self.bases();
        let wanted = arguments.breakpoints.iter().cloned().map(|mut wanted| {
            wanted.line += from_line;
            wanted.column = wanted.column.map(|column| column + from_column);
            wanted
        });
        let wanted: Vec<_> = wanted.collect();
        let told = self.state().board.set_lines(&file, &wanted, &places);
        self.tell_breakpoints();
        let told: Vec<Value> = told
            .iter()
            .map(|told| told.to_json(|line, column| (line - from_line, column - from_column)))
            .collect();
        json!({ "breakpoints": told })
    }

    pub(super) fn set_function_breakpoints(&self, arguments: &SetFunctionBreakpoints) -> Value {
        let scripts = self.scripts();
        let known: Vec<String> = if arguments.breakpoints.is_empty() {
            Vec::new()
        } else {
            let places = scripts.iter().filter_map(|file| self.places(file).ok());
            places.flat_map(|places| places.functions).collect()
        };
        let told = self.state().board.set_functions(&arguments.breakpoints, &known);
        self.tell_breakpoints();
        let told: Vec<Value> = told
            .iter()
            .map(|told| told.to_json(|line, column| (line, column)))
            .collect();
        json!({ "breakpoints": told })
    }

    pub(super) fn set_exception_breakpoints(&self, arguments: &SetExceptionBreakpoints) -> Value {
        let has = |name: &str| arguments.filters.iter().any(|filter| filter == name);
        {
            let mut state = self.state();
            state.board.uncaught = has("uncaught");
            state.board.http = has("http");
        }
        self.tell_breakpoints();
        Value::Null
    }

    fn tell_breakpoints(&self) {
        if let Ok(debugger) = self.debugger() {
            let breakpoints = self.state().board.breakpoints();
            debugger.set_breakpoints(breakpoints);
        }
    }

    pub(super) fn breakpoint_locations(&self, arguments: &BreakpointLocations) -> Value {
        let places = self.places(&self.file_of_source(&arguments.source)).unwrap_or_default();
        let (from_line, from_column) = self.bases();
        let first = arguments.line + from_line;
        let last = arguments.end_line.map_or(first, |line| line + from_line);
        let here = places
            .statements
            .iter()
            .filter(|(line, _)| (first..=last).contains(line));
        let here: Vec<Value> = here
            .map(|(line, column)| json!({ "line": line - from_line, "column": column - from_column }))
            .collect();
        json!({ "breakpoints": here })
    }

    pub(super) fn loaded_sources(&self) -> Value {
        let sources: Vec<Value> = self.scripts().iter().map(|file| self.source(file)).collect();
        json!({ "sources": sources })
    }

    pub(super) fn source_text(&self, arguments: &SourceText) -> Result<Value, Refusal> {
        let given = arguments.source.as_ref();
        let reference = given
            .and_then(|source| source.source_reference)
            .unwrap_or(arguments.source_reference);
        let file = match (reference.checked_sub(1), given) {
            (Some(index), _) => self.scripts().into_iter().nth(index as usize),
            (None, Some(source)) => Some(self.file_of_source(source)),
            (None, None) => None,
        };
        let connector = self.state().connector.clone();
        let text = file
            .zip(connector)
            .and_then(|(file, connector)| connector.text(&file).ok());
        let text = text.ok_or_else(|| Refusal::new("there is no such source"))?;
        Ok(json!({ "content": *text, "mimeType": "text/x-rhai" }))
    }

    pub(super) fn stack_trace(&self, arguments: &StackTrace) -> Result<Value, Refusal> {
        let frames = self.state().stopped.as_ref().map(|stopped| stopped.frames.clone());
        let frames = frames.ok_or_else(|| Refusal::new(MOVES))?;
        let (from_line, from_column) = self.bases();
        let levels = if arguments.levels == 0 {
            usize::MAX
        } else {
            arguments.levels
        };
        let told = frames
            .iter()
            .enumerate()
            .skip(arguments.start_frame)
            .take(levels)
            .map(|(index, frame)| {
                let name = match frame.function.as_str() {
                    "" => "(outside of functions)",
                    name => name,
                };
                json!({
                    "id": index + 1,
                    "name": name,
                    "source": self.source(&frame.place.file),
                    "line": frame.place.line.saturating_sub(from_line),
                    "column": frame.column.saturating_sub(from_column),
                })
            });
        let told: Vec<Value> = told.collect();
        Ok(json!({ "stackFrames": told, "totalFrames": frames.len() }))
    }

    pub(super) fn scopes(&self, arguments: &Scopes) -> Result<Value, Refusal> {
        let state = self.state();
        let frames = state.stopped.as_ref().map_or(0, |stopped| stopped.frames.len());
        let frame = arguments
            .frame_id
            .checked_sub(1)
            .filter(|frame| (*frame as usize) < frames);
        let frame = frame.ok_or_else(|| Refusal::new("there is no such frame"))?;
        Ok(json!({ "scopes": [{
            "name": "Variables",
            "presentationHint": "locals",
            "variablesReference": FRAMES + frame,
            "expensive": false,
        }] }))
    }

    pub(super) fn variables(&self, arguments: &Variables) -> Result<Value, Refusal> {
        let question = match holder(arguments.reference) {
            Holder::Frame(frame) => Question::Frame { frame },
            Holder::Value(of) => Question::Parts {
                of,
                from: arguments.start,
                count: if arguments.count == 0 { PARTS } else { arguments.count },
            },
        };
        match self.debugger()?.ask(question) {
            Reply::Variables(variables) => {
                let told: Vec<Value> = variables.iter().map(|variable| told(variable, "value")).collect();
                Ok(json!({ "variables": told }))
            }
            other => Err(refused(other)),
        }
    }

    pub(super) fn evaluate(&self, arguments: Evaluate) -> Result<Value, Refusal> {
        let reply = self.debugger()?.ask(Question::Evaluate {
            frame: arguments.frame_id.map_or(0, |frame| frame.saturating_sub(1)),
            text: arguments.expression,
            // Only what a person types there is meant to act.
            may_call_out: arguments.context.as_deref() == Some("repl"),
        });
        match reply {
            Reply::Value(variable) => {
                let mut told = told(&variable, "result");
                if let Some(members) = told.as_object_mut() {
                    members.remove("name");
                    members.remove("evaluateName");
                }
                Ok(told)
            }
            other => Err(refused(other)),
        }
    }

    pub(super) fn set_variable(&self, arguments: SetVariable) -> Result<Value, Refusal> {
        let reply = self.debugger()?.ask(Question::Set {
            of: holder(arguments.variables_reference),
            name: arguments.name,
            text: arguments.value,
        });
        match reply {
            Reply::Value(variable) => {
                let mut told = told(&variable, "value");
                if let Some(members) = told.as_object_mut() {
                    members.remove("name");
                    members.remove("evaluateName");
                }
                Ok(told)
            }
            other => Err(refused(other)),
        }
    }

    /// A place for an event.
    pub(super) fn place(&self, file: &str, line: u32) -> (Value, u32) {
        (self.source(file), line.saturating_sub(self.bases().0))
    }

    /// A file of the connector as a client knows it: by its path; in a package, by a number.
    fn source(&self, file: &str) -> Value {
        let name = file.rsplit('/').next().unwrap_or(file);
        let folder = self.state().folder.clone().unwrap_or_default();
        // A worker may name any file; only what lies in the connector is opened.
        let is_inside = Path::new(file)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !is_inside {
            return json!({ "name": name });
        }
        if folder.is_dir() {
            return json!({ "name": name, "path": folder.join(file).display().to_string() });
        }
        let number = self
            .scripts()
            .iter()
            .position(|script| script == file)
            .map_or(0, |index| index + 1);
        json!({ "name": name, "path": file, "sourceReference": number })
    }

    fn file_of_source(&self, source: &Source) -> String {
        if let Some(index) = source.source_reference.and_then(|reference| reference.checked_sub(1))
            && let Some(file) = self.scripts().into_iter().nth(index as usize)
        {
            return file;
        }
        self.file_of(Path::new(source.path.as_deref().unwrap_or_default()))
    }

    /// The path of a file inside the connector.
    pub(super) fn file_of(&self, path: &Path) -> String {
        let folder = self.state().folder.clone().unwrap_or_default();
        let inside = path.strip_prefix(&folder).map(Path::to_owned).or_else(|_| {
            // The client may have come by a link.
            let real = |path: &Path| path.canonicalize();
            match (real(path), real(&folder)) {
                (Ok(path), Ok(folder)) => path.strip_prefix(folder).map(Path::to_owned),
                _ => Ok(path.to_owned()),
            }
        });
        let inside = inside.unwrap_or_else(|_| path.to_owned());
        let parts = inside
            .components()
            .map(|part| part.as_os_str().to_string_lossy().into_owned());
        parts.collect::<Vec<_>>().join("/")
    }

    fn scripts(&self) -> Vec<String> {
        let connector = self.state().connector.clone();
        let files = connector.iter().flat_map(|connector| connector.files.keys());
        let is_script = |file: &&String| Path::new(file).extension().is_some_and(|extension| extension == "rhai");
        files.filter(is_script).cloned().collect()
    }

    fn places(&self, file: &str) -> Result<Places, String> {
        let connector = self.state().connector.clone();
        let connector = connector.ok_or("nothing has been launched")?;
        debug::places(&self.0.studio, &connector, file).map_err(|error| match error.line {
            0 => error.message,
            line => format!("line {line}: {}", error.message),
        })
    }

    /// What to add to a client's lines and columns to count from 1.
    fn bases(&self) -> (u32, u32) {
        let state = self.state();
        (u32::from(state.lines_from_0), u32::from(state.columns_from_0))
    }
}

fn holder(reference: u32) -> Holder {
    match reference.checked_sub(FRAMES) {
        Some(frame) => Holder::Frame(frame),
        None => Holder::Value(reference),
    }
}

fn refused(reply: Reply) -> Refusal {
    Refusal::new(match reply {
        Reply::Refused(why) => why,
        Reply::Value(_) | Reply::Variables(_) => "the script's process gave another answer".to_owned(),
    })
}

/// A variable, its value under that name.
fn told(variable: &Variable, value: &str) -> Value {
    let mut told = json!({
        "name": variable.name,
        "type": variable.kind,
        "variablesReference": variable.reference,
    });
    told[value] = variable.value.as_str().into();
    if variable.reference > 0 {
        let count = if variable.is_list {
            "indexedVariables"
        } else {
            "namedVariables"
        };
        told[count] = variable.parts.into();
    }
    if let Some(expression) = &variable.expression {
        told["evaluateName"] = expression.as_str().into();
    }
    told
}
