//! What an app of each kind consists of: the parts a caller may set, and what Okta fills in.

use serde_json::{Map, Value, json};

use super::app::fault;
use super::errors::Problem;
use super::ids::{Id, Kind};

/// The apps of the catalogue that the sandbox knows: name, how one signs in, and the number of the link to it.
const CATALOGUE: &[(&str, &str, &str)] = &[
    ("bookmark", "BOOKMARK", "2557"),
    ("template_basic_auth", "BASIC_AUTH", "2873"),
    ("template_swa", "BROWSER_PLUGIN", "2357"),
    ("template_swa3field", "BROWSER_PLUGIN", "3287"),
    ("template_sps", "SECURE_PASSWORD_STORE", "2355"),
    ("oidc_client", "OPENID_CONNECT", "aln177a159h7Zf52X0g8"),
    ("okta_org2org", "SAML_2_0", "51975"),
];
const MODES: &[&str] = &[
    "AUTO_LOGIN",
    "BASIC_AUTH",
    "BOOKMARK",
    "BROWSER_PLUGIN",
    "OPENID_CONNECT",
    "SAML_1_1",
    "SAML_2_0",
    "SECURE_PASSWORD_STORE",
    "WS_FEDERATION",
];
/// The fields of `settings.app` of the catalogue's templates. A caller has to send those that end in `!`.
const APP_FIELDS: &[(&str, &[&str])] = &[
    ("template_basic_auth", &["loginUrlRegex", "authURL!", "url!"]),
    (
        "template_swa",
        &[
            "loginUrlRegex",
            "usernameField",
            "redirectUrl",
            "buttonField",
            "checkbox",
            "passwordField",
            "url!",
        ],
    ),
    (
        "template_swa3field",
        &[
            "loginUrlRegex",
            "extraFieldSelector",
            "extraFieldValue",
            "redirectUrl",
            "userNameSelector",
            "passwordSelector",
            "buttonSelector",
            "targetURL!",
        ],
    ),
    (
        "template_sps",
        &[
            "usernameField",
            "optionalField1",
            "optionalField2Value",
            "optionalField3Value",
            "passwordField",
            "url!",
            "optionalField1Value",
            "optionalField2",
            "optionalField3",
        ],
    ),
];
const SCHEMES: &[&str] = &[
    "ADMIN_SETS_CREDENTIALS",
    "EDIT_PASSWORD_ONLY",
    "EDIT_USERNAME_AND_PASSWORD",
    "EXTERNAL_PASSWORD_SYNC",
    "SHARED_USERNAME_AND_PASSWORD",
];

/// How one signs in to an app with this name and this `signOnMode`.
///
/// # Errors
/// E0000001.
pub fn mode(name: Option<&str>, sent: Option<&str>) -> Result<String, Problem> {
    let listed = CATALOGUE.iter().find(|(known, ..)| Some(*known) == name);
    let mode = sent.or(listed.map(|(_, mode, _)| *mode));
    let Some(mode) = mode.filter(|mode| MODES.contains(mode)) else {
        return Err(fault("signOnMode", "The field has to be one of Okta's sign-on modes"));
    };
    // An app that is not a template may be joined by password as well as by federation.
    if listed.is_some_and(|(name, wanted, _)| *wanted != mode && *name != "okta_org2org") {
        return Err(fault("signOnMode", "The app does not support this sign-on mode"));
    }
    Ok(mode.to_owned())
}

/// The name of the link to an app.
pub fn link_name(name: &str, is_own: bool) -> String {
    match name {
        "oidc_client" => "oidc_client_link".into(),
        _ if is_own => format!("{name}_link"),
        _ => "login".into(),
    }
}

/// The last part of the address at which users open an app.
pub fn link_id(name: &str, id: Id) -> String {
    let listed = CATALOGUE.iter().find(|(known, ..)| *known == name);
    listed.map_or_else(
        || format!("aln{}", &id.of_kind(Kind::App).as_str()[3..]),
        |(_, _, link)| (*link).to_owned(),
    )
}

/// Takes the client secret out of the parts of an app: it is kept elsewhere.
pub fn take_secret(parts: &mut Map<String, Value>) -> Option<String> {
    let client = parts.get_mut("credentials")?.get_mut("oauthClient")?.as_object_mut()?;
    let secret = client.shift_remove("client_secret")?;
    secret.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Settles the id of a client: the one it has, the one a caller chose, or that of the app.
///
/// # Errors
/// E0000001 for a chosen id that is none.
pub fn set_client_id(client: &mut Value, id: Id, own: Option<&str>) -> Result<(), Problem> {
    let chosen = client["client_id"].as_str().filter(|text| !text.is_empty());
    let fits = |text: &str| {
        (6..=100).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    };
    if own.is_none() && chosen.is_some_and(|text| !fits(text)) {
        let cause = "The field must have 6 to 100 letters, digits, hyphens and underscores";
        return Err(fault("client_id", cause));
    }
    client["client_id"] = own.or(chosen).unwrap_or(id.as_str()).into();
    Ok(())
}

/// What decides about the parts of an app.
pub struct Shape<'a> {
    /// Its name in the catalogue.
    pub name: &'a str,
    /// How one signs in to it.
    pub mode: &'a str,
    /// Whether the org made its name.
    pub is_own: bool,
}

