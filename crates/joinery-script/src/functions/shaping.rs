//! Lists of records made into other lists and sums in one call: what a loop in a script takes many times as long for.

// The code that `export_module` makes for `pure` functions unwraps.
#![allow(clippy::unwrap_used)]

use std::collections::HashSet;

use rhai::{
    Array, Dynamic, EvalAltResult, Identifier, ImmutableString, Map, Module, NativeCallContext, export_module,
    exported_module,
};

use super::{
    collections::{Path, key, order},
    large::{within, within_items},
};
use crate::{
    error::{complain, located},
    explain::type_words,
    json::MAX_DEPTH,
    meter,
    state::{Stop, run_of},
};

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

/// What each item becomes: names, each with where its value comes from.
struct Shape(Vec<(Identifier, Source)>);

enum Source {
    Path(Path),
    Text(Template),
    Shape(Shape),
}

/// A text such as `{profile.firstName} {profile.lastName}`.
struct Template(Vec<Piece>);

enum Piece {
    Plain(String),
    Path(Path),
}

impl Template {
    fn read(text: &str) -> Self {
        let (mut pieces, mut rest) = (Vec::new(), text);
        while let Some((before, after)) = rest.split_once('{') {
            let Some((path, after)) = after.split_once('}') else {
                break;
            };
            pieces.push(Piece::Plain(before.to_owned()));
            pieces.push(Piece::Path(Path::new(path)));
            rest = after;
        }
        pieces.push(Piece::Plain(rest.to_owned()));
        Self(pieces)
    }

    fn fill(&self, item: &Dynamic) -> ImmutableString {
        // Short texts of this kind need no memory of their own.
        let mut text = Identifier::new_const();
        for piece in &self.0 {
            match piece {
                Piece::Plain(plain) => text.push_str(plain),
                Piece::Path(path) => path.look(item, |value| {
                    let Some(value) = value.filter(|value| !value.is_unit()) else {
                        return;
                    };
                    match value.as_immutable_string_ref() {
                        Ok(value) => text.push_str(&value),
                        Err(_) => text.push_str(&value.to_string()),
                    }
                }),
            }
        }
        text.into()
    }
}

impl Shape {
    fn read(shape: &Map, depth: usize) -> Result<Self, Box<EvalAltResult>> {
        if depth > MAX_DEPTH {
            return Err(complain("shape: the shape is nested too deep"));
        }
        let source = |name: &Identifier, value: &Dynamic| {
            if let Ok(text) = value.as_immutable_string_ref() {
                return Ok(if text.contains('{') {
                    Source::Text(Template::read(&text))
                } else {
                    Source::Path(Path::new(&text))
                });
            }
            match value.as_map_ref() {
                Ok(map) => Self::read(&map, depth + 1).map(Source::Shape),
                Err(_) => Err(complain(format!(
                    "shape: `{name}` is a path, a text with {{paths}}, or a map of them, not {}",
                    type_words(value.type_name())
                ))),
            }
        };
        let fields = shape
            .iter()
            .map(|(name, value)| Ok((name.clone(), source(name, value)?)));
        fields.collect::<Result<_, Box<EvalAltResult>>>().map(Self)
    }

    fn of(&self, item: &Dynamic) -> Dynamic {
        let value = |source: &Source| match source {
            Source::Path(path) => path.or_unit(item),
            Source::Text(template) => template.fill(item).into(),
            Source::Shape(shape) => shape.of(item),
        };
        let mut map = Map::new();
        for (name, source) in &self.0 {
            map.insert(name.clone(), value(source));
        }
        // `into` would put every member into another map.
        Dynamic::from_map(map)
    }
}

/// Calls `make` on every item, and stops the run where it holds too much.
fn each(
    context: &NativeCallContext,
    list: &Array,
    make: impl Fn(&Dynamic) -> Dynamic,
) -> Result<Array, Box<EvalAltResult>> {
    let mut made = Array::with_capacity(list.len());
    for item in list {
        if meter::is_full() {
            return Err(run_of(context)?.stop(Stop::Memory));
        }
        made.push(make(item));
    }
    Ok(made)
}

