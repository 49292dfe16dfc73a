//! A key to sign with and its certificate, and a request for one that somebody else signs: what apps and identity
//! providers have.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::DnType;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::app::fault;
use super::call::Call;
use super::certificate::{self, Certified};
use super::errors::Problem;
use super::ids::Id;
use super::oauth::jose;
use crate::clock::Time;
use crate::random;
use crate::state::Org;

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
    /// Its id.
    pub id: String,
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

    /// A new key of these many years, signed by itself. Takes a moment.
    pub fn generate(years: i64, now: Time) -> Self {
        let now = now.whole_seconds();
        Self::made(certificate::self_signed(now, Time(now.0 + years * YEAR)), now, years)
    }

    /// Whether somebody looked at it before, so that it has a certificate.
    pub fn is_complete(&self) -> bool {
        self.certified.is_some()
    }

    /// Makes the certificate of a key that was only named so far. Takes a moment.
    pub fn complete(&mut self) {
        let made = certificate::self_signed(self.created, self.expires);
        self.certified.get_or_insert(made);
    }

    /// A key that has a name and nothing else so far.
    pub fn named(kid: String, now: Time) -> Self {
        Self {
            kid,
            created: now.whole_seconds(),
            expires: Time(now.whole_seconds().0 + FIRST_YEARS * YEAR),
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

    /// The key as Okta shows it.
    pub fn shown(&self) -> Value {
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
    /// A request by what the body of a call says. Takes a moment.
    ///
    /// # Errors
    /// E0000001.
    pub fn read(body: &Map<String, Value>, now: Time) -> Result<Self, Problem> {
        let certified = certified(body)?;
        Ok(Self {
            id: jose::encode(&Sha256::digest(&certified.document)),
            created: now.whole_seconds(),
            certified,
        })
    }

    /// The request as Okta shows it; `owner` is the path of what it was made for, below `/api/v1`.
    pub fn shown(&self, owner: &str, url: &str) -> Value {
        let path = format!("{url}/api/v1/{owner}/credentials/csrs/{}", self.id);
        json!({
            "id": self.id, "created": self.created, "csr": STANDARD.encode(&self.certified.document), "kty": "RSA",
            "_links": {
                "publish": {"href": format!("{path}/lifecycle/publish"), "hints": {"allow": ["POST"]}},
                "self": {"href": path, "hints": {"allow": ["GET", "DELETE"]}},
            },
        })
    }

    /// The key that the request becomes by the certificate that somebody signed for it: DER, its base64 form, or PEM.
    ///
    /// # Errors
    /// E0000001 where the body is none, or one for another key.
    pub fn publish(&self, body: &[u8], now: Time) -> Result<Key, Problem> {
        let refused = |cause: &str| Problem::new(400, "E0000001", "Api validation failed: Certificate").because(cause);
        let document = certificate_of(body).ok_or_else(|| refused("The body is not an X.509 certificate."))?;
        // The modulus stands in a certificate as it is: 256 random bytes do not turn up by chance.
        let modulus = &self.certified.modulus;
        if !document.windows(modulus.len()).any(|part| part == modulus.as_slice()) {
            return Err(refused("The certificate does not hold the public key of the request."));
        }
        let certified = Certified {
            document,
            ..self.certified.clone()
        };
        Ok(Key::made(certified, now, FIRST_YEARS))
    }
}

/// For how many years a call wants a key to be good.
///
/// # Errors
/// E0000001.
pub fn years(call: &Call<'_>) -> Result<i64, Problem> {
    let years = call.query.get("validityYears").and_then(|text| text.parse().ok());
    years
        .filter(|years| (2..=10).contains(years))
        .ok_or_else(|| fault("validityYears", "The field must be a whole number from 2 to 10"))
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
