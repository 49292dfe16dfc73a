//! The shell: a window around the engine. Every command is a line or two; the work is in `joinery-app`.

mod commands;
mod display;
mod instance;
mod window;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use instance::Start;
use joinery_app::{Program, Studio, StudioOptions, crash, workspaces};
use tauri::{Emitter, Manager};

/// Opens the studio with the paths on its command line and returns when its window is closed; at once where the same
/// store is open in a studio already, which then comes to the front and opens them. Without a display it says so and
/// fails.
///
/// # Panics
/// When the system has no window to offer although there is a display.
pub fn run() -> ExitCode {
    joinery_app::serve_if_asked();
    let options = options();
    let paths = paths();
    let instance = match instance::start(&options.home, &paths) {
        Start::Handed => return ExitCode::SUCCESS,
        Start::First(instance) => Some(instance),
        Start::Alone => None,
    };
    if let Some(missing) = display::missing() {
        eprintln!("{missing}");
        return ExitCode::FAILURE;
    }
    crash::report(Some(options.home.clone()));
    let studio = Arc::new(Studio::new(options));
    studio.writes().ask_me();
    for path in &paths {
        workspaces::ask(&studio, path);
    }
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
            if let Some(instance) = instance {
                let app = app.handle().clone();
                instance.serve(move |paths| {
                    window::bring_to_front(&app);
                    let studio = app.state::<Arc<Studio>>();
                    for path in &paths {
                        workspaces::ask(&studio, path);
                    }
                });
            }
            // The grammar is compiled when it is first used: now, while the page loads, and not at the first script.
            std::thread::spawn(|| joinery_app::highlight::lines_of("rhai", "let ready = true;"));
            Ok(())
        })
        .build(tauri::generate_context!())
        .expect("the system gives the studio a window")
        .run(|_app, _event| {
            // A double click on macOS comes as an event, not on a command line.
            #[cfg(target_os = "macos")]
            if let tauri::RunEvent::Opened { urls } = &_event {
                let studio = _app.state::<Arc<Studio>>();
                for path in urls.iter().filter_map(|url| url.to_file_path().ok()) {
                    workspaces::ask(&studio, &path);
                }
            }
        });
    ExitCode::SUCCESS
}

/// The paths on the command line, absolute.
fn paths() -> Vec<PathBuf> {
    std::env::args_os()
        .skip(1)
        .filter(|argument| !argument.as_encoded_bytes().starts_with(b"-"))
        .filter_map(|path| std::path::absolute(path).ok())
        .collect()
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
