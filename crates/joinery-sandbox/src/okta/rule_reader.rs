//! Reads the conditions of group rules.

use serde_json::Value;

use super::rule_expression::{Comparison, Condition, FUNCTIONS, Operand};

/// How deep parentheses may nest.
const DEEPEST: usize = 50;

const COMPARISONS: &[(&str, Comparison)] = &[
    ("==", Comparison::Equal),
    ("!=", Comparison::Unequal),
    (">=", Comparison::AtLeast),
    ("<=", Comparison::AtMost),
    (">", Comparison::Greater),
    ("<", Comparison::Less),
    ("eq", Comparison::Equal),
    ("ne", Comparison::Unequal),
];

/// Reads a condition.
///
/// # Errors
/// What is wrong and where.
pub fn read(text: &str) -> Result<Condition, String> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let condition = reader.any()?;
    match reader.rest() {
        "" => Ok(condition),
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

    fn unexpected(&mut self) -> String {
        let rest = self.rest();
        match rest.chars().next() {
            Some(found) => format!("Unexpected '{found}' at position {}", self.at),
            None => "Unexpected end of expression".into(),
        }
    }

    fn any(&mut self) -> Result<Condition, String> {
        let mut list = vec![self.all()?];
        while self.sign("||") || self.word("or") {
            list.push(self.all()?);
        }
        Ok(if list.len() == 1 {
            list.remove(0)
        } else {
            Condition::Any(list)
        })
    }

    fn all(&mut self) -> Result<Condition, String> {
        let mut list = vec![self.one()?];
        while self.sign("&&") || self.word("and") {
            list.push(self.one()?);
        }
        Ok(if list.len() == 1 {
            list.remove(0)
        } else {
            Condition::All(list)
        })
    }

    fn one(&mut self) -> Result<Condition, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("The expression nests deeper than {DEEPEST} levels"));
        }
        let found = self.one_deeper();
        self.depth -= 1;
        found
    }

    fn one_deeper(&mut self) -> Result<Condition, String> {
        if self.sign("!") || self.word("not") {
            return Ok(Condition::Not(Box::new(self.one()?)));
        }
        if self.sign("(") {
            let inner = self.any()?;
            return if self.sign(")") {
                Ok(inner)
            } else {
                Err(self.unexpected())
            };
        }
        if let Some(call) = self.call()? {
            return Ok(call);
        }
        let left = self.operand()?;
        for (sign, comparison) in COMPARISONS {
            let is_word = sign.starts_with(|c: char| c.is_ascii_alphabetic());
            if if is_word { self.word(sign) } else { self.sign(sign) } {
                return Ok(Condition::Compare(left, *comparison, self.operand()?));
            }
        }
        Ok(Condition::Value(left))
    }

    /// A call of a function, where one stands next.
    fn call(&mut self) -> Result<Option<Condition>, String> {
        let rest = self.rest();
        let length = name_length(rest);
        if !rest[length..].trim_start().starts_with('(') {
            return Ok(None);
        }
        let name = &rest[..length];
        let known = FUNCTIONS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name));
        let Some((_, function, least, most)) = known else {
            return Err(format!("Unknown function '{name}' at position {}", self.at));
        };
        self.at += length;
        self.sign("(");
        let mut operands = Vec::new();
        while !self.sign(")") {
            if !operands.is_empty() && !self.sign(",") {
                return Err(self.unexpected());
            }
            operands.push(self.operand()?);
        }
        if operands.len() < *least || operands.len() > *most {
            return Err(format!("Function '{name}' got {} values", operands.len()));
        }
        Ok(Some(Condition::Call(*function, operands)))
    }

    fn operand(&mut self) -> Result<Operand, String> {
        let rest = self.rest();
        if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            return self.quoted(quote);
        }
        let number = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, '-' | '.'));
        let number = &rest[..number.unwrap_or(rest.len())];
        if let Ok(value) = serde_json::from_str::<serde_json::Number>(number) {
            self.at += number.len();
            return Ok(Operand::Literal(value.into()));
        }
        let name = &rest[..name_length(rest)];
        let operand = match name {
            "true" => Operand::Literal(true.into()),
            "false" => Operand::Literal(false.into()),
            "null" => Operand::Literal(Value::Null),
            _ => match name.strip_prefix("user.") {
                Some(attribute) if !attribute.is_empty() => Operand::Attribute(attribute.to_owned()),
                _ => return Err(self.unexpected()),
            },
        };
        self.at += name.len();
        Ok(operand)
    }

    fn quoted(&mut self, quote: char) -> Result<Operand, String> {
        let start = self.at;
        let mut text = String::new();
        let mut characters = self.text[start + 1..].char_indices();
        while let Some((place, character)) = characters.next() {
            if character == quote {
                self.at = start + 1 + place + 1;
                return Ok(Operand::Literal(text.into()));
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
    fn a_condition_is_read_whole_or_refused_with_its_place() {
        let read = |text| read(text).map(|_| ());
        assert_eq!(read("user.lastName==\"Doe\""), Ok(()));
        assert_eq!(
            read("!(String.startsWith(user.city, 'B') OR user.level >= 3) AND isMemberOfAnyGroup(\"a\",\"b\")"),
            Ok(())
        );
        for (text, error) in [
            ("user.city == ", "Unexpected end of expression"),
            ("user.city == \"x", "Unclosed string at position 13"),
            ("city == \"x\"", "Unexpected 'c' at position 0"),
            ("String.trim(user.city)", "Unknown function 'String.trim' at position 0"),
            ("isMemberOfGroup()", "Function 'isMemberOfGroup' got 0 values"),
            ("user.a == 1 user.b", "Unexpected 'u' at position 12"),
        ] {
            assert_eq!(read(text), Err(error.to_owned()), "{text}");
        }
        assert!(read(&"(".repeat(1000)).is_err());
    }
}
