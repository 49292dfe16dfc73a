//! The device authorization grant (RFC 8628): a device gets a code, its user enters it on the page `/activate` elsewhere
//! and signs in, and the device, which asks again and again meanwhile, gets tokens.

use axum::http::Method;
use serde_json::json;

use super::form::Form;
use super::memory::Granted;
use super::password_check::{self, Shown};
use super::refusal::Refusal;
use super::token::Outcome;
use super::{authorize, credentials, page, servers, token};
use crate::okta::Route;
use crate::okta::call::{Answer, Call, Query, Reply};
use crate::okta::ids::Id;
use crate::random;
use crate::state::Org;

/// What this file answers, at the org's authorization server and for everybody.
pub const ROUTES: &[Route] = &[
    Route(Method::POST, "oauth2/v1/device/authorize", authorize_device),
    Route(Method::GET, "activate", activate),
    Route(Method::POST, "activate", activate),
];

/// The name of the grant.
pub const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// How long a code may be entered, in seconds.
const SECONDS: i64 = 600;
/// How long a device has to wait before it asks again, in seconds.
const INTERVAL: i64 = 5;
/// What codes are written with: nothing that can be read as something else, and no vowel that could spell a word.
const LETTERS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";

/// A device that waits for its user.
pub struct Waiting {
    /// What its user enters.
    pub user_code: String,
    /// What it gets, once a user is in it.
    pub granted: Granted,
    /// When it last asked.
    asked: Option<i64>,
    /// How long it has to wait before it asks again.
    interval: i64,
    /// Until when.
    pub expires: i64,
}

/// Gives a device a code.
pub fn authorize_device(call: &Call<'_>) -> Answer {
    let server = servers::of_path(&call.state.read(), call)?;
    let begin = || -> Result<Reply, Refusal> {
        let form = Form::read(call)?;
        let mut org = call.state.write();
        let client = credentials::client(call, &form, &org.oauth)?.clone();
        if !client.may_use(GRANT) {
            let text = format!(
                "The client is not authorized to use the provided grant type. Configured grant types: [{}].",
                client.grant_types.join(", ")
            );
            return Err(Refusal::new(400, "unauthorized_client", text));
        }
        let scopes = form.scopes();
        if scopes.is_empty() {
            return Err(Refusal::scope("No scopes were requested."));
        }
        match &server {
            Some(server) => servers::check_scopes(&org, server, &scopes)?,
            None => token::check_scopes(&client, &scopes)?,
        }
        let granted = Granted {
            client: client.id,
            user: None,
            server: server.as_ref().map(|server| server.id),
            scopes,
            thumbprint: None,
            family: random::text(16),
            signed_in: 0,
            nonce: None,
        };
        let user_code = user_code();
        let waiting = Waiting {
            user_code: user_code.clone(),
            granted,
            asked: None,
            interval: INTERVAL,
            expires: call.now.seconds() + SECONDS,
        };
        let device_code = random::text(43);
        org.oauth.wait(device_code.clone(), waiting, call.now);
        let at = format!("{}/activate", call.state.url());
        Ok(Reply::json(&json!({
            "device_code": device_code, "user_code": user_code, "verification_uri": at,
            "verification_uri_complete": format!("{at}?user_code={user_code}"), "expires_in": SECONDS,
            "interval": INTERVAL,
        })))
    };
    Ok(begin().unwrap_or_else(|refusal| refusal.reply()))
}

fn user_code() -> String {
    let letter = |byte: &u8| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]);
    random::bytes(8).iter().map(letter).collect()
}

/// The page on which a user enters the code of a device and signs in.
fn activate(call: &Call<'_>) -> Answer {
    answer(call, false)
}

/// `refused` says that a hook was asked about the password and did not know it.
fn answer(call: &Call<'_>, refused: bool) -> Answer {
    let posted = *call.method == Method::POST;
    let form = if posted {
        Form::read(call)
    } else {
        Form::of(Query::parse(call.query_text))
    };
    let form = match form {
        Ok(form) => form,
        Err(refusal) => return Ok(page::refused(&refusal)),
    };
    let code = form.get("user_code").unwrap_or_default().trim().to_uppercase();
    let login = form.get("username").filter(|_| posted);
    let Some(login) = login else {
        return Ok(page::activate(&form, &call.state.read(), None));
    };
    let password = form.get("password").unwrap_or_default();
    let shown = if refused {
        Shown::Wrong
    } else {
        password_check::check(call, login, password)
    };
    if let Shown::Later(user, judge) = shown {
        return password_check::ask(call, user, judge, (login, password), answer).map(Reply::after);
    }
    let mut org = call.state.write();
    if org.oauth.waiting_for(&code, call.now).is_none() {
        let wrong = "The code is wrong or has expired";
        return Ok(page::activate(&form, &org, Some(wrong)));
    }
    let Shown::Right(user) = shown else {
        authorize::count_failure(call, &mut org, login);
        return Ok(page::activate(&form, &org, Some("Unable to sign in")));
    };
    authorize::greet(call, &mut org, user, password);
    if let Some(waiting) = org.oauth.waiting_for(&code, call.now) {
        waiting.granted.user = Some(user);
        waiting.granted.signed_in = call.now.seconds();
    }
    Ok(page::activated())
}

/// What a device gets that asks for tokens.
///
/// # Errors
/// `authorization_pending` and `slow_down` as long as it has to go on asking, `expired_token` and `invalid_grant` where
/// it need not.
pub fn redeem(
    call: &Call<'_>,
    form: &Form,
    client: Id,
    thumbprint: Option<String>,
    server: Option<Id>,
    org: &mut Org,
) -> Outcome {
    let code = form.need("device_code")?;
    let unknown = || Refusal::grant("The device code is invalid or has expired.");
    let waiting = org.oauth.devices.get_mut(code).ok_or_else(unknown)?;
    if waiting.granted.client != client || waiting.granted.server != server {
        return Err(unknown());
    }
    let now = call.now.seconds();
    if waiting.expires <= now {
        return Err(Refusal::new(400, "expired_token", "The device code has expired."));
    }
    if waiting.granted.user.is_none() {
        let is_hasty = waiting.asked.is_some_and(|asked| now < asked + waiting.interval);
        waiting.asked = Some(now);
        if is_hasty {
            waiting.interval += INTERVAL;
            let text = "Slow down the polling frequency. Please try again later.";
            return Err(Refusal::new(400, "slow_down", text));
        }
        let text = "The device authorization is pending. Please try again later.";
        return Err(Refusal::new(400, "authorization_pending", text));
    }
    let waiting = org.oauth.devices.remove(code).ok_or_else(unknown)?;
    let granted = Granted {
        thumbprint,
        ..waiting.granted
    };
    Ok((granted, None))
}
