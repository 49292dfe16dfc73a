//! Reads the tokens of a script for the names it declares and uses.

use std::collections::HashMap;

use super::{Role, Scopes, Symbol, SymbolKind, Use};
use crate::{
    language::{
        code::{Bracket, Code},
        scan::{Kind, Span},
    },
    tokens::NAMESPACES,
};

/// Blocks within blocks that are still looked into.
const MAX_DEPTH: usize = 200;

/// Every name of a script.
pub(super) fn read(code: &Code) -> Scopes {
    let mut reader = Reader {
        code,
        found: Scopes::default(),
        names: HashMap::new(),
        declared: vec![Vec::new()],
        ends: vec![code.text.len()],
        functions: HashMap::new(),
        imports: HashMap::new(),
        function: None,
        depth: 0,
    };
    reader.hoist();
    reader.walk(0, code.tokens.len());
    let mut found = reader.found;
    found.uses.sort_by_key(|used| used.span);
    found
}

struct Reader<'c, 'a> {
    code: &'c Code<'a>,
    found: Scopes,
    /// What each name in reach stands for, the innermost last.
    names: HashMap<&'a str, Vec<usize>>,
    /// What each open scope declared.
    declared: Vec<Vec<&'a str>>,
    /// Where each open scope ends.
    ends: Vec<usize>,
    functions: HashMap<&'a str, usize>,
    imports: HashMap<&'a str, usize>,
    function: Option<usize>,
    depth: usize,
}

impl Reader<'_, '_> {
    /// Functions and imports reach everywhere, also above themselves.
    fn hoist(&mut self) {
        let code = self.code;
        for index in 0..code.tokens.len() {
            if code.kind(index) != Some(Kind::Word) || matches!(code.before(index), "." | "?.") {
                continue;
            }
            if code.word(index) == "fn" && code.is_name(index + 1) {
                self.function(index);
            } else if code.word(index) == "import"
                && code.word(index + 2) == "as"
                && code.is_name(index + 3)
                && code.within[index].is_none()
            {
                let symbol = self.symbol(index + 3, SymbolKind::Import, code.text.len());
                let whole = Span::new(code.span(index).start, code.span(index + 3).end);
                let symbol_at = &mut self.found.symbols[symbol];
                symbol_at.whole = whole;
                symbol_at.value = Some((index + 1, index + 2));
                symbol_at.scope.start = 0;
                self.imports.insert(code.word(index + 3), symbol);
            }
        }
    }

    fn function(&mut self, index: usize) {
        let code = self.code;
        let open = index + 2;
        let has_parameters = code.word(open) == "(";
        let close = if has_parameters { code.close_of(open) } else { open };
        let body = close + 1;
        let end = match code.word(body) {
            "{" => code.close_of(body).min(self.end_of_function(body)),
            _ => body,
        };
        let symbol = self.symbol(index + 1, SymbolKind::Function, code.text.len());
        let parameters = (open + 1..close.min(code.tokens.len()))
            .filter(|&at| has_parameters && code.is_name(at))
            .map(|at| code.word(at).to_owned())
            .collect();
        let found = &mut self.found.symbols[symbol];
        found.whole = Span::new(code.span(index).start, code.span(end).end);
        found.scope = Span::new(0, code.text.len());
        found.value = Some((body, end));
        found.parameters = parameters;
        self.functions.entry(code.word(index + 1)).or_insert(symbol);
    }

    /// A function without its brace ends where the next one begins.
    fn end_of_function(&self, body: usize) -> usize {
        let code = self.code;
        (body + 1..code.tokens.len())
            .find(|&at| code.word(at) == "fn" && code.within[at].is_none() && code.kind(at) == Some(Kind::Word))
            .unwrap_or(code.tokens.len())
    }

