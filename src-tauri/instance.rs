//! One studio for each store: a second start hands what it was given to the first, and ends.
//!
//! Who holds the lock file is the studio; the lock ends with its process, however that ends. It listens on loopback; the
//! port, and a token that proves who may read the store's folder, stand in a file beside the lock. Where any of this
//! cannot be had, a second window opens: a start is never refused.

use std::{
    fs::{File, TryLockError},
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

/// How long a second start waits for the first to listen.
const LISTENS_WITHIN: Duration = Duration::from_secs(3);

/// How long either side waits for a line of the other.
const ANSWERS_WITHIN: Duration = Duration::from_secs(3);

/// Bytes of a call that are read.
const CALL_AT_MOST: u64 = 1 << 20;

/// The file that says where the studio listens.
const DOOR: &str = "studio.json";

/// The answer to a call.
const TAKEN: &str = "taken";

/// What a start turned out to be.
pub enum Start {
    /// The first of its store: later ones call here.
    First(Instance),
    /// What it was given has been handed to the first.
    Handed,
    /// Nobody can say: it goes on by itself.
    Alone,
}

/// The studio that later starts hand their paths to.
pub struct Instance {
    listener: TcpListener,
    token: String,
    lock: File,
}

/// Where the studio listens, and what a caller has to know.
#[derive(Serialize, Deserialize)]
struct Door {
    port: u16,
    token: String,
}

/// What a second start says.
#[derive(Serialize, Deserialize)]
struct Call {
    token: String,
    paths: Vec<PathBuf>,
}

/// Finds out whether a studio has this store open, and hands it `paths` (absolute) if one has.
pub fn start(home: &Path, paths: &[PathBuf]) -> Start {
    let Ok(lock) = std::fs::create_dir_all(home).and_then(|()| File::create(home.join("studio.lock"))) else {
        return Start::Alone;
    };
    match lock.try_lock() {
        Ok(()) => listen(home, lock).map_or(Start::Alone, Start::First),
        Err(TryLockError::WouldBlock) if hand_over(home, paths).is_ok() => Start::Handed,
        Err(_) => Start::Alone,
    }
}

impl Instance {
    /// Takes calls for as long as the process lives; `asked` gets the paths of each, which may be none.
    pub fn serve(self, asked: impl Fn(Vec<PathBuf>) + Send + 'static) {
        std::thread::spawn(move || {
            // Whole: of a part of it the lock would not be.
            let Self { listener, token, lock } = self;
            for caller in listener.incoming().filter_map(Result::ok) {
                // One that hangs up half-way, or does not know the token, has asked for nothing.
                if let Ok(paths) = take(&caller, &token) {
                    asked(paths);
                }
            }
            drop(lock);
        });
    }
}

fn listen(home: &Path, lock: File) -> std::io::Result<Instance> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let token = uuid::Uuid::new_v4().simple().to_string();
    let port = listener.local_addr()?.port();
    write_door(
        home,
        &Door {
            port,
            token: token.clone(),
        },
    )?;
    Ok(Instance { listener, token, lock })
}

/// Written beside and moved there: nobody reads half of it, and nobody but the user reads it at all.
fn write_door(home: &Path, door: &Door) -> std::io::Result<()> {
    let fresh = home.join(format!("{DOOR}.new"));
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    serde_json::to_writer(options.open(&fresh)?, door)?;
    std::fs::rename(fresh, home.join(DOOR))
}

fn read_door(home: &Path) -> std::io::Result<Door> {
    Ok(serde_json::from_slice(&std::fs::read(home.join(DOOR))?)?)
}

fn hand_over(home: &Path, paths: &[PathBuf]) -> std::io::Result<()> {
    let until = Instant::now() + LISTENS_WITHIN;
    loop {
        // The file may be of a studio before the one that has the lock now.
        match read_door(home).and_then(|door| call(&door, paths)) {
            Err(_) if Instant::now() < until => std::thread::sleep(Duration::from_millis(20)),
            done => return done,
        }
    }
}

fn call(door: &Door, paths: &[PathBuf]) -> std::io::Result<()> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, door.port))?;
    stream.set_read_timeout(Some(ANSWERS_WITHIN))?;
    let call = Call {
        token: door.token.clone(),
        paths: paths.to_vec(),
    };
    serde_json::to_writer(&stream, &call)?;
    (&stream).write_all(b"\n")?;
    if read_line(&stream)?.trim_end() == TAKEN {
        Ok(())
    } else {
        Err(std::io::ErrorKind::PermissionDenied.into())
    }
}

fn take(caller: &TcpStream, token: &str) -> std::io::Result<Vec<PathBuf>> {
    caller.set_read_timeout(Some(ANSWERS_WITHIN))?;
    let call: Call = serde_json::from_str(&read_line(caller)?)?;
    if call.token != token {
        return Err(std::io::ErrorKind::PermissionDenied.into());
    }
    let mut caller = caller;
    writeln!(caller, "{TAKEN}")?;
    Ok(call.paths)
}

fn read_line(stream: &TcpStream) -> std::io::Result<String> {
    let mut line = String::new();
    BufReader::new(stream.take(CALL_AT_MOST)).read_line(&mut line)?;
    Ok(line)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_second_start_hands_its_paths_to_the_first() {
        let home = tempfile::tempdir().expect("a folder");
        let Start::First(first) = start(home.path(), &[]) else {
            panic!("nobody else has the store");
        };
        let (asked, paths) = mpsc::channel();
        first.serve(move |each| asked.send(each).expect("the test listens"));
        let given = [PathBuf::from("/tmp/okta 1.joinery"), PathBuf::from("/tmp/ö")];

        assert!(matches!(start(home.path(), &given), Start::Handed));
        assert_eq!(paths.recv_timeout(Duration::from_secs(5)).expect("paths"), given);
        assert!(matches!(start(home.path(), &[]), Start::Handed));
        assert_eq!(
            paths.recv_timeout(Duration::from_secs(5)).expect("a call"),
            Vec::<PathBuf>::new()
        );
    }

    #[test]
    fn what_a_killed_studio_left_behind_stops_nobody() {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::write(home.path().join(DOOR), r#"{"port":1,"token":"old"}"#).expect("a file");
        std::fs::write(home.path().join("studio.lock"), "").expect("a file");

        assert!(matches!(start(home.path(), &[]), Start::First(_)));
    }

    #[test]
    fn a_caller_without_the_token_asks_for_nothing() {
        let home = tempfile::tempdir().expect("a folder");
        let Start::First(first) = start(home.path(), &[]) else {
            panic!("nobody else has the store");
        };
        let (asked, paths) = mpsc::channel();
        first.serve(move |each| asked.send(each).expect("the test listens"));
        let mut door = read_door(home.path()).expect("a door");
        door.token = "guessed".into();

        call(&door, &[PathBuf::from("/tmp/other")]).expect_err("it is turned away");
        assert!(matches!(
            start(home.path(), &[PathBuf::from("/tmp/own")]),
            Start::Handed
        ));
        assert_eq!(
            paths.recv_timeout(Duration::from_secs(5)).expect("paths"),
            [PathBuf::from("/tmp/own")]
        );
    }

    #[test]
    fn a_store_that_takes_no_lock_opens_a_window_of_its_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().join("file");
        std::fs::write(&home, "").expect("a file");

        assert!(matches!(start(&home, &[]), Start::Alone));
    }
}
