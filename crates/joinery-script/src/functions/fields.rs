//! Fields of forms and results, and lists of them.

use rhai::{Array, Dynamic, EvalAltResult, Map, Module, export_module, exported_module};

use super::options::{self, Options};
use crate::{
    ask::ask,
    convert,
    error::complain,
    files, json, order,
    state::{RunState, run_of},
    syntax::nearest,
};

/// What `field(name, #{ ... })` understands.
pub const KEYS: &[(&str, &str)] = &[
    ("label", "What to call it; the name where there is none."),
    ("hint", "Help under the field."),
    (
        "type",
        "`string` (without it), `integer`, `number`, `boolean`, `array` or `object`.",
    ),
    (
        "format",
        "A JSON Schema format, such as `date-time`, `date`, `email`, `uri`, `password`.",
    ),
    (
        "required",
        "Whether a value must be given; text that holds nothing but space is none.",
    ),
    ("default", "The value used when none is given."),
    ("options", "The values allowed: plain ones, or `#{ value, label }`."),
    ("pick_list", "The file in `pick_lists` that gives the values."),
    ("depends_on", "Fields whose values the pick list needs."),
    ("of", "What an array holds: a field."),
    (
        "properties",
        "What an object holds: a list of fields, or `schema(\"name\")`.",
    ),
    ("control", "How to draw it, where the type does not say."),
    ("secret", "Whether the value is masked."),
    (
        "when",
        "Asked for only if another field has a value: `#{ field: \"kind\", equals: \"a\" }`, or `not_equals`, `in`, `exists`.",
    ),
    (
        "convert",
        "What a value of another kind is turned into before it is checked: `integer number boolean text date date-time unix list`, or a function that makes it: `methods/names::login`.",
    ),
    ("sticky", "Whether the form remembers the last value."),
    ("nullable", "Whether null is allowed beside the type."),
];

/// The types a field can have.
pub const TYPES: &[&str] = &["string", "integer", "number", "boolean", "array", "object"];

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

fn make(name: &str, options: Map) -> Result<Map, Box<EvalAltResult>> {
    if name.is_empty() {
        return Err(complain("a field needs a name"));
    }
    for (key, value) in &options {
        if let Some(hint) = options::unknown(key, KEYS) {
            return Err(complain(format!("field(\"{name}\") knows no `{key}`; {hint}")));
        }
        if key == "type"
            && !value
                .as_immutable_string_ref()
                .is_ok_and(|kind| TYPES.contains(&kind.as_str()))
        {
            return Err(complain(format!(
                "field(\"{name}\"): the type is one of {}",
                TYPES.join(", ")
            )));
        }
    }
    check_words(name, &options)?;
    let mut field = options;
    if let Some(choices) = field.get_mut("options") {
        *choices = full_options(choices).map_err(|message| complain(format!("field(\"{name}\"): {message}")))?;
    }
    if let Some(properties) = field.get_mut("properties") {
        let function = format!("field(\"{name}\"): properties");
        *properties = list_of(std::mem::take(properties), &function)?.into();
    }
    field.insert("name".into(), name.into());
    Ok(field)
}

/// What stands in `when`, `convert`, `depends_on` and `pick_list`.
fn check_words(name: &str, field: &Map) -> Result<(), Box<EvalAltResult>> {
    let what = format!("field(\"{name}\")");
    let given = Options::new(&what, field, KEYS)?;
    let is_function = given.text("convert")?.is_some_and(|convert| {
        convert::method(&convert).is_some_and(|(file, function)| file.starts_with("methods/") && !function.is_empty())
    });
    if !is_function {
        given.word("convert", convert::KINDS)?;
    }
    given.texts("depends_on")?;
    given.text("pick_list")?;
    if let Some(when) = given.value("when") {
        let Ok(when) = when.as_map_ref() else {
            return Err(given.wrong("when", "must be a map such as #{ field: \"kind\", equals: \"a\" }"));
        };
        let what = format!("{what}: when");
        let when = Options::new(&what, &when, options::WHEN)?;
        if when.text("field")?.is_none() {
            return Err(when.missing("field"));
        }
        when.list("in")?;
        when.flag("exists")?;
    }
    Ok(())
}

