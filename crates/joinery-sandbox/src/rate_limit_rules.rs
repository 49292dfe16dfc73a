//! Which rate limits an org has: its own, and those that `--rate-limit` or the control API name.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

/// The limits of a development org: method (`*` any), path (`{}` one part), calls in a minute.
const USUAL: &[(&str, &str, u32)] = &[
    ("*", "/api/v1", 1200),
    ("*", "/api/v1/users", 600),
    ("GET", "/api/v1/users/{}", 2000),
    ("*", "/api/v1/groups", 500),
    ("*", "/api/v1/groups/{}", 1000),
    ("*", "/api/v1/groups/{}/users", 500),
    ("*", "/api/v1/logs", 120),
    ("*", "/oauth2/v1", 1200),
    ("*", "/oauth2/v1/token", 600),
    // Okta does not limit these; a count nobody reaches comes to the same.
    ("*", "/oauth2/v1/keys", 1_000_000),
    ("*", "/.well-known", 1_000_000),
];

/// The limits of an org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimits {
    /// Whether they are enforced; headers are always sent.
    pub enforced: bool,
    /// How many calls may be under way at a time; 0 for any number.
    pub concurrent: u32,
    /// The buckets. There is always one.
    pub limits: Vec<Limit>,
}

impl Default for RateLimits {
    fn default() -> Self {
        let limits = USUAL.iter().map(|(method, path, calls)| Limit {
            method: (*method).to_owned(),
            path: (*path).to_owned(),
            calls: *calls,
        });
        Self {
            enforced: true,
            concurrent: 0,
            limits: limits.collect(),
        }
    }
}

/// A limit: `GET /api/v1/users/{} = 2000`, or without a method for all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// The method, or `*`.
    pub method: String,
    /// The path it starts with; a part in braces stands for any one part.
    pub path: String,
    /// Calls in a minute.
    pub calls: u32,
}

impl RateLimits {
    /// Reads one setting into the limits: `on`, `off`, `concurrent=N`, or a limit such as `GET /api/v1/users=50`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn set(&mut self, text: &str) -> Result<(), String> {
        match text.trim() {
            "on" => self.enforced = true,
            "off" => self.enforced = false,
            text => match text.strip_prefix("concurrent=") {
                Some(number) => self.concurrent = calls(number)?,
                None => self.put(text.parse()?),
            },
        }
        Ok(())
    }

    /// Puts a limit in, in the place of the one for the same calls.
    pub fn put(&mut self, limit: Limit) {
        let same = |known: &&mut Limit| known.method == limit.method && known.pattern() == limit.pattern();
        match self.limits.iter_mut().find(same) {
            Some(place) => *place = limit,
            None => self.limits.push(limit),
        }
    }

    /// Takes out the limit for the same calls; those count to a shorter path from then on.
    ///
    /// # Errors
    /// That there is none, or none besides.
    pub fn remove(&mut self, limit: &Limit) -> Result<(), String> {
        let same = |known: &Limit| known.method == limit.method && known.pattern() == limit.pattern();
        let place = self.limits.iter().position(same);
        let place = place.ok_or_else(|| format!("there is no limit for `{limit}`"))?;
        if self.limits.len() == 1 {
            return Err("an org has at least one limit".into());
        }
        self.limits.remove(place);
        Ok(())
    }

    /// Reads a file of limits over these: `enforced`, `concurrent`, and a table `limits`.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn read_file(&mut self, text: &str) -> Result<(), String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            enforced: Option<bool>,
            concurrent: Option<u32>,
            #[serde(default)]
            limits: toml::Table,
        }
        let file: File = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        self.enforced = file.enforced.unwrap_or(self.enforced);
        self.concurrent = file.concurrent.unwrap_or(self.concurrent);
        for (path, number) in file.limits {
            self.put(format!("{path}={number}").parse()?);
        }
        Ok(())
    }
}

impl Limit {
    /// How well it fits a call; `None` where it does not.
    pub fn weight(&self, method: &str, path: &str) -> Option<usize> {
        let any_method = self.method == "*";
        if !any_method && self.method != method {
            return None;
        }
        let mut given = path.split('/');
        let mut parts = 0;
        for part in self.path.split('/') {
            let found = given.next()?;
            if !is_open(part) && part != found {
                return None;
            }
            parts += 1;
        }
        Some(parts * 2 + usize::from(!any_method))
    }

    /// The path with every open part written alike.
    fn pattern(&self) -> impl PartialEq + use<> {
        let parts = self.path.split('/').map(|part| if is_open(part) { "{}" } else { part });
        parts.map(str::to_owned).collect::<Vec<_>>()
    }
}

fn is_open(part: &str) -> bool {
    part.starts_with('{') && part.ends_with('}')
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = "write on, off, concurrent=N, or a limit such as /api/v1/users=50 or \"GET /api/v1/users/{id}=50\"";
        let (target, number) = text.rsplit_once('=').ok_or(form)?;
        let (method, path) = match target.trim().split_once(' ') {
            Some((method, path)) => (method.to_ascii_uppercase(), path.trim()),
            None => ("*".to_owned(), target.trim()),
        };
        if !path.starts_with('/') || !method.chars().all(|c| c.is_ascii_uppercase() || c == '*') {
            return Err(form.into());
        }
        Ok(Self {
            method,
            path: path.trim_end_matches('/').to_owned(),
            calls: calls(number)?,
        })
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.method != "*" {
            write!(out, "{} ", self.method)?;
        }
        out.write_str(&self.path)
    }
}

fn calls(number: &str) -> Result<u32, String> {
    let number = number.trim();
    number
        .parse()
        .map_err(|_| format!("`{number}` is not a number of calls"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_takes_the_place_of_the_limit_for_the_same_calls() {
        let mut limits = RateLimits::default();
        let before = limits.limits.len();
        for text in ["off", "GET /api/v1/users/{id}=7", "/api/v1/apps=3", "concurrent=2"] {
            limits.set(text).unwrap();
        }
        assert_eq!((limits.enforced, limits.concurrent), (false, 2));
        assert_eq!(limits.limits.len(), before + 1);
        assert!(
            limits
                .limits
                .iter()
                .any(|limit| limit.calls == 7 && limit.method == "GET")
        );
        let limit: Limit = "/api/v1/apps=0".parse().unwrap();
        limits.remove(&limit).unwrap();
        assert_eq!(limits.limits.len(), before);
        assert_eq!(
            limits.remove(&limit).unwrap_err(),
            "there is no limit for `/api/v1/apps`"
        );
        for wrong in ["maybe", "users=5", "/api/v1/users=many", "concurrent=-1"] {
            assert!(limits.set(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_file_sets_limits_and_its_faults_are_placed() {
        let mut limits = RateLimits::default();
        let text = "concurrent = 75\n[limits]\n\"GET /api/v1/users\" = 9\n";
        limits.read_file(text).unwrap();
        assert_eq!(limits.concurrent, 75);
        assert!(limits.limits.iter().any(|limit| limit.calls == 9));
        let fault = limits.read_file("concurrent = 75\nlimit = 3\n").unwrap_err();
        assert!(fault.contains("line 2"), "{fault}");
    }
}
