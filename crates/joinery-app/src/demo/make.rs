//! *Record my demo*: a story of what was just done, with its recordings. It is replayed before anything is written.

use std::{collections::BTreeMap, sync::Arc};

use joinery_connector::{
    Connector,
    cassette::shown_input,
    story::{FILE, Step, Story, Subject},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{
    Stage,
    deeds::{Done, What},
    needed,
    play::{self, has_action},
    record::Taken,
    scene,
};
use crate::{
    connectors,
    error::{Code, Error},
    files::FileRef,
    runs::Stop,
    studio::Studio,
    tests::recording::{self, Take},
    versions,
};

/// The story to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MakeDemo {
    /// The connector's folder.
    pub connector: String,
    /// What it shows.
    pub title: String,
    /// What is told of, in order.
    pub steps: Vec<Teller>,
    /// Whether the steps go to the end of the story that is there, in place of taking its place.
    pub add: bool,
    /// The environment, where one is chosen.
    pub environment: Option<String>,
}

/// Something that was done, and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Teller {
    /// Its number.
    pub deed: u32,
    /// What the audience reads.
    pub say: String,
}

/// The story that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MadeDemo {
    /// Its file.
    pub file: FileRef,
    /// How many steps it has.
    pub steps: u32,
}

/// Makes a story of what was done, and writes it with its recordings. An action that runs is shown first.
///
/// # Errors
/// [`Code::Usage`] for what is no longer remembered or cannot be a step, [`Code::Input`] for a story without title or
/// steps, [`Code::Failed`] where it cannot be replayed.
pub async fn make(studio: &Studio, wanted: &MakeDemo) -> Result<MadeDemo, Error> {
    let connector = connectors::in_workspace(studio, &wanted.connector)?;
    let title = wanted.title.trim();
    if title.is_empty() {
        return Err(Error::new(Code::Input, "a story needs a title").with_hint("Say what it shows."));
    }
    if wanted.steps.is_empty() {
        return Err(Error::new(Code::Input, "nothing is chosen").with_hint("Choose what the story tells."));
    }
    let before = connector.text(FILE).ok().map(|text| text.to_string());
    let mut story = if wanted.add {
        needed(&connector)?
    } else {
        Story::default()
    };
    title.clone_into(&mut story.title);
    let first = story.steps.len();
    let mut taken: Vec<(usize, Taken)> = Vec::new();
    for teller in &wanted.steps {
        let done = studio.deeds.get(teller.deed).ok_or_else(forgotten)?;
        let (subject, took) = subject(&connector, &done)?;
        if let Subject::Run { name, .. } = &subject
            && !shows(&story, name)
        {
            story.steps.push(step(Subject::Action { name: name.clone() }, ""));
        }
        taken.push((story.steps.len(), took));
        story.steps.push(step(subject, teller.say.trim()));
    }
    let takes: Vec<Take> = taken.iter().map(|(_, taken)| taken.take()).collect();
    let said = play::said(&connector, &story.steps[first..]);
    let cassettes = recording::cassettes(&connector, &takes, said)?;
    let mut files = BTreeMap::new();
    for ((number, taken), cassette) in taken.iter().zip(&cassettes) {
        let text = cassette.render();
        if let Subject::Run { input, config, .. } = &mut story.steps[*number].subject {
            shown_input(&taken.given, &text, input);
            shown_input(&taken.given, &text, config);
        }
        files.extend(story.recording(*number).map(|path| (path, text)));
    }
    let text = story.render(before.as_deref());
    replays(studio, &connector, wanted, &story, first, &files).await?;
    for (path, text) in files.iter().chain([(&FILE.to_owned(), &text)]) {
        versions::write(studio, &connector.root.join(path), text)?;
    }
    Ok(MadeDemo {
        file: FileRef {
            connector: wanted.connector.clone(),
            path: FILE.to_owned(),
        },
        steps: u32::try_from(story.steps.len()).unwrap_or(u32::MAX),
    })
}

/// What a step is about, and what its recording is made of.
fn subject(connector: &Connector, done: &Done) -> Result<(Subject, Taken), Error> {
    let refused = |message: &str, hint: &str| Err(Error::new(Code::Usage, message).with_hint(hint));
    match &done.what {
        What::Sent { path: None, title, .. } => refused(
            &format!("{title} is not saved, and a story names saved requests"),
            "Save the request, then send it again.",
        ),
        What::Sent {
            path: Some(path),
            title,
            taken,
            ..
        } => {
            if taken.is_empty() {
                return refused(
                    &format!("{title} joined several pages, which cannot be recorded"),
                    "Let the request ask for one page, and send it again.",
                );
            }
            let (_, name) = joinery_connector::FileKind::of(path);
            let subject = Subject::Request {
                name: name.to_owned(),
                variables: BTreeMap::new(),
            };
            Ok((subject, taken.as_ref().clone()))
        }
        What::Ran(run) if has_action(connector, &run.action) => {
            let subject = Subject::Run {
                name: run.action.clone(),
                input: without_nothing(&run.performed.input),
                config: run.performed.config.clone(),
            };
            Ok((subject, Taken::performed(&run.connection, &run.performed)))
        }
        What::Ran(run) => refused(
            &format!("`{}` is no action of this connector", run.action),
            "A story shows the connector's own actions.",
        ),
    }
}

/// TOML has no null: a field that was left at nothing is left out.
fn without_nothing(input: &Value) -> Value {
    match input {
        Value::Object(members) => members
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), without_nothing(value)))
            .collect(),
        other => other.clone(),
    }
}

fn step(subject: Subject, say: &str) -> Step {
    Step {
        title: String::new(),
        say: say.to_owned(),
        subject,
        show: Vec::new(),
        place: (0, 0),
    }
}

/// Whether the script of that action was on stage already.
fn shows(story: &Story, action: &str) -> bool {
    let shown = |step: &Step| matches!(&step.subject, Subject::Action { name } if name == action);
    story.steps.iter().any(shown)
}

/// Replays what is new, as everyone will see it.
async fn replays(
    studio: &Studio,
    connector: &Arc<Connector>,
    wanted: &MakeDemo,
    story: &Story,
    first: usize,
    files: &BTreeMap<String, String>,
) -> Result<(), Error> {
    let with_files = files
        .iter()
        .fold(Connector::clone(connector), |connector, (path, text)| {
            connector.with_text(path, text)
        });
    let connector = Arc::new(with_files);
    let stage = Stage {
        connector: &connector,
        story,
        org: None,
        environment: wanted.environment.as_deref(),
    };
    for number in first..story.steps.len() {
        let played = play::step(studio, &stage, number, &Stop::default()).await;
        let scene = played.map(|played| scene::of(&stage, number, &played));
        let why = match scene {
            Ok(scene) => match scene.error {
                Some(error) if error.code == "not_recorded" => error.message,
                _ => continue,
            },
            Err(error) => error.message,
        };
        let name = stage.story.recording(number).unwrap_or_default();
        return Err(Error::new(
            Code::Failed,
            format!("step {} ({name}) cannot be replayed: {why}", number + 1),
        )
        .with_hint(
            "Save the request or action, then do it again. What is masked may decide too: `keep` in [tests] of \
                 connector.toml leaves a member alone.",
        ));
    }
    Ok(())
}

fn forgotten() -> Error {
    Error::new(Code::Usage, "something that was chosen is no longer remembered")
        .with_hint("Do it again, then record the demo.")
}
