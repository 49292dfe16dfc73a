//! What stands for the results of a secret's use, so that a run can be replayed by anyone, without the secret. A result
//! made for the first, second, third time gets the first, second, third stand-in, whatever was signed: what is masked in
//! it must not matter. The same goes through here when a run is recorded, so that both sides count alike.

use std::collections::HashMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use joinery_script::host::{Hash, SecretOperation, Signature};
use sha2::{Digest, Sha256};

/// The most uses that are told apart; a script that signs more often is not replayed.
const USES: usize = 1_000;
/// The largest message that is kept, to be masked inside.
const LARGEST_MESSAGE: usize = 64 << 10;
/// Bytes of results that are kept in all.
const LARGEST_RESULTS: usize = 4 << 20;

/// What secrets were used for in a run.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Uses {
    /// Each result, and what stands for it in a replay.
    pub(crate) results: Vec<(Vec<u8>, Vec<u8>)>,
    /// What was decrypted.
    pub(crate) opened: Vec<Vec<u8>>,
    /// Signed texts of the form of a JSON Web Token: `header.claims`.
    pub(crate) signed: Vec<String>,
    size: usize,
}

// Digests of a secret may tell what it is.
impl std::fmt::Debug for Uses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} results, {} opened", self.results.len(), self.opened.len())
    }
}

impl Uses {
    /// What a replay needs of them: the decrypted.
    pub(crate) fn replayed(opened: Vec<Vec<u8>>) -> Self {
        Self {
            opened,
            ..Self::default()
        }
    }

    /// These first, and then the others.
    pub(super) fn extend(&mut self, then: Self) {
        self.results.extend(then.results);
        self.opened.extend(then.opened);
        self.signed.extend(then.signed);
    }

    /// Notes a result as it was made, the first time.
    fn note(&mut self, answer: &Answer, message: &[u8], result: &[u8]) {
        self.size += result.len();
        if self.size > LARGEST_RESULTS {
            return;
        }
        match answer {
            Answer::New(shown) => {
                self.results.push((result.to_vec(), shown.clone()));
                self.signed.extend(token(message));
            }
            Answer::Opened { is_new: true, .. } => self.opened.push(result.to_vec()),
            Answer::Again(_) | Answer::Own(_) | Answer::Opened { is_new: false, .. } | Answer::TooMany => {}
        }
    }
}

/// The uses of one run so far.
#[derive(Default)]
pub(super) struct StandIns {
    /// Results, by what was asked for.
    made: HashMap<Use, usize>,
    /// What came from elsewhere and was decrypted, by what was asked for.
    opened: HashMap<Use, usize>,
    /// What the script had encrypted itself, by how it will ask to have it decrypted.
    own: HashMap<Use, Vec<u8>>,
}

/// Secret, operation and message, as a hash: it needs not be kept.
type Use = [u8; 32];

/// What a replay gives.
enum Answer {
    /// This, for the first time.
    New(Vec<u8>),
    /// This, once more.
    Again(Vec<u8>),
    /// The text that the script had encrypted itself.
    Own(Vec<u8>),
    /// Decrypted text that a recording holds, by number.
    Opened { number: usize, is_new: bool },
    /// There are too many.
    TooMany,
}

impl StandIns {
    /// Notes the `result` of a use while recording.
    pub(super) fn record(
        &mut self,
        uses: &mut Uses,
        secret: &str,
        operation: SecretOperation,
        message: &[u8],
        result: &[u8],
    ) {
        let answer = self.answer(secret, operation, message);
        uses.note(&answer, message, result);
        self.sealed(secret, operation, message, result);
    }

    /// The result of a use in a replay, from what a recording holds of the decrypted.
    pub(super) fn replay(
        &mut self,
        opened: &[Vec<u8>],
        secret: &str,
        operation: SecretOperation,
        message: &[u8],
    ) -> Result<Vec<u8>, String> {
        let result = match self.answer(secret, operation, message) {
            Answer::New(result) | Answer::Again(result) | Answer::Own(result) => result,
            Answer::Opened { number, .. } => opened.get(number).cloned().ok_or_else(|| {
                "the cassette holds nothing that was decrypted here: record it again with `joinery test --record`"
                    .to_owned()
            })?,
            Answer::TooMany => {
                return Err(format!(
                    "a replay uses a secret {USES} times at most: test less in one case, or run it live"
                ));
            }
        };
        self.sealed(secret, operation, message, &result);
        Ok(result)
    }

