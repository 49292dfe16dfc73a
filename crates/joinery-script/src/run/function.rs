//! The functions of scripts that can be called, and how each is called.

use joinery_connector::schema::Field;
use rhai::Dynamic;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Started;
use crate::{
    alone,
    error::ScriptError,
    functions::{self, Request},
    host::ScriptRequest,
    json,
    state::RunState,
    token,
};

/// Which function of a script to call, with what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Function {
    /// `fn execute(connection, input)` of an action.
    Execute {
        /// The checked input.
        input: Value,
    },
    /// `fn resume(connection, input, state)` of a long action.
    Resume {
        /// The input it began with.
        input: Value,
        /// What it gave to `continue_in`.
        state: Value,
    },
    /// `fn options(connection, params)` of a pick list. The result is a list of `#{ value, label }`.
    Options {
        /// Values of the fields that the list depends on.
        params: Value,
    },
    /// `fn poll(connection, input, cursor)` of a trigger.
    Poll {
        /// The checked input.
        input: Value,
        /// What the last poll returned; null the first time.
        cursor: Value,
    },
    /// `fn dedupe_key(event)` of a trigger, for each event. The result is a list of keys as text; null without it.
    DedupeKeys {
        /// The events.
        events: Vec<Value>,
    },
    /// `fn subscribe(connection, input, url)` of a trigger.
    Subscribe {
        /// The checked input.
        input: Value,
        /// Where the service is to deliver events.
        url: String,
    },
    /// `fn refresh(subscription)` of a trigger.
    RefreshSubscription {
        /// What `subscribe` or `refresh` returned.
        subscription: Value,
    },
    /// `fn unsubscribe(connection, subscription)` of a trigger.
    Unsubscribe {
        /// What `subscribe` or `refresh` returned.
        subscription: Value,
    },
    /// `fn notification(input, request, connection)` of a trigger.
    Notification {
        /// The checked input.
        input: Value,
        /// What came in: `method`, `query`, `headers`, `body`, `text`, `subscription`.
        request: Value,
    },
    /// Any function of any script, as someone tries it by itself. Strings that it returns from the functions which sign
    /// in are masked.
    Alone {
        /// Its name.
        name: String,
        /// Its arguments: a list in their order, or an object by the names of its parameters. `connection` and `config`
        /// are filled in where they are left out.
        given: Value,
    },
    /// The functions that fields name in `convert`, for each value of theirs. The result is `value` with what they made.
    Convert {
        /// An object of `fields`.
        value: Value,
        /// The fields.
        fields: Vec<Field>,
    },
    /// `fn trigger()` of a flow.
    FlowTrigger,
    /// `fn handle(event)` of a flow.
    Handle {
        /// The event.
        event: Value,
    },
    /// `fn on_error(event, error)` of a flow.
    OnError {
        /// The event.
        event: Value,
        /// What `handle` failed with.
        error: Value,
    },
    /// `fn test(connection)` of `connection.rhai`.
    TestConnection,
    /// `fn acquire(connection)` of `connection.rhai`. Secrets in the result stand as their marks.
    Acquire,
    /// `fn refresh(connection, token)` of `connection.rhai`. Secrets in the result stand as their marks.
    Refresh {
        /// What `acquire` or `refresh` returned, see [`token_secret`].
        token: Value,
    },
    /// `fn apply(connection, request, token)` of `connection.rhai`. The result is a [`ScriptRequest`] as JSON.
    Apply {
        /// The request to sign.
        request: Box<ScriptRequest>,
        /// The token; null where there is no `acquire`.
        token: Value,
    },
}

impl Function {
    fn name(&self) -> &str {
        match self {
            Self::Alone { name, .. } => name,
            Self::Convert { .. } => "convert",
            Self::Execute { .. } => "execute",
            Self::Resume { .. } => "resume",
            Self::Options { .. } => "options",
            Self::Poll { .. } => "poll",
            Self::DedupeKeys { .. } => "dedupe_key",
            Self::Subscribe { .. } => "subscribe",
            Self::Unsubscribe { .. } => "unsubscribe",
            Self::Notification { .. } => "notification",
            Self::FlowTrigger => "trigger",
            Self::Handle { .. } => "handle",
            Self::OnError { .. } => "on_error",
            Self::TestConnection => "test",
            Self::Acquire => "acquire",
            Self::Refresh { .. } | Self::RefreshSubscription { .. } => "refresh",
            Self::Apply { .. } => "apply",
        }
    }

