//! The authorization endpoint: checks what an app asks for, lets a user sign in, and sends a code back to the app.

use axum::http::{Method, header};
use url::Url;

use super::client::Client;
use super::form::Form;
use super::memory::{Granted, Memory};
use super::password_check::Shown;
use super::refusal::Refusal;
use super::{consent, issued, page, password_check, servers, token};
use crate::okta::Route;
use crate::okta::call::{Answer, Call, Query, Reply};
use crate::okta::event::{Party, kinds};
use crate::okta::ids::Id;
use crate::okta::record::Record;
use crate::okta::user::Status;
use crate::random;
use crate::state::Org;

/// How many wrong passwords in a row lock a user out.
const MOST_FAILURES: u8 = 10;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "oauth2/v1/authorize", authorize),
    Route(Method::POST, "oauth2/v1/authorize", authorize),
];

/// Lets a user sign in for a code, at the org's authorization server or at one that the path names.
///
/// # Errors
/// E0000007 for a server that is not there. What else goes wrong is told to the app, or on a page.
pub fn authorize(call: &Call<'_>) -> Answer {
    answer(call, false)
}

/// `refused` says that a hook was asked about the password and did not know it.
fn answer(call: &Call<'_>, refused: bool) -> Answer {
    let server = servers::of_path(&call.state.read(), call)?;
    let form = if *call.method == Method::POST {
        Form::read(call)
    } else {
        Form::of(Query::parse(call.query_text))
    };
    let answer = form.and_then(|form| {
        // The page posts the login and the password; a login in the query of a GET only fills the field.
        let login = form.get("username").filter(|_| *call.method == Method::POST);
        let password = form.get("password").unwrap_or_default();
        let shown = login.map(|login| {
            if refused {
                Shown::Wrong
            } else {
                password_check::check(call, login, password)
            }
        });
        let mut org = call.state.write();
        let (client, back) = origin(&form, &org.oauth)?;
        let client = client.clone();
        Ok(check(&form, &client)
            .and_then(|()| match &server {
                Some(server) => servers::check_scopes(&org, server, &form.scopes()),
                None => token::check_scopes(&client, &form.scopes()),
            })
            .and_then(|()| proceed(call, &form, &client, server.as_ref(), shown, &mut org))
            .map_or_else(
                |refusal| {
                    let parts = [("error", refusal.error), ("error_description", &refusal.description)];
                    redirect(&back, form.get("state"), &parts)
                },
                |outcome| match outcome {
                    Outcome::Code(code) => redirect(&back, form.get("state"), &[("code", &code)]),
                    Outcome::Page(page) => *page,
                },
            ))
    });
    // Who cannot be sent back is told on a page.
    Ok(answer.unwrap_or_else(|refusal| page::refused(&refusal)))
}

/// The client and where it wants the answer. Until both are known to be right nobody is sent anywhere.
fn origin<'m>(form: &Form, memory: &'m Memory) -> Result<(&'m Client, Url), Refusal> {
    let client = form.get("client_id").and_then(|name| memory.client_named(name));
    let client = client
        .filter(|client| client.active)
        .ok_or_else(|| Refusal::new(400, "invalid_client", "Invalid value for 'client_id' parameter."))?;
    let wanted = form.get("redirect_uri");
    let wanted = wanted.ok_or_else(|| Refusal::new(400, "missing_redirect_uri", "redirect_uri is missing."))?;
    let known = client.redirect_uris.iter().any(|uri| uri == wanted);
    let url = Url::parse(wanted).ok().filter(|_| known);
    let url = url.ok_or_else(|| {
        Refusal::request("The 'redirect_uri' parameter must be a Login redirect URI in the client app settings.")
    })?;
    Ok((client, url))
}

fn check(form: &Form, client: &Client) -> Result<(), Refusal> {
    if form.get("response_type") != Some("code") || !client.may_use("authorization_code") {
        let text = "The response type is not supported by the authorization server. Configured response types: [code].";
        return Err(Refusal::new(400, "unsupported_response_type", text));
    }
    if form.get("response_mode").is_some_and(|mode| mode != "query") {
        let text = "The response mode is not supported by the authorization server.";
        return Err(Refusal::new(400, "unsupported_response_mode", text));
    }
    if form.get("state").is_none() {
        return Err(Refusal::request(
            "The authentication request has an invalid 'state' parameter.",
        ));
    }
    if form.scopes().is_empty() {
        return Err(Refusal::scope("No scopes were requested."));
    }
    let Some(challenge) = form.get("code_challenge") else {
        if client.pkce {
            return Err(Refusal::request("PKCE code challenge is required by the application."));
        }
        return Ok(());
    };
    if form.get("code_challenge_method") != Some("S256") {
        let text = "PKCE code challenge method is not supported. Valid values: [S256]";
        return Err(Refusal::request(text));
    }
    let unreserved = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    if !(43..=128).contains(&challenge.len()) || !challenge.chars().all(unreserved) {
        return Err(Refusal::request("PKCE code challenge contains illegal characters."));
    }
    Ok(())
}

