//! A group: its state, and the object Okta shows.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::ids::Id;
use super::role_bindings;
use crate::clock::Time;
use crate::state::Org;

/// A group of users.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Group {
    /// Its id.
    pub id: Id,
    /// Whether Okta made it and keeps its members.
    pub built_in: bool,
    /// The app it lives in, where it came by group push.
    pub app: Option<Id>,
    /// When it was made.
    pub created: Time,
    /// When it changed.
    pub last_updated: Time,
    /// When somebody joined or left.
    pub last_membership_updated: Time,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The attributes that the org added.
    pub custom: Map<String, Value>,
    /// Who is in it. Users are written out with their groups, so this is not.
    #[serde(skip)]
    pub members: BTreeSet<Id>,
    /// Those of them whom a rule put in, and which.
    pub ruled: BTreeMap<Id, Id>,
}

impl Group {
    /// An empty group.
    pub fn new(id: Id, name: String, description: Option<String>, now: Time) -> Self {
        let now = now.whole_seconds();
        Self {
            id,
            built_in: false,
            app: None,
            created: now,
            last_updated: now,
            last_membership_updated: now,
            name,
            description,
            custom: Map::new(),
            members: BTreeSet::new(),
            ruled: BTreeMap::new(),
        }
    }

    /// The group everybody is in.
    pub fn everyone(id: Id, now: Time) -> Self {
        let about = "All users in your organization";
        Self {
            built_in: true,
            ..Self::new(id, "Everyone".into(), Some(about.into()), now)
        }
    }

    /// `OKTA_GROUP`, `APP_GROUP` or `BUILT_IN`.
    pub fn kind(&self) -> &'static str {
        match self.app {
            Some(_) => "APP_GROUP",
            None if self.built_in => "BUILT_IN",
            None => "OKTA_GROUP",
        }
    }

    /// Whether the org keeps it, so that nobody may change it by hand.
    pub fn is_kept(&self) -> bool {
        self.built_in || self.app.is_some()
    }

    /// The object as Okta shows it.
    pub fn shown<'a>(&'a self, url: &'a str) -> ShownGroup<'a> {
        ShownGroup {
            group: self,
            url,
            stats: None,
        }
    }
}

/// A group, ready to be written.
pub struct ShownGroup<'a> {
    group: &'a Group,
    url: &'a str,
    stats: Option<Stats>,
}

/// What `expand=stats` tells of a group beside its members.
pub struct Stats {
    apps: usize,
    pushes: usize,
    is_admin: bool,
}

impl Stats {
    /// Those of a group.
    pub fn of(org: &Org, group: Id) -> Self {
        let pushes = org
            .records
            .below("apps/")
            .filter(|it| it.text("sourceGroupId") == group.as_str());
        let held = org.oauth.roles.get(&group).is_some_and(|held| !held.is_empty());
        Self {
            apps: org.apps.values().filter(|app| app.groups.contains_key(&group)).count(),
            pushes: pushes.count(),
            is_admin: held || role_bindings::assigned(org, group).next().is_some(),
        }
    }
}

impl ShownGroup<'_> {
    /// The same with `_embedded.stats`, where there are some.
    pub fn with_stats(mut self, stats: Option<Stats>) -> Self {
        self.stats = stats;
        self
    }

    fn links(&self) -> Value {
        let path = format!("{}/api/v1/groups/{}", self.url, self.group.id);
        let logo = |size: &str| json!({"name": size, "href": format!("{}/img/logos/groups/{size}.png", self.url), "type": "image/png"});
        json!({
            "logo": [logo("medium"), logo("large")],
            "users": {"href": format!("{path}/users")},
            "apps": {"href": format!("{path}/apps")},
        })
    }

    fn embedded(&self) -> Option<Value> {
        self.stats.as_ref().map(|stats| {
            let group = self.group;
            json!({"stats": {
                "usersCount": group.members.len(),
                "appsCount": stats.apps,
                "groupPushMappingsCount": stats.pushes,
                // Okta spells it this way.
                "hasAdminPrivlege": stats.is_admin,
                "_links": {"self": {"href": format!("{}/api/v1/groups/{}/stats", self.url, group.id)}},
            }})
        })
    }
}

impl Serialize for ShownGroup<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Body<'a> {
            id: Id,
            created: Time,
            last_updated: Time,
            last_membership_updated: Time,
            object_class: [&'static str; 1],
            #[serde(rename = "type")]
            kind: &'static str,
            profile: Profile<'a>,
            #[serde(rename = "_links")]
            links: Value,
            #[serde(rename = "_embedded", skip_serializing_if = "Option::is_none")]
            embedded: Option<Value>,
        }
        #[derive(Serialize)]
        struct Profile<'a> {
            name: &'a str,
            description: Option<&'a str>,
            #[serde(flatten)]
            custom: &'a Map<String, Value>,
        }
        let group = self.group;
        let body = Body {
            id: group.id,
            created: group.created,
            last_updated: group.last_updated,
            last_membership_updated: group.last_membership_updated,
            object_class: [if group.app.is_some() {
                "okta:app_group"
            } else {
                "okta:user_group"
            }],
            kind: group.kind(),
            profile: Profile {
                name: &group.name,
                description: group.description.as_deref(),
                custom: &group.custom,
            },
            links: self.links(),
            embedded: self.embedded(),
        };
        body.serialize(serializer)
    }
}
