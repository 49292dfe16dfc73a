//! Lines of a text: from bytes to lines and columns and back, in the units that editors count in.

/// A line and a column, both from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column, in the units asked for.
    pub column: usize,
}

/// What a column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// Bytes of UTF-8.
    Byte,
    /// Units of UTF-16, as most editors count.
    #[default]
    Utf16,
    /// Unicode scalar values.
    Scalar,
}

impl Unit {
    fn of(self, character: char) -> usize {
        match self {
            Self::Byte => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
            Self::Scalar => 1,
        }
    }
}

/// Where the lines of a text begin.
#[derive(Debug, Clone)]
pub struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    /// Finds the lines. `\n`, `\r\n` and a lone `\r` end one.
    pub fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, &byte) in bytes.iter().enumerate() {
            if byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
                starts.push(at + 1);
            }
        }
        Self { starts }
    }

    /// How many lines there are; one at least.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The line, from 0, that a byte is on.
    pub fn line_of(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte).saturating_sub(1)
    }

    /// The first byte of a line; the end of the text past the last one.
    pub fn start_of(&self, line: usize, text: &str) -> usize {
        self.starts.get(line).copied().unwrap_or(text.len())
    }

    /// Line and column of a byte.
    pub fn place(&self, text: &str, byte: usize, unit: Unit) -> Place {
        let byte = floor(text, byte);
        let line = self.line_of(byte);
        let column = text[self.starts[line]..byte]
            .chars()
            .map(|letter| unit.of(letter))
            .sum();
        Place { line, column }
    }

    /// The byte at a line and column; the end of the line where the column lies past it, the end of the text where the
    /// line does.
    pub fn byte(&self, text: &str, place: Place, unit: Unit) -> usize {
        let Some(&start) = self.starts.get(place.line) else {
            return text.len();
        };
        let mut counted = 0;
        for (at, letter) in text[start..].char_indices() {
            if counted >= place.column || letter == '\n' || letter == '\r' {
                return start + at;
            }
            counted += unit.of(letter);
        }
        text.len()
    }
}

fn floor(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_the_unit_asked_for() {
        let text = "a\r\n\u{1f600}b\nc";
        let lines = Lines::of(text);
        let b = text.find('b').unwrap_or_default();
        let column = |unit| lines.place(text, b, unit).column;
        assert_eq!(
            (column(Unit::Utf16), column(Unit::Byte), column(Unit::Scalar)),
            (2, 4, 1)
        );
        assert_eq!(lines.byte(text, Place { line: 1, column: 2 }, Unit::Utf16), b);
        assert_eq!(lines.count(), 3);
    }

    #[test]
    fn places_beyond_the_text_are_its_nearest_end() {
        let text = "ab\ncd";
        let lines = Lines::of(text);
        assert_eq!(lines.byte(text, Place { line: 0, column: 9 }, Unit::Utf16), 2);
        assert_eq!(lines.byte(text, Place { line: 9, column: 0 }, Unit::Utf16), 5);
        assert_eq!(lines.place(text, 99, Unit::Utf16), Place { line: 1, column: 2 });
    }
}
