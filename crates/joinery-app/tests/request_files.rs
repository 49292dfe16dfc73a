//! The files around a workspace's requests: folders, environments, files to be sent, imports, a description beside them.

use std::{fs, path::PathBuf};

use joinery_app::{
    Code, Program, Studio, StudioOptions, descriptions,
    environments::{self, EnvironmentView},
    files::FileRef,
    fixtures,
    import::{self, ImportRequests, ImportSource},
    request_tree, workspaces,
};

const API: &str = r#"
openapi: 3.1.0
info: { title: Acme, version: "1" }
servers: [{ url: "https://acme.example" }]
paths:
  /users/{userId}:
    get:
      summary: Get a user
      description: Gets one user.
      parameters:
        - { name: userId, in: path, required: true, schema: { type: string } }
        - { name: expand, in: query, description: What to bring along, schema: { type: string } }
"#;

struct Desk {
    studio: Studio,
    folder: tempfile::TempDir,
    workspace: PathBuf,
}

impl Desk {
    fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder to work in");
        let studio = Studio::new(StudioOptions {
            home: folder.path().join("home"),
            documents: folder.path().join("documents"),
            keychain: false,
            worker: Program::At(env!("CARGO_BIN_EXE_app-worker").into()),
        });
        let workspace = folder.path().join("acme");
        workspaces::new(&studio, "okta", workspace.to_str().expect("a plain path")).expect("the template is copied");
        Self {
            studio,
            folder,
            workspace,
        }
    }

    fn connector(&self) -> PathBuf {
        let beside = self.workspace.join("okta");
        if beside.is_dir() {
            beside
        } else {
            self.workspace.clone()
        }
    }

    /// The connector's folder as the window names it.
    fn id(&self) -> String {
        let workspace = workspaces::current(&self.studio).expect("it is open");
        workspace.connectors[0].folder.clone()
    }

    fn file(&self, path: &str) -> FileRef {
        FileRef {
            connector: self.id(),
            path: path.to_owned(),
        }
    }
}

#[test]
fn a_copy_of_a_request_takes_a_free_name_beside_it() {
    let desk = Desk::open();
    let one = request_tree::duplicate(&desk.studio, &desk.file("requests/users/get_user.toml")).unwrap();
    let two = request_tree::duplicate(&desk.studio, &desk.file("requests/users/get_user.toml")).unwrap();
    assert_eq!(one.path, "requests/users/get_user_copy.toml");
    assert_ne!(one.path, two.path);
    let text = fs::read_to_string(desk.connector().join(&one.path)).unwrap();
    assert!(text.contains("Get user copy"), "{text}");
}

#[test]
fn requests_move_into_folders_but_no_folder_into_itself() {
    let desk = Desk::open();
    let made = request_tree::new_folder(&desk.studio, &desk.id(), "requests", "Joiners 2026").unwrap();
    assert_eq!(made.path, "requests/joiners_2026");
    let moved = request_tree::move_into(&desk.studio, &desk.file("requests/users/get_user.toml"), &made.path).unwrap();
    assert_eq!(moved.path, "requests/joiners_2026/get_user.toml");
    assert!(!desk.connector().join("requests/users/get_user.toml").exists());
    let into_itself = request_tree::move_into(&desk.studio, &desk.file("requests/users"), "requests/users/deeper");
    assert_eq!(into_itself.unwrap_err().code, Code::Usage);
    let outside = request_tree::move_into(&desk.studio, &moved, "actions");
    assert_eq!(outside.unwrap_err().code, Code::Usage);
    let again = request_tree::new_folder(&desk.studio, &desk.id(), "requests", "joiners 2026");
    assert_eq!(again.unwrap_err().code, Code::Conflict);
}

