//! `joinery cookies`: what servers set for a saved connection. Values are secrets: they are shown where that is asked
//! for, and never stand on a command line.

use clap::{Args, Subcommand};
use joinery_app::{
    Code, Error, MASK, Studio,
    requests::{self, Cookie},
};
use serde_json::{Value, json};

use crate::{
    Outcome, home, output,
    texts::{self, SecretSource},
};

/// What `joinery cookies` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the cookies of a connection, their values as stars
    List {
        /// The saved connection
        connection: String,
        /// Print the values too
        #[arg(long)]
        values: bool,
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Keep a cookie, in place of one of the same name, domain and path
    Set(Set),
    /// Forget the cookies of a name
    Delete {
        /// The saved connection
        connection: String,
        /// The cookie's name
        name: String,
        /// Only that of this domain
        #[arg(long, value_name = "HOST")]
        domain: Option<String>,
        /// Only that of this path
        #[arg(long, value_name = "PATH")]
        path: Option<String>,
    },
    /// Forget every cookie of a connection
    Clear {
        /// The saved connection
        connection: String,
    },
}

#[derive(Debug, Args)]
struct Set {
    /// The saved connection
    connection: String,
    /// The cookie: NAME=env:VARIABLE, NAME=file:PATH or NAME=-
    #[arg(value_name = "NAME=SOURCE", value_parser = texts::secret)]
    cookie: (String, SecretSource),
    /// The host it goes to
    #[arg(long, value_name = "HOST")]
    domain: String,
    /// The path it goes to, and to those below it
    #[arg(long, value_name = "PATH", default_value = "/")]
    path: String,
    /// Send it to the hosts below the domain too
    #[arg(long)]
    subdomains: bool,
    /// When it ends, such as 2027-01-31T12:00:00Z; otherwise it stays until it is forgotten
    #[arg(long, value_name = "TIME")]
    expires: Option<jiff::Timestamp>,
    /// Send it over TLS only
    #[arg(long)]
    secure: bool,
    /// Mark it as closed to scripts of a page
    #[arg(long)]
    http_only: bool,
}

impl Arguments {
    /// Whether JSON is wanted.
    pub fn wants_json(&self) -> bool {
        matches!(self.what, What::List { json: true, .. })
    }
}

/// Does what was asked.
pub fn run(arguments: Arguments) -> Result<Outcome, Error> {
    let studio = home::studio()?;
    match arguments.what {
        What::List {
            connection,
            values,
            json,
        } => list(
            &requests::saved_cookies(&studio, &connection)?,
            &connection,
            values,
            json,
        )?,
        What::Set(wanted) => set(&studio, wanted)?,
        What::Delete {
            connection,
            name,
            domain,
            path,
        } => {
            let fits = |wanted: &Option<String>, has: &str| wanted.as_deref().is_none_or(|wanted| wanted == has);
            let count = requests::forget_saved_cookies(&studio, &connection, |cookie| {
                cookie.name == name && fits(&domain, &cookie.domain) && fits(&path, &cookie.path)
            })?;
            if count == 0 {
                let error = Error::new(Code::Usage, format!("{connection} has no such cookie as `{name}`"));
                return Err(error.with_hint(format!("joinery cookies list {connection} shows what there is.")));
            }
            output::note(&format!("Forgot {}.", counted(count)));
        }
        What::Clear { connection } => {
            let count = requests::forget_saved_cookies(&studio, &connection, |_| true)?;
            output::note(&format!("Forgot {} of {connection}.", counted(count)));
        }
    }
    Ok(Outcome::Done)
}

fn set(studio: &Studio, wanted: Set) -> Result<(), Error> {
    let (name, source) = wanted.cookie;
    let cookie = Cookie {
        value: source.read()?,
        domain: wanted.domain,
        subdomains: wanted.subdomains,
        path: wanted.path,
        expires: wanted.expires.map(jiff::Timestamp::as_second),
        secure: wanted.secure,
        http_only: wanted.http_only,
        name,
    };
    requests::set_saved_cookie(studio, &wanted.connection, &cookie)?;
    output::note(&format!("Kept {} for {}.", cookie.name, wanted.connection));
    Ok(())
}

fn list(cookies: &[Cookie], connection: &str, values: bool, as_json: bool) -> Result<(), Error> {
    let shown = |cookie: &Cookie| if values { cookie.value.clone() } else { MASK.to_owned() };
    if as_json {
        let shapes: Vec<Value> = cookies
            .iter()
            .map(|cookie| {
                json!({
                    "domain": cookie.domain, "subdomains": cookie.subdomains, "path": cookie.path,
                    "name": cookie.name, "value": shown(cookie), "expires": cookie.expires,
                    "secure": cookie.secure, "http_only": cookie.http_only,
                })
            })
            .collect();
        return output::json(&shapes);
    }
    if cookies.is_empty() {
        output::note(&format!("No cookie is kept for {connection}."));
    }
    for cookie in cookies {
        let mut marks = vec![match cookie.expires {
            Some(seconds) => format!("until {}", output::moment(seconds.saturating_mul(1000))),
            None => "no end".to_owned(),
        }];
        let named = [
            (cookie.subdomains, "subdomains"),
            (cookie.secure, "secure"),
            (cookie.http_only, "http only"),
        ];
        marks.extend(named.iter().filter(|(on, _)| *on).map(|(_, word)| (*word).to_owned()));
        output::line(&format!(
            "{}{}  {}={}  {}",
            cookie.domain,
            cookie.path,
            cookie.name,
            shown(cookie),
            marks.join(", ")
        ))?;
    }
    Ok(())
}

fn counted(count: usize) -> String {
    match count {
        1 => "1 cookie".to_owned(),
        count => format!("{count} cookies"),
    }
}
