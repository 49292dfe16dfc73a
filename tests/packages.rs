//! Packages: the same bytes every time, as good as the folder, and refused by name when someone tampered with them.

use std::fs;

use serde_json::Value;

use crate::{
    expected::masked,
    home::Place,
    mock::MOCK,
    zips::{Entry, file, read, renamed, zip},
};

#[test]
fn the_same_connector_gives_the_same_bytes() {
    let place = Place::new();
    for name in ["one", "two"] {
        place.copy_sample("okta", name);
        let output = place.run(&["export", name, "-o", &format!("{name}.joinery")], &[], b"");
        assert!(output.status.success(), "{output:?}");
    }
    let bytes = |name: &str| fs::read(place.work().join(name)).unwrap();
    assert!(bytes("one.joinery") == bytes("two.joinery"));
}

/// Exports the sample, lets `tamper` change the entries, and expects that every command refuses the result, naming
/// `named`, before it writes or runs anything.
#[track_caller]
fn refused(named: &str, tamper: impl FnOnce(&mut Vec<Entry>) -> Option<Vec<u8>>) {
    let place = Place::new();
    place.copy_sample("empty", "good");
    let output = place.run(&["export", "good", "-o", "good.joinery"], &[], b"");
    assert!(output.status.success(), "{output:?}");
    let mut entries = read(&place.work().join("good.joinery"));
    let bytes = tamper(&mut entries).unwrap_or_else(|| zip(&entries));
    fs::write(place.work().join("bad.joinery"), bytes).unwrap();

    for command in ["verify", "inspect"] {
        let output = place.run(&[command, "bad.joinery", "--json"], &[], b"");
        assert_eq!(output.status.code(), Some(1), "{command}: {output:?}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["ok"], false);
        assert!(
            report["problems"].to_string().contains(named),
            "{command} does not name {named}: {report}"
        );
    }
    let output = place.run(&["run", "bad.joinery", "hello", "--json"], &[], b"");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let failure: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(failure["code"], "failed", "{failure}");
    let names: Vec<_> = fs::read_dir(place.work())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names.len(), 3, "something was written: {names:?}");
    assert!(!place.home().join("evil").exists() && !place.work().parent().unwrap().join("evil.txt").exists());
}

#[test]
fn a_path_that_leaves_the_package_is_refused() {
    refused("evil.txt", |entries| {
        entries.push(file("../evil.txt", "x"));
        None
    });
}

#[test]
fn an_absolute_path_is_refused() {
    refused("evil.txt", |entries| {
        entries.push(file("Xtmp/evil.txt", "x"));
        Some(renamed(zip(entries), "Xtmp/evil.txt", "/tmp/evil.txt"))
    });
}

#[test]
fn a_path_with_a_drive_or_backslashes_is_refused() {
    refused("evil.txt", |entries| {
        entries.push(file("XXXactions/evil.txt", "x"));
        Some(renamed(
            zip(entries),
            "XXXactions/evil.txt",
            "C:\\actions\\evil.txt".split_at(19).0,
        ))
    });
}

#[test]
fn a_name_that_comes_twice_is_refused() {
    refused("actions/hello.rhai", |entries| {
        entries.push(file("actions/hellX.rhai", "fn execute(connection, input) { 1 }"));
        Some(renamed(zip(entries), "actions/hellX.rhai", "actions/hello.rhai"))
    });
}

#[test]
fn a_link_is_refused() {
    refused("passwords", |entries| {
        entries.push(Entry::Link("passwords".to_owned(), "/etc/passwd".to_owned()));
        None
    });
}

#[test]
fn a_file_that_was_changed_is_refused() {
    refused("actions/hello.rhai", |entries| {
        for entry in entries {
            if let Entry::File(name, bytes) = entry
                && name == "actions/hello.rhai"
            {
                bytes.extend_from_slice(b"\n// and one more line\n");
            }
        }
        None
    });
}

#[test]
fn a_file_that_is_not_in_the_list_is_refused() {
    refused("actions/extra.rhai", |entries| {
        entries.push(file("actions/extra.rhai", "fn execute(connection, input) { 1 }"));
        None
    });
}

