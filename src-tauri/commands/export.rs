//! Export.

use std::path::Path;

use joinery_app::{
    Error, connectors,
    export::{self, ExportPreview, Exported},
};

use super::Shared;

#[tauri::command(async)]
pub fn export_preview(studio: Shared<'_>, connector: String) -> Result<ExportPreview, Error> {
    export::preview(&studio, &connector)
}

#[tauri::command(async)]
pub fn export_package(
    studio: Shared<'_>,
    connector: String,
    folder: String,
    file_name: String,
) -> Result<Exported, Error> {
    let connector = connectors::in_workspace(&studio, &connector)?;
    export::write(
        &studio,
        &connector,
        export::format("package")?,
        &Path::new(&folder).join(file_name),
    )
}
