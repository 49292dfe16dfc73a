//! JSON Web Tokens (RFC 7519) and RSA signatures. A private key or a shared secret may be a secret of the connection.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rhai::{
    Array, Blob, Dynamic, EvalAltResult, Map, Module, NativeCallContext, Position, export_module, exported_module,
};

use super::{
    hashing::{bytes_of, keyed},
    options::{JWT_VERIFY, Options},
};
use crate::{
    crypto::PublicKey,
    error::{complain, located, thrown},
    host::{Hash, SecretOperation, Signature, secret_mark},
    json::{self, SecretsAs},
    order,
    secret::SecretValue,
    state::run_of,
    syntax::nearest,
};

/// Every algorithm by the name it has in a token.
const ALGORITHMS: &[(&str, SecretOperation)] = &[
    ("HS256", SecretOperation::Hmac(Hash::Sha256)),
    ("HS384", SecretOperation::Hmac(Hash::Sha384)),
    ("HS512", SecretOperation::Hmac(Hash::Sha512)),
    ("RS256", SecretOperation::Sign(Signature::Rs256)),
    ("RS384", SecretOperation::Sign(Signature::Rs384)),
    ("RS512", SecretOperation::Sign(Signature::Rs512)),
    ("ES256", SecretOperation::Sign(Signature::Es256)),
    ("ES384", SecretOperation::Sign(Signature::Es384)),
    ("ES512", SecretOperation::Sign(Signature::Es512)),
];
/// Seconds that the clocks of sender and receiver may differ by.
const LEEWAY: i64 = 60;

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

fn algorithm(name: &str, function: &str) -> Result<SecretOperation, Box<EvalAltResult>> {
    if let Some((_, operation)) = ALGORITHMS.iter().find(|(known, _)| *known == name) {
        return Ok(*operation);
    }
    let names = || ALGORITHMS.iter().map(|(known, _)| *known);
    let hint = nearest(name, names()).map_or_else(
        || format!("use one of {}", names().collect::<Vec<_>>().join(", ")),
        |near| format!("did you mean \"{near}\"?"),
    );
    Err(complain(format!("{function}: `{name}` is not an algorithm; {hint}")))
}

fn part(map: &Map, what: &str) -> Result<String, Box<EvalAltResult>> {
    let value = json::to_value(&Dynamic::from(map.clone()), SecretsAs::Mark)
        .map_err(|error| complain(format!("jwt_sign: {error}")))?;
    let text = value.to_string();
    let mark = serde_json::Value::from(secret_mark("")).to_string();
    // A mark would be signed as it stands: a token's parts can be read by anyone.
    if text.contains(mark.trim_matches('"').trim_end_matches("\\u0001")) {
        return Err(complain(format!(
            "jwt_sign: a secret cannot stand in the {what}, which anyone can read"
        )));
    }
    Ok(URL_SAFE_NO_PAD.encode(text))
}

fn sign(
    context: &NativeCallContext,
    claims: &Map,
    key: &Dynamic,
    name: &str,
    header: &Map,
) -> Result<String, Box<EvalAltResult>> {
    let operation = algorithm(name, "jwt_sign")?;
    let mut full: Map = [("typ".into(), "JWT".into())].into_iter().collect();
    full.extend(header.clone());
    full.insert("alg".into(), name.into());
    let message = format!("{}.{}", part(&full, "header")?, part(claims, "claims")?);
    let key = pem(key);
    let signature = keyed(context, &key, operation, message.as_bytes(), "jwt_sign")?;
    Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// A JWK given as a map is as good as its text.
fn pem(key: &Dynamic) -> Dynamic {
    if key.is_map()
        && let Ok(value) = json::to_value(key, SecretsAs::Mask)
    {
        return value.to_string().into();
    }
    key.clone()
}

struct Token<'a> {
    header: Dynamic,
    claims: Dynamic,
    message: &'a str,
    signature: Vec<u8>,
}

fn taken_apart(token: &str) -> Option<Token<'_>> {
    let (message, signature) = token.trim().rsplit_once('.')?;
    let (header, claims) = message.split_once('.')?;
    let object = |part: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
        let text = std::str::from_utf8(&bytes).ok()?;
        order::read(text).ok().filter(Dynamic::is_map)
    };
    Some(Token {
        header: object(header)?,
        claims: object(claims)?,
        message,
        signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
    })
}

fn refused(code: &str, message: &str) -> Box<EvalAltResult> {
    let mut map = thrown("jwt", message);
    map.insert("code".into(), code.into());
    EvalAltResult::ErrorRuntime(map.into(), Position::NONE).into()
}

fn text_in(map: &Dynamic, key: &str) -> Option<String> {
    map.as_map_ref().ok()?.get(key)?.clone().into_string().ok()
}

