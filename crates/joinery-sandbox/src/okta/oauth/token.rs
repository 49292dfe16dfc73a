//! The token endpoint: client credentials, authorization code, device code and refresh token.

use axum::http::Method;
use serde_json::{Map, Value};

use super::client::Client;
use super::dpop::{self, Place};
use super::form::Form;
use super::memory::{ACCESS_SECONDS, Access, Granted};
use super::refusal::{DPOP_NONCE, Refusal};
use super::{claims, credentials, device, jose, scopes};
use crate::okta::Route;
use crate::okta::call::{Answer, Call, Reply};
use crate::okta::event::{Party, kinds};
use crate::okta::ids::{Id, Kind};
use crate::random;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[Route(Method::POST, "oauth2/v1/token", token)];

/// The grants it knows.
pub const GRANTS: [&str; 4] = [
    "authorization_code",
    "refresh_token",
    "client_credentials",
    device::GRANT,
];

fn token(call: &Call<'_>) -> Answer {
    Ok(issue(call).unwrap_or_else(|refusal| refusal.reply()))
}

fn issue(call: &Call<'_>) -> Result<Reply, Refusal> {
    let form = Form::read(call)?;
    let Some(grant) = form.get("grant_type") else {
        return Err(Refusal::request(format!(
            "The token request must specify a 'grant_type'. Valid values: [{}]",
            GRANTS.join(", ")
        )));
    };
    if !GRANTS.contains(&grant) {
        let text = format!(
            "The authorization grant type is not supported by the authorization server. Configured grant types: [{}].",
            GRANTS.join(", ")
        );
        return Err(Refusal::new(400, "unsupported_grant_type", text));
    }
    if grant == "client_credentials" && form.get("client_assertion").is_none() {
        return Err(Refusal::client(
            "Client Credentials requests to the Org Authorization Server must use the private_key_jwt \
             token_endpoint_auth_method.",
        ));
    }
    // Made before the org is held: the first one takes a moment.
    let key = call.state.signing_key();
    let mut org = call.state.write();
    let client = credentials::client(call, &form, &org.oauth)?.clone();
    if !client.may_use(grant) {
        let text = format!(
            "The client is not authorized to use the provided grant type. Configured grant types: [{}].",
            client.grant_types.join(", ")
        );
        return Err(Refusal::new(400, "unauthorized_client", text));
    }
    let thumbprint = if client.dpop || dpop::is_shown(call) {
        Some(dpop::check(call, &org.oauth, &Place::Token)?)
    } else {
        None
    };
    let outcome = match grant {
        "client_credentials" => by_credentials(call, &form, &client, thumbprint.clone()),
        _ => for_user(call, &form, &client, thumbprint.clone(), None, &mut org),
    };
    let (granted, refresh) = outcome?;
    let access = claims::access(call, &org, &granted);
    let text = key.sign(Some("application/okta-internal-at+jwt"), &access.0);
    let mut body = Map::new();
    let kind = if thumbprint.is_some() { "DPoP" } else { "Bearer" };
    body.insert("token_type".into(), kind.into());
    body.insert("expires_in".into(), ACCESS_SECONDS.into());
    body.insert("access_token".into(), text.as_str().into());
    body.insert("scope".into(), granted.scopes.join(" ").into());
    if let Some(refresh) = refresh {
        body.insert("refresh_token".into(), refresh.into());
    }
    if granted.has("openid") && granted.user.is_some() {
        let id_token = key.sign(None, &claims::id_token(call, &org, &granted, &text));
        body.insert("id_token".into(), id_token.into());
    }
    record(call, &mut org, &client, &granted);
    let (jti, issued) = (access.1, call.now.seconds());
    let expires = issued + ACCESS_SECONDS;
    let revoked = false;
    let kept = Access {
        granted,
        jti,
        issued,
        expires,
        revoked,
    };
    org.oauth.keep_access(text, kept);
    let reply = Reply::json(&Value::Object(body));
    Ok(match thumbprint {
        Some(_) => reply.with_header(DPOP_NONCE, &org.oauth.nonce(call.now)),
        None => reply,
    })
}

pub type Outcome = Result<(Granted, Option<String>), Refusal>;

fn by_credentials(call: &Call<'_>, form: &Form, client: &Client, thumbprint: Option<String>) -> Outcome {
    if client.kind != "service" {
        return Err(Refusal::client(
            "Only clients with 'application_type' of 'service' may use the client_credentials 'grant_type' with the \
             Org Authorization Server.",
        ));
    }
    let wanted = form.scopes();
    if wanted.is_empty() {
        return Err(Refusal::scope("No scopes were requested."));
    }
    if wanted.iter().any(|scope| scopes::OPENID.contains(&scope.as_str())) {
        return Err(Refusal::scope(
            "Cannot request 'openid' scopes using client credentials.",
        ));
    }
    check_scopes(client, &wanted)?;
    let granted = Granted {
        client: client.id,
        user: None,
        server: None,
        scopes: wanted,
        thumbprint,
        family: random::text(16),
        signed_in: call.now.seconds(),
        nonce: None,
    };
    Ok((granted, None))
}

/// Whether a client may ask for these scopes.
///
/// # Errors
/// `invalid_scope`.
pub fn check_scopes(client: &Client, wanted: &[String]) -> Result<(), Refusal> {
    for scope in wanted.iter().filter(|scope| !scopes::OPENID.contains(&scope.as_str())) {
        if !scopes::is_known(scope) {
            let text = "One or more scopes are not configured for the authorization server resource.";
            return Err(Refusal::scope(text));
        }
        if !client.is_granted(scope) {
            return Err(Refusal::scope(
                "The requested scope is invalid, unknown, malformed, or exceeds the scope granted by the resource \
                 owner.",
            ));
        }
    }
    Ok(())
}

