//! The request tester.

use std::{collections::BTreeMap, path::PathBuf};

use joinery_app::{
    Error, RequestFolder, SavedRequest,
    descriptions::{self, Operation, OperationName},
    environments::{self, EnvironmentView},
    files::FileRef,
    fixtures,
    import::{self, CurlRequest, ImportPreview, ImportReport, ImportRequests, ImportSource},
    okta::Hint,
    request_tree,
    requests::{
        self, ActionStep, AuthKindView, Cookie, CookieKey, InheritedAuth, KeepSecret, KeptSecret, LiteralSecret, Load,
        LoadRequest, MadeAction, OpenRequest, Prompt, RequestInContext, RequestsReport, RunRequests, SendRequest, Sent,
        SetSecret, TemplateFunction, VariableView,
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
pub fn literal_secrets(request: SavedRequest) -> Vec<LiteralSecret> {
    requests::literal_secrets(&request)
}

#[tauri::command(async)]
pub fn secret_name(studio: Shared<'_>, wanted: KeepSecret) -> Result<String, Error> {
    requests::secret_name(&studio, &wanted)
}

#[tauri::command(async)]
pub fn keep_secret(studio: Shared<'_>, wanted: KeepSecret) -> Result<KeptSecret, Error> {
    requests::keep_secret(&studio, &wanted)
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
pub fn request_as_curl(studio: Shared<'_>, shown: RequestInContext, secrets: bool) -> Result<String, Error> {
    requests::to_curl(&studio, &shown, secrets)
}

#[tauri::command(async)]
pub fn list_environments(studio: Shared<'_>) -> Result<Vec<EnvironmentView>, Error> {
    environments::of_workspace(&studio)
}

#[tauri::command(async)]
pub fn make_action(studio: Shared<'_>, connector: String, steps: Vec<ActionStep>) -> Result<MadeAction, Error> {
    requests::make_action(&studio, &connector, &steps)
}

#[tauri::command(async)]
pub fn import_curl(studio: Shared<'_>, shown: RequestInContext, text: String) -> Result<CurlRequest, Error> {
    import::curl(&studio, &shown, &text)
}

#[tauri::command(async)]
pub fn set_secret(studio: Shared<'_>, wanted: SetSecret) -> Result<(), Error> {
    requests::set_secret(&studio, &wanted)
}

#[tauri::command(async)]
pub fn preview_import(source: ImportSource) -> Result<ImportPreview, Error> {
    import::preview_import(&source)
}

#[tauri::command(async)]
pub fn import_requests(studio: Shared<'_>, wanted: ImportRequests) -> Result<ImportReport, Error> {
    import::import_requests(&studio, &wanted)
}

#[tauri::command(async)]
pub fn operations(studio: Shared<'_>, connector: String) -> Result<Vec<OperationName>, Error> {
    descriptions::operations(&studio, &connector)
}

#[tauri::command(async)]
pub fn operation(
    studio: Shared<'_>,
    connector: String,
    method: String,
    url: String,
) -> Result<Option<Operation>, Error> {
    descriptions::operation(&studio, &connector, &method, &url)
}

#[tauri::command(async)]
pub fn save_junit(path: PathBuf, name: String, report: RequestsReport) -> Result<(), Error> {
    requests::save_junit(&path, &name, &report)
}

#[tauri::command(async)]
pub fn known_variables(studio: Shared<'_>, shown: RequestInContext) -> Result<Vec<VariableView>, Error> {
    requests::known_variables(&studio, &shown)
}

#[tauri::command(async)]
pub fn template_functions() -> Vec<TemplateFunction> {
    requests::template_functions()
}

#[tauri::command(async)]
pub fn inherited_auth(studio: Shared<'_>, connector: String, path: String) -> Result<InheritedAuth, Error> {
    requests::inherited_auth(&studio, &connector, &path)
}

#[tauri::command(async)]
pub fn auth_kinds() -> Vec<AuthKindView> {
    requests::auth_kinds()
}

#[tauri::command(async)]
pub fn workspace_variables(studio: Shared<'_>) -> Result<BTreeMap<String, String>, Error> {
    environments::variables_of_workspace(&studio)
}

#[tauri::command(async)]
pub fn save_workspace_variables(studio: Shared<'_>, variables: BTreeMap<String, String>) -> Result<(), Error> {
    environments::save_variables(&studio, variables)
}

#[tauri::command(async)]
pub fn save_environment(studio: Shared<'_>, environment: EnvironmentView) -> Result<(), Error> {
    environments::save(&studio, environment)
}

#[tauri::command(async)]
pub fn remove_environment(studio: Shared<'_>, name: String) -> Result<(), Error> {
    environments::remove(&studio, &name)
}

#[tauri::command(async)]
pub fn add_fixture(studio: Shared<'_>, source: PathBuf) -> Result<String, Error> {
    fixtures::add(&studio, &source)
}

#[tauri::command(async)]
pub fn duplicate_request(studio: Shared<'_>, file: FileRef) -> Result<FileRef, Error> {
    request_tree::duplicate(&studio, &file)
}

#[tauri::command(async)]
pub fn move_request(studio: Shared<'_>, file: FileRef, folder: String) -> Result<FileRef, Error> {
    request_tree::move_into(&studio, &file, &folder)
}

#[tauri::command(async)]
pub fn new_request_folder(
    studio: Shared<'_>,
    connector: String,
    parent: String,
    name: String,
) -> Result<FileRef, Error> {
    request_tree::new_folder(&studio, &connector, &parent, &name)
}

#[tauri::command(async)]
pub fn request_folder(studio: Shared<'_>, folder: FileRef) -> Result<RequestFolder, Error> {
    request_tree::folder(&studio, &folder)
}

#[tauri::command(async)]
pub fn save_request_folder(studio: Shared<'_>, folder: FileRef, says: RequestFolder) -> Result<(), Error> {
    request_tree::save_folder(&studio, &folder, &says)
}
