//! What a person must fill in: one description that the window draws, the CLI accepts and checks read.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Names of the network settings that every profile has; a connector's own field cannot have one.
pub const RESERVED: &[&str] = &[
    "ca_file",
    "client_certificate",
    "client_key",
    "client_key_passphrase",
    "verify",
    "proxy",
    "proxy_bypass",
    "proxy_username",
    "proxy_password",
    "connect_timeout",
    "timeout",
    "http_version",
];

/// One thing to fill in, such as a connection's domain or an auth kind's token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FormField {
    /// The key.
    pub name: String,
    /// What to call it on screen.
    pub label: String,
    /// An example or a short explanation.
    pub hint: Option<String>,
    /// How to ask for it.
    pub control: Control,
    /// Whether it may be left empty.
    pub required: bool,
    /// A regular expression the value must match.
    pub pattern: Option<String>,
    /// What stands there before anything is typed.
    pub default: Option<String>,
}

/// How a [`FormField`] is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum Control {
    /// One line of text.
    Text,
    /// Text kept in the keychain and never shown.
    Secret,
    /// One of a list.
    Select {
        /// The values offered.
        options: Vec<String>,
    },
    /// On or off: `true` or `false`.
    Switch,
    /// The whole path of a file on this machine.
    File,
}

/// Fields in the order they are asked.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Form {
    /// The fields.
    pub fields: Vec<FormField>,
}
