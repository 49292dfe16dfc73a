//! Where what was imported goes: paths of files that every system can hold, and none twice.

use std::collections::BTreeSet;

use super::Imported;
use crate::{
    request::{RequestAuth, RequestFolder},
    variables::VariablesFile,
};

/// The longest name of a file, without its ending.
const LONGEST: usize = 60;

impl Imported {
    /// The files to write, below a connector's folder: `requests/users/get_user.toml` with its text.
    pub fn files(&self) -> Vec<(String, String)> {
        let mut taken = BTreeSet::new();
        let mut files = Vec::new();
        for (place, folder) in &self.folders {
            if place.is_empty() && is_empty(folder) {
                continue;
            }
            let path = format!("{}folder.toml", below(place));
            if taken.insert(path.clone()) {
                files.push((path, folder.render(None)));
            }
        }
        for (place, request) in &self.requests {
            let named = if request.name.is_empty() {
                format!("{} {}", request.method, path_of(&request.url))
            } else {
                request.name.clone()
            };
            let start = format!("{}{}", below(place), file_name(&named));
            let path = free(&start, &taken);
            taken.insert(path.clone());
            files.push((path, request.render(None)));
        }
        files
    }

    /// The files of environments, which lie beside the connector: `environments/staging.toml` with its text.
    pub fn environment_files(&self) -> Vec<(String, String)> {
        let mut taken = BTreeSet::new();
        let mut files = Vec::new();
        for (name, variables) in &self.environments {
            let path = free(&format!("environments/{}", file_name(name)), &taken);
            taken.insert(path.clone());
            let file = VariablesFile {
                color: None,
                variables: variables.clone(),
            };
            files.push((path, file.render(None)));
        }
        files
    }
}

fn is_empty(folder: &RequestFolder) -> bool {
    folder.auth == RequestAuth::Inherit && folder.headers.is_empty() && folder.variables.is_empty()
}

/// `requests/users/`
fn below(place: &[String]) -> String {
    let folders: Vec<String> = place.iter().map(|folder| file_name(folder)).collect();
    std::iter::once("requests".to_owned())
        .chain(folders)
        .fold(String::new(), |path, folder| format!("{path}{folder}/"))
}

fn free(start: &str, taken: &BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{start}_{number}.toml"));
    std::iter::once(format!("{start}.toml"))
        .chain(numbered)
        .find(|path| !taken.contains(path))
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
