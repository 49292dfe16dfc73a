//! `folder.toml`: what the requests of a folder share.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    problem::Problem,
    request::{Pair, RequestAuth, SavedRequest, read, render},
    toml_table::{Source, Table},
};

/// What a folder hands to the requests in it and below it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct RequestFolder {
    /// The name on screen, where it is not the folder's own.
    pub name: Option<String>,
    /// What the folder is about.
    pub description: Option<String>,
    /// How its requests are signed, where they do not say so themselves.
    pub auth: RequestAuth,
    /// Headers that every request sends unless it has a row of the same name, on or off.
    pub headers: Vec<Pair>,
    /// Variables; a request's own win.
    pub variables: BTreeMap<String, String>,
    /// What stands first in it, by the names of files without their ending; a folder's may end in `/`. All others
    /// follow by name. Where it is not said, a save leaves what the file says.
    #[ts(as = "Option<Vec<String>>", optional)]
    pub order: Option<Vec<String>>,
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
            auth: read::auth(&mut top)?,
            headers: read::pairs(&mut top, "headers", &mut problems)?,
            variables: read::variables(&mut top)?,
            order: if top.span_of("order").is_some() {
                Some(top.texts("order")?.into_iter().map(|(name, _)| name).collect())
            } else {
                None
            },
        };
        top.unknown(&mut problems);
        problems.sort_by_key(|problem| (problem.line, problem.column));
        Ok((folder, problems))
    }

    /// The text to save. Given the text that stands there now, keeps its comments, order and unknown keys.
    pub fn render(&self, before: Option<&str>) -> String {
        render::folder(self, before)
    }

    /// This folder as seen through `inner`, a folder in it: what the inner one says wins.
    #[must_use]
    pub fn with(mut self, inner: Self) -> Self {
        self.headers = merged(self.headers, inner.headers);
        self.variables.extend(inner.variables);
        Self {
            name: inner.name,
            description: inner.description,
            auth: if inner.auth == RequestAuth::Inherit {
                self.auth
            } else {
                inner.auth
            },
            headers: self.headers,
            variables: self.variables,
            order: inner.order,
        }
    }

    /// `request` with what it inherits from this folder.
    #[must_use]
    pub fn apply(self, mut request: SavedRequest) -> SavedRequest {
        request.headers = merged(self.headers, request.headers);
        if request.auth == RequestAuth::Inherit {
            request.auth = self.auth;
        }
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
