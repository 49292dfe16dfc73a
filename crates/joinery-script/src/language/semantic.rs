//! What each word is, for colours that know the language.

use super::{
    code::KEYWORDS,
    scan::{Kind, Span},
    scopes::{Role, SymbolKind},
    view::View,
};

/// What a token is. The names are the protocol's; their order is the legend's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A namespace or an imported file.
    Namespace,
    /// A function.
    Function,
    /// A method.
    Method,
    /// A parameter.
    Parameter,
    /// A variable.
    Variable,
    /// A member of a value.
    Property,
    /// A word of the language.
    Keyword,
    /// A text.
    String,
    /// A number.
    Number,
    /// A comment.
    Comment,
    /// An operator.
    Operator,
}

/// The classes by their names in the protocol, in the order of [`Class`].
pub const LEGEND: &[&str] = &[
    "namespace",
    "function",
    "method",
    "parameter",
    "variable",
    "property",
    "keyword",
    "string",
    "number",
    "comment",
    "operator",
];

/// A token with its class, and whether it is where its name is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Classified {
    /// Where it is.
    pub span: Span,
    /// What it is.
    pub class: Class,
    /// Whether its name is declared here.
    pub declares: bool,
}

/// Every token of a script in order.
pub fn tokens(view: &View) -> Vec<Classified> {
    let code = &view.code;
    let mut found: Vec<Classified> = Vec::with_capacity(code.tokens.len());
    let plain = |span, class| Classified {
        span,
        class,
        declares: false,
    };
    found.extend(code.comments.iter().map(|comment| plain(comment.span, Class::Comment)));
    for index in 0..code.tokens.len() {
        let word = code.word(index);
        let class = match code.tokens[index].kind {
            Kind::Text | Kind::Character | Kind::TemplateOpen | Kind::TemplateMiddle | Kind::TemplateClose => {
                Class::String
            }
            Kind::Number => Class::Number,
            Kind::Word if KEYWORDS.contains(&word) && !matches!(code.before(index), "." | "?.") => Class::Keyword,
            Kind::Symbol if !"(){}[],;.:#{".contains(word) => Class::Operator,
            _ => continue,
        };
        found.push(plain(code.span(index), class));
    }
    for symbol in &view.scopes.symbols {
        found.push(Classified {
            span: symbol.span,
            class: class_of(symbol.kind),
            declares: true,
        });
    }
    for used in &view.scopes.uses {
        let class = match used.role {
            Role::Name(Some(symbol)) => class_of(view.scopes.symbols[symbol].kind),
            Role::Name(None) => Class::Variable,
            Role::Call(_) | Role::NamespaceMember | Role::Member(_) => Class::Function,
            Role::Method => Class::Method,
            Role::Property | Role::Key => Class::Property,
            Role::Namespace | Role::Alias(_) => Class::Namespace,
        };
        if code.kind(used.token) == Some(Kind::Word) {
            found.push(plain(used.span, class));
        }
    }
    found.sort_by_key(|token| (token.span.start, !token.declares));
    // A keyword used as a name is a name.
    found.dedup_by_key(|token| token.span.start);
    found
}

fn class_of(kind: SymbolKind) -> Class {
    match kind {
        SymbolKind::Function => Class::Function,
        SymbolKind::Import => Class::Namespace,
        SymbolKind::Parameter | SymbolKind::ClosureParameter => Class::Parameter,
        SymbolKind::Variable | SymbolKind::Constant | SymbolKind::Loop | SymbolKind::Caught => Class::Variable,
    }
}
