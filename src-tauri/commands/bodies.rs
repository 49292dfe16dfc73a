//! Response bodies and outputs, in windows of lines.

use std::path::PathBuf;

use joinery_app::{
    Code, Error,
    bodies::{
        self, BodyDiff, BodyLines, BodyPlace, BodySummary, BodyView, DiffBodies, DiffLines, FilterBody, FilteredBody,
        FindInBody, HitPlace, Hits, TableOrder, TableRows, TableSummary,
    },
};
use tauri::ipc::Response;

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
pub fn body_place(studio: Shared<'_>, id: String, line: usize) -> Option<BodyPlace> {
    studio.bodies.place(&id, line)
}

#[tauri::command(async)]
pub fn body_value(studio: Shared<'_>, id: String, line: usize, max_bytes: usize) -> Option<String> {
    studio.bodies.value(&id, line, max_bytes)
}

/// Pairs of lines as raw numbers of 32 bits: there may be a million of them.
#[tauri::command(async)]
pub fn body_folds(studio: Shared<'_>, id: String, depth: u32) -> Response {
    let folds = studio.bodies.folds(&id, depth);
    Response::new(
        folds
            .concat()
            .into_iter()
            .flat_map(u32::to_le_bytes)
            .collect::<Vec<u8>>(),
    )
}

#[tauri::command(async)]
pub fn body_bytes(studio: Shared<'_>, id: String, max_bytes: usize) -> Result<Response, Error> {
    let bytes = studio.bodies.bytes(&id, max_bytes);
    bytes.map(Response::new).ok_or_else(closed)
}

#[tauri::command(async)]
pub fn save_body(studio: Shared<'_>, id: String, path: PathBuf) -> Result<(), Error> {
    let failed = |error: std::io::Error| Error::new(Code::Unavailable, format!("cannot write the file: {error}"));
    studio.bodies.save(&id, &path).map_err(failed)
}

#[tauri::command(async)]
pub fn open_document_outside(studio: Shared<'_>, id: String) -> Result<(), Error> {
    let failed = |error: std::io::Error| Error::new(Code::Unavailable, format!("no program opens it: {error}"));
    webbrowser::open(bodies::document(&studio, &id)?.as_str()).map_err(failed)
}

#[tauri::command]
pub async fn find_in_body(studio: Shared<'_>, ask: FindInBody) -> Result<Hits, Error> {
    bodies::find_in_body(&studio, ask).await
}

#[tauri::command(async)]
pub fn forget_found(studio: Shared<'_>, id: String) {
    studio.bodies.forget_found(&id);
}

#[tauri::command(async)]
pub fn body_hit(studio: Shared<'_>, id: String, view: BodyView, number: usize) -> Option<HitPlace> {
    studio.bodies.hit(&id, view, number)
}

#[tauri::command]
pub async fn filter_body(studio: Shared<'_>, ask: FilterBody) -> Result<FilteredBody, Error> {
    bodies::filter_body(&studio, ask).await
}

#[tauri::command(async)]
pub fn recent_filters(studio: Shared<'_>) -> Result<Vec<String>, Error> {
    bodies::recent_filters(&studio)
}

#[tauri::command]
pub async fn body_table(studio: Shared<'_>, id: String, body: String) -> Result<TableSummary, Error> {
    bodies::body_table(&studio, id, body).await
}

#[tauri::command]
pub async fn sort_table(studio: Shared<'_>, id: String, body: String, order: Option<TableOrder>) -> Result<(), Error> {
    bodies::sort_table(&studio, id, body, order).await
}

#[tauri::command(async)]
pub fn table_rows(studio: Shared<'_>, body: String, from: usize, count: usize) -> TableRows {
    studio.bodies.rows(&body, from, count)
}

#[tauri::command]
pub async fn diff_bodies(studio: Shared<'_>, ask: DiffBodies) -> Result<BodyDiff, Error> {
    bodies::diff_bodies(&studio, ask).await
}

#[tauri::command(async)]
pub fn body_diff_lines(studio: Shared<'_>, id: String, from: usize, count: usize) -> DiffLines {
    studio.bodies.compared(&id, from, count)
}

#[tauri::command(async)]
pub fn close_body(studio: Shared<'_>, id: String) {
    studio.bodies.close(&id);
}

fn closed() -> Error {
    Error::new(Code::Usage, "that body is not open any more").with_hint("Send or run again.")
}
