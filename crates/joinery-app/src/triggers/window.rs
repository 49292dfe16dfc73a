//! A trigger as the window shows it: how far it has come, one poll at a time, a listener, and what was delivered.

use std::sync::Arc;

use joinery_connector::Header;
use joinery_script::ScriptError;
use joinery_store::table;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{
    Delivery, Ended, Handed, Happened, Page, Performed, Serve, Task, Trigger, deliveries, poll, replay, rewind, serve,
    unsubscribe,
    views::{
        DeliveryView, FoundEvent, Heard, ListenTrigger, PageView, PollEnd, PollReport, PollTrigger, Replayed,
        TriggerRef, TriggerView,
    },
};
use crate::{
    connectors,
    error::{Code, Error},
    event::Event,
    flows,
    host::milliseconds,
    runs,
    studio::{Studio, now_ms},
};

/// Pages of one poll, however many are asked for.
const PAGES_AT_MOST: usize = 50;

/// What a trigger can do and how far it has come.
///
/// # Errors
/// [`Code::Usage`] for an unknown trigger or connection, [`Code::Unavailable`].
pub async fn view(studio: &Studio, asked: &TriggerRef) -> Result<TriggerView, Error> {
    let trigger = trigger(studio, asked)?;
    let state = table::trigger::get(studio.store()?, &trigger.key())?;
    let has = |function: &str| trigger.has(studio, function);
    Ok(TriggerView {
        polls: has("poll"),
        listens: has("notification"),
        subscribes: has("subscribe"),
        dedupes: has("dedupe_key"),
        cursor: state.cursor,
        known: table::trigger::count(studio.store()?, &trigger.key())?,
        subscription: serde_json::from_value(state.subscription).unwrap_or_default(),
        flows: started_flows(studio, &trigger).await?,
    })
}

/// The names of the workspace's flows that a trigger starts.
async fn started_flows(studio: &Studio, trigger: &Trigger) -> Result<Vec<String>, Error> {
    let folder = studio.workspace_folder()?;
    if !flows::has_flows(&folder) {
        return Ok(Vec::new());
    }
    let starts = |view: &flows::FlowView| {
        let started = view.trigger.as_ref();
        started.is_ok_and(|by| by.connector == trigger.connector.manifest.id && by.trigger == trigger.name())
    };
    let all = flows::open(&folder)?.list(studio).await?;
    Ok(all.into_iter().filter(starts).map(|view| view.name).collect())
}

/// Begins a run of a flow with an event.
///
/// # Errors
/// [`Code::Usage`] for an unknown flow, [`Code::Failed`] where its handler fails.
pub async fn hand_to_flow(studio: &Arc<Studio>, flow: &str, event: Value) -> Result<(), Error> {
    let flows = Arc::new(flows::open(&studio.workspace_folder()?)?);
    let finished = flows::start(studio, &flows, flow, event, CancellationToken::new()).await?;
    match finished.error {
        None => Ok(()),
        Some(error) => Err(failed(&error)),
    }
}

/// Polls until the trigger has caught up, or as many pages were read as it may have.
///
/// # Errors
/// As [`view`]. A script that fails is a report, not an error.
pub async fn poll_shown(studio: &Studio, asked: &PollTrigger) -> Result<PollReport, Error> {
    let started = std::time::Instant::now();
    let trigger = trigger(studio, &asked.trigger)?;
    let turn = studio.turns.of(&trigger.key());
    let _turn = turn.lock().await;
    let mut pages = Vec::new();
    let most = (asked.pages as usize).clamp(1, PAGES_AT_MOST);
    let polled = poll(studio, studio.store()?, &trigger, most, |page| {
        pages.push(page_view(studio, &trigger, &asked.trigger.connector, page)?);
        Ok(())
    })
    .await?;
    let mut error = None;
    let ended = match polled.ended {
        Ended::CaughtUp => PollEnd::CaughtUp,
        Ended::PageLimit => PollEnd::PageLimit,
        Ended::SameCursor => PollEnd::SameCursor,
        Ended::Failed(performed) => {
            error = performed.outcome.result.as_ref().err().cloned();
            let cursor = table::trigger::get(studio.store()?, &trigger.key())?.cursor;
            pages.push(seen(studio, None, Vec::new(), cursor, *performed));
            PollEnd::Failed
        }
    };
    Ok(PollReport {
        pages,
        ended,
        error,
        time_ms: milliseconds(started.elapsed()),
    })
}

