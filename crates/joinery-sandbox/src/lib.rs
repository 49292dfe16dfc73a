//! The sandbox org: an Okta API over HTTP on loopback. Shares no code with the engine, so that a misreading of Okta
//! cannot sit on both sides.

mod activity;
mod clock;
mod control;
mod control_routes;
mod data_file;
mod deliveries;
pub mod duration;
mod fault_rule;
mod faults;
mod intern;
mod jobs;
mod log;
mod manners;
mod neighbours;
mod okta;
mod options;
mod random;
mod rate_limit_rules;
mod records;
mod rows;
mod seed;
mod server;
mod snapshot;
mod state;
mod table;
mod users;
mod webhook;

pub use activity::{Activity, Served};
pub use clock::Time;
pub use control::{ClockState, Overview, SnapshotEntry};
pub use control_routes::paths as control_paths;
pub use data_file::Error as DataError;
pub use fault_rule::FaultRule;
pub use faults::Fault;
pub use neighbours::Neighbour;
pub use options::{Error, Options, Seed};
pub use rate_limit_rules::{Limit, RateLimits};
pub use seed::Error as SeedError;
pub use server::{Sandbox, start};
