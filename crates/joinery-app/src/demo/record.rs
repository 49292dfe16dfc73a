//! A story recorded: every step done once on an org, what it answered masked and kept beside the story. What is recorded
//! is replayed before it counts.

use std::sync::Arc;

use joinery_connector::{Connector, cassette::Given, story::Subject};

use super::{
    Scene, Stage,
    play::{self, Played},
    show_all,
};
use crate::{
    chance::Drawn,
    connections::Resolved,
    error::{Code, Error},
    host::RecordedCall,
    requests::Answered,
    runs::{Performed, Stop},
    studio::Studio,
    tests::recording::{self, Take},
};

/// What a recording is made of.
#[derive(Clone)]
pub(super) struct Taken {
    connection: Resolved,
    asked: Vec<RecordedCall>,
    calls: Vec<RecordedCall>,
    drawn: Drawn,
    pub(super) given: Vec<Given>,
}

impl Taken {
    /// Of a request.
    pub(super) fn answered(connection: &Resolved, answered: &Answered) -> Self {
        Self {
            connection: connection.clone(),
            asked: Vec::new(),
            calls: vec![RecordedCall::sent(&answered.exchange)],
            drawn: Drawn::default(),
            given: Vec::new(),
        }
    }

    /// Of a run.
    pub(super) fn performed(connection: &Resolved, performed: &Performed) -> Self {
        Self {
            connection: connection.clone(),
            asked: performed.asked.clone(),
            calls: performed.calls.clone(),
            drawn: performed.drawn.clone(),
            given: performed.given.clone(),
        }
    }

    /// Whether nothing of it was kept, as of an answer that was put together out of several pages.
    pub(super) fn is_empty(&self) -> bool {
        self.calls.iter().all(|call| call.tape.is_empty())
    }

    pub(super) fn take(&self) -> Take<'_> {
        Take {
            connection: &self.connection,
            asked: &self.asked,
            calls: &self.calls,
            drawn: &self.drawn,
            given: &self.given,
        }
    }
}

/// Does every step on the stage's org, keeps what it answered, and shows the story as everyone will see it from now on.
/// `tell` hears of each step of that.
///
/// # Errors
/// [`Code::Usage`] without an org and for a package, [`Code::Failed`] for a step that cannot be recorded,
/// [`Code::Network`].
pub async fn record(
    studio: &Studio,
    stage: &Stage<'_>,
    tell: &mut (dyn FnMut(&Scene) + Send),
) -> Result<Vec<Scene>, Error> {
    let root = &stage.connector.root;
    if root.is_file() {
        let message = format!("{} is a package: nothing can be recorded into it", root.display());
        return Err(Error::new(Code::Usage, message).with_hint("Record into the connector's folder."));
    }
    if stage.org.is_none() {
        return Err(
            Error::new(Code::Usage, "no org is named that the story could be recorded on")
                .with_hint("Say which org: --connection NAME, --connection sandbox, or --base-url URL."),
        );
    }
    let mut paths = Vec::new();
    let mut taken = Vec::new();
    for number in 0..stage.story.steps.len() {
        let played = play::step(studio, stage, number, &Stop::default()).await?;
        if let (Some(path), Some(took)) = (stage.story.recording(number), took(&played)) {
            if took.is_empty() && matches!(stage.story.steps[number].subject, Subject::Request { .. }) {
                return Err(paged(number));
            }
            paths.push(path);
            taken.push(took);
        }
    }
    let takes: Vec<Take> = taken.iter().map(Taken::take).collect();
    let said = play::said(stage.connector, &stage.story.steps);
    let cassettes = recording::cassettes(stage.connector, &takes, said)?;
    for (path, cassette) in paths.iter().zip(&cassettes) {
        joinery_connector::file::write(&root.join(path), cassette.render().as_bytes())?;
    }
    let connector = Arc::new(Connector::read(root)?);
    let replay = Stage {
        connector: &connector,
        org: None,
        ..*stage
    };
    show_all(studio, &replay, tell).await
}

fn took(played: &Played) -> Option<Taken> {
    match played {
        Played::Words | Played::Script { .. } => None,
        Played::Answered { connection, answered } => Some(Taken::answered(connection, answered)),
        Played::Ran {
            connection, performed, ..
        } => Some(Taken::performed(connection, performed)),
    }
}

pub(super) fn paged(number: usize) -> Error {
    let message = format!("step {} joins several pages, which cannot be recorded", number + 1);
    Error::new(Code::Failed, message)
        .with_hint("Let the request ask for one page, or show an action that reads them all.")
}
