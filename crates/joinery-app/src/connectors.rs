//! Connectors by folder, package or place in the workspace: opening and checking.

use std::sync::Arc;

use joinery_connector::{Connector, Problem};

use crate::{error::Error, studio::Studio};

/// Opens the connector at a path: a folder or a package.
///
/// # Errors
/// [`crate::Code::Unavailable`], [`crate::Code::Invalid`], [`crate::Code::Failed`] for a refused package.
pub fn open(path: &std::path::Path) -> Result<Connector, Error> {
    let _ = path;
    todo!()
}

/// The connector of that folder in the open workspace.
///
/// # Errors
/// [`crate::Code::Usage`] when there is none.
pub fn in_workspace(studio: &Studio, folder: &str) -> Result<Arc<Connector>, Error> {
    let _ = (studio, folder);
    todo!()
}

/// Everything wrong or doubtful in a connector.
pub fn check(studio: &Studio, connector: &Connector) -> Vec<Problem> {
    let _ = (studio, connector);
    todo!()
}
