//! Packages: the same bytes every time, and hostile ones refused.

use std::{
    io::{Cursor, Write},
    path::Path,
};

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::*;

const MANIFEST: &str = "format = 1\nid = \"okta\"\nversion = \"1.4.0\"\nhosts = [\"{{domain}}\"]\n[[auth]]\nid = \"a\"\nkind = \"x\"\nscopes = [\"b\", \"a\"]\n";
const TOOL: &str = "0.1.0";

fn connector(files: &[(&str, &[u8])]) -> Connector {
    let manifest = [("connector.toml", MANIFEST.as_bytes())];
    let files = manifest
        .iter()
        .chain(files)
        .map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec()));
    Connector::from_files(Path::new("okta"), files).unwrap()
}

fn sample() -> Connector {
    connector(&[
        ("actions/get_user.rhai", b"fn execute(connection, input) {}"),
        ("tests/cassettes/get_user/a.json", b"{}"),
        ("icon.bin", &[0xff, 0xfe, 0]),
    ])
}

/// Writes `bytes` to a file and verifies that.
fn verified(bytes: &[u8], key: Option<&str>) -> Report {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let report = verify(file.path(), key).unwrap();
    // What verify lists, open refuses, and the other way round.
    if key.is_none() {
        let opened = open(file.path());
        assert_eq!(opened.is_ok(), report.ok, "{:?}", report.problems);
        if let Err(error) = opened {
            assert!(error.to_string().contains(&report.problems[0]), "{error}");
        }
    }
    report
}

#[track_caller]
fn refused(bytes: &[u8], problems: &[&str]) {
    assert_eq!(verified(bytes, None).problems, problems);
}

/// A package whose list fits its files, packed with `tamper` at work.
fn packed(extra: &[(&str, &[u8])], tamper: impl FnOnce(&mut PackageList)) -> Vec<u8> {
    let mut contents: Vec<(String, Vec<u8>)> = vec![("connector.toml".into(), MANIFEST.into())];
    contents.extend(extra.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())));
    let files = contents.iter().map(|(path, bytes)| PackagedFile {
        path: path.clone(),
        size: bytes.len() as u64,
        sha256: write::sha256(bytes),
    });
    let mut list = PackageList {
        format: FORMAT,
        id: "okta".into(),
        version: "1.4.0".into(),
        tool: TOOL.into(),
        files: files.collect(),
        hosts: vec!["{{domain}}".into()],
        scopes: vec!["a".into(), "b".into()],
        tests: None,
    };
    tamper(&mut list);
    write::archive(&serde_json::to_vec(&list).unwrap(), None, &contents).unwrap()
}

/// A zip with a valid list and one entry made by hand.
fn with_entry(add: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut zip = ZipWriter::new_append(Cursor::new(packed(&[], |_| {}))).unwrap();
    add(&mut zip);
    zip.finish().unwrap().into_inner()
}

fn replace(bytes: &mut [u8], old: &[u8], new: &[u8]) {
    assert_eq!(old.len(), new.len());
    let mut found = 0;
    for start in 0..bytes.len().saturating_sub(old.len()) {
        if &bytes[start..start + old.len()] == old {
            bytes[start..start + old.len()].copy_from_slice(new);
            found += 1;
        }
    }
    assert!(found > 0, "nothing to replace");
}

