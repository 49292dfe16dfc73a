//! In the worker: told by the engine of every statement, stop where that is wanted, and answer while standing still.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    sync::Arc,
    time::Duration,
};

use rhai::{
    ASTNode, Dynamic, EvalAltResult, EvalContext, Position, Stmt,
    debugger::{Debugger, DebuggerCommand, DebuggerEvent},
};

use super::{
    Breakpoints, Command, Holder, LineBreakpoint, Notice, Place, Question, Reason, Reply, StackFrame, Step, Stopped,
    Variable,
    breakpoints::{LogPart, log_parts},
    evaluate,
    places::Table,
    values::{self, Kept, Part},
};
use crate::{
    explain::frame_name,
    host::{CallPlace, ConsoleLevel},
    limits::Cancel,
    state::{RunState, Stop, Tag, lock},
    worker::{Link, RemoteHost},
};

/// How often a script that stands still looks at its switch.
const LOOK: Duration = Duration::from_millis(10);
/// How long the first word may take.
const BEGIN: Duration = Duration::from_secs(5);
/// Values that can be asked for during one stop.
const REFERENCES: usize = 100_000;
/// Parts told at once.
const AT_ONCE: u32 = 1_000;
/// Functions told of a stop, the innermost.
const FRAMES: usize = 256;

thread_local! {
    /// The debug run of this thread. Taken out while it is told something: what it evaluates is not debugged.
    static CURRENT: RefCell<Option<Box<Watch>>> = const { RefCell::new(None) };
    /// An answer of a server that is to be stopped at.
    static HTTP: RefCell<Option<Reason>> = const { RefCell::new(None) };
    /// Whether HTTP may be called now.
    static CALLS_OUT: Cell<bool> = const { Cell::new(true) };
}

struct Watch {
    link: Arc<Link>,
    host: Arc<RemoteHost>,
    cancel: Cancel,
    breakpoints: Breakpoints,
    hits: HashMap<u32, u64>,
    tables: HashMap<String, Arc<Table>>,
    frames: Vec<Function>,
    going: Going,
    /// Whether the error on its way has been looked at.
    raised: bool,
    /// Whether it was ended while it stood still.
    is_ended: bool,
    origins: Vec<Origin>,
    results: Vec<Dynamic>,
}

/// A function being run.
#[derive(Default)]
struct Function {
    name: String,
    file: String,
    table: Arc<Table>,
    statement: Option<usize>,
    /// Whether its first statement has come.
    entered: bool,
    told_once: Option<usize>,
    kept: Option<Vec<Kept>>,
}

/// How a script goes on.
#[derive(Clone, Copy, PartialEq)]
enum Going {
    /// To its first statement.
    Entry,
    /// To the next breakpoint.
    On,
    /// To the next statement.
    Into,
    /// To the next statement of this many functions, or fewer.
    Over(usize),
    /// To the next statement, as asked while it ran.
    Pause,
}

/// What a reference stands for.
#[derive(Clone)]
struct Origin {
    holder: Root,
    path: Vec<Part>,
}

#[derive(Clone)]
enum Root {
    Variable { frame: usize, name: String },
    Result(usize),
}

/// Debugs what this thread runs until [`end`].
pub fn begin(link: &Arc<Link>, host: &Arc<RemoteHost>, cancel: &Cancel) {
    HTTP.take();
    let (breakpoints, going) = loop {
        match link.command(BEGIN) {
            Some(Command::Begin {
                breakpoints,
                stop_on_entry,
                pause,
            }) => {
                let going = match (stop_on_entry, pause) {
                    (true, _) => Going::Entry,
                    (false, true) => Going::Pause,
                    (false, false) => Going::On,
                };
                break (breakpoints, going);
            }
            Some(_) => {}
            None => break (Breakpoints::default(), Going::On),
        }
    };
    CURRENT.set(Some(Box::new(Watch {
        link: link.clone(),
        host: host.clone(),
        cancel: cancel.clone(),
        breakpoints,
        hits: HashMap::new(),
        tables: HashMap::new(),
        frames: Vec::new(),
        going,
        raised: false,
        is_ended: false,
        origins: Vec::new(),
        results: Vec::new(),
    })));
}

/// Debugs no more.
pub fn end() {
    CURRENT.take();
}

/// Whether HTTP may be called: an expression that is only looked at must not.
pub fn may_call_out() -> bool {
    CALLS_OUT.get()
}

