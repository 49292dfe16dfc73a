//! Shaping lists and maps in one call: far faster than a loop in a script. What only reads its list borrows it, for the
//! engine copies whatever is taken by value; what keeps every item takes it.

// The code that `export_module` makes for `pure` functions unwraps.
#![allow(clippy::unwrap_used)]

use std::{cmp::Ordering, collections::HashSet};

use rhai::{Array, Dynamic, EvalAltResult, Identifier, Map, Module, export_module, exported_module};

use crate::{
    error::complain,
    explain::type_words,
    json::{self, MAX_DEPTH, SecretsAs},
};

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

/// The steps of a path: `profile.emails[0].value`.
pub struct Path(Vec<Identifier>);

impl Path {
    /// The steps of `path`.
    pub fn new(path: &str) -> Self {
        Self(
            path.split(['.', '[', ']'])
                .filter(|step| !step.is_empty())
                .map(Identifier::from)
                .collect(),
        )
    }

    /// The value it leads to. Nothing on the way is copied.
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "`Option::cloned` by its name fits one lifetime, not every one"
    )]
    pub fn of(&self, value: &Dynamic) -> Option<Dynamic> {
        self.look(value, |found| found.cloned())
    }

    /// The same, `()` standing for none.
    pub fn or_unit(&self, value: &Dynamic) -> Dynamic {
        self.of(value).unwrap_or(Dynamic::UNIT)
    }

    /// What `read` makes of the value it leads to, which stays where it is.
    pub fn look<T>(&self, value: &Dynamic, read: impl FnOnce(Option<&Dynamic>) -> T) -> T {
        step(value, &self.0, read)
    }

    /// Its steps.
    pub fn steps(&self) -> &[Identifier] {
        &self.0
    }
}

fn step<T>(value: &Dynamic, steps: &[Identifier], read: impl FnOnce(Option<&Dynamic>) -> T) -> T {
    let Some((first, rest)) = steps.split_first() else {
        return read(Some(value));
    };
    if let Ok(map) = value.as_map_ref() {
        return match map.get(first) {
            Some(member) => step(member, rest, read),
            None => read(None),
        };
    }
    let Ok(list) = value.as_array_ref() else {
        return read(None);
    };
    match place(first, list.len()).and_then(|at| list.get(at)) {
        Some(item) => step(item, rest, read),
        None => read(None),
    }
}

/// The place in a list that a step names; from the end where it is negative.
fn place(step: &str, length: usize) -> Option<usize> {
    let index: i64 = step.parse().ok()?;
    if index < 0 {
        length.checked_sub(index.unsigned_abs() as usize)
    } else {
        Some(index as usize)
    }
}

/// The value at `profile.emails[0].value`, or `None`.
pub fn at(value: &Dynamic, path: &str) -> Option<Dynamic> {
    Path::new(path).of(value)
}

/// Text that is equal for equal values.
pub fn key(value: &Dynamic) -> Result<String, Box<EvalAltResult>> {
    // A kind of value leads, so that the text `1` and the number are not the same.
    if let Ok(text) = value.as_immutable_string_ref() {
        return Ok(format!("\"{}", text.as_str()));
    }
    json::to_value(value, SecretsAs::Mask)
        .map(|value| value.to_string())
        .map_err(|error| complain(error.to_string()))
}

