//! Polling: page after page until the trigger has caught up.

use joinery_script::ScriptError;
use joinery_store::{Store, table};
use serde_json::Value;

use super::{Performed, Repeat, Studio, Trigger, fresh, now_ms};
use crate::{
    error::Error,
    runs::{self, Performance},
};

/// One page of a poll.
pub struct Page {
    /// The events that were not handed on before.
    pub events: Vec<Value>,
    /// Their dedupe keys; none where the script has no `dedupe_key`.
    pub keys: Vec<String>,
    /// Events dropped because they were.
    pub repeats: Vec<Repeat>,
    /// The cursor the page was asked with.
    pub cursor_before: Value,
    /// The cursor it gave.
    pub cursor: Value,
    /// Calls, console and time of the run that got it.
    pub performed: Performed,
}

/// What a poll came to.
pub struct Polled {
    /// Pages that were handed on.
    pub pages: usize,
    /// Events that were.
    pub events: usize,
    /// Events that were dropped, having been handed on before.
    pub duplicates: usize,
    /// How it ended.
    pub ended: Ended,
}

/// How a poll ended.
pub enum Ended {
    /// There is no more for now.
    CaughtUp,
    /// As many pages as it may have; the next poll goes on from there.
    PageLimit,
    /// The trigger asks for the page again that it just had, and says there is more: it would go on so for ever.
    SameCursor,
    /// A function of the script failed. What was handed on before stays.
    Failed(Box<Performed>),
}

/// Polls until the trigger has caught up, or `pages` were read. `hand_on` takes each page; when it has, its cursor is
/// kept. Where it fails, or the process dies before that, the page comes again.
///
/// # Errors
/// Whatever `hand_on` says; [`Code::Unavailable`](crate::Code::Unavailable). A script that fails is no error.
pub async fn poll(
    studio: &Studio,
    store: &Store,
    trigger: &Trigger,
    pages: usize,
    mut hand_on: impl FnMut(&Page) -> Result<(), Error>,
) -> Result<Polled, Error> {
    let key = trigger.key();
    let mut polled = Polled {
        pages: 0,
        events: 0,
        duplicates: 0,
        ended: Ended::CaughtUp,
    };
    while polled.pages < pages {
        let cursor = table::trigger::get(store, &key)?.cursor;
        let (page, more) = match read_page(studio, store, trigger, cursor).await? {
            Ok(page) => page,
            Err(failed) => {
                polled.ended = Ended::Failed(failed);
                return Ok(polled);
            }
        };
        hand_on(&page)?;
        table::trigger::advance(store, &key, Some(&page.cursor), &page.keys, now_ms())?;
        polled.pages += 1;
        polled.events += page.events.len();
        polled.duplicates += page.repeats.len();
        if !more {
            return Ok(polled);
        }
        if page.cursor == page.cursor_before {
            polled.ended = Ended::SameCursor;
            return Ok(polled);
        }
    }
    polled.ended = Ended::PageLimit;
    Ok(polled)
}

/// One page, and whether there is more.
type PageRead = (Page, bool);

async fn read_page(
    studio: &Studio,
    store: &Store,
    trigger: &Trigger,
    cursor: Value,
) -> Result<Result<PageRead, Box<Performed>>, Error> {
    let performance = Performance {
        cursor: cursor.clone(),
        ..trigger.performance()
    };
    let mut performed = runs::perform(studio, performance).await?;
    let result = match &performed.outcome.result {
        Ok(value) => of_result(value, &trigger.file),
        Err(_) => return Ok(Err(Box::new(performed))),
    };
    let (events, next, more) = match result {
        Ok(parts) => parts,
        Err(error) => {
            performed.outcome.result = Err(*error);
            return Ok(Err(Box::new(performed)));
        }
    };
    let fresh = match fresh(studio, store, trigger, events).await? {
        Ok(fresh) => fresh,
        Err(failed) => return Ok(Err(failed)),
    };
    let page = Page {
        events: fresh.events,
        keys: fresh.keys,
        repeats: fresh.repeats,
        cursor_before: cursor,
        cursor: next,
        performed,
    };
    Ok(Ok((page, more)))
}

/// Events, cursor and whether there is more, of what `poll` returned.
fn of_result(value: &Value, file: &str) -> Result<(Vec<Value>, Value, bool), Box<ScriptError>> {
    let wrong = |what: String| {
        let error = ScriptError::new("poll_result", what, file);
        Box::new(error.with_hint("Return #{ events: [...], cursor: ..., more: true or false } from `poll`."))
    };
    let Value::Object(map) = value else {
        return Err(wrong("`poll` returned no map".into()));
    };
    let events = match map.get("events") {
        Some(Value::Array(events)) => events.clone(),
        Some(_) => return Err(wrong("`events` of what `poll` returned is no list".into())),
        None => return Err(wrong("what `poll` returned has no `events`".into())),
    };
    let more = match map.get("more") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(more)) => *more,
        Some(_) => return Err(wrong("`more` of what `poll` returned is neither true nor false".into())),
    };
    if let Some(unknown) = map
        .keys()
        .find(|key| !["events", "cursor", "more"].contains(&key.as_str()))
    {
        return Err(wrong(format!("`poll` returned `{unknown}`, which nothing reads")));
    }
    Ok((events, map.get("cursor").cloned().unwrap_or_default(), more))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_poll_returned_is_read_or_named() {
        let read = |value: Value| of_result(&value, "triggers/t.rhai").map_err(|error| error.message);
        assert_eq!(
            read(json!({ "events": [1], "cursor": "next", "more": true })),
            Ok((vec![json!(1)], json!("next"), true))
        );
        assert_eq!(read(json!({ "events": [] })), Ok((vec![], Value::Null, false)));
        assert_eq!(read(json!([])), Err("`poll` returned no map".into()));
        assert_eq!(
            read(json!({ "event": [] })),
            Err("what `poll` returned has no `events`".into())
        );
        assert!(read(json!({ "events": {} })).is_err());
        assert!(read(json!({ "events": [], "more": 1 })).is_err());
        assert_eq!(
            read(json!({ "events": [], "mroe": true })),
            Err("`poll` returned `mroe`, which nothing reads".into())
        );
    }
}