    fn symbol(&mut self, token: usize, kind: SymbolKind, end: usize) -> usize {
        let span = self.code.span(token);
        self.found.symbols.push(Symbol {
            name: self.code.word(token).to_owned(),
            kind,
            span,
            whole: span,
            scope: Span::new(span.end, end),
            function: self.function,
            value: None,
            parameters: Vec::new(),
            closure: None,
        });
        self.found.symbols.len() - 1
    }

    fn declare(&mut self, token: usize, kind: SymbolKind) -> usize {
        let end = self.ends.last().copied().unwrap_or(self.code.text.len());
        let symbol = self.symbol(token, kind, end);
        let name = self.code.word(token);
        self.names.entry(name).or_default().push(symbol);
        if let Some(declared) = self.declared.last_mut() {
            declared.push(name);
        }
        symbol
    }

    fn open(&mut self, end: usize) {
        self.declared.push(Vec::new());
        self.ends.push(end);
    }

    fn close(&mut self) {
        self.ends.pop();
        for name in self.declared.pop().unwrap_or_default() {
            if let Some(symbols) = self.names.get_mut(name) {
                symbols.pop();
            }
        }
    }

    fn resolve(&self, name: &str) -> Option<usize> {
        self.names.get(name).and_then(|symbols| symbols.last()).copied()
    }

    fn walk(&mut self, from: usize, to: usize) {
        self.depth += 1;
        let mut index = from;
        while index < to {
            index = self.step(index, to).max(index + 1);
        }
        self.depth -= 1;
    }

    /// Reads what begins at a token and returns the token after it.
    fn step(&mut self, index: usize, to: usize) -> usize {
        let code = self.code;
        if self.depth > MAX_DEPTH {
            return to;
        }
        let after_dot = matches!(code.before(index), "." | "?.");
        match (code.kind(index), code.word(index)) {
            (Some(Kind::Word), word) if !after_dot => match word {
                "fn" if code.is_name(index + 1) => self.body_of_function(index),
                "let" | "const" if code.is_name(index + 1) => self.variable(index, to),
                "import" => self.import(index),
                "for" => self.loop_over(index, to),
                "catch" if code.word(index + 1) == "(" && code.is_name(index + 2) => {
                    let block = index + 4;
                    self.scoped(block, to, |reader| {
                        reader.declare(index + 2, SymbolKind::Caught);
                    })
                }
                _ if code.is_name(index) || word == "global" => self.used(index),
                _ => index + 1,
            },
            (Some(Kind::Word), _) => self.used(index),
            (Some(Kind::Text), _) => self.text(index),
            (Some(Kind::Symbol), "{") => self.scoped(index, to, |_| {}),
            (Some(Kind::Symbol), "|" | "||") if code.closure[index].is_some() => self.closure(index, to),
            _ => index + 1,
        }
    }

    /// Reads a block that begins with names of its own.
    fn scoped(&mut self, block: usize, to: usize, names: impl FnOnce(&mut Self)) -> usize {
        let code = self.code;
        if code.word(block) != "{" || code.kind(block) != Some(Kind::Symbol) {
            return block;
        }
        let end = code.close_of(block).min(to);
        self.open(code.span(end).start);
        names(self);
        self.walk(block + 1, end);
        self.close();
        end + 1
    }

    fn body_of_function(&mut self, index: usize) -> usize {
        let code = self.code;
        let name = code.span(index + 1);
        let Some(symbol) = self.found.symbols.iter().position(|symbol| symbol.span == name) else {
            return index + 1;
        };
        let (body, end) = self.found.symbols[symbol].value.unwrap_or((index + 2, index + 2));
        let outside = std::mem::take(&mut self.names);
        let before = self.function.replace(symbol);
        self.open(code.span(end).start.max(code.span(body).end));
        if code.word(index + 2) == "(" {
            for at in index + 3..code.close_of(index + 2).min(code.tokens.len()) {
                if code.is_name(at) {
                    let parameter = self.declare(at, SymbolKind::Parameter);
                    let place = self.found.symbols[symbol].parameters.iter();
                    let place = place.clone().position(|name| name == code.word(at)).unwrap_or(0);
                    self.found.symbols[parameter].closure = None;
                    self.found.symbols[parameter].value = Some((place, place));
                }
            }
        }
        self.walk(body + 1, end);
        self.close();
        self.function = before;
        self.names = outside;
        if code.word(end) == "}" { end + 1 } else { end }
    }

