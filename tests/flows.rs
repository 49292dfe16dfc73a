//! The shipped flows as a user runs them: `joinery serve` on the workspace of the template, against a sandbox org with Box,
//! Slack and Chargebee beside it; then a look at what became of each.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    home::{Sandbox, joinery, start},
    sandbox::{call, kill},
};

/// As long as anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A workspace from the template, its flows served, and an org with everything beside it.
struct Office {
    org: Sandbox,
    /// The addresses that take webhooks, by flow.
    hooks: BTreeMap<String, String>,
    home: tempfile::TempDir,
    processes: Vec<Child>,
    /// What `joinery serve` says beside where it listens.
    said: mpsc::Receiver<String>,
}

impl Drop for Office {
    fn drop(&mut self) {
        self.processes.iter_mut().for_each(kill);
    }
}

impl Office {
    /// Serves these flows.
    fn open(flows: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let (process, org) = start(home.path(), &["--with", "box,slack,chargebee", "--rate-limit", "off"]);
        let mut office = Self {
            org,
            hooks: BTreeMap::new(),
            home,
            processes: vec![process],
            said: mpsc::channel().1,
        };
        office.joinery(&["new", "workspace", "--template", "flows"]);
        office.serve(flows);
        office
    }

    fn serve(&mut self, flows: &[&str]) {
        let mut served = joinery(&self.workspace(), self.home.path())
            .args(["serve", "."])
            .args(flows)
            .args(["--connection", "sandbox", "--allow-writes", "--every", "200ms"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(served.stderr.take().unwrap());
        self.processes.push(served);
        let (sender, receiver) = mpsc::channel();
        // Read to the end, so that the process never waits for a reader.
        thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                drop(sender.send(line));
            }
        });
        while self.hooks.len() < flows.len() {
            let line = receiver.recv_timeout(PATIENCE).expect("every trigger takes webhooks");
            // `onboarding (okta.user_activated) takes webhooks at http://127.0.0.1:1234/hooks/onboarding`
            if let Some((who, url)) = line.split_once(" takes webhooks at ") {
                let flow = url.rsplit('/').next().unwrap();
                assert!(who.starts_with(&format!("{flow} (")), "{who}");
                self.hooks.insert(flow.to_owned(), url.to_owned());
            }
        }
        self.said = receiver;
    }

    /// Waits until `joinery serve` says so.
    fn hear(&self, part: &str) {
        while !self.said.recv_timeout(PATIENCE).expect("it says so").contains(part) {}
    }

    fn workspace(&self) -> PathBuf {
        self.home.path().join("workspace")
    }

    /// Runs a command that has to succeed, and gives what it prints.
    fn joinery(&self, arguments: &[&str]) -> String {
        let done = joinery(self.home.path(), self.home.path())
            .args(arguments)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{arguments:?}: {said}");
        String::from_utf8(done.stdout).unwrap()
    }

    /// Runs an action of a connector of the workspace.
    fn run(&self, connector: &str, action: &str, input: &Value) -> Value {
        let folder = format!("workspace/{connector}");
        let input = input.to_string();
        let printed = self.joinery(&["run", &folder, action, "--connection", "sandbox", "--input", &input]);
        serde_json::from_str(&printed).unwrap()
    }

    /// A call of the org's API or of a control API.
    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = call(&self.org, method, path, &body.to_string()).unwrap();
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    fn get(&self, path: &str) -> Value {
        self.call("GET", path, &Value::Null)
    }

    /// Creates an active user.
    fn hire(&self, name: &str, profile: &Value) -> String {
        let login = format!("{name}@acme.example");
        let mut whole = json!({"firstName": name, "lastName": "Lee", "login": login, "email": login});
        for (attribute, value) in profile.as_object().unwrap() {
            whole[attribute] = value.clone();
        }
        let body = json!({"profile": whole, "credentials": {"password": {"value": "Correct-Horse-7"}}});
        let made = self.call("POST", "/api/v1/users?activate=true", &body);
        made["id"].as_str().unwrap().to_owned()
    }

    fn groups_of(&self, user: &str) -> Vec<String> {
        texts(&self.get(&format!("/api/v1/users/{user}/groups")), "/profile/name")
    }

    /// The id of a group.
    fn group(&self, name: &str) -> String {
        let found = self.get(&format!("/api/v1/groups?q={name}"));
        let found = found
            .as_array()
            .unwrap()
            .iter()
            .find(|group| group["profile"]["name"] == name);
        found.expect("the group is there")["id"].as_str().unwrap().to_owned()
    }

    /// Somebody of a group, by login.
    fn member(&self, group: &str, number: usize) -> String {
        let members = self.get(&format!("/api/v1/groups/{}/users", self.group(group)));
        members[number]["profile"]["login"].as_str().unwrap().to_owned()
    }

    /// Somebody uses a slash command.
    fn command(&self, flow: &str, user: &str, command: &str, text: &str) {
        let body = json!({"url": self.hooks[flow], "user": user, "command": command, "text": text});
        let taken = self.call("POST", "/slack/sandbox/command", &body);
        assert_eq!(taken["status"], 200, "{taken}");
    }

    /// Somebody clicks the button of the newest question.
    fn click(&self, action: &str, user: &str) {
        let body = json!({"url": self.hooks["access_answer"], "user": user, "action": action});
        let taken = self.call("POST", "/slack/sandbox/click", &body);
        assert_eq!(taken["status"], 200, "{taken}");
    }

    fn slack(&self) -> Value {
        self.get("/slack/sandbox/messages")
    }

    /// Whether a message says so, in any channel.
    fn was_told(&self, part: &str) -> bool {
        texts(&self.slack()["messages"], "/text")
            .iter()
            .any(|text| text.contains(part))
    }

    /// Whether a command was answered so.
    fn was_answered(&self, part: &str) -> bool {
        texts(&self.slack()["answers"], "/text")
            .iter()
            .any(|text| text.contains(part))
    }

    #[track_caller]
    fn until<T: Debug>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            if began.elapsed() > PATIENCE {
                let runs = self.joinery(&["flow", "runs", "workspace", "--json"]);
                panic!("it did not come to this: {what}\n{runs}\n{:#}", self.slack());
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// The text at a place of each item.
fn texts(list: &Value, place: &str) -> Vec<String> {
    let items = list.as_array().unwrap().iter();
    items
        .filter_map(|item| item.pointer(place)?.as_str().map(str::to_owned))
        .collect()
}

#[test]
fn customer_of_chargebee_becomes_one_user_of_okta_in_the_group_of_customers() {
    let office = Office::open(&["chargebee_to_okta"]);
    // Okta makes the user and the group, and the answers get lost: done again, both are found.
    for path in ["users", "groups"] {
        let rule = format!("POST /api/v1/{path}* drop=body first=1");
        office.call("POST", "/sandbox/faults", &json!({ "rule": rule }));
    }
    let input = json!({"first_name": "Nora", "last_name": "Neu", "email": "nora.neu@neu.example", "company": "Neu"});
    office.run("chargebee", "create_customer", &input);
    // Told by a webhook as well as found by the poll: one event, and one user.
    let deliver = json!({"url": office.hooks["chargebee_to_okta"]});
    let taken = office.call("POST", "/chargebee/sandbox/deliver", &deliver);
    assert_eq!(taken["status"], 200, "{taken}");
    let wrong = json!({"url": office.hooks["chargebee_to_okta"], "password": "wrong"});
    let refused = office.call("POST", "/chargebee/sandbox/deliver", &wrong);
    assert_eq!(refused["status"], 401, "{refused}");
    let is_customer = || {
        office
            .groups_of("nora.neu@neu.example")
            .contains(&"Customers".to_owned())
    };
    let exists =
        || call(&office.org, "GET", "/api/v1/users/nora.neu@neu.example", "").is_some_and(|(status, _)| status == 200);
    office.until("Nora is a customer", || (exists() && is_customer()).then_some(()));
    let user = office.get("/api/v1/users/nora.neu@neu.example");
    assert_eq!(user["profile"]["lastName"], "Neu");
    assert_eq!(user["profile"]["organization"], "Neu");
    // Both deliveries are shown, whichever connection they came on and whichever flow took them.
    let kept = |more: &[&str]| {
        let arguments = ["deliveries", "workspace/chargebee", "customer_created"];
        office.joinery(&[&arguments, more].concat())
    };
    let listed: Value = serde_json::from_str(&kept(&["--json"])).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 2, "{listed}");
    assert_eq!(listed[1]["flow"], "chargebee_to_okta");
    assert_eq!(listed[1]["connection"], "sandbox");
    assert!(kept(&[]).contains("sandbox  chargebee_to_okta"), "{}", kept(&[]));
    let number = listed[1]["id"].to_string();
    let event: Value = serde_json::from_str(&kept(&["--replay", &number])).unwrap();
    assert_eq!(event["first_name"], "Nora");
    // Of whom an address alone is known, a name is made up from it.
    office.run(
        "chargebee",
        "create_customer",
        &json!({ "email": "sole.trader@neu.example" }),
    );
    let path = "/api/v1/users/sole.trader@neu.example";
    office.until("the second customer", || {
        let (status, user) = call(&office.org, "GET", path, "")?;
        (status == 200).then(|| assert_eq!(user["profile"]["firstName"], "Sole"))
    });
    let runs: Value = serde_json::from_str(&office.joinery(&["flow", "runs", "workspace", "--json"])).unwrap();
    assert_eq!(runs.as_array().unwrap().len(), 2, "{runs}");
}

