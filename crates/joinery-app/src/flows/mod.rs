//! Flows: scripts in `flows/` of a workspace that join connectors. An event of a trigger is a run; every action it runs
//! is a step that is kept, so that a run goes on where it stopped: after a crash, and after a person was waited for.

mod approvals;
mod desk;
mod host;
mod owner;
mod run;
mod serve;
mod serving;
mod shown;
mod step;
mod steps;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use joinery_connector::{Connector, FileKind, Problem};
use joinery_script::{FLOW_ACTIONS, Function, Run as ScriptRun, ScriptError};
use joinery_store::table::flow;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

pub use approvals::{Answer, answer};
pub use desk::{GoOn, GoOnFlow, RunFlow, go_on, run as run_here};
pub use flow::{Run, State, Status};
pub use run::{Finished, dry_run, resume, settle_doubt, start, work_on};
pub use serve::{Happened, Serve, Tell, serve};
pub(crate) use serving::ServingSlot;
pub use serving::{Serving, ServingLine, begin as begin_serving, serving, stop as stop_serving};
pub use shown::{FlowRow, FlowRun, FlowStatus, FlowStep, FlowTrace, name_of, rows, runs as runs_here, sample, shown};
pub use step::{Step, Withheld};

use crate::{
    connections::{self, Given, Resolved},
    connectors,
    error::{Code, Error},
    runs::on_blocking_thread,
    settings,
    studio::{Studio, now_ms},
};

/// The folder of a workspace that flows lie in.
const FOLDER: &str = "flows";

/// A workspace as its flows see it.
pub struct Flows {
    /// The workspace's folder.
    pub folder: PathBuf,
    /// The flows, and the methods they share (`flows/methods/`), as scripts are run: a connector without a service.
    scripts: Arc<Connector>,
    /// The connectors whose actions they run, by id.
    connectors: BTreeMap<String, Arc<Connector>>,
    /// Which connection a connector's actions run on, where the caller says so.
    pub connections: BTreeMap<String, String>,
}

/// A flow and what starts it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlowView {
    /// Its name: `onboarding`.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it does.
    pub description: String,
    /// What starts it, or why that cannot be told.
    pub trigger: Result<StartedBy, ScriptError>,
}

/// What `trigger()` of a flow returned.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartedBy {
    /// The connector's id.
    pub connector: String,
    /// The trigger's name.
    pub trigger: String,
    /// The connection it asks.
    #[serde(default)]
    pub connection: Option<String>,
    /// Its input.
    #[serde(default)]
    pub input: Map<String, Value>,
    /// The connection of each other connector.
    #[serde(default)]
    pub connections: BTreeMap<String, String>,
}

/// A run, with its steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The run.
    pub run: Run,
    /// Its steps in order.
    pub steps: Vec<Step>,
}

/// The workspace and the flow that a path names: `WORKSPACE/flows/NAME.rhai`.
///
/// # Errors
/// [`Code::Usage`] where it is no flow, [`Code::Unavailable`].
pub fn open_file(path: &Path) -> Result<(Flows, String), Error> {
    let whole = std::path::absolute(path).map_err(|error| {
        Error::new(
            Code::Unavailable,
            format!("{} cannot be found: {error}", path.display()),
        )
    })?;
    let folder = whole
        .parent()
        .filter(|folder| folder.file_name().is_some_and(|name| name == FOLDER));
    let name = whole.file_stem().and_then(|name| name.to_str());
    let (Some(workspace), Some(name)) = (folder.and_then(Path::parent), name) else {
        return Err(Error::new(Code::Usage, format!("{} is no flow", path.display()))
            .with_hint("A flow is a file `flows/NAME.rhai` of a workspace."));
    };
    let flows = open(workspace)?;
    flows.file(name)?;
    Ok((flows, name.to_owned()))
}

/// The flows of a workspace.
///
/// # Errors
/// [`Code::Usage`] where it has none, [`Code::Unavailable`], [`Code::Invalid`].
pub fn open(folder: &Path) -> Result<Flows, Error> {
    let scripts = folder.join(FOLDER);
    if !scripts.is_dir() {
        return Err(Error::new(Code::Usage, format!("{} has no flows", folder.display()))
            .with_hint("A flow is a file `flows/NAME.rhai` of a workspace."));
    }
    let connectors = connectors::all_in(folder)?;
    Ok(Flows {
        folder: folder.to_owned(),
        scripts: Arc::new(read_scripts(&scripts, &connectors)?),
        connectors,
        connections: BTreeMap::new(),
    })
}

