//! The encrypted file `secrets.enc`: a header, a nonce, and a JSON map sealed with XChaCha20-Poly1305. The header is
//! authenticated too, so a changed byte anywhere is noticed. The key is in `secrets.key`, or made from a passphrase.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use argon2::Argon2;
use base64::{Engine, engine::general_purpose::STANDARD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305,
    aead::{Aead, Payload},
};
use joinery_connector::Secret;

use crate::error::Error;

const MAGIC: &[u8; 16] = b"joinery-secrets1";
const SALT: usize = 16;
const NONCE: usize = 24;
/// Magic, kind of key, salt.
const HEADER: usize = MAGIC.len() + 1 + SALT;

/// Secrets by connection, then field.
type Map = BTreeMap<String, BTreeMap<String, String>>;
type Key = [u8; 32];

/// The file, its key and its lock. Nothing is made before a secret is kept.
pub(super) struct SecretFile {
    path: PathBuf,
    key_path: PathBuf,
    lock_path: PathBuf,
    passphrase: Option<Secret>,
}

impl SecretFile {
    pub(super) fn new(folder: &Path, passphrase: Option<Secret>) -> Self {
        Self {
            path: folder.join("secrets.enc"),
            key_path: folder.join("secrets.key"),
            lock_path: folder.join("secrets.lock"),
            passphrase,
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn set(&self, connection: &str, field: &str, secret: &Secret) -> Result<(), Error> {
        self.change(&format!("{connection}/{field}"), |map| {
            map.entry(connection.to_owned())
                .or_default()
                .insert(field.to_owned(), secret.reveal().to_owned());
        })
    }

    pub(super) fn get(&self, connection: &str, field: &str) -> Result<Option<Secret>, Error> {
        let map = self.read(&format!("{connection}/{field}"))?;
        Ok(map
            .get(connection)
            .and_then(|fields| fields.get(field))
            .map(Secret::new))
    }

    pub(super) fn remove(&self, connection: &str, field: &str) -> Result<(), Error> {
        let name = format!("{connection}/{field}");
        if !self
            .read(&name)?
            .get(connection)
            .is_some_and(|fields| fields.contains_key(field))
        {
            return Ok(());
        }
        self.change(&name, |map| {
            if let Some(fields) = map.get_mut(connection) {
                fields.remove(field);
                if fields.is_empty() {
                    map.remove(connection);
                }
            }
        })
    }

    /// Reads, changes and replaces the file while no other process does. Readers need no lock: they see the file
    /// before or after.
    fn change(&self, name: &str, change: impl FnOnce(&mut Map)) -> Result<(), Error> {
        let lock = self.lock()?;
        let mut map = self.read(name)?;
        change(&mut map);
        let sealed = self.seal(name, &map)?;
        write_private(&self.path, &sealed, true)?;
        drop(lock);
        Ok(())
    }

    fn lock(&self) -> Result<File, Error> {
        let fail = |source| Error::File {
            path: self.lock_path.clone(),
            source,
        };
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&self.lock_path)
            .map_err(fail)?;
        file.lock().map_err(fail)?;
        Ok(file)
    }

    fn read(&self, name: &str) -> Result<Map, Error> {
        match fs::read(&self.path) {
            Ok(bytes) => self.unseal(name, &bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Map::new()),
            Err(source) => Err(Error::File {
                path: self.path.clone(),
                source,
            }),
        }
    }

    fn seal(&self, name: &str, map: &Map) -> Result<Vec<u8>, Error> {
        let mut bytes = MAGIC.to_vec();
        bytes.push(self.kind());
        bytes.extend(random::<SALT>());
        let key = match &self.passphrase {
            Some(passphrase) => derive(passphrase, &bytes[HEADER - SALT..]),
            None => self.key_made_if_missing(name)?,
        };
        let plain = serde_json::to_vec(map).expect("a map of strings is always JSON");
        let nonce = random::<NONCE>();
        let sealed = XChaCha20Poly1305::new(&key.into())
            .encrypt(
                &nonce.into(),
                Payload {
                    msg: &plain,
                    aad: &bytes,
                },
            )
            .expect("a map of secrets is shorter than the cipher's limit");
        bytes.extend(nonce);
        bytes.extend(sealed);
        Ok(bytes)
    }

    fn unseal(&self, name: &str, bytes: &[u8]) -> Result<Map, Error> {
        let (header, sealed) = bytes.split_at_checked(HEADER).ok_or_else(|| self.damaged(name))?;
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or_else(|| self.damaged(name))?;
        if !header.starts_with(MAGIC) {
            return Err(self.damaged(name));
        }
        if header[MAGIC.len()] != self.kind() {
            return Err(self.wrong_kind(name));
        }
        let key = match &self.passphrase {
            Some(passphrase) => derive(passphrase, &header[HEADER - SALT..]),
            None => self.key(name)?.ok_or_else(|| self.key_missing(name))?,
        };
        let plain = XChaCha20Poly1305::new(&key.into())
            .decrypt(
                &(*nonce).into(),
                Payload {
                    msg: sealed,
                    aad: header,
                },
            )
            .map_err(|_| self.damaged(name))?;
        serde_json::from_slice(&plain).map_err(|_| self.damaged(name))
    }

    fn kind(&self) -> u8 {
        u8::from(self.passphrase.is_some())
    }

    /// The key of the key file. A key file that others can read is closed to them.
    fn key(&self, name: &str) -> Result<Option<Key>, Error> {
        let fail = |source| Error::File {
            path: self.key_path.clone(),
            source,
        };
        let text = match fs::read_to_string(&self.key_path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(fail(source)),
        };
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&self.key_path).map_err(fail)?.permissions().mode();
            if mode & 0o077 != 0 {
                fs::set_permissions(&self.key_path, fs::Permissions::from_mode(0o600)).map_err(fail)?;
            }
        }
        let key = STANDARD
            .decode(text.trim())
            .ok()
            .and_then(|bytes| Key::try_from(bytes).ok());
        key.map(Some).ok_or_else(|| {
            let reason = format!(
                "{} holds no key; {}",
                self.key_path.display(),
                self.way_out("the key file")
            );
            Error::Secret {
                name: name.to_owned(),
                reason,
            }
        })
    }

    fn key_made_if_missing(&self, name: &str) -> Result<Key, Error> {
        if let Some(key) = self.key(name)? {
            return Ok(key);
        }
        let key = random::<32>();
        write_private(&self.key_path, STANDARD.encode(key).as_bytes(), false)?;
        Ok(key)
    }

    fn damaged(&self, name: &str) -> Error {
        let cause = if self.passphrase.is_some() {
            "the passphrase is another one"
        } else {
            "the key is another one"
        };
        let path = self.path.display();
        let reason = format!("{path} is damaged or {cause}; {}", self.way_out("both files"));
        Error::Secret {
            name: name.to_owned(),
            reason,
        }
    }

    fn key_missing(&self, name: &str) -> Error {
        let path = self.key_path.display();
        let reason = format!("the key file {path} is missing; {}", self.way_out("it"));
        Error::Secret {
            name: name.to_owned(),
            reason,
        }
    }

    fn wrong_kind(&self, name: &str) -> Error {
        let path = self.path.display();
        let reason = if self.passphrase.is_some() {
            format!(
                "{path} was written with a key file; leave the passphrase out, or delete the file and enter the secrets again"
            )
        } else {
            format!("{path} was written with a passphrase; give it, or delete the file and enter the secrets again")
        };
        Error::Secret {
            name: name.to_owned(),
            reason,
        }
    }

    fn way_out(&self, what: &str) -> String {
        format!(
            "restore {what} from a backup, or delete {} and enter the secrets again",
            self.path.display()
        )
    }
}

/// Argon2id with the crate's defaults (19 MiB, two passes), which are OWASP's.
fn derive(passphrase: &Secret, salt: &[u8]) -> Key {
    let mut key = Key::default();
    Argon2::default()
        .hash_password_into(passphrase.reveal().as_bytes(), salt, &mut key)
        .expect("the salt and key lengths are within Argon2's limits");
    key
}

pub(super) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

/// Writes a file only its owner can read, whole or not at all. (`tempfile` makes files of mode 0600.)
fn write_private(path: &Path, bytes: &[u8], replace: bool) -> Result<(), Error> {
    let fail = |source| Error::File {
        path: path.to_owned(),
        source,
    };
    let folder = path.parent().expect("it was joined to a folder");
    let mut file = tempfile::Builder::new()
        .prefix(".secrets")
        .tempfile_in(folder)
        .map_err(fail)?;
    file.write_all(bytes)
        .and_then(|()| file.as_file().sync_all())
        .map_err(fail)?;
    let kept = if replace {
        file.persist(path)
    } else {
        file.persist_noclobber(path)
    };
    kept.map(|_| ()).map_err(|error| fail(error.error))
}