#[test]
fn a_package_opens_as_the_connector_that_was_packed() {
    let sample = sample();
    let bytes = pack(&sample, TOOL, None).unwrap();
    let report = verified(&bytes, None);
    assert!(report.ok, "{:?}", report.problems);
    let list = report.list.unwrap();
    assert_eq!(
        (list.scopes, list.hosts),
        (vec!["a".to_owned(), "b".to_owned()], vec!["{{domain}}".to_owned()])
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("okta-1.4.0.joinery");
    std::fs::write(&path, &bytes).unwrap();
    let opened = open(&path).unwrap();
    assert_eq!(
        opened.files.keys().collect::<Vec<_>>(),
        sample.files.keys().collect::<Vec<_>>()
    );
    assert_eq!(opened.bytes("icon.bin").unwrap(), [0xff, 0xfe, 0]);
    opened.write_to(&folder.path().join("okta")).unwrap();
    let unpacked = Connector::read(&folder.path().join("okta")).unwrap();
    assert_eq!(
        pack(&unpacked, TOOL, None).unwrap(),
        bytes,
        "the same files must give the same bytes"
    );
}

#[test]
fn the_list_comes_first_and_no_time_or_machine_is_told() {
    let bytes = pack(&sample(), TOOL, None).unwrap();
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let names: Vec<String> = (0..zip.len())
        .map(|index| {
            let entry = zip.by_index(index).unwrap();
            assert_eq!(entry.last_modified().unwrap().to_string(), "1980-01-01 00:00:00");
            entry.name().unwrap().into_owned()
        })
        .collect();
    assert_eq!(
        names,
        [
            "package.json",
            "actions/get_user.rhai",
            "connector.toml",
            "icon.bin",
            "tests/cassettes/get_user/a.json"
        ]
    );
}

#[test]
fn a_file_that_packs_too_well_is_stored_so_that_it_can_be_opened() {
    let bytes = pack(&connector(&[("README.md", &vec![b' '; 2 << 20])]), TOOL, None).unwrap();
    assert_eq!(verified(&bytes, None).problems, [""; 0]);
}

#[test]
fn what_no_package_may_hold_is_not_packed() {
    for path in ["actions/a:b.rhai", "nul.json", "notes/end.", "a\\b"] {
        let error = pack(&connector(&[(path, b"")]), TOOL, None).unwrap_err().to_string();
        assert!(error.starts_with("cannot be packaged: "), "{error}");
    }
    pack(&connector(&[("a.txt", b""), ("A.TXT", b"")]), TOOL, None).unwrap_err();
}

#[test]
fn hostile_names_are_refused_by_name() {
    let long = "x".repeat(241);
    for (name, why) in [
        ("../evil", "`../evil`: the path leads out of the package"),
        (
            "actions/../../evil",
            "`actions/../../evil`: the path leads out of the package",
        ),
        ("/etc/passwd", "`/etc/passwd`: the path is absolute"),
        ("..\\evil", "`..\\\\evil`: the name holds a backslash"),
        ("C:/evil", "`C:/evil`: the path begins with a drive letter"),
        ("a\0b", "`a\\0b`: the name holds a NUL byte"),
        ("a\nb", "`a\\nb`: the name holds a control character"),
        ("a//b", "`a//b`: the path has an empty part"),
        ("a/./b", "`a/./b`: the path has an empty part"),
        (".git/config", "`.git/config`: dot files are not part of a connector"),
        ("folder/", "`folder/`: a folder has no entry of its own"),
        ("CON.txt", "`CON.txt`: the name is a device on Windows"),
        ("end. ", "`end. `: the name ends in a dot or a space"),
        ("a*b", "`a*b`: the name holds a character that not every system allows"),
        (&long, &format!("`{}…`: the name is too long", "x".repeat(80))),
    ] {
        // The library's writer refuses some of these names, so they are put in afterwards.
        let stand_in = "q".repeat(name.len());
        let mut bytes = packed(&[(&stand_in, b"x")], |_| {});
        replace(&mut bytes, stand_in.as_bytes(), name.as_bytes());
        let problems = verified(&bytes, None).problems;
        assert_eq!(problems.first().map(String::as_str), Some(why), "{problems:?}");
    }
}

#[test]
fn names_that_clash_are_refused() {
    let mut twice = packed(&[("a/one", b"1"), ("a/two", b"2")], |_| {});
    replace(&mut twice, b"a/two", b"a/one");
    assert_eq!(verified(&twice, None).problems[0], "`a/one`: the name is there twice");
    refused(
        &packed(&[("a/one", b""), ("A/one", b"")], |_| {}),
        &["`a/one` and `A/one` differ only in case"],
    );
    refused(
        &packed(&[("a", b""), ("a/one", b"")], |_| {}),
        &["`a` is a file and a folder of `a/one`"],
    );
}

#[test]
fn links_and_encrypted_entries_are_refused() {
    let link = with_entry(|zip| {
        zip.add_symlink("link", "/etc/passwd", SimpleFileOptions::default())
            .unwrap();
    });
    refused(&link, &["`link`: it is a symbolic link"]);
    let mut encrypted = packed(&[("a", b"x")], |_| {});
    // Bit 0 of the flags, in the directory's last record: 8 bytes after its signature.
    let at = encrypted.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    encrypted[at + 8] |= 1;
    refused(&encrypted, &["`a`: it is encrypted"]);
}

#[test]
fn bombs_are_refused_while_they_unpack() {
    let large = vec![0; 9 << 20];
    let zeros = |zip: &mut ZipWriter<Cursor<Vec<u8>>>, method| {
        zip.start_file("zeros", SimpleFileOptions::default().compression_method(method))
            .unwrap();
        zip.write_all(&large).unwrap();
    };
    let bomb = with_entry(|zip| zeros(zip, CompressionMethod::Deflated));
    refused(
        &bomb,
        &["`zeros`: it unpacks to more than 200 times its size: a zip bomb"],
    );
    let too_large = with_entry(|zip| zeros(zip, CompressionMethod::Stored));
    refused(&too_large, &["`zeros`: it is larger than 8 MB unpacked"]);
    let many = with_entry(|zip| {
        for index in 0..=MAX_FILES + 1 {
            zip.start_file(format!("{index}"), SimpleFileOptions::default())
                .unwrap();
        }
    });
    refused(&many, &["it holds more than 4096 files"]);
    // A size in the directory that lies, in the last record: 24 bytes after its signature.
    let mut lies = bomb;
    let at = lies.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    lies[at + 24..at + 28].copy_from_slice(&10_u32.to_le_bytes());
    assert!(!verified(&lies, None).ok);
}

#[test]
fn a_package_that_was_changed_is_refused() {
    let hash = |list: &mut PackageList| list.files[0].sha256 = "0".repeat(64);
    refused(
        &packed(&[], hash),
        &["`connector.toml` is not the file that was packed: its hash differs"],
    );
    refused(
        &packed(&[("a", b"")], |list| drop(list.files.pop())),
        &["`a` is not listed in package.json"],
    );
    let absent = |list: &mut PackageList| {
        let file = PackagedFile {
            path: "b".into(),
            ..list.files[0].clone()
        };
        list.files.push(file);
    };
    refused(&packed(&[], absent), &["`b` is listed but not there"]);
    let version = |list: &mut PackageList| list.version = "2.0.0".into();
    refused(
        &packed(&[], version),
        &["package.json says version `2.0.0`, connector.toml says `1.4.0`"],
    );
    let hosts = |list: &mut PackageList| list.hosts.clear();
    refused(
        &packed(&[], hosts),
        &["the hosts in package.json are not those of connector.toml"],
    );
    refused(
        &packed(&[], |list| list.format = 7),
        &["package format 7 is unknown: this Joinery reads format 1"],
    );
    let broken = [("connector.toml".to_owned(), b"format = ".to_vec())];
    let list = b"{\"format\": 1, \"files\": 3}";
    assert!(
        verified(&write::archive(list, None, &broken).unwrap(), None).problems[0].starts_with("package.json is not")
    );
}

#[test]
fn what_is_no_package_is_refused_at_any_cut() {
    refused(b"hello", &["it is not a Joinery package"]);
    let bytes = pack(&sample(), TOOL, None).unwrap();
    for end in (0..bytes.len()).step_by(7) {
        assert!(!verified(&bytes[..end], None).ok, "cut at {end}");
    }
}

#[test]
fn no_flipped_byte_gets_other_contents_in() {
    let sample = sample();
    let bytes = pack(&sample, TOOL, None).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    for at in (0..bytes.len()).step_by(3) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x41;
        std::fs::write(file.path(), &changed).unwrap();
        // Times and the like may change; what the connector is may not.
        if let Ok(opened) = open(file.path()) {
            for path in sample.files.keys() {
                assert_eq!(opened.bytes(path).unwrap(), sample.bytes(path).unwrap(), "byte {at}");
            }
        }
    }
}

