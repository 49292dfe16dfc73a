//! The request tester.

use std::path::PathBuf;

use joinery_app::{
    Error, SavedRequest,
    environments::{self, EnvironmentView},
    files::FileRef,
    import::{self, CurlRequest, ImportReport},
    okta::Hint,
    requests::{
        self, Cookie, CookieKey, Load, LoadRequest, MadeAction, OpenRequest, Prompt, RequestInContext, RequestsReport,
        RunRequests, SendRequest, Sent, VariableView,
    },
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

#[tauri::command]
pub async fn load_request(studio: Shared<'_>, run: LoadRequest) -> Result<Load, Error> {
    requests::load_request(&studio, run).await
}

#[tauri::command]
pub async fn run_requests(studio: Shared<'_>, run: RunRequests) -> Result<RequestsReport, Error> {
    requests::run_requests(&studio, run).await
}

#[tauri::command(async)]
pub fn request_hints(studio: Shared<'_>, shown: RequestInContext) -> Result<Vec<Hint>, Error> {
    requests::request_hints(&studio, &shown)
}

#[tauri::command(async)]
pub fn cookies(studio: Shared<'_>, connector: String, connection: Option<String>) -> Result<Vec<Cookie>, Error> {
    requests::cookies(&studio, &connector, connection.as_deref())
}

#[tauri::command(async)]
pub fn save_cookie(
    studio: Shared<'_>,
    connector: String,
    connection: Option<String>,
    was: Option<CookieKey>,
    cookie: Cookie,
) -> Result<(), Error> {
    requests::save_cookie(&studio, &connector, connection.as_deref(), was.as_ref(), &cookie)
}

#[tauri::command(async)]
pub fn remove_cookie(
    studio: Shared<'_>,
    connector: String,
    connection: Option<String>,
    cookie: CookieKey,
) -> Result<(), Error> {
    requests::remove_cookie(&studio, &connector, connection.as_deref(), &cookie)
}

#[tauri::command(async)]
pub fn clear_cookies(studio: Shared<'_>, connector: String, connection: Option<String>) -> Result<(), Error> {
    requests::clear_cookies(&studio, &connector, connection.as_deref())
}

#[tauri::command(async)]
pub fn request_variables(studio: Shared<'_>, shown: RequestInContext) -> Result<Vec<VariableView>, Error> {
    requests::variables(&studio, &shown)
}

#[tauri::command(async)]
pub fn request_prompts(studio: Shared<'_>, shown: RequestInContext) -> Result<Vec<Prompt>, Error> {
    requests::prompts(&studio, &shown)
}

#[tauri::command(async)]
pub fn request_as_curl(studio: Shared<'_>, shown: RequestInContext) -> Result<String, Error> {
    requests::to_curl(&studio, &shown)
}

#[tauri::command(async)]
pub fn list_environments(studio: Shared<'_>) -> Result<Vec<EnvironmentView>, Error> {
    environments::of_workspace(&studio)
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

#[tauri::command]
pub fn import_curl(text: &str) -> Result<CurlRequest, Error> {
    import::curl(text)
}

#[tauri::command(async)]
pub fn import_file(studio: Shared<'_>, connector: String, path: PathBuf) -> Result<ImportReport, Error> {
    import::file(&studio, &connector, &path)
}
