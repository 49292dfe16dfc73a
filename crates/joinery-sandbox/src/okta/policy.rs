//! What a policy and its rules hold by type, where the caller does not say.

use serde_json::{Map, Value, json};

use super::ids::{Id, Kind};
use super::priority::Order;
use super::shape::complete;

/// Every type of policy.
pub const TYPES: &[&str] = &[
    "ACCESS_POLICY",
    "CLIENT_UPDATE",
    "DEVICE_SIGNAL_COLLECTION",
    "ENTITY_RISK",
    "IDENTITY_CLAIM_SOURCING",
    "IDP_DISCOVERY",
    "MFA_ENROLL",
    "OKTA_SIGN_ON",
    "PASSWORD",
    "POST_AUTH_SESSION",
    "PROFILE_ENROLLMENT",
    "SESSION_VIOLATION_DETECTION",
];

/// The types that orgs had before the Identity Engine: in order, by group, with ids of their own.
const ORDERED: &[&str] = &["IDP_DISCOVERY", "MFA_ENROLL", "OKTA_SIGN_ON", "PASSWORD"];

/// The kind of the ids of a type's policies.
pub fn kind(policy: &str) -> Kind {
    Kind::Record(if ORDERED.contains(&policy) { b"00p" } else { b"rst" })
}

/// The kind of the ids of a type's rules.
pub fn rule_kind(policy: &str) -> Kind {
    Kind::Record(if ORDERED.contains(&policy) { b"0pr" } else { b"rul" })
}

/// The order of a type's policies.
pub fn order(policy: &str) -> Order {
    if ORDERED.contains(&policy) {
        Order::Counted
    } else {
        Order::None
    }
}

/// The order of the rules of a type's policies.
pub fn rule_order(policy: &str) -> Order {
    if ORDERED.contains(&policy) {
        Order::Counted
    } else {
        Order::Kept
    }
}

/// The type of a policy's rules.
pub fn rule_type(policy: &str) -> &str {
    if policy == "OKTA_SIGN_ON" { "SIGN_ON" } else { policy }
}

/// The conditions of a policy.
pub fn conditions(policy: &str, given: Option<&Value>, everyone: Id) -> Value {
    let usual = match policy {
        "OKTA_SIGN_ON" | "MFA_ENROLL" => json!({"people": {"groups": {"include": [everyone]}}}),
        "PASSWORD" => json!({
            "people": {"groups": {"include": [everyone]}}, "authProvider": {"provider": "OKTA"},
        }),
        _ => Value::Null,
    };
    complete(&usual, given)
}

/// The settings of a policy; nothing where its type has none.
pub fn settings(policy: &str, given: Option<&Value>) -> Option<Value> {
    let given = given.filter(|settings| !settings.is_null());
    match policy {
        "PASSWORD" => Some(complete(&password_settings(), given)),
        "MFA_ENROLL" => Some(enroll_settings(given)),
        _ => given.cloned(),
    }
}

fn password_settings() -> Value {
    json!({
        "password": {
            "complexity": {
                "minLength": 8, "minLowerCase": 1, "minUpperCase": 1, "minNumber": 1, "minSymbol": 0,
                "excludeUsername": true, "dictionary": {"common": {"exclude": false}}, "excludeAttributes": [],
            },
            "age": {"maxAgeDays": 0, "expireWarnDays": 0, "minAgeMinutes": 0, "historyCount": 4},
            "lockout": {
                "maxAttempts": 10, "autoUnlockMinutes": 0, "userLockoutNotificationChannels": [],
                "showLockoutFailures": false,
            },
        },
        "recovery": {"factors": {
            "recovery_question": {"status": "ACTIVE", "properties": {"complexity": {"minLength": 4}}},
            "okta_email": {"status": "ACTIVE", "properties": {"recoveryToken": {"tokenLifetimeMinutes": 60}}},
            "okta_sms": {"status": "INACTIVE"},
            "okta_call": {"status": "INACTIVE"},
        }},
        "delegation": {"options": {"skipUnlock": false}},
    })
}

/// Factors are what orgs had before authenticators; whoever sends them gets them back.
fn enroll_settings(given: Option<&Value>) -> Value {
    if let Some(factors) = given.and_then(|settings| settings["factors"].as_object()) {
        let usual = json!({"enroll": {"self": "NOT_ALLOWED"}, "consent": {"type": "NONE"}});
        let mut factors: Map<String, Value> = factors
            .iter()
            .map(|(name, factor)| (name.clone(), complete(&usual, Some(factor))))
            .collect();
        let password = json!({"enroll": {"self": "OPTIONAL"}, "consent": {"type": "NONE"}});
        factors.entry("okta_password").or_insert(password);
        return json!({"factors": factors});
    }
    let listed = given.and_then(|settings| settings["authenticators"].as_array());
    let mut listed = listed.cloned().unwrap_or_default();
    for (key, enroll) in [
        ("okta_email", "OPTIONAL"),
        ("okta_verify", "OPTIONAL"),
        ("okta_password", "REQUIRED"),
    ] {
        if !listed.iter().any(|authenticator| authenticator["key"] == key) {
            listed.push(json!({"key": key, "enroll": {"self": enroll}}));
        }
    }
    json!({"type": "AUTHENTICATORS", "authenticators": listed})
}

