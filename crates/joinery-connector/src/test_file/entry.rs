//! How a case comes into a trigger: by what a service delivers, or by the subscription.

use serde_json::Value;

use crate::{
    http::{self, Header},
    problem::Problem,
    toml_table::{Table, plain_text},
};

/// A function of a trigger besides `poll`, and what it gets besides the input.
#[derive(Debug, Clone, PartialEq)]
pub enum CaseEntry {
    /// `notification`, and `dedupe_key` of its events.
    Delivery(CaseDelivery),
    /// `subscribe`
    Subscribe {
        /// Where deliveries are to be sent.
        url: String,
    },
    /// `refresh`
    Refresh {
        /// What `subscribe` returned.
        subscription: Value,
    },
    /// `unsubscribe`
    Unsubscribe {
        /// What `subscribe` returned.
        subscription: Value,
    },
}

/// A request as a service delivers it.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseDelivery {
    /// The method.
    pub method: String,
    /// The query, without its question mark.
    pub query: String,
    /// The headers.
    pub headers: Vec<Header>,
    /// The body.
    pub body: String,
    /// What `subscribe` returned.
    pub subscription: Value,
}

/// The keys of a case, of which it has one at most.
const KEYS: [&str; 4] = ["delivery", "subscribe", "refresh", "unsubscribe"];

/// How the case of `table` comes into its trigger; nothing where it polls.
pub(super) fn read(table: &mut Table, problems: &mut Vec<Problem>) -> Result<Option<CaseEntry>, Problem> {
    one_of(table, &KEYS, "a case enters its trigger once")?;
    let delivery = match table.table("delivery")? {
        Some(delivery) => Some(CaseEntry::Delivery(read_delivery(delivery, problems)?)),
        None => None,
    };
    let subscribe = table.text("subscribe")?.map(|url| CaseEntry::Subscribe { url });
    let refresh = table
        .any("refresh")
        .map(|subscription| CaseEntry::Refresh { subscription });
    let unsubscribe = table
        .any("unsubscribe")
        .map(|subscription| CaseEntry::Unsubscribe { subscription });
    Ok(delivery.or(subscribe).or(refresh).or(unsubscribe))
}

fn read_delivery(mut table: Table, problems: &mut Vec<Problem>) -> Result<CaseDelivery, Problem> {
    one_of(&mut table, &["body", "form", "text"], "a delivery has one body")?;
    let mut headers: Vec<Header> = pairs(&mut table, "headers")?
        .into_iter()
        .map(|(name, value)| Header::new(name, value))
        .collect();
    let (body, kind) = if let Some(value) = table.any("body") {
        (value.to_string(), Some("application/json"))
    } else if table.any("form").is_some() {
        let form = pairs(&mut table, "form")?;
        (encoded(&form), Some("application/x-www-form-urlencoded"))
    } else {
        (table.text("text")?.unwrap_or_default(), None)
    };
    if let Some(kind) = kind
        && http::header(&headers, "content-type").is_none()
    {
        headers.push(Header::new("content-type", kind));
    }
    let delivery = CaseDelivery {
        method: table.text("method")?.unwrap_or_else(|| "POST".to_owned()),
        query: encoded(&pairs(&mut table, "query")?),
        headers,
        body,
        subscription: table.any("subscription").unwrap_or_default(),
    };
    table.unknown(problems);
    Ok(delivery)
}

/// Refuses a table that has more than one of these keys.
fn one_of(table: &mut Table, keys: &[&'static str], rule: &str) -> Result<(), Problem> {
    let given: Vec<&str> = keys.iter().copied().filter(|key| table.any(key).is_some()).collect();
    match given[..] {
        [_, second, ..] => {
            let message = format!("{rule}, not `{}`", given.join("` and `"));
            Err(table.error(second, "both", message, None))
        }
        _ => Ok(()),
    }
}

/// The names and texts of a table.
fn pairs(table: &mut Table, key: &'static str) -> Result<Vec<(String, String)>, Problem> {
    Ok(match table.any(key) {
        None => Vec::new(),
        Some(Value::Object(members)) => members
            .into_iter()
            .map(|(name, value)| (name, plain_text(&value)))
            .collect(),
        Some(_) => return Err(table.error(key, "wrong_type", format!("`{key}` must be a table"), None)),
    })
}

fn encoded(pairs: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}