fn total(list: &Array, path: &Path, function: &str) -> Result<(f64, Option<i64>, usize), Box<EvalAltResult>> {
    let (mut sum, mut whole, mut count) = (0.0, Some(0_i64), 0);
    for item in list {
        let value = path.or_unit(item);
        if value.is_unit() {
            continue;
        }
        count += 1;
        if let Ok(number) = value.as_int() {
            sum += number as f64;
            whole = whole.and_then(|whole| whole.checked_add(number));
        } else if let Ok(number) = value.as_float() {
            sum += number;
            whole = None;
        } else {
            return Err(complain(format!(
                "{function} takes numbers, not {}",
                type_words(value.type_name())
            )));
        }
    }
    Ok((sum, whole, count))
}

fn flat(context: &NativeCallContext, list: Array, depth: usize, into: &mut Array) -> Result<(), Box<EvalAltResult>> {
    for item in list {
        if depth > 0 && item.is_array() {
            flat(context, item.into_array().unwrap_or_default(), depth - 1, into)?;
        } else {
            into.push(item);
        }
    }
    within_items(context, into.len()).map(|_| ())
}

fn keys(list: &Array) -> Result<HashSet<String>, Box<EvalAltResult>> {
    list.iter().map(key).collect()
}

/// The items whose being in `other` is `wanted`.
fn among(mut list: Array, other: &Array, wanted: bool) -> Result<Array, Box<EvalAltResult>> {
    let (keys, own) = (keys(other)?, list.iter().map(key).collect::<Result<Vec<_>, _>>()?);
    let mut own = own.into_iter();
    list.retain(|_| own.next().is_some_and(|key| keys.contains(&key) == wanted));
    Ok(list)
}

