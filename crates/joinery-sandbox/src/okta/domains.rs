//! Custom domains. The sandbox asks no DNS: it believes whoever says that a domain is verified.

use axum::http::Method;
use serde_json::{Map, Value, json};
use url::Url;

use super::Route;
use super::brands::{self, Brands};
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::ids::{self, Id, Kind};
use super::record::Record;
use super::resource::{self, Events, Place, Resource, link};
use super::shape::{fault, need_free, need_text, one_of};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "domains", list),
    Route(Method::POST, "domains", resource::create::<Domains>),
    Route(Method::GET, "domains/{}", get),
    Route(Method::PUT, "domains/{}", set_brand),
    Route(Method::DELETE, "domains/{}", resource::delete::<Domains>),
    Route(Method::PUT, "domains/{}/certificate", set_certificate),
    Route(Method::POST, "domains/{}/verify", verify),
    Route(Method::GET, "brands/{}/domains", list_of_brand),
];

/// Domains.
pub struct Domains;

const UPDATE: EventKind = EventKind(
    "system.custom_url_domain.update",
    "Update custom URL domain",
    "system.custom_url_domain.update",
);
const VERIFY: EventKind = EventKind(
    "system.custom_url_domain.verify",
    "Verify custom URL domain",
    "system.custom_url_domain.verify",
);
const UPLOAD: EventKind = EventKind(
    "system.custom_url_domain.cert_upload",
    "Upload certificate of custom URL domain",
    "system.custom_url_domain.cert_upload",
);

impl Resource for Domains {
    const CLASS: &'static str = "Domain";
    const KIND: Kind = Kind::Record(b"OcD");
    const KEYS: &'static [&'static str] = &[
        "id",
        "domain",
        "certificateSourceType",
        "validationStatus",
        "brandId",
        "dnsRecords",
        "_links",
    ];
    const EVENTS: Events = Events {
        create: EventKind(
            "system.custom_url_domain.initiate",
            "Initiate custom URL domain",
            "system.custom_url_domain.initiate",
        ),
        update: UPDATE,
        delete: EventKind(
            "system.custom_url_domain.delete",
            "Delete custom URL domain",
            "system.custom_url_domain.delete",
        ),
        activate: UPDATE,
        deactivate: UPDATE,
    };
    const CREATED: u16 = 201;

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("domains"))
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        _old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let domain = need_text(body, "domain", 255)?;
        let is_name = domain.contains('.')
            && domain
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
        if !is_name {
            return Err(fault("domain", "The field has to be a domain name"));
        }
        need_free(org, place, "domain", &domain, None)?;
        let source = one_of(body, "certificateSourceType", &["MANUAL", "OKTA_MANAGED"], None)?;
        Ok(Map::from_iter([
            ("domain".to_owned(), domain.into()),
            ("certificateSourceType".to_owned(), source.into()),
            ("validationStatus".to_owned(), "NOT_STARTED".into()),
        ]))
    }

    fn links(record: &Record, at: &str, url: &str) -> Value {
        let mut links = listed_links(record, at, url, &["GET", "DELETE", "PUT"]);
        if record.text("validationStatus") == "NOT_STARTED" {
            links["verify"] = link(&format!("{at}/verify"), &["POST"]);
        }
        links
    }

    /// A new domain gets a brand of its own, and has to be put into the DNS.
    fn keep_in_step(org: &mut Org, id: Id, call: &Call<'_>, _new: bool) {
        let Some(domain) = org.records.get(&id).map(|record| record.text("domain").to_owned()) else {
            return;
        };
        let mut brands = org.records_at("brands").filter(|brand| brand.text("name") == domain);
        let known = brands.next().map(|brand| brand.id);
        drop(brands);
        let brand = known.unwrap_or_else(|| brands::add(org, call, &domain));
        let proof = domain.bytes().fold(0, |sum, byte| ids::scatter(sum ^ u64::from(byte)));
        let target = Url::parse(call.state.url())
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned));
        let records = json!([
            {
                "recordType": "TXT", "fqdn": format!("_oktaverification.{domain}"),
                "values": [format!("{proof:016x}{:016x}", ids::scatter(proof))],
            },
            {"recordType": "CNAME", "fqdn": domain, "values": [target]},
        ]);
        if let Some(record) = org.records.get_mut(&id) {
            record.fields.insert("brandId".into(), json!(brand));
            record.fields.insert("dnsRecords".into(), records);
        }
    }
}

