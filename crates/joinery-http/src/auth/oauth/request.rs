//! A token request: who asks, the proof of possession and its nonce, and what the answer holds.

use std::sync::Arc;

use joinery_connector::{HttpRequest, Secret, http::HttpBody};
use serde_json::{Map, Value};

use super::{
    super::{Answer, Context},
    Grant,
    client::ClientAuth,
    dpop,
    memory::{Memory, State, Token, origin},
    refusal::{self, Refusal},
    settings::{Dpop, Settings},
};
use crate::error::Error;

/// The most often one token is asked for: plain, with a proof, with a proof that carries the nonce.
const TRIES: usize = 4;

/// The form fields of a token request.
pub(in super::super) type Fields = Vec<(String, String)>;

/// The header by which Okta's answers are told from others.
const OKTA: &str = "x-okta-request-id";

/// Asks for a token with the form fields that `fields` makes anew for each try, and remembers it.
pub(super) async fn obtain(
    grant: &dyn Grant,
    context: &Context<'_>,
    memory: &Memory,
    state: &mut State,
    fields: &(dyn Fn() -> Result<Fields, Error> + Sync),
) -> Result<Arc<Token>, Error> {
    let settings = Settings {
        kind: grant.id(),
        auth: context.auth(),
    };
    let url = settings.url("token_url")?;
    let client_auth = ClientAuth::of(settings, grant.client_auth())?;
    let dpop = settings.dpop()?;
    state.proves |= dpop == Dpop::Always;
    let mut tries = 0;
    loop {
        tries += 1;
        let mut fields = fields()?;
        let grant_type = fields.iter().find(|(name, _)| name == "grant_type");
        let grant_type = grant_type.map(|(_, value)| value.clone()).unwrap_or_default();
        let mut request = HttpRequest::new("POST", url);
        request.set_header("Accept", "application/json");
        // A server takes each assertion once, so that the same request is never sent again.
        request.retry = false;
        if let Some(authorization) = client_auth.add(context, settings, url, &mut fields)? {
            request.set_header("Authorization", authorization);
        }
        request.body = HttpBody::Form { fields };
        if state.proves {
            let key = state.proof_key(context)?;
            request.set_header("DPoP", dpop::for_token(context, memory, &key, url)?);
        }
        let answer = context.ask(request).await?;
        let is_new_nonce = answer
            .header("dpop-nonce")
            .is_some_and(|nonce| memory.note_nonce(url, nonce));
        state.decodes_at = answer.header(OKTA).map(|_| origin(url));
        if (200..300).contains(&answer.status) {
            let (token, refresh) = granted(context, settings, url, &answer, state.proves)?;
            if dpop == Dpop::Always && !token.is_bound {
                return Err(refusal::unbound(url));
            }
            return state.remember(context, grant.id(), token, refresh);
        }
        let refusal = Refusal::read(&answer);
        let again = match refusal.error.as_str() {
            "use_dpop_nonce" if state.proves => is_new_nonce,
            "invalid_dpop_proof" if !state.proves && dpop != Dpop::Never => {
                state.proves = true;
                true
            }
            _ => false,
        };
        if !again || tries == TRIES {
            return Err(refusal.explain(settings, url, &grant_type, context.session().clock_ahead()));
        }
    }
}

/// Asks for a token outside of signing: to redeem what a person's sign-in gave.
pub(super) async fn redeem(grant: &dyn Grant, context: &Context<'_>, fields: Fields) -> Result<Arc<Token>, Error> {
    let memory = context.session().memory::<Memory>();
    let mut state = memory.state(grant.id(), context).await?;
    obtain(grant, context, &memory, &mut state, &|| Ok(fields.clone())).await
}

/// What the answer grants.
fn granted(
    context: &Context<'_>,
    settings: Settings<'_>,
    url: &str,
    answer: &Answer,
    with_proof: bool,
) -> Result<(Token, Option<Secret>), Error> {
    let body: Map<String, Value> = serde_json::from_slice(&answer.body).map_err(|_| refusal::senseless(url, answer))?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let access = text("access_token").ok_or_else(|| refusal::senseless(url, answer))?;
    let is_bound = text("token_type").is_some_and(|scheme| scheme.eq_ignore_ascii_case("dpop")) && with_proof;
    let obtained_ms = context.surroundings()?.now_ms();
    // Some servers write the number as text.
    let seconds = body.get("expires_in").and_then(|value| {
        let written = || value.as_str().and_then(|text| text.parse().ok());
        value.as_i64().or_else(written)
    });
    let scopes = match text("scope") {
        Some(scopes) => scopes.split(' ').map(str::to_owned).collect(),
        // RFC 6749 §5.1: left out, it is what was asked for.
        None => settings.scopes()?,
    };
    let token = Token {
        access: Secret::new(access),
        is_bound,
        obtained_ms,
        expires_ms: seconds.map(|seconds: i64| obtained_ms.saturating_add(seconds.saturating_mul(1000))),
        scopes,
    };
    Ok((token, text("refresh_token").map(Secret::new)))
}
