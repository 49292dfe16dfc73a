//! Everything scripts can call. One file per group, one line in the list.

// The `export_module` macro asks for the wildcard.
#![allow(clippy::wildcard_imports)]

mod collections;
mod dates;
mod encoding;
mod fields;
mod hashing;
mod http;
mod json;
mod large;
mod log;
mod paging;
mod request;
mod response;
pub(crate) mod signatures;

use rhai::{Engine, Module};

pub use fields::{KEYS as FIELD_KEYS, TYPES as FIELD_TYPES};
pub(crate) use large::{MAX_BYTES, too_large};
pub(crate) use request::Request;
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
        title: "Collections",
        namespace: "",
        module: collections::module,
    },
    Group {
        title: "Dates",
        namespace: "",
        module: dates::module,
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
        title: "Console",
        namespace: "log",
        module: log::log_module,
    },
    Group {
        title: "Flow",
        namespace: "",
        module: log::module,
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
