//! What the parser is told about tokens: words Rhai reserves for later are plain names here, and `http.get(...)` means
//! the function `get` of the namespace `http` unless a variable of that name is in reach.

use std::cell::RefCell;

use rhai::{Engine, Token};

/// Namespaces whose functions are called with a dot.
pub const NAMESPACES: &[&str] = &["base64", "csv", "hex", "http", "json", "log", "url", "xml", "yaml"];

/// Words that Rhai reserves for later versions and that JSON uses every day.
const RESERVED_FOR_LATER: &[&str] = &[
    "async",
    "await",
    "case",
    "default",
    "exit",
    "go",
    "goto",
    "is",
    "match",
    "module",
    "new",
    "nil",
    "null",
    "package",
    "protected",
    "public",
    "shared",
    "spawn",
    "static",
    "sync",
    "thread",
    "use",
    "var",
    "void",
    "with",
    "yield",
];

/// What the parse so far says about the next token.
#[derive(Default)]
struct Reading {
    /// The last two tokens, latest first.
    last: Seen,
    before: Seen,
    /// Variables in reach that are called as a namespace is, by its place among them, with the bracket depth they were
    /// declared at.
    shadowed: Vec<(usize, usize)>,
    /// Brackets open; of each, whether it is a map.
    open: Vec<bool>,
    /// Whether names now read are being declared.
    declaring: Declaring,
}

/// What is remembered of a token: to keep the token itself would copy every name of the script.
#[derive(Default, Clone, Copy, PartialEq)]
enum Seen {
    #[default]
    Other,
    /// `#{`
    MapStart,
    /// `.` or `?.`
    Dot,
    /// `::`
    Colons,
    /// `,`
    Comma,
    /// The name of a namespace, by its place among them.
    Namespace(usize),
    /// Any other name, a constant, or what closes a bracket.
    Operand,
}

impl Seen {
    fn of(token: &Token) -> Self {
        match token {
            Token::MapStart => Self::MapStart,
            Token::Period | Token::Elvis => Self::Dot,
            Token::DoubleColon => Self::Colons,
            Token::Comma => Self::Comma,
            Token::Identifier(name) => namespace(name).map_or(Self::Operand, Self::Namespace),
            Token::IntegerConstant(_)
            | Token::FloatConstant(_)
            | Token::StringConstant(_)
            | Token::RightParen
            | Token::RightBracket
            | Token::RightBrace
            | Token::True
            | Token::False => Self::Operand,
            _ => Self::Other,
        }
    }
}

/// The place of `name` among the namespaces, where it is one.
fn namespace(name: &str) -> Option<usize> {
    NAMESPACES.iter().position(|namespace| *namespace == name)
}

/// Which names a token declares.
#[derive(Default, Clone, Copy, PartialEq)]
enum Declaring {
    #[default]
    Nothing,
    /// After `let`, `const` or `as`.
    One,
    /// Between `(` and `)` of a function or `for`.
    Parentheses,
    /// Between the bars of a closure.
    Bars,
    /// Right after `fn`, `for` or `catch`.
    Soon,
}

thread_local! {
    static READING: RefCell<Reading> = RefCell::default();
}

/// Forgets the tokens of the text parsed before. To be called before every parse.
pub fn start() {
    READING.with_borrow_mut(|reading| *reading = Reading::default());
}

/// Teaches `engine` our tokens.
pub fn register(engine: &mut Engine) {
    #[allow(deprecated, reason = "volatile, not deprecated: the only way to free reserved words")]
    engine.on_parse_token(|token, _, _| READING.with_borrow_mut(|reading| reading.next(token)));
}

impl Reading {
    fn next(&mut self, token: Token) -> Token {
        let token = match token {
            Token::Reserved(word) if RESERVED_FOR_LATER.contains(&word.as_str()) => Token::Identifier(word),
            // `private` is a word of the language only right before `fn`; nothing here needs it there.
            Token::Private => Token::Identifier(Box::new("private".into())),
            Token::In if self.at_key() => Token::Identifier(Box::new("in".into())),
            Token::Until if self.at_key() => Token::Identifier(Box::new("until".into())),
            Token::Period if self.at_namespace() => Token::DoubleColon,
            other => other,
        };
        self.note(&token);
        self.before = std::mem::replace(&mut self.last, Seen::of(&token));
        token
    }

    /// Whether what comes is the key of a map, where it is written or asked for.
    fn at_key(&self) -> bool {
        match self.last {
            Seen::MapStart | Seen::Dot => true,
            Seen::Comma => self.open.last() == Some(&true),
            _ => false,
        }
    }

    fn at_namespace(&self) -> bool {
        let Seen::Namespace(name) = self.last else {
            return false;
        };
        !self.shadowed.iter().any(|(shadowed, _)| *shadowed == name) && !matches!(self.before, Seen::Dot | Seen::Colons)
    }

    fn note(&mut self, token: &Token) {
        match token {
            Token::MapStart => self.open.push(true),
            Token::LeftParen | Token::LeftBrace | Token::LeftBracket => self.open.push(false),
            Token::RightParen | Token::RightBrace | Token::RightBracket => {
                self.open.pop();
                // Parameters live on in the block that follows their parentheses.
                if self.declaring != Declaring::Parentheses {
                    let depth = self.open.len();
                    self.shadowed.retain(|(_, at)| *at <= depth);
                }
            }
            _ => {}
        }
        match (self.declaring, token) {
            (_, Token::Fn) => {
                self.shadowed.clear();
                self.declaring = Declaring::Soon;
            }
            (_, Token::Let | Token::Const | Token::As) => self.declaring = Declaring::One,
            (_, Token::For | Token::Catch) => self.declaring = Declaring::Soon,
            (Declaring::Soon, Token::LeftParen) => self.declaring = Declaring::Parentheses,
            (Declaring::Soon, Token::In | Token::LeftBrace) | (Declaring::Parentheses, Token::RightParen) => {
                self.declaring = Declaring::Nothing;
            }
            (Declaring::Bars, Token::Pipe) => self.declaring = Declaring::Nothing,
            (Declaring::Nothing, Token::Pipe) if !self.after_operand() => self.declaring = Declaring::Bars,
            (Declaring::Nothing, _) => {}
            (declaring, Token::Identifier(name)) => {
                if let Some(namespace) = namespace(name) {
                    self.shadowed.push((namespace, self.open.len()));
                }
                if declaring == Declaring::One {
                    self.declaring = Declaring::Nothing;
                }
            }
            _ => {}
        }
    }

    /// Whether a bar here means "or" rather than the start of a closure.
    fn after_operand(&self) -> bool {
        matches!(self.last, Seen::Namespace(_) | Seen::Operand)
    }
}
