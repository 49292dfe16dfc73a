//! What stands in a token, and what `userinfo` says about a user.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::jose;
use super::memory::{ACCESS_SECONDS, Granted};
use crate::okta::call::Call;
use crate::okta::ids::Id;
use crate::okta::user::{Status, User};
use crate::random;
use crate::state::Org;

/// Whether a user may sign in.
pub fn may_sign_in(org: &Org, user: Id) -> bool {
    org.users.get(user).is_some_and(|user| user.status == Status::Active)
}

/// The claims of an access token, and its id.
pub fn access(call: &Call<'_>, org: &Org, granted: &Granted) -> (Value, String) {
    let (url, now) = (call.state.url(), call.now.seconds());
    let jti = format!("AT.{}", random::text(43));
    let user = granted.user.and_then(|user| org.users.get(user));
    let client = org.oauth.client_name(granted.client);
    let subject = user.map_or(client.as_str(), User::login);
    let mut claims = json!({
        "ver": 1, "jti": jti, "iss": url, "aud": url, "sub": subject, "iat": now, "exp": now + ACCESS_SECONDS,
        "cid": client,
    });
    if let Some(user) = user {
        claims["uid"] = json!(user.id);
    }
    claims["scp"] = json!(granted.scopes);
    if user.is_some() {
        claims["auth_time"] = granted.signed_in.into();
    }
    if let Some(thumbprint) = &granted.thumbprint {
        claims["cnf"] = json!({"jkt": thumbprint});
    }
    (claims, jti)
}

/// The claims of an id token that goes with an access token.
pub fn id_token(call: &Call<'_>, org: &Org, granted: &Granted, access: &str) -> Value {
    let now = call.now.seconds();
    let mut claims = Map::new();
    if let Some(user) = granted.user.and_then(|user| org.users.get(user)) {
        claims.insert("sub".into(), json!(user.id));
        if granted.has("profile") {
            claims.insert("name".into(), user.full_name().into());
            claims.insert("preferred_username".into(), user.login().into());
        }
        if granted.has("email") {
            claims.insert("email".into(), user.profile.text("email").into());
        }
    }
    for (name, value) in [
        ("ver", json!(1)),
        ("iss", json!(call.state.url())),
        ("aud", json!(org.oauth.client_name(granted.client))),
        ("iat", json!(now)),
        ("exp", json!(now + ACCESS_SECONDS)),
        ("jti", json!(format!("ID.{}", random::text(43)))),
        ("amr", json!(["pwd"])),
        ("auth_time", json!(granted.signed_in)),
        ("at_hash", json!(half_hash(access))),
    ] {
        claims.insert(name.into(), value);
    }
    if let Some(nonce) = &granted.nonce {
        claims.insert("nonce".into(), nonce.as_str().into());
    }
    Value::Object(claims)
}

/// What ties an id token to an access token: the left half of its hash (`OpenID` Connect Core, 3.1.3.6).
pub fn half_hash(access: &str) -> String {
    jose::encode(&Sha256::digest(access)[..16])
}

/// What `userinfo` says, by scope.
pub fn userinfo(user: &User, granted: &Granted) -> Value {
    let mut said = Map::new();
    said.insert("sub".into(), json!(user.id));
    let mut add = |name: &str, attribute: &str| {
        let value = user.profile.text(attribute);
        if !value.is_empty() {
            said.insert(name.into(), value.into());
        }
    };
    if granted.has("profile") {
        add("nickname", "nickName");
        add("given_name", "firstName");
        add("middle_name", "middleName");
        add("family_name", "lastName");
        add("profile", "profileUrl");
        add("preferred_username", "login");
        add("zoneinfo", "timezone");
        add("locale", "locale");
    }
    if granted.has("email") {
        add("email", "email");
    }
    if granted.has("phone") {
        add("phone_number", "primaryPhone");
    }
    if granted.has("profile") {
        said.insert("name".into(), user.full_name().into());
        said.insert("updated_at".into(), user.last_updated.seconds().into());
    }
    if granted.has("email") {
        said.insert("email_verified".into(), true.into());
    }
    if granted.has("address") {
        let mut address = Map::new();
        for (name, attribute) in [
            ("street_address", "streetAddress"),
            ("locality", "city"),
            ("region", "state"),
            ("postal_code", "zipCode"),
            ("country", "countryCode"),
        ] {
            let value = user.profile.text(attribute);
            if !value.is_empty() {
                address.insert(name.into(), value.into());
            }
        }
        said.insert("address".into(), Value::Object(address));
    }
    Value::Object(said)
}
