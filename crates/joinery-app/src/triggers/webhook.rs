//! Webhooks: subscribing at the service, and turning what it delivers into events. Knows nothing of sockets.

use std::collections::BTreeMap;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use joinery_connector::{Header, Secret, http};
use joinery_http::redact;
use joinery_script::{Function, ScriptError, host::secret_mark};
use joinery_store::{Store, table};
use serde_json::{Map, Value, json};

use super::{Performed, Studio, Trigger, fresh, kept_of, now_ms};
use crate::{error::Error, host::put_in};

/// How basic authentication begins.
const BASIC: &str = "Basic ";
/// Deliveries kept of each trigger.
pub(super) const KEEP: usize = 200;
/// How much of a subscription's time may pass before it is refreshed.
const REFRESH_AFTER: f64 = 0.85;

/// A request that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// The method.
    pub method: String,
    /// The query, without its question mark.
    pub query: String,
    /// The headers.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Vec<u8>,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Vec<u8>,
}

/// What a delivery was made of.
pub struct Handed {
    /// Its number among the kept deliveries.
    pub delivery: i64,
    /// The events that were not handed on before.
    pub events: Vec<Value>,
    /// Their dedupe keys; none where the script has no `dedupe_key`.
    pub keys: Vec<String>,
    /// Events dropped because they were.
    pub duplicates: usize,
    /// Console and time of the run; its error, where the script failed.
    pub performed: Performed,
}

/// A delivery that was kept.
pub type Delivery = table::delivery::Row;

/// Takes a delivery: keeps it, makes events of it, hands them on and remembers that. A script that fails answers 500,
/// so that the service delivers again.
///
/// # Errors
/// Whatever `hand_on` says; [`Code::Unavailable`].
pub async fn deliver(
    studio: &Studio,
    store: &Store,
    trigger: &Trigger,
    incoming: &Incoming,
    hand_on: impl FnOnce(&Handed) -> Result<(), Error>,
) -> Result<Reply, Error> {
    let key = trigger.key();
    let row = kept(&key, incoming, &trigger.connection.secrets);
    let delivery = table::delivery::add(store, &row, KEEP)?;
    let (reply, mut handed) = read(studio, store, trigger, incoming, delivery).await?;
    match fresh(studio, store, trigger, std::mem::take(&mut handed.events)).await? {
        Ok(fresh) => {
            (handed.events, handed.keys, handed.duplicates) = (fresh.events, fresh.keys, fresh.repeats.len());
        }
        Err(performed) => handed.performed = *performed,
    }
    let failed = handed.performed.outcome.result.is_err();
    let reply = if failed { Reply::empty(500) } else { reply };
    hand_on(&handed)?;
    table::trigger::advance(store, &key, None, &handed.keys, now_ms())?;
    let error = handed.performed.outcome.result.as_ref().err();
    let events = u32::try_from(handed.events.len()).unwrap_or(u32::MAX);
    table::delivery::answered(
        store,
        delivery,
        reply.status,
        events,
        error.map(|error| error.message.as_str()),
    )?;
    Ok(reply)
}

/// What the script makes of a kept delivery now, whether or not its events were handed on before. Nothing is remembered
/// of it.
///
/// # Errors
/// [`Code::Usage`] when there is none of that number.
pub async fn replay(studio: &Studio, store: &Store, trigger: &Trigger, id: i64) -> Result<(Reply, Handed), Error> {
    let row = kept_of(store, &trigger.connector, trigger.name(), id)?.delivery;
    let secrets = &trigger.connection.secrets;
    let incoming = Incoming {
        method: row.method,
        query: put_in(&row.query, secrets),
        headers: row
            .headers
            .into_iter()
            .map(|header| Header::new(header.name, header_as_sent(&header.value, secrets)))
            .collect(),
        body: match String::from_utf8(row.body) {
            Ok(text) => put_in(&text, secrets).into_bytes(),
            Err(bytes) => bytes.into_bytes(),
        },
    };
    read(studio, store, trigger, &incoming, id).await
}

/// The deliveries kept of a trigger, the newest first.
///
/// # Errors
/// [`Code::Unavailable`].
pub fn deliveries(store: &Store, trigger: &Trigger) -> Result<Vec<Delivery>, Error> {
    Ok(table::delivery::list(store, &trigger.key(), KEEP)?)
}

