//! Version history on real repositories, with the git that is installed and no settings of the machine.
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    AskCommits, ChangeMark, Version, VersionFile, VersionText,
    commit::commit,
    git::Git,
    git_folder, log,
    repository::Repository,
    status::{self, RepositoryView},
    text::{Sources, place},
};
use crate::error::Code;

/// A repository whose workspace lies below its top, beside a file that is none of the workspace's.
struct Desk {
    _folder: tempfile::TempDir,
    top: PathBuf,
    repository: Repository,
}

impl Desk {
    fn new() -> Self {
        let desk = Self::bare();
        desk.git(&["config", "user.name", "Ada Lovelace"]);
        desk.git(&["config", "user.email", "ada@acme.example"]);
        desk
    }

    /// One in which nobody has said who commits.
    fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let top = fs::canonicalize(folder.path()).unwrap();
        let workspace = top.join("connectors");
        fs::create_dir(&workspace).unwrap();
        let nowhere = top.join("no-such-file").display().to_string();
        let git = Git {
            program: "git".into(),
            variables: ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"]
                .map(|name| (name.to_owned(), nowhere.clone()))
                .into(),
        };
        git.read(&top, &["init", "--initial-branch=main"]).unwrap();
        Self {
            repository: Repository::find(git, &workspace).unwrap(),
            top,
            _folder: folder,
        }
    }

    /// Runs git as a person would, at the top.
    fn git(&self, arguments: &[&str]) {
        let done = Command::new("git")
            .args(arguments)
            .current_dir(&self.top)
            .envs(self.repository.git.variables.iter().cloned())
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.repository.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn all(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    fn look(&self) -> RepositoryView {
        status::look(&self.repository).unwrap()
    }

    fn marks(&self) -> Vec<(String, ChangeMark)> {
        self.look()
            .changes
            .into_iter()
            .map(|file| (file.path, file.mark))
            .collect()
    }

    fn commits(&self, path: Option<&str>) -> Vec<log::PastCommit> {
        let ask = AskCommits {
            path: path.map(str::to_owned),
            skip: 0,
            limit: 20,
        };
        log::list(&self.repository, &ask).unwrap()
    }

    fn text(&self, path: &str, version: Version) -> VersionText {
        let home = tempfile::tempdir().unwrap();
        let store = joinery_store::Store::open(home.path()).unwrap();
        let sources = Sources {
            folder: &self.repository.folder,
            repository: Some(self.repository.clone()),
            store: &store,
        };
        let file = VersionFile {
            path: path.to_owned(),
            version,
        };
        sources.text(&file).unwrap()
    }
}

fn text(text: &str) -> VersionText {
    VersionText::Text { text: text.to_owned() }
}

fn paths(paths: &[&str]) -> Vec<String> {
    paths.iter().map(|path| (*path).to_owned()).collect()
}

#[test]
fn every_kind_of_change_is_told_and_what_is_ignored_is_not() {
    let desk = Desk::new();
    for name in ["changed.rhai", "gone.rhai", "old name.rhai", "same.rhai"] {
        desk.write(name, &format!("// {name}\nfn execute(connection, input) {{ 1 }}\n"));
    }
    fs::write(desk.top.join("outside.txt"), "not of the workspace\n").unwrap();
    desk.write(".gitignore", "*.log\nbuild/\n");
    desk.all("first");
    assert_eq!(desk.marks(), []);

    desk.write("changed.rhai", "other\n");
    fs::remove_file(desk.repository.folder.join("gone.rhai")).unwrap();
    desk.git(&["mv", "connectors/old name.rhai", "connectors/Ünew \"name\".rhai"]);
    desk.write("actions/new.rhai", "new\n");
    desk.write("added.rhai", "added\n");
    desk.git(&["add", "connectors/added.rhai"]);
    desk.write("noise.log", "x");
    desk.write("build/out.txt", "x");
    fs::write(desk.top.join("outside.txt"), "changed\n").unwrap();

    let view = desk.look();
    let told: Vec<_> = view
        .changes
        .iter()
        .map(|file| (file.path.as_str(), file.mark, file.from.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("actions/new.rhai", ChangeMark::Untracked, None),
            ("added.rhai", ChangeMark::Added, None),
            ("changed.rhai", ChangeMark::Modified, None),
            ("gone.rhai", ChangeMark::Deleted, None),
            ("Ünew \"name\".rhai", ChangeMark::Renamed, Some("old name.rhai")),
        ]
    );
    assert_eq!(view.branch.as_deref(), Some("main"));
    assert_eq!(view.author.as_deref(), Some("Ada Lovelace <ada@acme.example>"));
}

#[test]
fn a_file_that_git_was_told_to_forget_is_told_once() {
    let desk = Desk::new();
    desk.write("a.rhai", "1\n");
    desk.all("first");
    desk.git(&["rm", "--quiet", "--cached", "connectors/a.rhai"]);
    assert_eq!(desk.marks(), [("a.rhai".to_owned(), ChangeMark::Modified)]);
}

#[test]
fn looking_writes_nothing_into_the_repository() {
    let desk = Desk::new();
    desk.write("a.rhai", "1\n");
    desk.all("first");
    let index = desk.top.join(".git/index");
    // A file whose times are not those of the index would make git refresh it.
    desk.write("a.rhai", "1\n");
    let before = (
        fs::read(&index).unwrap(),
        fs::metadata(&index).unwrap().modified().unwrap(),
    );
    desk.look();
    desk.commits(None);
    let after = (
        fs::read(&index).unwrap(),
        fs::metadata(&index).unwrap().modified().unwrap(),
    );
    assert!(before == after);
}

#[test]
fn a_commit_takes_the_chosen_files_and_leaves_what_is_staged_of_others() {
    let desk = Desk::new();
    for name in ["a.rhai", "b.rhai", "gone.rhai", "from.rhai"] {
        desk.write(name, &format!("// {name}\nsome\nmore\nlines\n"));
    }
    desk.all("first");
    desk.write("a.rhai", "changed\n");
    desk.write("b.rhai", "staged\n");
    desk.git(&["add", "connectors/b.rhai"]);
    desk.write("b.rhai", "staged, then changed\n");
    desk.write("new/one [1].rhai", "new\n");
    desk.write("other.rhai", "not chosen\n");
    fs::remove_file(desk.repository.folder.join("gone.rhai")).unwrap();
    desk.git(&["mv", "connectors/from.rhai", "connectors/to.rhai"]);

    let chosen = paths(&["a.rhai", "new/one [1].rhai", "gone.rhai", "to.rhai"]);
    let done = commit(&desk.repository, &chosen, "Change a\n\n# not a comment").unwrap();
    let made = done.commit.unwrap();
    assert_eq!(
        (made.subject.as_str(), made.body.as_str()),
        ("Change a", "# not a comment")
    );
    assert_eq!(made.author, "Ada Lovelace");
    let changed = log::changes(&desk.repository, &made.id).unwrap();
    let changed: Vec<_> = changed.iter().map(|file| (file.path.as_str(), file.mark)).collect();
    assert_eq!(
        changed,
        [
            ("a.rhai", ChangeMark::Modified),
            ("gone.rhai", ChangeMark::Deleted),
            ("new/one [1].rhai", ChangeMark::Added),
            ("to.rhai", ChangeMark::Renamed),
        ]
    );
    assert_eq!(
        desk.marks(),
        [
            ("b.rhai".to_owned(), ChangeMark::Modified),
            ("other.rhai".to_owned(), ChangeMark::Untracked)
        ]
    );
    let staged = desk.repository.read(&["cat-file", "blob", ":./b.rhai"]).unwrap();
    assert_eq!(String::from_utf8(staged).unwrap(), "staged\n");
}

#[test]
fn the_first_commit_of_a_repository_can_be_made() {
    let desk = Desk::new();
    desk.write("a.rhai", "1\n");
    desk.write("b.rhai", "1\n");
    assert!(!desk.look().has_commits);
    assert_eq!(desk.commits(None), []);
    assert!(
        commit(&desk.repository, &paths(&["a.rhai"]), "first")
            .unwrap()
            .commit
            .is_some()
    );
    assert_eq!(desk.marks(), [("b.rhai".to_owned(), ChangeMark::Untracked)]);
    let first = &desk.commits(None)[0];
    assert_eq!(first.parent, None);
    assert_eq!(
        log::changes(&desk.repository, &first.id).unwrap()[0].mark,
        ChangeMark::Added
    );
    assert_eq!(desk.text("b.rhai", Version::Head), VersionText::Absent);
}

#[cfg(unix)]
#[test]
fn a_hook_that_refuses_is_heard_and_the_index_is_as_before() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    desk.write("a.rhai", "1\n");
    desk.all("first");
    let hook = desk.top.join(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, "#!/bin/sh\necho 'a.rhai: write it better' >&2\nexit 1\n").unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    desk.write("a.rhai", "2\n");
    desk.write("new.rhai", "2\n");
    let done = commit(&desk.repository, &paths(&["a.rhai", "new.rhai"]), "second").unwrap();
    assert_eq!(done.commit, None);
    assert!(done.said.contains("write it better"), "{}", done.said);
    assert_eq!(
        desk.marks(),
        [
            ("a.rhai".to_owned(), ChangeMark::Modified),
            ("new.rhai".to_owned(), ChangeMark::Untracked)
        ]
    );
    assert_eq!(desk.commits(None).len(), 1);
}

