//! `{{name}}` and `{{function()}}` in requests and manifests: scopes, filling in, and a report of what is missing.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{secret::Secret, toml_table::nearest};

mod file;
mod functions;
mod template;
#[cfg(test)]
mod tests;

pub use file::VariablesFile;
pub use functions::{FUNCTIONS, Function, World};
use template::Expression;

/// Where a value comes from. Later ones win.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Scope {
    /// The workspace's own.
    Workspace,
    /// `connector.toml`.
    Connector,
    /// A `folder.toml` of requests.
    Folder,
    /// The chosen file of `environments/`.
    Environment,
    /// The chosen connection's fields and `base_url`.
    Connection,
    /// The request's own table.
    Request,
    /// Given for this one send (`--var`).
    Run,
}

/// A value and whether it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Plain text.
    Text(String),
    /// Never shown.
    Secret(Secret),
}

/// Values by scope, and what template functions ask.
#[derive(Clone, Default)]
pub struct Variables {
    entries: Vec<(Scope, String, Value)>,
    world: Option<Arc<dyn World>>,
    /// What functions made out of secrets: as secret as those.
    derived: Arc<Mutex<Vec<Secret>>>,
}

/// One `{{name}}` or `{{function()}}` in a text. Byte offsets include the braces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Placeholder {
    /// The name, or the whole call; trimmed.
    pub name: String,
    /// Whether it is a call of a template function.
    pub call: bool,
    /// Byte offset of the first brace.
    pub start: usize,
    /// Byte offset after the last brace.
    pub end: usize,
}

/// A variable without a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Missing {
    /// Its name.
    pub name: String,
    /// Where it stands: `url`, `query.limit`, `headers.Accept`, `body`.
    pub place: String,
    /// A known name that is close, if any.
    pub nearest: Option<String>,
    /// Why a template function gave nothing, as a sentence without a full stop.
    #[serde(default)]
    pub reason: Option<String>,
}

impl fmt::Debug for Variables {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(&self.entries).finish()
    }
}

impl Variables {
    /// Sets a value in a scope.
    pub fn set(&mut self, scope: Scope, name: impl Into<String>, value: Value) {
        self.entries.push((scope, name.into(), value));
    }

    /// Gives template functions what they ask of the outside.
    pub fn set_world(&mut self, world: Arc<dyn World>) {
        self.world = Some(world);
    }

    /// Everything secret among the values, and what template functions have made out of it so far.
    pub fn secrets(&self) -> Vec<Secret> {
        let derived = self.derived.lock().unwrap_or_else(PoisonError::into_inner);
        let values = self.entries.iter().filter_map(|(_, _, value)| match value {
            Value::Secret(secret) => Some(secret.clone()),
            Value::Text(_) => None,
        });
        values.chain(derived.iter().cloned()).collect()
    }

    /// The value that wins, and its scope.
    pub fn get(&self, name: &str) -> Option<(Scope, &Value)> {
        self.entries
            .iter()
            .filter(|(_, entry, _)| entry == name)
            .max_by_key(|(scope, _, _)| *scope)
            .map(|(scope, _, value)| (*scope, value))
    }

    /// Every value that is a text.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter_map(|(_, _, value)| match value {
            Value::Text(text) => Some(text.as_str()),
            Value::Secret(_) => None,
        })
    }

    /// Every name that has a value, sorted, each once.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.entries.iter().map(|(_, name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Every placeholder in `text`, in order. A name is made of letters, digits, `_`, `-` and `.`; a call is a name with
/// arguments in parentheses: names, numbers, quoted texts and calls. Anything else between braces is text.
pub fn placeholders(text: &str) -> Vec<Placeholder> {
    parts(text).into_iter().map(|(placeholder, _)| placeholder).collect()
}

fn parts(text: &str) -> Vec<(Placeholder, Expression)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find("{{").map(|offset| at + offset) {
        match template::between_braces(text, open + 2) {
            Some((expression, end)) => {
                at = end;
                let placeholder = Placeholder {
                    name: text[open + 2..end - 2].trim_matches([' ', '\t']).to_owned(),
                    call: matches!(expression, Expression::Call { .. }),
                    start: open,
                    end,
                };
                found.push((placeholder, expression));
            }
            // Not two: in `{{{name}}}` the last two braces open the placeholder.
            None => at = open + 1,
        }
    }
    found
}

/// The names of the variables in `text`, those that calls are given included, each once.
pub fn names_in(text: &str) -> Vec<String> {
    fn add(expression: Expression, names: &mut Vec<String>) {
        match expression {
            Expression::Variable(name) if !names.contains(&name) => names.push(name),
            Expression::Call { arguments, .. } => arguments.into_iter().for_each(|argument| add(argument, names)),
            _ => {}
        }
    }
    let mut names = Vec::new();
    for (_, expression) in parts(text) {
        add(expression, &mut names);
    }
    names
}

/// The labels that `{{prompt("label", "default")}}` in `text` asks for, with their defaults.
pub fn prompts_in(text: &str) -> Vec<(String, Option<String>)> {
    let calls = calls_in(text, "prompt").into_iter();
    calls
        .filter_map(|arguments| {
            let mut arguments = arguments.into_iter();
            Some((arguments.next()?, arguments.next()))
        })
        .collect()
}

