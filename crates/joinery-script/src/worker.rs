//! Runs in a process of their own. Whatever a script does to the process it runs in, the studio lives on.
//!
//! The host's side: [`Workers`] keeps processes warm (`pool`), each of which is spoken to (`process`, `pipe`), watched
//! (`watch`) and answered (`answer`); `death` tells what its end means. The worker's side: it shuts itself in
//! (`enclosure`) and serves one task after the other (`serve`), asking its host for everything (`remote`). Between them:
//! `protocol` in frames (`frame`) over two pipes, and one page of memory that both see (`page`).

mod answer;
mod death;
mod enclosure;
mod frame;
#[cfg(windows)]
mod job;
#[cfg(all(test, unix))]
mod liars;
mod page;
mod pipe;
mod pool;
mod process;
mod protocol;
mod remote;
mod serve;
mod watch;

pub use page::Page;
pub use pool::{Program, Workers};
pub(crate) use remote::{Link, RemoteHost};
pub use serve::serve_if_asked;
