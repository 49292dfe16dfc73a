//! How a connection reaches its server, over real sockets on loopback: certificates of all kinds, proxies of all kinds.
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod certificates;
mod proxies;
mod proxy;
mod scripts;
mod server;
mod socks;
mod tls;
mod versions;
