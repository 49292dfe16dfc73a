//! JSON text to script values, and the order in which responses write their keys. The engine's maps are sorted by key; an output made of what a server
//! sent is to read as the server wrote it. Bodies are read on the thread of their run, so the table is the thread's.

use std::{
    cell::RefCell,
    collections::{HashMap, VecDeque},
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use rhai::{Array, Dynamic, Identifier, Map};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Orders kept at most. Past it maps of other keys stay sorted.
const MAX_ORDERS: usize = 256;
/// Keys of a map whose order is kept: one with more is a table, not a record.
const MAX_KEYS: usize = 128;
/// Orders that the next map is compared with before its keys are looked up.
const MAX_LAST: usize = 4;

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
    Reader { ordered: false }.read(serde_json::Deserializer::from_str(text))
}

/// Reads JSON in the same way and keeps the order of its keys.
///
/// # Errors
/// What is wrong with the text, with line and column.
pub fn parse(text: &[u8]) -> Result<Dynamic, serde_json::Error> {
    let reader = Reader { ordered: true };
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

/// Reads a value straight into what scripts hold.
#[derive(Clone, Copy)]
struct Reader {
    /// Whether the order of the keys of every map is kept.
    ordered: bool,
}

impl Reader {
    fn read<'de, R: serde_json::de::Read<'de>>(
        self,
        mut text: serde_json::Deserializer<R>,
    ) -> Result<Dynamic, serde_json::Error> {
        let value = self.deserialize(&mut text)?;
        text.end()?;
        Ok(value)
    }
}

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = Dynamic;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Dynamic, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader {
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
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Dynamic, A::Error> {
        let mut array = Array::new();
        while let Some(item) = items.next_element_seed(self)? {
            array.push(item);
        }
        Ok(Dynamic::from_array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Dynamic, A::Error> {
        let (mut map, mut keys) = (Map::new(), Vec::new());
        while let Some(key) = members.next_key_seed(Key)? {
            if self.ordered && keys.len() <= MAX_KEYS {
                keys.push(key.clone());
            }
            map.insert(key, members.next_value_seed(self)?);
        }
        if self.ordered {
            keep(keys, &map);
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
