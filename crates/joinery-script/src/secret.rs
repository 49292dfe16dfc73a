//! The value that stands for a secret in a script: it can be sent and signed with, never read.

use std::fmt;

use joinery_connector::secret::MASK;

/// A secret of the connection by name. The text itself stays with the host.
#[derive(Clone, Debug)]
pub struct SecretValue {
    /// The field of the connection profile.
    pub name: String,
}

impl fmt::Display for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}
