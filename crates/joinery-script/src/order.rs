//! JSON text to script values, and the order in which responses write their keys. The engine's maps are sorted by key;
//! an output made of what a server sent is to read as the server wrote it. Bodies are read on the thread of their run, so
//! the table is the thread's.

use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, VecDeque},
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use rhai::{Array, Dynamic, Identifier, ImmutableString, Map};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Orders kept at most. Past it maps of other keys stay sorted.
const MAX_ORDERS: usize = 256;
/// Keys of a map whose order is kept: one with more is a table, not a record.
const MAX_KEYS: usize = 128;
/// Orders that the next map is compared with before its keys are looked up.
const MAX_LAST: usize = 4;
/// Texts that are remembered while a body is read: records repeat their states, places and dates.
const REMEMBERED: usize = 256;
/// Bytes of the longest text that is remembered.
const MAX_REMEMBERED: usize = 48;

type Order = Arc<[Identifier]>;

/// Orders kept so far.
#[derive(Default)]
struct Orders {
    /// By the keys they order.
    by_keys: HashMap<u64, Order>,
    /// Those met last: records come many in a row, some within others.
    last: VecDeque<Order>,
}

thread_local! {
    static ORDERS: RefCell<Orders> = RefCell::default();
}

/// Forgets every order: a run begins, and what another one on this thread was answered is no business of its.
pub fn forget() {
    ORDERS.take();
}

/// Reads JSON; integers that do not fit 64 bits become floats.
///
/// # Errors
/// What is wrong with the text, with line and column.
pub fn read(text: &str) -> Result<Dynamic, serde_json::Error> {
    let texts = Texts::default();
    let reader = Reader {
        ordered: false,
        texts: &texts,
    };
    reader.read(serde_json::Deserializer::from_str(text))
}

/// Reads JSON in the same way and keeps the order of its keys.
///
/// # Errors
/// What is wrong with the text, with line and column.
pub fn parse(text: &[u8]) -> Result<Dynamic, serde_json::Error> {
    let texts = Texts::default();
    let reader = Reader {
        ordered: true,
        texts: &texts,
    };
    // Text is looked through once at a time here, not string by string.
    match std::str::from_utf8(text) {
        Ok(text) => reader.read(serde_json::Deserializer::from_str(text)),
        Err(_) => reader.read(serde_json::Deserializer::from_slice(text)),
    }
}

/// Puts the keys of every map in `value` into the order in which a response of this run wrote them: a map of the same
/// keys, or else of most of them, what the script added standing after those. Other maps stay sorted.
pub fn restore(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(restore),
        Value::Object(object) => {
            object.values_mut().for_each(restore);
            let order = order_of(object);
            // An empty order stands for none; two sets of keys may share a name by accident.
            if order.len() == object.len() && order.iter().all(|key| object.contains_key(key.as_str())) {
                let mut members = std::mem::take(object);
                object.extend(order.iter().filter_map(|key| members.remove_entry(key.as_str())));
            }
        }
        _ => {}
    }
}

/// The order kept for the keys of `object`, which are sorted; empty where no response tells one.
fn order_of(object: &serde_json::Map<String, Value>) -> Order {
    if object.len() < 2 || object.len() > MAX_KEYS {
        return Order::default();
    }
    ORDERS.with_borrow_mut(|orders| {
        let orders = &mut orders.by_keys;
        let name = name_of(object.keys().map(String::as_str));
        if let Some(order) = orders.get(&name) {
            return order.clone();
        }
        let order = extended(orders, object);
        if orders.len() < MAX_ORDERS {
            orders.insert(name, order.clone());
        }
        order
    })
}

/// The order of the largest known map that makes up at least half of `object`, then the other keys.
fn extended(orders: &HashMap<u64, Order>, object: &serde_json::Map<String, Value>) -> Order {
    let base = orders
        .values()
        .filter(|order| order.len() < object.len() && order.len() * 2 >= object.len())
        .filter(|order| order.iter().all(|key| object.contains_key(key.as_str())))
        .max_by(|left, right| left.len().cmp(&right.len()).then_with(|| right.cmp(left)));
    let Some(base) = base else { return Order::default() };
    let added = object.keys().map(|key| Identifier::from(key.as_str()));
    let added = added.filter(|key| !base.contains(key));
    base.iter().cloned().chain(added).collect()
}

