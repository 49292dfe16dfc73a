//! Sending: sign, send, follow redirects, retry, collect the body and the trace.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use http::HeaderMap;
use joinery_connector::{
    Header, HttpRequest, HttpResponse, Secret,
    http::{Hop, HopReason, Timing},
    manifest::RetryRule,
};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use ts_rs::TS;
use url::Url;

use crate::{
    auth::{Auth, Context, Hooks, Recovery, Session},
    body_store::Body,
    course::{Course, Outgoing},
    error::{Error, Phase},
    failure::{self, Attempt},
    patience::{Patience, Waits},
    rate_limit,
    receive::{self, Received},
    redact::mask,
    redirect, retry,
    tape::Taped,
    trace::{self, Marks},
    transport::{Client, Route},
};

/// The most often a request is signed anew: a fresh token, then a nonce for it.
const SIGNED_ANEW: u32 = 2;

/// What every request of a connection shares.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// How to sign.
    pub auth: Auth,
    /// Whose requests are signed: the origin of the base URL. A request to another origin goes out unsigned.
    pub base_url: String,
    /// Whether a request is signed wherever it is sent first: the way to sign in was said for it alone.
    pub signs_anywhere: bool,
    /// When to repeat.
    pub retry: Option<RetryRule>,
    /// Where bodies above 1 MB are kept.
    pub body_folder: PathBuf,
    /// The most bytes of a body that are kept, decoded, where that is less than its client keeps.
    pub largest_body: Option<u64>,
    /// What signing in remembers between requests.
    pub session: Arc<Session>,
    /// The connector's own functions that sign, for the kind `custom`.
    pub hooks: Option<Arc<dyn Hooks>>,
    /// Hears of the waits that its server asks for.
    pub waits: Option<Arc<dyn Waits>>,
    /// What else is secret in its requests: values that were put in by their authors.
    pub also_secret: Vec<Secret>,
}

/// A response with its body and the request as it went out.
#[derive(Debug)]
pub struct Exchange {
    /// The request as sent, secrets masked.
    pub request: SentRequest,
    /// The response.
    pub response: HttpResponse,
    /// Its body.
    pub body: Body,
    /// The version of TLS, where a connection was opened for it; `None` on a warm one and without TLS.
    pub tls: Option<&'static str>,
    /// What signing in asked for it on its own, such as tokens, in order. Requests, headers and bodies are masked.
    pub sign_in: Vec<Exchange>,
    /// Every message of it as a recording keeps it: redirects and retries too, signing in not. Not masked.
    pub tape: Vec<Taped>,
}

/// A request as it went out, secrets masked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SentRequest {
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// Headers, those the client added included.
    pub headers: Vec<Header>,
    /// The body as text, secrets masked, cut at 64 kB; `None` when there was none.
    pub body: Option<String>,
}

/// Sends `request`. Cancelling `cancel` drops the connection at any phase.
///
/// The connection's auth signs it if it goes to the origin of the base URL, if there is none, or if the connection signs
/// anywhere; a redirect to another origin leaves every credential behind. A wait that the server asks for is no part of
/// the request's timeout; one of more than two minutes is not made, nor any other that would end after the timeout: the
/// answer is then returned as it came.
///
/// # Errors
/// [`Error`]: why there is no response.
pub async fn send(
    client: &Client,
    connection: &Connection,
    request: HttpRequest,
    cancel: &CancellationToken,
) -> Result<Exchange, Error> {
    // A replay waits for nothing.
    let waits = connection.waits.as_deref().filter(|_| client.recording().is_none());
    let patience = Patience::new(Duration::from_millis(request.timeout_ms), waits);
    let mut course = Course::begin(connection, request)?;
    if client.recording().is_some() {
        course.leave_unsigned();
    }
    let context = Context::new(client, connection);
    // On the heap: every caller's future would carry its size otherwise.
    let work = Box::pin(signed(client, &context, &mut course, connection, &patience));
    // Dropping the work in the middle drops its connection, and the server sees that.
    let outcome = tokio::select! {
        biased;
        () = cancel.cancelled() => return Err(Error::Cancelled),
        outcome = patience.hold(work) => outcome,
    };
    let outcome = outcome.unwrap_or_else(|| Err(patience.spent(failure::host(course.url()), Phase::Answer)));
    outcome.map_err(|error| error.after(context.take()))
}

