//! What the org's own authorization servers say and grant: their metadata, their keys, tokens for clients
//! (`client_credentials`), and what a token holds.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::client::Client;
use super::form::Form;
use super::jose::Jws;
use super::refusal::Refusal;
use super::{credentials, jose};
use crate::okta::Route;
use crate::okta::call::{Answer, Call, Reply};
use crate::okta::errors::Problem;
use crate::okta::event::{EventKind, Party};
use crate::okta::record::Record;
use crate::okta::resource;
use crate::okta::servers::{Servers, issuer, kids, signing_kid};
use crate::okta::shape::names;
use crate::random;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(
        Method::GET,
        "oauth2/{}/.well-known/oauth-authorization-server",
        metadata,
    ),
    Route(Method::GET, "oauth2/{}/.well-known/openid-configuration", metadata),
    Route(Method::GET, "oauth2/{}/v1/keys", keys),
    Route(Method::POST, "oauth2/{}/v1/token", token),
    Route(Method::POST, "oauth2/{}/v1/introspect", introspect),
];

const GRANT: &str = "client_credentials";
const TOKEN: EventKind = EventKind(
    "app.oauth2.as.token.grant.access_token",
    "OAuth2 access token is granted",
    "app.oauth2.as.token.grant.access_token_success",
);

/// The server a path names, where it is in use.
fn server<'a>(org: &'a Org, call: &Call<'_>) -> Result<&'a Record, Problem> {
    let server = resource::named::<Servers>(org, "authorizationServers", call.part(0))?;
    if server.active {
        return Ok(server);
    }
    Err(Problem::not_found(call.part(0), "AuthorizationServer"))
}