impl Shape<'_> {
    /// Whether an app of this kind signs what it says about users.
    pub fn signs(&self) -> bool {
        matches!(self.mode, "OPENID_CONNECT" | "SAML_1_1" | "SAML_2_0" | "WS_FEDERATION")
    }

    fn has_password(&self) -> bool {
        matches!(
            self.mode,
            "AUTO_LOGIN" | "BASIC_AUTH" | "BROWSER_PLUGIN" | "SECURE_PASSWORD_STORE"
        )
    }

    /// Reads `accessibility`, `visibility`, `credentials` and `settings`, completed.
    ///
    /// # Errors
    /// E0000001, E0000003.
    pub fn read(&self, body: &Map<String, Value>) -> Result<Map<String, Value>, Problem> {
        let hidden = self.mode == "OPENID_CONNECT";
        let mut parts = Map::new();
        let mut accessibility = json!({"selfService": false, "errorRedirectUrl": null, "loginRedirectUrl": null});
        merge_known(&mut accessibility, sent(body, "accessibility")?);
        parts.insert("accessibility".into(), accessibility);
        let mut visibility = json!({
            "autoLaunch": false, "autoSubmitToolbar": false, "hide": {"iOS": hidden, "web": hidden},
            "appLinks": {link_name(self.name, self.is_own): true},
        });
        merge(&mut visibility, sent(body, "visibility")?);
        parts.insert("visibility".into(), visibility);
        parts.insert("credentials".into(), self.credentials(sent(body, "credentials")?)?);
        parts.insert("settings".into(), self.settings(sent(body, "settings")?)?);
        Ok(parts)
    }

    fn credentials(&self, sent: &Value) -> Result<Value, Problem> {
        let mut all = Map::new();
        let scheme = sent["scheme"].as_str().unwrap_or("EDIT_USERNAME_AND_PASSWORD");
        if self.has_password() {
            if !SCHEMES.contains(&scheme) {
                return Err(fault("credentials.scheme", "The field has to be one of Okta's schemes"));
            }
            all.insert("scheme".into(), scheme.into());
        }
        let mut template = json!({"template": "${source.login}", "type": "BUILT_IN"});
        merge(&mut template, &sent["userNameTemplate"]);
        if template["type"] == "CUSTOM" && template.get("pushStatus").is_none() {
            template["pushStatus"] = "DONT_PUSH".into();
        }
        all.insert("userNameTemplate".into(), template);
        if self.has_password() {
            if scheme == "SHARED_USERNAME_AND_PASSWORD" {
                all.insert("userName".into(), sent["userName"].clone());
            }
            let reveals = sent["revealPassword"].as_bool().unwrap_or(false);
            all.insert("revealPassword".into(), reveals.into());
        }
        let kid = &sent["signing"]["kid"];
        all.insert(
            "signing".into(),
            if kid.is_string() && self.signs() {
                json!({"kid": kid})
            } else {
                json!({})
            },
        );
        if self.mode == "OPENID_CONNECT" {
            all.insert("oauthClient".into(), oauth_credentials(&sent["oauthClient"]));
        }
        Ok(Value::Object(all))
    }

    fn settings(&self, sent: &Value) -> Result<Value, Problem> {
        let mut settings = json!({
            "app": self.app_settings(&sent["app"])?,
            "notifications": {"vpn": {"network": {"connection": "DISABLED"}, "message": null, "helpUrl": null}},
            "manualProvisioning": false,
            "implicitAssignment": false,
            "notes": {"admin": null, "enduser": null},
        });
        for name in ["notifications", "notes"] {
            merge(&mut settings[name], &sent[name]);
        }
        for name in ["manualProvisioning", "implicitAssignment"] {
            if let Some(flag) = sent[name].as_bool() {
                settings[name] = flag.into();
            }
        }
        for name in ["identityStoreId", "inlineHookId", "emOptInStatus"] {
            if !sent[name].is_null() {
                settings[name] = sent[name].clone();
            }
        }
        match self.mode {
            "OPENID_CONNECT" => settings["oauthClient"] = oauth_settings(sent),
            "AUTO_LOGIN" => {
                if !sent["signOn"]["loginUrl"].is_string() && self.is_own {
                    return Err(fault("settings.signOn.loginUrl", "The field cannot be left blank"));
                }
                settings["signOn"] = json!({"redirectUrl": null, "loginUrl": null});
                merge_known(&mut settings["signOn"], &sent["signOn"]);
            }
            "SAML_2_0" | "SAML_1_1" => settings["signOn"] = self.sign_on(&sent["signOn"]),
            _ => {}
        }
        Ok(settings)
    }

    fn app_settings(&self, sent: &Value) -> Result<Value, Problem> {
        let mut app = Map::new();
        if self.name == "bookmark" {
            app.insert("requestIntegration".into(), false.into());
        }
        let listed = APP_FIELDS.iter().find(|(name, _)| *name == self.name);
        let fields = match (listed, self.mode) {
            (Some((_, fields)), _) => *fields,
            (None, "BOOKMARK") => &["url!"],
            _ => &[],
        };
        for field in fields {
            let name = field.trim_end_matches('!');
            if field.ends_with('!') && sent[name].as_str().is_none_or(|text| text.trim().is_empty()) {
                return Err(fault(name, "The field cannot be left blank"));
            }
            app.insert(name.into(), Value::Null);
        }
        let mut app = Value::Object(app);
        merge(&mut app, sent);
        Ok(app)
    }

    fn sign_on(&self, sent: &Value) -> Value {
        let mut all = if self.is_own && self.mode == "SAML_2_0" {
            json!({
                "defaultRelayState": null, "ssoAcsUrl": null, "idpIssuer": "http://www.okta.com/${org.externalKey}",
                "audience": null, "recipient": null, "destination": null, "subjectNameIdTemplate": "${user.userName}",
                "subjectNameIdFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
                "responseSigned": true, "assertionSigned": true, "signatureAlgorithm": "RSA_SHA256",
                "digestAlgorithm": "SHA256", "honorForceAuthn": true,
                "authnContextClassRef": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
                "spIssuer": null, "requestCompressed": false, "attributeStatements": [], "inlineHooks": [],
                "allowMultipleAcsEndpoints": false, "acsEndpoints": [], "samlSignedRequestEnabled": false,
                "slo": {"enabled": false},
            })
        } else {
            json!({
                "defaultRelayState": null, "ssoAcsUrlOverride": null, "audienceOverride": null,
                "recipientOverride": null, "destinationOverride": null, "attributeStatements": [],
            })
        };
        merge_known(&mut all, sent);
        for name in [
            "participateSlo",
            "spCertificate",
            "samlAssertionLifetimeSeconds",
            "configuredAttributeStatements",
        ] {
            if !sent[name].is_null() {
                all[name] = sent[name].clone();
            }
        }
        if sent["slo"].is_object() {
            all["slo"] = sent["slo"].clone();
        }
        for (place, endpoint) in all["acsEndpoints"].as_array_mut().into_iter().flatten().enumerate() {
            if endpoint["index"].is_null() {
                endpoint["index"] = place.into();
            }
        }
        all
    }
}