#[test]
fn nobody_commits_where_git_does_not_know_who() {
    let desk = Desk::bare();
    desk.write("a.rhai", "1\n");
    assert_eq!(desk.look().author, None);
    let error = commit(&desk.repository, &paths(&["a.rhai"]), "first").unwrap_err();
    assert_eq!(error.code, Code::Input);
    assert!(error.hint.unwrap().contains("git config --global user.name"));
    assert_eq!(desk.marks(), [("a.rhai".to_owned(), ChangeMark::Untracked)]);
}

#[test]
fn what_cannot_be_committed_is_refused_before_git_is_asked() {
    let desk = Desk::new();
    desk.write("a.rhai", "1\n");
    for (chosen, message, code) in [
        (&["a.rhai"][..], " \n", Code::Input),
        (&[], "first", Code::Input),
        (&["b.rhai"], "first", Code::Conflict),
    ] {
        let error = commit(&desk.repository, &paths(chosen), message).unwrap_err();
        assert_eq!(error.code, code, "{error}");
    }
}

#[test]
fn a_merge_under_way_is_told_with_its_conflicts_and_stays_a_matter_of_the_terminal() {
    let desk = Desk::new();
    desk.write("a.rhai", "1\n");
    desk.write("b.rhai", "1\n");
    desk.all("first");
    desk.git(&["switch", "--quiet", "--create", "other"]);
    desk.write("a.rhai", "theirs\n");
    desk.all("theirs");
    desk.git(&["switch", "--quiet", "main"]);
    desk.write("a.rhai", "ours\n");
    desk.all("ours");
    let merged = desk.repository.git.ask(&desk.top, &["merge", "other"]).unwrap();
    assert!(!merged.status.success());
    desk.write("b.rhai", "2\n");
    let view = desk.look();
    assert_eq!(view.under_way.as_deref(), Some("merge"));
    assert_eq!(view.changes[0].mark, ChangeMark::Conflicted);
    for chosen in ["a.rhai", "b.rhai"] {
        let error = commit(&desk.repository, &paths(&[chosen]), "half").unwrap_err();
        assert_eq!(error.code, Code::Conflict, "{error}");
    }
}

