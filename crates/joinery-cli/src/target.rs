//! Which connector a command works on, and which org it talks to.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use clap::Args;
use joinery_app::{
    Connector, Error, Studio,
    connections::{self, Given, Resolved},
    connectors,
};

use crate::{
    output,
    texts::{self, SecretSource},
};

/// What to do where no org was named and one is needed.
pub const SAY_WHICH_ORG: &str = "Say which org: --connection NAME, --connection sandbox, or --base-url URL.";

/// The flags that say which org a command talks to.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which org")]
pub struct Target {
    /// A saved connection, or `sandbox` for the sandbox org
    #[arg(long, value_name = "NAME", conflicts_with_all = ["base_url", "auth", "set", "secret"])]
    pub connection: Option<String>,
    /// The base URL, without a saved connection
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// The way to sign in, by its id in connector.toml
    #[arg(long, value_name = "ID")]
    pub auth: Option<String>,
    /// A field of the connection
    #[arg(long, value_name = "KEY=VALUE", value_parser = texts::pair)]
    pub set: Vec<(String, String)>,
    /// A secret of the connection, or one that requests are filled in with: NAME=env:VARIABLE, NAME=file:PATH or NAME=-
    #[arg(long, value_name = "NAME=SOURCE", value_parser = texts::secret)]
    pub secret: Vec<(String, SecretSource)>,
}

impl Target {
    /// Everything needed to call the org. Starts the sandbox org for this command where it is meant and none runs.
    ///
    /// # Errors
    /// [`Code::Usage`] for an unknown connection, [`Code::Input`] for a missing field.
    pub async fn resolve(&self, studio: &Studio, connector: &Connector) -> Result<Resolved, Error> {
        self.resolve_over(studio, connector, &BTreeMap::new()).await
    }

    /// As [`resolve`](Self::resolve), reached over what `network` says, by the names of a profile.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve), and [`Code::Input`] for a network setting that is wrong.
    pub async fn resolve_over(
        &self,
        studio: &Studio,
        connector: &Connector,
        network: &BTreeMap<String, String>,
    ) -> Result<Resolved, Error> {
        let mut resolved = match self.connection.as_deref() {
            Some(name) => connections::resolve_starting(studio, connector, name).await?,
            None if self.is_empty() && !connections::needs_nothing(connector) => connections::none(studio, connector),
            None => {
                let mut values = self.values()?;
                // With the secrets that belong to it: a password of a proxy means nothing without a user name.
                values.extend(network.clone());
                let given = Given {
                    base_url: self.base_url.clone(),
                    auth: self.auth.clone(),
                    values,
                    secrets: self.secret.iter().map(|(name, _)| name.clone()).collect(),
                };
                return connections::resolve(studio, connector, Err(&given));
            }
        };
        resolved.change_network(network)?;
        Ok(resolved)
    }

    /// Whether no org was named at all.
    pub fn is_empty(&self) -> bool {
        self.base_url.is_none() && self.auth.is_none() && self.set.is_empty() && self.secret.is_empty()
    }

    /// Whether an org was named in any way.
    pub fn is_named(&self) -> bool {
        self.connection.is_some() || !self.is_empty()
    }

    /// Every field, secret or not, by name.
    ///
    /// # Errors
    /// [`Code::Unavailable`] for a secret that cannot be read.
    pub fn values(&self) -> Result<BTreeMap<String, String>, Error> {
        let mut values = BTreeMap::new();
        for (name, value) in &self.set {
            let value = if connections::is_file(name) {
                texts::whole_path(Path::new(value))?
            } else {
                value.clone()
            };
            values.insert(name.clone(), value);
        }
        for (name, source) in &self.secret {
            values.insert(name.clone(), source.read()?);
        }
        Ok(values)
    }
}

/// Says what everyone who uses the connection should know.
pub fn warn(connection: &Resolved) {
    if let Some(warning) = connection.network.warning() {
        output::note(&format!("{BAD}warning:{BAD:#} {warning}", BAD = output::BAD));
    }
}

/// Opens the connector at a path; a mistake in it is shown with the path as seen from here.
///
/// # Errors
/// As [`connectors::open`].
pub fn open(path: &Path) -> Result<Arc<Connector>, Error> {
    connectors::open(path)
        .map(Arc::new)
        .map_err(|error| seen_from_here(path, error))
}

/// The error with its file below `connector` instead of relative to it.
pub fn seen_from_here(connector: &Path, mut error: Error) -> Error {
    error.file = error.file.map(|file| match Path::new(&file) {
        absolute if absolute == connector => file,
        relative => connector.join(relative).display().to_string(),
    });
    error
}
