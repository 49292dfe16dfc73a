//! What `joinery send` takes, and the request that makes.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use clap::Args;
use joinery_app::{
    Code, Error, Pair, Part, RequestAuth, RequestBody, SavedRequest, bodies::FilterKind, requests::Preparation,
};
use serde_json::{Map, Value, json};

use super::{checks::Checks, many::Many, network::Network};
use crate::{durations, target::Target, texts};

/// What `joinery send` takes.
#[derive(Debug, Args)]
#[command(override_usage = "joinery send [OPTIONS] [METHOD] URL\n       joinery send [OPTIONS] REQUEST.toml|FOLDER...")]
pub struct Arguments {
    /// A method and a URL, a URL alone, or saved requests: files, and folders of them
    #[arg(required = true, num_args = 1.., value_name = "WHAT")]
    pub what: Vec<String>,
    /// A value for {{KEY}}, before every other
    #[arg(long, value_name = "KEY=VALUE", value_parser = texts::pair)]
    pub var: Vec<(String, String)>,
    /// An answer to {{prompt("LABEL")}}
    #[arg(long, value_name = "LABEL=TEXT", value_parser = texts::pair)]
    pub answer: Vec<(String, String)>,
    /// The environment: a file of `environments` beside the connector, by its name
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// The connector whose connection, hosts and variables are used
    #[arg(long, value_name = "CONNECTOR")]
    pub connector: Option<PathBuf>,
    /// Let requests write to a live org without asking
    #[arg(long)]
    pub allow_writes: bool,
    /// Give a request up after this long
    #[arg(long, value_name = "TIME", value_parser = durations::parse)]
    timeout: Option<Duration>,
    /// Follow `Link` headers for so many pages, or `all`, and join them into one answer
    #[arg(long, value_name = "N|all", value_parser = pages)]
    pages: Option<u32>,
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    pub shown: Shown,
    #[command(flatten)]
    checks: Checks,
    #[command(flatten)]
    pub many: Many,
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub network: Network,
}

/// What the request carries.
#[derive(Debug, Args)]
#[command(next_help_heading = "The request")]
struct Given {
    /// A header, in place of one of that name
    #[arg(short = 'H', long, value_name = "NAME: VALUE", value_parser = header)]
    header: Vec<(String, String)>,
    /// The body: text, @FILE, or - for what comes in; JSON where it looks like it, a form otherwise. With saved
    /// requests a FILE.csv, .json or .ndjson: they are sent for each of its rows, columns as variables
    #[arg(short, long, value_name = "TEXT|@FILE|-")]
    data: Option<String>,
    /// A part of a multipart form: NAME=TEXT, or NAME=@FILE with ;type=TYPE and ;filename=NAME
    #[arg(short = 'F', long, value_name = "NAME=TEXT|@FILE", value_parser = part, conflicts_with = "data")]
    form: Vec<Part>,
    /// A file to send as the body, with PUT where no method is given
    #[arg(short = 'T', long, value_name = "FILE", conflicts_with_all = ["data", "form"])]
    upload_file: Option<PathBuf>,
    /// Sign with user name and password (Basic)
    #[arg(short, long, value_name = "USER:PASSWORD", value_parser = user)]
    user: Option<(String, String)>,
    /// Cookies to send
    #[arg(short = 'b', long, value_name = "NAME=VALUE; ...")]
    cookie: Option<String>,
    /// Neither send the cookies of the connection nor keep those of the answer
    #[arg(long)]
    no_cookies: bool,
    /// Ask for the head alone (HEAD)
    #[arg(short = 'I', long, conflicts_with_all = ["data", "form", "upload_file"])]
    head: bool,
    /// Do not follow redirects
    #[arg(long)]
    no_location: bool,
    /// Follow redirects, as is done in any case
    #[arg(short = 'L', long, hide = true, conflicts_with = "no_location")]
    location: bool,
    /// Ask for a compressed answer, as is done in any case
    #[arg(long, hide = true)]
    compressed: bool,
}

