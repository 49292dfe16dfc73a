//! Committing files that somebody chose, and nothing else: what is staged of other files stays staged as it is.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    AskCommits, ChangeMark, PastCommit, log,
    repository::Repository,
    status::{self, ChangedFile},
};
use crate::error::{Code, Error};

/// Names of files come from the input, each ended by a zero byte.
const FROM_INPUT: [&str; 2] = ["--pathspec-from-file=-", "--pathspec-file-nul"];

/// What came of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Committed {
    /// The commit; none where git, or a hook of the repository, refused it.
    pub commit: Option<PastCommit>,
    /// What git and its hooks said.
    pub said: String,
}

/// Commits `paths` with `message`. The repository's hooks run as they do in a terminal, and can refuse.
///
/// # Errors
/// [`Code::Input`] where there is nothing to commit, no message, or nobody to commit as; [`Code::Conflict`] while
/// something else is half done, and for files that are in conflict.
pub(super) fn commit(repository: &Repository, paths: &[String], message: &str) -> Result<Committed, Error> {
    let now = status::look(repository)?;
    let chosen = chosen(&now.changes, paths)?;
    check(repository, &chosen, message)?;
    let new: Vec<&str> = of_mark(&chosen, ChangeMark::Untracked);
    if !new.is_empty() {
        // A commit of some files takes those that git knows: it is told of the names alone.
        let [from, ended] = FROM_INPUT;
        let tell = ["add", "--intent-to-add", from, ended];
        let told = repository.git.act(&repository.folder, &tell, &new)?;
        if !told.status.success() {
            return Err(told.failure(&["add"]));
        }
    }
    // A file that was given another name is two: the one that is gone goes in as well.
    let files: Vec<&str> = chosen
        .iter()
        .flat_map(|file| [Some(file.path.as_str()), file.from.as_deref()])
        .flatten()
        .collect();
    let message = format!("--message={message}");
    let mut arguments = vec!["-c", "user.useConfigOnly=true", "commit", "--only", &message];
    arguments.extend(FROM_INPUT);
    let done = repository.git.act(&repository.folder, &arguments, &files);
    let succeeded = done.as_ref().is_ok_and(|done| done.status.success());
    if !succeeded && !new.is_empty() {
        // Refused: the index is to be as it was.
        let forget = ["update-index", "--force-remove", "-z", "--stdin"];
        let _ = repository.git.act(&repository.folder, &forget, &new);
    }
    let done = done?;
    let said = [String::from_utf8_lossy(&done.out).trim(), done.err.trim()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("\n");
    let newest = AskCommits {
        path: None,
        skip: 0,
        limit: 1,
    };
    Ok(Committed {
        commit: if succeeded {
            log::list(repository, &newest)?.pop()
        } else {
            None
        },
        said,
    })
}

fn check(repository: &Repository, chosen: &[&ChangedFile], message: &str) -> Result<(), Error> {
    if message.trim().is_empty() {
        return Err(Error::new(Code::Input, "the commit has no message").with_hint("Say in a line what it changes."));
    }
    if chosen.is_empty() {
        return Err(Error::new(Code::Input, "no file is chosen").with_hint("Choose the files that go into the commit."));
    }
    if let Some(file) = chosen.iter().find(|file| file.mark == ChangeMark::Conflicted) {
        return Err(Error::new(Code::Conflict, format!("{} is in conflict", file.path))
            .with_hint("Choose in the editor what it is to be, then tell git so with `git add` in a terminal."));
    }
    if let Some(what) = repository.under_way() {
        return Err(
            Error::new(Code::Conflict, format!("a {what} is under way in this repository"))
                .with_hint("Finish or abort it in a terminal first: a commit of some files is none of its steps."),
        );
    }
    if repository.author()?.is_none() {
        return Err(Error::new(Code::Input, "git does not know who commits here").with_hint(NOBODY));
    }
    Ok(())
}

/// What to do where git has neither name nor address.
const NOBODY: &str = "In a terminal: git config --global user.name \"Your Name\", then \
                      git config --global user.email you@example.com.";

/// What was asked for, as it stands now.
fn chosen<'a>(changes: &'a [ChangedFile], paths: &[String]) -> Result<Vec<&'a ChangedFile>, Error> {
    let find = |path: &String| {
        changes.iter().find(|file| file.path == *path).ok_or_else(|| {
            Error::new(Code::Conflict, format!("{path} has no change any more"))
                .with_hint("Look at the list again, and commit what is in it.")
        })
    };
    paths.iter().map(find).collect()
}

fn of_mark<'a>(files: &[&'a ChangedFile], mark: ChangeMark) -> Vec<&'a str> {
    let found = files.iter().filter(|file| file.mark == mark);
    found.map(|file| file.path.as_str()).collect()
}
