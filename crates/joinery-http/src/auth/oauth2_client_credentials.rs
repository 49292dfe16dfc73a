//! OAuth 2.0 client credentials (RFC 6749 §4.4): a service signs in as itself, with a secret or with a private key.

use joinery_connector::{HttpRequest, form::Form};
use serde_json::{Map, Value};

use super::{
    Auth, AuthKind, Context, Setting,
    oauth::{Grant, placeholder, settings as common},
};
use crate::error::Error;

const ID: &str = "oauth2_client_credentials";

/// Signs with a token that the service asks for in its own name.
pub struct ClientCredentials;

impl AuthKind for ClientCredentials {
    fn id(&self) -> &'static str {
        ID
    }

    fn label(&self) -> &'static str {
        "OAuth 2.0 client credentials"
    }

    fn settings(&self) -> &'static [Setting] {
        &[
            common::TOKEN_URL,
            common::REVOCATION_URL,
            common::CLIENT_ID,
            common::CLIENT_AUTH,
            common::SCOPES,
            common::AUDIENCE,
            common::DPOP,
            common::ALGORITHM,
            common::ASSERTION_AUDIENCE,
        ]
    }

    fn form(&self, settings: &Map<String, Value>) -> Form {
        let mut fields = vec![common::token_url_field()];
        fields.extend(common::client_fields(settings, "client_secret_basic"));
        common::form(settings, fields)
    }

    fn apply(&self, _: &Auth, request: &mut HttpRequest) -> Result<(), Error> {
        placeholder(request);
        Ok(())
    }

    fn grant(&self) -> Option<&dyn Grant> {
        Some(self)
    }
}

impl Grant for ClientCredentials {
    fn id(&self) -> &'static str {
        ID
    }

    fn fields(&self, context: &Context<'_>) -> Result<Option<Vec<(String, String)>>, Error> {
        let settings = common::Settings {
            kind: ID,
            auth: context.auth(),
        };
        // Said before the server says that a token request without a client is wrong.
        settings.required("client_id")?;
        let mut fields = vec![("grant_type".to_owned(), "client_credentials".to_owned())];
        fields.extend(settings.what_for()?);
        Ok(Some(fields))
    }
}
