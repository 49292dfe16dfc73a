//! The guide in `docs/guide`, done as its reader does it: every file is written, every command is run, in the order of the
//! chapters and in one folder, and what a command prints has to be what the page shows.
//! `UPDATE_EXPECT=1` writes what is printed now into the pages.

mod page;

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        LazyLock,
        mpsc::{self, Receiver},
    },
    thread,
    time::Duration,
};

use regex::Regex;

use self::page::{Block, Page};
use crate::{
    expected::{masked, matches},
    home::{joinery, top},
    sandbox::kill,
};

/// The port that the pages give to what listens; the test takes one that is free.
const PORT: &str = "8787";

#[test]
fn the_guide_does_what_it_shows() {
    let mut reader = Reader::new();
    let mut wrong = Vec::new();
    for path in chapters() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut page = Page::parse(&fs::read_to_string(&path).unwrap());
        for problem in page.problems() {
            wrong.push(format!("{name}: {problem}"));
        }
        for block in page.blocks() {
            match block {
                Block::File { path, text } => reader.write(path, text),
                Block::Commands(steps) => {
                    for step in steps {
                        let printed = reader.run(&step.command);
                        compare(&name, &step.command, &mut step.output, printed, &mut wrong);
                    }
                }
                Block::SecondTerminal { command, output } => {
                    if let Some(command) = command {
                        reader.start(command);
                    }
                    let printed = reader.lines(output.lines().count());
                    let command = command.as_deref().unwrap_or("the second terminal");
                    compare(&name, command, output, printed, &mut wrong);
                }
            }
        }
        if env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&path, page.text()).unwrap();
        }
    }
    assert!(
        wrong.is_empty(),
        "{} places of the guide differ\n\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}

/// The chapters in their order.
fn chapters() -> Vec<PathBuf> {
    let entries = fs::read_dir(top().join("docs/guide")).unwrap();
    let mut chapters: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    chapters.retain(|path| path.file_name().is_some_and(|name| name != "README.md"));
    chapters.sort();
    assert_eq!(chapters.len(), 8, "{chapters:?}");
    chapters
}

/// Holds what was printed against what the page shows, or puts it there.
fn compare(page: &str, command: &str, shown: &mut String, printed: String, wrong: &mut Vec<String>) {
    if matches(&varying(shown), &varying(&printed)) {
        return;
    }
    if env::var_os("UPDATE_EXPECT").is_some() {
        *shown = printed;
        return;
    }
    wrong.push(format!("{page}: $ {command}\n--- shown\n{shown}--- printed\n{printed}"));
}

/// Text with waves for what is another every time, and for the dots that stand for what a page leaves out.
fn varying(text: &str) -> String {
    static OWN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"127\.0\.0\.1:[0-9]+").expect("a pattern of ours"));
    masked(&OWN.replace_all(&text.replace("...", "~~~"), "127.0.0.1:~~~"))
}

/// Who reads the guide: a folder, a home, and what runs in the second terminal.
struct Reader {
    root: tempfile::TempDir,
    port: String,
    running: Vec<Running>,
}

/// A command of the second terminal and the lines that it prints.
struct Running {
    process: Child,
    lines: Receiver<String>,
}

impl Reader {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in ["work", "home"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self {
            root,
            port: listener.local_addr().unwrap().port().to_string(),
            running: Vec::new(),
        }
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.path().join("work").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A shell at the reader's place, with `joinery` on its path and both outputs in one, as a terminal shows them.
    fn shell(&self, command: &str) -> Command {
        let (work, home) = (self.root.path().join("work"), self.root.path().join("home"));
        let known = joinery(&work, &home);
        let mut shell = Command::new("sh");
        shell.current_dir(&work).env_clear().stdin(Stdio::null());
        shell.envs(known.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let program = PathBuf::from(known.get_program());
        let folders = [program.parent().unwrap().to_owned(), "/usr/bin".into(), "/bin".into()];
        shell.env("PATH", env::join_paths(folders).unwrap());
        shell.args(["-c", &format!("exec 2>&1\n{}", command.replace(PORT, &self.port))]);
        shell
    }

    fn run(&self, command: &str) -> String {
        let done = self.shell(command).output().unwrap();
        let mut printed = String::from_utf8_lossy(&done.stdout).replace(&self.port, PORT);
        if !printed.is_empty() && !printed.ends_with('\n') {
            printed.push('\n');
        }
        printed
    }

    fn start(&mut self, command: &str) {
        let mut process = self
            .shell(&format!("exec {command}"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let printed = BufReader::new(process.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            printed
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        self.running.push(Running { process, lines });
    }

    /// The next lines in the second terminal; fewer where they do not come.
    fn lines(&self, count: usize) -> String {
        let lines = &self.running.last().expect("something was started").lines;
        let next = || lines.recv_timeout(Duration::from_secs(30)).ok();
        let read: String = (0..count).map_while(|_| next()).map(|line| line + "\n").collect();
        read.replace(&self.port, PORT)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        for running in &mut self.running {
            kill(&mut running.process);
        }
    }
}
