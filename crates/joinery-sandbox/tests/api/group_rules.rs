//! Group rules: who is put into a group, a little later.

use std::time::Duration;

use joinery_sandbox::Seed;
use reqwest::Method;
use serde_json::{Value, json};

use crate::org::{Org, user};

fn rule(name: &str, expression: &str, group: &str) -> Value {
    json!({
        "type": "group_rule", "name": name,
        "conditions": {"expression": {"value": expression, "type": "urn:okta:expression:1.0"}},
        "actions": {"assignUserToGroups": {"groupIds": [group]}},
    })
}

async fn group(org: &Org, name: &str) -> String {
    let made = org.post("/groups", &json!({"profile": {"name": name}})).await;
    made.body["id"].as_str().unwrap().to_owned()
}

/// Waits until the group has these members.
async fn members_become(org: &Org, group: &str, wanted: &[&str]) {
    for _ in 0..100 {
        let members = org.get(&format!("/groups/{group}/users")).await;
        let ids: Vec<&str> = members
            .body
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["id"].as_str().unwrap())
            .collect();
        if ids == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the members did not become {wanted:?}");
}

#[tokio::test]
async fn a_rule_takes_users_in_and_out_as_their_profiles_change() {
    let org = Org::start(Seed::Empty).await;
    let (all, north) = (group(&org, "All cooks").await, group(&org, "North").await);
    let ann = org.user("ann", true, "").await;
    let mut body = user("bob", false);
    body["profile"]["city"] = json!("Bergen");
    let bob = org.post("/users?activate=false", &body).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let expression =
        format!("!isMemberOfAnyGroup(\"{all}\") AND (user.city == \"Oslo\" OR String.startsWith(user.city, \"Ber\"))");
    let made = org.post("/groups/rules", &rule("North", &expression, &north)).await;
    assert_eq!((made.status, &made.body["status"]), (200, &json!("INACTIVE")));
    let path = format!("/groups/rules/{}", made.body["id"].as_str().unwrap());
    assert_eq!(org.act(&format!("{path}/lifecycle/activate")).await.status, 204);
    members_become(&org, &north, &[&bob]).await;
    org.post(&format!("/users/{ann}"), &json!({"profile": {"city": "Oslo"}}))
        .await;
    members_become(&org, &north, &[&ann, &bob]).await;
    org.send(Method::PUT, &format!("/groups/{all}/users/{ann}"), None).await;
    members_become(&org, &north, &[&bob]).await;

    let log = org.get("/logs?filter=actor.type+eq+%22SystemPrincipal%22").await;
    let kinds: Vec<&str> = log
        .body
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["eventType"].as_str().unwrap())
        .collect();
    let (add, remove) = ("group.user_membership.add", "group.user_membership.remove");
    assert_eq!(kinds, [add, add, remove]);
    assert_eq!(log.body[0]["transaction"]["type"], "JOB");

    let busy = org
        .send(
            Method::PUT,
            &path,
            Some(&rule("South", "user.city == \"Rome\"", &north)),
        )
        .await;
    assert_eq!((busy.status, busy.code()), (400, "E0000001"));
    assert_eq!(org.act(&format!("{path}/lifecycle/deactivate")).await.status, 204);
    let gone = org.delete(&format!("{path}?removeUsers=true")).await;
    assert_eq!((gone.status, gone.body), (202, json!({})));
    members_become(&org, &north, &[]).await;
}

#[tokio::test]
async fn who_is_taken_out_by_hand_is_left_alone_by_the_rule() {
    let org = Org::start(Seed::Empty).await;
    let cooks = group(&org, "Cooks").await;
    let ann = org.user("ann", true, "").await;
    let made = org
        .post("/groups/rules", &rule("Ann", "user.firstName == \"Ann\"", &cooks))
        .await;
    let path = format!("/groups/rules/{}", made.body["id"].as_str().unwrap());
    org.act(&format!("{path}/lifecycle/activate")).await;
    members_become(&org, &cooks, &[&ann]).await;
    org.delete(&format!("/groups/{cooks}/users/{ann}")).await;
    let shown = org.get(&path).await;
    assert_eq!(shown.body["conditions"]["people"]["users"]["exclude"], json!([ann]));
    let bob = org.user("bob", true, "").await;
    members_become(&org, &cooks, &[&bob]).await;
}

#[tokio::test]
async fn a_rule_that_cannot_work_is_refused_with_its_place() {
    let org = Org::start(Seed::Empty).await;
    let cooks = group(&org, "Cooks").await;
    for (expression, cause) in [
        ("user.city = 1", "Unexpected '=' at position 10"),
        ("user.shoe == 1", "Invalid property shoe in expression user.shoe == 1"),
    ] {
        let refused = org.post("/groups/rules", &rule("Wrong", expression, &cooks)).await;
        assert_eq!(refused.cause(), format!("conditions.expression.value: {cause}"));
    }
    let nowhere = org
        .post(
            "/groups/rules",
            &rule("Wrong", "user.city == \"x\"", "00gnowhere0000000000"),
        )
        .await;
    assert_eq!((nowhere.status, nowhere.code()), (404, "E0000007"));
}
