//! From a connection's name to everything needed to call its service.

use std::{collections::BTreeMap, sync::Arc};

use joinery_connector::{
    Connector, HttpRequest, Secret,
    cassette::secret_stand_in,
    variables::{self, Scope, Variables},
};
use joinery_http::{Network, auth::Auth};
use joinery_store::table;
use serde_json::{Map, Value, json};

use super::{
    ConnectionDraft, Environment, FilledIn, GIVEN, Guard, ReadOnly, SANDBOX, Verdict, Write, fill_in, fits_sandbox,
    hooks::{Said, ScriptHooks},
    network, request_secrets, stand_in,
};
use crate::{
    error::{Code, Error},
    sandbox, settings,
    studio::Studio,
};

/// A connection, ready to be used.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// Its name; the HTTP client is kept by it.
    pub name: String,
    /// How to sign, whose origin to sign for, when to repeat.
    pub http: joinery_http::Connection,
    /// What scripts see as `connection`, secrets left out.
    pub fields: Map<String, Value>,
    /// Its secrets.
    pub secrets: BTreeMap<String, Secret>,
    /// Its values for `{{variables}}`.
    pub variables: Variables,
    /// The saved profile it comes from, whose health its calls tell of.
    pub profile: Option<String>,
    /// What guards its org from being written to.
    pub guard: Guard,
    /// How its server is reached. Scripts and variables know nothing of it.
    pub network: Network,
    /// What its own functions wrote to the console as they signed.
    pub(crate) said: Said,
}

impl Resolved {
    /// Secrets that it does not sign with: for `{{variables}}` and scripts. What it has by such a name already stays.
    fn add_secrets(&mut self, secrets: BTreeMap<String, Secret>) {
        for (name, secret) in secrets {
            if self.variables.get(&name).is_some() {
                continue;
            }
            let value = variables::Value::Secret(secret.clone());
            self.variables.set(Scope::Connection, &name, value);
            self.http.also_secret.push(secret.clone());
            self.secrets.insert(name, secret);
        }
    }

    /// What the guard says of a request; what is secret in its path is masked.
    pub(crate) fn judge(&self, request: &HttpRequest) -> Verdict {
        match self.guard.judge(&request.method, &request.url) {
            Verdict::Ask(write) => Verdict::Ask(Write {
                path: joinery_http::redact::mask(&write.path, &self.http.secrets()),
                ..write
            }),
            other => other,
        }
    }

    /// The most milliseconds a request may take, where the connection says so.
    pub fn timeout_ms(&self) -> Option<u64> {
        let limit = self.network.timeout?;
        Some(u64::try_from(limit.as_millis()).unwrap_or(u64::MAX))
    }

    /// Changes network settings for this use of the connection alone, by their names in a profile.
    ///
    /// # Errors
    /// [`Code::Input`] naming the setting that is wrong.
    pub fn change_network(&mut self, values: &BTreeMap<String, String>) -> Result<(), Error> {
        let (settings, secrets) = network::sorted(values);
        Ok(self.network.change(&settings, &secrets)?)
    }
}

/// A connection given on the command line instead of a saved one.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// The base URL; the connector's own where there is none.
    pub base_url: Option<String>,
    /// The auth choice's id; the connector's first where there is none.
    pub auth: Option<String>,
    /// Fields, secret or not, by name.
    pub values: BTreeMap<String, String>,
    /// Which of them are secret: what is no field of the form is there for requests and scripts.
    pub secrets: Vec<String>,
}

/// Resolves a connection: saved (`Ok(name)`), given in full (`Err(given)`), or the sandbox org, which must run.
///
/// # Errors
/// [`Code::Usage`] for an unknown name, [`Code::Input`] for a missing field.
pub fn resolve(studio: &Studio, connector: &Connector, which: Result<&str, &Given>) -> Result<Resolved, Error> {
    match which {
        Ok(SANDBOX) => sandbox_org(studio, connector),
        Ok(name) => saved(studio, connector, name),
        Err(given) => given_in_full(studio, connector, given),
    }
}

/// Whether a connection of the connector needs nothing said: no field and no secret.
pub fn needs_nothing(connector: &Connector) -> bool {
    let manifest = &connector.manifest;
    !manifest.http.base_url.is_empty()
        && manifest
            .fields
            .iter()
            .all(|field| !field.required || field.default.is_some())
        && manifest.auth.first().is_none_or(|choice| choice.kind == "none")
}

/// No connection: nothing to sign with and nowhere to call, for scripts that call nothing.
pub fn none(studio: &Studio, connector: &Connector) -> Resolved {
    let resolved = build(
        studio,
        connector,
        (String::new(), false),
        String::new(),
        Auth::default(),
        Map::new(),
        BTreeMap::new(),
    );
    Resolved {
        network: settings::of(studio).network(),
        ..resolved
    }
}

