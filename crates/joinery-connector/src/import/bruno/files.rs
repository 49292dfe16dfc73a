//! A collection as files: `bruno.json` and `.bru` files, or `opencollection.yml` and YAML files.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Reader, bru, list, text_of};
use crate::import::{Imported, Refused, parts::document};

/// Whether files, by path and text, are a collection.
pub(in crate::import) fn is_collection(files: &[(String, String)]) -> bool {
    root(files).is_some()
}

/// The folder of the collection among the files, with its ending slash: the outermost one.
fn root(files: &[(String, String)]) -> Option<String> {
    let marks = [
        "bruno.json",
        "opencollection.yml",
        "opencollection.yaml",
        "collection.bru",
    ];
    let found = files.iter().filter_map(|(path, _)| {
        let mark = marks.iter().find(|mark| path.rsplit('/').next() == Some(**mark))?;
        Some(path[..path.len() - mark.len()].to_owned())
    });
    found.min_by_key(String::len)
}

/// Reads a collection.
///
/// # Errors
/// Files among which there is none, and the first file that cannot be read, by its name.
pub(in crate::import) fn read_files(files: &[(String, String)]) -> Result<Imported, Refused> {
    let root = root(files).ok_or_else(|| Refused::new("there is no collection of Bruno in it"))?;
    let mut reader = Reader::default();
    reader.imported.ordered = true;
    let below = files
        .iter()
        .filter_map(|(path, text)| Some((path.strip_prefix(&root)?, text.as_str())));
    let files: BTreeMap<&str, &str> = below
        .filter(|(path, _)| {
            !path
                .split('/')
                .any(|part| part == "node_modules" || part.starts_with('.') || part == "__MACOSX")
        })
        .collect();
    let named = files
        .get("bruno.json")
        .and_then(|text| serde_json::from_str::<Value>(text).ok());
    let named = named.unwrap_or_default();
    reader.imported.name = Some(text_of(&named["name"])).filter(|name| !name.is_empty());
    reader.network(&named);
    let mut read = BTreeMap::new();
    for (path, text) in &files {
        if let Some(value) = file(path, text)? {
            read.insert(*path, value);
        }
    }
    reader.environments(&read);
    for own in ["collection.bru", "opencollection.yml", "opencollection.yaml"] {
        if let Some(file) = read.remove(own) {
            reader.collection(&file);
        }
    }
    reader.below("", &mut Vec::new(), &read);
    Ok(reader.imported)
}

/// A file as a value; none for what is no part of a collection.
fn file(path: &str, text: &str) -> Result<Option<Value>, Refused> {
    let end = path.rsplit_once('.').map_or("", |(_, end)| end);
    let read = match end {
        "bru" if path.starts_with("environments/") => bru::environment(text),
        "bru" => bru::parse(text),
        "yml" | "yaml" => document(text),
        _ => return Ok(None),
    };
    read.map(Some).map_err(|refused| Refused {
        message: format!("{path}: {}", refused.message),
        ..refused
    })
}

impl Reader {
    /// What `bruno.json` says of how requests are sent: here a connection says it.
    fn network(&mut self, file: &Value) {
        let place = self.imported.name.clone().unwrap_or_else(|| "bruno.json".to_owned());
        let proxy = &file["proxy"];
        if proxy["enabled"] == true || proxy["enabled"] == "true" || proxy["config"]["hostname"].is_string() {
            self.leave(&place, "the proxy", "set it in the connection");
        }
        if !list(&file["clientCertificates"]["certs"]).is_empty() {
            self.leave(&place, "the client certificates", "set them in the connection");
        }
    }

    /// What a collection shares, and all that lies in it where it is one file.
    pub(super) fn collection(&mut self, file: &Value) {
        let name = text_of(&file["info"]["name"]);
        if self.imported.name.is_none() && !name.is_empty() {
            self.imported.name = Some(name);
        }
        let place = self.imported.name.clone().unwrap_or_else(|| "collection".to_owned());
        let folder = self.folder(file, None, &place);
        self.imported.folders.push((Vec::new(), folder));
        for environment in list(&file["config"]["environments"])
            .iter()
            .chain(list(&file["environments"]))
        {
            self.environment(&text_of(&environment["name"]), environment);
        }
        self.items(&file["items"], &mut Vec::new());
    }

    /// The entries of a collection in one file.
    fn items(&mut self, items: &Value, within: &mut Vec<String>) {
        for item in list(items) {
            if item["items"].is_array() || item["info"]["type"] == "folder" {
                let name = text_of(&item["info"]["name"]);
                within.push(name.clone());
                let folder = self.folder(item, Some(name), &within.join(" / "));
                self.imported.folders.push((within.clone(), folder));
                self.items(&item["items"], within);
                within.pop();
            } else {
                self.request(item, within, "");
            }
        }
    }

    /// What lies in a folder: folders first, then requests, each by its number.
    fn below(&mut self, folder: &str, within: &mut Vec<String>, files: &BTreeMap<&str, Value>) {
        let mut folders = BTreeSet::new();
        let mut requests = Vec::new();
        for (path, file) in files {
            let Some(rest) = path.strip_prefix(folder) else {
                continue;
            };
            match rest.split_once('/') {
                Some(("environments", _)) if folder.is_empty() => {}
                Some((inner, _)) => {
                    folders.insert(inner);
                }
                None if matches!(rest, "folder.bru" | "folder.yml" | "folder.yaml" | "workspace.yml") => {}
                None => requests.push((number(file), rest, file)),
            }
        }
        let mut numbered: Vec<_> = folders
            .into_iter()
            .map(|inner| {
                let own = ["bru", "yml", "yaml"]
                    .iter()
                    .find_map(|end| files.get(format!("{folder}{inner}/folder.{end}").as_str()));
                (own.map_or(u64::MAX, number), inner, own)
            })
            .collect();
        numbered.sort_by_key(|(number, name, _)| (*number, *name));
        for (_, inner, own) in numbered {
            let nothing = Value::Null;
            let own = own.unwrap_or(&nothing);
            let said = text_of(&own["info"]["name"]);
            let name = if said.is_empty() { inner.to_owned() } else { said };
            within.push(name.clone());
            let says = self.folder(own, Some(name), &within.join(" / "));
            self.imported.folders.push((within.clone(), says));
            self.below(&format!("{folder}{inner}/"), within, files);
            within.pop();
        }
        requests.sort_by_key(|(number, path, _)| (*number, *path));
        for (_, path, file) in requests {
            let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
            self.request(file, within, stem);
        }
    }

    fn environments(&mut self, files: &BTreeMap<&str, Value>) {
        for (path, file) in files {
            let Some(name) = path.strip_prefix("environments/") else {
                continue;
            };
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            self.environment(stem, file);
        }
    }

    fn environment(&mut self, name: &str, file: &Value) {
        let said = text_of(&file["name"]);
        let name = if said.is_empty() { name.to_owned() } else { said };
        let values = self.variables(&file["variables"], &name);
        self.imported.environments.push((name, values));
    }
}

/// The number that orders an entry.
fn number(file: &Value) -> u64 {
    text_of(&file["info"]["seq"]).parse().unwrap_or(u64::MAX)
}
