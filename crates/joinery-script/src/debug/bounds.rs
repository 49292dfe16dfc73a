//! What a worker may say of a script that stands still: its host takes no more than this, whatever the worker sends.

use super::{Notice, Reason, Reply, StackFrame, Stopped, Variable, values::clip};

/// Functions of a stack.
const FRAMES: usize = 256;
/// Variables of one answer.
const VARIABLES: usize = 1_000;
/// Characters of a name.
const NAME: usize = 1_000;
/// Characters of a value or a message.
const TEXT: usize = 20_000;

/// The notice within bounds; `None` where no worker of ours says so much.
pub fn accept(notice: Notice) -> Option<Notice> {
    Some(match notice {
        Notice::Stopped(Stopped { reason, frames }) => {
            if frames.len() > FRAMES {
                return None;
            }
            Notice::Stopped(Stopped {
                reason: of_reason(reason),
                frames: frames.into_iter().map(of_frame).collect(),
            })
        }
        Notice::Reply(Reply::Variables(variables)) => {
            if variables.len() > VARIABLES {
                return None;
            }
            Notice::Reply(Reply::Variables(variables.into_iter().map(of_variable).collect()))
        }
        Notice::Reply(Reply::Value(variable)) => Notice::Reply(Reply::Value(of_variable(variable))),
        Notice::Reply(Reply::Refused(why)) => Notice::Reply(Reply::Refused(clip(&why, TEXT))),
    })
}

fn of_reason(reason: Reason) -> Reason {
    match reason {
        Reason::Breakpoint { mut ids, problem } => {
            ids.truncate(FRAMES);
            Reason::Breakpoint {
                ids,
                problem: problem.map(|problem| clip(&problem, TEXT)),
            }
        }
        Reason::Error { code, message, hint } => Reason::Error {
            code: clip(&code, NAME),
            message: clip(&message, TEXT),
            hint: hint.map(|hint| clip(&hint, TEXT)),
        },
        Reason::Http { status, method, url } => Reason::Http {
            status,
            method: clip(&method, NAME),
            url: clip(&url, TEXT),
        },
        plain @ (Reason::Entry | Reason::Step | Reason::Pause) => plain,
    }
}

fn of_frame(mut frame: StackFrame) -> StackFrame {
    frame.function = clip(&frame.function, NAME);
    frame.place.file = clip(&frame.place.file, NAME);
    frame
}

fn of_variable(variable: Variable) -> Variable {
    Variable {
        name: clip(&variable.name, NAME),
        value: clip(&variable.value, TEXT),
        kind: clip(&variable.kind, NAME),
        // What has no parts is not asked for any; what has many is asked for some at a time.
        reference: variable.reference.min(i32::MAX.cast_unsigned()),
        parts: variable.parts.min(i32::MAX.cast_unsigned()),
        expression: variable.expression.map(|expression| clip(&expression, TEXT)),
        ..variable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_worker_says_is_not_taken() {
        let variable = Variable {
            name: "n".repeat(5_000),
            value: "v".repeat(1 << 20),
            kind: String::new(),
            reference: u32::MAX,
            parts: u32::MAX,
            is_list: true,
            expression: None,
        };
        assert_eq!(
            accept(Notice::Reply(Reply::Variables(vec![variable.clone(); 1_001]))),
            None
        );
        let Some(Notice::Reply(Reply::Value(taken))) = accept(Notice::Reply(Reply::Value(variable))) else {
            panic!("one variable is taken");
        };
        assert!(taken.value.chars().count() <= TEXT + 1 && taken.name.chars().count() <= NAME + 1);
        assert!(i32::try_from(taken.reference).is_ok());
    }
}
