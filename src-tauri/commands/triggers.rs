//! Triggers: one poll at a time, a listener, and what was delivered.

use joinery_app::{
    Error,
    sandbox::{org, views::SandboxEntry},
    triggers::{self, DeliveryView, ListenTrigger, PollReport, PollTrigger, Replayed, TriggerRef, TriggerView},
};
use serde_json::Value;

use super::Shared;

#[tauri::command]
pub async fn trigger_view(studio: Shared<'_>, trigger: TriggerRef) -> Result<TriggerView, Error> {
    triggers::view(&studio, &trigger).await
}

#[tauri::command]
pub async fn poll_trigger(studio: Shared<'_>, poll: PollTrigger) -> Result<PollReport, Error> {
    triggers::poll_shown(&studio, &poll).await
}

#[tauri::command(async)]
pub fn set_trigger_cursor(studio: Shared<'_>, trigger: TriggerRef, cursor: Value) -> Result<(), Error> {
    triggers::set_cursor(&studio, &trigger, &cursor)
}

#[tauri::command(async)]
pub fn forget_trigger_events(studio: Shared<'_>, trigger: TriggerRef) -> Result<(), Error> {
    triggers::forget_events(&studio, &trigger)
}

#[tauri::command(async)]
pub fn rewind_trigger(studio: Shared<'_>, trigger: TriggerRef) -> Result<(), Error> {
    triggers::rewind_shown(&studio, &trigger)
}

#[tauri::command]
pub async fn listen_trigger(studio: Shared<'_>, listen: ListenTrigger) -> Result<(), Error> {
    triggers::listen(&studio, listen).await
}

#[tauri::command]
pub async fn unsubscribe_trigger(studio: Shared<'_>, trigger: TriggerRef) -> Result<(), Error> {
    triggers::unsubscribe_shown(&studio, &trigger).await
}

#[tauri::command(async)]
pub fn trigger_deliveries(studio: Shared<'_>, trigger: TriggerRef) -> Result<Vec<DeliveryView>, Error> {
    triggers::deliveries_shown(&studio, &trigger)
}

#[tauri::command]
pub async fn replay_delivery(studio: Shared<'_>, trigger: TriggerRef, delivery: i64) -> Result<Replayed, Error> {
    triggers::replay_shown(&studio, &trigger, delivery).await
}

#[tauri::command]
pub async fn hand_event_to_flow(studio: Shared<'_>, flow: String, event: Value) -> Result<(), Error> {
    triggers::hand_to_flow(&studio, &flow, event).await
}

#[tauri::command]
pub async fn create_sample_user(studio: Shared<'_>) -> Result<SandboxEntry, Error> {
    org::create_sample_user(&studio).await
}
