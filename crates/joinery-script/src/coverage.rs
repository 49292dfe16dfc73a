//! Which lines ran: scripts compiled with a call before every statement that notes its line. Only runs that ask for it
//! use such scripts, on an engine of their own.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap, hash_map::DefaultHasher},
    fmt::Write as _,
    hash::{Hash, Hasher},
    sync::Mutex,
};

use rhai::{AST, ASTNode, Engine, Expr, FnCallExpr, INT, Position, Stmt, Token};
use serde::{Deserialize, Serialize};

use crate::{entries, files::Files, state::lock, tokens};

/// What the calls are named: no script calls a function so.
const CALL: &str = "__line_ran";

/// How often each line with a statement ran, by file. Lines that did not run are there with 0.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// Lines and how often they ran, by the script's path.
    pub files: BTreeMap<String, BTreeMap<u32, u64>>,
}

impl Coverage {
    /// Adds a script that nothing ran.
    pub fn add_unrun(&mut self, file: &str, lines: impl IntoIterator<Item = u32>) {
        let there = self.files.entry(file.to_owned()).or_default();
        lines.into_iter().for_each(|line| _ = there.entry(line).or_default());
    }

    /// Adds what another run did.
    pub fn add(&mut self, other: &Self) {
        for (file, lines) in &other.files {
            let there = self.files.entry(file.clone()).or_default();
            for (line, hits) in lines {
                let sum = there.entry(*line).or_default();
                *sum = sum.saturating_add(*hits);
            }
        }
    }

    /// What there can be of it: lines of files that there are. The rest was made up.
    pub(crate) fn within(mut self, files: &dyn Files) -> Self {
        self.files.retain(|file, lines| {
            let Some(text) = files.text(file) else {
                return false;
            };
            let last = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
            lines.retain(|line, _| (1..=last).contains(line));
            true
        });
        self
    }
}

/// The lines of a script that would be counted.
pub(crate) fn lines(engine: &Engine, text: &str, ast: &AST) -> BTreeSet<u32> {
    places(engine, text, ast).iter().map(|place| place.line).collect()
}

/// The scripts of an engine that notes lines.
#[derive(Default)]
pub struct Probes {
    scripts: Mutex<Scripts>,
}

#[derive(Default)]
struct Scripts {
    /// Path and lines, by number.
    all: Vec<(String, BTreeSet<u32>)>,
    numbers: HashMap<(String, u64), usize>,
}

/// What a run on this thread did.
#[derive(Default)]
struct Noted {
    scripts: BTreeSet<usize>,
    hits: HashMap<INT, u64>,
}

thread_local! {
    static NOTED: RefCell<Noted> = RefCell::default();
}

impl Probes {
    /// Lets scripts of `engine` note their lines.
    pub fn register(engine: &mut Engine) {
        engine.register_fn(CALL, |id: INT| {
            NOTED.with_borrow_mut(|noted| *noted.hits.entry(id).or_default() += 1);
        });
    }

    /// The script, noting its lines. One that could not be changed runs as it is and has no lines.
    pub fn set(&self, engine: &Engine, file: &str, text: &str, plain: AST) -> AST {
        let mut scripts = lock(&self.scripts);
        let number = scripts.all.len();
        let places = places(engine, text, &plain);
        let lines = places.iter().map(|place| place.line).collect();
        tokens::start();
        let changed = engine.compile(with_calls(text, number, &places));
        scripts.numbers.insert(key(file, text), number);
        let noted = if changed.is_ok() { lines } else { BTreeSet::new() };
        scripts.all.push((file.to_owned(), noted));
        changed.unwrap_or(plain)
    }

    /// Notes that this thread's run uses a script.
    pub fn used(&self, file: &str, text: &str) {
        if let Some(number) = lock(&self.scripts).numbers.get(&key(file, text)) {
            NOTED.with_borrow_mut(|noted| noted.scripts.insert(*number));
        }
    }

    /// What this thread's run did, taken out.
    pub fn take(&self) -> Coverage {
        let noted = NOTED.take();
        let scripts = lock(&self.scripts);
        let mut coverage = Coverage::default();
        for number in noted.scripts {
            let (file, lines) = &scripts.all[number];
            let there = coverage.files.entry(file.clone()).or_default();
            for line in lines {
                let id = id_of(number, *line);
                *there.entry(*line).or_default() += noted.hits.get(&id).copied().unwrap_or(0);
            }
        }
        coverage
    }
}

fn key(file: &str, text: &str) -> (String, u64) {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    (file.to_owned(), hasher.finish())
}

fn id_of(script: usize, line: u32) -> INT {
    let script = INT::try_from(script).expect("far fewer scripts than that are compiled");
    (script << 32) | INT::from(line)
}

/// Where a statement begins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    line: u32,
    column: u32,
}

impl Place {
    fn of(position: Position) -> Option<Self> {
        Some(Self {
            line: u32::try_from(position.line()?).ok()?,
            column: u32::try_from(position.position()?).ok()?,
        })
    }
}

