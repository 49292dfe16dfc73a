//! In the worker: told by the engine of every statement, stop where that is wanted. What breakpoints say is in `points`;
//! what is asked while the script stands still in `answers`.

mod answers;
mod points;

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

use answers::Origin;

use super::{
    Breakpoints, Command, Notice, Reason, Reply, StackFrame, Step, Stopped, evaluate,
    places::Table,
    values::{self, Kept},
};
use crate::{
    explain::frame_name,
    host::CallPlace,
    limits::Cancel,
    state::{RunState, Stop, Tag, lock},
    worker::{Link, RemoteHost},
};

/// How often a script that stands still looks at its switch.
const LOOK: Duration = Duration::from_millis(10);
/// How long the first word may take.
const BEGIN: Duration = Duration::from_secs(5);
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
            // What was changed meanwhile is what the function calls with.
            self.frames[depth].kept = keeps.then(|| values::keep(context.scope()));
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
