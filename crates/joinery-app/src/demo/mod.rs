//! A connector shown to an audience: the story of `demo.toml`, live or on its recordings, and the page that is handed out
//! afterwards. What a step shows is covered as cassettes are masked, so that it can be put on a wall.

mod deeds;
mod handout;
mod make;
mod play;
mod record;
mod scene;

use std::{collections::BTreeMap, sync::Arc};

use joinery_connector::{
    Connector, FileKind,
    cassette::Cassette,
    request::SavedRequest,
    story::{FILE, Step, Story, Subject},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

pub(crate) use deeds::Deeds;
pub use deeds::{Deed, list as deeds};
pub use handout::{handout, save as save_handout};
pub use make::{MadeDemo, MakeDemo, Teller, make};
pub use record::record;
pub use scene::{Scene, SceneCall, SceneError, SceneInput, SceneRequest, SceneScript};

use crate::{
    connections::Resolved,
    connectors,
    error::{Code, Error},
    studio::Studio,
};

/// The most letters of what a step says that stand for its missing title.
const LONGEST_TITLE: usize = 28;

/// Where the answers of a story come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DemoSource {
    /// Its recordings: nothing leaves this machine.
    #[default]
    Recorded,
    /// The org.
    Live,
}

/// What a step shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DemoKind {
    /// Words.
    Words,
    /// A request and its answer.
    Call,
    /// A script.
    Action,
    /// A run.
    Run,
}

/// A story as a front shows it, before any step is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DemoView {
    /// The connector's folder.
    pub connector: String,
    /// What it shows.
    pub title: String,
    /// Whether personal data is covered; secrets always are.
    pub personal: bool,
    /// Whether every step that calls somebody is recorded.
    pub recorded: bool,
    /// When it was recorded (RFC 3339), the oldest of its recordings.
    pub recorded_at: Option<String>,
    /// Its steps.
    pub steps: Vec<DemoStep>,
}

/// A step as a front lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DemoStep {
    /// What it shows.
    pub kind: DemoKind,
    /// What stands over it.
    pub title: String,
    /// What it is about: `GET /api/v1/users/{user}`, `get_user.rhai`.
    pub detail: String,
    /// What the audience reads.
    pub say: String,
    /// Whether it can be shown offline.
    pub recorded: bool,
}

/// A step to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ShowStep {
    /// An id the caller chose; [`crate::runs::cancel`] takes it.
    pub id: String,
    /// The connector's folder.
    pub connector: String,
    /// Which, from 0.
    pub step: u32,
    /// Where its answer comes from.
    pub source: DemoSource,
    /// The connection's name, for a live one.
    pub connection: Option<String>,
    /// The environment, where one is chosen.
    pub environment: Option<String>,
    /// What the speaker gave a live run in place of the story's own input, by the names of the fields.
    #[serde(default)]
    pub input: BTreeMap<String, String>,
}

/// A story on its stage.
pub struct Stage<'a> {
    /// The connector.
    pub connector: &'a Arc<Connector>,
    /// The story.
    pub story: &'a Story,
    /// Whom live steps talk to; `None` for a story that is replayed.
    pub org: Option<&'a Resolved>,
    /// The environment of its requests, where one is chosen.
    pub environment: Option<&'a str>,
}

impl Stage<'_> {
    fn source(&self) -> DemoSource {
        match self.org {
            Some(_) => DemoSource::Live,
            None => DemoSource::Recorded,
        }
    }
}

/// The story of a connector, where it has one.
///
/// # Errors
/// [`Code::Invalid`] with line and column for one that cannot be used.
pub fn story(connector: &Connector) -> Result<Option<Story>, Error> {
    if !connector.files.contains_key(FILE) {
        return Ok(None);
    }
    let (story, _) = Story::parse(&connector.text(FILE)?, FILE)?;
    if let Some(unknown) = story.unknown(connector) {
        return Err(unknown.into());
    }
    Ok(Some(story))
}

/// The story of a connector that must have one.
///
/// # Errors
/// As [`story`], and [`Code::Usage`] where there is none.
pub fn needed(connector: &Connector) -> Result<Story, Error> {
    story(connector)?.ok_or_else(|| {
        Error::new(
            Code::Usage,
            format!("{} has no story: there is no {FILE}", connector.manifest.id),
        )
        .with_hint("Record what you just did in the studio, or write demo.toml as docs/presenting.md says.")
    })
}

/// The story of a connector of the workspace as the window shows it; `None` where it has none.
///
/// # Errors
/// As [`story`].
pub fn open(studio: &Studio, folder: &str) -> Result<Option<DemoView>, Error> {
    let connector = connectors::in_workspace(studio, folder)?;
    Ok(story(&connector)?.map(|story| view(&connector, folder, &story)))
}

