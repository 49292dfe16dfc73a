//! The records of an org, by id and by the collection they are in: an org may hold many, and most calls are about one
//! collection.

use std::collections::{BTreeMap, BTreeSet};

use crate::okta::ids::Id;
use crate::okta::record::Record;
use crate::table::Table;

/// The records, by id and by place.
#[derive(Debug, Default, Clone)]
pub struct Records {
    /// The records, by id. To add or remove one takes the methods of [`Records`].
    pub(crate) by_id: Table<Id, Record>,
    by_place: BTreeMap<String, BTreeSet<Id>>,
}

impl Records {
    /// A record.
    pub fn get(&self, id: &Id) -> Option<&Record> {
        self.by_id.get(id)
    }

    /// A record, to change; its place stays what it is.
    pub fn get_mut(&mut self, id: &Id) -> Option<&mut Record> {
        self.by_id.get_mut(id)
    }

    /// Whether there is such a record.
    pub fn contains_key(&self, id: &Id) -> bool {
        self.by_id.contains_key(id)
    }

    /// The records of a collection, by age.
    pub fn at(&self, place: &str) -> impl Iterator<Item = &Record> {
        let ids = self.by_place.get(place).into_iter().flatten();
        ids.filter_map(|id| self.by_id.get(id))
    }

    /// The records of every collection whose path starts with `start`, collection by collection.
    pub fn below(&self, start: &str) -> impl Iterator<Item = &Record> {
        let places = self.by_place.range(start.to_owned()..);
        let start = start.to_owned();
        let ids = places
            .take_while(move |(place, _)| place.starts_with(&start))
            .flat_map(|(_, ids)| ids);
        ids.filter_map(|id| self.by_id.get(id))
    }

    /// Adds a record, or puts it in the place of the one with its id.
    pub fn insert(&mut self, record: Record) {
        let (id, place) = (record.id, record.place.clone());
        if let Some(old) = self.by_id.insert(id, record)
            && old.place != place
        {
            self.forget(&old);
        }
        self.by_place.entry(place).or_default().insert(id);
    }

    /// Takes a record out.
    pub fn remove(&mut self, id: &Id) -> Option<Record> {
        let gone = self.by_id.remove(id)?;
        self.forget(&gone);
        Some(gone)
    }

    /// Takes the records of a collection out that `goes` takes.
    pub fn remove_at(&mut self, place: &str, goes: impl Fn(&Record) -> bool) {
        let ids: Vec<Id> = self.at(place).filter(|it| goes(it)).map(|it| it.id).collect();
        for id in ids {
            self.remove(&id);
        }
    }

    /// Takes the records out that lie below a path and that `goes` takes.
    pub fn remove_below(&mut self, start: &str, goes: impl Fn(&Record) -> bool) {
        let ids: Vec<Id> = self.below(start).filter(|it| goes(it)).map(|it| it.id).collect();
        for id in ids {
            self.remove(&id);
        }
    }

    /// Makes the index of places anew.
    pub fn index(&mut self) {
        self.by_place.clear();
        for (id, record) in self.by_id.iter() {
            self.by_place.entry(record.place.clone()).or_default().insert(*id);
        }
    }

    fn forget(&mut self, gone: &Record) {
        if let Some(ids) = self.by_place.get_mut(&gone.place) {
            ids.remove(&gone.id);
            if ids.is_empty() {
                self.by_place.remove(&gone.place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::clock::Time;
    use crate::okta::ids::{Ids, Kind};

    #[test]
    fn records_are_found_by_their_collection_and_below_a_path() {
        let (mut ids, mut records) = (Ids::default(), Records::default());
        let mut add = |place: &str| {
            let id = ids.next(Kind::Record(b"rul"));
            records.insert(Record::new(id, place, Time(0), Map::new()));
            id
        };
        let (first, other, below) = (add("zones"), add("zonesque"), add("zones/1/rules"));
        let second = add("zones");
        let ids_of = |found: &mut dyn Iterator<Item = &Record>| -> Vec<Id> { found.map(|it| it.id).collect() };
        assert_eq!(ids_of(&mut records.at("zones")), [first, second]);
        assert_eq!(ids_of(&mut records.below("zones/")), [below]);
        records.remove(&first);
        records.remove_below("zones/", |_| true);
        assert_eq!(ids_of(&mut records.at("zones")), [second]);
        assert_eq!(ids_of(&mut records.by_id.values()), [other, second]);
        let mut moved = records.get(&second).unwrap().clone();
        moved.place = "zonesque".into();
        records.insert(moved);
        assert_eq!(records.at("zones").count(), 0);
        records.index();
        assert_eq!(ids_of(&mut records.at("zonesque")), [other, second]);
    }
}
