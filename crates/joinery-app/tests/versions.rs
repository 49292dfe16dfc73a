//! Local snapshots through the studio: what saves, deletions and restores leave behind.
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::{fs, path::PathBuf};

use joinery_app::{
    Code, Studio, StudioOptions, environments,
    files::{self, FileRef},
    import,
    settings::{self, Cleared},
    versions::{self, SnapshotWhy, Version, VersionFile, VersionText},
    workspaces,
};

struct Desk {
    _folder: tempfile::TempDir,
    workspace: PathBuf,
    studio: Studio,
}

/// A workspace with a connector of one action, in no repository.
fn desk() -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let workspace = fs::canonicalize(folder.path()).unwrap().join("connectors");
    fs::create_dir_all(workspace.join("acme/actions")).unwrap();
    fs::write(
        workspace.join("acme/connector.toml"),
        "format = 1\nid = \"acme\"\nversion = \"0.1.0\"\n",
    )
    .unwrap();
    fs::write(workspace.join("acme/actions/go.rhai"), "// as found\n").unwrap();
    let studio = Studio::new(StudioOptions {
        home: folder.path().join("home"),
        documents: folder.path().join("documents"),
        keychain: false,
        worker: joinery_app::Program::At(env!("CARGO_BIN_EXE_app-worker").into()),
    });
    workspaces::open(&studio, &workspace.display().to_string()).unwrap();
    Desk {
        _folder: folder,
        workspace,
        studio,
    }
}

fn action() -> FileRef {
    FileRef {
        connector: "acme".into(),
        path: "actions/go.rhai".into(),
    }
}

const PATH: &str = "acme/actions/go.rhai";

impl Desk {
    fn save(&self, text: &str) {
        files::save(&self.studio, &action(), text, None).unwrap();
    }

    fn reasons(&self) -> Vec<SnapshotWhy> {
        let all = versions::snapshots(&self.studio, Some(PATH)).unwrap();
        all.into_iter().map(|snapshot| snapshot.why).collect()
    }

    fn text_of(&self, nth: usize) -> VersionText {
        let id = versions::snapshots(&self.studio, None).unwrap()[nth].id;
        let file = VersionFile {
            path: PATH.into(),
            version: Version::Snapshot { id },
        };
        versions::text(&self.studio, &file).unwrap()
    }
}

fn text(text: &str) -> VersionText {
    VersionText::Text { text: text.into() }
}

#[test]
fn a_save_keeps_what_stood_there_before_and_what_stands_there_now() {
    let desk = desk();
    desk.save("// mine\n");
    assert_eq!(desk.reasons(), [SnapshotWhy::Saved, SnapshotWhy::Found]);
    assert_eq!(desk.text_of(0), text("// mine\n"));
    assert_eq!(desk.text_of(1), text("// as found\n"));
    // Another program writes it: the next save keeps that too.
    fs::write(desk.workspace.join(PATH), "// theirs\n").unwrap();
    desk.save("// mine again\n");
    assert_eq!(
        desk.reasons(),
        [
            SnapshotWhy::Saved,
            SnapshotWhy::Found,
            SnapshotWhy::Saved,
            SnapshotWhy::Found
        ]
    );
    let stray: Vec<_> = fs::read_dir(desk.workspace.join("acme/actions")).unwrap().collect();
    assert_eq!(stray.len(), 1, "nothing is kept in the workspace");
}

