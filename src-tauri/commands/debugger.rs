//! The debug adapter that the window talks to: it runs in this process. A message is a call; what it says comes back over
//! a channel, since a script stops when it likes.

use std::sync::{Arc, Mutex, PoisonError};

use joinery_protocol::dap::Server;
use serde_json::Value;
use tauri::{async_runtime, ipc::Channel};

use super::Shared;

/// The adapter of the window; none before something is debugged.
#[derive(Default)]
pub struct DebugAdapter(Mutex<Option<Server>>);

impl DebugAdapter {
    fn replace(&self, server: Server) {
        let before = self.0.lock().unwrap_or_else(PoisonError::into_inner).replace(server);
        if let Some(before) = before {
            before.end();
        }
    }

    fn now(&self) -> Option<Server> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[tauri::command(async)]
pub fn start_debug_adapter(studio: Shared<'_>, adapter: tauri::State<'_, DebugAdapter>, messages: Channel<Value>) {
    let out = move |message: &Value| drop(messages.send(message.clone()));
    let runtime = async_runtime::handle().inner().clone();
    adapter.replace(Server::new(Arc::clone(&studio), runtime, None, out).in_workspace());
}

#[tauri::command]
pub async fn debug_message(adapter: tauri::State<'_, DebugAdapter>, message: String) -> Result<(), String> {
    let Some(server) = adapter.now() else { return Ok(()) };
    // It may wait for the script's process.
    let work = async_runtime::spawn_blocking(move || server.handle(&message));
    work.await.map_err(|error| error.to_string())
}
