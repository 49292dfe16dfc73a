//! What the native functions say of themselves, in the words that editors show.

use crate::functions::{
    Function, Signatures,
    signatures::{call_of, split_doc},
};

use super::shape::{Shape, of_type};

/// The native functions.
#[derive(Clone, Copy)]
pub struct Docs<'a>(pub &'a Signatures);

impl<'a> Docs<'a> {
    /// The ways to call a function.
    pub fn ways(self, name: &str) -> &'a [Function] {
        self.0.get(name).unwrap_or_default()
    }

    /// Names that can be called by themselves; those of a namespace as `http.get`.
    pub fn names(self) -> impl Iterator<Item = &'a str> {
        self.0.names().filter(|name| is_plain(name))
    }

    /// The functions that a value of this kind can be asked for as methods, with their ways.
    pub fn methods(self, shape: &Shape) -> impl Iterator<Item = (&'a str, Vec<&'a Function>)> {
        let shape = shape.clone();
        self.names().filter(|name| !name.contains('.')).filter_map(move |name| {
            let ways: Vec<&Function> = self.ways(name).iter().filter(|way| takes(way, &shape)).collect();
            (!ways.is_empty()).then_some((name, ways))
        })
    }

    /// The properties of a type of ours, such as the `status` of a response.
    pub fn properties(self, shape: &Shape) -> impl Iterator<Item = (&'a str, &'a Function)> {
        let shape = shape.clone();
        self.0.names().filter_map(move |name| {
            let property = name.strip_prefix("get$")?;
            let way = self.ways(name).iter().find(|way| takes(way, &shape))?;
            Some((property, way))
        })
    }

    /// The call and the prose of a function, as Markdown.
    pub fn markdown(self, name: &str) -> Option<String> {
        let ways = self.0.get(name)?;
        Some(markdown(&call_of(name, ways), doc_of(ways.iter())))
    }

    /// How a function is called.
    pub fn call(self, name: &str) -> String {
        call_of(name, self.ways(name))
    }
}

/// The first doc comment among ways to call a function.
pub fn doc_of<'a>(mut ways: impl Iterator<Item = &'a Function>) -> &'a str {
    ways.find(|way| !way.doc.is_empty()).map_or("", |way| way.doc.as_str())
}

/// A signature, prose and example as Markdown.
pub fn markdown(signature: &str, doc: &str) -> String {
    let (description, example) = split_doc(doc);
    let mut text = format!("```rhai\n{signature}\n```");
    // The engine's own functions head their example.
    let description = description
        .trim_end_matches("# Example")
        .trim_end_matches("# Examples")
        .trim();
    if !description.is_empty() {
        text.push_str("\n\n");
        text.push_str(description);
    }
    if !example.is_empty() {
        text.push_str("\n\n```rhai\n");
        text.push_str(&example);
        text.push_str("\n```");
    }
    text
}

/// The first sentence of a doc comment.
pub fn summary(doc: &str) -> String {
    let (description, _) = split_doc(doc);
    let line = description.lines().next().unwrap_or_default();
    line.split_once(". ")
        .map_or(line, |(first, _)| first)
        .trim_end_matches('.')
        .to_owned()
}

fn is_plain(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic()) && !name.contains('$') && !name.contains(['+', '='])
}

fn takes(way: &Function, shape: &Shape) -> bool {
    let Some((_, kind)) = way.parameters.first() else {
        return false;
    };
    let first = of_type(kind);
    match shape {
        Shape::Unknown => first != Shape::Unknown,
        _ => std::mem::discriminant(&first) == std::mem::discriminant(shape) && first.type_name() == shape.type_name(),
    }
}
