//! Answers of persons that runs wait for.

use joinery_store::table::flow;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    error::Error,
    studio::{Studio, now_ms},
};

/// What a person said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Yes or no.
    pub approved: bool,
    /// Who they are.
    #[serde(default)]
    pub by: Option<String>,
    /// What else they said.
    #[serde(default)]
    pub comment: Option<String>,
    /// That nobody said anything in time.
    #[serde(default)]
    pub timed_out: bool,
}

impl Answer {
    /// What `wait_for_approval` gives.
    fn value(&self) -> Value {
        json!({
            "approved": self.approved,
            "by": self.by,
            "comment": self.comment,
            "timed_out": self.timed_out,
        })
    }
}

/// Answers an approval. False where nothing waits for it any more.
///
/// # Errors
/// [`Code::Unavailable`](crate::Code::Unavailable).
pub fn answer(studio: &Studio, approval: &str, answer: &Answer) -> Result<bool, Error> {
    Ok(flow::answer(studio.store()?, approval, &answer.value(), now_ms())?)
}

/// Refuses what was not answered in time.
///
/// # Errors
/// [`Code::Unavailable`](crate::Code::Unavailable).
pub(super) fn refuse_overdue(studio: &Studio) -> Result<(), Error> {
    let late = Answer {
        timed_out: true,
        ..Answer::default()
    };
    for approval in flow::overdue(studio.store()?, now_ms())? {
        answer(studio, &approval, &late)?;
    }
    Ok(())
}
