//! The JWT bearer grant (RFC 7523 §2.1): a signed statement about a user or a service account is exchanged for a token.

use joinery_connector::{
    HttpRequest,
    form::{Control, Form},
};
use serde_json::{Map, Value};

use super::{
    Auth, AuthKind, Context, Setting, field,
    oauth::{self, ClientAuth, Grant, placeholder, settings as common},
};
use crate::error::Error;

const ID: &str = "jwt_bearer";

/// Signs with a token got for a statement that the connection's own key signed.
pub struct JwtBearer;

impl AuthKind for JwtBearer {
    fn id(&self) -> &'static str {
        ID
    }

    fn label(&self) -> &'static str {
        "JWT bearer"
    }

    fn settings(&self) -> &'static [Setting] {
        &[
            common::TOKEN_URL,
            common::REVOCATION_URL,
            Setting {
                name: "issuer",
                meaning: "Who makes the statement, where all connections share one; else each connection has its own.",
                default: None,
            },
            Setting {
                name: "subject",
                meaning: "Whom the statement is about.",
                default: Some("the issuer"),
            },
            common::ASSERTION_AUDIENCE,
            common::ALGORITHM,
            common::SCOPES,
            common::CLIENT_ID,
            common::PUBLIC_CLIENT_AUTH,
            common::DPOP,
        ]
    }

    fn form(&self, settings: &Map<String, Value>) -> Form {
        let mut fields = vec![
            common::token_url_field(),
            field("issuer", "Issuer", None, Control::Text),
            common::optional("subject", "Subject", "Empty: the issuer", Control::Text),
        ];
        fields.extend(common::key_fields());
        if settings
            .get("client_auth")
            .and_then(Value::as_str)
            .is_some_and(|way| way.contains("secret"))
        {
            fields.extend(common::client_fields(settings, "none"));
        }
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

impl Grant for JwtBearer {
    fn id(&self) -> &'static str {
        ID
    }

    fn client_auth(&self) -> Option<ClientAuth> {
        // The private key signs the statement; it does not say who the client is.
        Some(ClientAuth::None)
    }

    fn fields(&self, context: &Context<'_>) -> Result<Option<Vec<(String, String)>>, Error> {
        let settings = common::Settings {
            kind: ID,
            auth: context.auth(),
        };
        let issuer = settings.required("issuer")?;
        let subject = settings.text("subject")?.unwrap_or(issuer);
        let audience = settings.text("assertion_audience")?;
        let audience = audience.map_or_else(|| settings.url("token_url"), Ok)?;
        let assertion = oauth::assertion(context, settings, issuer, subject, audience)?;
        let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
        let mut fields = vec![
            ("grant_type".to_owned(), grant.to_owned()),
            ("assertion".to_owned(), assertion),
        ];
        fields.extend(settings.what_for()?);
        Ok(Some(fields))
    }
}
