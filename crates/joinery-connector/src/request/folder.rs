//! `folder.toml`: what the requests of a folder share.

use std::collections::BTreeMap;

use crate::{
    problem::Problem,
    request::{Pair, SavedRequest, read},
    toml_table::{Source, Table},
};

/// What a folder hands to the requests in it and below it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestFolder {
    /// The name on screen, where it is not the folder's own.
    pub name: Option<String>,
    /// What the folder is about.
    pub description: Option<String>,
    /// The id of the way to sign in that its requests use, where they do not use the connection's.
    pub auth: Option<String>,
    /// Headers that every request sends unless it has a row of the same name, on or off.
    pub headers: Vec<Pair>,
    /// Variables; a request's own win.
    pub variables: BTreeMap<String, String>,
}

impl RequestFolder {
    /// Reads a `folder.toml`. Unknown keys come back as warnings.
    ///
    /// # Errors
    /// The first mistake, with line and column in `file`.
    pub fn parse(text: &str, file: &str) -> Result<(Self, Vec<Problem>), Problem> {
        let source = Source { text, file };
        let document = source.document()?;
        let mut problems = Vec::new();
        let mut top = Table::top(&source, &document);
        let folder = Self {
            name: top.text("name")?,
            description: top.text("description")?,
            auth: top.text("auth")?,
            headers: read::pairs(&mut top, "headers", &mut problems)?,
            variables: read::variables(&mut top)?,
        };
        top.unknown(&mut problems);
        problems.sort_by_key(|problem| (problem.line, problem.column));
        Ok((folder, problems))
    }

    /// This folder as seen through `inner`, a folder in it: what the inner one says wins.
    #[must_use]
    pub fn with(mut self, inner: Self) -> Self {
        self.headers = merged(self.headers, inner.headers);
        self.variables.extend(inner.variables);
        Self {
            name: inner.name,
            description: inner.description,
            auth: inner.auth.or(self.auth),
            headers: self.headers,
            variables: self.variables,
        }
    }

    /// `request` with what it inherits from this folder.
    #[must_use]
    pub fn apply(self, mut request: SavedRequest) -> SavedRequest {
        request.headers = merged(self.headers, request.headers);
        let mut variables = self.variables;
        variables.append(&mut request.variables);
        request.variables = variables;
        request
    }
}

/// The outer rows that the inner ones do not name, then the inner ones.
fn merged(outer: Vec<Pair>, inner: Vec<Pair>) -> Vec<Pair> {
    let mut rows: Vec<Pair> = outer
        .into_iter()
        .filter(|row| inner.iter().all(|own| !own.name.eq_ignore_ascii_case(&row.name)))
        .collect();
    rows.extend(inner);
    rows
}