/// Nothing, then false and true, numbers, text, and everything else as it came.
pub fn order(left: &Dynamic, right: &Dynamic) -> Ordering {
    fn rank(value: &Dynamic) -> u8 {
        match () {
            () if value.is_unit() => 0,
            () if value.is_bool() => 1,
            () if value.is_int() || value.is_float() => 2,
            () if value.is_string() => 3,
            () => 4,
        }
    }
    fn number(value: &Dynamic) -> f64 {
        value
            .as_float()
            .unwrap_or_else(|_| value.as_int().map_or(0.0, |whole| whole as f64))
    }
    rank(left).cmp(&rank(right)).then_with(|| match rank(left) {
        1 => left
            .as_bool()
            .unwrap_or_default()
            .cmp(&right.as_bool().unwrap_or_default()),
        2 => match (left.as_int(), right.as_int()) {
            (Ok(left), Ok(right)) => left.cmp(&right),
            _ => number(left).total_cmp(&number(right)),
        },
        3 => match (left.as_immutable_string_ref(), right.as_immutable_string_ref()) {
            (Ok(left), Ok(right)) => left.as_str().cmp(right.as_str()),
            _ => Ordering::Equal,
        },
        _ => Ordering::Equal,
    })
}

fn merged(base: Dynamic, over: Dynamic, depth: usize) -> Result<Dynamic, Box<EvalAltResult>> {
    if depth > MAX_DEPTH {
        return Err(complain("deep_merge: the maps are nested too deep"));
    }
    if !base.is_map() || !over.is_map() {
        return Ok(over);
    }
    let (mut base, over) = (base.cast::<Map>(), over.cast::<Map>());
    for (name, value) in over {
        let value = match base.remove(&name) {
            Some(before) => merged(before, value, depth + 1)?,
            None => value,
        };
        base.insert(name, value);
    }
    Ok(Dynamic::from_map(base))
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// The value at a path in maps and lists; `()` where there is none, or the given default.
    /// ```rhai
    /// dig(#{ profile: #{ emails: [#{ value: "a@b.c" }] } }, "profile.emails[0].value") == "a@b.c"
    /// ```
    #[rhai_fn(pure)]
    pub fn dig(value: &mut Dynamic, path: &str) -> Dynamic {
        Path::new(path).or_unit(value)
    }
    #[rhai_fn(name = "dig", pure)]
    pub fn dig_or(value: &mut Dynamic, path: &str, default: Dynamic) -> Dynamic {
        match at(value, path) {
            Some(found) if !found.is_unit() => found,
            _ => default,
        }
    }

    /// The value at a path of every item.
    /// ```rhai
    /// pluck([#{ id: 1 }, #{ id: 2 }], "id") == [1, 2]
    /// ```
    #[rhai_fn(pure)]
    pub fn pluck(list: &mut Array, path: &str) -> Array {
        let path = Path::new(path);
        list.iter().map(|item| path.or_unit(item)).collect()
    }

    /// The items by the value at a path: a map of lists.
    /// ```rhai
    /// group_by([#{ s: "A" }, #{ s: "B" }, #{ s: "A" }], "s").A.len() == 2
    /// ```
    pub fn group_by(list: Array, path: &str) -> Map {
        let (mut groups, path) = (Map::new(), Path::new(path));
        for item in list {
            let name = path.or_unit(&item).to_string();
            let group = groups
                .entry(name.into())
                .or_insert_with(|| Dynamic::from_array(Array::new()));
            if let Some(mut group) = group.write_lock::<Array>() {
                group.push(item);
            }
        }
        groups
    }

    /// The items sorted by the value at a path; `"-path"` sorts from high to low.
    /// ```rhai
    /// sort_by([#{ n: 2 }, #{ n: 1 }], "n")[0].n == 1
    /// ```
    pub fn sort_by(list: Array, path: &str) -> Array {
        let (path, down) = path.strip_prefix('-').map_or((path, false), |path| (path, true));
        let path = Path::new(path);
        let mut keyed: Vec<(Dynamic, Dynamic)> = list.into_iter().map(|item| (path.or_unit(&item), item)).collect();
        keyed.sort_by(|(left, _), (right, _)| if down { order(right, left) } else { order(left, right) });
        keyed.into_iter().map(|(_, item)| item).collect()
    }

    /// The items without repeats, the first of each kept. With a path, items with the same value there are repeats.
    /// ```rhai
    /// unique([1, 2, 1]) == [1, 2]
    /// ```
    #[rhai_fn(return_raw)]
    pub fn unique(list: Array) -> Result<Array, Box<EvalAltResult>> {
        unique_by(list, "")
    }
    #[rhai_fn(name = "unique", return_raw)]
    pub fn unique_by(list: Array, path: &str) -> Result<Array, Box<EvalAltResult>> {
        let (mut seen, path) = (HashSet::new(), Path::new(path));
        let mut kept = Array::new();
        for item in list {
            if seen.insert(key(&path.or_unit(&item))?) {
                kept.push(item);
            }
        }
        Ok(kept)
    }

    /// The items in lists of at most `size`.
    /// ```rhai
    /// chunk([1, 2, 3], 2) == [[1, 2], [3]]
    /// ```
    #[rhai_fn(return_raw)]
    pub fn chunk(list: Array, size: i64) -> Result<Array, Box<EvalAltResult>> {
        let size = usize::try_from(size).ok().filter(|size| *size > 0);
        let size = size.ok_or_else(|| complain("chunk: the size must be 1 or more"))?;
        Ok(list
            .chunks(size)
            .map(|part| Dynamic::from_array(part.to_vec()))
            .collect())
    }

    /// Two maps as one, maps inside them merged too; where both have a value, the second wins.
    /// ```rhai
    /// deep_merge(#{ a: #{ x: 1, y: 1 } }, #{ a: #{ y: 2 } }) == #{ a: #{ x: 1, y: 2 } }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn deep_merge(base: Map, over: Map) -> Result<Dynamic, Box<EvalAltResult>> {
        merged(Dynamic::from_map(base), Dynamic::from_map(over), 0)
    }

    /// A list or map without its `()` values.
    /// ```rhai
    /// compact([1, (), 2]) == [1, 2] && compact(#{ a: 1, b: () }) == #{ a: 1 }
    /// ```
    pub fn compact(mut list: Array) -> Array {
        list.retain(|item| !item.is_unit());
        list
    }
    #[rhai_fn(name = "compact")]
    pub fn compact_map(mut map: Map) -> Map {
        map.retain(|_, value| !value.is_unit());
        map
    }

    /// The items by the value at a path: a map of items, the last of each kept.
    /// ```rhai
    /// index_by([#{ id: "a", n: 1 }, #{ id: "b", n: 2 }], "id").b.n == 2
    /// ```
    pub fn index_by(list: Array, path: &str) -> Map {
        let path = Path::new(path);
        list.into_iter()
            .map(|item| (path.or_unit(&item).to_string().into(), item))
            .collect()
    }

    /// The first item of a list, or `()`.
    /// ```rhai
    /// first([1, 2]) == 1 && first([]) == ()
    /// ```
    #[rhai_fn(pure)]
    pub fn first(list: &mut Array) -> Dynamic {
        list.first().cloned().unwrap_or(Dynamic::UNIT)
    }

    /// The last item of a list, or `()`.
    /// ```rhai
    /// last([1, 2]) == 2 && last([]) == ()
    /// ```
    #[rhai_fn(pure)]
    pub fn last(list: &mut Array) -> Dynamic {
        list.last().cloned().unwrap_or(Dynamic::UNIT)
    }

    /// A copy of a value with another value at a path; maps on the way are made where there are none.
    /// ```rhai
    /// put(#{ profile: #{ name: "Ada" } }, "profile.city", "London").profile == #{ name: "Ada", city: "London" }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn put(value: Dynamic, path: &str, new: Dynamic) -> Result<Dynamic, Box<EvalAltResult>> {
        let path = Path::new(path);
        if path.steps().len() > MAX_DEPTH {
            return Err(complain("put: the path has too many steps"));
        }
        replaced(value, path.steps(), new)
    }

    /// Only these keys of a map, those that it has.
    /// ```rhai
    /// pick(#{ a: 1, b: 2 }, ["a", "z"]) == #{ a: 1 }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn pick(map: Map, keys: Array) -> Result<Map, Box<EvalAltResult>> {
        let keys = super::keys(&keys, "pick")?;
        Ok(map.into_iter().filter(|(key, _)| keys.contains(key)).collect())
    }

    /// A map without these keys.
    /// ```rhai
    /// omit(#{ a: 1, b: 2 }, ["a"]) == #{ b: 2 }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn omit(map: Map, keys: Array) -> Result<Map, Box<EvalAltResult>> {
        let keys = super::keys(&keys, "omit")?;
        Ok(map.into_iter().filter(|(key, _)| !keys.contains(key)).collect())
    }

    /// A map with keys by other names: `#{ old: "new" }`.
    /// ```rhai
    /// rename(#{ firstName: "Ada", id: 1 }, #{ firstName: "first_name" }) == #{ first_name: "Ada", id: 1 }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn rename(map: Map, names: Map) -> Result<Map, Box<EvalAltResult>> {
        let name = |key: Identifier| match names.get(&key) {
            None => Ok(key),
            Some(name) => name
                .as_immutable_string_ref()
                .map(|name| name.as_str().into())
                .map_err(|_| complain(format!("rename: the new name of `{key}` must be text"))),
        };
        map.into_iter().map(|(key, value)| Ok((name(key)?, value))).collect()
    }

    /// A map as a list of `#{ key, value }`.
    /// ```rhai
    /// entries(#{ a: 1 }) == [#{ key: "a", value: 1 }]
    /// ```
    pub fn entries(map: Map) -> Array {
        let entry = |(key, value): (Identifier, Dynamic)| -> Dynamic {
            let members = [("key".into(), Dynamic::from(key.to_string())), ("value".into(), value)];
            Dynamic::from_map(members.into_iter().collect())
        };
        map.into_iter().map(entry).collect()
    }

    /// A map out of a list of `#{ key, value }`.
    /// ```rhai
    /// from_entries([#{ key: "a", value: 1 }]) == #{ a: 1 }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn from_entries(list: Array) -> Result<Map, Box<EvalAltResult>> {
        let entry = |item: &Dynamic| {
            let map = item.as_map_ref().ok()?;
            let key = map.get("key").filter(|key| !key.is_unit())?;
            Some((
                key.to_string().into(),
                map.get("value").cloned().unwrap_or(Dynamic::UNIT),
            ))
        };
        list.iter()
            .map(|item| entry(item).ok_or_else(|| complain("from_entries takes a list of #{ key, value }")))
            .collect()
    }
}

