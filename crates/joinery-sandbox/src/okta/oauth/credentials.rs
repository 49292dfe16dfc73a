//! How a client proves at the token, revoke and introspect endpoints who it is.

use axum::http::header;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::client::Client;
use super::form::Form;
use super::jose::Jws;
use super::memory::Memory;
use super::refusal::Refusal;
use crate::okta::call::Call;

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const LONGEST_SECONDS: i64 = 3600;
const FAILED: &str = "Client authentication failed. Either the client or the client credentials are invalid.";

/// The client that makes a call.
///
/// # Errors
/// `invalid_client`, and `invalid_request` where it brings too much.
pub fn client<'m>(call: &Call<'_>, form: &Form, memory: &'m Memory) -> Result<&'m Client, Refusal> {
    let header = call.header(&header::AUTHORIZATION);
    let (secret, assertion) = (form.get("client_secret"), form.get("client_assertion"));
    if [header, secret, assertion].into_iter().flatten().count() > 1 {
        return Err(Refusal::new(
            401,
            "invalid_request",
            "Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization \
             header, credentials in the post body, or a client_assertion in the post body.",
        ));
    }
    let client = if let Some(assertion) = assertion {
        if form.get("client_assertion_type") != Some(ASSERTION) {
            return Err(Refusal::request("The client_assertion_type is invalid."));
        }
        by_assertion(call, assertion, memory)?
    } else if let Some(header) = header {
        let (id, secret) = basic(header)
            .ok_or_else(|| Refusal::client("Found Authentication header but was not valid client credentials."))?;
        by_secret(&id, &secret, "client_secret_basic", memory)?
    } else if let Some(secret) = secret {
        by_secret(
            form.get("client_id").unwrap_or_default(),
            secret,
            "client_secret_post",
            memory,
        )?
    } else {
        let id = form
            .get("client_id")
            .ok_or_else(|| Refusal::client("No client credentials found."))?;
        let client = find(id, memory)?;
        if client.method != "none" {
            return Err(Refusal::client(FAILED));
        }
        client
    };
    if client.active {
        Ok(client)
    } else {
        Err(Refusal::client(FAILED))
    }
}

fn find<'m>(id: &str, memory: &'m Memory) -> Result<&'m Client, Refusal> {
    memory
        .client_named(id)
        .ok_or_else(|| Refusal::client("Invalid value for 'client_id' parameter."))
}

fn by_secret<'m>(id: &str, secret: &str, method: &str, memory: &'m Memory) -> Result<&'m Client, Refusal> {
    let client = find(id, memory)?;
    if client.method != method {
        return Err(Refusal::client(FAILED));
    }
    if !client.accepts(secret) {
        return Err(Refusal::client(
            "The client secret supplied for a confidential client is invalid.",
        ));
    }
    Ok(client)
}

/// Id and secret of a `Basic` header, each form-encoded (RFC 6749, 2.3.1).
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, value) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain = |text: &str| {
        percent_decode_str(text)
            .decode_utf8()
            .map(std::borrow::Cow::into_owned)
            .ok()
    };
    Some((plain(id)?, plain(secret)?))
}

fn by_assertion<'m>(call: &Call<'_>, assertion: &str, memory: &'m Memory) -> Result<&'m Client, Refusal> {
    let token = Jws::parse(assertion).ok_or_else(|| Refusal::client("The parsing of the client_assertion failed."))?;
    let client = memory.client_named(token.claim("iss"));
    let client =
        client.ok_or_else(|| Refusal::client("The issuer claim for client_assertion is not a valid client_id."))?;
    if token.claim("sub") != client.goes_by {
        return Err(Refusal::client(
            "The subject claim for client_assertion is not a valid client_id.",
        ));
    }
    if client.keys.is_empty() || client.method != "private_key_jwt" {
        return Err(Refusal::client(
            "The client does not have a JWKSet configured, but the client_assertion requires one.",
        ));
    }
    if !token.has_known_algorithm() {
        return Err(Refusal::client(
            "The client_assertion JWT signature algorithm is invalid.",
        ));
    }
    if !token.is_signed_by(key(client, token.text("kid"))?) {
        return Err(Refusal::client("The client_assertion signature is invalid."));
    }
    check_claims(call, &token)?;
    let expires = token.moment("exp").unwrap_or_default();
    let jti = format!("assertion {} {}", client.id, token.claim("jti"));
    if !token.claim("jti").is_empty() && !memory.is_first_use(&jti, expires, call.now) {
        return Err(Refusal::client("The client_assertion token has already been used."));
    }
    Ok(client)
}

/// The key an assertion names. With one key only it need not name it.
fn key<'c>(client: &'c Client, kid: &str) -> Result<&'c Value, Refusal> {
    if let ([only], true) = (&client.keys[..], kid.is_empty()) {
        return Ok(only);
    }
    let found = client.keys.iter().find(|key| key["kid"].as_str() == Some(kid));
    found.ok_or_else(|| Refusal::client("The client_assertion JWT kid is invalid."))
}

fn check_claims(call: &Call<'_>, token: &Jws<'_>) -> Result<(), Refusal> {
    let endpoints: Vec<String> = call
        .origins()
        .iter()
        .map(|origin| format!("{origin}{}", call.path))
        .collect();
    let is_endpoint = |value: &Value| {
        value
            .as_str()
            .is_some_and(|text| endpoints.iter().any(|known| known == text))
    };
    let fits = match token.claims.get("aud") {
        Some(Value::Array(list)) => list.iter().any(is_endpoint),
        Some(value) => is_endpoint(value),
        None => false,
    };
    if !fits {
        return Err(Refusal::client(
            "The audience claim for client_assertion must be the endpoint invoked for the request.",
        ));
    }
    let now = call.now.seconds();
    let Some(expires) = token.moment("exp") else {
        return Err(Refusal::client(
            "The client_assertion must contain the 'exp' claim as seconds since epoch.",
        ));
    };
    if expires <= now {
        return Err(Refusal::client("The client_assertion token is expired."));
    }
    if expires > now + LONGEST_SECONDS {
        return Err(Refusal::client(
            "The client_assertion token has an expiration too far into the future.",
        ));
    }
    // A client whose clock is a second ahead is not lying.
    if token.moment("iat").is_some_and(|issued| issued > now + 1) {
        return Err(Refusal::client(
            "The client_assertion token must be issued before the current time.",
        ));
    }
    Ok(())
}