/// A connection that a cassette stands for: nothing to sign with, and stand-ins for its secrets.
pub(crate) fn replayed(
    studio: &Studio,
    connector: &Connector,
    base_url: &str,
    fields: Map<String, Value>,
    secrets: &[String],
) -> Resolved {
    let stand_in = |name: &String| (name.clone(), Secret::new(secret_stand_in(name)));
    build(
        studio,
        connector,
        ("replay".to_owned(), false),
        base_url.to_owned(),
        Auth::default(),
        fields,
        secrets.iter().map(stand_in).collect(),
    )
}

fn sandbox_org(studio: &Studio, connector: &Connector) -> Result<Resolved, Error> {
    if !fits_sandbox(connector) {
        return Err(Error::new(
            Code::Usage,
            format!(
                "the sandbox org is an Okta org, and does not stand in for {}",
                connector.manifest.title
            ),
        )
        .with_hint("Choose another connection."));
    }
    let (url, token) = sandbox::address(studio).ok_or_else(|| {
        Error::new(Code::Usage, "the sandbox org is not running").with_hint("Start it, then try again.")
    })?;
    let token = Secret::new(token);
    match stand_in::of(connector) {
        None => Ok(sandbox_at(connector, &url, token, studio)),
        Some(service) if sandbox::stands_in_for(studio, service) => {
            let parts = stand_in::parts(connector, service, &url, &token);
            let (sandbox, base) = ((SANDBOX.to_owned(), false), parts.base_url);
            Ok(build(
                studio,
                connector,
                sandbox,
                base,
                parts.auth,
                parts.fields,
                parts.secrets,
            ))
        }
        Some(service) => Err(Error::new(
            Code::Usage,
            format!(
                "the sandbox org that runs does not stand in for {}",
                connector.manifest.title
            ),
        )
        .with_hint(format!("Start it with it: joinery sandbox --with {service}"))),
    }
}

/// A sandbox org at an address, whichever process runs it.
pub(crate) fn sandbox_at(connector: &Connector, url: &str, token: Secret, studio: &Studio) -> Resolved {
    let host = url.trim_start_matches("http://").to_owned();
    let fields = Map::from_iter([("domain".to_owned(), Value::String(host))]);
    let auth = sandbox_auth(token.clone());
    let secrets = BTreeMap::from([("token".to_owned(), token)]);
    build(
        studio,
        connector,
        (SANDBOX.to_owned(), false),
        url.to_owned(),
        auth,
        fields,
        secrets,
    )
}

/// How a sandbox org is signed in to.
pub(crate) fn sandbox_auth(token: Secret) -> Auth {
    Auth {
        kind: "api_key".to_owned(),
        settings: as_map(json!({ "header": "Authorization", "prefix": "SSWS " })),
        secrets: BTreeMap::from([("token".to_owned(), token)]),
    }
}

fn saved(studio: &Studio, connector: &Connector, name: &str) -> Result<Resolved, Error> {
    let store = studio.store()?;
    let Some(row) = table::connection::get(store, name)? else {
        let rows = table::connection::list(store)?;
        let names = rows
            .iter()
            .filter(|row| row.connector == connector.manifest.id)
            .map(|row| row.name.as_str());
        return Err(Error::unknown("connection", name, names.chain([SANDBOX])));
    };
    if row.connector != connector.manifest.id {
        return Err(Error::new(
            Code::Usage,
            format!(
                "connection `{name}` is for {}, not for {}",
                row.connector, connector.manifest.id
            ),
        ));
    }
    let mut secrets = BTreeMap::new();
    for field in &row.secrets {
        let secret = studio.secrets()?.get(name, field)?.ok_or_else(|| {
            Error::new(
                Code::Input,
                format!("the secret `{field}` of connection `{name}` is gone"),
            )
            .with_hint("Save the connection again with its secret.")
        })?;
        secrets.insert(field.clone(), secret);
    }
    let of_requests = request_secrets::of(studio, &row)?;
    let fields = made_of_others(connector, row.fields);
    let base = base_url(studio, connector, &fields)?;
    let guard = Guard::new(
        name,
        &base,
        row.environment.as_deref().and_then(Environment::of_word),
        row.read_only.as_deref().and_then(ReadOnly::of_word),
    );
    let mut resolved = from_parts(
        studio,
        connector,
        (name, true),
        base,
        &row.auth,
        FilledIn { fields, secrets },
    )?;
    resolved.add_secrets(of_requests);
    Ok(Resolved {
        profile: Some(name.to_owned()),
        guard,
        ..resolved
    })
}

