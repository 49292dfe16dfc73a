//! Settings, what the window remembers, and its title.

use joinery_app::{
    Code, Error,
    settings::{self, Cleared, Place, Settings},
};
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
pub fn settings(studio: Shared<'_>) -> Result<Settings, Error> {
    settings::chosen(&studio)
}

#[tauri::command(async)]
pub fn save_settings(studio: Shared<'_>, settings: Settings) -> Result<Settings, Error> {
    settings::save(&studio, settings)
}

#[tauri::command(async)]
pub fn places(studio: Shared<'_>) -> Result<Vec<Place>, Error> {
    settings::places(&studio)
}

#[tauri::command(async)]
pub fn show_place(studio: Shared<'_>, id: String) -> Result<(), Error> {
    let failed = |error: std::io::Error| Error::new(Code::Unavailable, format!("no program shows it: {error}"));
    webbrowser::open(settings::folder_url(&studio, &id)?.as_str()).map_err(failed)
}

#[tauri::command(async)]
pub fn clear_data(studio: Shared<'_>, what: Cleared) -> Result<usize, Error> {
    settings::clear(&studio, what)
}

#[tauri::command(async)]
pub fn notify(text: String) -> Result<(), String> {
    let mut notification = notify_rust::Notification::new();
    notification
        .appname("Joinery")
        .summary("Joinery")
        .body(&text)
        .icon("joinery-studio");
    notification.show().map(drop).map_err(|error| error.to_string())
}

#[tauri::command(async)]
pub fn set_title(window: tauri::Window, title: String) {
    // A window that is closing has no title to set.
    drop(window.set_title(&title));
}