/// Only what works is promised.
fn metadata(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let server = server(&org, call)?;
    let at = |path: &str| format!("{}/v1/{path}", issuer(server, call.state.url()));
    let scopes = format!("{}/scopes", server.path());
    let scopes = org
        .records_at(&scopes)
        .filter(|scope| scope.text("metadataPublish") == "ALL_CLIENTS");
    let methods = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
    Ok(Reply::json(&json!({
        "issuer": issuer(server, call.state.url()),
        "token_endpoint": at("token"),
        "registration_endpoint": format!("{}/oauth2/v1/clients", call.state.url()),
        "jwks_uri": at("keys"),
        "response_types_supported": ["token"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [GRANT],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": scopes.map(|scope| scope.text("name")).collect::<Vec<_>>(),
        "token_endpoint_auth_methods_supported": methods,
        "claims_supported": ["ver", "jti", "iss", "aud", "iat", "exp", "cid", "scp", "sub"],
        "introspection_endpoint": at("introspect"),
        "introspection_endpoint_auth_methods_supported": methods,
        "request_parameter_supported": false,
        "dpop_signing_alg_values_supported": jose::ALGORITHMS,
    })))
}

fn keys(call: &Call<'_>) -> Answer {
    let kids = kids(server(&call.state.read(), call)?);
    let current = kids.iter().filter(|(state, _)| *state != "EXPIRED");
    let keys: Vec<Value> = current.map(|(_, kid)| call.state.server_key(kid).public()).collect();
    Ok(Reply::json(&json!({"keys": keys})))
}

fn token(call: &Call<'_>) -> Answer {
    let kid = signing_kid(server(&call.state.read(), call)?).to_owned();
    // Made before the org is held: the first use of a key takes a moment.
    let key = call.state.server_key(&kid);
    let mut org = call.state.write();
    let server = server(&org, call)?.clone();
    let granted = Form::read(call).and_then(|form| grant(call, &org, &server, &form));
    let granted = match granted {
        Ok(granted) => granted,
        Err(refusal) => return Ok(refusal.reply()),
    };
    let app = org.oauth.clients.get(&granted.client).map(Party::from);
    if let Some(app) = app {
        org.record_as(call, app.clone(), TOKEN, vec![app, server.party("AuthorizationServer")]);
    }
    Ok(Reply::json(&json!({
        "token_type": "Bearer", "expires_in": granted.seconds,
        "access_token": key.sign(None, &Value::Object(granted.claims)), "scope": granted.scopes.join(" "),
    })))
}

/// A token to be signed.
struct Granted {
    client: crate::okta::ids::Id,
    scopes: Vec<String>,
    seconds: i64,
    claims: Map<String, Value>,
}

fn grant(call: &Call<'_>, org: &Org, server: &Record, form: &Form) -> Result<Granted, Refusal> {
    if form.need("grant_type")? != GRANT {
        let text = format!(
            "The authorization grant type is not supported by the authorization server. Configured grant types: [{GRANT}]."
        );
        return Err(Refusal::new(400, "unsupported_grant_type", text));
    }
    let client = credentials::client(call, form, &org.oauth)?;
    if !client.may_use(GRANT) {
        let text = format!(
            "The client is not authorized to use the provided grant type. Configured grant types: [{}].",
            client.grant_types.join(", ")
        );
        return Err(Refusal::new(400, "unauthorized_client", text));
    }
    let scopes = scopes(org, server, form)?;
    let seconds = lifetime(org, server, client, &scopes).ok_or_else(|| {
        let text = "Policy evaluation failed for this request, please check the policy configurations.";
        Refusal::new(400, "access_denied", text)
    })?;
    let now = call.now.seconds();
    let claims = json!({
        "ver": 1, "jti": format!("AT.{}", random::text(43)), "iss": issuer(server, call.state.url()),
        "aud": server.get("audiences")[0], "iat": now, "exp": now + seconds, "cid": client.id, "scp": scopes,
    });
    let mut claims = claims.as_object().cloned().unwrap_or_default();
    claims.insert("sub".into(), json!(client.id));
    add_own_claims(org, server, client, &scopes, &mut claims);
    Ok(Granted {
        client: client.id,
        scopes,
        seconds,
        claims,
    })
}

/// The scopes asked for; where none are, the server's default ones.
fn scopes(org: &Org, server: &Record, form: &Form) -> Result<Vec<String>, Refusal> {
    let place = format!("{}/scopes", server.path());
    let wanted = form.scopes();
    let known = |name: &String| org.records_at(&place).any(|scope| scope.text("name") == name);
    if wanted.is_empty() {
        let usual = org.records_at(&place).filter(|scope| *scope.get("default") == true);
        let usual: Vec<String> = usual.map(|scope| scope.text("name").to_owned()).collect();
        if usual.is_empty() {
            return Err(Refusal::scope(
                "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
            ));
        }
        return Ok(usual);
    }
    if wanted
        .iter()
        .any(|scope| super::scopes::OPENID.contains(&scope.as_str()))
    {
        return Err(Refusal::scope(
            "Cannot request 'openid' scopes using client credentials.",
        ));
    }
    if !wanted.iter().all(known) {
        let text = "One or more scopes are not configured for the authorization server resource.";
        return Err(Refusal::scope(text));
    }
    Ok(wanted)
}

/// How long a token lives by the first rule that fits of the first policy that fits; nothing where none does.
fn lifetime(org: &Org, server: &Record, client: &Client, scopes: &[String]) -> Option<i64> {
    let by_priority = |place: &str| {
        let mut list: Vec<&Record> = org.records_at(place).filter(|record| record.active).collect();
        list.sort_by_key(|record| record.number("priority"));
        list
    };
    let is_for = |policy: &&&Record| {
        let mut clients = names(&policy.get("conditions")["clients"]["include"]);
        clients.any(|name| name == "ALL_CLIENTS" || name == client.id.as_str())
    };
    let policies = by_priority(&format!("{}/policies", server.path()));
    let policy = policies.iter().find(is_for)?;
    let fits = |rule: &&&Record| {
        let conditions = rule.get("conditions");
        let open: Vec<&str> = names(&conditions["scopes"]["include"]).collect();
        names(&conditions["grantTypes"]["include"]).any(|grant| grant == GRANT)
            && (open.contains(&"*") || scopes.iter().all(|scope| open.contains(&scope.as_str())))
    };
    let rules = by_priority(&format!("{}/rules", policy.path()));
    let minutes = &rules.iter().find(fits)?.get("actions")["token"]["accessTokenLifetimeMinutes"];
    Some(minutes.as_i64().unwrap_or(60) * 60)
}

/// Claims that admins added. Of the expression language those forms work that need no user: texts, numbers, `true`,
/// `false` and `app.clientId`.
fn add_own_claims(org: &Org, server: &Record, client: &Client, scopes: &[String], claims: &mut Map<String, Value>) {
    for claim in org.records_at(&format!("{}/claims", server.path())) {
        let needed: Vec<&str> = names(&claim.get("conditions")["scopes"]).collect();
        let asked = needed.is_empty() || needed.iter().any(|scope| scopes.iter().any(|given| given == scope));
        if !claim.active || claim.system || claim.text("claimType") != "RESOURCE" || !asked {
            continue;
        }
        let value = match claim.text("value") {
            "app.clientId" => json!(client.id),
            text => serde_json::from_str(text).unwrap_or_default(),
        };
        if !value.is_null() {
            claims.insert(claim.text("name").into(), value);
        }
    }
}

fn introspect(call: &Call<'_>) -> Answer {
    let server = server(&call.state.read(), call)?.clone();
    let look = || -> Result<Reply, Refusal> {
        let form = Form::read(call)?;
        credentials::client(call, &form, &call.state.read().oauth)?;
        let token = form.need("token")?;
        Ok(Reply::json(
            &told(call, &server, token).unwrap_or_else(|| json!({"active": false})),
        ))
    };
    Ok(look().unwrap_or_else(|refusal| refusal.reply()))
}

/// What a token says; nothing where it is not the server's, or is outdated.
fn told(call: &Call<'_>, server: &Record, token: &str) -> Option<Value> {
    let token = Jws::parse(token)?;
    let (_, kid) = kids(server).into_iter().find(|(_, kid)| kid == token.text("kid"))?;
    let valid = token.is_signed_by(&call.state.server_key(&kid).public())
        && token.claim("iss") == issuer(server, call.state.url())
        && token.moment("exp")? > call.now.seconds();
    if !valid {
        return None;
    }
    let scope: Vec<&str> = names(token.claims.get("scp")?).collect();
    let mut told = json!({
        "active": true, "scope": scope.join(" "), "username": token.claim("sub"), "token_type": "Bearer",
        "client_id": token.claim("cid"),
    });
    for name in ["exp", "iat", "sub", "aud", "iss", "jti"] {
        told[name] = token.claims.get(name).cloned().unwrap_or_default();
    }
    Some(told)
}
