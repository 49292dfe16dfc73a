//! A request with all that it takes to send it, again and again.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use joinery_connector::{
    Connector, HttpRequest,
    request::{Assertion, RequestAuth, SavedRequest},
    variables::{self, Missing, Scope, Variables},
};
use joinery_http::{Client, Exchange};
use tokio_util::sync::CancellationToken;

use super::{
    auth, jars,
    outside::Outside,
    pages::{self, Pages, Progress},
    send::{Failure, Sending, exchange_as},
};
use crate::{
    assertions::{self, AssertionResult, CaptureResult},
    connections::Resolved,
    environments,
    error::{Code, Error},
    fixtures,
    okta::{self, Hint, Okta},
    studio::{Studio, lock, now_ms},
    writes::Permits,
};

/// What is sent, and with which values.
#[derive(Debug, Clone, Default)]
pub struct Preparation {
    /// The request's file in the connector, where it has one: its folders give what they share.
    pub path: Option<String>,
    /// The request as it stands in the tester.
    pub request: SavedRequest,
    /// Values that win over every other.
    pub variables: BTreeMap<String, String>,
    /// What a person answered to the request's prompts, by their labels.
    pub answers: BTreeMap<String, String>,
    /// The environment, a file of the workspace's `environments` by its name.
    pub environment: Option<String>,
    /// Whether files it sends may lie anywhere, by their whole paths: those of a command line may, those of a saved
    /// request lie in `fixtures`.
    pub any_file: bool,
}

/// A request that can be sent. Template functions are called anew each time.
pub struct Prepared {
    connector: Arc<Connector>,
    connection: Resolved,
    request: SavedRequest,
    variables: Variables,
    path: Option<String>,
    any_file: bool,
}

/// A response with what was asked of it.
#[derive(Debug)]
pub struct Answered {
    /// When it was begun, in milliseconds since 1970.
    pub started_ms: i64,
    /// Request, response and body.
    pub exchange: Exchange,
    /// The request's assertions, checked.
    pub assertions: Vec<AssertionResult>,
    /// What was captured.
    pub captures: Vec<CaptureResult>,
    /// The pages that were followed, where that was asked for.
    pub pages: Option<Pages>,
    /// What is worth knowing about the answer.
    pub hints: Vec<Hint>,
}

/// Brings a request together with its folders, its variables and the way it is signed.
///
/// # Errors
/// [`Code::Invalid`] for a file that cannot be read, with its place; [`Code::Usage`] for an environment that does not
/// exist; [`Code::Input`] for a way to sign in that lacks a value.
pub fn prepare(
    studio: &Studio,
    connector: &Arc<Connector>,
    connection: Resolved,
    given: Preparation,
) -> Result<Prepared, Error> {
    let captured = lock(&studio.captured).clone();
    prepare_after(studio, connector, connection, given, &captured)
}

/// What a request asks a person before it is sent, labels with their defaults, each once.
///
/// # Errors
/// As [`prepare`].
pub fn prompts_before(
    studio: &Studio,
    connector: &Arc<Connector>,
    connection: Resolved,
    given: Preparation,
) -> Result<Vec<(String, Option<String>)>, Error> {
    let signed = match &given.path {
        Some(path) => connector.request_folder(path)?.apply(given.request.clone()),
        None => given.request.clone(),
    };
    // What signs it may lack what is about to be asked for.
    let request = SavedRequest {
        auth: RequestAuth::None,
        ..given.request.clone()
    };
    let mut prompts = prepare(studio, connector, connection, Preparation { request, ..given })?.prompts();
    for (label, default) in signed.prompts() {
        if prompts.iter().all(|(asked, _)| *asked != label) {
            prompts.push((label, default));
        }
    }
    Ok(prompts)
}

