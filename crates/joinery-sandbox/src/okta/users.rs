//! Users: create, get, update, delete.

use axum::http::{Method, header};
use serde_json::{Map, Value};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::{EventKind, Party, kinds};
use super::ids::{Id, Kind};
use super::schema::{Profile, Schema};
use super::sent_credentials::{Sent, after_comparing, check_history};
use super::user::{Status, User};
use super::{fields, user_list, user_type};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "users", user_list::list),
    Route(Method::POST, "users", create),
    Route(Method::GET, "users/{}", get),
    Route(Method::POST, "users/{}", update),
    Route(Method::PUT, "users/{}", replace),
    Route(Method::DELETE, "users/{}", delete),
];

/// The user a path names: by id, by login, by the start of a login that only one user has, or `me`.
///
/// # Errors
/// E0000007.
pub fn find(org: &Org, name: &str) -> Result<Id, Problem> {
    if name == "me" {
        return Ok(org.owner);
    }
    Id::parse(name)
        .filter(|id| org.users.get(*id).is_some())
        .or_else(|| org.users.with_login(name))
        .or_else(|| org.users.with_short_login(name))
        .ok_or_else(|| Problem::not_found(name, "User"))
}

/// The whole user, as a single GET shows it.
pub fn shown(org: &Org, call: &Call<'_>, id: Id) -> Answer {
    let user = org
        .users
        .get(id)
        .ok_or_else(|| Problem::not_found(call.part(0), "User"))?;
    Ok(Reply::json(&user.shown(
        org.schema(user.type_id),
        call.state.url(),
        false,
    )))
}

/// Records an event about one user.
pub fn record(org: &mut Org, call: &Call<'_>, kind: EventKind, id: Id) {
    let targets = org.users.get(id).map(Party::from).into_iter().collect();
    org.record(call, kind, targets);
}

/// Deactivates a user.
pub fn deactivate(org: &mut Org, call: &Call<'_>, id: Id) {
    if let Some(user) = org.users.get_mut(id) {
        user.move_to(Status::Deprovisioned, call.now);
    }
    record(org, call, kinds::USER_DEACTIVATE, id);
    for app in org.unassign_apps(id) {
        let parties = [org.users.get(id).map(Party::from), org.apps.get(&app).map(Party::from)];
        org.record(call, kinds::APP_USER_REMOVE, parties.into_iter().flatten().collect());
    }
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let id = find(&org, call.part(0))?;
    let etag = org.users.get(id).map(User::etag).unwrap_or_default();
    let reply = fields::select(shown(&org, call, id)?, call)?;
    Ok(reply.with_header(header::ETAG, &etag))
}

fn create(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let activate = call.query.flag("activate", true);
    let mut org = call.state.write();
    let credentials = Sent::read(&body)?;
    let next_login = call.query.get("nextLogin") == Some("changePassword");
    check_next_login(next_login, credentials.has_password(), activate)?;
    let user_type = user_type(&org, &body)?;
    let groups = group_ids(&org, &body)?;

    // The id is taken last: a refused user must leave no gap, so that a seed plus the same calls gives the same ids.
    let mut user = User::new(org.owner, user_type, call.now);
    set_profile(&org, &mut user, &body, "newUser")?;
    check_profile(&org, &user, None)?;
    credentials.check(user.login())?;
    user.id = org.ids.next(Kind::User);
    credentials.apply(&mut user, call);
    if activate {
        let federated = user.credentials.provider.kind != "OKTA";
        let status = match (user.credentials.password.is_some() || federated, next_login) {
            (false, _) => Status::Provisioned,
            (true, true) => Status::PasswordExpired,
            (true, false) => Status::Active,
        };
        user.move_to(status, call.now);
    }
    let id = user.id;
    org.add_user(user, &groups);
    record(&mut org, call, kinds::USER_CREATE, id);
    if activate {
        record(&mut org, call, kinds::USER_ACTIVATE, id);
    }
    for group in groups {
        let targets = org
            .users
            .get(id)
            .map(Party::from)
            .into_iter()
            .chain(org.groups.get(&group).map(Party::from));
        let targets = targets.collect();
        org.record(call, kinds::MEMBER_ADD, targets);
    }
    shown(&org, call, id)
}

