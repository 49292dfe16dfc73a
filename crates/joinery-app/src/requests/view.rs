//! What the tester shows of a request before it is sent: variables, questions, the curl command.

use joinery_connector::{
    Connector, Secret,
    secret::MASK,
    variables::{self, Scope, Variables},
};

use super::{Preparation, Prepared, Prompt, RequestInContext, VariableView, prepare};
use crate::{
    connections::{self, Resolved},
    connectors,
    error::Error,
    okta::{self, Hint},
    studio::Studio,
};

/// Every variable and every call of a template function in the request, with its value and where that comes from.
///
/// # Errors
/// [`Code::Usage`](crate::Code::Usage) when connector, connection or environment do not exist.
pub fn variables(studio: &Studio, shown: &RequestInContext) -> Result<Vec<VariableView>, Error> {
    let prepared = in_context(studio, shown)?;
    let (request, variables) = (prepared.request(), prepared.variables());
    let calls = request
        .placeholders()
        .into_iter()
        .filter(|mention| mention.name.contains('('));
    let named = request
        .mentions()
        .into_iter()
        .map(|mention| variable(variables, &mention.name));
    Ok(named
        .chain(calls.map(|mention| call(variables, &mention.name)))
        .collect())
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
        reason: None,
    }
}

/// What a call would give now; it gives it anew when the request is sent.
fn call(variables: &Variables, written: &str) -> VariableView {
    let before = variables.secrets().len();
    let filled = variables::fill(&format!("{{{{{written}}}}}"), variables, "");
    let secret = variables.secrets().len() > before;
    let (value, reason) = match filled {
        Ok(_) if secret => (Some(MASK.to_owned()), None),
        Ok(value) => (Some(value), None),
        Err(missing) => (None, missing.into_iter().next().and_then(|missing| missing.reason)),
    };
    VariableView {
        name: written.to_owned(),
        scope: None,
        value,
        secret,
        reason,
    }
}

/// What the request asks a person when it is sent, in order, each label once.
///
/// # Errors
/// As [`variables`].
pub fn prompts(studio: &Studio, shown: &RequestInContext) -> Result<Vec<Prompt>, Error> {
    let prompts = in_context(studio, shown)?.prompts();
    let named = prompts.into_iter().map(|(label, default)| Prompt {
        secret: variables::is_secret_label(&label),
        label,
        default,
    });
    Ok(named.collect())
}

/// What is worth knowing before the request is sent: what a PUT would clear, by what its URL was last answered with.
///
/// # Errors
/// As [`variables`], and [`Code::Input`](crate::Code::Input) for a variable without a value.
pub fn request_hints(studio: &Studio, shown: &RequestInContext) -> Result<Vec<Hint>, Error> {
    let ready = in_context(studio, shown)?.ready()?;
    Ok(okta::would_clear(&ready, &studio.last_responses).into_iter().collect())
}

/// The request as a curl command, secrets as shell variables.
///
/// # Errors
/// As [`variables`].
pub fn to_curl(studio: &Studio, shown: &RequestInContext) -> Result<String, Error> {
    let prepared = in_context(studio, shown)?;
    let (mut request, mut variables) = (prepared.request().clone(), prepared.variables().clone());
    request.headers.extend(connections::shown_auth(prepared.connection()));
    // A token that is asked for has no value yet; as a secret its place is written as a shell variable.
    if variables.get("access_token").is_none() {
        let token = variables::Value::Secret(Secret::new("asked for"));
        variables.set(Scope::Connection, "access_token", token);
    }
    Ok(request.to_curl(&variables))
}

fn in_context(studio: &Studio, shown: &RequestInContext) -> Result<Prepared, Error> {
    let connector = connectors::in_workspace(studio, &shown.connector)?;
    let connection = connection(studio, &connector, shown.connection.as_deref())?;
    let given = Preparation {
        path: shown.path.clone(),
        request: shown.request.clone(),
        environment: shown.environment.clone(),
        ..Preparation::default()
    };
    prepare(studio, &connector, connection, given)
}

/// The connection of that name; where none is chosen, a request with an absolute URL can still be sent.
pub(super) fn connection(studio: &Studio, connector: &Connector, name: Option<&str>) -> Result<Resolved, Error> {
    match name {
        Some(name) => connections::resolve(studio, connector, Ok(name)),
        None => Ok(connections::none(studio, connector)),
    }
}
