//! What the script editor needs from the engine.

use joinery_app::highlight::flat;

use super::Shared;

#[tauri::command(async)]
pub fn open_document(studio: Shared<'_>, id: String, language: String, text: String) {
    studio.highlighter.open(&id, &language, &text);
}

#[tauri::command(async)]
pub fn edit_document(studio: Shared<'_>, id: String, from_line: usize, removed_lines: usize, inserted: Vec<String>) {
    studio.highlighter.edit(&id, from_line, removed_lines, inserted);
}

#[tauri::command(async)]
pub fn document_lines(studio: Shared<'_>, id: String, from: usize, count: usize) -> Vec<Vec<u32>> {
    studio
        .highlighter
        .lines(&id, from, count)
        .iter()
        .map(|line| flat(line))
        .collect()
}

#[tauri::command(async)]
pub fn close_document(studio: Shared<'_>, id: String) {
    studio.highlighter.close(&id);
}
