//! Everything scripts can call. One file per group, one line in the list.

// The `export_module` macro asks for the wildcard.
#![allow(clippy::wildcard_imports)]

mod aws;
mod calendar;
mod ciphers;
mod collections;
mod conditions;
mod csv;
pub(crate) mod dates;
mod encoding;
mod fields;
mod flow;
mod going_on;
mod hashing;
mod http;
mod json;
mod jwt;
mod large;
mod log;
mod multipart;
pub mod options;
mod page_rule;
mod paging;
mod parallel;
mod patterns;
mod request;
mod response;
mod shaping;
pub(crate) mod signatures;
mod text;
mod webhook;
mod xml;
mod yaml;

use rhai::{Engine, Module};

pub use fields::TYPES as FIELD_TYPES;
pub(crate) use fields::full_options;
pub(crate) use going_on::action_retry;
pub(crate) use large::{MAX_BYTES, too_large};
pub(crate) use parallel::MOST as MOST_AT_ONCE;
pub(crate) use request::Request;
pub(crate) use response::Response;
pub use signatures::{Function, Signatures};

/// One group of functions.
pub struct Group {
    /// Its title in the reference.
    pub title: &'static str,
    /// What it is called by: `http` in `http.get`; empty for functions called by name alone.
    pub namespace: &'static str,
    /// Builds its module.
    pub module: fn() -> Module,
}

/// Every group, in the order of the reference.
pub const GROUPS: &[Group] = &[
    Group {
        title: "HTTP",
        namespace: "http",
        module: http::module,
    },
    Group {
        title: "Requests",
        namespace: "",
        module: request::module,
    },
    Group {
        title: "Requests",
        namespace: "",
        module: multipart::module,
    },
    Group {
        title: "Requests",
        namespace: "",
        module: aws::module,
    },
    Group {
        title: "Responses",
        namespace: "",
        module: response::module,
    },
    Group {
        title: "Pages",
        namespace: "",
        module: paging::module,
    },
    Group {
        title: "Fields",
        namespace: "",
        module: fields::module,
    },
    Group {
        title: "JSON",
        namespace: "json",
        module: json::module,
    },
    Group {
        title: "CSV",
        namespace: "csv",
        module: csv::module,
    },
    Group {
        title: "XML",
        namespace: "xml",
        module: xml::module,
    },
    Group {
        title: "YAML",
        namespace: "yaml",
        module: yaml::module,
    },
    Group {
        title: "Collections",
        namespace: "",
        module: collections::module,
    },
    Group {
        title: "Collections",
        namespace: "",
        module: conditions::module,
    },
    Group {
        title: "Collections",
        namespace: "",
        module: shaping::module,
    },
    Group {
        title: "Text",
        namespace: "",
        module: text::module,
    },
    Group {
        title: "Regular expressions",
        namespace: "",
        module: patterns::module,
    },
    Group {
        title: "Dates",
        namespace: "",
        module: dates::module,
    },
    Group {
        title: "Dates",
        namespace: "",
        module: calendar::module,
    },
    Group {
        title: "Encoding",
        namespace: "",
        module: encoding::module,
    },
    Group {
        title: "Base64",
        namespace: "base64",
        module: encoding::base64_module,
    },
    Group {
        title: "Hex",
        namespace: "hex",
        module: encoding::hex_module,
    },
    Group {
        title: "URLs",
        namespace: "url",
        module: encoding::url_module,
    },
    Group {
        title: "Hashing",
        namespace: "",
        module: hashing::module,
    },
    Group {
        title: "Encryption",
        namespace: "",
        module: ciphers::module,
    },
    Group {
        title: "Tokens and signatures",
        namespace: "",
        module: jwt::module,
    },
    Group {
        title: "Webhooks",
        namespace: "",
        module: webhook::module,
    },
    Group {
        title: "Console",
        namespace: "log",
        module: log::log_module,
    },
    Group {
        title: "Flow",
        namespace: "",
        module: log::module,
    },
    Group {
        title: "Flow",
        namespace: "",
        module: going_on::module,
    },
    Group {
        title: "Flow scripts",
        namespace: "",
        module: flow::module,
    },
];

/// Registers every group, the types they use, and what keeps values from growing without bound.
pub fn register(engine: &mut Engine) {
    for group in GROUPS {
        let module = (group.module)();
        if group.namespace.is_empty() {
            engine.register_global_module(module.into());
        } else {
            engine.register_static_module(group.namespace, module.into());
        }
    }
    request::register_types(engine);
    paging::register_types(engine);
    log::register_print(engine);
    large::register(engine);
}
