//! Brands: how an org looks to its users. Each has one theme, see `super::themes`, and emails of its own, see
//! `super::emails`. Nothing here changes a page of the sandbox.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::Call;
use super::errors::Problem;
use super::event::EventKind;
use super::ids::{Id, Kind};
use super::paging::Limits;
use super::record::Record;
use super::resource::{self, Events, Page, Place, Resource, link};
use super::shape::{complete, fault, need_text, text};
use super::themes;
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "brands", resource::list::<Brands>),
    Route(Method::POST, "brands", resource::create::<Brands>),
    Route(Method::GET, "brands/{}", resource::get::<Brands>),
    Route(Method::PUT, "brands/{}", resource::replace::<Brands>),
    Route(Method::DELETE, "brands/{}", resource::delete::<Brands>),
];

/// Brands.
pub struct Brands;

impl Resource for Brands {
    const CLASS: &'static str = "Brand";
    const KIND: Kind = Kind::Record(b"bnd");
    const KEYS: &'static [&'static str] = &[
        "id",
        "name",
        "removePoweredByOkta",
        "customPrivacyPolicyUrl",
        "agreeToCustomPrivacyPolicy",
        "isDefault",
        "locale",
        "emailDomainId",
        "defaultApp",
        "_links",
    ];
    const EVENTS: Events = Events {
        create: EventKind("system.brand.create", "Create brand", "system.brand.create"),
        update: UPDATE,
        delete: EventKind("system.brand.delete", "Delete brand", "system.brand.delete"),
        activate: UPDATE,
        deactivate: UPDATE,
    };
    const CREATED: u16 = 201;
    const PAGE: Page = Page::Limited(Limits { default: 20, most: 200 });

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("brands"))
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let name = need_text(body, "name", 255)?;
        if name == "DRAPP_DOMAIN_BRAND" {
            return Err(fault("name", "The name is reserved"));
        }
        let other = |record: &Record| old.is_none_or(|old| old.id != record.id);
        if org
            .records_at(place)
            .any(|record| other(record) && record.text("name") == name)
        {
            return Err(Problem::new(409, "E0000202", "Brand name already exists."));
        }
        let policy = text(body, "customPrivacyPolicyUrl")?;
        if policy.is_some() && body.get("agreeToCustomPrivacyPolicy") != Some(&Value::Bool(true)) {
            let cause = "A custom privacy policy needs agreeToCustomPrivacyPolicy";
            return Err(fault("agreeToCustomPrivacyPolicy", cause));
        }
        let mut fields = old.map(|old| old.fields.clone()).unwrap_or_default();
        let app = json!({"appInstanceId": null, "appLinkName": null, "classicApplicationUri": null});
        fields.insert("name".into(), name.into());
        fields.insert(
            "removePoweredByOkta".into(),
            json!(body.get("removePoweredByOkta") == Some(&Value::Bool(true))),
        );
        fields.insert("agreeToCustomPrivacyPolicy".into(), json!(policy.is_some()));
        fields.insert("customPrivacyPolicyUrl".into(), json!(policy));
        fields
            .entry("isDefault")
            .or_insert_with(|| json!(old.is_some_and(|old| old.system)));
        fields.insert("defaultApp".into(), complete(&app, body.get("defaultApp")));
        for field in ["locale", "emailDomainId"] {
            match text(body, field)? {
                Some(value) => fields.insert(field.into(), value.into()),
                None => fields.remove(field),
            };
        }
        Ok(fields)
    }

    fn links(record: &Record, at: &str, url: &str) -> Value {
        let mut links =
            json!({"themes": link(&format!("{at}/themes"), &["GET"]), "self": link(at, &["GET", "PUT", "DELETE"])});
        if let Some(domain) = record.get("emailDomainId").as_str() {
            links["emailDomain"] = link(&format!("{url}/api/v1/email-domains/{domain}"), &["GET", "PUT"]);
        }
        links
    }

    fn is_wanted(call: &Call<'_>, record: &Record) -> bool {
        let holds = |part: &str| record.text("name").to_lowercase().contains(&part.to_lowercase());
        call.query.filled("q").is_none_or(holds)
    }

    fn sort(list: &mut Vec<&Record>) {
        list.sort_by(|one, other| one.text("name").cmp(other.text("name")));
    }

    fn keep_in_step(org: &mut Org, id: Id, call: &Call<'_>, new: bool) {
        if new {
            let theme = org.ids.next(themes::Themes::KIND);
            org.add_record(themes::new(theme, id, call.now));
        }
    }

    fn may_delete(org: &Org, record: &Record) -> Result<(), Problem> {
        if record.system {
            return Err(Problem::new(409, "E0000200", "A default brand cannot be deleted."));
        }
        if org
            .records_at("domains")
            .any(|domain| domain.text("brandId") == record.id.as_str())
        {
            let summary = "A brand associated with a domain cannot be deleted";
            return Err(Problem::new(409, "E0000201", summary));
        }
        Ok(())
    }
}

const UPDATE: EventKind = EventKind("system.brand.update", "Update brand", "system.brand.update");

/// Makes a brand with a name that nobody else uses, and gives its id.
pub fn add(org: &mut Org, call: &Call<'_>, name: &str) -> Id {
    let id = org.ids.next(Brands::KIND);
    let record = Record::new(id, "brands", call.now, fields(name, false));
    let party = record.party(Brands::PARTY);
    org.add_record(record);
    Brands::keep_in_step(org, id, call, true);
    org.record(call, Brands::EVENTS.create, vec![party]);
    id
}

fn fields(name: &str, is_default: bool) -> Map<String, Value> {
    let fields = json!({
        "name": name, "removePoweredByOkta": false, "customPrivacyPolicyUrl": null,
        "agreeToCustomPrivacyPolicy": false, "isDefault": is_default,
        "defaultApp": {"appInstanceId": null, "appLinkName": null, "classicApplicationUri": null},
    });
    fields.as_object().cloned().unwrap_or_default()
}

/// The brand of every org and its theme.
pub fn founded(now: Time) -> Vec<Record> {
    let id = Id::founded(Brands::KIND, 300);
    vec![
        Record::new(id, "brands", now, fields("Acme", true)).founded(),
        themes::new(Id::founded(themes::Themes::KIND, 301), id, now).founded(),
    ]
}
