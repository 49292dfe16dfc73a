//! JSON bodies: an index of their lines, and text for the lines that are asked for.

mod index;
pub(super) mod lines;
pub(super) mod path;
pub(super) mod read;
pub(super) mod scan;
pub(super) mod walk;

pub(super) use index::Index;
