//! A stand-in for Box: users, folders, collaborations and the stream of events, below `/box/2.0`.

use std::collections::BTreeMap;

use axum::http::{HeaderName, header};
use serde_json::{Map, Value, json};

use super::{Asked, Refusal, text, unknown};
use crate::clock::Time;
use crate::okta::call::Reply;
use crate::random;

/// The service account that a token without `As-User` acts as.
const SERVICE: u64 = 11_446_498;
const AS_USER: HeaderName = HeaderName::from_static("as-user");
/// The items of one page where nothing is said.
const PAGE: usize = 100;
/// The folder that everybody's folders lie in.
const ROOT: u64 = 0;

/// The content of an enterprise.
pub struct Files {
    last: u64,
    users: BTreeMap<u64, User>,
    folders: BTreeMap<u64, Folder>,
    collaborations: BTreeMap<u64, Collaboration>,
    events: Vec<Value>,
}

struct User {
    name: String,
    login: String,
    status: String,
    created: Time,
    modified: Time,
}

struct Folder {
    name: String,
    parent: u64,
    owner: u64,
    created: Time,
    modified: Time,
}

struct Collaboration {
    folder: u64,
    /// Nobody yet where the login has no account.
    user: Option<u64>,
    login: String,
    role: String,
    by: u64,
    created: Time,
}

/// What Box refuses: status, code, message and what it adds.
struct Problem(u16, &'static str, String, Value);

type Answer = Result<Reply, Problem>;

impl Default for Files {
    fn default() -> Self {
        let service = User {
            name: "Joinery Service".into(),
            login: "AutomationUser_1@boxdevedition.example".into(),
            status: "active".into(),
            created: Time(0),
            modified: Time(0),
        };
        Self {
            last: SERVICE + 4,
            users: BTreeMap::from([(SERVICE, service)]),
            folders: BTreeMap::new(),
            collaborations: BTreeMap::new(),
            events: Vec::new(),
        }
    }
}

/// Answers a call of the API.
pub fn answer(asked: &Asked<'_>) -> Reply {
    if !asked.has_bearer() {
        // Box says why in the header alone.
        let why = r#"Bearer realm="Service", error="invalid_token", error_description="The access token provided is invalid.""#;
        return Reply::no_content()
            .with_status(401)
            .with_header(header::WWW_AUTHENTICATE, why);
    }
    let mut held = asked.state.neighbours.held();
    route(asked, &mut held.r#box).unwrap_or_else(|Problem(status, code, message, context)| {
        let mut body = json!({
            "type": "error",
            "status": status,
            "code": code,
            "help_url": "http://developers.box.com/docs/#errors",
            "message": message,
            "request_id": random::request_id()[..16],
        });
        if !context.is_null() {
            body["context_info"] = context;
        }
        Reply::json(&body).with_status(status)
    })
}

/// What the stand-in holds, for tests and demos.
pub fn control(asked: &Asked<'_>) -> Result<Value, Refusal> {
    let held = asked.state.neighbours.held();
    let files = &held.r#box;
    match asked.route() {
        ("GET", path) if path == ["sandbox", "folders"] => {
            let shown = files.folders.keys().map(|id| files.whole_folder(*id));
            Ok(shown.collect())
        }
        ("GET", path) if path == ["sandbox", "collaborations"] => {
            let shown = files.collaborations.keys().map(|id| files.collaboration(*id));
            Ok(shown.collect())
        }
        ("GET", path) if path == ["sandbox", "users"] => Ok(files.users.keys().map(|id| files.user(*id)).collect()),
        _ => Err(unknown(asked)),
    }
}

