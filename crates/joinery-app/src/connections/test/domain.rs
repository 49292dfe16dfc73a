//! What people type for a domain, and what they meant.

use joinery_connector::{Connector, form::FormField, schema};
use serde_json::{Value, json};

use super::{
    super::ConnectionDraft,
    ConnectionTest, TestStep,
    diagnose::{Cause, Fix},
    steps::REACH,
};

/// The domains that orgs live under.
const OKTA: &[&str] = &[
    ".okta.com",
    ".oktapreview.com",
    ".okta-emea.com",
    ".okta-gov.com",
    ".okta.mil",
    ".okta-miltest.com",
    ".trex-govcloud.com",
];

/// Finds a field that holds an address where a domain is wanted. Nothing needs to be asked to see that.
pub(super) fn mistyped(connector: &Connector, draft: &ConnectionDraft) -> Option<ConnectionTest> {
    connector.manifest.fields.iter().find_map(|field| {
        let given = draft.values.get(&field.name)?.trim();
        if !names_host(connector, field) || given.is_empty() {
            return None;
        }
        if let Some(org) = org_of_admin_console(given) {
            let message = format!("{given} is the admin console, not the org.");
            return Some(wrong(field, given, Cause::AdminDomain, message, org));
        }
        let meant = tidy(given);
        if fits(field, given) || meant == given || !fits(field, &meant) {
            return None;
        }
        let (cause, message) = if given.contains("://") {
            (
                Cause::DomainHasScheme,
                "The domain is wanted without https:// before it.",
            )
        } else {
            (Cause::DomainHasPath, "The domain is wanted without a path behind it.")
        };
        let org = org_of_admin_console(&meant).unwrap_or(meant);
        Some(wrong(field, given, cause, message.to_owned(), org))
    })
}

/// Whether the field is the host of the base URL, such as `https://{{domain}}`.
fn names_host(connector: &Connector, field: &FormField) -> bool {
    let base = &connector.manifest.http.base_url;
    base.split_once("://")
        .is_some_and(|(_, rest)| rest.split('/').next() == Some(&format!("{{{{{}}}}}", field.name)))
}

fn wrong(field: &FormField, given: &str, cause: Cause, message: String, meant: String) -> ConnectionTest {
    ConnectionTest {
        message,
        hint: Some(format!("Use {meant}.")),
        cause: Some(cause),
        fix: Some(Fix::SetField {
            label: format!("Use {meant}"),
            field: field.name.clone(),
            value: meant,
        }),
        steps: vec![TestStep::failed(REACH, given, None)],
        ..ConnectionTest::default()
    }
}

/// The org whose admin console that is: `acme-admin.okta.com` belongs to `acme.okta.com`.
pub(super) fn org_of_admin_console(host: &str) -> Option<String> {
    let host = host.to_ascii_lowercase();
    let domain = OKTA.iter().find(|domain| host.ends_with(**domain))?;
    let org = host.strip_suffix(domain)?.strip_suffix("-admin")?;
    (!org.is_empty() && !org.contains('.')).then(|| format!("{org}{domain}"))
}

/// The host (and port) in what was typed: no scheme, no user, no path, lower case.
pub(super) fn tidy(given: &str) -> String {
    let rest = given.split_once("://").map_or(given, |(_, rest)| rest);
    let rest = rest
        .trim_start_matches('/')
        .split(['/', '?', '#'])
        .next()
        .unwrap_or_default();
    let host = rest.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
    host.strip_suffix(":443")
        .unwrap_or(&host)
        .trim_end_matches('.')
        .to_owned()
}

fn fits(field: &FormField, value: &str) -> bool {
    let Some(pattern) = &field.pattern else {
        return !value.contains('/');
    };
    let shape = json!({ "type": "string", "pattern": pattern });
    schema::check(&shape, &Value::String(value.to_owned())).is_ok_and(|violations| violations.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_cut_down_to_the_host() {
        for (given, meant) in [
            ("https://acme.okta.com", "acme.okta.com"),
            ("https://acme.okta.com/", "acme.okta.com"),
            ("HTTPS://Acme.Okta.com/admin/dashboard?x=1#y", "acme.okta.com"),
            ("acme.okta.com/api/v1", "acme.okta.com"),
            ("acme.okta.com:443", "acme.okta.com"),
            ("http://127.0.0.1:8080/", "127.0.0.1:8080"),
            ("https://ada@acme.okta.com", "acme.okta.com"),
            ("//acme.okta.com", "acme.okta.com"),
            ("acme.okta.com.", "acme.okta.com"),
            ("acme.okta.com", "acme.okta.com"),
            ("https://", ""),
        ] {
            assert_eq!(tidy(given), meant, "{given}");
        }
    }

    #[test]
    fn an_admin_console_tells_its_org() {
        for (host, org) in [
            ("acme-admin.okta.com", Some("acme.okta.com")),
            ("ACME-ADMIN.OKTA.COM", Some("acme.okta.com")),
            ("acme-admin.oktapreview.com", Some("acme.oktapreview.com")),
            ("dev-123-admin.okta.com", Some("dev-123.okta.com")),
            ("acme-admin.okta-emea.com", Some("acme.okta-emea.com")),
            ("acme.okta.com", None),
            ("-admin.okta.com", None),
            ("acme-admin.example.com", None),
            ("x.acme-admin.okta.com", None),
            ("acme-administration.okta.com", None),
        ] {
            assert_eq!(org_of_admin_console(host).as_deref(), org, "{host}");
        }
    }
}
