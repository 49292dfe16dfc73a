//! The shell: a window around the engine. Every command is a line or two; the work is in `joinery-app`.

mod commands;
mod window;

use std::{path::PathBuf, sync::Arc};

use joinery_app::{Program, Studio, StudioOptions, crash};
use tauri::{Emitter, Manager};

/// Opens the studio and returns when its window is closed.
///
/// # Panics
/// When the system has no window to offer; the message says so.
pub fn run() {
    joinery_app::serve_if_asked();
    let options = options();
    crash::report(Some(options.home.clone()));
    let studio = Arc::new(Studio::new(options));
    studio.writes().ask_me();
    // The window takes longer to open than a worker to start.
    studio.scripts().warm_up();
    tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .manage(Arc::clone(&studio))
        .manage(commands::LanguageServer::default())
        .manage(commands::DebugAdapter::default())
        .invoke_handler(commands::handler())
        .setup(|app| {
            window::open(app)?;
            forward_events(app.handle().clone());
            // The grammar is compiled when it is first used: now, while the page loads, and not at the first script.
            std::thread::spawn(|| joinery_app::highlight::lines_of("rhai", "let ready = true;"));
            Ok(())
        })
        .run(tauri::generate_context!())
        .expect("the studio needs a display to open its window");
}

/// Sends every event of the engine to the window.
fn forward_events(app: tauri::AppHandle) {
    let mut events = app.state::<Arc<Studio>>().events();
    tauri::async_runtime::spawn(async move {
        loop {
            match events.recv().await {
                Ok(event) => drop(app.emit("joinery", event)),
                // Too many at once: what was missed was "something changed", and the next event says it again.
                Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
                Err(tokio::sync::broadcast::error::RecvError::Closed) => break,
            }
        }
    });
}

fn options() -> StudioOptions {
    let given = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let folders = directories::ProjectDirs::from("dev", "joinery", "Joinery");
    let user = directories::UserDirs::new();
    let home_folder = || user.as_ref().map(|user| user.home_dir().to_owned()).unwrap_or_default();
    let documents = user.as_ref().and_then(|user| user.document_dir().map(PathBuf::from));
    StudioOptions {
        home: given("JOINERY_HOME")
            .or_else(|| folders.map(|folders| folders.data_dir().to_owned()))
            .unwrap_or_else(|| home_folder().join(".joinery")),
        documents: given("JOINERY_DOCUMENTS").or(documents).unwrap_or_else(home_folder),
        keychain: std::env::var_os("JOINERY_SECRETS").is_none_or(|place| place != "file"),
        worker: Program::This,
    }
}