fn route(asked: &Asked<'_>, files: &mut Files) -> Answer {
    let (method, path) = asked.route();
    let Some(("2.0", path)) = path.split_first().map(|(first, rest)| (*first, rest)) else {
        return Err(not_found());
    };
    let me = match asked.header(&AS_USER) {
        "" => SERVICE,
        id => files.known_user(id)?,
    };
    let body = asked.json();
    match (method, path) {
        ("GET", ["users", "me"]) => Ok(Reply::json(&files.user(me))),
        ("GET", ["users"]) => Ok(files.list_users(asked)),
        ("POST", ["users"]) => files.create_user(&body, asked.now),
        ("GET", ["users", id]) => files.known_user(id).map(|id| Reply::json(&files.user(id))),
        ("PUT", ["users", id]) => files.update_user(id, &body, asked.now),
        ("PUT", ["users", id, "folders", "0"]) => files.hand_over(id, &body, asked.now),
        ("POST", ["folders"]) => files.create_folder(&body, me, asked.now),
        ("GET", ["folders", id]) => files
            .seen_folder(id, me)
            .map(|id| Reply::json(&files.folder_or_root(id, me))),
        ("PUT", ["folders", id]) => files.update_folder(id, &body, me, asked.now),
        ("DELETE", ["folders", id]) => files.delete_folder(id, asked.query.flag("recursive", false), me, asked.now),
        ("GET", ["folders", id, "items"]) => {
            let folder = files.seen_folder(id, me)?;
            let items = files.folders.iter().filter(|(_, child)| child.parent == folder);
            let items = items.filter(|(id, _)| folder != ROOT || files.belongs_at_root(**id, me));
            let whole = asked.query.filled("fields").is_some();
            let shown = items.map(|(id, _)| {
                if whole {
                    files.whole_folder(*id)
                } else {
                    files.mini_folder(*id)
                }
            });
            let shown: Vec<Value> = shown.collect();
            Ok(page(asked, shown))
        }
        ("GET", ["folders", id, "collaborations"]) => {
            let folder = files.seen_folder(id, me)?;
            let here = files.collaborations.iter().filter(|(_, each)| each.folder == folder);
            let entries: Vec<Value> = here.map(|(id, _)| files.collaboration(*id)).collect();
            Ok(Reply::json(&json!({"total_count": entries.len(), "entries": entries})))
        }
        ("POST", ["collaborations"]) => files.add_collaboration(&body, me, asked.now),
        ("GET", ["collaborations", id]) => {
            let id = files.known_collaboration(id)?;
            Ok(Reply::json(&files.collaboration(id)))
        }
        ("DELETE", ["collaborations", id]) => {
            let id = files.known_collaboration(id)?;
            let shown = files.collaboration(id);
            files.collaborations.remove(&id);
            files.tell("COLLABORATION_REMOVE", shown, me, asked.now);
            Ok(Reply::no_content())
        }
        ("GET", ["events"]) => files.list_events(asked),
        _ => Err(not_found()),
    }
}

fn not_found() -> Problem {
    Problem(404, "not_found", "Not Found".into(), Value::Null)
}

fn bad_request(message: &str) -> Problem {
    Problem(400, "bad_request", message.into(), Value::Null)
}

/// A page by `offset` and `limit`.
fn page(asked: &Asked<'_>, items: Vec<Value>) -> Reply {
    let number = |name, usual| {
        asked
            .query
            .filled(name)
            .and_then(|text| text.parse().ok())
            .unwrap_or(usual)
    };
    let (offset, limit): (usize, usize) = (number("offset", 0), number("limit", PAGE).clamp(1, 1000));
    let total = items.len();
    let entries: Vec<Value> = items.into_iter().skip(offset).take(limit).collect();
    Reply::json(&json!({"total_count": total, "entries": entries, "offset": offset, "limit": limit}))
}

impl Files {
    fn next(&mut self) -> u64 {
        self.last += 7;
        self.last
    }

    fn known_user(&self, id: &str) -> Result<u64, Problem> {
        let id = id.parse().map_err(|_| not_found())?;
        self.users.contains_key(&id).then_some(id).ok_or_else(not_found)
    }

    fn known_collaboration(&self, id: &str) -> Result<u64, Problem> {
        let id = id.parse().map_err(|_| not_found())?;
        self.collaborations
            .contains_key(&id)
            .then_some(id)
            .ok_or_else(not_found)
    }

    /// A folder that this user may see: an own one, or one that is shared with the user, it or what it lies in.
    fn seen_folder(&self, id: &str, me: u64) -> Result<u64, Problem> {
        let id = id.parse().map_err(|_| not_found())?;
        (id == ROOT || self.sees(id, me)).then_some(id).ok_or_else(not_found)
    }

    fn sees(&self, id: u64, me: u64) -> bool {
        let shared = |id| {
            self.collaborations
                .values()
                .any(|each| each.folder == id && each.user == Some(me))
        };
        let Some(folder) = self.folders.get(&id) else {
            return false;
        };
        folder.owner == me || shared(id) || self.sees(folder.parent, me)
    }

    /// Whether this user finds the folder among all files.
    fn belongs_at_root(&self, id: u64, me: u64) -> bool {
        self.folders.get(&id).is_some_and(|folder| folder.parent == ROOT) && self.sees(id, me)
    }