/// Resolves a draft that is not saved, for testing it.
pub(super) fn draft(studio: &Studio, connector: &Connector, draft: &ConnectionDraft) -> Result<Resolved, Error> {
    let mut filled = fill_in(studio, connector, draft)?;
    filled.fields = made_of_others(connector, filled.fields);
    let base = base_url(studio, connector, &filled.fields)?;
    let guard = Guard::new(&draft.name, &base, draft.environment, draft.read_only);
    // Another client than the saved connection's: its cookies must not make a bad token look good.
    let name = format!("{} (test)", draft.name);
    let mut resolved = from_parts(studio, connector, (&name, false), base, &draft.auth, filled)?;
    resolved.guard = guard;
    // A draft that changes nothing is tested with what its saved connection's sign-in brought.
    if let Ok(saved) = saved(studio, connector, &draft.name)
        && saved.http.auth == resolved.http.auth
    {
        resolved.http.session = saved.http.session;
    }
    Ok(resolved)
}

fn given_in_full(studio: &Studio, connector: &Connector, given: &Given) -> Result<Resolved, Error> {
    let first = connector
        .manifest
        .auth
        .first()
        .map(|choice| choice.id.clone())
        .unwrap_or_default();
    let auth = given.auth.clone().unwrap_or(first);
    let mut values = given.values.clone();
    if let Some(base) = &given.base_url {
        // The base URL says what the fields it is made of would have said.
        for field in &connector.manifest.fields {
            if let Some(value) = said_by(&connector.manifest.http.base_url, &field.name, base) {
                values.entry(field.name.clone()).or_insert(value);
            }
        }
    }
    let draft = ConnectionDraft {
        name: GIVEN.to_owned(),
        connector: String::new(),
        auth: auth.clone(),
        values,
        ..ConnectionDraft::default()
    };
    let mut filled = fill_in(studio, connector, &draft)?;
    filled.fields = made_of_others(connector, filled.fields);
    let base = match &given.base_url {
        Some(base) => base.trim_end_matches('/').to_owned(),
        None => base_url(studio, connector, &filled.fields)?,
    };
    let mut resolved = from_parts(studio, connector, (GIVEN, false), base, &auth, filled)?;
    let secrets = given.secrets.iter().filter(|name| !network::is_network(name));
    let values = secrets.filter_map(|name| Some((name.clone(), Secret::new(draft.values.get(name)?))));
    resolved.add_secrets(values.collect());
    Ok(resolved)
}

/// The value of a field that the base URL's pattern is made of: all of it for `{{url}}`, the host (and port) for
/// `https://{{domain}}`.
fn said_by(pattern: &str, field: &str, base: &str) -> Option<String> {
    let placeholder = format!("{{{{{field}}}}}");
    if pattern == placeholder {
        return Some(base.to_owned());
    }
    let after_scheme = pattern.split_once("://")?.1;
    let host_part = after_scheme.split('/').next()?;
    (host_part == placeholder)
        .then(|| url::Url::parse(base).ok())
        .flatten()
        .and_then(|url| {
            let host = url.host_str()?;
            Some(
                url.port()
                    .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
            )
        })
}

fn from_parts(
    studio: &Studio,
    connector: &Connector,
    (name, keeps): (&str, bool),
    base: String,
    auth: &str,
    mut filled: FilledIn,
) -> Result<Resolved, Error> {
    settings::of(studio).fill_in_proxy(&mut filled.fields);
    let network = network::take(&mut filled)?;
    let choice = connector.manifest.auth.iter().find(|choice| choice.id == auth);
    if let Some(choice) = choice {
        super::kind_of(choice)?;
    }
    let settings = choice.map(|choice| choice.settings.clone()).unwrap_or_default();
    let mut settings = filled_settings(settings, &filled.fields, &base)?;
    settings.extend(filled.fields.clone());
    let auth = Auth {
        kind: choice.map_or_else(|| "none".to_owned(), |choice| choice.kind.clone()),
        settings,
        secrets: filled.secrets.clone(),
    };
    let resolved = build(
        studio,
        connector,
        (name.to_owned(), keeps),
        base,
        auth,
        filled.fields,
        filled.secrets,
    );
    let mut resolved = Resolved { network, ..resolved };
    if resolved.http.auth.kind == "custom" {
        let (scripts, connector) = (studio.scripts().clone(), Arc::new(connector.clone()));
        resolved.http.hooks = Some(Arc::new(ScriptHooks::new(
            scripts,
            connector,
            resolved.clone(),
            studio.writes(),
        )));
    }
    Ok(resolved)
}

