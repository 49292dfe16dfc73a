//! Brands, their themes and their emails.

use joinery_sandbox::Seed;
use serde_json::json;

use crate::org::Org;

#[tokio::test]
async fn a_brand_is_made_changed_and_deleted() {
    let org = Org::start(Seed::Empty).await;
    let listed = org.get("/brands").await;
    assert_eq!(listed.body[0]["isDefault"], true);
    assert!(listed.link("self").unwrap().ends_with("/brands?limit=20"));
    let made = org.post("/brands", &json!({"name": "Shop"})).await;
    assert_eq!(made.status, 201);
    assert_eq!(
        made.keys(),
        [
            "id",
            "name",
            "removePoweredByOkta",
            "customPrivacyPolicyUrl",
            "agreeToCustomPrivacyPolicy",
            "isDefault",
            "defaultApp",
            "_links"
        ]
    );
    let path = format!("/brands/{}", made.body["id"].as_str().unwrap());
    let twice = org.post("/brands", &json!({"name": "Shop"})).await;
    assert_eq!((twice.status, twice.code()), (409, "E0000202"));

    let mut change = json!({"name": "Store", "customPrivacyPolicyUrl": "https://acme.example/privacy"});
    assert_eq!(org.put(&path, &change).await.code(), "E0000001");
    change["agreeToCustomPrivacyPolicy"] = true.into();
    let changed = org.put(&path, &change).await.body;
    assert_eq!(changed["customPrivacyPolicyUrl"], "https://acme.example/privacy");
    assert_eq!(changed["isDefault"], false);

    assert_eq!(org.delete(&path).await.status, 204);
    assert_eq!(org.get(&format!("{path}/themes")).await.code(), "E0000007");
    assert_eq!(org.events().await[0], "system.brand.delete");
    let own = format!("/brands/{}", listed.body[0]["id"].as_str().unwrap());
    let refused = org.delete(&own).await;
    assert_eq!((refused.status, refused.code()), (409, "E0000200"));
}

#[tokio::test]
async fn a_theme_takes_colours_and_images() {
    let org = Org::start(Seed::Empty).await;
    let brand = org.get("/brands").await.body[0]["id"].as_str().unwrap().to_owned();
    let themes = format!("/brands/{brand}/themes");
    let theme = org.get(&themes).await.body[0].clone();
    let path = format!("{themes}/{}", theme["id"].as_str().unwrap());
    assert!(theme["favicon"].as_str().unwrap().ends_with("/favicon.ico"));
    let mut body = json!({
        "primaryColorHex": "#ffee00", "secondaryColorHex": "#112233", "signInPageTouchPointVariant": "OKTA_DEFAULT",
        "endUserDashboardTouchPointVariant": "FULL_THEME", "errorPageTouchPointVariant": "OKTA_DEFAULT",
        "emailTemplateTouchPointVariant": "OKTA_DEFAULT",
    });
    let changed = org.put(&path, &body).await.body;
    assert_eq!(changed["primaryColorContrastHex"], "#000000");
    assert_eq!(changed["secondaryColorContrastHex"], "#ffffff");
    assert_eq!(changed["endUserDashboardTouchPointVariant"], "FULL_THEME");
    let uploaded = org.upload(&format!("{path}/logo"), b"GIF89a image").await;
    assert_eq!(uploaded.status, 201);
    assert_eq!(org.get(&path).await.body["logo"], uploaded.body["url"]);
    let served = reqwest::get(uploaded.body["url"].as_str().unwrap()).await.unwrap();
    assert_eq!(served.bytes().await.unwrap(), "GIF89a image");
    assert_eq!(org.act(&format!("{path}/logo")).await.code(), "E0000021");
    let large = [b"GIF89a".as_slice(), &vec![0; 100 * 1024]].concat();
    assert_eq!(org.upload(&format!("{path}/logo"), &large).await.code(), "E0000001");
    let icon = org.upload(&format!("{path}/favicon"), b"GIF89a image").await;
    assert_eq!(icon.cause(), "file: The file must be in one of these formats: PNG, ICO");
    let background = org.upload(&format!("{path}/background-image"), &large).await;
    assert_eq!(org.get(&path).await.body["backgroundImage"], background.body["url"]);
    assert_eq!(org.delete(&format!("{path}/logo")).await.status, 204);
    assert_eq!(org.get(&path).await.body["logo"], theme["logo"]);
    assert_eq!(org.events().await[0], "system.theme.update");
    body["primaryColorHex"] = "red".into();
    assert_eq!(org.put(&path, &body).await.code(), "E0000001");
}