/// A story as fronts list it.
pub fn view(connector: &Connector, folder: &str, story: &Story) -> DemoView {
    let recording = |number| story.recording(number);
    let is_recorded = |number| recording(number).is_none_or(|path| connector.files.contains_key(&path));
    let steps: Vec<DemoStep> = (story.steps.iter().enumerate())
        .map(|(number, step)| DemoStep {
            kind: kind(step),
            title: title(step),
            detail: detail(connector, step),
            say: step.say.clone(),
            recorded: is_recorded(number),
        })
        .collect();
    let times = (0..steps.len()).filter_map(|number| {
        let path = recording(number)?;
        let cassette = Cassette::parse(&connector.text(&path).ok()?, &path).ok()?;
        Some(cassette.recorded)
    });
    DemoView {
        connector: folder.to_owned(),
        title: story.title.clone(),
        personal: connector.manifest.tests.personal,
        recorded: steps.iter().all(|step| step.recorded),
        recorded_at: times.min(),
        steps,
    }
}

/// Does one step of a story in the workspace, and shows what came of it.
///
/// # Errors
/// [`Code::Usage`] for a step that does not exist or is not recorded, [`Code::Network`], [`Code::Cancelled`]. A run that
/// fails is a scene, not an error.
pub async fn show(studio: &Studio, wanted: &ShowStep) -> Result<Scene, Error> {
    let connector = connectors::with_built_in(connectors::in_workspace(studio, &wanted.connector)?);
    let mut story = needed(&connector)?;
    if wanted.source == DemoSource::Live {
        give(&mut story, wanted.step as usize, &wanted.input);
    }
    let org = match wanted.source {
        DemoSource::Recorded => None,
        DemoSource::Live => Some(crate::requests::connection_of(
            studio,
            &connector,
            wanted.connection.as_deref(),
        )?),
    };
    let (stop, _ended) = studio.running.begin(&wanted.id);
    let stage = Stage {
        connector: &connector,
        story: &story,
        org: org.as_ref(),
        environment: wanted.environment.as_deref(),
    };
    let played = play::step(studio, &stage, wanted.step as usize, &stop).await?;
    Ok(scene::of(&stage, wanted.step as usize, &played))
}

/// Puts what the speaker gave in the place of a run's own input.
fn give(story: &mut Story, step: usize, given: &BTreeMap<String, String>) {
    let Some(Subject::Run { input, .. }) = story.steps.get_mut(step).map(|step| &mut step.subject) else {
        return;
    };
    if input.is_null() {
        *input = Value::Object(serde_json::Map::new());
    }
    for (name, text) in given {
        if let Some(fields) = input.as_object_mut() {
            fields.insert(name.clone(), Value::String(text.clone()));
        }
    }
}

/// Does every step of a story in order. `tell` hears of each as it is shown.
///
/// # Errors
/// As [`show`].
pub async fn show_all(
    studio: &Studio,
    stage: &Stage<'_>,
    tell: &mut (dyn FnMut(&Scene) + Send),
) -> Result<Vec<Scene>, Error> {
    let mut scenes = Vec::with_capacity(stage.story.steps.len());
    for step in 0..stage.story.steps.len() {
        let played = play::step(studio, stage, step, &crate::runs::Stop::default()).await?;
        let scene = scene::of(stage, step, &played);
        tell(&scene);
        scenes.push(scene);
    }
    Ok(scenes)
}

fn kind(step: &Step) -> DemoKind {
    match step.subject {
        Subject::Words => DemoKind::Words,
        Subject::Request { .. } => DemoKind::Call,
        Subject::Action { .. } => DemoKind::Action,
        Subject::Run { .. } => DemoKind::Run,
    }
}

fn title(step: &Step) -> String {
    match kind(step) {
        _ if !step.title.is_empty() => step.title.clone(),
        DemoKind::Call => "Call".to_owned(),
        DemoKind::Action => "Action".to_owned(),
        DemoKind::Run => "Run".to_owned(),
        DemoKind::Words if step.say.chars().count() <= LONGEST_TITLE => step.say.clone(),
        DemoKind::Words => {
            let begin: String = step.say.chars().take(LONGEST_TITLE).collect();
            let whole_words = begin.rsplit_once(' ').map_or(begin.as_str(), |(words, _)| words);
            format!("{whole_words}…")
        }
    }
}

fn detail(connector: &Connector, step: &Step) -> String {
    match &step.subject {
        Subject::Words => String::new(),
        Subject::Action { name } | Subject::Run { name, .. } => format!("{name}.rhai"),
        Subject::Request { name, .. } => match request(connector, name) {
            Ok(request) => {
                let path = request
                    .url
                    .replace("{{base_url}}", "")
                    .replace("{{", "{")
                    .replace("}}", "}");
                format!("{} {path}", request.method)
            }
            Err(_) => name.clone(),
        },
    }
}

/// The saved request of that name, nothing inherited mixed in.
fn request(connector: &Connector, name: &str) -> Result<SavedRequest, Error> {
    let path = request_path(connector, name)?;
    Ok(SavedRequest::parse(&connector.text(&path)?, &path)?.0)
}

fn request_path(connector: &Connector, name: &str) -> Result<String, Error> {
    let found = connector.of_kind(FileKind::Request).find(|file| file.name == name);
    found.map(|file| file.path.clone()).ok_or_else(|| {
        let known = connector.of_kind(FileKind::Request).map(|file| file.name.as_str());
        Error::unknown("request", name, known)
    })
}

fn no_step(step: usize) -> Error {
    Error::new(Code::Usage, format!("the story has no step {}", step + 1))
        .with_hint("It may have been changed meanwhile: leave the presentation and begin it again.")
}