/// What is printed.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is printed")]
pub struct Shown {
    /// Print status, headers, body, timing and assertions as JSON
    #[arg(long)]
    pub json: bool,
    /// Print status and headers before the body
    #[arg(short, long, conflicts_with = "json")]
    pub include: bool,
    /// Tell what went over the wire: `*` what happened, `>` what was sent, `<` what came back; secrets are stars
    #[arg(short, long)]
    pub verbose: bool,
    /// Print what a JSON path such as `$.id` finds in the body, each value on a line
    #[arg(long, value_name = "JSONPATH", conflicts_with_all = ["jq", "json", "repeat"])]
    filter: Option<String>,
    /// Print what a jq filter makes of the body, each value on a line
    #[arg(long, value_name = "FILTER", conflicts_with_all = ["json", "repeat"])]
    jq: Option<String>,
    /// Write what was sent and answered to a file as HAR, secrets as stars
    #[arg(long, value_name = "FILE", conflicts_with = "repeat")]
    pub har: Option<PathBuf>,
    /// Write the body to a file
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["json", "filter", "jq"])]
    pub output: Option<PathBuf>,
}

impl Arguments {
    /// The filter for the body, with its language.
    pub fn filter(&self) -> Option<(FilterKind, &str)> {
        let path = self.shown.filter.as_deref().map(|text| (FilterKind::JsonPath, text));
        path.or(self.shown.jq.as_deref().map(|text| (FilterKind::Jq, text)))
    }

    /// Whether status and headers are printed before the body.
    pub fn with_head(&self) -> bool {
        self.shown.include || self.given.head
    }

    /// Whether the body's files were named on the command line.
    pub fn any_file(&self) -> bool {
        !self.given.form.is_empty() || self.given.upload_file.is_some()
    }

    /// The answers that were given, by the labels of their prompts.
    pub fn answers(&self) -> BTreeMap<String, String> {
        self.answer.iter().cloned().collect()
    }

    /// A request with all that is given besides.
    pub fn preparation(&self, path: Option<String>, request: SavedRequest) -> Preparation {
        Preparation {
            path,
            request,
            variables: self.var.iter().cloned().collect(),
            answers: self.answers(),
            environment: self.env.clone(),
            any_file: self.any_file(),
        }
    }

    /// What `--data` says, where it may be a file of rows.
    pub fn data(&self) -> Option<&str> {
        self.given.data.as_deref()
    }

    /// The request of a method and a URL.
    ///
    /// # Errors
    /// [`Code::Usage`].
    pub fn request(&self) -> Result<SavedRequest, Error> {
        let given = &self.given;
        let usual = match given {
            Given { head: true, .. } => "HEAD",
            Given {
                upload_file: Some(_), ..
            } => "PUT",
            Given { data: None, form, .. } if form.is_empty() => "GET",
            _ => "POST",
        };
        let (method, url) = match self.what.as_slice() {
            [url] if url.contains(['/', '{']) => (usual, url),
            [method, url] if method.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-') => {
                (method.as_str(), url)
            }
            what => {
                return Err(
                    Error::new(Code::Usage, format!("`{}` is not a request", what.join(" ")))
                        .with_hint("Write joinery send GET https://host/path, or joinery send REQUEST.toml."),
                );
            }
        };
        Ok(SavedRequest {
            method: method.to_ascii_uppercase(),
            url: url.clone(),
            ..SavedRequest::default()
        })
    }

    /// `request` with what the command line says besides. `rows` says that `--data` is a file of rows.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when the body cannot be read.
    pub fn overlay(&self, mut request: SavedRequest, rows: bool) -> Result<SavedRequest, Error> {
        let given = &self.given;
        let cookie = given.cookie.iter().map(|cookie| ("Cookie".to_owned(), cookie.clone()));
        for (name, value) in given.header.iter().cloned().chain(cookie) {
            request
                .headers
                .retain(|header| !header.name.eq_ignore_ascii_case(&name));
            request.headers.push(Pair {
                name,
                value,
                enabled: true,
                description: String::new(),
            });
        }
        if let Some(data) = given.data.as_deref().filter(|_| !rows) {
            request.body = body(texts::read(data)?, &request);
        }
        if !given.form.is_empty() {
            let mut parts = given.form.clone();
            for file in parts.iter_mut().filter_map(|part| part.file.as_mut()) {
                *file = texts::whole_path(file.as_ref())?;
            }
            request.body = RequestBody::Multipart { parts };
        }
        if let Some(file) = &given.upload_file {
            request.body = RequestBody::File {
                path: texts::whole_path(file)?,
                content_type: None,
            };
        }
        if let Some((user, password)) = &given.user {
            request.auth = RequestAuth::Own {
                kind: "basic".to_owned(),
                settings: Map::from_iter([
                    ("username".to_owned(), json!(user)),
                    ("password".to_owned(), Value::String(password.clone())),
                ]),
            };
        }
        let settings = &mut request.settings;
        settings.timeout = self.timeout.map(|time| time.as_secs_f64()).or(settings.timeout);
        settings.pages = self.pages.or(settings.pages);
        if given.no_cookies {
            settings.cookies = Some(false);
        }
        if given.no_location {
            settings.follow_redirects = Some(false);
        }
        self.checks.overlay(&mut request)?;
        Ok(request)
    }
}

