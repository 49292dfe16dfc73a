//! `connector.toml`: what a connector is and how it signs in. Unknown keys are kept on save and reported.

use serde::{Deserialize, Serialize};

use crate::{
    cassette::TestSettings,
    form::{Control, FormField, RESERVED},
    problem::Problem,
    toml_table::{Source, Table, nearest, plain_text},
};

/// The contents of `connector.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the file format; 1.
    pub format: u32,
    /// Lower-case letters, digits, `_` and `-`.
    pub id: String,
    /// The name on screen.
    pub title: String,
    /// Semantic version.
    pub version: String,
    /// One sentence.
    pub description: String,
    /// Host patterns scripts may call, `{{variables}}` allowed. The base URL's host is always allowed.
    pub hosts: Vec<String>,
    /// How it talks HTTP.
    pub http: HttpSettings,
    /// What a connection profile holds besides its auth kind's settings.
    pub fields: Vec<FormField>,
    /// The ways to sign in that a user can choose among.
    pub auth: Vec<AuthChoice>,
    /// How its tests are recorded and replayed.
    #[serde(default)]
    pub tests: TestSettings,
}

/// The `[http]` table.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct HttpSettings {
    /// The base URL, `{{variables}}` allowed.
    pub base_url: String,
    /// When to repeat a request.
    pub retry: Option<RetryRule>,
    /// What `http.pages` follows.
    pub pagination: Option<Pagination>,
}

/// How one page leads to the next: `pagination = "link"`, or a table with `kind` and that kind's own settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pagination {
    /// `link`, `next_url`, `cursor` or `offset`.
    pub kind: PaginationKind,
    /// The kind's own settings.
    #[serde(flatten)]
    pub settings: serde_json::Map<String, serde_json::Value>,
}

/// Where the next page is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaginationKind {
    /// The `Link` header with `rel="next"`.
    Link,
    /// A URL in the body.
    NextUrl,
    /// A cursor in the body, sent back as a query parameter.
    Cursor,
    /// A count of items to skip.
    Offset,
}

impl PaginationKind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        PAGINATION
            .iter()
            .find(|(_, kind)| *kind == self)
            .map_or("link", |(word, _)| word)
    }

    /// The settings it has of its own, and those that every kind has.
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Link => &["rel", "items", "max_pages"],
            Self::NextUrl => &["next", "items", "max_pages"],
            Self::Cursor => &["cursor", "parameter", "more", "items", "max_pages"],
            Self::Offset => &[
                "parameter",
                "start",
                "step",
                "size",
                "size_parameter",
                "more",
                "items",
                "max_pages",
            ],
        }
    }
}

/// When and how a request is repeated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RetryRule {
    /// Statuses that are repeated.
    pub statuses: Vec<u16>,
    /// How often at most.
    pub max: u32,
    /// How long to wait in between.
    pub wait: RetryWait,
}

/// What the wait before a retry is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetryWait {
    /// `X-Rate-Limit-Reset` minus the `Date` header, plus one second (as Okta's SDKs do).
    XRateLimitReset,
    /// The `Retry-After` header.
    RetryAfter,
    /// 1 s, 2 s, 4 s ...
    Exponential,
}

/// One `[[auth]]` table: an auth kind with that kind's own settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuthChoice {
    /// Its name in this connector.
    pub id: String,
    /// Its name on screen.
    pub label: String,
    /// The auth kind, such as `api_key`.
    pub kind: String,
    /// The kind's own settings.
    #[serde(flatten)]
    pub settings: serde_json::Map<String, serde_json::Value>,
}

/// The name every problem of this file carries.
const FILE: &str = "connector.toml";

impl Manifest {
    /// Reads the text of a `connector.toml`. Unknown keys come back as warnings with their place.
    ///
    /// # Errors
    /// The first mistake that makes the file unusable, with line and column.
    pub fn parse(text: &str) -> Result<(Self, Vec<Problem>), Problem> {
        let source = Source { text, file: FILE };
        let document = source.document()?;
        let mut problems = Vec::new();
        let mut top = Table::top(&source, &document);
        let format = read_format(&mut top)?;
        let id = read_id(&mut top)?;
        let title = top.text("title")?.unwrap_or_else(|| id.clone());
        let version = read_version(&mut top)?;
        let description = top.text("description")?.unwrap_or_default();
        let hosts = read_hosts(&mut top, &mut problems)?;
        let http = match top.table("http")? {
            Some(table) => read_http(table, &mut problems)?,
            None => HttpSettings::default(),
        };
        let fields = read_fields(&mut top, &mut problems)?;
        let auth = read_auth(&mut top)?;
        let tests = match top.table("tests")? {
            Some(table) => TestSettings::read(table, &mut problems)?,
            None => TestSettings::default(),
        };
        top.unknown(&mut problems);
        problems.sort_by_key(|problem| (problem.line, problem.column));
        let manifest = Self {
            format,
            id,
            title,
            version,
            description,
            hosts,
            http,
            fields,
            auth,
            tests,
        };
        Ok((manifest, problems))
    }
}

