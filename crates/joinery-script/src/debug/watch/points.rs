//! What breakpoints say of the statement that is about to be run: whether to stop there, and what to log.

use rhai::EvalContext;

use super::{Watch, quietly, run};
use crate::{
    debug::{
        LineBreakpoint, Place, Reason,
        breakpoints::{LogPart, log_parts},
        evaluate, values,
    },
    host::ConsoleLevel,
};

impl Watch {
    /// The breakpoint at the statement that `depth` functions have come to. Logs what is to be logged.
    pub(super) fn at_breakpoint(&mut self, context: &mut EvalContext, depth: usize, first: bool) -> Option<Reason> {
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
}
