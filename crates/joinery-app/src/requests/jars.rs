//! The jar of each connection. That of a saved one is kept in the store, sealed, so that a session that one process
//! began goes on in the next; every other ends with the process.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use joinery_connector::Secret;
use joinery_http::{Cookie, Jar};
use joinery_store::table::cookie_jar;

use crate::{
    connections::Resolved,
    error::Error,
    studio::{Studio, lock, now_ms},
};

/// How long the value of a cookie is at least that is masked where it is repeated: a shorter one may be any word.
const SHORTEST_SECRET: usize = 8;

/// Every jar in use, by its connection's name.
#[derive(Default)]
pub(crate) struct Jars(Mutex<HashMap<String, Known>>);

/// A jar, and how it was when it was last the same as in the store: what differs since was changed here.
#[derive(Default)]
struct Known {
    jar: Arc<Jar>,
    base: Vec<Cookie>,
    mark: Option<i64>,
    changes: u64,
}

impl Known {
    /// Takes in what another process kept; what was changed here stays. Gives what the jar holds then.
    fn take_in(&mut self, theirs: &[Cookie]) -> (Vec<Cookie>, u64) {
        self.jar.merge(&self.base, theirs, now_ms() / 1000)
    }
}

/// The jar of a connection, which clients of it share. Looks into the store where this process has none yet.
///
/// # Errors
/// [`Code::Unavailable`](crate::Code::Unavailable) when what is kept cannot be read.
pub(crate) fn jar(studio: &Studio, connection: &Resolved) -> Result<Arc<Jar>, Error> {
    if let Some(known) = lock(&studio.jars.0).get(&connection.name) {
        return Ok(Arc::clone(&known.jar));
    }
    match &connection.profile {
        Some(profile) => fresh(studio, profile),
        None => Ok(Arc::clone(
            &lock(&studio.jars.0).entry(connection.name.clone()).or_default().jar,
        )),
    }
}

/// The jar of a saved connection as the store has it by now: another process may have changed it.
///
/// # Errors
/// As [`jar`].
pub(crate) fn fresh(studio: &Studio, profile: &str) -> Result<Arc<Jar>, Error> {
    let store = studio.store()?;
    let mut jars = lock(&studio.jars.0);
    let known = jars.entry(profile.to_owned()).or_default();
    if cookie_jar::mark(store, profile)? != known.mark {
        let kept = cookie_jar::get(store, profile)?;
        let theirs = match &kept {
            Some((_, sealed)) => opened(studio, profile, sealed)?,
            None => Vec::new(),
        };
        let is_kept = known.jar.changes() == known.changes;
        let (merged, changes) = known.take_in(&theirs);
        known.base = theirs;
        known.mark = kept.map(|(mark, _)| mark);
        // What was changed here and is not kept yet still has to be.
        if is_kept || merged == known.base {
            known.changes = changes;
        }
    }
    Ok(Arc::clone(&known.jar))
}

/// What is sealed. What cannot be opened any more is as good as none: signing in again brings new cookies.
fn opened(studio: &Studio, profile: &str, sealed: &[u8]) -> Result<Vec<Cookie>, Error> {
    Ok(read(studio.secrets()?.unseal(profile, sealed)?))
}

fn read(plain: Option<Vec<u8>>) -> Vec<Cookie> {
    plain
        .and_then(|plain| serde_json::from_slice(&plain).ok())
        .unwrap_or_default()
}

/// As [`fresh`], where the connection is a saved one.
///
/// # Errors
/// As [`jar`].
pub(crate) fn refresh(studio: &Studio, connection: &Resolved) -> Result<(), Error> {
    match &connection.profile {
        Some(profile) => fresh(studio, profile).map(drop),
        None => Ok(()),
    }
}

/// Keeps a saved connection's jar where it has changed since it was last kept. What another process kept meanwhile is
/// merged in, cookie by cookie: of one that both changed, the one kept last stays.
///
/// # Errors
/// [`Code::Unavailable`](crate::Code::Unavailable) when it cannot be written.
pub(crate) fn keep(studio: &Studio, profile: &str) -> Result<(), Error> {
    let mut jars = lock(&studio.jars.0);
    let Some(known) = jars.get_mut(profile) else {
        return Ok(());
    };
    if known.jar.changes() == known.changes {
        return Ok(());
    }
    let secrets = studio.secrets()?;
    // Nobody waits for a keychain while the store is locked; a first key is made under that lock, once for all processes.
    secrets.ready_to_seal()?;
    let mut merged = Vec::new();
    let mut changes = 0;
    let mark = cookie_jar::change(studio.store()?, profile, |kept| {
        let theirs = match kept {
            Some((mark, _)) if Some(mark) == known.mark => known.base.clone(),
            Some((_, sealed)) => read(secrets.unseal(profile, &sealed)?),
            None => Vec::new(),
        };
        (merged, changes) = known.take_in(&theirs);
        let plain = serde_json::to_vec(&merged).expect("cookies are texts and numbers");
        secrets.seal(profile, &plain)
    })?;
    known.mark = Some(mark);
    known.base = merged;
    known.changes = changes;
    Ok(())
}

/// The values of a connection's cookies that open something: what may be a session's, and no word of a page.
pub(crate) fn secrets(studio: &Studio, connection: &Resolved) -> Vec<Secret> {
    let Ok(jar) = jar(studio, connection) else {
        return Vec::new();
    };
    let long = |cookie: &Cookie| cookie.value.len() >= SHORTEST_SECRET;
    let values = jar.list().into_iter().filter(long);
    values.map(|cookie| Secret::new(cookie.value)).collect()
}

/// Forgets the cookies of every connection, kept or not; how many there were.
///
/// # Errors
/// As [`jar`].
pub(crate) fn forget_all(studio: &Studio) -> Result<usize, Error> {
    for profile in cookie_jar::connections(studio.store()?)? {
        fresh(studio, &profile)?;
    }
    let names: Vec<String> = lock(&studio.jars.0).keys().cloned().collect();
    let mut forgotten = 0;
    for name in names {
        forgotten += lock(&studio.jars.0)
            .get(&name)
            .map_or(0, |known| known.jar.list().len());
        forget(studio, &name)?;
    }
    Ok(forgotten)
}

/// Forgets the jar of a connection that is no more.
///
/// # Errors
/// As [`keep`].
pub(crate) fn forget(studio: &Studio, profile: &str) -> Result<(), Error> {
    if let Some(known) = lock(&studio.jars.0).get_mut(profile) {
        // Clients hold it, and may serve a connection of the same name.
        known.jar.clear();
        known.base.clear();
        known.mark = None;
        known.changes = known.jar.changes();
    }
    Ok(cookie_jar::remove(studio.store()?, profile)?)
}
