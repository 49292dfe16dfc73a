//! A file of variables: `variables.toml` of a workspace, and `environments/NAME.toml`.

use std::collections::BTreeMap;

use crate::{
    problem::Problem,
    request::{read_variables, render_variables},
    toml_table::{Source, Table},
};

/// Variables as a file has them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VariablesFile {
    /// The colour an environment is shown in.
    pub color: Option<String>,
    /// The values.
    pub variables: BTreeMap<String, String>,
}

impl VariablesFile {
    /// Reads the file. Unknown keys come back as warnings.
    ///
    /// # Errors
    /// The first mistake, with line and column in `file`.
    pub fn parse(text: &str, file: &str) -> Result<(Self, Vec<Problem>), Problem> {
        let source = Source { text, file };
        let document = source.document()?;
        let mut problems = Vec::new();
        let mut top = Table::top(&source, &document);
        let read = Self {
            color: top.text("color")?,
            variables: read_variables(&mut top)?,
        };
        top.unknown(&mut problems);
        Ok((read, problems))
    }

    /// The text to save. Given the text that stands there now, keeps its comments, order and unknown keys.
    pub fn render(&self, before: Option<&str>) -> String {
        render_variables(self, before)
    }
}
