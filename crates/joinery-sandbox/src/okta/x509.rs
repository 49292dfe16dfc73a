//! What stands in a certificate (X.509, DER): its public RSA key, and until when it is good. Nothing is verified: Okta
//! takes a certificate as the word of the admin who uploads it.

use crate::clock::Time;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const UTC_TIME: u8 = 0x17;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xA0;

/// What a certificate says.
#[derive(Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The modulus of its key.
    pub modulus: Vec<u8>,
    /// The exponent of its key.
    pub exponent: Vec<u8>,
    /// Until when it is good.
    pub expires: Time,
}

/// Reads a certificate; `None` where it is none, or its key is not RSA.
pub fn read(document: &[u8]) -> Option<Certificate> {
    let mut outer = Der(document).enter(SEQUENCE)?;
    let mut body = outer.enter(SEQUENCE)?;
    if body.0.first() == Some(&VERSION) {
        body.next(VERSION)?;
    }
    body.next(INTEGER)?; // its serial number
    body.next(SEQUENCE)?; // how it was signed
    body.next(SEQUENCE)?; // by whom
    let mut validity = body.enter(SEQUENCE)?;
    validity.next_any()?;
    let expires = moment(validity.next_any()?)?;
    body.next(SEQUENCE)?; // for whom
    let mut key = body.enter(SEQUENCE)?;
    key.next(SEQUENCE)?;
    let bits = key.next(BIT_STRING)?;
    let mut numbers = Der(bits.strip_prefix(&[0])?).enter(SEQUENCE)?;
    let (modulus, exponent) = (numbers.next(INTEGER)?, numbers.next(INTEGER)?);
    // A zero stands before a number whose highest bit is set; the number is the same.
    let plain = |number: &[u8]| number.strip_prefix(&[0]).unwrap_or(number).to_vec();
    Some(Certificate {
        modulus: plain(modulus),
        exponent: plain(exponent),
        expires,
    })
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`.
fn moment((kind, text): (u8, &[u8])) -> Option<Time> {
    let text = std::str::from_utf8(text).ok()?;
    let text = match kind {
        // RFC 5280, 4.1.2.5.1: years from 50 on belong to the last century.
        UTC_TIME if text < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        _ => text.to_owned(),
    };
    let part = |range: std::ops::Range<usize>| text.get(range);
    let day = format!("{}-{}-{}", part(0..4)?, part(4..6)?, part(6..8)?);
    Time::parse(&format!("{day}T{}:{}:{}Z", part(8..10)?, part(10..12)?, part(12..14)?))
}

/// The rest of a list of DER values.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The next value, whatever it is: its tag and its content.
    fn next_any(&mut self) -> Option<(u8, &'a [u8])> {
        let (&[tag, first], mut rest) = self.0.split_first_chunk::<2>()?;
        let mut length = usize::from(first);
        if first >= 0x80 {
            let (digits, after) = rest
                .split_at_checked(usize::from(first & 0x7F))
                .filter(|(it, _)| it.len() <= 4)?;
            length = digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit));
            rest = after;
        }
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    /// The content of the next value, where it has this tag.
    fn next(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next_any()
            .filter(|(found, _)| *found == tag)
            .map(|(_, content)| content)
    }

    /// The values in the next value.
    fn enter(&mut self, tag: u8) -> Option<Self> {
        self.next(tag).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(tag: u8, content: &[&[u8]]) -> Vec<u8> {
        let content = content.concat();
        let length = u8::try_from(content.len()).unwrap();
        let mut value = if length < 0x80 {
            vec![tag, length]
        } else {
            vec![tag, 0x81, length]
        };
        value.extend(content);
        value
    }

    #[test]
    fn key_and_end_of_a_certificate_are_found_and_noise_is_not() {
        let empty = value(SEQUENCE, &[]);
        let time = |text: &[u8]| value(UTC_TIME, &[text]);
        let numbers = value(
            SEQUENCE,
            &[&value(INTEGER, &[&[0, 0xC1, 7]]), &value(INTEGER, &[&[1, 0, 1]])],
        );
        let key = value(SEQUENCE, &[&empty, &value(BIT_STRING, &[&[0], &numbers])]);
        let validity = value(SEQUENCE, &[&time(b"230815234516Z"), &time(b"330815234616Z")]);
        let version = value(VERSION, &[&value(INTEGER, &[&[2]])]);
        let serial = value(INTEGER, &[&[1]]);
        let body = value(SEQUENCE, &[&version, &serial, &empty, &empty, &validity, &empty, &key]);
        let document = value(SEQUENCE, &[&body]);
        let found = read(&document).unwrap();
        assert_eq!(
            (&found.modulus[..], &found.exponent[..]),
            (&[0xC1, 7][..], &[1, 0, 1][..])
        );
        assert_eq!(found.expires.to_string(), "2033-08-15T23:46:16.000Z");
        assert!((0..document.len()).all(|end| read(&document[..end]).is_none()));
    }
}
