//! The emails of a brand: the templates Okta has, who gets them, and what an admin wrote instead, once for each
//! language. The sandbox sends no email.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::brands::Brands;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::ids::{Id, Kind};
use super::paging::{self, Limits};
use super::record::Record;
use super::resource::{self, Events, Page, Place, Resource, link};
use super::shape::{names, need_text, one_of};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "brands/{}/templates/email", list_templates),
    Route(Method::GET, "brands/{}/templates/email/{}", get_template),
    Route(Method::GET, "brands/{}/templates/email/{}/settings", get_settings),
    Route(Method::PUT, "brands/{}/templates/email/{}/settings", set_settings),
    Route(
        Method::GET,
        "brands/{}/templates/email/{}/default-content",
        get_default_content,
    ),
    Route(
        Method::GET,
        "brands/{}/templates/email/{}/default-content/preview",
        preview_default_content,
    ),
    Route(Method::POST, "brands/{}/templates/email/{}/test", send_test),
    Route(Method::POST, "org/email/bounces/remove-list", forget_bounces),
    Route(
        Method::GET,
        "brands/{}/templates/email/{}/customizations",
        resource::list::<Customizations>,
    ),
    Route(
        Method::POST,
        "brands/{}/templates/email/{}/customizations",
        resource::create::<Customizations>,
    ),
    Route(
        Method::DELETE,
        "brands/{}/templates/email/{}/customizations",
        delete_customizations,
    ),
    Route(
        Method::GET,
        "brands/{}/templates/email/{}/customizations/{}",
        resource::get::<Customizations>,
    ),
    Route(
        Method::PUT,
        "brands/{}/templates/email/{}/customizations/{}",
        resource::replace::<Customizations>,
    ),
    Route(
        Method::DELETE,
        "brands/{}/templates/email/{}/customizations/{}",
        resource::delete::<Customizations>,
    ),
    Route(
        Method::GET,
        "brands/{}/templates/email/{}/customizations/{}/preview",
        preview_customization,
    ),
];

/// What an admin wrote in place of a template.
pub struct Customizations;

const TEMPLATES: &[&str] = &[
    "UserActivation",
    "ForgotPassword",
    "ForgotPasswordDenied",
    "PasswordResetByAdmin",
    "ADUserActivation",
    "ADForgotPasswordDenied",
    "ADForgotPassword",
    "LDAPUserActivation",
    "LDAPForgotPassword",
    "LDAPForgotPasswordDenied",
    "SelfServiceUnlock",
    "ADSelfServiceUnlock",
    "LDAPSelfServiceUnlock",
    "OktaVerifyActivation",
    "AccountLockout",
    "EmailChallenge",
    "EmailFactorVerification",
    "NewSignOnNotification",
    "RegistrationActivation",
    "ChangeEmailConfirmation",
    "PendingEmailChange",
    "EmailChangeConfirmation",
    "RegistrationEmailVerification",
    "SelfServiceUnlockOnUnlockedAccount",
    "AuthenticatorEnrolled",
    "AuthenticatorReset",
    "PasswordChanged",
    "MyAccountChangeConfirmation",
];
const RECIPIENTS: &[&str] = &["ALL_USERS", "ADMINS_ONLY", "NO_USERS"];
const SETTINGS_CHANGED: EventKind = EventKind(
    "system.email.template.settings_changed",
    "Change email template settings",
    "system.email.template.settings_changed",
);
const UPDATE: EventKind = EventKind(
    "system.email.template.update",
    "Update custom email template",
    "system.email.template.update",
);
const DELETE: EventKind = EventKind(
    "system.email.template.delete",
    "Delete custom email template",
    "system.email.template.delete",
);

