//! Regular expressions. They are matched in time that grows with the text alone, so that no pattern can hang a run;
//! look-around and back-references, which would, are not known.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use regex::{Captures, Regex, RegexBuilder};
use rhai::{Array, Dynamic, EvalAltResult, Map, Module, export_module, exported_module};

use super::large::within;
use crate::{
    error::{complain, located},
    meter,
    state::{Stop, lock, run_of},
};

/// Bytes a compiled pattern may take.
const MAX_SIZE: usize = 1 << 20;
/// Patterns kept compiled.
const MAX_KEPT: usize = 64;

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

/// The compiled pattern.
///
/// # Errors
/// What is wrong with it.
pub fn compiled(pattern: &str) -> Result<Arc<Regex>, Box<EvalAltResult>> {
    static KEPT: LazyLock<Mutex<HashMap<String, Arc<Regex>>>> = LazyLock::new(Mutex::default);
    if let Some(known) = lock(&KEPT).get(pattern) {
        return Ok(known.clone());
    }
    // Compiling belongs to all runs, so its memory is not this one's.
    let regex = meter::uncounted(|| RegexBuilder::new(pattern).size_limit(MAX_SIZE).build(), |_| 0);
    let regex = Arc::new(regex.map_err(|error| {
        let reason = error.to_string();
        let reason = reason
            .lines()
            .last()
            .unwrap_or_default()
            .trim_start_matches("error: ")
            .to_owned();
        complain(format!("the pattern `{pattern}` cannot be used: {reason}"))
    })?);
    let mut kept = lock(&KEPT);
    if kept.len() >= MAX_KEPT {
        kept.clear();
    }
    kept.insert(pattern.to_owned(), regex.clone());
    Ok(regex)
}

/// The whole match as `0`, groups by number, named ones by name too.
fn parts(regex: &Regex, captures: &Captures) -> Map {
    let mut map = Map::new();
    for (index, name) in regex.capture_names().enumerate() {
        let part = captures.get(index).map_or(Dynamic::UNIT, |part| part.as_str().into());
        if let Some(name) = name {
            map.insert(name.into(), part.clone());
        }
        map.insert(index.to_string().into(), part);
    }
    map
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// Whether a regular expression matches somewhere in a text. `^` and `$` tie it to the ends, `(?i)` ignores case.
    /// ```rhai
    /// matches("ada@acme.example", "^[^@]+@acme\\.")
    /// ```
    #[rhai_fn(return_raw)]
    pub fn matches(context: NativeCallContext, text: &str, pattern: &str) -> Result<bool, Box<EvalAltResult>> {
        Ok(located(&context, compiled(pattern))?.is_match(text))
    }

    /// The first match of a regular expression and its groups, by number and name; `()` where there is none.
    /// ```rhai
    /// capture("run 42 of 50", "(?<done>\\d+) of (\\d+)").done == "42"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn capture(context: NativeCallContext, text: &str, pattern: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        let regex = located(&context, compiled(pattern))?;
        let found = regex.captures(text).map(|captures| parts(&regex, &captures));
        Ok(found.map_or(Dynamic::UNIT, Dynamic::from))
    }

    /// Every match of a regular expression as a list of texts; of its first group, where it has groups.
    /// ```rhai
    /// find_all("a1 b22", "\\d+") == ["1", "22"] && find_all("a=1,b=2", "(\\w)=") == ["a", "b"]
    /// ```
    #[rhai_fn(return_raw)]
    pub fn find_all(context: NativeCallContext, text: &str, pattern: &str) -> Result<Array, Box<EvalAltResult>> {
        let regex = located(&context, compiled(pattern))?;
        let group = usize::from(regex.captures_len() > 1);
        let mut found = Array::new();
        for captures in regex.captures_iter(text) {
            if meter::is_full() {
                return Err(run_of(&context)?.stop(Stop::Memory));
            }
            found.push(captures.get(group).map_or(Dynamic::UNIT, |part| part.as_str().into()));
        }
        Ok(found)
    }

    /// Text with every match of a regular expression replaced; `$1` and `${name}` stand for groups.
    /// ```rhai
    /// replace_all("2026-03-01", "(\\d+)-(\\d+)-(\\d+)", "$3.$2.$1") == "01.03.2026"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn replace_all(
        context: NativeCallContext,
        text: &str,
        pattern: &str,
        with: &str,
    ) -> Result<String, Box<EvalAltResult>> {
        let regex = located(&context, compiled(pattern))?;
        let (mut replaced, mut from) = (String::with_capacity(text.len()), 0);
        for captures in regex.captures_iter(text) {
            let found = captures.get_match();
            replaced.push_str(&text[from..found.start()]);
            captures.expand(with, &mut replaced);
            from = found.end();
            within(&context, Some(replaced.len()))?;
        }
        Ok(replaced + &text[from..])
    }
}
