//! A request with all that it takes to send it, again and again.

use std::{collections::BTreeMap, sync::Arc};

use joinery_connector::{
    Connector, HttpRequest,
    request::{Assertion, SavedRequest},
    variables::{self, Missing, Scope, Variables},
};
use joinery_http::Exchange;
use tokio_util::sync::CancellationToken;

use super::{auth, outside::Outside, send::exchange};
use crate::{
    assertions::{self, AssertionResult, CaptureResult},
    connections::Resolved,
    environments,
    error::{Code, Error},
    fixtures,
    studio::{Studio, lock},
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
}

/// A request that can be sent. Template functions are called anew each time.
pub struct Prepared {
    connector: Connector,
    connection: Resolved,
    request: SavedRequest,
    variables: Variables,
    path: Option<String>,
}

/// A response with what was asked of it.
#[derive(Debug)]
pub struct Answered {
    /// Request, response and body.
    pub exchange: Exchange,
    /// The request's assertions, checked.
    pub assertions: Vec<AssertionResult>,
    /// What was captured.
    pub captures: Vec<CaptureResult>,
}

/// Brings a request together with its folders, its variables and the way it is signed.
///
/// # Errors
/// [`Code::Invalid`] for a file that cannot be read, with its place; [`Code::Usage`] for an environment that does not
/// exist; [`Code::Input`] for a way to sign in that lacks a value.
pub fn prepare(
    studio: &Studio,
    connector: &Connector,
    connection: Resolved,
    given: Preparation,
) -> Result<Prepared, Error> {
    let mut request = given.request;
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
    for (name, value) in lock(&studio.captured).iter() {
        if !given.variables.contains_key(name) {
            variables.set(Scope::Run, name, value.clone());
        }
    }
    variables.set_world(Arc::new(Outside::new(studio, &connector.root, given.answers)));
    let connection = auth::signing(studio, connector, connection, &request.auth, &variables)?;
    Ok(Prepared {
        connector: connector.clone(),
        connection,
        request,
        variables,
        path: given.path,
    })
}

impl Prepared {
    /// The request with what its folders give.
    pub fn request(&self) -> &SavedRequest {
        &self.request
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
        fixtures::place(&self.connector.root, &mut ready)?;
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
        self.send_ready(studio, self.ready()?, cancel).await
    }

    /// Sends `ready`, which came of [`ready`](Self::ready).
    ///
    /// # Errors
    /// As [`exchange`](super::exchange).
    pub async fn send_ready(
        &self,
        studio: &Studio,
        ready: HttpRequest,
        cancel: &CancellationToken,
    ) -> Result<Answered, Error> {
        let mut connection = self.connection.clone();
        connection.http.also_secret = self.variables.secrets();
        let exchange = exchange(studio, &connection, ready, cancel).await?;
        let schema = |name: &str| self.connector.schema(name).map_err(|error| error.to_string());
        let checked = assertions::check(&self.request.assertions, &exchange.response, &exchange.body, &schema);
        let captured = assertions::capture(&self.request.captures, &exchange.response, &exchange.body);
        let mut kept = lock(&studio.captured);
        let captures = captured.into_iter().map(|(result, value)| {
            if let Some(value) = value {
                kept.insert(result.name.clone(), value);
            }
            result
        });
        let captures = captures.collect();
        drop(kept);
        if let Some(path) = &self.path {
            studio.last_responses.note(path, &exchange);
        }
        Ok(Answered {
            exchange,
            assertions: checked,
            captures,
        })
    }
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
    Error::new(Code::Input, format!("no value for {}", said.join(", "))).with_hint(match nearest {
        Some(name) => format!("Did you mean {{{{{name}}}}}?"),
        None => "Set it in the request's variables or the connection, or give it with --var NAME=VALUE.".to_owned(),
    })
}
