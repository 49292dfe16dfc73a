//! The cookies of a connection: list, change, forget. What is changed is kept as those are that servers set.

use joinery_http::{Cookie, Jar};
use joinery_store::table;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{jars, view};
use crate::{
    connections::Resolved,
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
    let connection = resolved(studio, connector, connection)?;
    jars::refresh(studio, &connection)?;
    Ok(jars::jar(studio, &connection)?.list())
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
    change(studio, &resolved(studio, connector, connection)?, |jar| {
        set(jar, cookie)?;
        let same =
            |was: &CookieKey| (&was.domain, &was.path, &was.name) == (&cookie.domain, &cookie.path, &cookie.name);
        if let Some(was) = was.filter(|was| !same(was)) {
            jar.remove(&was.domain, &was.path, &was.name);
        }
        Ok(())
    })
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
    change(studio, &resolved(studio, connector, connection)?, |jar| {
        jar.remove(&cookie.domain, &cookie.path, &cookie.name);
        Ok(())
    })
}

/// Forgets every cookie of a connection.
///
/// # Errors
/// As [`cookies`].
pub fn clear_cookies(studio: &Studio, connector: &str, connection: Option<&str>) -> Result<(), Error> {
    change(studio, &resolved(studio, connector, connection)?, |jar| {
        jar.clear();
        Ok(())
    })
}

/// The cookies of a saved connection, by its name alone.
///
/// # Errors
/// [`Code::Usage`] when there is no such connection, [`Code::Unavailable`].
pub fn saved_cookies(studio: &Studio, profile: &str) -> Result<Vec<Cookie>, Error> {
    known(studio, profile)?;
    Ok(jars::fresh(studio, profile)?.list())
}

/// Keeps a cookie of a saved connection, in place of one of the same domain, path and name.
///
/// # Errors
/// [`Code::Input`] where it cannot be kept; as [`saved_cookies`].
pub fn set_saved_cookie(studio: &Studio, profile: &str, cookie: &Cookie) -> Result<(), Error> {
    known(studio, profile)?;
    set(&*jars::fresh(studio, profile)?, cookie)?;
    jars::keep(studio, profile)
}

/// Forgets the cookies of a saved connection that `chosen` picks; gives how many they were.
///
/// # Errors
/// As [`saved_cookies`].
pub fn forget_saved_cookies(studio: &Studio, profile: &str, chosen: impl Fn(&Cookie) -> bool) -> Result<usize, Error> {
    known(studio, profile)?;
    let jar = jars::fresh(studio, profile)?;
    let cookies = jar.list();
    let chosen: Vec<&Cookie> = cookies.iter().filter(|cookie| chosen(cookie)).collect();
    for cookie in &chosen {
        jar.remove(&cookie.domain, &cookie.path, &cookie.name);
    }
    jars::keep(studio, profile)?;
    Ok(chosen.len())
}

fn resolved(studio: &Studio, connector: &str, connection: Option<&str>) -> Result<Resolved, Error> {
    let connector = connectors::in_workspace(studio, connector)?;
    view::connection(studio, &connector, connection)
}

fn change(studio: &Studio, connection: &Resolved, work: impl FnOnce(&Jar) -> Result<(), Error>) -> Result<(), Error> {
    jars::refresh(studio, connection)?;
    work(&*jars::jar(studio, connection)?)?;
    match &connection.profile {
        Some(profile) => jars::keep(studio, profile),
        None => Ok(()),
    }
}

fn set(jar: &Jar, cookie: &Cookie) -> Result<(), Error> {
    jar.set(cookie).map_err(|reason| {
        Error::new(
            Code::Input,
            format!("the cookie `{}` cannot be kept: {reason}", cookie.name),
        )
    })
}

fn known(studio: &Studio, profile: &str) -> Result<(), Error> {
    let store = studio.store()?;
    if table::connection::get(store, profile)?.is_some() {
        return Ok(());
    }
    let rows = table::connection::list(store)?;
    Err(Error::unknown(
        "connection",
        profile,
        rows.iter().map(|row| row.name.as_str()),
    ))
}
