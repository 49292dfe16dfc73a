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
    ("attack-protection", "orgs"),
    ("authenticators", "authenticators"),
    ("authorizationServers", "authorizationServers"),
    ("behaviors", "behaviors"),
    ("bot-protection", "botProtection"),
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
    ("first-party-app-settings", "apps"),
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
    ("org/factors/yubikey_token", "users"),
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
    // Linking a user changes the user, not the identity provider.
    if *method == Method::POST && starts_with(path, "idps/{}/users/{}") {
        return Some(vec!["okta.users.manage".to_owned()]);
    }
    let (_, family) = FAMILIES.iter().find(|(start, _)| starts_with(path, start))?;
    // A simulation and a test email change nothing.
    let harmless = path == "policies/simulate" || family == &"templates" && path.ends_with("/test");
    // Who manages the org from outside is for its managers alone to know.
    let reads = (*method == Method::GET || *method == Method::HEAD || harmless) && path != "org/privacy/aerial";
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

    /// Method, path and scopes of every operation in Okta's API description.
    fn described() -> Option<Vec<(String, String, Vec<String>)>> {
        let top = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let folder = std::env::var_os("OKTA_DATA").map_or_else(|| top.join("../shared/okta"), |path| top.join(path));
        let files = std::fs::read_dir(folder).ok()?.flatten().map(|file| file.path());
        let is_description = |path: &std::path::PathBuf| path.to_string_lossy().contains("openapi-management");
        let text = std::fs::read_to_string(files.into_iter().find(is_description)?).ok()?;
        let (mut found, mut path, mut secured) = (Vec::new(), String::new(), false);
        for line in text.lines() {
            let (depth, word) = (line.len() - line.trim_start().len(), line.trim());
            match depth {
                2 if word.starts_with('/') => word.trim_end_matches(':').clone_into(&mut path),
                4 if matches!(word, "get:" | "post:" | "put:" | "patch:" | "delete:") => {
                    found.push((word.trim_end_matches(':').to_uppercase(), path.clone(), Vec::new()));
                }
                6 => secured = word == "security:",
                12 if secured && word.starts_with("- ") => {
                    if let Some((_, _, scopes)) = found.last_mut() {
                        scopes.push(word.trim_start_matches("- ").to_owned());
                    }
                }
                _ => {}
            }
        }
        Some(found)
    }

    #[test]
    fn every_route_takes_the_scopes_that_the_api_description_names() {
        let Some(described) = described() else {
            println!("skipped: no API description (set OKTA_DATA to the folder that holds it)");
            return;
        };
        let routes = crate::okta::ROUTES
            .iter()
            .chain(crate::okta::oauth::ADMIN_ROUTES)
            .copied()
            .flatten();
        let (mut compared, mut wrong) = (0, Vec::new());
        for crate::okta::Route(method, pattern, _) in routes {
            let own: Vec<&str> = pattern.split('/').collect();
            let same = |path: &str| {
                let path = path.trim_start_matches("/api/v1/").trim_start_matches('/');
                let theirs: Vec<&str> = path.split('/').collect();
                theirs.len() == own.len()
                    && own
                        .iter()
                        .zip(&theirs)
                        .all(|(own, theirs)| match (*own, theirs.starts_with('{')) {
                            ("{}", is_open) => is_open,
                            (own, is_open) => !is_open && own == *theirs,
                        })
            };
            let named = described
                .iter()
                .find(|(theirs, path, _)| method == theirs.as_str() && same(path));
            let Some((_, _, scopes)) = named.filter(|(_, _, scopes)| !scopes.is_empty()) else {
                continue;
            };
            compared += 1;
            let taken = needed(method, &pattern.replace("{}", "x")).unwrap_or_default();
            let families = |list: &[String]| -> std::collections::BTreeSet<String> {
                let start = |scope: &String| scope.rsplit_once('.').map(|(family, _)| family.to_owned());
                list.iter().filter_map(start).collect()
            };
            if taken.first() != scopes.first() || !families(&taken).is_subset(&families(scopes)) {
                wrong.push(format!("{method} {pattern}: described {scopes:?}, taken {taken:?}"));
            }
        }
        println!("{compared} routes take the scopes of the API description");
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(
            compared > 150,
            "only {compared} routes were found in the API description"
        );
    }
}
