//! Okta, one file per resource.
