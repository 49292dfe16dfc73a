//! What stands in a script literally: texts, keys of maps, the statements of a function.

use rhai::{AST, ASTNode, Expr, Position, Stmt};

/// The statements of the script's only function of that name.
pub fn body(ast: &AST, function: &str) -> Option<Vec<Stmt>> {
    if ast.iter_functions().filter(|found| found.name == function).count() != 1 {
        return None;
    }
    let mut only = ast.clone_functions_only();
    only.retain_functions(|_, _, name, _| name == function);
    let mut statements = Vec::new();
    only.walk(&mut |nodes: &[ASTNode]| {
        if let [ASTNode::Stmt(statement)] = nodes {
            statements.push((*statement).clone());
        }
        true
    });
    Some(statements)
}

/// A text without anything to fill in.
pub fn text(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::StringConstant(text, _) => Some(text),
        _ => None,
    }
}

/// A list of such texts.
pub fn texts(expression: &Expr) -> Option<Vec<String>> {
    match expression {
        Expr::Array(items, _) => items.iter().map(|item| text(item).map(str::to_owned)).collect(),
        // A list of nothing but constants is one constant.
        Expr::DynamicConstant(value, _) => {
            let items = value.as_array_ref().ok()?;
            items.iter().map(|item| item.clone().into_string().ok()).collect()
        }
        _ => None,
    }
}

/// The text that a map literal has under `key`, and its place; of a map that lost the places of what is in it, its own.
pub fn value(map: &Expr, key: &str) -> Option<(String, Position)> {
    match map {
        Expr::Map(entries, _) => {
            let (_, value) = entries.0.iter().find(|(name, _)| name.name == key)?;
            Some((text(value)?.to_owned(), value.position()))
        }
        Expr::DynamicConstant(value, position) => {
            let text = value.as_map_ref().ok()?.get(key)?.clone().into_string().ok()?;
            Some((text, *position))
        }
        _ => None,
    }
}

/// Keys of a map literal with their places in `script`.
pub fn keys(map: &Expr, script: &str) -> Vec<(String, Position)> {
    match map {
        Expr::Map(entries, _) => entries
            .0
            .iter()
            .map(|(key, _)| (key.name.to_string(), key.pos))
            .collect(),
        // A map of nothing but constants is one constant, and has lost the places of its keys.
        Expr::DynamicConstant(value, position) => value
            .as_map_ref()
            .map(|map| {
                map.keys()
                    .map(|key| {
                        (
                            key.to_string(),
                            place_of_key(script, *position, key).unwrap_or(*position),
                        )
                    })
                    .collect()
            })
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Where `key` stands in the map literal that begins at `start`, on the lines of its own level.
fn place_of_key(script: &str, start: Position, key: &str) -> Option<Position> {
    let (first, column) = (start.line()?, start.position()?);
    let mut depth = 0_usize;
    let mut quote = None;
    for (number, line) in script.lines().enumerate().skip(first - 1) {
        let characters: Vec<char> = line.chars().collect();
        let mut at = if number + 1 == first { column - 1 } else { 0 };
        while let Some(&character) = characters.get(at) {
            if depth == 1 && quote.is_none() && is_key(&characters, at, key) {
                return Some(Position::new(number as u16 + 1, at as u16 + 1));
            }
            match (quote, character) {
                (Some(_), '\\') => at += 1,
                (Some(open), _) => quote = Some(open).filter(|_| open != character),
                (None, '/') if characters.get(at + 1) == Some(&'/') => break,
                (None, '"' | '`' | '\'') => quote = Some(character),
                (None, '{' | '[' | '(') => depth += 1,
                (None, '}' | ']' | ')') if depth <= 1 => return None,
                (None, '}' | ']' | ')') => depth -= 1,
                _ => {}
            }
            at += 1;
        }
    }
    None
}

/// Whether `key:` or `"key":` stands at a place of a line.
fn is_key(line: &[char], at: usize, key: &str) -> bool {
    let in_word = |character: &char| character.is_alphanumeric() || *character == '_';
    if at > 0 && in_word(&line[at - 1]) {
        return false;
    }
    let rest: String = line[at..].iter().collect();
    let after = rest
        .strip_prefix(key)
        .or_else(|| rest.strip_prefix('"')?.strip_prefix(key)?.strip_prefix('"'));
    after.is_some_and(|after| after.trim_start().starts_with(':'))
}
