//! Signing out at the server (RFC 7009): its place for that, told by the settings or by the server's metadata (RFC 8414,
//! `OpenID` Connect Discovery), and the refresh token and the access token revoked there.

use joinery_connector::{HttpRequest, Secret, http::HttpBody};
use serde_json::{Map, Value};
use url::Url;

use super::{
    super::{Answer, Context},
    ClientAuth, Grant,
    memory::Memory,
    refusal::{Refusal, failure, server},
    settings::Settings,
};
use crate::error::{Error, SignInCause};

/// What became of the tokens at the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revocation {
    /// The connection had none.
    NoTokens,
    /// The server, by its name, has no place to revoke them.
    NoPlace(String),
    /// The server, by its name, revoked them.
    Revoked(String),
}

/// Revokes what the connection holds.
pub(in super::super) async fn revoke(grant: &dyn Grant, context: &Context<'_>) -> Result<Revocation, Error> {
    let settings = Settings {
        kind: grant.id(),
        auth: context.auth(),
    };
    let memory = context.session().memory::<Memory>();
    let mut state = memory.state(grant.id(), context).await?;
    // Another process may have renewed it since.
    state.reload_refresh(context)?;
    let (refresh, access) = state.take_tokens();
    if refresh.is_none() && access.is_none() {
        return Ok(Revocation::NoTokens);
    }
    let place = match settings.text("revocation_url")? {
        Some(_) => Some(settings.url("revocation_url")?.to_owned()),
        None => discovered(context, settings.url("token_url")?).await?,
    };
    let Some(place) = place else {
        return Ok(Revocation::NoPlace(server(settings.url("token_url")?)));
    };
    let client_auth = ClientAuth::of(settings, grant.client_auth())?;
    // The refresh token first: while it is good, so is everything that it can bring.
    for (token, hint) in [(refresh, "refresh_token"), (access, "access_token")] {
        if let Some(token) = token {
            end(context, settings, client_auth, &place, (&token, hint)).await?;
        }
    }
    Ok(Revocation::Revoked(server(&place)))
}

async fn end(
    context: &Context<'_>,
    settings: Settings<'_>,
    client_auth: ClientAuth,
    place: &str,
    (token, hint): (&Secret, &str),
) -> Result<(), Error> {
    let mut fields = vec![
        ("token".to_owned(), token.reveal().to_owned()),
        ("token_type_hint".to_owned(), hint.to_owned()),
    ];
    let mut request = HttpRequest::new("POST", place);
    request.set_header("Accept", "application/json");
    request.retry = false;
    if let Some(authorization) = client_auth.add(context, settings, place, &mut fields)? {
        request.set_header("Authorization", authorization);
    }
    request.body = HttpBody::Form { fields };
    let answer = context.ask(request).await?;
    let said = Refusal::read(&answer);
    match said.error.as_str() {
        _ if (200..300).contains(&answer.status) => Ok(()),
        // RFC 7009 §2.2.1: a server may end an access token with its refresh token, or not at all.
        "unsupported_token_type" => Ok(()),
        _ => Err(failure(
            SignInCause::Answer,
            format!(
                "{} did not revoke the {}{}",
                server(place),
                hint.replace('_', " "),
                said.words(answer.status)
            ),
            "The tokens stay good there until they expire; revoke them in the server's own console.",
        )),
    }
}

/// The place to revoke tokens that the metadata of the server behind `token_url` names.
async fn discovered(context: &Context<'_>, token_url: &str) -> Result<Option<String>, Error> {
    for place in metadata_places(token_url) {
        let mut request = HttpRequest::new("GET", &place);
        request.set_header("Accept", "application/json");
        request.retry = false;
        let answer = context.ask(request).await?;
        if let Some(found) = place_in(&answer, token_url) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Where a server may tell of itself: at its root, and where one host has several servers, at each folder of the token
/// URL's path.
fn metadata_places(token_url: &str) -> Vec<String> {
    let Ok(url) = Url::parse(token_url) else {
        return Vec::new();
    };
    let origin = url.origin().ascii_serialization();
    let mut issuers = vec![String::new()];
    let mut path = url.path();
    while let Some((folder, _)) = path.rsplit_once('/') {
        if folder.is_empty() {
            break;
        }
        issuers.push(folder.to_owned());
        path = folder;
    }
    let places = issuers.into_iter().flat_map(|issuer| {
        [
            format!("{origin}/.well-known/oauth-authorization-server{issuer}"),
            format!("{origin}{issuer}/.well-known/openid-configuration"),
        ]
    });
    places.collect()
}

/// The place named by metadata that are those of this very token endpoint. None where it would send tokens in the clear
/// that came encrypted.
fn place_in(answer: &Answer, token_url: &str) -> Option<String> {
    let told: Map<String, Value> = serde_json::from_slice(&answer.body).ok()?;
    let text = |name: &str| told.get(name).and_then(Value::as_str);
    let place = text("revocation_endpoint")?;
    let scheme = Url::parse(place).ok()?.scheme().to_owned();
    let is_safe = scheme == "https" || token_url.starts_with("http:");
    (text("token_endpoint") == Some(token_url) && is_safe && matches!(scheme.as_str(), "http" | "https"))
        .then(|| place.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(token_endpoint: &str, place: &str) -> Option<String> {
        let body = serde_json::json!({ "token_endpoint": token_endpoint, "revocation_endpoint": place });
        let answer = Answer {
            status: 200,
            headers: Vec::new(),
            body: body.to_string().into_bytes(),
        };
        place_in(&answer, "https://acme.test/token")
    }

    #[test]
    fn metadata_are_looked_for_at_the_root_and_at_each_folder() {
        assert_eq!(
            metadata_places("https://acme.test/oauth2/default/v1/token")[..4],
            [
                "https://acme.test/.well-known/oauth-authorization-server",
                "https://acme.test/.well-known/openid-configuration",
                "https://acme.test/.well-known/oauth-authorization-server/oauth2/default/v1",
                "https://acme.test/oauth2/default/v1/.well-known/openid-configuration",
            ]
        );
        assert_eq!(metadata_places("https://acme.test/token").len(), 2);
    }

    #[test]
    fn a_place_is_taken_from_the_same_server_only_and_never_in_the_clear() {
        let (mine, place) = ("https://acme.test/token", "https://acme.test/revoke");
        assert_eq!(found(mine, place).as_deref(), Some(place));
        assert_eq!(found("https://other.test/token", place), None);
        assert_eq!(found(mine, "http://acme.test/revoke"), None);
    }
}
