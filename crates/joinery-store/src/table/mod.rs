//! The tables. One file each with its migrations, rows and queries, one line in the list.

pub mod connection;
pub mod run;
pub mod send;
pub mod setting;
pub mod workspace;