#[test]
fn new_hire_gets_a_folder_joins_the_department_and_is_welcomed_and_a_customer_is_left_alone() {
    let office = Office::open(&["okta_to_box", "onboarding"]);
    office.hire("customer", &json!({"userType": "Customer"}));
    let id = office.hire("newhire", &json!({"department": "Engineering"}));
    office.until("the welcome", || {
        office
            .was_told("Welcome newhire Lee, new in Engineering.")
            .then_some(())
    });
    let folders = office.until("both folders", || {
        let shared = office.get("/box/sandbox/collaborations");
        let of_hire =
            |each: &&Value| each["accessible_by"]["login"] == "newhire@acme.example" && each["role"] == "editor";
        let found: Vec<Value> = shared.as_array().unwrap().iter().filter(of_hire).cloned().collect();
        (found.len() == 2).then_some(Value::from(found))
    });
    let mut names = texts(&folders, "/item/name");
    names.sort();
    assert_eq!(names, ["Engineering", "newhire@acme.example"]);
    assert!(office.groups_of(&id).contains(&"Engineering".to_owned()));
    assert!(!texts(&office.get("/box/sandbox/users"), "/login").contains(&"customer@acme.example".to_owned()));
}

#[test]
fn leaver_loses_every_access_and_the_manager_takes_over_the_folders() {
    let mut office = Office::open(&["offboarding"]);
    // A process that is killed leaves its hook in the org; the next one takes it back.
    office.hear("subscribed");
    kill(&mut office.processes.pop().unwrap());
    office.hooks.clear();
    office.serve(&["offboarding"]);
    office.hear("subscribed");
    let hooks = texts(&office.get("/api/v1/eventHooks"), "/channel/config/uri");
    assert_eq!(hooks, [office.hooks["offboarding"].as_str()]);
    let boss = office.member("IT", 0);
    let boss_id = office.get(&format!("/api/v1/users/{boss}"))["id"].clone();
    let id = office.hire("leaver", &json!({"department": "Sales", "managerId": boss_id}));
    office.call(
        "PUT",
        &format!("/api/v1/groups/{}/users/{id}", office.group("Sales")),
        &Value::Null,
    );
    let app = json!({"label": "Payroll", "name": "bookmark", "signOnMode": "BOOKMARK", "settings": {"app": {"url": "https://pay.acme.example"}}});
    let app = office.call("POST", "/api/v1/apps", &app)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    office.call(
        "POST",
        &format!("/api/v1/apps/{app}/users"),
        &json!({"id": id, "scope": "USER"}),
    );
    let account = office.run(
        "box",
        "create_user",
        &json!({"login": "leaver@acme.example", "name": "Leaver"}),
    );
    office.run("box", "create_user", &json!({"login": boss, "name": "Boss"}));
    office.run(
        "box",
        "create_folder",
        &json!({"name": "Plans", "as_user": account["id"]}),
    );

    office.call("POST", "/api/v1/groups", &json!({"profile": {"name": "Leavers"}}));
    office.call(
        "PUT",
        &format!("/api/v1/groups/{}/users/{id}", office.group("Leavers")),
        &Value::Null,
    );
    office.until("the message", || {
        office.was_told("leaver@acme.example has left").then_some(())
    });
    assert!(
        office.was_told(&format!("out of 1 groups and 1 apps. {boss} takes over 1 Box folders.")),
        "{:#}",
        office.slack()
    );
    let user = office.get(&format!("/api/v1/users/{id}"));
    assert_eq!(user["status"], "DEPROVISIONED");
    let groups = office.groups_of(&id);
    assert!(
        !groups.contains(&"Sales".to_owned()) && groups.contains(&"Leavers".to_owned()),
        "{groups:?}"
    );
    assert_eq!(office.get(&format!("/api/v1/apps/{app}/users")), json!([]));
    let log = texts(&office.get("/api/v1/logs?sortOrder=DESCENDING&limit=100"), "/eventType");
    assert!(log.contains(&"user.session.clear".to_owned()), "{log:?}");
    let folders = office.get("/box/sandbox/folders");
    let plans = folders
        .as_array()
        .unwrap()
        .iter()
        .find(|folder| folder["name"] == "Plans")
        .unwrap();
    assert_eq!(plans["owned_by"]["login"], boss.as_str());
    let users = office.get("/box/sandbox/users");
    let left = users
        .as_array()
        .unwrap()
        .iter()
        .find(|user| user["login"] == "leaver@acme.example")
        .unwrap();
    assert_eq!(left["status"], "inactive");
}