/// Sends `request` within its timeout for a kind that asks on its own.
pub(crate) async fn unsigned(client: &Client, plain: &Connection, request: HttpRequest) -> Result<Exchange, Error> {
    let patience = Patience::within_another(Duration::from_millis(request.timeout_ms));
    let mut course = Course::begin(plain, request)?;
    let context = Context::new(client, plain);
    let work = exchange(client, &context, &mut course, plain, &patience, Vec::new());
    let outcome = patience.hold(work).await;
    outcome.unwrap_or_else(|| Err(patience.spent(failure::host(course.url()), Phase::Answer)))
}

/// Signs and sends; where the kind says so, signs anew and sends once more.
async fn signed(
    client: &Client,
    context: &Context<'_>,
    course: &mut Course<'_>,
    connection: &Connection,
    patience: &Patience<'_>,
) -> Result<Exchange, Error> {
    let (mut tries, mut hops) = (0, Vec::new());
    loop {
        let mut exchange = exchange(client, context, course, connection, patience, hops).await?;
        let recovery = match course.signer() {
            Some(kind) if tries < SIGNED_ANEW => kind.recover(context, &exchange, tries).await?,
            _ => Recovery::Keep,
        };
        if recovery == Recovery::Keep {
            exchange.sign_in = context.take();
            exchange.tape = course.take_tape();
            return Ok(exchange);
        }
        tries += 1;
        // A replay signs nothing, so it is refused nothing.
        course.forget_last();
        hops = exchange.response.hops;
        if let Some(refused) = hops.last_mut() {
            refused.reason = HopReason::Refused;
        }
    }
}

/// Asks hop by hop until an answer is neither a redirect to follow nor one to repeat the request after.
async fn exchange(
    client: &Client,
    context: &Context<'_>,
    course: &mut Course<'_>,
    connection: &Connection,
    patience: &Patience<'_>,
    mut hops: Vec<Hop>,
) -> Result<Exchange, Error> {
    let (mut redirects, mut retries, mut delay) = (0, 0, Duration::ZERO);
    loop {
        let outgoing = course.outgoing(client, context).await?;
        hops.extend(context.hops());
        let answer = ask(client, &outgoing, patience).await?;
        match after(course, connection, &answer, retries, patience) {
            Next::Follow(target) => {
                if redirects == redirect::MAX {
                    return Err(Error::TooManyRedirects {
                        limit: redirect::MAX,
                        url: connection.masked(target.as_str()),
                    });
                }
                redirects += 1;
                let status = answer.response.status();
                course.tape(status, answer.response.headers(), Body::default());
                hops.push(answer.pass(connection, &outgoing, HopReason::Redirect, delay).await);
                delay = Duration::ZERO;
                course.redirect(status, target);
            }
            Next::Repeat(wait) => {
                retries += 1;
                course.tape(answer.response.status(), answer.response.headers(), Body::default());
                hops.push(answer.pass(connection, &outgoing, HopReason::Retry, delay).await);
                delay = wait.time;
                if client.recording().is_none() {
                    patience.wait(wait).await;
                }
            }
            Next::Keep => {
                let (status, headers) = (answer.response.status(), answer.response.headers().clone());
                let exchange = keep(client, connection, outgoing, answer, hops, delay, patience).await?;
                course.tape(status, &headers, exchange.body.clone());
                return Ok(exchange);
            }
        }
    }
}

/// What an answer leads to.
enum Next {
    Follow(Url),
    Repeat(retry::Wait),
    Keep,
}

