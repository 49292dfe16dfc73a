//! Requests for other tools: which ones, with which values, as which file.

use std::{collections::BTreeMap, sync::Arc};

use joinery_connector::{
    Connector,
    export::{Format, RequestSet, Selection, Write, postman_environment},
    import::NotCarried,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    environments,
    error::{Code, Error},
    requests::Outside,
    studio::Studio,
};

/// What of a connector is written for another tool.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct RequestExport {
    /// One request only: `users/get_user`, or its path.
    pub request: Option<String>,
    /// An environment: its values are used; for Postman it is what is written.
    pub environment: Option<String>,
    /// Values that win over every other.
    pub variables: BTreeMap<String, String>,
}

/// Requests as a file of another tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RequestsExported {
    /// The name the file would have.
    pub file_name: String,
    /// The file.
    pub text: String,
    /// What it cannot say.
    pub not_carried: Vec<NotCarried>,
}

/// The file that `format` makes of a connector's requests. No secret is in it.
///
/// # Errors
/// [`Code::Usage`] for a format that holds no requests, a request or an environment that does not exist, and for code
/// of more than one request; [`Code::Invalid`] with its place for a request that cannot be read.
pub fn requests(
    studio: &Studio,
    connector: &Connector,
    format: &Format,
    what: &RequestExport,
) -> Result<RequestsExported, Error> {
    let root = &connector.root;
    let environment = match &what.environment {
        Some(name) => Some(environments::open(root, name)?),
        None => None,
    };
    if let (Some(environment), "postman") = (&environment, format.id) {
        return Ok(RequestsExported {
            file_name: format!("{}.postman_environment.json", environment.name),
            text: postman_environment(&environment.name, &environment.variables),
            not_carried: Vec::new(),
        });
    }
    let mut variables = environments::workspace_variables(root)?;
    variables.extend(environment.map(|environment| environment.variables).unwrap_or_default());
    let selection = Selection {
        request: what.request.as_deref().map(path_of),
        variables,
        given: what.variables.clone(),
        world: Some(Arc::new(Outside::new(studio, root, BTreeMap::new()))),
    };
    let write = match &format.write {
        Write::Requests(write) => write,
        Write::Code(write) if selection.request.is_some() => write,
        Write::Code(_) => {
            let error = Error::new(Code::Usage, format!("{} is written for one request", format.label));
            return Err(error.with_hint("Choose it: --request users/get_user."));
        }
        Write::Package(_) => {
            return Err(Error::new(
                Code::Usage,
                format!("{} is a file of its own", format.label),
            ));
        }
    };
    let set = RequestSet::of(connector, &selection).map_err(|error| match error {
        joinery_connector::Error::NoSuchFile { path } => no_request(connector, &path),
        error => error.into(),
    })?;
    let manifest = &connector.manifest;
    let written = write(set);
    Ok(RequestsExported {
        file_name: (format.file_name)(&manifest.id, &manifest.version),
        text: written.text,
        not_carried: written.not_carried,
    })
}

/// `users/get_user` is kept in `requests/users/get_user.toml`.
fn path_of(request: &str) -> String {
    let name = request.strip_prefix("requests/").unwrap_or(request);
    let name = name.strip_suffix(".toml").unwrap_or(name);
    format!("requests/{name}.toml")
}

fn no_request(connector: &Connector, path: &str) -> Error {
    let short = |path: &str| {
        path.trim_start_matches("requests/")
            .trim_end_matches(".toml")
            .to_owned()
    };
    let known: Vec<String> = connector
        .request_tree()
        .requests()
        .iter()
        .map(|path| short(path))
        .collect();
    Error {
        code: Code::Usage,
        ..Error::unknown("request", &short(path), known.iter().map(String::as_str))
    }
}
