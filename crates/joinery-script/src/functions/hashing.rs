//! Hashes, keyed hashes and randomness. A key may be a secret of the connection: the host signs, the script never sees
//! the text.

use rhai::{Blob, Dynamic, EvalAltResult, Module, NativeCallContext, export_module, exported_module};

use crate::{
    crypto,
    error::{complain, located},
    explain::type_words,
    host::{Hash, SecretOperation},
    secret::SecretValue,
    state::run_of,
    syntax::nearest,
};

/// Bytes that `random_bytes` gives at most.
const MAX_RANDOM: i64 = 1 << 20;

/// The hashes by the names scripts know them by.
const HASHES: &[(&str, Hash)] = &[
    ("md5", Hash::Md5),
    ("sha1", Hash::Sha1),
    ("sha256", Hash::Sha256),
    ("sha384", Hash::Sha384),
    ("sha512", Hash::Sha512),
    ("sha512_256", Hash::Sha512_256),
];

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

/// `operation` on `message` with `key`, which is text, bytes or a secret: then the host does it.
pub fn keyed(
    context: &NativeCallContext,
    key: &Dynamic,
    operation: SecretOperation,
    message: &[u8],
    function: &str,
) -> Result<Blob, Box<EvalAltResult>> {
    if let Some(secret) = key.read_lock::<SecretValue>().map(|secret| secret.clone()) {
        let signed = run_of(context)?.host.sign(&secret.name, operation, message);
        return signed.map_err(|failure| complain(format!("{function}: {failure}")));
    }
    let key = bytes_of(key, function)?;
    crypto::perform(&key, operation, message).map_err(|reason| complain(format!("{function}: {reason}")))
}

fn digest(
    context: &NativeCallContext,
    value: &Dynamic,
    hash: Hash,
    function: &str,
) -> Result<String, Box<EvalAltResult>> {
    located(
        context,
        keyed(context, value, SecretOperation::Digest(hash), &[], function),
    )
    .map(hex::encode)
}

fn hmac(
    context: &NativeCallContext,
    key: &Dynamic,
    message: &Dynamic,
    hash: Hash,
    function: &str,
) -> Result<Blob, Box<EvalAltResult>> {
    let message = located(context, bytes_of(message, function))?;
    located(
        context,
        keyed(context, key, SecretOperation::Hmac(hash), &message, function),
    )
}

