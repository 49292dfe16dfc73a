//! Who else may see a folder, and as what.

use serde_json::{Map, Value, json};

use super::{Answer, Collaboration, Files, Problem, ROOT, bad_request, not_found};
use crate::clock::Time;
use crate::neighbours::text;
use crate::okta::call::Reply;

impl Files {
    pub(super) fn known_collaboration(&self, id: &str) -> Result<u64, Problem> {
        let id = id.parse().map_err(|_| not_found())?;
        self.collaborations
            .contains_key(&id)
            .then_some(id)
            .ok_or_else(not_found)
    }

    pub(super) fn add_collaboration(&mut self, body: &Map<String, Value>, me: u64, now: Time) -> Answer {
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

    pub(super) fn collaboration(&self, id: u64) -> Value {
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