fn oauth_credentials(sent: &Value) -> Value {
    let method = sent["token_endpoint_auth_method"]
        .as_str()
        .unwrap_or("client_secret_basic");
    let mut client = json!({
        "autoKeyRotation": true, "client_id": null, "client_secret": null, "token_endpoint_auth_method": method,
        "pkce_required": method == "none",
    });
    merge_known(&mut client, sent);
    client
}

fn oauth_settings(sent: &Value) -> Value {
    let sent = &sent["oauthClient"];
    let mut client = json!({
        "client_uri": null, "logo_uri": null, "redirect_uris": [], "response_types": ["code"],
        "grant_types": ["authorization_code"], "application_type": "web", "consent_method": "TRUSTED",
        "issuer_mode": "DYNAMIC", "idp_initiated_login": {"mode": "DISABLED", "default_scope": []},
        "wildcard_redirect": "DISABLED", "dpop_bound_access_tokens": false,
    });
    if sent["application_type"] == "service" {
        client["response_types"] = json!(["token"]);
        client["grant_types"] = json!(["client_credentials"]);
    }
    merge(&mut client, sent);
    client
}

/// A part of a body: an object, or nothing.
fn sent<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a Value, Problem> {
    match body.get(name) {
        None => Ok(&Value::Null),
        Some(part @ (Value::Object(_) | Value::Null)) => Ok(part),
        Some(_) => Err(Problem::malformed()),
    }
}

/// Puts what was sent over what is there, object by object.
pub fn merge(place: &mut Value, sent: &Value) {
    match (place, sent) {
        (Value::Object(place), Value::Object(sent)) => {
            for (key, value) in sent {
                merge(place.entry(key).or_insert(Value::Null), value);
            }
        }
        (place, Value::Null) if !place.is_null() => {}
        (place, sent) => *place = sent.clone(),
    }
}

/// The same for what is there already: anything else is not for this kind of app.
fn merge_known(place: &mut Value, sent: &Value) {
    let Value::Object(place) = place else { return };
    for (key, value) in place {
        if let Some(sent) = sent.get(key).filter(|sent| !sent.is_null()) {
            *value = sent.clone();
        }
    }
}
