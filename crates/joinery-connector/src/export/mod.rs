//! Every format a connector can be exported to. A new format is one file here and one line in [`FORMATS`].

mod curl;
mod har;
mod openapi;
mod postman;
mod rhai;
mod set;

use crate::{connector::Connector, error::Error, package::TestSummary};

pub use har::{HarEntry, har};
pub use postman::environment as postman_environment;
pub use set::{RequestSet, Selection, Written};

/// One export format.
pub struct Format {
    /// The word after `--format`.
    pub id: &'static str,
    /// The name on screen.
    pub label: &'static str,
    /// One line under it.
    pub description: &'static str,
    /// The file name it suggests, given id and version.
    pub file_name: fn(&str, &str) -> String,
    /// How it is written.
    pub write: Write,
}

/// Makes the bytes of a package, given the tool and how the tests went.
pub type Pack = fn(&Connector, &str, Option<TestSummary>) -> Result<Vec<u8>, Error>;

/// How the bytes of an export are made.
pub enum Write {
    /// All of the connector, after every check; given the tool and how the tests went.
    Package(Pack),
    /// Its requests, for another tool.
    Requests(fn(RequestSet) -> Written),
    /// One of its requests, as code.
    Code(fn(RequestSet) -> Written),
}

/// The formats, in the order they are offered.
pub const FORMATS: &[Format] = &[
    Format {
        id: "package",
        label: "Connector package",
        description: "Everything, checked",
        file_name: |id, version| format!("{id}-{version}.joinery"),
        write: Write::Package(crate::package::pack),
    },
    Format {
        id: "postman",
        label: "Postman collection",
        description: "Requests with assertions as tests, format v2.1",
        file_name: |id, _| format!("{id}.postman_collection.json"),
        write: Write::Requests(postman::collection),
    },
    Format {
        id: "openapi",
        label: "OpenAPI description",
        description: "Paths and schemas, OpenAPI 3.1",
        file_name: |id, _| format!("{id}.openapi.json"),
        write: Write::Requests(openapi::description),
    },
    Format {
        id: "har",
        label: "HAR log",
        description: "Requests with their saved answers, HAR 1.2",
        file_name: |id, _| format!("{id}.har"),
        write: Write::Requests(har::requests),
    },
    Format {
        id: "curl",
        label: "curl commands",
        description: "A shell file that sends each request",
        file_name: |id, _| format!("{id}.sh"),
        write: Write::Requests(curl::commands),
    },
    Format {
        id: "rhai",
        label: "Rhai code",
        description: "One request as an action",
        file_name: |id, _| format!("{id}.rhai"),
        write: Write::Code(rhai::action),
    },
];

#[cfg(test)]
mod tests;
