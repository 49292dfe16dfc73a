//! An org as rows: a kind, an id and a body in JSON. The data file keeps them, a snapshot is a list of them.
//!
//! A new table is one line in [`Org::parts`].

use std::fmt::Display;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::log::Log;
use crate::okta::group_schema::GroupSchema;
use crate::okta::ids::{Id, Ids};
use crate::state::Org;
use crate::table::{Key, Noting, Table};
use crate::users::Users;

/// One row; without a body it is to be removed.
#[derive(Debug, Serialize, Deserialize)]
pub struct Row {
    /// Which table it is of.
    pub kind: String,
    /// Its key there.
    pub id: String,
    /// What it holds, as JSON.
    pub body: Option<String>,
}

/// Why rows are no org.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A row of a kind this version does not know.
    #[error("it holds a row of the kind `{kind}`, which this version does not know")]
    UnknownKind {
        /// The kind.
        kind: String,
    },
    /// A row that cannot be read.
    #[error("its row `{id}` of the kind `{kind}` cannot be read: {reason}")]
    Unreadable {
        /// The kind.
        kind: String,
        /// The id.
        id: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The row that holds the org together is missing.
    #[error("it lacks the row of the org itself")]
    NoOrg,
}

/// The kind of the one row that is of no table.
const ORG: &str = "org";

/// What an org is beside its tables.
#[derive(Serialize, Deserialize)]
struct Root {
    ids: Ids,
    owner: Id,
    token_id: Id,
    user_type: Id,
    everyone: Id,
    group_schema: GroupSchema,
}

/// A table as rows.
pub trait Part {
    /// Says what to note of changes from now on.
    fn set_noting(&mut self, noting: Noting);
    /// Gives every row.
    fn every(&self, give: &mut dyn FnMut(String, String));
    /// Gives what changed since it was asked last; a row without a body is gone.
    fn changed(&mut self, give: &mut dyn FnMut(String, Option<String>));
    /// Forgets every row.
    fn clear(&mut self);
    /// Takes a row in.
    ///
    /// # Errors
    /// What is wrong with it.
    fn put(&mut self, id: &str, body: &str) -> Result<(), String>;
}

impl<K: Key<Err: Display>, T: Clone + Serialize + DeserializeOwned> Part for Table<K, T> {
    fn set_noting(&mut self, noting: Noting) {
        self.set_noting(noting);
    }

    fn every(&self, give: &mut dyn FnMut(String, String)) {
        for (key, row) in self.iter() {
            give(key.to_string(), written(row));
        }
    }

    fn changed(&mut self, give: &mut dyn FnMut(String, Option<String>)) {
        for key in self.take_changed() {
            give(key.to_string(), self.get(&key).map(written));
        }
    }

    fn clear(&mut self) {
        *self = Self::default();
    }

    fn put(&mut self, id: &str, body: &str) -> Result<(), String> {
        let key = id.parse().map_err(|error: K::Err| error.to_string())?;
        let row = serde_json::from_str(body).map_err(|error| error.to_string())?;
        self.insert(key, row);
        Ok(())
    }
}

impl Part for Log {
    fn set_noting(&mut self, _: Noting) {}

    fn every(&self, give: &mut dyn FnMut(String, String)) {
        for (place, event) in self.from(0).iter().enumerate() {
            give(name_of_place(place), written(event));
        }
    }

    fn changed(&mut self, give: &mut dyn FnMut(String, Option<String>)) {
        for (place, event) in self.take_new() {
            give(name_of_place(place), Some(written(event)));
        }
    }

    fn clear(&mut self) {
        *self = Self::default();
    }

    fn put(&mut self, _: &str, body: &str) -> Result<(), String> {
        self.push(serde_json::from_str(body).map_err(|error| error.to_string())?);
        Ok(())
    }
}

/// Sorts as text the way it sorts as a number.
fn name_of_place(place: usize) -> String {
    format!("{place:012}")
}

fn written(row: &impl Serialize) -> String {
    serde_json::to_string(row).expect("every key is text and no number is infinite")
}

