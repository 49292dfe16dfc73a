//! Text files of the open workspace.

use joinery_app::{
    Error, FileKind, Problem, connectors,
    file_templates::{self, FileAnswers, FileTemplate},
    files::{self, FileRef, SavedFile, TextFile},
};

use super::Shared;

#[tauri::command(async)]
pub fn read_file(studio: Shared<'_>, file: FileRef) -> Result<TextFile, Error> {
    files::read(&studio, &file)
}

#[tauri::command(async)]
pub fn save_file(studio: Shared<'_>, file: FileRef, text: String, version: Option<String>) -> Result<SavedFile, Error> {
    files::save(&studio, &file, &text, version.as_deref())
}

#[tauri::command(async)]
pub fn create_file(studio: Shared<'_>, connector: String, kind: FileKind, name: String) -> Result<FileRef, Error> {
    files::create(&studio, &connector, kind, &name)
}

#[tauri::command(async)]
pub fn file_templates() -> Vec<FileTemplate> {
    file_templates::list()
}

#[tauri::command(async)]
pub fn create_from_template(
    studio: Shared<'_>,
    connector: String,
    template: String,
    answers: FileAnswers,
) -> Result<FileRef, Error> {
    file_templates::create(&studio, &connector, &template, &answers)
}

#[tauri::command(async)]
pub fn rename_file(studio: Shared<'_>, file: FileRef, name: String) -> Result<FileRef, Error> {
    files::rename(&studio, &file, &name)
}

#[tauri::command(async)]
pub fn delete_file(studio: Shared<'_>, file: FileRef) -> Result<(), Error> {
    files::delete(&studio, &file)
}

#[tauri::command(async)]
pub fn check_file(studio: Shared<'_>, file: FileRef, text: String) -> Result<Vec<Problem>, Error> {
    files::check(&studio, &file, &text)
}

#[tauri::command(async)]
pub fn check_connector(studio: Shared<'_>, connector: String) -> Result<Vec<Problem>, Error> {
    let connector = connectors::in_workspace(&studio, &connector)?;
    Ok(connectors::check(&studio, &connector))
}
