//! The steps of a test: reach the domain, get a token, read the org. Each is a request or two of its own client, so that
//! neither cookies nor warm connections make a bad profile look good.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use joinery_connector::{Connector, FileKind, HttpRequest, http::RateLimit};
use joinery_http::{
    Client, Exchange,
    auth::{Auth, Held, tokens},
};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{
    ConnectionTest, StepState, TestStep,
    answer::Answer,
    diagnose::{self, Diagnosis, Seen},
    own, scopes,
};
use crate::{
    connections::Resolved,
    error::Error,
    host::milliseconds,
    studio::{Studio, fresh_client, now_ms},
};

/// The names of the steps.
pub(super) const REACH: &str = "Reach domain";
const TOKEN: &str = "Get token";
const READ: &str = "Read org";
const CALL: &str = "Call service";

/// How long one request of a test may take.
const PATIENCE_MS: u64 = 10_000;

impl TestStep {
    fn new(name: &str, state: StepState, detail: impl Into<String>, time_ms: Option<f64>) -> Self {
        Self {
            name: name.to_owned(),
            state,
            detail: detail.into(),
            time_ms,
        }
    }

    pub(super) fn failed(name: &str, detail: impl Into<String>, time_ms: Option<f64>) -> Self {
        Self::new(name, StepState::Failed, detail, time_ms)
    }
}

/// A test under way.
pub(super) struct Probe<'a> {
    pub studio: &'a Studio,
    pub connector: &'a Arc<Connector>,
    pub resolved: Resolved,
    pub client: Client,
    pub okta: bool,
    host: String,
    found: ConnectionTest,
    /// Whether Okta says which engine the org runs on.
    engine: Option<&'static str>,
}

/// A request that was made, or could not be.
pub(super) struct Asked {
    pub answer: Result<Answer, Diagnosis>,
    pub time_ms: f64,
    pub rate_limit: Option<RateLimit>,
    pub tls: Option<&'static str>,
}

impl<'a> Probe<'a> {
    /// # Errors
    /// As [`Studio::client`].
    pub fn new(studio: &'a Studio, connector: &'a Arc<Connector>, resolved: Resolved) -> Result<Self, Error> {
        let host = Url::parse(&resolved.http.base_url).ok().and_then(|url| {
            let host = url.host_str()?.to_owned();
            Some(url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}")))
        });
        Ok(Self {
            client: fresh_client(&resolved.network)?,
            okta: is_okta(connector),
            host: host.unwrap_or_else(|| resolved.http.base_url.clone()),
            studio,
            connector,
            resolved,
            found: ConnectionTest::default(),
            engine: None,
        })
    }

    /// Takes every step until one fails.
    ///
    /// # Errors
    /// When the connector's own test could not be started.
    pub async fn run(mut self) -> Result<ConnectionTest, Error> {
        let last = if self.okta { READ } else { CALL };
        let reached = self.reach().await;
        if !reached {
            self.step(TestStep::new(TOKEN, StepState::Skipped, "not tried", None));
        }
        if !reached || !self.token().await {
            self.step(TestStep::new(last, StepState::Skipped, "not tried", None));
        } else if self.okta {
            self.read_org().await?;
        } else {
            self.call_service().await?;
        }
        Ok(self.finished())
    }

    async fn reach(&mut self) -> bool {
        let url = if self.okta {
            self.url("/.well-known/okta-organization")
        } else {
            self.resolved.http.base_url.clone()
        };
        let asked = self.ask(&url, false).await;
        let detail = match (asked.tls, self.is_here()) {
            (Some(version), _) => version.to_owned(),
            (None, true) => "plain http on this machine".to_owned(),
            (None, false) if url.starts_with("https:") => "TLS".to_owned(),
            (None, false) => "plain http, not encrypted".to_owned(),
        };
        let wrong = match &asked.answer {
            Ok(answer) => diagnose::reach(self.seen(&url, false), answer),
            Err(diagnosis) => Some(diagnosis.clone()),
        };
        if let Ok(answer) = &asked.answer {
            self.engine = engine(answer);
        }
        match wrong {
            None => {
                self.step(TestStep::new(REACH, StepState::Ok, detail, Some(asked.time_ms)));
                true
            }
            Some(diagnosis) => {
                self.found.status = asked.answer.as_ref().ok().map(|answer| answer.status);
                self.step(TestStep::failed(REACH, self.host.clone(), Some(asked.time_ms)));
                self.fail(diagnosis);
                false
            }
        }
    }