/// The settings with `{{base_url}}` and the profile's fields filled in.
fn filled_settings(
    mut settings: Map<String, Value>,
    fields: &Map<String, Value>,
    base: &str,
) -> Result<Map<String, Value>, Error> {
    let mut variables = as_variables(fields);
    variables.set(Scope::Connection, "base_url", variables::Value::Text(base.to_owned()));
    for (name, value) in &mut settings {
        if let Value::String(text) = value {
            *text = variables::fill(text, &variables, name).map_err(|missing| {
                let names: Vec<&str> = missing.iter().map(|missing| missing.name.as_str()).collect();
                Error::new(
                    Code::Input,
                    format!("the setting `{name}` of this way to sign in needs {}", names.join(", ")),
                )
                .with_hint("Give the connector such a field, or write the value into connector.toml.")
            })?;
        }
    }
    Ok(settings)
}

/// `keeps`: whether what a sign-in brings is kept beyond the process under the connection's name.
fn build(
    studio: &Studio,
    connector: &Connector,
    (name, keeps): (String, bool),
    base_url: String,
    auth: Auth,
    mut fields: Map<String, Value>,
    secrets: BTreeMap<String, Secret>,
) -> Resolved {
    let mut variables = as_variables(&fields);
    for (field, secret) in &secrets {
        variables.set(Scope::Connection, field, variables::Value::Secret(secret.clone()));
    }
    variables.set(Scope::Connection, "base_url", variables::Value::Text(base_url.clone()));
    fields.insert("base_url".to_owned(), Value::String(base_url.clone()));
    let guard = Guard::new(&name, &base_url, None, None);
    let http = joinery_http::Connection {
        session: studio.session(&name, &auth, keeps),
        auth,
        base_url,
        signs_anywhere: false,
        retry: connector.manifest.http.retry.clone(),
        body_folder: studio.home().join("bodies"),
        largest_body: None,
        hooks: None,
        waits: None,
        also_secret: Vec::new(),
    };
    Resolved {
        name,
        http,
        fields,
        secrets,
        variables,
        profile: None,
        guard,
        network: Network::default(),
        said: Said::default(),
    }
}

/// The connector's base URL with a profile's fields filled in. The sandbox org speaks plain HTTP: a profile whose domain
/// is its address calls it so, whatever the pattern says.
pub(super) fn base_url(studio: &Studio, connector: &Connector, fields: &Map<String, Value>) -> Result<String, Error> {
    let url = filled_base_url(connector, fields)?;
    let on_loopback = |rest: &&str| rest.starts_with("127.0.0.1:") || rest.starts_with("localhost:");
    if let Some(rest) = url.strip_prefix("https://").filter(on_loopback)
        && let Some((sandbox, _)) = sandbox::address(studio)
        && let Some(port) = sandbox.rsplit(':').next()
        && rest.split(['/', ':']).nth(1) == Some(port)
    {
        return Ok(format!("http://{rest}"));
    }
    Ok(url)
}

fn filled_base_url(connector: &Connector, fields: &Map<String, Value>) -> Result<String, Error> {
    let filled = variables::fill(
        &connector.manifest.http.base_url,
        &as_variables(fields),
        "http.base_url",
    );
    filled
        .map(|url| url.trim_end_matches('/').to_owned())
        .map_err(|missing| {
            let names: Vec<&str> = missing.iter().map(|missing| missing.name.as_str()).collect();
            Error::new(Code::Input, format!("the base URL needs {}", names.join(", ")))
                .with_hint("Fill it in in the connection.")
        })
}

/// A profile's fields, with those filled in that stand at a default made of others, such as `https://{{site}}.example.com`.
pub(super) fn made_of_others(connector: &Connector, mut fields: Map<String, Value>) -> Map<String, Value> {
    let variables = as_variables(&fields);
    for field in &connector.manifest.fields {
        if let (Some(default), Some(Value::String(value))) = (&field.default, fields.get_mut(&field.name))
            && value == default
            && let Ok(filled) = variables::fill(default, &variables, &field.name)
        {
            *value = filled;
        }
    }
    fields
}

pub(super) fn as_variables(fields: &Map<String, Value>) -> Variables {
    let mut variables = Variables::default();
    for (name, value) in fields {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        variables.set(Scope::Connection, name, variables::Value::Text(text));
    }
    variables
}

fn as_map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_tells_the_fields_it_is_made_of() {
        let base = "http://127.0.0.1:8080";
        assert_eq!(
            said_by("https://{{domain}}", "domain", base).as_deref(),
            Some("127.0.0.1:8080")
        );
        assert_eq!(
            said_by("https://{{domain}}/api", "domain", base).as_deref(),
            Some("127.0.0.1:8080")
        );
        assert_eq!(said_by("{{url}}", "url", base).as_deref(), Some(base));
        assert_eq!(said_by("https://{{region}}.example.com", "region", base), None);
        assert_eq!(said_by("https://{{domain}}", "other", base), None);
    }
}