/// What a new flow of a workspace starts as: it waits for the first trigger there is.
///
/// # Errors
/// [`Code::Usage`] where the folder is a connector's, which has no place for flows; [`Code::Unavailable`].
pub fn starting_text(folder: &Path, title: &str) -> Result<String, Error> {
    if folder.join("connector.toml").exists() {
        return Err(Error::new(
            Code::Usage,
            format!("{} is one connector, and flows join several", folder.display()),
        )
        .with_hint("Open the folder above it as the workspace: flows lie beside the connectors."));
    }
    let connectors = connectors::all_in(folder)?;
    let triggers = connectors.iter().flat_map(|(id, connector)| {
        let files = connector.files.values().filter(|file| file.kind == FileKind::Trigger);
        files.map(move |file| (id.as_str(), file.name.as_str()))
    });
    let (connector, trigger) = triggers.into_iter().next().unwrap_or(("", ""));
    Ok(format!(
        "//! {title}\n\nfn trigger() {{\n    #{{ connector: \"{connector}\", trigger: \"{trigger}\" }}\n}}\n\n\
         fn handle(event) {{\n    log.info(event);\n}}\n"
    ))
}

/// Whether a folder is a workspace with flows rather than a connector.
pub fn has_flows(folder: &Path) -> bool {
    folder.join(FOLDER).is_dir() && !folder.join("connector.toml").exists()
}

/// Scripts of a folder as a connector of their own, so that they are compiled, checked and run as others are. The actions
/// they can run stand among its files by name.
fn read_scripts(folder: &Path, connectors: &BTreeMap<String, Arc<Connector>>) -> Result<Connector, Error> {
    const MANIFEST: &str = "format = 1\nid = \"flows\"\ntitle = \"Flows\"\nversion = \"0.0.0\"\n";
    let mut files = vec![("connector.toml".to_owned(), MANIFEST.as_bytes().to_vec())];
    for (below, prefix) in [("", FOLDER), ("methods", "methods")] {
        let Ok(entries) = folder.join(below).read_dir() else {
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_file() && path.extension().is_some_and(|extension| extension == "rhai") {
                let text = joinery_connector::file::read_text(&path)?;
                files.push((format!("{prefix}/{name}"), text.into_bytes()));
            }
        }
    }
    for (id, connector) in connectors {
        let connector = connectors::with_built_in(Arc::clone(connector));
        for action in connector.files.values().filter(|file| file.kind == FileKind::Action) {
            files.push((format!("{FLOW_ACTIONS}{id}/{}", action.name), Vec::new()));
        }
    }
    Ok(Connector::from_files(folder, files)?)
}