/// A server has answered.
pub fn note_http(method: &str, url: &str, status: u16) {
    // While something is evaluated nothing is debugged.
    let wanted = CURRENT.with_borrow(|watch| watch.as_ref().is_some_and(|watch| watch.breakpoints.http));
    if wanted && status >= 400 {
        HTTP.set(Some(Reason::Http {
            status,
            method: method.to_owned(),
            url: url.to_owned(),
        }));
    }
}

/// Called by the engine at every statement and expression, and when a function is left.
///
/// # Errors
/// The stop of a run that was ended while it stood still.
pub fn on_event(
    mut context: EvalContext,
    event: DebuggerEvent,
    node: ASTNode,
    position: Position,
) -> Result<DebuggerCommand, Box<EvalAltResult>> {
    let Some(mut watch) = CURRENT.take() else {
        return Ok(DebuggerCommand::Continue);
    };
    match event {
        DebuggerEvent::End => {}
        DebuggerEvent::FunctionExitWithValue(_) => watch.leave(&context),
        DebuggerEvent::FunctionExitWithError(error) => {
            watch.fail(&mut context, error);
            watch.leave(&context);
        }
        _ => watch.see(&mut context, node, position),
    }
    let is_ended = watch.is_ended;
    CURRENT.set(Some(watch));
    match run(&context).filter(|_| is_ended) {
        // Not a statement more: the next could write to an org.
        Some(run) => Err(run.stop(Stop::Cancelled)),
        None => Ok(DebuggerCommand::StepInto),
    }
}

impl Watch {
    /// A statement or an expression is about to be run.
    fn see(&mut self, context: &mut EvalContext, node: ASTNode, position: Position) {
        let depth = depth(context);
        self.frames.truncate(depth + 1);
        while self.frames.len() <= depth {
            let calls = context.debugger().map(Debugger::call_stack).unwrap_or_default();
            let call = self.frames.len().checked_sub(1).and_then(|index| calls.get(index));
            let name = call.map(|call| frame_name(&call.fn_name)).unwrap_or_default();
            if let ([outside], Some(call)) = (&mut self.frames[..], call)
                && call.pos.is_none()
            {
                // What stands outside of functions has been run by then; it is no caller.
                outside.statement = None;
            }
            self.frames.push(Function {
                name,
                ..Function::default()
            });
        }
        if HTTP.with_borrow(Option::is_some)
            && let Some(reason) = HTTP.take()
        {
            self.stop(context, reason, true);
        }
        self.place(context, depth);
        let frame = &mut self.frames[depth];
        let is_noop = matches!(node, ASTNode::Stmt(Stmt::Noop(_)));
        let Some(index) = (!is_noop).then(|| frame.table.at(position)).flatten() else {
            return;
        };
        let statement = &frame.table.statements[index];
        if statement.is_told_twice {
            if frame.told_once == Some(index) {
                frame.told_once = None;
                return;
            }
            frame.told_once = Some(index);
        }
        frame.statement = Some(index);
        let keeps = statement.calls || self.breakpoints.uncaught;
        frame.kept = keeps.then(|| values::keep(context.scope()));
        let first = !std::mem::replace(&mut frame.entered, true);
        self.raised = false;
        self.listen();
        let breakpoint = self.at_breakpoint(context, depth, first);
        let reason = match (self.going, breakpoint) {
            (_, Some(reason)) => Some(reason),
            (Going::Entry, None) if depth > 0 => Some(Reason::Entry),
            (Going::Into, None) => Some(Reason::Step),
            (Going::Over(most), None) if depth <= most => Some(Reason::Step),
            (Going::Pause, None) => Some(Reason::Pause),
            _ => None,
        };
        if let Some(reason) = reason {
            self.stop(context, reason, true);
        }
    }

    /// Notes which file the function at `depth` lies in.
    fn place(&mut self, context: &EvalContext, depth: usize) {
        // As with calls of native functions: the last library is the file being run.
        let library = context.namespaces().last().and_then(|library| library.id());
        let file = library.or_else(|| context.source()).unwrap_or_default();
        let frame = &mut self.frames[depth];
        if frame.file == file {
            return;
        }
        file.clone_into(&mut frame.file);
        frame.statement = None;
        let table = self.tables.get(file).cloned().or_else(|| {
            let run = run(context)?;
            let table = Arc::new(Table::of(lock(&run.scripts).get(file)?));
            self.tables.insert(file.to_owned(), table.clone());
            Some(table)
        });
        frame.table = table.unwrap_or_default();
    }

