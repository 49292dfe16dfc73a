//! The one window.

use tauri::{App, AppHandle, Manager, WebviewUrl, WebviewWindowBuilder};

/// Opens the window at its designed size; the page shows nothing until its first view is drawn.
pub fn open(app: &App) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
        .title("Joinery")
        .inner_size(1440.0, 900.0)
        .min_inner_size(1024.0, 640.0)
        .build()?;
    Ok(())
}

/// Shows the window above the others, however it lies; a system that lets no window do so marks it instead.
pub fn bring_to_front(app: &AppHandle) {
    if let Some(window) = app.get_webview_window("main") {
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}