    fn variable(&mut self, index: usize, to: usize) -> usize {
        let code = self.code;
        let end = self.statement_end(index + 2, to);
        let has_value = code.word(index + 2) == "=";
        if has_value {
            self.walk(index + 3, end);
        }
        let kind = if code.word(index) == "let" {
            SymbolKind::Variable
        } else {
            SymbolKind::Constant
        };
        let symbol = self.declare(index + 1, kind);
        let symbol = &mut self.found.symbols[symbol];
        symbol.whole = Span::new(code.span(index).start, code.span(end.max(1) - 1).end);
        symbol.scope.start = code.span(end.max(1) - 1).end;
        symbol.value = has_value.then_some((index + 3, end));
        end
    }

    fn import(&mut self, index: usize) -> usize {
        let code = self.code;
        if code.word(index + 2) != "as" || !code.is_name(index + 3) {
            return index + 1;
        }
        if code.within[index].is_some() {
            let symbol = self.declare(index + 3, SymbolKind::Import);
            self.found.symbols[symbol].whole = Span::new(code.span(index).start, code.span(index + 3).end);
            self.found.symbols[symbol].value = Some((index + 1, index + 2));
        }
        index + 4
    }

    fn loop_over(&mut self, index: usize, to: usize) -> usize {
        let code = self.code;
        let pair = code.word(index + 1) == "(";
        let mut word = index + 1;
        while word < to && word < index + 7 && code.word(word) != "in" {
            word += 1;
        }
        if code.word(word) != "in" {
            return index + 1;
        }
        let within = code.within[index];
        let block = (word + 1..to).find(|&at| code.bracket[at] == Some(Bracket::Block) && code.within[at] == within);
        let block = block.unwrap_or_else(|| self.statement_end(word + 1, to));
        self.walk(word + 1, block);
        let names: Vec<usize> = (index + 1..word).filter(|&at| code.is_name(at)).collect();
        self.scoped(block, to, |reader| {
            for (place, at) in names.into_iter().enumerate() {
                let symbol = reader.declare(at, SymbolKind::Loop);
                // The second name of a pair counts.
                if !pair || place == 0 {
                    reader.found.symbols[symbol].value = Some((word + 1, block));
                }
            }
        })
    }

    fn closure(&mut self, bar: usize, to: usize) -> usize {
        let code = self.code;
        let end_of_names = code.closure[bar].unwrap_or(bar);
        let body = end_of_names + 1;
        let block = code.word(body) == "{" && code.kind(body) == Some(Kind::Symbol);
        let end = if block {
            code.close_of(body).min(to)
        } else {
            self.expression_end(body, to)
        };
        self.open(code.span(end).start.max(code.span(end_of_names).end));
        let names: Vec<usize> = (bar + 1..end_of_names).filter(|&at| code.is_name(at)).collect();
        for (place, at) in names.into_iter().enumerate() {
            let symbol = self.declare(at, SymbolKind::ClosureParameter);
            self.found.symbols[symbol].closure = Some((bar, place));
        }
        self.walk(if block { body + 1 } else { body }, end);
        self.close();
        if block { end + 1 } else { end }
    }

    /// Where a statement ends that may have lost its semicolon.
    fn statement_end(&self, from: usize, to: usize) -> usize {
        let code = self.code;
        let mut at = from;
        while at < to {
            match (code.kind(at), code.word(at)) {
                (Some(Kind::Symbol), ";" | ")" | "]" | "}") => return at,
                (
                    Some(Kind::Word),
                    "let" | "const" | "fn" | "for" | "while" | "loop" | "return" | "import" | "throw" | "try",
                ) if self.begins_line(at) => return at,
                _ => {}
            }
            at = self.past(at);
        }
        to
    }

