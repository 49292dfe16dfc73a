//! What a step shows, as lines that can be put on a wall: secrets and personal data are covered.

use std::collections::BTreeSet;

use joinery_connector::{
    Header,
    cassette::{COVER, Veil},
    http::header,
    schema::{Field, FieldType},
    story::Step,
};
use joinery_http::Body;
use joinery_script::run::Description;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{DemoSource, Stage, play::Played};
use crate::{
    bodies::{BodyLine, tree_lines_of},
    connections::Resolved,
    highlight,
    requests::{Answered, failures},
    runs::{CallReport, Performed},
};

/// Lines of an answer that are shown: nobody reads more from the back of a room.
const LINES: usize = 400;

/// The largest body that is looked through for what must be covered, in bytes; a larger one is not shown.
const LARGEST: u64 = 2 << 20;

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Scene {
    /// Which step, from 0.
    pub step: u32,
    /// Where its answer comes from.
    pub source: DemoSource,
    /// Whether it went well.
    pub ok: bool,
    /// How it went, in a word or two: `returned 200`, `succeeded`; empty where there is nothing to tell.
    pub outcome: String,
    /// The request of a call.
    pub request: Option<SceneRequest>,
    /// The script of an action or a run.
    pub script: Option<SceneScript>,
    /// The fields of an action, with the input of a run.
    pub inputs: Vec<SceneInput>,
    /// The calls of a run; of a call the one.
    pub calls: Vec<SceneCall>,
    /// The answer or output.
    pub lines: Vec<BodyLine>,
    /// How many lines more there are.
    pub more: u32,
    /// Why there is no answer, or no output.
    pub error: Option<SceneError>,
    /// Milliseconds it took; not told of a recorded one.
    pub time_ms: Option<f64>,
}

/// A request on stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SceneRequest {
    /// The method.
    pub method: String,
    /// The URL, without the org's address.
    pub url: String,
    /// Headers.
    pub headers: Vec<Header>,
    /// The body.
    pub lines: Vec<BodyLine>,
}

/// A script on stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SceneScript {
    /// The action's name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The number of the first line shown, from 1.
    pub from: u32,
    /// What the action does when it runs: the function `execute`.
    pub lines: Vec<BodyLine>,
    /// Lines that made a call.
    pub called: Vec<u32>,
}

/// A field of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SceneInput {
    /// The field's name.
    pub name: String,
    /// What it is called.
    pub label: String,
    /// Its value; empty where nothing is given.
    pub value: String,
    /// Whether it must be given.
    pub required: bool,
    /// Whether the speaker may give another: a text of a live run.
    pub open: bool,
}

/// A call on stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SceneCall {
    /// The method.
    pub method: String,
    /// The URL, without the org's address.
    pub url: String,
    /// The status, where there was an answer.
    pub status: Option<u16>,
    /// Milliseconds it took; not told of a recorded one.
    pub time_ms: Option<f64>,
    /// What is worth seeing of its headers: how it was signed, how many calls are left.
    pub headers: Vec<Header>,
}

/// Why a step gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SceneError {
    /// The kind of error.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

/// What a step shows.
pub(super) fn of(stage: &Stage<'_>, number: usize, played: &Played) -> Scene {
    let step = &stage.story.steps[number];
    let scene = Scene {
        step: u32::try_from(number).unwrap_or(u32::MAX),
        source: stage.source(),
        ok: true,
        outcome: String::new(),
        request: None,
        script: None,
        inputs: Vec::new(),
        calls: Vec::new(),
        lines: Vec::new(),
        more: 0,
        error: None,
        time_ms: None,
    };
    match played {
        Played::Words => scene,
        Played::Script { file, about } => {
            let veil = Veil::over(&stage.connector.manifest.tests, &[], []);
            let fields = about.iter().flat_map(|about| &about.input);
            Scene {
                script: script(stage, file, about.as_deref(), &veil, &[]),
                inputs: fields.map(|field| input(field, &Value::Null, &veil)).collect(),
                ..scene
            }
        }
        Played::Answered { connection, answered } => of_answer(stage, step, connection, answered, scene),
        Played::Ran {
            file,
            connection,
            about,
            performed,
            miss,
        } => {
            let ran = Ran {
                file,
                connection,
                about: about.as_deref(),
                performed,
                miss: miss.as_deref(),
            };
            of_run(stage, step, &ran, scene)
        }
    }
}

