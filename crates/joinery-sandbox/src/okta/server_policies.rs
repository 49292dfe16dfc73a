//! The policies of authorization servers and their rules: which client gets which scopes, for how long.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::Call;
use super::errors::Problem;
use super::ids::{Id, Kind};
use super::policies::Policies;
use super::policy_rules::{self, PolicyRules, need_own_name};
use super::priority::{self, Order};
use super::record::Record;
use super::resource::{self, Events, Place, Resource, link};
use super::servers::{self, Servers};
use super::shape::{complete, fault, names, need_free, need_text, text};
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(
        Method::GET,
        "authorizationServers/{}/policies",
        resource::list::<ServerPolicies>,
    ),
    Route(
        Method::POST,
        "authorizationServers/{}/policies",
        resource::create::<ServerPolicies>,
    ),
    Route(
        Method::GET,
        "authorizationServers/{}/policies/{}",
        resource::get::<ServerPolicies>,
    ),
    Route(
        Method::PUT,
        "authorizationServers/{}/policies/{}",
        resource::replace::<ServerPolicies>,
    ),
    Route(
        Method::DELETE,
        "authorizationServers/{}/policies/{}",
        resource::delete::<ServerPolicies>,
    ),
    Route(
        Method::POST,
        "authorizationServers/{}/policies/{}/lifecycle/activate",
        resource::activate::<ServerPolicies>,
    ),
    Route(
        Method::POST,
        "authorizationServers/{}/policies/{}/lifecycle/deactivate",
        resource::deactivate::<ServerPolicies>,
    ),
    Route(
        Method::GET,
        "authorizationServers/{}/policies/{}/rules",
        resource::list::<ServerRules>,
    ),
    Route(
        Method::POST,
        "authorizationServers/{}/policies/{}/rules",
        resource::create::<ServerRules>,
    ),
    Route(
        Method::GET,
        "authorizationServers/{}/policies/{}/rules/{}",
        resource::get::<ServerRules>,
    ),
    Route(
        Method::PUT,
        "authorizationServers/{}/policies/{}/rules/{}",
        resource::replace::<ServerRules>,
    ),
    Route(
        Method::DELETE,
        "authorizationServers/{}/policies/{}/rules/{}",
        resource::delete::<ServerRules>,
    ),
    Route(
        Method::POST,
        "authorizationServers/{}/policies/{}/rules/{}/lifecycle/activate",
        resource::activate::<ServerRules>,
    ),
    Route(
        Method::POST,
        "authorizationServers/{}/policies/{}/rules/{}/lifecycle/deactivate",
        resource::deactivate::<ServerRules>,
    ),
];

/// The policies of an authorization server.
pub struct ServerPolicies;

/// The rules of such a policy.
pub struct ServerRules;

const GRANTS: &[&str] = &[
    "authorization_code",
    "implicit",
    "password",
    "client_credentials",
    "interaction_code",
    "urn:ietf:params:oauth:grant-type:saml2-bearer",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:openid:params:grant-type:ciba",
];
/// The grants in which somebody signs in.
const WITH_PEOPLE: [&str; 3] = ["authorization_code", "implicit", "password"];

impl Resource for ServerPolicies {
    const CLASS: &'static str = "Policy";
    const KIND: Kind = Kind::Record(b"00p");
    const KEYS: &'static [&'static str] = &[
        "id",
        "status",
        "name",
        "description",
        "priority",
        "system",
        "conditions",
        "created",
        "lastUpdated",
        "_links",
        "type",
    ];
    const EVENTS: Events = Policies::EVENTS;
    const PARTY: &'static str = Policies::PARTY;
    const CREATED: u16 = 201;
    const LIFECYCLE_SHOWS: bool = false;

    fn place(org: &Org, call: &Call<'_>) -> Result<Place, Problem> {
        servers::below(org, call, "policies")
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let name = need_text(body, "name", 255)?;
        need_free(org, place, "name", &name, old)?;
        let description = text(body, "description")?.unwrap_or_default();
        let clients = &body.get("conditions").unwrap_or(&Value::Null)["clients"]["include"];
        if names(clients).next().is_none() {
            return Err(fault(
                "conditions.clients",
                "At least one client or ALL_CLIENTS has to be included",
            ));
        }
        let fields = json!({
            "name": name, "description": description, "priority": priority::wanted(body.get("priority"), old),
            "conditions": {"clients": {"include": clients}}, "type": "OAUTH_AUTHORIZATION_POLICY",
        });
        Ok(fields.as_object().cloned().unwrap_or_default())
    }

    fn links(record: &Record, at: &str, _url: &str) -> Value {
        let own = link(at, &["GET", "PUT", "DELETE"]);
        let rules = link(&format!("{at}/rules"), &["GET"]);
        let act = |name: &str| link(&format!("{at}/lifecycle/{name}"), &["POST"]);
        if record.active {
            json!({"self": own, "rules": rules, "deactivate": act("deactivate")})
        } else {
            json!({"activate": act("activate"), "self": own, "rules": rules})
        }
    }

    fn sort(list: &mut Vec<&Record>) {
        priority::sort(list);
    }

    fn keep_in_step(org: &mut Org, id: Id, _call: &Call<'_>, _new: bool) {
        settle_around(org, id);
    }

    fn after_delete(org: &mut Org, gone: &Record) {
        priority::settle(org, &gone.place, Order::Counted, None, |_| true);
    }
}

