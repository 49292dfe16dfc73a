//! Agent pools: the machines by which an org reaches directories on premises. The sandbox has none, nor can any be
//! installed, so that the list is empty and every other address leads nowhere.

use axum::http::Method;

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::paging::{self, Limits};

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "agentPools", list),
    Route(Method::GET, "agentPools/{}/updates", missing),
    Route(Method::POST, "agentPools/{}/updates", missing),
    Route(Method::GET, "agentPools/{}/updates/{}", missing),
    Route(Method::POST, "agentPools/{}/updates/{}", missing),
    Route(Method::DELETE, "agentPools/{}/updates/{}", missing),
    Route(Method::POST, "agentPools/{}/updates/{}/{}", missing),
];

fn list(call: &Call<'_>) -> Answer {
    let limit = Limits { default: 5, most: 200 }.of(call)?;
    Ok(paging::link(Reply::json::<[(); 0]>(&[]), call, limit, None))
}

fn missing(call: &Call<'_>) -> Answer {
    Err(Problem::not_found(call.part(0), "AgentPool"))
}