impl Org {
    /// Every table, by the kind of its rows.
    fn parts(&mut self) -> [(&'static str, &mut dyn Part); 13] {
        [
            ("user type", &mut self.types),
            ("user", &mut self.users.by_id),
            ("group", &mut self.groups),
            ("group rule", &mut self.rules),
            ("app", &mut self.apps),
            ("event hook", &mut self.event_hooks),
            ("client", &mut self.oauth.clients),
            ("roles", &mut self.oauth.roles),
            ("access token", &mut self.oauth.access),
            ("refresh token", &mut self.oauth.refresh),
            ("record", &mut self.records.by_id),
            ("file", &mut self.files),
            ("event", &mut self.log),
        ]
    }

    /// Says what tables note of their changes from now on. Only users, groups and apps are ever shown as they were.
    pub fn set_noting(&mut self, noting: Noting) {
        for (kind, part) in self.parts() {
            let past = noting.past && matches!(kind, "user" | "group" | "app");
            part.set_noting(Noting { past, ..noting });
        }
    }

    /// Every row.
    pub fn rows(&mut self) -> Vec<Row> {
        let mut rows = vec![self.root()];
        for (kind, part) in self.parts() {
            part.every(&mut |id, body| rows.push(row(kind, id, Some(body))));
        }
        rows
    }

    /// The rows that changed since this was asked last.
    pub fn changed_rows(&mut self) -> Vec<Row> {
        let mut rows = Vec::new();
        for (kind, part) in self.parts() {
            part.changed(&mut |id, body| rows.push(row(kind, id, body)));
        }
        // Whatever makes an id makes or changes a row as well.
        if !rows.is_empty() {
            rows.push(self.root());
        }
        rows
    }

    fn root(&self) -> Row {
        let root = Root {
            ids: self.ids,
            owner: self.owner,
            token_id: self.token_id,
            user_type: self.user_type,
            everyone: self.everyone,
            group_schema: self.group_schema.clone(),
        };
        row(ORG, String::new(), Some(written(&root)))
    }

    /// An org from its rows; those of the log in order.
    ///
    /// # Errors
    /// Which row is not what it should be.
    pub fn from_rows(rows: impl IntoIterator<Item = Row>) -> Result<Self, Error> {
        let mut org = Self::new(Ids::default(), crate::clock::Time(0));
        // A new org is not empty: what it comes with is among the rows.
        org.users = Users::default();
        for (_, part) in org.parts() {
            part.clear();
        }
        let mut whole = false;
        for Row { kind, id, body } in rows {
            let body = body.unwrap_or_default();
            let outcome = if kind == ORG {
                whole = true;
                org.set_root(&body)
            } else {
                let mut parts = org.parts().into_iter();
                let Some((_, part)) = parts.find(|(name, _)| *name == kind) else {
                    return Err(Error::UnknownKind { kind });
                };
                part.put(&id, &body)
            };
            outcome.map_err(|reason| Error::Unreadable { kind, id, reason })?;
        }
        let has_type = org.types.contains_key(&org.user_type);
        if !whole || !has_type || !org.groups.contains_key(&org.everyone) {
            return Err(Error::NoOrg);
        }
        org.index();
        Ok(org)
    }

    fn set_root(&mut self, body: &str) -> Result<(), String> {
        let root: Root = serde_json::from_str(body).map_err(|error| error.to_string())?;
        self.ids = root.ids;
        (self.owner, self.token_id) = (root.owner, root.token_id);
        (self.user_type, self.everyone) = (root.user_type, root.everyone);
        self.group_schema = root.group_schema;
        Ok(())
    }

    /// Makes anew what rows do not hold: the indices of logins and places, and the members of groups.
    fn index(&mut self) {
        self.users.index();
        self.records.index();
        for (id, user) in self.users.by_id.iter() {
            for group in &user.groups {
                if let Some(group) = self.groups.get_mut(group) {
                    group.members.insert(*id);
                }
            }
        }
        let _ = self.log.take_new();
    }
}

fn row(kind: &str, id: String, body: Option<String>) -> Row {
    Row {
        kind: kind.to_owned(),
        id,
        body,
    }
}