fn of_answer(stage: &Stage<'_>, step: &Step, connection: &Resolved, answered: &Answered, scene: Scene) -> Scene {
    let exchange = &answered.exchange;
    let (sent, response) = (&exchange.request, &exchange.response);
    let answer = Answer::of(&exchange.body);
    let asked = sent.body.as_deref().map(Answer::read);
    let seen = [Some(&answer), asked.as_ref()]
        .into_iter()
        .flatten()
        .filter_map(Answer::json);
    let veil = veil(stage, connection, seen);
    let (lines, more) = answer.lines(step, &veil);
    let live = scene.source == DemoSource::Live;
    let wrong: Vec<String> = failures(answered)
        .into_iter()
        .map(|(_, message)| veil.text(&message))
        .collect();
    let url = |url: &str| below_base(&veil.text(url), connection);
    Scene {
        ok: wrong.is_empty(),
        outcome: format!("returned {}", response.status),
        request: Some(SceneRequest {
            method: sent.method.clone(),
            url: url(&sent.url),
            headers: shown_headers(&sent.headers, &veil),
            lines: asked.map(|asked| asked.lines_of_all(&veil).0).unwrap_or_default(),
        }),
        calls: vec![SceneCall {
            method: sent.method.clone(),
            url: url(&sent.url),
            status: Some(response.status),
            time_ms: live.then_some(response.timing.total_ms),
            headers: telling(&sent.headers, &response.headers, &veil),
        }],
        lines,
        more,
        error: (!wrong.is_empty()).then(|| SceneError {
            code: "check".to_owned(),
            message: wrong.join("; "),
            hint: Some("This is what the request itself asks of its answer, in its [[assert]] tables.".to_owned()),
        }),
        time_ms: live.then_some(response.timing.total_ms),
        ..scene
    }
}

/// A run with what it ran on.
struct Ran<'a> {
    file: &'a str,
    connection: &'a Resolved,
    about: Option<&'a Description>,
    performed: &'a Performed,
    miss: Option<&'a str>,
}

fn of_run(stage: &Stage<'_>, step: &Step, ran: &Ran, scene: Scene) -> Scene {
    let performed = ran.performed;
    let bodies: Vec<Answer> = performed
        .calls
        .iter()
        .filter_map(|call| call.body.as_ref())
        .map(Answer::of)
        .collect();
    let output = performed.outcome.result.as_ref().ok();
    let seen = bodies
        .iter()
        .filter_map(Answer::json)
        .chain(output)
        .chain([&performed.input]);
    let veil = veil(stage, ran.connection, seen);
    let live = scene.source == DemoSource::Live;
    let (lines, more) = output.map_or((Vec::new(), 0), |output| {
        Answer::Json(output.clone()).lines(step, &veil)
    });
    let called: Vec<u32> = performed
        .calls()
        .filter(|call| !call.sign_in && call.place.file == ran.file)
        .map(|call| call.place.line)
        .collect();
    let fields = ran.about.map(|about| about.input.as_slice()).unwrap_or_default();
    let error = performed.outcome.result.as_ref().err();
    let error = match (ran.miss, error) {
        (Some(miss), _) => Some(SceneError {
            code: "not_recorded".to_owned(),
            message: veil.text(miss),
            hint: Some(
                "The action or its input changed since: record the story again with `joinery demo --record`."
                    .to_owned(),
            ),
        }),
        (None, Some(error)) => Some(SceneError {
            code: error.code.clone(),
            message: veil.text(&error.message),
            hint: error.hint.clone(),
        }),
        (None, None) => None,
    };
    let calls = performed.calls().filter(|call| !call.sign_in);
    Scene {
        ok: error.is_none(),
        outcome: match &error {
            None => "succeeded".to_owned(),
            Some(error) => format!("failed with {}", error.code),
        },
        script: script(stage, ran.file, ran.about, &veil, &called),
        inputs: fields
            .iter()
            .filter(|field| field.required || performed.input.get(&field.name).is_some_and(is_given))
            .map(|field| SceneInput {
                open: live && is_open(field),
                ..input(field, performed.input.get(&field.name).unwrap_or(&Value::Null), &veil)
            })
            .collect(),
        calls: calls
            .map(|call| scene_call(call, ran.connection, live, &veil))
            .collect(),
        lines,
        more,
        error,
        time_ms: live.then_some(performed.time_ms),
        ..scene
    }
}

