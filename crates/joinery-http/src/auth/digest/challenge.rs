//! What a server asks with: `WWW-Authenticate: Digest realm="...", nonce="...", ...`.

/// A challenge that can be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Challenge {
    pub(super) realm: String,
    pub(super) nonce: String,
    pub(super) opaque: Option<String>,
    pub(super) algorithm: Algorithm,
    /// The algorithm as the server wrote it, where it did.
    pub(super) algorithm_word: Option<String>,
    /// Whether the nonce alone was wrong.
    pub(super) stale: bool,
    /// Whether the user name is to be hashed.
    pub(super) user_hash: bool,
    offers_line: bool,
    offers_body: bool,
}

/// A hash, and whether it is mixed with the nonces once per session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Algorithm {
    pub(super) hash: Hash,
    pub(super) session: bool,
}

/// The hashes of RFC 7616.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Md5,
    Sha256,
    Sha512Cut,
}

/// What the proof covers: `qop`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protection {
    /// As RFC 2069 had it, before there was a choice.
    Old,
    /// `auth`
    Line,
    /// `auth-int`
    Body,
}

impl Challenge {
    /// What to protect, given what is preferred.
    pub(super) fn protection(&self, preferred: Protection) -> Protection {
        match (preferred, self.offers_line, self.offers_body) {
            (Protection::Body, _, true) | (_, false, true) => Protection::Body,
            (_, true, _) => Protection::Line,
            _ => Protection::Old,
        }
    }
}

/// The first challenge that can be answered: servers put the one they like best first (RFC 7616 §3.7).
pub(super) fn best<'a>(headers: impl Iterator<Item = &'a str>) -> Option<Challenge> {
    headers.flat_map(challenges).find_map(|(scheme, parameters)| {
        scheme
            .eq_ignore_ascii_case("digest")
            .then(|| read(&parameters))
            .flatten()
    })
}

type Parameters = Vec<(String, String)>;

fn read(parameters: &Parameters) -> Option<Challenge> {
    let get = |name: &str| {
        let found = parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone())
    };
    let is_true = |name: &str| get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let algorithm_word = get("algorithm");
    let offered = get("qop").unwrap_or_default();
    let offers = |word: &str| offered.split(',').any(|offer| offer.trim().eq_ignore_ascii_case(word));
    let (offers_line, offers_body) = (offers("auth"), offers("auth-int"));
    if !offered.trim().is_empty() && !offers_line && !offers_body {
        return None;
    }
    Some(Challenge {
        realm: get("realm")?,
        nonce: get("nonce")?,
        opaque: get("opaque"),
        algorithm: algorithm(algorithm_word.as_deref().unwrap_or("MD5"))?,
        algorithm_word,
        stale: is_true("stale"),
        user_hash: is_true("userhash"),
        offers_line,
        offers_body,
    })
}

fn algorithm(word: &str) -> Option<Algorithm> {
    let word = word.to_ascii_uppercase();
    let (name, session) = match word.strip_suffix("-SESS") {
        Some(name) => (name, true),
        None => (word.as_str(), false),
    };
    let hash = match name {
        "MD5" => Hash::Md5,
        "SHA-256" => Hash::Sha256,
        "SHA-512-256" => Hash::Sha512Cut,
        _ => return None,
    };
    Some(Algorithm { hash, session })
}

/// The challenges of one header (RFC 9110 §11.6.1): several may stand in one, divided like their parameters by commas.
fn challenges(header: &str) -> Vec<(String, Parameters)> {
    let mut found: Vec<(String, Parameters)> = Vec::new();
    let mut rest = header.trim_start_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let end = rest.find([' ', '\t', ',', '=']).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if word.is_empty() {
            return found;
        }
        let after = after.trim_start_matches([' ', '\t']);
        rest = match (after.strip_prefix('='), found.last_mut()) {
            (Some(value), Some((_, parameters))) => {
                let (value, rest) = one_value(value.trim_start_matches([' ', '\t']));
                parameters.push((word.to_owned(), value));
                rest
            }
            (Some(_), None) => return found,
            (None, _) => {
                found.push((word.to_owned(), Vec::new()));
                after
            }
        };
        rest = rest.trim_start_matches([' ', '\t', ',']);
    }
    found
}

/// A quoted or bare value, and what follows.
fn one_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([' ', '\t', ',']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(letters.next().map(|(_, letter)| letter)),
            letter => value.push(letter),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_told_apart_however_they_stand() {
        for headers in [
            vec![r#"Basic realm="a, b", Digest realm="say \"hi\"", nonce=abc, qop="auth,auth-int", stale=TRUE"#],
            vec![
                "Negotiate",
                r#"Digest realm="x", nonce="y", algorithm=SHA-1"#,
                r#"digest  nonce="abc",realm="say \"hi\"" , qop="auth, auth-int",stale=true"#,
            ],
        ] {
            let best = best(headers.into_iter()).unwrap();
            assert_eq!((best.realm.as_str(), best.nonce.as_str()), (r#"say "hi""#, "abc"));
            assert!(best.stale && best.offers_line && best.offers_body && !best.user_hash);
            assert_eq!(best.algorithm_word, None);
        }
    }

    #[test]
    fn first_that_can_be_answered_is() {
        let word = |header: &str| best([header].into_iter()).and_then(|challenge| challenge.algorithm_word);
        let both = r#"Digest realm="r", nonce="n", algorithm=SHA-256-sess, Digest realm="r", nonce="n", algorithm=MD5"#;
        assert_eq!(word(both).as_deref(), Some("SHA-256-sess"));
        assert_eq!(word(r#"Digest realm="r", nonce="n", qop="other""#), None);
        assert_eq!(best([r#"Digest realm="r""#, "Bearer", "=", ""].into_iter()), None);
    }
}