fn verify(
    context: &NativeCallContext,
    token: &str,
    key: &Dynamic,
    options: &Map,
) -> Result<Dynamic, Box<EvalAltResult>> {
    let options = Options::new("jwt_verify", options, JWT_VERIFY.keys)?;
    let token = taken_apart(token).ok_or_else(|| refused("jwt_malformed", "this is not a JSON Web Token"))?;
    let name = text_in(&token.header, "alg").unwrap_or_default();
    let allowed = options.texts("algorithms")?;
    if let Some(allowed) = &allowed {
        for name in allowed {
            algorithm(name, "jwt_verify")?;
        }
    }
    let not_allowed = || {
        refused(
            "jwt_algorithm",
            &format!("the token is signed with `{name}`, which is not allowed here"),
        )
    };
    if allowed.is_some_and(|allowed| !allowed.contains(&name)) {
        return Err(not_allowed());
    }
    let operation = algorithm(&name, "jwt_verify").map_err(|_| not_allowed())?;
    let key = pem(key);
    let public = match key.as_immutable_string_ref() {
        Ok(text) if PublicKey::is_meant(&text) => {
            let kid = text_in(&token.header, "kid");
            let key =
                PublicKey::read(&text, kid.as_deref()).map_err(|reason| complain(format!("jwt_verify: {reason}")))?;
            Some(key)
        }
        _ => None,
    };
    // A public key is no shared secret, whatever the token says: otherwise anyone could sign with it.
    let genuine = match (public, operation) {
        (Some(key), SecretOperation::Sign(kind)) if key.signatures().contains(&kind) => {
            key.verifies(kind, token.message.as_bytes(), &token.signature)
        }
        (None, SecretOperation::Hmac(_)) => {
            let expected = keyed(context, &key, operation, token.message.as_bytes(), "jwt_verify")?;
            same(&expected, &token.signature)
        }
        _ => return Err(not_allowed()),
    };
    if !genuine {
        return Err(refused(
            "jwt_signature",
            "the token's signature is not that of this key",
        ));
    }
    check_claims(context, &token.claims, &options)?;
    Ok(token.claims)
}

fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .fold(0, |differ, (left, right)| differ | (left ^ right))
            == 0
}

fn check_claims(context: &NativeCallContext, claims: &Dynamic, options: &Options) -> Result<(), Box<EvalAltResult>> {
    let leeway = options.number("leeway", 0, 86_400)?.unwrap_or(LEEWAY);
    let now = run_of(context)?.host.now_ms().div_euclid(1_000);
    let moment = |name: &str| {
        let map = claims.as_map_ref().ok()?;
        let value = map.get(name)?;
        value
            .as_int()
            .ok()
            .or_else(|| value.as_float().ok().map(|seconds| seconds as i64))
    };
    if moment("exp").is_some_and(|end| now.saturating_sub(leeway) >= end) {
        return Err(refused("jwt_expired", "the token has expired"));
    }
    if moment("nbf").is_some_and(|start| now.saturating_add(leeway) < start) {
        return Err(refused("jwt_not_yet", "the token is not valid yet"));
    }
    if let Some(wanted) = options.text("issuer")?
        && text_in(claims, "iss").as_deref() != Some(&wanted)
    {
        return Err(refused("jwt_issuer", "the token was issued by someone else"));
    }
    if let Some(wanted) = options.text("audience")? {
        let audience = claims
            .as_map_ref()
            .ok()
            .and_then(|map| map.get("aud").cloned())
            .unwrap_or(Dynamic::UNIT);
        let several = audience
            .clone()
            .into_array()
            .unwrap_or_else(|_| Array::from([audience]));
        if !several
            .into_iter()
            .any(|one| one.into_string().is_ok_and(|one| one == wanted.as_str()))
        {
            return Err(refused("jwt_audience", "the token is meant for someone else"));
        }
    }
    Ok(())
}

