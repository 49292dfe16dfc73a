//! Writing where it cannot be written: a clear message, and nothing lost.

use std::{fs, path::Path};

use crate::home::Place;

#[cfg(unix)]
fn set_read_only(path: &Path, read_only: bool) {
    use std::os::unix::fs::PermissionsExt;
    let mode = if read_only { 0o555 } else { 0o755 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(unix)]
#[test]
fn an_export_into_a_read_only_folder_says_so_and_keeps_the_old_file() {
    let place = Place::new();
    place.copy_sample("empty", "connector");
    let folder = place.work().join("out");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("old.joinery"), "old").unwrap();
    set_read_only(&folder, true);
    let output = place.run(&["export", "connector", "-o", "out/old.joinery"], &[], b"");
    set_read_only(&folder, false);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{message}");
    assert!(
        message.contains("read-only") && message.contains("out/old.joinery"),
        "{message}"
    );
    assert_eq!(fs::read_to_string(folder.join("old.joinery")).unwrap(), "old");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn a_template_does_not_write_over_what_is_there() {
    let place = Place::new();
    fs::create_dir(place.work().join("mine")).unwrap();
    fs::write(place.work().join("mine/notes.txt"), "mine").unwrap();
    let output = place.run(&["new", "mine", "--template", "okta"], &[], b"");
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert_eq!(fs::read_dir(place.work().join("mine")).unwrap().count(), 1);
}

#[test]
fn a_saved_connection_keeps_its_secret_out_of_sight() {
    let place = Place::new();
    place.copy_sample("okta", "okta");
    let secret = ("OKTA".to_owned(), "00aVerySecretToken".to_owned());
    let add = [
        "connection",
        "add",
        "acme",
        "okta",
        "--set",
        "domain=acme.example",
        "--secret",
        "token=env:OKTA",
    ];
    let output = place.run(&add, &[secret], b"");
    assert!(output.status.success(), "{output:?}");
    let listed = place.run(&["connection", "list", "--json"], &[], b"");
    let said = [&output.stdout[..], &output.stderr, &listed.stdout].concat();
    assert!(!String::from_utf8_lossy(&said).contains("VerySecret"));
    assert!(
        String::from_utf8_lossy(&listed.stdout).contains("acme.example"),
        "{listed:?}"
    );
    look_for(b"VerySecret", &place.home());
    assert!(place.run(&["connection", "remove", "acme"], &[], b"").status.success());
    assert_eq!(
        place.run(&["connection", "remove", "acme"], &[], b"").status.code(),
        Some(2)
    );
}

/// Fails where any file below `folder` holds `text`.
fn look_for(text: &[u8], folder: &Path) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            look_for(text, &entry.path());
        } else {
            let bytes = fs::read(entry.path()).unwrap();
            assert!(
                !bytes.windows(text.len()).any(|window| window == text),
                "{}",
                entry.path().display()
            );
        }
    }
}
