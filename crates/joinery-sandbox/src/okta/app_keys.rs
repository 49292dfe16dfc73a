//! The keys an app signs with: list, make, get, share with another app, and certificates that somebody else signs.

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::DnType;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::Route;
use super::app::fault;
use super::apps::find;
use super::call::{Answer, Call, Reply};
use super::certificate::{self, Certified};
use super::errors::Problem;
use super::event::{EventKind, Party, kinds};
use super::ids::Id;
use super::oauth::jose;
use crate::clock::Time;
use crate::random;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "apps/{}/credentials/keys", list),
    Route(Method::POST, "apps/{}/credentials/keys/generate", generate),
    Route(Method::GET, "apps/{}/credentials/keys/{}", get),
    Route(Method::POST, "apps/{}/credentials/keys/{}/clone", share),
    Route(Method::GET, "apps/{}/credentials/csrs", list_requests),
    Route(Method::POST, "apps/{}/credentials/csrs", request),
    Route(Method::GET, "apps/{}/credentials/csrs/{}", get_request),
    Route(Method::DELETE, "apps/{}/credentials/csrs/{}", revoke_request),
    Route(Method::POST, "apps/{}/credentials/csrs/{}/lifecycle/publish", publish),
];

const YEAR: i64 = 365 * 24 * 60 * 60 * 1000;
/// How long the key lives that an app begins with.
const FIRST_YEARS: i64 = 10;

/// A key of an app.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Key {
    /// Its id.
    pub kid: String,
    created: Time,
    expires: Time,
    /// Made when somebody first looks at it: an app must not wait for a key that nobody may ever see.
    certified: Option<Certified>,
}

/// A request for a certificate, until one is given for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CertificateRequest {
    id: String,
    created: Time,
    certified: Certified,
}

impl Key {
    /// The key a new app begins with: a SAML app has one of its own, all others of an org share one.
    pub fn of_app(app: Id, org: &Org, mode: &str, now: Time) -> Self {
        let owner = if mode.starts_with("SAML") { app } else { org.token_id };
        Self {
            kid: jose::digest(&format!("key of {owner}")),
            created: now,
            expires: Time(now.0 + FIRST_YEARS * YEAR),
            certified: None,
        }
    }

    fn made(certified: Certified, now: Time, years: i64) -> Self {
        Self {
            kid: random::text(43),
            created: now.whole_seconds(),
            expires: Time(now.whole_seconds().0 + years * YEAR),
            certified: Some(certified),
        }
    }

    /// The certificate (DER), where it was made.
    pub fn certificate(&self) -> Option<&[u8]> {
        self.certified.as_ref().map(|certified| certified.document.as_slice())
    }

    fn shown(&self) -> Value {
        let mut shown = json!({
            "kty": "RSA", "created": self.created, "lastUpdated": self.created, "expiresAt": self.expires,
            "kid": self.kid, "use": "sig",
        });
        if let Some(made) = &self.certified {
            shown["x5c"] = json!([STANDARD.encode(&made.document)]);
            shown["x5t#S256"] = jose::encode(&Sha256::digest(&made.document)).into();
            shown["e"] = jose::encode(&made.exponent).into();
            shown["n"] = jose::encode(&made.modulus).into();
        }
        shown
    }
}

impl CertificateRequest {
    fn shown(&self, app: Id, url: &str) -> Value {
        let path = format!("{url}/api/v1/apps/{app}/credentials/csrs/{}", self.id);
        json!({
            "id": self.id, "created": self.created, "csr": STANDARD.encode(&self.certified.document), "kty": "RSA",
            "_links": {
                "publish": {"href": format!("{path}/lifecycle/publish"), "hints": {"allow": ["POST"]}},
                "self": {"href": path, "hints": {"allow": ["GET", "DELETE"]}},
            },
        })
    }
}

/// Makes what is missing of an app's keys, without holding the org meanwhile.
///
/// # Errors
/// E0000007.
pub fn complete(call: &Call<'_>) -> Result<(), Problem> {
    let missing: Vec<(String, Time, Time)> = {
        let org = call.state.read();
        let keys = find(&org, call.part(0))?
            .keys
            .iter()
            .filter(|key| key.certified.is_none());
        keys.map(|key| (key.kid.clone(), key.created, key.expires)).collect()
    };
    for (kid, from, until) in missing {
        let made = certificate::self_signed(from, until);
        let mut org = call.state.write();
        // Apps that share the key get the same one.
        for key in org
            .apps
            .values_mut()
            .flat_map(|app| &mut app.keys)
            .filter(|key| key.kid == kid)
        {
            key.certified.get_or_insert_with(|| made.clone());
        }
    }
    Ok(())
}

fn list(call: &Call<'_>) -> Answer {
    complete(call)?;
    let org = call.state.read();
    let keys: Vec<Value> = find(&org, call.part(0))?.keys.iter().map(Key::shown).collect();
    Ok(Reply::json(&keys))
}

fn get(call: &Call<'_>) -> Answer {
    complete(call)?;
    let org = call.state.read();
    Ok(Reply::json(&find_key(&org, call)?.shown()))
}

fn find_key<'a>(org: &'a Org, call: &Call<'_>) -> Result<&'a Key, Problem> {
    let found = find(org, call.part(0))?.keys.iter().find(|key| key.kid == call.part(1));
    found.ok_or_else(|| Problem::not_found(call.part(1), "JsonWebKey"))
}

