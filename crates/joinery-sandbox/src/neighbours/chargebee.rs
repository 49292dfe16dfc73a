//! A stand-in for Chargebee: customers, subscriptions and the webhook that tells of them, below `/chargebee/api/v2`.

use std::collections::BTreeMap;

use axum::http::header;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};

use super::{Asked, Refusal, needed, text, unknown};
use crate::clock::Time;
use crate::okta::call::{Query, Reply};

/// What a month of a subscription lasts here.
const MONTH: i64 = 30 * 24 * 60 * 60;
/// The items of one page where nothing is said.
const PAGE: usize = 10;

/// The attributes of a customer that a call may set.
const OF_CUSTOMER: &[&str] = &["first_name", "last_name", "email", "phone", "company", "locale"];

/// What a site holds.
#[derive(Default)]
pub struct Site {
    made: u64,
    /// In the order in which they came.
    customers: Vec<Map<String, Value>>,
    subscriptions: Vec<Map<String, Value>>,
    /// What was told, by id.
    events: BTreeMap<String, Value>,
}

/// What Chargebee refuses: status, code, message and the parameter that it is about.
struct Problem(u16, &'static str, String, Option<&'static str>);

type Answer = Result<Reply, Problem>;

/// Answers a call of the API.
pub fn answer(asked: &Asked<'_>) -> Reply {
    let answered = if asked.has_key() {
        route(asked, &mut asked.state.neighbours.held().chargebee)
    } else {
        let message = "Sorry, authentication failed. Invalid api key".into();
        Err(Problem(401, "api_authentication_failed", message, None))
    };
    answered.unwrap_or_else(|Problem(status, code, message, parameter)| {
        let mut body = json!({
            "message": message,
            "api_error_code": code,
            "error_code": code,
            "error_msg": message,
            "http_status_code": status,
        });
        if status != 401 {
            body["type"] = "invalid_request".into();
        }
        if let Some(parameter) = parameter {
            body["param"] = parameter.into();
            body["error_param"] = parameter.into();
        }
        let reply = Reply::json(&body).with_status(status);
        match status {
            401 => reply.with_header(header::WWW_AUTHENTICATE, r#"Basic realm="Chargebee""#),
            _ => reply,
        }
    })
}

/// Delivers an event to a webhook, signed in as a Chargebee webhook does: with the user name and password it was given.
pub async fn control(asked: &Asked<'_>) -> Result<Value, Refusal> {
    match asked.route() {
        ("GET", path) if path == ["sandbox", "events"] => Ok(asked
            .state
            .neighbours
            .held()
            .chargebee
            .events
            .values()
            .cloned()
            .collect()),
        ("POST", path) if path == ["sandbox", "deliver"] => {
            let body = asked.json();
            let url = needed(&body, "url")?;
            let event = {
                let held = asked.state.neighbours.held();
                let events = &held.chargebee.events;
                let event = match text(&body, "event") {
                    Some(id) => events.get(id),
                    None => events.values().next_back(),
                };
                event
                    .cloned()
                    .ok_or_else(|| Refusal(404, "there is no such event".into()))?
            };
            let user = text(&body, "username").unwrap_or("joinery");
            let password = text(&body, "password").unwrap_or(asked.state.token());
            let signed = BASE64_STANDARD.encode(format!("{user}:{password}"));
            let headers = [
                ("authorization".to_owned(), format!("Basic {signed}")),
                ("user-agent".to_owned(), "ChargeBee".to_owned()),
            ];
            asked.deliver(url, &headers, &event.to_string()).await
        }
        _ => Err(unknown(asked)),
    }
}

fn route(asked: &Asked<'_>, site: &mut Site) -> Answer {
    let (method, path) = asked.route();
    let Some(path) = path.strip_prefix(&["api", "v2"]) else {
        return Err(no_such_path());
    };
    let (form, now) = (asked.form(), asked.now);
    match (method, path) {
        ("GET", ["customers"]) => list(
            asked,
            "customer",
            &site.customers,
            &["email", "id", "first_name", "last_name"],
        ),
        ("POST", ["customers"]) => site.create_customer(&form, now),
        ("GET", ["customers", id]) => {
            let found = find(&site.customers, id, "customer")?;
            Ok(Reply::json(&json!({"customer": site.customers[found]})))
        }
        ("POST", ["customers", id]) => site.update_customer(id, &form, now),
        ("POST", ["customers", id, "subscription_for_items"]) => site.create_subscription(id, &form, now),
        ("GET", ["subscriptions"]) => list(
            asked,
            "subscription",
            &site.subscriptions,
            &["customer_id", "id", "status"],
        ),
        ("GET", ["subscriptions", id]) => {
            let found = find(&site.subscriptions, id, "subscription")?;
            Ok(Reply::json(&json!({"subscription": site.subscriptions[found]})))
        }
        ("POST", ["subscriptions", id, "update_for_items"]) => site.update_subscription(id, &form, now),
        ("POST", ["subscriptions", id, "cancel_for_items"]) => site.cancel_subscription(id, &form, now),
        _ => Err(no_such_path()),
    }
}

fn no_such_path() -> Problem {
    let message = "Sorry, we couldn't find that site path. Please verify the path name".into();
    Problem(404, "site_not_found", message, None)
}

fn find(items: &[Map<String, Value>], id: &str, what: &str) -> Result<usize, Problem> {
    let found = items.iter().position(|item| item["id"] == id);
    found.ok_or_else(|| Problem(404, "resource_not_found", format!("{id} not found"), Some(of(what))))
}

fn of(what: &str) -> &'static str {
    if what == "customer" {
        "customer_id"
    } else {
        "subscription_id"
    }
}

