//! Presentation mode.

use std::path::Path;

use joinery_app::{
    Error,
    demo::{self, Deed, DemoView, MadeDemo, MakeDemo, Scene, ShowStep},
};

use super::Shared;

#[tauri::command]
pub async fn open_demo(studio: Shared<'_>, connector: String) -> Result<Option<DemoView>, Error> {
    demo::open(&studio, &connector)
}

#[tauri::command]
pub async fn show_step(studio: Shared<'_>, step: ShowStep) -> Result<Scene, Error> {
    demo::show(&studio, &step).await
}

#[tauri::command]
pub async fn deeds(studio: Shared<'_>, connector: String) -> Result<Vec<Deed>, Error> {
    demo::deeds(&studio, &connector)
}

#[tauri::command]
pub async fn make_demo(studio: Shared<'_>, wanted: MakeDemo) -> Result<MadeDemo, Error> {
    demo::make(&studio, &wanted).await
}

#[tauri::command]
pub async fn save_handout(
    studio: Shared<'_>,
    connector: String,
    environment: Option<String>,
    path: String,
) -> Result<(), Error> {
    demo::save_handout(&studio, &connector, environment.as_deref(), Path::new(&path)).await
}
