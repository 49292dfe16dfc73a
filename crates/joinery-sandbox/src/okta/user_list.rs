//! The list of users: `q`, `filter` and `search`, each with its own rules, and paging.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value;

use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::fields;
use super::filter::{Expression, Grammar, Literal, Operator, Test};
use super::ids::Id;
use super::paging::{self, Limits};
use super::user::{ShownUser, Status, User};
use crate::clock::Time;
use crate::state::Org;

const LIMITS: Limits = Limits {
    default: 200,
    most: 200,
};
const QUICK_LIMITS: Limits = Limits { default: 10, most: 200 };

const FILTER: Grammar = Grammar {
    operators: &[Operator::Eq, Operator::Gt, Operator::Ge, Operator::Lt, Operator::Le],
    not: false,
};
const SEARCH: Grammar = Grammar {
    operators: &[
        Operator::Eq,
        Operator::Co,
        Operator::Sw,
        Operator::Pr,
        Operator::Gt,
        Operator::Ge,
        Operator::Lt,
        Operator::Le,
    ],
    not: false,
};

/// What `filter` knows.
const FILTERED: &[&str] = &[
    "status",
    "lastUpdated",
    "id",
    "profile.login",
    "profile.email",
    "profile.firstName",
    "profile.lastName",
];
/// What `search` knows beside the attributes of the profile.
const SEARCHED: &[&str] = &[
    "id",
    "status",
    "created",
    "activated",
    "statusChanged",
    "lastUpdated",
    "type.id",
];
/// Where `search` allows `co`.
const CONTAINED: &[&str] = &[
    "profile.firstName",
    "profile.lastName",
    "profile.email",
    "profile.login",
];

/// `GET /users`.
pub fn list(call: &Call<'_>) -> Answer {
    fields::select(whole(call)?, call)
}

fn whole(call: &Call<'_>) -> Answer {
    let query = &call.query;
    match (query.filled("search"), query.filled("filter"), query.filled("q")) {
        (Some(_), Some(_), _) => {
            let summary = "Bad request. Can't specify a search query and filter in the same request.";
            Err(Problem::new(400, "E0000033", summary))
        }
        (Some(search), None, _) => searched(call, search),
        (None, Some(filter), _) => filtered(call, filter),
        (None, None, Some(start)) => quick(call, start),
        (None, None, None) => page(call, |user| user.status != Status::Deprovisioned),
    }
}

/// `q`: names and addresses that start with the text; one page only.
fn quick(call: &Call<'_>, start: &str) -> Answer {
    let limit = QUICK_LIMITS.of(call)?;
    let org = call.state.read();
    let start = start.trim().to_lowercase();
    let fits = |name: &str, user: &User| starts_with(user.profile.text(name), &start);
    let found = org
        .users
        .listed(call.state.listed_moment(call.now), None)
        .filter(|user| user.status != Status::Deprovisioned && call.sight.has_user(&org, user))
        .filter(|user| ["firstName", "lastName", "email"].iter().any(|name| fits(name, user)))
        .take(limit);
    Ok(write(&org, call, found))
}

/// Whether a text starts, in any case, with one in lower case.
fn starts_with(text: &str, start: &str) -> bool {
    if !text.is_ascii() {
        return text.to_lowercase().starts_with(start);
    }
    let part = text.as_bytes().get(..start.len());
    part.is_some_and(|part| part.eq_ignore_ascii_case(start.as_bytes()))
}

fn filtered(call: &Call<'_>, filter: &str) -> Answer {
    let expression = Expression::parse(filter, FILTER).map_err(Problem::search)?;
    expression.check(&|test| {
        if !FILTERED.contains(&test.attribute.as_str()) {
            return Err(Problem::search(format!(
                "The attribute '{}' cannot be used in a filter",
                test.attribute
            )));
        }
        if test.operator != Operator::Eq && test.attribute != "lastUpdated" {
            let cause = format!(
                "Only 'eq' can be used with '{}', at position {}",
                test.attribute, test.position
            );
            return Err(Problem::search(cause));
        }
        check_literal(test)
    })?;
    page(call, |user| expression.matches(&|test| holds(user, test, false)))
}

