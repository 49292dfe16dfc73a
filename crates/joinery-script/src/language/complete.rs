//! What can be written at a caret.

use std::fmt::Write as _;

use super::{
    code::{Bracket, KEYWORDS},
    context::{Context, call_at, called, context},
    docs::{doc_of, markdown, summary},
    flow,
    scan::Span,
    scopes::{Scopes, SymbolKind},
    shape::{Member, Shape},
    snippets, strings,
    view::View,
};
use crate::{
    functions::{options, signatures::call_of},
    language::code::Code,
    tokens::NAMESPACES,
};

/// What a completion stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// A function.
    Function,
    /// A method of the value before the dot.
    Method,
    /// A variable, a parameter, a constant.
    Variable,
    /// A member of a map, a property.
    Field,
    /// A namespace or an imported file.
    Module,
    /// A word of the language.
    Keyword,
    /// Several lines with places to fill in.
    Snippet,
    /// A value such as a field's type.
    Value,
    /// A file of the connector.
    File,
}

/// Something that can be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is called.
    pub label: String,
    /// What it stands for.
    pub kind: ItemKind,
    /// A word or two beside it.
    pub detail: String,
    /// More about it, as Markdown.
    pub doc: String,
    /// What to write; a snippet in the protocol's syntax where `is_snippet`.
    pub insert: String,
    /// Whether `insert` has places to fill in.
    pub is_snippet: bool,
    /// The nearer, the lower.
    pub rank: u8,
}

impl Item {
    pub(super) fn new(label: impl Into<String>, kind: ItemKind, rank: u8) -> Self {
        let label = label.into();
        Self {
            insert: label.clone(),
            label,
            kind,
            detail: String::new(),
            doc: String::new(),
            is_snippet: false,
            rank,
        }
    }

    pub(super) fn with(mut self, detail: impl Into<String>, doc: impl Into<String>) -> Self {
        (self.detail, self.doc) = (detail.into(), doc.into());
        self
    }
}

/// What can be written at `byte`, and the text that it replaces.
pub fn complete(view: &View, byte: usize) -> (Vec<Item>, Span) {
    let byte = byte.min(view.text().len());
    let (context, replaced) = context(view, byte);
    let mut items = match context {
        Context::Comment | Context::Declaration => Vec::new(),
        Context::Text(token) => strings::items(view, token),
        Context::Member(dot) => members(view, dot),
        Context::Module(colons) => module(view, colons),
        Context::Key(open) => keys(view, open, replaced),
        Context::Expression => expression(view, byte),
    };
    // The word being written is no proposal of its own.
    items.sort_by(|left, right| (left.rank, &left.label).cmp(&(right.rank, &right.label)));
    items.dedup_by(|right, left| right.label == left.label);
    (items, replaced)
}

fn members(view: &View, dot: usize) -> Vec<Item> {
    let code = &view.code;
    let docs = view.docs();
    if let Some(name) = dot.checked_sub(1).filter(|&name| view.is_namespace(name)) {
        let prefix = format!("{}.", code.word(name));
        return docs
            .names()
            .filter_map(|full| Some((full, full.strip_prefix(&prefix)?)))
            .map(|(full, name)| native(view, full, name, ItemKind::Function, 0))
            .collect();
    }
    let start = view.chain_start(dot);
    let shape = view.expression(start, dot, 0);
    let mut items = Vec::new();
    if let Shape::Map(members) = &shape {
        items.extend(members.iter().map(field));
    }
    items.extend(docs.properties(&shape).map(|(name, way)| {
        let returns = super::shape::of_type(&way.returns).words();
        Item::new(name, ItemKind::Field, 1).with(returns, markdown(&format!(".{name}"), &way.doc))
    }));
    items.extend(docs.methods(&shape).map(|(name, ways)| {
        let call = method_call(name, &ways);
        let doc = markdown(&call, doc_of(ways.iter().copied()));
        let rank = if shape == Shape::Unknown { 4 } else { 2 };
        Item::new(name, ItemKind::Method, rank).with(call, doc)
    }));
    if shape == Shape::Unknown {
        items.extend(words(view));
    }
    items
}

