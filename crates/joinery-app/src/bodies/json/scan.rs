//! Steps through JSON text that is known to be valid, from a place to where something ends. Nothing is built.

use memchr::memchr2;

/// A key's or value's place in the text, in 32 bits.
pub(in crate::bodies) type Place = (u32, u32);

/// What stands at a place.
pub(in crate::bodies) fn piece(bytes: &[u8], (start, end): Place) -> &[u8] {
    bytes.get(start as usize..end as usize).unwrap_or_default()
}

/// After the white space at `at`.
pub(in crate::bodies) fn space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

/// After the string whose opening quote is at `at`.
pub(in crate::bodies) fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        if bytes[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

/// After the value at `at`, however much it holds.
pub(in crate::bodies) fn value_end(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at) {
        Some(b'"') => string_end(bytes, at),
        Some(b'{' | b'[') => container_end(bytes, at),
        _ => scalar_end(bytes, at),
    }
}

/// After the number or word at `at`.
pub(in crate::bodies) fn scalar_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r');
    at + rest.iter().position(ends).unwrap_or(rest.len())
}

fn container_end(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = string_end(bytes, at);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

/// The members of an object or the elements of an array.
pub(in crate::bodies) struct Children<'a> {
    bytes: &'a [u8],
    at: usize,
    keyed: bool,
}

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(in crate::bodies) struct Child {
    /// The key with its quotes; in an array an empty place.
    pub key: Place,
    /// Where the value begins and ends.
    pub value: Place,
}

/// The children of the value at `at`; a scalar has none.
pub(in crate::bodies) fn children(bytes: &[u8], at: usize) -> Children<'_> {
    let first = bytes.get(at);
    Children {
        bytes,
        at: if matches!(first, Some(b'{' | b'[')) {
            at + 1
        } else {
            bytes.len()
        },
        keyed: first == Some(&b'{'),
    }
}

impl Iterator for Children<'_> {
    type Item = Child;

    fn next(&mut self) -> Option<Child> {
        let mut at = space(self.bytes, self.at);
        if self.bytes.get(at) == Some(&b',') {
            at = space(self.bytes, at + 1);
        }
        if matches!(self.bytes.get(at), None | Some(b'}' | b']')) {
            self.at = self.bytes.len();
            return None;
        }
        let mut key = (0, 0);
        if self.keyed {
            let end = string_end(self.bytes, at);
            key = (at as u32, end as u32);
            at = space(self.bytes, space(self.bytes, end) + 1);
        }
        self.at = value_end(self.bytes, at);
        Some(Child {
            key,
            value: (at as u32, self.at as u32),
        })
    }
}

/// The text that a JSON string stands for. Half a surrogate pair becomes `\u{FFFD}`.
pub(in crate::bodies) fn unescape(quoted: &[u8]) -> std::borrow::Cow<'_, str> {
    let inner = &quoted[1..quoted.len().max(2) - 1];
    if memchr::memchr(b'\\', inner).is_none() {
        return String::from_utf8_lossy(inner);
    }
    let text = serde_json::from_slice::<String>(quoted);
    text.unwrap_or_else(|_| String::from_utf8_lossy(inner).into_owned())
        .into()
}

/// Where the value begins of a line that begins at `at`, with a key or without.
pub(in crate::bodies) fn value_of_member(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at) != Some(&b'"') {
        return at;
    }
    let after = space(bytes, string_end(bytes, at));
    if bytes.get(after) == Some(&b':') {
        space(bytes, after + 1)
    } else {
        at
    }
}
