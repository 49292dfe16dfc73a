//! Reads a jq filter and runs it on one value.

use jaq_core::{
    Compiler, Ctx, Filter, Vars,
    compile::Undefined,
    data,
    load::{Arena, Error as LoadError, File, Loader},
    unwrap_valr,
};
use jaq_json::{Val, read, write};
use serde::{Deserialize, Serialize};

/// Why a filter gave no more values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Failure {
    /// Where in the filter, in characters from 1; `None` where it failed on a value.
    pub(super) column: Option<u32>,
    /// What is wrong.
    pub(super) message: String,
}

/// Reads a filter.
pub(super) fn compile(filter: &str) -> Result<Filter<data::JustLut<Val>>, Failure> {
    let arena = Arena::default();
    let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let file = File { code: filter, path: () };
    let modules = Loader::new(definitions).load(&arena, file).map_err(|errors| {
        let error = errors.into_iter().next().map(|(_, error)| error);
        unreadable(filter, error)
    })?;
    let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let compiled = Compiler::default().with_funs(functions).compile(modules);
    compiled.map_err(|errors| {
        let first = errors.into_iter().flat_map(|(_, errors)| errors).next();
        first.map_or_else(
            || at(filter, filter, "this filter has no meaning"),
            |(name, what)| undefined(filter, name, &what),
        )
    })
}

/// Runs a filter; every value goes to `take` as JSON on one line. `take` returns false when nobody reads any more.
pub(super) fn run(filter: &str, body: &[u8], mut take: impl FnMut(&[u8]) -> bool) -> Result<(), Failure> {
    let compiled = compile(filter)?;
    let value = read::parse_single(body).map_err(|error| Failure {
        column: None,
        message: format!("the body is not JSON: {error}"),
    })?;
    let context = Ctx::<data::JustLut<Val>>::new(&compiled.lut, Vars::new([]));
    let mut line = Vec::new();
    for result in compiled.id.run((context, value)).map(unwrap_valr) {
        let value = result.map_err(|error| Failure {
            column: None,
            message: shortened(&error.to_string()),
        })?;
        line.clear();
        write::write(&mut line, &write::Pp::default(), 0, &value).expect("memory takes what is written");
        if !take(&line) {
            break;
        }
    }
    Ok(())
}

fn unreadable(filter: &str, error: Option<LoadError<&str>>) -> Failure {
    match error {
        Some(LoadError::Lex(errors)) => match errors.into_iter().next() {
            Some((expected, place)) => at(filter, place, &format!("expected {}", expected.as_str())),
            None => at(filter, filter, "this is no filter"),
        },
        Some(LoadError::Parse(errors)) => match errors.into_iter().next() {
            Some((expected, place)) => at(filter, place, &format!("expected {}", expected.as_str())),
            None => at(filter, filter, "this is no filter"),
        },
        Some(LoadError::Io(errors)) => match errors.into_iter().next() {
            Some((place, _)) => at(filter, place, "modules cannot be loaded here"),
            None => at(filter, filter, "modules cannot be loaded here"),
        },
        None => at(filter, filter, "this is no filter"),
    }
}

fn undefined(filter: &str, name: &str, what: &Undefined) -> Failure {
    let shown = match what {
        Undefined::Filter(arity) if *arity > 0 => format!("{name}/{arity}"),
        _ => name.to_owned(),
    };
    at(filter, name, &format!("no {} `{shown}`", what.as_str()))
}

/// A failure where `place` is, a piece of the filter. A piece that is none stands at the end.
fn at(filter: &str, place: &str, message: &str) -> Failure {
    let offset = (place.as_ptr() as usize)
        .checked_sub(filter.as_ptr() as usize)
        .filter(|offset| *offset <= filter.len() && filter.is_char_boundary(*offset))
        .unwrap_or(filter.len());
    Failure {
        column: Some(filter[..offset].chars().count() as u32 + 1),
        message: message.to_owned(),
    }
}

/// Such an error quotes the value it is about, which may be large.
fn shortened(message: &str) -> String {
    match message.char_indices().nth(240) {
        Some((end, _)) => format!("{} …", &message[..end]),
        None => message.to_owned(),
    }
}
