//! Email domains.

use joinery_sandbox::Seed;
use serde_json::json;

use crate::org::Org;

#[tokio::test]
async fn a_brand_knows_its_email_domain() {
    let org = Org::start(Seed::Empty).await;
    let brand = org.get("/brands").await.body[0]["id"].as_str().unwrap().to_owned();
    let body = json!({"brandId": brand, "domain": "Acme.example", "displayName": "IT", "userName": "noreply"});
    let made = org.post("/email-domains", &body).await;
    assert_eq!(made.status, 201);
    assert_eq!(
        made.keys(),
        [
            "id",
            "validationStatus",
            "displayName",
            "userName",
            "domain",
            "validationSubdomain",
            "dnsValidationRecords"
        ]
    );
    assert_eq!(made.body["dnsValidationRecords"][1]["fqdn"], "mail.acme.example");
    let path = format!("/email-domains/{}", made.body["id"].as_str().unwrap());
    let brand = format!("/brands/{brand}");
    let shown = org.get(&brand).await.body;
    assert_eq!(shown["emailDomainId"], made.body["id"]);
    assert_eq!(shown["_links"]["emailDomain"]["href"], org.url(&path).as_str());
    let again = org.post("/email-domains", &body).await;
    assert_eq!((again.status, again.code()), (409, "E0000197"));
    let changed = json!({"displayName": "Help", "userName": "help"});
    assert_eq!(org.put(&path, &changed).await.body["domain"], "Acme.example");
    assert_eq!(
        org.act(&format!("{path}/verify")).await.body["validationStatus"],
        "VERIFIED"
    );
    assert_eq!(org.delete(&path).await.status, 204);
    assert!(org.get(&brand).await.body.get("emailDomainId").is_none());
    assert_eq!(org.events().await[0], "system.email_domain.delete");
}