fn read_format(top: &mut Table) -> Result<u32, Problem> {
    match top.integer("format", 0..i64::from(u32::MAX))? {
        Some(1) => Ok(1),
        Some(other) => Err(top.error(
            "format",
            "unknown_format",
            format!("this connector has format {other}; this Joinery reads format 1"),
            Some("open it with a newer Joinery".to_owned()),
        )),
        None => Err(top.missing("format", "format = 1")),
    }
}

fn read_id(top: &mut Table) -> Result<String, Problem> {
    let id = top.required_text("id", "id = \"okta\"")?;
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    if id.is_empty() || id.len() > 64 || !id.bytes().all(fits) {
        return Err(top.error(
            "id",
            "id",
            format!("`{id}` cannot be an id"),
            Some("use up to 64 lower-case letters, digits, `_` and `-`".to_owned()),
        ));
    }
    Ok(id)
}

fn read_version(top: &mut Table) -> Result<String, Problem> {
    let version = top.required_text("version", "version = \"0.1.0\"")?;
    match semver::Version::parse(&version) {
        Ok(_) => Ok(version),
        Err(error) => Err(top.error(
            "version",
            "version",
            format!("`{version}` is not a version: {error}"),
            Some("write three numbers, such as `1.4.0`".to_owned()),
        )),
    }
}

fn read_hosts(top: &mut Table, problems: &mut Vec<Problem>) -> Result<Vec<String>, Problem> {
    let mut hosts = Vec::new();
    for (host, span) in top.texts("hosts")? {
        let rest = host.strip_prefix("*.").unwrap_or(&host);
        if rest.is_empty() || rest.contains(['*', '/', '@', ' ']) {
            problems.push(top.source.warning(
                span,
                "host_pattern",
                format!("no host can match `{host}`"),
                Some("write a host such as `api.acme.example`, or `*.acme.example` for all below it".to_owned()),
            ));
        }
        hosts.push(host);
    }
    Ok(hosts)
}

fn read_http(mut table: Table, problems: &mut Vec<Problem>) -> Result<HttpSettings, Problem> {
    let base_url = table.text("base_url")?.unwrap_or_default();
    let retry = match table.table("retry")? {
        Some(retry) => Some(read_retry(retry, problems)?),
        None => None,
    };
    let pagination = if table.holds_table("pagination") {
        match table.table("pagination")? {
            Some(mut inner) => {
                let word = inner.required_text("kind", "kind = \"link\"")?;
                let kind = choice(&inner, "kind", &word, PAGINATION)?;
                let mut settings = serde_json::Map::new();
                for key in kind.keys() {
                    if let Some(value) = inner.any(key) {
                        settings.insert((*key).to_owned(), value);
                    }
                }
                inner.unknown(problems);
                Some(Pagination { kind, settings })
            }
            None => None,
        }
    } else {
        match table.text("pagination")? {
            Some(word) => Some(Pagination {
                kind: choice(&table, "pagination", &word, PAGINATION)?,
                settings: serde_json::Map::new(),
            }),
            None => None,
        }
    };
    table.unknown(problems);
    Ok(HttpSettings {
        base_url,
        retry,
        pagination,
    })
}

const PAGINATION: &[(&str, PaginationKind)] = &[
    ("link", PaginationKind::Link),
    ("next_url", PaginationKind::NextUrl),
    ("cursor", PaginationKind::Cursor),
    ("offset", PaginationKind::Offset),
];

const WAITS: &[(&str, RetryWait)] = &[
    ("x-rate-limit-reset", RetryWait::XRateLimitReset),
    ("retry-after", RetryWait::RetryAfter),
    ("exponential", RetryWait::Exponential),
];