fn rsa_kind(hash: &str, function: &str) -> Result<Signature, Box<EvalAltResult>> {
    match hash {
        "sha256" => Ok(Signature::Rs256),
        "sha384" => Ok(Signature::Rs384),
        "sha512" => Ok(Signature::Rs512),
        other => Err(complain(format!(
            "{function}: the hash is sha256, sha384 or sha512, not `{other}`"
        ))),
    }
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// A signed token. The algorithm is `HS256`, `RS256`, `ES256` or their kin with 384 and 512; the key a shared secret,
    /// or a private key as PEM or JWK. A map given last goes into the header.
    /// ```rhai
    /// let token = jwt_sign(#{ sub: "ada" }, "a shared secret", "HS256", #{ kid: "7" });
    /// jwt_decode(token) == #{ header: #{ alg: "HS256", kid: "7", typ: "JWT" }, claims: #{ sub: "ada" } }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn jwt_sign(
        context: NativeCallContext,
        claims: Map,
        key: Dynamic,
        algorithm: &str,
    ) -> Result<String, Box<EvalAltResult>> {
        located(&context, sign(&context, &claims, &key, algorithm, &Map::new()))
    }
    #[rhai_fn(name = "jwt_sign", return_raw)]
    pub fn jwt_sign_with_header(
        context: NativeCallContext,
        claims: Map,
        key: Dynamic,
        algorithm: &str,
        header: Map,
    ) -> Result<String, Box<EvalAltResult>> {
        located(&context, sign(&context, &claims, &key, algorithm, &header))
    }

    /// The header and claims of a token, whoever signed it: to look at, not to trust.
    /// ```rhai
    /// jwt_decode("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.").claims.sub == "ada"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn jwt_decode(context: NativeCallContext, token: &str) -> Result<Map, Box<EvalAltResult>> {
        let parts = taken_apart(token).ok_or_else(|| refused("jwt_malformed", "this is not a JSON Web Token"));
        let parts = located(&context, parts)?;
        Ok([("header".into(), parts.header), ("claims".into(), parts.claims)]
            .into_iter()
            .collect())
    }

    /// The claims of a token that this key signed and that is valid now. The key is a shared secret, a public key as PEM
    /// or JWK, or a set of JWKs. Anything else is thrown: `#{ kind: "jwt", code: "jwt_expired", message }`, or
    /// `jwt_signature jwt_not_yet jwt_issuer jwt_audience jwt_algorithm jwt_malformed`.
    /// ```rhai
    /// let token = jwt_sign(#{ sub: "ada", iss: "acme" }, "a shared secret", "HS256");
    /// jwt_verify(token, "a shared secret", #{ issuer: "acme" }).sub == "ada"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn jwt_verify(context: NativeCallContext, token: &str, key: Dynamic) -> Result<Dynamic, Box<EvalAltResult>> {
        located(&context, verify(&context, token, &key, &Map::new()))
    }
    #[rhai_fn(name = "jwt_verify", return_raw)]
    pub fn jwt_verify_with(
        context: NativeCallContext,
        token: &str,
        key: Dynamic,
        options: Map,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        located(&context, verify(&context, token, &key, &options))
    }

    /// The RSA signature (PKCS#1 v1.5) of text or bytes, with `sha256`, `sha384` or `sha512`. The key is private, PEM or
    /// JWK, and may be a secret.
    /// ```rhai
    /// let message = "";
    /// try { rsa_sign("no key", "hello", "sha256") } catch (error) { message = error; }
    /// message.contains("PEM")
    /// ```
    #[rhai_fn(return_raw)]
    pub fn rsa_sign(
        context: NativeCallContext,
        key: Dynamic,
        message: Dynamic,
        hash: &str,
    ) -> Result<Blob, Box<EvalAltResult>> {
        let signed = || {
            let kind = rsa_kind(hash, "rsa_sign")?;
            let message = bytes_of(&message, "rsa_sign")?;
            keyed(&context, &pem(&key), SecretOperation::Sign(kind), &message, "rsa_sign")
        };
        located(&context, signed())
    }

    /// Whether an RSA signature (PKCS#1 v1.5) in bytes is that of text or bytes; the key is public, PEM or JWK.
    /// ```rhai
    /// let key = #{ kty: "RSA", e: "AQAB", n: "sXchDaQebHnPiGvyDOAT4saGEUetSyo9MKLOoWFsueri23bOdgWp4Dy1WlUzewbgBHod5pcM9H95GQRV3JDXboIRROSBigeC5yjU1hGzHHyXss8UDprecbAYxknTcQkhslANGRUZmdTOQ5qTRsLAt6BTYuyvVRdhS8exSZEy_c4gs_7svlJJQ4H9_NxsiIoLwAEk7-Q3UXERGYw_75IDrGA84-lA_-Ct4eTlXHBIY2EaV7t7LjJaynVJCpkv4LKjTTAumiGUIuQhrNhZLuF_RJLqHpM2kgWFLU7-VTdL1VbC2tejvcI2BlMkEpk1BzBZI0KQB0GaDWFLN-aEAw3vRw" };
    /// !rsa_verify(key, "hello", blob(256), "sha256")
    /// ```
    #[rhai_fn(return_raw)]
    pub fn rsa_verify(
        context: NativeCallContext,
        key: Dynamic,
        message: Dynamic,
        signature: Blob,
        hash: &str,
    ) -> Result<bool, Box<EvalAltResult>> {
        let verified = || {
            let kind = rsa_kind(hash, "rsa_verify")?;
            let message = bytes_of(&message, "rsa_verify")?;
            if key.is::<SecretValue>() {
                return Err(complain("rsa_verify takes a public key, which is no secret"));
            }
            let key = pem(&key)
                .into_string()
                .map_err(|_| complain("rsa_verify takes a public key as PEM or JWK"))?;
            let key = PublicKey::read(&key, None).map_err(|reason| complain(format!("rsa_verify: {reason}")))?;
            Ok(key.verifies(kind, &message, &signature))
        };
        located(&context, verified())
    }
}
