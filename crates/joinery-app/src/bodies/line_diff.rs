//! How one body differs from another, line by line, at any size: what is kept is which lines are in both, and text is
//! made for the lines that are asked for.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

use super::{
    diff::{DiffLine, DiffMark},
    open::OpenBody,
    types::{BodyLine, BodyView},
    work::{Stopped, Watch},
};

/// Lines hashed at a time.
const STRIDE: usize = 4096;
/// After this the rest is matched roughly: bodies that have little in common would take for ever.
const PATIENCE: Duration = Duration::from_secs(3);

/// Which lines two bodies share.
pub(super) struct LineDiff {
    old: Arc<OpenBody>,
    new: Arc<OpenBody>,
    view: BodyView,
    runs: Vec<Run>,
    pub(super) added: u32,
    pub(super) removed: u32,
}

/// Lines that follow each other and have one mark.
struct Run {
    mark: DiffMark,
    /// The first line's number in the difference.
    first: usize,
    /// The lines' numbers in the body they are taken from.
    lines: Range<usize>,
}

impl LineDiff {
    /// Compares two bodies that have been read whole.
    pub(super) fn of(old: Arc<OpenBody>, new: Arc<OpenBody>, watch: &Watch) -> Result<Self, Stopped> {
        let view = [BodyView::Tree, BodyView::Pretty]
            .into_iter()
            .find(|view| count(&old, *view) > 0 && count(&new, *view) > 0)
            .unwrap_or(BodyView::Raw);
        let total = count(&old, view) + count(&new, view);
        let before = hashes(&old, view, 0, total, watch)?;
        let after = hashes(&new, view, before.len(), total, watch)?;
        let start = before
            .iter()
            .zip(&after)
            .take_while(|(one, other)| one == other)
            .count();
        let rest = before[start..].iter().rev().zip(after[start..].iter().rev());
        let end = rest.take_while(|(one, other)| one == other).count();
        let mut diff = Self {
            old,
            new,
            view,
            runs: Vec::new(),
            added: 0,
            removed: 0,
        };
        diff.push(DiffMark::Same, 0..start);
        let steps = capture_diff_slices_deadline(
            Algorithm::Myers,
            &before[start..before.len() - end],
            &after[start..after.len() - end],
            Some(Instant::now() + PATIENCE),
        );
        for step in steps {
            let moved = |range: Range<usize>| range.start + start..range.end + start;
            if let DiffOp::Equal { .. } = step {
                diff.push(DiffMark::Same, moved(step.new_range()));
            } else {
                diff.push(DiffMark::Removed, moved(step.old_range()));
                diff.push(DiffMark::Added, moved(step.new_range()));
            }
        }
        diff.push(DiffMark::Same, after.len() - end..after.len());
        Ok(diff)
    }

    fn push(&mut self, mark: DiffMark, lines: Range<usize>) {
        if lines.is_empty() {
            return;
        }
        let first = self.count();
        match mark {
            DiffMark::Added => self.added += lines.len() as u32,
            DiffMark::Removed => self.removed += lines.len() as u32,
            DiffMark::Same | DiffMark::Changed => {}
        }
        self.runs.push(Run { mark, first, lines });
    }

    /// How many lines it has.
    pub(super) fn count(&self) -> usize {
        self.runs.last().map_or(0, |run| run.first + run.lines.len())
    }

    /// Where lines begin that are not in both.
    pub(super) fn changes(&self) -> impl Iterator<Item = usize> {
        let differs = |run: &&Run| run.mark != DiffMark::Same;
        self.runs.iter().filter(differs).map(|run| run.first)
    }

    /// `count` lines from line `from`.
    pub(super) fn window(&self, from: usize, count: usize) -> Vec<DiffLine> {
        let until = from.saturating_add(count).min(self.count());
        let begin = self.runs.partition_point(|run| run.first + run.lines.len() <= from);
        let mut lines = Vec::new();
        for run in self.runs[begin..].iter().take_while(|run| run.first < until) {
            let skip = from.saturating_sub(run.first);
            let take = (run.lines.len() - skip).min(until - run.first.max(from));
            let body = if run.mark == DiffMark::Removed {
                &self.old
            } else {
                &self.new
            };
            let window = body.lines(self.view, run.lines.start + skip, take);
            lines.extend(window.into_iter().map(|line| marked(line, run.mark)));
        }
        lines
    }
}

fn marked(line: BodyLine, mark: DiffMark) -> DiffLine {
    DiffLine {
        mark,
        text: line.text,
        depth: line.depth,
        // What is folded here would hide lines of the other body.
        fold_end: None,
        spans: line.spans,
        cut: line.cut,
        path: None,
    }
}

fn count(body: &OpenBody, view: BodyView) -> usize {
    let summary = body.summary();
    (match view {
        BodyView::Tree => summary.tree_lines,
        BodyView::Pretty => summary.pretty_lines,
        BodyView::Raw | BodyView::Hex => summary.raw_lines,
    }) as usize
}

fn hashes(body: &OpenBody, view: BodyView, done: usize, total: usize, watch: &Watch) -> Result<Vec<u64>, Stopped> {
    let count = count(body, view);
    let mut hashes = Vec::with_capacity(count);
    while hashes.len() < count {
        watch.always_at(done + hashes.len(), total)?;
        let window = body.lines(view, hashes.len(), STRIDE);
        if window.is_empty() {
            break;
        }
        hashes.extend(window.iter().map(hash));
    }
    Ok(hashes)
}

/// Of a line as it is told apart: an array with one item more is still that array.
fn hash(line: &BodyLine) -> u64 {
    let mut hasher = DefaultHasher::new();
    let text = match (line.fold_end, line.text.rsplit_once("[  ")) {
        (Some(_), Some((before, _))) => before,
        _ => &line.text,
    };
    (text, line.depth).hash(&mut hasher);
    hasher.finish()
}