impl Resource for ServerRules {
    const CLASS: &'static str = "PolicyRule";
    const KIND: Kind = Kind::Record(b"0pr");
    const KEYS: &'static [&'static str] = policy_rules::KEYS;
    const EVENTS: Events = policy_rules::EVENTS;
    const PARTY: &'static str = PolicyRules::PARTY;
    const CREATED: u16 = 201;
    const LIFECYCLE_SHOWS: bool = false;

    fn place(org: &Org, call: &Call<'_>) -> Result<Place, Problem> {
        let server = resource::named::<Servers>(org, "authorizationServers", call.part(0))?;
        let policies = format!("{}/policies", server.path());
        let policy = resource::named::<ServerPolicies>(org, &policies, call.part(1))?;
        Ok(Place::below(policy, "rules", 2))
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let name = need_text(body, "name", 255)?;
        need_own_name(org, place, &name, old)?;
        let usual = json!({
            "people": {"users": {"exclude": []}}, "grantTypes": {"include": []}, "scopes": {"include": []},
        });
        let conditions = complete(&usual, body.get("conditions"));
        check_grants(&conditions)?;
        let usual = json!({"token": {
            "accessTokenLifetimeMinutes": 60, "refreshTokenLifetimeMinutes": 0, "refreshTokenWindowMinutes": 10080,
        }});
        let actions = complete(&usual, body.get("actions"));
        let lifetime = actions["token"]["accessTokenLifetimeMinutes"]
            .as_i64()
            .unwrap_or_default();
        if !(5..=1440).contains(&lifetime) {
            let cause = "The lifetime of an access token has to be between 5 minutes and 1 day";
            return Err(fault("actions.token.accessTokenLifetimeMinutes", cause));
        }
        let fields = json!({
            "name": name, "priority": priority::wanted(body.get("priority"), old), "conditions": conditions,
            "actions": actions, "type": "RESOURCE_ACCESS",
        });
        Ok(fields.as_object().cloned().unwrap_or_default())
    }

    fn sort(list: &mut Vec<&Record>) {
        priority::sort(list);
    }

    fn keep_in_step(org: &mut Org, id: Id, _call: &Call<'_>, _new: bool) {
        settle_around(org, id);
    }

    fn after_delete(org: &mut Org, gone: &Record) {
        priority::settle(org, &gone.place, Order::Counted, None, |_| true);
    }
}

fn settle_around(org: &mut Org, id: Id) {
    if let Some(place) = org.records.get(&id).map(|record| record.place.clone()) {
        priority::settle(org, &place, Order::Counted, Some(id), |_| true);
    }
}

fn check_grants(conditions: &Value) -> Result<(), Problem> {
    let grants: Vec<&str> = names(&conditions["grantTypes"]["include"]).collect();
    if grants.is_empty() {
        return Err(fault(
            "conditions.grantTypes",
            "At least one grant type has to be included",
        ));
    }
    let people = &conditions["people"];
    let some = |kind: &str| names(&people[kind]["include"]).next().is_some();
    let known = grants.iter().all(|grant| GRANTS.contains(grant));
    if (!known || grants.iter().any(|grant| WITH_PEOPLE.contains(grant))) && !some("users") && !some("groups") {
        return Err(fault(
            "conditions.people",
            "At least one of 'conditions.people.users.include' or 'conditions.people.groups.include' must contain a \
             valid user or group when 'conditions.grantTypes' contains one or more of [authorization_code, implicit, \
             password].",
        ));
    }
    if known {
        return Ok(());
    }
    Err(fault(
        "conditions.grantTypes",
        &format!("A grant type has to be one of {}", GRANTS.join(", ")),
    ))
}

/// The policy of the default server and its rule: every client gets every scope.
pub fn founded(server: &str, now: Time) -> Vec<Record> {
    let fields = |value: Value| value.as_object().cloned().unwrap_or_default();
    let policy = fields(json!({
        "name": "Default Policy", "description": "Default policy description", "priority": 1,
        "conditions": {"clients": {"include": ["ALL_CLIENTS"]}}, "type": "OAUTH_AUTHORIZATION_POLICY",
    }));
    let rule = fields(json!({
        "name": "Default Policy Rule", "priority": 1,
        "conditions": {
            "people": {"users": {"include": [], "exclude": []}, "groups": {"include": ["EVERYONE"], "exclude": []}},
            "grantTypes": {"include": GRANTS[..4]}, "scopes": {"include": ["*"]},
        },
        "actions": {"token": {
            "accessTokenLifetimeMinutes": 60, "refreshTokenLifetimeMinutes": 0, "refreshTokenWindowMinutes": 10080,
        }},
        "type": "RESOURCE_ACCESS",
    }));
    let policy = Record::new(
        Id::founded(ServerPolicies::KIND, 200),
        format!("{server}/policies"),
        now,
        policy,
    );
    let rules = format!("{}/rules", policy.path());
    vec![
        policy,
        Record::new(Id::founded(ServerRules::KIND, 201), rules, now, rule),
    ]
}
