//! Email domains: which address the emails of a brand come from. The sandbox asks no DNS, see `super::domains`.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::ids::{self, Id, Kind};
use super::record::Record;
use super::resource::{self, Events, Place, Resource};
use super::shape::{fault, need_text, text};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "email-domains", resource::list::<EmailDomains>),
    Route(Method::POST, "email-domains", resource::create::<EmailDomains>),
    Route(Method::GET, "email-domains/{}", resource::get::<EmailDomains>),
    Route(Method::PUT, "email-domains/{}", resource::replace::<EmailDomains>),
    Route(Method::DELETE, "email-domains/{}", resource::delete::<EmailDomains>),
    Route(Method::POST, "email-domains/{}/verify", verify),
];

/// Email domains.
pub struct EmailDomains;

const UPDATE: EventKind = EventKind(
    "system.email_domain.update",
    "Update email domain",
    "system.email_domain.update",
);
const VERIFY: EventKind = EventKind(
    "system.email_domain.verify",
    "Verify email domain",
    "system.email_domain.verify",
);

impl Resource for EmailDomains {
    const CLASS: &'static str = "EmailDomain";
    const KIND: Kind = Kind::Record(b"OeD");
    const KEYS: &'static [&'static str] = &[
        "id",
        "validationStatus",
        "displayName",
        "userName",
        "domain",
        "validationSubdomain",
        "dnsValidationRecords",
    ];
    const EVENTS: Events = Events {
        create: EventKind(
            "system.email_domain.create",
            "Create email domain",
            "system.email_domain.create",
        ),
        update: UPDATE,
        delete: EventKind(
            "system.email_domain.delete",
            "Delete email domain",
            "system.email_domain.delete",
        ),
        activate: UPDATE,
        deactivate: UPDATE,
    };
    const CREATED: u16 = 201;

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("email-domains"))
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let mut fields = old.map(|old| old.fields.clone()).unwrap_or_default();
        for field in ["displayName", "userName"] {
            fields.insert(field.into(), need_text(body, field, 255)?.into());
        }
        if old.is_some() {
            return Ok(fields);
        }
        let domain = need_text(body, "domain", 255)?;
        if org
            .records_at(place)
            .any(|other| other.text("domain").eq_ignore_ascii_case(&domain))
        {
            return Err(Problem::new(409, "E0000197", "Email domain already exists."));
        }
        let brand = need_text(body, "brandId", 20)?;
        if org.record_at("brands", &brand).is_none() {
            return Err(fault("brandId", "There is no such brand"));
        }
        let below = text(body, "validationSubdomain")?.unwrap_or_else(|| "mail".into());
        fields.insert("dnsValidationRecords".into(), dns_records(&domain, &below));
        fields.insert("validationSubdomain".into(), below.into());
        fields.insert("validationStatus".into(), "NOT_STARTED".into());
        fields.insert("domain".into(), domain.into());
        fields.insert("brandId".into(), brand.into());
        Ok(fields)
    }

    /// The brand knows its domain.
    fn keep_in_step(org: &mut Org, id: Id, _call: &Call<'_>, new: bool) {
        let brand = org.records.get(&id).filter(|_| new);
        let brand = brand.and_then(|domain| Id::parse(domain.text("brandId")));
        if let Some(brand) = brand.and_then(|brand| org.records.get_mut(&brand)) {
            brand.fields.insert("emailDomainId".into(), json!(id));
        }
    }

    fn after_delete(org: &mut Org, gone: &Record) {
        let users: Vec<Id> = org
            .records_at("brands")
            .filter(|brand| brand.text("emailDomainId") == gone.id.as_str())
            .map(|brand| brand.id)
            .collect();
        for brand in users {
            if let Some(brand) = org.records.get_mut(&brand) {
                brand.fields.remove("emailDomainId");
            }
        }
    }
}

/// What would have to be put into the DNS.
fn dns_records(domain: &str, below: &str) -> Value {
    let proof = domain.bytes().fold(0, |sum, byte| ids::scatter(sum ^ u64::from(byte)));
    let host = "mail.sandbox.invalid";
    let alias = |name: String, value: String| json!({"recordType": "cname", "fqdn": name, "verificationValue": value});
    let lower = domain.to_lowercase();
    json!([
        {
            "recordType": "TXT", "fqdn": format!("_oktaverification.{domain}"),
            "verificationValue": format!("{proof:016x}{:016x}", ids::scatter(proof)),
        },
        alias(format!("{below}.{lower}"), host.into()),
        alias(format!("p01._domainkey.{lower}"), format!("p01.domainkey.{host}")),
        alias(format!("p012._domainkey.{lower}"), format!("p012.domainkey.{host}")),
    ])
}

fn verify(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let mut record = resource::find::<EmailDomains>(&org, call)?.clone();
    record.fields.insert("validationStatus".into(), "VERIFIED".into());
    record.last_updated = call.now.whole_seconds();
    let shown = resource::shown::<EmailDomains>(&record, call.state.url());
    let party = record.party(EmailDomains::PARTY);
    org.add_record(record);
    org.record(call, VERIFY, vec![party]);
    Ok(Reply::json(&shown))
}
