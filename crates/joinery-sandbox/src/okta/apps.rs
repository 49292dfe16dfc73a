//! Apps: list, create, get, replace, activate, deactivate, delete, and what hangs below one.

use axum::http::{Method, header};
use serde_json::{Value, json};

use super::Route;
use super::app::{App, Logo};
use super::app_users;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::{EventKind, Party, kinds};
use super::files::{self, Allowed};
use super::filter::{Expression, Grammar, Literal, Operator, Test};
use super::ids::{Id, Kind};
use super::oauth::client::Client;
use super::paging::{self, Limits};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "apps", list),
    Route(Method::POST, "apps", create),
    Route(Method::GET, "apps/{}", get),
    Route(Method::PUT, "apps/{}", replace),
    Route(Method::DELETE, "apps/{}", delete),
    Route(Method::POST, "apps/{}/lifecycle/activate", activate),
    Route(Method::POST, "apps/{}/lifecycle/deactivate", deactivate),
    Route(Method::POST, "apps/{}/logo", upload_logo),
    Route(Method::GET, "apps/{}/federated-claims", claims),
    Route(Method::POST, "apps/{}/federated-claims", claims),
    Route(Method::GET, "apps/{}/federated-claims/{}", claims),
    Route(Method::PUT, "apps/{}/federated-claims/{}", claims),
    Route(Method::DELETE, "apps/{}/federated-claims/{}", claims),
];

const LIMITS: Limits = Limits { default: 20, most: 200 };
const LOGO: Allowed = Allowed {
    formats: &["PNG", "JPG", "SVG", "GIF"],
    below: 1024 * 1024,
};
const FILTER: Grammar = Grammar {
    operators: &[Operator::Eq],
    not: false,
};
const FILTERED: &[&str] = &[
    "id",
    "status",
    "name",
    "user.id",
    "group.id",
    "credentials.signing.kid",
    "settings.slo.enabled",
];

/// The app a path names.
///
/// # Errors
/// E0000007.
pub fn find<'a>(org: &'a Org, name: &str) -> Result<&'a App, Problem> {
    Id::parse(name)
        .and_then(|id| org.apps.get(&id))
        .ok_or_else(|| Problem::not_found(name, "AppInstance"))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    Ok(Reply::json(&find(&org, call.part(0))?.shown(call.state.url())))
}

fn list(call: &Call<'_>) -> Answer {
    let limit = LIMITS.of(call)?;
    let org = call.state.read();
    let moment = call.state.listed_moment(call.now);
    let after = match call.query.filled("after") {
        Some(cursor) => {
            let last = Id::parse(cursor).filter(|id| org.apps.at(moment, ..).any(|app| app.id == *id));
            Some(last.ok_or_else(Problem::cursor)?)
        }
        None => None,
    };
    let expanded = match call.query.filled("expand").map(|expand| expand.strip_prefix("user/")) {
        Some(Some(user)) if !user.contains(['/', ',']) => Some(user),
        Some(_) => {
            let cause = "Expand query is malformed.";
            return Err(Problem::validation("RequestParams", vec![cause.into()]));
        }
        None => None,
    };
    let expression = match call.query.filled("filter") {
        Some(text) => Some(read_filter(text)?),
        None => None,
    };
    let start = call.query.filled("q").map(str::to_lowercase);
    let mut found: Vec<&App> = org
        .apps
        .at(moment, ..)
        .filter(|app| after.is_none_or(|after| app.id > after) && call.sight.has_app(&org, app))
        .filter(|app| {
            start.as_ref().is_none_or(|start| {
                [&app.label, &app.name]
                    .iter()
                    .any(|text| text.to_lowercase().starts_with(start))
            })
        })
        .filter(|app| {
            expression
                .as_ref()
                .is_none_or(|expression| expression.matches(&|test| holds(&org, app, test)))
        })
        .take(limit + 1)
        .collect();
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|app| app.id.to_string());
    let url = call.state.url();
    let list: Vec<Value> = found
        .iter()
        .map(|app| {
            let mut shown = app.shown(url);
            let user = expanded.and_then(Id::parse).and_then(|id| org.users.get(id));
            if let Some(user) = user.and_then(|user| app_users::shown(app, user, url)) {
                shown["_embedded"] = json!({"user": user});
            }
            shown
        })
        .collect();
    Ok(paging::link(Reply::json(&list), call, limit, next.as_deref()))
}

fn read_filter(text: &str) -> Result<Expression, Problem> {
    let expression = Expression::parse(text, FILTER).map_err(Problem::search)?;
    expression.check(&|test| {
        if FILTERED.contains(&test.attribute.as_str()) {
            return Ok(());
        }
        let cause = format!("The attribute '{}' cannot be used in a filter", test.attribute);
        Err(Problem::search(cause))
    })?;
    Ok(expression)
}

