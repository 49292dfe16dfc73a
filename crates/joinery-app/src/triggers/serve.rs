//! Running triggers until told to stop: each polls on its own, and a listener on this machine takes webhooks.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, RawQuery, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode},
    response::{IntoResponse, Response},
    routing::any,
};
use joinery_connector::Header;
use joinery_store::Store;
use tokio::{net::TcpListener, sync::Mutex, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::{
    Ended, Handed, Incoming, Page, Performed, Reply, Studio, Trigger, deliver, keep_subscribed, now_ms, poll,
    unsubscribe,
};
use crate::error::{Code, Error};

/// The largest delivery taken, in bytes.
const LARGEST: usize = 4 << 20;
/// Pages of one poll; the rest come with the next.
const PAGES: usize = 50;
/// How soon a failed subscription is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(60);

/// What to run, and how.
pub struct Serve {
    /// The triggers.
    pub triggers: Vec<Trigger>,
    /// Time between two polls of one trigger; none are polled without it.
    pub every: Option<Duration>,
    /// The port of the listener; 0 takes a free one.
    pub port: u16,
    /// How the service reaches the listener, where that is not this machine's address: a tunnel's URL.
    pub public_url: Option<String>,
    /// Whether subscriptions outlive this.
    pub keep_subscriptions: bool,
}

/// What is told while triggers run. Nobody may drop it before it has dealt with the events in it.
pub enum Happened<'a> {
    /// The listener is ready: deliveries for the trigger come in at the URL.
    Listening {
        /// The trigger.
        trigger: &'a Trigger,
        /// Where the service is to deliver.
        url: &'a str,
    },
    /// A page of a poll.
    Polled(&'a Trigger, &'a Page),
    /// A poll that ended otherwise than by having caught up.
    Stopped(&'a Trigger, &'a Ended),
    /// A delivery.
    Delivered(&'a Trigger, &'a Handed),
    /// A subscription was made, refreshed, or taken back, or that failed.
    Subscribed(&'a Trigger, &'a Performed, Task),
}

impl Happened<'_> {
    /// The trigger it happened to.
    pub fn trigger(&self) -> &Trigger {
        match self {
            Self::Listening { trigger, .. }
            | Self::Polled(trigger, _)
            | Self::Stopped(trigger, _)
            | Self::Delivered(trigger, _)
            | Self::Subscribed(trigger, ..) => trigger,
        }
    }
}

/// What was done about a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Made or refreshed.
    Subscribe,
    /// Taken back.
    Unsubscribe,
}

/// Takes what happened. Where it fails, the events in it are not remembered as handed on.
pub type Tell = dyn Fn(Happened) -> Result<(), Error> + Send + Sync;

/// One trigger as it runs. Its poll and its webhook hand on one at a time: they share one memory of what is new.
struct Running {
    studio: Arc<Studio>,
    trigger: Trigger,
    url: Option<String>,
    tell: Arc<Tell>,
    turn: Arc<Mutex<()>>,
}

/// Runs the triggers until `stop`, then takes their subscriptions back.
///
/// # Errors
/// [`Code::Unavailable`] when the port is taken or the store fails; what `tell` says.
pub async fn serve(studio: Arc<Studio>, serve: Serve, tell: Arc<Tell>, stop: CancellationToken) -> Result<(), Error> {
    studio.store()?;
    let takes_webhooks = |trigger: &Trigger| trigger.has(&studio, "notification");
    let listener = if serve.triggers.iter().any(takes_webhooks) {
        Some(bind(serve.port).await?)
    } else {
        None
    };
    let base = match &listener {
        Some(listener) => serve
            .public_url
            .clone()
            .unwrap_or(format!("http://{}", address(listener)?)),
        None => String::new(),
    };
    let running: Vec<Arc<Running>> = serve
        .triggers
        .iter()
        .map(|trigger| {
            let url =
                takes_webhooks(trigger).then(|| format!("{}/hooks/{}", base.trim_end_matches('/'), trigger.route()));
            Arc::new(Running {
                studio: Arc::clone(&studio),
                trigger: trigger.clone(),
                url,
                tell: Arc::clone(&tell),
                turn: studio.turns.of(&trigger.key()),
            })
        })
        .collect();
    let mut work = JoinSet::new();
    if let Some(listener) = listener {
        let router = router(running.clone());
        let ended = stop.clone();
        work.spawn(async move {
            let served = axum::serve(listener, router).with_graceful_shutdown(ended.cancelled_owned());
            served
                .await
                .map_err(|error| Error::new(Code::Unavailable, format!("the listener failed: {error}")))
        });
    }
    for each in &running {
        if let Some(every) = serve.every
            && each.trigger.has(&studio, "poll")
        {
            work.spawn(Arc::clone(each).poll_every(every, stop.clone()));
        }
        if each.url.is_some() {
            work.spawn(Arc::clone(each).stay_subscribed(stop.clone()));
        }
    }
    let mut outcome = Ok(());
    while let Some(ended) = work.join_next().await {
        let ended = ended.unwrap_or_else(|error| Err(Error::new(Code::Internal, format!("a trigger failed: {error}"))));
        if outcome.is_ok() && ended.is_err() {
            outcome = ended;
            stop.cancel();
        }
    }
    if !serve.keep_subscriptions {
        for each in &running {
            each.leave().await?;
        }
    }
    outcome
}

