//! The studio: store, scripts, HTTP, secrets and clock, built once by each front. Parts that cost time are made when
//! first needed, so that a command that needs none of them starts at once.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock},
    time::{SystemTime, UNIX_EPOCH},
};

use joinery_connector::{Secret, variables};
use joinery_http::{
    Client, ClientOptions, Jar, Network,
    auth::{Auth, Session},
};
use joinery_script::{Program, Workers};
use joinery_store::{Secrets, Store};
use tokio::sync::broadcast;

use crate::{
    bodies::Bodies,
    connections::{ConnectionSafe, HealthState, LastTest, Resolved, Safe},
    demo::Deeds,
    descriptions::Descriptions,
    error::{Code, Error},
    event::Event,
    flows::ServingSlot,
    highlight::Highlighter,
    requests::{
        LastResponses, SentBodies,
        jars::{self, Jars},
    },
    runs::{Outputs, Running},
    sandbox::SandboxSlot,
    triggers::Turns,
    workspaces::{Asked, OpenWorkspace},
    writes::Writes,
};

/// Where things are and whom to ask.
#[derive(Debug, Clone)]
pub struct StudioOptions {
    /// Where the store lives (`JOINERY_HOME`).
    pub home: PathBuf,
    /// Where *Start with the sandbox org* makes its workspace.
    pub documents: PathBuf,
    /// Whether the system's keychain is asked for secrets.
    pub keychain: bool,
    /// What is started to run scripts in: this program, where its `main` begins with [`joinery_script::serve_if_asked`].
    pub worker: Program,
}

/// A client, and what it was made of: the settings, and when the files they name were changed.
struct Made {
    network: Network,
    files: Vec<Option<SystemTime>>,
    client: Client,
}

/// Everything a front needs. Share it behind an `Arc`.
pub struct Studio {
    safe: Safe,
    store: OnceLock<Store>,
    scripts: Workers,
    clients: Mutex<HashMap<String, Made>>,
    sessions: Mutex<HashMap<String, (Auth, Arc<Session>)>>,
    events: broadcast::Sender<Event>,
    /// Views over response bodies and outputs.
    pub bodies: Bodies,
    /// The editor's documents.
    pub highlighter: Highlighter,
    pub(crate) workspace: RwLock<Option<OpenWorkspace>>,
    /// Private keys made for connections that are not saved yet, by the connection's name.
    pub(crate) made_keys: Mutex<HashMap<String, Secret>>,
    pub(crate) asked: Asked,
    pub(crate) sandbox: SandboxSlot,
    pub(crate) running: Running,
    pub(crate) jars: Jars,
    pub(crate) sent: SentBodies,
    pub(crate) last_responses: Arc<LastResponses>,
    /// Variables that requests have captured, for those that follow.
    pub(crate) captured: Mutex<BTreeMap<String, variables::Value>>,
    /// Descriptions of APIs beside requests.
    pub(crate) descriptions: Descriptions,
    pub(crate) outputs: Outputs,
    /// Polls and deliveries of one trigger come one after the other.
    pub(crate) turns: Turns,
    /// Flows that are served from here.
    pub(crate) serving: ServingSlot,
    /// What was done in this session, as *Record my demo* tells it.
    pub(crate) deeds: Deeds,
    pub(crate) writes: Arc<Writes>,
    /// How each profile did when it was last used in this process.
    pub(crate) health: Mutex<HashMap<String, (HealthState, Option<String>)>>,
    /// The last test of a draft: saving that very draft keeps what it said.
    pub(crate) last_test: Mutex<Option<LastTest>>,
}

impl Studio {
    /// A studio; nothing is opened or read yet.
    pub fn new(options: StudioOptions) -> Self {
        let events = broadcast::channel(256).0;
        let scripts = Workers::new(options.worker.clone());
        Self {
            safe: Safe {
                options,
                secrets: Arc::default(),
            },
            store: OnceLock::new(),
            scripts,
            clients: Mutex::default(),
            sessions: Mutex::default(),
            turns: Turns::default(),
            writes: Arc::new(Writes::new(events.clone())),
            health: Mutex::default(),
            last_test: Mutex::default(),
            events,
            bodies: Bodies::default(),
            highlighter: Highlighter::default(),
            workspace: RwLock::default(),
            made_keys: Mutex::default(),
            asked: Asked::default(),
            sandbox: SandboxSlot::default(),
            running: Running::default(),
            jars: Jars::default(),
            sent: SentBodies::default(),
            last_responses: Arc::default(),
            captured: Mutex::default(),
            descriptions: Descriptions::default(),
            outputs: Outputs::default(),
            serving: ServingSlot::default(),
            deeds: Deeds::default(),
        }
    }

    /// Where the store lives.
    pub fn home(&self) -> &Path {
        &self.safe.options.home
    }

    /// Where workspaces are made.
    pub fn documents(&self) -> &Path {
        &self.safe.options.documents
    }

