//! Which names a script declares, how far each reaches, and what every word means. Read from tokens, so that half-written
//! code has an answer too.

mod reader;

use super::{code::Code, scan::Span};

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolKind {
    /// `fn name`
    Function,
    /// A parameter of a function.
    Parameter,
    /// A parameter of a closure.
    ClosureParameter,
    /// `let name`
    Variable,
    /// `const name`
    Constant,
    /// `import "..." as name`
    Import,
    /// `for name in`
    Loop,
    /// `catch (name)`
    Caught,
}

/// A name that is declared.
#[derive(Debug, Clone)]
pub struct Symbol {
    /// The name.
    pub name: String,
    /// What it stands for.
    pub kind: SymbolKind,
    /// Where the name stands.
    pub span: Span,
    /// The whole declaration; of a function, with its body.
    pub whole: Span,
    /// Where it can be used.
    pub scope: Span,
    /// The function it is declared in.
    pub function: Option<usize>,
    /// The tokens of its value: of a loop's name those gone through, of an import its path, of a function its body.
    pub value: Option<(usize, usize)>,
    /// The names of a function's parameters.
    pub parameters: Vec<String>,
    /// The bar that opens the closure it belongs to, and its place among the parameters.
    pub closure: Option<(usize, usize)>,
}

/// What a word is used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A variable; `None` where nothing of that name is in reach.
    Name(Option<usize>),
    /// A call of a function: of the script's own where there is one.
    Call(Option<usize>),
    /// `value.name(...)`
    Method,
    /// `value.name`
    Property,
    /// `#{ name: ... }`
    Key,
    /// `http` in `http.get`.
    Namespace,
    /// `get` in `http.get`.
    NamespaceMember,
    /// `paging` in `paging::all`; `None` where nothing of that name is imported.
    Alias(Option<usize>),
    /// `all` in `paging::all`.
    Member(Option<usize>),
}

/// A word and what it is used as.
#[derive(Debug, Clone, Copy)]
pub struct Use {
    /// The token.
    pub token: usize,
    /// The word.
    pub span: Span,
    /// What it is used as.
    pub role: Role,
    /// Whether it is given a new value as a whole.
    pub writes: bool,
}

/// Every name of a script.
#[derive(Debug, Clone, Default)]
pub struct Scopes {
    /// What is declared, in the order of the text.
    pub symbols: Vec<Symbol>,
    /// What is used, in the order of the text.
    pub uses: Vec<Use>,
}

impl Scopes {
    /// Reads a script.
    pub fn of(code: &Code) -> Self {
        reader::read(code)
    }

    /// The functions.
    pub fn functions(&self) -> impl Iterator<Item = (usize, &Symbol)> {
        let symbols = self.symbols.iter().enumerate();
        symbols.filter(|(_, symbol)| symbol.kind == SymbolKind::Function)
    }

    /// The function of that name.
    pub fn function(&self, name: &str) -> Option<&Symbol> {
        self.functions()
            .map(|(_, symbol)| symbol)
            .find(|symbol| symbol.name == name)
    }

    /// What can be used at a place, the innermost of a name only.
    pub fn visible(&self, byte: usize) -> Vec<(usize, &Symbol)> {
        let mut seen = std::collections::HashSet::new();
        let within = |symbol: &Symbol| symbol.scope.start <= byte && byte <= symbol.scope.end;
        let symbols = self.symbols.iter().enumerate().rev();
        symbols
            .filter(|(_, symbol)| within(symbol) && seen.insert(symbol.name.as_str()))
            .collect()
    }

    /// The symbol declared at a place.
    pub fn declared_at(&self, byte: usize) -> Option<usize> {
        self.symbols.iter().position(|symbol| symbol.span.touches(byte))
    }

    /// The word used at a place.
    pub fn used_at(&self, byte: usize) -> Option<&Use> {
        let from = self.uses.partition_point(|used| used.span.end < byte);
        self.uses[from..]
            .iter()
            .take_while(|used| used.span.start <= byte)
            .find(|used| used.span.touches(byte))
    }

    /// The function whose text holds a place.
    pub fn function_at(&self, byte: usize) -> Option<&Symbol> {
        self.functions()
            .map(|(_, symbol)| symbol)
            .find(|symbol| symbol.whole.start <= byte && byte <= symbol.whole.end)
    }
}
