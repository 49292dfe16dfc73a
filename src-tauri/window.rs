//! The one window.

use tauri::{App, WebviewUrl, WebviewWindowBuilder};

/// Opens the window at its designed size; the page shows nothing until its first view is drawn.
pub fn open(app: &App) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
        .title("Joinery")
        .inner_size(1440.0, 900.0)
        .min_inner_size(1024.0, 640.0)
        .build()?;
    Ok(())
}