    fn answer(&mut self, secret: &str, operation: SecretOperation, message: &[u8]) -> Answer {
        let asked = use_of(secret, operation, message);
        if let Some(text) = self.own.get(&asked) {
            return Answer::Own(text.clone());
        }
        let kind = if decrypts(operation) {
            &mut self.opened
        } else {
            &mut self.made
        };
        let count = kind.len();
        let known = kind.get(&asked).copied();
        if known.is_none() && count >= USES {
            return Answer::TooMany;
        }
        let number = *kind.entry(asked).or_insert(count);
        if decrypts(operation) {
            return Answer::Opened {
                number,
                is_new: known.is_none(),
            };
        }
        let result = stand_in(secret, number, length(operation, message));
        if known.is_none() {
            Answer::New(result)
        } else {
            Answer::Again(result)
        }
    }

    /// Remembers what was encrypted, for the script may decrypt it again.
    fn sealed(&mut self, secret: &str, operation: SecretOperation, message: &[u8], result: &[u8]) {
        let (opens, additional) = match operation {
            SecretOperation::AesGcm {
                decrypt: false,
                encoding,
                nonce,
                additional,
            } => {
                let opens = SecretOperation::AesGcm {
                    decrypt: true,
                    encoding,
                    nonce,
                    additional,
                };
                (opens, additional as usize)
            }
            SecretOperation::AesCbc {
                decrypt: false,
                encoding,
                iv,
            } => {
                let opens = SecretOperation::AesCbc {
                    decrypt: true,
                    encoding,
                    iv,
                };
                (opens, 0)
            }
            _ => return,
        };
        let Some((additional, plain)) = message.split_at_checked(additional) else {
            return;
        };
        let asked = use_of(secret, opens, &[additional, result].concat());
        if self.own.len() < USES && plain.len() <= LARGEST_MESSAGE {
            self.own.insert(asked, plain.to_vec());
        }
    }
}

fn decrypts(operation: SecretOperation) -> bool {
    matches!(
        operation,
        SecretOperation::AesGcm { decrypt: true, .. } | SecretOperation::AesCbc { decrypt: true, .. }
    )
}

