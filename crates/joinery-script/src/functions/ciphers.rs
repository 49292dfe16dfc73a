//! Encrypting with AES, and keys made of passwords. A key may be a secret of the connection.

use rhai::{Blob, Dynamic, EvalAltResult, Map, Module, NativeCallContext, export_module, exported_module};

use super::{
    hashing::{bytes_of, keyed},
    options::{AES_CBC, AES_GCM, Options, PBKDF2},
};
use crate::{
    error::{complain, located},
    host::{Hash, KeyEncoding, SecretOperation},
};

/// Hashes of a password at most: about two seconds.
const MAX_ITERATIONS: i64 = 2_000_000;
/// Hashes of a password where nothing is said, as OWASP recommends for SHA-256.
const ITERATIONS: i64 = 600_000;

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

fn encoding(options: &Options) -> Result<KeyEncoding, Box<EvalAltResult>> {
    let encodings = [KeyEncoding::Text, KeyEncoding::Base64, KeyEncoding::Hex];
    let at = options.word("key_encoding", &["text", "base64", "hex"])?;
    Ok(encodings[at.unwrap_or(0)])
}

fn exactly<const N: usize>(options: &Options, key: &str) -> Result<[u8; N], Box<EvalAltResult>> {
    let value = options.value(key).ok_or_else(|| options.missing(key))?;
    let bytes = bytes_of(value, key)?;
    let count = bytes.len();
    bytes
        .try_into()
        .map_err(|_| options.wrong(key, &format!("must have {N} bytes, not {count}")))
}

fn gcm(
    context: &NativeCallContext,
    key: &Dynamic,
    value: &Dynamic,
    options: &Map,
    decrypt: bool,
) -> Result<Blob, Box<EvalAltResult>> {
    let function = if decrypt { "aes_gcm_decrypt" } else { "aes_gcm_encrypt" };
    let options = Options::new(function, options, AES_GCM)?;
    let mut message = match options.value("additional") {
        Some(additional) => bytes_of(additional, function)?,
        None => Vec::new(),
    };
    let operation = SecretOperation::AesGcm {
        decrypt,
        encoding: encoding(&options)?,
        nonce: exactly(&options, "nonce")?,
        additional: u32::try_from(message.len()).map_err(|_| complain("the additional data is too long"))?,
    };
    message.extend(bytes_of(value, function)?);
    keyed(context, key, operation, &message, function)
}

fn cbc(
    context: &NativeCallContext,
    key: &Dynamic,
    value: &Dynamic,
    options: &Map,
    decrypt: bool,
) -> Result<Blob, Box<EvalAltResult>> {
    let function = if decrypt { "aes_cbc_decrypt" } else { "aes_cbc_encrypt" };
    let options = Options::new(function, options, AES_CBC)?;
    let operation = SecretOperation::AesCbc {
        decrypt,
        encoding: encoding(&options)?,
        iv: exactly(&options, "iv")?,
    };
    keyed(context, key, operation, &bytes_of(value, function)?, function)
}

fn derive(
    context: &NativeCallContext,
    password: &Dynamic,
    salt: &Dynamic,
    options: &Map,
) -> Result<Blob, Box<EvalAltResult>> {
    let options = Options::new("pbkdf2", options, PBKDF2.keys)?;
    let hashes = [Hash::Sha256, Hash::Sha1, Hash::Sha512];
    let operation = SecretOperation::Pbkdf2 {
        hash: hashes[options.word("hash", &["sha256", "sha1", "sha512"])?.unwrap_or(0)],
        iterations: options.number("iterations", 1, MAX_ITERATIONS)?.unwrap_or(ITERATIONS) as u32,
        length: options.number("length", 1, 256)?.unwrap_or(32) as u32,
    };
    keyed(context, password, operation, &bytes_of(salt, "pbkdf2")?, "pbkdf2")
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// Text or bytes encrypted with AES in Galois counter mode, the tag of 16 bytes at the end. The key has 16, 24 or
    /// 32 bytes.
    /// ```rhai
    /// let sealed = aes_gcm_encrypt("0123456789abcdef", "hello", #{ nonce: "abcdefghijkl" });
    /// hex.encode(sealed).len() == 42
    ///     && aes_gcm_decrypt("0123456789abcdef", sealed, #{ nonce: "abcdefghijkl" }).as_string() == "hello"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn aes_gcm_encrypt(
        context: NativeCallContext,
        key: Dynamic,
        value: Dynamic,
        options: Map,
    ) -> Result<Blob, Box<EvalAltResult>> {
        located(&context, gcm(&context, &key, &value, &options, false))
    }

    /// What `aes_gcm_encrypt` made, decrypted to bytes; an error where it was changed on the way.
    /// ```rhai
    /// let sealed = hex.decode_bytes("58e2fccefa7e3061367f1d57a4e7455a");
    /// let zero = #{ nonce: blob(12) };
    /// aes_gcm_decrypt(blob(16), sealed, zero).len() == 0
    /// ```
    #[rhai_fn(return_raw)]
    pub fn aes_gcm_decrypt(
        context: NativeCallContext,
        key: Dynamic,
        value: Dynamic,
        options: Map,
    ) -> Result<Blob, Box<EvalAltResult>> {
        located(&context, gcm(&context, &key, &value, &options, true))
    }

    /// Text or bytes encrypted with AES in cipher block chaining mode, padded as PKCS #7 says. It does not notice
    /// changes on the way: sign what you send, or use `aes_gcm_encrypt`.
    /// ```rhai
    /// let options = #{ iv: "abcdefghijklmnop" };
    /// let sealed = aes_cbc_encrypt("0123456789abcdef", "hello", options);
    /// sealed.len() == 16 && aes_cbc_decrypt("0123456789abcdef", sealed, options).as_string() == "hello"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn aes_cbc_encrypt(
        context: NativeCallContext,
        key: Dynamic,
        value: Dynamic,
        options: Map,
    ) -> Result<Blob, Box<EvalAltResult>> {
        located(&context, cbc(&context, &key, &value, &options, false))
    }

    /// What `aes_cbc_encrypt` made, decrypted to bytes.
    /// ```rhai
    /// let key = hex.decode_bytes("2b7e151628aed2a6abf7158809cf4f3c");
    /// let options = #{ iv: hex.decode_bytes("000102030405060708090a0b0c0d0e0f") };
    /// aes_cbc_decrypt(key, aes_cbc_encrypt(key, "attack at dawn", options), options).as_string() == "attack at dawn"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn aes_cbc_decrypt(
        context: NativeCallContext,
        key: Dynamic,
        value: Dynamic,
        options: Map,
    ) -> Result<Blob, Box<EvalAltResult>> {
        located(&context, cbc(&context, &key, &value, &options, true))
    }

    /// The bytes of a key made of a password with PBKDF2.
    /// ```rhai
    /// hex.encode(pbkdf2("password", "salt", #{ hash: "sha1", iterations: 2, length: 20 }))
    ///     == "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn pbkdf2(context: NativeCallContext, password: Dynamic, salt: Dynamic) -> Result<Blob, Box<EvalAltResult>> {
        located(&context, derive(&context, &password, &salt, &Map::new()))
    }
    #[rhai_fn(name = "pbkdf2", return_raw)]
    pub fn pbkdf2_with(
        context: NativeCallContext,
        password: Dynamic,
        salt: Dynamic,
        options: Map,
    ) -> Result<Blob, Box<EvalAltResult>> {
        located(&context, derive(&context, &password, &salt, &options))
    }
}
