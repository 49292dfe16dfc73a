//! The people of a Box enterprise, and the hand-over of what one of them owns.

use serde_json::{Map, Value, json};

use super::{Answer, Files, Folder, Problem, ROOT, SERVICE, User, bad_request, not_found, page};
use crate::clock::Time;
use crate::neighbours::{Asked, text};
use crate::okta::call::Reply;

impl Files {
    pub(super) fn known_user(&self, id: &str) -> Result<u64, Problem> {
        let id = id.parse().map_err(|_| not_found())?;
        self.users.contains_key(&id).then_some(id).ok_or_else(not_found)
    }

    pub(super) fn list_users(&self, asked: &Asked<'_>) -> Reply {
        let begins = asked.query.filled("filter_term").unwrap_or_default().to_lowercase();
        let fits = |text: &str| text.to_lowercase().starts_with(&begins);
        let found = self
            .users
            .iter()
            .filter(|(_, user)| fits(&user.login) || fits(&user.name));
        page(asked, found.map(|(id, _)| self.user(*id)).collect())
    }

    pub(super) fn create_user(&mut self, body: &Map<String, Value>, now: Time) -> Answer {
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

    pub(super) fn update_user(&mut self, id: &str, body: &Map<String, Value>, now: Time) -> Answer {
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
    pub(super) fn hand_over(&mut self, id: &str, body: &Map<String, Value>, now: Time) -> Answer {
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

    pub(super) fn mini_user(&self, id: u64) -> Value {
        self.users.get(&id).map_or(
            Value::Null,
            |user| json!({"type": "user", "id": id.to_string(), "name": user.name, "login": user.login}),
        )
    }

    pub(super) fn user(&self, id: u64) -> Value {
        let mut shown = self.mini_user(id);
        if let Some(user) = self.users.get(&id) {
            shown["status"] = user.status.as_str().into();
            shown["created_at"] = json!(user.created);
            shown["modified_at"] = json!(user.modified);
        }
        shown
    }
}