fn generate(call: &Call<'_>) -> Answer {
    let years = call
        .query
        .get("validityYears")
        .and_then(|text| text.parse::<i64>().ok());
    let Some(years) = years.filter(|years| (2..=10).contains(years)) else {
        return Err(fault("validityYears", "The field must be a whole number from 2 to 10"));
    };
    find(&call.state.read(), call.part(0))?;
    let now = call.now.whole_seconds();
    let key = Key::made(certificate::self_signed(now, Time(now.0 + years * YEAR)), now, years);
    add(call, call.part(0), key, kinds::KEY_GENERATE)
}

/// Gives the key of an app to another one.
fn share(call: &Call<'_>) -> Answer {
    complete(call)?;
    let target = call.query.filled("targetAid").unwrap_or_default();
    let key = {
        let org = call.state.read();
        let key = find_key(&org, call)?.clone();
        if find(&org, target)?.keys.iter().any(|own| own.kid == key.kid) {
            return Err(fault("kid", "The app has this key already"));
        }
        key
    };
    add(call, target, key, kinds::KEY_CLONE)
}

fn add(call: &Call<'_>, app: &str, key: Key, kind: EventKind) -> Answer {
    let mut org = call.state.write();
    let app = find(&org, app)?;
    let (id, party) = (app.id, Party::from(app));
    let shown = key.shown();
    if let Some(app) = org.apps.get_mut(&id) {
        app.keys.push(key);
    }
    org.record(call, kind, vec![party]);
    Ok(Reply::json(&shown).with_status(201))
}

fn list_requests(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let app = find(&org, call.part(0))?;
    let requests = app.requests.iter();
    let shown: Vec<Value> = requests
        .map(|request| request.shown(app.id, call.state.url()))
        .collect();
    Ok(Reply::json(&shown))
}

fn find_request<'a>(org: &'a Org, call: &Call<'_>) -> Result<(Id, &'a CertificateRequest), Problem> {
    let app = find(org, call.part(0))?;
    let found = app.requests.iter().find(|request| request.id == call.part(1));
    let found = found.ok_or_else(|| Problem::not_found(call.part(1), "CSR"))?;
    Ok((app.id, found))
}

fn get_request(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let (app, request) = find_request(&org, call)?;
    Ok(Reply::json(&request.shown(app, call.state.url())))
}

fn request(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let app = find(&call.state.read(), call.part(0))?.id;
    let certified = certified(&body)?;
    let request = CertificateRequest {
        id: jose::encode(&Sha256::digest(&certified.document)),
        created: call.now.whole_seconds(),
        certified,
    };
    let reply = Reply::json(&request.shown(app, call.state.url())).with_status(201);
    if let Some(app) = call.state.write().apps.get_mut(&app) {
        app.requests.push(request);
    }
    Ok(reply)
}

fn certified(body: &Map<String, Value>) -> Result<Certified, Problem> {
    const NAMES: [(&str, DnType); 6] = [
        ("countryName", DnType::CountryName),
        ("stateOrProvinceName", DnType::StateOrProvinceName),
        ("localityName", DnType::LocalityName),
        ("organizationName", DnType::OrganizationName),
        ("organizationalUnitName", DnType::OrganizationalUnitName),
        ("commonName", DnType::CommonName),
    ];
    let none = Value::Null;
    let subject = body.get("subject").unwrap_or(&none);
    let parts: Vec<(DnType, &str)> = NAMES
        .into_iter()
        .filter_map(|(name, kind)| Some((kind, subject[name].as_str()?)))
        .collect();
    let hosts = body.get("subjectAltNames").map_or(&none, |names| &names["dnsNames"]);
    let hosts = hosts.as_array().into_iter().flatten().filter_map(Value::as_str);
    let hosts: Vec<String> = hosts.map(str::to_owned).collect();
    certificate::request(&parts, &hosts).ok_or_else(|| {
        fault(
            "subjectAltNames.dnsNames",
            "The field holds a name that no host can have",
        )
    })
}

fn revoke_request(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let (app, request) = find_request(&org, call)?;
    let id = request.id.clone();
    if let Some(app) = org.apps.get_mut(&app) {
        app.requests.retain(|request| request.id != id);
    }
    Ok(Reply::no_content())
}

/// Takes the certificate that somebody signed for a request: DER, its base64 form, or PEM.
fn publish(call: &Call<'_>) -> Answer {
    let refused = |cause: &str| Problem::new(400, "E0000001", "Api validation failed: Certificate").because(cause);
    let document = certificate_of(call.body).ok_or_else(|| refused("The body is not an X.509 certificate."))?;
    let (app, mut certified, id) = {
        let org = call.state.read();
        let (app, request) = find_request(&org, call)?;
        (app, request.certified.clone(), request.id.clone())
    };
    // The modulus stands in a certificate as it is: 256 random bytes do not turn up by chance.
    let modulus = &certified.modulus;
    if !document.windows(modulus.len()).any(|part| part == modulus.as_slice()) {
        return Err(refused("The certificate does not hold the public key of the request."));
    }
    certified.document = document;
    if let Some(app) = call.state.write().apps.get_mut(&app) {
        app.requests.retain(|request| request.id != id);
    }
    let key = Key::made(certified, call.now, FIRST_YEARS);
    add(call, call.part(0), key, kinds::KEY_GENERATE)
}

fn certificate_of(body: &[u8]) -> Option<Vec<u8>> {
    // Every certificate is a DER sequence with a length of two bytes.
    const START: [u8; 2] = [0x30, 0x82];
    if body.starts_with(&START) {
        return Some(body.to_vec());
    }
    let text = std::str::from_utf8(body).ok()?;
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with("-----"));
    let bytes = STANDARD.decode(lines.collect::<String>().trim_matches('"')).ok()?;
    bytes.starts_with(&START).then_some(bytes)
}
