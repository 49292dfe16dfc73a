//! What the tester shows of a request before it is sent: variables, questions, the curl command.

use joinery_connector::{
    Connector, Secret,
    form::{Control, Form, FormField},
    request::{RequestAuth, SavedRequest},
    secret::MASK,
    variables::{self, Scope, Variables},
};

use joinery_http::auth;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use url::Url;

use super::{Preparation, Prepared, Prompt, RequestInContext, VariableView, prepare, prompts_before};
use crate::{
    connections::{self, Resolved},
    connectors,
    error::Error,
    okta::{self, Hint},
    request_tree,
    studio::Studio,
};

/// Every variable and every call of a template function in the request, with its value and where that comes from.
///
/// # Errors
/// [`Code::Usage`](crate::Code::Usage) when connector, connection or environment do not exist.
pub fn variables(studio: &Studio, shown: &RequestInContext) -> Result<Vec<VariableView>, Error> {
    let prepared = unsigned(studio, shown)?;
    let variables = prepared.variables();
    let request = SavedRequest {
        auth: shown.request.auth.clone(),
        ..prepared.request().clone()
    };
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

/// Every variable that the request could use, with its value and where that comes from.
///
/// # Errors
/// As [`variables`].
pub fn known_variables(studio: &Studio, shown: &RequestInContext) -> Result<Vec<VariableView>, Error> {
    let prepared = unsigned(studio, shown)?;
    let variables = prepared.variables();
    Ok(variables.names().iter().map(|name| variable(variables, name)).collect())
}

/// A template function, as completion offers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TemplateFunction {
    /// Its name.
    pub name: String,
    /// How it is written, what may be left out in brackets.
    pub signature: String,
    /// What it gives, as a sentence.
    pub meaning: String,
}

/// Every template function, in the order completion offers them.
pub fn template_functions() -> Vec<TemplateFunction> {
    let shown = |function: &variables::Function| TemplateFunction {
        name: function.name.to_owned(),
        signature: function.signature.to_owned(),
        meaning: function.meaning.to_owned(),
    };
    variables::FUNCTIONS.iter().map(shown).collect()
}

/// How the request would be signed if it said nothing itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct InheritedAuth {
    /// The folder that says it; `None` where the connection does.
    pub folder: Option<String>,
    /// What the folder says.
    pub auth: RequestAuth,
}

/// What a request at `path` inherits of signing.
///
/// # Errors
/// As [`variables`].
pub fn inherited_auth(studio: &Studio, connector: &str, path: &str) -> Result<InheritedAuth, Error> {
    let connector = connectors::in_workspace(studio, connector)?;
    Ok(InheritedAuth {
        folder: request_tree::signing_folder(&connector, path),
        auth: connector.request_folder(path)?.auth,
    })
}

/// A kind of auth and all it can be given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AuthKindView {
    /// The word in files.
    pub kind: String,
    /// Its name on screen.
    pub label: String,
    /// What it needs: what is asked of a person first, then its settings.
    pub form: Form,
}

/// Every kind of auth that a request can be signed with.
pub fn auth_kinds() -> Vec<AuthKindView> {
    let kinds = auth::KINDS
        .iter()
        .filter(|kind| !matches!(kind.id(), "none" | "custom"));
    kinds
        .map(|kind| {
            let asked = kind.form(&serde_json::Map::new()).fields;
            let set = kind.settings().iter();
            let settings = set.filter(|setting| asked.iter().all(|field| field.name != setting.name));
            let mut fields = asked.clone();
            fields.extend(settings.map(|setting| FormField {
                name: setting.name.to_owned(),
                label: words(setting.name),
                hint: Some(setting.meaning.to_owned()),
                control: Control::Text,
                required: false,
                pattern: None,
                default: setting.default.map(str::to_owned),
            }));
            AuthKindView {
                kind: kind.id().to_owned(),
                label: kind.label().to_owned(),
                form: Form { fields },
            }
        })
        .collect()
}