/// The body a text makes: of the type the headers say, else JSON where it looks like it, else a form as curl has it.
fn body(text: String, request: &SavedRequest) -> RequestBody {
    let said = request
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-type"));
    match said {
        Some(header) => RequestBody::Raw {
            content_type: header.value.clone(),
            text,
        },
        None if text.trim_start().starts_with(['{', '[']) => RequestBody::Json { text },
        None => RequestBody::Raw {
            content_type: "application/x-www-form-urlencoded".to_owned(),
            text,
        },
    }
}

fn header(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.trim().to_owned())),
        _ => Err("write it as 'NAME: VALUE'".to_owned()),
    }
}

fn pages(text: &str) -> Result<u32, String> {
    match text.parse() {
        _ if text == "all" => Ok(0),
        Ok(count) if count > 0 => Ok(count),
        _ => Err("write a number from 1 on, or all".to_owned()),
    }
}

/// The text is not repeated: it may hold the password.
fn user(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((user, password)) => Ok((user.to_owned(), password.to_owned())),
        None => Err(
            "write it as USER:PASSWORD, or give --auth basic --set username=USER --secret password=env:VARIABLE"
                .to_owned(),
        ),
    }
}

fn part(text: &str) -> Result<Part, String> {
    let wanted = "write it as NAME=TEXT or NAME=@FILE";
    let (name, value) = text
        .split_once('=')
        .filter(|(name, _)| !name.is_empty())
        .ok_or(wanted)?;
    let mut part = Part {
        name: name.to_owned(),
        ..Part::default()
    };
    let Some(file) = value.strip_prefix('@') else {
        value.clone_into(&mut part.value);
        return Ok(part);
    };
    let mut words = file.split(';');
    part.file = words.next().filter(|file| !file.is_empty()).map(str::to_owned);
    if part.file.is_none() {
        return Err(wanted.to_owned());
    }
    for word in words {
        match word.split_once('=') {
            Some(("type", kind)) => part.content_type = Some(kind.to_owned()),
            Some(("filename", name)) => part.filename = Some(name.to_owned()),
            _ => return Err(format!("`{word}` is neither type=TYPE nor filename=NAME")),
        }
    }
    Ok(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_a_text_or_a_file_with_its_type_and_name() {
        assert_eq!(part("a=b=@c;type=x").unwrap().value, "b=@c;type=x");
        let file = part("photo=@me.png;type=image/png;filename=ada.png").unwrap();
        assert_eq!(
            (
                file.file.as_deref(),
                file.content_type.as_deref(),
                file.filename.as_deref()
            ),
            (Some("me.png"), Some("image/png"), Some("ada.png"))
        );
        assert!(part("photo=@").is_err());
        assert!(part("photo=@a;size=7").unwrap_err().contains("size=7"));
    }

    #[test]
    fn a_password_is_not_repeated_in_what_is_said_of_it() {
        assert!(!user("hunter2").unwrap_err().contains("hunter2"));
        assert_eq!(user("ada:a:b"), Ok(("ada".into(), "a:b".into())));
    }

    #[test]
    fn pages_are_a_number_or_all() {
        assert_eq!((pages("all"), pages("3")), (Ok(0), Ok(3)));
        assert!(pages("0").is_err());
    }
}
