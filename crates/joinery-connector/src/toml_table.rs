//! Reading TOML by hand so that every mistake and every unknown key has its line and column.

use std::ops::Range;

use serde_json::{Map, Value as Json};
use toml_edit::{Document, Item, TableLike, Value};

use crate::{
    file::place,
    problem::{Problem, Severity},
};

/// A TOML text and the name its problems carry.
pub(crate) struct Source<'a> {
    pub text: &'a str,
    pub file: &'a str,
}

impl<'a> Source<'a> {
    pub fn document(&self) -> Result<Document<&'a str>, Problem> {
        Document::parse(self.text)
            .map_err(|error| self.error(error.span(), "syntax", error.message().replace('\n', ", "), None))
    }

    pub fn error(
        &self,
        span: Option<Range<usize>>,
        code: &str,
        message: impl Into<String>,
        hint: Option<String>,
    ) -> Problem {
        let (mut line, mut column, mut end_column) = (0, 0, None);
        if let Some(span) = span {
            (line, column) = place(self.text, span.start);
            let (end_line, end) = place(self.text, span.end);
            end_column = (end_line == line).then_some(end);
        }
        Problem {
            file: self.file.to_owned(),
            line,
            column,
            end_column,
            severity: Severity::Error,
            code: code.to_owned(),
            message: message.into(),
            hint,
        }
    }

    pub fn warning(
        &self,
        span: Option<Range<usize>>,
        code: &str,
        message: impl Into<String>,
        hint: Option<String>,
    ) -> Problem {
        Problem {
            severity: Severity::Warning,
            ..self.error(span, code, message, hint)
        }
    }
}

/// A value and where it stands.
pub(crate) type Placed<T> = (T, Option<Range<usize>>);

/// One key of a table whose keys are the author's own.
pub(crate) struct Entry<'a> {
    pub key: &'a str,
    pub value: Json,
    pub key_span: Option<Range<usize>>,
    pub span: Option<Range<usize>>,
}

/// One table being read; remembers which keys were asked for, so the rest can be reported.
pub(crate) struct Table<'a> {
    pub source: &'a Source<'a>,
    keys: &'a dyn TableLike,
    /// Where the table begins, for keys that are missing.
    span: Option<Range<usize>>,
    /// The path as people write it: `http.retry`; empty for the top.
    path: String,
    asked: Vec<&'static str>,
}

impl<'a> Table<'a> {
    pub fn top(source: &'a Source<'a>, document: &'a Document<&'a str>) -> Self {
        Self::new(source, document.as_table(), None, String::new())
    }

    fn new(source: &'a Source<'a>, table: &'a dyn TableLike, span: Option<Range<usize>>, path: String) -> Self {
        Self {
            source,
            keys: table,
            span,
            path,
            asked: Vec::new(),
        }
    }