fn name_of<'a>(sorted: impl Iterator<Item = &'a str>) -> u64 {
    let mut hasher = DefaultHasher::new();
    sorted.for_each(|key| key.hash(&mut hasher));
    hasher.finish()
}

fn keep(keys: Vec<Identifier>, map: &Map) {
    if keys.len() < 2 || keys.len() != map.len() || keys.len() > MAX_KEYS {
        return;
    }
    ORDERS.with_borrow_mut(|orders| {
        if orders.last.iter().any(|order| order[..] == keys[..]) {
            return;
        }
        let order = Order::from(keys);
        if orders.last.len() == MAX_LAST {
            orders.last.pop_front();
        }
        orders.last.push_back(order.clone());
        if orders.by_keys.len() < MAX_ORDERS {
            let name = name_of(map.keys().map(Identifier::as_str));
            orders.by_keys.entry(name).or_insert(order);
        }
    });
}

/// The keys of a map as they come: most maps have those of one before, which is found out without a list of them.
#[derive(Default)]
struct Keys {
    /// The order that the keys so far are the beginning of.
    known: Option<Order>,
    /// How many keys came, while they are those of `known`.
    met: usize,
    /// All of them, once they are no beginning of an order met lately.
    own: Vec<Identifier>,
}

impl Keys {
    fn add(&mut self, key: &Identifier) {
        if self.own.is_empty() {
            if self
                .known
                .as_ref()
                .is_some_and(|order| order.get(self.met) == Some(key))
                || self.turn(key)
            {
                self.met += 1;
                return;
            }
            self.own = self.so_far().to_vec();
        }
        // One more than are kept tells that there are too many.
        if self.own.len() <= MAX_KEYS {
            self.own.push(key.clone());
        }
    }

    /// Goes on with another order that begins with the keys so far and this one, where there is one.
    fn turn(&mut self, key: &Identifier) -> bool {
        let so_far = self.so_far();
        let other = ORDERS.with_borrow(|orders| {
            let fits = |order: &&Order| order.starts_with(so_far) && order.get(so_far.len()) == Some(key);
            orders.last.iter().find(fits).cloned()
        });
        let found = other.is_some();
        self.known = other.or(self.known.take());
        found
    }

    fn so_far(&self) -> &[Identifier] {
        self.known.as_ref().map_or(&[], |order| &order[..self.met])
    }

    /// Keeps them as the order of `map`.
    fn keep(self, map: &Map) {
        if !self.own.is_empty() {
            keep(self.own, map);
        } else if self.known.as_ref().is_some_and(|order| order.len() > self.met) {
            keep(self.so_far().to_vec(), map);
        }
    }
}

/// Texts met lately. One that comes again is shared: a script's texts are never changed where they lie.
struct Texts(Vec<Cell<Option<ImmutableString>>>);

impl Default for Texts {
    fn default() -> Self {
        Self((0..REMEMBERED).map(|_| Cell::default()).collect())
    }
}

impl Texts {
    fn text(&self, text: &str) -> ImmutableString {
        if text.len() > MAX_REMEMBERED {
            return text.into();
        }
        let place = &self.0[place_of(text.as_bytes())];
        let known = place.take().filter(|known| known.as_str() == text);
        let shared = known.unwrap_or_else(|| text.into());
        place.set(Some(shared.clone()));
        shared
    }
}

