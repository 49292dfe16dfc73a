//! The cookies of a connection, for as long as this process lives: list, change, forget.

use joinery_http::{Client, Cookie};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::view;
use crate::{
    connectors,
    error::{Code, Error},
    studio::Studio,
};

/// What tells a cookie from every other of its connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CookieKey {
    /// The host it goes to.
    pub domain: String,
    /// The path it goes to.
    pub path: String,
    /// Its name.
    pub name: String,
}

/// The cookies that are kept for a connection, by domain, path and name.
///
/// # Errors
/// [`Code::Usage`] when connector or connection do not exist.
pub fn cookies(studio: &Studio, connector: &str, connection: Option<&str>) -> Result<Vec<Cookie>, Error> {
    Ok(client(studio, connector, connection)?.kept_cookies())
}

/// Keeps a cookie, in place of the one it was.
///
/// # Errors
/// [`Code::Input`] where it cannot be kept; as [`cookies`].
pub fn save_cookie(
    studio: &Studio,
    connector: &str,
    connection: Option<&str>,
    was: Option<&CookieKey>,
    cookie: &Cookie,
) -> Result<(), Error> {
    let client = client(studio, connector, connection)?;
    client.keep_cookie(cookie).map_err(|reason| {
        Error::new(
            Code::Input,
            format!("the cookie `{}` cannot be kept: {reason}", cookie.name),
        )
    })?;
    let same = |was: &CookieKey| (&was.domain, &was.path, &was.name) == (&cookie.domain, &cookie.path, &cookie.name);
    if let Some(was) = was.filter(|was| !same(was)) {
        client.forget_cookie(&was.domain, &was.path, &was.name);
    }
    Ok(())
}

/// Forgets a cookie; fine where there is none.
///
/// # Errors
/// As [`cookies`].
pub fn remove_cookie(
    studio: &Studio,
    connector: &str,
    connection: Option<&str>,
    cookie: &CookieKey,
) -> Result<(), Error> {
    let client = client(studio, connector, connection)?;
    client.forget_cookie(&cookie.domain, &cookie.path, &cookie.name);
    Ok(())
}

/// Forgets every cookie of a connection.
///
/// # Errors
/// As [`cookies`].
pub fn clear_cookies(studio: &Studio, connector: &str, connection: Option<&str>) -> Result<(), Error> {
    client(studio, connector, connection)?.forget_cookies();
    Ok(())
}

fn client(studio: &Studio, connector: &str, connection: Option<&str>) -> Result<Client, Error> {
    let connector = connectors::in_workspace(studio, connector)?;
    studio.client(&view::connection(studio, &connector, connection)?)
}