#[test]
fn a_signature_holds_for_its_key_and_its_list_only() {
    let (secret, public) = SigningKey::generate().unwrap();
    let (_, other) = SigningKey::generate().unwrap();
    let key = SigningKey::parse(secret.reveal(), None).unwrap();
    let signed = pack_signed(&sample(), TOOL, None, &key).unwrap();
    let good = verified(&signed, Some(&public));
    assert!(
        good.ok && good.signer.as_ref().is_some_and(|id| id.len() == 16),
        "{good:?}"
    );
    assert!(verified(&signed, None).ok);
    assert!(verified(&signed, Some(&other)).problems[0].starts_with("the package is signed with key "));
    assert_eq!(
        verified(&signed, Some("nonsense")).problems,
        ["the key given is not a minisign public key"]
    );
    let unsigned = pack(&sample(), TOOL, None).unwrap();
    assert_eq!(
        verified(&unsigned, Some(&public)).problems,
        ["the package is not signed"]
    );
    let (_, contents) = write::collect(&sample(), TOOL, None).unwrap();
    let (list, _) = write::collect(&sample(), "other", None).unwrap();
    let mut zip = zip::ZipArchive::new(Cursor::new(signed)).unwrap();
    let mut signature = Vec::new();
    std::io::Read::read_to_end(&mut zip.by_name(SIGNATURE).unwrap(), &mut signature).unwrap();
    let moved = write::archive(&list, Some(&signature), &contents).unwrap();
    assert_eq!(
        verified(&moved, Some(&public)).problems,
        ["the signature does not match: the package was changed after it was signed"]
    );
}