#[test]
fn access_is_given_when_somebody_else_says_yes_by_button_and_not_by_oneself_or_with_no() {
    let mut office = Office::open(&["access_approval", "access_answer"]);
    let (ann, boss) = (office.member("Sales", 1), office.member("IT", 0));
    let asked = |office: &Office, number| {
        let shown = office.slack();
        texts(&shown["messages"], "/text").len() == number
    };
    office.command("access_approval", &ann, "/access", "nowhere");
    office.until("the answer", || {
        office.was_answered("There is no group \"nowhere\".").then_some(())
    });

    office.command("access_approval", &ann, "/access", "legal");
    office.until("the question", || asked(&office, 1).then_some(()));
    office.click("deny", &boss);
    office.until("the refusal", || office.was_answered("It was refused.").then_some(()));
    office.until("the end of the buttons", || {
        office.was_told("Refused by <@").then_some(())
    });

    office.command("access_approval", &ann, "/access", "legal");
    office.until("the question", || asked(&office, 2).then_some(()));
    office.click("approve", &ann);
    office.until("the refusal", || {
        office.was_answered("Somebody else has to approve it.").then_some(())
    });
    assert!(!office.groups_of(&ann).contains(&"Legal".to_owned()));

    office.command("access_approval", &ann, "/access", "legal");
    office.until("the question", || asked(&office, 3).then_some(()));
    // The process ends while a person is waited for; the answer reaches the next one.
    kill(&mut office.processes.pop().unwrap());
    office.hooks.clear();
    office.serve(&["access_approval", "access_answer"]);
    office.click("approve", &boss);
    office.until("the answer", || office.was_answered("You have Legal now").then_some(()));
    assert!(office.groups_of(&ann).contains(&"Legal".to_owned()));
}

