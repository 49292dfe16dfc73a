//! The list of users: `q`, `filter` and `search`, each with its own rules, and paging.

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
    let fits = |name: &str, user: &User| user.profile.text(name).to_lowercase().starts_with(&start);
    let found = org
        .users
        .listed(call.state.listed_moment(call.now), None)
        .filter(|user| user.status != Status::Deprovisioned)
        .filter(|user| ["firstName", "lastName", "email"].iter().any(|name| fits(name, user)))
        .take(limit);
    Ok(write(&org, call, found))
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
    let mut found: Vec<&User> = org
        .users
        .listed(call.state.listed_moment(call.now), None)
        .filter(|user| expression.matches(&|test| holds(user, test, true)))
        .collect();
    if let Some(attribute) = sort {
        let descending = call
            .query
            .get("sortOrder")
            .is_some_and(|order| order.to_ascii_lowercase().starts_with("desc"));
        found.sort_by(|a, b| {
            let order = order(a, b, attribute);
            if descending { order.reverse() } else { order }.then(a.id.cmp(&b.id))
        });
    }
    let start = match call.query.filled("after") {
        None => 0,
        Some(cursor) => {
            let last = Id::parse(cursor).and_then(|id| found.iter().position(|user| user.id == id));
            last.ok_or_else(|| Problem::search("Invalid cursor."))? + 1
        }
    };
    let rest = &found[start..];
    let shown = &rest[..rest.len().min(limit)];
    let next = shown
        .last()
        .filter(|_| rest.len() > limit)
        .map(|user| user.id.to_string());
    Ok(paging::link(
        write(&org, call, shown.iter().copied()),
        call,
        limit,
        next.as_deref(),
    ))
}

/// A page of the users that `fits` takes, in the order of their ids.
fn page(call: &Call<'_>, fits: impl Fn(&User) -> bool) -> Answer {
    let limit = LIMITS.of(call)?;
    let after = call.query.filled("after").map(cursor).transpose()?;
    let org = call.state.read();
    let mut found: Vec<&User> = org
        .users
        .listed(call.state.listed_moment(call.now), after)
        .filter(|user| fits(user))
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

/// Orders by an attribute, in any case; what is not set comes last.
fn order(a: &User, b: &User, attribute: &str) -> Ordering {
    let Some(name) = attribute.strip_prefix("profile.") else {
        return match attribute {
            "id" => a.id.cmp(&b.id),
            "type.id" => a.type_id.cmp(&b.type_id),
            "status" => a.status.as_str().cmp(b.status.as_str()),
            other => moment(a, other).cmp(&moment(b, other)),
        };
    };
    match (a.profile.get(name), b.profile.get(name)) {
        (Some(Value::String(a)), Some(Value::String(b))) => a.to_lowercase().cmp(&b.to_lowercase()),
        (Some(a), Some(b)) => a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}
