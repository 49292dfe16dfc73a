//! What the OAuth 2.0 kinds share: one access token per connection, got by one request at a time, renewed ahead of its
//! end, put on every request, and got anew when a server refuses it. How a token is first got is each kind's own file.

pub(super) mod authorize;
mod client;
mod dpop;
mod loopback;
mod memory;
mod refusal;
mod request;
pub(super) mod revoke;
pub(super) mod settings;

use std::sync::Arc;

use joinery_connector::HttpRequest;

pub use client::ClientAuth;
pub(super) use client::assertion;
pub use memory::Token;

use self::{
    memory::{Memory, State},
    request::Fields,
};
use super::{Context, Recovery};
use crate::{
    error::{Error, SignInCause},
    send::Exchange,
};

/// What keeps beyond the process, by the names it is kept under.
pub(super) const KEPT: &[&str] = &["token", "refresh_token", "proof_key"];

/// How a kind gets its first token.
pub trait Grant: Send + Sync {
    /// The kind's id.
    fn id(&self) -> &'static str;

    /// How the client says who it is where the settings do not say; `None` goes by what the connection holds.
    fn client_auth(&self) -> Option<ClientAuth> {
        None
    }

    /// The form fields that ask for a token, anew each time; `None` where only a person can ask, in a browser.
    ///
    /// # Errors
    /// [`Error::Auth`] naming the setting that is missing.
    fn fields(&self, context: &Context<'_>) -> Result<Option<Fields>, Error>;
}

/// Signs `request` as a copied command shows it: the token's place is named, nobody is asked.
pub(super) fn placeholder(request: &mut HttpRequest) {
    if request.header("authorization").is_none() {
        request.set_header("Authorization", "Bearer {{access_token}}");
    }
}

/// Puts the connection's access token on `request`, with a proof of possession where the token is bound to a key.
pub(super) async fn sign(grant: &dyn Grant, context: &Context<'_>, request: &mut HttpRequest) -> Result<(), Error> {
    if request.header("authorization").is_some() {
        return Ok(());
    }
    let memory = context.session().memory::<Memory>();
    let (token, key, generation, decoded) = {
        let mut state = memory.state(grant.id(), context).await?;
        let token = current(grant, context, &memory, &mut state).await?;
        let decoded = decodes(&state, &request.url);
        (token, state.proof_key.clone(), state.generation, decoded)
    };
    context.leave(generation);
    if token.is_bound
        && let Some(key) = key
    {
        let proof = dpop::for_request(context, &memory, &key, request, (&token.access, decoded))?;
        request.set_header("DPoP", proof);
    }
    let scheme = if token.is_bound { "DPoP" } else { "Bearer" };
    request.set_header("Authorization", format!("{scheme} {}", token.access.reveal()));
    Ok(())
}

/// Looks for what a signature can be mended with: a nonce, another spelling of the URL, a fresh token.
pub(super) async fn recover(
    grant: &dyn Grant,
    context: &Context<'_>,
    exchange: &Exchange,
    tries: u32,
) -> Result<Recovery, Error> {
    let memory = context.session().memory::<Memory>();
    let response = &exchange.response;
    let is_new_nonce = response
        .header("dpop-nonce")
        .is_some_and(|nonce| memory.note_nonce(&memory::origin(&response.url), nonce));
    let challenge = response.header("www-authenticate").unwrap_or_default();
    if challenge.contains("use_dpop_nonce") {
        // Calls at a time are told the same nonce: to all but one of them it is not new.
        return Ok(anew_if(is_new_nonce || tries == 0));
    }
    if challenge.contains("invalid_dpop_proof") {
        if !challenge.contains("htu") || !dpop::has_two_spellings(&response.url) {
            return Ok(Recovery::Keep);
        }
        let spelled = decodes(&*memory.state(grant.id(), context).await?, &response.url);
        // Calls at a time are refused alike: all but one of them find it settled.
        let is_new = memory.spell(&memory::origin(&response.url), !spelled);
        return Ok(anew_if(is_new || tries == 0));
    }
    let says_other = challenge.contains("error=") && !challenge.contains("invalid_token");
    if response.status != 401 || tries > 0 || says_other || context.left() == 0 {
        return Ok(Recovery::Keep);
    }
    let mut state = memory.state(grant.id(), context).await?;
    if !renews(grant, context, &state)? && !challenge.contains("invalid_token") {
        // Some servers say 401 for more than a bad token: a person's sign-in is not thrown away on a guess.
        return Ok(Recovery::Keep);
    }
    // Another call may have been refused the same token, and have got a fresh one already.
    if state.generation == context.left() {
        state.token = None;
    }
    drop(state);
    Ok(Recovery::SignAnew)
}

/// Whether proofs for `url` name its path decoded before anything is known of it: who signs in with Okta calls Okta.
fn decodes(state: &State, url: &str) -> bool {
    state.decodes_at.as_deref() == Some(memory::origin(url).as_str())
}

/// Whether a new token can be had without a person.
fn renews(grant: &dyn Grant, context: &Context<'_>, state: &State) -> Result<bool, Error> {
    Ok(state.refresh.is_some() || grant.fields(context)?.is_some())
}

fn anew_if(mended: bool) -> Recovery {
    if mended { Recovery::SignAnew } else { Recovery::Keep }
}

/// The token to use now, got or renewed where need be. The caller holds the state: whoever else wants a token waits.
async fn current(
    grant: &dyn Grant,
    context: &Context<'_>,
    memory: &Memory,
    state: &mut State,
) -> Result<Arc<Token>, Error> {
    let now = context.surroundings()?.now_ms();
    if let Some(token) = &state.token
        && token.is_good_at(now)
    {
        return Ok(Arc::clone(token));
    }
    if let Some(token) = refreshed(grant, context, memory, state).await? {
        return Ok(token);
    }
    let had_token = state.had_token;
    request::obtain(grant, context, memory, state, &|| {
        let fields = grant.fields(context)?;
        fields.ok_or_else(|| refusal::nobody_signed_in(had_token))
    })
    .await
}

/// A token for the refresh token, where there is one that is still good.
async fn refreshed(
    grant: &dyn Grant,
    context: &Context<'_>,
    memory: &Memory,
    state: &mut State,
) -> Result<Option<Arc<Token>>, Error> {
    // Another process may have renewed it since, and a server that rotates takes each refresh token once.
    state.reload_refresh(context)?;
    while let Some(refresh) = state.refresh.clone() {
        let fields = || {
            Ok(vec![
                ("grant_type".to_owned(), "refresh_token".to_owned()),
                ("refresh_token".to_owned(), refresh.reveal().to_owned()),
            ])
        };
        match request::obtain(grant, context, memory, state, &fields).await {
            Ok(token) => return Ok(Some(token)),
            Err(Error::SignIn(failure)) if failure.cause == SignInCause::NobodySignedIn => {
                state.reload_refresh(context)?;
                if state.refresh.as_ref() == Some(&refresh) {
                    state.forget_refresh(context);
                    // What the server said of the refresh token is said where nothing else can be tried.
                    return if grant.fields(context)?.is_some() {
                        Ok(None)
                    } else {
                        Err(Error::SignIn(failure))
                    };
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// The token to show: the one at hand, or one got now.
pub(super) async fn token(grant: &dyn Grant, context: &Context<'_>) -> Result<Held, Error> {
    let memory = context.session().memory::<Memory>();
    let mut state = memory.state(grant.id(), context).await?;
    let token = current(grant, context, &memory, &mut state).await?;
    Ok(Held {
        token: token.as_ref().clone(),
        is_refreshable: renews(grant, context, &state)?,
    })
}

/// The token at hand, good or not, without asking anybody.
pub(super) async fn at_hand(grant: &dyn Grant, context: &Context<'_>) -> Result<Option<Held>, Error> {
    let memory = context.session().memory::<Memory>();
    let state = memory.state(grant.id(), context).await?;
    let Some(token) = &state.token else { return Ok(None) };
    Ok(Some(Held {
        token: token.as_ref().clone(),
        is_refreshable: renews(grant, context, &state)?,
    }))
}

/// A token that a connection holds.
#[derive(Debug, Clone)]
pub struct Held {
    /// The token.
    pub token: Token,
    /// Whether a new one can be had without a person.
    pub is_refreshable: bool,
}
