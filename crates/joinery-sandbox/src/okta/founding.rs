//! What every org has before anybody does anything: the zones, policies, servers and settings that Okta makes with it.

use super::ids::Id;
use super::record::Record;
use super::{api_tokens, behaviors, features, policies, servers, settings, zones};
use crate::clock::Time;

/// Who and what an org is founded with.
pub struct Founders {
    /// The admin whose token the sandbox accepts.
    pub owner: Id,
    /// The id of that token.
    pub token: Id,
    /// The group everybody is in.
    pub everyone: Id,
}

/// The records of a new org.
pub fn records(founders: &Founders, now: Time) -> Vec<Record> {
    let mut records = Vec::new();
    records.extend(zones::founded(now));
    records.extend(policies::founded(founders.everyone, now));
    records.extend(servers::founded(now));
    records.extend(settings::founded(founders.owner, now));
    records.extend(api_tokens::founded(founders.token, now));
    records.extend(behaviors::founded(now));
    records.extend(features::founded(now));
    records
}