impl Flows {
    /// The names of its flows.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let paths = self.scripts.files.keys();
        paths.filter_map(|path| path.strip_prefix("flows/")?.strip_suffix(".rhai"))
    }

    /// The file of a flow, as runs name it: `flows/onboarding.rhai`.
    ///
    /// # Errors
    /// [`Code::Usage`] with the nearest names.
    pub fn file(&self, name: &str) -> Result<String, Error> {
        let file = format!("{FOLDER}/{}.rhai", name.trim_end_matches(".rhai"));
        if self.scripts.files.contains_key(&file) {
            return Ok(file);
        }
        Err(Error::unknown("flow", name, self.names()))
    }

    /// Takes what the caller says of connections: `CONNECTOR=NAME`, or `sandbox` for whatever the sandbox org can stand
    /// in for.
    ///
    /// # Errors
    /// [`Code::Usage`] for anything else.
    pub fn use_connections(&mut self, said: &[String]) -> Result<(), Error> {
        for said in said {
            if said == connections::SANDBOX {
                let fits = self
                    .connectors
                    .iter()
                    .filter(|(_, connector)| connections::fits_sandbox(connector));
                let fits: Vec<String> = fits.map(|(id, _)| id.clone()).collect();
                self.connections.extend(fits.into_iter().map(|id| (id, said.clone())));
                continue;
            }
            let Some((id, name)) = said.split_once('=') else {
                return Err(
                    Error::new(Code::Usage, format!("`{said}` does not say which connector it is for"))
                        .with_hint(format!("Write --connection CONNECTOR={said}.")),
                );
            };
            self.connector(id)?;
            self.connections.insert(id.to_owned(), name.to_owned());
        }
        Ok(())
    }

    /// Its scripts as a connector of their own, as they are checked.
    pub fn scripts(&self) -> &Connector {
        &self.scripts
    }

    /// The connectors whose actions its flows can run, by their ids; what comes with the studio is among their files.
    pub fn beside(&self) -> BTreeMap<String, Arc<Connector>> {
        let connectors = self.connectors.iter();
        connectors
            .map(|(id, connector)| (id.clone(), connectors::with_built_in(Arc::clone(connector))))
            .collect()
    }

    /// The sample of what starts a flow.
    ///
    /// # Errors
    /// [`Code::Usage`] where its trigger has none, [`Code::Invalid`] where that cannot be told.
    pub async fn sample_event(&self, studio: &Studio, name: &str) -> Result<Value, Error> {
        let trigger = serve::trigger(studio, self, &self.file(name)?).await?;
        trigger.sample(studio).await?.ok_or_else(|| {
            Error::new(Code::Usage, format!("{} has no sample_output", trigger.file))
                .with_hint("Give the event: --event JSON.")
        })
    }

    /// What the store knows the workspace by.
    fn key(&self) -> String {
        key_of(&self.folder)
    }

    fn connector(&self, id: &str) -> Result<&Arc<Connector>, Error> {
        self.connectors
            .get(id)
            .ok_or_else(|| Error::unknown("connector", id, self.connectors.keys().map(String::as_str)))
    }

    /// The connection that a connector's actions run on: the first that was said of step, caller and flow; else the only
    /// one there is.
    async fn connection(
        &self,
        studio: &Studio,
        connector: &Arc<Connector>,
        said: Option<&str>,
        of_flow: &BTreeMap<String, String>,
    ) -> Result<Resolved, Error> {
        let id = &connector.manifest.id;
        let name = said
            .or_else(|| self.connections.get(id).map(String::as_str))
            .or_else(|| of_flow.get(id).map(String::as_str));
        if let Some(name) = name {
            return connections::resolve_starting(studio, connector, name).await;
        }
        let saved = connections::of_connector(studio, id)?;
        match &saved[..] {
            [only] => connections::resolve(studio, connector, Ok(only)),
            [] if connections::needs_nothing(connector) => {
                connections::resolve(studio, connector, Err(&Given::default()))
            }
            _ => {
                let error = Error::new(Code::Usage, format!("it is not said on which connection {id} runs"));
                Err(error.with_hint(format!(
                    "Write connections: #{{ {id}: \"NAME\" }} in `trigger()`, or give --connection {id}=NAME."
                )))
            }
        }
    }

    /// A function of a flow, ready to run.
    fn call(&self, studio: &Studio, file: &str, function: Function) -> ScriptRun {
        ScriptRun {
            connector: Arc::clone(&self.scripts),
            file: file.to_owned(),
            function,
            connection: Map::new(),
            secrets: Vec::new(),
            config: Value::Null,
            limits: settings::limits(studio),
            coverage: false,
        }
    }

    /// What starts a flow.
    ///
    /// # Errors
    /// [`Code::Internal`] for a mistake of ours. A script that fails is a value.
    pub async fn started_by(&self, studio: &Studio, file: &str) -> Result<Result<StartedBy, ScriptError>, Error> {
        let run = self.call(studio, file, Function::FlowTrigger);
        let scripts = studio.scripts().clone();
        let outcome = on_blocking_thread(move || {
            let host: Arc<dyn joinery_script::Host> = Arc::new(host::Mute);
            scripts.run(&run, &host, &joinery_script::Cancel::default())
        })
        .await?;
        let value = match outcome.result {
            Ok(value) => value,
            Err(error) => return Ok(Err(error)),
        };
        Ok(serde_json::from_value(value).map_err(|error| {
            let message = format!("what `trigger` returned cannot be used: {error}");
            ScriptError::new("flow_trigger", message, file).with_hint(
                "Return #{ connector: \"okta\", trigger: \"new_user_created\", connection: \"acme\", input: #{} }.",
            )
        }))
    }

    /// Every flow with what starts it.
    ///
    /// # Errors
    /// As [`Flows::started_by`].
    pub async fn list(&self, studio: &Studio) -> Result<Vec<FlowView>, Error> {
        let mut views = Vec::new();
        for name in self.names().map(str::to_owned).collect::<Vec<_>>() {
            let file = self.file(&name)?;
            let text = self.scripts.text(&file)?;
            let said: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
            let (title, description) = joinery_script::title(&said.join("\n"), &file);
            views.push(FlowView {
                trigger: self.started_by(studio, &file).await?,
                name,
                title,
                description,
            });
        }
        Ok(views)
    }

    /// Everything wrong or doubtful in its flows, by files as the workspace has them.
    pub fn check(&self, studio: &Studio) -> Vec<Problem> {
        placed(studio.scripts().check(&self.scripts))
    }

    /// What is wrong or doubtful in a text of one of its files, `flows/NAME.rhai` or `flows/methods/NAME.rhai`.
    pub fn check_file(&self, studio: &Studio, path: &str, text: &str) -> Vec<Problem> {
        let methods = path
            .strip_prefix("flows/")
            .filter(|below| below.starts_with("methods/"));
        placed(
            studio
                .scripts()
                .check_file(&self.scripts, methods.unwrap_or(path), text),
        )
    }

    /// How many files its flows have.
    pub fn files(&self) -> usize {
        self.scripts
            .files
            .keys()
            .filter(|path| !path.starts_with(FLOW_ACTIONS) && *path != "connector.toml")
            .count()
    }

    /// Its connectors, each with its folder or package.
    pub fn connectors(&self) -> impl Iterator<Item = &Arc<Connector>> {
        self.connectors.values()
    }

    /// The latest runs, newest first; of one flow, where it is named.
    ///
    /// # Errors
    /// [`Code::Usage`] for an unknown flow, [`Code::Unavailable`].
    pub fn runs(&self, studio: &Studio, flow: Option<&str>, count: usize) -> Result<Vec<Run>, Error> {
        let file = flow.map(|name| self.file(name)).transpose()?;
        Ok(flow::list(studio.store()?, &self.key(), file.as_deref(), count)?)
    }

    /// An event of a flow as it is kept.
    fn new_run(&self, file: &str, event_key: String, event: Value, connections: &BTreeMap<String, String>) -> Run {
        Run {
            id: new_id(),
            workspace: self.key(),
            flow: file.to_owned(),
            event_key,
            event,
            connections: json!(connections),
            status: Status::Pending,
            error: Value::Null,
            console: json!([]),
            owner: None,
            created_ms: now_ms(),
            updated_ms: now_ms(),
            due_ms: None,
        }
    }
}

