//! Where a test runs `joinery`: a folder of its own, a home of its own, and the one sandbox org that all share.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::LazyLock,
};

use serde_json::Value;

/// The top folder of the project.
pub fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("the project is there")
}

/// The line that `joinery sandbox` printed.
#[derive(Debug, Clone)]
pub struct Sandbox {
    /// `http://127.0.0.1:PORT`
    pub url: String,
    /// Its API token.
    pub token: String,
    /// The whole line.
    pub line: Value,
}

/// The sandbox org of this test run, on the fixed demo people. It ends with this process.
pub static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| {
    let home = tempfile::tempdir().expect("a folder can be made");
    let (child, sandbox) = start(home.path(), &["--rate-limit", "off"]);
    // Static values are never dropped: a watcher of our own process ends the org after us.
    end_with_us(child.id());
    sandbox
});

/// Starts `joinery sandbox` and reads its line.
pub fn start(home: &Path, arguments: &[&str]) -> (Child, Sandbox) {
    let mut child = joinery(home, home)
        .arg("sandbox")
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the sandbox org starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped"))
        .read_line(&mut line)
        .expect("it prints a line");
    let line: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in {line:?}"));
    let text = |key: &str| line[key].as_str().expect("text").to_owned();
    let sandbox = Sandbox {
        url: text("url"),
        token: text("token"),
        line: line.clone(),
    };
    (child, sandbox)
}

/// Kills `process` once this test process is gone, however it ends.
fn end_with_us(process: u32) {
    let us = std::process::id();
    // In the background: the shell itself ends at once.
    let script = format!("(while kill -0 {us} 2>/dev/null; do sleep 0.2; done; kill {process}) &");
    Command::new("sh")
        .args(["-c", &script])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("there is a shell");
}

/// The binary under test, in an environment without anything of this machine's user.
pub fn joinery(folder: &Path, home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_joinery"));
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    for kept in ["PATH", "SystemRoot"] {
        if let Some(value) = std::env::var_os(kept) {
            command.env(kept, value);
        }
    }
    command
        .env("HOME", home)
        .env("JOINERY_HOME", home.join("joinery"))
        .env("JOINERY_SECRETS", "file");
    command
}

/// A folder to work in and a home that knows the sandbox org.
pub struct Place {
    /// Removed with all in it.
    root: tempfile::TempDir,
}

impl Place {
    /// A new place.
    pub fn new() -> Self {
        let root = tempfile::tempdir().expect("a folder can be made");
        for folder in ["work", "home/joinery"] {
            fs::create_dir_all(root.path().join(folder)).expect("a folder can be made");
        }
        fs::write(root.path().join("home/joinery/sandbox.json"), SANDBOX.line.to_string()).expect("it can be written");
        Self { root }
    }

    /// Where commands run.
    pub fn work(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// Their home.
    pub fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// A command to be run here.
    pub fn joinery(&self) -> Command {
        joinery(&self.work(), &self.home())
    }

    /// Runs to the end, with `stdin` coming in.
    pub fn run(&self, arguments: &[&str], environment: &[(String, String)], stdin: &[u8]) -> Output {
        let mut child = self
            .joinery()
            .args(arguments)
            .envs(environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("joinery starts");
        // A command that reads nothing closes its end first.
        let _ = child.stdin.take().expect("piped").write_all(stdin);
        child.wait_with_output().expect("it ends")
    }

    /// Copies a sample to `work/NAME`.
    pub fn copy_sample(&self, sample: &str, name: &str) -> PathBuf {
        let to = self.work().join(name);
        copy(&top().join("samples").join(sample), &to);
        to
    }
}

/// Copies a folder and all in it, over what is there.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file can be copied");
        }
    }
}