/// As [`prepare`], with `captured` for what requests before it have captured.
///
/// # Errors
/// As [`prepare`].
pub(crate) fn prepare_after(
    studio: &Studio,
    connector: &Arc<Connector>,
    connection: Resolved,
    given: Preparation,
    captured: &BTreeMap<String, variables::Value>,
) -> Result<Prepared, Error> {
    let mut request = given.request;
    // What a folder says may meet requests to anywhere; what a request says itself is meant for where it goes.
    let signs_anywhere = matches!(request.auth, RequestAuth::Own { .. });
    let mut variables = connection.variables.clone();
    let mut set = |scope: Scope, values: &BTreeMap<String, String>| {
        for (name, value) in values {
            variables.set(scope, name, variables::Value::Text(value.clone()));
        }
    };
    set(Scope::Workspace, &environments::workspace_variables(&connector.root)?);
    if let Some(environment) = &given.environment {
        set(
            Scope::Environment,
            &environments::open(&connector.root, environment)?.variables,
        );
    }
    if let Some(path) = &given.path {
        let folder = connector.request_folder(path)?;
        set(Scope::Folder, &folder.variables);
        // A folder's variables keep their own scope.
        let own = std::mem::take(&mut request.variables);
        request = folder.apply(request);
        request.variables = own;
    }
    set(Scope::Request, &request.variables);
    set(Scope::Run, &given.variables);
    for (name, value) in captured {
        if !given.variables.contains_key(name) {
            variables.set(Scope::Run, name, value.clone());
        }
    }
    variables.set_world(Arc::new(Outside::new(studio, &connector.root, given.answers)));
    let mut connection = auth::signing(studio, connector, connection, &request.auth, &variables)?;
    connection.http.signs_anywhere = signs_anywhere;
    if request.settings.cookies != Some(false) {
        jars::refresh(studio, &connection)?;
    }
    Ok(Prepared {
        connector: Arc::clone(connector),
        connection,
        request,
        variables,
        path: given.path,
        any_file: given.any_file,
    })
}

impl Prepared {
    /// The folder of its connector.
    pub(super) fn root(&self) -> &Path {
        &self.connector.root
    }

    /// The request with what its folders give.
    pub fn request(&self) -> &SavedRequest {
        &self.request
    }

    /// The request's file, where it has one.
    pub(crate) fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The connection, signing as the request says.
    pub fn connection(&self) -> &Resolved {
        &self.connection
    }

    /// Every variable the request can see.
    pub fn variables(&self) -> &Variables {
        &self.variables
    }

    /// What `{{prompt(...)}}` asks a person, in the request and in the values it uses.
    pub fn prompts(&self) -> Vec<(String, Option<String>)> {
        let mut prompts = self.request.prompts();
        for (label, default) in self.variables.texts().flat_map(variables::prompts_in) {
            if prompts.iter().all(|(asked, _)| *asked != label) {
                prompts.push((label, default));
            }
        }
        prompts
    }

    /// What is asked of the response.
    pub fn assertions(&self) -> &[Assertion] {
        &self.request.assertions
    }

    /// The request with every variable filled in. Template functions give new values each time.
    ///
    /// # Errors
    /// [`Code::Input`] naming every variable without a value, and the nearest that has one.
    pub fn ready(&self) -> Result<HttpRequest, Error> {
        let mut ready = self
            .request
            .resolve(&self.variables)
            .map_err(|missing| missing_variables(&missing))?;
        fixtures::place(&self.connector.root, &mut ready, self.any_file)?;
        if self.request.settings.timeout.is_none() {
            ready.timeout_ms = self.connection.timeout_ms().unwrap_or(ready.timeout_ms);
        }
        Ok(ready)
    }

    /// Sends it, checks its assertions, and keeps what it captures for the requests that follow.
    ///
    /// # Errors
    /// As [`ready`](Self::ready) and [`exchange`](super::exchange).
    pub async fn send(&self, studio: &Studio, cancel: &CancellationToken) -> Result<Answered, Error> {
        self.send_ready(studio, self.ready()?, cancel, &|_| {}).await
    }

    /// Sends `ready`, which came of [`ready`](Self::ready). `on_page` hears of every page that is followed.
    ///
    /// # Errors
    /// As [`exchange`](super::exchange).
    pub async fn send_ready(
        &self,
        studio: &Studio,
        ready: HttpRequest,
        cancel: &CancellationToken,
        on_page: &(dyn Fn(Progress) + Sync),
    ) -> Result<Answered, Error> {
        let permits = Permits::default();
        let sending = Sending {
            on_page,
            ..Sending::new(&permits, cancel)
        };
        Ok(self.send_as(studio, ready, &sending).await?)
    }