fn after(course: &Course<'_>, connection: &Connection, answer: &Answer, retries: u32, patience: &Patience<'_>) -> Next {
    let (status, headers) = (answer.response.status(), answer.response.headers());
    if course.follows()
        && let Some(target) = redirect::target(course.url(), status, headers)
    {
        return Next::Follow(target);
    }
    if course.repeats()
        && let Some(rule) = &connection.retry
        && rule.statuses.contains(&status.as_u16())
        && retries < rule.max
    {
        let wait = retry::wait(rule.wait, headers, retries);
        if patience.allows(wait) {
            return Next::Repeat(wait);
        }
    }
    Next::Keep
}

/// The head of an answer, and when what happened on the way to it.
struct Answer {
    response: reqwest::Response,
    marks: Marks,
    begun: Instant,
    head: Instant,
}

async fn ask(client: &Client, outgoing: &Outgoing, patience: &Patience<'_>) -> Result<Answer, Error> {
    let Some(live) = client.live() else {
        return replayed(client, outgoing);
    };
    let mut unreachable = None;
    // Boxed, because reading a script is rare, and its state would make that of every send larger.
    for route in Box::pin(live.routes(&outgoing.url)).await? {
        match ask_by(route, client, outgoing, patience).await {
            Err(error @ (Error::ProxyUnreachable { .. } | Error::ConnectTimeout { .. })) => unreachable = Some(error),
            answer => return answer,
        }
    }
    Err(unreachable.expect("there is a way to every address"))
}

async fn ask_by(
    Route { pool, via }: Route,
    client: &Client,
    outgoing: &Outgoing,
    patience: &Patience<'_>,
) -> Result<Answer, Error> {
    let request = outgoing.to_reqwest()?;
    let begun = Instant::now();
    // Within the time here already: only here is it known what took so long.
    let asking = Box::pin(pool.execute(request));
    let (response, marks) = trace::recorded(patience.hold(asking)).await;
    let head = Instant::now();
    let response = response.ok_or_else(|| patience.spent(failure::host(&outgoing.url), marks.phase()))?;
    let response = response.map_err(|error| {
        let attempt = Attempt {
            url: &outgoing.url,
            via: via.as_ref(),
            marks: &marks,
            connect_timeout: client.options().network.connect_timeout,
        };
        failure::no_answer(&attempt, &error.without_url())
    })?;
    if let Some(via) = via
        && via.answers(&outgoing.url, response.status())
    {
        let given = via.signed();
        return Err(Error::ProxySignIn {
            proxy: via.proxy,
            given,
        });
    }
    if outgoing.cookies {
        client.cookies().store(&outgoing.url, response.headers());
    }
    Ok(Answer {
        response,
        marks,
        begun,
        head,
    })
}

/// The answer that the recording has.
fn replayed(client: &Client, outgoing: &Outgoing) -> Result<Answer, Error> {
    let begun = Instant::now();
    let recording = client.recording().expect("a client asks servers or replays");
    let body = outgoing.body.as_deref().unwrap_or_default();
    let response = recording.answer(outgoing.method.as_str(), &outgoing.url, body)?;
    if outgoing.cookies {
        client.cookies().store(&outgoing.url, response.headers());
    }
    Ok(Answer {
        response,
        marks: Marks::default(),
        begun,
        head: Instant::now(),
    })
}

impl Answer {
    /// Lets go of an answer that leads on, and tells of it.
    async fn pass(self, connection: &Connection, outgoing: &Outgoing, reason: HopReason, delay: Duration) -> Hop {
        let mut hop = hop(connection, outgoing, &self.response, reason, delay);
        receive::discard(self.response).await;
        hop.timing = self.marks.timing(self.begun, self.head, Instant::now());
        hop
    }
}