/// What a code, a device or a refresh token gives at the authorization server that made it, with a refresh token where one goes
/// with it.
///
/// # Errors
/// Mostly `invalid_grant`.
pub fn for_user(
    call: &Call<'_>,
    form: &Form,
    client: &Client,
    thumbprint: Option<String>,
    server: Option<Id>,
    org: &mut Org,
) -> Outcome {
    match form.get("grant_type") {
        Some("authorization_code") => by_code(call, form, client, thumbprint, server, org),
        Some(device::GRANT) => {
            let (granted, _) = device::redeem(call, form, client.id, thumbprint, server, org)?;
            Ok(with_refresh(call, org, client, granted))
        }
        _ => by_refresh(call, form, client, thumbprint.as_deref(), server, org),
    }
}

fn by_code(
    call: &Call<'_>,
    form: &Form,
    client: &Client,
    thumbprint: Option<String>,
    server: Option<Id>,
    org: &mut Org,
) -> Outcome {
    let (text, redirect_uri) = (form.need("code")?, form.need("redirect_uri")?);
    let unknown = || Refusal::grant("The authorization code is invalid or has expired.");
    let code = org.oauth.take_code(text, call.now);
    let code = code.filter(|code| code.granted.server == server).ok_or_else(unknown)?;
    if code.granted.client != client.id {
        return Err(Refusal::grant(
            "The grant was issued to another client. Please make sure the 'client_id' matches the one used at the \
             authorize request.",
        ));
    }
    if code.redirect_uri != redirect_uri {
        return Err(Refusal::grant(
            "The 'redirect_uri' does not match the redirection URI used in the authorization request.",
        ));
    }
    match (&code.challenge, form.get("code_verifier")) {
        (Some(_), None) => return Err(Refusal::request("PKCE code verifier is required by the application.")),
        (Some(challenge), Some(verifier)) if jose::digest(verifier) != *challenge => {
            return Err(Refusal::grant("PKCE verification failed."));
        }
        (None, Some(_)) => {
            let text = "PKCE code challenge should be specified in the authorize request for code verification.";
            return Err(Refusal::request(text));
        }
        _ => {}
    }
    let granted = Granted {
        thumbprint,
        ..code.granted
    };
    Ok(with_refresh(call, org, client, granted))
}

/// A refresh token with what a sign-in gave, where one was asked for.
fn with_refresh(call: &Call<'_>, org: &mut Org, client: &Client, granted: Granted) -> (Granted, Option<String>) {
    let refreshes = granted.has("offline_access") && client.may_use("refresh_token");
    let refresh = refreshes.then(|| new_refresh(call, org, &granted));
    (granted, refresh)
}

fn by_refresh(
    call: &Call<'_>,
    form: &Form,
    client: &Client,
    thumbprint: Option<&str>,
    server: Option<Id>,
    org: &mut Org,
) -> Outcome {
    let text = form.need("refresh_token")?;
    let unknown = || Refusal::grant("The refresh token is invalid or expired.");
    let known = org
        .oauth
        .refresh(text)
        .filter(|token| token.expires > call.now.seconds() && token.granted.server == server);
    let token = known.cloned().ok_or_else(unknown)?;
    if token.granted.client != client.id {
        return Err(unknown());
    }
    if token.spent {
        // Somebody holds a copy, and nobody can tell who is who: all that came from the sign-in ends.
        org.oauth.revoke_family(&token.granted.family);
        let user = token.granted.user.and_then(|user| org.users.get(user)).map(Party::from);
        org.record_as(
            call,
            Party::from(client),
            kinds::TOKEN_REUSE,
            user.into_iter().collect(),
        );
        return Err(unknown());
    }
    if token.granted.thumbprint.as_deref() != thumbprint {
        return Err(Refusal::proof("Invalid DPoP Public Key binding in refresh token"));
    }
    if !token.granted.user.is_some_and(|user| claims::may_sign_in(org, user)) {
        return Err(unknown());
    }
    let wanted = form.scopes();
    if let Some(denied) = wanted.iter().find(|scope| !token.granted.has(scope)) {
        let text = format!(
            "Some of the scopes requested for the refresh request were not granted in the original authorize request. \
             Denied scopes: {denied}."
        );
        return Err(Refusal::new(400, "access_denied", text));
    }
    let refresh = if client.rotates {
        org.oauth.spend(text);
        new_refresh(call, org, &token.granted)
    } else {
        text.to_owned()
    };
    let mut granted = token.granted;
    if !wanted.is_empty() {
        granted.scopes = wanted;
    }
    Ok((granted, Some(refresh)))
}

fn new_refresh(call: &Call<'_>, org: &mut Org, granted: &Granted) -> String {
    let id = org.ids.next(Kind::Record(b"oar"));
    org.oauth.new_refresh(id, granted.clone(), call.now)
}

fn record(call: &Call<'_>, org: &mut Org, client: &Client, granted: &Granted) {
    let user = granted.user.and_then(|user| org.users.get(user)).map(Party::from);
    let app = Party::from(client);
    let actor = user.unwrap_or_else(|| app.clone());
    org.record_as(call, actor, kinds::TOKEN_GRANT, vec![app]);
}
