//! The request tester: open, save, send, make action.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Mutex,
};

use joinery_connector::{
    Connector, FileKind, HttpRequest, HttpResponse, Secret,
    action::{self, Taken},
    request::SavedRequest,
    secret::MASK,
    variables::{self, Missing, Scope, Variables},
};
use joinery_http::{Body, Exchange, SentRequest};
use joinery_store::table::{self, send::Row};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

use crate::{
    assertions,
    bodies::BodySummary,
    connections::{self, Resolved},
    connectors,
    error::{Code, Error},
    files::FileRef,
    runs::content_type,
    studio::{Studio, lock, now_ms},
    writes::Permits,
};

pub use assertions::AssertionResult;

/// Sends kept per workspace.
const KEEP: usize = 500;
/// Responses of this session whose bodies *Make action* can still look at.
const AT_HAND: usize = 16;
/// The largest body a schema is inferred from.
const LARGEST_SAMPLE: u64 = 16 << 20;

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
    Ok(joinery_connector::file::write(
        &path,
        request.render(before.as_deref()).as_bytes(),
    )?)
}

/// Sends a request and keeps it in the history.
///
/// # Errors
/// [`Code::Input`] for missing variables, [`Code::Network`], [`Code::Cancelled`].
pub async fn send(studio: &Studio, send: SendRequest) -> Result<Sent, Error> {
    let connector = connectors::in_workspace(studio, &send.connector)?;
    let connection = connection(studio, &connector, send.connection.as_deref())?;
    let (request, mut variables) = in_context(&connector, send.path.as_deref(), &send.request, &connection)?;
    for (name, value) in &send.variables {
        variables.set(Scope::Run, name, variables::Value::Text(value.clone()));
    }
    let mut ready = resolve(&request, &variables)?;
    ready.timeout_ms = connection.timeout_ms().unwrap_or(ready.timeout_ms);
    let (stop, _ended) = studio.running.begin(&send.id);
    let exchange = exchange(studio, &connection, ready, &stop.request).await?;
    let number = keep(studio, send.path, &exchange)?;
    let body = open_body(studio, &exchange)?;
    let sign_in = exchange.sign_in.into_iter().map(|exchange| {
        Ok(SignInExchange {
            body: open_body(studio, &exchange)?,
            request: exchange.request,
            response: exchange.response,
        })
    });
    let sign_in = sign_in.collect::<Result<_, Error>>()?;
    let checked = assertions::check(&request.assertions, &exchange.response, &exchange.body);
    let mut bodies = lock(&studio.sent.0);
    bodies.push_back((number, exchange.response.status, exchange.body));
    if bodies.len() > AT_HAND {
        bodies.pop_front();
    }
    Ok(Sent {
        number,
        request: exchange.request,
        response: exchange.response,
        body,
        assertions: checked,
        sign_in,
    })
}

fn open_body(studio: &Studio, exchange: &Exchange) -> Result<BodySummary, Error> {
    let opened = studio
        .bodies
        .open_response(&exchange.body, content_type(&exchange.response.headers));
    opened.map_err(|source| {
        joinery_http::Error::Store {
            path: studio.home().join("bodies"),
            source,
        }
        .into()
    })
}

/// Sends a request that is ready, without keeping it. One that writes to a live org waits until that is allowed.
///
/// # Errors
/// [`Code::Network`], [`Code::Cancelled`]; [`Code::Usage`] and [`Code::Failed`] for a write that nobody may allow.
pub async fn exchange(
    studio: &Studio,
    connection: &Resolved,
    ready: HttpRequest,
    cancel: &CancellationToken,
) -> Result<Exchange, Error> {
    let verdict = connection.judge(&ready);
    studio.writes.allow(verdict, &Permits::default(), cancel).await?;
    let client = studio.client(connection)?;
    let url = ready.url.clone();
    let outcome = joinery_http::send(&client, &connection.http, ready, cancel).await;
    connections::note_call(studio, connection, &url, &outcome);
    Ok(outcome?)
}

/// Fills in a request's variables.
///
/// # Errors
/// [`Code::Input`] naming every variable without a value, and the nearest that has one.
pub fn resolve(request: &SavedRequest, variables: &Variables) -> Result<HttpRequest, Error> {
    request
        .resolve(variables)
        .map_err(|missing| missing_variables(&missing))
}

fn missing_variables(missing: &[Missing]) -> Error {
    let said: Vec<String> = missing
        .iter()
        .map(|missing| format!("{{{{{}}}}} in {}", missing.name, missing.place))
        .collect();
    let nearest = missing.iter().find_map(|missing| missing.nearest.as_ref());
    Error::new(Code::Input, format!("no value for {}", said.join(", "))).with_hint(match nearest {
        Some(name) => format!("Did you mean {{{{{name}}}}}?"),
        None => "Set it in the request's variables or the connection, or give it with --var NAME=VALUE.".to_owned(),
    })
}

/// The request with its folders' headers, and every variable it can see.
///
/// # Errors
/// [`Code::Invalid`] for a `folder.toml` that cannot be read, with its place.
pub fn in_context(
    connector: &Connector,
    path: Option<&str>,
    request: &SavedRequest,
    connection: &Resolved,
) -> Result<(SavedRequest, Variables), Error> {
    let mut request = request.clone();
    let mut variables = connection.variables.clone();
    if let Some(path) = path {
        let folder = connector.request_folder(path)?;
        for (name, value) in &folder.variables {
            variables.set(Scope::Folder, name, variables::Value::Text(value.clone()));
        }
        // Only the headers: a folder's variables keep their own scope.
        request.headers = folder.apply(request.clone()).headers;
    }
    for (name, value) in &request.variables {
        variables.set(Scope::Request, name, variables::Value::Text(value.clone()));
    }
    Ok((request, variables))
}