async fn keep(
    client: &Client,
    connection: &Connection,
    outgoing: Outgoing,
    answer: Answer,
    mut hops: Vec<Hop>,
    delay: Duration,
    patience: &Patience<'_>,
) -> Result<Exchange, Error> {
    let Answer {
        response,
        marks,
        begun,
        head,
    } = answer;
    let mut hop = hop(connection, &outgoing, &response, HopReason::Final, delay);
    let (status, version) = (response.status(), response.version());
    let reason = reason_phrase(&response);
    let rate_limit = rate_limit::rate_limit(response.headers());
    let headers = headers(response.headers());
    let max = client.options().max_body;
    let max = connection.largest_body.map_or(max, |own| own.min(max));
    let size = AtomicU64::new(0);
    let tell = |so_far| {
        size.store(so_far, Ordering::Relaxed);
        patience.receives(status.as_u16(), so_far);
    };
    // On the heap, as what holds it would carry its size more than once.
    let taking_in = Box::pin(receive::receive(
        response,
        &outgoing.url,
        &connection.body_folder,
        max,
        &tell,
    ));
    let received = patience.hold(taking_in).await;
    let late = || {
        patience.spent(
            failure::host(&outgoing.url),
            Phase::Body {
                size: size.load(Ordering::Relaxed),
            },
        )
    };
    let Received { body, wire_size } = received.unwrap_or_else(|| Err(late()))?;
    let timing = marks.timing(begun, head, Instant::now());
    hop.timing = timing;
    let url = hop.url.clone();
    hops.push(hop);
    Ok(Exchange {
        request: outgoing.shown(&connection.secrets()),
        response: HttpResponse {
            status: status.as_u16(),
            reason,
            version: version_name(version).into(),
            url,
            headers,
            size: body.size(),
            wire_size,
            timing,
            hops,
            rate_limit,
        },
        body,
        tls: marks.tls(),
        sign_in: Vec::new(),
        tape: Vec::new(),
    })
}

fn hop(
    connection: &Connection,
    outgoing: &Outgoing,
    response: &reqwest::Response,
    reason: HopReason,
    delay: Duration,
) -> Hop {
    let location = response.headers().get(http::header::LOCATION);
    Hop {
        method: outgoing.method.to_string(),
        url: connection.masked(outgoing.url.as_str()),
        status: response.status().as_u16(),
        location: location.map(|location| connection.masked(&String::from_utf8_lossy(location.as_bytes()))),
        reason,
        delay_ms: delay.as_secs_f64() * 1000.0,
        timing: Timing::default(),
    }
}

impl Connection {
    /// Every secret there is to mask: the connection's own and those that signing in brought.
    pub fn secrets(&self) -> Vec<Secret> {
        let mut secrets = self.session.secrets();
        secrets.extend(self.auth.secrets.values().cloned());
        secrets.extend(self.also_secret.iter().cloned());
        secrets
    }

    pub(crate) fn masked(&self, text: &str) -> String {
        mask(text, &self.secrets())
    }
}

fn headers(headers: &HeaderMap) -> Vec<Header> {
    headers
        .iter()
        .map(|(name, value)| Header::new(name.as_str(), String::from_utf8_lossy(value.as_bytes())))
        .collect()
}

/// The server's own phrase; hyper keeps it where it differs from the standard one.
fn reason_phrase(response: &reqwest::Response) -> String {
    match response.extensions().get::<hyper::ext::ReasonPhrase>() {
        Some(phrase) => String::from_utf8_lossy(phrase.as_bytes()).into_owned(),
        None => response.status().canonical_reason().unwrap_or_default().to_owned(),
    }
}

fn version_name(version: http::Version) -> &'static str {
    match version {
        http::Version::HTTP_09 => "HTTP/0.9",
        http::Version::HTTP_10 => "HTTP/1.0",
        http::Version::HTTP_2 => "HTTP/2",
        http::Version::HTTP_3 => "HTTP/3",
        _ => "HTTP/1.1",
    }
}
