//! What an org holds, in memory, with the indices its lists need.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};

use crate::activity::Activity;
use crate::clock::{Clock, Time};
use crate::data_file::DataFile;
use crate::faults::Faults;
use crate::log::Log;
use crate::neighbours::Neighbours;
use crate::okta::app::App;
use crate::okta::event_hook::EventHook;
use crate::okta::files::StoredFile;
use crate::okta::founding::{self, Founders};
use crate::okta::group::Group;
use crate::okta::group_rule::GroupRule;
use crate::okta::group_schema::GroupSchema;
use crate::okta::ids::{Id, Ids, Kind};
use crate::okta::oauth::jose::SigningKey;
use crate::okta::oauth::key_ring::KeyRing;
use crate::okta::oauth::memory::Memory;
use crate::okta::rate_limit::Buckets;
use crate::okta::schema::Schema;
use crate::okta::user::User;
use crate::okta::user_type::UserType;
use crate::options::{Error, Options};
use crate::records::Records;
use crate::snapshot::Snapshot;
use crate::table::{Noting, Table};
use crate::users::Users;
use crate::{data_file, seed};

/// A running org: everything a call needs.
pub struct State {
    url: String,
    token: String,
    signing_key: OnceLock<SigningKey>,
    /// The keys of the org's own authorization servers.
    server_keys: KeyRing,
    /// The clock of the org.
    pub clock: Clock,
    /// The rate limits.
    pub buckets: Buckets,
    /// What goes wrong on purpose.
    pub faults: Faults,
    /// The calls of late.
    pub activity: Activity,
    /// The services that stand beside the org.
    pub neighbours: Neighbours,
    org: RwLock<Org>,
    /// Where changes are kept beyond this process, if they are.
    data: Option<DataFile>,
    /// By how many milliseconds lists and the log lag behind.
    lag: AtomicI64,
    /// How it was started.
    start: Options,
    /// Copies of the org, by name.
    pub snapshots: Mutex<BTreeMap<String, Arc<Snapshot>>>,
    /// Counts how often another org took the place of this one.
    generation: AtomicU64,
    changed: watch::Sender<()>,
    /// Turns at work that keeps a processor busy, so that some are left for the other calls.
    pub slow_work: Semaphore,
}

impl State {
    /// An org at an address, behind a token.
    ///
    /// # Errors
    /// That the seed file or the data file cannot be used.
    pub fn new(url: String, token: String, start: Options) -> Result<Self, Error> {
        let clock = Clock::system();
        let opened = start.data.as_deref().map(DataFile::open).transpose()?;
        let (data, kept) = opened.map_or((None, None), |(file, org)| (Some(file), org));
        let is_new = kept.is_none();
        let mut org = match kept {
            Some(org) => org,
            None => seed::org(&start.seed, clock.now())?,
        };
        if let Some(data) = data.as_ref().filter(|_| is_new) {
            data.rewrite(&mut org);
            if let Some(reason) = data.failure() {
                let path = data.path().to_owned();
                return Err(data_file::Error::Open { path, reason }.into());
            }
        }
        let turns = available_parallelism().map_or(1, |all| all.get().saturating_sub(1).max(1));
        let state = Self {
            url,
            token,
            signing_key: OnceLock::new(),
            server_keys: KeyRing::default(),
            clock,
            buckets: Buckets::default(),
            faults: Faults::default(),
            activity: Activity::default(),
            neighbours: Neighbours::new(&start.with),
            org: RwLock::new(org),
            data,
            lag: AtomicI64::new(0),
            start,
            snapshots: Mutex::default(),
            generation: AtomicU64::new(0),
            changed: watch::Sender::new(()),
            slow_work: Semaphore::new(turns),
        };
        state.arrange();
        Ok(state)
    }

    /// Sets clock, rate limits, faults and lag the way the org was started.
    pub fn arrange(&self) {
        match self.start.frozen_at {
            Some(moment) => self.clock.freeze(Some(moment)),
            None => self.clock.follow_system(),
        }
        self.buckets.set(&self.start.rate_limits);
        self.faults.replace(&self.start.faults);
        let noting = self.noting();
        self.org
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .set_noting(noting);
        self.set_lag(self.start.lag);
    }

    /// How it was started.
    pub fn start(&self) -> &Options {
        &self.start
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The API token.
    pub fn token(&self) -> &str {
        &self.token
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
        self.signing_key.get_or_init(|| self.find_key(""))
    }

    /// The key of this name of one of the org's own authorization servers, made like the other.
    pub fn server_key(&self, kid: &str) -> Arc<SigningKey> {
        self.server_keys.get(kid, || self.find_key(kid))
    }

    fn find_key(&self, name: &str) -> SigningKey {
        match &self.data {
            Some(file) => file.signing_key(name),
            None => SigningKey::generate(),
        }
    }

    /// The org, to read.
    pub fn read(&self) -> RwLockReadGuard<'_, Org> {
        self.org.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The org, to change. What was changed is dated and in the data file once this is dropped.
    pub fn write(&self) -> Change<'_> {
        Change {
            org: self.org.write().unwrap_or_else(PoisonError::into_inner),
            state: self,
        }
    }

