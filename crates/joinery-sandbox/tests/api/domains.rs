//! Custom domains.

use joinery_sandbox::Seed;
use serde_json::json;

use crate::org::Org;

#[tokio::test]
async fn a_domain_gets_a_brand_and_is_believed() {
    let org = Org::start(Seed::Empty).await;
    let body = json!({"domain": "login.acme.example", "certificateSourceType": "MANUAL"});
    let made = org.post("/domains", &body).await;
    assert_eq!(made.status, 201);
    assert_eq!(
        made.keys(),
        [
            "id",
            "domain",
            "certificateSourceType",
            "validationStatus",
            "brandId",
            "dnsRecords",
            "_links"
        ]
    );
    let path = format!("/domains/{}", made.body["id"].as_str().unwrap());
    let brand = format!("/brands/{}", made.body["brandId"].as_str().unwrap());
    assert_eq!(org.get(&brand).await.body["name"], "login.acme.example");
    let refused = org.delete(&brand).await;
    assert_eq!((refused.status, refused.code()), (409, "E0000201"));

    let list = org.get("/domains").await.body;
    assert_eq!(list["domains"][1]["id"], "default");
    assert!(list["domains"][0].get("dnsRecords").is_none());
    assert_eq!(
        org.get(&format!("{brand}/domains")).await.body["domains"][0],
        list["domains"][0]
    );
    assert_eq!(org.get("/domains/default").await.body["validationStatus"], "COMPLETED");

    assert_eq!(
        org.act(&format!("{path}/verify")).await.body["validationStatus"],
        "VERIFIED"
    );
    let certificate = json!({"type": "PEM", "privateKey": "1", "certificate": "2", "certificateChain": "3"});
    assert_eq!(org.put(&format!("{path}/certificate"), &certificate).await.status, 204);
    assert_eq!(org.get(&path).await.body["validationStatus"], "COMPLETED");
    let nowhere = org.put(&path, &json!({"brandId": "bnd1"})).await;
    assert_eq!((nowhere.status, nowhere.code()), (409, "E0000203"));
    let own = org.get("/domains/default").await.body["brandId"].clone();
    assert_eq!(org.put(&path, &json!({"brandId": own})).await.body["brandId"], own);
    assert_eq!(org.delete(&path).await.status, 204);
    assert_eq!(org.events().await[0], "system.custom_url_domain.delete");
    assert_eq!(org.delete(&brand).await.status, 204);
    let wrong = json!({"domain": "nowhere", "certificateSourceType": "MANUAL"});
    assert_eq!(org.post("/domains", &wrong).await.code(), "E0000001");
}