/// Texts made of parts, so that no scanner takes this file itself for a leak.
fn scanned(text: &str) -> Vec<String> {
    scan_secrets(&connector(&[("README.md", text.as_bytes())]))
        .into_iter()
        .map(|problem| {
            assert_eq!(problem.code, "secret");
            format!("{}:{} {}", problem.line, problem.column, problem.message)
        })
        .collect()
}

#[test]
fn token_like_values_are_found_and_never_shown() {
    let long = "9fK2mXq7LwZ0aB4cD8eF1gH5";
    for (text, found) in [
        (
            format!("x\nSSWS 00{long}{long}"),
            "2:6 this looks like an Okta API token: `009f…`",
        ),
        (
            format!("token 00{}", &"Ab3dE5gH7jK9".repeat(4)[..40]),
            "1:7 this looks like an Okta API token: `00Ab…`",
        ),
        (
            format!("eyJ{long}.eyJ{long}.{long}"),
            "1:1 this looks like a signed token: `eyJ9…`",
        ),
        (
            format!("-----BEGIN RSA {} KEY-----\\nMIIE{long}", "PRIVATE"),
            "1:1 this looks like a private key: `-----BEGIN…`",
        ),
        (
            format!("AKIA{}", "QWERTYUIOP123456"),
            "1:1 this looks like an AWS access key: `AKIA…`",
        ),
        (
            format!("\"Authorization\": \"Bearer {long}\""),
            "1:26 this looks like a credential: `9fK2…`",
        ),
        (
            format!("name = \"X-Api-Key\"\nvalue = \"{long}\""),
            "2:10 this looks like a credential: `9fK2…`",
        ),
        (
            format!("client_secret: \"{long}\""),
            "1:17 this looks like a secret: `9fK2…`",
        ),
        (
            format!("https://a.example/x?access_token={long}"),
            "1:34 this looks like a secret: `9fK2…`",
        ),
    ] {
        assert_eq!(scanned(&text), [found], "{text}");
    }
}

#[test]
fn ids_variables_and_words_are_not_secrets() {
    for text in [
        "id = \"00ub0oNGTSWTBKOLGLNR\" token = \"00ub0oNGTSWTBKOLGLNR\"",
        "\"secret\": \"2f1c9f0e-6d1c-4f6e-9a57-0a2b4c6d8e90\"",
        "Authorization: SSWS {{token}}",
        "header(\"Authorization\", `Bearer ${connection.token}`)",
        "token_url = \"{{base_url}}/oauth2/v1/token\"",
        "authorization = \"oauth2_authorization_code\"",
        "password = \"••••••\" api_key = \"<your key>\" secret = \"placeholder-for-your-secret-1\"",
        "Basic authentication, Bearer authentication-with-tokens, token get_user_by_login_or_id",
        "authorization:\n  TokenInlineHookResponseCommandsOAuth2",
        "Basic AppAuthenticatorOAuth2ProvisioningSettings",
        "scopes = [\"okta.users.manage\", \"okta.groups.manage\"]",
        "https://acme.okta.com/api/v1/users/00ub0oNGTSWTBKOLGLNR?key=00ub0oNGTSWTBKOLGLNR",
        "sha256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ] {
        assert_eq!(scanned(text), [""; 0], "{text}");
    }
}
