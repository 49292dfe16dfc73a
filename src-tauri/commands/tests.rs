//! The tests of a connector.

use std::path::PathBuf;

use joinery_app::{
    Error,
    tests::{self, CaseDetail, CaseName, CaseView, RunTests, SaveTest, SavedTest, TestReport},
};

use super::Shared;

#[tauri::command]
pub async fn save_test(studio: Shared<'_>, test: SaveTest) -> Result<SavedTest, Error> {
    tests::save(&studio, &test).await
}

#[tauri::command(async)]
pub fn list_tests(studio: Shared<'_>, connector: String) -> Result<Vec<CaseView>, Error> {
    tests::list(&studio, &connector)
}

#[tauri::command(async)]
pub fn show_test(studio: Shared<'_>, connector: String, case: CaseName) -> Result<CaseDetail, Error> {
    tests::detail(&studio, &connector, &case)
}

#[tauri::command]
pub async fn run_tests(studio: Shared<'_>, run: RunTests) -> Result<TestReport, Error> {
    tests::run_shown(&studio, run).await
}

#[tauri::command(async)]
pub fn save_test_junit(path: PathBuf, name: String, report: TestReport) -> Result<(), Error> {
    tests::save_junit(&path, &name, &report)
}
