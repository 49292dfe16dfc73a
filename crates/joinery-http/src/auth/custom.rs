//! A way to sign in that the connector writes itself, in `connection.rhai`: `acquire` brings a token, `apply` signs with
//! it, `refresh` makes an old one good again. How a script runs is not known here: that is [`Hooks`].

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use joinery_connector::{HttpRequest, Secret, form::Form};
use regex::Regex;
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use super::{Auth, AuthKind, Context, Recovery, Setting, Signing};
use crate::{error::Error, send::Exchange};

const ID: &str = "custom";
/// What is kept beyond the process.
pub(super) const KEPT: &[&str] = &[TOKEN];
const TOKEN: &str = "custom-token";
/// The most of a body that is searched for signs of being signed out.
const SEARCHED: u64 = 1 << 20;
/// The shortest text of a token that is masked wherever it is shown.
const SHORTEST: usize = 8;

/// What `acquire` returned: its texts are secret. Shows nothing of itself.
#[derive(Clone, PartialEq)]
pub struct HookToken(pub Map<String, Value>);

impl fmt::Debug for HookToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// The functions of a connector that sign: the seam to whatever runs them. What they ask servers for goes through
/// [`Context::ask`], unsigned, so that signing in can never wait for itself.
pub trait Hooks: fmt::Debug + Send + Sync {
    /// Whether there is a function of that name.
    fn has(&self, function: &str) -> bool;
    /// Calls `acquire`.
    ///
    /// # Errors
    /// [`Error::Hook`], or why a server that was asked gave no answer.
    fn acquire<'a>(&'a self, context: &'a Context<'a>) -> Signing<'a, HookToken>;
    /// Calls `refresh` with a token that is no longer accepted.
    ///
    /// # Errors
    /// As [`Hooks::acquire`].
    fn refresh<'a>(&'a self, context: &'a Context<'a>, token: &'a HookToken) -> Signing<'a, HookToken>;
    /// Calls `apply`, which changes URL and headers of `request`; `body` is what it will carry.
    ///
    /// # Errors
    /// As [`Hooks::acquire`].
    fn apply<'a>(
        &'a self,
        context: &'a Context<'a>,
        token: Option<&'a HookToken>,
        request: &'a mut HttpRequest,
        body: &'a [u8],
    ) -> Signing<'a>;
}

/// Signs with the connector's own functions. Settings: `refresh_on`, `detect_on`.
pub struct Custom;

/// What is remembered. Locked while a token is fetched, so that it is fetched once.
#[derive(Default)]
struct Memory(Mutex<Held>);

#[derive(Default)]
struct Held {
    /// The token in use.
    token: Option<Arc<HookToken>>,
    /// When it came.
    since: Option<Instant>,
}

impl AuthKind for Custom {
    fn id(&self) -> &'static str {
        ID
    }

    fn label(&self) -> &'static str {
        "Custom"
    }

    fn settings(&self) -> &'static [Setting] {
        &[
            Setting {
                name: "refresh_on",
                meaning: "Statuses, and patterns in the body of an answer that is no success, which mean that the token is no longer good.",
                default: Some("[401]"),
            },
            Setting {
                name: "detect_on",
                meaning: "Patterns in the body of a successful answer which mean the same.",
                default: Some("[]"),
            },
        ]
    }

    fn form(&self, _: &Map<String, Value>) -> Form {
        // What it needs are the connector's own fields.
        Form::default()
    }

    fn apply(&self, auth: &Auth, _: &mut HttpRequest) -> Result<(), Error> {
        Signs::of(auth).map(|_| ())
    }

    fn sign<'a>(&'a self, context: &'a Context<'a>, request: &'a mut HttpRequest, body: &'a [u8]) -> Signing<'a> {
        Box::pin(async move {
            Signs::of(context.auth())?;
            let hooks = hooks(context)?;
            let token = if hooks.has("acquire") {
                Some(token(context, hooks).await?)
            } else {
                None
            };
            hooks.apply(context, token.as_deref(), request, body).await
        })
    }

    fn recover<'a>(&'a self, context: &'a Context<'a>, exchange: &'a Exchange, tries: u32) -> Signing<'a, Recovery> {
        Box::pin(async move {
            let hooks = hooks(context)?;
            if tries > 0 || !hooks.has("acquire") || !Signs::of(context.auth())?.signed_out(exchange) {
                return Ok(Recovery::Keep);
            }
            renew(context, hooks, begun(exchange)).await?;
            Ok(Recovery::SignAnew)
        })
    }
}

fn hooks<'a>(context: &'a Context<'a>) -> Result<&'a dyn Hooks, Error> {
    context
        .hooks()
        .filter(|hooks| hooks.has("apply"))
        .ok_or_else(|| Error::Auth {
            kind: ID,
            reason: "connection.rhai has no function `apply`; write: fn apply(connection, request, token) { ... }"
                .into(),
        })
}