/// Statements that a call can be put before, in order. What is one expression in a larger statement, such as an arm of
/// `switch`, counts with that.
fn places(engine: &Engine, text: &str, ast: &AST) -> BTreeSet<Place> {
    let after_statement = after_statements(engine, text);
    // The lines of functions that say what the action is are not counted.
    let saying: Vec<(Position, Position)> = ast
        .shared_lib()
        .iter_script_fn_info()
        .filter(|(_, _, name, _, _)| entries::is_saying(name))
        .map(|(_, _, _, _, function)| (function.body.start_position(), function.body.end_position()))
        .collect();
    let outside: Vec<Position> = ast.statements().iter().map(Stmt::position).collect();
    let mut places = BTreeSet::new();
    ast.walk(&mut |nodes: &[ASTNode]| {
        let Some(ASTNode::Stmt(statement)) = nodes.last() else {
            return true;
        };
        // Positions inside an interpolated text are not those of the file.
        let counts = nodes.iter().all(|node| match node {
            ASTNode::Expr(Expr::InterpolatedString(..)) => false,
            ASTNode::Stmt(statement) => !outside.contains(&statement.position()),
            _ => true,
        });
        let position = beginning(statement);
        let says = saying.iter().any(|(start, end)| *start <= position && position <= *end);
        if let Some(place) = Place::of(position).and_then(|place| after_statement.get(&place))
            && counts
            && !says
        {
            places.insert(*place);
        }
        true
    });
    places
}

/// Where a statement begins, but for what may stand in front of an operand.
fn beginning(statement: &Stmt) -> Position {
    match statement {
        Stmt::Expr(expression) => leftmost(expression),
        Stmt::FnCall(call, position) => leftmost_of_call(call, *position),
        Stmt::Assignment(assignment) => leftmost(&assignment.1.lhs),
        other => other.position(),
    }
}

/// Where an expression begins: a chain of calls, a sum and the like have the position of their operator.
fn leftmost(expression: &Expr) -> Position {
    match expression {
        Expr::Index(pair, ..) | Expr::Dot(pair, ..) => leftmost(&pair.lhs),
        Expr::And(parts, ..) | Expr::Or(parts, ..) | Expr::Coalesce(parts, ..) => leftmost(&parts[0]),
        Expr::FnCall(call, position) => leftmost_of_call(call, *position),
        other => other.start_position(),
    }
}

fn leftmost_of_call(call: &FnCallExpr, position: Position) -> Position {
    match call.args.first() {
        Some(first) if call.is_operator_call() => leftmost(first),
        _ if !call.namespace.is_empty() => call.namespace.position(),
        _ => position,
    }
}

/// Places of the tokens that a statement can begin with: those after `{`, `}` or `;`, where the statement before has
/// ended. One that may stand in front of an operand leads to the next, and that to the first.
fn after_statements(engine: &Engine, text: &str) -> BTreeMap<Place, Place> {
    let mut places = BTreeMap::new();
    let mut ended = false;
    let mut first = None;
    // Braces open in each interpolated text around: at the last one the text goes on.
    let mut open: Vec<usize> = Vec::new();
    tokens::start();
    let texts = [text];
    let (tokens, control) = engine.lex(texts.as_ref());
    for (token, position) in tokens {
        if token == Token::EOF {
            break;
        }
        if let Some(place) = Place::of(position).filter(|_| ended) {
            places.insert(place, *first.get_or_insert(place));
        }
        if first.is_some() && is_prefix(&token) {
            continue;
        }
        first = None;
        match &token {
            Token::InterpolatedString(_) => open.push(0),
            Token::LeftBrace | Token::MapStart => {
                if let Some(open) = open.last_mut() {
                    *open += 1;
                }
            }
            Token::RightBrace => {
                if let Some(inside) = open.last_mut() {
                    *inside = inside.saturating_sub(1);
                    if *inside == 0 {
                        open.pop();
                        control.borrow_mut().is_within_text = true;
                    }
                }
            }
            _ => {}
        }
        ended = matches!(token, Token::LeftBrace | Token::RightBrace | Token::SemiColon);
    }
    places
}

/// Whether a token may stand in front of an operand.
fn is_prefix(token: &Token) -> bool {
    matches!(
        token,
        Token::LeftParen | Token::Bang | Token::Minus | Token::UnaryMinus | Token::Plus | Token::UnaryPlus
    )
}

/// The text with a call before each of these places. Lines stay where they are.
fn with_calls(text: &str, script: usize, places: &BTreeSet<Place>) -> String {
    let mut changed = String::with_capacity(text.len() + places.len() * 32);
    let mut places = places.iter().peekable();
    for (at, line) in text.split_inclusive('\n').enumerate() {
        let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
        for (at, letter) in line.chars().enumerate() {
            let here = Place {
                line: number,
                column: u32::try_from(at + 1).unwrap_or(u32::MAX),
            };
            if places.next_if_eq(&&here).is_some() {
                let _ = write!(changed, "{CALL}({}); ", id_of(script, number));
            }
            changed.push(letter);
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// One file of three lines.
    struct One;

    impl Files for One {
        fn text(&self, path: &str) -> Option<Arc<str>> {
            (path == "actions/a.rhai").then(|| "fn execute() {\n    1\n}\n".into())
        }
        fn paths(&self) -> Vec<String> {
            vec!["actions/a.rhai".to_owned()]
        }
    }

    #[test]
    fn what_a_worker_made_up_is_left_out() {
        let mut told = Coverage::default();
        told.add_unrun("actions/a.rhai", [0, 1, 2, 3, 4, u32::MAX]);
        told.add_unrun("actions/b.rhai", [1]);
        told.add_unrun("../../etc/passwd", [1]);
        let kept = told.within(&One);
        let files: Vec<(&str, Vec<u32>)> = kept
            .files
            .iter()
            .map(|(file, lines)| (file.as_str(), lines.keys().copied().collect()))
            .collect();
        assert_eq!(files, [("actions/a.rhai", vec![1, 2, 3])]);
    }

    #[test]
    fn hits_that_no_run_can_have_do_not_overflow() {
        let told = |hits: u64| Coverage {
            files: BTreeMap::from([("actions/a.rhai".to_owned(), BTreeMap::from([(2, hits)]))]),
        };
        let mut sum = told(u64::MAX);
        sum.add(&told(7));
        assert_eq!(sum, told(u64::MAX));
    }
}
