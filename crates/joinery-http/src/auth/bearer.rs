//! Bearer tokens (RFC 6750): `Authorization: Bearer <token>`. The token comes ready; getting one is another kind's work.

use joinery_connector::{
    HttpRequest,
    form::{Control, Form},
};
use serde_json::{Map, Value};

use super::{Auth, AuthKind, field};
use crate::error::Error;

const ID: &str = "bearer";

/// Signs with a token.
pub struct Bearer;

impl AuthKind for Bearer {
    fn id(&self) -> &'static str {
        ID
    }

    fn label(&self) -> &'static str {
        "Bearer token"
    }

    fn form(&self, _: &Map<String, Value>) -> Form {
        Form {
            fields: vec![field("token", "Token", None, Control::Secret)],
        }
    }

    fn apply(&self, auth: &Auth, request: &mut HttpRequest) -> Result<(), Error> {
        if request.header("authorization").is_none() {
            let token = auth.secret(ID, "token")?;
            request.set_header("Authorization", format!("Bearer {}", token.reveal()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::applied;

    #[test]
    fn token_follows_the_scheme() {
        let request = applied("bearer", json!({}), &[("token", "abc")], &[]).unwrap();
        assert_eq!(request.header("authorization"), Some("Bearer abc"));
    }

    #[test]
    fn header_written_by_hand_wins() {
        let request = applied(
            "bearer",
            json!({}),
            &[("token", "abc")],
            &[("authorization", "Bearer mine")],
        )
        .unwrap();
        assert_eq!(request.header("authorization"), Some("Bearer mine"));
    }
}
