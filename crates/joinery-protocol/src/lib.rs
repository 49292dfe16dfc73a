//! Standard protocols over the use cases: a message in, messages out. No sockets, no threads: whoever has the wire calls.

pub mod dap;
pub mod lsp;
mod rpc;
