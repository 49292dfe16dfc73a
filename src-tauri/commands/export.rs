//! Export.

use std::path::Path;

use joinery_app::{
    Error, connectors,
    export::{self, ExportPreview, Exported, Report},
};

use super::Shared;

#[tauri::command]
pub async fn export_preview(studio: Shared<'_>, connector: String) -> Result<ExportPreview, Error> {
    export::preview(&studio, &connector).await
}

#[tauri::command]
pub async fn export_package(
    studio: Shared<'_>,
    connector: String,
    folder: String,
    file_name: String,
) -> Result<Exported, Error> {
    let connector = connectors::in_workspace(&studio, &connector)?;
    let (format, path) = (export::format("package")?, Path::new(&folder).join(file_name));
    export::write(&studio, &connector, format, &path).await
}

#[tauri::command(async)]
pub fn inspect_package(path: String) -> Result<Report, Error> {
    export::verify(Path::new(&path), None)
}
