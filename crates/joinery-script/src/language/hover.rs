//! What a word means: docs, kind of value, what it was in the last run.

use serde_json::Value;

use super::{
    complete::option_keys,
    docs::{doc_of, markdown},
    scan::{Kind, Span},
    scopes::{Role, Scopes, Symbol, SymbolKind},
    shape::{Member, Shape},
    snippets,
    strings::{self, Meaning},
    view::View,
};
use crate::language::{code::Code, complete::method_call};

/// Letters of a value that are shown.
const MAX_VALUE: usize = 300;

/// What the word at `byte` means, as Markdown, and the word.
pub fn hover(view: &View, byte: usize) -> Option<(String, Span)> {
    if view.code.in_comment(byte) {
        return None;
    }
    if let Some(symbol) = view.scopes.declared_at(byte) {
        let span = view.scopes.symbols[symbol].span;
        return Some((about_symbol(view, symbol), span));
    }
    let token = view.code.at(byte)?;
    let span = view.code.span(token);
    if view.code.kind(token) == Some(Kind::Text)
        && let Some(text) = about_text(view, token)
    {
        return Some((text, span));
    }
    let used = view.scopes.used_at(byte)?;
    let word = used.span.of(view.text());
    let docs = view.docs();
    let text = match used.role {
        Role::Name(Some(symbol)) | Role::Call(Some(symbol)) | Role::Alias(Some(symbol)) => about_symbol(view, symbol),
        Role::Call(None) => docs.markdown(word)?,
        Role::NamespaceMember => {
            let name = format!("{}.{word}", view.code.word(used.token.checked_sub(2)?));
            docs.markdown(&name)?
        }
        Role::Namespace => {
            let prefix = format!("{word}.");
            let calls: Vec<String> = docs
                .names()
                .filter(|name| name.starts_with(&prefix))
                .map(|name| docs.call(name))
                .collect();
            format!("```rhai\n{}\n```", calls.join("\n"))
        }
        Role::Member(Some(alias)) => about_member(view, alias, word)?,
        Role::Property => about_member_of(view, used.token)?,
        Role::Method => about_method(view, used.token)?,
        Role::Key => about_key(view, used.token)?,
        Role::Name(None) | Role::Alias(None) | Role::Member(None) => return None,
    };
    Some((text, used.span))
}

fn about_symbol(view: &View, index: usize) -> String {
    let symbol = &view.scopes.symbols[index];
    let shape = view.shape_of_symbol(index);
    match symbol.kind {
        SymbolKind::Function => about_function(view, &view.code, symbol, None),
        SymbolKind::Import => match view.imported(symbol) {
            Some((file, text)) => {
                let title = text.lines().next().unwrap_or_default().trim_start_matches("//!").trim();
                let code = Code::of(&text);
                let scopes = Scopes::of(&code);
                let calls: Vec<String> = scopes.functions().map(|(_, function)| call(function)).collect();
                format!("{title}\n\n```rhai\n{}\n```\n\n`{file}`", calls.join("\n"))
            }
            None => "There is no such file.".to_owned(),
        },
        kind => {
            let what = match kind {
                SymbolKind::Parameter | SymbolKind::ClosureParameter => "parameter",
                SymbolKind::Constant => "const",
                _ => "let",
            };
            let mut text = format!("```rhai\n{what} {}\n```\n\n{}", symbol.name, shape_text(&shape));
            if let (SymbolKind::Parameter, "input", Some(seen)) = (kind, symbol.name.as_str(), view.seen) {
                text.push_str(&last_run(&seen.input));
            }
            text
        }
    }
}

fn call(function: &Symbol) -> String {
    format!("{}({})", function.name, function.parameters.join(", "))
}

fn about_function(view: &View, code: &Code, function: &Symbol, file: Option<&str>) -> String {
    let mut text = format!("```rhai\nfn {}\n```", call(function));
    let own = code.doc_above(function.whole.start);
    let known = snippets::entry_doc(view.kind(), &function.name).filter(|_| file.is_none());
    for part in [own.as_str(), known.unwrap_or_default()] {
        if !part.is_empty() {
            text.push_str("\n\n");
            text.push_str(part);
        }
    }
    if let Some(file) = file {
        text.push_str("\n\n`");
        text.push_str(file);
        text.push('`');
    }
    text
}

