//! Reads expressions.

use serde_json::Value;

use super::functions::FUNCTIONS;
use super::{Node, Operator};

/// How deep an expression may nest.
const DEEPEST: usize = 50;

/// The operators, those that bind least first.
const LEVELS: &[&[(&str, Operator)]] = &[
    &[("||", Operator::Or), ("or", Operator::Or)],
    &[("&&", Operator::And), ("and", Operator::And)],
    &[
        ("==", Operator::Equal),
        ("!=", Operator::Unequal),
        (">=", Operator::AtLeast),
        ("<=", Operator::AtMost),
        (">", Operator::Greater),
        ("<", Operator::Less),
        ("eq", Operator::Equal),
        ("ne", Operator::Unequal),
    ],
    &[("+", Operator::Plus), ("-", Operator::Minus)],
];

/// Reads an expression that may name what is below these roots.
///
/// # Errors
/// What is wrong and where.
pub fn read(text: &str, roots: &[&str]) -> Result<Node, String> {
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
        roots,
    };
    let node = reader.choice()?;
    match reader.rest() {
        "" => Ok(node),
        _ => Err(reader.unexpected()),
    }
}

fn name_length(rest: &str) -> usize {
    rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.'))
        .unwrap_or(rest.len())
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    roots: &'a [&'a str],
}

impl<'a> Reader<'a> {
    /// What is left, without leading spaces.
    fn rest(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let trimmed = rest.trim_start();
        self.at += rest.len() - trimmed.len();
        trimmed
    }

    /// Takes a sign, where it stands next.
    fn sign(&mut self, sign: &str) -> bool {
        let found = self.rest().starts_with(sign);
        if found {
            self.at += sign.len();
        }
        found
    }

    /// Takes a word in any case, where it stands next as a whole.
    fn word(&mut self, word: &str) -> bool {
        let rest = self.rest();
        let found = name_length(rest) == word.len() && rest[..word.len()].eq_ignore_ascii_case(word);
        if found {
            self.at += word.len();
        }
        found
    }

