//! Where things lie on this machine.

use std::path::Path;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use url::Url;

use crate::{
    error::{Code, Error},
    studio::Studio,
};

/// A folder in which something of Joinery lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Place {
    /// What it is asked for by.
    pub id: String,
    /// What lies in it.
    pub label: String,
    /// The folder.
    pub path: String,
    /// Its bytes, folders in it left out where it is a person's own.
    #[ts(type = "number | null")]
    pub size: Option<u64>,
}

/// Where everything lies.
///
/// # Errors
/// [`Code::Unavailable`] where a folder cannot be looked at.
pub fn places(studio: &Studio) -> Result<Vec<Place>, Error> {
    let home = studio.home();
    let mut places = vec![
        place("store", "History, settings and connections", home, true),
        place("bodies", "Bodies of the history", &home.join("bodies"), true),
        place("crashes", "Reports of failures", &home.join("crashes"), true),
        place("documents", "New workspaces", studio.documents(), false),
    ];
    if let Ok(folder) = studio.workspace_folder() {
        places.push(place("workspace", "This workspace", &folder, false));
    }
    Ok(places)
}

/// The address of a place, for whatever program shows folders.
///
/// # Errors
/// [`Code::Usage`] for an unknown place, [`Code::Unavailable`] where its folder is not there.
pub fn folder_url(studio: &Studio, id: &str) -> Result<Url, Error> {
    let places = places(studio)?;
    let found = places.iter().find(|place| place.id == id);
    let place = found.ok_or_else(|| Error::unknown("place", id, places.iter().map(|place| place.id.as_str())))?;
    let url = std::fs::canonicalize(&place.path)
        .ok()
        .and_then(|path| Url::from_directory_path(path).ok());
    url.ok_or_else(|| Error::new(Code::Unavailable, format!("there is no folder {} yet", place.path)))
}

fn place(id: &str, label: &str, path: &Path, sized: bool) -> Place {
    let size = || {
        path.read_dir()
            .ok()
            .map(|files| files.flatten().map(|file| bytes(&file)).sum())
    };
    Place {
        id: id.to_owned(),
        label: label.to_owned(),
        path: path.display().to_string(),
        size: if sized { size() } else { None },
    }
}

fn bytes(file: &std::fs::DirEntry) -> u64 {
    file.metadata()
        .map_or(0, |file| if file.is_file() { file.len() } else { 0 })
}
