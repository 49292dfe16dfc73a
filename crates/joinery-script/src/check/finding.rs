//! A problem with what can be done about it.

use joinery_connector::Problem;
use serde::{Deserialize, Serialize};

use crate::language::{Lines, Place, Span, lines::Unit};

/// A problem and its fix, where there is one that a machine can make.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What is wrong.
    pub problem: Problem,
    /// What puts it right.
    pub fix: Option<QuickFix>,
}

/// Edits that put a problem right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuickFix {
    /// What they do, as a command: `Write encode_path`.
    pub title: String,
    /// Whether they cannot change what a working script does.
    pub safe: bool,
    /// The edits.
    pub edits: Vec<Edit>,
}

/// A piece of a file with another text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The file.
    pub file: String,
    /// The piece, in bytes.
    pub span: Span,
    /// What is to stand there.
    pub text: String,
}

impl From<Problem> for Finding {
    fn from(problem: Problem) -> Self {
        Self { problem, fix: None }
    }
}

impl Finding {
    /// The finding without a fix that cannot be made: one of another file than `file`, or of pieces that `text` does not
    /// have or that touch each other. Whoever found it may be a worker that a script has taken over.
    pub(crate) fn within(mut self, file: &str, text: &str) -> Self {
        self.fix = self.fix.filter(|fix| fix.fits(file, text));
        self
    }

    /// Offers another text for the very piece the problem is about. `text` is the file.
    pub(super) fn replaced_by(mut self, text: &str, title: String, replacement: String) -> Self {
        let Some(end) = self.problem.end_column.filter(|_| self.problem.line > 0) else {
            return self;
        };
        let lines = Lines::of(text);
        let byte = |column: u32| {
            let place = Place {
                line: self.problem.line as usize - 1,
                column: column.max(1) as usize - 1,
            };
            lines.byte(text, place, Unit::Scalar)
        };
        let span = Span::new(byte(self.problem.column), byte(end));
        self.fix = Some(QuickFix {
            title,
            safe: false,
            edits: vec![Edit {
                file: self.problem.file.clone(),
                span,
                text: replacement,
            }],
        });
        self
    }
}

impl QuickFix {
    fn fits(&self, file: &str, text: &str) -> bool {
        let mut spans: Vec<Span> = self.edits.iter().map(|edit| edit.span).collect();
        spans.sort();
        let there = |span: &Span| text.get(span.start..span.end).is_some();
        self.edits.iter().all(|edit| edit.file == file)
            && spans.iter().all(there)
            && spans.windows(2).all(|pair| pair[0].end <= pair[1].start)
    }
}

/// The text of `file` after those of the fixes that are safe, and how many those are. Of fixes that touch each other the
/// first is made.
pub fn fixed(file: &str, text: &str, findings: &[Finding]) -> (String, usize) {
    let safe = findings
        .iter()
        .filter_map(|finding| finding.fix.as_ref())
        .filter(|fix| fix.safe);
    let mut fixes: Vec<&QuickFix> = safe
        .filter(|fix| fix.edits.iter().all(|edit| edit.file == file))
        .collect();
    fixes.sort_by_key(|fix| fix.edits.iter().map(|edit| edit.span).min());
    let (mut edits, mut made): (Vec<&Edit>, usize) = (Vec::new(), 0);
    for fix in fixes {
        let apart = |new: &Edit| {
            edits
                .iter()
                .all(|old| new.span.end < old.span.start || old.span.end < new.span.start)
        };
        if fix.edits.iter().all(apart) {
            edits.extend(&fix.edits);
            made += 1;
        }
    }
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span));
    let mut fixed = text.to_owned();
    for edit in edits {
        fixed.replace_range(edit.span.start..edit.span.end, &edit.text);
    }
    (fixed, made)
}

#[cfg(test)]
mod tests {
    use joinery_connector::Severity;

    use super::*;

    fn finding(spans: &[(usize, usize)], file: &str) -> Finding {
        let problem = Problem {
            file: "a.rhai".into(),
            line: 1,
            column: 1,
            end_column: None,
            severity: Severity::Warning,
            code: "x".into(),
            message: "x".into(),
            hint: None,
        };
        let edit = |(start, end): &(usize, usize)| Edit {
            file: file.into(),
            span: Span {
                start: *start,
                end: *end,
            },
            text: String::new(),
        };
        let fix = QuickFix {
            title: "Fix".into(),
            safe: true,
            edits: spans.iter().map(edit).collect(),
        };
        Finding {
            problem,
            fix: Some(fix),
        }
    }

    #[test]
    fn a_fix_that_cannot_be_made_is_left_out() {
        let text = "let ö = 1;";
        let kept = |spans: &[(usize, usize)], file: &str| finding(spans, file).within("a.rhai", text).fix.is_some();
        assert!(kept(&[(4, 6), (0, 3)], "a.rhai"));
        assert!(!kept(&[(0, 3)], "connection.rhai"));
        assert!(!kept(&[(0, 99)], "a.rhai"));
        assert!(!kept(&[(3, 0)], "a.rhai"));
        assert!(!kept(&[(5, 6)], "a.rhai"), "in the middle of a letter");
        assert!(!kept(&[(0, 3), (2, 4)], "a.rhai"));
    }
}
