//! Which names a package may hold: those that mean the same file on every system, inside the connector.

use std::collections::BTreeMap;

/// Bytes of a whole path.
const MAX_PATH: usize = 240;

/// Why `path` cannot be in a package.
pub(super) fn refusal(path: &str) -> Option<String> {
    let shown = shown(path);
    let refused = |why: &str| Some(format!("`{shown}`: {why}"));
    if path.is_empty() {
        return Some("an entry without a name".to_owned());
    }
    if path.len() > MAX_PATH {
        return refused("the name is too long");
    }
    if path.contains('\0') {
        return refused("the name holds a NUL byte");
    }
    if path.chars().any(char::is_control) {
        return refused("the name holds a control character");
    }
    if path.contains('\\') {
        return refused("the name holds a backslash");
    }
    if path.starts_with('/') {
        return refused("the path is absolute");
    }
    if path.as_bytes().get(1) == Some(&b':') {
        return refused("the path begins with a drive letter");
    }
    if path.contains([':', '*', '?', '"', '<', '>', '|']) {
        return refused("the name holds a character that not every system allows");
    }
    if path.ends_with('/') {
        return refused("a folder has no entry of its own");
    }
    for part in path.split('/') {
        if part == ".." {
            return refused("the path leads out of the package");
        }
        if part.is_empty() || part == "." {
            return refused("the path has an empty part");
        }
        if part.starts_with('.') {
            return refused("dot files are not part of a connector");
        }
        if part.ends_with(['.', ' ']) {
            return refused("the name ends in a dot or a space");
        }
        if is_device(part) {
            return refused("the name is a device on Windows");
        }
    }
    None
}

fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = |word: &str| {
        stem.strip_prefix(word)
            .is_some_and(|digit| digit.len() == 1 && digit.bytes().all(|byte| byte.is_ascii_digit()))
    };
    ["con", "prn", "aux", "nul"].contains(&stem.as_str()) || numbered("com") || numbered("lpt")
}

/// Names that cannot stand side by side: the same twice, the same but for case, a file that is also a folder.
#[derive(Default)]
pub(super) struct Names {
    /// By the name in lower case.
    files: BTreeMap<String, String>,
    folders: BTreeMap<String, String>,
}

impl Names {
    /// Adds a name; why it cannot be added, if so.
    pub fn add(&mut self, path: &str) -> Option<String> {
        let lower = path.to_lowercase();
        if let Some(other) = self.files.get(&lower) {
            return Some(if other == path {
                format!("`{}`: the name is there twice", shown(path))
            } else {
                format!("`{}` and `{}` differ only in case", shown(other), shown(path))
            });
        }
        if let Some(below) = self.folders.get(&lower) {
            return Some(format!(
                "`{}` is a file and a folder of `{}`",
                shown(path),
                shown(below)
            ));
        }
        for (slash, _) in lower.match_indices('/') {
            if let Some(file) = self.files.get(&lower[..slash]) {
                return Some(format!("`{}` is a file and a folder of `{}`", shown(file), shown(path)));
            }
            self.folders.insert(lower[..slash].to_owned(), path.to_owned());
        }
        self.files.insert(lower, path.to_owned());
        None
    }
}

/// A name that may be hostile, safe to print: escaped and cut.
pub(super) fn shown(name: &str) -> String {
    let escaped: String = name.chars().take(80).flat_map(char::escape_debug).collect();
    if name.chars().count() > 80 {
        format!("{escaped}…")
    } else {
        escaped
    }
}
