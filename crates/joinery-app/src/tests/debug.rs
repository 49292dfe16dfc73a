//! One case as a run that a debugger can be attached to.

use std::sync::Arc;

use joinery_connector::Connector;

use super::{
    CaseFailure, CaseName, Mode, Task, TestOptions,
    case::{self, Source},
    judge, named,
};
use crate::{
    connections::Resolved,
    error::{Code, Error},
    runs::{Performance, Performed},
    studio::Studio,
};

/// A case about to be run.
pub struct CaseRun {
    /// Its run.
    pub performance: Performance,
    connector: Arc<Connector>,
    task: Task,
    source: Source,
}

impl CaseRun {
    /// The case of that name, answered by its cassette, or by `org` where one is given. One that is skipped otherwise is
    /// run all the same.
    ///
    /// # Errors
    /// [`Code::Usage`] where there is no such case, or its cassette is not recorded; [`Code::Invalid`] for a file of cases
    /// or a cassette that cannot be read.
    pub fn of(
        studio: &Studio,
        connector: &Arc<Connector>,
        name: &CaseName,
        org: Option<&Resolved>,
    ) -> Result<Self, Error> {
        let task = named(connector, name)?;
        let mode = if org.is_some() { Mode::Live } else { Mode::Replay };
        let source = Source::of(connector, mode, org, &task)?;
        let source = source.ok_or_else(|| Error::new(Code::Usage, case::unrecorded(&task)))?;
        Ok(Self {
            performance: source.performance(studio, connector, &task),
            connector: Arc::clone(connector),
            task,
            source,
        })
    }

    /// Runs the script, and says what is wrong with what came of it.
    ///
    /// # Errors
    /// As [`runs::perform`](crate::runs::perform).
    pub async fn perform(self, studio: &Studio) -> Result<(Performed, Vec<CaseFailure>), Error> {
        let Self {
            performance,
            connector,
            task,
            source,
        } = self;
        let client = performance.client.clone();
        let again = || source.performance(studio, &connector, &task);
        let performed = case::perform(studio, performance, again, &task).await?;
        let options = TestOptions::default();
        let found = source.judge(&connector, &options, &task, client.as_ref(), &performed)?;
        let mut failures = found.failures;
        failures.extend(found.skipped.map(judge::plain));
        Ok((performed, failures))
    }
}
