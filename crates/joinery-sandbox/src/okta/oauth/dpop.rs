//! Proof of possession (`DPoP`, RFC 9449): a short token, signed with the client's own key, for one request.

use axum::http::HeaderName;

use super::jose::{self, Jws};
use super::memory::Memory;
use super::refusal::Refusal;
use crate::okta::call::Call;

const DPOP: HeaderName = HeaderName::from_static("dpop");
const OLDEST_SECONDS: i64 = 300;

/// Where a proof is shown.
pub enum Place<'a> {
    /// At the token endpoint: a nonce is asked for.
    Token,
    /// At the API, with this access token.
    Api(&'a str),
}

/// Whether the call brings a proof.
pub fn is_shown(call: &Call<'_>) -> bool {
    call.headers.contains_key(&DPOP)
}

/// Checks the proof of a call and gives the thumbprint of its key.
///
/// # Errors
/// `invalid_dpop_proof`, `use_dpop_nonce`.
pub fn check(call: &Call<'_>, memory: &Memory, place: &Place<'_>) -> Result<String, Refusal> {
    let mut shown = call.headers.get_all(&DPOP).iter();
    let (Some(proof), more) = (shown.next(), shown.next()) else {
        return Err(Refusal::proof("The DPoP proof JWT header is missing."));
    };
    if more.is_some() {
        return Err(Refusal::proof("Multiple DPoP proof JWT headers are not allowed."));
    }
    let proof = proof.to_str().ok().and_then(Jws::parse);
    let proof = proof.ok_or_else(|| Refusal::proof("The DPoP proof JWT cannot be parsed."))?;
    if proof.text("typ") != "dpop+jwt" {
        return Err(Refusal::proof("'typ' must be 'dpop+jwt' in the DPoP proof JWT."));
    }
    if !proof.has_known_algorithm() {
        return Err(Refusal::proof("The DPoP proof JWT signature algorithm is invalid."));
    }
    let key = proof.header.get("jwk").filter(|key| key.get("d").is_none());
    let (Some(key), Some(thumbprint)) = (key, key.and_then(jose::thumbprint)) else {
        return Err(Refusal::proof("The DPoP proof JWT is invalid."));
    };
    if !proof.is_signed_by(key) {
        return Err(Refusal::proof("The DPoP proof JWT signature is invalid."));
    }
    check_claims(call, &proof)?;
    match place {
        Place::Token => {
            let nonce = proof.claim("nonce");
            if nonce.is_empty() || !memory.knows_nonce(nonce, call.now) {
                return Err(Refusal::nonce(memory.nonce(call.now)));
            }
        }
        Place::Api(token) => {
            if proof.claim("ath") != jose::digest(token) {
                return Err(Refusal::proof(
                    "'ath' claim in the DPoP proof does not match the presented access_token.",
                ));
            }
        }
    }
    let jti = format!("dpop {thumbprint} {}", proof.claim("jti"));
    if !memory.is_first_use(&jti, call.now.seconds() + OLDEST_SECONDS, call.now) {
        return Err(Refusal::proof("The DPoP proof JWT has already been used."));
    }
    Ok(thumbprint)
}

fn check_claims(call: &Call<'_>, proof: &Jws<'_>) -> Result<(), Refusal> {
    if proof.claim("htm") != call.method.as_str() {
        return Err(Refusal::proof("'htm' claim in the DPoP proof JWT is invalid."));
    }
    // Okta compares with the decoded path: a proof for `/users/a%40b` is refused, one for `/users/a@b` is not.
    let path = percent_encoding::percent_decode_str(call.path).decode_utf8_lossy();
    if !call
        .origins()
        .iter()
        .any(|origin| proof.claim("htu").strip_prefix(origin.as_str()) == Some(&path))
    {
        return Err(Refusal::proof("'htu' claim in the DPoP proof JWT is invalid."));
    }
    let now = call.now.seconds();
    let Some(issued) = proof.moment("iat") else {
        return Err(Refusal::proof("'iat' claim in the DPoP proof JWT is invalid."));
    };
    if issued > now + 1 {
        return Err(Refusal::proof("The DPoP proof JWT is issued in the future."));
    }
    if issued < now - OLDEST_SECONDS {
        return Err(Refusal::proof(
            "The DPoP proof JWT is issued more than five minutes in the past.",
        ));
    }
    if proof.moment("exp").is_some_and(|expires| expires <= now) {
        return Err(Refusal::proof("The DPoP proof JWT is expired."));
    }
    if proof.claim("jti").is_empty() {
        return Err(Refusal::proof("'jti' claim in the DPoP proof JWT is invalid."));
    }
    Ok(())
}
