//! What a way to sign in may use while it signs one request: the connection, its session, and a way to ask servers.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use joinery_connector::{
    Header, HttpRequest,
    http::{Hop, HopReason, header},
};

use super::{Auth, Hooks, Session, Surroundings};
use crate::{
    error::Error,
    redact::mask_credentials,
    send::{self, Connection, Exchange},
    transport::Client,
};

/// A future that signs: boxed, so that the kinds stand in one list.
pub type Signing<'a, T = ()> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// What a kind may use while it signs one request.
pub struct Context<'a> {
    client: &'a Client,
    connection: &'a Connection,
    asked: Mutex<Asked>,
    left: AtomicU64,
}

/// The exchanges made so far.
#[derive(Default)]
struct Asked {
    exchanges: Vec<Exchange>,
    /// How many of them are among the hops of the signed request already.
    told: usize,
}

/// An answer to what a kind asked on its own. Its body is in memory, unmasked.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Header lines in the order received.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of that name, ignoring case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

impl<'a> Context<'a> {
    /// A context to sign requests of `connection` in.
    pub(crate) fn new(client: &'a Client, connection: &'a Connection) -> Self {
        Self {
            client,
            connection,
            asked: Mutex::default(),
            left: AtomicU64::new(0),
        }
    }

    /// The settings and secrets to sign with.
    pub fn auth(&self) -> &'a Auth {
        &self.connection.auth
    }

    /// The connector's own functions that sign, where it has some.
    pub fn hooks(&self) -> Option<&'a dyn Hooks> {
        self.connection.hooks.as_deref()
    }

    /// The client that the connection sends through.
    pub fn client(&self) -> &'a Client {
        self.client
    }

    /// What outlives the request: tokens, nonces, counters.
    pub fn session(&self) -> &'a Session {
        &self.connection.session
    }

    /// The clock, chance and the safe.
    ///
    /// # Errors
    /// [`Error::Auth`] when the connection was made without them.
    pub fn surroundings(&self) -> Result<&'a dyn Surroundings, Error> {
        self.connection.session.surroundings()
    }

    /// Sends `request` as it is, without signing it, and keeps the exchange for the trace: what is secret in headers, form
    /// fields and JSON members by their names, and every secret that is known, masked.
    ///
    /// # Errors
    /// [`Error`]: why there is no answer. A refusal is an answer.
    pub async fn ask(&self, mut request: HttpRequest) -> Result<Answer, Error> {
        // A token endpoint that redirects would take the credentials elsewhere.
        request.follow_redirects = false;
        let plain = Connection {
            auth: Auth::default(),
            base_url: String::new(),
            ..self.connection.clone()
        };
        let mut exchange = send::unsigned(self.client, &plain, request).await?;
        let body = exchange.body.read().map_err(|source| Error::Store {
            path: self.connection.body_folder.clone(),
            source,
        })?;
        if let Some(date) = exchange.response.header("date") {
            self.session().note_date(date);
        }
        let answer = Answer {
            status: exchange.response.status,
            headers: exchange.response.headers.clone(),
            body: body.to_vec(),
        };
        mask_credentials(&mut exchange, &self.connection.secrets());
        self.lock().exchanges.push(exchange);
        Ok(answer)
    }

    /// Leaves a number for [`left`](Self::left): what the request was signed with, for whoever looks at its answer.
    pub fn leave(&self, number: u64) {
        self.left.store(number, Ordering::Relaxed);
    }

    /// The number left last; 0 at first.
    pub fn left(&self) -> u64 {
        self.left.load(Ordering::Relaxed)
    }

    /// The hops of the exchanges made since this was asked last, as hops on the way to the signed request.
    pub(crate) fn hops(&self) -> Vec<Hop> {
        let mut asked = self.lock();
        let new = asked.told;
        asked.told = asked.exchanges.len();
        let hops = asked.exchanges[new..]
            .iter()
            .flat_map(|exchange| &exchange.response.hops);
        hops.map(|hop| Hop {
            reason: HopReason::SignIn,
            ..hop.clone()
        })
        .collect()
    }

    /// The exchanges made, in order. Masked once more: what an answer brought may be known as secret only since.
    pub(crate) fn take(&self) -> Vec<Exchange> {
        let mut exchanges = std::mem::take(&mut *self.lock()).exchanges;
        let secrets = self.connection.secrets();
        for exchange in &mut exchanges {
            mask_credentials(exchange, &secrets);
        }
        exchanges
    }

    fn lock(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