#[test]
fn the_commits_of_a_file_go_back_past_its_names() {
    let desk = Desk::new();
    desk.write("a.rhai", "one\ntwo\nthree\nfour\n");
    desk.all("first\n\nWith a body.\nOf two lines.");
    desk.write("b.rhai", "x\n");
    desk.all("of another file");
    desk.git(&["mv", "connectors/a.rhai", "connectors/é.rhai"]);
    desk.all("renamed");
    desk.write("é.rhai", "one\ntwo\nthree\nfive\n");
    desk.all("changed");

    let commits = desk.commits(Some("é.rhai"));
    let told: Vec<_> = commits
        .iter()
        .map(|each| (each.subject.as_str(), each.path.as_deref(), each.from.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("changed", Some("é.rhai"), None),
            ("renamed", Some("é.rhai"), Some("a.rhai")),
            ("first", Some("a.rhai"), None),
        ]
    );
    assert_eq!(commits[2].body, "With a body.\nOf two lines.");
    assert_eq!(commits[0].parent.as_deref(), Some(commits[1].id.as_str()));
    assert_eq!(desk.commits(None).len(), 4);
    let id = commits[2].id.clone();
    assert_eq!(
        desk.text("a.rhai", Version::Commit { id: id.clone() }),
        text("one\ntwo\nthree\nfour\n")
    );
    assert_eq!(desk.text("é.rhai", Version::Commit { id }), VersionText::Absent);
    assert_eq!(desk.text("é.rhai", Version::Head), desk.text("é.rhai", Version::Disk));
}

