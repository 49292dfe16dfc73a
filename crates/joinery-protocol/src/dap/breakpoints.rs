//! Breakpoints as a client sets them, and where they go.

use std::collections::BTreeMap;

use joinery_script::debug::{Breakpoints, FunctionBreakpoint, Hits, LineBreakpoint, Place, Places};
use serde_json::{Value, json};

use super::requests::{NamedBreakpoint, SourceBreakpoint};

/// Every breakpoint of a client.
#[derive(Default)]
pub struct Board {
    lines: BTreeMap<String, Vec<LineBreakpoint>>,
    functions: Vec<FunctionBreakpoint>,
    /// Whether to stop at errors that nothing catches.
    pub uncaught: bool,
    /// Whether to stop at 4xx and 5xx.
    pub http: bool,
    last_id: u32,
}

impl Board {
    /// What a run is to stop at.
    pub fn breakpoints(&self) -> Breakpoints {
        Breakpoints {
            lines: self.lines.values().flatten().cloned().collect(),
            functions: self.functions.clone(),
            uncaught: self.uncaught,
            http: self.http,
        }
    }

    /// Whether it is a function's.
    pub fn is_of_function(&self, id: u32) -> bool {
        self.functions.iter().any(|point| point.id == id)
    }

    fn next_id(&mut self) -> u32 {
        self.last_id += 1;
        self.last_id
    }

    /// Those of a file instead of those before, lines from 1; what the client is told of each.
    pub fn set_lines(&mut self, file: &str, wanted: &[SourceBreakpoint], places: &Result<Places, String>) -> Vec<Told> {
        let mut lines = Vec::new();
        let told = wanted.iter().map(|wanted| {
            let id = self.next_id();
            let refuse = |why: String| Told { id, at: Err(why) };
            let hits = match read_hits(wanted.hit_condition.as_deref()) {
                Ok(hits) => hits,
                Err(why) => return refuse(why),
            };
            let found = match places {
                Ok(places) => places.nearest(wanted.line, wanted.column),
                Err(why) => return refuse(why.clone()),
            };
            let Some((line, column)) = found else {
                return refuse("no statement begins at this line or after it".into());
            };
            lines.push(LineBreakpoint {
                id,
                place: Place {
                    file: file.to_owned(),
                    line,
                    column,
                },
                condition: written(wanted.condition.as_deref()),
                hits,
                log: written(wanted.log_message.as_deref()),
            });
            Told {
                id,
                at: Ok(Some((line, column))),
            }
        });
        let told = told.collect();
        self.lines.insert(file.to_owned(), lines);
        told
    }

    /// Those at functions instead of those before. `known` are the connector's functions.
    pub fn set_functions(&mut self, wanted: &[NamedBreakpoint], known: &[String]) -> Vec<Told> {
        self.functions.clear();
        let mut told = Vec::new();
        for wanted in wanted {
            let id = self.next_id();
            let name = wanted
                .name
                .rsplit("::")
                .next()
                .unwrap_or_default()
                .trim()
                .trim_end_matches("()");
            let at = match read_hits(wanted.hit_condition.as_deref()) {
                Err(why) => Err(why),
                Ok(_) if !known.iter().any(|known| known == name) => {
                    Err(format!("no function `{name}` in this connector"))
                }
                Ok(hits) => {
                    self.functions.push(FunctionBreakpoint {
                        id,
                        name: name.to_owned(),
                        condition: written(wanted.condition.as_deref()),
                        hits,
                    });
                    Ok(None)
                }
            };
            told.push(Told { id, at });
        }
        told
    }
}

/// What a client is told of a breakpoint.
pub struct Told {
    id: u32,
    /// Line and column it went to, or why it goes nowhere.
    at: Result<Option<(u32, u32)>, String>,
}

impl Told {
    /// As the protocol has it. `shift` turns lines and columns into what the client counts.
    pub fn to_json(&self, shift: impl Fn(u32, u32) -> (u32, u32)) -> Value {
        match &self.at {
            Ok(Some((line, column))) => {
                let (line, column) = shift(*line, *column);
                json!({ "id": self.id, "verified": true, "line": line, "column": column })
            }
            Ok(None) => json!({ "id": self.id, "verified": true }),
            Err(why) => json!({ "id": self.id, "verified": false, "message": why }),
        }
    }
}

fn written(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn read_hits(text: Option<&str>) -> Result<Option<Hits>, String> {
    text.map(str::trim)
        .filter(|text| !text.is_empty())
        .map(Hits::read)
        .transpose()
}
