//! Which fields `input_fields` and `output_fields` declare, where that can be told without running them.

use std::collections::BTreeSet;

use rhai::{AST, Expr, FnCallExpr, Stmt};
use serde_json::Value;

use super::literal;
use crate::files::Files;

/// Keywords by which a JSON Schema allows more than its `properties` name.
const OPEN_ENDED: &[&str] = &[
    "$dynamicRef",
    "$ref",
    "allOf",
    "anyOf",
    "dependentSchemas",
    "if",
    "oneOf",
    "patternProperties",
];

/// Fields that are declared.
#[derive(Debug, Default)]
pub struct Declared {
    /// Their names.
    pub names: BTreeSet<String>,
    /// The schema they come from, where it is one alone.
    pub schema: Option<String>,
}

/// The fields that the script's `function` declares; `None` where that cannot be told, or where any are allowed.
pub fn declared_by(files: &dyn Files, ast: &AST, function: &str) -> Option<Declared> {
    match &literal::body(ast, function)?[..] {
        [Stmt::Expr(list) | Stmt::Return(Some(list), ..)] => declared(files, list),
        [Stmt::FnCall(call, _)] => called(files, call),
        _ => None,
    }
}

fn declared(files: &dyn Files, list: &Expr) -> Option<Declared> {
    match list {
        Expr::Array(items, _) => {
            let names: Option<BTreeSet<String>> = items.iter().map(field_name).collect();
            names.map(|names| Declared { names, schema: None })
        }
        Expr::FnCall(call, _) => called(files, call),
        _ => None,
    }
}

fn called(files: &dyn Files, call: &FnCallExpr) -> Option<Declared> {
    let first = call.args.first().filter(|_| call.namespace.is_empty())?;
    let named = || literal::texts(call.args.get(1)?);
    match call.name.as_str() {
        "schema" => of_schema(files, literal::text(first)?),
        "required" => declared(files, first),
        "merge" => {
            let (mut fields, more) = (declared(files, first)?, declared(files, call.args.get(1)?)?);
            fields.names.extend(more.names);
            Some(Declared { schema: None, ..fields })
        }
        "only" => Some(Declared {
            names: named()?.into_iter().collect(),
            schema: None,
        }),
        "without" => {
            let (mut fields, without) = (declared(files, first)?, named()?);
            fields.names.retain(|name| !without.contains(name));
            Some(Declared { schema: None, ..fields })
        }
        _ => None,
    }
}

fn field_name(item: &Expr) -> Option<String> {
    match item {
        Expr::FnCall(call, _) if call.name == "field" => literal::text(call.args.first()?).map(str::to_owned),
        _ => None,
    }
}

fn of_schema(files: &dyn Files, name: &str) -> Option<Declared> {
    let text = files.text(&format!("schemas/{name}.json"))?;
    let schema: Value = serde_json::from_str(&text).ok()?;
    let allows_more = !matches!(schema.get("additionalProperties"), None | Some(Value::Bool(false)));
    if allows_more || OPEN_ENDED.iter().any(|keyword| schema.get(keyword).is_some()) {
        return None;
    }
    let names: BTreeSet<String> = schema.get("properties")?.as_object()?.keys().cloned().collect();
    (!names.is_empty()).then(|| Declared {
        names,
        schema: Some(name.to_owned()),
    })
}
