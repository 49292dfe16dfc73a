//! A group rule: its state, and how rules put users into groups and take them out again.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::event::{Party, kinds};
use super::expression::Expression;
use super::ids::Id;
use super::user::{Status, User};
use crate::clock::Time;
use crate::state::{Org, State};

/// A rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Kept")]
pub struct GroupRule {
    /// Its id.
    pub id: Id,
    /// Whether it is applied.
    pub active: bool,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created: Time,
    /// When it changed.
    pub last_updated: Time,
    /// Its condition as written.
    pub expression: String,
    /// Its condition as read; nobody belongs into its groups by one that cannot be.
    #[serde(skip_serializing)]
    pub condition: Option<Expression>,
    /// The groups it puts users into.
    pub groups: Vec<Id>,
    /// The users it leaves alone; `None` where nobody ever named any.
    pub excluded: Option<Vec<Id>>,
}

/// A rule as it is kept: its condition as written.
#[derive(Deserialize)]
struct Kept {
    id: Id,
    active: bool,
    name: String,
    created: Time,
    last_updated: Time,
    expression: String,
    groups: Vec<Id>,
    excluded: Option<Vec<Id>>,
}

impl From<Kept> for GroupRule {
    fn from(kept: Kept) -> Self {
        Self {
            id: kept.id,
            active: kept.active,
            name: kept.name,
            created: kept.created,
            last_updated: kept.last_updated,
            condition: Expression::of_user(&kept.expression).ok(),
            expression: kept.expression,
            groups: kept.groups,
            excluded: kept.excluded,
        }
    }
}

impl GroupRule {
    /// Whether a user belongs into its groups.
    fn takes(&self, org: &Org, user: &User) -> bool {
        let excluded = self.excluded.as_ref().is_some_and(|list| list.contains(&user.id));
        !excluded
            && self
                .condition
                .as_ref()
                .is_some_and(|condition| condition.holds(org, user))
    }

    /// `ACTIVE`, `INACTIVE`, or `INVALID` once none of its groups is left.
    pub fn status(&self) -> &'static str {
        match (self.groups.is_empty(), self.active) {
            (true, _) => "INVALID",
            (false, true) => "ACTIVE",
            (false, false) => "INACTIVE",
        }
    }

    /// The object as Okta shows it.
    pub fn shown(&self) -> Value {
        let mut conditions = Map::new();
        if let Some(excluded) = &self.excluded {
            conditions.insert(
                "people".into(),
                json!({"users": {"exclude": excluded}, "groups": {"exclude": []}}),
            );
        }
        conditions.insert(
            "expression".into(),
            json!({"value": self.expression, "type": "urn:okta:expression:1.0"}),
        );
        json!({
            "type": "group_rule",
            "id": self.id,
            "status": self.status(),
            "name": self.name,
            "created": self.created,
            "lastUpdated": self.last_updated,
            "conditions": conditions,
            "actions": {"assignUserToGroups": {"groupIds": self.groups}},
            "allGroupsValid": !self.groups.is_empty(),
        })
    }
}

/// A user to put into a group by a rule, or to take out of it.
struct Move {
    group: Id,
    user: Id,
    rule: Option<Id>,
}

/// Applies every active rule to every user. Looks under the read lock: most of the time there is nothing to do.
/// Gives whether somebody moved.
pub fn apply(state: &State) -> bool {
    let moves = {
        let org = state.read();
        if org.rules.values().any(|rule| rule.active) {
            moves(&org)
        } else {
            return false;
        }
    };
    if moves.is_empty() {
        return false;
    }
    let now = state.clock.now();
    let mut org = state.write();
    for Move { group, user, rule } in moves {
        if !org.set_member(group, user, rule.is_some(), now) {
            continue;
        }
        if let Some(group) = org.groups.get_mut(&group) {
            match rule {
                Some(rule) => group.ruled.insert(user, rule),
                None => group.ruled.remove(&user),
            };
        }
        let parties = [
            org.users.get(user).map(Party::from),
            org.groups.get(&group).map(Party::from),
        ];
        let kind = if rule.is_some() {
            kinds::MEMBER_ADD
        } else {
            kinds::MEMBER_REMOVE
        };
        org.record_job(now, kind, parties.into_iter().flatten().collect(), None);
    }
    true
}

fn moves(org: &Org) -> Vec<Move> {
    let mut found = Vec::new();
    for group in org.groups.values() {
        let rules: Vec<&GroupRule> = org
            .rules
            .values()
            .filter(|rule| rule.active && rule.groups.contains(&group.id))
            .collect();
        if rules.is_empty() {
            continue;
        }
        for user in org.users.after(None) {
            let rule = rules.iter().find(|rule| rule.takes(org, user)).map(|rule| rule.id);
            let is_in = group.members.contains(&user.id);
            // Who came by a rule that is inactive now stays, as Okta does it.
            let put_by_active = group
                .ruled
                .get(&user.id)
                .is_some_and(|by| rules.iter().any(|rule| rule.id == *by));
            let joins = rule.is_some() && !is_in && user.status != Status::Deprovisioned;
            let leaves = rule.is_none() && is_in && put_by_active;
            if joins || leaves {
                found.push(Move {
                    group: group.id,
                    user: user.id,
                    rule,
                });
            }
        }
    }
    found
}