/// Puts the trigger somewhere else: its next poll begins there.
///
/// # Errors
/// As [`view`].
pub fn set_cursor(studio: &Studio, asked: &TriggerRef, cursor: &Value) -> Result<(), Error> {
    let key = trigger(studio, asked)?.key();
    Ok(table::trigger::advance(
        studio.store()?,
        &key,
        Some(cursor),
        &[],
        now_ms(),
    )?)
}

/// Forgets which events were handed on: they count as new again.
///
/// # Errors
/// As [`view`].
pub fn forget_events(studio: &Studio, asked: &TriggerRef) -> Result<(), Error> {
    let key = trigger(studio, asked)?.key();
    Ok(table::trigger::forget_events(studio.store()?, &key)?)
}

/// Forgets how far the trigger has come.
///
/// # Errors
/// As [`view`].
pub fn rewind_shown(studio: &Studio, asked: &TriggerRef) -> Result<(), Error> {
    rewind(studio.store()?, &trigger(studio, asked)?)
}

/// Takes deliveries until it is stopped, and tells of them with [`Event::TriggerHeard`]. Where the trigger subscribes by
/// itself, that is done first, and taken back at the end.
///
/// # Errors
/// As [`view`]; [`Code::Unavailable`] when nothing can listen.
pub async fn listen(studio: &Arc<Studio>, asked: ListenTrigger) -> Result<(), Error> {
    let trigger = trigger(studio, &asked.trigger)?;
    let (stop, _ended) = studio.running.begin(&asked.id);
    let public = asked.public_url.as_deref().filter(|url| !url.is_empty());
    let serving = Serve {
        triggers: vec![trigger],
        every: None,
        port: 0,
        public_url: public.map(str::to_owned),
        keep_subscriptions: false,
    };
    let teller = Arc::clone(studio);
    let id = asked.id.clone();
    let tell = Arc::new(move |happened: Happened| {
        if let Some(heard) = heard(&happened) {
            teller.tell(Event::TriggerHeard { id: id.clone(), heard });
        }
        Ok(())
    });
    serve(Arc::clone(studio), serving, tell, stop.request).await
}

/// Takes a subscription back that a listener left at the service.
///
/// # Errors
/// As [`view`]; [`Code::Failed`] where the service does not let go.
pub async fn unsubscribe_shown(studio: &Studio, asked: &TriggerRef) -> Result<(), Error> {
    let trigger = trigger(studio, asked)?;
    match unsubscribe(studio, studio.store()?, &trigger).await? {
        Some(Performed { outcome, .. }) => match outcome.result {
            Ok(_) => Ok(()),
            Err(error) => Err(failed(&error)),
        },
        None => Ok(()),
    }
}

/// The deliveries kept of a trigger, the newest first, without secrets.
///
/// # Errors
/// As [`view`].
pub fn deliveries_shown(studio: &Studio, asked: &TriggerRef) -> Result<Vec<DeliveryView>, Error> {
    let kept = deliveries(studio.store()?, &trigger(studio, asked)?)?;
    Ok(kept.into_iter().map(delivery_view).collect())
}

/// What the script makes of a kept delivery now; nothing is remembered of it.
///
/// # Errors
/// As [`view`]; [`Code::Usage`] when there is none of that number.
pub async fn replay_shown(studio: &Studio, asked: &TriggerRef, delivery: i64) -> Result<Replayed, Error> {
    let trigger = trigger(studio, asked)?;
    let (reply, handed) = replay(studio, studio.store()?, &trigger, delivery).await?;
    let Performed {
        outcome,
        console,
        time_ms,
        ..
    } = handed.performed;
    Ok(Replayed {
        status: reply.status,
        headers: reply.headers,
        body: laid_out(&reply.body),
        events: handed.events,
        error: outcome.result.err(),
        console,
        time_ms,
    })
}

fn trigger(studio: &Studio, asked: &TriggerRef) -> Result<Trigger, Error> {
    let connector = connectors::in_workspace(studio, &asked.connector)?;
    let file = connector
        .files
        .get(&asked.path)
        .ok_or_else(|| Error::unknown("trigger", &asked.path, connector.files.keys().map(String::as_str)))?;
    let name = file.name.clone();
    let connection = runs::resolved(studio, &connector, asked.connection.as_deref())?;
    Trigger::new(connector, &name, asked.input.clone(), connection)
}