#[tokio::test]
async fn an_email_is_written_once_for_each_language() {
    let org = Org::start(Seed::Empty).await;
    let brand = org.get("/brands").await.body[0]["id"].as_str().unwrap().to_owned();
    let emails = format!("/brands/{brand}/templates/email");
    let templates = org.get(&emails).await;
    assert_eq!(templates.body.as_array().unwrap().len(), 20);
    let rest = org.get(&templates.link("next").unwrap()).await;
    assert_eq!(rest.body.as_array().unwrap().len(), 8);
    assert_eq!(org.get(&format!("{emails}/Nothing")).await.code(), "E0000007");

    let place = format!("{emails}/ForgotPassword/customizations");
    let body = |language: &str| json!({"language": language, "subject": "Hi ${user.profile.firstName}", "body": "..."});
    let made = org.post(&place, &body("en")).await;
    assert_eq!((made.status, &made.body["isDefault"]), (201, &json!(true)));
    assert_eq!(
        made.keys(),
        [
            "subject",
            "body",
            "id",
            "language",
            "isDefault",
            "created",
            "lastUpdated",
            "_links"
        ]
    );
    let first = format!("{place}/{}", made.body["id"].as_str().unwrap());
    assert_eq!(org.get(&format!("{first}/preview")).await.body["subject"], "Hi Ann");
    assert_eq!(org.post(&place, &body("en")).await.code(), "E0000183");
    let mut default = body("es");
    default["isDefault"] = true.into();
    assert_eq!(org.post(&place, &default).await.code(), "E0000182");
    let (_, second) = org.make(&place, &body("es")).await;
    assert_eq!(org.delete(&first).await.code(), "E0000184");
    let mut cleared = body("en");
    cleared["isDefault"] = false.into();
    assert_eq!(org.put(&first, &cleared).await.code(), "E0000185");
    assert_eq!(org.put(&second, &default).await.body["isDefault"], true);
    assert_eq!(org.get(&first).await.body["isDefault"], false);
    assert!(org.get(&place).await.link("self").unwrap().ends_with("?limit=10"));
    let one = org
        .get(&format!("{emails}/ForgotPassword?expand=customizationCount"))
        .await;
    assert_eq!(one.body["_embedded"]["customizationCount"], 2);
    assert_eq!(org.delete(&first).await.status, 204);
    assert_eq!(org.delete(&place).await.status, 204);
    assert_eq!(org.get(&place).await.body, json!([]));
    assert_eq!(org.events().await[0], "system.email.template.delete");
}

#[tokio::test]
async fn an_email_goes_to_whom_the_admin_chose() {
    let org = Org::start(Seed::Empty).await;
    let brand = org.get("/brands").await.body[0]["id"].as_str().unwrap().to_owned();
    let settings = format!("/brands/{brand}/templates/email/UserActivation/settings");
    assert_eq!(org.get(&settings).await.body["recipients"], "ALL_USERS");
    assert_eq!(
        org.put(&settings, &json!({"recipients": "FRIENDS"})).await.code(),
        "E0000001"
    );
    let set = org.put(&settings, &json!({"recipients": "NO_USERS"})).await;
    assert_eq!(set.body, org.get(&settings).await.body);
    assert_eq!(org.events().await[0], "system.email.template.settings_changed");
}
