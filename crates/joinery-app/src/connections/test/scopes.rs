//! Scopes: which one a path of Okta's API needs, and which ones a token was given.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

/// The first part of a path below `/api/v1/` and the family of its scopes. `logs` can only be read.
const FAMILIES: &[(&str, &str)] = &[
    ("agentPools", "agentPools"),
    ("api-tokens", "apiTokens"),
    ("apps", "apps"),
    ("authenticators", "authenticators"),
    ("authorizationServers", "authorizationServers"),
    ("behaviors", "behaviors"),
    ("brands", "brands"),
    ("captchas", "captchas"),
    ("devices", "devices"),
    ("domains", "domains"),
    ("email-domains", "emailDomains"),
    ("eventHooks", "eventHooks"),
    ("features", "features"),
    ("groups", "groups"),
    ("iam", "roles"),
    ("idps", "idps"),
    ("inlineHooks", "inlineHooks"),
    ("logStreams", "logStreams"),
    ("logs", "logs"),
    ("mappings", "profileMappings"),
    ("meta/schemas", "schemas"),
    ("meta/types/user", "userTypes"),
    ("meta/uischemas", "uischemas"),
    ("org", "orgs"),
    ("policies", "policies"),
    ("principal-rate-limits", "principalRateLimits"),
    ("realms", "realms"),
    ("sessions", "sessions"),
    ("templates", "templates"),
    ("threats", "threatInsights"),
    ("trustedOrigins", "trustedOrigins"),
    ("users", "users"),
    ("zones", "networkZones"),
];

/// The scope that a call of Okta's API needs, such as `okta.groups.read`.
pub(super) fn needed(method: &str, path: &str) -> Option<String> {
    let rest = path.split(['?', '#']).next()?.strip_prefix("/api/v1/")?;
    let (_, family) = FAMILIES.iter().find(|(start, _)| {
        rest.strip_prefix(start)
            .is_some_and(|more| more.is_empty() || more.starts_with('/'))
    })?;
    let reads = ["GET", "HEAD"].iter().any(|safe| method.eq_ignore_ascii_case(safe));
    Some(format!("okta.{family}.{}", if reads { "read" } else { "manage" }))
}

/// The scopes that a token tells of: a JWT with `scp` (Okta) or `scope` (RFC 9068). It is read, not checked.
pub(super) fn of_token(token: &str) -> Vec<String> {
    let claims = || {
        let payload = URL_SAFE_NO_PAD
            .decode(token.split('.').nth(1)?.trim_end_matches('='))
            .ok()?;
        serde_json::from_slice::<Value>(&payload).ok()
    };
    let Some(claims) = claims() else { return Vec::new() };
    match (claims.get("scp"), claims.get("scope")) {
        (Some(Value::Array(scopes)), _) => scopes.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        (Some(Value::String(scopes)), _) | (None, Some(Value::String(scopes))) => {
            scopes.split_whitespace().map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_its_scope() {
        for (method, path, scope) in [
            ("GET", "/api/v1/users/me", Some("okta.users.read")),
            ("POST", "/api/v1/users?activate=false", Some("okta.users.manage")),
            ("GET", "/api/v1/groups", Some("okta.groups.read")),
            ("DELETE", "/api/v1/groups/00g/users/00u", Some("okta.groups.manage")),
            ("GET", "/api/v1/org", Some("okta.orgs.read")),
            ("GET", "/api/v1/logs?limit=1", Some("okta.logs.read")),
            ("GET", "/api/v1/meta/schemas/user/default", Some("okta.schemas.read")),
            ("GET", "/api/v1/meta/types/user/oty", Some("okta.userTypes.read")),
            ("head", "/api/v1/eventHooks", Some("okta.eventHooks.read")),
            ("GET", "/api/v1/organisations", None),
            ("GET", "/oauth2/v1/keys", None),
        ] {
            assert_eq!(needed(method, path).as_deref(), scope, "{method} {path}");
        }
    }

    #[test]
    fn a_token_tells_its_scopes_and_another_text_none() {
        let token = |claims: &str| format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims));
        assert_eq!(
            of_token(&token(r#"{"scp":["okta.users.read","okta.logs.read"]}"#)).len(),
            2
        );
        assert_eq!(of_token(&token(r#"{"scope":"a b c"}"#)), ["a", "b", "c"]);
        assert!(of_token("00abcSSWS").is_empty());
        assert!(of_token("a.b.c").is_empty());
    }
}
