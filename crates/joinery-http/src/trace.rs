//! When the phases of one hop began and ended.
//!
//! reqwest opens connections inside the task that sends, so marks go into a task-local of that task. A connection that
//! is finished in the background, because another became free first, finds no such place and marks nothing.

use std::{
    cell::Cell,
    future::Future,
    task::{Context, Poll},
    time::Instant,
};

use futures_util::future::BoxFuture;
use joinery_connector::http::Timing;
use tower::{Layer, Service};

use crate::error::Phase;

tokio::task_local! {
    static MARKS: Cell<Marks>;
}

/// What happened on the way to a connection. All empty when a warm one was used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Marks {
    started: Option<Instant>,
    lookup: Option<Instant>,
    resolved: Option<Instant>,
    hello: Option<Instant>,
    connected: Option<Instant>,
    tls: Option<&'static str>,
    asked: Asked,
}

/// Whether the server asked for a client certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Asked {
    /// It did not.
    #[default]
    No,
    /// It did, and got none.
    InVain,
    /// It did, and got one.
    Shown,
}

/// Runs `work` and tells what connecting it did.
pub(crate) async fn recorded<T>(work: impl Future<Output = T>) -> (T, Marks) {
    MARKS
        .scope(Cell::default(), async {
            let done = work.await;
            (done, MARKS.with(Cell::get))
        })
        .await
}

/// The TLS handshake begins now: TCP is connected.
pub(crate) fn mark_hello() {
    mark(|marks| marks.hello = Some(Instant::now()));
}

/// The server proved who it is in this version of TLS.
pub(crate) fn mark_version(version: &'static str) {
    mark(|marks| marks.tls = Some(version));
}

/// The server asks for a client certificate, and gets one or not.
pub(crate) fn mark_asked(shown: bool) {
    let asked = if shown { Asked::Shown } else { Asked::InVain };
    mark(|marks| marks.asked = asked);
}

fn mark(change: impl FnOnce(&mut Marks)) {
    // No place to mark means that nobody waits for this connection.
    let _ = MARKS.try_with(|cell| {
        let mut marks = cell.get();
        change(&mut marks);
        cell.set(marks);
    });
}

impl Marks {
    /// Whether the handshake began and did not end.
    pub(crate) fn in_handshake(&self) -> bool {
        self.hello.is_some() && self.connected.is_none()
    }

    /// Whether the server asked for a client certificate when the connection was opened.
    pub(crate) fn asked(&self) -> Asked {
        self.asked
    }

    /// Whether a connection was being opened and was not ready.
    pub(crate) fn connecting(&self) -> bool {
        self.started.is_some() && self.connected.is_none()
    }

    /// What is waited for, as long as no answer's head is there.
    pub(crate) fn phase(&self) -> Phase {
        if self.in_handshake() {
            Phase::Handshake
        } else if !self.connecting() {
            Phase::Answer
        } else if self.lookup.is_some() && self.resolved.is_none() {
            Phase::Name
        } else {
            Phase::Connection
        }
    }

    /// The version of TLS, where a connection was opened and the server proved who it is.
    pub(crate) fn tls(&self) -> Option<&'static str> {
        self.tls
    }

    /// The phases of a hop that was begun at `begun`, got the answer's head at `head` and its last byte at `end`.
    pub(crate) fn timing(&self, begun: Instant, head: Instant, end: Instant) -> Timing {
        let opened = self.connected.map(|connected| {
            let dialled = self.resolved.or(self.started).unwrap_or(begun);
            (dialled, self.hello.unwrap_or(connected), connected)
        });
        Timing {
            dns_ms: opened
                .and(self.lookup)
                .zip(self.resolved)
                .map(|(from, to)| between(from, to)),
            connect_ms: opened.map(|(dialled, hello, _)| between(dialled, hello)),
            tls_ms: opened
                .and(self.hello)
                .zip(self.connected)
                .map(|(from, to)| between(from, to)),
            wait_ms: between(opened.map_or(begun, |(_, _, connected)| connected), head),
            download_ms: between(head, end),
            total_ms: between(begun, end),
        }
    }
}

fn between(from: Instant, to: Instant) -> f64 {
    to.saturating_duration_since(from).as_secs_f64() * 1000.0
}

/// Looks host names up with the system's resolver, and marks when.
pub(crate) struct Resolver;

impl reqwest::dns::Resolve for Resolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(async move {
            mark(|marks| marks.lookup = Some(Instant::now()));
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            mark(|marks| marks.resolved = Some(Instant::now()));
            let addresses: Vec<_> = found?.collect();
            Ok(Box::new(addresses.into_iter()) as reqwest::dns::Addrs)
        })
    }
}

/// Marks when a connection is begun and when it is ready, TLS included.
#[derive(Clone)]
pub(crate) struct ConnectionLayer;

impl<S> Layer<S> for ConnectionLayer {
    type Service = Marking<S>;

    fn layer(&self, inner: S) -> Marking<S> {
        Marking { inner }
    }
}

/// A connector that marks.
#[derive(Clone)]
pub(crate) struct Marking<S> {
    inner: S,
}

impl<S, R> Service<R> for Marking<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, target: R) -> Self::Future {
        let opening = self.inner.call(target);
        Box::pin(async move {
            // A second connection for one hop replaces one that turned out to be dead.
            mark(|marks| {
                *marks = Marks {
                    started: Some(Instant::now()),
                    ..Marks::default()
                }
            });
            let opened = opening.await;
            if opened.is_ok() {
                mark(|marks| marks.connected = Some(Instant::now()));
            }
            opened
        })
    }
}
