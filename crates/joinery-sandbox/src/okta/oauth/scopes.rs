//! Which scope an endpoint of the API takes. The names are those of Okta's API description.

use axum::http::Method;

/// The scopes of `OpenID` Connect.
pub const OPENID: &[&str] = &[
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "groups",
    "offline_access",
];

/// The start of a path (`{}` is any part) and the family of its scopes. The first that fits counts.
const FAMILIES: &[(&str, &str)] = &[
    ("agentPools", "agentPools"),
    ("api-tokens", "apiTokens"),
    ("apps/{}/grants", "appGrants"),
    ("apps/{}/interclient-allowed-apps", "apps.interclientTrust"),
    ("apps/{}/interclient-target-apps", "apps.interclientTrust"),
    ("apps", "apps"),
    ("authenticators", "authenticators"),
    ("authorizationServers", "authorizationServers"),
    ("behaviors", "behaviors"),
    ("brands/{}/templates", "templates"),
    ("brands", "brands"),
    ("captchas", "captchas"),
    ("device-assurances", "deviceAssurance"),
    ("devices", "devices"),
    ("domains", "domains"),
    ("email-domains", "emailDomains"),
    ("email-servers", "emailServers"),
    ("eventHooks", "eventHooks"),
    ("features", "features"),
    ("groups/{}/roles", "roles"),
    ("groups", "groups"),
    ("hook-keys", "inlineHooks"),
    ("iam", "roles"),
    ("identity-sources", "identitySources"),
    ("idps", "idps"),
    ("inlineHooks", "inlineHooks"),
    ("logStreams", "logStreams"),
    ("logs", "logs"),
    ("mappings", "profileMappings"),
    ("meta/schemas/logStream", "logStreams"),
    ("meta/schemas/user/linkedObjects", "linkedObjects"),
    ("meta/schemas", "schemas"),
    ("meta/types", "userTypes"),
    ("meta/uischemas", "uischemas"),
    ("oauth2/v1/clients/{}/roles", "roles"),
    ("oauth2/v1/clients", "clients"),
    ("org/captcha", "captchas"),
    ("org", "orgs"),
    ("policies", "policies"),
    ("principal-rate-limits", "principalRateLimits"),
    ("push-providers", "pushProviders"),
    ("rate-limit-settings", "rateLimits"),
    ("realm-assignments", "realmAssignments"),
    ("realms", "realms"),
    ("roles", "roles"),
    ("sessions", "sessions"),
    ("templates", "templates"),
    ("threats", "threatInsights"),
    ("trustedOrigins", "trustedOrigins"),
    ("users/{}/risk", "userRisk"),
    ("users/{}/roles", "roles"),
    ("users", "users"),
    ("zones", "networkZones"),
];

/// The scopes that open an endpoint: reading takes `read` or `manage`, all else `manage`. `None` where no token of
/// OAuth does.
pub fn needed(method: &Method, path: &str) -> Option<Vec<String>> {
    if path == "api-tokens/current" {
        return None;
    }
    let (_, family) = FAMILIES.iter().find(|(start, _)| starts_with(path, start))?;
    let reads = *method == Method::GET || *method == Method::HEAD || path == "policies/simulate";
    let manage = format!("okta.{family}.manage");
    if reads {
        Some(vec![format!("okta.{family}.read"), manage])
    } else {
        Some(vec![manage])
    }
}

/// Whether Okta has a scope of this name for its API.
pub fn is_known(scope: &str) -> bool {
    let Some((family, verb)) = scope.strip_prefix("okta.").and_then(|rest| rest.rsplit_once('.')) else {
        return false;
    };
    match verb {
        "read" => FAMILIES.iter().any(|(_, known)| *known == family),
        "manage" => family != "logs" && FAMILIES.iter().any(|(_, known)| *known == family),
        "self" => matches!(family, "users.read" | "users.manage"),
        _ => false,
    }
}

/// Whether a path lies below the start of one.
fn starts_with(path: &str, start: &str) -> bool {
    let mut given = path.split('/').filter(|part| !part.is_empty());
    start
        .split('/')
        .all(|part| given.next().is_some_and(|found| part == "{}" || part == found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_takes_either_scope_and_changing_takes_manage() {
        let needed = |method: Method, path: &str| needed(&method, path).unwrap_or_default().join(" ");
        assert_eq!(needed(Method::GET, "users/00u1"), "okta.users.read okta.users.manage");
        assert_eq!(needed(Method::DELETE, "users/00u1/sessions"), "okta.users.manage");
        assert_eq!(needed(Method::POST, "users/00u1/roles"), "okta.roles.manage");
        assert_eq!(needed(Method::POST, "apps/0oa1/grants"), "okta.appGrants.manage");
        assert_eq!(needed(Method::DELETE, "api-tokens/current"), "");
        assert!(is_known("okta.logs.read") && !is_known("okta.logs.manage") && !is_known("okta.nothing.read"));
    }
}
