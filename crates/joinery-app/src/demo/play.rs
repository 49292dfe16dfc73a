//! One step of a story, done: sent or run on its org, or answered by its recording.

use std::{collections::BTreeMap, sync::Arc};

use joinery_connector::{
    Connector, FileKind,
    cassette::Cassette,
    request::{RequestAuth, SavedRequest},
    story::{Step, Subject},
};
use joinery_http::{Client, ClientOptions};
use joinery_script::run::Description;
use serde_json::Value;

use super::{Stage, no_step, request_path};
use crate::{
    connections::{self, Resolved},
    connectors,
    error::{Code, Error},
    requests::{self, Answered, Preparation, Prepared},
    runs::{self, Performance, Performed, Stop, describe_performance},
    studio::Studio,
    tests::recording,
};

/// What came of a step.
pub(super) enum Played {
    /// Nothing: it is words alone.
    Words,
    /// The script of an action.
    Script {
        /// Its file.
        file: String,
        /// What it says of itself; nothing where it cannot.
        about: Option<Box<Description>>,
    },
    /// A request that was answered.
    Answered {
        /// With what it was signed.
        connection: Resolved,
        /// The answer.
        answered: Box<Answered>,
    },
    /// A run.
    Ran {
        /// The script's file.
        file: String,
        /// On whom it ran.
        connection: Resolved,
        /// What it says of itself.
        about: Option<Box<Description>>,
        /// What it gave.
        performed: Box<Performed>,
        /// The first call that its recording does not hold.
        miss: Option<String>,
    },
}

/// Does a step.
pub(super) async fn step(studio: &Studio, stage: &Stage<'_>, number: usize, stop: &Stop) -> Result<Played, Error> {
    let step = stage.story.steps.get(number).ok_or_else(|| no_step(number))?;
    match (&step.subject, stage.org) {
        (Subject::Words, _) => Ok(Played::Words),
        (Subject::Action { name }, _) => {
            let file = connectors::action(stage.connector, name)?;
            let connection = connections::none(studio, stage.connector);
            let performance = Performance::new(Arc::clone(stage.connector), &file, connection);
            let about = about(studio, &performance).await?;
            Ok(Played::Script { file, about })
        }
        (Subject::Request { name, .. }, Some(org)) => {
            let prepared = prepared(studio, stage, step, name, org)?;
            let answered = prepared.send(studio, &stop.request).await?;
            Ok(answered_by(&prepared, answered))
        }
        (Subject::Request { .. }, None) => replayed_request(studio, stage, number, stop).await,
        (Subject::Run { name, .. }, Some(org)) => {
            let file = connectors::action(stage.connector, name)?;
            let performance = || Performance::new(Arc::clone(stage.connector), &file, org.clone());
            ran(studio, step, &performance, stop).await
        }
        (Subject::Run { name, .. }, None) => {
            let file = connectors::action(stage.connector, name)?;
            let cassette = cassette(stage, number)?;
            let performance = || recording::replay(studio, stage.connector, &file, &cassette);
            ran(studio, step, &performance, stop).await
        }
    }
}

/// A request of the story, to be sent to its org.
fn prepared(studio: &Studio, stage: &Stage<'_>, step: &Step, name: &str, org: &Resolved) -> Result<Prepared, Error> {
    let given = preparation(stage, step, name)?;
    requests::prepare(studio, stage.connector, org.clone(), given)
}

fn preparation(stage: &Stage<'_>, step: &Step, name: &str) -> Result<Preparation, Error> {
    let path = request_path(stage.connector, name)?;
    let (request, _) = SavedRequest::parse(&stage.connector.text(&path)?, &path)?;
    let variables = match &step.subject {
        Subject::Request { variables, .. } => variables.clone(),
        _ => BTreeMap::new(),
    };
    Ok(Preparation {
        path: Some(path),
        request,
        variables,
        answers: BTreeMap::new(),
        environment: stage.environment.map(str::to_owned),
        any_file: false,
    })
}

/// Answers a request from its recording. What requests before it capture comes from theirs.
async fn replayed_request(studio: &Studio, stage: &Stage<'_>, number: usize, stop: &Stop) -> Result<Played, Error> {
    let mut captured = BTreeMap::new();
    for before in 0..number {
        if let Subject::Request { name, .. } = &stage.story.steps[before].subject
            && !super::request(stage.connector, name)?.captures.is_empty()
        {
            replay(studio, stage, before, &mut captured, stop).await?;
        }
    }
    replay(studio, stage, number, &mut captured, stop).await
}

