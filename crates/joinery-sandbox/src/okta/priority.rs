//! The order of policies and of rules: each has a priority, the lowest is looked at first, and those that Okta made come
//! last.

use serde_json::Value;

use super::ids::Id;
use super::record::Record;
use crate::state::Org;

/// How the priorities of a kind are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// 1, 2, 3 and so on without a gap, Okta's own last.
    Counted,
    /// As asked for, from 0, and moved on where taken; Okta's own has 99.
    Kept,
    /// All have 1: the kind has no order.
    None,
}

/// The priority of what Okta made, where the others keep theirs.
const LAST: i64 = 99;

/// Sorts by priority, then by age.
pub fn sort(list: &mut [&Record]) {
    list.sort_by_key(|record| (record.number("priority"), record.id));
}

/// Gives the peers of a collection their priorities again, after `moved` came in, asked for another place, or something
/// went.
pub fn settle(org: &mut Org, place: &str, order: Order, moved: Option<Id>, is_peer: impl Fn(&Record) -> bool) {
    let mut peers: Vec<&Record> = org.records_at(place).filter(|record| is_peer(record)).collect();
    sort(&mut peers);
    let wanted = |id: Id| org.records.get(&id).and_then(|record| record.get("priority").as_i64());
    let own = |record: &&&Record| !record.system && Some(record.id) != moved;
    let mut ids: Vec<(Id, i64)> = peers
        .iter()
        .filter(own)
        .map(|it| (it.id, it.number("priority")))
        .collect();
    let moved = moved.filter(|id| peers.iter().any(|record| record.id == *id && !record.system));
    match order {
        Order::None => ids.extend(moved.map(|id| (id, 1))),
        Order::Counted => {
            if let Some(id) = moved {
                let at = wanted(id).map_or(ids.len(), |priority| usize::try_from(priority - 1).unwrap_or_default());
                ids.insert(at.min(ids.len()), (id, 0));
            }
        }
        Order::Kept => {
            if let Some(id) = moved {
                let at = wanted(id).unwrap_or_else(|| ids.last().map_or(0, |(_, priority)| priority + 1));
                if ids.iter().any(|(_, priority)| *priority == at) {
                    ids.iter_mut()
                        .filter(|(_, priority)| *priority >= at)
                        .for_each(|(_, priority)| *priority += 1);
                }
                ids.push((id, at));
            }
        }
    }
    let last: Vec<Id> = peers
        .iter()
        .filter(|record| record.system)
        .map(|record| record.id)
        .collect();
    let own = ids.into_iter().zip(1..).map(|((id, priority), count)| match order {
        Order::Counted => (id, count),
        Order::Kept => (id, priority),
        Order::None => (id, 1),
    });
    let own: Vec<(Id, i64)> = own.collect();
    let highest = own.last().map_or(0, |(_, priority)| *priority);
    let last = last.into_iter().zip(highest + 1..).map(|(id, count)| match order {
        Order::Counted => (id, count),
        Order::Kept => (id, LAST),
        Order::None => (id, 1),
    });
    for (id, priority) in own.into_iter().chain(last).collect::<Vec<_>>() {
        if let Some(record) = org.records.get_mut(&id)
            && record.get("priority").as_i64() != Some(priority)
        {
            record.fields.insert("priority".into(), Value::from(priority));
        }
    }
}

/// The priority to keep of what was sent: the old one where none was, `null` for "at the end".
pub fn wanted(given: Option<&Value>, old: Option<&Record>) -> Value {
    let given = given.filter(|priority| priority.is_i64());
    given
        .or_else(|| old.map(|old| old.get("priority")))
        .cloned()
        .unwrap_or_default()
}