/// The conditions of a rule.
pub fn rule_conditions(policy: &str, given: Option<&Value>) -> Value {
    let given = given.filter(|conditions| !conditions.is_null());
    let usual = match policy {
        "OKTA_SIGN_ON" => json!({
            "people": {"users": {"exclude": []}}, "network": {"connection": "ANYWHERE"},
            "authContext": {"authType": "ANY"}, "risk": {"behaviors": []}, "riskScore": {"level": "ANY"},
            "identityProvider": {"provider": "ANY"},
        }),
        "PASSWORD" | "MFA_ENROLL" => json!({
            "people": {"users": {"exclude": []}}, "network": {"connection": "ANYWHERE"},
        }),
        "IDP_DISCOVERY" => json!({
            "network": {"connection": "ANYWHERE"}, "platform": {"include": [], "exclude": []},
            "userIdentifier": {"patterns": []}, "app": {"include": [], "exclude": []},
        }),
        "ACCESS_POLICY" if given.is_some() => json!({
            "people": {"users": {"exclude": []}}, "network": {"connection": "ANYWHERE"},
            "riskScore": {"level": "ANY"}, "userType": {"include": [], "exclude": []},
        }),
        _ => Value::Null,
    };
    complete(&usual, given)
}

/// The actions of a rule.
pub fn rule_actions(policy: &str, given: Option<&Value>) -> Value {
    let usual = match policy {
        "OKTA_SIGN_ON" => json!({"signon": {
            "access": "ALLOW", "requireFactor": false, "primaryFactor": "PASSWORD_IDP",
            "rememberDeviceByDefault": false, "session": {
                "usePersistentCookie": false, "maxSessionIdleMinutes": 120, "maxSessionLifetimeMinutes": 0,
            },
        }}),
        "PASSWORD" => json!({
            "passwordChange": {"access": "ALLOW"}, "selfServicePasswordReset": {"access": "ALLOW"},
            "selfServiceUnlock": {"access": "DENY"},
        }),
        "MFA_ENROLL" => json!({"enroll": {"self": "CHALLENGE"}}),
        "IDP_DISCOVERY" => json!({"idp": {"providers": [], "idpSelectionType": "SPECIFIC"}}),
        "ACCESS_POLICY" => json!({"appSignOn": {
            "access": "ALLOW",
            "verificationMethod": {
                "factorMode": "2FA", "type": "ASSURANCE", "reauthenticateIn": "PT2H", "constraints": [],
            },
        }}),
        "PROFILE_ENROLLMENT" => json!({"profileEnrollment": {
            "access": "ALLOW", "preRegistrationInlineHooks": null, "profileAttributes": [],
            "targetGroupIds": null, "unknownUserAction": "DENY", "activationRequirements": {"emailVerification": true},
        }}),
        "ENTITY_RISK" => json!({"entityRisk": {"actions": []}}),
        "POST_AUTH_SESSION" => json!({"postAuthSession": {"failureActions": []}}),
        "CLIENT_UPDATE" => json!({"updateControls": {"actions": []}}),
        _ => json!({}),
    };
    complete(&usual, given)
}

/// The name and the actions of the rule that stands at the end of every policy of a type; nothing where only the
/// default policy has one.
pub fn catch_all(policy: &str) -> Option<(&'static str, Value)> {
    match policy {
        "PROFILE_ENROLLMENT" => {
            let attribute = |name: &str, label: &str| json!({"name": name, "label": label, "required": true});
            let given = json!({"profileEnrollment": {
                "profileAttributes": [
                    attribute("email", "Email"), attribute("firstName", "First name"),
                    attribute("lastName", "Last name"),
                ],
                "unknownUserAction": "REGISTER", "progressiveProfilingAction": "DISABLED",
            }});
            Some(("Catch-all Rule", rule_actions(policy, Some(&given))))
        }
        "ACCESS_POLICY" | "ENTITY_RISK" | "POST_AUTH_SESSION" | "CLIENT_UPDATE" => {
            Some(("Catch-all Rule", rule_actions(policy, None)))
        }
        _ => None,
    }
}
