//! Response bodies and outputs, in windows of lines.

use joinery_app::{
    Code, Error,
    bodies::{BodyLines, BodySummary, BodyView},
};

use super::Shared;

#[tauri::command(async)]
pub fn body_lines(studio: Shared<'_>, id: String, view: BodyView, from: usize, count: usize) -> BodyLines {
    studio.bodies.lines(&id, view, from, count)
}

#[tauri::command(async)]
pub fn body_summary(studio: Shared<'_>, id: String) -> Result<BodySummary, Error> {
    studio.bodies.summary(&id).ok_or_else(closed)
}

#[tauri::command(async)]
pub fn body_text(studio: Shared<'_>, id: String, max_bytes: usize) -> Result<String, Error> {
    studio.bodies.text(&id, max_bytes).ok_or_else(closed)
}

#[tauri::command(async)]
pub fn body_path(studio: Shared<'_>, id: String, line: usize) -> Option<String> {
    studio.bodies.path(&id, line)
}

#[tauri::command(async)]
pub fn close_body(studio: Shared<'_>, id: String) {
    studio.bodies.close(&id);
}

fn closed() -> Error {
    Error::new(Code::Usage, "that body is not open any more").with_hint("Send or run again.")
}
