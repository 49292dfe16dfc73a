//! The samples as a whole: their cases hold on the sandbox org and its neighbours as they do replayed, reach nearly every
//! line, and what the Okta connector's README says of actions and scopes is so.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use regex::Regex;
use serde_json::Value;
use url::Url;

use crate::{
    home::{joinery, start, top},
    sandbox::kill,
};

/// The samples of services that the sandbox is, or stands in for, and how many of their cases cannot be run on it.
const LIVE: [(&str, usize); 4] = [("okta", 20), ("slack", 12), ("box", 2), ("chargebee", 0)];
/// How many of the lines of a script its cases have to run, in hundredths.
const ENOUGH: usize = 90;

#[test]
fn every_action_and_trigger_of_a_sample_is_run_to_nine_tenths_by_its_cases() {
    let home = tempfile::tempdir().unwrap();
    let mut wanting = Vec::new();
    for sample in connectors() {
        let report = home.path().join("lines.info");
        let folder = folder_of(&sample);
        let arguments = ["test", &folder, "--json", "--coverage", report.to_str().unwrap()];
        let tested = json(home.path(), &arguments);
        assert_eq!(
            (&tested["failed"], &tested["skipped"]),
            (&0.into(), &0.into()),
            "{tested:#}"
        );
        let of_scripts = lines_run(&fs::read_to_string(&report).unwrap());
        let scripts: Vec<_> = of_scripts
            .iter()
            .filter(|(file, _)| file.starts_with("actions/") || file.starts_with("triggers/"))
            .collect();
        assert!(!scripts.is_empty(), "{sample}");
        let few = scripts.iter().filter(|(_, (run, all))| run * 100 < all * ENOUGH);
        wanting.extend(few.map(|(file, (run, all))| format!("{sample}/{file}: {run} of {all} lines")));
    }
    assert!(wanting.is_empty(), "{wanting:#?}");
}

