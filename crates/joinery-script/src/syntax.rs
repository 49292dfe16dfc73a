//! Syntax errors in plain words.

use rhai::{LexError, ParseErrorType};

/// What is wrong and what to do. `text` is the script, to look things up in.
pub fn explain(kind: &ParseErrorType, text: &str) -> (String, Option<String>) {
    match kind {
        ParseErrorType::UnexpectedEOF => (
            "the script ends too early".into(),
            Some("Is a `}`, `)` or a quote missing?".into()),
        ),
        ParseErrorType::MissingToken(token, context) => (
            format!("`{token}` is missing here {}", context.trim()).trim().into(),
            None,
        ),
        ParseErrorType::VariableUndefined(name) => (format!("there is no variable `{name}`"), undefined(name, text)),
        ParseErrorType::ModuleUndefined(name) => (
            format!("there is no module `{name}`"),
            Some(format!("Import it at the top: import \"methods/{name}\" as {name};")),
        ),
        ParseErrorType::BadInput(LexError::UnterminatedString) => ("the text has no closing quote".into(), None),
        ParseErrorType::BadInput(LexError::ImproperSymbol(symbol, _)) if symbol == "===" || symbol == "!==" => (
            format!("`{symbol}` is not an operator here"),
            Some(format!("Write `{}`.", &symbol[..2])),
        ),
        ParseErrorType::BadInput(error) => (lower_first(&error.to_string()), None),
        ParseErrorType::ExprTooDeep => (
            "this is nested too deep".into(),
            Some("Split it with variables or functions.".into()),
        ),
        ParseErrorType::Reserved(word) => (format!("`{word}` is a word of the language and cannot be a name"), None),
        ParseErrorType::FnDuplicatedDefinition(name, count) => (
            format!(
                "there are two functions `{name}` with {count} parameter{}",
                if *count == 1 { "" } else { "s" }
            ),
            None,
        ),
        ParseErrorType::WrongFnDefinition => (
            "functions can be defined only at the top of a file, not inside one another".into(),
            None,
        ),
        other => (lower_first(&other.to_string()), None),
    }
}

fn undefined(name: &str, text: &str) -> Option<String> {
    if crate::tokens::NAMESPACES.contains(&name) {
        return Some(format!(
            "`{name}` is a group of functions: call one, such as `{name}.{}`.",
            match name {
                "http" => "get(path)",
                "json" => "parse(text)",
                "log" => "info(text)",
                _ => "encode(value)",
            }
        ));
    }
    let mut words: Vec<&str> = text
        .split(|character: char| !character.is_alphanumeric() && character != '_')
        .filter(|word| !word.is_empty() && *word != name)
        .collect();
    words.sort_unstable();
    words.dedup();
    nearest(name, words.into_iter()).map(|near| format!("Did you mean `{near}`?"))
}

/// The known name that a mistyped one most likely means.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1.max(name.len().max(candidate.len()) / 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
