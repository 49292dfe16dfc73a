//! Past commits, and what each of them changed.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ChangeMark, ChangedFile, repository::Repository, text_of};
use crate::error::{Code, Error};

/// Begins each commit in what git says: no file is called so, and no field but a message may begin with it.
const BEGIN: char = '\u{1}';
/// Name, author, address, time, parents and message, each ended by a zero byte.
const FORMAT: &str = "--format=%x01%H%x00%an%x00%ae%x00%at%x00%P%x00%B%x00";

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PastCommit {
    /// Its name: 40 digits, or 64.
    pub id: String,
    /// The first line of its message.
    pub subject: String,
    /// The other lines.
    pub body: String,
    /// Who wrote it.
    pub author: String,
    /// The author's address.
    pub email: String,
    /// When it was written, in milliseconds since 1970.
    pub when_ms: i64,
    /// The commit before it; none for the first.
    pub parent: Option<String>,
    /// What the file that was asked about is called in it.
    pub path: Option<String>,
    /// What that file was called before, where the commit gave it another name.
    pub from: Option<String>,
}

/// Which commits are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AskCommits {
    /// Those that changed this file, by whatever name; else those that changed the workspace.
    pub path: Option<String>,
    /// How many of the newest are left out.
    pub skip: u32,
    /// How many at most.
    pub limit: u32,
}

/// The commits, the newest first.
pub(super) fn list(repository: &Repository, ask: &AskCommits) -> Result<Vec<PastCommit>, Error> {
    if !has_commits(repository)? {
        return Ok(Vec::new());
    }
    let (skip, limit) = (format!("--skip={}", ask.skip), format!("--max-count={}", ask.limit));
    let mut arguments = vec!["log", "-z", FORMAT, "--relative", "--no-show-signature", &skip, &limit];
    match &ask.path {
        Some(path) => arguments.extend(["--follow", "-M", "--name-status", "--", path]),
        None => arguments.extend(["--", "."]),
    }
    Ok(parse(&text_of(&repository.read(&arguments)?)))
}

/// The files of the workspace that a commit changed.
pub(super) fn changes(repository: &Repository, id: &str) -> Result<Vec<ChangedFile>, Error> {
    let id = checked_id(id)?;
    let parents = repository.read(&["rev-parse", &format!("{id}^@")])?;
    let parents = text_of(&parents);
    let mut arguments = vec![
        "diff-tree",
        "-r",
        "-z",
        "-M",
        "--relative",
        "--name-status",
        "--no-commit-id",
    ];
    match parents.lines().next() {
        // Of a merge, what it brought to the branch it was made on.
        Some(first) => arguments.extend([first, id]),
        None => arguments.extend(["--root", id]),
    }
    arguments.extend(["--", "."]);
    let said = repository.read(&arguments)?;
    let said = text_of(&said);
    Ok(name_status(said.split('\0')))
}

/// The name of a commit, which is no option and no expression.
pub(super) fn checked_id(id: &str) -> Result<&str, Error> {
    let valid = (4..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    valid
        .then_some(id)
        .ok_or_else(|| Error::new(Code::Usage, format!("`{id}` is not the name of a commit")))
}

pub(super) fn has_commits(repository: &Repository) -> Result<bool, Error> {
    let asked = ["rev-parse", "--quiet", "--verify", "HEAD^{commit}"];
    Ok(repository.git.ask(&repository.folder, &asked)?.status.success())
}

fn parse(said: &str) -> Vec<PastCommit> {
    let mut entries = said.split('\0').peekable();
    let mut commits = Vec::new();
    while let Some(entry) = entries.next() {
        let Some(id) = entry.strip_prefix(BEGIN) else { continue };
        let mut field = || entries.next().unwrap_or_default();
        let (author, email, seconds, parents, message) = (field(), field(), field(), field(), field());
        let mut files = Vec::new();
        while let Some(next) = entries.next_if(|next| !next.starts_with(BEGIN)) {
            files.push(next.trim_start_matches('\n'));
        }
        let file = name_status(files.into_iter().skip_while(|entry| entry.is_empty())).pop();
        let (subject, body) = message.split_once('\n').unwrap_or((message, ""));
        commits.push(PastCommit {
            id: id.to_owned(),
            subject: subject.to_owned(),
            body: body.trim().to_owned(),
            author: author.to_owned(),
            email: email.to_owned(),
            when_ms: seconds.parse::<i64>().unwrap_or(0).saturating_mul(1000),
            parent: parents.split(' ').next().filter(|id| !id.is_empty()).map(str::to_owned),
            path: file.as_ref().map(|file| file.path.clone()),
            from: file.and_then(|file| file.from),
        });
    }
    commits
}

/// Reads `--name-status -z`: a letter and a path, or for another name a letter and two.
fn name_status<'a>(mut entries: impl Iterator<Item = &'a str>) -> Vec<ChangedFile> {
    let mut files = Vec::new();
    while let (Some(letter), Some(path)) = (entries.next(), entries.next()) {
        let (mark, from) = match letter.as_bytes().first() {
            Some(b'R' | b'C') => (ChangeMark::Renamed, Some(path.to_owned())),
            Some(b'A') => (ChangeMark::Added, None),
            Some(b'D') => (ChangeMark::Deleted, None),
            Some(b'U') => (ChangeMark::Conflicted, None),
            Some(_) => (ChangeMark::Modified, None),
            None => break,
        };
        let path = match &from {
            Some(_) => entries.next().unwrap_or_default(),
            None => path,
        };
        files.push(ChangedFile {
            path: path.to_owned(),
            mark,
            from,
        });
    }
    files
}
