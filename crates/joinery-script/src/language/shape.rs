//! What kind of value an expression gives, as far as the text, the schemas and the last run tell.

use joinery_connector::FileKind;
use serde_json::Value;

use super::{
    code::Bracket,
    scan::Kind,
    scopes::{Symbol, SymbolKind},
    view::View,
};
use crate::tokens::NAMESPACES;

mod chain;
pub mod fields;

/// Expressions within expressions that are still followed.
const MAX_DEPTH: usize = 12;
/// Members of a value that are looked at.
const MAX_MEMBERS: usize = 200;

/// A kind of value.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Shape {
    /// Nobody knows.
    #[default]
    Unknown,
    /// Text.
    Text,
    /// A whole number.
    Whole,
    /// A number.
    Number,
    /// True or false.
    Flag,
    /// `()`
    Nothing,
    /// A secret, whose text no script sees.
    Secret,
    /// A function value.
    Function,
    /// A list of such values.
    List(Box<Shape>),
    /// A map with these members; there may be more.
    Map(Vec<Member>),
    /// A type of ours, such as `Response`; for some with the shape of what it carries.
    Type(String, Box<Shape>),
}

/// A member of a map.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub shape: Shape,
    /// What is said of it.
    pub doc: String,
    /// What it was in the last run.
    pub seen: Option<Value>,
}

impl Shape {
    /// The kind in a word or two.
    pub fn words(&self) -> String {
        match self {
            Self::Unknown => "any value".to_owned(),
            Self::Text => "text".to_owned(),
            Self::Whole => "whole number".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::Nothing => "nothing".to_owned(),
            Self::Secret => "secret".to_owned(),
            Self::Function => "function".to_owned(),
            Self::List(of) if **of == Self::Unknown => "list".to_owned(),
            Self::List(of) => format!("list of {}", of.words()),
            Self::Map(_) => "map".to_owned(),
            Self::Type(name, _) => name.to_lowercase(),
        }
    }

    /// The name of a type of ours.
    pub fn type_name(&self) -> &str {
        match self {
            Self::Type(name, _) => name,
            _ => "",
        }
    }

    /// A member by name.
    pub fn member(&self, name: &str) -> Option<&Member> {
        match self {
            Self::Map(members) => members.iter().find(|member| member.name == name),
            _ => None,
        }
    }

    /// What a loop over it gives.
    #[must_use]
    pub fn element(&self) -> Self {
        match self {
            Self::List(of) => (**of).clone(),
            Self::Type(name, of) if name == "Items" => (**of).clone(),
            Self::Type(name, of) if name == "Pages" => Self::Type("Response".to_owned(), of.clone()),
            Self::Text => Self::Text,
            _ => Self::Unknown,
        }
    }

    /// The kind of a value, looked into to some depth.
    pub fn of_value(value: &Value) -> Self {
        of_value(value, 0)
    }
}

fn of_value(value: &Value, depth: usize) -> Shape {
    match value {
        Value::Null => Shape::Nothing,
        Value::Bool(_) => Shape::Flag,
        Value::Number(number) if number.is_f64() => Shape::Number,
        Value::Number(_) => Shape::Whole,
        Value::String(_) => Shape::Text,
        _ if depth > MAX_DEPTH => Shape::Unknown,
        Value::Array(items) => {
            let first = items.iter().find(|item| !item.is_null());
            Shape::List(Box::new(first.map_or(Shape::Unknown, |item| of_value(item, depth + 1))))
        }
        Value::Object(members) => Shape::Map(
            members
                .iter()
                .take(MAX_MEMBERS)
                .map(|(name, member)| Member {
                    name: name.clone(),
                    shape: of_value(member, depth + 1),
                    doc: String::new(),
                    seen: Some(member.clone()),
                })
                .collect(),
        ),
    }
}

/// The kind that the engine's name of a type means.
pub fn of_type(name: &str) -> Shape {
    let name = name.trim();
    let name = name
        .strip_prefix("core::result::Result<")
        .or_else(|| name.strip_prefix("Result<"))
        .and_then(|rest| rest.split(',').next())
        .unwrap_or(name);
    let name = name.trim_start_matches("&mut ").trim_start_matches('&');
    match name.rsplit("::").next().unwrap_or(name).trim_end_matches('>') {
        "str" | "string" | "String" | "ImmutableString" | "char" => Shape::Text,
        "i64" | "INT" | "usize" => Shape::Whole,
        "f64" | "FLOAT" => Shape::Number,
        "bool" => Shape::Flag,
        "()" => Shape::Nothing,
        "Array" | "array" => Shape::List(Box::default()),
        "Map" | "map" => Shape::Map(Vec::new()),
        "FnPtr" | "Fn" => Shape::Function,
        "SecretValue" | "secret" => Shape::Secret,
        "Dynamic" | "?" | "" => Shape::Unknown,
        other => Shape::Type(upper_first(other), Box::default()),
    }
}