/// Options may be plain values; each becomes `#{ value, label }`.
///
/// # Errors
/// They are no list.
pub fn full_options(options: &Dynamic) -> Result<Dynamic, String> {
    let Ok(options) = options.as_array_ref() else {
        return Err("options is a list such as [\"a\", \"b\"] or [#{ value, label }]".to_owned());
    };
    let full = |option: &Dynamic| -> Dynamic {
        let mut map = match option.as_map_ref() {
            Ok(map) => map.clone(),
            Err(_) => [("value".into(), option.clone())].into_iter().collect::<Map>(),
        };
        if !map.contains_key("label") {
            let label = map.get("value").map(ToString::to_string).unwrap_or_default();
            map.insert("label".into(), label.into());
        }
        map.into()
    };
    Ok(options.iter().map(full).collect::<Array>().into())
}

/// The fields in `list`: a list of fields, or a JSON Schema whose properties they are.
fn list_of(list: Dynamic, function: &str) -> Result<Array, Box<EvalAltResult>> {
    if let Ok(array) = list.as_array_ref() {
        return Ok(array.clone());
    }
    let schema = json::to_value(&list, json::SecretsAs::Mask).map_err(|error| complain(error.to_string()))?;
    if !schema.is_object() {
        return Err(complain(format!(
            "{function} takes a list of fields, or schema(\"name\")"
        )));
    }
    let fields = serde_json::to_value(joinery_connector::schema::from_schema(&schema))
        .map_err(|error| complain(error.to_string()))?;
    Ok(json::to_dynamic(&fields).into_array().unwrap_or_default())
}

fn name_of(field: &Dynamic) -> Option<String> {
    Some(
        field
            .as_map_ref()
            .ok()?
            .get("name")?
            .as_immutable_string_ref()
            .ok()?
            .to_string(),
    )
}

fn names(list: &Array, function: &str) -> Result<Vec<String>, Box<EvalAltResult>> {
    list.iter()
        .map(|name| {
            name.clone()
                .into_string()
                .map_err(|_| complain(format!("{function} takes a list of field names")))
        })
        .collect()
}

