//! What an org holds, in memory, with the indices its lists need.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use tokio::sync::watch;

use crate::clock::{Clock, Time};
use crate::okta::app::App;
use crate::okta::event::Event;
use crate::okta::event_hook::EventHook;
use crate::okta::founding::{self, Founders};
use crate::okta::group::Group;
use crate::okta::group_rule::GroupRule;
use crate::okta::group_schema::GroupSchema;
use crate::okta::ids::{Id, Ids, Kind};
use crate::okta::oauth::jose::SigningKey;
use crate::okta::oauth::key_ring::KeyRing;
use crate::okta::oauth::memory::Memory;
use crate::okta::rate_limit::Buckets;
use crate::okta::record::Record;
use crate::okta::schema::Schema;
use crate::okta::user::User;
use crate::okta::user_type::UserType;

/// A running org: everything a call needs.
pub struct State {
    url: String,
    token: String,
    signing_key: OnceLock<SigningKey>,
    /// The keys of the org's own authorization servers.
    pub server_keys: KeyRing,
    /// The clock of the org.
    pub clock: Clock,
    /// The rate limits.
    pub buckets: Buckets,
    org: RwLock<Org>,
    changed: watch::Sender<()>,
}

impl State {
    /// An org at an address, behind a token.
    pub fn new(url: String, token: String, clock: Clock, buckets: Buckets, org: Org) -> Self {
        Self {
            url,
            token,
            signing_key: OnceLock::new(),
            server_keys: KeyRing::default(),
            clock,
            buckets,
            org: RwLock::new(org),
            changed: watch::Sender::new(()),
        }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether this is the API token, compared in constant time.
    pub fn accepts(&self, token: &str) -> bool {
        let (given, own) = (token.as_bytes(), self.token.as_bytes());
        given.len() == own.len() && given.iter().zip(own).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
    }

    /// Tells those who work behind the calls that one may have changed something.
    pub fn notice_change(&self) {
        self.changed.send_replace(());
    }

    /// Hears of every change from now on.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// The key that signs tokens. Made when the first is asked for, since that takes a moment.
    pub fn signing_key(&self) -> &SigningKey {
        self.signing_key.get_or_init(SigningKey::generate)
    }

    /// The org, to read.
    pub fn read(&self) -> RwLockReadGuard<'_, Org> {
        self.org.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The org, to change.
    pub fn write(&self) -> RwLockWriteGuard<'_, Org> {
        self.org.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Users, groups and the log.
#[derive(Debug)]
pub struct Org {
    /// Makes the ids.
    pub ids: Ids,
    /// The admin whose token the sandbox accepts.
    pub owner: Id,
    /// The id of that token, as the log names it.
    pub token_id: Id,
    /// The type of users that name none.
    pub user_type: Id,
    /// Every type of users, with the attributes their profiles may have.
    pub types: BTreeMap<Id, UserType>,
    /// The users.
    pub users: Users,
    /// The groups.
    pub groups: BTreeMap<Id, Group>,
    /// The attributes of groups.
    pub group_schema: GroupSchema,
    /// The rules that put users into groups.
    pub rules: BTreeMap<Id, GroupRule>,
    /// The event hooks.
    pub event_hooks: BTreeMap<Id, EventHook>,
    /// The apps.
    pub apps: BTreeMap<Id, App>,
    /// The group everybody is in.
    pub everyone: Id,
    /// The System Log, oldest first.
    pub log: Vec<Event>,
    /// The authorization server.
    pub oauth: Memory,
    /// Zones, policies and whatever else admins define.
    pub records: BTreeMap<Id, Record>,
}

impl Org {
    /// An org with the Everyone group and nobody in it. `owner` has to be added next: see [`Org::add_owner`].
    pub fn new(mut ids: Ids, created: Time) -> Self {
        let user_type = ids.next(Kind::UserType);
        let token_id = ids.next(Kind::Token);
        let everyone = ids.next(Kind::Group);
        let owner = ids.next(Kind::User);
        let groups = BTreeMap::from([(everyone, Group::everyone(everyone, created))]);
        let mut org = Self {
            ids,
            owner,
            token_id,
            user_type,
            types: BTreeMap::from([(user_type, UserType::first(user_type, owner, created))]),
            users: Users::default(),
            groups,
            group_schema: GroupSchema::new(created),
            rules: BTreeMap::new(),
            apps: BTreeMap::new(),
            event_hooks: BTreeMap::new(),
            everyone,
            log: Vec::new(),
            oauth: Memory::default(),
            records: BTreeMap::new(),
        };
        let founders = Founders {
            owner,
            token: token_id,
            everyone,
        };
        for record in founding::records(&founders, created) {
            org.add_record(record);
        }
        org
    }

    /// Adds the admin whose token the sandbox accepts.
    pub fn add_owner(&mut self, created: Time) {
        let mut user = User::new(self.owner, self.user_type, created);
        for (name, value) in [
            ("firstName", "Sandbox"),
            ("lastName", "Admin"),
            ("login", "admin@acme.example"),
            ("email", "admin@acme.example"),
        ] {
            user.profile.set(self.default_schema(), name, value.into());
        }
        user.set_seed_password(created);
        self.add_user(user, &[]);
    }

    /// The attributes of a type of users.
    pub fn schema(&self, user_type: Id) -> &Schema {
        let found = self.types.get(&user_type).or_else(|| self.types.get(&self.user_type));
        &found.expect("the default type cannot be deleted").schema
    }

    /// The attributes of users that name no type.
    pub fn default_schema(&self) -> &Schema {
        self.schema(self.user_type)
    }

    /// Adds a user: to the indices, to Everyone and to `groups`.
    pub fn add_user(&mut self, mut user: User, groups: &[Id]) {
        let everyone = self.everyone;
        for id in std::iter::once(&everyone).chain(groups) {
            if let Some(group) = self.groups.get_mut(id) {
                group.members.insert(user.id);
                user.groups.insert(*id);
            }
        }
        self.users.insert(user);
    }

    /// Removes a user and its memberships.
    pub fn remove_user(&mut self, id: Id) {
        self.unassign_apps(id);
        self.oauth.roles.remove(&id);
        if let Some(user) = self.users.remove(id) {
            for group in &user.groups {
                if let Some(group) = self.groups.get_mut(group) {
                    group.members.remove(&id);
                    group.ruled.remove(&id);
                }
            }
        }
    }

    /// Takes every app that was given to a user by itself away from it.
    /// Gives the ids of the apps.
    pub fn unassign_apps(&mut self, user: Id) -> Vec<Id> {
        let apps = self.apps.values_mut();
        apps.filter_map(|app| app.users.remove(&user).map(|_| app.id)).collect()
    }

    /// Adds a user to a group, or removes it; `false` where nothing changed or one of them is unknown.
    pub fn set_member(&mut self, group: Id, user: Id, member: bool, now: Time) -> bool {
        let (Some(group), Some(user)) = (self.groups.get_mut(&group), self.users.by_id.get_mut(&user)) else {
            return false;
        };
        let changed = if member {
            user.groups.insert(group.id);
            group.members.insert(user.id)
        } else {
            user.groups.remove(&group.id);
            group.members.remove(&user.id)
        };
        if changed {
            group.last_membership_updated = now.whole_seconds();
        }
        changed
    }
}

/// The users, by id and by login.
#[derive(Debug, Default)]
pub struct Users {
    by_id: BTreeMap<Id, User>,
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

    /// Keeps the index of logins right after a change from `old`.
    pub fn rename(&mut self, id: Id, old: &str) {
        let Some(user) = self.by_id.get(&id) else { return };
        let new = user.login().to_lowercase();
        self.by_login.remove(&old.to_lowercase());
        self.by_login.insert(new, id);
    }

    fn insert(&mut self, user: User) {
        self.by_login.insert(user.login().to_lowercase(), user.id);
        self.by_id.insert(user.id, user);
    }

    fn remove(&mut self, id: Id) -> Option<User> {
        let user = self.by_id.remove(&id)?;
        self.by_login.remove(&user.login().to_lowercase());
        Some(user)
    }
}

/// Ids of the groups a user is in.
pub type GroupIds = BTreeSet<Id>;