fn read_retry(mut table: Table, problems: &mut Vec<Problem>) -> Result<RetryRule, Problem> {
    let statuses = table
        .list("statuses", "a list of statuses from 100 to 599", |value| {
            value
                .as_integer()
                .and_then(|status| u16::try_from(status).ok())
                .filter(|status| (100..600).contains(status))
        })?
        .into_iter()
        .map(|(status, _)| status)
        .collect();
    let max = table.integer("max", 0..101)?.unwrap_or(3);
    let wait = match table.text("wait")? {
        Some(word) => choice(&table, "wait", &word, WAITS)?,
        None => RetryWait::Exponential,
    };
    table.unknown(problems);
    Ok(RetryRule {
        statuses,
        max: u32::try_from(max).expect("from 0 to 100"),
        wait,
    })
}

/// The value that `word` names, or a mistake that lists the words.
fn choice<T: Copy>(table: &Table, key: &str, word: &str, known: &[(&str, T)]) -> Result<T, Problem> {
    if let Some((_, value)) = known.iter().find(|(name, _)| *name == word) {
        return Ok(*value);
    }
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    Err(table.error(
        key,
        "unknown_value",
        format!("`{word}` is not a known `{key}`"),
        Some(match nearest(word, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("use one of: {}", names.join(", ")),
        }),
    ))
}

fn read_fields(top: &mut Table, problems: &mut Vec<Problem>) -> Result<Vec<FormField>, Problem> {
    let mut fields: Vec<FormField> = Vec::new();
    for mut table in top.tables("fields")? {
        let name = table.required_text("name", "name = \"domain\"")?;
        if fields.iter().any(|field| field.name == name) {
            return Err(table.error(
                "name",
                "duplicate",
                format!("there are two fields named `{name}`"),
                None,
            ));
        }
        if RESERVED.contains(&name.as_str()) {
            return Err(table.error(
                "name",
                "reserved",
                format!("`{name}` is a network setting of every connection"),
                Some("choose another name".to_owned()),
            ));
        }
        let pattern = table.text("pattern")?;
        if let Some(error) = pattern.as_deref().and_then(|pattern| regex::Regex::new(pattern).err()) {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
            return Err(table.error(
                "pattern",
                "pattern",
                format!("this pattern does not work: {reason}"),
                None,
            ));
        }
        let field = FormField {
            label: table.text("label")?.unwrap_or_else(|| name.clone()),
            hint: table.text("hint")?,
            control: read_control(&mut table)?,
            required: table.boolean("required")?.unwrap_or(true),
            pattern,
            default: table.any("default").map(|value| plain_text(&value)),
            name,
        };
        table.unknown(problems);
        fields.push(field);
    }
    Ok(fields)
}

fn read_control(table: &mut Table) -> Result<Control, Problem> {
    #[derive(Clone, Copy)]
    enum Kind {
        Text,
        Switch,
    }
    let word = table.text("type")?.unwrap_or_else(|| "string".to_owned());
    let kind = choice(
        table,
        "type",
        &word,
        &[("string", Kind::Text), ("text", Kind::Text), ("boolean", Kind::Switch)],
    )?;
    let secret = table.boolean("secret")?.unwrap_or(false);
    let options: Vec<String> = table.texts("options")?.into_iter().map(|(option, _)| option).collect();
    Ok(if secret {
        Control::Secret
    } else if !options.is_empty() {
        Control::Select { options }
    } else {
        match kind {
            Kind::Text => Control::Text,
            Kind::Switch => Control::Switch,
        }
    })
}

fn read_auth(top: &mut Table) -> Result<Vec<AuthChoice>, Problem> {
    let mut choices: Vec<AuthChoice> = Vec::new();
    for mut table in top.tables("auth")? {
        let id = table.required_text("id", "id = \"api_token\"")?;
        if choices.iter().any(|choice| choice.id == id) {
            return Err(table.error(
                "id",
                "duplicate",
                format!("there are two ways to sign in named `{id}`"),
                None,
            ));
        }
        let label = table.text("label")?.unwrap_or_else(|| id.clone());
        let kind = table.required_text("kind", "kind = \"bearer\"")?;
        choices.push(AuthChoice {
            id,
            label,
            kind,
            settings: table.rest(),
        });
    }
    Ok(choices)
}

#[cfg(test)]
mod tests;
