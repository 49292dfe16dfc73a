//! Where a value is: its path as `JSONPath` (RFC 9535) and as an expression of a script.

use joinery_connector::action::property;

use super::{
    index::{Index, Long, STEP},
    scan::{piece, space, string_end, unescape},
    walk::{Item, Kind, Walk},
};

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::bodies) enum Step {
    /// To a member of an object.
    Key(String),
    /// To an element of an array.
    Index(u32),
}

/// A path as `$.profile.login` or `$[3]['odd key']`.
pub(in crate::bodies) fn json_path(steps: &[Step]) -> String {
    let step = |step: &Step| match step {
        Step::Key(key) if is_name(key) => format!(".{key}"),
        Step::Key(key) => format!("['{}']", escape(key, '\'')),
        Step::Index(index) => format!("[{index}]"),
    };
    format!("${}", steps.iter().map(step).collect::<String>())
}

/// A path as a script reaches it from the answer: `response.body.profile.login`.
pub(in crate::bodies) fn script_path(steps: &[Step]) -> String {
    steps.iter().fold("response.body".to_owned(), |path, step| match step {
        Step::Key(key) => property(&path, key),
        Step::Index(index) => format!("{path}[{index}]"),
    })
}

fn is_name(key: &str) -> bool {
    let mut letters = key.chars();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

fn escape(key: &str, quote: char) -> String {
    let mut text = String::with_capacity(key.len());
    for letter in key.chars() {
        match letter {
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\\' => text.push_str("\\\\"),
            letter if letter == quote => text.extend(['\\', quote]),
            letter if letter.is_control() => text.extend(format!("\\u{:04x}", u32::from(letter)).chars()),
            letter => text.push(letter),
        }
    }
    text
}

/// A container that was opened after the mark: which child is at hand.
#[derive(Default)]
struct Frame {
    next: u32,
    at_hand: Option<Step>,
}

impl Frame {
    fn step(&mut self, bytes: &[u8], item: &Item) {
        self.at_hand = Some(match item.key {
            (0, 0) => Step::Index(self.next),
            key => Step::Key(unescape(piece(bytes, key)).into_owned()),
        });
        self.next += 1;
    }
}

impl Index {
    /// The steps to the value on a line; a closing bracket has its container's.
    pub(in crate::bodies) fn steps(&self, bytes: &[u8], line: u32) -> Option<Vec<Step>> {
        let line = self.opener(bytes, line)?;
        let mark = self.mark(line)?;
        let mut around = self.around(mark.line);
        let mut frames = vec![Frame {
            next: mark.ordinal,
            at_hand: None,
        }];
        for (number, item) in (mark.line..=line).zip(Walk::from(bytes, mark)) {
            match item.kind {
                Kind::Close if frames.len() > 1 => {
                    frames.pop();
                }
                // The mark itself closes something that was opened before it.
                Kind::Close if number == mark.line => frames[0].next += 1,
                Kind::Close => {
                    let closed = around?;
                    frames[0].next = closed.ordinal + 1;
                    around = closed.parent.map(|parent| &self.long[parent as usize]);
                }
                Kind::Open | Kind::Leaf => {
                    frames.last_mut()?.step(bytes, &item);
                    if item.kind == Kind::Open && number < line {
                        frames.push(Frame::default());
                    }
                }
            }
        }
        let mut steps = self.steps_around(bytes, around);
        steps.extend(frames.into_iter().filter_map(|frame| frame.at_hand));
        // The value itself is no step.
        steps.remove(0);
        Some(steps)
    }

    /// The opening brackets' lines above a line, outermost first, and its own.
    pub(in crate::bodies) fn ancestors(&self, bytes: &[u8], line: u32) -> Option<Vec<u32>> {
        let line = self.opener(bytes, line)?;
        let mark = self.mark(line)?;
        let mut around = self.around(mark.line);
        let mut opened = Vec::new();
        for (number, item) in (mark.line..line).zip(Walk::from(bytes, mark)) {
            match item.kind {
                Kind::Open => opened.push(number),
                Kind::Close if opened.pop().is_some() || number == mark.line => {}
                Kind::Close => around = around?.parent.map(|parent| &self.long[parent as usize]),
                Kind::Leaf => {}
            }
        }
        let mut lines = Vec::new();
        while let Some(long) = around {
            lines.push(long.line);
            around = long.parent.map(|parent| &self.long[parent as usize]);
        }
        lines.reverse();
        lines.extend(opened);
        lines.push(line);
        Some(lines)
    }

    fn steps_around<'a>(&'a self, bytes: &[u8], mut around: Option<&'a Long>) -> Vec<Step> {
        let mut steps = Vec::new();
        while let Some(long) = around {
            let at = long.at as usize;
            steps.push(if bytes.get(at) == Some(&b'"') {
                Step::Key(unescape(&bytes[at..string_end(bytes, at)]).into_owned())
            } else {
                Step::Index(long.ordinal)
            });
            around = long.parent.map(|parent| &self.long[parent as usize]);
        }
        steps.reverse();
        steps
    }

    /// For a closing bracket's line that of the opening one, else the line itself.
    pub(in crate::bodies) fn opener(&self, bytes: &[u8], line: u32) -> Option<u32> {
        if line >= self.count {
            return None;
        }
        if let Some(long) = self.closed(line) {
            return Some(long.line);
        }
        let mark = self.mark(line.saturating_sub(STEP))?;
        let mut opened = Vec::new();
        for (number, item) in (mark.line..=line).zip(Walk::from(bytes, mark)) {
            match item.kind {
                Kind::Open => opened.push(number),
                Kind::Close if number == line => return opened.pop(),
                Kind::Close => drop(opened.pop()),
                Kind::Leaf => {}
            }
        }
        Some(line)
    }

    /// The line that holds a place in the text.
    pub(in crate::bodies) fn line_at(&self, bytes: &[u8], at: u32) -> Option<u32> {
        let mark = self.mark_at(at)?;
        let before = Walk::from(bytes, mark).take_while(|item| item.start <= at).count() as u32;
        Some((mark.line + before.saturating_sub(1)).min(self.count.saturating_sub(1)))
    }

    /// The lines that open a container at `depth`, each with the line that closes it.
    pub(in crate::bodies) fn opened_at(&self, bytes: &[u8], depth: u32) -> Vec<[u32; 2]> {
        let Some(first) = self.marks.first() else {
            return Vec::new();
        };
        let mut folds = Vec::new();
        for (number, item) in (0..self.count).zip(Walk::from(bytes, first)) {
            match item.kind {
                Kind::Open if item.depth == depth => folds.push([number, number]),
                Kind::Close if item.depth == depth => {
                    if let Some(fold) = folds.last_mut() {
                        fold[1] = number;
                    }
                }
                _ => {}
            }
        }
        folds
    }

    /// The text of the value on a line, of a container all of it.
    pub(in crate::bodies) fn value<'a>(&self, bytes: &'a [u8], line: u32) -> Option<&'a [u8]> {
        let line = self.opener(bytes, line)?;
        let mark = self.mark(line)?;
        let item = Walk::from(bytes, mark).nth((line - mark.line) as usize)?;
        let start = space(bytes, item.value.0 as usize);
        Some(&bytes[start..super::scan::value_end(bytes, start)])
    }
}
