//! Filtering: what a `JSONPath` or a jq filter makes of a body is a body of its own.

use joinery_script::Program;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    jq::{self, JqError},
    json::{read, scan::value_end},
    jsonpath::{self, PathError},
    types::BodyError,
    work::{Stopped, Watch},
};

/// The language of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum FilterKind {
    /// RFC 9535.
    JsonPath,
    /// jq.
    Jq,
}

/// The values a filter gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filtered {
    /// Each as JSON.
    pub values: Vec<Vec<u8>>,
    /// Whether there can be one at most, which then stands for itself.
    pub single: bool,
}

/// Why a filter gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum FilterError {
    /// The body is no JSON.
    #[error("only JSON can be filtered; line {}, column {}: {}", .0.line, .0.column, .0.message)]
    NotJson(BodyError),
    /// The filter is wrong.
    #[error("{message}")]
    Filter {
        /// Where in it, in characters from 1; `None` where it failed on a value.
        column: Option<u32>,
        /// What is wrong.
        message: String,
    },
    /// It needs too much.
    #[error("the filter needs more memory or calls itself deeper than it may")]
    TooMuch,
    /// It could not be run.
    #[error("the filter cannot be run")]
    Process(#[source] std::io::Error),
    /// It was given up.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

impl From<PathError> for FilterError {
    fn from(error: PathError) -> Self {
        Self::Filter {
            column: Some(error.column),
            message: error.message,
        }
    }
}

impl From<JqError> for FilterError {
    fn from(error: JqError) -> Self {
        match error {
            JqError::Filter { column, message } => Self::Filter { column, message },
            JqError::Ended => Self::TooMuch,
            JqError::Process(source) => Self::Process(source),
            JqError::Stopped(stopped) => Self::Stopped(stopped),
        }
    }
}

/// Which language a filter is in, by how it begins: a path begins with `$`, and no jq filter for a body does.
pub fn kind_of(filter: &str) -> FilterKind {
    let rest = filter.trim_start().strip_prefix('$');
    if rest.is_some_and(|rest| rest.trim_start().is_empty() || rest.trim_start().starts_with(['.', '['])) {
        FilterKind::JsonPath
    } else {
        FilterKind::Jq
    }
}

/// Whether a filter can be read.
///
/// # Errors
/// [`FilterError::Filter`] with its column.
pub fn check_filter(kind: FilterKind, filter: &str) -> Result<(), FilterError> {
    match kind {
        FilterKind::JsonPath => Ok(jsonpath::parse(filter.trim()).map(drop)?),
        FilterKind::Jq => Ok(jq::check(filter)?),
    }
}

/// What a filter makes of a text that may be no JSON. `hear` hears how far it is and says whether it goes on.
///
/// # Errors
/// [`FilterError`].
pub fn filter(
    program: &Program,
    text: &[u8],
    kind: FilterKind,
    filter: &str,
    hear: &dyn Fn(f64) -> bool,
) -> Result<Filtered, FilterError> {
    read::read(text).map_err(FilterError::NotJson)?;
    filter_json(program, text, kind, filter, hear)
}

/// What a filter makes of valid JSON.
pub(super) fn filter_json(
    program: &Program,
    json: &[u8],
    kind: FilterKind,
    filter: &str,
    hear: &dyn Fn(f64) -> bool,
) -> Result<Filtered, FilterError> {
    let values = match kind {
        FilterKind::JsonPath => {
            let query = jsonpath::parse(filter.trim())?;
            let places = jsonpath::evaluate(json, &query, &Watch::new(hear))?;
            let value = |at: u32| json[at as usize..value_end(json, at as usize)].to_vec();
            return Ok(Filtered {
                values: places.into_iter().map(value).collect(),
                single: query.is_singular(),
            });
        }
        FilterKind::Jq => jq::filter(program, json, filter, &|| hear(-1.0))?,
    };
    Ok(Filtered {
        single: values.len() == 1,
        values,
    })
}

impl Filtered {
    /// The values as one JSON text: the one that stands for itself, else a list.
    pub fn into_text(self) -> Vec<u8> {
        if self.single && self.values.len() == 1 {
            return self.values.into_iter().next().unwrap_or_default();
        }
        let size: usize = self.values.iter().map(|value| value.len() + 1).sum();
        let mut text = Vec::with_capacity(size + 2);
        text.push(b'[');
        for (number, value) in self.values.into_iter().enumerate() {
            if number > 0 {
                text.push(b',');
            }
            text.extend(value);
        }
        text.push(b']');
        text
    }
}
