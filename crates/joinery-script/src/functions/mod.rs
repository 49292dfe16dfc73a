//! Everything scripts can call. One file per group, one line in the list.
