//! What the authorization servers that admins made say and grant: their metadata, their keys, tokens for clients and for
//! users who signed in, and what a token holds.

use std::sync::Arc;

use axum::http::Method;
use serde_json::{Value, json};

use super::client::Client;
use super::form::Form;
use super::jose::{Jws, SigningKey};
use super::memory::{Access, Granted};
use super::refusal::{DPOP_NONCE, Refusal};
use super::token::GRANTS;
use super::{authorize, claims, consent, credentials, device, dpop, inspect, jose, own_claims, token, token_hook};
use crate::okta::Route;
use crate::okta::call::{Answer, Call, Reply};
use crate::okta::errors::Problem;
use crate::okta::event::{EventKind, Party};
use crate::okta::ids::Id;
use crate::okta::inline_hook;
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
    Route(Method::GET, "oauth2/{}/v1/authorize", authorize::authorize),
    Route(Method::POST, "oauth2/{}/v1/authorize", authorize::authorize),
    Route(Method::POST, "oauth2/{}/v1/device/authorize", device::authorize_device),
    Route(Method::POST, "oauth2/{}/v1/token", token),
    Route(Method::POST, "oauth2/{}/v1/introspect", introspect),
    Route(Method::POST, "oauth2/{}/v1/revoke", inspect::revoke),
    Route(Method::GET, "oauth2/{}/v1/userinfo", inspect::userinfo),
    Route(Method::POST, "oauth2/{}/v1/userinfo", inspect::userinfo),
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

