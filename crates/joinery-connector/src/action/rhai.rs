//! Rhai as text: values, keys and strings with parts in them, laid out as a person would.

use serde_json::Value;

/// Columns of a line before a map is laid out over several.
const WIDTH: usize = 100;

/// An expression: a value whose texts may have parts that are computed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    /// `"text"`, a number, `true`, `()`.
    Value(Value),
    /// Code as it stands: `input.user`.
    Code(String),
    /// Text with computed parts.
    Text(Vec<Part>),
    /// `[a, b]`
    Array(Vec<Expression>),
    /// `#{ a: b }`
    Map(Vec<(String, Expression)>),
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    /// As it is.
    Literal(String),
    /// Computed.
    Code(String),
}

/// A text of parts as the simplest expression of it: a part alone stays what it is.
pub(super) fn text(parts: Vec<Part>) -> Expression {
    match parts.as_slice() {
        [] => Expression::Value("".into()),
        [Part::Code(code)] => Expression::Code(code.clone()),
        parts if parts.iter().all(|part| matches!(part, Part::Literal(_))) => Expression::Value(
            parts
                .iter()
                .map(|part| match part {
                    Part::Literal(text) | Part::Code(text) => text.as_str(),
                })
                .collect::<String>()
                .into(),
        ),
        _ => Expression::Text(parts),
    }
}

impl Expression {
    /// The code, continued at `indent` where it takes several lines. `used` columns of the first line are taken.
    pub fn code(&self, indent: usize, used: usize) -> String {
        let line = self.one_line();
        // Maps with maps in them read better over several lines.
        if used + line.len() <= WIDTH && self.depth() <= 2 {
            return line;
        }
        let inner = indent + 4;
        let (pad, end) = (" ".repeat(inner), " ".repeat(indent));
        match self {
            Self::Array(items) if !items.is_empty() => {
                let lines: Vec<String> = items
                    .iter()
                    .map(|item| format!("{pad}{},\n", item.code(inner, inner)))
                    .collect();
                format!("[\n{}{end}]", lines.concat())
            }
            Self::Map(entries) if !entries.is_empty() => {
                let lines: Vec<String> = entries
                    .iter()
                    .map(|(name, value)| {
                        let key = key(name);
                        format!("{pad}{key}: {},\n", value.code(inner, inner + key.len() + 3))
                    })
                    .collect();
                format!("#{{\n{}{end}}}", lines.concat())
            }
            _ => line,
        }
    }

    fn one_line(&self) -> String {
        match self {
            Self::Value(value) => literal(value),
            Self::Code(code) => code.clone(),
            Self::Text(parts) => template(parts),
            Self::Array(items) => format!("[{}]", items.iter().map(Self::one_line).collect::<Vec<_>>().join(", ")),
            Self::Map(entries) if entries.is_empty() => "#{}".to_owned(),
            Self::Map(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(name, value)| format!("{}: {}", key(name), value.one_line()))
                    .collect();
                format!("#{{ {} }}", entries.join(", "))
            }
        }
    }

    fn depth(&self) -> usize {
        match self {
            Self::Array(items) => 1 + items.iter().map(Self::depth).max().unwrap_or(0),
            Self::Map(entries) => 1 + entries.iter().map(|(_, value)| value.depth()).max().unwrap_or(0),
            _ => 0,
        }
    }
}

/// JSON as a Rhai literal.
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "()".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::String(text) => string(text),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole.to_string(),
            (None, Some(fraction)) => {
                let text = format!("{fraction:?}");
                // `1e21` is a whole number followed by a name to Rhai.
                match text.split_once('e') {
                    Some((front, power)) if !front.contains('.') => format!("{front}.0e{power}"),
                    _ => text,
                }
            }
            (None, None) => "0".to_owned(),
        },
        Value::Array(items) => Expression::Array(items.iter().cloned().map(Expression::Value).collect()).one_line(),
        Value::Object(map) => Expression::Map(
            map.iter()
                .map(|(name, value)| (name.clone(), Expression::Value(value.clone())))
                .collect(),
        )
        .one_line(),
    }
}

/// `"text"` with what must be escaped.
pub(super) fn string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            control if control.is_control() => quoted.extend(format!("\\x{:02x}", u32::from(control)).chars()),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// A text with computed parts: between back-ticks, or added up where a back-tick or `${` is part of the text.
fn template(parts: &[Part]) -> String {
    let plain = parts.iter().all(|part| match part {
        Part::Literal(text) => !text.contains(['`', '\n', '\r']) && !text.contains("${") && !text.ends_with('$'),
        Part::Code(_) => true,
    });
    if plain {
        let inside: String = parts
            .iter()
            .map(|part| match part {
                Part::Literal(text) => text.clone(),
                Part::Code(code) => format!("${{{code}}}"),
            })
            .collect();
        return format!("`{inside}`");
    }
    let mut terms: Vec<String> = parts
        .iter()
        .map(|part| match part {
            Part::Literal(text) => string(text),
            Part::Code(code) => code.clone(),
        })
        .collect();
    // The first term decides what `+` means: text.
    if matches!(parts.first(), Some(Part::Code(_))) {
        terms.insert(0, string(""));
    }
    terms.join(" + ")
}

/// A map's key: bare where it can be.
pub(super) fn key(name: &str) -> String {
    if is_name(name) { name.to_owned() } else { string(name) }
}

/// A property of `of`: `input.user`, or `input["for"]` where the name is a word of the language.
pub fn property(of: &str, name: &str) -> String {
    if is_name(name) {
        format!("{of}.{name}")
    } else {
        format!("{of}[{}]", string(name))
    }
}

fn is_name(name: &str) -> bool {
    let fits = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let starts = name
        .trim_start_matches('_')
        .starts_with(|first: char| first.is_ascii_alphabetic());
    fits && starts && !WORDS.contains(&name)
}

/// Words that cannot be names.
const WORDS: &[&str] = &[
    "Fn",
    "as",
    "break",
    "call",
    "catch",
    "const",
    "continue",
    "curry",
    "debug",
    "do",
    "else",
    "eval",
    "export",
    "false",
    "fn",
    "for",
    "global",
    "if",
    "import",
    "in",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "let",
    "loop",
    "print",
    "private",
    "return",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "type_of",
    "until",
    "while",
];