/// What a label ends in whose answer is a secret, blanks left out.
const SECRET_LABELS: &[&str] = &["password", "secret", "token", "passphrase", "apikey", "privatekey"];

/// Whether what is answered to a prompt of that label is a secret, as of `API token`.
pub fn is_secret_label(label: &str) -> bool {
    let letters: String = label.chars().filter(|letter| letter.is_alphanumeric()).collect();
    let letters = letters.to_lowercase();
    SECRET_LABELS.iter().any(|word| letters.ends_with(word))
}

/// The literal arguments of every call of `function` in `text`, up to the first that is none.
pub fn calls_in(text: &str, function: &str) -> Vec<Vec<String>> {
    fn add(expression: &Expression, wanted: &str, calls: &mut Vec<Vec<String>>) {
        let Expression::Call { function, arguments } = expression else {
            return;
        };
        if function == wanted {
            let literals = arguments.iter().map_while(|argument| match argument {
                Expression::Literal(text) => Some(text.clone()),
                _ => None,
            });
            calls.push(literals.collect());
        }
        for argument in arguments {
            add(argument, wanted, calls);
        }
    }
    let mut calls = Vec::new();
    for (_, expression) in parts(text) {
        add(&expression, function, &mut calls);
    }
    calls
}

/// Fills `text` in. Secrets are filled in too: the result is for the wire, not for the screen. A value may hold
/// variables itself, unless it was given for this one send.
///
/// # Errors
/// Everything without a value; `place` says where `text` stands.
pub fn fill(text: &str, variables: &Variables, place: &str) -> Result<String, Vec<Missing>> {
    fill_with(text, variables, place, |_, value| value.to_owned())
}

/// As [`fill`]; `encode` writes each value as its place needs it.
pub(crate) fn fill_with(
    text: &str,
    variables: &Variables,
    place: &str,
    encode: impl Fn(&Placeholder, &str) -> String,
) -> Result<String, Vec<Missing>> {
    let mut filling = Filling {
        variables,
        place,
        within: Vec::new(),
    };
    filling.fill(text, encode).map(|filled| filled.text)
}

/// A value, and whether a secret is in it.
struct Filled {
    text: String,
    secret: bool,
}

struct Filling<'a> {
    variables: &'a Variables,
    place: &'a str,
    /// The names being filled in: a value that needs itself has none.
    within: Vec<String>,
}

impl Filling<'_> {
    fn fill(&mut self, text: &str, encode: impl Fn(&Placeholder, &str) -> String) -> Result<Filled, Vec<Missing>> {
        let mut filled = Filled {
            text: String::with_capacity(text.len()),
            secret: false,
        };
        let mut missing = Vec::new();
        let mut at = 0;
        for (placeholder, expression) in parts(text) {
            filled.text.push_str(&text[at..placeholder.start]);
            at = placeholder.end;
            match self.value(&expression, &placeholder.name) {
                Ok(value) => {
                    filled.text.push_str(&encode(&placeholder, &value.text));
                    filled.secret |= value.secret;
                }
                Err(more) => missing.extend(more),
            }
        }
        filled.text.push_str(&text[at..]);
        if missing.is_empty() { Ok(filled) } else { Err(missing) }
    }

    fn value(&mut self, expression: &Expression, written: &str) -> Result<Filled, Vec<Missing>> {
        match expression {
            Expression::Literal(text) => Ok(Filled {
                text: text.clone(),
                secret: false,
            }),
            Expression::Variable(name) => self.variable(name),
            Expression::Call { function, arguments } => {
                let mut given = Vec::with_capacity(arguments.len());
                let asked =
                    |argument: &Expression| matches!(argument, Expression::Literal(label) if is_secret_label(label));
                let mut secret = function == "prompt" && arguments.first().is_some_and(asked);
                for argument in arguments {
                    let value = self.value(argument, written)?;
                    secret |= value.secret;
                    given.push(value.text);
                }
                let world = self.variables.world.as_deref();
                let text = functions::call(function, &given, world).map_err(|reason| {
                    vec![Missing {
                        name: written.to_owned(),
                        place: self.place.to_owned(),
                        nearest: None,
                        reason: Some(reason),
                    }]
                })?;
                if secret {
                    let mut derived = self.variables.derived.lock().unwrap_or_else(PoisonError::into_inner);
                    derived.push(Secret::new(text.clone()));
                }
                Ok(Filled { text, secret })
            }
        }
    }

    /// A variable's value with the variables in it filled in.
    fn variable(&mut self, name: &str) -> Result<Filled, Vec<Missing>> {
        let plain = |text: &str, secret| Filled {
            text: text.to_owned(),
            secret,
        };
        match self.variables.get(name) {
            Some((_, Value::Secret(secret))) => Ok(plain(secret.reveal(), true)),
            Some((Scope::Run, Value::Text(text))) => Ok(plain(text, false)),
            Some((_, Value::Text(text))) if !self.within.iter().any(|outer| outer == name) => {
                self.within.push(name.to_owned());
                let filled = self.fill(text, |_, value| value.to_owned());
                self.within.pop();
                filled
            }
            _ => Err(vec![Missing {
                name: name.to_owned(),
                place: self.place.to_owned(),
                nearest: nearest(name, self.variables.names()).map(str::to_owned),
                reason: None,
            }]),
        }
    }
}