#[test]
fn operators_suspend_and_clear_from_slack_others_may_not_and_who_did_it_is_told() {
    let office = Office::open(&["security_ops"]);
    let (operator, other) = (office.member("IT", 0), office.member("Sales", 0));
    let status = || office.get("/api/v1/users/ada.lovelace@acme.example")["status"].clone();
    office.command("security_ops", &other, "/okta", "suspend ada.lovelace@acme.example");
    office.until("the refusal", || {
        office.was_answered("Only members of IT may do that.").then_some(())
    });
    assert!(office.was_told(&format!("{other} is no operator")));
    assert_eq!(status(), "ACTIVE");

    for (operation, answer) in [
        ("suspend", "is suspended."),
        ("unsuspend", "is no longer suspended."),
        ("unlock", "is unlocked."),
        ("reset", "has no factors any more"),
        ("clear", "is signed out everywhere."),
    ] {
        let text = format!("{operation} ada.lovelace@acme.example");
        office.command("security_ops", &operator, "/okta", &text);
        office.until(operation, || office.was_answered(answer).then_some(()));
        assert!(
            office.was_told(&format!("{operator}: ada.lovelace@acme.example {answer}")),
            "{operation}"
        );
        assert_eq!(status(), if operation == "suspend" { "SUSPENDED" } else { "ACTIVE" });
    }
    let runs: Value = serde_json::from_str(&office.joinery(&["flow", "runs", "workspace", "--json"])).unwrap();
    let logged = runs.to_string();
    assert!(
        logged.contains(&format!("{operator}: ada.lovelace@acme.example is suspended.")),
        "{logged}"
    );

    office.command("security_ops", &operator, "/okta", "suspend nobody@acme.example");
    office.until("the failure", || {
        office.was_answered("It could not be done").then_some(())
    });
    office.command("security_ops", &operator, "/okta", "dance");
    office.until("the usage", || {
        office.was_answered("/okta suspend | unsuspend").then_some(())
    });
}

#[test]
fn every_template_is_clean_as_it_comes_and_its_cases_pass() {
    let home = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let done = joinery(home.path(), home.path()).args(arguments).output().unwrap();
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        );
        assert!(done.status.success(), "{arguments:?}: {said}");
        said
    };
    let help = run(&["new", "--help"]);
    for template in ["slack", "box", "chargebee", "rest", "oauth2", "webhook", "empty"] {
        assert!(help.contains(template), "{help}");
        run(&["new", template, "--template", template]);
        assert!(run(&["check", template]).contains("no problems"), "{template}");
        run(&["fmt", "--check", template]);
        if home.path().join(template).join("tests").is_dir() {
            run(&["test", template]);
        }
    }
    assert!(run(&["new", "all", "--template", "flows"]).contains("joinery flow list all"));
    assert!(run(&["flow", "list", "all"]).contains("Offboarding"));
}