    /// Gets a token, where the way to sign in has one; a token that was typed in is there already.
    async fn token(&mut self) -> bool {
        let started = Instant::now();
        let cancel = CancellationToken::new();
        let patience = Duration::from_millis(PATIENCE_MS);
        let work = tokens::held(&self.client, &self.resolved.http, &cancel);
        let held = tokio::time::timeout(patience, work).await.unwrap_or_else(|_| {
            Err(joinery_http::Error::Timeout {
                host: self.host.clone(),
                waited: started.elapsed(),
                phase: joinery_http::Phase::Answer,
            })
        });
        let time = Some(milliseconds(started.elapsed()));
        match held {
            Ok(Some((held, asked))) => {
                let how = how_signed(&self.resolved.http.auth, &held, !asked.is_empty());
                self.found.scopes = held.token.scopes;
                self.step(TestStep::new(TOKEN, StepState::Ok, how, time));
                true
            }
            Ok(None) => {
                self.typed_token();
                true
            }
            Err(error) => {
                let diagnosis = diagnose::no_answer(self.seen("", true), &error);
                let how = how_asked(&self.resolved.http.auth).to_owned();
                self.step(TestStep::failed(TOKEN, how, time));
                self.fail(diagnosis);
                false
            }
        }
    }

    fn typed_token(&mut self) {
        let auth = &self.resolved.http.auth;
        let detail = match auth.kind.as_str() {
            "" | "none" => "no sign-in",
            "api_key" if self.okta => "API token, sent as it is",
            "api_key" => "API key, sent as it is",
            "bearer" => "access token, sent as it is",
            "basic" => "user name and password, sent as they are",
            "digest" => "the password is proven, never sent",
            "aws_sigv4" => "the access key signs each request",
            "custom" => "connection.rhai signs each request",
            _ => "sent as it is",
        };
        for secret in auth.secrets.values() {
            self.found.scopes.extend(scopes::of_token(secret.reveal()));
        }
        self.step(TestStep::new(TOKEN, StepState::Skipped, detail, None));
    }

    /// Asks the org for its name, then who is signed in: by the connector's own test where it has one.
    async fn read_org(&mut self) -> Result<(), Error> {
        let path = "/api/v1/org";
        let org = self.ask(&self.url(path), true).await;
        self.note(&org);
        let mut time = org.time_ms;
        let fatal = match &org.answer {
            Ok(answer) => {
                self.found.org = answer.is_success().then(|| org_name(answer)).flatten();
                // Not to be allowed to read the org's settings is common, and says nothing of everything else.
                diagnose::judge(self.seen(path, true), answer).filter(|_| answer.status != 403)
            }
            Err(diagnosis) => Some(diagnosis.clone()),
        };
        if let Some(diagnosis) = fatal {
            self.step(TestStep::failed(READ, format!("GET {path}"), Some(time)));
            self.fail(diagnosis);
            return Ok(());
        }
        let (detail, wrong) = if self.has_own_test() {
            let tried = own::run(self).await?;
            time += tried.time_ms;
            self.found.status = tried.status.or(self.found.status);
            self.found.rate_limit = tried.rate_limit.or(self.found.rate_limit);
            let detail = if org.answer.as_ref().is_ok_and(Answer::is_success) {
                format!("GET {path}")
            } else {
                "fn test of connection.rhai".to_owned()
            };
            self.found.signed_in_as = tried.signed_in_as;
            self.found.console.extend(tried.console);
            (detail, tried.wrong)
        } else {
            let (asked, wrong) = self.who().await;
            time += asked;
            (format!("GET {path}"), wrong)
        };
        if let Some(client) = service_app(&self.resolved.http.auth) {
            self.found.signed_in_as = Some(format!("service app {client}"));
        }
        match wrong {
            None => {
                self.found.ok = true;
                self.step(TestStep::new(READ, StepState::Ok, detail, Some(time)));
            }
            Some(diagnosis) => {
                self.step(TestStep::failed(READ, detail, Some(time)));
                self.fail(diagnosis);
            }
        }
        Ok(())
    }

