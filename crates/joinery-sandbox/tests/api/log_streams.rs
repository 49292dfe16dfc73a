//! Log streams.

use joinery_sandbox::Seed;
use serde_json::json;

use crate::org::Org;

#[tokio::test]
async fn a_stream_starts_in_use_and_never_shows_its_token() {
    let org = Org::start(Seed::Empty).await;
    let splunk = json!({
        "name": "Splunk", "type": "splunk_cloud_logstreaming", "status": "INACTIVE",
        "settings": {"edition": "aws", "host": "acme.splunkcloud.com", "token": "58A7C8D6-4E2F-4C3B-8F5B-D4E2F3A4B5C6"},
    });
    let (made, path) = org.make("/logStreams", &splunk).await;
    let got = org.get(&path).await;
    assert_eq!(got.body, made);
    assert_eq!(
        got.keys(),
        [
            "id",
            "type",
            "name",
            "lastUpdated",
            "created",
            "status",
            "settings",
            "_links"
        ]
    );
    assert_eq!(
        made["settings"],
        json!({"host": "acme.splunkcloud.com", "edition": "aws"})
    );
    assert_eq!(made["status"], "ACTIVE");
    let off = org.act(&format!("{path}/lifecycle/deactivate")).await;
    assert_eq!((off.status, off.body), (200, json!(null)));
    assert_eq!(org.get(&path).await.body["status"], "INACTIVE");
    assert_eq!(org.events().await[0], "system.log_stream.lifecycle.deactivate");
    assert_eq!(org.delete(&path).await.status, 204);
}

#[tokio::test]
async fn where_events_go_at_amazon_is_fixed() {
    let org = Org::start(Seed::Empty).await;
    let mut body = json!({
        "name": "Bridge", "type": "aws_eventbridge",
        "settings": {"accountId": "123456789012", "eventSourceName": "log", "region": "eu-west-3"},
    });
    let (_, path) = org.make("/logStreams", &body).await;
    body["name"] = "Bridge 2".into();
    assert_eq!(org.put(&path, &body).await.body["name"], "Bridge 2");
    body["settings"]["region"] = "us-east-1".into();
    assert_eq!(org.put(&path, &body).await.code(), "E0000001");
    let found = org.get("/logStreams?filter=type+eq+%22aws_eventbridge%22").await;
    assert_eq!(found.body.as_array().unwrap().len(), 1);
}
