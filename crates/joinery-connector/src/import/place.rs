//! Where what was imported goes: paths of files that every system can hold, and none twice.

use std::collections::{BTreeMap, BTreeSet};

use super::{Imported, NotCarried, guard};
use crate::{
    package::secrets_in,
    request::{RequestAuth, RequestFolder},
    variables::VariablesFile,
};

/// The longest name of a file, without its ending.
const LONGEST: usize = 60;

impl Imported {
    /// The files to write, below a connector's folder: `requests/users/get_user.toml` with its text. What still looks
    /// like a secret in them is replaced, and told in `left`.
    pub fn files(&self, left: &mut Vec<NotCarried>) -> Vec<(String, String)> {
        let mut folders = Folders::default();
        let places: Vec<String> = self.folders.iter().map(|(place, _)| folders.path(place)).collect();
        let mut taken = BTreeSet::new();
        let mut requests = Vec::new();
        let mut paths = Vec::new();
        for (at, (place, request)) in self.requests.iter().enumerate() {
            let named = if request.name.is_empty() {
                format!("{} {}", request.method, path_of(&request.url))
            } else {
                request.name.clone()
            };
            let start = format!("{}/{}", folders.path(place), file_name(&named));
            let path = free(&start, ".toml", &mut taken);
            let stem = path.trim_end_matches(".toml").to_owned();
            requests.push((path, request.render(None)));
            for (_, example) in self.examples.iter().filter(|(of, _)| *of == at) {
                let path = free(
                    &format!("{stem}.examples/{}", file_name(&example.name)),
                    ".json",
                    &mut taken,
                );
                let text = serde_json::to_string_pretty(example).unwrap_or_default() + "\n";
                requests.push((path, guard::json_without_secrets(&text, &stem, left)));
            }
            paths.push(stem);
        }
        let mut orders = if self.ordered { orders(&paths) } else { BTreeMap::new() };
        let mut files = Vec::new();
        for ((_, folder), place) in self.folders.iter().zip(&places) {
            let order = orders.remove(place);
            if place == "requests" && is_empty(folder) && order.is_none() {
                continue;
            }
            let path = format!("{place}/folder.toml");
            if taken.insert(path.clone()) {
                let folder = RequestFolder {
                    order,
                    ..folder.clone()
                };
                files.push((path, folder.render(None)));
            }
        }
        for (place, order) in orders {
            let folder = RequestFolder {
                order: Some(order),
                ..RequestFolder::default()
            };
            files.push((format!("{place}/folder.toml"), folder.render(None)));
        }
        files.extend(requests);
        without_secrets(files, left)
    }

    /// The files of environments, which lie beside the connector: `environments/staging.toml` with its text. Secrets as
    /// in [`files`](Self::files).
    pub fn environment_files(&self, left: &mut Vec<NotCarried>) -> Vec<(String, String)> {
        let mut taken = BTreeSet::new();
        let files = self.environments.iter().map(|(name, variables)| {
            let path = free(&format!("environments/{}", file_name(name)), ".toml", &mut taken);
            let file = VariablesFile {
                color: None,
                variables: variables.clone(),
            };
            (path, file.render(None))
        });
        without_secrets(files.collect(), left)
    }
}

/// Readers replace what is called like a secret; this finds what looks like one, wherever it stands.
fn without_secrets(mut files: Vec<(String, String)>, left: &mut Vec<NotCarried>) -> Vec<(String, String)> {
    for (path, text) in &mut files {
        for (start, end, what) in secrets_in(text).into_iter().rev() {
            text.replace_range(start..end, "{{secret}}");
            left.push(NotCarried::new(
                path.as_str(),
                what,
                "secrets are not kept in files: save it in the connection as `secret`",
            ));
        }
    }
    files
}

/// Folders by where they lie in the file that is read: two whose names make the same path are two folders all the same.
#[derive(Default)]
struct Folders {
    paths: BTreeMap<Vec<String>, String>,
    taken: BTreeSet<String>,
}

impl Folders {
    /// `requests/users`
    fn path(&mut self, place: &[String]) -> String {
        let Some((name, above)) = place.split_last() else {
            return "requests".to_owned();
        };
        if let Some(path) = self.paths.get(place) {
            return path.clone();
        }
        let start = format!("{}/{}", self.path(above), file_name(name));
        let path = free(&start, "", &mut self.taken);
        self.paths.insert(place.to_vec(), path.clone());
        path
    }
}

/// The order of each folder in which requests with these paths stand otherwise than by name.
fn orders(paths: &[String]) -> BTreeMap<String, Vec<String>> {
    let mut orders: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in paths {
        let slashes: Vec<usize> = path.match_indices('/').map(|(at, _)| at).chain([path.len()]).collect();
        for pair in slashes.windows(2) {
            let (folder, name) = (&path[..pair[0]], &path[pair[0] + 1..pair[1]]);
            let name = if pair[1] == path.len() {
                name.to_owned()
            } else {
                format!("{name}/")
            };
            let order = orders.entry(folder.to_owned()).or_default();
            if !order.contains(&name) {
                order.push(name);
            }
        }
    }
    orders.retain(|_, order| !order.is_sorted_by_key(|name| name.trim_end_matches('/')));
    orders
}

fn is_empty(folder: &RequestFolder) -> bool {
    folder.auth == RequestAuth::Inherit
        && folder.headers.is_empty()
        && folder.variables.is_empty()
        && folder.description.is_none()
}

/// The first of `start`, `start_2`, `start_3` with that ending which is not taken; it is then.
fn free(start: &str, end: &str, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{start}_{number}{end}"));
    std::iter::once(format!("{start}{end}"))
        .chain(numbered)
        .find(|path| taken.insert(path.clone()))
        .unwrap_or_default()
}

/// The path of a URL, for a request without a name.
fn path_of(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, rest)| rest);
    after.split_once('/').map_or(after, |(_, path)| path)
}

/// A name in small letters, digits and underscores: `Get a user` is `get_a_user`.
pub(crate) fn file_name(name: &str) -> String {
    let mut file = String::new();
    for letter in name.chars() {
        if letter.is_alphanumeric() {
            file.extend(letter.to_lowercase());
        } else if !file.is_empty() && !file.ends_with('_') {
            file.push('_');
        }
        if file.len() >= LONGEST {
            break;
        }
    }
    let file = file.trim_end_matches('_');
    // What a folder's own file is called, and what Windows keeps for devices.
    let reserved = ["", "folder", "con", "prn", "aux", "nul"];
    let device =
        |start: &str| file.len() == 4 && file.starts_with(start) && file.ends_with(|last: char| last.is_ascii_digit());
    if reserved.contains(&file) || device("com") || device("lpt") {
        format!("request_{file}").trim_end_matches('_').to_owned()
    } else {
        file.to_owned()
    }
}