/// The hash of that name.
///
/// # Errors
/// There is none.
pub fn hash_of(name: &str, function: &str) -> Result<Hash, Box<EvalAltResult>> {
    if let Some((_, hash)) = HASHES.iter().find(|(known, _)| *known == name) {
        return Ok(*hash);
    }
    let names = || HASHES.iter().map(|(known, _)| *known);
    let hint = nearest(name, names()).map_or_else(
        || format!("use one of {}", names().collect::<Vec<_>>().join(", ")),
        |near| format!("did you mean \"{near}\"?"),
    );
    Err(complain(format!("{function}: `{name}` is not a hash; {hint}")))
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
        digest(&context, &value, Hash::Sha256, "sha256")
    }

    /// The SHA-384 of text, bytes or a secret as lower-case hex.
    /// ```rhai
    /// sha384("abc").starts_with("cb00753f")
    /// ```
    #[rhai_fn(return_raw)]
    pub fn sha384(context: NativeCallContext, value: Dynamic) -> Result<String, Box<EvalAltResult>> {
        digest(&context, &value, Hash::Sha384, "sha384")
    }

    /// The SHA-512 of text, bytes or a secret as lower-case hex.
    /// ```rhai
    /// sha512("abc").starts_with("ddaf35a1")
    /// ```
    #[rhai_fn(return_raw)]
    pub fn sha512(context: NativeCallContext, value: Dynamic) -> Result<String, Box<EvalAltResult>> {
        digest(&context, &value, Hash::Sha512, "sha512")
    }

    /// The SHA-512/256 of text, bytes or a secret as lower-case hex.
    /// ```rhai
    /// sha512_256("abc").starts_with("53048e26")
    /// ```
    #[rhai_fn(return_raw)]
    pub fn sha512_256(context: NativeCallContext, value: Dynamic) -> Result<String, Box<EvalAltResult>> {
        digest(&context, &value, Hash::Sha512_256, "sha512_256")
    }

    /// The SHA-1 of text, bytes or a secret as lower-case hex. For old protocols only.
    /// ```rhai
    /// sha1("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn sha1(context: NativeCallContext, value: Dynamic) -> Result<String, Box<EvalAltResult>> {
        digest(&context, &value, Hash::Sha1, "sha1")
    }

    /// The MD5 of text, bytes or a secret as lower-case hex. For old protocols only.
    /// ```rhai
    /// md5("abc") == "900150983cd24fb0d6963f7d28e17f72"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn md5(context: NativeCallContext, value: Dynamic) -> Result<String, Box<EvalAltResult>> {
        digest(&context, &value, Hash::Md5, "md5")
    }

    /// A hash as bytes, to be encoded further: `md5`, `sha1`, `sha256`, `sha384`, `sha512` or `sha512_256`.
    /// ```rhai
    /// base64.encode(hash_bytes("sha256", "abc")) == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
    /// ```
    #[rhai_fn(return_raw)]
    pub fn hash_bytes(context: NativeCallContext, hash: &str, value: Dynamic) -> Result<Blob, Box<EvalAltResult>> {
        let hash = located(&context, hash_of(hash, "hash_bytes"))?;
        located(
            &context,
            keyed(&context, &value, SecretOperation::Digest(hash), &[], "hash_bytes"),
        )
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
        hmac(&context, &key, &message, Hash::Sha256, "hmac_sha256").map(hex::encode)
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
        hmac(&context, &key, &message, Hash::Sha256, "hmac_sha256_bytes")
    }

    /// The HMAC with MD5 of a message as lower-case hex. For old protocols only.
    /// ```rhai
    /// hmac_md5("key", "message").starts_with("4e4748e6")
    /// ```
    #[rhai_fn(return_raw)]
    pub fn hmac_md5(context: NativeCallContext, key: Dynamic, message: Dynamic) -> Result<String, Box<EvalAltResult>> {
        hmac(&context, &key, &message, Hash::Md5, "hmac_md5").map(hex::encode)
    }

    /// The HMAC with SHA-1 of a message as lower-case hex. For old protocols only.
    /// ```rhai
    /// hmac_sha1("key", "message").starts_with("2088df74")
    /// ```
    #[rhai_fn(return_raw)]
    pub fn hmac_sha1(context: NativeCallContext, key: Dynamic, message: Dynamic) -> Result<String, Box<EvalAltResult>> {
        hmac(&context, &key, &message, Hash::Sha1, "hmac_sha1").map(hex::encode)
    }

    /// The HMAC with SHA-384 of a message as lower-case hex.
    /// ```rhai
    /// hmac_sha384("key", "message").len() == 96
    /// ```
    #[rhai_fn(return_raw)]
    pub fn hmac_sha384(
        context: NativeCallContext,
        key: Dynamic,
        message: Dynamic,
    ) -> Result<String, Box<EvalAltResult>> {
        hmac(&context, &key, &message, Hash::Sha384, "hmac_sha384").map(hex::encode)
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
        hmac(&context, &key, &message, Hash::Sha512, "hmac_sha512").map(hex::encode)
    }

    /// An HMAC as bytes, with a hash that `hash_bytes` knows.
    /// ```rhai
    /// hex.encode(hmac_bytes("sha1", "key", "message")) == hmac_sha1("key", "message")
    /// ```
    #[rhai_fn(return_raw)]
    pub fn hmac_bytes(
        context: NativeCallContext,
        hash: &str,
        key: Dynamic,
        message: Dynamic,
    ) -> Result<Blob, Box<EvalAltResult>> {
        let hash = located(&context, hash_of(hash, "hmac_bytes"))?;
        hmac(&context, &key, &message, hash, "hmac_bytes")
    }

    /// Whether two texts or secrets are the same, told in a time that does not say where they differ.
    /// ```rhai
    /// safe_equal("v1=ab", "v1=ab") && !safe_equal("v1=ab", "v1=ac")
    /// ```
    #[rhai_fn(return_raw)]
    pub fn safe_equal(context: NativeCallContext, left: Dynamic, right: Dynamic) -> Result<bool, Box<EvalAltResult>> {
        let hash = |value: &Dynamic| {
            let operation = SecretOperation::Digest(Hash::Sha256);
            located(&context, keyed(&context, value, operation, &[], "safe_equal"))
        };
        // Equal hashes are found at the same speed as unequal ones, whatever the texts are.
        let (left, right) = (hash(&left)?, hash(&right)?);
        Ok(left
            .iter()
            .zip(&right)
            .fold(0, |differ, (left, right)| differ | (left ^ right))
            == 0)
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
