//! What an identity provider holds by its type, where the caller does not say.

use serde_json::{Map, Value, json};

use super::errors::Problem;
use super::shape::{complete, fault};
use crate::random;

/// The types of identity providers.
pub const TYPES: &[&str] = &[
    "AMAZON",
    "APPLE",
    "DISCORD",
    "FACEBOOK",
    "GITHUB",
    "GITLAB",
    "GOOGLE",
    "LINKEDIN",
    "MICROSOFT",
    "OIDC",
    "SAML2",
    "SPOTIFY",
    "X509",
    "XERO",
    "YAHOO",
    "YAHOOJP",
];

/// Where the social providers ask for and give out tokens.
const ENDPOINTS: &[(&str, &str, &str)] = &[
    (
        "APPLE",
        "https://appleid.apple.com/auth/authorize",
        "https://appleid.apple.com/auth/token",
    ),
    (
        "FACEBOOK",
        "https://www.facebook.com/dialog/oauth",
        "https://graph.facebook.com/v2.7/oauth/access_token",
    ),
    (
        "GOOGLE",
        "https://accounts.google.com/o/oauth2/auth",
        "https://www.googleapis.com/oauth2/v3/token",
    ),
    (
        "LINKEDIN",
        "https://www.linkedin.com/uas/oauth2/authorization",
        "https://www.linkedin.com/uas/oauth2/accessToken",
    ),
    (
        "MICROSOFT",
        "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
        "https://login.microsoftonline.com/common/oauth2/v2.0/token",
    ),
];

/// The protocol of a provider; what Okta chose for `old` stays.
///
/// # Errors
/// E0000001 for what is missing.
pub fn protocol(kind: &str, given: &Value, old: Option<&Value>) -> Result<Value, Problem> {
    match kind {
        "SAML2" => saml(given, old),
        "OIDC" => oidc(given),
        _ => Ok(social(kind, given)),
    }
}

fn saml(given: &Value, old: Option<&Value>) -> Result<Value, Problem> {
    if given["endpoints"]["sso"]["url"].as_str().is_none() {
        return Err(fault("protocol.endpoints.sso.url", "The field cannot be left blank"));
    }
    if given["credentials"]["trust"]["kid"].as_str().is_none() {
        return Err(fault(
            "protocol.credentials.trust.kid",
            "The field cannot be left blank",
        ));
    }
    let kept = |path: &str| old.and_then(|old| old.pointer(path)).cloned();
    let audience = kept("/credentials/trust/audience").unwrap_or_else(|| {
        let name = random::request_id();
        format!("https://www.okta.com/saml2/service-provider/sp{}", &name[..18]).into()
    });
    let kid = kept("/credentials/signing/kid").unwrap_or_else(|| random::text(43).into());
    let signature = |scope: &str| json!({"signature": {"algorithm": "SHA-256", "scope": scope}});
    let usual = json!({
        "type": "SAML2",
        "endpoints": {
            "sso": {"url": null, "binding": "HTTP-POST", "destination": null},
            "acs": {"binding": "HTTP-POST", "type": "INSTANCE"},
        },
        "algorithms": {"request": signature("REQUEST"), "response": signature("ANY")},
        "settings": {
            "nameFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified", "honorPersistentNameId": false,
        },
        "credentials": {
            "trust": {
                "issuer": null, "audience": audience, "kid": null, "revocation": null, "revocationCacheLifetime": 0,
            },
            "signing": {"kid": kid},
        },
    });
    Ok(complete(&usual, Some(given)))
}

fn oidc(given: &Value) -> Result<Value, Problem> {
    for endpoint in ["authorization", "token"] {
        if given["endpoints"][endpoint]["url"].as_str().is_none() {
            let field = format!("protocol.endpoints.{endpoint}.url");
            return Err(fault(&field, "The field cannot be left blank"));
        }
    }
    let mut endpoints = Map::new();
    for name in ["authorization", "token", "userInfo", "jwks"] {
        if let Some(endpoint) = given["endpoints"].get(name).filter(|endpoint| !endpoint.is_null()) {
            let usual = json!({"url": null, "binding": if name == "token" { "HTTP-POST" } else { "HTTP-REDIRECT" }});
            endpoints.insert(name.into(), complete(&usual, Some(endpoint)));
        }
    }
    let mut protocol = Map::from_iter([
        ("type".to_owned(), json!("OIDC")),
        ("endpoints".to_owned(), Value::Object(endpoints)),
    ]);
    for name in ["algorithms", "scopes", "issuer", "settings", "credentials"] {
        if let Some(part) = given.get(name).filter(|part| !part.is_null()) {
            protocol.insert(name.into(), part.clone());
        }
    }
    Ok(Value::Object(protocol))
}

fn social(kind: &str, given: &Value) -> Value {
    let known = ENDPOINTS.iter().find(|(name, _, _)| *name == kind);
    let endpoints = known.map_or(Value::Null, |(_, authorize, token)| {
        json!({
            "authorization": {"url": authorize, "binding": "HTTP-REDIRECT"},
            "token": {"url": token, "binding": "HTTP-POST"},
        })
    });
    let usual = json!({
        "type": "OAUTH2", "endpoints": endpoints, "scopes": [], "credentials": {},
    });
    complete(&usual, Some(given))
}

/// What is done with people who come from a provider.
pub fn policy(kind: &str, given: Option<&Value>) -> Value {
    let mut usual = json!({
        "provisioning": {
            "action": "AUTO", "profileMaster": false, "groups": {"action": "NONE"},
            "conditions": {"deprovisioned": {"action": "NONE"}, "suspended": {"action": "NONE"}},
        },
        "accountLink": {"filter": null, "action": "AUTO"},
        "subject": {
            "userNameTemplate": {"template": "idpuser.email"}, "filter": null, "matchType": "USERNAME",
            "matchAttribute": null,
        },
        "maxClockSkew": 0,
    });
    if kind == "SAML2" {
        usual["mapAMRClaims"] = false.into();
    }
    complete(&usual, given)
}