/// The token: the one at hand, the one kept, or a new one.
async fn token(context: &Context<'_>, hooks: &dyn Hooks) -> Result<Arc<HookToken>, Error> {
    let memory = context.session().memory::<Memory>();
    let mut held = memory.0.lock().await;
    if let Some(token) = &held.token {
        return Ok(Arc::clone(token));
    }
    let kept = context.surroundings()?.load(TOKEN).map_err(unsafe_place)?;
    let kept = kept
        .and_then(|secret| serde_json::from_str(secret.reveal()).ok())
        .map(HookToken);
    let token = match kept {
        Some(token) => {
            hide(context, &Value::Object(token.0.clone()));
            token
        }
        None => keep(context, hooks.acquire(context).await?)?,
    };
    Ok(Arc::clone(held.token.insert(Arc::new(token))))
}

/// When the request was signed that got this answer, about.
fn begun(exchange: &Exchange) -> Option<Instant> {
    let took = Duration::try_from_secs_f64(exchange.response.timing.total_ms / 1000.0).ok()?;
    Instant::now().checked_sub(took)
}

/// A new token in place of the one that was refused: refreshed where the connector can, acquired where not. Where another
/// request fetched one since `begun`, that one is good.
async fn renew(context: &Context<'_>, hooks: &dyn Hooks, begun: Option<Instant>) -> Result<(), Error> {
    let memory = context.session().memory::<Memory>();
    let mut held = memory.0.lock().await;
    if held.since.is_some() && held.since > begun {
        return Ok(());
    }
    let refreshed = match &held.token {
        Some(token) if hooks.has("refresh") => hooks.refresh(context, token).await.ok(),
        _ => None,
    };
    let token = match refreshed {
        Some(token) => token,
        // What refreshes a session runs out as well: then we start over.
        None => hooks.acquire(context).await?,
    };
    held.token = Some(Arc::new(keep(context, token)?));
    held.since = Some(Instant::now());
    Ok(())
}

fn keep(context: &Context<'_>, token: HookToken) -> Result<HookToken, Error> {
    let value = Value::Object(token.0.clone());
    hide(context, &value);
    let secret = Secret::new(value.to_string());
    context
        .surroundings()?
        .keep(TOKEN, Some(&secret))
        .map_err(unsafe_place)?;
    Ok(token)
}

/// Masks every text of the token from now on.
fn hide(context: &Context<'_>, value: &Value) {
    match value {
        // A word such as `Bearer` is no secret, and masking it would garble everything else that is shown.
        Value::String(text) if text.len() >= SHORTEST => context.session().hide(&Secret::new(text.as_str())),
        Value::Array(items) => items.iter().for_each(|item| hide(context, item)),
        Value::Object(members) => members.values().for_each(|member| hide(context, member)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn unsafe_place(reason: String) -> Error {
    Error::Auth { kind: ID, reason }
}

/// What tells that we are signed out.
struct Signs {
    statuses: Vec<u16>,
    in_refusals: Vec<Regex>,
    in_successes: Vec<Regex>,
}

impl Signs {
    fn of(auth: &Auth) -> Result<Self, Error> {
        let mut signs = Self {
            statuses: Vec::new(),
            in_refusals: Vec::new(),
            in_successes: Vec::new(),
        };
        match auth.settings.get("refresh_on") {
            None | Some(Value::Null) => signs.statuses.push(401),
            Some(list) => {
                for sign in items("refresh_on", list)? {
                    match sign {
                        Value::Number(status) => signs.statuses.push(self::status(status.as_u64())?),
                        other => signs.in_refusals.push(pattern("refresh_on", other)?),
                    }
                }
            }
        }
        if let Some(list) = auth.settings.get("detect_on") {
            for sign in items("detect_on", list)? {
                signs.in_successes.push(pattern("detect_on", sign)?);
            }
        }
        Ok(signs)
    }

    fn signed_out(&self, exchange: &Exchange) -> bool {
        let status = exchange.response.status;
        if self.statuses.contains(&status) {
            return true;
        }
        let patterns = if (200..300).contains(&status) {
            &self.in_successes
        } else {
            &self.in_refusals
        };
        if patterns.is_empty() || exchange.body.size() > SEARCHED {
            return false;
        }
        exchange.body.read().is_ok_and(|body| {
            let text = String::from_utf8_lossy(&body);
            patterns.iter().any(|pattern| pattern.is_match(&text))
        })
    }
}

fn items<'a>(setting: &str, value: &'a Value) -> Result<&'a [Value], Error> {
    value
        .as_array()
        .map(Vec::as_slice)
        .ok_or_else(|| wrong(format!("`{setting}` must be a list")))
}

fn status(number: Option<u64>) -> Result<u16, Error> {
    number
        .and_then(|number| u16::try_from(number).ok())
        .filter(|status| (100..600).contains(status))
        .ok_or_else(|| wrong("`refresh_on`: a status is a number from 100 to 599".into()))
}

fn pattern(setting: &str, value: &Value) -> Result<Regex, Error> {
    let text = value
        .as_str()
        .ok_or_else(|| wrong(format!("`{setting}`: a pattern must be text")))?;
    Regex::new(text).map_err(|_| wrong(format!("`{setting}`: `{text}` is not a pattern that works")))
}

fn wrong(reason: String) -> Error {
    Error::Auth { kind: ID, reason }
}
