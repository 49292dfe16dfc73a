//! No auth: requests go out as they are.

use joinery_connector::{HttpRequest, form::Form};
use serde_json::{Map, Value};

use super::{Auth, AuthKind};
use crate::error::Error;

/// Signs nothing.
pub struct NoAuth;

impl AuthKind for NoAuth {
    fn id(&self) -> &'static str {
        "none"
    }

    fn label(&self) -> &'static str {
        "No auth"
    }

    fn form(&self, _: &Map<String, Value>) -> Form {
        Form::default()
    }

    fn apply(&self, _: &Auth, _: &mut HttpRequest) -> Result<(), Error> {
        Ok(())
    }
}
