//! `JSONPath` (RFC 9535) over the text of a body. Nodes are places in the text: no value is ever built, so a query costs
//! the reading and the places it finds.

mod compare;
mod evaluate;
mod parse;
mod syntax;

pub(super) use evaluate::evaluate;
pub(super) use parse::{PathError, parse};

#[cfg(test)]
mod tests;
