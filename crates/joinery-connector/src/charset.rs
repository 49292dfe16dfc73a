//! Text of a body in the charset that its sender names. Everything that looks into a body reads UTF-8.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

/// The text of a body in UTF-8, without a byte order mark. What is no text, and what is UTF-8 already, stays as it is.
///
/// ```
/// let text = joinery_connector::charset::utf8(b"Zo\xEB", "text/plain; charset=iso-8859-1");
/// assert_eq!(&*text, "Zo\u{EB}".as_bytes());
/// ```
pub fn utf8<'a>(body: &'a [u8], content_type: &str) -> Cow<'a, [u8]> {
    if !is_text(content_type) {
        return Cow::Borrowed(body);
    }
    let (encoding, body) = match Encoding::for_bom(body) {
        Some((encoding, mark)) => (encoding, &body[mark..]),
        None => (named(content_type).unwrap_or(UTF_8), body),
    };
    // Many servers name a charset by default and send UTF-8 all the same.
    if encoding == UTF_8 || (encoding.is_ascii_compatible() && std::str::from_utf8(body).is_ok()) {
        return Cow::Borrowed(body);
    }
    match encoding.decode_without_bom_handling(body).0 {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

/// Servlets name a charset for pictures and documents too.
fn is_text(content_type: &str) -> bool {
    let media_type = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let words = [
        "text/",
        "json",
        "xml",
        "csv",
        "javascript",
        "ecmascript",
        "yaml",
        "x-www-form-urlencoded",
    ];
    media_type.is_empty() || words.iter().any(|word| media_type.contains(word))
}

fn named(content_type: &str) -> Option<&'static Encoding> {
    let parameters = content_type.split(';').skip(1);
    let mut values = parameters.filter_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches('"'))
    });
    Encoding::for_label(values.next()?.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::utf8;

    #[track_caller]
    fn reads(body: &[u8], content_type: &str, text: &str) {
        assert_eq!(String::from_utf8_lossy(&utf8(body, content_type)), text);
    }

    #[test]
    fn the_charset_that_is_named_is_read() {
        reads(b"Zo\xEB", "text/plain; charset=ISO-8859-1", "Zoë");
        reads(
            b"{\"a\":\"\xEB\"}",
            "application/json;Charset=\"latin1\"",
            "{\"a\":\"ë\"}",
        );
        reads(b"\x80", "text/html; charset=windows-1252", "€");
        reads(b"\x93\xFA\x96\x7B", "text/html; charset=Shift_JIS", "日本");
        reads(b"Z\0\xAC\x20", "text/plain; charset=utf-16le", "Z€");
        reads(b"\x1B$BF|\x1B(B", "text/plain; charset=iso-2022-jp", "日");
    }

    #[test]
    fn a_byte_order_mark_says_more_than_a_name_and_is_no_text() {
        reads(b"\xEF\xBB\xBF{}", "application/json", "{}");
        reads(b"\xFF\xFEZ\0", "text/plain; charset=utf-8", "Z");
        reads(b"\xFE\xFF\0Z", "text/plain", "Z");
    }

    #[test]
    fn what_is_utf8_already_is_not_read_as_what_it_is_called() {
        reads("Zoë".as_bytes(), "application/xml;charset=ISO-8859-1", "Zoë");
        reads("Zoë".as_bytes(), "text/plain; charset=made-up", "Zoë");
        reads("Zoë".as_bytes(), "", "Zoë");
    }

    #[test]
    fn what_is_no_text_stays_as_it_is() {
        let bytes = b"\xFF\xFE\xEB\x80";
        assert_eq!(&*utf8(bytes, "application/pdf;charset=ISO-8859-1"), bytes);
        assert_eq!(&*utf8(bytes, "application/octet-stream"), bytes);
    }
}
