//! The request tester: open, save, send, make action.

mod auth;
mod cookies;
mod data;
mod har;
mod held;
pub(crate) mod jars;
mod literals;
mod load;
mod make;
mod outside;
mod pages;
mod prepare;
mod run;
mod send;
mod view;
mod waits;
mod wire_log;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Mutex,
};

use joinery_connector::{HttpResponse, request::SavedRequest, variables::Scope};
use joinery_http::{Body, SentRequest};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::{bodies::BodySummary, connectors, error::Error, files::FileRef, okta::Hint, studio::Studio, versions};

pub use crate::assertions::{AssertionResult, CaptureResult};
pub use cookies::{
    CookieKey, clear_cookies, cookies, forget_saved_cookies, remove_cookie, save_cookie, saved_cookies,
    set_saved_cookie,
};
pub use data::{ENDINGS, Row, read_data};
pub use har::har;
pub(crate) use har::{SeenExchange, har_of, whole};
pub(crate) use held::hold_secret;
pub use held::{SecretPlace, SetSecret, set_secret};
pub use joinery_http::Cookie;
pub use literals::{KeepSecret, KeptSecret, LiteralSecret, keep_secret, literal_secrets, secret_name};
pub use load::{Load, LoadPlan, LoadRequest, load, load_request};
pub use make::{ActionStep, make_action};
pub use outside::LastResponses;
pub(crate) use outside::Outside;
pub use pages::{Pages, Progress};
pub use prepare::{Answered, Preparation, Prepared, prepare, prompts_before};
pub(crate) use prepare::{failures, prepare_after};
pub use run::{RequestRow, RequestsReport, RunPlan, RunRequests, in_folder, junit, run_each, run_requests, save_junit};
pub use send::{exchange, send};
pub(crate) use view::connection as connection_of;
pub use view::{
    AuthKindView, InheritedAuth, TemplateFunction, auth_kinds, inherited_auth, known_variables, prompts, request_hints,
    template_functions, to_curl, variables,
};
pub use wire_log::wire_log;

/// Responses of this session whose bodies *Make action* can still look at.
const AT_HAND: usize = 16;

/// A saved request opened in the tester.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OpenRequest {
    /// Which file.
    pub file: FileRef,
    /// The request as its file says, nothing inherited mixed in.
    pub request: SavedRequest,
}

/// A request to send.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SendRequest {
    /// An id the caller chose; [`crate::runs::cancel`] takes it.
    pub id: String,
    /// The connector's folder.
    pub connector: String,
    /// The request's file, where it has one.
    pub path: Option<String>,
    /// The request as it stands in the tester.
    pub request: SavedRequest,
    /// The connection's name.
    pub connection: Option<String>,
    /// Values that win over every other.
    pub variables: BTreeMap<String, String>,
    /// The environment, where one is chosen.
    #[serde(default)]
    pub environment: Option<String>,
    /// What a person answered to the request's prompts, by their labels.
    #[serde(default)]
    pub answers: BTreeMap<String, String>,
}

/// A request as it stands in the tester, and what it is seen with.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RequestInContext {
    /// The connector's folder.
    pub connector: String,
    /// The request's file, where it has one.
    pub path: Option<String>,
    /// The request.
    pub request: SavedRequest,
    /// The connection's name.
    pub connection: Option<String>,
    /// The environment, where one is chosen.
    pub environment: Option<String>,
}

/// A question that `{{prompt(...)}}` puts to a person before the request is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Prompt {
    /// The question.
    pub label: String,
    /// What stands there before anything is typed.
    pub default: Option<String>,
    /// Whether the answer is a secret, as the label says: it is masked wherever the request is shown.
    pub secret: bool,
}

/// A response in the tester.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Sent {
    /// Its number in the history.
    pub number: i64,
    /// The request as it went out, secrets masked.
    pub request: SentRequest,
    /// The response.
    pub response: HttpResponse,
    /// Its body; ask for its lines.
    pub body: BodySummary,
    /// The request's assertions, checked.
    pub assertions: Vec<AssertionResult>,
    /// What was captured for the requests that follow.
    pub captures: Vec<CaptureResult>,
    /// The pages that were followed and joined, where that was asked for.
    pub pages: Option<Pages>,
    /// What is worth knowing about the answer.
    pub hints: Vec<Hint>,
    /// What signing in asked for it on its own, such as a token, in order.
    pub sign_in: Vec<SignInExchange>,
}

/// A request that signing in made on its own, secrets masked on both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SignInExchange {
    /// The request as it went out.
    pub request: SentRequest,
    /// The answer.
    pub response: HttpResponse,
    /// Its body; ask for its lines.
    pub body: BodySummary,
}

/// A variable, or a call of a template function, as the tester shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct VariableView {
    /// Its name; of a call all of it.
    pub name: String,
    /// Where its value comes from; `None` where it has none, and for a call.
    pub scope: Option<Scope>,
    /// Its value; masked for a secret.
    pub value: Option<String>,
    /// Whether it is a secret.
    pub secret: bool,
    /// Why a call gives nothing.
    pub reason: Option<String>,
}

/// What *Make action* made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MadeAction {
    /// The script.
    pub file: FileRef,
    /// The action's name.
    pub name: String,
    /// The schema's file, where one was written or reused.
    pub schema: Option<FileRef>,
    /// Values for the input form.
    pub input: Value,
    /// The case that the last request's assertions became, where there were any.
    pub test: Option<FileRef>,
    /// What of the requests has no place in the action, each in words.
    pub left: Vec<String>,
}

/// Bodies of this session's last responses, by the send's number.
#[derive(Default)]
pub(crate) struct SentBodies(Mutex<VecDeque<(i64, u16, Body)>>);

/// Opens a saved request.
///
/// # Errors
/// [`Code::Invalid`] with its place, [`Code::Unavailable`].
pub fn open(studio: &Studio, file: &FileRef) -> Result<OpenRequest, Error> {
    let text = joinery_connector::file::read_text(&connectors::path_of(studio, file)?)?;
    let (request, _) = SavedRequest::parse(&text, &file.path)?;
    Ok(OpenRequest {
        file: file.clone(),
        request,
    })
}

/// Saves a request over its file, keeping comments and unknown keys.
///
/// # Errors
/// [`Code::Unavailable`].
pub fn save(studio: &Studio, file: &FileRef, request: &SavedRequest) -> Result<(), Error> {
    let path = connectors::path_of(studio, file)?;
    let before = path
        .exists()
        .then(|| joinery_connector::file::read_text(&path))
        .transpose()?;
    versions::write(studio, &path, &request.render(before.as_deref()))
}
