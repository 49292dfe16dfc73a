//! Hashing, signing and encrypting with a key. A script's own keys are used here; those of the connection, which a script
//! never sees, by the host, which calls [`perform`] too.

mod public;

use aes::cipher::{BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
use aes_gcm::{
    Aes128Gcm, Aes256Gcm, AesGcm, KeyInit,
    aead::{Aead, Payload, consts::U12},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use joinery_connector::Secret;
use joinery_http::auth::{
    aws_sigv4,
    keys::{self, Algorithm},
};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512, Sha512_256};

pub(crate) use public::PublicKey;

use crate::host::{Hash, KeyEncoding, SecretOperation, Signature};

/// AES-192 in Galois counter mode, which has no name of its own.
type Aes192Gcm = AesGcm<aes::Aes192, U12>;

/// What `operation` makes of `message` with `key`.
///
/// # Errors
/// Why key or message do not fit, without a word of either.
pub fn perform(key: &[u8], operation: SecretOperation, message: &[u8]) -> Result<Vec<u8>, String> {
    Ok(match operation {
        SecretOperation::Digest(hash) => digest(hash, key),
        SecretOperation::Hmac(hash) => hmac(hash, key, message),
        SecretOperation::Sign(signature) => sign(key, signature, message)?,
        SecretOperation::Pbkdf2 {
            hash,
            iterations,
            length,
        } => {
            let mut derived = vec![0; length as usize];
            match hash {
                Hash::Sha1 => pbkdf2::pbkdf2_hmac::<Sha1>(key, message, iterations, &mut derived),
                Hash::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>(key, message, iterations, &mut derived),
                _ => pbkdf2::pbkdf2_hmac::<Sha256>(key, message, iterations, &mut derived),
            }
            derived
        }
        SecretOperation::AesGcm {
            decrypt,
            encoding,
            nonce,
            additional,
        } => {
            let key = decoded(key, encoding)?;
            let Some((additional, message)) = message.split_at_checked(additional as usize) else {
                return Err("the message is shorter than said".into());
            };
            gcm(&key, decrypt, &nonce, additional, message)?
        }
        SecretOperation::AesCbc { decrypt, encoding, iv } => cbc(&decoded(key, encoding)?, decrypt, &iv, message)?,
        SecretOperation::AwsV4 => {
            let text = std::str::from_utf8(message).map_err(|_| "what is signed is not text".to_owned())?;
            aws_sigv4::signature(key, text)
        }
    })
}

fn digest(hash: Hash, value: &[u8]) -> Vec<u8> {
    match hash {
        Hash::Md5 => Md5::digest(value).to_vec(),
        Hash::Sha1 => Sha1::digest(value).to_vec(),
        Hash::Sha256 => Sha256::digest(value).to_vec(),
        Hash::Sha384 => Sha384::digest(value).to_vec(),
        Hash::Sha512 => Sha512::digest(value).to_vec(),
        Hash::Sha512_256 => Sha512_256::digest(value).to_vec(),
    }
}

fn hmac(hash: Hash, key: &[u8], message: &[u8]) -> Vec<u8> {
    fn tag<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
        let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length (RFC 2104)");
        mac.update(message);
        mac.finalize().into_bytes().to_vec()
    }
    match hash {
        Hash::Md5 => tag::<Hmac<Md5>>(key, message),
        Hash::Sha1 => tag::<Hmac<Sha1>>(key, message),
        Hash::Sha256 => tag::<Hmac<Sha256>>(key, message),
        Hash::Sha384 => tag::<Hmac<Sha384>>(key, message),
        Hash::Sha512 => tag::<Hmac<Sha512>>(key, message),
        Hash::Sha512_256 => tag::<Hmac<Sha512_256>>(key, message),
    }
}

fn sign(key: &[u8], signature: Signature, message: &[u8]) -> Result<Vec<u8>, String> {
    let text = std::str::from_utf8(key).map_err(|_| "the key is not text: give PEM or a JWK".to_owned())?;
    let algorithm = Algorithm::named(signature.name()).expect("every signature is an algorithm of keys");
    let read = keys::read(&Secret::new(text)).map_err(|error| error.to_string())?;
    read.key.sign(algorithm, message).map_err(|error| error.to_string())
}

fn decoded(key: &[u8], encoding: KeyEncoding) -> Result<Vec<u8>, String> {
    let key = match encoding {
        KeyEncoding::Text => key.to_vec(),
        KeyEncoding::Base64 => {
            let text = String::from_utf8_lossy(key).replace('-', "+").replace('_', "/");
            let padded = format!(
                "{}{}",
                text.trim_end_matches('='),
                ["", "", "==", "="][text.trim_end_matches('=').len() % 4]
            );
            STANDARD
                .decode(padded)
                .map_err(|_| "the key is not Base64".to_owned())?
        }
        KeyEncoding::Hex => hex::decode(key).map_err(|_| "the key is not hex".to_owned())?,
    };
    if matches!(key.len(), 16 | 24 | 32) {
        Ok(key)
    } else {
        Err(format!("the key has {} bytes; AES takes 16, 24 or 32", key.len()))
    }
}

