//! A group: its state, and the object Okta shows.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::ids::Id;
use crate::clock::Time;

/// A group of users.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Group {
    /// Its id.
    pub id: Id,
    /// Whether Okta made it and keeps its members.
    pub built_in: bool,
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

    /// `OKTA_GROUP` or `BUILT_IN`.
    pub fn kind(&self) -> &'static str {
        if self.built_in { "BUILT_IN" } else { "OKTA_GROUP" }
    }

    /// The object as Okta shows it.
    pub fn shown<'a>(&'a self, url: &'a str) -> ShownGroup<'a> {
        ShownGroup {
            group: self,
            url,
            stats: false,
        }
    }
}

/// A group, ready to be written.
pub struct ShownGroup<'a> {
    group: &'a Group,
    url: &'a str,
    stats: bool,
}

impl ShownGroup<'_> {
    /// The same with `_embedded.stats`, where `wanted`.
    pub fn with_stats(mut self, wanted: bool) -> Self {
        self.stats = wanted;
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
        self.stats.then(|| {
            let group = self.group;
            json!({"stats": {
                "usersCount": group.members.len(),
                "appsCount": 0,
                "groupPushMappingsCount": 0,
                // Okta spells it this way.
                "hasAdminPrivlege": false,
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
            object_class: ["okta:user_group"],
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
