//! What is asked while a script stands still: its variables, their parts, expressions, changes.

use rhai::{Dynamic, EvalContext};

use super::{CALLS_OUT, FRAMES, Watch, quietly, run};
use crate::{
    debug::{
        Holder, Question, Reply, Variable, evaluate,
        values::{self, Part},
    },
    state::lock,
};

/// Values that can be asked for during one stop.
const REFERENCES: usize = 100_000;
/// Parts told at once.
const AT_ONCE: u32 = 1_000;

/// What a reference stands for.
#[derive(Clone)]
pub(super) struct Origin {
    holder: Root,
    path: Vec<Part>,
}

#[derive(Clone)]
enum Root {
    Variable { frame: usize, name: String },
    Result(usize),
}

impl Watch {
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

    pub(super) fn reply(
        &mut self,
        context: &mut EvalContext,
        question: Question,
        is_live: bool,
    ) -> Result<Reply, String> {
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