    fn list_users(&self, asked: &Asked<'_>) -> Reply {
        let begins = asked.query.filled("filter_term").unwrap_or_default().to_lowercase();
        let fits = |text: &str| text.to_lowercase().starts_with(&begins);
        let found = self
            .users
            .iter()
            .filter(|(_, user)| fits(&user.login) || fits(&user.name));
        page(asked, found.map(|(id, _)| self.user(*id)).collect())
    }

    fn create_user(&mut self, body: &Map<String, Value>, now: Time) -> Answer {
        let (Some(name), Some(login)) = (text(body, "name"), text(body, "login")) else {
            return Err(bad_request("'name' and 'login' are required"));
        };
        if self.users.values().any(|user| user.login.eq_ignore_ascii_case(login)) {
            let message = "User with the specified login already exists".into();
            return Err(Problem(409, "user_login_already_used", message, Value::Null));
        }
        let id = self.next();
        let user = User {
            name: name.to_owned(),
            login: login.to_owned(),
            status: "active".into(),
            created: now,
            modified: now,
        };
        for waiting in self
            .collaborations
            .values_mut()
            .filter(|each| each.login.eq_ignore_ascii_case(login))
        {
            waiting.user = Some(id);
        }
        self.users.insert(id, user);
        let shown = self.user(id);
        self.tell("NEW_USER", shown.clone(), SERVICE, now);
        Ok(Reply::json(&shown).with_status(201))
    }

    fn update_user(&mut self, id: &str, body: &Map<String, Value>, now: Time) -> Answer {
        let id = self.known_user(id)?;
        let status = text(body, "status");
        let known = ["active", "inactive", "cannot_delete_edit", "cannot_delete_edit_upload"];
        if status.is_some_and(|status| !known.contains(&status)) {
            return Err(bad_request("Invalid value for 'status'"));
        }
        if let Some(user) = self.users.get_mut(&id) {
            user.name = text(body, "name").unwrap_or(&user.name).to_owned();
            user.status = status.unwrap_or(&user.status).to_owned();
            user.modified = now;
        }
        Ok(Reply::json(&self.user(id)))
    }

    /// Moves everything a user owns into a folder of another.
    fn hand_over(&mut self, id: &str, body: &Map<String, Value>, now: Time) -> Answer {
        let from = self.known_user(id)?;
        let to = body.get("owned_by").and_then(|owner| owner["id"].as_str());
        let to = self.known_user(to.ok_or_else(|| bad_request("'owned_by.id' is required"))?)?;
        if from == to {
            return Err(bad_request("A user cannot be handed its own content"));
        }
        let user = &self.users[&from];
        let wanted = format!("{} - {}'s Files and Folders", user.login, user.name);
        let taken = |name: &str| self.named(name, ROOT, to).is_some();
        let free = (0..).map(|number| {
            if number == 0 {
                wanted.clone()
            } else {
                format!("{wanted} ({number})")
            }
        });
        let name = free.into_iter().find(|name| !taken(name)).unwrap_or(wanted);
        let new = self.next();
        for folder in self.folders.values_mut().filter(|folder| folder.owner == from) {
            folder.owner = to;
            if folder.parent == ROOT {
                folder.parent = new;
            }
        }
        let folder = Folder {
            name,
            parent: ROOT,
            owner: to,
            created: now,
            modified: now,
        };
        self.folders.insert(new, folder);
        let shown = self.whole_folder(new);
        self.tell("ITEM_CREATE", shown.clone(), to, now);
        Ok(Reply::json(&shown))
    }

    /// The folder of this name in another one; among all files, the user's own.
    fn named(&self, name: &str, parent: u64, owner: u64) -> Option<u64> {
        let mut inside = self.folders.iter().filter(|(_, folder)| folder.parent == parent);
        let found = inside
            .find(|(id, folder)| folder.name.eq_ignore_ascii_case(name) && (parent != ROOT || self.sees(**id, owner)));
        found.map(|(id, _)| *id)
    }

    fn check_name(&self, name: &str, parent: u64, me: u64) -> Result<(), Problem> {
        let unusable =
            name.is_empty() || name.contains(['/', '\\']) || name.trim() != name || matches!(name, "." | "..");
        if unusable || name.chars().count() > 255 {
            let message = "Item name invalid".into();
            return Err(Problem(400, "item_name_invalid", message, Value::Null));
        }
        match self.named(name, parent, me) {
            Some(other) => Err(Problem(
                409,
                "item_name_in_use",
                "Item with the same name already exists".into(),
                json!({"conflicts": [self.mini_folder(other)]}),
            )),
            None => Ok(()),
        }
    }