    /// The same as it may cross to a worker, which has no use for the texts of a token.
    pub(crate) fn without_secrets(&self) -> Self {
        match self {
            Self::Refresh { token } => Self::Refresh {
                token: token::emptied(token),
            },
            Self::Apply { request, token } => Self::Apply {
                request: request.clone(),
                token: token::emptied(token),
            },
            plain => plain.clone(),
        }
    }

    fn arguments(&self, connection: Dynamic, config: Dynamic) -> Vec<Dynamic> {
        match self {
            Self::Execute { input } => vec![connection, json::to_dynamic(input), config],
            Self::Resume { input, state } => {
                vec![connection, json::to_dynamic(input), json::to_dynamic(state), config]
            }
            Self::Options { params } => vec![connection, json::to_dynamic(params)],
            Self::Poll { input, cursor } => {
                vec![connection, json::to_dynamic(input), json::to_dynamic(cursor), config]
            }
            Self::DedupeKeys { .. } | Self::TestConnection | Self::Acquire => vec![connection],
            // The last two call with arguments of their own.
            Self::FlowTrigger | Self::Alone { .. } | Self::Convert { .. } => Vec::new(),
            Self::Subscribe { input, url } => vec![connection, json::to_dynamic(input), url.into()],
            Self::RefreshSubscription { subscription } => vec![json::to_dynamic(subscription)],
            Self::Unsubscribe { subscription } => vec![connection, json::to_dynamic(subscription)],
            Self::Notification { input, request } => {
                vec![json::to_dynamic(input), json::to_dynamic(request), connection]
            }
            Self::Handle { event } => vec![json::to_dynamic(event)],
            Self::OnError { event, error } => vec![json::to_dynamic(event), json::to_dynamic(error)],
            Self::Refresh { token } => vec![connection, token::to_dynamic(token)],
            Self::Apply { request, token } => {
                let request = Dynamic::from(Request::given(ScriptRequest::clone(request)));
                vec![connection, request, token::to_dynamic(token)]
            }
        }
    }

    /// Calls it, or one function for each event or value.
    pub(super) fn call(&self, started: &Started) -> Result<Value, ScriptError> {
        match self {
            Self::Alone { name, given } => return alone::call(started, name, given),
            Self::Convert { value, fields } => return alone::convert(started, fields, value.clone()),
            _ => {}
        }
        let Self::DedupeKeys { events } = self else {
            let RunState { connection, config, .. } = &*started.state;
            let value = started.call(self.name(), &self.arguments(connection.clone(), config.clone()))?;
            return self.result(&value, started);
        };
        if !started.has(self.name()) {
            return Ok(Value::Null);
        }
        let keys = events.iter().map(|event| {
            let key = started.call(self.name(), &[json::to_dynamic(event)])?;
            Ok(match started.to_json(&key)? {
                Value::String(text) => Value::String(text),
                other => Value::String(other.to_string()),
            })
        });
        keys.collect()
    }

    fn result(&self, value: &Dynamic, started: &Started) -> Result<Value, ScriptError> {
        match self {
            Self::Execute { .. }
            | Self::Resume { .. }
            | Self::Poll { .. }
            | Self::DedupeKeys { .. }
            | Self::Subscribe { .. }
            | Self::RefreshSubscription { .. }
            | Self::Notification { .. }
            | Self::Alone { .. }
            | Self::Convert { .. }
            | Self::FlowTrigger
            | Self::Handle { .. }
            | Self::OnError { .. }
            | Self::TestConnection => started.to_json(value),
            // What was called last may have answered anything; nobody reads it.
            Self::Unsubscribe { .. } => Ok(Value::Null),
            Self::Options { .. } => {
                let options = functions::full_options(value).map_err(|message| {
                    ScriptError::new("options", format!("{}: {message}", started.file), started.file)
                })?;
                started.to_json(&options)
            }
            Self::Acquire | Self::Refresh { .. } => token::of_dynamic(value, self.name(), started.file),
            Self::Apply { .. } => token::signed(value, started.file),
        }
    }
}