    /// Who is signed in. An app is nobody among the users, and a token may lack the scope: neither is a failure where
    /// the org itself could be read.
    async fn who(&mut self) -> (f64, Option<Diagnosis>) {
        let path = "/api/v1/users/me";
        let me = self.ask(&self.url(path), true).await;
        self.note(&me);
        let wrong = match &me.answer {
            Ok(answer) if answer.is_success() => {
                let login = answer.json().as_ref().and_then(login).map(str::to_owned);
                self.found.signed_in_as = login;
                None
            }
            Ok(answer) => {
                let optional = self.found.org.is_some() && matches!(answer.status, 403 | 404);
                diagnose::judge(self.seen(path, true), answer).filter(|_| !optional)
            }
            Err(diagnosis) => Some(diagnosis.clone()),
        };
        (me.time_ms, wrong)
    }

    /// The connector's own test, else a plain knock.
    async fn call_service(&mut self) -> Result<(), Error> {
        let (detail, time, wrong) = if self.has_own_test() {
            let tried = own::run(self).await?;
            self.found.status = tried.status;
            self.found.rate_limit = tried.rate_limit;
            self.found.signed_in_as = tried.signed_in_as;
            self.found.console.extend(tried.console);
            ("fn test of connection.rhai".to_owned(), tried.time_ms, tried.wrong)
        } else {
            let url = self.resolved.http.base_url.clone();
            let asked = self.ask(&url, true).await;
            self.note(&asked);
            let path = path_of(&url);
            let wrong = match &asked.answer {
                // Nobody says that there is anything at the base URL itself.
                Ok(answer) if matches!(answer.status, 400 | 404 | 405) => None,
                Ok(answer) => diagnose::judge(self.seen(&path, true), answer),
                Err(diagnosis) => Some(diagnosis.clone()),
            };
            (format!("GET {path}"), asked.time_ms, wrong)
        };
        let state = if wrong.is_none() {
            StepState::Ok
        } else {
            StepState::Failed
        };
        self.step(TestStep::new(CALL, state, detail, Some(time)));
        self.found.ok = wrong.is_none();
        if let Some(diagnosis) = wrong {
            self.fail(diagnosis);
        }
        Ok(())
    }

    fn has_own_test(&self) -> bool {
        self.connector.of_kind(FileKind::Connection).next().is_some()
    }

    async fn ask(&mut self, url: &str, signed: bool) -> Asked {
        let mut request = HttpRequest::new("GET", url);
        request.timeout_ms = PATIENCE_MS;
        request.retry = false;
        request.set_header("Accept", "application/json");
        let mut connection = self.resolved.http.clone();
        if !signed {
            connection.auth = Auth::default();
        }
        let outcome = joinery_http::send(&self.client, &connection, request, &CancellationToken::new()).await;
        self.found.console.extend(self.resolved.said.take());
        let time_ms = outcome.as_ref().map_or_else(waited, total);
        match outcome {
            Ok(exchange) => Asked {
                answer: Ok(Answer::of(&exchange)),
                time_ms,
                rate_limit: exchange.response.rate_limit,
                tls: exchange.tls,
            },
            Err(error) => Asked {
                answer: Err(diagnose::no_answer(self.seen(url, signed), &error)),
                time_ms,
                rate_limit: None,
                tls: None,
            },
        }
    }

    fn note(&mut self, asked: &Asked) {
        self.found.status = asked
            .answer
            .as_ref()
            .ok()
            .map(|answer| answer.status)
            .or(self.found.status);
        self.found.rate_limit = asked.rate_limit.or(self.found.rate_limit);
    }

    pub fn seen<'b>(&'b self, path: &'b str, signed: bool) -> Seen<'b> {
        Seen {
            host: &self.host,
            call: ("GET", path),
            okta: self.okta,
            signed: signed && !matches!(self.resolved.http.auth.kind.as_str(), "" | "none"),
            auth: &self.resolved.http.auth.kind,
            now: now_ms() / 1000,
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.resolved.http.base_url)
    }

    fn is_here(&self) -> bool {
        Url::parse(&self.resolved.http.base_url).is_ok_and(|url| joinery_http::is_loopback(&url))
    }

