//! Steering the sandbox org that runs, through its control API: the calls of `docs/sandbox.md`.
//!
//! Every function fails with [`Code::Usage`](crate::Code::Usage) when no org runs, with
//! [`Code::Network`](crate::Code::Network) when it gives no answer, and with the org's own words when it refuses.

use serde::Deserialize;
use serde_json::json;

use super::{
    ask::{self, Call, control},
    views::{ClockChange, SandboxCall, SandboxClock, SandboxFault, SandboxOverview},
};
use crate::{error::Error, event::Event, studio::Studio};

const TIME: &str = "Write a time as 2026-03-02T09:00:00Z and a length as 1h30m.";
const LAG: &str = "Write 0 for no lag.";
const RULE: &str = "Write it as `GET /api/v1/users* 503 first=2`.";

/// The org at a glance.
///
/// # Errors
/// As the module says.
pub async fn overview(studio: &Studio) -> Result<SandboxOverview, Error> {
    glance(studio, Call::new("GET", &["sandbox"])).await
}

/// The API token, for the clipboard. It opens nothing but this org on loopback, and only while it runs.
///
/// # Errors
/// As the module says.
pub fn token(studio: &Studio) -> Result<String, Error> {
    Ok(ask::org(studio)?.1.reveal().to_owned())
}

/// The calls after a number, oldest first, without those the panel itself made.
///
/// # Errors
/// As the module says.
pub async fn activity(studio: &Studio, after: u64) -> Result<Vec<SandboxCall>, Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Served {
        request_id: String,
        #[serde(flatten)]
        call: SandboxCall,
    }
    let asked = studio.sandbox.asked.lock().await;
    let after = after.to_string();
    let query = [("after", after.as_str())];
    let call = Call::new("GET", &["sandbox", "activity"]).with_query(&query);
    let served: Vec<Served> = control(studio, call).await?;
    let others = served.into_iter().filter(|each| !asked.contains(&each.request_id));
    Ok(others.map(|each| each.call).collect())
}

/// Freezes, sets, moves or runs the clock.
///
/// # Errors
/// As the module says.
pub async fn change_clock(studio: &Studio, change: &ClockChange) -> Result<SandboxClock, Error> {
    let (verb, body) = match change {
        ClockChange::Freeze => ("freeze", json!({})),
        ClockChange::Set { to } => ("set", json!({ "to": to })),
        ClockChange::Advance { by } => ("advance", json!({ "by": by })),
        ClockChange::Run => ("run", json!({})),
        ClockChange::Follow => ("follow", json!({})),
    };
    let path = ["sandbox", "clock", verb];
    control(studio, Call::new("POST", &path).with_body(body).with_hint(TIME)).await
}

/// Lets lists and the log lag behind by a length of time.
///
/// # Errors
/// As the module says.
pub async fn set_lag(studio: &Studio, lag: &str) -> Result<String, Error> {
    #[derive(Deserialize)]
    struct Lag {
        lag: String,
    }
    let call = Call::new("PUT", &["sandbox", "lag"]).with_body(json!({ "lag": lag }));
    let Lag { lag } = control(studio, call.with_hint(LAG)).await?;
    Ok(lag)
}

/// The faults in force.
///
/// # Errors
/// As the module says.
pub async fn faults(studio: &Studio) -> Result<Vec<SandboxFault>, Error> {
    control(studio, Call::new("GET", &["sandbox", "faults"])).await
}

/// Adds a fault by its rule; gives all in force.
///
/// # Errors
/// As the module says.
pub async fn add_fault(studio: &Studio, rule: &str) -> Result<Vec<SandboxFault>, Error> {
    let call = Call::new("POST", &["sandbox", "faults"]).with_body(json!({ "rule": rule }));
    control(studio, call.with_hint(RULE)).await
}

/// Removes a fault; gives those left.
///
/// # Errors
/// As the module says.
pub async fn remove_fault(studio: &Studio, id: u64) -> Result<Vec<SandboxFault>, Error> {
    control(studio, Call::new("DELETE", &["sandbox", "faults", &id.to_string()])).await
}

/// Removes all faults.
///
/// # Errors
/// As the module says.
pub async fn clear_faults(studio: &Studio) -> Result<Vec<SandboxFault>, Error> {
    control(studio, Call::new("DELETE", &["sandbox", "faults"])).await
}

/// Makes all as at the start, but for snapshots.
///
/// # Errors
/// As the module says.
pub async fn reset(studio: &Studio) -> Result<SandboxOverview, Error> {
    let overview = glance(studio, Call::new("POST", &["sandbox", "reset"])).await?;
    studio.tell(Event::SandboxChanged);
    Ok(overview)
}

/// A call that is answered with the org at a glance. Its names are those of the control API, the view's are ours.
pub(super) async fn glance(studio: &Studio, call: Call<'_>) -> Result<SandboxOverview, Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Glance {
        rate_limits: bool,
        data_failure: Option<String>,
        #[serde(flatten)]
        rest: SandboxOverview,
    }
    let Glance {
        rate_limits,
        data_failure,
        rest,
    } = control(studio, call).await?;
    Ok(SandboxOverview {
        rate_limits,
        data_failure,
        ..rest
    })
}