fn listed_links(record: &Record, at: &str, url: &str, allow: &[&str]) -> Value {
    let brand = format!("{url}/api/v1/brands/{}", record.text("brandId"));
    json!({"self": link(at, allow), "brand": link(&brand, &["GET", "PUT", "DELETE"])})
}

/// A domain as lists show it: without what has to be put into the DNS.
fn listed(record: &Record, url: &str) -> Value {
    let mut shown = resource::shown::<Domains>(record, url);
    if let Some(shown) = shown.as_object_mut() {
        shown.remove("dnsRecords");
        let at = format!("{url}/api/v1/{}", record.path());
        shown.insert("_links".into(), listed_links(record, &at, url, &["GET", "DELETE"]));
    }
    shown
}

/// The address of the sandbox itself, which is the domain of the default brand.
fn own_domain(org: &Org, url: &str) -> Value {
    let brand = org.records_at("brands").find(|brand| brand.system);
    let brand = brand.map(|brand| brand.id.to_string()).unwrap_or_default();
    let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    json!({
        "id": "default", "domain": host, "certificateSourceType": "OKTA_MANAGED", "validationStatus": "COMPLETED",
        "brandId": brand,
        "_links": {
            "self": link(&format!("{url}/api/v1/domains/default"), &["GET"]),
            "brand": link(&format!("{url}/api/v1/brands/{brand}"), &["GET", "PUT", "DELETE"]),
        },
    })
}

#[expect(clippy::unnecessary_wraps, reason = "every route answers with a result")]
fn list(call: &Call<'_>) -> Answer {
    let (org, url) = (call.state.read(), call.state.url());
    let mut domains: Vec<Value> = org.records_at("domains").map(|it| listed(it, url)).collect();
    domains.push(own_domain(&org, url));
    Ok(Reply::json(&json!({"domains": domains})))
}

fn list_of_brand(call: &Call<'_>) -> Answer {
    let (org, url) = (call.state.read(), call.state.url());
    let brand = resource::find::<Brands>(&org, call)?;
    let own = |domain: &&Record| domain.text("brandId") == brand.id.as_str();
    let mut domains: Vec<Value> = org
        .records_at("domains")
        .filter(own)
        .map(|it| listed(it, url))
        .collect();
    if brand.system {
        domains.push(own_domain(&org, url));
    }
    Ok(Reply::json(&json!({"domains": domains})))
}

fn get(call: &Call<'_>) -> Answer {
    if call.part(0) == "default" {
        return Ok(Reply::json(&own_domain(&call.state.read(), call.state.url())));
    }
    resource::get::<Domains>(call)
}

/// Changes a domain, writes that into the log and shows it.
fn change(call: &Call<'_>, field: &str, value: impl Into<Value>, kind: EventKind) -> Answer {
    let mut org = call.state.write();
    let mut record = resource::find::<Domains>(&org, call)?.clone();
    record.fields.insert(field.into(), value.into());
    record.last_updated = call.now.whole_seconds();
    let shown = resource::shown::<Domains>(&record, call.state.url());
    let party = record.party(Domains::PARTY);
    org.add_record(record);
    org.record(call, kind, vec![party]);
    Ok(Reply::json(&shown))
}

fn set_brand(call: &Call<'_>) -> Answer {
    let brand = need_text(&call.object()?, "brandId", 20)?;
    if call.state.read().record_at("brands", &brand).is_none() {
        return Err(Problem::new(
            409,
            "E0000203",
            "Failed to associate this domain with the given brandId.",
        ));
    }
    change(call, "brandId", brand, UPDATE)
}

fn set_certificate(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    one_of(&body, "type", &["PEM"], None)?;
    for field in ["privateKey", "certificate", "certificateChain"] {
        need_text(&body, field, 65_536)?;
    }
    change(call, "validationStatus", "COMPLETED", UPLOAD)?;
    Ok(Reply::no_content())
}

fn verify(call: &Call<'_>) -> Answer {
    change(call, "validationStatus", "VERIFIED", VERIFY)
}
