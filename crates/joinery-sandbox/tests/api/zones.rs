//! Network zones.

use joinery_sandbox::Seed;
use serde_json::json;

use crate::org::Org;

#[tokio::test]
async fn an_address_zone_is_made_changed_switched_and_deleted() {
    let org = Org::start(Seed::Empty).await;
    let body = json!({
        "type": "IP", "name": "Office", "gateways": [{"type": "CIDR", "value": "1.2.3.4/24"}],
        "proxies": [{"type": "RANGE", "value": "3.3.4.5-3.3.4.15"}],
    });
    let (zone, path) = org.make("/zones", &body).await;
    assert!(zone["id"].as_str().unwrap().starts_with("nzo"));
    let got = org.get(&path).await;
    assert_eq!(got.body, zone);
    assert_eq!(
        got.keys(),
        [
            "type",
            "id",
            "name",
            "status",
            "usage",
            "created",
            "lastUpdated",
            "system",
            "gateways",
            "proxies",
            "_links"
        ]
    );
    assert_eq!(
        zone["_links"]["self"]["hints"]["allow"],
        json!(["GET", "PUT", "DELETE"])
    );

    let changed = org
        .put(
            &path,
            &json!({"type": "IP", "name": "Lab", "usage": "BLOCKLIST", "gateways": body["gateways"]}),
        )
        .await;
    assert_eq!(
        (&changed.body["name"], &changed.body["proxies"]),
        (&json!("Lab"), &json!(null))
    );
    let off = org.act(&format!("{path}/lifecycle/deactivate")).await;
    assert_eq!((off.status, &off.body["status"]), (200, &json!("INACTIVE")));
    assert!(off.body["_links"]["activate"].is_object());
    assert_eq!(org.delete(&path).await.status, 204);
    let gone = org.get(&path).await;
    let summary = gone.body["errorSummary"].as_str().unwrap();
    assert!(gone.status == 404 && summary.ends_with("(NetworkZone)"), "{summary}");
    let events = org.events().await;
    assert_eq!(
        events[..4],
        ["zone.delete", "zone.deactivate", "zone.update", "zone.create"]
    );
}

#[tokio::test]
async fn dynamic_zones_sort_their_places_and_name_every_field() {
    let org = Org::start(Seed::Empty).await;
    let body = json!({
        "type": "DYNAMIC", "name": "Far", "locations": [{"country": "US"}, {"country": "AF", "region": "AF-BGL"}],
    });
    let (zone, _) = org.make("/zones", &body).await;
    let places = json!([{"country": "AF", "region": "AF-BGL"}, {"country": "US", "region": null}]);
    assert_eq!((&zone["locations"], &zone["proxyType"]), (&places, &json!(null)));
    let body = json!({"type": "DYNAMIC_V2", "name": "Farther", "asns": {"include": ["23457"]}});
    let (zone, _) = org.make("/zones", &body).await;
    assert_eq!(zone["asns"], json!({"include": ["23457"], "exclude": []}));
}

#[tokio::test]
async fn what_cannot_be_a_zone_is_refused() {
    let org = Org::start(Seed::Empty).await;
    for (body, field) in [
        (json!({"name": "No type"}), "type"),
        (
            json!({"type": "IP", "gateways": [{"type": "CIDR", "value": "1.2.3.4/24"}]}),
            "name",
        ),
        (json!({"type": "IP", "name": "Empty"}), "gateways"),
        (
            json!({"type": "IP", "name": "X", "gateways": [{"type": "CIDR", "value": "1.2.3.4/33"}]}),
            "gateways",
        ),
        (
            json!({"type": "IP", "name": "X", "proxies": [{"type": "RANGE", "value": "9.0.0.1-1.0.0.1"}]}),
            "proxies",
        ),
        (
            json!({"type": "IP", "name": "LegacyIpZone", "gateways": [{"type": "CIDR", "value": "1.2.3.4"}]}),
            "name",
        ),
        (json!({"type": "DYNAMIC", "name": "Nowhere"}), "locations"),
    ] {
        let refused = org.post("/zones", &body).await;
        assert_eq!((refused.status, refused.code()), (400, "E0000001"), "{body}");
        assert!(
            refused.cause().starts_with(&format!("{field}: ")),
            "{}",
            refused.cause()
        );
    }
}

#[tokio::test]
async fn every_org_has_three_zones_that_stay_and_lists_filter_them() {
    let org = Org::start(Seed::Empty).await;
    let list = org.get("/zones").await;
    let names: Vec<&str> = list
        .body
        .as_array()
        .unwrap()
        .iter()
        .map(|zone| zone["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["LegacyIpZone", "BlockedIpZone", "DefaultEnhancedDynamicZone"]);
    assert!(list.link("self").unwrap().ends_with("/api/v1/zones"));
    let blocked = org
        .get("/zones?filter=usage+eq+%22BLOCKLIST%22+and+system+eq+true")
        .await;
    assert_eq!(blocked.body.as_array().unwrap().len(), 2);
    assert_eq!(org.get("/zones?filter=name+eq+%22x%22").await.code(), "E0000031");
    let path = format!("/zones/{}", list.body[0]["id"].as_str().unwrap());
    assert_eq!(org.delete(&path).await.status, 400);
    let first = org.get("/zones?limit=2").await;
    assert_eq!(first.body.as_array().unwrap().len(), 2);
    let rest = org.get(&first.link("next").unwrap()).await;
    assert_eq!((rest.body.as_array().unwrap().len(), rest.link("next")), (1, None));
}

#[tokio::test]
async fn a_zone_that_a_rule_uses_cannot_be_deleted() {
    let org = Org::start(Seed::Empty).await;
    let body = json!({"type": "IP", "name": "Office", "gateways": [{"type": "CIDR", "value": "1.2.3.4/24"}]});
    let (zone, path) = org.make("/zones", &body).await;
    let (_, policy) = org
        .make("/policies", &json!({"type": "OKTA_SIGN_ON", "name": "Office"}))
        .await;
    let network = json!({"connection": "ZONE", "include": [zone["id"]]});
    let rule = json!({"type": "SIGN_ON", "name": "In the office", "conditions": {"network": network}});
    let (_, rule) = org.make(&format!("{policy}/rules"), &rule).await;
    assert!(org.delete(&path).await.cause().contains("In the office"));
    org.delete(&rule).await;
    assert_eq!(org.delete(&path).await.status, 204);
}
