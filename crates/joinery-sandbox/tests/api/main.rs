//! The sandbox org as a client sees it: real HTTP on loopback.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod apps;
mod clock_and_lag;
mod control;
mod event_hooks;
mod factors;
mod faults;
mod group_rules;
mod groups;
mod http_manners;
mod logs;
mod oauth_access;
mod oauth_sign_in;
mod oauth_token;
mod org;
mod recordings;
mod seeds;
mod signer;
mod sorted_pages;
mod user_lifecycle;
mod user_lists;
mod user_schema;
mod users;
