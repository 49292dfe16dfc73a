//! Custom admin roles in use: who has one, for which resources, and what it opens.

use joinery_sandbox::Seed;
use reqwest::Method;
use serde_json::{Value, json};

use crate::org::Org;
use crate::signer::{Client, Key};

/// A custom role and a resource set: their ids.
async fn role_and_set(org: &Org, permissions: &[&str], resources: &[String]) -> (String, String) {
    let role = json!({"label": "Helper", "description": "Helps", "permissions": permissions});
    let set = json!({"label": "Kitchen", "description": "Its people", "resources": resources});
    let role = org.make("/iam/roles", &role).await.0["id"].as_str().unwrap().to_owned();
    let set = org.make("/iam/resource-sets", &set).await.0["id"]
        .as_str()
        .unwrap()
        .to_owned();
    (role, set)
}

#[tokio::test]
async fn members_are_bound_to_a_role_and_a_resource_set() {
    let org = Org::start(Seed::Empty).await;
    let ann = org.user("ann", true, "").await;
    let (group, _) = org.make("/groups", &json!({"profile": {"name": "Cooks"}})).await;
    let group = org.url(&format!("/groups/{}", group["id"].as_str().unwrap()));
    let (role, set) = role_and_set(&org, &["okta.users.read"], &[org.url("/users")]).await;
    let at = format!("/iam/resource-sets/{set}");
    let bindings = format!("{at}/bindings");
    let body = json!({"role": role, "members": [group]});
    let made = org.post(&bindings, &body).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let binding = format!("{bindings}/{role}");
    assert_eq!(
        made.body,
        json!({"_links": {
            "self": {"href": org.url(&binding)}, "bindings": {"href": org.url(&bindings)},
            "resource-set": {"href": org.url(&at)},
        }})
    );
    let all = org.get(&bindings).await.body;
    assert_eq!(all["roles"][0]["id"], json!(role));
    assert_eq!(org.get(&binding).await.keys(), ["id", "_links"]);
    let members = format!("{binding}/members");
    let more = json!({"additions": [group, org.url(&format!("/users/{ann}"))]});
    assert_eq!(org.send(Method::PATCH, &members, Some(&more)).await.status, 200);
    let list = org.get(&members).await.body;
    let hrefs: Vec<_> = list["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["_links"]["self"]["href"])
        .collect();
    assert_eq!(hrefs, [&json!(group), &json!(org.url(&format!("/users/{ann}")))]);
    let first = format!("{members}/{}", list["members"][0]["id"].as_str().unwrap());
    assert_eq!(org.get(&first).await.body, list["members"][0]);
    assert_eq!(org.delete(&first).await.status, 204);
    assert_eq!(org.get(&first).await.code(), "E0000007");
    let nobody = json!({"additions": [org.url("/users/00u1234567890abcdefg")]});
    assert_eq!(
        org.send(Method::PATCH, &members, Some(&nobody)).await.code(),
        "E0000001"
    );
    assert_eq!(org.delete(&binding).await.status, 204);
    assert_eq!(org.get(&binding).await.code(), "E0000007");
    assert_eq!(org.get(&bindings).await.body["roles"], json!([]));
    assert_eq!(org.events().await[0], "iam.resourceset.bindings.delete");
}

#[tokio::test]
async fn a_custom_role_is_assigned_like_a_standard_one_and_goes_with_its_role() {
    let org = Org::start(Seed::Empty).await;
    let ann = org.user("ann", true, "").await;
    let (role, set) = role_and_set(&org, &["okta.users.read"], &[org.url("/users")]).await;
    let roles = format!("/users/{ann}/roles");
    let body = json!({"type": "CUSTOM", "role": role, "resource-set": set});
    let made = org.post(&roles, &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let (id, label) = (made.body["id"].as_str().unwrap(), &made.body["label"]);
    assert!(id.starts_with("irb") && label == "Helper", "{}", made.body);
    let member = format!("/iam/resource-sets/{set}/bindings/{role}/members/{id}");
    assert_eq!(made.body["_links"]["member"]["href"], json!(org.url(&member)));
    assert_eq!(org.post(&roles, &body).await.code(), "E0000090");
    assert_eq!(org.get(&format!("{roles}/{id}")).await.body, made.body);
    assert_eq!(org.get(&roles).await.body, json!([made.body]));
    let targets = org.get(&format!("{roles}/{role}/targets")).await.body;
    assert_eq!(targets[0]["_links"]["self"]["href"], json!(org.url("/users")));
    assert_eq!(targets[0]["assignmentType"], "USER");
    let admins = org.get("/iam/assignees/users").await.body;
    let admins: Vec<_> = admins["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|admin| &admin["id"])
        .collect();
    assert!(admins.len() == 2 && admins.contains(&&json!(ann)), "{admins:?}");
    assert_eq!(
        org.events().await[..2],
        ["user.account.privilege.grant", "iam.resourceset.bindings.add"]
    );
    let (_, group) = org.make("/groups", &json!({"profile": {"name": "Cooks"}})).await;
    let by_group = org.post(&format!("{group}/roles"), &body).await;
    assert_eq!(by_group.body["assignmentType"], "GROUP");
    org.send(Method::PUT, &format!("{group}/users/{ann}"), None).await;
    assert_eq!(org.get(&roles).await.body.as_array().unwrap().len(), 2);
    assert_eq!(org.delete(&format!("{roles}/{id}")).await.status, 204);
    assert_eq!(org.get(&roles).await.body[0]["assignmentType"], "GROUP");
    assert_eq!(org.delete(&format!("/iam/roles/{role}")).await.status, 204);
    assert_eq!(org.get(&roles).await.body, json!([]));
    let gone = json!({"type": "CUSTOM", "role": role, "resource-set": set});
    assert_eq!(org.post(&roles, &gone).await.code(), "E0000007");
}

#[tokio::test]
async fn a_custom_role_opens_what_its_permissions_and_resources_reach() {
    let org = Org::start(Seed::Empty).await;
    let (ann, bob) = (org.user("ann", true, "").await, org.user("bob", true, "").await);
    let (_, group) = org.make("/groups", &json!({"profile": {"name": "Cooks"}})).await;
    org.send(Method::PUT, &format!("{group}/users/{ann}"), None).await;
    let resources = [org.url(&format!("{group}/users"))];
    let (role, set) = role_and_set(&org, &["okta.users.read", "okta.users.lifecycle.suspend"], &resources).await;
    let client = Client::service(&org, Key::elliptic(), false, &["okta.users.manage", "okta.groups.read"]).await;
    let roles = format!("{}/oauth2/v1/clients/{}/roles", org.sandbox.url(), client.id);
    let made = org
        .post(&roles, &json!({"type": "CUSTOM", "role": role, "resource-set": set}))
        .await;
    assert_eq!((made.status, &made.body["assignmentType"]), (200, &json!("CLIENT")));
    let bearer = format!("Bearer {}", client.token("okta.users.manage okta.groups.read").await);
    let call = async |method: Method, path: &str| org.call(method, path, &bearer, None).await.status;
    assert_eq!(call(Method::GET, &format!("/users/{ann}")).await, 200);
    assert_eq!(
        call(Method::GET, &format!("/users/{bob}")).await,
        403,
        "he is in no resource of the set"
    );
    assert_eq!(call(Method::GET, &group).await, 403, "no permission is about groups");
    assert_eq!(
        call(Method::POST, &format!("/users/{ann}/lifecycle/suspend")).await,
        200
    );
    assert_eq!(
        call(Method::POST, &format!("/users/{ann}/lifecycle/unsuspend")).await,
        403
    );
}

#[tokio::test]
async fn lists_show_what_the_resource_sets_of_a_custom_role_hold() {
    let org = Org::start(Seed::Empty).await;
    let (ann, bob) = (org.user("ann", true, "").await, org.user("bob", true, "").await);
    let (_, cooks) = org.make("/groups", &json!({"profile": {"name": "Cooks"}})).await;
    org.make("/groups", &json!({"profile": {"name": "Waiters"}})).await;
    org.send(Method::PUT, &format!("{cooks}/users/{ann}"), None).await;
    let app =
        |label: &str| json!({"name": "bookmark", "label": label, "settings": {"app": {"url": "https://a.example"}}});
    let (_, wiki) = org.make("/apps", &app("Wiki")).await;
    org.make("/apps", &app("Other")).await;
    let resources = [format!("{cooks}/users"), cooks.clone(), wiki].map(|path| org.url(&path));
    let permissions = ["okta.users.read", "okta.groups.read", "okta.apps.read"];
    let (role, set) = role_and_set(&org, &permissions, &resources).await;
    let scopes = "okta.users.read okta.groups.read okta.apps.read";
    let client = Client::service(&org, Key::elliptic(), false, &scopes.split(' ').collect::<Vec<_>>()).await;
    let roles = format!("{}/oauth2/v1/clients/{}/roles", org.sandbox.url(), client.id);
    org.post(&roles, &json!({"type": "CUSTOM", "role": role, "resource-set": set}))
        .await;
    let bearer = format!("Bearer {}", client.token(scopes).await);
    let found = async |path: &str, name: &str| {
        let list = org.call(Method::GET, path, &bearer, None).await.body;
        let names = list
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it.pointer(name).unwrap().clone());
        names.collect::<Vec<Value>>()
    };
    for end in [
        "",
        "?q=Ann",
        "?filter=profile.firstName+eq+%22Ann%22",
        "?search=profile.firstName+eq+%22Ann%22",
    ] {
        assert_eq!(found(&format!("/users{end}"), "/id").await, [ann.as_str()], "{end}");
    }
    for end in ["", "?q=", "?search=type+eq+%22OKTA_GROUP%22"] {
        assert_eq!(
            found(&format!("/groups{end}"), "/profile/name").await,
            ["Cooks"],
            "{end}"
        );
    }
    assert_eq!(found("/apps", "/label").await, ["Wiki"]);
    org.send(Method::PUT, &format!("{cooks}/users/{bob}"), None).await;
    assert_eq!(found("/users", "/id").await, [ann.as_str(), &bob]);

    let all = format!("/iam/resource-sets/{set}/resources");
    let held = org.get(&all).await.body["resources"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let left_out = json!({"conditions": {"Exclude": {"okta:ORN": [format!("orn:okta:directory:00o:users:{ann}")]}}});
    assert_eq!(
        org.put(&format!("{all}/{held}"), &left_out).await.body["conditions"],
        left_out["conditions"]
    );
    assert_eq!(found("/users", "/id").await, [bob.as_str()]);
    let hers = org.call(Method::GET, &format!("/users/{ann}"), &bearer, None).await;
    assert_eq!(hers.status, 403);
}

#[tokio::test]
async fn a_list_of_roles_shows_what_they_are_limited_to() {
    let org = Org::start(Seed::Empty).await;
    let ann = org.user("ann", true, "").await;
    let (group, path) = org.make("/groups", &json!({"profile": {"name": "Cooks"}})).await;
    let roles = format!("/users/{ann}/roles");
    let (_, role) = org.make(&roles, &json!({"type": "USER_ADMIN"})).await;
    let group = group["id"].as_str().unwrap();
    org.send(Method::PUT, &format!("{role}/targets/groups/{group}"), None)
        .await;
    let list = org.get(&format!("{roles}?expand=targets/groups")).await.body;
    assert_eq!(list[0]["_embedded"]["targets"]["groups"][0]["profile"]["name"], "Cooks");
    let targets = org.get(&format!("{role}/targets")).await.body;
    assert_eq!(targets[0]["_links"]["self"]["href"], json!(org.url(&path)));
    let orn = targets[0]["orn"].as_str().unwrap();
    assert!(orn.ends_with(&format!(":groups:{group}")), "{orn}");
    assert_eq!(
        org.get(&format!("{role}/targets?assignmentType=GROUP")).await.status,
        404
    );
}
