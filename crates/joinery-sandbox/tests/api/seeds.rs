//! Seed files and the data file.

use std::path::{Path, PathBuf};

use joinery_sandbox::{DataError, Error, Options, Seed, start};
use reqwest::Method;
use serde_json::json;

use crate::org::Org;

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs/examples")
        .join(name)
}

#[tokio::test]
async fn the_documented_seed_file_makes_the_org_it_says() {
    let org = Org::start(Seed::File(example("sandbox-seed.toml"))).await;
    let ann = org.get("/users/ann.lee@acme.example").await.body;
    assert_eq!(
        (&ann["status"], &ann["profile"]["badge"]),
        (&json!("ACTIVE"), &json!(17))
    );
    assert_eq!(org.get("/users/bo.ek@acme.example").await.body["status"], "SUSPENDED");
    let id = ann["id"].as_str().unwrap();
    let change = json!({"oldPassword": {"value": "Tr0ubador-x9"}, "newPassword": {"value": "An0ther-long-one"}});
    assert_eq!(
        org.post(&format!("/users/{id}/credentials/change_password"), &change)
            .await
            .status,
        200
    );
    let apps = org.get("/apps").await.body;
    assert_eq!(apps[0]["label"], "Recipes");
    let app = apps[0]["id"].as_str().unwrap();
    assert_eq!(
        org.get(&format!("/apps/{app}/users"))
            .await
            .body
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let rules = org.get("/groups/rules").await.body;
    assert_eq!(
        (&rules[0]["name"], &rules[0]["status"]),
        (&json!("Kitchen works at night"), &json!("ACTIVE"))
    );
    let again = Org::start(Seed::File(example("sandbox-seed.toml"))).await;
    assert_eq!(
        again.get("/users/ann.lee@acme.example").await.body["id"],
        id,
        "a seed gives the same ids"
    );
}

#[tokio::test]
async fn a_rule_of_a_seed_file_is_applied_without_a_call() {
    let org = Org::start(Seed::File(example("sandbox-seed.toml"))).await;
    let group = org.get("/groups?q=Night").await.body[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for _ in 0..200 {
        let members = org.get(&format!("/groups/{group}/users")).await.body;
        if members.as_array().unwrap().len() == 2 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the rule was not applied");
}

#[tokio::test]
async fn the_documented_list_of_users_makes_users_and_their_groups() {
    let org = Org::start(Seed::File(example("sandbox-users.csv"))).await;
    let bo = org.get("/users/bo.ek@acme.example").await.body;
    assert_eq!(
        (&bo["profile"]["lastName"], &bo["status"]),
        (&json!("Ek, the younger"), &json!("ACTIVE"))
    );
    let groups = org.get("/users/ann.lee@acme.example/groups").await.body;
    let names: Vec<&str> = groups
        .as_array()
        .unwrap()
        .iter()
        .map(|group| group["profile"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Everyone", "Cooks", "Night shift"]);
}

#[tokio::test]
async fn what_is_wrong_with_a_seed_file_is_said_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let fault = async |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let options = Options {
            seed: Seed::File(path),
            ..Options::default()
        };
        let error = start(options).await.err().unwrap().to_string();
        error.replace(&format!("{}/", folder.path().display()), "")
    };
    let user = "[[users]]\nlogin = \"a@b.example\"\nemail = \"a@b.example\"\nfirstName = \"A\"\n";
    for (file, text, wanted) in [
        ("a.toml", "[[users]\n".to_owned(), "a.toml:1:9: "),
        (
            "a.toml",
            "[[people]]\n".to_owned(),
            "a.toml:1:3: unknown field `people`",
        ),
        (
            "a.toml",
            user.to_owned(),
            "a.toml:1:1: lastName: The field cannot be left blank",
        ),
        (
            "a.toml",
            format!("{user}lastName = 5\n"),
            "a.toml:5:12: lastName: The value must be a string",
        ),
        (
            "a.toml",
            format!("{user}lastName = \"B\"\nshoe = 5\n"),
            "a.toml:6:1: `shoe` is not an attribute",
        ),
        (
            "a.toml",
            format!("{user}lastName = \"B\"\ngroups = [\"X\"]\n"),
            "a.toml:6:10: there is no group `X`",
        ),
        (
            "a.toml",
            format!("{user}lastName = \"B\"\nstatus = \"GONE\"\n"),
            "a.toml:6:10: `GONE` is not a status",
        ),
        (
            "a.toml",
            "[[groups]]\nname = \"X\"\nsize = 1\n".to_owned(),
            "a.toml:3:1: `size` is unknown here",
        ),
        ("a.toml", "[[groups]]\n".to_owned(), "a.toml:1:1: `name` is missing"),
        (
            "a.toml",
            "[[rules]]\nname = \"x\"\nexpression = \"user.\"\n".to_owned(),
            "a.toml:3:14: ",
        ),
        ("a.csv", "login,shoe\n".to_owned(), "a.csv:1:7: `shoe` is neither"),
        (
            "a.csv",
            "login,email\na@b.example\n".to_owned(),
            "a.csv:2:1: the line has 1 fields, the first one 2",
        ),
        (
            "a.csv",
            "login,email,firstName,lastName\nä,a@b.example,A,B\n".to_owned(),
            "a.csv:2:1: login: ",
        ),
        (
            "a.csv",
            "login\n\"open\n".to_owned(),
            "a.csv:2:1: a quotation mark opens here",
        ),
        ("a.json", "{}".to_owned(), "a.json is neither a seed file"),
        (
            "a.txt",
            "{\"joinery-sandbox\":1}\n{\"kind\":\"user\"}\n".to_owned(),
            "cannot use the snapshot a.txt: its line 2",
        ),
    ] {
        let error = fault(file, &text).await;
        assert!(error.starts_with(wanted), "{text}\n{error}\n{wanted}");
    }
    let gone = Options {
        seed: Seed::File(folder.path().join("gone.toml")),
        ..Options::default()
    };
    assert!(matches!(start(gone).await, Err(Error::Seed(_))));
}

fn kept_in(path: &Path) -> Options {
    Options {
        seed: Seed::Empty,
        data: Some(path.to_owned()),
        ..Options::default()
    }
}

#[tokio::test]
async fn a_data_file_keeps_the_org_and_one_process_at_a_time_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("org.sqlite");
    let org = Org::with(kept_in(&path)).await;
    let ann = org.user("ann", true, "").await;
    let gone = org.user("gone", true, "").await;
    for _ in 0..2 {
        org.delete(&format!("/users/{gone}")).await;
    }
    let group = org.post("/groups", &json!({"profile": {"name": "Cooks"}})).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    org.send(Method::PUT, &format!("/groups/{group}/users/{ann}"), None)
        .await;
    let keys = format!("{}/oauth2/v1/keys", org.sandbox.url());
    let key = org.get(&keys).await.body;
    let server_keys = org.get("/authorizationServers/default/credentials/keys").await.body;
    let (log, users) = (org.get("/logs").await.body, org.get("/users").await.body);
    let second = start(kept_in(&path)).await;
    assert!(
        matches!(second, Err(Error::Data(DataError::InUse { .. }))),
        "{:?}",
        second.err()
    );
    let url = org.sandbox.url();
    drop(org);

    let org = open_again(&path).await;
    let now = |value: &serde_json::Value| value.to_string().replace(&org.sandbox.url(), &url);
    assert_eq!(now(&org.get("/users").await.body), users.to_string());
    assert_eq!(now(&org.get("/logs").await.body), log.to_string());
    assert_eq!(
        org.get(&format!("/groups/{group}/users")).await.body[0]["id"],
        ann.as_str()
    );
    assert_eq!(
        org.get(&format!("{}/oauth2/v1/keys", org.sandbox.url())).await.body,
        key
    );
    let kept = org.get("/authorizationServers/default/credentials/keys").await.body;
    assert_eq!(now(&kept), server_keys.to_string());
    let next = org.user("next", true, "").await;
    assert!(next > ann && next != gone, "ids go on");
    org.control(Method::PUT, "/snapshots/s", None).await;
    org.control(Method::POST, "/reset", None).await;
    drop(org);
    let org = open_again(&path).await;
    assert_eq!(org.sandbox.users(), 1, "a reset is kept too");
}

/// The server that was dropped lets go of the file a moment later.
async fn open_again(path: &Path) -> Org {
    for _ in 0..1000 {
        match start(kept_in(path)).await {
            Ok(sandbox) => {
                return Org {
                    sandbox,
                    client: reqwest::Client::new(),
                };
            }
            Err(Error::Data(DataError::InUse { .. })) => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the file stays locked");
}

#[tokio::test]
async fn a_file_that_is_no_data_file_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "my notes, which are longer than a header of sqlite. ".repeat(20)).unwrap();
    let before = std::fs::read(&path).unwrap();
    let refused = start(kept_in(&path)).await.err().unwrap();
    assert!(matches!(refused, Error::Data(DataError::Foreign { .. })), "{refused}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    let nowhere = start(kept_in(&folder.path().join("no/such/folder.sqlite")))
        .await
        .err()
        .unwrap();
    assert!(matches!(nowhere, Error::Data(DataError::Open { .. })), "{nowhere}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_data_file_and_a_snapshot_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (data, saved) = (folder.path().join("org.sqlite"), folder.path().join("org.snapshot"));
    let org = Org::with(kept_in(&data)).await;
    org.user("ann", true, "").await;
    org.sandbox.save(&saved).unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} has mode {mode:o}", path.display());
    }
}