/// Every variable the request mentions, with its value and where that comes from.
///
/// # Errors
/// [`Code::Usage`] when connector or connection do not exist.
pub fn variables(
    studio: &Studio,
    connector: &str,
    path: Option<&str>,
    request: &SavedRequest,
    connection_name: Option<&str>,
) -> Result<Vec<VariableView>, Error> {
    let connector = connectors::in_workspace(studio, connector)?;
    let connection = connection(studio, &connector, connection_name)?;
    let (request, variables) = in_context(&connector, path, request, &connection)?;
    let mut views: Vec<VariableView> = Vec::new();
    for mention in request.mentions() {
        if views.iter().all(|view| view.name != mention.name) {
            views.push(variable(&variables, &mention.name));
        }
    }
    Ok(views)
}

fn variable(variables: &Variables, name: &str) -> VariableView {
    let (scope, value) = variables.get(name).unzip();
    VariableView {
        name: name.to_owned(),
        scope,
        secret: matches!(value, Some(variables::Value::Secret(_))),
        value: value.map(|value| match value {
            variables::Value::Text(text) => text.clone(),
            variables::Value::Secret(_) => MASK.to_owned(),
        }),
    }
}

/// The request as a curl command, secrets as shell variables.
///
/// # Errors
/// As [`variables`].
pub fn to_curl(
    studio: &Studio,
    connector: &str,
    path: Option<&str>,
    request: &SavedRequest,
    connection_name: Option<&str>,
) -> Result<String, Error> {
    let connector = connectors::in_workspace(studio, connector)?;
    let connection = connection(studio, &connector, connection_name)?;
    let (mut request, mut variables) = in_context(&connector, path, request, &connection)?;
    request.headers.extend(connections::shown_auth(&connection));
    // A token that is asked for has no value yet; as a secret its place is written as a shell variable.
    if variables.get("access_token").is_none() {
        let token = variables::Value::Secret(Secret::new("asked for"));
        variables.set(Scope::Connection, "access_token", token);
    }
    Ok(request.to_curl(&variables))
}

/// Writes an action (and the schema of its answer) from a request that was sent; `number` is that send's.
///
/// # Errors
/// [`Code::Unavailable`] when it cannot be written.
pub fn make_action(
    studio: &Studio,
    connector_folder: &str,
    request: &SavedRequest,
    number: Option<i64>,
) -> Result<MadeAction, Error> {
    let connector = connectors::in_workspace(studio, connector_folder)?;
    let sample = number.and_then(|number| sample(studio, number));
    let made = action::from_request(request, sample.as_ref(), &taken(&connector));
    let file = |path: String| FileRef {
        connector: connector_folder.to_owned(),
        path,
    };
    let mut schema = None;
    if let Some(new) = made.schema {
        let schema_file = file(new.path);
        let path = connectors::path_of(studio, &schema_file)?;
        if !path.exists() {
            let text = format!("{:#}\n", new.schema);
            joinery_connector::file::write(&path, text.as_bytes())?;
        }
        schema = Some(schema_file);
    }
    let script = file(made.path);
    joinery_connector::file::write(&connectors::path_of(studio, &script)?, made.script.as_bytes())?;
    Ok(MadeAction {
        file: script,
        name: made.name,
        schema,
        input: made.input,
    })
}

/// The JSON answer of one of this session's sends, if it succeeded.
fn sample(studio: &Studio, number: i64) -> Option<Value> {
    let bodies = lock(&studio.sent.0);
    let (_, status, body) = bodies.iter().find(|(sent, _, _)| *sent == number)?;
    if !(200..300).contains(status) || body.size() > LARGEST_SAMPLE {
        return None;
    }
    serde_json::from_slice(&body.read().ok()?).ok()
}

fn taken(connector: &Connector) -> Taken {
    let schemas = connector
        .of_kind(FileKind::Schema)
        .filter_map(|file| Some((file.name.clone(), connector.schema(&file.name).ok()?)));
    Taken {
        actions: connector
            .of_kind(FileKind::Action)
            .map(|file| file.name.clone())
            .collect(),
        schemas: schemas.collect(),
        connection_fields: connector
            .manifest
            .fields
            .iter()
            .map(|field| field.name.clone())
            .collect(),
    }
}

/// The connection of that name; where none is chosen, a request with an absolute URL can still be sent.
fn connection(studio: &Studio, connector: &Connector, name: Option<&str>) -> Result<Resolved, Error> {
    match name {
        Some(name) => connections::resolve(studio, connector, Ok(name)),
        None => Ok(connections::none(studio, connector)),
    }
}

/// Adds a send to the history, its body in a file beside it.
fn keep(studio: &Studio, path: Option<String>, exchange: &Exchange) -> Result<i64, Error> {
    let store = studio.store()?;
    let name = format!("{}.body", uuid::Uuid::new_v4());
    if exchange.body.size() > 0 {
        let folder = store.body_folder();
        let kept = std::fs::create_dir_all(&folder).and_then(|()| exchange.body.keep(&folder.join(&name)));
        kept.map_err(|source| joinery_http::Error::Store {
            path: folder.join(&name),
            source,
        })?;
    }
    let row = Row {
        id: 0,
        workspace: studio.workspace_folder()?.display().to_string(),
        request_path: path,
        sent_ms: now_ms(),
        method: exchange.request.method.clone(),
        url: exchange.request.url.clone(),
        status: Some(exchange.response.status),
        time_ms: exchange.response.timing.total_ms,
        detail: json!({ "request": exchange.request, "response": exchange.response }).to_string(),
        body: (exchange.body.size() > 0).then_some(name),
    };
    Ok(table::send::add(store, &row, KEEP)?)
}
