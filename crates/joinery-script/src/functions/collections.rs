//! Shaping lists and maps in one call: far faster than a loop in a script.

use std::{cmp::Ordering, collections::HashSet};

use rhai::{Array, Dynamic, EvalAltResult, Map, Module, export_module, exported_module};

use crate::{
    error::complain,
    json::{self, MAX_DEPTH, SecretsAs},
};

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

/// The value at `profile.emails[0].value`, or `None`.
fn at(value: &Dynamic, path: &str) -> Option<Dynamic> {
    let mut current: Dynamic = value.clone();
    for part in path
        .replace('[', ".")
        .replace(']', "")
        .split('.')
        .filter(|part| !part.is_empty())
    {
        let next = if let Ok(map) = current.as_map_ref() {
            map.get(part).cloned()
        } else if let Ok(array) = current.as_array_ref() {
            part.parse::<usize>().ok().and_then(|index| array.get(index).cloned())
        } else {
            None
        };
        current = next?;
    }
    Some(current)
}

fn at_or_unit(value: &Dynamic, path: &str) -> Dynamic {
    at(value, path).unwrap_or(Dynamic::UNIT)
}

/// Text that is equal for equal values.
fn key(value: &Dynamic) -> Result<String, Box<EvalAltResult>> {
    json::to_value(value, SecretsAs::Mask)
        .map(|value| value.to_string())
        .map_err(|error| complain(error.to_string()))
}

/// Nothing, then false and true, numbers, text, and everything else as it came.
fn order(left: &Dynamic, right: &Dynamic) -> Ordering {
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
    Ok(base.into())
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// The value at a path in maps and lists; `()` where there is none, or the given default.
    /// ```rhai
    /// dig(#{ profile: #{ emails: [#{ value: "a@b.c" }] } }, "profile.emails[0].value") == "a@b.c"
    /// ```
    pub fn dig(value: Dynamic, path: &str) -> Dynamic {
        at_or_unit(&value, path)
    }
    #[rhai_fn(name = "dig")]
    pub fn dig_or(value: Dynamic, path: &str, default: Dynamic) -> Dynamic {
        match at(&value, path) {
            Some(found) if !found.is_unit() => found,
            _ => default,
        }
    }

    /// The value at a path of every item.
    /// ```rhai
    /// pluck([#{ id: 1 }, #{ id: 2 }], "id") == [1, 2]
    /// ```
    pub fn pluck(list: Array, path: &str) -> Array {
        list.iter().map(|item| at_or_unit(item, path)).collect()
    }

    /// The items that have these values at these paths.
    /// ```rhai
    /// where([#{ s: "A", n: 1 }, #{ s: "B", n: 2 }], #{ s: "B" }).len() == 1
    /// ```
    #[rhai_fn(name = "where", return_raw)]
    pub fn where_equal(list: Array, conditions: Map) -> Result<Array, Box<EvalAltResult>> {
        let wanted = conditions
            .iter()
            .map(|(path, value)| Ok((path.as_str(), key(value)?)))
            .collect::<Result<Vec<_>, Box<EvalAltResult>>>()?;
        let mut kept = Array::new();
        for item in list {
            let mut all = true;
            for (path, value) in &wanted {
                all = all && key(&at_or_unit(&item, path))? == *value;
            }
            if all {
                kept.push(item);
            }
        }
        Ok(kept)
    }

    /// The items by the value at a path: a map of lists.
    /// ```rhai
    /// group_by([#{ s: "A" }, #{ s: "B" }, #{ s: "A" }], "s").A.len() == 2
    /// ```
    pub fn group_by(list: Array, path: &str) -> Map {
        let mut groups = Map::new();
        for item in list {
            let name = at_or_unit(&item, path).to_string();
            let group = groups.entry(name.into()).or_insert_with(|| Array::new().into());
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
        let mut keyed: Vec<(Dynamic, Dynamic)> = list.into_iter().map(|item| (at_or_unit(&item, path), item)).collect();
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
        let mut seen = HashSet::new();
        let mut kept = Array::new();
        for item in list {
            if seen.insert(key(&at_or_unit(&item, path))?) {
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
        merged(base.into(), over.into(), 0)
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
}