fn extreme(list: &Array, path: &str, wanted: std::cmp::Ordering) -> Dynamic {
    let path = Path::new(path);
    let mut best: Option<(Dynamic, &Dynamic)> = None;
    for item in list {
        let value = path.or_unit(item);
        if value.is_unit() {
            continue;
        }
        if best.as_ref().is_none_or(|(known, _)| order(&value, known) == wanted) {
            best = Some((value, item));
        }
    }
    best.map_or(Dynamic::UNIT, |(_, item)| item.clone())
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// Makes every item of a list, or one map, into a map of another shape. A value of the shape is a path, a text with
    /// paths in braces, or a shape itself.
    /// ```rhai
    /// shape([#{ id: 1, profile: #{ first: "Ada", last: "Lovelace" } }],
    ///     #{ key: "id", name: "{profile.first} {profile.last}" }) == [#{ key: 1, name: "Ada Lovelace" }]
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn shape(context: NativeCallContext, list: &mut Array, shape: Map) -> Result<Array, Box<EvalAltResult>> {
        let shape = located(&context, Shape::read(&shape, 0))?;
        each(&context, list, |item| shape.of(item))
    }
    #[rhai_fn(name = "shape", return_raw)]
    pub fn shape_one(context: NativeCallContext, record: Map, shape: Map) -> Result<Dynamic, Box<EvalAltResult>> {
        Ok(located(&context, Shape::read(&shape, 0))?.of(&record.into()))
    }

    /// Makes every item of a list into a text with paths in braces filled in.
    /// ```rhai
    /// format_map([#{ n: "Ada", a: 36 }], "{n} is {a}") == ["Ada is 36"]
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn format_map(context: NativeCallContext, list: &mut Array, text: &str) -> Result<Array, Box<EvalAltResult>> {
        let template = Template::read(text);
        within(&context, text.len().checked_mul(list.len().min(1024)))?;
        each(&context, list, |item| template.fill(item).into())
    }

    /// The sum of numbers, or of the numbers at a path; `()` is left out.
    /// ```rhai
    /// sum([1, 2, ()]) == 3 && sum([#{ n: 1.5 }, #{ n: 2 }], "n") == 3.5
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn sum(context: NativeCallContext, list: &mut Array) -> Result<Dynamic, Box<EvalAltResult>> {
        sum_of(context, list, "")
    }
    #[rhai_fn(name = "sum", return_raw, pure)]
    pub fn sum_of(context: NativeCallContext, list: &mut Array, path: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        let (sum, whole, _) = located(&context, total(list, &Path::new(path), "sum"))?;
        Ok(whole.map_or_else(|| sum.into(), Dynamic::from))
    }

    /// The average of numbers, or of the numbers at a path; `()` where there are none.
    /// ```rhai
    /// average([1, 2]) == 1.5 && average([]) == ()
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn average(context: NativeCallContext, list: &mut Array) -> Result<Dynamic, Box<EvalAltResult>> {
        average_of(context, list, "")
    }
    #[rhai_fn(name = "average", return_raw, pure)]
    pub fn average_of(context: NativeCallContext, list: &mut Array, path: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        let (sum, _, count) = located(&context, total(list, &Path::new(path), "average"))?;
        Ok(if count == 0 {
            Dynamic::UNIT
        } else {
            (sum / count as f64).into()
        })
    }

    /// The item with the smallest value at a path, or `()`. Items without a value there are left out.
    /// ```rhai
    /// min_by([#{ n: 2 }, #{ n: 1 }], "n").n == 1
    /// ```
    #[rhai_fn(pure)]
    pub fn min_by(list: &mut Array, path: &str) -> Dynamic {
        extreme(list, path, std::cmp::Ordering::Less)
    }

    /// The item with the largest value at a path, or `()`. Items without a value there are left out.
    /// ```rhai
    /// max_by([#{ n: 2 }, #{ n: 1 }], "n").n == 2
    /// ```
    #[rhai_fn(pure)]
    pub fn max_by(list: &mut Array, path: &str) -> Dynamic {
        extreme(list, path, std::cmp::Ordering::Greater)
    }

    /// How many items have each value at a path.
    /// ```rhai
    /// count_by([#{ s: "A" }, #{ s: "B" }, #{ s: "A" }], "s") == #{ A: 2, B: 1 }
    /// ```
    #[rhai_fn(pure)]
    pub fn count_by(list: &mut Array, path: &str) -> Map {
        let (path, mut counts) = (Path::new(path), std::collections::BTreeMap::<String, i64>::new());
        for item in list.iter() {
            *counts.entry(path.or_unit(item).to_string()).or_default() += 1;
        }
        counts
            .into_iter()
            .map(|(name, count)| (name.into(), count.into()))
            .collect()
    }

    /// Lists inside a list taken apart, one level or as many as given.
    /// ```rhai
    /// flatten([1, [2, [3]]]) == [1, 2, [3]] && flatten([1, [2, [3]]], 2) == [1, 2, 3]
    /// ```
    #[rhai_fn(return_raw)]
    pub fn flatten(context: NativeCallContext, list: Array) -> Result<Array, Box<EvalAltResult>> {
        flatten_levels(context, list, 1)
    }
    #[rhai_fn(name = "flatten", return_raw)]
    pub fn flatten_levels(context: NativeCallContext, list: Array, levels: i64) -> Result<Array, Box<EvalAltResult>> {
        let mut items = Array::new();
        flat(
            &context,
            list,
            usize::try_from(levels).unwrap_or(0).min(MAX_DEPTH),
            &mut items,
        )?;
        Ok(items)
    }

    /// The items of a list that are not in another.
    /// ```rhai
    /// except([1, 2, 3], [2]) == [1, 3]
    /// ```
    #[rhai_fn(return_raw)]
    pub fn except(context: NativeCallContext, list: Array, other: Array) -> Result<Array, Box<EvalAltResult>> {
        located(&context, among(list, &other, false))
    }

    /// The items of a list that are in another too.
    /// ```rhai
    /// common([1, 2, 3], [3, 2, 9]) == [2, 3]
    /// ```
    #[rhai_fn(return_raw)]
    pub fn common(context: NativeCallContext, list: Array, other: Array) -> Result<Array, Box<EvalAltResult>> {
        located(&context, among(list, &other, true))
    }
}
