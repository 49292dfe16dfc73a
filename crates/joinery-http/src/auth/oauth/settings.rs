//! The settings that OAuth kinds share, and the fields a connection fills in where `connector.toml` leaves them open.

use joinery_connector::{
    Secret,
    form::{Control, Form, FormField},
};
use serde_json::{Map, Value};
use url::Url;

use super::super::{Auth, Setting, field, missing};
use crate::error::Error;

pub(in super::super) const TOKEN_URL: Setting = Setting {
    name: "token_url",
    meaning: "Where tokens are asked for; `{{base_url}}` and the connection's fields may stand in it.",
    default: None,
};
pub(in super::super) const REVOCATION_URL: Setting = Setting {
    name: "revocation_url",
    meaning: "Where signing out revokes tokens (RFC 7009).",
    default: Some("what the server's metadata says"),
};
pub(in super::super) const CLIENT_ID: Setting = Setting {
    name: "client_id",
    meaning: "The client's id, where all connections share one; else each connection has its own.",
    default: None,
};
pub(in super::super) const SCOPES: Setting = Setting {
    name: "scopes",
    meaning: "What to ask for, as a list. A connection may ask for less.",
    default: None,
};
pub(in super::super) const AUDIENCE: Setting = Setting {
    name: "audience",
    meaning: "The API the token is for, where the server wants it named.",
    default: None,
};
pub(in super::super) const DPOP: Setting = Setting {
    name: "dpop",
    meaning: "Whether tokens are bound to a key of the connection (DPoP): `true`, `false`, or `\"when_required\"`, which \
              binds them once the server asks for it. A connection may say `always` or `never` instead.",
    default: Some("\"when_required\""),
};
pub(in super::super) const CLIENT_AUTH: Setting = Setting {
    name: "client_auth",
    meaning: "How the client says who it is: `client_secret_basic`, `client_secret_post`, `private_key_jwt` or `none`.",
    default: Some("\"client_secret_basic\""),
};
pub(in super::super) const PUBLIC_CLIENT_AUTH: Setting = Setting {
    default: Some("\"none\""),
    ..CLIENT_AUTH
};
pub(in super::super) const ALGORITHM: Setting = Setting {
    name: "algorithm",
    meaning: "What assertions are signed with: `RS256`, `RS384`, `RS512`, `ES256` or `ES384`.",
    default: Some("what the key is for"),
};
pub(in super::super) const ASSERTION_AUDIENCE: Setting = Setting {
    name: "assertion_audience",
    meaning: "Whom assertions are addressed to.",
    default: Some("the token URL"),
};

/// Whether tokens are bound to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dpop {
    Never,
    WhenRequired,
    Always,
}

/// The settings and secrets of one kind, read by name.
#[derive(Clone, Copy)]
pub(crate) struct Settings<'a> {
    pub(crate) kind: &'static str,
    pub(crate) auth: &'a Auth,
}

