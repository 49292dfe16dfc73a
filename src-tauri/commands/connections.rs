//! Connections and the sandbox org.

use joinery_app::{
    Error,
    connections::{
        self as profiles, ConnectionDraft, ConnectionForm, ConnectionTest, ConnectionView, KeyPlace, PublicKey, SignIn,
        SignedOut, TokenState,
    },
    sandbox::{self, SandboxView},
    writes::WriteAnswer,
};

use super::Shared;

#[tauri::command(async)]
pub fn connections(studio: Shared<'_>, connector: String) -> Result<Vec<ConnectionView>, Error> {
    profiles::list(&studio, &connector)
}

#[tauri::command(async)]
pub fn connection_form(studio: Shared<'_>, connector: String) -> Result<ConnectionForm, Error> {
    profiles::form(&studio, &connector)
}

#[tauri::command(async)]
pub fn save_connection(studio: Shared<'_>, draft: ConnectionDraft) -> Result<ConnectionView, Error> {
    profiles::save(&studio, &draft)
}

#[tauri::command]
pub async fn test_connection(studio: Shared<'_>, draft: ConnectionDraft) -> Result<ConnectionTest, Error> {
    profiles::test(&studio, &draft).await
}

#[tauri::command(async)]
pub fn remove_connection(studio: Shared<'_>, name: String) -> Result<(), Error> {
    profiles::remove(&studio, &name)
}

#[tauri::command(async)]
pub fn forget_request_secret(studio: Shared<'_>, connection: String, name: String) -> Result<(), Error> {
    profiles::forget_request_secret(&studio, &connection, &name)
}

#[tauri::command(async)]
pub fn choose_connection(studio: Shared<'_>, name: String) -> Result<(), Error> {
    profiles::choose(&studio, &name)
}

#[tauri::command]
pub async fn sign_in(studio: Shared<'_>, sign_in: SignIn) -> Result<TokenState, Error> {
    // The page's address is on screen too: where no browser opens, a person still can.
    profiles::sign_in(&studio, sign_in, |url| drop(webbrowser::open(url))).await
}

#[tauri::command]
pub async fn sign_out(studio: Shared<'_>, connector: String, connection: String) -> Result<SignedOut, Error> {
    profiles::sign_out(&studio, &connector, &connection).await
}

#[tauri::command]
pub async fn token_state(
    studio: Shared<'_>,
    connector: String,
    connection: String,
) -> Result<Option<TokenState>, Error> {
    profiles::token(&studio, &connector, &connection).await
}

#[tauri::command(async)]
pub fn generate_key(studio: Shared<'_>, connection: String) -> Result<PublicKey, Error> {
    profiles::generate_key(&studio, "RS256", None, KeyPlace::Draft(&connection))
}

#[tauri::command(async)]
pub fn public_key(studio: Shared<'_>, connection: String) -> Result<PublicKey, Error> {
    profiles::public_key(&studio, &connection)
}

#[tauri::command(async)]
pub fn answer_write(studio: Shared<'_>, id: String, answer: WriteAnswer) {
    studio.writes().answer(&id, answer);
}

#[tauri::command(async)]
pub fn sandbox_status(studio: Shared<'_>) -> Option<SandboxView> {
    sandbox::status(&studio)
}

#[tauri::command]
pub async fn start_sandbox(studio: Shared<'_>) -> Result<SandboxView, Error> {
    sandbox::start(&studio).await
}
