//! What all kinds of records share: list, create, get, replace, delete, activate and deactivate. A kind says how it is
//! read, shown and linked by implementing [`Resource`]; its routes name the functions of this file.

use axum::http::header::LINK;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::filter::{Expression, Grammar, Literal, Operator, Test};
use super::ids::{Id, Kind};
use super::paging::{self, Limits};
use super::record::Record;
use super::shape::forbidden;
use crate::state::Org;

/// Where the records of a call are.
pub struct Place {
    /// The collection, as a path below `/api/v1/`.
    pub path: String,
    /// Which open part of the call's path names the record.
    pub part: usize,
}

impl Place {
    /// A collection right below `/api/v1/`.
    pub fn top(path: &str) -> Self {
        Self {
            path: path.into(),
            part: 0,
        }
    }

    /// A collection below a record: `policies/00p.../rules`.
    pub fn below(parent: &Record, name: &str, part: usize) -> Self {
        Self {
            path: format!("{}/{name}", parent.path()),
            part,
        }
    }
}

/// The events of a kind of records.
pub struct Events {
    /// One was made.
    pub create: EventKind,
    /// One changed.
    pub update: EventKind,
    /// One was deleted.
    pub delete: EventKind,
    /// One is in use again.
    pub activate: EventKind,
    /// One is in use no more.
    pub deactivate: EventKind,
}

/// How a list is cut into pages.
pub enum Page {
    /// Not at all, and nothing is said about it.
    Whole,
    /// By the limit of the call, up to this many; not at all where the call names none.
    Asked(usize),
    /// By the limit of the call.
    Limited(Limits),
}

/// A kind of records.
pub trait Resource {
    /// What Okta calls it in E0000007.
    const CLASS: &'static str;
    /// The kind of its ids.
    const KIND: Kind;
    /// What it is shown with, in order. `*` stands for the fields not named here.
    const KEYS: &'static [&'static str];
    /// Its events.
    const EVENTS: Events;
    /// What the log calls it.
    const PARTY: &'static str = Self::CLASS;
    /// The status of the answer to a creation.
    const CREATED: u16 = 200;
    /// Whether `lifecycle/...` answers with the record; with 204 where not.
    const LIFECYCLE_SHOWS: bool = true;
    /// Whether `status` counts where one is made; where not, each starts in use.
    const CREATES_INACTIVE: bool = true;
    /// Whether `status` counts where one is replaced.
    const REPLACES_STATUS: bool = true;
    /// Whether one in use may be deleted.
    const DELETES_ACTIVE: bool = true;
    /// How its lists are cut.
    const PAGE: Page = Page::Whole;
    /// What the `filter` of its lists may name, with `eq`.
    const FILTERED: &'static [&'static str] = &[];

    /// Where the records of a call are.
    ///
    /// # Errors
    /// E0000007 for a parent that is not there.
    fn place(org: &Org, call: &Call<'_>) -> Result<Place, Problem>;

    /// The fields of a new record, or of what is to stand in the place of `old`.
    ///
    /// # Errors
    /// What does not fit.
    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem>;

    /// The kind of the id of one with these fields.
    fn kind(_fields: &Map<String, Value>) -> Kind {
        Self::KIND
    }

    /// Whether a path that names `name` means this record.
    fn is_named(record: &Record, name: &str) -> bool {
        record.id.as_str() == name
    }

    /// Adds what depends on where the org is.
    fn finish(_record: &Record, _url: &str, _shown: &mut Map<String, Value>) {}

    /// The `_links`; `at` is the address of the record.
    fn links(record: &Record, at: &str, _url: &str) -> Value {
        usual_links(record, at)
    }

    /// Whether a list may be asked for like this.
    ///
    /// # Errors
    /// What is missing from the query.
    fn check_list(_call: &Call<'_>) -> Result<(), Problem> {
        Ok(())
    }

    /// Whether the query of a list wants a record.
    fn is_wanted(_call: &Call<'_>, _record: &Record) -> bool {
        true
    }

    /// Puts a list in order; as it comes, it is by age.
    fn sort(_list: &mut Vec<&Record>) {}

    /// Does what follows from a creation or a change.
    fn keep_in_step(_org: &mut Org, _id: Id, _call: &Call<'_>, _new: bool) {}

    /// Does what follows from a deletion.
    fn after_delete(_org: &mut Org, _gone: &Record) {}

    /// Whether a record may be replaced.
    ///
    /// # Errors
    /// Why not.
    fn may_replace(_org: &Org, _record: &Record) -> Result<(), Problem> {
        Ok(())
    }

    /// Whether a record may be deleted.
    ///
    /// # Errors
    /// Why not.
    fn may_delete(_org: &Org, record: &Record) -> Result<(), Problem> {
        if record.system { Err(forbidden()) } else { Ok(()) }
    }

    /// Whether a record may be taken into use or out of it.
    ///
    /// # Errors
    /// Why not.
    fn may_switch(_org: &Org, record: &Record) -> Result<(), Problem> {
        if record.system { Err(forbidden()) } else { Ok(()) }
    }
}

/// The record a call names.
///
/// # Errors
/// E0000007.
pub fn find<'a, R: Resource>(org: &'a Org, call: &Call<'_>) -> Result<&'a Record, Problem> {
    let place = R::place(org, call)?;
    named::<R>(org, &place.path, call.part(place.part))
}

/// The record of a collection that a name means.
///
/// # Errors
/// E0000007.
pub fn named<'a, R: Resource>(org: &'a Org, place: &str, name: &str) -> Result<&'a Record, Problem> {
    org.records_at(place)
        .find(|record| R::is_named(record, name))
        .ok_or_else(|| Problem::not_found(name, R::CLASS))
}

