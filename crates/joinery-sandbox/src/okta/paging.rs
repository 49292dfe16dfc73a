//! Pages: limits, cursors and the `Link` header lines, written the way Okta writes them.

use axum::http::header::LINK;
use url::form_urlencoded;

use super::call::{Call, Reply};
use super::errors::Problem;

/// Parameters that Okta's links leave out.
const FORGOTTEN: &[&str] = &["useOptimization", "alwaysIncludeVpnSettings", "includeNonDeleted"];

/// How many a list gives.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Where the caller says nothing.
    pub default: usize,
    /// The most.
    pub most: usize,
}

impl Limits {
    /// The limit of a call: more than the most is cut down to it.
    ///
    /// # Errors
    /// E0000001 where it is no whole number above 0.
    pub fn of(self, call: &Call<'_>) -> Result<usize, Problem> {
        let Some(text) = call.query.filled("limit") else {
            return Ok(self.default);
        };
        match text.parse::<i64>() {
            Ok(limit) if limit > 0 => Ok(usize::try_from(limit).unwrap_or(self.most).min(self.most)),
            _ => Err(Problem::validation(
                "limit",
                vec![format!(
                    "limit: '{text}' is not valid. It must be a whole number from 1 to {}.",
                    self.most
                )],
            )),
        }
    }
}

/// Adds `Link: <...>; rel="self"` and, where there is more, a second line with `rel="next"`.
pub fn link(reply: Reply, call: &Call<'_>, limit: usize, next: Option<&str>) -> Reply {
    let reply = reply.with_header(LINK, &format!("<{}>; rel=\"self\"", address(call, limit, None)));
    match next {
        Some(cursor) => reply.with_header(LINK, &format!("<{}>; rel=\"next\"", address(call, limit, Some(cursor)))),
        None => reply,
    }
}

/// The address of a page: cursor first, then the limit in force, then the rest as the caller sent it.
fn address(call: &Call<'_>, limit: usize, cursor: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(cursor) = cursor.or_else(|| call.query.get("after")) {
        query.append_pair("after", cursor);
    }
    query.append_pair("limit", &limit.to_string());
    // The list of an app's tokens forgets what it was asked to expand; every other list remembers.
    let forgets = |name: &str| FORGOTTEN.contains(&name) || name == "expand" && call.path.ends_with("/tokens");
    query.extend_pairs(
        call.query
            .iter()
            .filter(|(name, _)| !matches!(*name, "after" | "limit") && !forgets(name)),
    );
    let path = call.path.trim_end_matches('/');
    format!("{}{path}?{}", call.state.url(), query.finish())
}
