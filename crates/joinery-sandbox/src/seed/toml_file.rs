//! A seed file in TOML: attributes, groups, users, apps and rules. `docs/sandbox.md` explains it with an example.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use serde_json::{Map, Value};
use toml::Spanned;

use super::entry::{self, Given, UserEntry};
use super::{FOUNDED, Fault};
use crate::okta::app::{App, Assignment, GroupAssignment};
use crate::okta::expression::Expression;
use crate::okta::group_rule::GroupRule;
use crate::okta::ids::{Id, Kind};
use crate::state::Org;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    attributes: Vec<Entry>,
    #[serde(default)]
    groups: Vec<Entry>,
    #[serde(default)]
    users: Vec<Entry>,
    #[serde(default)]
    apps: Vec<Entry>,
    #[serde(default)]
    rules: Vec<Entry>,
}

/// One table of a list.
type Entry = Spanned<BTreeMap<Spanned<String>, Spanned<toml::Value>>>;

/// Adds what a file says, in the order in which one thing names another.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn add(org: &mut Org, text: &str) -> Result<(), Fault> {
    let file: File = toml::from_str(text).map_err(|error: toml::de::Error| {
        let at = error.span().map_or(0, |span: Range<usize>| span.start);
        Fault::new(at, error.message())
    })?;
    for entry in file.attributes {
        add_attribute(org, Fields::new(entry))?;
    }
    for entry in file.groups {
        let mut fields = Fields::new(entry);
        let (at, name) = fields.text("name")?;
        let about = fields.optional_text("description")?.map(|(_, text)| text);
        fields.end()?;
        entry::add_group(org, at, &name, about)?;
    }
    for entry in file.users {
        add_user(org, Fields::new(entry))?;
    }
    for entry in file.apps {
        add_app(org, Fields::new(entry))?;
    }
    for entry in file.rules {
        add_rule(org, Fields::new(entry))?;
    }
    Ok(())
}

fn add_attribute(org: &mut Org, mut fields: Fields) -> Result<(), Fault> {
    let (at, name) = fields.text("name")?;
    if org.default_schema().get(&name).is_some() {
        return Err(Fault::new(at, format!("users have an attribute `{name}` already")));
    }
    let mut definition = Map::new();
    definition.insert("title".into(), name.as_str().into());
    definition.insert("type".into(), "string".into());
    for (name, _, value) in fields.rest() {
        definition.insert(name, value);
    }
    let user_type = org.user_type;
    if let Some(kind) = org.types.get_mut(&user_type) {
        kind.schema.set_custom(&name, definition);
    }
    Ok(())
}

fn add_user(org: &mut Org, mut fields: Fields) -> Result<(), Fault> {
    let user = UserEntry {
        at: fields.at,
        status: fields.optional_text("status")?,
        password: fields.optional_text("password")?.map(|(_, text)| text),
        groups: fields.texts("groups")?,
        profile: fields.givens(),
    };
    entry::add_user(org, user, false).map(drop)
}

fn add_app(org: &mut Org, mut fields: Fields) -> Result<(), Fault> {
    let (users, groups) = (fields.texts("users")?, fields.texts("groups")?);
    let at = fields.at;
    let body: Map<String, Value> = fields.rest().map(|(name, _, value)| (name, value)).collect();
    let id = org.ids.next(Kind::App);
    let mut app = App::read(id, org, &body, None, FOUNDED).map_err(|problem| Fault::new(at, problem.reason()))?;
    for (at, login) in users {
        let user = org.users.with_login(&login);
        let user = user.ok_or_else(|| Fault::new(at, format!("no user has the login {login}")))?;
        let assignment = Assignment {
            created: FOUNDED,
            last_updated: FOUNDED,
            user_name: login,
            password_changed: None,
            profile: Map::new(),
        };
        app.users.insert(user, assignment);
    }
    for (priority, (at, name)) in (0..).zip(groups) {
        let assignment = GroupAssignment {
            last_updated: FOUNDED,
            priority,
            profile: Map::new(),
        };
        app.groups.insert(group(org, at, &name)?, assignment);
    }
    org.apps.insert(id, app);
    org.follow_app(id);
    Ok(())
}

