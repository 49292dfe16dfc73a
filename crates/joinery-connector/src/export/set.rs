//! The saved requests of a connector as other formats take them: in order, with what they inherit, and without secrets.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    connector::{Connector, RequestEntry, RequestTree},
    error::Error,
    import::{NotCarried, guard},
    package::secrets_in,
    request::{Example, RequestFolder, SavedRequest},
    variables::{Scope, Value, Variables, World, names_in},
};

/// What is exported, and with which values.
#[derive(Clone, Default)]
pub struct Selection {
    /// One request only, by its path.
    pub request: Option<String>,
    /// Values of the workspace and of an environment.
    pub variables: BTreeMap<String, String>,
    /// Values that win over every other.
    pub given: BTreeMap<String, String>,
    /// What template functions ask of the outside.
    pub world: Option<Arc<dyn World>>,
}

/// What an export wrote for another tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub text: String,
    /// What it cannot say.
    pub not_carried: Vec<NotCarried>,
}

/// The requests of a connector, ready to be written.
pub struct RequestSet<'a> {
    /// The connector.
    pub connector: &'a Connector,
    /// What is exported, and with which values.
    pub selection: &'a Selection,
    /// What is exported.
    pub top: SetFolder,
    /// What has been left out so far.
    pub not_carried: Vec<NotCarried>,
}

/// A folder of requests.
#[derive(Debug, Clone)]
pub struct SetFolder {
    /// The name on screen.
    pub name: String,
    /// What it shares, secrets taken out.
    pub says: RequestFolder,
    /// What lies in it, in order.
    pub entries: Vec<SetEntry>,
}

/// An entry of a folder.
#[derive(Debug, Clone)]
pub enum SetEntry {
    /// A folder.
    Folder(Box<SetFolder>),
    /// A request.
    Request(Box<SetRequest>),
}

/// A request.
#[derive(Debug, Clone)]
pub struct SetRequest {
    /// Its path below `requests`, without the ending: `users/get_user`.
    pub id: String,
    /// Where it stands, in the names on screen.
    pub place: String,
    /// The request as its file says, secrets taken out. It has a name.
    pub request: SavedRequest,
    /// The request with all it inherits.
    pub whole: SavedRequest,
    /// Answers saved beside it.
    pub examples: Vec<Example>,
}

impl<'a> RequestSet<'a> {
    /// The requests of a connector.
    ///
    /// # Errors
    /// The first request that cannot be read, with its place; a request that there is none of.
    pub fn of(connector: &'a Connector, selection: &'a Selection) -> Result<Self, Error> {
        let mut reader = Reader {
            connector,
            only: selection.request.as_deref(),
            left: Vec::new(),
        };
        let top = reader.folder(&connector.request_tree(), "")?;
        if let Some(path) = reader.only.filter(|_| top.requests().is_empty()) {
            return Err(Error::NoSuchFile { path: path.to_owned() });
        }
        Ok(Self {
            connector,
            selection,
            top,
            not_carried: reader.left,
        })
    }

    /// Notes what cannot be said, once.
    pub fn leave(&mut self, place: &str, what: impl Into<String>, why: &str) {
        let left = NotCarried::new(place, what, why);
        if !self.not_carried.contains(&left) {
            self.not_carried.push(left);
        }
    }

    /// The names of variables that requests use and nothing in the export gives, each once; a connection has them.
    pub fn open_variables(&self) -> Vec<String> {
        let mut open: Vec<String> = Vec::new();
        for request in self.top.requests() {
            let whole = &request.whole;
            let captured = |name: &str| {
                let all = self.top.requests().into_iter();
                all.flat_map(|other| &other.request.captures)
                    .any(|capture| capture.name == name)
            };
            let values = whole.variables.values().flat_map(|value| names_in(value));
            for name in whole.mentions().into_iter().map(|mention| mention.name).chain(values) {
                let known = whole.variables.contains_key(&name)
                    || self.selection.variables.contains_key(&name)
                    || self.selection.given.contains_key(&name);
                if !known && !captured(&name) && !open.contains(&name) {
                    open.push(name);
                }
            }
        }
        open
    }
}

impl RequestSet<'_> {
    /// The base URL, with what the manifest's says where none is given.
    pub fn base_url(&self) -> &str {
        let Selection { variables, given, .. } = self.selection;
        let said = given.get("base_url").or_else(|| variables.get("base_url"));
        said.unwrap_or(&self.connector.manifest.http.base_url)
    }

    /// The values that requests are written with; their own and those of their folders they bring themselves.
    pub fn values(&self) -> Variables {
        let mut values = Variables::default();
        values.set(Scope::Connector, "base_url", Value::Text(self.base_url().to_owned()));
        for (scope, given) in [
            (Scope::Environment, &self.selection.variables),
            (Scope::Run, &self.selection.given),
        ] {
            for (name, value) in given {
                values.set(scope, name, Value::Text(value.clone()));
            }
        }
        if let Some(world) = &self.selection.world {
            values.set_world(Arc::clone(world));
        }
        values
    }
}