    fn create_folder(&mut self, body: &Map<String, Value>, me: u64, now: Time) -> Answer {
        let parent = body.get("parent").and_then(|parent| parent["id"].as_str());
        let (Some(name), Some(parent)) = (text(body, "name"), parent) else {
            return Err(bad_request("'name' and 'parent.id' are required"));
        };
        let parent = self.seen_folder(parent, me)?;
        self.check_name(name, parent, me)?;
        // What lies in a folder belongs to whom the folder does.
        let owner = self.folders.get(&parent).map_or(me, |folder| folder.owner);
        let id = self.next();
        let folder = Folder {
            name: name.to_owned(),
            parent,
            owner,
            created: now,
            modified: now,
        };
        self.folders.insert(id, folder);
        let shown = self.whole_folder(id);
        self.tell("ITEM_CREATE", shown.clone(), me, now);
        Ok(Reply::json(&shown).with_status(201))
    }

    fn update_folder(&mut self, id: &str, body: &Map<String, Value>, me: u64, now: Time) -> Answer {
        let id = self.seen_folder(id, me)?;
        let folder = self.folders.get(&id).ok_or_else(not_found)?;
        let name = text(body, "name").unwrap_or(&folder.name).to_owned();
        let parent = body.get("parent").and_then(|parent| parent["id"].as_str());
        let parent = parent.map_or(Ok(folder.parent), |parent| self.seen_folder(parent, me))?;
        if !name.eq_ignore_ascii_case(&folder.name) || parent != folder.parent {
            self.check_name(&name, parent, me)?;
        }
        if let Some(folder) = self.folders.get_mut(&id) {
            folder.name = name;
            folder.parent = parent;
            folder.modified = now;
        }
        let shown = self.whole_folder(id);
        self.tell("ITEM_RENAME", shown.clone(), me, now);
        Ok(Reply::json(&shown))
    }

    fn delete_folder(&mut self, id: &str, recursive: bool, me: u64, now: Time) -> Answer {
        let id = self.seen_folder(id, me)?;
        if id == ROOT {
            let message = "Access denied - insufficient permission".into();
            return Err(Problem(
                403,
                "access_denied_insufficient_permissions",
                message,
                Value::Null,
            ));
        }
        if !recursive && self.folders.values().any(|folder| folder.parent == id) {
            let message = "Cannot delete - folder not empty".into();
            return Err(Problem(400, "folder_not_empty", message, Value::Null));
        }
        let shown = self.whole_folder(id);
        let mut gone = vec![id];
        while let Some(id) = gone.pop() {
            gone.extend(
                self.folders
                    .iter()
                    .filter(|(_, folder)| folder.parent == id)
                    .map(|(id, _)| *id),
            );
            self.folders.remove(&id);
            self.collaborations.retain(|_, each| each.folder != id);
        }
        self.tell("ITEM_TRASH", shown, me, now);
        Ok(Reply::no_content())
    }

    fn add_collaboration(&mut self, body: &Map<String, Value>, me: u64, now: Time) -> Answer {
        let roles = [
            "editor",
            "viewer",
            "previewer",
            "uploader",
            "previewer uploader",
            "viewer uploader",
            "co-owner",
        ];
        let role = text(body, "role").filter(|role| roles.contains(role));
        let role = role.ok_or_else(|| bad_request("Invalid value for 'role'"))?.to_owned();
        let item = body
            .get("item")
            .and_then(|item| item["id"].as_str())
            .unwrap_or_default();
        let folder = self.seen_folder(item, me)?;
        if folder == ROOT {
            return Err(bad_request("The root folder cannot be shared"));
        }
        let who = body.get("accessible_by").cloned().unwrap_or_default();
        let by_login = |login: &str| {
            self.users
                .iter()
                .find(|(_, user)| user.login.eq_ignore_ascii_case(login))
        };
        let (user, login) = match (who["id"].as_str(), who["login"].as_str()) {
            (Some(id), _) => {
                let id = self.known_user(id)?;
                (Some(id), self.users[&id].login.clone())
            }
            (None, Some(login)) => (by_login(login).map(|(id, _)| *id), login.to_owned()),
            (None, None) => return Err(bad_request("'accessible_by' needs an id or a login")),
        };
        let is_there = |each: &&Collaboration| each.folder == folder && each.login.eq_ignore_ascii_case(&login);
        if self.collaborations.values().find(is_there).is_some() || user == Some(self.folders[&folder].owner) {
            let message = "User is already a collaborator".into();
            return Err(Problem(400, "user_already_collaborator", message, Value::Null));
        }
        let id = self.next();
        let new = Collaboration {
            folder,
            user,
            login,
            role,
            by: me,
            created: now,
        };
        self.collaborations.insert(id, new);
        let shown = self.collaboration(id);
        self.tell("COLLABORATION_INVITE", shown.clone(), me, now);
        Ok(Reply::json(&shown).with_status(201))
    }

