//! The token of a connection, for whoever shows it. Its text stays here: [`Held`] holds it as a secret.

use tokio_util::sync::CancellationToken;

use super::{Context, Held, kind_of, oauth};
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
