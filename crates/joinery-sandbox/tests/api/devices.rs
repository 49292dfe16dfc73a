//! Device assurance policies, and the devices that are not there.

use joinery_sandbox::Seed;
use serde_json::json;

use crate::org::Org;

#[tokio::test]
async fn an_assurance_policy_keeps_what_it_asks_of_a_device() {
    let org = Org::start(Seed::Empty).await;
    let mut body = json!({"name": "Phones", "platform": "ANDROID", "secureHardwarePresent": true});
    let (made, path) = org.make("/device-assurances", &body).await;
    let got = org.get(&path).await;
    assert_eq!(got.body, made);
    assert_eq!(
        got.keys(),
        [
            "name",
            "platform",
            "id",
            "secureHardwarePresent",
            "displayRemediationMode",
            "createdDate",
            "createdBy",
            "lastUpdate",
            "lastUpdatedBy",
            "resourceType",
            "resourceId",
            "resourceDisplayName",
            "_links"
        ]
    );
    body["osVersion"] = json!({"minimum": "12"});
    body["displayRemediationMode"] = "SHOW".into();
    let changed = org.put(&path, &body).await.body;
    assert_eq!(changed["osVersion"], json!({"minimum": "12"}));
    assert_eq!(changed["createdBy"], made["createdBy"]);
    assert_eq!(org.delete(&path).await.status, 204);
    assert_eq!(org.events().await[0], "device.assurance.policy.delete");
}

#[tokio::test]
async fn nobody_has_a_device() {
    let org = Org::start(Seed::Empty).await;
    let devices = org.get("/devices?limit=20").await;
    assert_eq!(devices.body, json!([]));
    assert!(devices.link("self").unwrap().ends_with("/devices?limit=20"));
    let device = org.get("/devices/guo1").await.body;
    assert!(device["errorSummary"].as_str().unwrap().ends_with("(UDDevice)"));
}
