//! What a request was answered before.

use joinery_app::{
    Error,
    files::FileRef,
    history::{self, AskHistory, Certificate, PastResponse, PastSend},
    samples,
};

use super::Shared;

#[tauri::command(async)]
pub fn past_sends(studio: Shared<'_>, ask: AskHistory) -> Result<Vec<PastSend>, Error> {
    history::list(&studio, &ask)
}

#[tauri::command(async)]
pub fn past_response(studio: Shared<'_>, number: i64) -> Result<PastResponse, Error> {
    history::open(&studio, number)
}

#[tauri::command(async)]
pub fn pin_send(studio: Shared<'_>, number: i64, pinned: bool) -> Result<(), Error> {
    history::pin(&studio, number, pinned)
}

#[tauri::command(async)]
pub fn save_example(studio: Shared<'_>, request: FileRef, number: i64, name: String) -> Result<FileRef, Error> {
    history::save_example(&studio, &request, number, &name)
}

#[tauri::command(async)]
pub fn save_schema(studio: Shared<'_>, connector: String, body: String, name: String) -> Result<FileRef, Error> {
    samples::save_schema(&studio, &connector, &body, &name)
}

#[tauri::command(async)]
pub fn certificates(
    studio: Shared<'_>,
    connector: String,
    connection: Option<String>,
    url: String,
) -> Result<Vec<Certificate>, Error> {
    history::certificates(&studio, &connector, connection.as_deref(), &url)
}