/// The record as Okta shows it.
pub fn shown<R: Resource>(record: &Record, url: &str) -> Value {
    let mut shown = Map::new();
    for key in R::KEYS {
        let value = match *key {
            "id" => json!(record.id),
            "status" => json!(if record.active { "ACTIVE" } else { "INACTIVE" }),
            "created" => json!(record.created),
            "lastUpdated" => json!(record.last_updated),
            "system" => json!(record.system),
            "_links" => R::links(record, &format!("{url}/api/v1/{}", record.path()), url),
            "*" => {
                let rest = record
                    .fields
                    .iter()
                    .filter(|(name, _)| !R::KEYS.contains(&name.as_str()));
                shown.extend(rest.map(|(name, value)| (name.clone(), value.clone())));
                continue;
            }
            name => match record.fields.get(name) {
                Some(value) => value.clone(),
                None => continue,
            },
        };
        shown.insert((*key).to_owned(), value);
    }
    R::finish(record, url, &mut shown);
    Value::Object(shown)
}

/// `self` and the change of state that is possible.
pub fn usual_links(record: &Record, at: &str) -> Value {
    let own = link(at, &["GET", "PUT", "DELETE"]);
    if record.active {
        json!({"self": own, "deactivate": link(&format!("{at}/lifecycle/deactivate"), &["POST"])})
    } else {
        json!({"activate": link(&format!("{at}/lifecycle/activate"), &["POST"]), "self": own})
    }
}

/// A link and the methods it takes.
pub fn link(href: &str, allow: &[&str]) -> Value {
    json!({"href": href, "hints": {"allow": allow}})
}

/// Lists the records of a collection.
///
/// # Errors
/// E0000007 for a parent that is not there, E0000029 for a cursor that no page gave.
pub fn list<R: Resource>(call: &Call<'_>) -> Answer {
    R::check_list(call)?;
    let org = call.state.read();
    let place = R::place(&org, call)?;
    let filter = filter::<R>(call)?;
    let fits = |record: &&Record| {
        let shown = filter.as_ref().map(|_| shown::<R>(record, call.state.url()));
        R::is_wanted(call, record)
            && filter
                .iter()
                .all(|filter| filter.matches(&|test| holds(shown.as_ref(), test)))
    };
    let mut found: Vec<&Record> = org.records_at(&place.path).filter(fits).collect();
    R::sort(&mut found);
    let show = |records: &[&Record]| -> Reply {
        let list: Vec<Value> = records.iter().map(|it| shown::<R>(it, call.state.url())).collect();
        Reply::json(&list)
    };
    let limits = match R::PAGE {
        Page::Whole => return Ok(show(&found)),
        Page::Asked(_) if call.query.filled("limit").is_none_or(|limit| limit == "-1") => {
            return Ok(show(&found).with_header(LINK, &format!("<{}>; rel=\"self\"", own_address(call))));
        }
        Page::Asked(most) => Limits { default: most, most },
        Page::Limited(limits) => limits,
    };
    let limit = limits.of(call)?;
    let start = match call.query.filled("after") {
        Some(after) => {
            let last = found.iter().position(|record| record.id.as_str() == after);
            last.ok_or_else(Problem::cursor)? + 1
        }
        None => 0,
    };
    let page = &found[start..found.len().min(start + limit)];
    let more = start + limit < found.len();
    let next = page.last().filter(|_| more).map(|record| record.id);
    Ok(paging::link(show(page), call, limit, next.as_ref().map(Id::as_str)))
}

/// The filter of a list, where it has one.
fn filter<R: Resource>(call: &Call<'_>) -> Result<Option<Expression>, Problem> {
    let Some(text) = call.query.filled("filter").filter(|_| !R::FILTERED.is_empty()) else {
        return Ok(None);
    };
    let grammar = Grammar {
        operators: &[Operator::Eq],
        not: false,
    };
    let filter = Expression::parse(text, grammar).map_err(Problem::search)?;
    filter.check(&|test| {
        if R::FILTERED.contains(&test.attribute.as_str()) {
            return Ok(());
        }
        Err(Problem::search(format!("'{}' cannot be filtered by", test.attribute)))
    })?;
    Ok(Some(filter))
}

