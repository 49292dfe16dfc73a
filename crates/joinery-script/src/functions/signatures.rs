//! Names and parameters of every native function, for checks and for messages.

use std::collections::BTreeMap;

use rhai::Engine;
use serde::Deserialize;

use super::Group;
use crate::{explain::type_words, reference::FunctionDoc, syntax::nearest, tokens::NAMESPACES};

/// One way to call a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its parameters: name and type.
    pub parameters: Vec<(String, String)>,
    /// The type of what it returns, as the engine words it.
    pub returns: String,
    /// Its doc comment without the slashes; empty where there is none.
    pub doc: String,
}

/// Every native function by name; those of a namespace as `http.get`.
#[derive(Debug, Default)]
pub struct Signatures {
    functions: BTreeMap<String, Vec<Function>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    #[serde(default)]
    functions: Vec<ListedFunction>,
    #[serde(default)]
    modules: BTreeMap<String, Listed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListedFunction {
    name: String,
    #[serde(default)]
    num_params: usize,
    #[serde(default)]
    params: Vec<ListedParameter>,
    #[serde(default)]
    return_type: String,
    #[serde(default)]
    doc_comments: Vec<String>,
}

#[derive(Deserialize)]
struct ListedParameter {
    #[serde(default)]
    name: String,
    #[serde(rename = "type", default)]
    kind: String,
}

impl Signatures {
    /// Reads what `engine` knows.
    ///
    /// # Panics
    /// Never: the engine lists its functions in this shape.
    pub fn read(engine: &Engine) -> Self {
        let listed = engine
            .gen_fn_metadata_to_json(true)
            .ok()
            .and_then(|text| serde_json::from_str::<Listed>(&text).ok())
            .expect("the engine lists its functions in this shape");
        let mut signatures = Self::default();
        signatures.add("", listed);
        signatures
    }

    fn add(&mut self, namespace: &str, listed: Listed) {
        for function in listed.functions {
            let name = if namespace.is_empty() {
                function.name
            } else {
                format!("{namespace}.{}", function.name)
            };
            let mut parameters: Vec<(String, String)> = function
                .params
                .into_iter()
                .map(|parameter| (parameter.name.trim_start_matches("mut ").to_owned(), parameter.kind))
                .collect();
            parameters.resize(function.num_params, (String::new(), String::new()));
            self.functions.entry(name).or_default().push(Function {
                parameters,
                returns: function.return_type,
                doc: function.doc_comments.join("\n"),
            });
        }
        for (name, module) in listed.modules {
            self.add(&name, module);
        }
        // The engine lists the ways to call a function in any order; the documented one is to lead, in every process.
        for ways in self.functions.values_mut() {
            ways.sort_by(|left, right| {
                (left.doc.is_empty(), &left.parameters).cmp(&(right.doc.is_empty(), &right.parameters))
            });
        }
    }

    /// The ways to call `name`.
    pub fn get(&self, name: &str) -> Option<&[Function]> {
        self.functions.get(name).map(Vec::as_slice)
    }

    /// Every name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.functions.keys().map(String::as_str)
    }

    /// Message and hint for the engine's "function not found", whose signature is `http::get (map, i64)`. `own` are the
    /// script's functions.
    pub fn not_found(&self, signature: &str, own: &[(String, usize)]) -> (String, Option<String>) {
        let (name, given) = signature.split_once(" (").unwrap_or((signature, ""));
        let given: Vec<&str> = given
            .trim_end_matches(')')
            .split(", ")
            .filter(|kind| !kind.is_empty())
            .collect();
        let name = name.trim().replace("::", ".");
        if let Some(property) = name.strip_prefix("get$") {
            let owner = given.first().map_or_else(|| "this".to_owned(), |kind| type_words(kind));
            return (format!("{owner} has no `{property}`"), None);
        }
        if !name.starts_with(|first: char| first.is_alphabetic() || first == '_') {
            let given: Vec<String> = given.iter().map(|kind| type_words(kind)).collect();
            return (format!("`{name}` does not work on {}", given.join(" and ")), None);
        }
        if let Some((_, count)) = own.iter().find(|(own, _)| *own == name) {
            return (
                format!("`{name}` takes {}, not {}", arguments(*count), given.len()),
                None,
            );
        }
        if let Some(ways) = self.get(&name) {
            return Self::mismatch(&name, ways, &given);
        }
        let hint = self.near(&name, own).map(|near| format!("Did you mean `{near}`?"));
        (format!("there is no function `{name}`"), hint)
    }

