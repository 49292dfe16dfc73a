//! What the authorization server says about itself, and its public key.

use axum::http::Method;
use serde_json::json;

use super::{jose, scopes};
use crate::okta::Route;
use crate::okta::call::{Answer, Call, Reply};

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, ".well-known/openid-configuration", discovery),
    Route(Method::GET, ".well-known/oauth-authorization-server", discovery),
    Route(Method::GET, "oauth2/v1/keys", keys),
];

/// Only what works is promised.
fn discovery(call: &Call<'_>) -> Answer {
    let url = call.state.url();
    let at = |path: &str| format!("{url}/oauth2/v1/{path}");
    let methods = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
    Ok(Reply::json(&json!({
        "issuer": url,
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "userinfo_endpoint": at("userinfo"),
        "device_authorization_endpoint": at("device/authorize"),
        "registration_endpoint": at("clients"),
        "jwks_uri": at("keys"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": super::token::GRANTS,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": scopes::OPENID,
        "token_endpoint_auth_methods_supported": methods,
        "claims_supported": [
            "iss", "ver", "sub", "aud", "iat", "exp", "jti", "auth_time", "amr", "idp", "nonce", "name", "nickname",
            "preferred_username", "given_name", "middle_name", "family_name", "email", "email_verified", "profile",
            "zoneinfo", "locale", "address", "phone_number", "updated_at", "at_hash",
        ],
        "code_challenge_methods_supported": ["S256"],
        "introspection_endpoint": at("introspect"),
        "introspection_endpoint_auth_methods_supported": methods,
        "revocation_endpoint": at("revoke"),
        "revocation_endpoint_auth_methods_supported": methods,
        "request_parameter_supported": false,
        "dpop_signing_alg_values_supported": jose::ALGORITHMS,
    })))
}

fn keys(call: &Call<'_>) -> Answer {
    Ok(Reply::json(&json!({"keys": [call.state.signing_key().public()]})))
}