    fn leave(&mut self, context: &EvalContext) {
        self.frames.truncate(depth(context));
    }

    /// An error leaves a function.
    fn fail(&mut self, context: &mut EvalContext, error: &EvalAltResult) {
        if self.raised || self.frames.is_empty() {
            return;
        }
        self.raised = true;
        // One that is being stopped does not stop.
        if run(context).is_none_or(|run| lock(&run.stop).is_some()) {
            return;
        }
        if let Some(reason) = HTTP.take() {
            self.stop(context, reason, false);
        }
        let depth = depth(context);
        let catches = |frame: &Function| {
            frame
                .statement
                .is_some_and(|index| frame.table.statements[index].is_caught)
        };
        if self.breakpoints.uncaught && !self.frames.iter().take(depth).any(catches) {
            let (code, message, hint) = evaluate::told(error);
            self.stop(context, Reason::Error { code, message, hint }, false);
        }
    }

    /// The breakpoint at the statement that `depth` functions have come to. Logs what is to be logged.
    fn at_breakpoint(&mut self, context: &mut EvalContext, depth: usize, first: bool) -> Option<Reason> {
        let frame = &self.frames[depth];
        let statement = &frame.table.statements[frame.statement?];
        let is_here = |place: &Place| {
            place.line == statement.line && place.column == statement.column && place.file == frame.file
        };
        let at_place = self
            .breakpoints
            .lines
            .iter()
            .filter(|point| is_here(&point.place))
            .cloned();
        let mut found: Vec<LineBreakpoint> = at_place.collect();
        if first {
            let is_this = |name: &str| name.rsplit("::").next() == Some(frame.name.as_str());
            let functions = self.breakpoints.functions.iter().filter(|point| is_this(&point.name));
            found.extend(functions.map(|point| LineBreakpoint {
                id: point.id,
                place: Place {
                    file: String::new(),
                    line: 0,
                    column: 0,
                },
                condition: point.condition.clone(),
                hits: point.hits,
                log: None,
            }));
        }
        let (mut ids, mut problem) = (Vec::new(), None);
        for LineBreakpoint {
            id,
            condition,
            hits,
            log,
            ..
        } in found
        {
            match condition.map(|condition| quietly(context, |context| evaluate::here(context, &condition))) {
                Some(Ok(value)) if value.as_bool() == Ok(false) || value.is_unit() => continue,
                Some(Err(wrong)) => problem = Some(wrong),
                _ => {}
            }
            let hit = self.hits.entry(id).or_default();
            *hit += 1;
            if hits.is_some_and(|hits| !hits.holds(*hit)) {
                continue;
            }
            match log {
                Some(message) if problem.is_none() => self.log(context, &message),
                _ => ids.push(id),
            }
        }
        (!ids.is_empty()).then_some(Reason::Breakpoint { ids, problem })
    }

    fn log(&mut self, context: &mut EvalContext, message: &str) {
        let mut text = String::new();
        for part in log_parts(message) {
            match part {
                LogPart::Text(words) => text.push_str(&words),
                LogPart::Expression(expression) => {
                    match quietly(context, |context| evaluate::here(context, &expression)) {
                        Ok(value) => match value.as_immutable_string_ref() {
                            Ok(words) => text.push_str(&values::clip(&words, 10_000)),
                            Err(_) => text.push_str(&values::shown("", &value, true).value),
                        },
                        Err(problem) => text.extend(["{", &problem, "}"]),
                    }
                }
            }
        }
        let place = self.call_place(self.frames.len() - 1);
        if let Some(run) = run(context) {
            // A console that is full stops the run at its next step.
            let _ = run.log(ConsoleLevel::Info, &text, place);
        }
    }

    fn call_place(&self, depth: usize) -> CallPlace {
        let frame = &self.frames[depth];
        CallPlace {
            file: frame.file.clone(),
            line: frame.statement.map_or(0, |index| frame.table.statements[index].line),
        }
    }

    /// Takes what the host has said while the script ran.
    fn listen(&mut self) {
        while let Some(command) = self.link.command(Duration::ZERO) {
            match command {
                Command::Breakpoints(breakpoints) => self.breakpoints = breakpoints,
                Command::Pause => self.going = Going::Pause,
                Command::Go { .. } | Command::Begin { .. } => {}
                Command::Ask(_) => self
                    .link
                    .notice(Notice::Reply(Reply::Refused("the script is running".into()))),
            }
        }
    }

