//! What the window may ask. One file per area; the names are those of `ui/src/backend/index.ts` in snake case.

mod bodies;
mod connections;
mod debugger;
mod editor;
mod export;
mod files;
mod history;
mod language;
mod requests;
mod runs;
mod sandbox;
mod settings;
mod tests;
mod workspaces;

use std::sync::Arc;

use joinery_app::Studio;

pub use debugger::DebugAdapter;
pub use language::LanguageServer;

/// The studio as commands get it.
type Shared<'a> = tauri::State<'a, Arc<Studio>>;

/// Every command.
pub fn handler() -> impl Fn(tauri::ipc::Invoke<tauri::Wry>) -> bool {
    tauri::generate_handler![
        bodies::body_bytes,
        bodies::body_diff_lines,
        bodies::body_folds,
        bodies::body_hit,
        bodies::body_lines,
        bodies::body_path,
        bodies::body_place,
        bodies::body_summary,
        bodies::body_table,
        bodies::body_text,
        bodies::body_value,
        bodies::close_body,
        bodies::diff_bodies,
        bodies::filter_body,
        bodies::find_in_body,
        bodies::forget_found,
        bodies::open_document_outside,
        bodies::recent_filters,
        bodies::save_body,
        bodies::sort_table,
        bodies::table_rows,
        connections::answer_write,
        connections::choose_connection,
        connections::connection_form,
        connections::connections,
        connections::generate_key,
        connections::public_key,
        connections::remove_connection,
        connections::sandbox_status,
        connections::save_connection,
        connections::sign_in,
        connections::sign_out,
        connections::start_sandbox,
        connections::test_connection,
        connections::token_state,
        debugger::debug_message,
        debugger::start_debug_adapter,
        editor::close_document,
        editor::document_lines,
        editor::edit_document,
        editor::open_document,
        export::export_package,
        export::export_preview,
        files::check_connector,
        files::check_file,
        files::create_file,
        files::delete_file,
        files::read_file,
        files::rename_file,
        files::save_file,
        history::certificates,
        history::past_response,
        history::past_sends,
        history::pin_send,
        history::save_example,
        language::language_message,
        language::start_language_server,
        requests::import_curl,
        requests::import_requests,
        requests::operation,
        requests::operations,
        requests::preview_import,
        requests::save_junit,
        requests::clear_cookies,
        requests::cookies,
        requests::add_fixture,
        requests::auth_kinds,
        requests::duplicate_request,
        requests::inherited_auth,
        requests::known_variables,
        requests::list_environments,
        requests::load_request,
        requests::make_action,
        requests::move_request,
        requests::new_request_folder,
        requests::open_request,
        requests::remove_cookie,
        requests::request_as_curl,
        requests::request_hints,
        requests::request_prompts,
        requests::request_variables,
        requests::run_requests,
        requests::save_cookie,
        requests::remove_environment,
        requests::request_folder,
        requests::save_environment,
        requests::save_request,
        requests::save_request_folder,
        requests::save_workspace_variables,
        requests::send_request,
        requests::template_functions,
        requests::workspace_variables,
        runs::cancel,
        runs::describe_action,
        runs::forget_waiting,
        runs::pick_list,
        runs::diff_lines,
        runs::run_action,
        sandbox::add_sandbox_fault,
        sandbox::change_sandbox_clock,
        sandbox::clear_sandbox_faults,
        sandbox::enforce_sandbox_rate_limits,
        sandbox::load_sandbox_snapshot,
        sandbox::remove_sandbox_fault,
        sandbox::remove_sandbox_snapshot,
        sandbox::reset_sandbox,
        sandbox::restore_sandbox_snapshot,
        sandbox::sandbox_activity,
        sandbox::sandbox_faults,
        sandbox::sandbox_log,
        sandbox::sandbox_overview,
        sandbox::sandbox_rate_limits,
        sandbox::sandbox_snapshots,
        sandbox::sandbox_token,
        sandbox::save_sandbox_snapshot,
        sandbox::search_sandbox,
        sandbox::set_sandbox_lag,
        sandbox::set_sandbox_rate_limit,
        sandbox::take_sandbox_snapshot,
        sandbox::usual_sandbox_rate_limits,
        settings::recall,
        settings::remember,
        settings::set_title,
        tests::run_tests,
        tests::save_test,
        workspaces::forget_workspace,
        workspaces::new_workspace,
        workspaces::open_workspace,
        workspaces::start_with_sandbox,
        workspaces::welcome,
        workspaces::workspace,
    ]
}
