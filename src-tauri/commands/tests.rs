//! The tests of a connector.

use joinery_app::{
    Error, connectors,
    tests::{self, SaveTest, SavedTest, TestOptions, TestReport},
};

use super::Shared;

#[tauri::command]
pub async fn save_test(studio: Shared<'_>, test: SaveTest) -> Result<SavedTest, Error> {
    tests::save(&studio, &test).await
}

#[tauri::command]
pub async fn run_tests(studio: Shared<'_>, connector: String) -> Result<TestReport, Error> {
    let connector = connectors::in_workspace(&studio, &connector)?;
    tests::run(&studio, &connector, &TestOptions::default(), None, |_, _| ()).await
}
