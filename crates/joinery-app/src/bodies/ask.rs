//! What takes time on a large body, as fronts ask for it: off their threads, with progress, and to be given up.

use std::sync::Arc;

use joinery_store::table::setting;
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

use super::{
    BodyDiff, BodySummary, TableOrder, TableSummary,
    filter::{self, FilterError, FilterKind},
    find::{FindError, FindText},
    work::{Stopped, Watch},
};
use crate::{
    Event,
    error::{Code, Error},
    studio::Studio,
};

/// Filters remembered per workspace.
const RECENT: usize = 20;

/// A search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FindInBody {
    /// An id the caller chose; [`crate::runs::cancel`] takes it.
    pub id: String,
    /// The body.
    pub body: String,
    /// What to find.
    pub find: FindText,
}

/// What a search gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Hits {
    /// How often it is there.
    #[ts(type = "number")]
    pub count: u64,
    /// How many of these places can be gone to.
    #[ts(type = "number")]
    pub kept: u64,
}

/// A filter to apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FilterBody {
    /// An id the caller chose; [`crate::runs::cancel`] takes it.
    pub id: String,
    /// The body.
    pub body: String,
    /// The filter.
    pub filter: String,
    /// Whether it is offered again later: not while it is being typed.
    pub remember: bool,
}

/// What a filter gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FilteredBody {
    /// The language it was read as.
    pub kind: FilterKind,
    /// How many values it gave.
    pub values: u32,
    /// They as a body: the only one itself, else a list.
    pub body: BodySummary,
}

/// Two bodies to compare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DiffBodies {
    /// An id the caller chose; [`crate::runs::cancel`] takes it.
    pub id: String,
    /// The older body.
    pub old: String,
    /// The newer one.
    pub new: String,
    /// Paths whose values are not compared, as [`super::DiffLine::path`] writes them.
    pub ignored: Vec<String>,
}

/// Finds a text in a body.
///
/// # Errors
/// [`Code::Input`] for an expression that is none, [`Code::Cancelled`].
pub async fn find_in_body(studio: &Arc<Studio>, ask: FindInBody) -> Result<Hits, Error> {
    let FindInBody { id, body, find } = ask;
    let found = apart(studio, &id, move |studio, hear| {
        studio.bodies.find(&body, &find, &Watch::new(hear))
    });
    match found.await? {
        Ok((count, kept)) => Ok(Hits { count, kept }),
        Err(FindError::Stopped(_)) => Err(cancelled()),
        Err(error @ FindError::Pattern { .. }) => Err(Error::new(Code::Input, error.to_string())),
    }
}

/// Applies a filter to a body, and remembers it.
///
/// # Errors
/// [`Code::Input`] with the column of what is wrong in the filter, [`Code::Cancelled`].
pub async fn filter_body(studio: &Arc<Studio>, ask: FilterBody) -> Result<FilteredBody, Error> {
    let FilterBody {
        id,
        body,
        filter,
        remember: is_done,
    } = ask;
    let kind = filter::kind_of(&filter);
    let remembered = filter.trim().to_owned();
    let done = apart(studio, &id, move |studio, hear| {
        let Some(open) = studio.bodies.get(&body) else {
            return Err(closed());
        };
        let program = studio.worker();
        let filtered = if open.known().tree.is_some() && open.summary().complete {
            filter::filter_json(program, open.visible(), kind, &filter, hear)
        } else {
            filter::filter(program, open.visible(), kind, &filter, hear)
        };
        let filtered = filtered?;
        let values = filtered.values.len() as u32;
        let body = studio.bodies.open(filtered.into_text(), "application/json");
        Ok(FilteredBody { kind, values, body })
    });
    let filtered = done.await??;
    if is_done {
        remember(studio, &remembered)?;
    }
    Ok(filtered)
}

