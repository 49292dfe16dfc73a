//! The sandbox org as a client sees it: real HTTP on loopback.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod api_tokens;
mod apps;
mod behaviors;
mod clock_and_lag;
mod control;
mod event_hooks;
mod factors;
mod faults;
mod features;
mod group_owners;
mod group_roles;
mod group_rules;
mod groups;
mod http_manners;
mod idps;
mod inline_hooks;
mod linked_objects;
mod logs;
mod oauth_access;
mod oauth_sign_in;
mod oauth_token;
mod org;
mod org_settings;
mod policies;
mod recordings;
mod role_targets;
mod seeds;
mod servers;
mod settings;
mod signer;
mod sorted_pages;
mod subscriptions;
mod trusted_origins;
mod user_lifecycle;
mod user_lists;
mod user_schema;
mod users;
mod zones;
