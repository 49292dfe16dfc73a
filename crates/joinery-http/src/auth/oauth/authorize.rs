//! Signing in by browser (RFC 6749 §4.1 with PKCE, RFC 7636; RFC 8252 for the way back): the page to open, the answer on
//! loopback, the code redeemed for tokens. Opening the page is the caller's work.

use std::time::Duration;

use joinery_connector::Secret;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{
    super::{Context, Surroundings, jwt},
    Held,
    loopback::{Answered, Loopback},
    memory::Memory,
    refusal::{failure, server},
    request,
    settings::Settings,
};
use crate::{
    error::{Error, SignInCause},
    send::{Connection, Exchange},
    transport::Client,
};

/// A sign-in that waits for a person. Dropping it gives it up.
pub struct Authorization {
    url: String,
    state: String,
    verifier: Option<Secret>,
    loopback: Loopback,
}

/// What a sign-in brought.
#[derive(Debug)]
pub struct SignedIn {
    /// The token.
    pub held: Held,
    /// The token requests, masked.
    pub sign_in: Vec<Exchange>,
}

impl Authorization {
    /// Begins: listens for the answer and makes the page's address. Nothing is opened yet.
    ///
    /// # Errors
    /// [`Error::Auth`] for a setting that is missing or wrong, a port that is taken, or a kind that needs no person.
    pub async fn begin(connection: &Connection) -> Result<Self, Error> {
        let kind = super::super::kind_of(&connection.auth)?;
        let settings = Settings {
            kind: kind.id(),
            auth: &connection.auth,
        };
        if kind.id() != super::super::oauth2_authorization_code::ID {
            return Err(settings.wrong("nobody has to sign in for this kind; it signs requests by itself"));
        }
        let surroundings = connection.session.surroundings()?;
        let page = settings.url("authorization_url")?;
        let client_id = settings.required("client_id")?;
        settings.url("token_url")?;
        let loopback = Loopback::bind(settings).await?;
        let verifier = settings
            .switch("pkce", true)?
            .then(|| Secret::new(unguessable(surroundings)));
        let state = unguessable(surroundings);
        let mut url = Url::parse(page).map_err(|error| settings.wrong(error.to_string()))?;
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("client_id", client_id)
                .append_pair("response_type", "code")
                .append_pair("redirect_uri", loopback.redirect_uri())
                .append_pair("state", &state);
            for (name, value) in settings.what_for()? {
                query.append_pair(&name, &value);
            }
            if let Some(verifier) = &verifier {
                query
                    .append_pair("code_challenge", &jwt::hash(verifier.reveal()))
                    .append_pair("code_challenge_method", "S256");
            }
            if let Some(Value::Object(more)) = connection.auth.settings.get("authorization_params") {
                for (name, value) in more {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    query.append_pair(name, &text);
                }
            }
        }
        Ok(Self {
            url: url.into(),
            state,
            verifier,
            loopback,
        })
    }

    /// The address of the page to open in a browser.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits for the person, then gets the tokens. From here on the connection's requests are signed with them.
    ///
    /// # Errors
    /// [`Error::SignIn`] when the server or the person said no, when the answer belongs to another sign-in, or nobody
    /// signed in in time; [`Error::Cancelled`].
    pub async fn finish(
        mut self,
        client: &Client,
        connection: &Connection,
        patience: Duration,
        cancel: &CancellationToken,
    ) -> Result<SignedIn, Error> {
        let waited = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(Error::Cancelled),
            waited = tokio::time::timeout(patience, self.loopback.answer()) => waited,
        };
        let Ok(answered) = waited else {
            return Err(failure(
                SignInCause::NobodySignedIn,
                format!("nobody signed in within {} min", patience.as_secs().div_ceil(60)),
                "Sign in again. If the page showed an error, compare the app's redirect URIs with the connection's.",
            ));
        };
        let outcome = tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Error::Cancelled),
            outcome = self.redeem(client, connection, &answered) => outcome,
        };
        answered.show(outcome.as_ref().map(|_| ())).await;
        outcome
    }

    async fn redeem(&self, client: &Client, connection: &Connection, answered: &Answered) -> Result<SignedIn, Error> {
        let kind = super::super::kind_of(&connection.auth)?;
        let grant = kind.grant().ok_or_else(|| Error::Auth {
            kind: kind.id(),
            reason: "this kind has no tokens".into(),
        })?;
        let code = self.code(connection, answered)?;
        let context = Context::new(client, connection);
        let mut fields = vec![
            ("grant_type".to_owned(), "authorization_code".to_owned()),
            ("code".to_owned(), code.to_owned()),
            ("redirect_uri".to_owned(), self.loopback.redirect_uri().to_owned()),
        ];
        if let Some(verifier) = &self.verifier {
            fields.push(("code_verifier".to_owned(), verifier.reveal().to_owned()));
        }
        let token = request::redeem(grant, &context, fields).await;
        let token = token.map_err(|error| error.after(context.take()))?;
        let memory = context.session().memory::<Memory>();
        let is_refreshable = memory.state(kind.id(), &context).await?.refresh.is_some();
        Ok(SignedIn {
            held: Held {
                token: token.as_ref().clone(),
                is_refreshable,
            },
            sign_in: context.take(),
        })
    }

    /// The code in the answer, if it answers this sign-in and is one.
    fn code<'a>(&self, connection: &Connection, answered: &'a Answered) -> Result<&'a str, Error> {
        let page = connection
            .auth
            .settings
            .get("authorization_url")
            .and_then(Value::as_str);
        let server = server(page.unwrap_or_default());
        if answered.get("state") != Some(self.state.as_str()) {
            return Err(failure(
                SignInCause::User,
                "the answer belongs to another sign-in: its state is not the one that was sent".to_owned(),
                "Close old sign-in pages, then sign in again.",
            ));
        }
        if let Some(error) = answered.get("error") {
            return Err(denied(
                &server,
                error,
                answered.get("error_description").unwrap_or_default(),
            ));
        }
        answered.get("code").ok_or_else(|| {
            failure(
                SignInCause::Answer,
                format!("{server} sent the browser back without a code"),
                "Check that the app may use the authorization code grant.",
            )
        })
    }
}

/// What an error on the way back means.
fn denied(server: &str, error: &str, description: &str) -> Error {
    let shorten = |text: &str| text.chars().take(300).collect::<String>();
    let said = match description.trim_end_matches('.') {
        "" => shorten(error),
        description => shorten(description),
    };
    let (cause, hint) = match error {
        "access_denied" => (
            SignInCause::User,
            "Assign the app to the user who signs in, or sign in as somebody else.",
        ),
        "invalid_scope" => (
            SignInCause::Scope,
            "Grant the scopes to the app, or ask for fewer in the connection.",
        ),
        "login_required" | "interaction_required" | "consent_required" => {
            (SignInCause::User, "Sign in again, and finish every step on the page.")
        }
        "unauthorized_client" | "unsupported_response_type" => (
            SignInCause::Client,
            "Allow the authorization code grant for the app, with PKCE.",
        ),
        "temporarily_unavailable" | "server_error" => (SignInCause::Answer, "Try again later."),
        _ => (SignInCause::Client, "Check how the app is set up."),
    };
    failure(cause, format!("{server} did not sign anybody in: {said}"), hint)
}

/// 43 characters that nobody can guess: as long as a verifier must be (RFC 7636 §4.1).
fn unguessable(surroundings: &dyn Surroundings) -> String {
    let mut bytes = [0; 32];
    surroundings.random(&mut bytes);
    jwt::base64url(&bytes)
}
