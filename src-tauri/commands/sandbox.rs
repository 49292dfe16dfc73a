//! The sandbox panel: whichever sandbox org runs, seen and steered.

use std::path::PathBuf;

use joinery_app::{
    Error,
    sandbox::{
        control, limits, log, org, snapshots,
        views::{
            ClockChange, SandboxCall, SandboxClock, SandboxEntry, SandboxFault, SandboxLimits, SandboxLog,
            SandboxOverview, SandboxSnapshot, Searched,
        },
    },
};

use super::Shared;

#[tauri::command]
pub async fn sandbox_overview(studio: Shared<'_>) -> Result<SandboxOverview, Error> {
    control::overview(&studio).await
}

#[tauri::command(async)]
pub fn sandbox_token(studio: Shared<'_>) -> Result<String, Error> {
    control::token(&studio)
}

#[tauri::command]
pub async fn sandbox_activity(studio: Shared<'_>, after: u64) -> Result<Vec<SandboxCall>, Error> {
    control::activity(&studio, after).await
}

#[tauri::command]
pub async fn sandbox_log(studio: Shared<'_>, next: Option<u64>) -> Result<SandboxLog, Error> {
    log::log(&studio, next).await
}

#[tauri::command]
pub async fn search_sandbox(studio: Shared<'_>, searched: Searched, text: String) -> Result<Vec<SandboxEntry>, Error> {
    org::search(&studio, searched, &text).await
}

#[tauri::command]
pub async fn change_sandbox_clock(studio: Shared<'_>, change: ClockChange) -> Result<SandboxClock, Error> {
    control::change_clock(&studio, &change).await
}

#[tauri::command]
pub async fn set_sandbox_lag(studio: Shared<'_>, lag: String) -> Result<String, Error> {
    control::set_lag(&studio, &lag).await
}

#[tauri::command]
pub async fn sandbox_faults(studio: Shared<'_>) -> Result<Vec<SandboxFault>, Error> {
    control::faults(&studio).await
}

#[tauri::command]
pub async fn add_sandbox_fault(studio: Shared<'_>, rule: String) -> Result<Vec<SandboxFault>, Error> {
    control::add_fault(&studio, &rule).await
}

#[tauri::command]
pub async fn remove_sandbox_fault(studio: Shared<'_>, id: u64) -> Result<Vec<SandboxFault>, Error> {
    control::remove_fault(&studio, id).await
}

#[tauri::command]
pub async fn clear_sandbox_faults(studio: Shared<'_>) -> Result<Vec<SandboxFault>, Error> {
    control::clear_faults(&studio).await
}

#[tauri::command]
pub async fn sandbox_rate_limits(studio: Shared<'_>) -> Result<SandboxLimits, Error> {
    limits::limits(&studio).await
}

#[tauri::command]
pub async fn enforce_sandbox_rate_limits(studio: Shared<'_>, enforced: bool) -> Result<SandboxLimits, Error> {
    limits::enforce(&studio, enforced).await
}

#[tauri::command]
pub async fn set_sandbox_rate_limit(
    studio: Shared<'_>,
    limited: String,
    calls: Option<u32>,
) -> Result<SandboxLimits, Error> {
    limits::set(&studio, &limited, calls).await
}

#[tauri::command]
pub async fn usual_sandbox_rate_limits(studio: Shared<'_>) -> Result<SandboxLimits, Error> {
    limits::usual(&studio).await
}

#[tauri::command]
pub async fn reset_sandbox(studio: Shared<'_>) -> Result<SandboxOverview, Error> {
    control::reset(&studio).await
}

#[tauri::command]
pub async fn sandbox_snapshots(studio: Shared<'_>) -> Result<Vec<SandboxSnapshot>, Error> {
    snapshots::snapshots(&studio).await
}

#[tauri::command]
pub async fn take_sandbox_snapshot(studio: Shared<'_>, name: String) -> Result<SandboxSnapshot, Error> {
    snapshots::take_snapshot(&studio, &name).await
}

#[tauri::command]
pub async fn restore_sandbox_snapshot(studio: Shared<'_>, name: String) -> Result<SandboxOverview, Error> {
    snapshots::restore_snapshot(&studio, &name).await
}

#[tauri::command]
pub async fn remove_sandbox_snapshot(studio: Shared<'_>, name: String) -> Result<Vec<SandboxSnapshot>, Error> {
    snapshots::remove_snapshot(&studio, &name).await
}

#[tauri::command]
pub async fn save_sandbox_snapshot(studio: Shared<'_>, name: String, path: PathBuf) -> Result<(), Error> {
    snapshots::save_snapshot(&studio, &name, &path).await
}

#[tauri::command]
pub async fn load_sandbox_snapshot(studio: Shared<'_>, path: PathBuf) -> Result<SandboxOverview, Error> {
    snapshots::load_snapshot(&studio, &path).await
}