#[test]
fn a_zip_bomb_is_refused() {
    refused("bomb.bin", |entries| {
        entries.push(Entry::File("bomb.bin".to_owned(), vec![0; 80 << 20]));
        None
    });
}

#[test]
fn what_is_no_package_is_refused_in_words() {
    let place = Place::new();
    fs::write(place.work().join("bad.joinery"), "not a zip at all").unwrap();
    let output = place.run(&["verify", "bad.joinery"], &[], b"");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let output = place.run(&["verify", "missing.joinery"], &[], b"");
    assert_eq!(output.status.code(), Some(3), "{output:?}");
}

#[test]
fn half_a_package_is_refused() {
    let place = Place::new();
    place.copy_sample("empty", "good");
    assert!(
        place
            .run(&["export", "good", "-o", "good.joinery"], &[], b"")
            .status
            .success()
    );
    let bytes = fs::read(place.work().join("good.joinery")).unwrap();
    for length in [0, 1, 30, bytes.len() / 2, bytes.len() - 1] {
        fs::write(place.work().join("bad.joinery"), &bytes[..length]).unwrap();
        let output = place.run(&["verify", "bad.joinery"], &[], b"");
        assert_eq!(output.status.code(), Some(1), "{length} bytes: {output:?}");
    }
}

const SIGNING: &str = r#"//! Order

fn config_fields(connection) { [field("kind", #{ required: true })] }

fn execute(connection, input, config) {
    let order = json.render(#{ kind: config.kind, at: now() });
    let tag = hmac_sha256(connection.shared, order);
    let asked = [1, 2].map(|n| http.request("POST", `/echo?n=${n}`).body(`${tag} ${order}`, "text/plain"));
    let answers = http.parallel(asked, #{ limit: 2 });
    let file = http.request("GET", "/json").stream_to("people.json").send().file;
    #{ same: answers.all(|answer| answer.body.contains(tag)), file: file }
}
"#;

#[test]
fn cases_hold_in_a_package_as_they_do_in_the_folder() {
    let place = Place::new();
    let folder = place.work().join("acme");
    let manifest = "format = 1\nid = \"acme\"\nversion = \"0.1.0\"\n\n[[fields]]\nname = \"shared\"\nlabel = \"Shared\"\n\
                    secret = true\n";
    let cases = "[[case]]\nname = \"signs\"\nconfig = { kind = \"book\" }\ncassette = \"signs\"\n\
                 expect = { \"$.same\" = true }\nexpect_snapshot = true\n\n\
                 [[case]]\nname = \"asks what kind\"\nexpect_error = { code = \"input\" }\n";
    for (path, text) in [
        ("connector.toml", manifest),
        ("actions/order.rhai", SIGNING),
        (
            "actions/never.rhai",
            "//! Never\n\nfn execute(connection, input) {\n    1\n}\n",
        ),
        ("tests/order.toml", cases),
    ] {
        fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
        fs::write(folder.join(path), text).unwrap();
    }
    let recorded = place.run(
        &[
            "test",
            "acme",
            "--record",
            "--allow-writes",
            "--base-url",
            &MOCK,
            "--secret",
            "shared=env:SHARED",
        ],
        &[("SHARED".to_owned(), "hush hush hush hush".to_owned())],
        b"",
    );
    assert!(recorded.status.success(), "{recorded:?}");
    let exported = place.run(&["export", "acme", "-o", "acme.joinery"], &[], b"");
    assert!(exported.status.success(), "{exported:?}");
    let results = ["acme", "acme.joinery"].map(|connector| {
        let arguments = ["test", connector, "--json", "--junit", "x.xml", "--coverage", "x.info"];
        let output = place.run(&arguments, &[], b"");
        assert!(output.status.success(), "{output:?}");
        let read = |name: &str| fs::read_to_string(place.work().join(name)).unwrap();
        [String::from_utf8(output.stdout).unwrap(), read("x.xml"), read("x.info")].map(|text| masked(&text))
    });
    assert_eq!(results[0], results[1]);
    let [shape, _, lines] = &results[0];
    assert!(shape.contains("\"passed\": 2"), "{shape}");
    assert!(lines.contains("SF:actions/never.rhai\nDA:4,0\nLF:1\nLH:0"), "{lines}");
}
