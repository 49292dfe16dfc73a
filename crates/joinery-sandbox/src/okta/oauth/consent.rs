//! Consent to the scopes of an authorization server of the org's own: which a user has to agree to, and what becomes of
//! the answer. A scope says whether it needs consent, an app whether it asks, a request whether to ask again.

use super::client::Client;
use super::form::Form;
use super::issued;
use super::memory::Granted;
use super::refusal::Refusal;
use crate::okta::call::Call;
use crate::okta::record::Record;
use crate::state::Org;

/// The field of the page that names the code which waits for the answer.
pub const FIELD: &str = "consent_for";
/// The field with the answer.
pub const ANSWER: &str = "consent";

/// The scopes that the user of `granted` has to agree to before its code is good.
pub fn pending<'o>(org: &'o Org, server: &Record, client: &Client, granted: &Granted, form: &Form) -> Vec<&'o Record> {
    let again = form
        .get("prompt")
        .is_some_and(|prompt| prompt.split(' ').any(|word| word == "consent"));
    let is_asked_for = |scope: &&Record| {
        let kind = scope.text("consent");
        let is_needed = if client.asks_for_consent() {
            matches!(kind, "REQUIRED" | "FLEXIBLE")
        } else {
            again && kind == "REQUIRED"
        };
        let name = scope.text("name");
        let is_given = || {
            let user = granted.user;
            user.is_some_and(|user| issued::has_consent(org, user, client.id, name, Some(server)))
        };
        is_needed && granted.scopes.iter().any(|wanted| wanted == name) && (again || !is_given())
    };
    let place = format!("{}/scopes", server.path());
    org.records_at(&place).filter(is_asked_for).collect()
}

/// Takes the answer of the page: makes the code good that waited for it.
///
/// # Errors
/// `access_denied` where the user does not agree, `invalid_request` where nothing waits any more.
pub fn take(org: &mut Org, call: &Call<'_>, server: &Record, client: &Client, form: &Form) -> Result<String, Refusal> {
    let code = form.need(FIELD)?.to_owned();
    let granted = org.oauth.take_held(&code, client.id, call.now);
    let granted = granted.ok_or_else(|| Refusal::request("The request for consent has expired."))?;
    if form.get(ANSWER) != Some("allow") {
        let text = "The resource owner denied the request.";
        return Err(Refusal::new(400, "access_denied", text));
    }
    let scopes = pending(org, server, client, &granted.granted, form);
    let scopes: Vec<String> = scopes.iter().map(|scope| scope.text("name").to_owned()).collect();
    if let Some(user) = granted.granted.user {
        issued::consent(org, call, user, client, &scopes, Some(server));
    }
    org.oauth.keep_code(code.clone(), granted, call.now);
    Ok(code)
}

/// Whether a client may have scopes that no user agrees to.
///
/// # Errors
/// `consent_required` with those it may not.
pub fn check_unattended(org: &Org, server: &Record, wanted: &[String]) -> Result<(), Refusal> {
    let place = format!("{}/scopes", server.path());
    let blocked = org.records_at(&place).filter(|scope| {
        scope.text("consent") == "REQUIRED" && wanted.iter().any(|wanted| wanted == scope.text("name"))
    });
    let blocked: Vec<&str> = blocked.map(|scope| scope.text("name")).collect();
    if blocked.is_empty() {
        return Ok(());
    }
    let text = format!(
        "The following scopes require user consent and cannot be granted for the client credentials grant type: [{}].",
        blocked.join(", ")
    );
    Err(Refusal::new(400, "consent_required", text))
}
