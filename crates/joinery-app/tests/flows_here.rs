//! Flows of the open workspace as the window works on them, on the sandbox org and the services it stands in for.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::{fs, sync::Arc, time::Duration};

use joinery_app::{
    Code, Program, Studio, StudioOptions, connectors,
    files::{self, FileRef},
    flows::{self, FlowStatus, GoOn, GoOnFlow, RunFlow},
    settings::{self, Settings},
    workspaces,
};
use joinery_connector::FileKind;

const APPROVAL: &str = "//! Ask first\n//! Somebody says yes.\n\nfn trigger() { #{ connector: \"okta\", trigger: \"user_activated\" } }\n\nfn handle(event) {\n    let user = run(\"okta.get_user\", #{ user: event.login });\n    let answer = wait_for_approval(#{ timeout: 600 });\n    log.info(`approved: ${answer.approved}`);\n    run(\"okta.get_user\", #{ user: answer.comment });\n    #{ login: user.profile.login, by: answer.by }\n}\n";
const EVENT: &str = "{ \"login\": \"ada.lovelace@acme.example\", \"mobilePhone\": \"+44 1\" }";

struct Desk {
    studio: Arc<Studio>,
    folder: tempfile::TempDir,
}

impl Desk {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let workspace = folder.path().join("work");
        connectors::make("flows", &workspace).unwrap();
        fs::write(workspace.join("flows/ask_first.rhai"), APPROVAL).unwrap();
        let studio = Arc::new(Studio::new(StudioOptions {
            home: folder.path().join("home"),
            documents: folder.path().join("documents"),
            keychain: false,
            worker: Program::At(env!("CARGO_BIN_EXE_app-worker").into()),
        }));
        workspaces::open(&studio, workspace.to_str().unwrap()).unwrap();
        Self { studio, folder }
    }

    async fn run(&self, flow: &str, event: &str, dry: bool) -> Result<flows::FlowTrace, joinery_app::Error> {
        let run = RunFlow {
            id: "run".into(),
            flow: flow.into(),
            event: event.into(),
            dry,
            sandbox: true,
        };
        flows::run_here(&self.studio, run).await
    }

    async fn go_on(&self, run: &str, how: GoOn) -> Result<flows::FlowTrace, joinery_app::Error> {
        let wanted = GoOnFlow {
            id: "go-on".into(),
            run: run.into(),
            how,
            sandbox: true,
        };
        flows::go_on(&self.studio, wanted).await
    }
}

