//! `joinery connection generate-key` and `public-key`: a key pair, its private half put away, its public half printed.

use std::path::PathBuf;

use clap::Args;
use joinery_app::{
    Error,
    connections::{self, KeyPlace, PublicKey},
};
use serde_json::Value;

use crate::{Outcome, home, output};

/// What `joinery connection generate-key` takes.
#[derive(Debug, Args)]
pub struct GenerateKey {
    /// The saved connection whose private key it becomes
    #[arg(long, value_name = "NAME", conflicts_with = "out", required_unless_present = "out")]
    connection: Option<String>,
    /// A new file for the private key, readable by its owner only
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// RS256 or ES256
    #[arg(long, value_name = "NAME", default_value = "RS256")]
    algorithm: String,
    /// The key's id; its thumbprint where not given
    #[arg(long, value_name = "ID")]
    kid: Option<String>,
}

/// What `joinery connection public-key` takes.
#[derive(Debug, Args)]
pub struct ShowKey {
    /// The connection
    name: String,
}

/// Makes a key pair and prints the public JWK.
pub fn generate(arguments: GenerateKey) -> Result<Outcome, Error> {
    let studio = home::studio()?;
    let place = match (&arguments.connection, &arguments.out) {
        (Some(name), _) => KeyPlace::Connection(name),
        (None, Some(path)) => KeyPlace::File(path),
        (None, None) => unreachable!("clap asks for one of the two"),
    };
    let made = connections::generate_key(&studio, &arguments.algorithm, arguments.kid.as_deref(), place)?;
    match (&arguments.connection, &arguments.out) {
        (Some(name), _) => output::note(&format!("The private key is kept as the secret of {name}.")),
        (_, Some(path)) => output::note(&format!("The private key is in {}.", path.display())),
        _ => {}
    }
    output::note("Add this public key to the app:");
    show(made)
}

/// Prints the public half of a connection's key.
pub fn public(arguments: ShowKey) -> Result<Outcome, Error> {
    show(connections::public_key(&home::studio()?, &arguments.name)?)
}

fn show(key: PublicKey) -> Result<Outcome, Error> {
    output::json(&Value::Object(key.jwk))?;
    Ok(Outcome::Done)
}