/// Subscribes at the service where that was not done for `url` yet, taking back what was left for another one, and
/// refreshes what runs out. Gives when to come
/// again, in milliseconds since 1970, and what the script did; nothing where it had nothing to do.
///
/// # Errors
/// [`Code::Unavailable`]. A script that fails is no error.
pub async fn keep_subscribed(
    studio: &Studio,
    store: &Store,
    trigger: &Trigger,
    url: &str,
) -> Result<(Option<i64>, Option<Performed>), Error> {
    if !trigger.has(studio, "subscribe") {
        return Ok((None, None));
    }
    let known = table::trigger::get(store, &trigger.key())?.subscription;
    let is_ours = known["url"] == url;
    let due = due(&known);
    let function = if !is_ours {
        // A process that was killed has left its own at the service, where nobody would ever take it back.
        unsubscribe(studio, store, trigger).await?;
        let input = match trigger.checked_input(studio).await? {
            Ok(input) => input,
            Err(error) => return Ok((None, Some(Performed::failed(trigger.input.clone(), *error)))),
        };
        Function::Subscribe {
            input,
            url: url.to_owned(),
        }
    } else if due.is_some_and(|due| due <= now_ms()) && trigger.has(studio, "refresh") {
        Function::RefreshSubscription {
            subscription: known["value"].clone(),
        }
    } else {
        return Ok((due, None));
    };
    let performed = trigger.call(studio, function, true).await?;
    let Ok(value) = &performed.outcome.result else {
        return Ok((None, Some(performed)));
    };
    let now = json!({ "url": url, "since_ms": now_ms(), "value": value });
    table::trigger::set_subscription(store, &trigger.key(), &now)?;
    Ok((self::due(&now), Some(performed)))
}

/// Takes the subscription back at the service, where there is one.
///
/// # Errors
/// [`Code::Unavailable`]. A script that fails is no error; the subscription is then kept.
pub async fn unsubscribe(studio: &Studio, store: &Store, trigger: &Trigger) -> Result<Option<Performed>, Error> {
    let key = trigger.key();
    let known = table::trigger::get(store, &key)?.subscription;
    if known.is_null() || !trigger.has(studio, "unsubscribe") {
        return Ok(None);
    }
    let function = Function::Unsubscribe {
        subscription: known["value"].clone(),
    };
    let performed = trigger.call(studio, function, true).await?;
    if performed.outcome.result.is_ok() {
        table::trigger::set_subscription(store, &key, &Value::Null)?;
    }
    Ok(Some(performed))
}

/// When to refresh a subscription: before its `expires_at`, a date-time or seconds since 1970.
fn due(subscription: &Value) -> Option<i64> {
    let since = subscription["since_ms"].as_i64()?;
    let ends = match &subscription["value"]["expires_at"] {
        Value::String(text) => text.parse::<jiff::Timestamp>().ok()?.as_millisecond(),
        Value::Number(seconds) => (seconds.as_f64()? * 1000.0) as i64,
        _ => return None,
    };
    Some(since + ((ends - since) as f64 * REFRESH_AFTER) as i64)
}

/// What the script makes of a delivery: all its events, known or not.
async fn read(
    studio: &Studio,
    store: &Store,
    trigger: &Trigger,
    incoming: &Incoming,
    delivery: i64,
) -> Result<(Reply, Handed), Error> {
    let subscription = table::trigger::get(store, &trigger.key())?.subscription["value"].clone();
    let function = Function::Notification {
        input: match trigger.checked_input(studio).await? {
            Ok(input) => input,
            Err(error) => return Ok(failed(Performed::failed(trigger.input.clone(), *error), delivery)),
        },
        request: as_script_sees(incoming, subscription),
    };
    let mut performed = trigger.call(studio, function, false).await?;
    let result = match &performed.outcome.result {
        Ok(value) => of_result(value, &trigger.file),
        Err(_) => return Ok(failed(performed, delivery)),
    };
    let (reply, events) = match result {
        Ok(parts) => parts,
        Err(error) => {
            performed.outcome.result = Err(*error);
            return Ok(failed(performed, delivery));
        }
    };
    let handed = Handed {
        delivery,
        events,
        keys: Vec::new(),
        duplicates: 0,
        performed,
    };
    Ok((reply, handed))
}

fn failed(performed: Performed, delivery: i64) -> (Reply, Handed) {
    let handed = Handed {
        delivery,
        events: Vec::new(),
        keys: Vec::new(),
        duplicates: 0,
        performed,
    };
    (Reply::empty(500), handed)
}

impl Reply {
    /// An answer without a body.
    pub(super) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }
}

