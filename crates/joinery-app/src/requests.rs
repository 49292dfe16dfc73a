//! The request tester: open, save, send, make action.

use std::collections::BTreeMap;

use joinery_connector::{HttpResponse, request::SavedRequest, variables::Scope};
use joinery_http::SentRequest;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::{bodies::BodySummary, error::Error, files::FileRef, studio::Studio};

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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
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
}

/// A checked assertion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AssertionResult {
    /// What was looked at.
    pub subject: String,
    /// Whether it holds.
    pub ok: bool,
    /// What was expected and found.
    pub message: String,
}

/// A variable as the tester shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct VariableView {
    /// Its name.
    pub name: String,
    /// Where its value comes from; `None` where it has none.
    pub scope: Option<Scope>,
    /// Its value; masked for a secret.
    pub value: Option<String>,
    /// Whether it is a secret.
    pub secret: bool,
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
}

/// Opens a saved request.
///
/// # Errors
/// [`crate::Code::Invalid`] with its place, [`crate::Code::Unavailable`].
pub fn open(studio: &Studio, file: &FileRef) -> Result<OpenRequest, Error> {
    let _ = (studio, file);
    todo!()
}

/// Saves a request over its file, keeping comments and unknown keys.
///
/// # Errors
/// [`crate::Code::Unavailable`].
pub fn save(studio: &Studio, file: &FileRef, request: &SavedRequest) -> Result<(), Error> {
    let _ = (studio, file, request);
    todo!()
}

/// Sends a request and keeps it in the history.
///
/// # Errors
/// [`crate::Code::Input`] for missing variables, [`crate::Code::Network`], [`crate::Code::Cancelled`].
pub async fn send(studio: &Studio, send: SendRequest) -> Result<Sent, Error> {
    let _ = (studio, send);
    todo!()
}

/// Every variable the request mentions, with its value and where that comes from.
///
/// # Errors
/// [`crate::Code::Usage`] when connector or connection do not exist.
pub fn variables(
    studio: &Studio,
    connector: &str,
    path: Option<&str>,
    request: &SavedRequest,
    connection: Option<&str>,
) -> Result<Vec<VariableView>, Error> {
    let _ = (studio, connector, path, request, connection);
    todo!()
}

/// The request as a curl command, secrets as shell variables.
///
/// # Errors
/// As [`variables`].
pub fn to_curl(
    studio: &Studio,
    connector: &str,
    request: &SavedRequest,
    connection: Option<&str>,
) -> Result<String, Error> {
    let _ = (studio, connector, request, connection);
    todo!()
}

/// Writes an action (and the schema of its answer) from a request that was sent; `number` is that send's.
///
/// # Errors
/// [`crate::Code::Unavailable`] when it cannot be written.
pub fn make_action(
    studio: &Studio,
    connector: &str,
    request: &SavedRequest,
    number: Option<i64>,
) -> Result<MadeAction, Error> {
    let _ = (studio, connector, request, number);
    todo!()
}
