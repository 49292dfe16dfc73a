//! Every format a connector can be exported to. A new format is one file here and one line in [`FORMATS`].

mod har;

use crate::{connector::Connector, error::Error, package::TestSummary};

pub use har::{HarEntry, har};

/// One export format.
pub struct Format {
    /// The word after `--format`.
    pub id: &'static str,
    /// The name on screen.
    pub label: &'static str,
    /// One line under it.
    pub description: &'static str,
    /// The file name it suggests, given id and version.
    pub file_name: fn(&str, &str) -> String,
    /// The bytes of the export.
    pub write: Write,
}

/// Makes the bytes of an export, given the tool and how the tests went.
pub type Write = fn(&Connector, &str, Option<TestSummary>) -> Result<Vec<u8>, Error>;

/// The formats, in the order they are offered.
pub const FORMATS: &[Format] = &[Format {
    id: "package",
    label: "Connector package",
    description: "Everything, checked",
    file_name: |id, version| format!("{id}-{version}.joinery"),
    write: crate::package::pack,
}];