/// The request as `notification` gets it: header names in lower case, the body parsed by its type and as text.
pub(super) fn as_script_sees(incoming: &Incoming, subscription: Value) -> Value {
    let text = String::from_utf8_lossy(&incoming.body);
    let pairs = |encoded: &str| -> Map<String, Value> {
        url::form_urlencoded::parse(encoded.as_bytes())
            .map(|(name, value)| (name.into_owned(), value.into_owned().into()))
            .collect()
    };
    let headers: Map<String, Value> = incoming
        .headers
        .iter()
        .map(|header| (header.name.to_ascii_lowercase(), header.value.clone().into()))
        .collect();
    let kind = http::header(&incoming.headers, "content-type").unwrap_or_default();
    let body = if incoming.body.is_empty() {
        Value::Null
    } else if kind.contains("application/x-www-form-urlencoded") {
        pairs(&text).into()
    } else {
        serde_json::from_slice(&incoming.body).unwrap_or_else(|_| text.clone().into())
    };
    json!({
        "method": incoming.method,
        "query": pairs(&incoming.query),
        "headers": headers,
        "body": body,
        "text": text,
        "subscription": subscription,
    })
}

/// Reply and events of what `notification` returned: a list of events, one event, `respond(...)`, or both in a map.
fn of_result(value: &Value, file: &str) -> Result<(Reply, Vec<Value>), Box<ScriptError>> {
    let wrong = |what: &str| {
        let error = ScriptError::new("notification_result", what, file);
        Box::new(
            error.with_hint("Return a list of events, `respond(...)`, or #{ events: [...], respond: respond(...) }."),
        )
    };
    let nothing = || Reply::empty(200);
    match value {
        Value::Null => Ok((nothing(), Vec::new())),
        Value::Array(events) => Ok((nothing(), events.clone())),
        Value::Object(map) if map.get("kind") == Some(&json!("respond")) => Ok((reply_of(value), Vec::new())),
        Value::Object(map) => match (map.get("events"), map.get("respond")) {
            (Some(Value::Array(events)), None | Some(Value::Null)) => Ok((nothing(), events.clone())),
            (Some(Value::Array(events)), Some(answer)) if answer["kind"] == "respond" => {
                Ok((reply_of(answer), events.clone()))
            }
            (None, None) => Ok((nothing(), vec![value.clone()])),
            (Some(Value::Array(_)), _) => Err(wrong("`respond` of what `notification` returned is no answer")),
            _ => Err(wrong("`events` of what `notification` returned is no list")),
        },
        _ => Err(wrong("`notification` returned neither events nor an answer")),
    }
}

/// What `notification` returned, as the listener takes it: `{ events, respond: { status, headers, body } }`.
///
/// # Errors
/// Where it is neither events nor an answer.
pub(crate) fn handed_over(value: &Value, file: &str) -> Result<(Vec<Value>, Value), Box<ScriptError>> {
    let (reply, events) = of_result(value, file)?;
    let text = String::from_utf8_lossy(&reply.body);
    let body = match serde_json::from_slice(&reply.body) {
        Ok(body) => body,
        Err(_) if reply.body.is_empty() => Value::Null,
        Err(_) => text.into(),
    };
    let headers: Map<String, Value> = reply
        .headers
        .into_iter()
        .map(|header| (header.name.to_ascii_lowercase(), header.value.into()))
        .collect();
    Ok((
        events,
        json!({ "status": reply.status, "headers": headers, "body": body }),
    ))
}

/// What the script function `respond` made.
fn reply_of(answer: &Value) -> Reply {
    let mut headers: Vec<Header> = answer["headers"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Header::new(name.clone(), text)
        })
        .collect();
    let (body, kind) = match &answer["body"] {
        Value::Null => (Vec::new(), None),
        Value::String(text) => (text.clone().into_bytes(), Some("text/plain; charset=utf-8")),
        other => (other.to_string().into_bytes(), Some("application/json")),
    };
    if let Some(kind) = kind
        && http::header(&headers, "content-type").is_none()
    {
        headers.push(Header::new("content-type", kind));
    }
    Reply {
        status: answer["status"]
            .as_u64()
            .and_then(|status| u16::try_from(status).ok())
            .unwrap_or(200),
        headers,
        body,
    }
}

/// The delivery as it is kept: the connection's secrets as marks, which a replay puts back, and other credentials
/// masked.
fn kept(key: &str, incoming: &Incoming, secrets: &BTreeMap<String, Secret>) -> Delivery {
    let marked = |text: &str| {
        let mut text = text.to_owned();
        for (name, secret) in secrets.iter().filter(|(_, secret)| !secret.reveal().is_empty()) {
            text = text.replace(secret.reveal(), &secret_mark(name));
        }
        text
    };
    let headers = incoming.headers.iter().map(|header| {
        let basic = basic_of(&header.value).filter(|said| marked(said) != *said);
        let value = basic.map_or_else(|| marked(&header.value), |said| format!("{BASIC}{}", marked(&said)));
        if value == header.value {
            redact::mask_header(header, std::iter::empty())
        } else {
            Header::new(header.name.clone(), value)
        }
    });
    Delivery {
        id: 0,
        key: key.to_owned(),
        received_ms: now_ms(),
        method: incoming.method.clone(),
        query: marked(&incoming.query),
        headers: headers.collect(),
        body: match std::str::from_utf8(&incoming.body) {
            Ok(text) => marked(text).into_bytes(),
            Err(_) => incoming.body.clone(),
        },
        status: 0,
        events: 0,
        error: None,
    }
}

