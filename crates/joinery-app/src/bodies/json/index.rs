//! The index of a JSON text's lines. One pass checks the text and notes one line in 64, and every container that is
//! longer than that; what lies between is read again when it is asked for. A body's index is a hundredth of its size.

use super::read::Note;

/// Lines between two marks, and the length from which a container is kept.
pub(super) const STEP: u32 = 64;

/// A line to begin reading at: of each 64 lines the least deep, so that every container around it is a long one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) line: u32,
    /// Where it begins in the text.
    pub(super) at: u32,
    pub(super) depth: u32,
    /// Which child of its container it is, or what it closes is.
    pub(super) ordinal: u32,
}

/// A container that spans at least [`STEP`] lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Long {
    pub(super) line: u32,
    pub(super) end: u32,
    /// Where its line begins: at its key where it has one.
    pub(super) at: u32,
    pub(super) items: u32,
    /// Which child of its container it is.
    pub(super) ordinal: u32,
    /// The long container around it.
    pub(super) parent: Option<u32>,
}

/// The lines of a valid JSON text.
#[derive(Debug, Default)]
pub(in crate::bodies) struct Index {
    pub(super) count: u32,
    pub(super) marks: Vec<Mark>,
    pub(super) long: Vec<Long>,
    /// The first array of objects that is the value or a member of it.
    pub(in crate::bodies) records: Option<u32>,
}

impl Index {
    /// How many lines there are.
    pub(in crate::bodies) fn lines(&self) -> u32 {
        self.count
    }

    /// Notes the next line.
    pub(super) fn note(&mut self, note: Note) {
        let mark = Mark {
            line: self.count,
            at: note.at,
            depth: note.depth,
            ordinal: note.ordinal,
        };
        match self.marks.last_mut() {
            Some(last) if !self.count.is_multiple_of(STEP) => {
                if note.depth < last.depth {
                    *last = mark;
                }
            }
            _ => self.marks.push(mark),
        }
        self.count += 1;
    }

    /// Notes a container that closes on the line noted next.
    pub(super) fn closes(&mut self, line: u32, at: u32, items: u32, ordinal: u32) {
        let end = self.count;
        if end - line >= STEP {
            self.long.push(Long {
                line,
                end,
                at,
                items,
                ordinal,
                parent: None,
            });
        }
    }

    /// Puts the long containers in order, each with the one around it.
    pub(super) fn finish(&mut self) {
        self.long.sort_unstable_by_key(|long| long.line);
        let mut around: Vec<u32> = Vec::new();
        for number in 0..self.long.len() {
            let line = self.long[number].line;
            while around.last().is_some_and(|outer| self.long[*outer as usize].end < line) {
                around.pop();
            }
            self.long[number].parent = around.last().copied();
            around.push(number as u32);
        }
        self.marks.shrink_to_fit();
        self.long.shrink_to_fit();
    }

    /// The nearest mark at or before a line; `None` where there are no lines.
    pub(super) fn mark(&self, line: u32) -> Option<&Mark> {
        let at = (line / STEP) as usize;
        let mark = self.marks.get(at).or(self.marks.last())?;
        if mark.line <= line {
            Some(mark)
        } else {
            self.marks.get(at.checked_sub(1)?)
        }
    }

    /// The last mark that begins at or before a place in the text.
    pub(super) fn mark_at(&self, at: u32) -> Option<&Mark> {
        let after = self.marks.partition_point(|mark| mark.at <= at);
        self.marks.get(after.saturating_sub(1))
    }

    /// The long container that opens on a line.
    pub(super) fn opened(&self, line: u32) -> Option<&Long> {
        let found = self.long.binary_search_by_key(&line, |long| long.line);
        Some(&self.long[found.ok()?])
    }

    /// The innermost long container around a line, whose own brackets are on other lines.
    pub(super) fn around(&self, line: u32) -> Option<&Long> {
        let before = self.long.partition_point(|long| long.line < line);
        let mut long = self.long.get(before.checked_sub(1)?)?;
        while long.end <= line {
            long = &self.long[long.parent? as usize];
        }
        Some(long)
    }

    /// The long container that closes on a line.
    pub(super) fn closed(&self, line: u32) -> Option<&Long> {
        let before = self.long.partition_point(|long| long.line < line);
        let mut long = self.long.get(before.checked_sub(1)?)?;
        while long.end < line {
            long = &self.long[long.parent? as usize];
        }
        (long.end == line).then_some(long)
    }
}