fn searched(call: &Call<'_>, search: &str) -> Answer {
    let limit = LIMITS.of(call)?;
    let org = call.state.read();
    let expression = Expression::parse(search, SEARCH).map_err(Problem::search)?;
    expression.check(&|test| {
        if !is_searchable(&org, &test.attribute) {
            return Err(Problem::search(format!(
                "The attribute '{}' cannot be searched",
                test.attribute
            )));
        }
        if test.operator == Operator::Co && !CONTAINED.contains(&test.attribute.as_str()) {
            let cause = format!(
                "'co' cannot be used with '{}', at position {}",
                test.attribute, test.position
            );
            return Err(Problem::search(cause));
        }
        check_literal(test)
    })?;
    let sort = call.query.filled("sortBy");
    if let Some(attribute) = sort
        && !is_searchable(&org, attribute)
    {
        return Err(Problem::search(format!(
            "The attribute '{attribute}' cannot be sorted by"
        )));
    }
    let found = org
        .users
        .listed(call.state.listed_moment(call.now), None)
        .filter(|user| call.sight.has_user(&org, user))
        .filter(|user| expression.matches(&|test| holds(user, test, true)));
    let descending = call
        .query
        .get("sortOrder")
        .is_some_and(|order| order.to_ascii_lowercase().starts_with("desc"));
    let after = call.query.filled("after");
    let (shown, more) = match sort {
        None => page_by_id(found, after, limit),
        Some(attribute) => page_by(attribute, descending, found, after, limit),
    }
    .ok_or_else(|| Problem::search("Invalid cursor."))?;
    let next = shown.last().filter(|_| more).map(|user| user.id.to_string());
    Ok(paging::link(
        write(&org, call, shown.into_iter()),
        call,
        limit,
        next.as_deref(),
    ))
}

/// The users after a cursor and whether there are more; nothing where the cursor is no user among them.
fn page_by_id<'a>(
    mut found: impl Iterator<Item = &'a User>,
    after: Option<&str>,
    limit: usize,
) -> Option<(Vec<&'a User>, bool)> {
    if let Some(cursor) = after {
        found.find(|user| user.id.as_str() == cursor)?;
    }
    let shown = found.by_ref().take(limit).collect();
    Some((shown, found.next().is_some()))
}

/// The same in the order of an attribute, users with the same value in the order of their ids.
fn page_by<'a>(
    attribute: &str,
    descending: bool,
    found: impl Iterator<Item = &'a User>,
    after: Option<&str>,
    limit: usize,
) -> Option<(Vec<&'a User>, bool)> {
    let mut keyed: Vec<(SortKey<'_>, &User)> = found.map(|user| (SortKey::of(user, attribute), user)).collect();
    let compare = |(a, one): &(SortKey<'_>, &User), (b, other): &(SortKey<'_>, &User)| {
        let order = a.order(b);
        if descending { order.reverse() } else { order }.then(one.id.cmp(&other.id))
    };
    if let Some(cursor) = after {
        let place = keyed.iter().position(|(_, user)| user.id.as_str() == cursor)?;
        let last = keyed.swap_remove(place);
        keyed.retain(|entry| compare(entry, &last).is_gt());
    }
    // Only the page has to be in order: of a large org that is a small part.
    let more = keyed.len() > limit;
    if more {
        keyed.select_nth_unstable_by(limit, compare);
        keyed.truncate(limit);
    }
    keyed.sort_unstable_by(compare);
    Some((keyed.into_iter().map(|(_, user)| user).collect(), more))
}

/// A page of the users that `fits` takes, in the order of their ids.
fn page(call: &Call<'_>, fits: impl Fn(&User) -> bool) -> Answer {
    let limit = LIMITS.of(call)?;
    let after = call.query.filled("after").map(cursor).transpose()?;
    let org = call.state.read();
    let mut found: Vec<&User> = org
        .users
        .listed(call.state.listed_moment(call.now), after)
        .filter(|user| fits(user) && call.sight.has_user(&org, user))
        .take(limit + 1)
        .collect();
    let more = found.len() > limit;
    found.truncate(limit);
    // Okta puts a digit in front of the last id of a page.
    let next = found.last().filter(|_| more).map(|user| format!("2{}", user.id));
    Ok(paging::link(
        write(&org, call, found.into_iter()),
        call,
        limit,
        next.as_deref(),
    ))
}

fn cursor(text: &str) -> Result<Id, Problem> {
    let plain = if text.len() == 21 {
        text.get(1..).unwrap_or_default()
    } else {
        text
    };
    Id::parse(plain).ok_or_else(Problem::cursor)
}

fn write<'a>(org: &Org, call: &Call<'_>, users: impl Iterator<Item = &'a User>) -> Reply {
    let url = call.state.url();
    let list: Vec<ShownUser<'_>> = users
        .map(|user| user.shown(org.schema(user.type_id), url, true))
        .collect();
    Reply::json(&list)
}

