//! Hashes, keyed hashes and randomness. A key may be a secret of the connection: the host signs, the script never sees
//! the text.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use rhai::{Blob, Dynamic, EvalAltResult, Module, NativeCallContext, export_module, exported_module};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::{error::complain, explain::type_words, host::SecretOperation, secret::SecretValue, state::run_of};

/// Bytes that `random_bytes` gives at most.
const MAX_RANDOM: i64 = 1 << 20;

/// The bytes of text or a blob.
pub fn bytes_of(value: &Dynamic, function: &str) -> Result<Vec<u8>, Box<EvalAltResult>> {
    if let Ok(text) = value.as_immutable_string_ref() {
        return Ok(text.as_bytes().to_vec());
    }
    if let Ok(bytes) = value.as_blob_ref() {
        return Ok(bytes.clone());
    }
    let kind = if value.is::<SecretValue>() {
        "secret"
    } else {
        value.type_name()
    };
    Err(complain(format!(
        "{function} takes text or bytes, not {}",
        type_words(kind)
    )))
}

fn digest<D: Digest>(value: &Dynamic, function: &str) -> Result<String, Box<EvalAltResult>> {
    Ok(hex::encode(D::digest(bytes_of(value, function)?)))
}

fn keyed(
    context: &NativeCallContext,
    key: &Dynamic,
    message: &Dynamic,
    operation: SecretOperation,
    function: &str,
) -> Result<Blob, Box<EvalAltResult>> {
    let message = bytes_of(message, function)?;
    if let Some(secret) = key.read_lock::<SecretValue>().map(|secret| secret.clone()) {
        return run_of(context)?
            .host
            .sign(&secret.name, operation, &message)
            .ok_or_else(|| complain(format!("the connection has no secret `{}`", secret.name)));
    }
    let key = bytes_of(key, function)?;
    let tag =
        match operation {
            SecretOperation::HmacSha1 => Hmac::<Sha1>::new_from_slice(&key)
                .map(|mac| mac.chain_update(&message).finalize().into_bytes().to_vec()),
            SecretOperation::HmacSha512 => Hmac::<Sha512>::new_from_slice(&key)
                .map(|mac| mac.chain_update(&message).finalize().into_bytes().to_vec()),
            SecretOperation::HmacSha256 | SecretOperation::Sha256 => Hmac::<Sha256>::new_from_slice(&key)
                .map(|mac| mac.chain_update(&message).finalize().into_bytes().to_vec()),
        };
    Ok(tag.expect("HMAC takes a key of any length"))
}

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// The SHA-256 of text, bytes or a secret as lower-case hex.
    /// ```rhai
    /// sha256("abc").starts_with("ba7816bf")
    /// ```
    #[rhai_fn(return_raw)]
    pub fn sha256(context: NativeCallContext, value: Dynamic) -> Result<String, Box<EvalAltResult>> {
        if let Some(secret) = value.read_lock::<SecretValue>() {
            return run_of(&context)?
                .host
                .sign(&secret.name, SecretOperation::Sha256, &[])
                .map(hex::encode)
                .ok_or_else(|| complain(format!("the connection has no secret `{}`", secret.name)));
        }
        digest::<Sha256>(&value, "sha256")
    }

    /// The SHA-384 of text or bytes as lower-case hex.
    /// ```rhai
    /// sha384("abc").starts_with("cb00753f")
    /// ```
    #[rhai_fn(return_raw)]
    pub fn sha384(value: Dynamic) -> Result<String, Box<EvalAltResult>> {
        digest::<Sha384>(&value, "sha384")
    }

    /// The SHA-512 of text or bytes as lower-case hex.
    /// ```rhai
    /// sha512("abc").starts_with("ddaf35a1")
    /// ```
    #[rhai_fn(return_raw)]
    pub fn sha512(value: Dynamic) -> Result<String, Box<EvalAltResult>> {
        digest::<Sha512>(&value, "sha512")
    }

    /// The SHA-1 of text or bytes as lower-case hex. For old protocols only.
    /// ```rhai
    /// sha1("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn sha1(value: Dynamic) -> Result<String, Box<EvalAltResult>> {
        digest::<Sha1>(&value, "sha1")
    }

    /// The MD5 of text or bytes as lower-case hex. For old protocols only.
    /// ```rhai
    /// md5("abc") == "900150983cd24fb0d6963f7d28e17f72"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn md5(value: Dynamic) -> Result<String, Box<EvalAltResult>> {
        digest::<Md5>(&value, "md5")
    }

    /// The HMAC with SHA-256 of a message as lower-case hex. The key may be a secret of the connection.
    /// ```rhai
    /// hmac_sha256("key", "message").starts_with("6e9ef29b")
    /// ```
    #[rhai_fn(return_raw)]
    pub fn hmac_sha256(
        context: NativeCallContext,
        key: Dynamic,
        message: Dynamic,
    ) -> Result<String, Box<EvalAltResult>> {
        keyed(&context, &key, &message, SecretOperation::HmacSha256, "hmac_sha256").map(hex::encode)
    }

    /// The HMAC with SHA-256 of a message as bytes, to be encoded further.
    /// ```rhai
    /// hex.encode(hmac_sha256_bytes("key", "message")) == hmac_sha256("key", "message")
    /// ```
    #[rhai_fn(return_raw)]
    pub fn hmac_sha256_bytes(
        context: NativeCallContext,
        key: Dynamic,
        message: Dynamic,
    ) -> Result<Blob, Box<EvalAltResult>> {
        keyed(
            &context,
            &key,
            &message,
            SecretOperation::HmacSha256,
            "hmac_sha256_bytes",
        )
    }

    /// The HMAC with SHA-1 of a message as lower-case hex. For old protocols only.
    /// ```rhai
    /// hmac_sha1("key", "message").starts_with("2088df74")
    /// ```
    #[rhai_fn(return_raw)]
    pub fn hmac_sha1(context: NativeCallContext, key: Dynamic, message: Dynamic) -> Result<String, Box<EvalAltResult>> {
        keyed(&context, &key, &message, SecretOperation::HmacSha1, "hmac_sha1").map(hex::encode)
    }

    /// The HMAC with SHA-512 of a message as lower-case hex.
    /// ```rhai
    /// hmac_sha512("key", "message").len() == 128
    /// ```
    #[rhai_fn(return_raw)]
    pub fn hmac_sha512(
        context: NativeCallContext,
        key: Dynamic,
        message: Dynamic,
    ) -> Result<String, Box<EvalAltResult>> {
        keyed(&context, &key, &message, SecretOperation::HmacSha512, "hmac_sha512").map(hex::encode)
    }

    /// A new random UUID.
    /// ```rhai
    /// uuid().len() == 36
    /// ```
    #[rhai_fn(return_raw)]
    pub fn uuid(context: NativeCallContext) -> Result<String, Box<EvalAltResult>> {
        let mut bytes = [0; 16];
        run_of(&context)?.host.random(&mut bytes);
        Ok(uuid::Builder::from_random_bytes(bytes).into_uuid().to_string())
    }

    /// Random bytes, at most 1 MB.
    /// ```rhai
    /// random_bytes(8).len() == 8
    /// ```
    #[rhai_fn(return_raw)]
    pub fn random_bytes(context: NativeCallContext, count: i64) -> Result<Blob, Box<EvalAltResult>> {
        if !(0..=MAX_RANDOM).contains(&count) {
            return Err(complain(format!(
                "random_bytes gives 0 to {MAX_RANDOM} bytes, not {count}"
            )));
        }
        let mut bytes = vec![0; count as usize];
        run_of(&context)?.host.random(&mut bytes);
        Ok(bytes)
    }
}
