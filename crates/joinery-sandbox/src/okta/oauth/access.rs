//! Who makes a call to the API, and whether they may: by API token, or by an access token with scopes and admin roles.

use axum::http::{Method, header};

use super::dpop::{self, Place};
use super::jose;
use super::memory::Access;
use super::refusal::Refusal;
use super::{claims, roles, scopes};
use crate::okta::call::{Call, Reply};
use crate::okta::errors::Problem;
use crate::okta::ids::Id;
use crate::okta::role_permissions::Sight;
use crate::okta::{api_tokens, paging, role_permissions};
use crate::state::Org;

/// Who makes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Caller {
    /// The owner of the API token.
    #[default]
    Owner,
    /// A service app, for itself.
    Client(Id),
    /// A user who signed in to an app.
    User(Id),
}

/// Whether a call may go on.
pub enum Passage {
    /// It may.
    Open,
    /// It is answered already: a list of which the caller may see nothing.
    Answered(Reply),
}

/// Checks who makes a call; `path` is what follows `/api/v1/` (or the whole of another path).
///
/// # Errors
/// E0000005 without credentials, E0000011 with wrong ones, E0000006 where they do not reach.
pub fn authorise(call: &mut Call<'_>, path: &str) -> Result<Passage, Problem> {
    let headers = call.headers;
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Err(no_session());
    };
    let value = value.to_str().unwrap_or_default();
    if let Some(token) = api_token(value) {
        let good = call.state.accepts(token) && api_tokens::is_good(&call.state.read());
        return if good { Ok(Passage::Open) } else { Err(wrong_token()) };
    }
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer") => by_token(call, path, token.trim(), false),
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("DPoP") => by_token(call, path, token.trim(), true),
        _ => Err(wrong_token()),
    }
}

/// The API token in a header. Okta's Python SDK leaves the space out, and is let in.
pub fn api_token(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_at_checked(4)?;
    scheme.eq_ignore_ascii_case("SSWS").then(|| token.trim())
}

fn by_token(call: &mut Call<'_>, path: &str, token: &str, with_proof: bool) -> Result<Passage, Problem> {
    let Some(needed) = scopes::needed(call.method, path) else {
        return Err(no_session());
    };
    let org = call.state.read();
    let challenge = |refusal: &Refusal| challenge(call, with_proof, &needed[0], refusal);
    let access = token_of(call, &org, token, with_proof).map_err(|refusal| {
        let problem = match refusal.status {
            401 => wrong_token(),
            _ => Problem::new(400, "E0000020", "Bad request."),
        };
        problem.with_challenge(challenge(&refusal))
    })?;
    let granted = &access.granted;
    if granted.server.is_some() {
        let refusal = Refusal::new(401, "invalid_token", "The access token is invalid.");
        return Err(wrong_token().with_challenge(challenge(&refusal)));
    }
    let own = granted.user.filter(|user| is_own(call.method, path, *user));
    let own_scope = own.is_some_and(|_| granted.has("okta.users.read.self"));
    if !own_scope && !needed.iter().any(|scope| granted.has(scope)) {
        let text = "The access token provided does not contain the required scopes.";
        let refusal = Refusal::new(403, "insufficient_scope", text);
        return Err(forbidden().with_challenge(challenge(&refusal)));
    }
    let who = granted.user.unwrap_or(granted.client);
    let caller = granted.user.map_or(Caller::Client(granted.client), Caller::User);
    let is_owner = who == org.owner;
    let held: Vec<&str> = roles::held(&org, who).map(|role| role.kind).collect();
    let by_role = is_owner || own.is_some() || held.iter().any(|kind| roles::allows(kind, call.method, path));
    let sight = if by_role {
        Some(Sight::All)
    } else {
        Sight::of(&org, who, call.method, path)
    };
    let blind = held.is_empty() && !role_permissions::has_any(&org, who);
    drop(org);
    call.caller = caller;
    if let Some(sight) = sight {
        call.sight = sight;
        return Ok(Passage::Open);
    }
    // Without any admin role the big lists are empty, not forbidden, as recorded.
    if blind && *call.method == Method::GET && matches!(path, "users" | "groups" | "apps") {
        let limit = call
            .query
            .get("limit")
            .and_then(|text| text.parse().ok())
            .unwrap_or(200);
        let list = paging::link(Reply::json::<[(); 0]>(&[]), call, limit, None);
        return Ok(Passage::Answered(list));
    }
    Err(forbidden())
}

/// The access token behind its text, valid, and shown the way it was made for.
///
/// # Errors
/// `invalid_token` (401), or what is wrong with the proof (400).
pub fn token_of(call: &Call<'_>, org: &Org, text: &str, with_proof: bool) -> Result<Access, Refusal> {
    let memory = &org.oauth;
    let invalid = |description: &str| Refusal::new(401, "invalid_token", description);
    let access = memory
        .access(text)
        .ok_or_else(|| invalid("The access token is invalid."))?;
    let gone = access.granted.user.is_some_and(|user| !claims::may_sign_in(org, user));
    if access.revoked
        || gone
        || !memory
            .clients
            .get(&access.granted.client)
            .is_some_and(|client| client.active)
    {
        return Err(invalid("The access token has been revoked."));
    }
    if access.expires <= call.now.seconds() {
        return Err(invalid("The token has expired."));
    }
    match (&access.granted.thumbprint, with_proof) {
        (None, false) => {}
        (None, true) => return Err(invalid("The presented access_token is not DPoP bound.")),
        (Some(_), false) => {
            return Err(Refusal::request(
                "The resource request must use the DPoP authentication scheme when using a DPoP bound token.",
            ));
        }
        (Some(_), true) if !dpop::is_shown(call) => {
            return Err(Refusal::request("The resource request requires a DPoP proof."));
        }
        (Some(bound), true) => {
            if dpop::check(call, memory, &Place::Api(text))? != *bound {
                return Err(Refusal::proof(
                    "The access_token is not bound to the provided DPoP proof.",
                ));
            }
        }
    }
    Ok(access.clone())
}

/// The value of `WWW-Authenticate`, with its parts in Okta's order.
pub fn challenge(call: &Call<'_>, with_proof: bool, scope: &str, refusal: &Refusal) -> String {
    let url = call.state.url();
    let start = if with_proof || refusal.error == "invalid_dpop_proof" {
        format!("DPoP algs=\"{}\", ", jose::ALGORITHMS.join(" "))
    } else {
        "Bearer ".into()
    };
    format!(
        "{start}authorization_uri=\"{url}/oauth2/v1/authorize\", realm=\"{url}\", scope=\"{scope}\", error=\"{}\", \
         error_description=\"{}\", resource=\"{}\"",
        refusal.error, refusal.description, call.path
    )
}

/// Whether a path is the caller's own profile.
fn is_own(method: &Method, path: &str, user: Id) -> bool {
    *method == Method::GET
        && path
            .strip_prefix("users/")
            .is_some_and(|name| name == "me" || name == user.as_str())
}

fn no_session() -> Problem {
    Problem::new(403, "E0000005", "Invalid session")
}

fn wrong_token() -> Problem {
    Problem::new(401, "E0000011", "Invalid token provided")
}

fn forbidden() -> Problem {
    Problem::new(
        403,
        "E0000006",
        "You do not have permission to perform the requested action",
    )
}
