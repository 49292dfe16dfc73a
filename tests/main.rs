//! The whole product, through the `joinery` binary.
