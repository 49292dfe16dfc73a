//! What the window remembers, and its title.

use joinery_app::{Error, settings};
use serde_json::Value;

use super::Shared;

#[tauri::command(async)]
pub fn recall(studio: Shared<'_>, key: String) -> Result<Value, Error> {
    settings::recall(&studio, &key)
}

#[tauri::command(async)]
pub fn remember(studio: Shared<'_>, key: String, value: Value) -> Result<(), Error> {
    settings::remember(&studio, &key, &value)
}

#[tauri::command(async)]
pub fn set_title(window: tauri::Window, title: String) {
    // A window that is closing has no title to set.
    drop(window.set_title(&title));
}
