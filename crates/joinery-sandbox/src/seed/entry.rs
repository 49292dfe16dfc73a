//! Adds users and groups that a file names, checked the way the API checks them.

use serde_json::Value;

use super::{FOUNDED, Fault};
use crate::okta::group::Group;
use crate::okta::ids::{Id, Kind};
use crate::okta::schema::Profile;
use crate::okta::user::{Password, Status, User};
use crate::state::Org;

/// A value of a file: where its name stands, where it stands itself, name and value.
pub struct Given {
    /// The byte its name starts at.
    pub name_at: usize,
    /// The byte it starts at.
    pub at: usize,
    /// Its name.
    pub name: String,
    /// The value.
    pub value: Value,
}

/// A user of a file.
pub struct UserEntry {
    /// The byte it starts at.
    pub at: usize,
    /// Its attributes.
    pub profile: Vec<Given>,
    /// Its status; ACTIVE where none is given.
    pub status: Option<(usize, String)>,
    /// Its password; without one it has one that nobody knows.
    pub password: Option<String>,
    /// The names of its groups.
    pub groups: Vec<(usize, String)>,
}

/// Adds a user.
///
/// # Errors
/// What is wrong with it.
pub fn add_user(org: &mut Org, entry: UserEntry, makes_groups: bool) -> Result<Id, Fault> {
    let mut profile = Profile::default();
    for given in &entry.profile {
        if org.default_schema().get(&given.name).is_none() {
            let text = format!(
                "`{}` is not an attribute of users; the base schema and [[attributes]] are",
                given.name
            );
            return Err(Fault::new(given.name_at, text));
        }
        profile.set(org.default_schema(), &given.name, given.value.clone());
    }
    if let Some((name, cause)) = org.default_schema().faults(&profile).into_iter().next() {
        let given = entry.profile.iter().find(|given| given.name == *name);
        return Err(Fault::new(given.map_or(entry.at, |given| given.at), cause));
    }
    let login = profile.text("login").to_owned();
    if org.users.with_login(&login).is_some() {
        let given = entry.profile.iter().find(|given| given.name == "login");
        let at = given.map_or(entry.at, |given| given.at);
        return Err(Fault::new(at, format!("another user has the login {login} already")));
    }
    let status = match &entry.status {
        None => Status::Active,
        Some((at, text)) => status(text).ok_or_else(|| {
            let text = format!(
                "`{text}` is not a status: take STAGED, PROVISIONED, ACTIVE, RECOVERY, PASSWORD_EXPIRED, LOCKED_OUT, \
                 SUSPENDED or DEPROVISIONED"
            );
            Fault::new(*at, text)
        })?,
    };
    let mut groups = Vec::new();
    for (at, name) in &entry.groups {
        let group = match group_named(org, name) {
            Some(group) => group,
            None if makes_groups => add_group(org, *at, name, None)?,
            None => {
                return Err(Fault::new(
                    *at,
                    format!("there is no group `{name}`: add it under [[groups]]"),
                ));
            }
        };
        groups.push(group);
    }
    let id = org.ids.next(Kind::User);
    let mut user = User::new(id, org.user_type, FOUNDED);
    user.profile = profile;
    let has_password = !matches!(status, Status::Staged | Status::Provisioned) || entry.password.is_some();
    if has_password {
        let password = entry
            .password
            .map_or(Password::Elsewhere, |text| Password::new(id, &text));
        user.set_password(password, FOUNDED);
    }
    if status != Status::Staged {
        user.move_to(Status::Active, FOUNDED);
        user.move_to(status, FOUNDED);
    }
    org.add_user(user, &groups);
    Ok(id)
}

fn status(text: &str) -> Option<Status> {
    serde_json::from_value(Value::String(text.to_ascii_uppercase())).ok()
}

/// The group with a name.
pub fn group_named(org: &Org, name: &str) -> Option<Id> {
    org.groups
        .values()
        .find(|group| group.name == name)
        .map(|group| group.id)
}

/// Adds a group.
///
/// # Errors
/// What is wrong with its name.
pub fn add_group(org: &mut Org, at: usize, name: &str, description: Option<String>) -> Result<Id, Fault> {
    if name.trim().is_empty() || name.chars().count() > 255 {
        return Err(Fault::new(at, "the name of a group has 1 to 255 characters"));
    }
    if group_named(org, name).is_some() {
        return Err(Fault::new(at, format!("another group has the name `{name}` already")));
    }
    let id = org.ids.next(Kind::Group);
    org.groups
        .insert(id, Group::new(id, name.to_owned(), description, FOUNDED));
    Ok(id)
}
