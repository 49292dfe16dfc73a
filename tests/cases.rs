//! Cases: each folder below `tests/cases` with a file `args` is one. `UPDATE_EXPECT=1` writes what is printed now.
//!
//! - `args`: a command line without `joinery`; several lines are run one after the other.
//! - `base`: a sample that is copied to `connector/` first; `connector/`: files laid over it.
//! - `env`: `NAME=VALUE` lines. `stdin`: what comes in.
//! - `stdout`, `stderr`: what is printed, nothing where the file is missing; `~~~` for text that varies.
//! - `files/NAME`: what a command writes into the working folder, compared like what is printed; XML must be well-formed.
//! - `exit`: the exit code of the last command, 0 where the file is missing; those before it must give 0.
//! - `schema`: the schema in `docs/schemas` that the JSON of the last command, on stdout or else on stderr,
//!   must fit.
//!
//! In `args`, `env` and `connector/`: `{samples}`, `{sandbox}` (the org's URL), `{sandbox host}`, `{token}` (its
//! token), `{mock}` (the server of `mock.rs`) and `{mock host}`.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use quick_xml::events::{BytesStart, Event};
use serde_json::Value;

use crate::{
    expected::{masked, matches},
    home::{Place, SANDBOX, copy, top},
    mock::MOCK,
};

#[test]
fn every_case_prints_what_it_should() {
    let root = top().join("tests/cases");
    let mut cases = Vec::new();
    find(&root, &mut cases);
    assert!(!cases.is_empty(), "no cases in {}", root.display());
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    // Starting processes and waiting for them: a few at a time keep both cores busy.
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(reason) = run(case) {
                        let name = case.strip_prefix(&root).unwrap_or(case).display();
                        wrong.lock().unwrap().push(format!("=== {name}\n{reason}"));
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().unwrap();
    wrong.sort();
    assert!(
        wrong.is_empty(),
        "{} of {} cases differ\n\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n\n")
    );
}

fn find(folder: &Path, cases: &mut Vec<PathBuf>) {
    if folder.join("args").is_file() {
        cases.push(folder.to_owned());
        return;
    }
    let mut folders: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    for inner in folders {
        find(&inner, cases);
    }
}

fn run(case: &Path) -> Result<(), String> {
    let place = Place::new();
    prepare(case, &place);
    let read = |name: &str| fs::read_to_string(case.join(name)).unwrap_or_default();
    let environment: Vec<(String, String)> = filled(&read("env"))
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let stdin = fs::read(case.join("stdin")).unwrap_or_default();
    let (mut stdout, mut stderr, mut last, mut exit) = (String::new(), String::new(), String::new(), 0);
    for line in read("args").lines().filter(|line| !line.trim().is_empty()) {
        if exit != 0 {
            return Err(format!("a command before `{line}` gave {exit}\n{stderr}"));
        }
        let words = words(&filled(line));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = place.run(&words, &environment, &stdin);
        let printed = |bytes: &[u8]| unfilled(&String::from_utf8_lossy(bytes), &place);
        last = printed(if output.stdout.is_empty() {
            &output.stderr
        } else {
            &output.stdout
        });
        stdout.push_str(&printed(&output.stdout));
        stderr.push_str(&printed(&output.stderr));
        exit = output
            .status
            .code()
            .ok_or_else(|| format!("`{line}` was killed\n{stderr}"))?;
    }
    fits_schema(read("schema").trim(), &last)?;
    let wanted = read("exit").trim().parse().unwrap_or(0);
    let mut texts = vec![("stdout".to_owned(), stdout), ("stderr".to_owned(), stderr)];
    for entry in fs::read_dir(case.join("files")).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let text = fs::read_to_string(place.work().join(&name)).map_err(|error| format!("{name}: {error}"))?;
        if Path::new(&name).extension().is_some_and(|extension| extension == "xml") {
            well_formed(&text).map_err(|error| format!("{name} is not XML: {error}\n{text}"))?;
        }
        texts.push((format!("files/{name}"), unfilled(&text, &place)));
    }
    compare(case, &texts, (wanted, exit))
}

