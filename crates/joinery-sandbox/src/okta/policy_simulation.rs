//! `policies/simulate`: which policies and rules would decide about an app, for a user, groups, zones and a risk that
//! the caller names.

use axum::http::Method;
use serde_json::{Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::ids::Id;
use super::record::Record;
use super::shape::{fault, names};
use super::{apps, priority, users};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[Route(Method::POST, "policies/simulate", simulate)];

/// The types that can be simulated.
const TYPES: &[&str] = &["ACCESS_POLICY", "MFA_ENROLL", "OKTA_SIGN_ON", "PROFILE_ENROLLMENT"];
/// The types whose policies are mapped to apps.
const MAPPED: &[&str] = &["ACCESS_POLICY", "PROFILE_ENROLLMENT"];

/// Whether something fits. Ordered by what decides where several are asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Match,
    /// The caller did not say what it depends on.
    Undefined,
    NotMatch,
}

impl Fit {
    fn of(fits: bool) -> Self {
        if fits { Self::Match } else { Self::NotMatch }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Match => "MATCH",
            Self::Undefined => "UNDEFINED",
            Self::NotMatch => "NOT_MATCH",
        }
    }
}

/// What the caller says about a sign-in.
struct Context<'a> {
    user: Option<Id>,
    /// The groups named, and those of the user; nothing where neither is known.
    groups: Option<Vec<String>>,
    given: &'a Value,
}

fn simulate(call: &Call<'_>) -> Answer {
    let bodies: Vec<Value> = serde_json::from_slice(call.body).map_err(|_| Problem::malformed())?;
    let org = call.state.read();
    let expanded = call
        .query
        .get("expand")
        .is_some_and(|expand| expand.contains("EVALUATED"));
    let mut evaluation = Vec::new();
    for body in &bodies {
        let app = body["appInstance"].as_str().unwrap_or_default();
        if app.is_empty() {
            return Err(fault("appInstance", "The field cannot be left blank"));
        }
        let app = apps::find(&org, app)?.id;
        let given = &body["policyTypes"];
        if let Some(unknown) = names(given).find(|name| !TYPES.contains(name)) {
            return Err(fault(
                "policyTypes",
                &format!("'{unknown}' is not one of {}", TYPES.join(", ")),
            ));
        }
        let context = context(&org, &body["policyContext"])?;
        let wanted = |kind: &&&str| names(given).next().is_none() || names(given).any(|name| name == **kind);
        evaluation.extend(
            TYPES
                .iter()
                .filter(wanted)
                .map(|kind| evaluate(&org, kind, app, &context, expanded)),
        );
    }
    // As in the example of Okta's API description; its schema says a bare list, which no example shows.
    Ok(Reply::json(&json!({"evaluation": evaluation})))
}

fn context<'a>(org: &Org, given: &'a Value) -> Result<Context<'a>, Problem> {
    let user = given["user"]["id"]
        .as_str()
        .map(|user| users::find(org, user))
        .transpose()?;
    let named = given["groups"]["ids"]
        .is_array()
        .then(|| names(&given["groups"]["ids"]).map(str::to_owned));
    let own = user.and_then(|user| org.users.get(user));
    let own = own.map(|user| user.groups.iter().map(Id::to_string));
    let groups =
        (named.is_some() || own.is_some()).then(|| named.into_iter().flatten().chain(own.into_iter().flatten()));
    let groups = groups.map(|groups| groups.chain([org.everyone.to_string()]).collect());
    Ok(Context { user, groups, given })
}

/// What decides among the policies of a type: the first that fits, with the first of its rules that fits.
fn evaluate(org: &Org, kind: &str, app: Id, context: &Context<'_>, expanded: bool) -> Value {
    let policies = policies_for(org, kind, app);
    let (mut result, mut undefined, mut evaluated) = (Vec::new(), Vec::new(), Vec::new());
    for policy in policies {
        let conditions = tested(policy.get("conditions"), context);
        let mut fit = worst(&conditions);
        let mut rules: Vec<&Record> = org
            .records_at(&format!("{}/rules", policy.path()))
            .filter(|rule| rule.active)
            .collect();
        priority::sort(&mut rules);
        let (mut shown_rules, mut decided) = (Vec::new(), rules.is_empty());
        for rule in rules {
            let conditions = tested(rule.get("conditions"), context);
            let own = worst(&conditions);
            if own != Fit::NotMatch || expanded {
                shown_rules.push(shown(rule, own, &conditions, None));
            }
            if own != Fit::NotMatch {
                (fit, decided) = (fit.max(own), true);
                break;
            }
        }
        // A policy none of whose rules fits leaves it to the next.
        if !decided {
            fit = Fit::NotMatch;
        }
        let shown = shown(policy, fit, &conditions, Some(shown_rules));
        match fit {
            Fit::Match => {
                result.push(shown);
                break;
            }
            Fit::Undefined => undefined.push(shown),
            Fit::NotMatch if expanded => evaluated.push(shown),
            Fit::NotMatch => {}
        }
    }
    json!({
        "status": null, "policyType": kind, "result": {"policies": result}, "undefined": {"policies": undefined},
        "evaluated": {"policies": evaluated},
    })
}