    /// The known function whose name is nearest.
    pub fn near(&self, name: &str, own: &[(String, usize)]) -> Option<String> {
        let plain = |known: &&str| known.starts_with(|first: char| first.is_alphabetic()) && !known.contains('$');
        let names = self
            .names()
            .filter(plain)
            .chain(own.iter().map(|(name, _)| name.as_str()));
        nearest(name, names).map(str::to_owned).or_else(|| {
            // `parse_json` for `json.parse`, `base64_encode` for `base64.encode`.
            NAMESPACES.iter().find_map(|namespace| {
                let rest = name
                    .replace(namespace, "")
                    .replace("to_", "")
                    .trim_matches('_')
                    .to_owned();
                let full = format!("{namespace}.{rest}");
                (name.contains(namespace) && self.functions.contains_key(&full)).then_some(full)
            })
        })
    }

    fn mismatch(name: &str, ways: &[Function], given: &[&str]) -> (String, Option<String>) {
        let hint = Some(format!("Call it as {}.", call_of(name, ways)));
        let same_count: Vec<&Function> = ways.iter().filter(|way| way.parameters.len() == given.len()).collect();
        let Some(way) = same_count.first() else {
            let mut counts: Vec<usize> = ways.iter().map(|way| way.parameters.len()).collect();
            counts.sort_unstable();
            counts.dedup();
            let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
            let plural = if counts == ["1"] { "" } else { "s" };
            return (
                format!(
                    "`{name}` takes {} argument{plural}, not {}",
                    counts.join(" or "),
                    given.len()
                ),
                hint,
            );
        };
        // The first argument that no way of calling takes.
        let wrong = (0..given.len()).find(|&index| {
            same_count.iter().all(|way| {
                let wanted = type_words(&way.parameters[index].1);
                wanted != type_words(given[index]) && wanted != "a value"
            })
        });
        let index = wrong.unwrap_or(0);
        let wanted = type_words(way.parameters.get(index).map_or("?", |(_, kind)| kind));
        let got = type_words(given.get(index).copied().unwrap_or("()"));
        let place = if given.len() > 1 {
            format!(" as argument {}", index + 1)
        } else {
            String::new()
        };
        (format!("`{name}` takes {wanted}{place}, not {got}"), hint)
    }
}

fn arguments(count: usize) -> String {
    if count == 1 {
        "1 argument".to_owned()
    } else {
        format!("{count} arguments")
    }
}

/// `http.get(path, query?)`
pub fn call_of(name: &str, ways: &[Function]) -> String {
    // Of several longest ways the first.
    let Some(longest) = ways.iter().rev().max_by_key(|way| way.parameters.len()) else {
        return format!("{name}()");
    };
    let fewest = ways.iter().map(|way| way.parameters.len()).min().unwrap_or(0);
    let parameters: Vec<String> = longest
        .parameters
        .iter()
        .enumerate()
        .map(|(index, (parameter, _))| {
            let parameter = if parameter.is_empty() { "_" } else { parameter };
            if index < fewest {
                parameter.to_owned()
            } else {
                format!("{parameter}?")
            }
        })
        .collect();
    format!("{name}({})", parameters.join(", "))
}

/// The functions of a group as the reference shows them, by name.
pub fn documented(group: &Group) -> Vec<FunctionDoc> {
    let mut engine = Engine::new_raw();
    engine.register_global_module((group.module)().into());
    let mut docs = Vec::new();
    for (name, ways) in Signatures::read(&engine).functions {
        if name.starts_with("set$") {
            continue;
        }
        let doc = ways
            .iter()
            .map(|way| way.doc.as_str())
            .find(|doc| !doc.is_empty())
            .unwrap_or_default();
        let (description, example) = split_doc(doc);
        let (full, signature) = match name.strip_prefix("get$") {
            Some(property) => (property.to_owned(), format!(".{property}")),
            None if group.namespace.is_empty() => (name.clone(), call_of(&name, &ways)),
            None => {
                let full = format!("{}.{name}", group.namespace);
                let signature = call_of(&full, &ways);
                (full, signature)
            }
        };
        docs.push(FunctionDoc {
            name: full,
            signature,
            description,
            example,
            group: group.title.to_owned(),
        });
    }
    docs
}

/// Description and example out of a doc comment.
pub fn split_doc(doc: &str) -> (String, String) {
    let text: Vec<&str> = doc
        .lines()
        .map(|line| line.trim_start_matches("///"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    let text = text.join("\n");
    let (description, rest) = text.split_once("```rhai\n").unwrap_or((&text, ""));
    (
        description.trim().to_owned(),
        rest.split("```").next().unwrap_or_default().trim().to_owned(),
    )
}
