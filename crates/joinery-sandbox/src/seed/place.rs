//! Where in a text a byte stands.

/// Line and column of a byte, both from 1, the column in characters.
pub fn of(text: &str, at: usize) -> (usize, usize) {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    (line, before[start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_place_counts_characters() {
        assert_eq!(of("ab\nüc", 0), (1, 1));
        assert_eq!(of("ab\nüc", 5), (2, 2));
        assert_eq!(of("ab\n", 99), (2, 1));
    }
}
