//! The call being written: its parameters, and which of them it is.

use std::fmt::Write as _;

use super::{
    complete::method_call,
    context::{call_at, called},
    docs::doc_of,
    scopes::{Scopes, SymbolKind},
    view::View,
};
use crate::{
    functions::{Function, options, signatures::split_doc},
    language::code::Code,
};

/// A way to call a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// `http.get(path, query?)`
    pub label: String,
    /// Its parameters as they stand in the label.
    pub parameters: Vec<String>,
    /// What it does, in the first paragraph of its docs as Markdown, and the options that the argument being written
    /// takes: more would hide the script.
    pub doc: String,
}

/// The call around `byte` and the number of the argument it is in.
pub fn signature(view: &View, byte: usize) -> Option<(Signature, usize)> {
    let (open, argument) = call_at(&view.code, byte)?;
    let name = called(&view.code, open)?;
    let signature = if let Some(method) = name.strip_prefix('.') {
        of_method(view, open, method)?
    } else if let Some((alias, function)) = name.split_once("::") {
        of_module(view, alias, function)?
    } else if let Some(function) = view.scopes.function(&name) {
        own(&view.code, function, &name)
    } else {
        let ways = view.docs().ways(&name);
        let call = view.docs().call(&name);
        (!ways.is_empty()).then(|| of_call(call, doc_of(ways.iter())))?
    };
    Some((with_options(signature, &name, argument), argument))
}

/// Adds what the argument being written may hold, where it is an options map.
fn with_options(mut signature: Signature, name: &str, argument: usize) -> Signature {
    // A method's object counts as its first argument.
    let (name, before) = name.strip_prefix('.').map_or((name, 0), |method| (method, 1));
    let mut taken = options::ALL.iter();
    let taken = taken.find(|taken| taken.function == name && taken.argument == argument + before);
    for (at, (key, meaning)) in taken.into_iter().flat_map(|taken| taken.keys).enumerate() {
        let gap = if at == 0 { "\n\n" } else { "\n" };
        let _ = write!(signature.doc, "{gap}- `{key}`: {meaning}");
    }
    signature
}

fn of_method(view: &View, open: usize, name: &str) -> Option<Signature> {
    let dot = open.checked_sub(2)?;
    let shape = view.expression(view.chain_start(dot), dot, 0);
    let docs = view.docs();
    let ways: Vec<&Function> = match docs.methods(&shape).find(|(method, _)| *method == name) {
        Some((_, ways)) => ways,
        None => docs
            .ways(name)
            .iter()
            .filter(|way| !way.parameters.is_empty())
            .collect(),
    };
    (!ways.is_empty()).then(|| of_call(method_call(name, &ways), doc_of(ways.iter().copied())))
}

fn of_module(view: &View, alias: &str, name: &str) -> Option<Signature> {
    let mut symbols = view.scopes.symbols.iter();
    let import = symbols.find(|symbol| symbol.kind == SymbolKind::Import && symbol.name == alias)?;
    let (_, text) = view.imported(import)?;
    let code = Code::of(&text);
    let scopes = Scopes::of(&code);
    let function = scopes.function(name)?;
    Some(own(&code, function, &format!("{alias}::{name}")))
}

fn own(code: &Code, function: &super::scopes::Symbol, name: &str) -> Signature {
    Signature {
        label: format!("{name}({})", function.parameters.join(", ")),
        parameters: function.parameters.clone(),
        doc: code.doc_above(function.whole.start),
    }
}

fn of_call(label: String, doc: &str) -> Signature {
    let inner = label.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')'));
    let parameters = inner
        .split(", ")
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect();
    let (description, _) = split_doc(doc);
    let doc = description.split("\n\n").next().unwrap_or_default().trim().to_owned();
    Signature { label, parameters, doc }
}
