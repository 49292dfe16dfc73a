//! Two bodies compared: small ones by their structure, others by their lines.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    diff::{Diff, DiffLine, DiffMark, diff_without},
    line_diff::LineDiff,
    open::OpenBody,
    work::{Stopped, Watch},
};

/// Bodies up to this are compared by their structure.
const BY_STRUCTURE: usize = 2 << 20;
/// The most changes one can step through.
const MOST_CHANGES: usize = 10_000;

/// A comparison, without its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BodyDiff {
    /// The id to ask for lines by.
    pub id: String,
    /// How many lines it has.
    pub lines: u32,
    /// Values added; of bodies compared by lines, lines.
    pub added: u32,
    /// Values or lines removed.
    pub removed: u32,
    /// Values changed.
    pub changed: u32,
    /// The lines where changes begin.
    pub changes: Vec<u32>,
}

/// A comparison.
pub(super) enum Compared {
    Structure(Diff),
    Lines(LineDiff),
}

impl Compared {
    /// Compares two bodies. Of those compared by their structure, what is at an ignored path counts as the same.
    pub(super) fn of(
        old: Arc<OpenBody>,
        new: Arc<OpenBody>,
        ignored: &[String],
        watch: &Watch,
    ) -> Result<Self, Stopped> {
        let value = |body: &OpenBody| {
            let text = body.visible();
            let small = text.len() <= BY_STRUCTURE;
            small.then(|| serde_json::from_slice(text).ok()).flatten()
        };
        Ok(match (value(&old), value(&new)) {
            (Some(old), Some(new)) => Self::Structure(diff_without(&old, &new, ignored)),
            _ => Self::Lines(LineDiff::of(old, new, watch)?),
        })
    }

    /// What is told of it.
    pub(super) fn summary(&self, id: String) -> BodyDiff {
        match self {
            Self::Structure(diff) => BodyDiff {
                id,
                lines: diff.lines.len() as u32,
                added: diff.added,
                removed: diff.removed,
                changed: diff.changed,
                changes: changes(&diff.lines),
            },
            Self::Lines(diff) => BodyDiff {
                id,
                lines: diff.count() as u32,
                added: diff.added,
                removed: diff.removed,
                changed: 0,
                changes: diff.changes().take(MOST_CHANGES).map(|line| line as u32).collect(),
            },
        }
    }

    /// `count` lines from line `from`.
    pub(super) fn window(&self, from: usize, count: usize) -> Vec<DiffLine> {
        match self {
            Self::Structure(diff) => diff.lines.iter().skip(from).take(count).cloned().collect(),
            Self::Lines(diff) => diff.window(from, count),
        }
    }
}

/// Where lines begin that differ.
fn changes(lines: &[DiffLine]) -> Vec<u32> {
    let differs = |at: usize| lines[at].mark != DiffMark::Same;
    let begins = |at: &usize| differs(*at) && (*at == 0 || lines[at - 1].mark != lines[*at].mark);
    (0..lines.len())
        .filter(begins)
        .take(MOST_CHANGES)
        .map(|line| line as u32)
        .collect()
}