fn is_searchable(org: &Org, attribute: &str) -> bool {
    SEARCHED.contains(&attribute)
        || attribute
            .strip_prefix("profile.")
            .is_some_and(|name| org.types.values().any(|kind| kind.schema.get(name).is_some()))
}

fn is_time(attribute: &str) -> bool {
    matches!(attribute, "created" | "activated" | "statusChanged" | "lastUpdated")
}

fn check_literal(test: &Test) -> Result<(), Problem> {
    if is_time(&test.attribute) && test.literal != Literal::Nothing && test.text().and_then(Time::parse).is_none() {
        let summary = "Bad request. Invalid date. Dates must be of the form yyyy-MM-dd'T'HH:mm:ss.SSSZZ, e.g. \
                       2013-01-01T12:00:00.000-07:00.";
        return Err(Problem::new(400, "E0000030", summary));
    }
    Ok(())
}

fn holds(user: &User, test: &Test, any_case: bool) -> bool {
    if let Some(name) = test.attribute.strip_prefix("profile.") {
        return test.value_holds(user.profile.get(name), any_case);
    }
    match test.attribute.as_str() {
        "id" => test.text_holds(user.id.as_str(), false),
        "type.id" => test.text_holds(user.type_id.as_str(), false),
        "status" => test.text_holds(user.status.as_str(), any_case),
        other => test.time_holds(moment(user, other)),
    }
}

fn moment(user: &User, attribute: &str) -> Option<Time> {
    match attribute {
        "created" => Some(user.created),
        "lastUpdated" => Some(user.last_updated),
        "activated" => user.activated,
        "statusChanged" => user.status_changed,
        _ => None,
    }
}

fn lower_bytes(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().map(|byte| byte.to_ascii_lowercase())
}

/// What a user is sorted by: in any case; what is not set comes last.
enum SortKey<'a> {
    Exact(&'a str),
    Text(Cow<'a, str>),
    Number(f64),
    Moment(Option<Time>),
    Unset,
}

impl<'a> SortKey<'a> {
    fn of(user: &'a User, attribute: &str) -> Self {
        let Some(name) = attribute.strip_prefix("profile.") else {
            return match attribute {
                "id" => Self::Exact(user.id.as_str()),
                "type.id" => Self::Exact(user.type_id.as_str()),
                "status" => Self::Exact(user.status.as_str()),
                other => Self::Moment(moment(user, other)),
            };
        };
        match user.profile.get(name) {
            Some(Value::String(text)) if text.is_ascii() => Self::Text(text.into()),
            Some(Value::String(text)) => Self::Text(text.to_lowercase().into()),
            Some(value) => Self::Number(value.as_f64().unwrap_or_default()),
            None => Self::Unset,
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Exact(a), Self::Exact(b)) => a.cmp(b),
            // What is not ASCII is in lower case already.
            (Self::Text(a), Self::Text(b)) => lower_bytes(a).cmp(lower_bytes(b)),
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Moment(a), Self::Moment(b)) => a.cmp(b),
            // Types of users may give one name to values of different kinds: an order all the same.
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Exact(_) => 0,
            Self::Text(_) => 1,
            Self::Number(_) => 2,
            Self::Moment(_) => 3,
            Self::Unset => 4,
        }
    }
}
