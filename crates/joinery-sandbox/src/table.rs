//! Rows by key, in order, which note what changes: for the data file, and for lists that lag behind.
//!
//! Reads and writes like a `BTreeMap`. A change is noted before it happens, so nothing has to be told afterwards.
//! Copies of a table share the rows that neither changed: a snapshot of a large org costs next to nothing.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::ops::{Index, RangeBounds};
use std::str::FromStr;
use std::sync::Arc;

use crate::clock::Time;

/// What can name a row.
pub trait Key: Ord + Clone + fmt::Display + FromStr {}

impl<K: Ord + Clone + fmt::Display + FromStr> Key for K {}

/// What a table notes of its changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Noting {
    /// Which rows changed, for the data file.
    pub changes: bool,
    /// What the rows were before, for lists that lag.
    pub past: bool,
}

/// Rows by key.
pub struct Table<K, T> {
    rows: BTreeMap<K, Arc<T>>,
    noting: Noting,
    changed: BTreeSet<K>,
    /// Oldest first.
    past: VecDeque<Past<K, T>>,
}

/// A row as it was before a change.
struct Past<K, T> {
    /// When it changed; unset while the change is being made.
    until: Option<Time>,
    key: K,
    row: Option<Arc<T>>,
}

impl<K, T> Default for Table<K, T> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            noting: Noting::default(),
            changed: BTreeSet::new(),
            past: VecDeque::new(),
        }
    }
}

/// A copy holds the rows alone: what was noted belongs to the first one.
impl<K: Clone, T> Clone for Table<K, T> {
    fn clone(&self) -> Self {
        Self {
            rows: self.rows.clone(),
            ..Self::default()
        }
    }
}

impl<K: fmt::Debug, T: fmt::Debug> fmt::Debug for Table<K, T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_map().entries(&self.rows).finish()
    }
}

impl<K: Key, T: Clone, const N: usize> From<[(K, T); N]> for Table<K, T> {
    fn from(rows: [(K, T); N]) -> Self {
        Self {
            rows: rows.into_iter().map(|(key, row)| (key, Arc::new(row))).collect(),
            ..Self::default()
        }
    }
}

/// The place of a row, there or not.
pub struct Place<'a, K, T>(Entry<'a, K, Arc<T>>);

impl<'a, K: Ord, T: Clone + Default> Place<'a, K, T> {
    /// The row, to change; an empty one is put in where there is none.
    pub fn or_default(self) -> &'a mut T {
        Arc::make_mut(self.0.or_default())
    }
}

impl<K: Key, T: Clone> Index<&K> for Table<K, T> {
    type Output = T;

    fn index(&self, key: &K) -> &T {
        &self.rows[key]
    }
}

impl<K: Key, T: Clone> Table<K, T> {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// A row.
    pub fn get(&self, key: &K) -> Option<&T> {
        self.rows.get(key).map(|row| &**row)
    }

    /// Whether there is such a row.
    pub fn contains_key(&self, key: &K) -> bool {
        self.rows.contains_key(key)
    }