    fn item(&mut self, key: &'static str) -> Option<&'a Item> {
        self.asked.push(key);
        self.keys.get(key).filter(|item| !item.is_none())
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// Where the value of `key` stands.
    pub fn span_of(&self, key: &str) -> Option<Range<usize>> {
        self.keys
            .get(key)
            .and_then(Item::span)
            .or_else(|| self.keys.key(key).and_then(toml_edit::Key::span))
            .or_else(|| self.span.clone())
    }

    /// A mistake in the value of `key`.
    pub fn error(&self, key: &str, code: &str, message: impl Into<String>, hint: Option<String>) -> Problem {
        self.source.error(self.span_of(key), code, message, hint)
    }

    fn wrong_type(&self, key: &str, wanted: &str, found: &Item) -> Problem {
        self.error(
            key,
            "wrong_type",
            format!("`{}` must be {wanted}, not {}", self.path_of(key), type_name(found)),
            None,
        )
    }

    pub fn missing(&self, key: &str, example: &str) -> Problem {
        let place = if self.path.is_empty() {
            "the file".to_owned()
        } else {
            format!("`{}`", self.path)
        };
        self.source.error(
            self.span.clone().or(Some(0..0)),
            "missing_key",
            format!("{place} has no `{key}`"),
            Some(format!("add `{example}`")),
        )
    }

    pub fn text(&mut self, key: &'static str) -> Result<Option<String>, Problem> {
        match self.item(key) {
            None => Ok(None),
            Some(item) => match item.as_str() {
                Some(text) => Ok(Some(text.to_owned())),
                None => Err(self.wrong_type(key, "text", item)),
            },
        }
    }

    pub fn required_text(&mut self, key: &'static str, example: &str) -> Result<String, Problem> {
        self.text(key)?.ok_or_else(|| self.missing(key, example))
    }

    pub fn boolean(&mut self, key: &'static str) -> Result<Option<bool>, Problem> {
        match self.item(key) {
            None => Ok(None),
            Some(item) => match item.as_bool() {
                Some(value) => Ok(Some(value)),
                None => Err(self.wrong_type(key, "true or false", item)),
            },
        }
    }

    /// A whole number within `range`.
    pub fn integer(&mut self, key: &'static str, range: Range<i64>) -> Result<Option<i64>, Problem> {
        let Some(item) = self.item(key) else {
            return Ok(None);
        };
        match item.as_integer() {
            Some(value) if range.contains(&value) => Ok(Some(value)),
            Some(value) => Err(self.error(
                key,
                "out_of_range",
                format!(
                    "`{}` must be from {} to {}, not {value}",
                    self.path_of(key),
                    range.start,
                    range.end - 1
                ),
                None,
            )),
            None => Err(self.wrong_type(key, "a whole number", item)),
        }
    }

    /// Texts with their places.
    pub fn texts(&mut self, key: &'static str) -> Result<Vec<Placed<String>>, Problem> {
        self.list(key, "a list of texts", |value| value.as_str().map(str::to_owned))
    }

    /// A list whose entries `read` accepts, with their places.
    pub fn list<T>(
        &mut self,
        key: &'static str,
        wanted: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<Vec<Placed<T>>, Problem> {
        let Some(item) = self.item(key) else {
            return Ok(Vec::new());
        };
        let array = item.as_array().ok_or_else(|| self.wrong_type(key, wanted, item))?;
        array
            .iter()
            .map(|value| match read(value) {
                Some(read) => Ok((read, value.span())),
                None => Err(self.source.error(
                    value.span(),
                    "wrong_type",
                    format!("`{}` must be {wanted}", self.path_of(key)),
                    None,
                )),
            })
            .collect()
    }

    pub fn table(&mut self, key: &'static str) -> Result<Option<Table<'a>>, Problem> {
        let Some(item) = self.item(key) else {
            return Ok(None);
        };
        match item.as_table_like() {
            Some(table) => Ok(Some(Table::new(self.source, table, item.span(), self.path_of(key)))),
            None => Err(self.wrong_type(key, "a table", item)),
        }
    }

    /// `[[key]]` tables, or the same as a list of inline tables.
    pub fn tables(&mut self, key: &'static str) -> Result<Vec<Table<'a>>, Problem> {
        let path = self.path_of(key);
        let named = |index: usize| format!("{path}[{index}]");
        match self.item(key) {
            None => Ok(Vec::new()),
            Some(Item::ArrayOfTables(tables)) => Ok(tables
                .iter()
                .enumerate()
                .map(|(index, table)| Table::new(self.source, table, table.span(), named(index)))
                .collect()),
            Some(item @ Item::Value(Value::Array(array))) => array
                .iter()
                .enumerate()
                .map(|(index, value)| match value.as_inline_table() {
                    Some(table) => Ok(Table::new(self.source, table, value.span(), named(index))),
                    None => Err(self.wrong_type(key, "a list of tables", item)),
                })
                .collect(),
            Some(item) => Err(self.wrong_type(key, &format!("a list of tables, each begun with `[[{path}]]`"), item)),
        }
    }

    /// Every key as text, in order: a table such as `[variables]`. Numbers and booleans stand as they are written.
    pub fn into_texts(self) -> Result<Vec<(String, String)>, Problem> {
        self.keys
            .iter()
            .map(|(key, item)| match item.as_value() {
                Some(Value::String(text)) => Ok((key.to_owned(), text.value().clone())),
                Some(Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_)) => {
                    Ok((key.to_owned(), plain_text(&json(item))))
                }
                _ => Err(self.wrong_type(key, "text", item)),
            })
            .collect()
    }

    /// Every key with its value and place, in order: a table whose keys are the author's own, such as `expect`.
    pub fn entries(&self) -> Vec<Entry<'a>> {
        let place = |key: &str, item: &Item| {
            item.span()
                .or_else(|| self.keys.key(key).and_then(toml_edit::Key::span))
        };
        self.keys
            .iter()
            .map(|(key, item)| Entry {
                key,
                value: json(item),
                key_span: self.keys.key(key).and_then(toml_edit::Key::span),
                span: place(key, item),
            })
            .collect()
    }

    /// The value of `key`, whatever it is.
    pub fn any(&mut self, key: &'static str) -> Option<Json> {
        self.item(key).map(json)
    }

    /// Whether `key` holds a table.
    pub fn holds_table(&self, key: &str) -> bool {
        self.keys.get(key).is_some_and(Item::is_table_like)
    }

    /// Every key not asked for, as JSON: settings that belong to somebody else.
    pub fn rest(&self) -> Map<String, Json> {
        self.keys
            .iter()
            .filter(|(key, _)| !self.asked.contains(key))
            .map(|(key, item)| (key.to_owned(), json(item)))
            .collect()
    }

    /// A warning for every key that was not asked for.
    pub fn unknown(&self, problems: &mut Vec<Problem>) {
        for (key, _) in self.keys.iter().filter(|(key, _)| !self.asked.contains(key)) {
            let nearest = nearest(key, self.asked.iter().copied());
            problems.push(self.source.warning(
                self.keys.key(key).and_then(toml_edit::Key::span),
                "unknown_key",
                format!("unknown key `{}`", self.path_of(key)),
                Some(match nearest {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("known keys: {}", self.asked.join(", ")),
                }),
            ));
        }
    }
}

/// The name among `known` that `name` was probably meant to be.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (name.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *candidate != name)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Text as it is, anything else as JSON.
pub(crate) fn plain_text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn type_name(item: &Item) -> &'static str {
    match item {
        Item::ArrayOfTables(_) | Item::Value(Value::Array(_)) => "a list",
        Item::Table(_) | Item::Value(Value::InlineTable(_)) => "a table",
        Item::Value(Value::String(_)) => "text",
        Item::Value(Value::Integer(_) | Value::Float(_)) => "a number",
        Item::Value(Value::Boolean(_)) => "true or false",
        Item::Value(Value::Datetime(_)) => "a date",
        Item::None => "nothing",
    }
}

/// The same value as JSON; dates become text.
pub(crate) fn json(item: &Item) -> Json {
    match item {
        Item::None => Json::Null,
        Item::Value(value) => json_value(value),
        Item::Table(table) => table.iter().map(|(key, item)| (key.to_owned(), json(item))).collect(),
        Item::ArrayOfTables(tables) => tables
            .iter()
            .map(|table| -> Json { table.iter().map(|(key, item)| (key.to_owned(), json(item))).collect() })
            .collect(),
    }
}

fn json_value(value: &Value) -> Json {
    match value {
        Value::String(text) => Json::from(text.value().as_str()),
        Value::Integer(number) => Json::from(*number.value()),
        Value::Float(number) => Json::from(*number.value()),
        Value::Boolean(value) => Json::from(*value.value()),
        Value::Datetime(date) => Json::from(date.value().to_string()),
        Value::Array(array) => array.iter().map(json_value).collect(),
        Value::InlineTable(table) => table
            .iter()
            .map(|(key, value)| (key.to_owned(), json_value(value)))
            .collect(),
    }
}