/// A field that was left at nothing would only fill the wall.
fn is_given(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false)) && value != ""
}

fn veil<'a>(stage: &Stage<'_>, connection: &Resolved, seen: impl IntoIterator<Item = &'a Value>) -> Veil {
    let mut secrets = connection.http.secrets();
    secrets.extend(connection.secrets.values().cloned());
    Veil::over(&stage.connector.manifest.tests, &secrets, seen)
}

fn scene_call(call: &CallReport, connection: &Resolved, live: bool, veil: &Veil) -> SceneCall {
    let sent = call
        .request
        .as_ref()
        .map(|request| request.headers.as_slice())
        .unwrap_or_default();
    SceneCall {
        method: call.method.clone(),
        url: below_base(&veil.text(&call.url), connection),
        status: call.status,
        time_ms: live.then_some(call.time_ms),
        headers: telling(sent, &call.headers, veil),
    }
}

/// The URL without the org's address, which is the same for all and nobody's business.
fn below_base(url: &str, connection: &Resolved) -> String {
    let base = url::Url::parse(&connection.http.base_url).map(|base| base.origin().ascii_serialization());
    let path = base.ok().and_then(|origin| url.strip_prefix(origin.as_str()));
    path.filter(|path| path.starts_with('/')).unwrap_or(url).to_owned()
}

/// The headers that a request's author or its auth wrote.
fn shown_headers(headers: &[Header], veil: &Veil) -> Vec<Header> {
    let dull = ["host", "user-agent", "accept-encoding", "content-length", "connection"];
    let shown = headers
        .iter()
        .filter(|header| !dull.contains(&header.name.to_ascii_lowercase().as_str()));
    shown.map(|header| covered(header, veil)).collect()
}

/// How a call was signed, and how many are left.
fn telling(sent: &[Header], received: &[Header], veil: &Veil) -> Vec<Header> {
    let mut headers: Vec<Header> = sent
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case("authorization"))
        .map(|header| covered(header, veil))
        .collect();
    if let Some(left) = header(received, "x-rate-limit-remaining") {
        let value = match header(received, "x-rate-limit-limit") {
            Some(limit) => format!("{left} of {limit}"),
            None => left.to_owned(),
        };
        headers.push(Header::new("x-rate-limit-remaining", value));
    }
    headers
}

fn covered(shown: &Header, veil: &Veil) -> Header {
    let name = shown.name.to_ascii_lowercase();
    let secret = ["authorization", "proxy-authorization", "cookie", "dpop", "x-api-key"].contains(&name.as_str());
    let value = match shown.value.split_once(' ') {
        Some((scheme, _)) if secret && name == "authorization" => format!("{scheme} {COVER}"),
        _ if secret => COVER.to_owned(),
        _ => veil.text(&shown.value),
    };
    Header::new(name, value)
}

fn is_secret(field: &Field) -> bool {
    field.secret || field.format.as_deref() == Some("password")
}

/// Whether a speaker may type another value: what is secret, or chosen from a list, is not typed before an audience.
fn is_open(field: &Field) -> bool {
    field.kind == FieldType::String && !is_secret(field) && field.options.is_empty()
}

