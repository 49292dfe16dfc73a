//! Who goes on with an action that waits: one run at a time, of whichever process. A process that dies holds nothing after
//! a while.

use std::{convert::Infallible, sync::Mutex, time::Duration};

use joinery_store::table::waiting::{self, Owner};

use super::going_on::new_id;
use crate::{
    error::{Code, Error},
    studio::{Studio, lock, now_ms},
};

/// How often an owner says that it goes on.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// What one run holds; nobody else goes on with it until this is dropped.
pub(super) struct Held<'a> {
    studio: &'a Studio,
    owner: String,
    id: Mutex<Option<String>>,
}

impl<'a> Held<'a> {
    /// Nothing yet.
    pub fn new(studio: &'a Studio) -> Self {
        Self {
            studio,
            owner: new_id(),
            id: Mutex::default(),
        }
    }

    /// The studio whose store is meant.
    pub fn studio(&self) -> &'a Studio {
        self.studio
    }

    /// Takes the action that waits under `id`, unless another run has it.
    ///
    /// # Errors
    /// [`Code::Conflict`] where another run has it; the store cannot be written.
    pub fn take(&self, id: &str) -> Result<(), Error> {
        if !self.own(id)? {
            let message = format!("another run is going on with the action that waits as {id}");
            return Err(Error::new(Code::Conflict, message)
                .with_hint("Let it go on there, or stop it there and resume it here; one that was killed is given up after half a minute."));
        }
        *lock(&self.id) = Some(id.to_owned());
        Ok(())
    }

    /// Says again and again that what was taken is held.
    pub async fn keep(&self) -> Infallible {
        loop {
            tokio::time::sleep(HEARTBEAT).await;
            let id = lock(&self.id).clone();
            // A store that is busy now is told in time by the next beat.
            let _ = id.map(|id| self.own(&id));
        }
    }

    fn own(&self, id: &str) -> Result<bool, Error> {
        let owner = Owner {
            id: &self.owner,
            now_ms: now_ms(),
        };
        Ok(waiting::own(self.studio.store()?, id, owner)?)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // Where the store cannot be written, the owner is gone after a while all the same.
        if let (Some(id), Ok(store)) = (lock(&self.id).take(), self.studio.store()) {
            let _ = waiting::disown(store, &id, &self.owner);
        }
    }
}
