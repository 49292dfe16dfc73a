//! The network settings of a profile: kept beside its other values, and taken out before scripts, variables or ways to
//! sign in see them.

use std::collections::BTreeMap;

use joinery_connector::{
    Secret,
    form::{Control, RESERVED},
};
use joinery_http::{Network, network};
use joinery_store::table::connection::Row;
use serde_json::{Map, Value};

use super::FilledIn;
use crate::error::Error;

/// A secret, and the setting without which it has no use.
const NEEDS: &[(&str, &str)] = &[
    ("client_key", "client_certificate"),
    ("client_key_passphrase", "client_certificate"),
    ("proxy_password", "proxy_username"),
];

/// Whether `name` is a network setting.
pub fn is_network(name: &str) -> bool {
    RESERVED.contains(&name)
}

/// Whether `name` is a network setting whose value is the path of a file.
pub fn is_file(name: &str) -> bool {
    let fields = network::form().fields;
    fields
        .iter()
        .any(|field| field.name == name && field.control == Control::File)
}

/// Leaves out secrets that were saved for a setting which is gone. One that is given anew stays, and is complained of.
pub(super) fn leave_out_unused(filled: &mut FilledIn, given: &BTreeMap<String, String>) {
    for (secret, needed) in NEEDS {
        let given = given.get(*secret).is_some_and(|value| !value.trim().is_empty());
        if !given && !filled.fields.contains_key(*needed) {
            filled.secrets.remove(*secret);
        }
    }
}

/// Takes the network settings out of a profile's values.
///
/// # Errors
/// [`crate::Code::Input`] naming the setting that is wrong.
pub(super) fn take(filled: &mut FilledIn) -> Result<Network, Error> {
    let network = Network::read(&filled.fields, &filled.secrets)?;
    for name in RESERVED {
        filled.fields.remove(*name);
        filled.secrets.remove(*name);
    }
    Ok(network)
}

/// Whether the settings and the files they name can be used.
///
/// # Errors
/// As [`take`].
pub(super) fn check(filled: &FilledIn) -> Result<(), Error> {
    Ok(Network::read(&filled.fields, &filled.secrets)?.check()?)
}

/// What everyone who uses a saved profile should see.
pub(super) fn warning(row: &Row) -> Option<String> {
    let network = Network::read(&row.fields, &BTreeMap::new()).ok()?;
    network.warning().map(str::to_owned)
}

/// Values by name, sorted into what may be shown and what may not.
pub(super) fn sorted(values: &BTreeMap<String, String>) -> (Map<String, Value>, BTreeMap<String, Secret>) {
    let secret = |name: &str| {
        let fields = network::form().fields;
        fields
            .iter()
            .any(|field| field.name == name && field.control == Control::Secret)
    };
    let (hidden, shown): (Vec<_>, Vec<_>) = values.iter().partition(|(name, _)| secret(name));
    let shown = shown
        .into_iter()
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    let hidden = hidden
        .into_iter()
        .map(|(name, value)| (name.clone(), Secret::new(value.as_str())));
    (shown.collect(), hidden.collect())
}
