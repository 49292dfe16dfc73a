//! The texts of SMS messages. The sandbox sends none.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::ids::Kind;
use super::record::Record;
use super::resource::{self, Events, Place, Resource};
use super::settings::ORG_UPDATE;
use super::shape::{fault, need_text, one_of, text};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "templates/sms", resource::list::<SmsTemplates>),
    Route(Method::POST, "templates/sms", resource::create::<SmsTemplates>),
    Route(Method::GET, "templates/sms/{}", resource::get::<SmsTemplates>),
    Route(Method::POST, "templates/sms/{}", resource::replace::<SmsTemplates>),
    Route(Method::PUT, "templates/sms/{}", replace),
    Route(Method::DELETE, "templates/sms/{}", resource::delete::<SmsTemplates>),
];

/// Templates of SMS messages.
pub struct SmsTemplates;

impl Resource for SmsTemplates {
    const CLASS: &'static str = "CustomSMSTemplate";
    const KIND: Kind = Kind::Record(b"cst");
    const KEYS: &'static [&'static str] = &[
        "id",
        "name",
        "type",
        "template",
        "created",
        "lastUpdated",
        "translations",
    ];
    // Okta has no event about them.
    const EVENTS: Events = Events {
        create: ORG_UPDATE,
        update: ORG_UPDATE,
        delete: ORG_UPDATE,
        activate: ORG_UPDATE,
        deactivate: ORG_UPDATE,
    };

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("templates/sms"))
    }

    /// What is left out stays, and translations are added to those there are.
    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let mut fields = old.map(|old| old.fields.clone()).unwrap_or_default();
        let usual = old.map(|old| old.text("type"));
        let kind = one_of(body, "type", &["SMS_VERIFY_CODE"], usual)?;
        if old.is_none() && org.records_at(place).any(|other| other.text("type") == kind) {
            return Err(fault("type", "The org has a template of this type"));
        }
        for (field, most) in [("name", 50), ("template", 161)] {
            if old.is_none() || text(body, field)?.is_some() {
                fields.insert(field.into(), need_text(body, field, most)?.into());
            }
        }
        if !fields["template"].as_str().unwrap_or_default().contains("${code}") {
            return Err(fault("template", "The template has to hold ${code}"));
        }
        fields.insert("type".into(), kind.into());
        if let Some(given) = body.get("translations").and_then(Value::as_object) {
            let mut all = fields
                .get("translations")
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default();
            all.extend(given.clone());
            fields.insert("translations".into(), all.into());
        }
        Ok(fields)
    }
}

/// PUT: the translations are those sent, and the answer leaves them out, as Okta's does.
fn replace(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let translations = body.get("translations").cloned().unwrap_or_else(|| json!({}));
    let mut shown: Map<String, Value> = serde_json::from_slice(
        resource::replace::<SmsTemplates>(call)?
            .body
            .as_deref()
            .unwrap_or_default(),
    )
    .unwrap_or_default();
    let mut org = call.state.write();
    let id = resource::find::<SmsTemplates>(&org, call)?.id;
    if let Some(record) = org.records.get_mut(&id) {
        record.fields.insert("translations".into(), translations);
    }
    shown.remove("translations");
    Ok(Reply::json(&shown))
}
