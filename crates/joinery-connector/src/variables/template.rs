//! What stands between `{{` and `}}`: the name of a variable, or a call such as `now("date", "-1d")`.

/// One expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// A variable's value.
    Variable(String),
    /// A text or number as written, its quotes taken off.
    Literal(String),
    /// A template function's result.
    Call {
        /// The function's name.
        function: String,
        /// What it is given, in order.
        arguments: Vec<Expression>,
    },
}

/// Calls in calls that are read; nobody writes more.
const DEEPEST: usize = 16;

/// Reads the expression that begins at `start`, which may be followed by blanks, and must be followed by `}}`.
/// The expression comes with the byte offset after those braces.
pub fn between_braces(text: &str, start: usize) -> Option<(Expression, usize)> {
    let mut reader = Reader { text, at: start };
    reader.blanks();
    let expression = reader.expression(DEEPEST)?;
    reader.blanks();
    // A literal alone says nothing that the text around it could not.
    let alone = matches!(expression, Expression::Literal(_));
    (!alone && reader.takes("}}")).then_some((expression, reader.at))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn blanks(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }

    fn takes(&mut self, word: &str) -> bool {
        let takes = self.text[self.at..].starts_with(word);
        self.at += if takes { word.len() } else { 0 };
        takes
    }

    fn expression(&mut self, deep: usize) -> Option<Expression> {
        if let quote @ ('"' | '\'') = self.text[self.at..].chars().next()? {
            return self.literal(quote);
        }
        let name = self.name()?;
        if self.takes("(") {
            self.call(name, deep.checked_sub(1)?)
        } else if name.parse::<f64>().is_ok() {
            Some(Expression::Literal(name))
        } else {
            Some(Expression::Variable(name))
        }
    }

    fn name(&mut self) -> Option<String> {
        let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
        let rest = &self.text[self.at..];
        let name = &rest[..rest.find(|letter| !fits(letter)).unwrap_or(rest.len())];
        self.at += name.len();
        (!name.is_empty()).then(|| name.to_owned())
    }

    /// Text between quotes; `\` takes the meaning from what follows it.
    fn literal(&mut self, quote: char) -> Option<Expression> {
        let mut literal = String::new();
        let mut letters = self.text[self.at..].char_indices().skip(1);
        while let Some((offset, letter)) = letters.next() {
            match letter {
                '\\' => literal.push(letters.next()?.1),
                letter if letter == quote => {
                    self.at += offset + letter.len_utf8();
                    return Some(Expression::Literal(literal));
                }
                '\n' => return None,
                letter => literal.push(letter),
            }
        }
        None
    }

    fn call(&mut self, function: String, deep: usize) -> Option<Expression> {
        let mut arguments = Vec::new();
        self.blanks();
        while !self.takes(")") {
            if !arguments.is_empty() && !self.takes(",") {
                return None;
            }
            self.blanks();
            arguments.push(self.expression(deep)?);
            self.blanks();
        }
        Some(Expression::Call { function, arguments })
    }
}
