//! How the files of a workspace stand against the last commit.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{repository::Repository, text_of};
use crate::error::Error;

/// The most changed files that are told of: more is a folder that git should be told to ignore.
const MOST: usize = 5_000;

/// How a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ChangeMark {
    /// Two sides changed it; a person has to say what it is to be.
    Conflicted,
    /// It has other text than in the last commit.
    Modified,
    /// It is new, and git has been told of it.
    Added,
    /// It is new, and git has not been told of it.
    Untracked,
    /// It is gone.
    Deleted,
    /// It has another name.
    Renamed,
}

/// A file that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ChangedFile {
    /// Its path in the workspace.
    pub path: String,
    /// How it stands.
    pub mark: ChangeMark,
    /// What it was called before.
    pub from: Option<String>,
}

/// What git says of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RepositoryView {
    /// The branch; none where a commit is checked out.
    pub branch: Option<String>,
    /// Whether there is a commit.
    pub has_commits: bool,
    /// Files of the workspace that changed, by path.
    pub changes: Vec<ChangedFile>,
    /// How many more there are than are listed.
    pub more: u32,
    /// Who commits: name and address; none where git does not know.
    pub author: Option<String>,
    /// What is half done, such as a merge.
    pub under_way: Option<String>,
}

/// Looks at the repository.
pub(super) fn look(repository: &Repository) -> Result<RepositoryView, Error> {
    let said = repository.read(&[
        "status",
        "--porcelain=v2",
        "-z",
        "--branch",
        "--untracked-files=all",
        "--ignore-submodules=all",
        "--",
        ".",
    ])?;
    let prefix = repository.read(&["rev-parse", "--show-prefix"])?;
    let prefix = text_of(&prefix);
    let Status {
        branch,
        has_commits,
        changes,
    } = parse(&text_of(&said), prefix.trim_end_matches(['\n', '\r']));
    let more = u32::try_from(changes.len().saturating_sub(MOST)).unwrap_or(u32::MAX);
    Ok(RepositoryView {
        branch,
        has_commits,
        changes: changes.into_iter().take(MOST).collect(),
        more,
        author: repository.author()?,
        under_way: repository.under_way().map(str::to_owned),
    })
}

/// What `git status` said.
struct Status {
    branch: Option<String>,
    has_commits: bool,
    changes: Vec<ChangedFile>,
}

/// Reads `git status --porcelain=v2 -z --branch`; `prefix` is the workspace's folder in the repository.
fn parse(said: &str, prefix: &str) -> Status {
    let (mut branch, mut has_commits) = (None, true);
    let mut changes: BTreeMap<String, ChangedFile> = BTreeMap::new();
    let mut note = |path: &str, mark, from: Option<&str>| {
        // A folder is a repository of its own.
        let Some(path) = path.strip_prefix(prefix).filter(|path| !path.ends_with('/')) else {
            return;
        };
        let changed = ChangedFile {
            path: path.to_owned(),
            mark,
            from: from.map(|from| from.strip_prefix(prefix).unwrap_or(from).to_owned()),
        };
        let known = changes.entry(changed.path.clone());
        // One that git was told to forget, and that is still there, is told twice.
        known
            .and_modify(|known| known.mark = ChangeMark::Modified)
            .or_insert(changed);
    };
    let mut entries = said.split('\0');
    while let Some(entry) = entries.next() {
        match entry.split_once(' ') {
            Some(("#", header)) => {
                if let Some(name) = header.strip_prefix("branch.head ") {
                    branch = (name != "(detached)").then(|| name.to_owned());
                }
                has_commits &= header != "branch.oid (initial)";
            }
            // XY, submodule, three modes, two names of objects, path.
            Some(("1", rest)) => {
                if let (Some(state), Some(path)) = (rest.get(..2), rest.splitn(8, ' ').nth(7)) {
                    note(path, mark_of(state), None);
                }
            }
            // The same with how alike they are, and in an entry of its own the name before.
            Some(("2", rest)) => {
                let from = entries.next();
                if let (Some(state), Some(path)) = (rest.get(..2), rest.splitn(9, ' ').nth(8)) {
                    let gone = state.ends_with('D');
                    note(path, if gone { ChangeMark::Deleted } else { ChangeMark::Renamed }, from);
                }
            }
            // XY, submodule, four modes, three names of objects, path.
            Some(("u", rest)) => {
                if let Some(path) = rest.splitn(10, ' ').nth(9) {
                    note(path, ChangeMark::Conflicted, None);
                }
            }
            Some(("?", path)) => note(path, ChangeMark::Untracked, None),
            _ => {}
        }
    }
    Status {
        branch,
        has_commits,
        changes: changes.into_values().collect(),
    }
}

/// What the two letters mean: how the index stands against the commit, and the file against the index.
fn mark_of(state: &str) -> ChangeMark {
    match state.as_bytes() {
        [_, b'D'] | [b'D', b'.'] => ChangeMark::Deleted,
        [b'A', _] | [_, b'A'] => ChangeMark::Added,
        _ => ChangeMark::Modified,
    }
}
