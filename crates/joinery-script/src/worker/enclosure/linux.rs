//! What Linux takes from a process for good: new privileges, being looked into, files and network (Landlock).

use landlock::{
    ABI, Access, AccessFs, AccessNet, RestrictionStatus, Ruleset, RulesetAttr, RulesetError, RulesetStatus, Scope,
};
use rustix::{
    process::{DumpableBehavior, set_dumpable_behavior},
    thread::set_no_new_privs,
};

/// The newest version of Landlock whose every right is taken; an older kernel takes what it knows.
const LANDLOCK: ABI = ABI::V6;

/// Takes them. Gives what the kernel could not do.
pub fn restrict() -> Vec<String> {
    let mut open = Vec::new();
    let mut tried = |name: &str, error: Option<String>| open.extend(error.map(|error| format!("{name}: {error}")));
    tried(
        "no new privileges",
        set_no_new_privs(true).err().map(|error| error.to_string()),
    );
    tried(
        "no dumps",
        set_dumpable_behavior(DumpableBehavior::NotDumpable)
            .err()
            .map(|error| error.to_string()),
    );
    tried(
        "Landlock",
        match landlock() {
            Ok(RestrictionStatus {
                ruleset: RulesetStatus::NotEnforced,
                ..
            }) => Some("this kernel has none".to_owned()),
            Ok(_) => None,
            Err(error) => Some(error.to_string()),
        },
    );
    open
}

/// Every right to files and network is handled, and no rule gives one back.
fn landlock() -> Result<RestrictionStatus, RulesetError> {
    Ruleset::default()
        .handle_access(AccessFs::from_all(LANDLOCK))?
        .handle_access(AccessNet::from_all(LANDLOCK))?
        .scope(Scope::from_all(LANDLOCK))?
        .create()?
        .restrict_self()
}
