//! What an org holds at the start. The same seed gives the same people with the same ids every time.

mod csv;
mod entry;
mod names;
mod people;
mod place;
mod toml_file;

use std::path::{Path, PathBuf};

use crate::clock::Time;
use crate::okta::ids::{Id, Ids, Kind, scatter};
use crate::okta::user::User;
use crate::options::Seed;
use crate::snapshot;
use crate::state::Org;

/// 2 March 2026, 09:00 UTC: when a seeded org was set up.
const FOUNDED: Time = Time(1_772_442_000_000);

/// Why a seed file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system does not give it.
    #[error("cannot read the seed file {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Something in it makes no sense.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Fault {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column, from 1, in characters.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// It is a snapshot that cannot be read.
    #[error("cannot use the snapshot {}: {reason}", path.display())]
    Snapshot {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// It is none of the files a seed may be.
    #[error("{} is neither a seed file (.toml), a list of users (.csv) nor a snapshot", path.display())]
    UnknownForm {
        /// The file.
        path: PathBuf,
    },
}

/// A fault in a seed file and the byte it stands at.
struct Fault {
    at: usize,
    message: String,
}

impl Fault {
    fn new(at: usize, message: impl Into<String>) -> Self {
        Self {
            at,
            message: message.into(),
        }
    }
}

/// An org as the seed wants it. An empty one is as old as the sandbox.
///
/// # Errors
/// That its file cannot be used.
pub fn org(seed: &Seed, now: Time) -> Result<Org, Error> {
    let file = match seed {
        Seed::File(path) => Some((path.clone(), read(path)?)),
        _ => None,
    };
    if let Some((path, text)) = &file
        && snapshot::is_snapshot(text)
    {
        return snapshot::read(text).map_err(|reason| Error::Snapshot {
            path: path.clone(),
            reason,
        });
    }
    let created = if *seed == Seed::Empty { now } else { FOUNDED };
    let mut ids = Ids::default();
    let ada = ids.next(Kind::User);
    let mut org = Org::new(ids, created);
    org.add_owner(created);
    match (seed, file) {
        (Seed::Demo, _) => people::add(&mut org, ada),
        (Seed::Users(count), _) => add_numbered(&mut org, *count),
        (Seed::File(_), Some((path, text))) => fill(&mut org, &path, &text)?,
        (Seed::Empty | Seed::File(_), _) => {}
    }
    Ok(org)
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })
}

/// Fills an org with what a file of people says.
fn fill(org: &mut Org, path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let fault = |text: &str, Fault { at, message }| {
        let (line, column) = place::of(text, at);
        Error::Fault {
            path: path.to_owned(),
            line,
            column,
            message,
        }
    };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            return Err(fault(
                &good,
                Fault::new(good.len(), "the file is not UTF-8 from here on"),
            ));
        }
    };
    let outcome = match path.extension().and_then(|extension| extension.to_str()) {
        Some("toml") => toml_file::add(org, text),
        Some("csv") => csv::add(org, text),
        _ => return Err(Error::UnknownForm { path: path.to_owned() }),
    };
    outcome.map_err(|found| fault(text, found))
}

/// Adds so many users with a name from the lists and a number in the login.
fn add_numbered(org: &mut Org, count: usize) {
    for number in 1..=count {
        let dice = scatter(number as u64);
        let first = names::pick(names::FIRST, dice);
        let last = names::pick(names::LAST, dice >> 20);
        let department = names::pick(people::DEPARTMENTS, dice >> 40).0;
        let login = format!("user{number:06}@acme.example");
        let values = [
            ("firstName", first),
            ("lastName", last),
            ("login", login.as_str()),
            ("email", login.as_str()),
            ("department", department),
        ];
        let id = org.ids.next(Kind::User);
        add_active(org, id, &values, FOUNDED, &[]);
    }
}

/// Adds an active user.
fn add_active(org: &mut Org, id: Id, values: &[(&str, &str)], created: Time, groups: &[Id]) {
    let mut user = User::new(id, org.user_type, created);
    for (name, value) in values {
        user.profile.set(org.default_schema(), name, (*value).into());
    }
    user.set_seed_password(created);
    org.add_user(user, groups);
}
