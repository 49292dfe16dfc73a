//! Random text for tokens, one-time links and error ids. Ids of resources are not random: see `okta::ids`.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// So many random characters, safe in a URL.
pub fn text(length: usize) -> String {
    bytes(length)
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte & 63)]))
        .collect()
}

/// 32 random hex digits, the form of Okta's request ids.
pub fn request_id() -> String {
    let mut bytes = [0_u8; 16];
    fill(&mut bytes);
    hex::encode(bytes)
}

/// So many random bytes.
pub fn bytes(length: usize) -> Vec<u8> {
    let mut bytes = vec![0_u8; length];
    fill(&mut bytes);
    bytes
}

fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("every supported system has a source of randomness");
}