impl SetFolder {
    /// Every request in it and below it, in order.
    pub fn requests(&self) -> Vec<&SetRequest> {
        let mut requests = Vec::new();
        for entry in &self.entries {
            match entry {
                SetEntry::Folder(folder) => requests.extend(folder.requests()),
                SetEntry::Request(request) => requests.push(request.as_ref()),
            }
        }
        requests
    }
}

struct Reader<'a> {
    connector: &'a Connector,
    only: Option<&'a str>,
    left: Vec<NotCarried>,
}

impl Reader<'_> {
    fn folder(&mut self, tree: &RequestTree, above: &str) -> Result<SetFolder, Error> {
        let stem = tree.path.rsplit('/').next().unwrap_or_default();
        let name = tree.says.name.clone().unwrap_or_else(|| words(stem));
        let place = match (above, tree.path.contains('/')) {
            (_, false) => String::new(),
            ("", true) => name.clone(),
            (above, true) => format!("{above} / {name}"),
        };
        let mut says = tree.says.clone();
        guard::folder(
            &mut says,
            if place.is_empty() { "requests" } else { &place },
            &mut self.left,
        );
        let mut entries = Vec::new();
        for entry in &tree.entries {
            match entry {
                RequestEntry::Folder(inner) => {
                    let inner = self.folder(inner, &place)?;
                    if self.only.is_none() || !inner.entries.is_empty() {
                        entries.push(SetEntry::Folder(Box::new(inner)));
                    }
                }
                RequestEntry::Request(path) if self.only.is_none_or(|only| only == path) => {
                    entries.push(SetEntry::Request(Box::new(self.request(path, &place)?)));
                }
                RequestEntry::Request(_) => {}
            }
        }
        Ok(SetFolder { name, says, entries })
    }

    fn request(&mut self, path: &str, above: &str) -> Result<SetRequest, Error> {
        let text = self.connector.text(path)?;
        let parsed = SavedRequest::parse(&text, path);
        let (mut request, _) = parsed.map_err(|problem| Error::Invalid {
            problem: Box::new(problem),
        })?;
        let id = path
            .trim_start_matches("requests/")
            .trim_end_matches(".toml")
            .to_owned();
        if request.name.is_empty() {
            request.name = words(id.rsplit('/').next().unwrap_or(&id));
        }
        let place = if above.is_empty() {
            request.name.clone()
        } else {
            format!("{above} / {}", request.name)
        };
        guard::request(&mut request, &place, &mut self.left);
        let mut whole = self.connector.request_folder(path)?.apply(request.clone());
        // What a folder leaves out is told where the folder is read.
        guard::request(&mut whole, &place, &mut Vec::<NotCarried>::new());
        let examples = self.examples(&id, &place);
        Ok(SetRequest {
            id,
            place,
            request,
            whole,
            examples,
        })
    }

    fn examples(&mut self, id: &str, place: &str) -> Vec<Example> {
        let folder = format!("requests/{id}.examples/");
        let paths = self.connector.files.keys().filter(|path| path.starts_with(&folder));
        let mut examples = Vec::new();
        for path in paths {
            let name = path[folder.len()..].trim_end_matches(".json").to_owned();
            let text = self.connector.text(path).unwrap_or_default();
            match serde_json::from_str::<Example>(&guard::json_without_secrets(
                &text,
                place,
                &mut Vec::<NotCarried>::new(),
            )) {
                Ok(example) => examples.push(Example { name, ..example }),
                Err(_) => self.left.push(NotCarried::new(
                    place,
                    format!("the example {name}"),
                    "it cannot be read",
                )),
            }
        }
        examples
    }
}

/// A file that people read too, without anything that still looks like a secret.
pub(super) fn pretty(file: &serde_json::Value) -> String {
    let mut text = serde_json::to_string_pretty(file).unwrap_or_default();
    text.push('\n');
    clean(text)
}

/// A text without anything that still looks like a secret.
pub(super) fn clean(mut text: String) -> String {
    for (start, end, _) in secrets_in(&text).into_iter().rev() {
        text.replace_range(start..end, "{{secret}}");
    }
    text
}

/// `get_user` as `Get user`.
fn words(stem: &str) -> String {
    let words = stem.replace('_', " ");
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