enum Outcome {
    Code(String),
    Page(Box<Reply>),
}

fn proceed(
    call: &Call<'_>,
    form: &Form,
    client: &Client,
    server: Option<&Record>,
    shown: Option<Shown>,
    org: &mut Org,
) -> Result<Outcome, Refusal> {
    if let Some(server) = server.filter(|_| form.get(consent::FIELD).is_some()) {
        let code = consent::take(org, call, server, client, form)?;
        return Ok(Outcome::Code(code));
    }
    if form.get("prompt") == Some("none") {
        let text = "The client specified not to prompt, but the user is not logged in.";
        return Err(Refusal::new(400, "login_required", text));
    }
    let page = |org: &Org, wrong| Outcome::Page(Box::new(page::sign_in(call.path, form, client, org, wrong)));
    let login = form.get("username").unwrap_or_default();
    let password = form.get("password").unwrap_or_default();
    let user = match shown {
        None => return Ok(page(org, None)),
        Some(Shown::Right(user)) => user,
        Some(Shown::Later(user, judge)) => {
            if let Ok(errand) = password_check::ask(call, user, judge, (login, password), answer) {
                return Ok(Outcome::Page(Box::new(Reply::after(errand))));
            }
            return Ok(page(org, Some("Unable to sign in")));
        }
        Some(Shown::Wrong) => {
            count_failure(call, org, login);
            return Ok(page(org, Some("Unable to sign in")));
        }
    };
    greet(call, org, user, password);
    let granted = Granted {
        client: client.id,
        user: Some(user),
        server: server.map(|server| server.id),
        scopes: form.scopes(),
        thumbprint: None,
        family: random::text(16),
        signed_in: call.now.seconds(),
        nonce: form.get("nonce").map(str::to_owned),
    };
    if let Some(server) = server {
        servers::fitting_rule(org, server, client, &granted, "authorization_code")?;
    } else if client.asks_for_consent() {
        issued::consent(org, call, user, client, &granted.scopes, None);
    }
    let asked: Vec<String> = match server {
        Some(server) => consent::pending(org, server, client, &granted, form)
            .into_iter()
            .map(|scope| page::title_of(scope).to_owned())
            .collect(),
        None => Vec::new(),
    };
    let (redirect_uri, challenge) = (form.need("redirect_uri")?.to_owned(), form.get("code_challenge"));
    let code = org
        .oauth
        .new_code(granted, redirect_uri, challenge.map(str::to_owned), call.now);
    if let Some(actor) = org.users.get(user).map(Party::from) {
        org.record_as(call, actor, kinds::AUTHORIZE_CODE, vec![Party::from(client)]);
    }
    if !asked.is_empty() {
        org.oauth.hold_code(&code, call.now);
        let page = page::consent(call.path, form, client, &asked, &code);
        return Ok(Outcome::Page(Box::new(page)));
    }
    Ok(Outcome::Code(code))
}

/// Notes that a user signed in.
pub fn greet(call: &Call<'_>, org: &mut Org, user: Id, password: &str) {
    let Some(user) = org.users.get_mut(user) else {
        return;
    };
    user.last_login = Some(call.now.whole_seconds());
    user.failed_sign_ins = 0;
    user.adopt_password(password);
    let party = Party::from(&*user);
    org.record_as(call, party.clone(), kinds::SESSION_START, vec![party]);
}

/// Okta's default policy locks a user out after ten wrong passwords in a row.
pub fn count_failure(call: &Call<'_>, org: &mut Org, login: &str) {
    let named = org
        .users
        .with_login(login)
        .or_else(|| org.users.with_short_login(login));
    let Some(user) = named.and_then(|id| org.users.get_mut(id)) else {
        return;
    };
    user.failed_sign_ins = user.failed_sign_ins.saturating_add(1);
    if user.failed_sign_ins >= MOST_FAILURES && user.status == Status::Active {
        user.move_to(Status::LockedOut, call.now);
        let party = Party::from(&*user);
        org.record_as(call, party.clone(), kinds::USER_LOCK, vec![party]);
    }
}

/// Sends the browser back to the app.
fn redirect(back: &Url, state: Option<&str>, parts: &[(&str, &str)]) -> Reply {
    let mut target = back.clone();
    target.query_pairs_mut().extend_pairs(parts);
    if let Some(state) = state {
        target.query_pairs_mut().append_pair("state", state);
    }
    Reply::no_content()
        .with_status(302)
        .with_header(header::LOCATION, target.as_str())
}