impl<'a> Settings<'a> {
    /// The setting `name`, if it is set.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&'a str>, Error> {
        self.auth.setting(self.kind, name)
    }

    /// The setting `name`, which must be set.
    pub(crate) fn required(&self, name: &str) -> Result<&'a str, Error> {
        self.text(name)?.ok_or_else(|| missing(self.kind, name))
    }

    /// The secret `name`, if there is one.
    pub(crate) fn secret(&self, name: &str) -> Option<&'a Secret> {
        self.auth.secrets.get(name).filter(|secret| !secret.is_empty())
    }

    /// The secret `name`, which must be there.
    pub(crate) fn required_secret(&self, name: &str) -> Result<&'a Secret, Error> {
        self.auth.secret(self.kind, name)
    }

    /// The setting `name`, an absolute URL of http or https.
    pub(crate) fn url(&self, name: &str) -> Result<&'a str, Error> {
        let text = self.required(name)?;
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(text),
            _ => Err(self.wrong(format!("`{name}` is `{text}`, which is no absolute http or https URL"))),
        }
    }

    /// The scopes, each once, from a list or from text with spaces or commas between them.
    pub(crate) fn scopes(&self) -> Result<Vec<String>, Error> {
        let mut scopes: Vec<String> = Vec::new();
        let mut add = |text: &str| {
            for scope in text.split([' ', ',', '\n', '\t']).filter(|scope| !scope.is_empty()) {
                if !scopes.iter().any(|known| known == scope) {
                    scopes.push(scope.to_owned());
                }
            }
        };
        match self.auth.settings.get("scopes") {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => add(text),
            Some(Value::Array(list)) if list.iter().all(Value::is_string) => {
                list.iter().filter_map(Value::as_str).for_each(add);
            }
            Some(_) => return Err(self.wrong("`scopes` must be a list of texts")),
        }
        Ok(scopes)
    }

    /// The setting `name`, on or off.
    pub(crate) fn switch(&self, name: &str, default: bool) -> Result<bool, Error> {
        match self.auth.settings.get(name) {
            None | Some(Value::Null) => Ok(default),
            Some(Value::Bool(on)) => Ok(*on),
            Some(_) => Err(self.wrong(format!("`{name}` is true or false"))),
        }
    }

    /// The setting `name`, a port; 0 where it is not set.
    pub(crate) fn port(&self, name: &str) -> Result<u16, Error> {
        let port = match self.auth.settings.get(name) {
            None | Some(Value::Null) => Some(0),
            Some(Value::Number(number)) => number.as_u64().and_then(|number| u16::try_from(number).ok()),
            Some(Value::String(text)) if text.is_empty() => Some(0),
            Some(Value::String(text)) => text.parse().ok(),
            Some(_) => None,
        };
        port.ok_or_else(|| self.wrong(format!("`{name}` is a port: a number up to 65535")))
    }

    /// Whether tokens are bound to a key.
    pub(crate) fn dpop(&self) -> Result<Dpop, Error> {
        match self.auth.settings.get("dpop") {
            Some(Value::Bool(true)) => Ok(Dpop::Always),
            Some(Value::Bool(false)) => Ok(Dpop::Never),
            None | Some(Value::Null) => Ok(Dpop::WhenRequired),
            Some(Value::String(word)) => match word.as_str() {
                "when_required" => Ok(Dpop::WhenRequired),
                "true" | "always" => Ok(Dpop::Always),
                "false" | "never" => Ok(Dpop::Never),
                _ => Err(self.wrong("`dpop` is true, false or \"when_required\"")),
            },
            Some(_) => Err(self.wrong("`dpop` is true, false or \"when_required\"")),
        }
    }

    /// The form fields that say what the token is for.
    pub(crate) fn what_for(&self) -> Result<Vec<(String, String)>, Error> {
        let mut fields = Vec::new();
        let scopes = self.scopes()?;
        if !scopes.is_empty() {
            fields.push(("scope".to_owned(), scopes.join(" ")));
        }
        if let Some(audience) = self.text("audience")? {
            fields.push(("audience".to_owned(), audience.to_owned()));
        }
        Ok(fields)
    }

    /// A complaint about a setting.
    pub(crate) fn wrong(&self, reason: impl Into<String>) -> Error {
        Error::Auth {
            kind: self.kind,
            reason: reason.into(),
        }
    }
}

/// The fields of a kind's form, without those that `settings` fill in already, and the scopes.
pub(crate) fn form(settings: &Map<String, Value>, fields: Vec<FormField>) -> Form {
    let is_open = |field: &FormField| match settings.get(&field.name) {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(_) => false,
    };
    let mut fields: Vec<FormField> = fields.into_iter().filter(is_open).collect();
    fields.push(scopes_field(settings));
    fields.push(dpop_field(settings));
    Form { fields }
}

/// The field for the token URL.
pub(crate) fn token_url_field() -> FormField {
    let hint = Some("https://acme.example/oauth2/v1/token");
    field("token_url", "Token URL", hint, Control::Text)
}

/// A field that may be left empty.
pub(crate) fn optional(name: &str, label: &str, hint: &str, control: Control) -> FormField {
    FormField {
        required: false,
        ..field(name, label, Some(hint), control)
    }
}

/// The field for the scopes, where a connection may ask for less than `connector.toml` does.
fn scopes_field(settings: &Map<String, Value>) -> FormField {
    let own = match settings.get("scopes") {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        Some(Value::String(text)) => text.clone(),
        _ => String::new(),
    };
    let hint = if own.is_empty() {
        "Separated by spaces".to_owned()
    } else {
        format!("Empty asks for {own}")
    };
    optional("scopes", "Scopes", &hint, Control::Text)
}

/// The field for proof of possession, where a connection may go another way than `connector.toml`.
fn dpop_field(settings: &Map<String, Value>) -> FormField {
    let own = match settings.get("dpop") {
        Some(Value::Bool(true)) => "always",
        Some(Value::Bool(false)) => "never",
        _ => "once the server asks for it",
    };
    let options = ["auto", "always", "never"].map(str::to_owned).to_vec();
    let hint = format!("auto: as the connector says, {own}");
    FormField {
        default: Some("auto".into()),
        ..optional("dpop", "Bind tokens with DPoP", &hint, Control::Select { options })
    }
}

/// The fields by which a client says who it is, for the way that `settings` choose.
pub(crate) fn client_fields(settings: &Map<String, Value>, default: &str) -> Vec<FormField> {
    let mut fields = vec![field("client_id", "Client ID", None, Control::Text)];
    match settings.get("client_auth").and_then(Value::as_str).unwrap_or(default) {
        "private_key_jwt" => fields.extend(key_fields()),
        "none" => {}
        _ => fields.push(field("client_secret", "Client secret", None, Control::Secret)),
    }
    fields
}

/// The fields of a private key.
pub(crate) fn key_fields() -> Vec<FormField> {
    vec![
        field("private_key", "Private key", Some("PEM or JWK"), Control::Secret),
        optional(
            "key_id",
            "Key ID",
            "The kid of the public key, as the server shows it",
            Control::Text,
        ),
    ]
}