fn input(field: &Field, value: &Value, veil: &Veil) -> SceneInput {
    SceneInput {
        name: field.name.clone(),
        label: field.label.clone().unwrap_or_else(|| field.name.clone()),
        open: false,
        value: match value {
            Value::Null => String::new(),
            _ if is_secret(field) => COVER.to_owned(),
            Value::String(text) => veil.text(text),
            other => {
                let mut shown = other.clone();
                veil.value(&mut shown);
                shown.to_string()
            }
        },
        required: field.required,
    }
}

/// The function `execute` of a script; all of it where there is none.
fn script(
    stage: &Stage<'_>,
    file: &str,
    about: Option<&Description>,
    veil: &Veil,
    called: &[u32],
) -> Option<SceneScript> {
    let text = stage.connector.text(file).ok()?;
    // Line by line: covering must not change which line is which.
    let lines: Vec<String> = text.lines().map(|line| veil.text(line)).collect();
    let begin = lines
        .iter()
        .position(|line| line.starts_with("fn execute"))
        .unwrap_or(0);
    let end = lines[begin..].iter().position(|line| line.starts_with('}'));
    let end = end.map_or(lines.len(), |end| begin + end + 1);
    let spans = highlight::lines_of("rhai", &lines.join("\n"));
    let shown = lines[begin..end].iter().zip(&spans[begin.min(spans.len())..]);
    let name = &stage.connector.files[file].name;
    let called: BTreeSet<u32> = called.iter().copied().collect();
    Some(SceneScript {
        name: name.clone(),
        title: about.map_or_else(|| name.clone(), |about| about.title.clone()),
        from: u32::try_from(begin + 1).unwrap_or(u32::MAX),
        lines: shown
            .take(LINES)
            .map(|(text, spans)| line(text, highlight::flat(spans)))
            .collect(),
        called: called.into_iter().collect(),
    })
}

fn line(text: &str, spans: Vec<u32>) -> BodyLine {
    BodyLine {
        text: text.to_owned(),
        spans,
        ..BodyLine::default()
    }
}

/// A body, read.
enum Answer {
    Json(Value),
    Text(String),
    TooMuch(u64),
    Bytes(usize),
}

impl Answer {
    fn of(body: &Body) -> Self {
        if body.size() > LARGEST {
            return Self::TooMuch(body.size());
        }
        let bytes = body.read().unwrap_or_default();
        match std::str::from_utf8(&bytes) {
            Ok(text) => Self::read(text),
            Err(_) => Self::Bytes(bytes.len()),
        }
    }

    fn read(text: &str) -> Self {
        serde_json::from_str(text).map_or_else(|_| Self::Text(text.to_owned()), Self::Json)
    }

    fn json(&self) -> Option<&Value> {
        match self {
            Self::Json(value) => Some(value),
            _ => None,
        }
    }

    /// What the step shows of it.
    fn lines(&self, step: &Step, veil: &Veil) -> (Vec<BodyLine>, u32) {
        match self {
            Self::Json(value) => Self::Json(step.shown(value)).lines_of_all(veil),
            other => other.lines_of_all(veil),
        }
    }

    fn lines_of_all(&self, veil: &Veil) -> (Vec<BodyLine>, u32) {
        let mut lines: Vec<BodyLine> = match self {
            Self::Json(value) => {
                let mut shown = value.clone();
                veil.value(&mut shown);
                tree_lines_of(&shown)
            }
            Self::Text(text) => text.lines().map(|text| line(&veil.text(text), Vec::new())).collect(),
            Self::TooMuch(size) => vec![line(&format!("{size} bytes: too much to show here"), Vec::new())],
            Self::Bytes(size) => vec![line(&format!("{size} bytes that are not text"), Vec::new())],
        };
        let more = lines.len().saturating_sub(LINES);
        lines.truncate(LINES);
        (lines, u32::try_from(more).unwrap_or(u32::MAX))
    }
}
