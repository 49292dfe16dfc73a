//! Signing in by browser, and the token a connection holds: shown by what it opens and until when, never by its text.

use std::{sync::Arc, time::Duration};

use joinery_connector::Connector;
use joinery_http::auth::{Authorization, Held, jwt, tokens};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

use super::{Resolved, resolve};
use crate::{connectors, error::Error, event::Event, studio::Studio};

/// How long a person may take to sign in.
const PATIENCE: Duration = Duration::from_secs(300);

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

/// As [`token`], for a connection that is resolved already.
///
/// # Errors
/// As [`token`].
pub async fn token_resolved(studio: &Studio, connection: &Resolved) -> Result<Option<TokenState>, Error> {
    let client = studio.client(connection)?;
    let held = tokens::held(&client, &connection.http, &CancellationToken::new()).await?;
    Ok(held.map(|(held, _)| state(&held)))
}

/// Forgets the tokens of a saved connection; its settings and secrets stay.
///
/// # Errors
/// [`Code::Usage`](crate::Code) when there is none, [`Code::Unavailable`](crate::Code).
pub fn sign_out(studio: &Studio, connector: &Arc<Connector>, name: &str) -> Result<(), Error> {
    resolve(studio, connector, Ok(name))?;
    studio.safe().forget(name)?;
    studio.end_session(name);
    Ok(())
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