/// The place of a text among those remembered, by its ends. Another text at the same place only means that less is shared.
fn place_of(text: &[u8]) -> usize {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let word = |bytes: &[u8]| {
        let mut word = [0; 8];
        let length = bytes.len().min(8);
        word[..length].copy_from_slice(&bytes[..length]);
        u64::from_le_bytes(word)
    };
    let (start, end) = (word(text), word(&text[text.len().saturating_sub(8)..]));
    let sum = (start ^ end.rotate_left(29) ^ text.len() as u64).wrapping_mul(SPREAD);
    (sum >> 32) as usize % REMEMBERED
}

/// Reads a value straight into what scripts hold.
#[derive(Clone, Copy)]
struct Reader<'a> {
    /// Whether the order of the keys of every map is kept.
    ordered: bool,
    texts: &'a Texts,
}

impl Reader<'_> {
    fn read<'de, R: serde_json::de::Read<'de>>(
        self,
        mut text: serde_json::Deserializer<R>,
    ) -> Result<Dynamic, serde_json::Error> {
        let value = self.deserialize(&mut text)?;
        text.end()?;
        Ok(value)
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Dynamic;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Dynamic, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Dynamic;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Dynamic, E> {
        Ok(Dynamic::UNIT)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Dynamic, E> {
        Ok(flag.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Dynamic, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Dynamic, E> {
        Ok(i64::try_from(number).map_or_else(|_| (number as f64).into(), Dynamic::from))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Dynamic, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Dynamic, E> {
        Ok(self.texts.text(text).into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Dynamic, A::Error> {
        let mut array = Array::new();
        while let Some(item) = items.next_element_seed(self)? {
            array.push(item);
        }
        Ok(Dynamic::from_array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Dynamic, A::Error> {
        let (mut map, mut keys) = (Map::new(), Keys::default());
        while let Some(key) = members.next_key_seed(Key)? {
            if self.ordered {
                keys.add(&key);
            }
            map.insert(key, members.next_value_seed(self)?);
        }
        if self.ordered {
            keys.keep(&map);
        }
        // `into` would put every member into another map.
        Ok(Dynamic::from_map(map))
    }
}

/// Reads a key, most of which are short enough to need no memory of their own.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Identifier;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Identifier, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Identifier;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, text: &str) -> Result<Identifier, E> {
        Ok(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{self, SecretsAs};

    #[track_caller]
    fn reads_back(bodies: &[&str]) {
        forget();
        let values: Vec<Dynamic> = bodies.iter().map(|body| parse(body.as_bytes()).unwrap()).collect();
        for (value, body) in values.iter().zip(bodies) {
            let mut value = json::to_value(value, SecretsAs::Mask).unwrap();
            restore(&mut value);
            assert_eq!(value.to_string(), **body);
        }
    }

    #[test]
    fn keys_stay_in_the_order_they_came_in() {
        reads_back(&[r#"[{"z":1,"b":{"y":1,"x":2}},{"z":2,"b":{"y":3,"x":4}}]"#]);
    }

    #[test]
    fn a_map_that_ends_early_or_goes_another_way_has_an_order_of_its_own() {
        reads_back(&[
            r#"[{"z":1,"y":2,"x":3},{"z":1,"y":2},{"z":1,"y":2,"a":3},{"z":1,"k":2,"b":3}]"#,
            r#"{"z":1,"y":2,"a":3}"#,
        ]);
    }

    #[test]
    fn a_key_that_comes_twice_is_kept_once() {
        forget();
        let value = parse(br#"{"b":1,"a":2,"b":3}"#).unwrap();
        let value = json::to_value(&value, SecretsAs::Mask).unwrap();
        assert_eq!(value.to_string(), r#"{"a":2,"b":3}"#);
    }

    #[test]
    fn texts_that_come_again_are_shared_and_others_are_not_mixed_up() {
        let texts = Texts::default();
        let all: Vec<String> = (0..2_000)
            .map(|number| format!("{}-{number}", "a".repeat(number % 60)))
            .collect();
        for text in all.iter().chain(&all) {
            assert_eq!(texts.text(text).as_str(), text);
        }
        let (first, again) = (texts.text("ACTIVE"), texts.text("ACTIVE"));
        assert!(first.ptr_eq(&again));
    }
}