/// A page of items that fit the filters `NAME[is]`, `created_at[after]` and `updated_at[after]`, sorted as asked.
fn list(asked: &Asked<'_>, what: &str, items: &[Map<String, Value>], filters: &[&str]) -> Answer {
    let query = &asked.query;
    let fits = |item: &&Map<String, Value>| {
        let is = |name: &&str| {
            let wanted = query.filled(&format!("{name}[is]"));
            wanted.is_none_or(|wanted| {
                item.get(*name)
                    .and_then(Value::as_str)
                    .is_some_and(|is| is.eq_ignore_ascii_case(wanted))
            })
        };
        let after = |name: &str| {
            let moment = query
                .filled(&format!("{name}[after]"))
                .and_then(|text| text.parse::<i64>().ok());
            moment.is_none_or(|moment| item.get(name).and_then(Value::as_i64).is_some_and(|at| at > moment))
        };
        filters.iter().all(is) && after("created_at") && after("updated_at")
    };
    let mut found: Vec<&Map<String, Value>> = items.iter().filter(fits).collect();
    let by = |order: &str| query.filled(&format!("sort_by[{order}]")).map(str::to_owned);
    let at = |item: &Map<String, Value>, name: &str| item.get(name).and_then(Value::as_i64).unwrap_or_default();
    match (by("asc"), by("desc")) {
        (Some(name), _) => found.sort_by_key(|item| at(item, &name)),
        // The newest first, where nothing is said.
        (None, name) => {
            let name = name.unwrap_or_else(|| "created_at".into());
            found.reverse();
            found.sort_by_key(|item| std::cmp::Reverse(at(item, &name)));
        }
    }
    let limit = query.filled("limit").map_or(Ok(PAGE), str::parse);
    let limit = limit.ok().filter(|limit| (1..=100).contains(limit));
    let limit = limit.ok_or_else(|| wrong("limit", "limit : should be between 1 and 100"))?;
    let offset = query
        .filled("offset")
        .map_or(Ok(0), |text| text.trim_matches(['[', ']', '"']).parse());
    let offset: usize = offset.map_err(|_| wrong("offset", "offset : invalid value"))?;
    let shown: Vec<Value> = found
        .iter()
        .skip(offset)
        .take(limit)
        .map(|item| json!({what: item}))
        .collect();
    let mut body = json!({"list": shown});
    if offset + limit < found.len() {
        body["next_offset"] = format!("[\"{}\"]", offset + limit).into();
    }
    Ok(Reply::json(&body))
}

fn wrong(parameter: &'static str, message: &str) -> Problem {
    Problem(400, "param_wrong_value", message.to_owned(), Some(parameter))
}

impl Site {
    /// An id as Chargebee makes them.
    fn next(&mut self, prefix: &str) -> String {
        self.made += 1;
        format!("{prefix}AzZlUQT{:07}", self.made)
    }

    fn create_customer(&mut self, form: &Query, now: Time) -> Answer {
        let id = match form.filled("id") {
            Some(id) if find(&self.customers, id, "customer").is_ok() => {
                let message = format!("id : The value {id} is already present.");
                return Err(Problem(400, "duplicate_entry", message, Some("id")));
            }
            Some(id) => id.to_owned(),
            None => self.next(""),
        };
        let mut customer = Map::new();
        customer.insert("id".into(), id.into());
        set(&mut customer, form)?;
        for (name, value) in [
            ("auto_collection", json!("on")),
            ("net_term_days", json!(0)),
            ("created_at", json!(now.seconds())),
            ("updated_at", json!(now.seconds())),
            ("resource_version", json!(now.0)),
            ("deleted", json!(false)),
            ("object", json!("customer")),
            ("preferred_currency_code", json!("USD")),
        ] {
            customer.insert(name.into(), value);
        }
        self.customers.push(customer.clone());
        self.tell("customer_created", json!({"customer": customer}), now);
        Ok(Reply::json(&json!({"customer": customer})))
    }

    fn update_customer(&mut self, id: &str, form: &Query, now: Time) -> Answer {
        let found = find(&self.customers, id, "customer")?;
        let customer = &mut self.customers[found];
        set(customer, form)?;
        touch(customer, now);
        let customer = customer.clone();
        self.tell("customer_changed", json!({"customer": customer}), now);
        Ok(Reply::json(&json!({"customer": customer})))
    }

