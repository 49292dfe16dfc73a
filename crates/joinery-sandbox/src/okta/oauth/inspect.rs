//! What can be done with a token: look into it, end it, and ask who it stands for.

use axum::http::{Method, header};
use serde_json::{Value, json};

use super::form::Form;
use super::memory::{Access, Refresh};
use super::refusal::Refusal;
use super::{access, claims, credentials, servers};
use crate::okta::Route;
use crate::okta::call::{Answer, Call, Reply};
use crate::okta::user::User;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::POST, "oauth2/v1/introspect", introspect),
    Route(Method::POST, "oauth2/v1/revoke", revoke),
    Route(Method::GET, "oauth2/v1/userinfo", userinfo),
    Route(Method::POST, "oauth2/v1/userinfo", userinfo),
];

fn introspect(call: &Call<'_>) -> Answer {
    let look = || -> Result<Reply, Refusal> {
        let form = Form::read(call)?;
        let org = call.state.read();
        let client = credentials::client(call, &form, &org.oauth)?;
        let token = form.get("token").ok_or_else(missing_token)?;
        let now = call.now.seconds();
        let access = org
            .oauth
            .access(token)
            .filter(|it| !it.revoked && it.expires > now && it.granted.server.is_none());
        let refresh = org
            .oauth
            .refresh(token)
            .filter(|it| !it.spent && it.expires > now && it.granted.server.is_none());
        let shown = match (access, refresh) {
            (Some(token), _) if token.granted.client == client.id => shown_access(call, &org, token),
            (_, Some(token)) if token.granted.client == client.id => shown_refresh(&org, token),
            _ => json!({"active": false}),
        };
        Ok(Reply::json(&shown))
    };
    Ok(look().unwrap_or_else(|refusal| refusal.reply()))
}

fn missing_token() -> Refusal {
    Refusal::request("The 'token' parameter is required.")
}

fn shown_access(call: &Call<'_>, org: &Org, token: &Access) -> Value {
    let (granted, url) = (&token.granted, call.state.url());
    let user = granted.user.and_then(|user| org.users.get(user));
    let client = org.oauth.client_name(granted.client);
    let subject = user.map_or(client.as_str(), User::login);
    let kind = if granted.thumbprint.is_some() { "DPoP" } else { "Bearer" };
    let mut shown = json!({
        "active": true, "scope": granted.scopes.join(" "), "username": subject, "exp": token.expires,
        "iat": token.issued, "sub": subject, "aud": url, "iss": url, "jti": token.jti, "token_type": kind,
        "client_id": client,
    });
    if let Some(user) = user {
        shown["uid"] = json!(user.id);
    }
    if let Some(thumbprint) = &granted.thumbprint {
        shown["cnf"] = json!({"jkt": thumbprint});
    }
    shown
}

/// What a refresh token is.
pub fn shown_refresh(org: &Org, token: &Refresh) -> Value {
    let user = token.granted.user.and_then(|user| org.users.get(user));
    let login = user.map_or("", User::login);
    json!({
        "active": true, "token_type": "Bearer", "scope": token.granted.scopes.join(" "),
        "client_id": org.oauth.client_name(token.granted.client), "username": login, "exp": token.expires, "sub": login,
    })
}

/// Ends a token. An unknown one is as good as ended: 200 without a body either way (RFC 7009).
pub fn revoke(call: &Call<'_>) -> Answer {
    let end = || -> Result<Reply, Refusal> {
        let form = Form::read(call)?;
        let mut org = call.state.write();
        let client = credentials::client(call, &form, &org.oauth)?.id;
        let token = form.get("token").ok_or_else(missing_token)?;
        let refresh = org.oauth.refresh(token).filter(|it| it.granted.client == client);
        if let Some(family) = refresh.map(|it| it.granted.family.clone()) {
            org.oauth.revoke_family(&family);
        } else if org.oauth.access(token).is_some_and(|it| it.granted.client == client) {
            org.oauth.revoke_access(token);
        }
        Ok(Reply::no_content().with_status(200))
    };
    Ok(end().unwrap_or_else(|refusal| refusal.reply()))
}

/// Says who a token stands for, at the authorization server that made it.
pub fn userinfo(call: &Call<'_>) -> Answer {
    let value = call.header(&header::AUTHORIZATION).unwrap_or_default();
    let (scheme, token) = value.split_once(' ').unwrap_or_default();
    let with_proof = scheme.eq_ignore_ascii_case("DPoP");
    let org = call.state.read();
    let tell = || -> Result<Reply, Refusal> {
        if !with_proof && !scheme.eq_ignore_ascii_case("Bearer") {
            return Err(Refusal::new(401, "invalid_request", "The access token is missing."));
        }
        let access = access::token_of(call, &org, token.trim(), with_proof)?;
        let granted = &access.granted;
        let server = servers::of_path(&org, call).ok().flatten().map(|server| server.id);
        if granted.server != server {
            return Err(Refusal::new(401, "invalid_token", "The access token is invalid."));
        }
        if !granted.has("openid") {
            let text = "The access token must provide access to at least one of these scopes - profile, openid, \
                        email, address or phone";
            return Err(Refusal::new(403, "insufficient_scope", text));
        }
        let user = granted.user.and_then(|user| org.users.get(user));
        let user = user.ok_or_else(|| Refusal::new(401, "invalid_token", "The access token is invalid."))?;
        Ok(Reply::json(&claims::userinfo(user, granted)))
    };
    Ok(tell().unwrap_or_else(|refusal| {
        let challenge = access::challenge(call, with_proof, "openid", &refusal);
        refusal.reply().with_header(header::WWW_AUTHENTICATE, &challenge)
    }))
}