fn add_rule(org: &mut Org, mut fields: Fields) -> Result<(), Fault> {
    let (_, name) = fields.text("name")?;
    let (at, expression) = fields.text("expression")?;
    let condition = Expression::of_user(&expression).map_err(|reason| Fault::new(at, reason))?;
    let known = |name: &&str| org.types.values().any(|kind| kind.schema.get(name).is_some());
    if let Some(unknown) = condition.attributes().into_iter().find(|name| !known(name)) {
        return Err(Fault::new(at, format!("users have no attribute `{unknown}`")));
    }
    let mut groups = Vec::new();
    for (at, name) in fields.texts("groups")? {
        groups.push(group(org, at, &name)?);
    }
    let active = fields.flag("active", true)?;
    fields.end()?;
    let id = org.ids.next(Kind::GroupRule);
    let rule = GroupRule {
        id,
        active,
        name,
        created: FOUNDED,
        last_updated: FOUNDED,
        expression,
        condition: Some(condition),
        groups,
        excluded: None,
    };
    org.rules.insert(id, rule);
    Ok(())
}

fn group(org: &Org, at: usize, name: &str) -> Result<Id, Fault> {
    entry::group_named(org, name)
        .ok_or_else(|| Fault::new(at, format!("there is no group `{name}`: add it under [[groups]]")))
}

/// The fields of a table that were not taken yet.
struct Fields {
    at: usize,
    left: BTreeMap<Spanned<String>, Spanned<toml::Value>>,
}

impl Fields {
    fn new(entry: Entry) -> Self {
        Self {
            at: entry.span().start,
            left: entry.into_inner(),
        }
    }

    fn take(&mut self, name: &str) -> Option<(usize, toml::Value)> {
        let key = self.left.keys().find(|key| key.get_ref() == name)?.clone();
        let value = self.left.remove(&key)?;
        Some((value.span().start, value.into_inner()))
    }

    fn optional_text(&mut self, name: &str) -> Result<Option<(usize, String)>, Fault> {
        match self.take(name) {
            None => Ok(None),
            Some((at, toml::Value::String(text))) => Ok(Some((at, text))),
            Some((at, _)) => Err(Fault::new(at, format!("`{name}` has to be a text"))),
        }
    }

    fn text(&mut self, name: &str) -> Result<(usize, String), Fault> {
        let missing = Fault::new(self.at, format!("`{name}` is missing"));
        self.optional_text(name)?.ok_or(missing)
    }

    fn texts(&mut self, name: &str) -> Result<Vec<(usize, String)>, Fault> {
        let Some((at, value)) = self.take(name) else {
            return Ok(Vec::new());
        };
        let wrong = || Fault::new(at, format!("`{name}` has to be a list of texts"));
        let list = value.as_array().ok_or_else(wrong)?;
        let texts = list.iter().map(|item| item.as_str().map(|text| (at, text.to_owned())));
        texts.collect::<Option<Vec<_>>>().ok_or_else(wrong)
    }

    fn flag(&mut self, name: &str, usual: bool) -> Result<bool, Fault> {
        match self.take(name) {
            None => Ok(usual),
            Some((_, toml::Value::Boolean(flag))) => Ok(flag),
            Some((at, _)) => Err(Fault::new(at, format!("`{name}` has to be true or false"))),
        }
    }

    /// What is left: name, place and value.
    fn rest(self) -> impl Iterator<Item = (String, usize, Value)> {
        let shown = |(name, value): (Spanned<String>, Spanned<toml::Value>)| {
            let at = value.span().start;
            (name.into_inner(), at, json(value.into_inner()))
        };
        self.left.into_iter().map(shown)
    }

    fn givens(self) -> Vec<Given> {
        let given = |(name, value): (Spanned<String>, Spanned<toml::Value>)| Given {
            name_at: name.span().start,
            at: value.span().start,
            name: name.into_inner(),
            value: json(value.into_inner()),
        };
        self.left.into_iter().map(given).collect()
    }

    /// Nothing may be left.
    fn end(self) -> Result<(), Fault> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) => {
                let text = format!("`{}` is unknown here", name.get_ref());
                Err(Fault::new(name.span().start, text))
            }
        }
    }
}

fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(flag) => flag.into(),
        toml::Value::Datetime(moment) => moment.to_string().into(),
        toml::Value::Array(list) => list.into_iter().map(json).collect(),
        toml::Value::Table(table) => Value::Object(table.into_iter().map(|(key, value)| (key, json(value))).collect()),
    }
}
