//! The language server that the editor talks to: it runs in this process, and each message is a call.

use std::sync::{Arc, Mutex, PoisonError};

use joinery_protocol::lsp::Server;

use super::Shared;

/// The server of the window; none before the editor starts it.
#[derive(Default)]
pub struct LanguageServer(Mutex<Option<Server>>);

#[tauri::command(async)]
pub fn start_language_server(studio: Shared<'_>, server: tauri::State<'_, LanguageServer>) {
    *server.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Server::new(Arc::clone(&studio), None));
}

#[tauri::command(async)]
pub fn language_message(server: tauri::State<'_, LanguageServer>, message: String) -> Vec<String> {
    let mut server = server.0.lock().unwrap_or_else(PoisonError::into_inner);
    server
        .as_mut()
        .map(|server| server.handle(&message))
        .unwrap_or_default()
}