    /// Every row, by key.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.rows.values().map(|row| &**row)
    }

    /// Every key with its row, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &T)> {
        self.rows.iter().map(|(key, row)| (key, &**row))
    }

    /// The rows of some keys, in order.
    pub fn range(&self, range: impl RangeBounds<K>) -> impl Iterator<Item = (&K, &T)> {
        self.rows.range(range).map(|(key, row)| (key, &**row))
    }

    /// A row, to change.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut T> {
        self.note(key);
        self.rows.get_mut(key).map(Arc::make_mut)
    }

    /// Every row, to change. Each counts as changed: where few change, look first and ask for those.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        if self.noting != Noting::default() {
            let keys: Vec<K> = self.rows.keys().cloned().collect();
            for key in &keys {
                self.note(key);
            }
        }
        self.rows.values_mut().map(Arc::make_mut)
    }

    /// The place of a row, there or not.
    pub fn entry(&mut self, key: K) -> Place<'_, K, T> {
        self.note(&key);
        Place(self.rows.entry(key))
    }

    /// Puts a row in; gives the one it replaces.
    pub fn insert(&mut self, key: K, row: T) -> Option<T> {
        self.note(&key);
        self.rows.insert(key, Arc::new(row)).map(Arc::unwrap_or_clone)
    }

    /// Takes a row out.
    pub fn remove(&mut self, key: &K) -> Option<T> {
        self.note(key);
        self.rows.remove(key).map(Arc::unwrap_or_clone)
    }

    /// Keeps only the rows that `stays` takes.
    pub fn retain(&mut self, mut stays: impl FnMut(&K, &T) -> bool) {
        let leaving: Vec<K> = self
            .rows
            .iter()
            .filter(|(key, row)| !stays(key, row))
            .map(|(key, _)| key.clone())
            .collect();
        for key in leaving {
            self.remove(&key);
        }
    }

    fn note(&mut self, key: &K) {
        if self.noting.changes {
            self.changed.insert(key.clone());
        }
        if self.noting.past {
            self.past.push_back(Past {
                until: None,
                key: key.clone(),
                row: self.rows.get(key).cloned(),
            });
        }
    }

    /// Says what to note from now on; what was noted before is dropped.
    pub fn set_noting(&mut self, noting: Noting) {
        self.noting = noting;
        self.changed.clear();
        self.past.clear();
    }

    /// Says whether to note what rows were before a change; which rows changed is noted as it was.
    pub fn note_past(&mut self, past: bool) {
        self.noting.past = past;
        if !past {
            self.past.clear();
        }
    }

    /// The keys whose rows changed since this was asked last.
    pub fn take_changed(&mut self) -> BTreeSet<K> {
        std::mem::take(&mut self.changed)
    }

    /// Dates the changes just made, and forgets what was before `horizon`.
    pub fn date_changes(&mut self, now: Time, horizon: Time) {
        for past in self.past.iter_mut().rev().take_while(|past| past.until.is_none()) {
            past.until = Some(now);
        }
        // A clock may be set back: what lies in the future of it still counts as just changed.
        while self.past.front().is_some_and(|past| past.until < Some(horizon)) {
            self.past.pop_front();
        }
    }

    /// The rows above a key as they were at a moment, in order. Without a moment, as they are.
    pub fn at(&self, moment: Option<Time>, range: impl RangeBounds<K>) -> impl Iterator<Item = &T> {
        let mut earlier: BTreeMap<&K, Option<&T>> = BTreeMap::new();
        if moment.is_some() {
            for past in self.past.iter().filter(|past| past.until > moment) {
                if range.contains(&past.key) {
                    // The oldest counts: it is what stood there at the moment.
                    earlier.entry(&past.key).or_insert(past.row.as_deref());
                }
            }
        }
        let mut now = self.rows.range(range).peekable();
        let mut earlier = earlier.into_iter().peekable();
        std::iter::from_fn(move || {
            loop {
                let Some((key, _)) = earlier.peek() else {
                    return now.next().map(|(_, row)| &**row);
                };
                if let Some((_, row)) = now.next_if(|(other, _)| other < key) {
                    return Some(row);
                }
                let _ = now.next_if(|(other, _)| other == key);
                if let Some((_, Some(row))) = earlier.next() {
                    return Some(row);
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noting(changes: bool, past: bool) -> Table<String, u32> {
        let mut table = Table::from([("b".to_owned(), 2), ("d".to_owned(), 4)]);
        table.set_noting(Noting { changes, past });
        table
    }

    #[test]
    fn a_table_tells_which_rows_changed_and_only_once() {
        let mut table = noting(true, false);
        table.insert("a".into(), 1);
        *table.get_mut(&"b".into()).unwrap() += 1;
        table.retain(|_, row| *row != 4);
        let changed: Vec<String> = table.take_changed().into_iter().collect();
        assert_eq!(changed, ["a", "b", "d"]);
        assert!(table.take_changed().is_empty());
    }

    #[test]
    fn rows_are_shown_as_they_were_at_a_moment() {
        let mut table = noting(false, true);
        table.insert("a".into(), 1);
        table.date_changes(Time(100), Time(0));
        *table.get_mut(&"b".into()).unwrap() = 20;
        table.date_changes(Time(200), Time(0));
        table.remove(&"d".into());
        *table.get_mut(&"b".into()).unwrap() = 200;
        table.date_changes(Time(300), Time(0));
        let at = |moment: Option<i64>| -> Vec<u32> { table.at(moment.map(Time), ..).copied().collect() };
        assert_eq!(at(Some(50)), [2, 4]);
        assert_eq!(at(Some(100)), [1, 2, 4]);
        assert_eq!(at(Some(200)), [1, 20, 4]);
        assert_eq!(at(Some(300)), [1, 200]);
        assert_eq!(at(None), [1, 200]);
        let above: Vec<u32> = table.at(Some(Time(100)), "b".to_owned()..).copied().collect();
        assert_eq!(above, [2, 4]);
    }

    #[test]
    fn a_copy_shares_what_neither_changed_and_nothing_else() {
        let mut table = noting(true, true);
        let mut copy = table.clone();
        *table.get_mut(&"b".into()).unwrap() = 20;
        copy.remove(&"d".into());
        assert_eq!(table.values().copied().collect::<Vec<_>>(), [20, 4]);
        assert_eq!(copy.values().copied().collect::<Vec<_>>(), [2]);
        assert!(copy.take_changed().is_empty(), "a copy notes nothing");
        let second = table.clone();
        assert!(Arc::ptr_eq(&table.rows["b"], &second.rows["b"]));
    }

    #[test]
    fn what_was_long_ago_is_forgotten() {
        let mut table = noting(false, true);
        table.insert("a".into(), 1);
        table.date_changes(Time(100), Time(0));
        table.insert("c".into(), 3);
        table.date_changes(Time(200), Time(150));
        assert_eq!(table.past.len(), 1);
    }
}
