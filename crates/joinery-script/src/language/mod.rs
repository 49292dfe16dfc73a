//! What an editor asks about a script, as pure functions over its text: completion, hover, outline, references, folding,
//! colours, layout. All but the layout work on scripts that do not compile: they read tokens, never the syntax tree.

pub(crate) mod code;
pub mod complete;
pub(crate) mod context;
mod docs;
mod flow;
pub mod folding;
pub mod format;
pub mod hover;
pub mod lines;
pub mod outline;
pub mod references;
pub mod scan;
pub mod scopes;
pub mod semantic;
pub mod shape;
pub mod signature;
mod snippets;
pub(crate) mod strings;
pub(crate) mod view;

pub use code::Code;
pub use flow::Beside;
pub use lines::{Lines, Place};
pub use scan::Span;
pub use view::{Around, Seen, SeenCall, View};