async fn replay(
    studio: &Studio,
    stage: &Stage<'_>,
    number: usize,
    captured: &mut BTreeMap<String, joinery_connector::variables::Value>,
    stop: &Stop,
) -> Result<Played, Error> {
    let step = &stage.story.steps[number];
    let Subject::Request { name, .. } = &step.subject else {
        return Err(no_step(number));
    };
    let cassette = cassette(stage, number)?;
    let mut given = preparation(stage, step, name)?;
    // A recording is of what was asked before it was signed.
    given.request.auth = RequestAuth::None;
    let connection = connections::replayed(
        studio,
        stage.connector,
        &cassette.base_url,
        cassette.connection.clone(),
        &cassette.secrets,
    );
    let prepared = requests::prepare_after(studio, stage.connector, connection, given, captured)?;
    let client = Client::recorded(ClientOptions::default(), cassette.exchanges);
    let answered = prepared.replay(studio, &client, &stop.request, captured).await;
    let answered = answered.map_err(|error| {
        let hint = "The request or its values changed since: record the story again with `joinery demo --record`.";
        Error {
            code: Code::Failed,
            ..error
        }
        .with_hint(hint)
    })?;
    Ok(answered_by(&prepared, answered))
}

fn answered_by(prepared: &Prepared, answered: Answered) -> Played {
    let mut connection = prepared.connection().clone();
    connection.http.also_secret = prepared.variables().secrets();
    Played::Answered {
        connection,
        answered: Box::new(answered),
    }
}

async fn ran(
    studio: &Studio,
    step: &Step,
    performance: &(dyn Fn() -> Performance + Sync),
    stop: &Stop,
) -> Result<Played, Error> {
    let Subject::Run { input, config, .. } = &step.subject else {
        return Ok(Played::Words);
    };
    let mut asking = performance();
    asking.config.clone_from(config);
    let about = about(studio, &asking).await?;
    let mut running = performance();
    (running.input, running.config, running.stop) = (input.clone(), config.clone(), stop.clone());
    let (file, connection, client) = (running.file.clone(), running.connection.clone(), running.client.clone());
    let performed = runs::perform(studio, running).await?;
    let misses = client
        .as_ref()
        .and_then(Client::recording)
        .map(joinery_http::Recording::misses);
    Ok(Played::Ran {
        file,
        connection,
        about,
        performed: Box::new(performed),
        miss: misses
            .unwrap_or_default()
            .first()
            .map(joinery_connector::cassette::Miss::message),
    })
}

async fn about(studio: &Studio, performance: &Performance) -> Result<Option<Box<Description>>, Error> {
    let described = describe_performance(studio, performance).await?;
    Ok(described.ok().map(|(description, _)| Box::new(description)))
}

/// The recording of a step.
fn cassette(stage: &Stage<'_>, number: usize) -> Result<Cassette, Error> {
    let path = stage.story.recording(number).ok_or_else(|| no_step(number))?;
    if !stage.connector.files.contains_key(&path) {
        let message = format!("step {} is not recorded: there is no {path}", number + 1);
        return Err(Error::new(Code::Usage, message)
            .with_hint("Record the story with `joinery demo --record`, or show it live."));
    }
    Ok(Cassette::parse(&stage.connector.text(&path)?, &path)?)
}

/// What the story says itself: texts that stand in the repository anyway, and are left as they are in recordings.
pub(super) fn said(connector: &Connector, steps: &[Step]) -> Vec<String> {
    let mut said = Vec::new();
    for step in steps {
        match &step.subject {
            Subject::Words | Subject::Action { .. } => {}
            Subject::Request { name, variables } => {
                said.extend(variables.values().cloned());
                let path = request_path(connector, name).unwrap_or_default();
                let written = connector.request(&path).ok().map(|request| serde_json::json!(request));
                add_texts(&written.unwrap_or_default(), &mut said);
                let folder = connector.request_folder(&path).unwrap_or_default();
                said.extend(folder.variables.into_values());
            }
            Subject::Run { input, config, .. } => {
                add_texts(input, &mut said);
                add_texts(config, &mut said);
            }
        }
    }
    said.retain(|text| !text.trim().is_empty());
    said
}

fn add_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| add_texts(item, texts)),
        Value::Object(members) => members.values().for_each(|member| add_texts(member, texts)),
        _ => {}
    }
}

/// Whether a connector has an action of its own of that name: the built-in ones belong to every connector.
pub(super) fn has_action(connector: &Connector, name: &str) -> bool {
    connector.of_kind(FileKind::Action).any(|file| file.name == name)
}