/// A key as words: `token_url` is `Token URL`.
fn words(key: &str) -> String {
    let words = key.split('_').enumerate().map(|(at, word)| match word {
        "url" | "id" | "dpop" => word.to_uppercase(),
        _ if at == 0 => word[..1].to_uppercase() + &word[1..],
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
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
    let connector = connectors::in_workspace(studio, &shown.connector)?;
    let connection = connection(studio, &connector, shown.connection.as_deref())?;
    let prompts = prompts_before(studio, &connector, connection, given(shown))?;
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

/// The request as a curl command: secrets as shell variables, or written out where they are known.
///
/// # Errors
/// As [`variables`].
pub fn to_curl(studio: &Studio, shown: &RequestInContext, secrets: bool) -> Result<String, Error> {
    let prepared = in_context(studio, shown)?;
    let (mut request, mut variables) = (prepared.request().clone(), prepared.variables().clone());
    // As when it is sent: elsewhere it goes unsigned.
    if is_signed(&request, &variables, prepared.connection()) {
        let signature = connections::signature(prepared.connection());
        request.headers.extend(signature.headers);
        request.query.extend(signature.query);
        if let Some(credentials) = signature.credentials {
            let value = variables::Value::Secret(credentials);
            variables.set(Scope::Connection, connections::CREDENTIALS, value);
        }
    }
    if secrets {
        write_out(&mut variables);
    }
    // A token that is asked for has no value yet; as a secret its place is written as a shell variable.
    if variables.get("access_token").is_none() {
        let token = variables::Value::Secret(Secret::new("asked for"));
        variables.set(Scope::Connection, "access_token", token);
    }
    Ok(request.to_curl(&variables))
}

/// Whether the request goes to the connection's own address; an address that is not whole yet most likely will.
fn is_signed(request: &SavedRequest, variables: &Variables, connection: &Resolved) -> bool {
    if connection.http.signs_anywhere {
        return true;
    }
    let origin = |url: &str| Url::parse(url).ok().map(|url| url.origin());
    match (request.resolve(variables), origin(&connection.http.base_url)) {
        (Ok(ready), Some(own)) => origin(&ready.url) == Some(own),
        _ => true,
    }
}

/// Makes plain texts of the secrets.
fn write_out(variables: &mut Variables) {
    let names: Vec<String> = variables.names().into_iter().map(str::to_owned).collect();
    for name in names {
        let secret = match variables.get(&name) {
            Some((scope, variables::Value::Secret(secret))) => Some((scope, secret.reveal().to_owned())),
            _ => None,
        };
        if let Some((scope, text)) = secret {
            variables.set(scope, name, variables::Value::Text(text));
        }
    }
}

/// The request without the way it is signed, which may lack what is about to be filled in.
fn unsigned(studio: &Studio, shown: &RequestInContext) -> Result<Prepared, Error> {
    let request = SavedRequest {
        auth: RequestAuth::None,
        ..shown.request.clone()
    };
    let shown = RequestInContext {
        request,
        ..shown.clone()
    };
    in_context(studio, &shown)
}

fn in_context(studio: &Studio, shown: &RequestInContext) -> Result<Prepared, Error> {
    let connector = connectors::in_workspace(studio, &shown.connector)?;
    let connection = connection(studio, &connector, shown.connection.as_deref())?;
    prepare(studio, &connector, connection, given(shown))
}

fn given(shown: &RequestInContext) -> Preparation {
    Preparation {
        path: shown.path.clone(),
        request: shown.request.clone(),
        environment: shown.environment.clone(),
        ..Preparation::default()
    }
}

/// The connection of that name; where none is chosen, a request with an absolute URL can still be sent.
pub(crate) fn connection(studio: &Studio, connector: &Connector, name: Option<&str>) -> Result<Resolved, Error> {
    match name {
        Some(name) => connections::resolve(studio, connector, Ok(name)),
        None => Ok(connections::none(studio, connector)),
    }
}
