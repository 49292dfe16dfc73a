//! Admin roles of groups, and what an assigned role is limited to.

use joinery_sandbox::Seed;
use reqwest::Method;
use serde_json::json;

use crate::org::Org;

#[tokio::test]
async fn a_group_has_roles_and_loses_them() {
    let org = Org::start(Seed::Empty).await;
    let (group, path) = org.make("/groups", &json!({"profile": {"name": "Admins"}})).await;
    let (role, at) = org
        .make(&format!("{path}/roles"), &json!({"type": "READ_ONLY_ADMIN"}))
        .await;
    assert_eq!(
        (&role["assignmentType"], &role["type"]),
        (&json!("GROUP"), &json!("READ_ONLY_ADMIN"))
    );
    let href = org.url(&format!("/groups/{}", group["id"].as_str().unwrap()));
    assert_eq!(role["_links"]["assignee"]["href"], json!(href));
    assert_eq!(org.get(&at).await.body, role);
    assert_eq!(org.get(&format!("{path}/roles")).await.body, json!([role]));
    assert_eq!(org.delete(&at).await.status, 204);
    assert_eq!(org.get(&at).await.status, 404);
    assert_eq!(
        org.events().await[..2],
        ["group.privilege.revoke", "group.privilege.grant"]
    );
}

#[tokio::test]
async fn a_role_is_limited_to_groups_or_apps_by_its_kind() {
    let org = Org::start(Seed::Empty).await;
    let (_, admins) = org.make("/groups", &json!({"profile": {"name": "Admins"}})).await;
    let (group, _) = org.make("/groups", &json!({"profile": {"name": "Sales"}})).await;
    let (_, role) = org
        .make(&format!("{admins}/roles"), &json!({"type": "USER_ADMIN"}))
        .await;
    let target = format!("{role}/targets/groups/{}", group["id"].as_str().unwrap());
    assert_eq!(org.send(Method::PUT, &target, None).await.status, 204);
    let list = org.get(&format!("{role}/targets/groups")).await;
    assert_eq!(
        (&list.body[0]["id"], list.body.as_array().unwrap().len()),
        (&group["id"], 1)
    );
    assert!(list.link("self").unwrap().ends_with("?limit=20"));
    assert_eq!(
        org.get(&format!("{role}/targets/catalog/apps")).await.code(),
        "E0000091"
    );

    let app = json!({"name": "bookmark", "label": "Docs", "settings": {"app": {"url": "https://docs.example"}}});
    let (app, _) = org.make("/apps", &app).await;
    let ann = org.user("ann", true, "").await;
    let (_, role) = org
        .make(&format!("/users/{ann}/roles"), &json!({"type": "APP_ADMIN"}))
        .await;
    let apps = format!("{role}/targets/catalog/apps");
    let instance = format!("{apps}/bookmark/{}", app["id"].as_str().unwrap());
    assert_eq!(org.send(Method::PUT, &instance, None).await.status, 204);
    assert_eq!(org.get(&apps).await.body[0]["name"], "Docs");
    org.send(Method::PUT, &format!("{apps}/bookmark"), None).await;
    let listed = org.get(&apps).await.body;
    assert_eq!(
        (listed.as_array().unwrap().len(), &listed[0]["name"]),
        (1, &json!("bookmark"))
    );
    assert_eq!(org.send(Method::PUT, &apps, None).await.status, 200);
    assert_eq!(org.get(&apps).await.body, json!([]));
}