/// The properties that the script itself writes of values nothing is known about.
fn words(view: &View) -> Vec<Item> {
    let uses = view.scopes.uses.iter();
    uses.filter(|used| used.role == super::scopes::Role::Property)
        .map(|used| Item::new(used.span.of(view.text()), ItemKind::Field, 3))
        .collect()
}

fn field(member: &Member) -> Item {
    let mut doc = member.doc.clone();
    if let Some(seen) = &member.seen {
        let last = super::hover::short(seen);
        let more = if doc.is_empty() { "" } else { "\n\n" };
        let _ = write!(doc, "{more}Last run: `{last}`");
    }
    let mut item = Item::new(&member.name, ItemKind::Field, 0).with(member.shape.words(), doc);
    if !is_word(&member.name) {
        item.insert = format!("[{:?}]", member.name);
    }
    item
}

fn is_word(name: &str) -> bool {
    name.chars().all(super::scan::is_word) && !name.starts_with(|first: char| first.is_ascii_digit())
}

/// `map(each)`: a method's call without the value it belongs to.
pub(super) fn method_call(name: &str, ways: &[&crate::functions::Function]) -> String {
    let ways: Vec<crate::functions::Function> = ways
        .iter()
        .map(|way| {
            let mut way = (*way).clone();
            way.parameters.remove(0);
            way
        })
        .collect();
    call_of(name, &ways)
}

fn native(view: &View, full: &str, name: &str, kind: ItemKind, rank: u8) -> Item {
    let docs = view.docs();
    let mut item = Item::new(name, kind, rank).with(docs.call(full), docs.markdown(full).unwrap_or_default());
    if docs.ways(full).iter().all(|way| way.parameters.is_empty()) {
        item.insert = format!("{name}()");
    }
    item
}

fn module(view: &View, colons: usize) -> Vec<Item> {
    let Some(alias) = colons.checked_sub(1) else {
        return Vec::new();
    };
    let name = view.code.word(alias);
    if name == "global" {
        let constants = view.scopes.symbols.iter();
        return constants
            .filter(|symbol| symbol.kind == SymbolKind::Constant && symbol.function.is_none())
            .map(|symbol| Item::new(&symbol.name, ItemKind::Variable, 0))
            .collect();
    }
    let mut imports = view.scopes.symbols.iter();
    let import = imports.find(|symbol| symbol.kind == SymbolKind::Import && symbol.name == name);
    let Some((file, text)) = import.and_then(|import| view.imported(import)) else {
        return Vec::new();
    };
    let code = Code::of(&text);
    let scopes = Scopes::of(&code);
    scopes
        .functions()
        .map(|(_, function)| own_function(&code, function, 0, &file))
        .collect()
}

fn own_function(code: &Code, function: &super::scopes::Symbol, rank: u8, file: &str) -> Item {
    let call = format!("{}({})", function.name, function.parameters.join(", "));
    let doc = code.doc_above(function.whole.start);
    let place = if file.is_empty() {
        String::new()
    } else {
        format!("\n\nFrom `{file}`.")
    };
    let doc = format!("```rhai\n{call}\n```\n\n{doc}{place}").trim().to_owned();
    Item::new(&function.name, ItemKind::Function, rank).with(call, doc)
}