/// `value` with `new` at the end of `steps`.
fn replaced(value: Dynamic, steps: &[Identifier], new: Dynamic) -> Result<Dynamic, Box<EvalAltResult>> {
    let Some((first, rest)) = steps.split_first() else {
        return Ok(new);
    };
    if value.is_array() {
        let mut list = value.into_array().unwrap_or_default();
        let Some(item) = first.parse::<usize>().ok().and_then(|index| list.get_mut(index)) else {
            return Err(complain(format!("put: the list has no item {first}")));
        };
        *item = replaced(item.take(), rest, new)?;
        return Ok(Dynamic::from_array(list));
    }
    if !value.is_unit() && !value.is_map() {
        return Err(complain(format!(
            "put: there is {} where `{first}` would be",
            type_words(value.type_name())
        )));
    }
    let mut map = value.try_cast::<Map>().unwrap_or_default();
    let member = map.remove(first).unwrap_or(Dynamic::UNIT);
    map.insert(first.clone(), replaced(member, rest, new)?);
    Ok(Dynamic::from_map(map))
}

fn keys(list: &Array, function: &str) -> Result<HashSet<Identifier>, Box<EvalAltResult>> {
    list.iter()
        .map(|key| key.as_immutable_string_ref().map(|key| key.as_str().into()))
        .collect::<Result<_, _>>()
        .map_err(|_| complain(format!("{function} takes a list of keys")))
}
