//! The step debugger. A debug run takes an engine of its own, in a worker like any other run: scripts that are not being
//! debugged pay nothing for it.
//!
//! In the worker: `places` knows where statements begin, `watch` decides at each whether to stop, `values` shows what
//! variables hold, `evaluate` works out expressions. On the host: [`Session`] is what a front holds of a debug run;
//! `bounds` keeps what a worker says within reason. Breakpoint texts are read by `breakpoints`.

mod bounds;
mod breakpoints;
mod evaluate;
mod places;
mod session;
mod values;
mod watch;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::host::CallPlace;

pub use breakpoints::{Hits, log_parts};
pub use places::Places;
pub(crate) use places::read as read_places;
pub(crate) use session::Patient;
pub use session::{Event, Session};
pub(crate) use watch::{begin, end, may_call_out, note_http, on_event};

/// Where a statement begins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Path relative to the connector.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

/// Where, and for what, to stop.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Breakpoints {
    /// At statements.
    pub lines: Vec<LineBreakpoint>,
    /// At the first statement of functions.
    pub functions: Vec<FunctionBreakpoint>,
    /// When an error leaves a function and nothing will catch it.
    pub uncaught: bool,
    /// When a server answers 4xx or 5xx.
    pub http: bool,
}

/// A breakpoint at a statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LineBreakpoint {
    /// What its setter calls it.
    pub id: u32,
    /// Where a statement begins: one of [`Places`].
    pub place: Place,
    /// Stops only where this is true.
    pub condition: Option<String>,
    /// Stops only at these times.
    pub hits: Option<Hits>,
    /// Writes this to the console instead of stopping; expressions stand in braces.
    pub log: Option<String>,
}

/// A breakpoint at a function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FunctionBreakpoint {
    /// What its setter calls it.
    pub id: u32,
    /// The function's name.
    pub name: String,
    /// Stops only where this is true.
    pub condition: Option<String>,
    /// Stops only at these times.
    pub hits: Option<Hits>,
}

/// How to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// To the next breakpoint.
    On,
    /// To the next statement of this function, or of its caller.
    Over,
    /// To the next statement, wherever it is.
    Into,
    /// To the caller's next statement.
    Out,
}

/// What a host says during a debug run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Command {
    /// The first word of a run: what was said before was meant for another.
    Begin {
        breakpoints: Breakpoints,
        stop_on_entry: bool,
        pause: bool,
    },
    /// These instead of those before.
    Breakpoints(Breakpoints),
    /// Stop at the next statement.
    Pause,
    /// Go on; a person has been waited for so long until now.
    Go { step: Step, waited: Duration },
    /// Tell something; only while stopped.
    Ask(Question),
}

/// What can be asked while a script is stopped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Question {
    /// The variables of a frame, counted from the innermost.
    Frame {
        /// Which frame.
        frame: u32,
    },
    /// The parts of a value.
    Parts {
        /// [`Variable::reference`]
        of: u32,
        /// The first part wanted, from 0.
        from: u32,
        /// How many.
        count: u32,
    },
    /// What an expression gives in a frame.
    Evaluate {
        /// Which frame.
        frame: u32,
        /// The expression; in the innermost frame any statement.
        text: String,
        /// Whether it may call HTTP and wait.
        may_call_out: bool,
    },
    /// A new value for a variable or a part of one.
    Set {
        /// The frame, or the value whose part it is.
        of: Holder,
        /// The variable's or the part's name.
        name: String,
        /// An expression for the value.
        text: String,
    },
}

/// What holds a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Holder {
    /// A frame.
    Frame(u32),
    /// A value, by its reference.
    Value(u32),
}

/// What a worker says during a debug run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Notice {
    /// The script stands still.
    Stopped(Stopped),
    /// To a question.
    Reply(Reply),
}

/// The script stands still.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stopped {
    /// Why.
    pub reason: Reason,
    /// The functions being run, innermost first.
    pub frames: Vec<StackFrame>,
}

/// Why a script stands still.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reason {
    /// At its first statement, as asked.
    Entry,
    /// At breakpoints, by their ids.
    Breakpoint {
        /// Their ids.
        ids: Vec<u32>,
        /// What is wrong with a condition, where it could not be worked out.
        problem: Option<String>,
    },
    /// A step has been made.
    Step,
    /// As asked.
    Pause,
    /// An error that nothing will catch.
    Error {
        /// Its code.
        code: String,
        /// What happened.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
    /// A server answered with an error.
    Http {
        /// The status.
        status: u16,
        /// The method.
        method: String,
        /// The URL as the script gave it.
        url: String,
    },
}

/// A function being run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StackFrame {
    /// The function's name; `closure` where it has none, empty for what stands outside of functions.
    pub function: String,
    /// The statement, or the call in it.
    pub place: CallPlace,
    /// Its column.
    pub column: u32,
    /// Whether its variables are at hand; those of a caller are a copy, cut where they are large.
    pub is_live: bool,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// Variables or parts.
    Variables(Vec<Variable>),
    /// A value.
    Value(Variable),
    /// Why there is none.
    Refused(String),
}

/// A variable, or a part of a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// Its name; an index in a list.
    pub name: String,
    /// Its value in short.
    pub value: String,
    /// What kind of value it is.
    pub kind: String,
    /// Asks for its parts; 0 where it has none.
    pub reference: u32,
    /// How many parts it has.
    pub parts: u32,
    /// Whether its parts are counted rather than named.
    pub is_list: bool,
    /// An expression for it, where there is one.
    pub expression: Option<String>,
}