#[test]
fn every_case_of_a_sample_holds_on_the_sandbox_org_and_its_neighbours() {
    let home = tempfile::tempdir().unwrap();
    let (mut process, _) = start(home.path(), &["--with", "box,slack,chargebee", "--rate-limit", "off"]);
    let mut wrong = Vec::new();
    for (sample, by_hand) in LIVE {
        let folder = folder_of(sample);
        let before = format!("{folder}/requests/before_recording");
        if Path::new(&before).is_dir() {
            json(home.path(), &["send", &before, "--connection", "sandbox", "--json"]);
        }
        let arguments = ["test", &folder, "--live", "--connection", "sandbox", "--json"];
        let tested = json(home.path(), &arguments);
        let cases = tested["cases"].as_array().unwrap();
        for case in cases.iter().filter(|case| case["ok"] != true) {
            wrong.push(format!("{sample}: {}: {}", case["name"], case["message"]));
        }
        let skipped: Vec<_> = cases.iter().filter(|case| case["skipped"] == true).collect();
        assert_eq!(skipped.len(), by_hand, "{skipped:#?}");
    }
    kill(&mut process);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_readme_of_the_okta_connector_names_the_scopes_that_the_recorded_requests_need() {
    let readme = fs::read_to_string(top().join("samples/okta/README.md")).unwrap();
    let row = Regex::new(r"(?m)^\| `(\w+)` \| .* \| (`[^|]*`) \|$").unwrap();
    let name = Regex::new("`([^`]+)`").unwrap();
    let told: BTreeMap<&str, BTreeSet<&str>> = row
        .captures_iter(&readme)
        .map(|row| {
            let scopes = name.captures_iter(row.get(2).unwrap().as_str());
            let scopes = scopes.map(|scope| scope.get(1).unwrap().as_str()).collect();
            (row.get(1).unwrap().as_str(), scopes)
        })
        .collect();
    let actions = names(&top().join("samples/okta/actions"));
    assert_eq!(
        told.keys().copied().collect::<Vec<_>>(),
        actions.iter().collect::<Vec<_>>()
    );
    assert!(readme.contains(&format!("{} actions and {} triggers", actions.len(), triggers().len())));
    for trigger in triggers() {
        assert!(readme.contains(&format!("| `{trigger}` | ")), "{trigger}");
    }
    let table = Scopes::read();
    for action in &actions {
        let needed = table.needed(&top().join("samples/okta/tests/cassettes").join(action));
        let told: BTreeSet<String> = told[action.as_str()].iter().map(|scope| (*scope).to_owned()).collect();
        assert_eq!(told, needed, "{action}");
    }
}

/// The samples that are connectors.
fn connectors() -> Vec<String> {
    let folders = files(&top().join("samples"), "").into_iter();
    let names = folders.filter(|folder| folder.join("connector.toml").is_file());
    names
        .map(|folder| folder.file_name().unwrap().to_string_lossy().into_owned())
        .collect()
}

fn triggers() -> Vec<String> {
    names(&top().join("samples/okta/triggers"))
}

/// The scopes that Okta's endpoints take.
struct Scopes(Vec<(Vec<String>, BTreeMap<String, String>)>);

impl Scopes {
    fn read() -> Self {
        let text = fs::read_to_string(top().join("crates/joinery-app/src/okta/scopes.tsv")).unwrap();
        let lines = text.lines().map(|line| {
            let (path, methods) = line.split_once('\t').unwrap();
            let methods = methods.split(' ').map(|one| one.split_once('=').unwrap());
            let methods = methods.map(|(method, scopes)| (method.to_owned(), scopes.to_owned()));
            (parts(path), methods.collect())
        });
        Self(lines.collect())
    }

    /// What the requests of a folder of cassettes need together; one that writes may read as well.
    fn needed(&self, cassettes: &Path) -> BTreeSet<String> {
        let mut needed = BTreeSet::new();
        for file in files(cassettes, ".json") {
            let recorded: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
            for exchange in recorded["exchanges"].as_array().into_iter().flatten() {
                let request = &exchange["request"];
                let url: Url = request["url"].as_str().unwrap().parse().unwrap();
                needed.extend(self.of(request["method"].as_str().unwrap(), url.path()));
            }
        }
        let writes = needed.clone();
        needed.retain(|scope| {
            let writing = scope.strip_suffix(".read").map(|family| format!("{family}.manage"));
            writing.is_none_or(|writing| !writes.contains(&writing))
        });
        needed
    }

    fn of(&self, method: &str, path: &str) -> Option<String> {
        let asked = parts(path);
        let fits = |known: &[String]| {
            known.len() == asked.len() && known.iter().zip(&asked).all(|(part, one)| part == "{}" || part == one)
        };
        let found = self.0.iter().filter(|(known, _)| fits(known));
        let nearest = found.min_by_key(|(known, _)| known.iter().filter(|part| *part == "{}").count())?;
        nearest.1.get(method).cloned()
    }
}

fn parts(path: &str) -> Vec<String> {
    path.trim_matches('/').split('/').map(str::to_owned).collect()
}

/// The files of a folder whose names end so; none where there is no folder.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.to_string_lossy().ends_with(ending));
    files.sort();
    files
}

/// The scripts of a folder by name.
fn names(folder: &Path) -> Vec<String> {
    let scripts = files(folder, ".rhai").into_iter();
    scripts
        .map(|file| file.file_stem().unwrap().to_string_lossy().into_owned())
        .collect()
}

fn folder_of(sample: &str) -> String {
    top().join("samples").join(sample).display().to_string()
}

/// Runs a command and reads what it prints, whatever came of it.
fn json(home: &Path, arguments: &[&str]) -> Value {
    let done = joinery(home, home).args(arguments).output().unwrap();
    serde_json::from_slice(&done.stdout)
        .unwrap_or_else(|_| panic!("{arguments:?}: {}", String::from_utf8_lossy(&done.stderr)))
}

/// How many lines of each script ran, and how many there are, out of an lcov report.
fn lines_run(report: &str) -> BTreeMap<String, (usize, usize)> {
    let mut scripts = BTreeMap::new();
    let mut file = String::new();
    for line in report.lines() {
        if let Some(name) = line.strip_prefix("SF:") {
            name.clone_into(&mut file);
        } else if let Some(line) = line.strip_prefix("DA:") {
            let hits = line.split_once(',').unwrap().1;
            let (run, all): &mut (usize, usize) = scripts.entry(file.clone()).or_default();
            *all += 1;
            *run += usize::from(hits != "0");
        }
    }
    scripts
}
