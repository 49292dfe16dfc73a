//! Folders: who sees them, which names they may have, and how Box shows them.

use serde_json::{Map, Value, json};

use super::{Answer, Files, Folder, Problem, ROOT, bad_request, not_found};
use crate::clock::Time;
use crate::neighbours::text;
use crate::okta::call::Reply;

impl Files {
    /// A folder that this user may see: an own one, or one that is shared with the user, it or what it lies in.
    pub(super) fn seen_folder(&self, id: &str, me: u64) -> Result<u64, Problem> {
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
    pub(super) fn belongs_at_root(&self, id: u64, me: u64) -> bool {
        self.folders.get(&id).is_some_and(|folder| folder.parent == ROOT) && self.sees(id, me)
    }

    /// The folder of this name in another one; among all files, the user's own.
    pub(super) fn named(&self, name: &str, parent: u64, owner: u64) -> Option<u64> {
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

    pub(super) fn create_folder(&mut self, body: &Map<String, Value>, me: u64, now: Time) -> Answer {
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

    pub(super) fn update_folder(&mut self, id: &str, body: &Map<String, Value>, me: u64, now: Time) -> Answer {
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

    pub(super) fn delete_folder(&mut self, id: &str, recursive: bool, me: u64, now: Time) -> Answer {
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

    pub(super) fn mini_folder(&self, id: u64) -> Value {
        let name = self.folders.get(&id).map_or("All Files", |folder| &folder.name);
        json!({"type": "folder", "id": id.to_string(), "sequence_id": "0", "etag": "0", "name": name})
    }

    pub(super) fn folder_or_root(&self, id: u64, me: u64) -> Value {
        if id == ROOT {
            let mut shown = self.mini_folder(ROOT);
            shown["owned_by"] = self.mini_user(me);
            return shown;
        }
        self.whole_folder(id)
    }

    pub(super) fn whole_folder(&self, id: u64) -> Value {
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
}