fn schema_names(run: &RunState) -> Vec<String> {
    let mut names = files::names(&*run.files, "schemas/", ".json");
    names.extend(files::names(&*run.files, "schemas/", ".rhai"));
    names
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// A field of a form or a result. Options: `label hint type format required default options pick_list depends_on of
    /// properties control secret when sticky nullable`.
    /// ```rhai
    /// field("user", #{ label: "User", required: true }).label == "User"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn field(name: &str, options: Map) -> Result<Map, Box<EvalAltResult>> {
        make(name, options)
    }
    #[rhai_fn(name = "field", return_raw)]
    pub fn plain_field(name: &str) -> Result<Map, Box<EvalAltResult>> {
        make(name, Map::new())
    }

    /// The JSON Schema in `schemas/<name>.json`, or the fields that `fields(connection, config)` in `schemas/<name>.rhai`
    /// returns: those of the org, where every org has its own.
    /// ```rhai
    /// schema("user").properties.id.type == "string"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn schema(context: NativeCallContext, name: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        let run = run_of(&context)?;
        let path = format!("schemas/{name}.json");
        let Some(text) = run.files.text(&path) else {
            let arguments = vec![run.connection.clone(), run.config.clone()];
            if let Some(fields) = ask(&context, &format!("schemas/{name}.rhai"), "fields", arguments)? {
                return Ok(list_of(fields, "schema")?.into());
            }
            let known = schema_names(&run);
            let near =
                nearest(name, known.iter().map(String::as_str)).map(|near| format!("; did you mean \"{near}\"?"));
            return Err(complain(format!("there is no {path}{}", near.unwrap_or_default())));
        };
        order::read(&text).map_err(|error| complain(format!("{path} is not JSON: {error}")))
    }

    /// The options of `pick_lists/<name>.rhai`, each `#{ value, label }`; a map given goes to its function as `params`.
    /// ```rhai
    /// pick_list("sizes", #{ kind: "shirt" })[0] == #{ value: "S", label: "Small shirt" }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn pick_list(context: NativeCallContext, name: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        pick_list_with(context, name, Map::new())
    }
    #[rhai_fn(name = "pick_list", return_raw)]
    pub fn pick_list_with(context: NativeCallContext, name: &str, params: Map) -> Result<Dynamic, Box<EvalAltResult>> {
        let run = run_of(&context)?;
        let file = format!("pick_lists/{name}.rhai");
        let arguments = vec![run.connection.clone(), params.into()];
        let Some(options) = ask(&context, &file, "options", arguments)? else {
            let known = files::names(&*run.files, "pick_lists/", ".rhai");
            let near =
                nearest(name, known.iter().map(String::as_str)).map(|near| format!("; did you mean \"{near}\"?"));
            return Err(complain(format!("there is no {file}{}", near.unwrap_or_default())));
        };
        full_options(&options).map_err(|message| complain(format!("{file}: {message}")))
    }

    /// Only the named fields of a list or schema, in the order named.
    /// ```rhai
    /// only([field("a"), field("b")], ["b"])[0].name == "b"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn only(fields: Dynamic, names: Array) -> Result<Array, Box<EvalAltResult>> {
        let list = list_of(fields, "only")?;
        super::names(&names, "only")?
            .iter()
            .map(|name| {
                list.iter()
                    .find(|field| name_of(field).as_ref() == Some(name))
                    .cloned()
                    .ok_or_else(|| complain(format!("only: there is no field `{name}`")))
            })
            .collect()
    }

    /// The fields of a list or schema without the named ones.
    /// ```rhai
    /// without([field("a"), field("b")], ["b"]).len() == 1
    /// ```
    #[rhai_fn(return_raw)]
    pub fn without(fields: Dynamic, names: Array) -> Result<Array, Box<EvalAltResult>> {
        let names = super::names(&names, "without")?;
        let mut list = list_of(fields, "without")?;
        list.retain(|field| name_of(field).is_none_or(|name| !names.contains(&name)));
        Ok(list)
    }

    /// The fields of a list or schema, the named ones required.
    /// ```rhai
    /// required([field("a"), field("b")], ["b"])[1].required
    /// ```
    #[rhai_fn(return_raw)]
    pub fn required(fields: Dynamic, names: Array) -> Result<Array, Box<EvalAltResult>> {
        let names = super::names(&names, "required")?;
        let mut list = list_of(fields, "required")?;
        for field in &mut list {
            if name_of(field).is_some_and(|name| names.contains(&name))
                && let Some(mut map) = field.write_lock::<Map>()
            {
                map.insert("required".into(), true.into());
            }
        }
        Ok(list)
    }

    /// Two lists of fields as one; a field of the second replaces that of the same name in the first.
    /// ```rhai
    /// merge([field("a"), field("b")], [field("b", #{ label: "B" }), field("c")]).len() == 3
    /// ```
    #[rhai_fn(return_raw)]
    pub fn merge(fields: Dynamic, more: Dynamic) -> Result<Array, Box<EvalAltResult>> {
        let mut list = list_of(fields, "merge")?;
        for field in list_of(more, "merge")? {
            let name = name_of(&field);
            match list.iter_mut().find(|known| name.is_some() && name_of(known) == name) {
                Some(known) => *known = field,
                None => list.push(field),
            }
        }
        Ok(list)
    }
}