    /// As [`send`](Self::send), answered by a recording: nothing of it is kept. What it captures is added to `captured`.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub(crate) async fn replay(
        &self,
        studio: &Studio,
        client: &Client,
        cancel: &CancellationToken,
        captured: &mut BTreeMap<String, variables::Value>,
    ) -> Result<Answered, Error> {
        let permits = Permits::default();
        let sending = Sending {
            replay: Some(client),
            ..Sending::new(&permits, cancel)
        };
        let answered = self.send_as(studio, self.ready()?, &sending).await?;
        let found = assertions::capture(
            &self.request.captures,
            &answered.exchange.response,
            &answered.exchange.body,
        );
        captured.extend(
            found
                .into_iter()
                .filter_map(|(result, value)| Some((result.name, value?))),
        );
        Ok(answered)
    }

    /// As [`send_ready`](Self::send_ready), as part of a run.
    pub(super) async fn send_as(
        &self,
        studio: &Studio,
        ready: HttpRequest,
        sending: &Sending<'_>,
    ) -> Result<Answered, Failure> {
        let mut connection = self.connection.clone();
        connection.http.also_secret = self.variables.secrets();
        connection.http.waits = sending.waits.cloned();
        let settings = &self.request.settings;
        let sending = &Sending {
            timed: settings.timeout.is_some(),
            ..*sending
        };
        let asked = ready.clone();
        let started_ms = now_ms();
        let mut exchange = exchange_as(studio, &connection, ready, sending).await?;
        let mut pages = None;
        if let Some(most) = settings.pages {
            let followed = pages::follow(studio, &connection, &asked, exchange, most, sending).await;
            (exchange, pages) = followed.map_err(Failure::Unready)?;
        }
        let schema = |name: &str| self.connector.schema(name).map_err(|error| error.to_string());
        let checked = assertions::check(&self.request.assertions, &exchange.response, &exchange.body, &schema);
        let is_replay = sending.replay.is_some();
        let captures = self.capture(studio, &exchange, !is_replay);
        let hints = okta::hints(&Okta {
            asked: &asked,
            exchange: &exchange,
            followed: pages.is_some(),
            before: &studio.last_responses,
            now_ms: now_ms(),
        });
        let file = self.path.as_ref().map(|path| self.connector.root.join(path));
        if !is_replay {
            studio.last_responses.note(file, &exchange);
        }
        Ok(Answered {
            started_ms,
            exchange,
            assertions: checked,
            captures,
            pages,
            hints,
        })
    }

    /// What is captured, kept for the requests that follow where that is wanted.
    fn capture(&self, studio: &Studio, exchange: &Exchange, is_kept: bool) -> Vec<CaptureResult> {
        let captured = assertions::capture(&self.request.captures, &exchange.response, &exchange.body);
        let mut kept = lock(&studio.captured);
        let each = captured.into_iter().map(|(result, value)| {
            if let Some(value) = value.filter(|_| is_kept) {
                kept.insert(result.name.clone(), value);
            }
            result
        });
        each.collect()
    }
}

/// What is wrong with an answer, each with the word that counts failures of its kind: assertions that do not hold, values
/// that were to be captured, and a status from 400 on where no assertion asks for it.
pub(crate) fn failures(answered: &Answered) -> Vec<(String, String)> {
    let response = &answered.exchange.response;
    let (assertions, captures) = (&answered.assertions, &answered.captures);
    let expected = assertions.iter().any(|result| result.subject.trim() == "status");
    let refused = (response.status >= 400 && !expected).then(|| {
        let status = response.status;
        (
            format!("status {status}"),
            format!("answered with {status} {}", response.reason),
        )
    });
    let broken = assertions.iter().filter(|result| !result.ok);
    let broken = broken.map(|result| {
        let kind = format!("assert {}", result.subject);
        (kind, format!("{}: {}", result.subject, result.message))
    });
    let lacking = captures.iter().filter(|result| !result.ok);
    let lacking = lacking.map(|result| {
        let kind = format!("capture {}", result.name);
        (kind, format!("no value for {}: {}", result.name, result.message))
    });
    refused.into_iter().chain(broken).chain(lacking).collect()
}

fn missing_variables(missing: &[Missing]) -> Error {
    let said: Vec<String> = missing
        .iter()
        .map(|missing| {
            let reason = missing
                .reason
                .as_ref()
                .map_or_else(String::new, |reason| format!(": {reason}"));
            format!("{{{{{}}}}} in {}{reason}", missing.name, missing.place)
        })
        .collect();
    let nearest = missing.iter().find_map(|missing| missing.nearest.as_ref());
    let asks = missing.iter().find(|missing| missing.name.contains("prompt("));
    Error::new(Code::Input, format!("no value for {}", said.join(", "))).with_hint(match nearest {
        _ if asks.is_some() => {
            "Answer it when the request is sent: --answer LABEL=TEXT on the command line.".to_owned()
        }
        Some(name) => format!("Did you mean {{{{{name}}}}}?"),
        None => "Set it in the request's variables or the connection, or give it with --var NAME=VALUE.".to_owned(),
    })
}
