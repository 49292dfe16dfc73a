//! Flows of the open workspace.

use joinery_app::{
    Error,
    flows::{self, FlowRow, FlowRun, FlowTrace, GoOnFlow, RunFlow, Serving},
};

use super::Shared;

#[tauri::command]
pub async fn flows(studio: Shared<'_>) -> Result<Vec<FlowRow>, Error> {
    flows::rows(&studio).await
}

#[tauri::command(async)]
pub fn flow_runs(studio: Shared<'_>) -> Result<Vec<FlowRun>, Error> {
    flows::runs_here(&studio)
}

#[tauri::command(async)]
pub fn flow_trace(studio: Shared<'_>, id: String) -> Result<FlowTrace, Error> {
    flows::shown(&studio, &id)
}

#[tauri::command]
pub async fn flow_sample(studio: Shared<'_>, flow: String, sandbox: bool) -> Result<String, Error> {
    flows::sample(&studio, &flow, sandbox).await
}

#[tauri::command]
pub async fn run_flow(studio: Shared<'_>, run: RunFlow) -> Result<FlowTrace, Error> {
    flows::run_here(&studio, run).await
}

#[tauri::command]
pub async fn go_on_flow(studio: Shared<'_>, wanted: GoOnFlow) -> Result<FlowTrace, Error> {
    flows::go_on(&studio, wanted).await
}

#[tauri::command(async)]
pub fn serving(studio: Shared<'_>) -> Option<Serving> {
    flows::serving(&studio)
}

#[tauri::command]
pub async fn begin_serving(studio: Shared<'_>, every: u32, sandbox: bool) -> Result<Serving, Error> {
    flows::begin_serving(&studio, every, sandbox)
}

#[tauri::command(async)]
pub fn stop_serving(studio: Shared<'_>) {
    flows::stop_serving(&studio);
}