/// Reads XML to its end, attributes too.
fn well_formed(text: &str) -> Result<(), String> {
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut open = 0;
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Eof if open == 0 => return Ok(()),
            Event::Eof => return Err("an element is not closed".to_owned()),
            Event::Start(element) => {
                open += 1;
                attributes(&element)?;
            }
            Event::Empty(element) => attributes(&element)?,
            Event::End(_) => open -= 1,
            _ => {}
        }
    }
}

fn attributes(element: &BytesStart) -> Result<(), String> {
    for attribute in element.attributes() {
        attribute.map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Lays out the files of a case.
fn prepare(case: &Path, place: &Place) {
    if let Ok(base) = fs::read_to_string(case.join("base")) {
        place.copy_sample(base.trim(), "connector");
    }
    let overlay = case.join("connector");
    if overlay.is_dir() {
        copy(&overlay, &place.work().join("connector"));
        fill_files(&place.work().join("connector"));
    }
}

fn fill_files(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            fill_files(&path);
        } else if let Ok(text) = fs::read_to_string(&path)
            && text.contains("{mock}")
        {
            fs::write(&path, filled(&text)).unwrap();
        }
    }
}

fn filled(text: &str) -> String {
    text.replace("{samples}", &top().join("samples").display().to_string())
        .replace("{sandbox}", &SANDBOX.url)
        .replace("{sandbox host}", SANDBOX.url.trim_start_matches("http://"))
        .replace("{token}", &SANDBOX.token)
        .replace("{mock}", &MOCK)
        .replace("{mock host}", MOCK.trim_start_matches("http://"))
}

fn unfilled(text: &str, place: &Place) -> String {
    let host = |url: &str| url.trim_start_matches("http://").to_owned();
    text.replace(&top().join("samples").display().to_string(), "{samples}")
        .replace(&place.work().display().to_string(), "{work}")
        .replace(&place.home().display().to_string(), "{home}")
        .replace(&SANDBOX.url, "{sandbox}")
        .replace(&host(&SANDBOX.url), "{sandbox host}")
        .replace(&SANDBOX.token, "{token}")
        .replace(&*MOCK, "{mock}")
        .replace(&host(&MOCK), "{mock host}")
}

/// Splits a command line at blanks; single quotes keep them.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut any) = (Vec::new(), String::new(), false, false);
    for letter in line.chars() {
        match letter {
            '\'' => {
                quoted = !quoted;
                any = true;
            }
            ' ' if !quoted => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            _ => word.push(letter),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}

fn fits_schema(name: &str, text: &str) -> Result<(), String> {
    if name.is_empty() {
        return Ok(());
    }
    let schema =
        fs::read_to_string(top().join(format!("docs/schemas/{name}.json"))).map_err(|error| error.to_string())?;
    let schema: Value = serde_json::from_str(&schema).map_err(|error| format!("schema {name}: {error}"))?;
    let value: Value = serde_json::from_str(text).map_err(|error| format!("not JSON: {error}\n{text}"))?;
    let validator = jsonschema::validator_for(&schema).map_err(|error| format!("schema {name}: {error}"))?;
    let wrong: Vec<String> = validator
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "it does not fit the schema {name}: {}\n{text}",
            wrong.join("; ")
        ))
    }
}

fn compare(case: &Path, texts: &[(String, String)], (wanted, exit): (i32, i32)) -> Result<(), String> {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut wrong = Vec::new();
    for (name, actual) in texts {
        let expected = fs::read_to_string(case.join(name)).unwrap_or_default();
        if matches(&expected, actual) {
            continue;
        }
        if update {
            write_or_remove(&case.join(name), &masked(actual), actual.is_empty());
        } else {
            wrong.push(format!("--- {name} expected\n{expected}\n--- {name} found\n{actual}"));
        }
    }
    if wanted != exit {
        if update {
            write_or_remove(&case.join("exit"), &format!("{exit}\n"), exit == 0);
        } else {
            wrong.push(format!("--- exit code expected {wanted}, found {exit}\n{}", texts[1].1));
        }
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n"))
    }
}

fn write_or_remove(path: &Path, text: &str, remove: bool) {
    if remove {
        let _ = fs::remove_file(path);
    } else {
        fs::write(path, text).unwrap();
    }
}