/// The server of a path below `/oauth2`; nothing where it is the org's own one.
///
/// # Errors
/// E0000007 where there is no such server in use.
pub fn of_path(org: &Org, call: &Call<'_>) -> Result<Option<Record>, Problem> {
    if call.path.starts_with("/oauth2/v1/") {
        return Ok(None);
    }
    server(org, call).cloned().map(Some)
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
    let methods = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
    Ok(Reply::json(&json!({
        "issuer": issuer(server, call.state.url()),
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "userinfo_endpoint": at("userinfo"),
        "device_authorization_endpoint": at("device/authorize"),
        "registration_endpoint": format!("{}/oauth2/v1/clients", call.state.url()),
        "jwks_uri": at("keys"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": GRANTS,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": scopes.map(|scope| scope.text("name")).collect::<Vec<_>>(),
        "token_endpoint_auth_methods_supported": methods,
        "claims_supported": [
            "ver", "jti", "iss", "aud", "iat", "exp", "cid", "uid", "scp", "sub", "auth_time", "amr", "nonce", "at_hash",
            "name", "preferred_username", "email",
        ],
        "code_challenge_methods_supported": ["S256"],
        "introspection_endpoint": at("introspect"),
        "introspection_endpoint_auth_methods_supported": methods,
        "revocation_endpoint": at("revoke"),
        "revocation_endpoint_auth_methods_supported": methods,
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
    Ok(issue(call, &mut org, &server, &key).unwrap_or_else(|refusal| refusal.reply()))
}

fn issue(call: &Call<'_>, org: &mut Org, server: &Record, key: &Arc<SigningKey>) -> Result<Reply, Refusal> {
    let form = Form::read(call)?;
    let grant = form.need("grant_type")?;
    if !GRANTS.contains(&grant) {
        let text = format!(
            "The authorization grant type is not supported by the authorization server. Configured grant types: [{}].",
            GRANTS.join(", ")
        );
        return Err(Refusal::new(400, "unsupported_grant_type", text));
    }
    let client = credentials::client(call, &form, &org.oauth)?.clone();
    if !client.may_use(grant) {
        let text = format!(
            "The client is not authorized to use the provided grant type. Configured grant types: [{}].",
            client.grant_types.join(", ")
        );
        return Err(Refusal::new(400, "unauthorized_client", text));
    }
    let bound = client.dpop || dpop::is_shown(call);
    let thumbprint = bound
        .then(|| dpop::check(call, &org.oauth, &dpop::Place::Token))
        .transpose()?;
    let (granted, refresh) = if grant == GRANT {
        let granted = Granted {
            client: client.id,
            user: None,
            server: Some(server.id),
            scopes: scopes(org, server, &form)?,
            thumbprint: thumbprint.clone(),
            family: random::text(16),
            signed_in: call.now.seconds(),
            nonce: None,
        };
        (granted, None)
    } else {
        token::for_user(call, &form, &client, thumbprint.clone(), Some(server.id), org)?
    };
    let rule = fitting_rule(org, server, &client, &granted, grant)?.clone();
    let (mut access, _) = claims::access(call, org, &granted);
    let own = issuer(server, call.state.url());
    (access["iss"], access["aud"]) = (json!(own), server.get("audiences")[0].clone());
    access["exp"] = json!(call.now.seconds() + seconds(&rule));
    own_claims::add(org, server, &granted, "RESOURCE", &mut access);
    let identity = (granted.has("openid") && granted.user.is_some()).then(|| {
        let mut claims = claims::id_token(call, org, &granted, "");
        claims["iss"] = json!(own);
        own_claims::add(org, server, &granted, "IDENTITY", &mut claims);
        claims
    });
    let draft = Draft {
        granted,
        refresh,
        access,
        identity,
    };
    let Some(hook) = token_hook::of_rule(org, &rule) else {
        return Ok(hand_out(call, org, server, key, draft));
    };
    let question = token_hook::question(call, org, server, &rule, &client, &form, &draft);
    let (key, server, party) = (key.clone(), server.clone(), hook.party("InlineHook"));
    let asked = inline_hook::ask(hook, &question, move |call, answer| {
        let mut org = call.state.write();
        // Who gives no answer changes nothing.
        let (draft, fault) = match token_hook::transform(draft, &answer.unwrap_or_default()) {
            Ok(transformed) => transformed,
            Err(refusal) => return Ok(refusal.reply()),
        };
        org.record_job(call.now, token_hook::PROCESSED, vec![party], fault);
        Ok(hand_out(call, &mut org, &server, &key, draft))
    });
    asked
        .map(Reply::after)
        .map_err(|_| Refusal::new(500, "server_error", "The inline hook has no address to call."))
}

/// Tokens that are granted and not signed yet.
pub struct Draft {
    /// What they give.
    pub granted: Granted,
    /// The refresh token that goes with them.
    pub refresh: Option<String>,
    /// The claims of the access token.
    pub access: Value,
    /// The claims of the id token, where one was asked for.
    pub identity: Option<Value>,
}

/// Signs tokens and gives them out.
fn hand_out(call: &Call<'_>, org: &mut Org, server: &Record, key: &SigningKey, draft: Draft) -> Reply {
    let text = key.sign(None, &draft.access);
    let expires = draft.access["exp"].as_i64().unwrap_or_default();
    let issued = call.now.seconds();
    let (granted, bound) = (draft.granted, draft.access.get("cnf").is_some());
    let mut body = json!({
        "token_type": if bound { "DPoP" } else { "Bearer" }, "expires_in": expires - issued, "access_token": text,
        "scope": granted.scopes.join(" "),
    });
    if let Some(refresh) = draft.refresh {
        body["refresh_token"] = json!(refresh);
    }
    if let Some(mut identity) = draft.identity {
        identity["at_hash"] = claims::half_hash(&text).into();
        body["id_token"] = json!(key.sign(None, &identity));
    }
    let app = org.oauth.clients.get(&granted.client).map(Party::from);
    let user = granted.user.and_then(|user| org.users.get(user)).map(Party::from);
    if let Some(actor) = user.or_else(|| app.clone()) {
        let targets = app.into_iter().chain([server.party("AuthorizationServer")]).collect();
        org.record_as(call, actor, TOKEN, targets);
    }
    let jti = draft.access["jti"].as_str().unwrap_or_default().to_owned();
    let revoked = false;
    let kept = Access {
        granted,
        jti,
        issued,
        expires,
        revoked,
    };
    org.oauth.keep_access(text, kept);
    let reply = Reply::json(&body);
    if bound {
        reply.with_header(DPOP_NONCE, &org.oauth.nonce(call.now))
    } else {
        reply
    }
}

/// Whether a server has these scopes.
///
/// # Errors
/// `invalid_scope`.
pub fn check_scopes(org: &Org, server: &Record, wanted: &[String]) -> Result<(), Refusal> {
    let place = format!("{}/scopes", server.path());
    let known = |name: &String| org.records_at(&place).any(|scope| scope.text("name") == name);
    if wanted.iter().all(known) {
        return Ok(());
    }
    let text = "One or more scopes are not configured for the authorization server resource.";
    Err(Refusal::scope(text))
}

/// The scopes asked for; where none are, the server's default ones.
fn scopes(org: &Org, server: &Record, form: &Form) -> Result<Vec<String>, Refusal> {
    let place = format!("{}/scopes", server.path());
    let wanted = form.scopes();
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
    check_scopes(org, server, &wanted)?;
    consent::check_unattended(org, server, &wanted)?;
    Ok(wanted)
}

/// The first rule that fits of the first policy that fits.
///
/// # Errors
/// `access_denied` where none does.
pub fn fitting_rule<'o>(
    org: &'o Org,
    server: &Record,
    client: &Client,
    granted: &Granted,
    grant: &str,
) -> Result<&'o Record, Refusal> {
    rule(org, server, client, granted, grant).ok_or_else(|| {
        let text = "Policy evaluation failed for this request, please check the policy configurations.";
        Refusal::new(400, "access_denied", text)
    })
}

/// How long an access token lives by a rule.
fn seconds(rule: &Record) -> i64 {
    let minutes = rule.get("actions")["token"]["accessTokenLifetimeMinutes"].as_i64();
    minutes.unwrap_or(60) * 60
}

fn rule<'o>(org: &'o Org, server: &Record, client: &Client, granted: &Granted, grant: &str) -> Option<&'o Record> {
    // What a refresh may give was decided by the rule for the sign-in.
    let grants: &[&str] = match grant {
        "refresh_token" => &["authorization_code", device::GRANT],
        other => &[other],
    };
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
        names(&conditions["grantTypes"]["include"]).any(|known| grants.contains(&known))
            && granted
                .user
                .is_none_or(|user| is_for_user(org, &conditions["people"], user))
            && (open.contains(&"*") || granted.scopes.iter().all(|scope| open.contains(&scope.as_str())))
    };
    let rules = by_priority(&format!("{}/rules", policy.path()));
    rules.iter().find(fits).copied()
}

/// Whether a rule is for a user: by itself or by a group, and not left out.
fn is_for_user(org: &Org, people: &Value, user: Id) -> bool {
    let groups = org.users.get(user).map(|user| &user.groups);
    let named = |list: &str| {
        let in_group =
            |name: &str| name == "EVERYONE" || groups.is_some_and(|ids| ids.iter().any(|id| id.as_str() == name));
        names(&people["users"][list]).any(|name| name == user.as_str()) || names(&people["groups"][list]).any(in_group)
    };
    named("include") && !named("exclude")
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
    let org = call.state.read();
    let refresh = org
        .oauth
        .refresh(token)
        .filter(|it| it.granted.server == Some(server.id));
    if let Some(refresh) = refresh.filter(|it| !it.spent && it.expires > call.now.seconds()) {
        return Some(inspect::shown_refresh(&org, refresh));
    }
    if org.oauth.access(token).is_some_and(|access| access.revoked) {
        return None;
    }
    drop(org);
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
    for name in ["exp", "iat", "sub", "aud", "iss", "jti", "uid"] {
        if let Some(value) = token.claims.get(name) {
            told[name] = value.clone();
        }
    }
    Some(told)
}
