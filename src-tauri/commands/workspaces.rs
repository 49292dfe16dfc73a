//! Workspaces.

use joinery_app::{
    Error,
    workspaces::{self, AskedPath, Welcome, Workspace},
};

use super::Shared;

#[tauri::command(async)]
pub fn welcome(studio: Shared<'_>) -> Result<Welcome, Error> {
    workspaces::welcome(&studio)
}

#[tauri::command]
pub async fn start_with_sandbox(studio: Shared<'_>) -> Result<Workspace, Error> {
    workspaces::start_with_sandbox(&studio).await
}

#[tauri::command(async)]
pub fn open_workspace(studio: Shared<'_>, path: String) -> Result<Workspace, Error> {
    workspaces::open(&studio, &path)
}

#[tauri::command(async)]
pub fn new_workspace(studio: Shared<'_>, template: String, path: String) -> Result<Workspace, Error> {
    workspaces::new(&studio, &template, &path)
}

#[tauri::command(async)]
pub fn workspace(studio: Shared<'_>) -> Result<Workspace, Error> {
    workspaces::current(&studio)
}

#[tauri::command(async)]
pub fn forget_workspace(studio: Shared<'_>, path: String) -> Result<(), Error> {
    workspaces::forget(&studio, &path)
}

#[tauri::command(async)]
pub fn take_asked(studio: Shared<'_>) -> Option<AskedPath> {
    workspaces::take_asked(&studio)
}

#[tauri::command(async)]
pub fn keep_dropped_package(studio: Shared<'_>, name: String, base64: String) -> Result<String, Error> {
    let path = workspaces::keep_dropped(&studio, &name, &base64)?;
    Ok(path.display().to_string())
}

#[tauri::command(async)]
pub fn install_package(studio: Shared<'_>, path: String) -> Result<Workspace, Error> {
    workspaces::install(&studio, &path)
}
