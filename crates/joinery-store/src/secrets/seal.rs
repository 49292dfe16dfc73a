//! Sealing what is secret and too long for a keychain, for keeping it elsewhere. The key is a secret like any other.

use base64::{Engine, engine::general_purpose::STANDARD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305,
    aead::{Aead, Payload},
};
use joinery_connector::Secret;

use super::{Secrets, file::random};
use crate::error::Error;

/// Where the key is kept: no connection has an empty name.
const OWNER: &str = "";
const FIELD: &str = "seal";

const NONCE: usize = 24;

pub(super) type Key = [u8; 32];

impl Secrets {
    /// Seals `plain`; only [`unseal`](Self::unseal) with the same `name` opens it.
    ///
    /// # Errors
    /// [`Error::Secret`], [`Error::File`].
    pub fn seal(&self, name: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(encrypt(self.seal_key()?, name, plain))
    }

    /// Fetches the key, where there is one: from then on sealing asks no keychain, and can be done while others wait.
    ///
    /// # Errors
    /// As [`seal`](Self::seal).
    pub fn ready_to_seal(&self) -> Result<(), Error> {
        self.known_key().map(drop)
    }

    /// What was sealed; `None` where it is damaged, or the key is another one by now.
    ///
    /// # Errors
    /// As [`seal`](Self::seal).
    pub fn unseal(&self, name: &str, sealed: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let Some((nonce, sealed)) = sealed.split_first_chunk::<NONCE>() else {
            return Ok(None);
        };
        let payload = Payload {
            msg: sealed,
            aad: name.as_bytes(),
        };
        let Some(key) = self.known_key()? else { return Ok(None) };
        let cipher = XChaCha20Poly1305::new(&key.into());
        Ok(cipher.decrypt(&(*nonce).into(), payload).ok())
    }

    /// The key, where there is one. A keychain takes its time, so it is asked once.
    fn known_key(&self) -> Result<Option<Key>, Error> {
        if let Some(key) = self.seal_key.get() {
            return Ok(Some(*key));
        }
        let kept = |secret: Secret| {
            let bytes = STANDARD.decode(secret.reveal()).ok()?;
            Key::try_from(bytes).ok()
        };
        let key = self.get(OWNER, FIELD)?.and_then(kept);
        Ok(key.map(|key| *self.seal_key.get_or_init(|| key)))
    }

    /// The key, made where there is none. Whoever may not be alone in making it holds a lock meanwhile.
    fn seal_key(&self) -> Result<Key, Error> {
        if let Some(key) = self.known_key()? {
            return Ok(key);
        }
        let key: Key = random();
        self.set(OWNER, FIELD, &Secret::new(STANDARD.encode(key)))?;
        Ok(*self.seal_key.get_or_init(|| key))
    }
}

/// A nonce, then `plain` sealed under it.
fn encrypt(key: Key, name: &str, plain: &[u8]) -> Vec<u8> {
    let nonce = random::<NONCE>();
    let payload = Payload {
        msg: plain,
        aad: name.as_bytes(),
    };
    let sealed = XChaCha20Poly1305::new(&key.into())
        .encrypt(&nonce.into(), payload)
        .expect("what is sealed is shorter than the cipher's limit");
    [nonce.as_slice(), &sealed].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_under_its_name_and_key_only() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = Secrets::open(folder.path(), false).unwrap();
        let sealed = secrets.seal("acme", b"sid=hunter2").unwrap();
        assert!(!sealed.windows(7).any(|part| part == b"hunter2"));
        let again = Secrets::open(folder.path(), false).unwrap();
        assert_eq!(again.unseal("acme", &sealed).unwrap().unwrap(), b"sid=hunter2");
        assert_eq!(again.unseal("other", &sealed).unwrap(), None);
        assert_eq!(again.unseal("acme", &sealed[..20]).unwrap(), None);
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(again.unseal("acme", &changed).unwrap(), None);
        let elsewhere = tempfile::tempdir().unwrap();
        let stranger = Secrets::open(elsewhere.path(), false).unwrap();
        assert_eq!(stranger.unseal("acme", &sealed).unwrap(), None);
    }
}
