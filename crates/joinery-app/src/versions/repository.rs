//! The repository that a workspace is in: found by its `.git`, never made.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::git::Git;
use crate::error::Error;

/// A workspace in a repository. Paths are relative to the workspace, with `/`; what lies outside of it is not seen.
#[derive(Debug, Clone)]
pub(super) struct Repository {
    pub(super) git: Git,
    pub(super) folder: PathBuf,
    /// Where git keeps what belongs to this checkout.
    pub(super) git_folder: PathBuf,
}

impl Repository {
    /// The repository that `folder` is in; `None` where it is in none.
    pub(super) fn find(git: Git, folder: &Path) -> Option<Self> {
        Some(Self {
            git,
            folder: folder.to_owned(),
            git_folder: git_folder(folder)?,
        })
    }

    pub(super) fn read(&self, arguments: &[&str]) -> Result<Vec<u8>, Error> {
        self.git.read(&self.folder, arguments)
    }

    /// Who commits here, as git says it: `Ada Lovelace <ada@acme.example>`. `None` where name or address is not set; git
    /// would else guess one from the machine.
    pub(super) fn author(&self) -> Result<Option<String>, Error> {
        let asked = ["-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT"];
        let answer = self.git.ask(&self.folder, &asked)?;
        let said = String::from_utf8_lossy(&answer.out).into_owned();
        let known = answer.status.success();
        Ok(said.rfind('>').filter(|_| known).map(|end| said[..=end].to_owned()))
    }

    /// What is half done: a merge, a rebase. A commit of some files is none of its steps.
    pub(super) fn under_way(&self) -> Option<&'static str> {
        const SIGNS: &[(&str, &str)] = &[
            ("rebase-merge", "rebase"),
            ("rebase-apply", "rebase"),
            ("MERGE_HEAD", "merge"),
            ("CHERRY_PICK_HEAD", "cherry-pick"),
            ("REVERT_HEAD", "revert"),
        ];
        let found = SIGNS.iter().find(|(sign, _)| self.git_folder.join(sign).exists());
        found.map(|(_, what)| *what)
    }
}

/// The folder in which git keeps what belongs to the checkout that `folder` is in: `.git`, or where a file of that name
/// points to, as in a worktree.
pub(crate) fn git_folder(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find_map(|above| {
        let git = above.join(".git");
        if git.join("HEAD").is_file() {
            return Some(git);
        }
        let said = fs::read_to_string(&git).ok()?;
        let elsewhere = above.join(said.strip_prefix("gitdir:")?.trim());
        elsewhere.join("HEAD").is_file().then_some(elsewhere)
    })
}