#[test]
fn an_environment_keeps_what_stood_in_its_file_and_refuses_a_name_that_is_a_path() {
    let desk = Desk::open();
    let file = desk.workspace.join("environments/preview.toml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "# ours\n[variables]\nhost = \"old\" # where\n").unwrap();
    let environment = |name: &str| EnvironmentView {
        name: name.to_owned(),
        color: Some("green".to_owned()),
        variables: [("host".to_owned(), "new".to_owned())].into(),
    };
    environments::save(&desk.studio, environment("preview")).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    assert!(
        text.contains("# ours\n") && text.contains("host = \"new\" # where"),
        "{text}"
    );
    let all = environments::of_workspace(&desk.studio).unwrap();
    assert_eq!(all, [environment("preview")]);
    let refused = environments::save(&desk.studio, environment("../preview"));
    assert_eq!(refused.unwrap_err().code, Code::Usage);
}

#[test]
fn a_file_to_send_is_copied_once_and_never_over_another() {
    let desk = Desk::open();
    let source = desk.folder.path().join("photo.png");
    fs::write(&source, "one").unwrap();
    assert_eq!(fixtures::add(&desk.studio, &source).unwrap(), "photo.png");
    fs::write(&source, "two").unwrap();
    assert_eq!(fixtures::add(&desk.studio, &source).unwrap(), "photo-2.png");
    let fixtures_folder = desk.workspace.join("fixtures");
    assert_eq!(fs::read_to_string(fixtures_folder.join("photo.png")).unwrap(), "one");
    let inside = fixtures::add(&desk.studio, &fixtures_folder.join("photo.png")).unwrap();
    assert_eq!(inside, "photo.png");
    let missing = fixtures::add(&desk.studio, &desk.folder.path().join("none.png"));
    assert_eq!(missing.unwrap_err().code, Code::Input);
}

#[test]
fn an_import_goes_into_the_folder_that_was_chosen_and_its_description_is_read() {
    let desk = Desk::open();
    let wanted = |folder: &str| ImportRequests {
        id: "import".into(),
        connector: desk.id(),
        folder: folder.to_owned(),
        source: ImportSource::Text {
            name: "acme.yaml".into(),
            text: API.into(),
        },
        replace: false,
        keep_description: true,
    };
    assert_eq!(
        import::import_requests(&desk.studio, &wanted("actions"))
            .unwrap_err()
            .code,
        Code::Usage
    );
    assert_eq!(descriptions::operations(&desk.studio, &desk.id()).unwrap(), []);
    let report = import::import_requests(&desk.studio, &wanted("requests/acme")).unwrap();
    assert_eq!(report.made, ["requests/acme/get_a_user.toml", "openapi.yaml"]);
    let again = import::import_requests(&desk.studio, &wanted("requests/acme")).unwrap();
    assert_eq!(again.kept, ["requests/acme/get_a_user.toml"]);

    let names = descriptions::operations(&desk.studio, &desk.id()).unwrap();
    assert_eq!(
        (names.len(), names[0].url.as_str()),
        (1, "{{base_url}}/users/{{userId}}")
    );
    let asked = "https://acme.example/users/ada?expand=groups";
    let found = descriptions::operation(&desk.studio, &desk.id(), "GET", asked)
        .unwrap()
        .unwrap();
    assert_eq!(
        (found.description.as_str(), found.query[0].name.as_str()),
        ("Gets one user.", "expand")
    );
    assert_eq!(
        descriptions::operation(&desk.studio, &desk.id(), "PUT", asked).unwrap(),
        None
    );

    // A newer one in its place is read without a start.
    let newer = API.replace("Gets one user.", "Gets a user by id.");
    fs::write(desk.connector().join("openapi.json"), "{}").unwrap();
    assert_eq!(
        descriptions::operations(&desk.studio, &desk.id()).unwrap_err().code,
        Code::Invalid
    );
    fs::write(desk.connector().join("openapi.json"), newer).unwrap();
    let found = descriptions::operation(&desk.studio, &desk.id(), "GET", asked)
        .unwrap()
        .unwrap();
    assert_eq!(found.description, "Gets a user by id.");
}
