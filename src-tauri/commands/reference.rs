//! What the documentation pane shows beyond the description of an API, and its links.

use joinery_app::{
    Error,
    reference::{self, FunctionHelp},
};

#[tauri::command(async)]
pub fn function_help() -> Vec<FunctionHelp> {
    reference::functions()
}

#[tauri::command(async)]
pub fn open_link(address: String) -> Result<(), Error> {
    let failed = |error| Error::new(joinery_app::Code::Unavailable, format!("no browser opens: {error}"));
    webbrowser::open(reference::link(&address)?.as_str()).map_err(failed)
}