/// Keys of a map: those that the function understands to which it is given, or that the caller reads.
fn keys(view: &View, open: usize, replaced: Span) -> Vec<Item> {
    let code = &view.code;
    let close = code.close_of(open);
    let present: Vec<&str> = (open + 1..close.min(code.tokens.len()))
        .filter(|&at| {
            code.within[at] == Some(open) && code.word(at + 1) == ":" && code.span(at).start != replaced.start
        })
        .map(|at| code.word(at))
        .collect();
    let call = code.within[open].filter(|&call| code.bracket[call] == Some(Bracket::Call));
    let known: Vec<(String, String)> = match call {
        Some(call) => option_keys(code, call, open)
            .iter()
            .map(|(key, meaning)| ((*key).to_owned(), (*meaning).to_owned()))
            .chain(
                flow::input_of(view, call)
                    .into_iter()
                    .map(|field| (field.name, field.doc)),
            )
            .collect(),
        None => returned_keys(view, open),
    };
    known
        .into_iter()
        .filter(|(key, _)| !present.contains(&key.as_str()))
        .map(|(key, doc)| {
            let mut item = Item::new(&key, ItemKind::Field, 0).with(summary(&doc), doc);
            item.insert = format!("{key}: ");
            item
        })
        .collect()
}

/// The keys that a function takes in the options map that opens at `open`, with what they mean.
pub(super) fn option_keys(code: &Code, call: usize, open: usize) -> &'static [(&'static str, &'static str)] {
    let Some(function) = called(code, call) else { return &[] };
    let commas = (call + 1..open).filter(|&at| code.within[at] == Some(call) && code.word(at) == ",");
    // A method's object counts as its first argument.
    let (name, before) = function
        .strip_prefix('.')
        .map_or((function.as_str(), 0), |method| (method, 1));
    let argument = commas.count() + before;
    let taken = options::ALL.iter();
    taken
        .filter(|taken| taken.function == name && taken.argument == argument)
        .map(|taken| taken.keys)
        .next()
        .unwrap_or_default()
}

/// Keys of a map that a function of the script returns.
fn returned_keys(view: &View, open: usize) -> Vec<(String, String)> {
    let byte = view.code.span(open).start;
    let Some(function) = view.scopes.function_at(byte) else {
        return Vec::new();
    };
    match function.name.as_str() {
        "execute" | "sample_output" => view
            .declared_members("output_fields")
            .into_iter()
            .map(|member| (member.name, member.doc))
            .collect(),
        name => snippets::returned(view.kind(), name)
            .iter()
            .map(|(key, doc)| ((*key).to_owned(), (*doc).to_owned()))
            .collect(),
    }
}

fn expression(view: &View, byte: usize) -> Vec<Item> {
    let code = &view.code;
    let docs = view.docs();
    let in_function = view.scopes.function_at(byte).is_some();
    let mut items = Vec::new();
    for (index, symbol) in view.scopes.visible(byte) {
        let own_line = symbol.function.is_none() && in_function;
        match symbol.kind {
            SymbolKind::Function => items.push(own_function(code, symbol, 1, "")),
            SymbolKind::Import => {
                let path = symbol
                    .value
                    .and_then(|(path, _)| view.text_token(path))
                    .unwrap_or_default();
                items.push(Item::new(&symbol.name, ItemKind::Module, 1).with(path, ""));
            }
            // Functions see no variables of the file.
            SymbolKind::Variable | SymbolKind::Constant | SymbolKind::Loop if own_line => {}
            _ => {
                let words = view.shape_of_symbol(index).words();
                items.push(Item::new(&symbol.name, ItemKind::Variable, 0).with(words, ""));
            }
        }
    }
    if let Some((open, _)) = call_at(code, byte)
        && called(code, open).as_deref() == Some("field")
    {
        let mut map = Item::new("#{ }", ItemKind::Snippet, 0).with("Options of the field", "");
        map.insert = String::from("#{ label: \"$1\"$0 }");
        map.is_snippet = true;
        items.push(map);
    }
    items.extend(
        NAMESPACES
            .iter()
            .map(|name| Item::new(*name, ItemKind::Module, 2).with("functions", "")),
    );
    items.extend(
        docs.names()
            .filter(|name| !name.contains('.'))
            .map(|name| native(view, name, name, ItemKind::Function, 3)),
    );
    items.extend(KEYWORDS.iter().map(|word| Item::new(*word, ItemKind::Keyword, 4)));
    items.extend(snippets::items(view, byte));
    items
}
