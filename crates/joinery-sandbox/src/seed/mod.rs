//! What an org holds at the start. The same seed gives the same people with the same ids every time.

mod names;
mod people;

use crate::clock::Time;
use crate::okta::ids::{Id, Ids, Kind, scatter};
use crate::okta::user::User;
use crate::server::Seed;
use crate::state::Org;

/// 2 March 2026, 09:00 UTC: when a seeded org was set up.
const FOUNDED: Time = Time(1_772_442_000_000);

/// An org as the seed wants it. An empty one is as old as the sandbox.
pub fn org(seed: &Seed, now: Time) -> Org {
    let created = if *seed == Seed::Empty { now } else { FOUNDED };
    let mut ids = Ids::default();
    let ada = ids.next(Kind::User);
    let mut org = Org::new(ids, created);
    org.add_owner(created);
    match seed {
        Seed::Demo => people::add(&mut org, ada),
        Seed::Empty => {}
        Seed::Users(count) => add_numbered(&mut org, *count),
    }
    org
}

/// Adds so many users with a name from the lists and a number in the login.
fn add_numbered(org: &mut Org, count: usize) {
    for number in 1..=count {
        let dice = scatter(number as u64);
        let first = names::pick(names::FIRST, dice);
        let last = names::pick(names::LAST, dice >> 20);
        let department = names::pick(people::DEPARTMENTS, dice >> 40).0;
        let login = format!("user{number:06}@acme.example");
        let values = [
            ("firstName", first),
            ("lastName", last),
            ("login", login.as_str()),
            ("email", login.as_str()),
            ("department", department),
        ];
        let id = org.ids.next(Kind::User);
        add_active(org, id, &values, FOUNDED, &[]);
    }
}

/// Adds an active user.
fn add_active(org: &mut Org, id: Id, values: &[(&str, &str)], created: Time, groups: &[Id]) {
    let mut user = User::new(id, org.user_type, created);
    for (name, value) in values {
        user.profile.set(org.default_schema(), name, (*value).into());
    }
    user.set_seed_password(created);
    org.add_user(user, groups);
}
