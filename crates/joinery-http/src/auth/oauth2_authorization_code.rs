//! OAuth 2.0 authorization code (RFC 6749 §4.1) with PKCE: a person signs in once, in the browser; from then on the
//! refresh token does. The way through the browser is `oauth/authorize.rs`.

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

pub(super) const ID: &str = "oauth2_authorization_code";

/// Signs with a token that a person signed in for.
pub struct AuthorizationCode;

impl AuthKind for AuthorizationCode {
    fn id(&self) -> &'static str {
        ID
    }

    fn label(&self) -> &'static str {
        "OAuth 2.0 sign-in by browser"
    }

    fn settings(&self) -> &'static [Setting] {
        &[
            Setting {
                name: "authorization_url",
                meaning: "The page on which people sign in; `{{base_url}}` and the connection's fields may stand in it.",
                default: None,
            },
            common::TOKEN_URL,
            common::REVOCATION_URL,
            common::CLIENT_ID,
            common::PUBLIC_CLIENT_AUTH,
            common::SCOPES,
            common::AUDIENCE,
            Setting {
                name: "pkce",
                meaning: "Whether the code is tied to this sign-in (PKCE, S256).",
                default: Some("true"),
            },
            Setting {
                name: "redirect_port",
                meaning: "The port on this machine to which the page answers; 0 takes a free one, for servers that allow \
                          any.",
                default: Some("0"),
            },
            Setting {
                name: "redirect_host",
                meaning: "`127.0.0.1` or `localhost`, as registered with the server.",
                default: Some("\"127.0.0.1\""),
            },
            Setting {
                name: "redirect_path",
                meaning: "The path of the redirect URI.",
                default: Some("\"/callback\""),
            },
            Setting {
                name: "authorization_params",
                meaning: "A table of further parameters for the page, such as `prompt`.",
                default: None,
            },
            common::DPOP,
            common::ALGORITHM,
            common::ASSERTION_AUDIENCE,
        ]
    }

    fn form(&self, settings: &Map<String, Value>) -> Form {
        let page = Some("https://acme.example/oauth2/v1/authorize");
        let mut fields = vec![
            field("authorization_url", "Authorization URL", page, Control::Text),
            common::token_url_field(),
        ];
        fields.extend(common::client_fields(settings, "none"));
        fields.push(common::optional(
            "redirect_port",
            "Redirect port",
            "Empty: a free one",
            Control::Text,
        ));
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

impl Grant for AuthorizationCode {
    fn id(&self) -> &'static str {
        ID
    }

    fn fields(&self, _: &Context<'_>) -> Result<Option<Vec<(String, String)>>, Error> {
        Ok(None)
    }
}
