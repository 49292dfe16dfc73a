//! Running actions.

use joinery_app::{
    Error,
    bodies::DiffLines,
    files::FileRef,
    runs::{self, ActionForm, AskPickList, PickOption, RunAction, RunReport},
};
use serde_json::Value;

use super::Shared;

#[tauri::command]
pub async fn describe_action(
    studio: Shared<'_>,
    file: FileRef,
    text: Option<String>,
    connection: Option<String>,
    answers: Value,
) -> Result<ActionForm, Error> {
    runs::describe(&studio, &file, text.as_deref(), connection.as_deref(), answers).await
}

#[tauri::command]
pub async fn pick_list(studio: Shared<'_>, ask: AskPickList) -> Result<Vec<PickOption>, Error> {
    runs::pick_list(&studio, ask).await
}

#[tauri::command]
pub async fn run_action(studio: Shared<'_>, run: RunAction) -> Result<RunReport, Error> {
    runs::run(&studio, run).await
}

#[tauri::command(async)]
pub fn forget_waiting(studio: Shared<'_>, id: String) -> Result<(), Error> {
    runs::forget_waiting(&studio, &id)
}

#[tauri::command(async)]
pub fn diff_lines(studio: Shared<'_>, run_number: i64, from: usize, count: usize) -> Result<DiffLines, Error> {
    runs::diff_lines(&studio, run_number, from, count)
}

#[tauri::command(async)]
pub fn cancel(studio: Shared<'_>, id: String) {
    runs::cancel(&studio, &id);
}