#[test]
fn what_is_no_text_or_too_much_of_it_is_said() {
    let desk = Desk::new();
    desk.write("icon.png", "\u{0}PNG");
    desk.write("large.json", &"x".repeat(super::text::LARGEST + 1));
    desk.all("first");
    assert_eq!(desk.text("icon.png", Version::Head), VersionText::Binary);
    assert_eq!(desk.text("large.json", Version::Disk), VersionText::TooLarge);
    assert_eq!(desk.text("none.rhai", Version::Disk), VersionText::Absent);
    assert_eq!(desk.text("none.rhai", Version::Nothing), VersionText::Absent);
}

#[test]
fn names_that_lead_out_of_the_workspace_or_into_git_are_refused() {
    let desk = Desk::new();
    let folder = &desk.repository.folder;
    assert!(place(folder, "okta/actions/new.rhai").is_ok());
    for wrong in [
        "",
        "../outside.txt",
        "/etc/passwd",
        "a/../../b",
        ".git/config",
        "x/.GIT/hooks/a",
        "git~1/config",
        "a\\b",
    ] {
        assert_eq!(place(folder, wrong).unwrap_err().code, Code::Usage, "{wrong}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&desk.top, folder.join("up")).unwrap();
        assert!(place(folder, "up/outside.txt").is_err());
    }
    assert!(log::changes(&desk.repository, "--output=x").is_err());
}

#[test]
fn a_folder_in_no_repository_gets_none_and_a_worktree_is_one() {
    let plain = tempfile::tempdir().unwrap();
    assert_eq!(git_folder(plain.path()), None);
    assert!(!plain.path().join(".git").exists());

    let desk = Desk::new();
    desk.write("a.rhai", "1\n");
    desk.all("first");
    let tree = desk.top.join("tree");
    desk.git(&["worktree", "add", "--quiet", "-b", "side", "tree"]);
    let repository = Repository::find(desk.repository.git.clone(), &tree.join("connectors")).unwrap();
    assert!(repository.git_folder.ends_with("worktrees/tree"), "{repository:?}");
    fs::write(tree.join("connectors/a.rhai"), "2\n").unwrap();
    let view = status::look(&repository).unwrap();
    assert_eq!((view.branch.as_deref(), view.changes.len()), (Some("side"), 1));
}

#[test]
fn a_machine_without_git_says_what_to_do() {
    let git = Git {
        program: Path::new("/nowhere/git").into(),
        variables: Vec::new(),
    };
    let desk = Desk::new();
    let repository = Repository::find(git, &desk.repository.folder).unwrap();
    let error = status::look(&repository).unwrap_err();
    assert_eq!(error.code, Code::Unavailable);
    assert!(error.message.contains("not installed"), "{error}");
    assert!(error.hint.unwrap().contains("Install git"));
}