    fn create_subscription(&mut self, id: &str, form: &Query, now: Time) -> Answer {
        let found = find(&self.customers, id, "customer")?;
        let items = items(form)?;
        if items.is_empty() {
            let message = "subscription_items[item_price_id][0] : cannot be blank".into();
            return Err(Problem(
                400,
                "param_wrong_value",
                message,
                Some("subscription_items[item_price_id][0]"),
            ));
        }
        let new = self.next("");
        let start = now.seconds();
        let subscription = json!({
            "id": form.filled("id").unwrap_or(&new),
            "billing_period": 1,
            "billing_period_unit": "month",
            "customer_id": id,
            "status": "active",
            "current_term_start": start,
            "current_term_end": start + MONTH,
            "next_billing_at": start + MONTH,
            "created_at": start,
            "started_at": start,
            "activated_at": start,
            "updated_at": start,
            "has_scheduled_changes": false,
            "resource_version": now.0,
            "deleted": false,
            "object": "subscription",
            "currency_code": "USD",
            "subscription_items": items,
        });
        let Value::Object(subscription) = subscription else {
            return Err(no_such_path());
        };
        self.subscriptions.push(subscription.clone());
        let content = json!({"subscription": subscription, "customer": self.customers[found]});
        self.tell("subscription_created", content.clone(), now);
        Ok(Reply::json(&content))
    }

    fn update_subscription(&mut self, id: &str, form: &Query, now: Time) -> Answer {
        let found = find(&self.subscriptions, id, "subscription")?;
        let items = items(form)?;
        if !items.is_empty() {
            self.subscriptions[found].insert("subscription_items".into(), items.into());
        }
        self.changed(found, "subscription_changed", now)
    }

    fn cancel_subscription(&mut self, id: &str, form: &Query, now: Time) -> Answer {
        let found = find(&self.subscriptions, id, "subscription")?;
        let subscription = &mut self.subscriptions[found];
        if subscription["status"] == "cancelled" {
            let message = "The subscription is already cancelled".into();
            return Err(Problem(400, "invalid_state_for_request", message, None));
        }
        if form.flag("end_of_term", false) {
            subscription.insert("status".into(), "non_renewing".into());
            let end = subscription["current_term_end"].clone();
            subscription.insert("cancelled_at".into(), end);
            return self.changed(found, "subscription_cancellation_scheduled", now);
        }
        subscription.insert("status".into(), "cancelled".into());
        subscription.insert("cancelled_at".into(), now.seconds().into());
        self.changed(found, "subscription_cancelled", now)
    }

    fn changed(&mut self, found: usize, kind: &str, now: Time) -> Answer {
        touch(&mut self.subscriptions[found], now);
        let subscription = self.subscriptions[found].clone();
        let customer = subscription["customer_id"].as_str().unwrap_or_default().to_owned();
        let customer = find(&self.customers, &customer, "customer")?;
        let content = json!({"subscription": subscription, "customer": self.customers[customer]});
        self.tell(kind, content.clone(), now);
        Ok(Reply::json(&content))
    }

    fn tell(&mut self, kind: &str, content: Value, now: Time) {
        let id = self.next("ev_");
        let event = json!({
            "id": id,
            "occurred_at": now.seconds(),
            "source": "api",
            "object": "event",
            "api_version": "v2",
            "event_type": kind,
            "webhook_status": "scheduled",
            "content": content,
        });
        self.events.insert(id, event);
    }
}

fn set(customer: &mut Map<String, Value>, form: &Query) -> Result<(), Problem> {
    if form.filled("email").is_some_and(|email| !email.contains('@')) {
        return Err(wrong("email", "email : invalid email format"));
    }
    for (name, value) in form.iter() {
        if OF_CUSTOMER.contains(&name) || name.starts_with("cf_") {
            customer.insert(name.to_owned(), value.into());
        }
    }
    Ok(())
}

fn touch(item: &mut Map<String, Value>, now: Time) {
    item.insert("updated_at".into(), now.seconds().into());
    item.insert("resource_version".into(), now.0.into());
}

/// The items of a subscription, which a form names as `subscription_items[item_price_id][0]`.
fn items(form: &Query) -> Result<Vec<Value>, Problem> {
    let mut items = Vec::new();
    while let Some(price) = form.filled(&format!("subscription_items[item_price_id][{}]", items.len())) {
        let quantity = form.filled(&format!("subscription_items[quantity][{}]", items.len()));
        let quantity: u32 = quantity
            .map_or(Ok(1), str::parse)
            .map_err(|_| wrong("subscription_items[quantity][0]", "quantity : should be a whole number"))?;
        items.push(json!({
            "item_price_id": price,
            "item_type": "plan",
            "quantity": quantity,
            "unit_price": 1000,
            "amount": 1000 * u64::from(quantity),
            "free_quantity": 0,
            "object": "subscription_item",
        }));
    }
    Ok(items)
}