fn holds(org: &Org, app: &App, test: &Test) -> bool {
    let wanted = || test.text().and_then(Id::parse);
    match test.attribute.as_str() {
        "id" => test.text_holds(app.id.as_str(), false),
        "status" => test.text_holds(if app.active { "ACTIVE" } else { "INACTIVE" }, false),
        "name" => test.text_holds(&app.name, false),
        "user.id" => wanted()
            .and_then(|id| org.users.get(id))
            .is_some_and(|user| app.has_user(user)),
        "group.id" => wanted().is_some_and(|id| app.groups.contains_key(&id)),
        "credentials.signing.kid" => test.text_holds(app.kid().unwrap_or_default(), false),
        "settings.slo.enabled" => {
            let enabled = app.parts["settings"]["signOn"]["slo"]["enabled"].as_bool();
            test.literal == Literal::Bool(enabled.unwrap_or(false))
        }
        _ => false,
    }
}

fn create(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    // Read once to refuse what does not fit before an id is taken, so that a refused call leaves no gap.
    App::read(org.owner, &org, &body, None, call.now)?;
    let id = org.ids.next(Kind::App);
    let mut app = App::read(id, &org, &body, None, call.now)?;
    app.active = call.query.flag("activate", true);
    let (active, mut shown) = (app.active, app.shown(call.state.url()));
    org.apps.insert(id, app);
    org.follow_app(id);
    // The only time that Okta shows the secret with the app.
    if let Some(secret) = org.oauth.clients.get(&id).and_then(Client::secret) {
        shown["credentials"]["oauthClient"]["client_secret"] = secret.into();
    }
    record(&mut org, call, kinds::APP_CREATE, id);
    if active {
        record(&mut org, call, kinds::APP_ACTIVATE, id);
    }
    Ok(Reply::json(&shown))
}

fn replace(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let old = find(&org, call.part(0))?;
    let app = App::read(old.id, &org, &body, Some(old), call.now)?;
    let (id, shown) = (app.id, app.shown(call.state.url()));
    org.apps.insert(id, app);
    org.follow_app(id);
    record(&mut org, call, kinds::APP_UPDATE, id);
    Ok(Reply::json(&shown))
}

fn delete(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let app = find(&org, call.part(0))?;
    let id = app.id;
    if app.active {
        let refusal = Problem::new(403, "E0000056", "Delete application forbidden.");
        return Err(refusal.because("The application must be deactivated before deletion."));
    }
    record(&mut org, call, kinds::APP_DELETE, id);
    if let Some(App { logo: Some(logo), .. }) = org.apps.remove(&id) {
        org.forget_file(&logo.path);
    }
    org.follow_app(id);
    Ok(Reply::no_content())
}

fn activate(call: &Call<'_>) -> Answer {
    set_active(call, true)
}

fn deactivate(call: &Call<'_>) -> Answer {
    set_active(call, false)
}

fn set_active(call: &Call<'_>, active: bool) -> Answer {
    let mut org = call.state.write();
    let app = find(&org, call.part(0))?;
    let (id, changes) = (app.id, app.active != active);
    if let Some(app) = org.apps.get_mut(&id).filter(|_| changes) {
        app.active = active;
        app.last_updated = call.now.whole_seconds();
        org.follow_app(id);
        let kind = if active {
            kinds::APP_ACTIVATE
        } else {
            kinds::APP_DEACTIVATE
        };
        record(&mut org, call, kind, id);
    }
    Ok(Reply::empty_object())
}

fn upload_logo(call: &Call<'_>) -> Answer {
    find(&call.state.read(), call.part(0))?;
    let file = files::sent(call, &LOGO)?;
    let kind = file.kind.clone();
    let mut org = call.state.write();
    let id = find(&org, call.part(0))?.id;
    let path = format!("fs/bcg/4/{}", org.keep_file(file));
    let address = format!("{}/{path}", call.state.url());
    let mut old = None;
    if let Some(app) = org.apps.get_mut(&id) {
        old = app.logo.replace(Logo { path, kind });
        app.last_updated = call.now.whole_seconds();
    }
    if let Some(old) = old {
        org.forget_file(&old.path);
    }
    record(&mut org, call, kinds::APP_UPDATE, id);
    Ok(Reply::no_content()
        .with_status(201)
        .with_header(header::LOCATION, &address))
}

fn record(org: &mut Org, call: &Call<'_>, kind: EventKind, id: Id) {
    let targets = org.apps.get(&id).map(Party::from).into_iter().collect();
    org.record(call, kind, targets);
}

/// The feature behind it is off in a development org, as recorded.
fn claims(call: &Call<'_>) -> Answer {
    find(&call.state.read(), call.part(0))?;
    let summary = "You do not have permission to access the feature you are requesting";
    Err(Problem::new(401, "E0000015", summary))
}
