//! A body for another program: a document that the window does not draw itself.

use std::{fs, path::Path};

use url::Url;

use super::BodyFormat;
use crate::{
    error::{Code, Error},
    studio::Studio,
};

/// Writes a PDF into a file of the store and gives its address, for whatever program shows such documents. Nothing else
/// leaves this way: a page or a script from a server would run with the rights of whoever opens it. The file before it
/// goes.
///
/// # Errors
/// [`Code::Usage`] for a body that is no PDF or is closed, [`Code::Unavailable`] where it cannot be written.
pub fn document(studio: &Studio, id: &str) -> Result<Url, Error> {
    let body = studio.bodies.summary(id);
    if body.is_none_or(|body| body.format != BodyFormat::Pdf) {
        return Err(
            Error::new(Code::Usage, "only a PDF that is open is shown in another program")
                .with_hint("Save the body instead."),
        );
    }
    let folder = studio.home().join("opened");
    write(studio, id, &folder)
        .map_err(|error| Error::new(Code::Unavailable, format!("cannot write the document: {error}")))
}

fn write(studio: &Studio, id: &str, folder: &Path) -> std::io::Result<Url> {
    // A program that still shows the one before holds it open, or has read it.
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    let name: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
    let path = folder.join(format!("{name}.pdf"));
    studio.bodies.save(id, &path)?;
    let path = fs::canonicalize(path)?;
    Url::from_file_path(path).map_err(|()| std::io::Error::other("its path has no address"))
}
