//! Errors of OAuth: `error` and `error_description` in the body, unlike those of the API. The texts are Okta's own.

use axum::http::HeaderName;
use serde_json::json;

use crate::okta::call::Reply;

/// The header that carries a nonce for the next proof.
pub const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// A refused request.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The status.
    pub status: u16,
    /// The code of the standard.
    pub error: &'static str,
    /// What Okta says about it.
    pub description: String,
    nonce: Option<String>,
}

impl Refusal {
    /// Any refusal.
    pub fn new(status: u16, error: &'static str, description: impl Into<String>) -> Self {
        Self {
            status,
            error,
            description: description.into(),
            nonce: None,
        }
    }

    /// 401 `invalid_client`: nobody proved to be the client.
    pub fn client(description: &str) -> Self {
        Self::new(401, "invalid_client", description)
    }

    /// 400 `invalid_request`.
    pub fn request(description: impl Into<String>) -> Self {
        Self::new(400, "invalid_request", description)
    }

    /// 400 `invalid_request` for a parameter that has to be there.
    pub fn missing(parameter: &str) -> Self {
        Self::request(format!("The required parameter '{parameter}' is missing."))
    }

    /// 400 `invalid_grant`: the code or refresh token is worth nothing.
    pub fn grant(description: &str) -> Self {
        Self::new(400, "invalid_grant", description)
    }

    /// 400 `invalid_scope`.
    pub fn scope(description: &str) -> Self {
        Self::new(400, "invalid_scope", description)
    }

    /// 400 `invalid_dpop_proof`.
    pub fn proof(description: &str) -> Self {
        Self::new(400, "invalid_dpop_proof", description)
    }

    /// 400 `use_dpop_nonce`, with the nonce to use.
    pub fn nonce(nonce: String) -> Self {
        Self {
            nonce: Some(nonce),
            ..Self::new(
                400,
                "use_dpop_nonce",
                "Authorization server requires nonce in DPoP proof.",
            )
        }
    }

    /// The answer to send.
    pub fn reply(&self) -> Reply {
        let body = json!({"error": self.error, "error_description": self.description});
        let reply = Reply::json(&body).with_status(self.status);
        match &self.nonce {
            Some(nonce) => reply.with_header(DPOP_NONCE, nonce),
            None => reply,
        }
    }
}
