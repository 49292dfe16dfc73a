//! Connectors of services that the sandbox stands in for: known by the host of their base URL, so that a connector made
//! from a template fits as the sample does.

use std::collections::BTreeMap;

use joinery_connector::{Connector, Secret, form::Control, manifest::AuthChoice, variables};
use joinery_http::auth::{self, Auth};
use serde_json::{Map, Value};
use url::Url;

use super::resolve::{as_variables, made_of_others};
use crate::sandbox::Neighbour;

/// Where each service lives.
const HOSTS: &[(Neighbour, &str)] = &[
    (Neighbour::Box, "api.box.com"),
    (Neighbour::Chargebee, ".chargebee.com"),
    (Neighbour::Slack, "slack.com"),
];
/// What stands in a field that has no default, such as the name of a site.
const FILLER: &str = "sandbox";

/// A connection to a stand-in.
pub(super) struct Parts {
    pub base_url: String,
    pub auth: Auth,
    pub fields: Map<String, Value>,
    pub secrets: BTreeMap<String, Secret>,
}

/// The service that the sandbox can stand in for, where the connector is for one.
pub(super) fn of(connector: &Connector) -> Option<Neighbour> {
    let url = base_url(connector)?;
    let host = url.host_str()?;
    let fits = |name: &str| {
        if name.starts_with('.') {
            host.ends_with(name)
        } else {
            host == name
        }
    };
    HOSTS.iter().find(|(_, name)| fits(name)).map(|(service, _)| *service)
}

/// The connection to the stand-in of a sandbox at `url`. Whatever is secret is the token of the sandbox.
pub(super) fn parts(connector: &Connector, service: Neighbour, url: &str, token: &Secret) -> Parts {
    let path = base_url(connector).map(|url| url.path().trim_end_matches('/').to_owned());
    let choice = connector.manifest.auth.first();
    let secret = connector
        .manifest
        .fields
        .iter()
        .filter(|field| field.control == Control::Secret);
    let mut secrets: BTreeMap<String, Secret> = secret.map(|field| (field.name.clone(), token.clone())).collect();
    for name in choice.map(secrets_of).unwrap_or_default() {
        secrets.insert(name, token.clone());
    }
    Parts {
        base_url: format!("{url}/{service}{}", path.unwrap_or_default()),
        auth: Auth {
            kind: choice.map_or_else(|| "none".to_owned(), |choice| choice.kind.clone()),
            settings: choice.map(|choice| choice.settings.clone()).unwrap_or_default(),
            secrets: secrets.clone(),
        },
        fields: fields(connector),
        secrets,
    }
}

fn secrets_of(choice: &AuthChoice) -> Vec<String> {
    let form = auth::kind(&choice.kind).map(|kind| kind.form(&choice.settings));
    let fields = form.map(|form| form.fields).unwrap_or_default();
    let secret = fields.into_iter().filter(|field| field.control == Control::Secret);
    secret.map(|field| field.name).collect()
}

/// The fields of a profile that are not secret, as they stand before anybody fills them in.
fn fields(connector: &Connector) -> Map<String, Value> {
    let plain = connector
        .manifest
        .fields
        .iter()
        .filter(|field| field.control != Control::Secret);
    let filled = plain
        .filter(|field| field.required || field.default.is_some())
        .map(|field| {
            let value = field.default.clone().unwrap_or_else(|| FILLER.to_owned());
            (field.name.clone(), Value::String(value))
        });
    made_of_others(connector, filled.collect())
}

fn base_url(connector: &Connector) -> Option<Url> {
    let pattern = &connector.manifest.http.base_url;
    let filled = variables::fill(pattern, &as_variables(&fields(connector)), "http.base_url").ok()?;
    Url::parse(&filled).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(base_url: &str) -> Option<Neighbour> {
        let manifest = format!(
            "format = 1\nid = \"files\"\ntitle = \"Files\"\nversion = \"0.1.0\"\nhosts = []\n[http]\nbase_url = \
             \"{base_url}\"\n[[fields]]\nname = \"site\"\nlabel = \"Site\"\n[[fields]]\nname = \"address\"\nlabel = \
             \"Address\"\ndefault = \"https://slack.com\"\n[[fields]]\nname = \"made\"\nlabel = \"Made\"\ndefault = \
             \"https://{{{{site}}}}.chargebee.com\"\n"
        );
        let files = vec![("connector.toml".to_owned(), manifest.into_bytes())];
        of(&Connector::from_files(std::path::Path::new("files"), files).unwrap())
    }

    #[test]
    fn a_service_is_known_by_its_host_whatever_the_connector_is_called() {
        assert_eq!(service("https://api.box.com/2.0"), Some(Neighbour::Box));
        assert_eq!(
            service("https://{{site}}.chargebee.com/api/v2"),
            Some(Neighbour::Chargebee)
        );
        assert_eq!(service("{{address}}"), Some(Neighbour::Slack));
        assert_eq!(service("{{made}}/api/v2"), Some(Neighbour::Chargebee));
        assert_eq!(service("https://api.box.com.evil.example"), None);
        assert_eq!(service("https://{{site}}"), None);
    }
}
