//! What an org does behind the calls, a little later: group rules and deliveries to event hooks.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::deliveries;
use crate::okta::group_rule;
use crate::state::State;

/// How long Okta seems to take. Long enough that a client which does not wait finds out here, not in production.
const DELAY: Duration = Duration::from_millis(300);

/// Starts the work; it ends with the server.
pub fn spawn(state: &Arc<State>, stop: &CancellationToken) {
    tokio::spawn(stop.clone().run_until_cancelled_owned(apply_rules(state.clone())));
    tokio::spawn(
        stop.clone()
            .run_until_cancelled_owned(deliveries::deliver(state.clone())),
    );
}

/// Applies the group rules after changes: once for all that arrive within the delay.
async fn apply_rules(state: Arc<State>) {
    let mut changes = state.changes();
    // What the org holds at the start may have rules too.
    changes.mark_changed();
    while changes.changed().await.is_ok() {
        state.clock.sleep(DELAY).await;
        changes.mark_unchanged();
        if group_rule::apply(&state) {
            state.notice_change();
        }
    }
}
