//! What the window asks of a trigger and is told about it.

use joinery_connector::Header;
use joinery_script::{ConsoleLine, ScriptError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::runs::CallReport;

/// A trigger with its input, on a connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TriggerRef {
    /// The connector's folder.
    pub connector: String,
    /// Its file: `triggers/new_user_created.rhai`.
    pub path: String,
    /// Whom to ask.
    pub connection: Option<String>,
    /// The input.
    pub input: Value,
}

/// What a trigger can do and how far it has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TriggerView {
    /// Whether it polls.
    pub polls: bool,
    /// Whether it takes webhooks.
    pub listens: bool,
    /// Whether it subscribes at the service by itself.
    pub subscribes: bool,
    /// Whether it tells events that it has handed on from new ones.
    pub dedupes: bool,
    /// Its cursor; null where it has never polled.
    pub cursor: Value,
    /// How many events it knows to have handed on.
    pub known: u32,
    /// What it is subscribed to.
    pub subscription: Option<SubscriptionView>,
    /// The flows of the workspace that it starts.
    pub flows: Vec<String>,
}

/// A subscription at the service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SubscriptionView {
    /// Where the service delivers.
    pub url: String,
    /// Since when, in milliseconds since 1970.
    #[ts(type = "number")]
    pub since_ms: i64,
    /// What `subscribe` returned.
    pub value: Value,
}

/// A poll to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PollTrigger {
    /// The trigger.
    pub trigger: TriggerRef,
    /// The most pages to read.
    pub pages: u32,
}

/// What a poll found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PollReport {
    /// Its pages; the last is the one that failed, where one did.
    pub pages: Vec<PageView>,
    /// How it ended.
    pub ended: PollEnd,
    /// Why it failed.
    pub error: Option<ScriptError>,
    /// Milliseconds in all.
    pub time_ms: f64,
}

/// How a poll ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PollEnd {
    /// There is no more for now.
    CaughtUp,
    /// As many pages as it may have.
    PageLimit,
    /// It gave the cursor it was asked with, and says there is more.
    SameCursor,
    /// The script failed.
    Failed,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PageView {
    /// The number that a test can be made by, where the page found something.
    #[ts(type = "number | null")]
    pub number: Option<i64>,
    /// The new events, then those that were handed on before.
    pub events: Vec<FoundEvent>,
    /// The cursor it gave.
    pub cursor: Value,
    /// Its HTTP calls.
    pub calls: Vec<CallReport>,
    /// The console.
    pub console: Vec<ConsoleLine>,
    /// Milliseconds it took.
    pub time_ms: f64,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FoundEvent {
    /// Its dedupe key, where the script has one.
    pub key: Option<String>,
    /// Whether it was handed on before.
    pub duplicate: bool,
    /// The event.
    pub event: Value,
}

/// A listener to start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ListenTrigger {
    /// An id the caller chose; [`cancel`](crate::runs::cancel) takes it.
    pub id: String,
    /// The trigger.
    pub trigger: TriggerRef,
    /// How the service reaches the listener, where that is not this machine's address: a tunnel's URL.
    pub public_url: Option<String>,
}

/// What came of a listener.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "what", rename_all = "snake_case")]
#[ts(export)]
pub enum Heard {
    /// It takes deliveries at this address.
    Listening {
        /// The address.
        url: String,
    },
    /// It subscribed at the service, or took that back.
    Subscribed {
        /// Whether it was taken back.
        back: bool,
        /// Why that failed.
        error: Option<ScriptError>,
    },
    /// Something was delivered.
    Delivered {
        /// Its number among the kept deliveries.
        #[ts(type = "number")]
        delivery: i64,
        /// The events that were new.
        events: Vec<FoundEvent>,
        /// How many were not.
        duplicates: u32,
        /// Milliseconds the script took.
        time_ms: f64,
    },
}

/// A delivery that was kept, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeliveryView {
    /// Its number.
    #[ts(type = "number")]
    pub id: i64,
    /// When, in milliseconds since 1970.
    #[ts(type = "number")]
    pub received_ms: i64,
    /// The method.
    pub method: String,
    /// The query.
    pub query: String,
    /// The headers.
    pub headers: Vec<Header>,
    /// The body, laid out where it is JSON.
    pub body: String,
    /// What was answered; 0 while nothing was.
    pub status: u16,
    /// New events it was made of.
    pub events: u32,
    /// Why the script failed on it.
    pub error: Option<String>,
}

/// What the script makes of a kept delivery now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Replayed {
    /// The status it answers.
    pub status: u16,
    /// The headers it answers.
    pub headers: Vec<Header>,
    /// The body it answers, laid out where it is JSON.
    pub body: String,
    /// Its events, new or not.
    pub events: Vec<Value>,
    /// Why it failed.
    pub error: Option<ScriptError>,
    /// The console.
    pub console: Vec<ConsoleLine>,
    /// Milliseconds it took.
    pub time_ms: f64,
}
