//! The token of a connection, for whoever shows it. Its text stays here: [`Held`] holds it as a secret.

use tokio_util::sync::CancellationToken;

use super::{Context, Held, Revocation, kind_of, oauth};
use crate::{
    error::Error,
    send::{Connection, Exchange},
    transport::Client,
};

/// The token that the connection signs with now, got or renewed where need be, and what was asked for it. `None` for a
/// kind without tokens.
///
/// # Errors
/// Why there is no token; [`Error::Cancelled`].
pub async fn held(
    client: &Client,
    connection: &Connection,
    cancel: &CancellationToken,
) -> Result<Option<(Held, Vec<Exchange>)>, Error> {
    let Some(grant) = kind_of(&connection.auth)?.grant() else {
        return Ok(None);
    };
    let context = Context::new(client, connection);
    let held = tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Error::Cancelled),
        held = oauth::token(grant, &context) => held,
    };
    match held {
        Ok(held) => Ok(Some((held, context.take()))),
        Err(error) => Err(error.after(context.take())),
    }
}

/// The token that the connection has at hand, good or not; nobody is asked.
///
/// # Errors
/// Why the keychain gives none.
pub async fn at_hand(client: &Client, connection: &Connection) -> Result<Option<Held>, Error> {
    match kind_of(&connection.auth)?.grant() {
        Some(grant) => oauth::at_hand(grant, &Context::new(client, connection)).await,
        None => Ok(None),
    }
}

/// Revokes the tokens that the connection has at hand, at the server that gave them (RFC 7009). They are forgotten here
/// whatever the server says; what is kept beyond the process is the caller's to forget.
///
/// # Errors
/// Why the server did not revoke them; [`Error::Cancelled`].
pub async fn revoke(client: &Client, connection: &Connection, cancel: &CancellationToken) -> Result<Revocation, Error> {
    let Some(grant) = kind_of(&connection.auth)?.grant() else {
        return Ok(Revocation::NoTokens);
    };
    let context = Context::new(client, connection);
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Error::Cancelled),
        revoked = oauth::revoke::revoke(grant, &context) => revoked,
    }
}