fn about_member(view: &View, alias: usize, name: &str) -> Option<String> {
    let (file, text) = view.imported(&view.scopes.symbols[alias])?;
    let code = Code::of(&text);
    let scopes = Scopes::of(&code);
    let function = scopes.function(name)?;
    Some(about_function(view, &code, function, Some(&file)))
}

fn about_member_of(view: &View, token: usize) -> Option<String> {
    let dot = token.checked_sub(1)?;
    let shape = view.expression(view.chain_start(dot), dot, 0);
    let name = view.code.word(token);
    if let Some(member) = shape.member(name) {
        return Some(about_field(member));
    }
    let (_, way) = view.docs().properties(&shape).find(|(property, _)| *property == name)?;
    Some(markdown(&format!(".{name}"), &way.doc))
}

fn about_field(member: &Member) -> String {
    let mut text = format!("`{}`: {}", member.name, member.shape.words());
    if !member.doc.is_empty() {
        text.push_str("\n\n");
        text.push_str(&member.doc);
    }
    if let Some(seen) = &member.seen {
        text.push_str(&last_run(seen));
    }
    text
}

fn about_method(view: &View, token: usize) -> Option<String> {
    let dot = token.checked_sub(1)?;
    let name = view.code.word(token);
    let shape = view.expression(view.chain_start(dot), dot, 0);
    let docs = view.docs();
    let mut methods = docs.methods(&shape);
    if let Some((_, ways)) = methods.find(|(method, _)| *method == name) {
        return Some(markdown(&method_call(name, &ways), doc_of(ways.iter().copied())));
    }
    if let Some(function) = view.scopes.function(name) {
        return Some(about_function(view, &view.code, function, None));
    }
    docs.markdown(name)
}

fn about_key(view: &View, token: usize) -> Option<String> {
    let open = view.code.within[token]?;
    let call = view.code.within[open]?;
    let word = view.code.word(token);
    let mut keys = option_keys(&view.code, call, open).iter();
    keys.find(|(key, _)| *key == word)
        .map(|(_, meaning)| (*meaning).to_owned())
}

fn about_text(view: &View, token: usize) -> Option<String> {
    let name = view.text_token(token)?;
    match strings::meaning(view, token) {
        Meaning::Schema => {
            let members = view.schema_members(&name);
            (!members.is_empty()).then(|| format!("`schemas/{name}.json`\n\n{}", member_lines(&members)))
        }
        Meaning::Import => {
            let text = view.file(&crate::resolver::file_of(&name).ok()?)?;
            let title = text.lines().next()?.trim_start_matches("//!").trim().to_owned();
            Some(format!("`{name}.rhai`\n\n{title}"))
        }
        Meaning::InputField => {
            let fields = view.input_members();
            fields.iter().find(|field| field.name == name).map(about_field)
        }
        Meaning::FieldOf => {
            let fields = strings::fields_of(view, token);
            fields.iter().find(|field| field.name == name).map(about_field)
        }
        _ => None,
    }
}

fn shape_text(shape: &Shape) -> String {
    match shape {
        Shape::Map(members) if !members.is_empty() => format!("map of\n\n{}", member_lines(members)),
        other => other.words(),
    }
}

fn member_lines(members: &[Member]) -> String {
    let lines: Vec<String> = members
        .iter()
        .take(24)
        .map(|member| format!("- `{}`: {}", member.name, member.shape.words()))
        .collect();
    let more = members.len().saturating_sub(24);
    let rest = if more > 0 {
        format!("\n- and {more} more")
    } else {
        String::new()
    };
    format!("{}{rest}", lines.join("\n"))
}

fn last_run(value: &Value) -> String {
    format!("\n\nLast run: `{}`", short(value))
}

/// A value on one line, cut where it is long.
pub fn short(value: &Value) -> String {
    let text = value.to_string().replace('`', "'");
    match text.char_indices().nth(MAX_VALUE) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text,
    }
}