    /// Stands still until told to go on.
    fn stop(&mut self, context: &mut EvalContext, reason: Reason, is_live: bool) {
        // One that is being ended is not stopped on its way.
        if self.cancel.is_cancelled() {
            return;
        }
        self.origins.clear();
        self.results.clear();
        self.host.pause();
        let frames = self.stack(is_live);
        self.link.notice(Notice::Stopped(Stopped { reason, frames }));
        loop {
            if self.cancel.is_cancelled() {
                self.host.resume(None);
                self.is_ended = true;
                break;
            }
            match self.link.command(LOOK) {
                None | Some(Command::Pause | Command::Begin { .. }) => {}
                Some(Command::Breakpoints(breakpoints)) => self.breakpoints = breakpoints,
                Some(Command::Ask(question)) => {
                    let reply = self.reply(context, question, is_live).unwrap_or_else(Reply::Refused);
                    self.link.notice(Notice::Reply(reply));
                }
                Some(Command::Go { step, waited }) => {
                    let depth = depth(context);
                    self.going = match step {
                        Step::On => Going::On,
                        Step::Into => Going::Into,
                        Step::Over => Going::Over(depth),
                        Step::Out => depth.checked_sub(1).map_or(Going::On, Going::Over),
                    };
                    self.host.resume(Some(waited));
                    break;
                }
            }
        }
    }

    fn stack(&self, is_live: bool) -> Vec<StackFrame> {
        let frames = self.frames.iter().enumerate().rev().take(FRAMES);
        frames
            .filter(|(_, frame)| frame.statement.is_some())
            .map(|(depth, frame)| StackFrame {
                function: frame.name.clone(),
                place: self.call_place(depth),
                column: frame.statement.map_or(0, |index| frame.table.statements[index].column),
                is_live: is_live && depth + 1 == self.frames.len(),
            })
            .collect()
    }

    /// Which function is meant by the number of a frame, counted as [`Watch::stack`] tells them.
    fn depth_of(&self, frame: u32) -> Result<usize, String> {
        let depths = (0..self.frames.len())
            .rev()
            .filter(|depth| self.frames[*depth].statement.is_some());
        depths
            .take(FRAMES)
            .nth(frame as usize)
            .ok_or_else(|| "there is no such frame".to_owned())
    }

    fn reply(&mut self, context: &mut EvalContext, question: Question, is_live: bool) -> Result<Reply, String> {
        let top = self.frames.len() - 1;
        let lives = |depth: usize| is_live && depth == top;
        match question {
            Question::Frame { frame } => {
                let depth = self.depth_of(frame)?;
                let mut variables = Vec::new();
                if lives(depth) {
                    if let Some(this) = context.this_ptr() {
                        variables.push(values::shown("this", this, false));
                    }
                    variables.extend(
                        values::variables(context.scope()).map(|(name, value)| values::shown(name, value, false)),
                    );
                } else {
                    for kept in self.frames[depth].kept.iter().flatten() {
                        let mut variable = values::shown(&kept.name, &kept.value, false);
                        if !kept.is_whole {
                            variable.value.push_str(" (cut)");
                        }
                        variables.push(variable);
                    }
                }
                for variable in &mut variables {
                    variable.expression = Some(variable.name.clone());
                    let holder = Root::Variable {
                        frame: depth,
                        name: variable.name.clone(),
                    };
                    self.refer(variable, holder, Vec::new());
                }
                Ok(Reply::Variables(variables))
            }
            Question::Parts { of, from, count } => {
                let origin = self.origin(of)?;
                let mut found = Vec::new();
                self.with(context, &origin, is_live, |value| {
                    values::parts(value, from as usize, count.min(AT_ONCE) as usize, |part, value| {
                        let name = match &part {
                            Part::Key(key) => key.clone(),
                            Part::Index(index) => index.to_string(),
                        };
                        found.push((part, values::shown(&name, value, false)));
                    });
                })?;
                let variables = found.into_iter().map(|(part, mut variable)| {
                    let mut path = origin.path.clone();
                    path.push(part);
                    if let Root::Variable { name, .. } = &origin.holder {
                        variable.expression = Some(values::expression(name, &path));
                    }
                    self.refer(&mut variable, origin.holder.clone(), path);
                    variable
                });
                Ok(Reply::Variables(variables.collect()))
            }
            Question::Evaluate {
                frame,
                text,
                may_call_out,
            } => {
                let depth = self.depth_of(frame)?;
                CALLS_OUT.set(may_call_out);
                let result = self.evaluate(context, &text, depth, is_live);
                CALLS_OUT.set(true);
                Ok(Reply::Value(self.result(&text, result?)))
            }
            Question::Set { of, name, text } => {
                let (depth, target) = match of {
                    Holder::Frame(frame) => (self.depth_of(frame)?, name.clone()),
                    Holder::Value(of) => {
                        let Origin { holder, mut path } = self.origin(of)?;
                        let Root::Variable { frame, name: root } = holder else {
                            return Err("what an expression gave cannot be changed; change the variable".into());
                        };
                        path.push(name.parse().map_or_else(|_| Part::Key(name.clone()), Part::Index));
                        self.fit(
                            context,
                            &mut path,
                            &Root::Variable {
                                frame,
                                name: root.clone(),
                            },
                            is_live,
                        );
                        (frame, values::expression(&root, &path))
                    }
                };
                if !lives(depth) {
                    return Err("only the variables of the function being run can be changed".into());
                }
                let value = quietly(context, |context| {
                    let set = evaluate::here(context, &format!("{target} = (\n{text}\n);"));
                    set.and_then(|_| evaluate::here(context, &target))
                })?;
                Ok(Reply::Value(self.result(&name, value)))
            }
        }
    }

