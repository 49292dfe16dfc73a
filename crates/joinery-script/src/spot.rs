//! Where a script was last seen, for the case that it cannot tell itself any more. In a worker that is written to a page
//! which the host sees too; elsewhere nobody asks.

use std::sync::{Arc, Mutex};

use crate::{state::lock, worker::Page};

/// The place of one run's script. Cheap to clone; every clone is the same place.
#[derive(Clone, Default)]
pub struct Spot(Option<Arc<Marks>>);

struct Marks {
    page: Arc<Page>,
    /// Files in the order in which the host handed them out, which is what it knows them by.
    files: Mutex<Vec<String>>,
}

impl Spot {
    /// A place that is written to `page`.
    pub fn on(page: Arc<Page>) -> Self {
        Self(Some(Arc::new(Marks {
            page,
            files: Mutex::default(),
        })))
    }

    /// The next file that the host has handed out.
    pub fn add(&self, file: &str) {
        if let Some(marks) = &self.0 {
            lock(&marks.files).push(file.to_owned());
        }
    }

    /// The file and line where the script was last seen, where it was at a line.
    pub fn last(&self) -> Option<(String, u32)> {
        let marks = self.0.as_ref()?;
        let (number, line) = marks.page.place();
        let file = lock(&marks.files).get(number)?.clone();
        (line > 0).then_some((file, line))
    }

    /// The script is at `line` of `file` now; at none of its lines yet where that is 0.
    pub fn note(&self, file: &str, line: u32) {
        if let Some(marks) = &self.0
            && let Some(number) = lock(&marks.files).iter().position(|known| known == file)
        {
            marks.page.note(number as u32, line);
        }
    }
}