    /// Puts another org in the place of this one.
    pub fn replace(&self, mut new: Org) {
        let mut org = self.org.write().unwrap_or_else(PoisonError::into_inner);
        new.set_noting(self.noting());
        *org = new;
        self.generation.fetch_add(1, Ordering::AcqRel);
        if let Some(data) = &self.data {
            data.rewrite(&mut org);
        }
        drop(org);
        self.notice_change();
    }

    /// How often another org has taken the place of this one.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// The file that changes are kept in.
    pub fn data(&self) -> Option<&DataFile> {
        self.data.as_ref()
    }

    /// How far lists and the log lag behind.
    pub fn lag(&self) -> Duration {
        Duration::from_millis(self.lag.load(Ordering::Acquire).unsigned_abs())
    }

    /// Lets lists and the log lag behind from now on.
    pub fn set_lag(&self, lag: Duration) {
        let milliseconds = i64::try_from(lag.as_millis()).unwrap_or(i64::MAX);
        let mut org = self.write();
        self.lag.store(milliseconds, Ordering::Release);
        org.users.by_id.note_past(milliseconds > 0);
        org.groups.note_past(milliseconds > 0);
        org.apps.note_past(milliseconds > 0);
    }

    /// The moment that lists show; nothing where they show the present.
    pub fn listed_moment(&self, now: Time) -> Option<Time> {
        let lag = self.lag.load(Ordering::Acquire);
        (lag > 0).then(|| Time(now.0.saturating_sub(lag)))
    }

    fn noting(&self) -> Noting {
        Noting {
            changes: self.data.is_some(),
            past: self.lag.load(Ordering::Acquire) > 0,
        }
    }
}

/// The org while somebody changes it.
pub struct Change<'a> {
    org: RwLockWriteGuard<'a, Org>,
    state: &'a State,
}

impl Deref for Change<'_> {
    type Target = Org;

    fn deref(&self) -> &Org {
        &self.org
    }
}

impl DerefMut for Change<'_> {
    fn deref_mut(&mut self) -> &mut Org {
        &mut self.org
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        let now = self.state.clock.now();
        if let Some(horizon) = self.state.listed_moment(now) {
            self.org.users.by_id.date_changes(now, horizon);
            self.org.groups.date_changes(now, horizon);
            self.org.apps.date_changes(now, horizon);
        }
        if let Some(data) = &self.state.data {
            data.keep(&mut self.org);
        }
    }
}

/// Users, groups and the log.
#[derive(Debug, Clone)]
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
    pub types: Table<Id, UserType>,
    /// The users.
    pub users: Users,
    /// The groups.
    pub groups: Table<Id, Group>,
    /// The attributes of groups.
    pub group_schema: GroupSchema,
    /// The rules that put users into groups.
    pub rules: Table<Id, GroupRule>,
    /// The event hooks.
    pub event_hooks: Table<Id, EventHook>,
    /// The apps.
    pub apps: Table<Id, App>,
    /// The group everybody is in.
    pub everyone: Id,
    /// The System Log, oldest first.
    pub log: Log,
    /// The authorization server.
    pub oauth: Memory,
    /// Zones, policies and whatever else admins define.
    pub records: Records,
    /// The images that admins uploaded.
    pub files: Table<Id, StoredFile>,
}

impl Org {
    /// An org with the Everyone group and nobody in it. `owner` has to be added next: see [`Org::add_owner`].
    pub fn new(mut ids: Ids, created: Time) -> Self {
        let user_type = ids.next(Kind::UserType);
        let token_id = ids.next(Kind::Token);
        let everyone = ids.next(Kind::Group);
        let owner = ids.next(Kind::User);
        let groups = Table::from([(everyone, Group::everyone(everyone, created))]);
        let mut org = Self {
            ids,
            owner,
            token_id,
            user_type,
            types: Table::from([(user_type, UserType::first(user_type, owner, created))]),
            users: Users::default(),
            groups,
            group_schema: GroupSchema::new(created),
            rules: Table::default(),
            apps: Table::default(),
            event_hooks: Table::default(),
            everyone,
            log: Log::default(),
            oauth: Memory::default(),
            records: Records::default(),
            files: Table::default(),
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
        user.profile.shrink();
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
        self.forget_admin(id);
        self.forget_consents(id);
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
        let assigned = self.apps.values().filter(|app| app.users.contains_key(&user));
        let ids: Vec<Id> = assigned.map(|app| app.id).collect();
        for id in &ids {
            if let Some(app) = self.apps.get_mut(id) {
                app.users.remove(&user);
            }
        }
        ids
    }

    /// Adds a user to a group, or removes it; `false` where nothing changed or one of them is unknown.
    pub fn set_member(&mut self, group: Id, user: Id, member: bool, now: Time) -> bool {
        // Looks before it touches: what is touched counts as changed.
        let is_member = self.groups.get(&group).map(|group| group.members.contains(&user));
        if is_member.is_none_or(|is_member| is_member == member) || self.users.get(user).is_none() {
            return false;
        }
        let (Some(group), Some(user)) = (self.groups.get_mut(&group), self.users.by_id.get_mut(&user)) else {
            return false;
        };
        if member {
            user.groups.insert(group.id);
            group.members.insert(user.id);
        } else {
            user.groups.remove(&group.id);
            group.members.remove(&user.id);
        }
        group.last_membership_updated = now.whole_seconds();
        true
    }
}