    /// What happens from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Who is asked before a write to a live org.
    pub fn writes(&self) -> Arc<Writes> {
        Arc::clone(&self.writes)
    }

    /// Tells every front. Nobody listening is fine.
    pub(crate) fn tell(&self, event: Event) {
        let _ = self.events.send(event);
    }

    /// The program that is started for work in a process of its own.
    pub fn worker(&self) -> &Program {
        &self.safe.options.worker
    }

    pub(crate) fn event_sender(&self) -> broadcast::Sender<Event> {
        self.events.clone()
    }

    /// The store, opened now if it was not.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when it cannot be opened.
    pub fn store(&self) -> Result<&Store, Error> {
        get_or_open(&self.store, || {
            Store::open(&self.safe.options.home).map_err(Error::from)
        })
    }

    /// The secrets, opened now if they were not.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when neither keychain nor file can be used.
    pub fn secrets(&self) -> Result<&Secrets, Error> {
        self.safe.secrets()
    }

    pub(crate) fn safe(&self) -> &Safe {
        &self.safe
    }

    /// Where scripts run.
    pub fn scripts(&self) -> &Workers {
        &self.scripts
    }

    /// The HTTP client of a connection: one each, so that its TCP connections are reused and cookies stay apart. Made
    /// anew where the network settings or the files they name have changed.
    ///
    /// # Errors
    /// [`Code::Input`] for a network setting that cannot be used, [`Code::Unavailable`] for cookies that cannot be read.
    pub fn client(&self, connection: &Resolved) -> Result<Client, Error> {
        self.client_for(&connection.name, &connection.network, || jars::jar(self, connection))
    }

    /// The HTTP client kept under a name; `cookies` gives the jar of one that is made now.
    pub(crate) fn client_for(
        &self,
        name: &str,
        network: &Network,
        cookies: impl FnOnce() -> Result<Arc<Jar>, Error>,
    ) -> Result<Client, Error> {
        let changed = |file: &Path| std::fs::metadata(file).and_then(|file| file.modified()).ok();
        let files: Vec<_> = network.files().map(changed).collect();
        let mut clients = lock(&self.clients);
        if let Some(made) = clients.get(name)
            && (&made.network, &made.files) == (network, &files)
        {
            return Ok(made.client.clone());
        }
        let client = new_client(network, cookies()?)?;
        let made = Made {
            network: network.clone(),
            files,
            client: client.clone(),
        };
        clients.insert(name.to_owned(), made);
        Ok(client)
    }

    /// What signing in with `auth` remembers for a connection: one for everything that uses it, begun anew when the
    /// connection is changed. `saved` says whether its tokens may outlive the process.
    pub(crate) fn session(&self, connection: &str, auth: &Auth, saved: bool) -> Arc<Session> {
        let mut sessions = lock(&self.sessions);
        if let Some((known, session)) = sessions.get(connection)
            && known == auth
        {
            return Arc::clone(session);
        }
        let session = Arc::new(Session::new(ConnectionSafe {
            safe: self.safe.clone(),
            connection: saved.then(|| connection.to_owned()),
        }));
        sessions.insert(connection.to_owned(), (auth.clone(), Arc::clone(&session)));
        session
    }

    /// Forgets what signing in remembers for a connection.
    pub(crate) fn end_session(&self, connection: &str) {
        lock(&self.sessions).remove(connection);
    }

    /// The folder of the open workspace.
    ///
    /// # Errors
    /// [`Code::Usage`] when none is open.
    pub(crate) fn workspace_folder(&self) -> Result<PathBuf, Error> {
        self.workspace
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .map(|workspace| workspace.folder.clone())
            .ok_or_else(|| Error::new(Code::Usage, "no workspace is open").with_hint("Open a folder first."))
    }
}

/// A client without cookies and warm connections.
///
/// # Errors
/// As [`Studio::client`].
pub(crate) fn fresh_client(network: &Network) -> Result<Client, Error> {
    new_client(network, Arc::default())
}

fn new_client(network: &Network, cookies: Arc<Jar>) -> Result<Client, Error> {
    let options = ClientOptions {
        user_agent: format!("joinery/{}", version()),
        network: network.clone(),
        cookies,
        ..ClientOptions::default()
    };
    Ok(Client::new(options)?)
}

/// Joinery's version.
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// The lock, whether or not a holder panicked: what we keep behind locks is whole after every statement.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `OnceLock::get_or_try_init` as it will be once stable; two racing opens keep the first.
pub(crate) fn get_or_open<T>(cell: &OnceLock<T>, open: impl FnOnce() -> Result<T, Error>) -> Result<&T, Error> {
    if let Some(value) = cell.get() {
        return Ok(value);
    }
    let value = open()?;
    Ok(cell.get_or_init(|| value))
}

/// A studio as fronts hold it.
pub type SharedStudio = Arc<Studio>;
