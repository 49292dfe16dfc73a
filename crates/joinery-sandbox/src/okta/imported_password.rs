//! Passwords that were hashed elsewhere and came with a user: BCRYPT, PBKDF2, and SHA and MD5 with or without a salt.
//! The first sign-in shows what the password is; from then on the org keeps it like any other.

use std::fmt;
use std::num::NonZeroU32;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use ring::{digest, pbkdf2};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A hash as it was sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ImportedPassword {
    algorithm: String,
    value: String,
    salt: String,
    salt_order: String,
    work_factor: u32,
    iteration_count: u32,
    digest_algorithm: String,
}

/// Shows no hash.
impl fmt::Debug for ImportedPassword {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ImportedPassword({})", self.algorithm)
    }
}

impl Default for ImportedPassword {
    fn default() -> Self {
        Self {
            algorithm: String::new(),
            value: String::new(),
            salt: String::new(),
            salt_order: "PREFIX".into(),
            work_factor: 10,
            iteration_count: 0,
            digest_algorithm: String::new(),
        }
    }
}

impl ImportedPassword {
    /// A hash that was found to be well-formed; `None` where a member is of another kind than it should be.
    pub fn read(hash: &Value) -> Option<Self> {
        serde_json::from_value(hash.clone()).ok()
    }

    /// Whether a text is the password that was hashed.
    pub fn matches(&self, text: &str) -> bool {
        match self.algorithm.as_str() {
            "BCRYPT" => {
                let whole = format!("$2a${:02}${}{}", self.work_factor, self.salt, self.value);
                bcrypt::verify(text, &whole).unwrap_or(false)
            }
            "PBKDF2" => self.is_derived_from(text),
            "SHA-512" => self.is_digest(&digest::SHA512, text),
            "SHA-256" => self.is_digest(&digest::SHA256, text),
            "SHA-1" => self.is_digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, text),
            "MD5" => self.value_bytes() == Md5::digest(self.salted(text)).as_slice(),
            _ => false,
        }
    }

    fn value_bytes(&self) -> Vec<u8> {
        STANDARD.decode(&self.value).unwrap_or_default()
    }

    /// A salt is sent in base64; what is none is the salt itself.
    fn salt_bytes(&self) -> Vec<u8> {
        STANDARD
            .decode(&self.salt)
            .unwrap_or_else(|_| self.salt.as_bytes().to_vec())
    }

    fn salted(&self, text: &str) -> Vec<u8> {
        let (salt, text) = (self.salt_bytes(), text.as_bytes().to_vec());
        match self.salt_order.as_str() {
            "POSTFIX" => [text, salt].concat(),
            _ => [salt, text].concat(),
        }
    }

    fn is_digest(&self, algorithm: &'static digest::Algorithm, text: &str) -> bool {
        digest::digest(algorithm, &self.salted(text)).as_ref() == self.value_bytes()
    }

    fn is_derived_from(&self, text: &str) -> bool {
        let algorithm = match self.digest_algorithm.replace('-', "").get(..6) {
            Some("SHA512") => pbkdf2::PBKDF2_HMAC_SHA512,
            Some("SHA256") => pbkdf2::PBKDF2_HMAC_SHA256,
            Some("SHA1_H") => pbkdf2::PBKDF2_HMAC_SHA1,
            _ => return false,
        };
        let Some(rounds) = NonZeroU32::new(self.iteration_count) else {
            return false;
        };
        pbkdf2::verify(
            algorithm,
            rounds,
            &self.salt_bytes(),
            text.as_bytes(),
            &self.value_bytes(),
        )
        .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(hash: &Value, text: &str) {
        let imported = ImportedPassword::read(hash).unwrap();
        assert!(imported.matches(text), "{hash}");
        assert!(!imported.matches("another word"), "{hash}");
    }

    #[test]
    fn every_algorithm_knows_its_password() {
        // One of the tests of jBCrypt.
        check(
            &json!({"algorithm": "BCRYPT", "workFactor": 6, "salt": "DCq7YPn5Rq63x1Lad4cll.",
                "value": "TV4S6ytwfsfvkgY8jIucDrjc8deX1s."}),
            "",
        );
        // RFC 7914, 11: PBKDF2-HMAC-SHA-256 of `Password` with `NaCl`, 80000 rounds.
        let derived = hex::decode(
            "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56\
             a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d",
        );
        check(
            &json!({"algorithm": "PBKDF2", "salt": STANDARD.encode("NaCl"), "iterationCount": 80000, "keySize": 64,
                "digestAlgorithm": "SHA256_HMAC", "value": STANDARD.encode(derived.unwrap())}),
            "Password",
        );
        let plain = |algorithm: &str, digest: &str| {
            let value = STANDARD.encode(hex::decode(digest).unwrap());
            check(&json!({"algorithm": algorithm, "value": value}), "abc");
            // The salt is the first letter, or the last.
            let (first, last) = (STANDARD.encode("a"), STANDARD.encode("c"));
            check(
                &json!({"algorithm": algorithm, "value": value, "salt": first, "saltOrder": "PREFIX"}),
                "bc",
            );
            check(
                &json!({"algorithm": algorithm, "value": value, "salt": last, "saltOrder": "POSTFIX"}),
                "ab",
            );
        };
        plain("MD5", "900150983cd24fb0d6963f7d28e17f72");
        plain("SHA-1", "a9993e364706816aba3e25717850c26c9cd0d89d");
        plain(
            "SHA-256",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        );
        plain(
            "SHA-512",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        );
    }
}