fn gcm(key: &[u8], decrypt: bool, nonce: &[u8; 12], additional: &[u8], message: &[u8]) -> Result<Vec<u8>, String> {
    fn with<C: Aead<NonceSize = U12> + KeyInit>(
        key: &[u8],
        decrypt: bool,
        nonce: &[u8; 12],
        payload: Payload,
    ) -> Option<Vec<u8>> {
        let cipher = C::new_from_slice(key).ok()?;
        let nonce = (*nonce).into();
        if decrypt {
            cipher.decrypt(&nonce, payload).ok()
        } else {
            cipher.encrypt(&nonce, payload).ok()
        }
    }
    let payload = Payload {
        msg: message,
        aad: additional,
    };
    let done = match key.len() {
        16 => with::<Aes128Gcm>(key, decrypt, nonce, payload),
        24 => with::<Aes192Gcm>(key, decrypt, nonce, payload),
        _ => with::<Aes256Gcm>(key, decrypt, nonce, payload),
    };
    done.ok_or_else(|| "this is not what was encrypted with this key, nonce and additional data".to_owned())
}

fn cbc(key: &[u8], decrypt: bool, iv: &[u8; 16], message: &[u8]) -> Result<Vec<u8>, String> {
    fn with<C>(key: &[u8], decrypt: bool, iv: &[u8; 16], message: &[u8]) -> Option<Vec<u8>>
    where
        C: BlockCipherEncrypt + aes::cipher::BlockCipherDecrypt + KeyInit,
        cbc::Encryptor<C>: KeyIvInit + BlockModeEncrypt,
        cbc::Decryptor<C>: KeyIvInit + BlockModeDecrypt,
    {
        if decrypt {
            let cipher = <cbc::Decryptor<C> as KeyIvInit>::new_from_slices(key, iv).ok()?;
            cipher.decrypt_padded_vec::<Pkcs7>(message).ok()
        } else {
            let cipher = <cbc::Encryptor<C> as KeyIvInit>::new_from_slices(key, iv).ok()?;
            Some(cipher.encrypt_padded_vec::<Pkcs7>(message))
        }
    }
    let done = match key.len() {
        16 => with::<aes::Aes128>(key, decrypt, iv, message),
        24 => with::<aes::Aes192>(key, decrypt, iv, message),
        _ => with::<aes::Aes256>(key, decrypt, iv, message),
    };
    done.ok_or_else(|| "this is not what was encrypted with this key and iv".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Test case 16 of the specification of GCM, for AES-256.
    #[test]
    fn gcm_gives_what_its_specification_prints() {
        let hex = |text: &str| hex::decode(text).unwrap();
        let key = hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
        let nonce: [u8; 12] = hex("cafebabefacedbaddecaf888").try_into().unwrap();
        let additional = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let plain = hex(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        );
        let sealed = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b";
        let length = additional.len() as u32;
        let operation = |decrypt| SecretOperation::AesGcm {
            decrypt,
            encoding: KeyEncoding::Text,
            nonce,
            additional: length,
        };
        let done = perform(&key, operation(false), &[additional.clone(), plain.clone()].concat()).unwrap();
        assert_eq!(hex::encode(&done), sealed);
        let opened = perform(&key, operation(true), &[additional.clone(), done.clone()].concat());
        assert_eq!(opened.unwrap(), plain);
        let mut forged = [additional, done].concat();
        *forged.last_mut().unwrap() ^= 1;
        assert!(perform(&key, operation(true), &forged).is_err());
    }

    #[test]
    fn a_key_derived_is_the_one_rfc_6070_prints() {
        let operation = SecretOperation::Pbkdf2 {
            hash: Hash::Sha1,
            iterations: 4096,
            length: 20,
        };
        let derived = perform(b"password", operation, b"salt").unwrap();
        assert_eq!(hex::encode(derived), "4b007901b765489abead49d926f721d065a429c1");
    }

    #[test]
    fn an_unusable_key_is_told_without_showing_it() {
        let error = perform(b"hush", SecretOperation::Sign(Signature::Rs256), b"m").unwrap_err();
        assert!(!error.contains("hush") && error.contains("PEM"), "{error}");
        let cbc = |key: &[u8]| {
            let operation = SecretOperation::AesCbc {
                decrypt: false,
                encoding: KeyEncoding::Base64,
                iv: [0; 16],
            };
            perform(key, operation, b"m")
        };
        assert_eq!(cbc(b"!").unwrap_err(), "the key is not Base64");
        assert_eq!(cbc(b"AAAA").unwrap_err(), "the key has 3 bytes; AES takes 16, 24 or 32");
        assert_eq!(cbc(b"AAAAAAAAAAAAAAAAAAAAAA").unwrap().len(), 16);
    }
}