fn holds(shown: Option<&Value>, test: &Test) -> bool {
    let value = shown.and_then(|shown| shown.get(&test.attribute));
    match (&test.literal, value) {
        (Literal::Text(wanted), Some(Value::String(text))) => wanted == text,
        // `system eq "true"` is written both ways.
        (Literal::Text(wanted), Some(Value::Bool(flag))) => *wanted == flag.to_string(),
        (Literal::Bool(wanted), Some(Value::Bool(flag))) => wanted == flag,
        _ => false,
    }
}

fn own_address(call: &Call<'_>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(call.query.iter());
    let query = query.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{}{mark}{query}", call.state.url(), call.path)
}

/// Shows a record.
///
/// # Errors
/// E0000007.
pub fn get<R: Resource>(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    Ok(Reply::json(&shown::<R>(find::<R>(&org, call)?, call.state.url())))
}

/// Makes a record.
///
/// # Errors
/// What does not fit.
pub fn create<R: Resource>(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let place = R::place(&org, call)?;
    let fields = R::read(&org, &place.path, &body, None)?;
    let id = org.ids.next(R::kind(&fields));
    let inactive = wanted_status(&body)? == Some(false) || !call.query.flag("activate", true);
    let active = !inactive || !R::CREATES_INACTIVE;
    org.add_record(Record {
        active,
        ..Record::new(id, place.path, call.now, fields)
    });
    R::keep_in_step(&mut org, id, call, true);
    Ok(done::<R>(&mut org, call, id, R::EVENTS.create).with_status(R::CREATED))
}

/// Puts what was sent in the place of a record.
///
/// # Errors
/// E0000007, or what does not fit.
pub fn replace<R: Resource>(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let place = R::place(&org, call)?;
    let old = named::<R>(&org, &place.path, call.part(place.part))?;
    R::may_replace(&org, old)?;
    let fields = R::read(&org, &place.path, &body, Some(old))?;
    let record = Record {
        active: wanted_status(&body)?
            .filter(|_| R::REPLACES_STATUS && !old.system)
            .unwrap_or(old.active),
        last_updated: call.now.whole_seconds(),
        fields,
        ..old.clone()
    };
    let id = record.id;
    org.add_record(record);
    R::keep_in_step(&mut org, id, call, false);
    Ok(done::<R>(&mut org, call, id, R::EVENTS.update))
}

/// Deletes a record.
///
/// # Errors
/// E0000007, or why it has to stay.
pub fn delete<R: Resource>(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let record = find::<R>(&org, call)?.clone();
    R::may_delete(&org, &record)?;
    if record.active && !R::DELETES_ACTIVE {
        let cause = "Only an inactive one can be deleted: deactivate it first";
        return Err(Problem::validation(R::CLASS, vec![cause.into()]));
    }
    org.drop_record(record.id);
    R::after_delete(&mut org, &record);
    org.record(call, R::EVENTS.delete, vec![record.party(R::PARTY)]);
    Ok(Reply::no_content())
}

/// Takes a record into use.
///
/// # Errors
/// E0000007, or why it cannot be.
pub fn activate<R: Resource>(call: &Call<'_>) -> Answer {
    switch::<R>(call, true, R::EVENTS.activate)
}

/// Takes a record out of use.
///
/// # Errors
/// E0000007, or why it cannot be.
pub fn deactivate<R: Resource>(call: &Call<'_>) -> Answer {
    switch::<R>(call, false, R::EVENTS.deactivate)
}

fn switch<R: Resource>(call: &Call<'_>, active: bool, kind: EventKind) -> Answer {
    let mut org = call.state.write();
    let record = find::<R>(&org, call)?;
    R::may_switch(&org, record)?;
    let (id, changes) = (record.id, record.active != active);
    if let Some(record) = org.records.get_mut(&id).filter(|_| changes) {
        record.active = active;
        record.last_updated = call.now.whole_seconds();
    }
    let reply = if changes {
        done::<R>(&mut org, call, id, kind)
    } else {
        reply_of::<R>(&org, call, id)
    };
    Ok(if R::LIFECYCLE_SHOWS { reply } else { Reply::no_content() })
}

/// Writes the event of a change and answers with what it led to.
fn done<R: Resource>(org: &mut Org, call: &Call<'_>, id: Id, kind: EventKind) -> Reply {
    let party = org.records.get(&id).map(|record| record.party(R::PARTY));
    org.record(call, kind, party.into_iter().collect());
    reply_of::<R>(org, call, id)
}

fn reply_of<R: Resource>(org: &Org, call: &Call<'_>, id: Id) -> Reply {
    let record = org.records.get(&id).map(|record| shown::<R>(record, call.state.url()));
    Reply::json(&record)
}

/// The status a body asks for.
fn wanted_status(body: &Map<String, Value>) -> Result<Option<bool>, Problem> {
    match body.get("status") {
        None | Some(Value::Null) => Ok(None),
        Some(status) if status == "ACTIVE" => Ok(Some(true)),
        Some(status) if status == "INACTIVE" => Ok(Some(false)),
        Some(_) => Err(Problem::malformed()),
    }
}
