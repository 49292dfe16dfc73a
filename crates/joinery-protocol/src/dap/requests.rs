//! The arguments of requests, as far as they are used. What a client leaves out is what the protocol says it is then.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

/// `initialize`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Initialize {
    pub lines_start_at1: bool,
    pub columns_start_at1: bool,
}

impl Default for Initialize {
    fn default() -> Self {
        Self {
            lines_start_at1: true,
            columns_start_at1: true,
        }
    }
}

/// `launch`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Launch {
    /// The script's file.
    pub program: Option<PathBuf>,
    /// The connector's folder or package; where it is left out, the one around the program.
    pub connector: Option<PathBuf>,
    /// The action or trigger by name, instead of a program.
    pub action: Option<String>,
    /// The input.
    pub input: Value,
    /// The connection's name.
    pub connection: Option<String>,
    /// Whether it may write to a live org.
    pub allow_writes: bool,
    pub stop_on_entry: bool,
    pub no_debug: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Source {
    pub path: Option<String>,
    pub source_reference: Option<u32>,
}

/// `setBreakpoints`
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SetBreakpoints {
    pub source: Source,
    pub breakpoints: Vec<SourceBreakpoint>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceBreakpoint {
    pub line: u32,
    pub column: Option<u32>,
    pub condition: Option<String>,
    pub hit_condition: Option<String>,
    pub log_message: Option<String>,
}

/// `setFunctionBreakpoints`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SetFunctionBreakpoints {
    pub breakpoints: Vec<NamedBreakpoint>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamedBreakpoint {
    pub name: String,
    pub condition: Option<String>,
    pub hit_condition: Option<String>,
}

/// `setExceptionBreakpoints`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SetExceptionBreakpoints {
    pub filters: Vec<String>,
}

/// `breakpointLocations`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BreakpointLocations {
    #[serde(default)]
    pub source: Source,
    pub line: u32,
    pub end_line: Option<u32>,
}

/// `source`
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SourceText {
    pub source: Option<Source>,
    pub source_reference: u32,
}

/// `stackTrace`
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StackTrace {
    pub start_frame: usize,
    pub levels: usize,
}

/// `scopes`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scopes {
    pub frame_id: u32,
}

/// `variables`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Variables {
    #[serde(rename = "variablesReference")]
    pub reference: u32,
    #[serde(default)]
    pub start: u32,
    #[serde(default)]
    pub count: u32,
}

/// `evaluate`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evaluate {
    pub expression: String,
    pub frame_id: Option<u32>,
    pub context: Option<String>,
}

/// `setVariable`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetVariable {
    pub variables_reference: u32,
    pub name: String,
    pub value: String,
}
