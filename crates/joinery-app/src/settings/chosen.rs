//! What a person chose for all workspaces: limits of runs, the proxy that is usual here, how long things are kept.

use std::{collections::BTreeMap, time::Duration};

use joinery_http::Network;
use joinery_script::Limits;
use joinery_store::table;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use super::Masks;
use crate::{
    error::{Code, Error},
    studio::{Studio, now_ms},
};

const KEY: &str = "settings";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const MEGABYTE: usize = 1 << 20;

/// What a person chose for all workspaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct Settings {
    /// The longest that a run may take, in seconds.
    pub run_seconds: u32,
    /// The most memory that its script may hold, in megabytes.
    pub run_memory: u32,
    /// The most that it may write to its console, in megabytes.
    pub run_console: u32,
    /// The proxy of connections that name none: `system`, `none` or a URL.
    pub proxy: String,
    /// What is reached without that proxy.
    pub proxy_bypass: String,
    /// How many sends of a workspace the history keeps.
    pub kept_sends: u32,
    /// How many days the history keeps sends and runs; 0 sets no end.
    pub kept_days: u32,
    /// Names of headers, JSON members and parameters whose values the history keeps as stars.
    pub masked: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        let limits = Limits::default();
        let megabytes = |bytes: usize| u32::try_from(bytes / MEGABYTE).unwrap_or(u32::MAX);
        Self {
            run_seconds: u32::try_from(limits.time.as_secs()).unwrap_or(u32::MAX),
            run_memory: megabytes(limits.memory),
            run_console: megabytes(limits.output),
            proxy: "system".to_owned(),
            proxy_bypass: String::new(),
            kept_sends: 500,
            kept_days: 0,
            masked: Vec::new(),
        }
    }
}

/// What was chosen.
///
/// # Errors
/// [`Code::Unavailable`].
pub fn chosen(studio: &Studio) -> Result<Settings, Error> {
    let kept = table::setting::get(studio.store()?, KEY)?;
    // What a later version wrote otherwise is not worth a window that cannot be used.
    Ok(kept
        .and_then(|value| serde_json::from_value(value).ok())
        .unwrap_or_default())
}

/// Keeps what was chosen, and acts on it at once: what is too old for it is forgotten.
///
/// # Errors
/// [`Code::Input`] naming the setting that cannot be used, [`Code::Unavailable`].
pub fn save(studio: &Studio, settings: Settings) -> Result<Settings, Error> {
    let settings = checked(settings)?;
    table::setting::put(studio.store()?, KEY, &serde_json::json!(settings))?;
    forget_old(studio)?;
    Ok(settings)
}

/// What was chosen, or what is usual where that cannot be read: a run does not fail for its settings.
pub(crate) fn of(studio: &Studio) -> Settings {
    chosen(studio).unwrap_or_default()
}

/// What a run may use.
pub fn limits(studio: &Studio) -> Limits {
    let settings = of(studio);
    let bytes = |megabytes: u32| MEGABYTE * megabytes as usize;
    Limits {
        time: Duration::from_secs(u64::from(settings.run_seconds)),
        memory: bytes(settings.run_memory),
        output: bytes(settings.run_console),
        ..Limits::default()
    }
}

/// Forgets what the history is to keep no longer.
///
/// # Errors
/// [`Code::Unavailable`].
pub(crate) fn forget_old(studio: &Studio) -> Result<(), Error> {
    let days = i64::from(of(studio).kept_days);
    if days > 0 {
        let before = now_ms() - days * DAY_MS;
        table::send::forget(studio.store()?, Some(before))?;
        table::run::forget(studio.store()?, Some(before))?;
    }
    Ok(())
}

impl Settings {
    /// Says the usual proxy in the values of a profile that names none.
    pub(crate) fn fill_in_proxy(&self, fields: &mut Map<String, Value>) {
        let named = |value: Option<&Value>| {
            value
                .and_then(Value::as_str)
                .is_some_and(|text| !text.trim().is_empty())
        };
        if named(fields.get("proxy")) || self.proxy == "system" {
            return;
        }
        fields.insert("proxy".to_owned(), self.proxy.clone().into());
        if !named(fields.get("proxy_bypass")) && !self.proxy_bypass.is_empty() {
            fields.insert("proxy_bypass".to_owned(), self.proxy_bypass.clone().into());
        }
    }

    /// How a server is reached that no profile is about.
    pub(crate) fn network(&self) -> Network {
        let mut fields = Map::new();
        self.fill_in_proxy(&mut fields);
        Network::read(&fields, &BTreeMap::new()).unwrap_or_default()
    }

    /// What the history keeps as stars.
    pub(crate) fn masks(&self) -> Masks {
        Masks::new(&self.masked)
    }
}

fn checked(settings: Settings) -> Result<Settings, Error> {
    let bounds = [
        ("longest run", settings.run_seconds, 1, 3600, "seconds"),
        ("memory of a run", settings.run_memory, 16, 4096, "megabytes"),
        ("console of a run", settings.run_console, 1, 100, "megabytes"),
        ("number of sends kept", settings.kept_sends, 10, 10_000, "sends"),
        ("age of the history", settings.kept_days, 0, 3650, "days"),
    ];
    for (what, value, least, most, unit) in bounds {
        if !(least..=most).contains(&value) {
            return Err(Error::new(Code::Input, format!("the {what} cannot be {value} {unit}"))
                .with_hint(format!("Use {least} to {most}.")));
        }
    }
    let (proxy, proxy_bypass) = (settings.proxy.trim(), settings.proxy_bypass.trim());
    let proxy = if proxy.is_empty() { "system" } else { proxy };
    let said = Map::from_iter([
        ("proxy".to_owned(), Value::from(proxy)),
        ("proxy_bypass".to_owned(), Value::from(proxy_bypass)),
    ]);
    Network::read(&said, &BTreeMap::new())?;
    let (proxy, proxy_bypass) = (proxy.to_owned(), proxy_bypass.to_owned());
    let mut masked: Vec<String> = Vec::new();
    for name in settings.masked.iter().map(|name| name.trim()) {
        if !name.is_empty() && !masked.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            masked.push(name.to_owned());
        }
    }
    Ok(Settings {
        proxy,
        proxy_bypass,
        masked,
        ..settings
    })
}