fn check_next_login(change: bool, password: bool, activate: bool) -> Result<(), Problem> {
    const START: &str = "Could not create user. To create a user and expire their password immediately, ";
    if change && !activate {
        return Err(Problem::new(
            400,
            "E0000125",
            format!("{START}\"activate\" must be true"),
        ));
    }
    if change && !password {
        return Err(Problem::new(
            400,
            "E0000124",
            format!("{START}a password must be specified"),
        ));
    }
    Ok(())
}

fn user_type(org: &Org, body: &Map<String, Value>) -> Result<Id, Problem> {
    match body.get("type").and_then(|kind| kind.get("id")).and_then(Value::as_str) {
        Some(id) => user_type::find(org, id).map(|kind| kind.id),
        None => Ok(org.user_type),
    }
}

fn group_ids(org: &Org, body: &Map<String, Value>) -> Result<Vec<Id>, Problem> {
    let Some(list) = body.get("groupIds").filter(|list| !list.is_null()) else {
        return Ok(Vec::new());
    };
    let list = list.as_array().ok_or_else(Problem::malformed)?;
    if list.len() > 20 {
        return Err(Problem::validation(
            "groupIds",
            vec!["groupIds: A user can be added to at most 20 groups".into()],
        ));
    }
    let mut ids = Vec::with_capacity(list.len());
    for id in list {
        let text = id.as_str().ok_or_else(Problem::malformed)?;
        let id = Id::parse(text).filter(|id| org.groups.contains_key(id) && *id != org.everyone);
        ids.push(id.ok_or_else(|| Problem::not_found(text, "UserGroup"))?);
    }
    Ok(ids)
}

fn update(call: &Call<'_>) -> Answer {
    change(call, false)
}

fn replace(call: &Call<'_>) -> Answer {
    change(call, true)
}

/// POST changes what is named; PUT also clears what is not.
fn change(call: &Call<'_>, whole: bool) -> Answer {
    let sent = Sent::read(&call.object()?)?;
    let Some(text) = sent.text().filter(|_| call.query.flag("strict", false)) else {
        return change_by(call, whole, Ok(()));
    };
    let (text, user) = (text.to_owned(), {
        let org = call.state.read();
        let found = find(&org, call.part(0)).ok().and_then(|id| org.users.get(id));
        found.cloned().ok_or_else(|| Problem::not_found(call.part(0), "User"))?
    });
    let compare = move |user: &User| check_history(user, &text);
    after_comparing(call, user, compare, move |call, _, history| {
        change_by(call, whole, history)
    })
}

/// The change itself; `history` says whether the user may take the password again.
fn change_by(call: &Call<'_>, whole: bool, history: Result<(), Problem>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let id = find(&org, call.part(0))?;
    let old = org
        .users
        .get(id)
        .cloned()
        .ok_or_else(|| Problem::not_found(call.part(0), "User"))?;
    check_etag(call, &old)?;
    if old.status == Status::Deprovisioned {
        return Err(Problem::status_forbids());
    }
    let sent = Sent::read(&body)?;
    let mut user = old.clone();
    if whole {
        if body.contains_key("type") {
            user.type_id = user_type(&org, &body)?;
        }
        user.profile = Profile::default();
    }
    set_profile(&org, &mut user, &body, "user")?;
    check_profile(&org, &user, Some(id))?;
    sent.check(user.login())?;
    history?;
    sent.check_status(old.status)?;
    let new_password = sent.has_password();
    sent.apply(&mut user, call);
    // An administrator who sets a password finishes what the user had to do with it.
    if new_password
        && matches!(
            user.status,
            Status::Provisioned | Status::Recovery | Status::PasswordExpired
        )
    {
        user.move_to(Status::Active, call.now);
    }
    user.touch(call.now);
    let changed_type = user.type_id != old.type_id;
    let changed_profile = user.profile != old.profile;
    if let Some(place) = org.users.get_mut(id) {
        *place = user;
    }
    org.users.rename(id, old.login());
    if changed_type {
        record(&mut org, call, kinds::USER_TYPE_CHANGE, id);
    }
    if changed_profile {
        record(&mut org, call, kinds::USER_UPDATE, id);
    }
    if new_password {
        record(&mut org, call, kinds::USER_PASSWORD, id);
    }
    shown(&org, call, id)
}

