//! The form a request to the authorization server brings.

use axum::http::header;

use super::refusal::Refusal;
use crate::okta::call::{Call, Query};

/// The fields of a form; an empty one counts as absent.
pub struct Form(Query);

impl Form {
    /// The form in the body of a call.
    ///
    /// # Errors
    /// `invalid_request` where it is none, or names a field twice.
    pub fn read(call: &Call<'_>) -> Result<Self, Refusal> {
        let kind = call.header(&header::CONTENT_TYPE).unwrap_or_default();
        if !kind
            .to_ascii_lowercase()
            .starts_with("application/x-www-form-urlencoded")
        {
            let text = "The request must have the Content-Type 'application/x-www-form-urlencoded'.";
            return Err(Refusal::request(text));
        }
        Self::of(Query::parse(&String::from_utf8_lossy(call.body)))
    }

    /// The fields of a query.
    ///
    /// # Errors
    /// `invalid_request` where it names one twice.
    pub fn of(query: Query) -> Result<Self, Refusal> {
        let names: Vec<&str> = query.iter().map(|(name, _)| name).collect();
        if names
            .iter()
            .enumerate()
            .any(|(index, name)| names[..index].contains(name))
        {
            let text = "The request contained multiple parameters with the same name.";
            return Err(Refusal::request(text));
        }
        Ok(Self(query))
    }

    /// A field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).filter(|value| !value.is_empty())
    }

    /// A field that has to be there.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn need(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::missing(name))
    }

    /// The scopes asked for, each once.
    pub fn scopes(&self) -> Vec<String> {
        let mut scopes: Vec<String> = Vec::new();
        for scope in self.get("scope").unwrap_or_default().split_whitespace() {
            if !scopes.iter().any(|known| known == scope) {
                scopes.push(scope.to_owned());
            }
        }
        scopes
    }

    /// Every field, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter()
    }
}