impl Running {
    fn store(&self) -> Result<&Store, Error> {
        self.studio.store()
    }

    async fn poll_every(self: Arc<Self>, every: Duration, stop: CancellationToken) -> Result<(), Error> {
        loop {
            {
                let _turn = self.turn.lock().await;
                let hand_on = |page: &Page| (self.tell)(Happened::Polled(&self.trigger, page));
                let polled = poll(&self.studio, self.store()?, &self.trigger, PAGES, hand_on).await?;
                if !matches!(polled.ended, Ended::CaughtUp) {
                    (self.tell)(Happened::Stopped(&self.trigger, &polled.ended))?;
                }
            }
            tokio::select! {
                () = tokio::time::sleep(every) => {}
                () = stop.cancelled() => return Ok(()),
            }
        }
    }

    async fn stay_subscribed(self: Arc<Self>, stop: CancellationToken) -> Result<(), Error> {
        let Some(url) = self.url.as_deref() else {
            return Ok(());
        };
        (self.tell)(Happened::Listening {
            trigger: &self.trigger,
            url,
        })?;
        loop {
            let (due, performed) = keep_subscribed(&self.studio, self.store()?, &self.trigger, url).await?;
            let failed = performed
                .as_ref()
                .is_some_and(|performed| performed.outcome.result.is_err());
            if let Some(performed) = &performed {
                (self.tell)(Happened::Subscribed(&self.trigger, performed, Task::Subscribe))?;
            }
            let wait = match due {
                _ if failed => TRY_AGAIN,
                Some(due) => {
                    Duration::from_millis(u64::try_from(due - now_ms()).unwrap_or(0)).max(Duration::from_secs(1))
                }
                None => {
                    stop.cancelled().await;
                    return Ok(());
                }
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = stop.cancelled() => return Ok(()),
            }
        }
    }

    async fn leave(&self) -> Result<(), Error> {
        if let Some(performed) = unsubscribe(&self.studio, self.store()?, &self.trigger).await? {
            (self.tell)(Happened::Subscribed(&self.trigger, &performed, Task::Unsubscribe))?;
        }
        Ok(())
    }

    async fn deliver(&self, incoming: Incoming) -> Result<Reply, Error> {
        let _turn = self.turn.lock().await;
        deliver(&self.studio, self.store()?, &self.trigger, &incoming, |handed| {
            (self.tell)(Happened::Delivered(&self.trigger, handed))
        })
        .await
    }
}

async fn bind(port: u16) -> Result<TcpListener, Error> {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .await
        .map_err(|error| {
            Error::new(Code::Unavailable, format!("cannot listen on 127.0.0.1:{port}: {error}"))
                .with_hint("Another program may use this port: choose another one, or none.")
        })
}

fn address(listener: &TcpListener) -> Result<SocketAddr, Error> {
    listener
        .local_addr()
        .map_err(|error| Error::new(Code::Unavailable, format!("the listener has no address: {error}")))
}

fn router(running: Vec<Arc<Running>>) -> Router {
    Router::new()
        .route("/hooks/{trigger}", any(take))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(Arc::new(running))
}

async fn take(
    State(running): State<Arc<Vec<Arc<Running>>>>,
    Path(name): Path<String>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(trigger) = running
        .iter()
        .find(|each| each.url.is_some() && each.trigger.route() == name)
    else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let incoming = Incoming {
        method: method.to_string(),
        query: query.unwrap_or_default(),
        headers: headers
            .iter()
            .map(|(name, value)| Header::new(name.as_str(), String::from_utf8_lossy(value.as_bytes())))
            .collect(),
        body: body.to_vec(),
    };
    // A delivery is dealt with to its end even where the caller hangs up.
    let trigger = Arc::clone(trigger);
    let work = tokio::spawn(async move { trigger.deliver(incoming).await });
    match work.await {
        Ok(Ok(reply)) => answer(reply),
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn answer(reply: Reply) -> Response {
    let mut response = Response::new(reply.body.into());
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for header in reply.headers {
        // A header that HTTP does not allow is left out: the rest of the answer is still worth sending.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(header.name), HeaderValue::try_from(header.value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
