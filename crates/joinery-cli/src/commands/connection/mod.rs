//! `joinery connection`: profiles that say which org and how to sign in. Secrets go to the keychain and stay there.

mod key;
mod report;
mod sign_in;

use std::path::PathBuf;

use clap::{Args, Subcommand, builder::PossibleValuesParser};
use joinery_app::{
    Error, Secret,
    connections::{self, ConnectionDraft, Environment, ReadOnly},
    workspaces,
};

use crate::{
    Outcome, home, output,
    target::{self, Target},
    texts::{self, SecretSource},
};

/// What `joinery connection` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Save a connection, or change one
    Add(Add),
    /// List the saved connections
    List {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Ask the org whether a connection works
    Test {
        /// The connection
        name: String,
        /// The connector it is for
        connector: PathBuf,
        /// Print the answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Sign in to a connection in the browser
    SignIn(sign_in::SignIn),
    /// Forget what a sign-in brought
    SignOut(sign_in::SignOut),
    /// Show the token of a connection, without its text
    Token(sign_in::Token),
    /// Make a key pair and print the public key
    GenerateKey(key::GenerateKey),
    /// Print the public key of a connection
    PublicKey(key::ShowKey),
    /// Remove a connection and its secrets
    Remove {
        /// The connection
        name: String,
    },
}

#[derive(Debug, Args)]
struct Add {
    /// Its name
    name: String,
    /// The connector it is for
    connector: PathBuf,
    /// The way to sign in, by its id in connector.toml; the first one where not given
    #[arg(long, visible_alias = "kind", value_name = "ID")]
    auth: Option<String>,
    /// A field
    #[arg(long, value_name = "KEY=VALUE", value_parser = texts::pair)]
    set: Vec<(String, String)>,
    /// A secret, of its form or for its requests: NAME=env:VARIABLE, NAME=file:PATH or NAME=-
    #[arg(long, value_name = "NAME=SOURCE", value_parser = texts::secret)]
    secret: Vec<(String, SecretSource)>,
    /// What its org is for; where not given, its address says
    #[arg(long, value_name = "WHAT", value_parser = words(Environment::ALL.map(Environment::word)))]
    environment: Option<String>,
    /// Whether it may only read: `ask` before the first write to a live org, `true` never to write, `false` never to ask
    #[arg(long, value_name = "RULE", value_parser = words(ReadOnly::ALL.map(ReadOnly::word)))]
    read_only: Option<String>,
}

/// One of these words.
fn words<const N: usize>(words: [&'static str; N]) -> PossibleValuesParser {
    PossibleValuesParser::new(words)
}

impl Arguments {
    /// Whether JSON is wanted.
    pub fn wants_json(&self) -> bool {
        match &self.what {
            What::List { json } | What::Test { json, .. } => *json,
            What::SignIn(arguments) => arguments.json,
            What::Token(arguments) => arguments.json,
            What::Add(_) | What::SignOut(_) | What::GenerateKey(_) | What::PublicKey(_) | What::Remove { .. } => false,
        }
    }
}

/// Does what was asked.
pub fn run(arguments: Arguments) -> Result<Outcome, Error> {
    match arguments.what {
        What::Add(arguments) => add(arguments),
        What::List { json } => list(json),
        What::Test { name, connector, json } => test(name, &connector, json),
        What::SignIn(arguments) => sign_in::sign_in(arguments),
        What::SignOut(arguments) => sign_in::sign_out(arguments),
        What::Token(arguments) => sign_in::token(arguments),
        What::GenerateKey(arguments) => key::generate(arguments),
        What::PublicKey(arguments) => key::public(arguments),
        What::Remove { name } => {
            connections::remove(&home::studio()?, &name)?;
            output::note(&format!("Removed {name} and its secrets."));
            Ok(Outcome::Done)
        }
    }
}

fn add(arguments: Add) -> Result<Outcome, Error> {
    let connector = target::open(&arguments.connector)?;
    let first = connector.manifest.auth.first().map(|choice| choice.id.clone());
    let given = Target {
        set: arguments.set,
        secret: arguments.secret,
        ..Target::default()
    };
    let draft = ConnectionDraft {
        name: arguments.name,
        connector: String::new(),
        auth: arguments.auth.or(first).unwrap_or_default(),
        values: given.values()?,
        environment: arguments.environment.as_deref().and_then(Environment::of_word),
        read_only: arguments.read_only.as_deref().and_then(ReadOnly::of_word),
    };
    let studio = home::studio()?;
    let saved = connections::save_for(&studio, &connector, &draft)?;
    let of_requests = given.secret.iter().map(|(name, _)| name);
    for name in of_requests.filter(|name| !saved.secrets.contains(name) && !connections::is_network(name)) {
        let value = Secret::new(&draft.values[name]);
        connections::keep_request_secret(&studio, &connector, &saved.name, name, &value)?;
    }
    output::note(&format!("Saved {} for {}.", saved.name, connector.manifest.title));
    if !saved.secrets.is_empty() {
        output::note(&workspaces::welcome(&studio)?.secrets);
    }
    if connections::takes_a_person(&connector, &saved.auth) {
        output::note(&format!(
            "Now sign in: joinery connection sign-in {} {}",
            saved.name,
            arguments.connector.display()
        ));
    }
    Ok(Outcome::Done)
}

fn list(as_json: bool) -> Result<Outcome, Error> {
    report::list(&connections::all(&home::studio()?)?, as_json)?;
    Ok(Outcome::Done)
}

fn test(name: String, connector: &std::path::Path, json: bool) -> Result<Outcome, Error> {
    let connector = target::open(connector)?;
    let found = home::wait_for(async {
        let studio = home::studio()?;
        let target = Target {
            connection: Some(name),
            ..Target::default()
        };
        let resolved = target.resolve(&studio, &connector).await?;
        target::warn(&resolved);
        connections::test_resolved(&studio, &connector, resolved).await
    })?;
    report::test(&found, json)?;
    Ok(if found.ok { Outcome::Done } else { Outcome::Failed })
}