    /// A name of digits may be the key of a map.
    fn fit(&self, context: &EvalContext, path: &mut [Part], root: &Root, is_live: bool) {
        let Some((last, above)) = path.split_last_mut() else {
            return;
        };
        let holder = Origin {
            holder: root.clone(),
            path: above.to_vec(),
        };
        let is_map = self.with(context, &holder, is_live, Dynamic::is_map) == Ok(true);
        if let Part::Index(index) = last
            && is_map
        {
            *last = Part::Key(index.to_string());
        }
    }

    fn evaluate(&self, context: &mut EvalContext, text: &str, depth: usize, is_live: bool) -> Result<Dynamic, String> {
        if is_live && depth + 1 == self.frames.len() {
            return evaluate::here(context, text);
        }
        let frame = &self.frames[depth];
        let functions = run(context).and_then(|run| Some(lock(&run.scripts).get(&frame.file)?.shared_lib().clone()));
        evaluate::in_caller(context, text, frame.kept.as_deref().unwrap_or_default(), functions)
    }

    fn result(&mut self, name: &str, value: Dynamic) -> Variable {
        let mut variable = values::shown(&values::clip(name, 200), &value, true);
        self.results.push(value);
        self.refer(&mut variable, Root::Result(self.results.len() - 1), Vec::new());
        variable
    }

    /// Gives a variable a reference, if it has parts.
    fn refer(&mut self, variable: &mut Variable, holder: Root, path: Vec<Part>) {
        if variable.parts > 0 && self.origins.len() < REFERENCES {
            self.origins.push(Origin { holder, path });
            variable.reference = self.origins.len() as u32;
        }
    }

    fn origin(&self, reference: u32) -> Result<Origin, String> {
        let index = (reference as usize).checked_sub(1);
        let origin = index.and_then(|index| self.origins.get(index));
        origin.cloned().ok_or_else(|| "the script has gone on since".to_owned())
    }

    fn with<T>(
        &self,
        context: &EvalContext,
        origin: &Origin,
        is_live: bool,
        work: impl FnOnce(&Dynamic) -> T,
    ) -> Result<T, String> {
        let root = match &origin.holder {
            Root::Result(index) => self.results.get(*index),
            Root::Variable { frame, name } if is_live && frame + 1 == self.frames.len() => match name.as_str() {
                "this" => context.this_ptr(),
                name => context.scope().get(name),
            },
            Root::Variable { frame, name } => {
                let mut kept = self.frames[*frame].kept.iter().flatten();
                kept.find(|kept| kept.name == *name).map(|kept| &kept.value)
            }
        };
        let found = root.and_then(|root| values::at(root, &origin.path, work));
        found.ok_or_else(|| "it is not there any more".to_owned())
    }
}

/// Does what must not call out.
fn quietly<T>(context: &mut EvalContext, work: impl FnOnce(&mut EvalContext) -> T) -> T {
    CALLS_OUT.set(false);
    let result = work(context);
    CALLS_OUT.set(true);
    result
}

/// How many functions are being run.
fn depth(context: &EvalContext) -> usize {
    context.debugger().map_or(0, |debugger| debugger.call_stack().len())
}

fn run(context: &EvalContext) -> Option<Arc<RunState>> {
    context.tag().read_lock::<Tag>().map(|tag| tag.0.clone())
}
