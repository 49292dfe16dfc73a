//! Following an expression from its first value over members, calls and indexes.

use super::{MAX_DEPTH, Member, Shape, of_type};
use crate::language::{
    code::{Bracket, Code},
    scan::Kind,
    scopes::Scopes,
    view::View,
};

impl View<'_> {
    /// The kind of value that the tokens from `from` on give, `to` at the most.
    pub(crate) fn expression(&self, from: usize, to: usize, depth: usize) -> Shape {
        if depth > MAX_DEPTH || from >= to {
            return Shape::Unknown;
        }
        let (mut shape, mut at) = self.primary(from, to, depth);
        let code = &self.code;
        while at < to {
            match code.word(at) {
                "." | "?." if at + 1 < to && code.kind(at + 1) == Some(Kind::Word) => {
                    let name = code.word(at + 1);
                    let called = code.bracket.get(at + 2).copied().flatten() == Some(Bracket::Call);
                    if called {
                        shape = self.method(&shape, name, from, at + 2, depth);
                        at = code.close_of(at + 2) + 1;
                    } else {
                        shape = self.property(&shape, name);
                        at += 2;
                    }
                }
                "[" | "?[" if code.bracket[at] == Some(Bracket::Index) => {
                    let close = code.close_of(at);
                    shape = match self.text_token(at + 1).filter(|_| close == at + 2) {
                        Some(name) => self.property(&shape, &name),
                        None => shape.element(),
                    };
                    at = close + 1;
                }
                "??" if shape == Shape::Unknown || shape == Shape::Nothing => {
                    return self.expression(at + 1, to, depth + 1);
                }
                "==" | "!=" | "<" | ">" | "<=" | ">=" | "&&" | "||" | "in" | "!in" => return Shape::Flag,
                _ => break,
            }
        }
        shape
    }

    fn primary(&self, from: usize, to: usize, depth: usize) -> (Shape, usize) {
        let code = &self.code;
        let word = code.word(from);
        match code.kind(from) {
            Some(Kind::Text | Kind::Character) => (Shape::Text, from + 1),
            Some(Kind::TemplateOpen) => {
                let mut at = from;
                while matches!(code.kind(at), Some(Kind::TemplateOpen | Kind::TemplateMiddle)) {
                    at = code.close_of(at);
                }
                (Shape::Text, at + 1)
            }
            Some(Kind::Number) if word.contains(['.', 'e']) && !word.starts_with("0x") => (Shape::Number, from + 1),
            Some(Kind::Number) => (Shape::Whole, from + 1),
            Some(Kind::Word) if matches!(word, "true" | "false") => (Shape::Flag, from + 1),
            Some(Kind::Word) if word == "if" => {
                let block = (from..to).find(|&at| code.bracket[at] == Some(Bracket::Block));
                let shape = block.map_or(Shape::Unknown, |block| self.last_of(block, depth));
                (shape, to)
            }
            Some(Kind::Word) => self.named(from, depth),
            Some(Kind::Symbol) => {
                let close = code.bracket[from].map_or(from, |_| code.close_of(from));
                let shape = match code.bracket[from] {
                    Some(Bracket::Map) => Shape::Map(self.literal_members(from, close, depth)),
                    Some(Bracket::List) => Shape::List(Box::new(self.expression(from + 1, close, depth + 1))),
                    Some(Bracket::Group) if close == from + 1 => Shape::Nothing,
                    Some(Bracket::Group) => self.expression(from + 1, close, depth + 1),
                    Some(Bracket::Block) => self.last_of(from, depth),
                    _ if matches!(word, "!" | "-") => {
                        let inner = self.expression(from + 1, to, depth + 1);
                        return (if word == "!" { Shape::Flag } else { inner }, to);
                    }
                    _ if code.closure[from].is_some() => return (Shape::Function, to),
                    _ => Shape::Unknown,
                };
                (shape, close + 1)
            }
            _ => (Shape::Unknown, from + 1),
        }
    }

    /// A value that begins with a name: a variable, a call, a namespace, a module.
    fn named(&self, from: usize, depth: usize) -> (Shape, usize) {
        let code = &self.code;
        let call_at = |open: usize| code.bracket.get(open).copied().flatten() == Some(Bracket::Call);
        if code.word(from + 1) == "." && self.is_namespace(from) && call_at(from + 3) {
            let name = format!("{}.{}", code.word(from), code.word(from + 2));
            return (self.native(&name, from + 3), code.close_of(from + 3) + 1);
        }
        if code.word(from + 1) == "::" && call_at(from + 3) {
            let shape = self.of_module(from, code.word(from + 2), depth);
            return (shape, code.close_of(from + 3) + 1);
        }
        if call_at(from + 1) {
            let name = code.word(from);
            let shape = match self.scopes.function(name) {
                Some(function) => function
                    .value
                    .map_or(Shape::Unknown, |(body, _)| self.last_of(body, depth)),
                None => self.native(name, from + 1),
            };
            return (shape, code.close_of(from + 1) + 1);
        }
        let symbol = self.visible_named(from);
        (
            symbol.map_or(Shape::Unknown, |symbol| self.symbol_shape(symbol, depth + 1)),
            from + 1,
        )
    }

    /// What a function of an imported file gives.
    fn of_module(&self, alias: usize, name: &str, depth: usize) -> Shape {
        let word = self.code.word(alias);
        let symbols = &self.scopes.symbols;
        let import = symbols
            .iter()
            .find(|symbol| symbol.kind == crate::language::scopes::SymbolKind::Import && symbol.name == word);
        let Some((file, text)) = import.and_then(|import| self.imported(import)).filter(|_| depth < 4) else {
            return Shape::Unknown;
        };
        let code = Code::of(&text);
        let scopes = Scopes::of(&code);
        let view = View {
            scripts: self.scripts,
            connector: self.connector,
            path: &file,
            seen: self.seen,
            beside: self.beside,
            code,
            scopes,
        };
        let body = view.scopes.function(name).and_then(|function| function.value);
        body.map_or(Shape::Unknown, |(body, _)| view.last_of(body, depth + 4))
    }

    /// What a block gives: its last expression.
    fn last_of(&self, block: usize, depth: usize) -> Shape {
        let code = &self.code;
        if depth > MAX_DEPTH || code.bracket.get(block).copied().flatten() != Some(Bracket::Block) {
            return Shape::Unknown;
        }
        let close = code.close_of(block);
        let mut start = block + 1;
        let mut at = block + 1;
        while at < close {
            if code.bracket[at].is_some() {
                let end = code.close_of(at);
                let block_ends = code.bracket[at] == Some(Bracket::Block)
                    && matches!(code.kind(end + 1), Some(Kind::Word))
                    && !matches!(code.word(end + 1), "else" | "catch");
                at = end;
                if block_ends {
                    start = end + 1;
                }
            } else if code.word(at) == ";" && code.kind(at) == Some(Kind::Symbol) && at + 1 < close {
                start = at + 1;
            }
            at += 1;
        }
        let returned = usize::from(code.word(start) == "return");
        self.expression(start + returned, close, depth + 1)
    }

    fn literal_members(&self, open: usize, close: usize, depth: usize) -> Vec<Member> {
        let code = &self.code;
        let keys = (open + 1..close).filter(|&at| code.within[at] == Some(open) && code.word(at + 1) == ":");
        keys.map(|key| Member {
            name: self.text_token(key).unwrap_or_else(|| code.word(key).to_owned()),
            shape: self.expression(key + 2, close, depth + 1),
            ..Member::default()
        })
        .collect()
    }

    /// What a native function gives, with the body of the last run where it made a call.
    fn native(&self, name: &str, open: usize) -> Shape {
        let ways = self.docs().ways(name);
        let returned = ways
            .iter()
            .map(|way| of_type(&way.returns))
            .find(|shape| *shape != Shape::Unknown);
        let returned = returned.unwrap_or_default();
        if !name.starts_with("http.") {
            return if name == "schema" {
                Shape::Map(Vec::new())
            } else {
                returned
            };
        }
        let body = self.seen_body(open, open);
        match returned {
            Shape::Unknown => body.unwrap_or_default(),
            Shape::Type(kind, _) if kind == "Items" => {
                Shape::Type(kind, Box::new(body.map(|body| body.element()).unwrap_or_default()))
            }
            Shape::Type(kind, _) => Shape::Type(kind, Box::new(body.unwrap_or_default())),
            other => other,
        }
    }

    /// The body that the last run got for a call made on these lines.
    fn seen_body(&self, from: usize, to: usize) -> Option<Shape> {
        let (first, last) = (self.line_of(from), self.line_of(to));
        let calls = &self.seen?.calls;
        let call = calls
            .iter()
            .find(|call| call.file == self.path && (first..=last).contains(&call.line))?;
        Some(Shape::of_value(&call.body))
    }

    fn property(&self, shape: &Shape, name: &str) -> Shape {
        match shape {
            Shape::Map(_) => shape
                .member(name)
                .map(|member| member.shape.clone())
                .unwrap_or_default(),
            Shape::Type(kind, of) if kind == "Response" && name == "body" => (**of).clone(),
            Shape::Type(..) => self
                .docs()
                .properties(shape)
                .find(|(property, _)| *property == name)
                .map(|(_, way)| of_type(&way.returns))
                .unwrap_or_default(),
            _ => Shape::Unknown,
        }
    }

    fn method(&self, shape: &Shape, name: &str, from: usize, open: usize, depth: usize) -> Shape {
        let code = &self.code;
        match (shape, name) {
            (
                Shape::List(_) | Shape::Type(..),
                "filter" | "sort" | "sorted" | "where" | "sort_by" | "unique" | "compact",
            ) => {
                return Shape::List(Box::new(shape.element()));
            }
            (Shape::List(_) | Shape::Type(..), "find" | "first" | "last" | "pop" | "shift") => return shape.element(),
            (Shape::List(_) | Shape::Type(..), "map") => {
                let bar = open + 1;
                let body = code.closure.get(bar).copied().flatten().map(|end| end + 1);
                let close = code.close_of(open);
                let each = body.map_or(Shape::Unknown, |body| self.expression(body, close, depth + 1));
                return Shape::List(Box::new(each));
            }
            (Shape::Type(kind, _), "send") if kind == "Request" => {
                let body = self.seen_body(from, open).unwrap_or_default();
                return Shape::Type("Response".to_owned(), Box::new(body));
            }
            _ => {}
        }
        let Some((_, ways)) = self.docs().methods(shape).find(|(method, _)| *method == name) else {
            return Shape::Unknown;
        };
        ways.iter().map(|way| of_type(&way.returns)).next().unwrap_or_default()
    }
}
