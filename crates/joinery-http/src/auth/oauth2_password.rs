//! OAuth 2.0 resource owner password credentials (RFC 6749 §4.3): for servers that offer nothing better.

use joinery_connector::{
    HttpRequest,
    form::{Control, Form},
};
use serde_json::{Map, Value};

use super::{
    Auth, AuthKind, Context, Setting, field,
    oauth::{Grant, placeholder, settings as common},
};
use crate::error::Error;

const ID: &str = "oauth2_password";

/// Signs with a token got for a user name and a password.
pub struct Password;

impl AuthKind for Password {
    fn id(&self) -> &'static str {
        ID
    }

    fn label(&self) -> &'static str {
        "OAuth 2.0 password"
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
        let mut fields = vec![
            common::token_url_field(),
            field("username", "User name", None, Control::Text),
            field("password", "Password", None, Control::Secret),
        ];
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

impl Grant for Password {
    fn id(&self) -> &'static str {
        ID
    }

    fn fields(&self, context: &Context<'_>) -> Result<Option<Vec<(String, String)>>, Error> {
        let settings = common::Settings {
            kind: ID,
            auth: context.auth(),
        };
        let mut fields = vec![
            ("grant_type".to_owned(), "password".to_owned()),
            ("username".to_owned(), settings.required("username")?.to_owned()),
            (
                "password".to_owned(),
                settings.required_secret("password")?.reveal().to_owned(),
            ),
        ];
        fields.extend(settings.what_for()?);
        Ok(Some(fields))
    }
}