fn page_view(studio: &Studio, trigger: &Trigger, connector: &str, page: &Page) -> Result<PageView, Error> {
    let events = found(&page.events, &page.keys, page);
    let number = if events.is_empty() {
        // A poll that found nothing would push the runs out of sight that somebody may still want to keep.
        None
    } else {
        let before = page.cursor_before.clone();
        Some(runs::keep_page(studio, trigger, connector, before, &page.performed)?)
    };
    Ok(seen(
        studio,
        number,
        events,
        page.cursor.clone(),
        page.performed.clone(),
    ))
}

fn found(events: &[Value], keys: &[String], page: &Page) -> Vec<FoundEvent> {
    let repeats = page.repeats.iter().map(|repeat| FoundEvent {
        key: Some(repeat.key.clone()),
        duplicate: true,
        event: repeat.event.clone(),
    });
    fresh(events, keys).chain(repeats).collect()
}

fn fresh<'a>(events: &'a [Value], keys: &'a [String]) -> impl Iterator<Item = FoundEvent> + 'a {
    events.iter().enumerate().map(|(at, event)| FoundEvent {
        key: keys.get(at).cloned(),
        duplicate: false,
        event: event.clone(),
    })
}

fn seen(
    studio: &Studio,
    number: Option<i64>,
    events: Vec<FoundEvent>,
    cursor: Value,
    performed: Performed,
) -> PageView {
    PageView {
        number,
        events,
        cursor,
        calls: runs::shown_calls(studio, performed.calls),
        console: performed.console,
        time_ms: performed.time_ms,
    }
}

fn heard(happened: &Happened) -> Option<Heard> {
    match happened {
        Happened::Listening { url, .. } => Some(Heard::Listening { url: (*url).to_owned() }),
        Happened::Delivered(_, handed) => Some(delivered(handed)),
        Happened::Subscribed(_, performed, task) => Some(Heard::Subscribed {
            back: *task == Task::Unsubscribe,
            error: performed.outcome.result.as_ref().err().cloned(),
        }),
        Happened::Polled(..) | Happened::Stopped(..) => None,
    }
}

fn delivered(handed: &Handed) -> Heard {
    Heard::Delivered {
        delivery: handed.delivery,
        events: fresh(&handed.events, &handed.keys).collect(),
        duplicates: u32::try_from(handed.duplicates).unwrap_or(u32::MAX),
        time_ms: handed.performed.time_ms,
    }
}

fn delivery_view(kept: Delivery) -> DeliveryView {
    let headers = kept.headers.into_iter().map(|header| Header {
        value: masked(&header.value),
        ..header
    });
    DeliveryView {
        id: kept.id,
        received_ms: kept.received_ms,
        method: kept.method,
        query: masked(&kept.query),
        headers: headers.collect(),
        body: masked(&laid_out(&kept.body)),
        status: kept.status,
        events: kept.events,
        error: kept.error,
    }
}

/// The marks that stand for secrets as people know them.
fn masked(text: &str) -> String {
    let mut shown = String::new();
    for (at, part) in text.replace("\\u0001", "\u{1}").split('\u{1}').enumerate() {
        shown.push_str(if at % 2 == 0 { part } else { "••••••••" });
    }
    shown
}

fn laid_out(body: &[u8]) -> String {
    match serde_json::from_slice::<Value>(body) {
        Ok(json) => format!("{json:#}"),
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    }
}

fn failed(error: &ScriptError) -> Error {
    let failure = Error::new(Code::Failed, error.message.clone());
    match &error.hint {
        Some(hint) => failure.with_hint(hint.clone()),
        None => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_a_delivery_are_stars() {
        let mark = joinery_script::host::secret_mark("hook_key");
        assert_eq!(masked(&format!("Bearer {mark} and more")), "Bearer •••••••• and more");
        assert_eq!(
            masked(r#"{"key": "\u0001secret:hook_key\u0001"}"#),
            r#"{"key": "••••••••"}"#
        );
        assert_eq!(masked("plain"), "plain");
    }
}
