//! Signing in by browser, and the token a connection holds: shown by what it opens and until when, never by its text.

use std::time::Duration;

use joinery_connector::Connector;
use joinery_http::auth::{Authorization, Held, Revocation, jwt, tokens};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

use super::{Resolved, resolve};
use crate::{
    connectors,
    error::{Code, Error},
    event::Event,
    studio::Studio,
};

/// How long a person may take to sign in.
const PATIENCE: Duration = Duration::from_secs(300);

/// How long signing out waits for the server.
const REVOKED_WITHIN: Duration = Duration::from_secs(10);

/// A sign-in to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SignIn {
    /// An id the caller chose; [`crate::runs::cancel`] takes it.
    pub id: String,
    /// The connector's folder in the workspace.
    pub connector: String,
    /// The saved connection's name.
    pub connection: String,
}

/// The token a connection signs with, without its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TokenState {
    /// `Bearer`, or `DPoP` for one that is bound to a key of the connection.
    pub kind: String,
    /// What it opens.
    pub scopes: Vec<String>,
    /// When it was got, in milliseconds since 1970.
    pub obtained_at: i64,
    /// When it ends, in milliseconds since 1970, where the server said so.
    pub expires_at: Option<i64>,
    /// Whether a new one can be had without a person.
    pub refreshable: bool,
    /// Whether it is bound to a key of the connection.
    pub dpop: bool,
    /// Its header, where it is a JWT.
    pub header: Option<Map<String, Value>>,
    /// Its claims, where it is a JWT.
    pub claims: Option<Map<String, Value>>,
}

/// Whether a person has to sign in to connections of that auth choice.
pub fn takes_a_person(connector: &Connector, auth: &str) -> bool {
    let choice = connector.manifest.auth.iter().find(|choice| choice.id == auth);
    choice.is_some_and(|choice| choice.kind == "oauth2_authorization_code")
}

/// Signs a person in to a saved connection of the open workspace. `show` opens the page in a browser; the page's address
/// also comes as [`Event::SignInPage`]. Returns when the person is done, gives up, or takes more than five minutes.
///
/// # Errors
/// [`Code::SignIn`](crate::Code) and [`Code::SignInNeeded`](crate::Code) saying what went wrong, [`Code::Cancelled`](crate::Code), [`Code::Usage`](crate::Code).
pub async fn sign_in(studio: &Studio, sign_in: SignIn, show: impl FnOnce(&str)) -> Result<TokenState, Error> {
    let connector = connectors::in_workspace(studio, &sign_in.connector)?;
    let resolved = resolve(studio, &connector, Ok(&sign_in.connection))?;
    let (stop, _ended) = studio.running.begin(&sign_in.id);
    let tell = |url: &str| {
        studio.tell(Event::SignInPage {
            id: sign_in.id.clone(),
            url: url.to_owned(),
        });
        show(url);
    };
    sign_in_resolved(studio, &resolved, tell, PATIENCE, &stop.request).await
}

/// As [`sign_in`], for a connection that is resolved already.
///
/// # Errors
/// As [`sign_in`].
pub async fn sign_in_resolved(
    studio: &Studio,
    connection: &Resolved,
    show: impl FnOnce(&str),
    patience: Duration,
    cancel: &CancellationToken,
) -> Result<TokenState, Error> {
    let client = studio.client(connection)?;
    let authorization = Authorization::begin(&connection.http).await?;
    show(authorization.url());
    let signed_in = authorization
        .finish(&client, &connection.http, patience, cancel)
        .await?;
    Ok(state(&signed_in.held))
}

/// The token that a saved connection of the open workspace signs with, got or renewed now where need be; `None` for a way
/// to sign in that has none.
///
/// # Errors
/// [`Code::SignInNeeded`](crate::Code) where nobody is signed in, [`Code::SignIn`](crate::Code) where the server refuses, [`Code::Usage`](crate::Code).
pub async fn token(studio: &Studio, connector: &str, connection: &str) -> Result<Option<TokenState>, Error> {
    let connector = connectors::in_workspace(studio, connector)?;
    let resolved = resolve(studio, &connector, Ok(connection))?;
    token_resolved(studio, &resolved).await
}

