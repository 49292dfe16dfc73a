//! The package `okta-1.4.0.joinery`: a deterministic zip. Reading one is hostile-input code.

mod names;
mod read;
mod scan;
mod sign;
mod write;

pub use read::{open, verify};
pub use scan::scan_secrets;
pub(crate) use scan::secrets_in;
pub use sign::{SigningKey, pack_signed};
pub use write::pack;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::connector::Connector;

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
    /// How its tests went when it was packed; null where they were not run.
    #[serde(default)]
    pub tests: Option<TestSummary>,
}

/// How tests went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TestSummary {
    /// How many cases hold.
    pub passed: u32,
    /// How many do not.
    pub failed: u32,
    /// How many were not run.
    pub skipped: u32,
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

/// The list's own name in the package.
const LIST: &str = "package.json";

/// The name of the signature of [`LIST`].
const SIGNATURE: &str = "package.json.minisig";

/// The one version of the package format there is.
const FORMAT: u32 = 1;

/// Files in a package.
const MAX_FILES: usize = 4_096;

/// Bytes of all files, unpacked.
const MAX_TOTAL: u64 = 128 * 1024 * 1024;

/// How many times its packed size a file may have, and the size from which that counts.
const MAX_RATIO: u64 = 200;
const RATIO_FROM: u64 = 256 * 1024;

/// The scopes that a connector's auth choices ask for, sorted, each once.
fn scopes(connector: &Connector) -> Vec<String> {
    let mut scopes = Vec::new();
    for choice in &connector.manifest.auth {
        match choice.settings.get("scopes") {
            Some(serde_json::Value::Array(several)) => {
                scopes.extend(several.iter().filter_map(|scope| scope.as_str().map(str::to_owned)));
            }
            Some(serde_json::Value::String(several)) => scopes.extend(several.split_whitespace().map(str::to_owned)),
            _ => {}
        }
    }
    scopes.sort();
    scopes.dedup();
    scopes
}

#[cfg(test)]
mod tests;
