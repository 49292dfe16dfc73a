//! Views over bodies and outputs. A body never crosses to the window as one string: fronts ask for windows of lines.

mod ask;
mod compared;
mod diff;
mod filter;
mod find;
mod held;
mod hex;
mod jq;
mod json;
mod jsonpath;
mod kind;
mod line_diff;
mod line_text;
mod markup;
mod open;
mod outside;
mod place;
mod raw;
mod table;
mod types;
mod work;

pub use ask::{
    DiffBodies, FilterBody, FilteredBody, FindInBody, Hits, body_table, diff_bodies, filter_body, find_in_body,
    recent_filters, sort_table,
};
pub use compared::BodyDiff;
pub use diff::{Diff, DiffLine, DiffLines, DiffMark, diff, window};
pub use filter::{FilterError, FilterKind, Filtered, check_filter, filter, kind_of};
pub use find::{FindError, FindText};
pub use held::{Bodies, HitPlace};
pub use jq::serve_if_asked;
pub use outside::document;
pub use place::{BodyCrumb, BodyPlace};
pub use table::{TableCell, TableOrder, TableRows, TableSummary};
pub use types::{BodyError, BodyFormat, BodyKind, BodyLine, BodyLines, BodySummary, BodyView};
pub use work::{Stopped, Watch};

/// The tree lines of a value.
pub fn tree_lines_of(value: &serde_json::Value) -> Vec<BodyLine> {
    let text = value.to_string();
    // What serde_json writes is JSON.
    let tree = json::read::read(text.as_bytes()).unwrap_or_default();
    let lines = tree.window(text.as_bytes(), json::lines::Look::Tree, 0, u32::MAX);
    lines.into_iter().map(|text| text.line).collect()
}

#[cfg(test)]
mod tests;
