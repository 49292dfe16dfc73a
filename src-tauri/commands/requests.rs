//! The request tester.

use joinery_app::{
    Error, SavedRequest,
    files::FileRef,
    requests::{self, MadeAction, OpenRequest, SendRequest, Sent, VariableView},
};

use super::Shared;

#[tauri::command(async)]
pub fn open_request(studio: Shared<'_>, file: FileRef) -> Result<OpenRequest, Error> {
    requests::open(&studio, &file)
}

#[tauri::command(async)]
pub fn save_request(studio: Shared<'_>, file: FileRef, request: SavedRequest) -> Result<(), Error> {
    requests::save(&studio, &file, &request)
}

#[tauri::command]
pub async fn send_request(studio: Shared<'_>, send: SendRequest) -> Result<Sent, Error> {
    requests::send(&studio, send).await
}

#[tauri::command(async)]
pub fn request_variables(
    studio: Shared<'_>,
    connector: String,
    path: Option<String>,
    request: SavedRequest,
    connection: Option<String>,
) -> Result<Vec<VariableView>, Error> {
    requests::variables(&studio, &connector, path.as_deref(), &request, connection.as_deref())
}

#[tauri::command(async)]
pub fn request_as_curl(
    studio: Shared<'_>,
    connector: String,
    path: Option<String>,
    request: SavedRequest,
    connection: Option<String>,
) -> Result<String, Error> {
    requests::to_curl(&studio, &connector, path.as_deref(), &request, connection.as_deref())
}

#[tauri::command(async)]
pub fn make_action(
    studio: Shared<'_>,
    connector: String,
    request: SavedRequest,
    number: Option<i64>,
) -> Result<MadeAction, Error> {
    requests::make_action(&studio, &connector, &request, number)
}
