//! The package `okta-1.4.0.joinery`: a deterministic zip. Reading one is hostile-input code.

use std::path::Path;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{connector::Connector, error::Error};

/// `package.json`: the package's list of what is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PackageList {
    /// The version of the package format; 1.
    pub format: u32,
    /// The connector's id.
    pub id: String,
    /// The connector's version.
    pub version: String,
    /// The Joinery version that wrote it.
    pub tool: String,
    /// Every file with its hash, sorted by path.
    pub files: Vec<PackagedFile>,
    /// Host patterns its scripts may call.
    pub hosts: Vec<String>,
    /// Scopes its auth choices ask for.
    pub scopes: Vec<String>,
}

/// One file of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PackagedFile {
    /// Path inside the package.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
}

/// Everything that [`verify`] found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Report {
    /// Whether there are no problems.
    pub ok: bool,
    /// The list, where it could be read.
    pub list: Option<PackageList>,
    /// Who signed it, where someone did and the signature holds: the key id, hex.
    pub signer: Option<String>,
    /// Everything wrong with it, each named.
    pub problems: Vec<String>,
}

/// The package of a connector: same files, same bytes.
///
/// # Errors
/// As [`Connector::text`].
pub fn pack(connector: &Connector, tool: &str) -> Result<Vec<u8>, Error> {
    let _ = (connector, tool);
    todo!()
}

/// Reads a package into memory after every check passed. Nothing is written anywhere.
///
/// # Errors
/// [`Error::Read`], or [`Error::Invalid`] with the first refusal by name.
pub fn open(path: &Path) -> Result<Connector, Error> {
    let _ = path;
    todo!()
}

/// Checks a package and reports everything wrong with it. `key` is a minisign public key the signature must match.
///
/// # Errors
/// [`Error::Read`] only: what is wrong inside is in the report.
pub fn verify(path: &Path, key: Option<&str>) -> Result<Report, Error> {
    let _ = (path, key);
    todo!()
}

/// Token-like values in a connector's files: what export refuses. See [`crate::problem::Problem`] code `secret`.
pub fn scan_secrets(connector: &Connector) -> Vec<crate::problem::Problem> {
    let _ = connector;
    todo!()
}