    fn step(&mut self, step: TestStep) {
        self.found.steps.push(step);
    }

    fn fail(&mut self, diagnosis: Diagnosis) {
        self.found.ok = false;
        self.found.message = diagnosis.message;
        self.found.hint = diagnosis.hint;
        self.found.cause = Some(diagnosis.cause);
        self.found.fix = diagnosis.fix;
        self.found.said = diagnosis.said;
    }

    /// The test with its headline. What is secret in it is masked: a service may say back what it was sent.
    fn finished(self) -> ConnectionTest {
        let mut found = self.found;
        found.time_ms = found
            .steps
            .iter()
            .filter_map(|step| step.time_ms)
            .reduce(|sum, each| sum + each);
        if found.ok {
            let name = found.org.as_deref().unwrap_or(&self.host);
            found.message = format!("Connected to {name}");
            let host = found.org.is_some().then(|| self.host.clone());
            let who = found.signed_in_as.as_ref().map(|who| format!("as {who}"));
            let parts: Vec<String> = [self.engine.map(str::to_owned), host, who]
                .into_iter()
                .flatten()
                .collect();
            found.detail = (!parts.is_empty()).then(|| parts.join(", "));
        }
        let secrets = self.resolved.http.secrets();
        let mask = |text: &mut String| *text = joinery_http::redact::mask(text, &secrets);
        mask(&mut found.message);
        [
            &mut found.detail,
            &mut found.hint,
            &mut found.said,
            &mut found.org,
            &mut found.signed_in_as,
        ]
        .into_iter()
        .flatten()
        .chain(found.console.iter_mut().map(|line| &mut line.text))
        .for_each(mask);
        found
    }
}

/// Whether the connector is for Okta: it signs in with Okta's tokens, or at an org's own token endpoint.
fn is_okta(connector: &Connector) -> bool {
    let at_org = |setting: &str, value: &Value| {
        setting == "token_url" && value.as_str().is_some_and(|url| url.ends_with("/oauth2/v1/token"))
    };
    super::super::signs_as_okta(connector)
        || connector
            .manifest
            .auth
            .iter()
            .any(|choice| choice.settings.iter().any(|(name, value)| at_org(name, value)))
}

/// The client id of an app that signs in as itself.
fn service_app(auth: &Auth) -> Option<&str> {
    (auth.kind == "oauth2_client_credentials").then(|| auth.settings.get("client_id")?.as_str())?
}

/// How the client says who it is, or else what kind of token it is.
fn how_asked(auth: &Auth) -> &str {
    let client = auth.settings.get("client_auth").and_then(Value::as_str);
    client.unwrap_or("access token")
}

/// How a token was got: `private_key_jwt, DPoP`; or that it is one from before.
fn how_signed(auth: &Auth, held: &Held, asked: bool) -> String {
    let bound = held.token.is_bound.then_some("DPoP");
    let kept = (!asked).then_some("kept");
    let parts: Vec<&str> = [Some(how_asked(auth)), bound, kept].into_iter().flatten().collect();
    parts.join(", ")
}

/// What Okta's public description of an org says of it: `idx` is the Identity Engine.
fn engine(answer: &Answer) -> Option<&'static str> {
    match answer.json()?.get("pipeline")?.as_str()? {
        "idx" => Some("Okta Identity Engine"),
        "v1" => Some("Okta Classic Engine"),
        _ => None,
    }
}

fn org_name(answer: &Answer) -> Option<String> {
    let name = answer.json()?.get("companyName")?.as_str()?.trim().to_owned();
    (!name.is_empty()).then_some(name)
}

/// The login in a user.
pub(super) fn login(user: &Value) -> Option<&str> {
    user.pointer("/profile/login")
        .or_else(|| user.get("login"))
        .or_else(|| user.get("name"))
        .and_then(Value::as_str)
}

pub(super) fn path_of(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.path().to_owned())
}

fn total(exchange: &Exchange) -> f64 {
    exchange.response.hops.iter().map(|hop| hop.timing.total_ms).sum()
}

fn waited(error: &joinery_http::Error) -> f64 {
    match error {
        joinery_http::Error::Timeout { waited, .. } => milliseconds(*waited),
        _ => 0.0,
    }
}
