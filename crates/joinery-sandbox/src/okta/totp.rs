//! One-time passwords from a shared secret and the time (RFC 6238), and how a secret is written (RFC 4648, base 32).

use ring::hmac;

use crate::clock::Time;

/// How long a code is good for, in seconds.
pub const STEP_SECONDS: i64 = 30;
const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The step of time in which a code is right: the present one, or one of its neighbours, since clocks differ.
pub fn step_of(secret: &[u8], code: &str, now: Time) -> Option<i64> {
    let present = now.seconds().div_euclid(STEP_SECONDS);
    (present - 1..=present + 1).find(|step| at(secret, *step) == code)
}

/// The six digits of a step (RFC 4226, 5.3).
fn at(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let hash = tag.as_ref();
    let start = usize::from(hash[hash.len() - 1] & 0xf);
    let number = u32::from_be_bytes([hash[start] & 0x7f, hash[start + 1], hash[start + 2], hash[start + 3]]);
    format!("{:06}", number % 1_000_000)
}

/// Bytes in base 32, without padding.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(5) {
        let mut group = [0_u8; 8];
        group[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(group);
        for place in 0..(chunk.len() * 8).div_ceil(5) {
            let digit = (bits >> (35 - 5 * place)) & 31;
            text.push(char::from(LETTERS[digit as usize]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the last six of eight digits.
        let secret = b"12345678901234567890";
        assert_eq!(at(secret, 59 / 30), "287082");
        assert_eq!(at(secret, 1_111_111_109 / 30), "081804");
        assert_eq!(step_of(secret, "287082", Time(75_000)), Some(1));
        assert_eq!(step_of(secret, "287082", Time(91_000)), None);
    }

    #[test]
    fn secrets_are_written_in_base_32() {
        assert_eq!(encode(b"foobar"), "MZXW6YTBOI");
        assert_eq!(encode(b"12345678901234567890"), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }
}