#[test]
fn a_new_flow_starts_with_a_trigger_that_there_is() {
    let desk = Desk::open();
    let made = files::create(&desk.studio, ".", FileKind::Flow, "new_starter").unwrap();
    assert_eq!(made.path, "flows/new_starter.rhai");
    let text = files::read(&desk.studio, &made).unwrap().text;
    assert!(text.starts_with("//! New starter\n"), "{text}");
    assert_eq!(files::check(&desk.studio, &made, &text).unwrap(), []);
    let again = files::create(&desk.studio, ".", FileKind::Flow, "new_starter").unwrap_err();
    assert_eq!(again.code, Code::Conflict);
    let workspace = desk.folder.path().join("lone");
    connectors::make("okta", &workspace).unwrap();
    workspaces::open(&desk.studio, workspace.to_str().unwrap()).unwrap();
    let refused = files::create(&desk.studio, ".", FileKind::Flow, "new_starter").unwrap_err();
    assert_eq!(refused.code, Code::Usage);
    assert!(!workspace.join("flows").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn flows_are_listed_with_what_starts_them_and_stand_in_the_tree() {
    let desk = Desk::open();
    let rows = flows::rows(&desk.studio).await.unwrap();
    let asked = rows.iter().find(|row| row.name == "ask_first").unwrap();
    assert_eq!(asked.started_by.as_deref(), Some("okta.user_activated"));
    assert_eq!(
        (asked.title.as_str(), asked.path.as_str()),
        ("Ask first", "flows/ask_first.rhai")
    );
    assert_eq!(asked.description, "Somebody says yes.");
    let workspace = workspaces::current(&desk.studio).unwrap();
    let tree = workspace.flows.unwrap();
    let entries = |at: usize| {
        tree.groups[at]
            .entries
            .iter()
            .map(|entry| entry.path.as_str())
            .collect::<Vec<_>>()
    };
    assert!(entries(0).contains(&"flows/ask_first.rhai") && entries(1).contains(&"flows/methods/people.rhai"));
    let file = FileRef {
        connector: ".".into(),
        path: "flows/ask_first.rhai".into(),
    };
    let broken = APPROVAL.replace("okta.get_user", "okta.get_usr");
    let saved = files::save(&desk.studio, &file, &broken, None).unwrap();
    assert!(
        saved.problems.iter().any(|problem| problem.message.contains("get_usr")),
        "{:?}",
        saved.problems
    );
    assert!(files::check(&desk.studio, &file, APPROVAL).unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_what_would_be_sent_and_is_not_kept() {
    let desk = Desk::open();
    let event = flows::sample(&desk.studio, "onboarding", true).await.unwrap();
    let trace = desk.run("onboarding", &event, true).await.unwrap();
    assert_eq!(trace.run.id, None);
    let withheld: Vec<&str> = trace
        .steps
        .iter()
        .flat_map(|step| &step.withheld)
        .map(|sent| sent.method.as_str())
        .collect();
    assert!(withheld.contains(&"POST"), "{trace:#?}");
    assert!(flows::runs_here(&desk.studio).unwrap().is_empty());
    let error = desk.run("onboarding", "{ oops", true).await.unwrap_err();
    assert_eq!((error.code, error.line), (Code::Input, Some(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_waits_is_answered_fails_and_goes_on_masked() {
    let desk = Desk::open();
    let masked = Settings {
        masked: vec!["mobilePhone".into()],
        ..Settings::default()
    };
    settings::save(&desk.studio, masked).unwrap();
    let waiting = desk.run("ask_first", EVENT, false).await.unwrap();
    assert_eq!(waiting.run.status, FlowStatus::Asking);
    assert!(
        waiting.run.due_ms.is_some() && !waiting.event.contains("+44"),
        "{waiting:#?}"
    );
    let id = waiting.run.id.clone().unwrap();
    let approval = waiting.steps[1].key.clone();
    let yes = |approval: &str| GoOn::Answer {
        approval: approval.into(),
        approved: true,
        by: " Grace ".into(),
        comment: "nobody@acme.example".into(),
    };
    assert_eq!(desk.go_on(&id, yes("other")).await.unwrap_err().code, Code::Usage);
    let failed = desk.go_on(&id, yes(&approval)).await.unwrap();
    assert_eq!(failed.run.status, FlowStatus::Failed, "{failed:#?}");
    assert_eq!(failed.steps[2].state, "failed");
    assert_eq!(failed.error.as_ref().unwrap().line, 10);
    let again = desk.go_on(&id, GoOn::Resume).await.unwrap();
    assert_eq!(
        again.steps[0].begun_ms, failed.steps[0].begun_ms,
        "the first step is not done again"
    );
    let runs = flows::runs_here(&desk.studio).unwrap();
    assert_eq!((runs.len(), runs[0].status), (1, FlowStatus::Failed));
    assert!(flows::shown(&desk.studio, "none").is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn flows_are_served_until_they_are_stopped() {
    let desk = Desk::open();
    for flow in fs::read_dir(desk.folder.path().join("work/flows")).unwrap().flatten() {
        if flow.path().is_file() && flow.file_name() != "ask_first.rhai" {
            fs::remove_file(flow.path()).unwrap();
        }
    }
    flows::begin_serving(&desk.studio, 1, true).unwrap();
    assert!(
        flows::begin_serving(&desk.studio, 1, true)
            .unwrap_err()
            .message
            .contains("already")
    );
    let waited = async {
        loop {
            let serving = flows::serving(&desk.studio).unwrap();
            if !serving.on {
                return serving;
            }
            flows::stop_serving(&desk.studio);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let serving = tokio::time::timeout(Duration::from_secs(30), waited).await.unwrap();
    assert_eq!(serving.failure, None);
    let (other, workspace) = (desk.folder.path().join("other"), desk.folder.path().join("work"));
    connectors::make("flows", &other).unwrap();
    workspaces::open(&desk.studio, other.to_str().unwrap()).unwrap();
    assert_eq!(flows::serving(&desk.studio), None);
    workspaces::open(&desk.studio, workspace.to_str().unwrap()).unwrap();
}
