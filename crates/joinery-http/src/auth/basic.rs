//! Basic authentication (RFC 7617). Knows nothing of prompts or storage: the password arrives as a `Secret`.

use base64::{Engine, prelude::BASE64_STANDARD};
use joinery_connector::{
    HttpRequest,
    form::{Control, Form},
};
use serde_json::{Map, Value};

use super::{Auth, AuthKind, field, missing};
use crate::error::Error;

const ID: &str = "basic";

/// Signs with a user name and a password.
pub struct Basic;

impl AuthKind for Basic {
    fn id(&self) -> &'static str {
        ID
    }

    fn label(&self) -> &'static str {
        "User name and password"
    }

    fn form(&self, _: &Map<String, Value>) -> Form {
        Form {
            fields: vec![
                field("username", "User name", None, Control::Text),
                field("password", "Password", None, Control::Secret),
            ],
        }
    }

    fn apply(&self, auth: &Auth, request: &mut HttpRequest) -> Result<(), Error> {
        if request.header("authorization").is_some() {
            return Ok(());
        }
        let username = auth.setting(ID, "username")?.ok_or_else(|| missing(ID, "username"))?;
        // RFC 7617 §2: the user name may not hold a colon (the password may), neither may hold control characters.
        if username.contains(':') {
            return Err(Error::Auth {
                kind: ID,
                reason: "a user name cannot hold a colon".into(),
            });
        }
        let password = auth.secret(ID, "password")?.reveal();
        if username.chars().chain(password.chars()).any(char::is_control) {
            return Err(Error::Auth {
                kind: ID,
                reason: "user name and password cannot hold control characters such as line breaks".into(),
            });
        }
        request.set_header("Authorization", basic_value(username, password));
        Ok(())
    }
}

/// The header's value, in UTF-8 as RFC 7617 §2.1 wants it.
pub(crate) fn basic_value(username: &str, password: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{username}:{password}")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::applied;

    #[test]
    fn examples_of_the_rfc_come_out_as_printed_there() {
        for (username, password, expected) in [
            ("Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
            ("test", "123\u{a3}", "Basic dGVzdDoxMjPCow=="),
        ] {
            let request = applied("basic", json!({ "username": username }), &[("password", password)], &[]).unwrap();
            assert_eq!(request.header("authorization"), Some(expected));
        }
    }

    #[test]
    fn colon_in_the_user_name_is_refused_and_in_the_password_is_not() {
        let error = applied("basic", json!({ "username": "a:b" }), &[("password", "c")], &[]).unwrap_err();
        assert_eq!(error, "basic: a user name cannot hold a colon");
        assert!(applied("basic", json!({ "username": "a" }), &[("password", "b:c")], &[]).is_ok());
    }
}