impl Resource for Customizations {
    const CLASS: &'static str = "EmailTemplateCustomization";
    const KIND: Kind = Kind::Record(b"oel");
    const KEYS: &'static [&'static str] = &[
        "subject",
        "body",
        "id",
        "language",
        "isDefault",
        "created",
        "lastUpdated",
        "_links",
    ];
    const EVENTS: Events = Events {
        create: EventKind(
            "system.email.template.create",
            "Create custom email template",
            "system.email.template.create",
        ),
        update: UPDATE,
        delete: DELETE,
        activate: UPDATE,
        deactivate: UPDATE,
    };
    const CREATED: u16 = 201;
    const PAGE: Page = Page::Limited(Limits { default: 10, most: 200 });

    fn place(org: &Org, call: &Call<'_>) -> Result<Place, Problem> {
        let (brand, name) = template(org, call)?;
        let below = format!("templates/email/{name}/customizations");
        Ok(Place::below(brand, &below, 2))
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let language = need_text(body, "language", 35)?;
        let subject = need_text(body, "subject", 1000)?;
        let content = need_text(body, "body", 500_000)?;
        let others: Vec<&Record> = org
            .records_at(place)
            .filter(|other| old.is_none_or(|old| old.id != other.id))
            .collect();
        if others.iter().any(|other| other.text("language") == language) {
            let summary = "An email template customization for that language already exists.";
            return Err(Problem::new(409, "E0000183", summary));
        }
        let is_default = body.get("isDefault").and_then(Value::as_bool);
        let was_default = old.is_some_and(is_default_one);
        if was_default && is_default == Some(false) {
            let summary = "The isDefault parameter of the default email template customization can't be set to false.";
            return Err(Problem::new(409, "E0000185", summary));
        }
        if old.is_none() && is_default == Some(true) && !others.is_empty() {
            let summary = "A default email template customization already exists.";
            return Err(Problem::new(409, "E0000182", summary));
        }
        let mut fields = Map::new();
        fields.insert("subject".into(), subject.into());
        fields.insert("body".into(), content.into());
        fields.insert("language".into(), language.into());
        let first = old.is_none() && others.is_empty();
        fields.insert(
            "isDefault".into(),
            json!(first || was_default || is_default == Some(true)),
        );
        Ok(fields)
    }

    fn links(_record: &Record, at: &str, _url: &str) -> Value {
        let template = at.split("/customizations/").next().unwrap_or_default();
        json!({
            "preview": link(&format!("{at}/preview"), &["GET"]), "template": link(template, &["GET"]),
            "settings": link(&format!("{template}/settings"), &["GET", "PUT"]),
            "self": link(at, &["GET", "PUT", "DELETE"]),
            "test": link(&format!("{template}/test"), &["POST"]),
        })
    }

    /// There is one default: where a change made another one, the one before is it no longer.
    fn keep_in_step(org: &mut Org, id: Id, _call: &Call<'_>, _new: bool) {
        let Some(changed) = org.records.get(&id).filter(|it| is_default_one(it)).cloned() else {
            return;
        };
        let before: Vec<Record> = org
            .records_at(&changed.place)
            .filter(|other| other.id != id && is_default_one(other))
            .cloned()
            .collect();
        for mut other in before {
            other.fields.insert("isDefault".into(), json!(false));
            org.add_record(other);
        }
    }

    fn may_delete(org: &Org, record: &Record) -> Result<(), Problem> {
        if is_default_one(record) && org.records_at(&record.place).count() > 1 {
            let summary = "A default email template customization can't be deleted.";
            return Err(Problem::new(409, "E0000184", summary));
        }
        Ok(())
    }
}

fn is_default_one(record: &Record) -> bool {
    record.get("isDefault") == true
}

/// The brand and the template a call names.
fn template<'a>(org: &'a Org, call: &Call<'_>) -> Result<(&'a Record, &'static str), Problem> {
    let brand = resource::find::<Brands>(org, call)?;
    let name = TEMPLATES.iter().find(|name| **name == call.part(1));
    let name = name.ok_or_else(|| Problem::not_found(call.part(1), "EmailTemplate"))?;
    Ok((brand, name))
}

fn address(brand: &Record, name: &str, url: &str) -> String {
    format!("{url}/api/v1/{}/templates/email/{name}", brand.path())
}

fn shown_template(org: &Org, brand: &Record, name: &str, call: &Call<'_>) -> Value {
    let at = address(brand, name, call.state.url());
    let below = |path: &str, allow: &[&str]| link(&format!("{at}/{path}"), allow);
    let mut shown = json!({
        "name": name,
        "_links": {
            "settings": below("settings", &["GET", "PUT"]), "self": link(&at, &["GET"]),
            "defaultContent": below("default-content", &["GET"]), "test": below("test", &["POST"]),
            "customizations": below("customizations", &["GET", "POST", "DELETE"]),
        },
    });
    let expand = call.query.filled("expand").unwrap_or_default();
    let mut embedded = Map::new();
    if expand.contains("settings") {
        embedded.insert("settings".into(), shown_settings(brand, name, call.state.url()));
    }
    if expand.contains("customizationCount") {
        let place = format!("{}/templates/email/{name}/customizations", brand.path());
        embedded.insert("customizationCount".into(), json!(org.records_at(&place).count()));
    }
    if !embedded.is_empty() {
        shown["_embedded"] = embedded.into();
    }
    shown
}