fn check_etag(call: &Call<'_>, user: &User) -> Result<(), Problem> {
    let Some(wanted) = call.header(&header::IF_MATCH) else {
        return Ok(());
    };
    let mut any = false;
    for tag in wanted.split(',').map(str::trim) {
        if tag != "*" && !tag.trim_start_matches("W/").starts_with('"') {
            return Err(Problem::new(400, "E0000242", "ETag syntax is invalid."));
        }
        any |= tag == "*" || tag == user.etag();
    }
    if any {
        Ok(())
    } else {
        Err(Problem::new(412, "E0000231", "ETag value doesn't match."))
    }
}

/// A user that still lives is deactivated; a deactivated one goes for good.
fn delete(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let id = find(&org, call.part(0))?;
    if id == org.owner {
        return Err(Problem::new(
            403,
            "E0000006",
            "You do not have permission to perform the requested action",
        ));
    }
    if org
        .users
        .get(id)
        .is_some_and(|user| user.status != Status::Deprovisioned)
    {
        deactivate(&mut org, call, id);
        return Ok(Reply::no_content());
    }
    let party: Vec<Party> = org.users.get(id).map(Party::from).into_iter().collect();
    org.record(call, kinds::USER_DELETE_INITIATED, party.clone());
    org.remove_user(id);
    org.record(call, kinds::USER_DELETE_COMPLETED, party);
    Ok(Reply::no_content())
}

fn set_profile(org: &Org, user: &mut User, body: &Map<String, Value>, object: &str) -> Result<(), Problem> {
    let Some(profile) = body.get("profile").filter(|profile| !profile.is_null()) else {
        return Ok(());
    };
    let profile = profile.as_object().ok_or_else(Problem::malformed)?;
    let schema = org.schema(user.type_id);
    let unknown = schema.unknown(profile);
    if !unknown.is_empty() {
        return Err(Problem::validation(object, unknown));
    }
    for (name, value) in profile {
        check_mutable(schema, &user.profile, name, value)?;
        user.profile.set(schema, name, value.clone());
    }
    Ok(())
}

/// Refuses a change of what only Okta or only a create may set.
fn check_mutable(schema: &Schema, old: &Profile, name: &str, value: &Value) -> Result<(), Problem> {
    let Some(attribute) = schema.get(name) else {
        return Ok(());
    };
    let changes = old.get(name).unwrap_or(&Value::Null) != value;
    match attribute.mutability() {
        "READ_ONLY" if changes => {
            let summary = format!("Cannot modify the {name} attribute because it is read-only.");
            Err(Problem::new(403, "E0000077", summary))
        }
        "IMMUTABLE" if changes && old.get(name).is_some() => {
            let summary = format!("Cannot modify the {name} attribute because it is immutable.");
            Err(Problem::new(403, "E0000078", summary))
        }
        _ => Ok(()),
    }
}

/// Refuses a value that another user has, where the attribute has to be unique.
fn check_unique(org: &Org, user: &User, own: Option<Id>) -> Result<(), Problem> {
    for attribute in org
        .schema(user.type_id)
        .custom()
        .filter(|attribute| attribute.is_unique())
    {
        let name = &attribute.name;
        let Some(value) = user.profile.get(name) else { continue };
        let taken = org
            .users
            .after(None)
            .any(|other| Some(other.id) != own && other.profile.get(name) == Some(value));
        if taken {
            let cause = format!("{name}: An object with this field already exists in the current organization");
            return Err(Problem::validation(name, vec![cause]));
        }
    }
    Ok(())
}

fn check_profile(org: &Org, user: &User, own: Option<Id>) -> Result<(), Problem> {
    let faults = org.schema(user.type_id).faults(&user.profile);
    if let Some((first, _)) = faults.first() {
        let causes = faults.iter().map(|(_, cause)| cause.clone()).collect();
        return Err(Problem::validation(first, causes));
    }
    match org.users.with_login(user.login()) {
        Some(other) if Some(other) != own => {
            let cause = "login: An object with this field already exists in the current organization";
            Err(Problem::validation("login", vec![cause.into()]))
        }
        _ => check_unique(org, user, own),
    }
}
