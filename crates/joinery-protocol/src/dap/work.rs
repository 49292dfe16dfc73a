//! What a launch runs: a script with what it is given, or a case of the connector's tests.

use std::sync::Arc;

use joinery_app::{
    Code, Connector, Error, FileKind, Studio,
    connections::{self, Given, Resolved, SANDBOX},
    connectors,
    runs::{self, Performance, Performed},
    sandbox,
    tests::{CaseFailure, CaseName, CaseRun},
    triggers::{self, Entry},
};
use serde_json::{Value, json};

use super::requests::Launch;

/// What is run.
pub enum Work {
    /// An action or trigger; for one of its functions besides `poll`, which.
    Script(Box<Performance>, Option<Entry>),
    /// A case.
    Case(Box<CaseRun>),
}

/// What came of it.
pub struct Ran {
    /// The run.
    pub performed: Performed,
    /// What is wrong, for a case.
    pub failures: Option<Vec<CaseFailure>>,
}

impl Work {
    /// What a launch asks for. `program` is its file as a path of the connector.
    pub async fn of(
        studio: &Studio,
        connector: &Arc<Connector>,
        launch: &Launch,
        program: Option<&str>,
    ) -> Result<Self, Error> {
        let connection = match launch.connection.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => Some(named(studio, connector, name).await?),
            None => None,
        };
        match &launch.test {
            Some(test) => Ok(Self::Case(Box::new(case(
                studio,
                connector,
                test,
                connection.as_ref(),
            )?))),
            None => script(studio, connector, launch, program, connection),
        }
    }

    /// The run, before it begins.
    pub fn performance(&mut self) -> &mut Performance {
        match self {
            Self::Script(performance, _) => performance,
            Self::Case(case) => &mut case.performance,
        }
    }

    /// Runs it to its end.
    pub async fn perform(self, studio: &Studio) -> Result<Ran, Error> {
        let (performed, failures) = match self {
            Self::Script(performance, Some(entry)) => (triggers::enter(studio, *performance, entry).await?, None),
            Self::Script(performance, None) => (runs::perform(studio, *performance).await?, None),
            Self::Case(case) => {
                let (performed, failures) = case.perform(studio).await?;
                (performed, Some(failures))
            }
        };
        Ok(Ran { performed, failures })
    }
}

/// The script in `program`, which is in the connector, or that the launch names, with what it is given.
fn script(
    studio: &Studio,
    connector: &Arc<Connector>,
    launch: &Launch,
    program: Option<&str>,
    connection: Option<Resolved>,
) -> Result<Work, Error> {
    let script = launch.action.as_deref().or(program).ok_or_else(|| {
        Error::new(
            Code::Usage,
            "no action: name it as `action`, its file as `program`, or a case as `test`",
        )
    })?;
    let file = connectors::script(connector, script)?;
    let entry = launch.entry();
    let is_trigger = connector
        .files
        .get(&file)
        .is_some_and(|file| file.kind == FileKind::Trigger);
    if entry.is_some() && !is_trigger {
        return Err(Error::new(Code::Usage, format!("{file} is no trigger"))
            .with_hint("Leave out `function`: an action is run from `execute` on."));
    }
    let connection = match connection {
        Some(connection) => connection,
        None => nobody(studio, connector)?,
    };
    let mut performance = Performance::new(Arc::clone(connector), &file, connection);
    performance.input = match read_values(&launch.input) {
        Value::Null => json!({}),
        input => input,
    };
    performance.config = read_values(&launch.config);
    performance.cursor = launch.cursor.clone();
    Ok(Work::Script(Box::new(performance), entry))
}

/// The connection of that name; the sandbox org is started where it is meant and none runs.
async fn named(studio: &Studio, connector: &Connector, name: &str) -> Result<Resolved, Error> {
    if name == SANDBOX && connections::fits_sandbox(connector) && sandbox::address(studio).is_none() {
        sandbox::start_with(studio, sandbox::Options::default()).await?;
    }
    connections::resolve(studio, connector, Ok(name))
}

/// What a script runs on where no connection is named.
fn nobody(studio: &Studio, connector: &Connector) -> Result<Resolved, Error> {
    if connections::needs_nothing(connector) {
        connections::resolve(studio, connector, Err(&Given::default()))
    } else {
        Ok(connections::none(studio, connector))
    }
}

/// The case named `ACTION/NAME`.
fn case(studio: &Studio, connector: &Arc<Connector>, test: &str, org: Option<&Resolved>) -> Result<CaseRun, Error> {
    let (action, name) = test.split_once('/').ok_or_else(|| {
        Error::new(Code::Usage, format!("`{test}` names no case"))
            .with_hint("Give `test` as ACTION/NAME, such as \"get_user/by login\".")
    })?;
    let name = CaseName {
        action: action.to_owned(),
        name: name.to_owned(),
    };
    CaseRun::of(studio, connector, &name, org)
}

/// Values as JSON, or as the text of such: some editors' forms know text only.
fn read_values(given: &Value) -> Value {
    let read = given.as_str().and_then(|text| serde_json::from_str(text).ok());
    read.unwrap_or_else(|| given.clone())
}