fn use_of(secret: &str, operation: SecretOperation, message: &[u8]) -> Use {
    let operation = format!("{operation:?}");
    let mut hasher = Sha256::new();
    for part in [secret.as_bytes(), operation.as_bytes(), message] {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// Bytes that a result has. An RSA signature is as long as its key, which nobody has here: 2048 bits are usual.
fn length(operation: SecretOperation, message: &[u8]) -> usize {
    match operation {
        SecretOperation::Digest(hash) | SecretOperation::Hmac(hash) => match hash {
            Hash::Md5 => 16,
            Hash::Sha1 => 20,
            Hash::Sha256 | Hash::Sha512_256 => 32,
            Hash::Sha384 => 48,
            Hash::Sha512 => 64,
        },
        SecretOperation::Sign(signature) => match signature {
            Signature::Rs256 | Signature::Rs384 | Signature::Rs512 => 256,
            Signature::Es256 => 64,
            Signature::Es384 => 96,
            Signature::Es512 => 132,
        },
        SecretOperation::Pbkdf2 { length, .. } => length as usize,
        SecretOperation::AesGcm { additional, .. } => message.len().saturating_sub(additional as usize) + 16,
        SecretOperation::AesCbc { .. } => (message.len() / 16 + 1) * 16,
        SecretOperation::AwsV4 => 32,
    }
}

/// The bytes that stand for the result of that number: the same each time. In Base64 they are letters and digits only, so
/// that both of its alphabets write them alike: a result that happens to be written alike in both does not tell which.
fn stand_in(secret: &str, number: usize, length: usize) -> Vec<u8> {
    let block = |at: usize| Sha256::digest(format!("stand-in {secret} {number} {at}"));
    let mut bytes: Vec<u8> = (0..length.div_ceil(32)).flat_map(block).collect();
    bytes.truncate(length);
    let text = BASE64_STANDARD.encode(bytes).replace('+', "A").replace('/', "B");
    BASE64_STANDARD.decode(text).unwrap_or_default()
}

/// The message as a token's text, where it is one: two parts with a dot between them.
fn token(message: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(message)
        .ok()
        .filter(|text| text.len() <= LARGEST_MESSAGE)?;
    let (header, claims) = text.split_once('.')?;
    let plain = |part: &str| {
        part.len() > 1
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    (plain(header) && plain(claims)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use joinery_script::{crypto, host::KeyEncoding};

    use super::*;

    const HMAC: SecretOperation = SecretOperation::Hmac(Hash::Sha256);

    fn gcm(decrypt: bool) -> SecretOperation {
        SecretOperation::AesGcm {
            decrypt,
            encoding: KeyEncoding::Text,
            nonce: [7; 12],
            additional: 2,
        }
    }

    #[test]
    fn a_replay_gives_what_the_recording_put_in_place_of_each_result() {
        let (mut recorded, mut uses) = (StandIns::default(), Uses::default());
        for message in ["one", "two", "one"] {
            recorded.record(&mut uses, "key", HMAC, message.as_bytes(), message.as_bytes());
        }
        let mut replay = StandIns::default();
        let given: Vec<Vec<u8>> = ["masked one", "masked two", "masked one"]
            .map(|message| replay.replay(&[], "key", HMAC, message.as_bytes()).unwrap())
            .to_vec();
        assert_eq!(uses.results.len(), 2);
        assert_eq!(
            given,
            [&uses.results[0].1, &uses.results[1].1, &uses.results[0].1].map(Vec::clone)
        );
        assert_eq!((uses.results[0].0.as_slice(), given[0].len()), (b"one".as_slice(), 32));
    }

    #[test]
    fn stand_ins_are_written_alike_in_both_alphabets_of_base64() {
        for (number, length) in (0..400).zip([16, 20, 32, 64, 256].into_iter().cycle()) {
            let bytes = stand_in("key", number, length);
            assert_eq!(bytes.len(), length);
            assert!(!BASE64_STANDARD.encode(bytes).contains(['+', '/']));
        }
    }

    #[test]
    fn stand_ins_are_as_long_as_what_they_stand_for() {
        let key = [1; 32];
        for operation in [
            SecretOperation::Digest(Hash::Sha512),
            SecretOperation::Hmac(Hash::Sha1),
            gcm(false),
            SecretOperation::AesCbc {
                decrypt: false,
                encoding: KeyEncoding::Text,
                iv: [0; 16],
            },
        ] {
            for message in ["ab", "abcdefghijklmnop", "abcdefghijklmnopq"] {
                let real = crypto::perform(&key, operation, message.as_bytes()).unwrap();
                assert_eq!(
                    length(operation, message.as_bytes()),
                    real.len(),
                    "{operation:?} {message}"
                );
            }
        }
    }

    #[test]
    fn what_a_script_encrypted_itself_it_can_decrypt_and_the_rest_is_recorded() {
        let opened = vec![b"from the server".to_vec()];
        let mut replay = StandIns::default();
        let sealed = replay.replay(&opened, "key", gcm(false), b"adplain").unwrap();
        let message = [b"ad".as_slice(), &sealed].concat();
        let mut open = |message: &[u8]| replay.replay(&opened, "key", gcm(true), message);
        assert_eq!(open(&message).unwrap(), b"plain");
        assert_eq!(open(b"adother").unwrap(), b"from the server");
        assert_eq!(open(b"adother").unwrap(), b"from the server");
        assert!(open(b"adthird").unwrap_err().contains("record it again"));
    }

    #[test]
    fn only_what_looks_like_a_token_is_kept_as_one() {
        let tokens = ["eyJh.eyJi", "a.b", "GET\n/a.b", "eyJh.eyJi.sig"].map(|text| token(text.as_bytes()));
        assert_eq!(tokens, [Some("eyJh.eyJi".to_owned()), None, None, None]);
    }
}