fn upper_first(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

impl View<'_> {
    /// The kind of value that a symbol stands for.
    pub fn shape_of_symbol(&self, index: usize) -> Shape {
        self.symbol_shape(index, 0)
    }

    pub(super) fn symbol_shape(&self, index: usize, depth: usize) -> Shape {
        let Some(symbol) = self.scopes.symbols.get(index).filter(|_| depth < MAX_DEPTH) else {
            return Shape::Unknown;
        };
        match symbol.kind {
            SymbolKind::Function => Shape::Function,
            SymbolKind::Import => Shape::Unknown,
            SymbolKind::Parameter => self.parameter_shape(symbol),
            SymbolKind::ClosureParameter => self.closure_parameter_shape(symbol, depth),
            SymbolKind::Caught => Shape::Map(
                ["kind", "code", "message", "status", "body", "url"]
                    .map(|name| Member {
                        name: name.to_owned(),
                        shape: if name == "status" { Shape::Whole } else { Shape::Text },
                        ..Member::default()
                    })
                    .into(),
            ),
            SymbolKind::Loop => match symbol.value {
                Some((from, to)) => self.expression(from, to, depth + 1).element(),
                None => Shape::Whole,
            },
            SymbolKind::Variable | SymbolKind::Constant => {
                let value = symbol
                    .value
                    .map_or(Shape::Unknown, |(from, to)| self.expression(from, to, depth + 1));
                self.with_assigned(index, value, depth)
            }
        }
    }

    /// A map with the members that are assigned to it later.
    fn with_assigned(&self, index: usize, shape: Shape, depth: usize) -> Shape {
        let mut members = match shape {
            Shape::Map(members) => members,
            Shape::Unknown => Vec::new(),
            other => return other,
        };
        let known = members.len();
        for used in &self.scopes.uses {
            let (dot, name, equals) = (used.token + 1, used.token + 2, used.token + 3);
            if used.role != super::scopes::Role::Name(Some(index))
                || self.code.word(dot) != "."
                || self.code.word(equals) != "="
            {
                continue;
            }
            let name = self.code.word(name);
            if members.iter().all(|member| member.name != name) && members.len() < MAX_MEMBERS {
                members.push(Member {
                    name: name.to_owned(),
                    shape: self.expression(equals + 1, self.code.tokens.len(), depth + 1),
                    ..Member::default()
                });
            }
        }
        if members.len() == known && known == 0 {
            return shape_or_unknown(members);
        }
        Shape::Map(members)
    }

    fn parameter_shape(&self, symbol: &Symbol) -> Shape {
        match symbol.name.as_str() {
            "input" => Shape::Map(self.input_members()),
            "connection" => Shape::Map(self.connection_members()),
            "event" if self.kind() == FileKind::Flow => shape_or_unknown(super::flow::event(self)),
            "event" => Shape::Map(self.declared_members("output_fields")),
            "request" if self.path == "connection.rhai" => Shape::Type("Request".to_owned(), Box::default()),
            _ => Shape::Unknown,
        }
    }

    /// In `list.map(|item| ...)`, `item` is what the list holds.
    fn closure_parameter_shape(&self, symbol: &Symbol, depth: usize) -> Shape {
        let Some((bar, 0)) = symbol.closure else {
            return Shape::Unknown;
        };
        let code = &self.code;
        let Some(open) = bar
            .checked_sub(1)
            .filter(|&open| code.bracket[open] == Some(Bracket::Call))
        else {
            return Shape::Unknown;
        };
        let Some(dot) = open.checked_sub(2).filter(|&dot| matches!(code.word(dot), "." | "?.")) else {
            return Shape::Unknown;
        };
        let start = self.chain_start(dot);
        let receiver = self.expression(start, dot, depth + 1);
        receiver.element()
    }

    /// The token at which the value before this dot begins.
    pub(super) fn chain_start(&self, dot: usize) -> usize {
        let code = &self.code;
        let mut start = dot;
        loop {
            let Some(mut last) = start.checked_sub(1) else {
                return start;
            };
            // Back over arguments and indexes to the name before them.
            while matches!(code.word(last), ")" | "]") && code.kind(last) == Some(Kind::Symbol) {
                let Some(open) = code.partner[last] else { return start };
                start = open;
                let call = matches!(code.bracket[open], Some(Bracket::Call | Bracket::Index));
                match open.checked_sub(1) {
                    Some(before) if call => last = before,
                    _ => return start,
                }
            }
            match code.kind(last) {
                Some(Kind::Word) if !code.is_name(last) && code.word(last) != "this" => return start,
                Some(Kind::Word | Kind::Text | Kind::Number) => start = last,
                Some(Kind::TemplateClose) => {
                    start = last;
                    while let Some(open) = code.partner[start].filter(|open| *open < start) {
                        start = open;
                    }
                }
                Some(Kind::Symbol) if code.word(last) == "}" => {
                    let open = code.partner[last].filter(|&open| code.bracket[open] == Some(Bracket::Map));
                    return open.unwrap_or(start);
                }
                _ => return start,
            }
            match start.checked_sub(1) {
                Some(before) if matches!(code.word(before), "." | "?." | "::") => start = before,
                _ => return start,
            }
        }
    }

    /// Whether `name.` means a namespace here.
    pub(super) fn is_namespace(&self, token: usize) -> bool {
        NAMESPACES.contains(&self.code.word(token))
            && !matches!(self.code.before(token), "." | "?." | "::")
            && self.visible_named(token).is_none()
    }

    pub(super) fn visible_named(&self, token: usize) -> Option<usize> {
        let span = self.code.span(token);
        let name = self.code.word(token);
        let used = self.scopes.uses.iter().find(|used| used.token == token);
        match used.map(|used| used.role) {
            Some(super::scopes::Role::Name(symbol)) => symbol,
            Some(_) => None,
            None => {
                let visible = self.scopes.visible(span.start);
                visible
                    .into_iter()
                    .find(|(_, symbol)| symbol.name == name)
                    .map(|(index, _)| index)
            }
        }
    }
}

fn shape_or_unknown(members: Vec<Member>) -> Shape {
    if members.is_empty() {
        Shape::Unknown
    } else {
        Shape::Map(members)
    }
}