/// The policies of a type that are asked about an app, in order. Of those that are mapped to apps it is the one mapped
/// to this app, and Okta's own where none is.
fn policies_for<'o>(org: &'o Org, kind: &str, app: Id) -> Vec<&'o Record> {
    let of_kind = org
        .records_at("policies")
        .filter(|policy| policy.active && policy.text("type") == kind);
    let mut policies: Vec<&Record> = of_kind.collect();
    if MAPPED.contains(&kind) {
        let is_mapped = |policy: &Record| {
            let place = format!("{}/mappings", policy.path());
            org.records_at(&place)
                .any(|mapping| mapping.text("resourceId") == app.as_str())
        };
        let has_own = policies.iter().any(|policy| is_mapped(policy));
        policies.retain(|policy| if has_own { is_mapped(policy) } else { policy.system });
    }
    priority::sort(&mut policies);
    policies
}

fn shown(record: &Record, fit: Fit, conditions: &[(&str, Fit)], rules: Option<Vec<Value>>) -> Value {
    let conditions = conditions
        .iter()
        .map(|(kind, fit)| json!({"type": kind, "status": fit.name()}));
    let mut shown = json!({
        "id": record.id, "name": record.get("name"), "status": fit.name(), "conditions": conditions.collect::<Vec<_>>(),
    });
    if let Some(rules) = rules {
        shown["rules"] = rules.into();
    }
    shown
}

fn worst(conditions: &[(&str, Fit)]) -> Fit {
    conditions.iter().map(|(_, fit)| *fit).max().unwrap_or(Fit::Match)
}

/// The conditions that say something, and whether they fit.
fn tested(conditions: &Value, context: &Context<'_>) -> Vec<(&'static str, Fit)> {
    let mut tested = Vec::new();
    let mut test = |kind, list: &Value, fit: &dyn Fn(&[&str]) -> Fit| {
        let listed: Vec<&str> = names(list).collect();
        if !listed.is_empty() {
            tested.push((kind, fit(&listed)));
        }
    };
    let in_groups = |listed: &[&str]| {
        let groups = context.groups.as_ref();
        groups.map(|groups| groups.iter().any(|group| listed.contains(&group.as_str())))
    };
    let is_user = |listed: &[&str]| context.user.map(|user| listed.contains(&user.as_str()));
    let zones = &context.given["zones"]["ids"];
    let in_zones = |listed: &[&str]| {
        zones
            .is_array()
            .then(|| names(zones).any(|zone| listed.contains(&zone)))
    };
    let is = |fits: Option<bool>| fits.map_or(Fit::Undefined, Fit::of);
    let is_not = |fits: Option<bool>| fits.map_or(Fit::Undefined, |fits| Fit::of(!fits));
    let people = &conditions["people"];
    test("people.groups.include", &people["groups"]["include"], &|listed| {
        is(in_groups(listed))
    });
    test("people.groups.exclude", &people["groups"]["exclude"], &|listed| {
        is_not(in_groups(listed))
    });
    test("people.users.include", &people["users"]["include"], &|listed| {
        is(is_user(listed))
    });
    test("people.users.exclude", &people["users"]["exclude"], &|listed| {
        is_not(is_user(listed))
    });
    test("network.include", &conditions["network"]["include"], &|listed| {
        is(in_zones(listed))
    });
    test("network.exclude", &conditions["network"]["exclude"], &|listed| {
        is_not(in_zones(listed))
    });
    let level = conditions["riskScore"]["level"]
        .as_str()
        .filter(|level| *level != "ANY");
    if let Some(level) = level {
        let given = context.given["risk"]["level"].as_str();
        tested.push(("riskScore.level", is(given.map(|given| given == level))));
    }
    tested
}
