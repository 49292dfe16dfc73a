//! The users of an org, by id and by login.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::Time;
use crate::okta::ids::Id;
use crate::okta::user::User;
use crate::table::Table;

/// The users, by id and by login.
#[derive(Debug, Default, Clone)]
pub struct Users {
    /// The users, by id. To add, remove or rename one takes the methods of [`Users`].
    pub(crate) by_id: Table<Id, User>,
    by_login: BTreeMap<String, Id>,
}

impl Users {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// A user.
    pub fn get(&self, id: Id) -> Option<&User> {
        self.by_id.get(&id)
    }

    /// A user, to change. A new login takes [`Users::rename`].
    pub fn get_mut(&mut self, id: Id) -> Option<&mut User> {
        self.by_id.get_mut(&id)
    }

    /// Changes every user. A new login takes [`Users::rename`].
    pub fn for_each_mut(&mut self, change: impl FnMut(&mut User)) {
        self.by_id.values_mut().for_each(change);
    }

    /// Who has this login, in any case.
    pub fn with_login(&self, login: &str) -> Option<Id> {
        self.by_login.get(&login.to_lowercase()).copied()
    }

    /// Who has a login that starts with `short@`, where only one has.
    pub fn with_short_login(&self, short: &str) -> Option<Id> {
        let start = format!("{}@", short.to_lowercase());
        let mut found = self
            .by_login
            .range(start.clone()..)
            .take_while(|(login, _)| login.starts_with(&start));
        match (found.next(), found.next()) {
            (Some((_, id)), None) => Some(*id),
            _ => None,
        }
    }

    /// The users whose id follows `after`, in order.
    pub fn after(&self, after: Option<Id>) -> impl Iterator<Item = &User> {
        use std::ops::Bound::{Excluded, Unbounded};
        self.by_id
            .range((after.map_or(Unbounded, Excluded), Unbounded))
            .map(|(_, user)| user)
    }

    /// The users as lists show them: those whose id follows `after`, in order, as they were at a moment.
    pub fn listed(&self, moment: Option<Time>, after: Option<Id>) -> impl Iterator<Item = &User> {
        use std::ops::Bound::{Excluded, Unbounded};
        self.by_id.at(moment, (after.map_or(Unbounded, Excluded), Unbounded))
    }

    /// Makes the index of logins anew.
    pub fn index(&mut self) {
        let logins = self.by_id.iter().map(|(id, user)| (user.login().to_lowercase(), *id));
        self.by_login = logins.collect();
    }

    /// Keeps the index of logins right after a change from `old`.
    pub fn rename(&mut self, id: Id, old: &str) {
        let Some(user) = self.by_id.get(&id) else { return };
        let new = user.login().to_lowercase();
        self.by_login.remove(&old.to_lowercase());
        self.by_login.insert(new, id);
    }

    /// Adds a user, or puts it in the place of the one with its id.
    pub fn insert(&mut self, user: User) {
        self.by_login.insert(user.login().to_lowercase(), user.id);
        self.by_id.insert(user.id, user);
    }

    /// Takes a user out.
    pub fn remove(&mut self, id: Id) -> Option<User> {
        let user = self.by_id.remove(&id)?;
        self.by_login.remove(&user.login().to_lowercase());
        Some(user)
    }
}

/// Ids of the groups a user is in.
pub type GroupIds = BTreeSet<Id>;