/// User and password of basic authentication, in which a secret of the connection is not seen as it stands.
fn basic_of(value: &str) -> Option<String> {
    let said = BASE64_STANDARD.decode(value.strip_prefix(BASIC)?).ok()?;
    String::from_utf8(said).ok()
}

/// A kept header with the secrets put back; of basic authentication what is kept is what was encoded.
fn header_as_sent(kept: &str, secrets: &BTreeMap<String, Secret>) -> String {
    let whole = put_in(kept, secrets);
    match whole.strip_prefix(BASIC) {
        Some(said) if whole != kept => format!("{BASIC}{}", BASE64_STANDARD.encode(said)),
        _ => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_of_basic_authentication_is_kept_as_a_mark_and_put_back() {
        let secrets = BTreeMap::from([("password".to_owned(), Secret::new("s3cret-s3cret"))]);
        let sent = format!("{BASIC}{}", BASE64_STANDARD.encode("joinery:s3cret-s3cret"));
        let keep = |value: &str| {
            let incoming = Incoming {
                method: "POST".into(),
                query: String::new(),
                headers: vec![Header::new("authorization", value)],
                body: Vec::new(),
            };
            kept("key", &incoming, &secrets).headers.remove(0).value
        };
        let marked = keep(&sent);
        assert_eq!(marked, format!("Basic joinery:{}", secret_mark("password")));
        assert_eq!(header_as_sent(&marked, &secrets), sent);
        // Somebody else's is masked like any credential.
        let other = format!("{BASIC}{}", BASE64_STANDARD.encode("joinery:another"));
        assert!(!keep(&other).contains(&other[BASIC.len()..]));
        assert_eq!(header_as_sent("text/plain", &secrets), "text/plain");
    }

    #[test]
    fn what_notification_returned_is_events_an_answer_or_both() {
        let read = |value: Value| of_result(&value, "t.rhai").map(|(reply, events)| (reply.status, events.len()));
        let answer = json!({ "kind": "respond", "status": 202, "headers": {}, "body": { "ok": true } });
        assert_eq!(read(json!(null)), Ok((200, 0)));
        assert_eq!(read(json!([1, 2])), Ok((200, 2)));
        assert_eq!(read(json!({ "id": 1 })), Ok((200, 1)));
        assert_eq!(read(answer.clone()), Ok((202, 0)));
        assert_eq!(read(json!({ "events": [1], "respond": answer })), Ok((202, 1)));
        assert_eq!(read(json!({ "events": 1 })).unwrap_err().code, "notification_result");
        assert_eq!(
            read(json!({ "events": [], "respond": 1 })).unwrap_err().code,
            "notification_result"
        );
        assert_eq!(read(json!("text")).unwrap_err().code, "notification_result");
    }

    #[test]
    fn an_answer_says_the_type_of_its_body_where_the_script_does_not() {
        let reply = |headers: Value| reply_of(&json!({ "status": 200, "headers": headers, "body": [1] })).headers;
        assert_eq!(reply(json!({})), [Header::new("content-type", "application/json")]);
        assert_eq!(
            reply(json!({ "Content-Type": "text/x" })),
            [Header::new("Content-Type", "text/x")]
        );
    }

    #[test]
    fn no_secret_is_kept_and_a_replay_puts_it_back() {
        let secrets = BTreeMap::from([("hook".to_owned(), Secret::new("s3cr3t".to_owned()))]);
        let incoming = Incoming {
            method: "POST".into(),
            query: "key=s3cr3t".into(),
            headers: vec![
                Header::new("Authorization", "s3cr3t"),
                Header::new("Cookie", "sid=other"),
            ],
            body: b"{\"key\":\"s3cr3t\"}".to_vec(),
        };
        let row = kept("t", &incoming, &secrets);
        let text = format!("{row:?}{}", String::from_utf8_lossy(&row.body));
        assert!(!text.contains("s3cr3t") && !text.contains("other"), "{text}");
        assert_eq!(put_in(&row.headers[0].value, &secrets), "s3cr3t");
        assert_eq!(put_in(&row.query, &secrets), "key=s3cr3t");
    }

    #[test]
    fn a_subscription_is_refreshed_before_it_ends() {
        let due = |expires: Value| due(&json!({ "since_ms": 0, "value": { "expires_at": expires } }));
        assert_eq!(due(json!("1970-01-01T00:01:40Z")), Some(85_000));
        assert_eq!(due(json!(100)), Some(85_000));
        assert_eq!(due(json!(null)), None);
    }
}
