//! A stand-in for Box: users, folders, collaborations and the stream of events, below `/box/2.0`.

mod collaborations;
mod folders;
mod users;

use std::collections::BTreeMap;

use axum::http::{HeaderName, header};
use serde_json::{Value, json};

use super::{Asked, Refusal, unknown};
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
}
