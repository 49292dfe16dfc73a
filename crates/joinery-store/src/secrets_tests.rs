//! Tests of [`super`]: the encrypted file on a real disk. The keychain of whoever runs them is never asked.

use super::*;
use std::fs;

fn open(folder: &Path) -> Secrets {
    Secrets::open(folder, false).unwrap()
}

fn with_passphrase(folder: &Path, passphrase: &str) -> Secrets {
    Secrets::open_with_passphrase(folder, false, Some(Secret::new(passphrase))).unwrap()
}

fn text(secrets: &Secrets, connection: &str, field: &str) -> Option<String> {
    secrets
        .get(connection, field)
        .unwrap()
        .map(|secret| secret.reveal().to_owned())
}

#[test]
fn a_secret_comes_back_after_reopening_and_is_in_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = open(folder.path());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "opening makes nothing");
    assert_eq!(text(&secrets, "prod", "token"), None);
    secrets
        .set("prod", "token", &Secret::new("00-planted-secret-ü"))
        .unwrap();
    secrets.set("a/b", "c", &Secret::new("one")).unwrap();
    secrets.set("a", "b/c", &Secret::new("two")).unwrap();

    let secrets = open(folder.path());
    assert_eq!(text(&secrets, "prod", "token").as_deref(), Some("00-planted-secret-ü"));
    assert_eq!(text(&secrets, "a/b", "c").as_deref(), Some("one"));
    assert_eq!(text(&secrets, "a", "b/c").as_deref(), Some("two"));
    for entry in fs::read_dir(folder.path()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        for clear in ["planted", "prod"] {
            assert!(!bytes.windows(clear.len()).any(|window| window == clear.as_bytes()));
        }
    }
    assert_eq!(secrets.place(), SecretPlace::File(folder.path().join("secrets.enc")));
}

#[test]
fn a_removed_secret_is_gone_and_removing_it_again_is_fine() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = open(folder.path());
    secrets.remove("prod", "token").unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    secrets.set("prod", "token", &Secret::new("x")).unwrap();
    secrets.set("prod", "other", &Secret::new("y")).unwrap();
    secrets.remove("prod", "token").unwrap();
    secrets.remove("prod", "token").unwrap();
    assert_eq!(text(&secrets, "prod", "token"), None);
    assert_eq!(text(&secrets, "prod", "other").as_deref(), Some("y"));
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_key_and_secrets() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    open(folder.path()).set("prod", "token", &Secret::new("x")).unwrap();
    assert_eq!((mode("secrets.key"), mode("secrets.enc")), (0o600, 0o600));

    let key = folder.path().join("secrets.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(text(&open(folder.path()), "prod", "token").as_deref(), Some("x"));
    assert_eq!(mode("secrets.key"), 0o600);
}

#[test]
fn a_damaged_file_is_refused_with_a_way_out_and_nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = open(folder.path());
    secrets.set("prod", "token", &Secret::new("x")).unwrap();
    let path = folder.path().join("secrets.enc");
    let whole = fs::read(&path).unwrap();
    let mut damaged = vec![Vec::new(), whole[..20].to_vec(), whole[..whole.len() - 1].to_vec()];
    for at in [0, 16, 20, 40, whole.len() - 1] {
        damaged.push(whole.clone());
        damaged.last_mut().unwrap()[at] ^= 1;
    }
    for bytes in damaged {
        fs::write(&path, &bytes).unwrap();
        let message = secrets.set("prod", "token", &Secret::new("y")).unwrap_err().to_string();
        assert!(
            message.contains("secrets.enc") && message.contains("prod/token"),
            "{message}"
        );
        assert!(message.contains("enter the secrets again"), "{message}");
        assert!(secrets.get("prod", "token").is_err());
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
    fs::write(&path, &whole).unwrap();
    assert_eq!(text(&secrets, "prod", "token").as_deref(), Some("x"));
}

#[test]
fn a_lost_key_is_named_and_no_new_one_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = open(folder.path());
    secrets.set("prod", "token", &Secret::new("x")).unwrap();
    let key = folder.path().join("secrets.key");
    fs::remove_file(&key).unwrap();
    let message = secrets.set("prod", "token", &Secret::new("y")).unwrap_err().to_string();
    assert!(message.contains("secrets.key is missing"), "{message}");
    assert!(!key.exists());
}

#[test]
fn with_a_passphrase_no_key_is_written_and_another_passphrase_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    with_passphrase(folder.path(), "correct horse")
        .set("prod", "token", &Secret::new("x"))
        .unwrap();
    assert!(!folder.path().join("secrets.key").exists());
    assert_eq!(
        text(&with_passphrase(folder.path(), "correct horse"), "prod", "token").as_deref(),
        Some("x")
    );
    let message = with_passphrase(folder.path(), "wrong")
        .get("prod", "token")
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("the passphrase is another one") && !message.contains("wrong"),
        "{message}"
    );
    let message = open(folder.path()).get("prod", "token").unwrap_err().to_string();
    assert!(message.contains("written with a passphrase"), "{message}");
}

#[test]
fn writers_side_by_side_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let folder = folder.path();
            scope.spawn(move || {
                let secrets = open(folder);
                for field in 0..5 {
                    secrets
                        .set(&format!("c{writer}"), &format!("f{field}"), &Secret::new("x"))
                        .unwrap();
                }
            });
        }
    });
    let secrets = open(folder.path());
    let found = (0..20)
        .filter(|n| text(&secrets, &format!("c{}", n / 5), &format!("f{}", n % 5)).is_some())
        .count();
    assert_eq!(found, 20);
}
