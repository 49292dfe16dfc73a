//! Why a connector could not be read or written.

use std::path::PathBuf;

use crate::problem::Problem;

/// Why an operation on a connector's files failed. Mistakes *inside* files are [`Problem`]s where they can be listed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder holds no `connector.toml`.
    #[error("{path} is not a connector: it has no connector.toml")]
    NotAConnector {
        /// The folder that was opened.
        path: PathBuf,
    },
    /// A file or folder could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// What was being read.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file could not be written; what stood there before is untouched.
    #[error("cannot save {path}: {source}")]
    Write {
        /// What was being written.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file's text does not have the shape it must have.
    #[error("{}", problem.message)]
    Invalid {
        /// What is wrong and where.
        problem: Box<Problem>,
    },
    /// The connector has no file of that name.
    #[error("no file `{path}` in this connector")]
    NoSuchFile {
        /// The path relative to the connector.
        path: String,
    },
}