/// The token that a saved connection of the open workspace has at hand, good or not; no server is asked. `None` where
/// there is none, yet or any more.
///
/// # Errors
/// [`Code::Usage`](crate::Code::Usage), [`Code::Unavailable`](crate::Code::Unavailable).
pub async fn token_at_hand(studio: &Studio, connector: &str, connection: &str) -> Result<Option<TokenState>, Error> {
    let connector = connectors::in_workspace(studio, connector)?;
    let resolved = resolve(studio, &connector, Ok(connection))?;
    let client = studio.client(&resolved)?;
    let held = tokens::at_hand(&client, &resolved.http).await?;
    Ok(held.as_ref().map(state))
}

/// As [`token`], for a connection that is resolved already.
///
/// # Errors
/// As [`token`].
pub async fn token_resolved(studio: &Studio, connection: &Resolved) -> Result<Option<TokenState>, Error> {
    let client = studio.client(connection)?;
    let held = tokens::held(&client, &connection.http, &CancellationToken::new()).await?;
    Ok(held.map(|(held, _)| state(&held)))
}

/// What signing out did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SignedOut {
    /// Whether tokens of the connection may still be good at the server.
    pub left: bool,
    /// What was done, in words.
    pub message: String,
    /// What is left to do.
    pub hint: Option<String>,
}

/// Signs out of a saved connection of the open workspace.
///
/// # Errors
/// As [`sign_out_resolved`].
pub async fn sign_out(studio: &Studio, connector: &str, connection: &str) -> Result<SignedOut, Error> {
    let connector = connectors::in_workspace(studio, connector)?;
    sign_out_resolved(studio, &resolve(studio, &connector, Ok(connection))?).await
}

/// Revokes the tokens of a saved connection at the server where it has a place for that, and forgets them here in any
/// case; settings and secrets of the connection stay.
///
/// # Errors
/// [`Code::Unavailable`](crate::Code) when they cannot be forgotten here.
pub async fn sign_out_resolved(studio: &Studio, connection: &Resolved) -> Result<SignedOut, Error> {
    let name = &connection.name;
    let revoked = revoke(studio, connection).await;
    studio.safe().forget(name)?;
    studio.end_session(name);
    Ok(match revoked {
        Ok(Revocation::NoTokens) => SignedOut {
            left: false,
            message: format!("Nobody was signed in to {name}."),
            hint: None,
        },
        Ok(Revocation::Revoked(server)) => SignedOut {
            left: false,
            message: format!("Signed out of {name}, and {server} revoked its tokens."),
            hint: None,
        },
        Ok(Revocation::NoPlace(server)) => SignedOut {
            left: true,
            message: format!("Signed out of {name} on this computer. {server} names no place to revoke its tokens."),
            hint: Some(format!(
                "They stay good at {server} until they expire. If it has such a place, set revocation_url in connector.toml."
            )),
        },
        Err(error) => SignedOut {
            left: true,
            message: format!(
                "Signed out of {name} on this computer, but its tokens may still be good: {}.",
                error.message
            ),
            hint: error.hint,
        },
    })
}

async fn revoke(studio: &Studio, connection: &Resolved) -> Result<Revocation, Error> {
    let client = studio.client(connection)?;
    let never = CancellationToken::new();
    let asked = tokens::revoke(&client, &connection.http, &never);
    // Who signs out waits in front of the screen: a server that does not answer must not keep them.
    match tokio::time::timeout(REVOKED_WITHIN, asked).await {
        Ok(revoked) => Ok(revoked?),
        Err(_) => Err(Error::new(Code::Network, "the server did not answer in time")
            .with_hint("Revoke them in the server's own console.")),
    }
}

/// A moment as people read it: `2026-11-27 21:04:00 UTC`.
pub fn moment(milliseconds: i64) -> String {
    jiff::Timestamp::from_millisecond(milliseconds)
        .map(|moment| moment.strftime("%F %T UTC").to_string())
        .unwrap_or_default()
}

fn state(held: &Held) -> TokenState {
    let token = &held.token;
    let (header, claims) = jwt::decode(token.access.reveal())
        .map(|decoded| (decoded.header, decoded.claims))
        .unzip();
    TokenState {
        kind: if token.is_bound { "DPoP" } else { "Bearer" }.to_owned(),
        scopes: token.scopes.clone(),
        obtained_at: token.obtained_ms,
        expires_at: token.expires_ms,
        refreshable: held.is_refreshable,
        dpop: token.is_bound,
        header,
        claims,
    }
}