fn list_templates(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let brand = resource::find::<Brands>(&org, call)?;
    let limit = Limits { default: 20, most: 200 }.of(call)?;
    let start = match call.query.filled("after") {
        Some(after) => {
            let last = TEMPLATES.iter().position(|name| *name == after);
            last.ok_or_else(Problem::cursor)? + 1
        }
        None => 0,
    };
    let end = TEMPLATES.len().min(start + limit);
    let page: Vec<Value> = TEMPLATES[start..end]
        .iter()
        .map(|name| shown_template(&org, brand, name, call))
        .collect();
    let next = TEMPLATES[start..end].last().filter(|_| end < TEMPLATES.len());
    Ok(paging::link(Reply::json(&page), call, limit, next.copied()))
}

fn get_template(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let (brand, name) = template(&org, call)?;
    Ok(Reply::json(&shown_template(&org, brand, name, call)))
}

fn shown_settings(brand: &Record, name: &str, url: &str) -> Value {
    let at = address(brand, name, url);
    let recipients = brand.get("recipients").get(name).and_then(Value::as_str);
    json!({
        "recipients": recipients.unwrap_or("ALL_USERS"),
        "_links": {"template": link(&at, &["GET"]), "self": link(&format!("{at}/settings"), &["GET", "PUT"])},
    })
}

fn get_settings(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let (brand, name) = template(&org, call)?;
    Ok(Reply::json(&shown_settings(brand, name, call.state.url())))
}

fn set_settings(call: &Call<'_>) -> Answer {
    let recipients = one_of(&call.object()?, "recipients", RECIPIENTS, None)?;
    let mut org = call.state.write();
    let (brand, name) = template(&org, call)?;
    let mut brand = brand.clone();
    let all = brand.fields.entry("recipients").or_insert_with(|| json!({}));
    all[name] = recipients.into();
    let party = brand.party(Brands::PARTY);
    let shown = shown_settings(&brand, name, call.state.url());
    org.add_record(brand);
    org.record(call, SETTINGS_CHANGED, vec![party]);
    Ok(Reply::json(&shown))
}

/// What Okta would write; the sandbox has the same few words for every template.
fn default_content(call: &Call<'_>, subject: &str, body: &str, own: &str) -> Answer {
    let org = call.state.read();
    let (brand, name) = template(&org, call)?;
    let at = address(brand, name, call.state.url());
    let below = |path: &str, allow: &[&str]| link(&format!("{at}/{path}"), allow);
    Ok(Reply::json(&json!({
        "subject": subject, "body": body,
        "_links": {
            "preview": below("default-content/preview", &["GET"]), "template": link(&at, &["GET"]),
            "self": below(own, &["GET"]), "test": below("test", &["POST"]),
        },
    })))
}

fn get_default_content(call: &Call<'_>) -> Answer {
    let body = "<html><body><p>Hi ${user.profile.firstName}</p></body></html>";
    default_content(call, "Message from ${org.name}", body, "default-content")
}

fn preview_default_content(call: &Call<'_>) -> Answer {
    let body = "<html><body><p>Hi Ann</p></body></html>";
    default_content(call, "Message from Acme", body, "default-content/preview")
}

/// What was written, with the names of an invented user in it.
fn preview_customization(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let written = resource::find::<Customizations>(&org, call)?;
    let filled = |field: &str| {
        let text = written.text(field).replace("${user.profile.firstName}", "Ann");
        text.replace("${user.profile.lastName}", "Lee")
            .replace("${org.name}", "Acme")
    };
    let at = format!("{}/api/v1/{}", call.state.url(), written.path());
    let mut links = Customizations::links(written, &at, call.state.url());
    links["contentSource"] = links["self"].take();
    links["self"] = link(&format!("{at}/preview"), &["GET"]);
    if let Some(links) = links.as_object_mut() {
        links.remove("preview");
    }
    Ok(Reply::json(
        &json!({"subject": filled("subject"), "body": filled("body"), "_links": links}),
    ))
}

fn send_test(call: &Call<'_>) -> Answer {
    template(&call.state.read(), call)?;
    Ok(Reply::no_content())
}

/// No email of the sandbox ever bounced; only what is no address is refused.
fn forget_bounces(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let addresses = body.get("emailAddresses").unwrap_or(&Value::Null);
    let wrong = names(addresses).filter(|address| !address.contains('@'));
    let errors: Vec<Value> = wrong
        .map(|address| json!({"emailAddress": address, "reason": "Invalid email address. The provided email address failed validation against RFC 3696."}))
        .collect();
    Ok(Reply::json(&json!({"errors": errors})))
}

fn delete_customizations(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let place = Customizations::place(&org, call)?.path;
    let all: Vec<Record> = org.records_at(&place).cloned().collect();
    for record in &all {
        org.drop_record(record.id);
    }
    let parties: Vec<_> = all.iter().map(|record| record.party(Customizations::PARTY)).collect();
    if !parties.is_empty() {
        org.record(call, DELETE, parties);
    }
    Ok(Reply::no_content())
}