    fn sign_or_word(&mut self, text: &str) -> bool {
        if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
            self.word(text)
        } else {
            self.sign(text)
        }
    }

    fn unexpected(&mut self) -> String {
        let rest = self.rest();
        match rest.chars().next() {
            Some(found) => format!("Unexpected '{found}' at position {}", self.at),
            None => "Unexpected end of expression".into(),
        }
    }

    fn need(&mut self, sign: &str) -> Result<(), String> {
        if self.sign(sign) {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn choice(&mut self) -> Result<Node, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("The expression nests deeper than {DEEPEST} levels"));
        }
        let first = self.level(0)?;
        let node = if self.sign("?:") {
            Node::Both(first.into(), Operator::Otherwise, self.choice()?.into())
        } else if self.sign("?") {
            let yes = self.choice()?;
            self.need(":")?;
            Node::Choice(first.into(), yes.into(), self.choice()?.into())
        } else {
            first
        };
        self.depth -= 1;
        Ok(node)
    }

    /// What is joined by the operators of a level and of those that bind more.
    fn level(&mut self, level: usize) -> Result<Node, String> {
        let Some(operators) = LEVELS.get(level) else {
            return self.one();
        };
        let mut node = self.level(level + 1)?;
        while let Some((_, operator)) = operators.iter().find(|(sign, _)| self.sign_or_word(sign)) {
            node = Node::Both(node.into(), *operator, self.level(level + 1)?.into());
        }
        Ok(node)
    }

    fn one(&mut self) -> Result<Node, String> {
        if self.sign("!") || self.word("not") {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err(format!("The expression nests deeper than {DEEPEST} levels"));
            }
            let inner = self.one()?;
            self.depth -= 1;
            return Ok(Node::Not(inner.into()));
        }
        if self.sign("(") {
            let inner = self.choice()?;
            self.need(")")?;
            return Ok(inner);
        }
        if self.sign("{") {
            return self.parts("}").map(Node::List);
        }
        match self.call()? {
            Some(call) => Ok(call),
            None => self.operand(),
        }
    }

    /// What stands between commas, up to a sign.
    fn parts(&mut self, end: &str) -> Result<Vec<Node>, String> {
        let mut parts = Vec::new();
        while !self.sign(end) {
            if !parts.is_empty() {
                self.need(",")?;
            }
            parts.push(self.choice()?);
        }
        Ok(parts)
    }

    /// A call of a function, where one stands next.
    fn call(&mut self) -> Result<Option<Node>, String> {
        let rest = self.rest();
        let length = name_length(rest);
        if length == 0 || !rest[length..].trim_start().starts_with('(') {
            return Ok(None);
        }
        let name = &rest[..length];
        let known = FUNCTIONS.iter().find(|known| known.name.eq_ignore_ascii_case(name));
        let Some(function) = known else {
            return Err(format!("Unknown function '{name}' at position {}", self.at));
        };
        self.at += length;
        self.need("(")?;
        let parts = self.parts(")")?;
        if parts.len() < function.least || parts.len() > function.most {
            return Err(format!("Function '{name}' got {} values", parts.len()));
        }
        Ok(Some(Node::Call(function, parts)))
    }

    fn operand(&mut self) -> Result<Node, String> {
        let rest = self.rest();
        if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            return self.quoted(quote);
        }
        let sign = usize::from(rest.starts_with('-'));
        let digits = rest[sign..].find(|c: char| !c.is_ascii_digit() && c != '.');
        let number = &rest[..sign + digits.unwrap_or(rest.len() - sign)];
        if let Ok(value) = serde_json::from_str::<serde_json::Number>(number) {
            self.at += number.len();
            return Ok(Node::Literal(value.into()));
        }
        let name = &rest[..name_length(rest)];
        let node = match name {
            "true" => Node::Literal(true.into()),
            "false" => Node::Literal(false.into()),
            "null" | "NULL" => Node::Literal(Value::Null),
            _ => match name.split_once('.') {
                Some((root, rest)) if self.roots.contains(&root) && !rest.is_empty() => {
                    Node::Name(root.to_owned(), rest.to_owned())
                }
                // Whether there is a user at all: `appuser != null`.
                None if name == "appuser" && self.roots.contains(&name) => Node::Name(name.to_owned(), "login".into()),
                _ => return Err(self.unexpected()),
            },
        };
        self.at += name.len();
        Ok(node)
    }

    fn quoted(&mut self, quote: char) -> Result<Node, String> {
        let start = self.at;
        let mut text = String::new();
        let mut characters = self.text[start + 1..].char_indices();
        while let Some((place, character)) = characters.next() {
            if character == quote {
                self.at = start + 1 + place + 1;
                return Ok(Node::Literal(text.into()));
            }
            match character {
                '\\' => text.extend(characters.next().map(|(_, escaped)| escaped)),
                other => text.push(other),
            }
        }
        Err(format!("Unclosed string at position {start}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_read_whole_or_refused_with_its_place() {
        let read = |text: &str| read(text, &["user"]).map(|_| ());
        assert_eq!(read("user.lastName==\"Doe\""), Ok(()));
        assert_eq!(
            read("!(String.startsWith(user.city, 'B') OR user.level >= 3) AND isMemberOfAnyGroup(\"a\",\"b\")"),
            Ok(())
        );
        assert_eq!(
            read("user.city == null ? {1, -2} : Arrays.add({1}, user.level + 1)"),
            Ok(())
        );
        for (text, error) in [
            ("user.city == ", "Unexpected end of expression"),
            ("user.city == \"x", "Unclosed string at position 13"),
            ("city == \"x\"", "Unexpected 'c' at position 0"),
            ("String.trim(user.city)", "Unknown function 'String.trim' at position 0"),
            ("isMemberOfGroup()", "Function 'isMemberOfGroup' got 0 values"),
            ("user.a == 1 user.b", "Unexpected 'u' at position 12"),
            ("user.a ? 1", "Unexpected end of expression"),
        ] {
            assert_eq!(read(text), Err(error.to_owned()), "{text}");
        }
        assert!(read(&"(".repeat(1000)).is_err() && read(&"!".repeat(1000)).is_err());
    }
}