    fn list_events(&self, asked: &Asked<'_>) -> Answer {
        let end = self.events.len();
        let from = match asked.query.filled("stream_position") {
            Some("now") => end,
            None => 0,
            Some(text) => text
                .parse()
                .map_err(|_| bad_request("Invalid value for 'stream_position'"))?,
        };
        let limit = asked
            .query
            .filled("limit")
            .and_then(|text| text.parse().ok())
            .unwrap_or(PAGE);
        let entries: Vec<&Value> = self.events.iter().skip(from).take(limit.clamp(1, 500)).collect();
        let next = from.min(end) + entries.len();
        Ok(Reply::json(&json!({
            "chunk_size": entries.len(),
            "next_stream_position": next.to_string(),
            "entries": entries,
        })))
    }

    fn tell(&mut self, kind: &str, source: Value, by: u64, now: Time) {
        let event = json!({
            "type": "event",
            "event_id": format!("f82c3ba03e41f7e8a7608363cc6c0390183c{:04}", self.events.len() + 1),
            "event_type": kind,
            "created_at": now,
            "created_by": self.mini_user(by),
            "source": source,
        });
        self.events.push(event);
    }

    fn mini_user(&self, id: u64) -> Value {
        self.users.get(&id).map_or(
            Value::Null,
            |user| json!({"type": "user", "id": id.to_string(), "name": user.name, "login": user.login}),
        )
    }

    fn user(&self, id: u64) -> Value {
        let mut shown = self.mini_user(id);
        if let Some(user) = self.users.get(&id) {
            shown["status"] = user.status.as_str().into();
            shown["created_at"] = json!(user.created);
            shown["modified_at"] = json!(user.modified);
        }
        shown
    }

    fn mini_folder(&self, id: u64) -> Value {
        let name = self.folders.get(&id).map_or("All Files", |folder| &folder.name);
        json!({"type": "folder", "id": id.to_string(), "sequence_id": "0", "etag": "0", "name": name})
    }

    fn folder_or_root(&self, id: u64, me: u64) -> Value {
        if id == ROOT {
            let mut shown = self.mini_folder(ROOT);
            shown["owned_by"] = self.mini_user(me);
            return shown;
        }
        self.whole_folder(id)
    }

    fn whole_folder(&self, id: u64) -> Value {
        let mut shown = self.mini_folder(id);
        let Some(folder) = self.folders.get(&id) else {
            return shown;
        };
        let mut above = vec![self.mini_folder(folder.parent)];
        let mut next = folder.parent;
        while let Some(folder) = self.folders.get(&next) {
            next = folder.parent;
            above.insert(0, self.mini_folder(next));
        }
        shown["created_at"] = json!(folder.created);
        shown["modified_at"] = json!(folder.modified);
        shown["description"] = "".into();
        shown["size"] = 0.into();
        shown["path_collection"] = json!({"total_count": above.len(), "entries": above});
        shown["owned_by"] = self.mini_user(folder.owner);
        shown["parent"] = self.mini_folder(folder.parent);
        shown["item_status"] = "active".into();
        shown
    }

    fn collaboration(&self, id: u64) -> Value {
        let Some(each) = self.collaborations.get(&id) else {
            return Value::Null;
        };
        let status = if each.user.is_some() { "accepted" } else { "pending" };
        let invited = each.user.is_none().then_some(&each.login);
        json!({
            "type": "collaboration",
            "id": id.to_string(),
            "created_by": self.mini_user(each.by),
            "created_at": each.created,
            "modified_at": each.created,
            "expires_at": null,
            "status": status,
            "accessible_by": each.user.map(|user| self.mini_user(user)),
            "invite_email": invited,
            "role": each.role,
            "item": self.mini_folder(each.folder),
        })
    }
}
