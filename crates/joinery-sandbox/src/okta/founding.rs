//! What every org has before anybody does anything: the zones, policies and servers that Okta makes with it.

use super::ids::Id;
use super::record::Record;
use super::{policies, servers, zones};
use crate::clock::Time;

/// The records of a new org.
pub fn records(everyone: Id, now: Time) -> Vec<Record> {
    let mut records = Vec::new();
    records.extend(zones::founded(now));
    records.extend(policies::founded(everyone, now));
    records.extend(servers::founded(now));
    records
}