    fn expression_end(&self, from: usize, to: usize) -> usize {
        let code = self.code;
        let mut at = from;
        while at < to {
            if code.kind(at) == Some(Kind::Symbol) && matches!(code.word(at), "," | ";" | ")" | "]" | "}") {
                return at;
            }
            if matches!(code.kind(at), Some(Kind::TemplateMiddle | Kind::TemplateClose)) {
                return at;
            }
            at = self.past(at);
        }
        to
    }

    fn begins_line(&self, index: usize) -> bool {
        let start = self.code.span(index).start;
        self.code.text[..start].trim_end_matches([' ', '\t']).ends_with('\n')
    }

    /// The token after this one, or after the brackets that open here.
    fn past(&self, index: usize) -> usize {
        let mut at = index;
        while self.code.bracket.get(at).copied().flatten().is_some() {
            at = self.code.close_of(at);
        }
        at + 1
    }

    fn text(&mut self, index: usize) -> usize {
        let code = self.code;
        // Fn("name") names a function.
        if index >= 2 && code.word(index - 1) == "(" && code.word(index - 2) == "Fn" {
            let span = code.span(index);
            let span = Span::new(span.start + 1, span.end.saturating_sub(1).max(span.start + 1));
            let function = self.functions.get(span.of(code.text)).copied();
            self.note(index, span, Role::Call(function), false);
        } else if code.within[index].is_some_and(|open| code.bracket[open] == Some(Bracket::Map))
            && code.word(index + 1) == ":"
        {
            self.note(index, code.span(index), Role::Key, false);
        }
        index + 1
    }

    fn used(&mut self, index: usize) -> usize {
        let code = self.code;
        let word = code.word(index);
        let (before, after) = (code.before(index), code.word(index + 1));
        let called = after == "(" || (after == "!" && code.word(index + 2) == "(");
        let in_map = code.within[index].is_some_and(|open| code.bracket[open] == Some(Bracket::Map));
        let role = match before {
            "." | "?." => {
                let of_namespace = index >= 2
                    && self
                        .found
                        .uses
                        .last()
                        .is_some_and(|last| last.token == index - 2 && last.role == Role::Namespace);
                match (of_namespace, called) {
                    (true, _) => Role::NamespaceMember,
                    (_, true) => Role::Method,
                    _ => Role::Property,
                }
            }
            "::" => Role::Member(index.checked_sub(2).and_then(|alias| self.alias(code.word(alias)))),
            _ if after == "::" => Role::Alias(self.alias(word)),
            "#{" | "," if in_map && after == ":" => Role::Key,
            _ if NAMESPACES.contains(&word) && after == "." && self.resolve(word).is_none() => Role::Namespace,
            _ if called => Role::Call(self.resolve(word).or_else(|| self.functions.get(word).copied())),
            _ => Role::Name(self.resolve(word)),
        };
        let writes = matches!(
            after,
            "=" | "+=" | "-=" | "*=" | "/=" | "%=" | "**=" | "&=" | "|=" | "^=" | "<<=" | ">>="
        );
        self.note(index, code.span(index), role, writes);
        index + 1
    }

    fn alias(&self, name: &str) -> Option<usize> {
        // A variable of that name hides no module: `users::find` is a call of the import.
        let declared = self.resolve(name);
        let imported = declared.filter(|&symbol| self.found.symbols[symbol].kind == SymbolKind::Import);
        imported.or_else(|| self.imports.get(name).copied()).or(declared)
    }

    fn note(&mut self, token: usize, span: Span, role: Role, writes: bool) {
        self.found.uses.push(Use {
            token,
            span,
            role,
            writes,
        });
    }
}
