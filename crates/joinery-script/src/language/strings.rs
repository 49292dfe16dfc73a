//! What can stand between quotes: names of schemas, files, pick lists, types, fields.

use super::{
    code::Bracket,
    complete::{Item, ItemKind},
    context::called,
    flow,
    view::View,
};
use crate::functions::FIELD_TYPES;
use joinery_connector::FileKind;

const FORMATS: &[&str] = &[
    "date",
    "date-time",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "password",
    "time",
    "uri",
    "uuid",
];
const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// `schema("...")`
    Schema,
    /// `pick_list: "..."` of a field, or `pick_list("...")`.
    PickList,
    /// `import "..."`
    Import,
    /// `type: "..."` of a field.
    Type,
    /// `format: "..."` of a field.
    Format,
    /// The method of `http.request("...", ...)`.
    Method,
    /// The name of an input field: in `depends_on`, or `input["..."]`.
    InputField,
    /// The name of a field in `only(schema("..."), ["..."])`.
    FieldOf,
    /// `run("...")` of a flow, or `ask: "..."`.
    Action,
    /// `connector: "..."` of a flow.
    Connector,
    /// `trigger: "..."` of a flow.
    Trigger,
    /// Anything.
    Plain,
}

/// What the text at a token is for.
pub fn meaning(view: &View, token: usize) -> Meaning {
    let code = &view.code;
    if code.before(token) == "import" {
        return Meaning::Import;
    }
    let Some(open) = code.within[token] else {
        return Meaning::Plain;
    };
    let function = |open: usize| called(code, open);
    let in_flow = view.kind() == FileKind::Flow;
    match code.bracket[open] {
        Some(Bracket::Call) => match function(open).as_deref() {
            Some("schema") => Meaning::Schema,
            Some("pick_list") if token == open + 1 => Meaning::PickList,
            Some("http.request") if token == open + 1 => Meaning::Method,
            Some("run") if token == open + 1 && in_flow => Meaning::Action,
            _ => Meaning::Plain,
        },
        Some(Bracket::Map) if code.before(token) == ":" => {
            let of_field = code.within[open].and_then(function).as_deref() == Some("field");
            match code.word(token.saturating_sub(2)) {
                "pick_list" if of_field => Meaning::PickList,
                "type" if of_field => Meaning::Type,
                "format" if of_field => Meaning::Format,
                "field" => Meaning::InputField,
                "ask" if in_flow => Meaning::Action,
                "connector" if in_flow => Meaning::Connector,
                "trigger" if in_flow => Meaning::Trigger,
                _ => Meaning::Plain,
            }
        }
        Some(Bracket::List) => {
            let key = open.checked_sub(2).map(|key| code.word(key));
            let around = code.within[open].and_then(function);
            match (key, around.as_deref()) {
                (Some("depends_on"), _) => Meaning::InputField,
                (_, Some("only" | "without" | "required")) => Meaning::FieldOf,
                _ => Meaning::Plain,
            }
        }
        Some(Bracket::Index) if open > 0 && code.word(open - 1) == "input" => Meaning::InputField,
        _ => Meaning::Plain,
    }
}

/// What can be written between the quotes of a token.
pub fn items(view: &View, token: usize) -> Vec<Item> {
    let values = |list: &[&str]| list.iter().map(|value| Item::new(*value, ItemKind::Value, 0)).collect();
    let files = |names: Vec<String>| {
        names
            .into_iter()
            .map(|name| Item::new(name, ItemKind::File, 0))
            .collect()
    };
    match meaning(view, token) {
        Meaning::Schema => {
            let mut names = view.names("schemas/", ".json");
            names.extend(view.names("schemas/", ".rhai"));
            files(names)
        }
        Meaning::PickList => files(view.names("pick_lists/", ".rhai")),
        Meaning::Import => {
            let own = view.path.strip_suffix(".rhai").unwrap_or_default().to_owned();
            let names = view.names("methods/", ".rhai").into_iter();
            let paths = names.map(|name| format!("methods/{name}"));
            files(paths.filter(|path| *path != own).collect())
        }
        Meaning::Type => values(FIELD_TYPES),
        Meaning::Format => values(FORMATS),
        Meaning::Method => values(METHODS),
        Meaning::InputField => members(view.declared_members("input_fields")),
        Meaning::FieldOf => members(fields_of(view, token)),
        Meaning::Action => named(flow::actions(view)),
        Meaning::Connector => named(flow::connectors(view)),
        Meaning::Trigger => named(flow::triggers(view)),
        Meaning::Plain => Vec::new(),
    }
}

/// The fields of the schema that `only`, `without` or `required` takes.
pub fn fields_of(view: &View, token: usize) -> Vec<super::shape::Member> {
    let code = &view.code;
    let call = code.within[token].and_then(|list| code.within[list]);
    let schema =
        call.and_then(|call| (call + 1..token).find(|&at| code.word(at) == "schema" && code.word(at + 1) == "("));
    let name = schema.and_then(|at| view.text_token(at + 2)).unwrap_or_default();
    view.schema_members(&name)
}

fn named(names: Vec<(String, String)>) -> Vec<Item> {
    names
        .into_iter()
        .map(|(name, title)| Item::new(name, ItemKind::Value, 0).with(title, ""))
        .collect()
}

fn members(members: Vec<super::shape::Member>) -> Vec<Item> {
    members
        .into_iter()
        .map(|member| Item::new(member.name, ItemKind::Field, 0).with(member.shape.words(), member.doc))
        .collect()
}
