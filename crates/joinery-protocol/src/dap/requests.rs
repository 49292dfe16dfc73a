//! The arguments of requests, as far as they are used. What a client leaves out is what the protocol says it is then.

use std::{collections::BTreeMap, path::PathBuf};

use joinery_app::triggers::{Entry, Incoming};
use joinery_connector::{Header, http};
use serde::Deserialize;
use serde_json::Value;

/// Where deliveries are to be sent when a launch does not say.
const EXAMPLE_URL: &str = "https://hooks.example/joinery";

/// `initialize`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Initialize {
    pub lines_start_at1: bool,
    pub columns_start_at1: bool,
}

impl Default for Initialize {
    fn default() -> Self {
        Self {
            lines_start_at1: true,
            columns_start_at1: true,
        }
    }
}

/// `launch`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Launch {
    /// The script's file.
    pub program: Option<PathBuf>,
    /// The connector's folder or package; where it is left out, the one around the program.
    pub connector: Option<PathBuf>,
    /// The action or trigger by name, instead of a program.
    pub action: Option<String>,
    /// A case of the connector's tests as `ACTION/NAME`, instead of a script with an input: replayed, or run on the
    /// connection where one is named.
    pub test: Option<String>,
    /// Which function of a trigger is called; `poll` without it.
    pub function: Option<TriggerFunction>,
    /// The input.
    pub input: Value,
    /// The answers to the config fields.
    pub config: Value,
    /// What the poll before returned.
    pub cursor: Value,
    /// Where deliveries are to be sent, for `subscribe`.
    pub url: Option<String>,
    /// What `subscribe` returned, for the functions that get it.
    pub subscription: Value,
    /// What came in, for `notification`.
    pub delivery: Delivery,
    /// The connection's name.
    pub connection: Option<String>,
    /// Whether it may write to a live org.
    pub allow_writes: bool,
    pub stop_on_entry: bool,
    pub no_debug: bool,
}

/// A function of a trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TriggerFunction {
    Poll,
    Subscribe,
    Refresh,
    Unsubscribe,
    Notification,
}

/// A request as a service sends it to a webhook.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct Delivery {
    pub method: String,
    /// Without its question mark.
    pub query: String,
    pub headers: BTreeMap<String, String>,
    /// Text as it stands, or JSON.
    pub body: Value,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            method: "POST".to_owned(),
            query: String::new(),
            headers: BTreeMap::new(),
            body: Value::Null,
        }
    }
}

impl Launch {
    /// The function of a trigger that is called in place of `poll`.
    pub fn entry(&self) -> Option<Entry> {
        let subscription = self.subscription.clone();
        Some(match self.function? {
            TriggerFunction::Poll => return None,
            TriggerFunction::Subscribe => Entry::Subscribe {
                url: self.url.clone().unwrap_or_else(|| EXAMPLE_URL.to_owned()),
            },
            TriggerFunction::Refresh => Entry::Refresh { subscription },
            TriggerFunction::Unsubscribe => Entry::Unsubscribe { subscription },
            TriggerFunction::Notification => Entry::Notification {
                incoming: self.delivery.incoming(),
                subscription,
            },
        })
    }
}

impl Delivery {
    fn incoming(&self) -> Incoming {
        let headers = self.headers.iter().map(|(name, value)| Header::new(name, value));
        let mut headers: Vec<Header> = headers.collect();
        let body = match &self.body {
            Value::Null => Vec::new(),
            Value::String(text) => text.clone().into_bytes(),
            json => {
                if http::header(&headers, "content-type").is_none() {
                    headers.push(Header::new("content-type", "application/json"));
                }
                json.to_string().into_bytes()
            }
        };
        Incoming {
            method: self.method.clone(),
            query: self.query.clone(),
            headers,
            body,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Source {
    pub path: Option<String>,
    pub source_reference: Option<u32>,
}

/// `setBreakpoints`
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SetBreakpoints {
    pub source: Source,
    pub breakpoints: Vec<SourceBreakpoint>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceBreakpoint {
    pub line: u32,
    pub column: Option<u32>,
    pub condition: Option<String>,
    pub hit_condition: Option<String>,
    pub log_message: Option<String>,
}

/// `setFunctionBreakpoints`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SetFunctionBreakpoints {
    pub breakpoints: Vec<NamedBreakpoint>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamedBreakpoint {
    pub name: String,
    pub condition: Option<String>,
    pub hit_condition: Option<String>,
}

/// `setExceptionBreakpoints`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SetExceptionBreakpoints {
    pub filters: Vec<String>,
}

/// `breakpointLocations`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BreakpointLocations {
    #[serde(default)]
    pub source: Source,
    pub line: u32,
    pub end_line: Option<u32>,
}

/// `source`
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SourceText {
    pub source: Option<Source>,
    pub source_reference: u32,
}

/// `stackTrace`
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StackTrace {
    pub start_frame: usize,
    pub levels: usize,
}

/// `scopes`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scopes {
    pub frame_id: u32,
}

/// `variables`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Variables {
    #[serde(rename = "variablesReference")]
    pub reference: u32,
    #[serde(default)]
    pub start: u32,
    #[serde(default)]
    pub count: u32,
}

/// `evaluate`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evaluate {
    pub expression: String,
    pub frame_id: Option<u32>,
    pub context: Option<String>,
}

/// `setVariable`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetVariable {
    pub variables_reference: u32,
    pub name: String,
    pub value: String,
}
