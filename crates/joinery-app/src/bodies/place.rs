//! Where a value is: what breadcrumbs and *Copy path* show.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    json::path::{Step, json_path, script_path},
    open::OpenBody,
};

/// Where the value on a line is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BodyPlace {
    /// Its `JSONPath`: `$.profile.login`, `$[3]['odd key']`.
    pub json_path: String,
    /// How a script reaches it from the answer: `response.body.profile.login`.
    pub script_path: String,
    /// The values around it, outermost first, and itself.
    pub crumbs: Vec<BodyCrumb>,
}

/// A value around another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BodyCrumb {
    /// What it is called where it stands: a key, `[3]`, `$`.
    pub label: String,
    /// Its line.
    pub line: u32,
}

/// Where the value on a line of the tree is.
pub(super) fn of(body: &OpenBody, line: usize) -> Option<BodyPlace> {
    let steps = body.steps(line)?;
    let lines = body.ancestors(line)?;
    let label = |number: usize| match number.checked_sub(1).map(|above| &steps[above]) {
        None => "$".to_owned(),
        Some(Step::Key(key)) => key.clone(),
        Some(Step::Index(index)) => format!("[{index}]"),
    };
    let crumbs = lines.into_iter().take(steps.len() + 1).enumerate();
    Some(BodyPlace {
        json_path: json_path(&steps),
        script_path: script_path(&steps),
        crumbs: crumbs
            .map(|(number, line)| BodyCrumb {
                label: label(number),
                line,
            })
            .collect(),
    })
}
