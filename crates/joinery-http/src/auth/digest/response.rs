//! The answer to a challenge (RFC 7616 §3.4).

use md5::Md5;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256, Sha512_256};

use super::{
    super::hex,
    challenge::{Challenge, Hash, Protection},
};

/// Everything that goes into an answer.
pub(super) struct Proof<'a> {
    pub(super) challenge: &'a Challenge,
    pub(super) protection: Protection,
    pub(super) username: &'a str,
    pub(super) password: &'a str,
    pub(super) method: &'a str,
    /// Path and query, as the request's line has them.
    pub(super) uri: &'a str,
    pub(super) body: &'a [u8],
    pub(super) client_nonce: &'a str,
    /// How many requests were signed with this nonce, this one included.
    pub(super) count: u32,
}

impl Proof<'_> {
    /// The value of `Authorization`.
    pub(super) fn header(&self) -> String {
        let challenge = self.challenge;
        let mut parts = vec![self.name()];
        parts.push(format!("realm={}", quoted(&challenge.realm)));
        parts.push(format!("nonce={}", quoted(&challenge.nonce)));
        parts.push(format!("uri={}", quoted(self.uri)));
        if let Some(word) = &challenge.algorithm_word {
            parts.push(format!("algorithm={word}"));
        }
        parts.push(format!("response=\"{}\"", self.response()));
        if let Some(opaque) = &challenge.opaque {
            parts.push(format!("opaque={}", quoted(opaque)));
        }
        if let Some(word) = self.protection_word() {
            parts.push(format!("qop={word}, nc={:08x}", self.count));
        }
        if self.protection_word().is_some() || challenge.algorithm.session {
            parts.push(format!("cnonce=\"{}\"", self.client_nonce));
        }
        if challenge.user_hash {
            parts.push("userhash=true".into());
        }
        format!("Digest {}", parts.join(", "))
    }

    fn name(&self) -> String {
        if self.challenge.user_hash {
            let hashed = self.hash(format!("{}:{}", self.username, self.challenge.realm).as_bytes());
            format!("username=\"{hashed}\"")
        } else if self.username.is_ascii() {
            format!("username={}", quoted(self.username))
        } else {
            // RFC 8187: a quoted string has no letters beyond ASCII.
            format!(
                "username*=UTF-8''{}",
                utf8_percent_encode(self.username, NON_ALPHANUMERIC)
            )
        }
    }

    fn response(&self) -> String {
        let (challenge, nonce) = (self.challenge, &self.challenge.nonce);
        let mut user = self.hash(format!("{}:{}:{}", self.username, challenge.realm, self.password).as_bytes());
        if challenge.algorithm.session {
            user = self.hash(format!("{user}:{nonce}:{}", self.client_nonce).as_bytes());
        }
        let request = match self.protection {
            Protection::Body => format!("{}:{}:{}", self.method, self.uri, self.hash(self.body)),
            Protection::Line | Protection::Old => format!("{}:{}", self.method, self.uri),
        };
        let request = self.hash(request.as_bytes());
        let whole = match self.protection_word() {
            Some(word) => format!(
                "{user}:{nonce}:{:08x}:{}:{word}:{request}",
                self.count, self.client_nonce
            ),
            None => format!("{user}:{nonce}:{request}"),
        };
        self.hash(whole.as_bytes())
    }

    fn protection_word(&self) -> Option<&'static str> {
        match self.protection {
            Protection::Old => None,
            Protection::Line => Some("auth"),
            Protection::Body => Some("auth-int"),
        }
    }

    fn hash(&self, bytes: &[u8]) -> String {
        match self.challenge.algorithm.hash {
            Hash::Md5 => hex(&Md5::digest(bytes)),
            Hash::Sha256 => hex(&Sha256::digest(bytes)),
            Hash::Sha512Cut => hex(&Sha512_256::digest(bytes)),
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::super::challenge::best;
    use super::*;

    #[track_caller]
    fn check(asked: &str, change: impl FnOnce(&mut Proof), expected: &[&str]) {
        let challenge = best([asked].into_iter()).unwrap();
        let mut proof = Proof {
            protection: challenge.protection(Protection::Line),
            challenge: &challenge,
            username: "Mufasa",
            password: "Circle of Life",
            method: "GET",
            uri: "/dir/index.html",
            body: b"",
            client_nonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            count: 1,
        };
        change(&mut proof);
        let header = proof.header();
        for part in expected {
            assert!(header.contains(part), "{part} in {header}");
        }
    }

    #[test]
    fn examples_of_the_rfcs_come_out_as_printed_there() {
        let asked = r#"Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=ALGORITHM, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#;
        // RFC 7616 §3.9.1.
        check(
            &asked.replace("ALGORITHM", "MD5"),
            |_| {},
            &[
                r#"username="Mufasa""#,
                r#"response="8ca523f5e9506fed4657c9700eebdbec""#,
                "qop=auth, nc=00000001",
                r#"opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#,
            ],
        );
        check(
            &asked.replace("ALGORITHM", "SHA-256"),
            |_| {},
            &[r#"response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1""#],
        );
        // RFC 2617 §3.5.
        check(
            r#"Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41""#,
            |proof| (proof.password, proof.client_nonce) = ("Circle Of Life", "0a4f113b"),
            &[r#"response="6629fae49393a05397450978507c4ef1""#],
        );
    }

    #[test]
    fn every_variant_is_computed_as_the_rfc_defines_it() {
        let md5 = |text: &str| hex(&Md5::digest(text));
        let asked = r#"Digest realm="r", nonce="n", qop="auth-int", algorithm=MD5-sess, userhash=true"#;
        let user = md5(&format!("{}:n:c", md5("Mufasa:r:Circle of Life")));
        let request = md5(&format!("POST:/dir/index.html:{}", md5("body")));
        check(
            asked,
            |proof| (proof.method, proof.body, proof.client_nonce, proof.count) = ("POST", b"body", "c", 17),
            &[
                &format!(
                    "response=\"{}\"",
                    md5(&format!("{user}:n:00000011:c:auth-int:{request}"))
                ),
                &format!("username=\"{}\"", md5("Mufasa:r")),
                "userhash=true",
                "nc=00000011",
            ],
        );
        let old = format!("{}:n:{}", md5("Mufasa:r:Circle of Life"), md5("GET:/dir/index.html"));
        check(
            r#"Digest realm="r", nonce="n""#,
            |_| {},
            &[&format!("response=\"{}\"", md5(&old))],
        );
    }

    #[test]
    fn name_beyond_ascii_is_written_as_rfc_8187_says() {
        // RFC 7616 §3.9.2 has this user name.
        check(
            r#"Digest realm="api@example.org", nonce="n", qop="auth", algorithm=SHA-256"#,
            |proof| proof.username = "J\u{e4}s\u{f8}n Doe",
            &["username*=UTF-8''J%C3%A4s%C3%B8n%20Doe"],
        );
    }
}
