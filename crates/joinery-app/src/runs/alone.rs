//! One function of a script, called by itself: a method, a schema, a part of a trigger, a function that signs in.

use joinery_connector::FileKind;
use joinery_http::auth::Auth;
use joinery_script::Function;

use super::{Performance, Performed, call};
use crate::{error::Error, studio::Studio};

/// Calls `function` of the script with its input as arguments.
pub(super) async fn perform(
    studio: &Studio,
    mut performance: Performance,
    function: String,
) -> Result<Performed, Error> {
    let kind = performance.connector.files.get(&performance.file).map(|file| file.kind);
    // What signs requests cannot have its own requests signed.
    if kind == Some(FileKind::Connection) && matches!(function.as_str(), "acquire" | "refresh") {
        performance.connection.http.auth = Auth::default();
        performance.connection.http.hooks = None;
    }
    // They are called without a way out when the trigger runs, too.
    let is_without_http = kind == Some(FileKind::Trigger) && matches!(function.as_str(), "notification" | "dedupe_key");
    let host = if is_without_http {
        performance.host_without_http(studio)?
    } else {
        performance.host(studio)?
    };
    let given = performance.input.clone();
    let run = performance.run(Function::Alone { name: function, given });
    call(studio, run, host, performance).await
}