/// Problems at files as the workspace has them.
fn placed(found: Vec<Problem>) -> Vec<Problem> {
    let placed = found.into_iter().map(|problem| Problem {
        file: if problem.file.starts_with("methods/") {
            format!("{FOLDER}/{}", problem.file)
        } else {
            problem.file
        },
        ..problem
    });
    placed.collect()
}

/// A run with its steps.
///
/// # Errors
/// [`Code::Usage`] when there is none of that id, [`Code::Unavailable`].
pub fn trace(studio: &Studio, id: &str) -> Result<Trace, Error> {
    let store = studio.store()?;
    let run = flow::get(store, id)?.ok_or_else(|| {
        Error::new(Code::Usage, format!("no run `{id}`")).with_hint("`joinery flow runs WORKSPACE` lists them.")
    })?;
    let steps = flow::steps(store, id)?;
    Ok(Trace {
        run,
        steps: steps.into_iter().filter_map(Step::of_row).collect(),
    })
}

/// What the store knows the workspace in a folder by.
fn key_of(folder: &Path) -> String {
    let whole = folder.canonicalize();
    whole.as_deref().unwrap_or(folder).display().to_string()
}

/// An id of a run: short enough to type, long enough never to come twice.
fn new_id() -> String {
    let mut chance = [0; 6];
    getrandom::fill(&mut chance).expect("the system has randomness");
    hex::encode(chance)
}

/// Text that stands for `value`: the same for the same value, whatever the order of its keys.
fn digest(value: &Value) -> String {
    hex::encode(Sha256::digest(canonical(value).to_string()))
}

fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let sorted: BTreeMap<&String, Value> = members.iter().map(|(key, value)| (key, canonical(value))).collect();
            json!(sorted)
        }
        Value::Array(items) => items.iter().map(canonical).collect(),
        other => other.clone(),
    }
}