/// The filters last used in the open workspace, the latest first.
///
/// # Errors
/// [`Code::Unavailable`].
pub fn recent_filters(studio: &Studio) -> Result<Vec<String>, Error> {
    let kept = setting::get(studio.store()?, &recent_key(studio)?)?.unwrap_or_default();
    Ok(serde_json::from_value(kept).unwrap_or_default())
}

fn remember(studio: &Studio, filter: &str) -> Result<(), Error> {
    let mut filters = recent_filters(studio)?;
    filters.retain(|known| known != filter);
    filters.insert(0, filter.to_owned());
    filters.truncate(RECENT);
    Ok(setting::put(studio.store()?, &recent_key(studio)?, &json!(filters))?)
}

fn recent_key(studio: &Studio) -> Result<String, Error> {
    Ok(format!("filters {}", studio.workspace_folder()?.display()))
}

/// Reads a body's records as a table.
///
/// # Errors
/// [`Code::Cancelled`]; [`Code::Usage`] when the body is not open.
pub async fn body_table(studio: &Arc<Studio>, id: String, body: String) -> Result<TableSummary, Error> {
    let table = apart(studio, &id, move |studio, hear| {
        studio.bodies.table(&body, &Watch::new(hear))
    });
    table.await?.map_err(Error::from)?.ok_or_else(closed)
}

/// Puts the rows of a body's table in order.
///
/// # Errors
/// [`Code::Cancelled`].
pub async fn sort_table(
    studio: &Arc<Studio>,
    id: String,
    body: String,
    order: Option<TableOrder>,
) -> Result<(), Error> {
    let sorted = apart(studio, &id, move |studio, hear| {
        studio.bodies.sort(&body, order, &Watch::new(hear))
    });
    Ok(sorted.await??)
}

/// Compares two bodies.
///
/// # Errors
/// [`Code::Cancelled`]; [`Code::Usage`] when one is not open.
pub async fn diff_bodies(studio: &Arc<Studio>, ask: DiffBodies) -> Result<BodyDiff, Error> {
    let DiffBodies { id, old, new, ignored } = ask;
    let compared = apart(studio, &id, move |studio, hear| {
        studio.bodies.compare(&old, &new, &ignored, &Watch::new(hear))
    });
    compared.await?.map_err(Error::from)?.ok_or_else(closed)
}

/// Does work on a thread of its own, telling fronts how far it is, until it is cancelled by `id`.
async fn apart<T: Send + 'static>(
    studio: &Arc<Studio>,
    id: &str,
    work: impl FnOnce(&Studio, &dyn Fn(f64) -> bool) -> T + Send + 'static,
) -> Result<T, Error> {
    let (stop, _ended) = studio.running.begin(id);
    let (owned, id) = (Arc::clone(studio), id.to_owned());
    let task = tokio::task::spawn_blocking(move || {
        let hear = |share: f64| {
            if share >= 0.0 {
                owned.tell(Event::BodyProgress { id: id.clone(), share });
            }
            !stop.request.is_cancelled()
        };
        work(&owned, &hear)
    });
    task.await
        .map_err(|_| Error::new(Code::Internal, "the work on the body broke off"))
}

impl From<Stopped> for Error {
    fn from(_: Stopped) -> Self {
        cancelled()
    }
}

impl From<FilterError> for Error {
    fn from(error: FilterError) -> Self {
        let message = error.to_string();
        match error {
            FilterError::Filter { column, .. } => Self {
                column,
                hint: column.map(|column| format!("Look at column {column} of the filter.")),
                ..Self::new(Code::Input, message)
            },
            FilterError::NotJson(_) | FilterError::TooMuch => Self::new(Code::Input, message),
            FilterError::Process(_) => Self::new(Code::Unavailable, message),
            FilterError::Stopped(_) => cancelled(),
        }
    }
}

fn cancelled() -> Error {
    Error::new(Code::Cancelled, "stopped before the end")
}

fn closed() -> Error {
    Error::new(Code::Usage, "that body is not open any more").with_hint("Send or run again.")
}
