//! How one page of a list leads to the next: `[http] pagination` of `connector.toml`, or the options of `http.pages`.

use joinery_connector::manifest::{Pagination, PaginationKind};
use rhai::{Array, Dynamic, EvalAltResult, Map};

use super::{
    collections::Path,
    options::{Options, PAGES},
    response::Response,
};
use crate::{error::complain, json};

/// Pages that are followed at most where nothing is said.
const MAX_PAGES: i64 = 1_000;
/// The kinds by their words.
const KINDS: &[PaginationKind] = &[
    PaginationKind::Link,
    PaginationKind::NextUrl,
    PaginationKind::Cursor,
    PaginationKind::Offset,
];

/// How pages are followed.
pub struct Rule {
    /// What leads on.
    pub kind: Kind,
    /// Where the list is, if the body is not the list itself.
    items: Option<String>,
    /// The most that are followed.
    pub max_pages: usize,
}

/// What leads from one page to the next.
pub enum Kind {
    /// A link relation of the `Link` header.
    Link(String),
    /// A URL in the body.
    NextUrl(Path),
    /// A cursor in the body.
    Cursor(Cursor),
    /// A count.
    Offset(Offset),
}

/// A cursor in the body, sent back in a parameter.
pub struct Cursor {
    /// Where it is.
    pub path: Path,
    /// The parameter.
    pub parameter: String,
    /// What says whether there is more.
    pub more: Option<Path>,
}

/// A count of items or pages, sent in a parameter.
pub struct Offset {
    /// The parameter.
    pub parameter: String,
    /// Its first value.
    pub start: i64,
    /// Whether it counts pages.
    pub by_pages: bool,
    /// Items a page.
    pub size: Option<i64>,
    /// The parameter of the size.
    pub size_parameter: String,
    /// What says whether there is more.
    pub more: Option<Path>,
}

impl Kind {
    /// What was done with what led on, for the complaint that it did so before.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Link(_) | Self::NextUrl(_) => "linked to",
            Self::Cursor(_) | Self::Offset(_) => "given",
        }
    }
}

impl Rule {
    /// The connector's rule with `options` over it.
    ///
    /// # Errors
    /// What is wrong with the options.
    pub fn read(manifest: Option<&Pagination>, options: Option<&Map>) -> Result<Self, Box<EvalAltResult>> {
        let mut settings = Map::new();
        let mut kind = PaginationKind::Link;
        if let Some(pagination) = manifest {
            kind = pagination.kind;
            for (name, value) in &pagination.settings {
                settings.insert(name.as_str().into(), json::to_dynamic(value));
            }
        }
        if let Some(given) = options {
            let options = Options::new("http.pages", given, PAGES)?;
            let words: Vec<&str> = KINDS.iter().map(|kind| kind.word()).collect();
            if let Some(at) = options.word("kind", &words)? {
                // The settings of another kind say nothing of this one.
                if KINDS[at] != kind {
                    settings.clear();
                }
                kind = KINDS[at];
            }
            for (name, value) in given {
                if name != "kind" && !kind.keys().contains(&name.as_str()) {
                    return Err(options.wrong(name, &format!("has no meaning for the kind `{}`", kind.word())));
                }
                settings.insert(name.clone(), value.clone());
            }
            settings.remove("kind");
        }
        Self::of(kind, &Options::new("http.pages", &settings, PAGES)?)
    }

    fn of(kind: PaginationKind, options: &Options) -> Result<Self, Box<EvalAltResult>> {
        let text = |key: &str, otherwise: &str| -> Result<String, Box<EvalAltResult>> {
            Ok(options.text(key)?.map_or_else(|| otherwise.to_owned(), Into::into))
        };
        let path = |key: &str, otherwise: &str| text(key, otherwise).map(|path| Path::new(&path));
        let more = || -> Result<_, Box<EvalAltResult>> { Ok(options.text("more")?.map(|path| Path::new(&path))) };
        let kind = match kind {
            PaginationKind::Link => Kind::Link(text("rel", "next")?.to_ascii_lowercase()),
            PaginationKind::NextUrl => Kind::NextUrl(path("next", "next")?),
            PaginationKind::Cursor => Kind::Cursor(Cursor {
                path: path("cursor", "next_cursor")?,
                parameter: text("parameter", "cursor")?,
                more: more()?,
            }),
            PaginationKind::Offset => {
                let by_pages = options.word("step", &["items", "pages"])? == Some(1);
                Kind::Offset(Offset {
                    parameter: text("parameter", if by_pages { "page" } else { "offset" })?,
                    start: options.number("start", 0, i64::MAX)?.unwrap_or(i64::from(by_pages)),
                    by_pages,
                    size: options.number("size", 1, 1_000_000)?,
                    size_parameter: text("size_parameter", "limit")?,
                    more: more()?,
                })
            }
        };
        Ok(Self {
            kind,
            items: options.text("items")?.map(Into::into),
            max_pages: options.number("max_pages", 1, 100_000)?.unwrap_or(MAX_PAGES) as usize,
        })
    }

    /// The list on a page, where there is one.
    pub fn list(&self, page: &Response) -> Result<Option<Array>, Box<EvalAltResult>> {
        let body = page.body()?;
        let found = match &self.items {
            Some(path) => Path::new(path).or_unit(&body),
            None => body,
        };
        Ok(found.into_array().ok())
    }

    /// The list on a page.
    ///
    /// # Errors
    /// There is none where it is looked for.
    pub fn list_or_throw(&self, page: &Response) -> Result<Array, Box<EvalAltResult>> {
        if let Some(list) = self.list(page)? {
            return Ok(list);
        }
        let url = &page.head().url;
        if let Some(path) = &self.items {
            return Err(complain(format!(
                "{url} answered without a list at `{path}`, which `items` names"
            )));
        }
        let body = page.body()?;
        let lists: Vec<String> = match body.as_map_ref() {
            Ok(map) => map
                .iter()
                .filter(|(_, value)| value.is_array())
                .map(|(name, _)| format!("`{name}`"))
                .collect(),
            Err(_) => Vec::new(),
        };
        let hint = if lists.is_empty() {
            "use http.pages to see it".to_owned()
        } else {
            format!("its lists are at {}: name one with `items`", lists.join(", "))
        };
        Err(complain(format!("{url} did not answer with a list; {hint}")))
    }

    /// A text or number at `path` of the body; `None` where there is nothing.
    pub fn text(path: &Path, page: &Response) -> Result<Option<String>, Box<EvalAltResult>> {
        let value = path.or_unit(&page.body()?);
        let text = if value.is_string() || value.is_int() {
            value.to_string()
        } else {
            String::new()
        };
        Ok((!text.is_empty()).then_some(text))
    }

    /// Whether the body says at `more` that there is no more.
    pub fn is_done(more: Option<&Path>, page: &Response) -> Result<bool, Box<EvalAltResult>> {
        let Some(path) = more else { return Ok(false) };
        let value: Dynamic = path.or_unit(&page.body()?);
        Ok(value.is_unit() || value.as_bool().is_ok_and(|more| !more))
    }
}