#[test]
fn a_restore_keeps_what_it_replaces() {
    let desk = desk();
    desk.save("// mine\n");
    fs::write(desk.workspace.join(PATH), "// unsaved by anybody here\n").unwrap();
    let id = versions::snapshots(&desk.studio, Some(PATH)).unwrap().pop().unwrap().id;
    let from = VersionFile {
        path: PATH.into(),
        version: Version::Snapshot { id },
    };
    versions::restore(&desk.studio, PATH, &from).unwrap();
    assert_eq!(fs::read_to_string(desk.workspace.join(PATH)).unwrap(), "// as found\n");
    assert_eq!(desk.reasons()[..2], [SnapshotWhy::Restored, SnapshotWhy::Replaced]);
    assert_eq!(desk.text_of(1), text("// unsaved by anybody here\n"));
    let head = VersionFile {
        version: Version::Head,
        ..from.clone()
    };
    assert_eq!(
        versions::restore(&desk.studio, PATH, &head).unwrap_err().code,
        Code::Usage
    );
    assert_eq!(
        versions::restore(&desk.studio, "../x", &from).unwrap_err().code,
        Code::Usage
    );
}

#[test]
fn a_deleted_file_can_be_brought_back_and_a_renamed_one_keeps_its_past() {
    let desk = desk();
    desk.save("// mine\n");
    let renamed = files::rename(&desk.studio, &action(), "went").unwrap();
    let path = "acme/actions/went.rhai";
    assert_eq!(versions::snapshots(&desk.studio, Some(path)).unwrap().len(), 2);
    fs::write(desk.workspace.join(path), "// last words\n").unwrap();
    files::delete(&desk.studio, &renamed).unwrap();
    let deleted = versions::snapshots(&desk.studio, Some(path)).unwrap().remove(0);
    assert_eq!(deleted.why, SnapshotWhy::Deleted);
    let from = VersionFile {
        path: path.into(),
        version: Version::Snapshot { id: deleted.id },
    };
    versions::restore(&desk.studio, path, &from).unwrap();
    assert_eq!(
        fs::read_to_string(desk.workspace.join(path)).unwrap(),
        "// last words\n"
    );
}

#[test]
fn snapshots_are_cleared_when_somebody_says_so() {
    let desk = desk();
    desk.save("// mine\n");
    assert_eq!(settings::clear(&desk.studio, Cleared::Snapshots).unwrap(), 2);
    assert_eq!(desk.reasons(), []);
    assert!(versions::state(&desk.studio).unwrap().repository.is_none());
}

#[test]
fn an_environment_that_is_written_over_and_one_that_is_deleted_are_kept() {
    let desk = desk();
    let environment = |value: &str| environments::EnvironmentView {
        name: "test".into(),
        color: None,
        variables: [("host".to_owned(), value.to_owned())].into(),
    };
    environments::save(&desk.studio, environment("one.example")).unwrap();
    let file = desk.workspace.join("environments/test.toml");
    let own = fs::read_to_string(&file).unwrap().replace("one", "by-hand");
    fs::write(&file, own).unwrap();
    environments::save(&desk.studio, environment("two.example")).unwrap();
    environments::remove(&desk.studio, "test").unwrap();
    let kept = versions::snapshots(&desk.studio, Some("environments/test.toml")).unwrap();
    let reasons: Vec<SnapshotWhy> = kept.iter().map(|each| each.why).collect();
    // What was saved last is what was deleted: one snapshot is enough for both.
    assert_eq!(reasons, [SnapshotWhy::Saved, SnapshotWhy::Found, SnapshotWhy::Saved]);
}

#[test]
fn a_request_that_an_import_replaces_is_kept() {
    let desk = desk();
    let import = || import::ImportRequests {
        id: "import".into(),
        connector: "acme".into(),
        source: import::ImportSource::Text {
            name: "pasted".into(),
            text: "curl https://acme.example/users".into(),
        },
        folder: "requests".into(),
        replace: true,
        keep_description: false,
    };
    let report = import::import_requests(&desk.studio, &import()).unwrap();
    let path = format!("acme/{}", report.made[0]);
    let file = desk.workspace.join(&path);
    let own = format!("{}# by hand\n", fs::read_to_string(&file).unwrap());
    fs::write(&file, &own).unwrap();
    import::import_requests(&desk.studio, &import()).unwrap();
    let kept = versions::snapshots(&desk.studio, Some(&path)).unwrap();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(kept[0].why, SnapshotWhy::Replaced);
}
