//! A server on loopback that says exactly what a test wants, byte by byte.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use joinery_connector::{HttpRequest, Secret};
use joinery_http::{Client, ClientOptions, Connection, Error, Exchange, auth::Auth};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};
use tokio_util::sync::CancellationToken;

/// What to do after a request was read.
pub enum Answer {
    /// Send this and wait for the next request; it need not be a whole answer.
    Say(Vec<u8>),
    /// Send this and close the connection.
    Hang(Vec<u8>),
}

/// A running server. It stops with its test.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Every request as it came, head and body.
    pub requests: Mutex<Vec<String>>,
    /// Connections accepted.
    pub connections: AtomicUsize,
    /// Told when a request was read and answered.
    pub answered: Notify,
    /// Told when a client closed its connection.
    pub left: Notify,
}

impl Server {
    /// Answers every request as `answer` says.
    pub async fn start(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Arc::new(Self {
            address: listener.local_addr().unwrap(),
            requests: Mutex::default(),
            connections: AtomicUsize::new(0),
            answered: Notify::new(),
            left: Notify::new(),
        });
        let (running, answer) = (Arc::clone(&server), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                running.connections.fetch_add(1, Ordering::Relaxed);
                let (running, answer) = (Arc::clone(&running), Arc::clone(&answer));
                tokio::spawn(async move { running.talk(stream, answer.as_ref()).await });
            }
        });
        server
    }

    async fn talk(&self, mut stream: TcpStream, answer: &(impl Fn(&str) -> Answer + Sync)) {
        while let Some(request) = read_request(&mut stream).await {
            let answer = answer(&request);
            self.requests.lock().unwrap().push(request);
            match answer {
                Answer::Say(bytes) => {
                    if stream.write_all(&bytes).await.is_err() {
                        break;
                    }
                }
                Answer::Hang(bytes) => {
                    let _ = stream.write_all(&bytes).await;
                    return;
                }
            }
            self.answered.notify_one();
        }
        self.left.notify_one();
    }

    /// The URL of `path` here.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// Anything that does not look like HTTP (a TLS hello) is a request as it comes.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let read = stream.read_buf(&mut bytes).await.unwrap_or(0);
        if read == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes);
        if bytes[0] == 0x16 {
            return Some(text.into_owned());
        }
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return Some(text.into_owned());
            }
        }
    }
}

/// A whole answer.
pub fn reply(status: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Answer {
    let body = body.as_ref();
    let mut head = format!("HTTP/1.1 {status}\r\n");
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head.extend(["content-length: ", &body.len().to_string(), "\r\n\r\n"]);
    Answer::Say([head.as_bytes(), body].concat())
}

/// A client as the fronts make one.
pub fn client() -> Client {
    Client::new(ClientOptions {
        user_agent: "joinery/test".into(),
        ..ClientOptions::default()
    })
    .unwrap()
}

/// A connection signed with Okta's token `s3cret/token`.
pub fn okta() -> Connection {
    Connection {
        auth: Auth {
            kind: "api_key".into(),
            settings: serde_json::from_str(r#"{ "header": "Authorization", "prefix": "SSWS " }"#).unwrap(),
            secrets: [("token".into(), Secret::new("s3cret/token"))].into(),
        },
        ..Connection::default()
    }
}

/// A clock that a test sets, chance, and a keychain in memory that several sessions can share.
#[derive(Clone, Default)]
pub struct Surroundings {
    /// Milliseconds that this clock is ahead of the system's.
    pub ahead_ms: Arc<AtomicI64>,
    /// What is kept.
    pub kept: Arc<Mutex<BTreeMap<String, Secret>>>,
}

impl joinery_http::auth::Surroundings for Surroundings {
    fn now_ms(&self) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        i64::try_from(now).unwrap() + self.ahead_ms.load(Ordering::Relaxed)
    }

    fn random(&self, bytes: &mut [u8]) {
        // Different each time, which is all that the tests need.
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = (next.wrapping_mul(31).wrapping_add(at * 7) >> (at % 3)) as u8;
        }
    }

    fn load(&self, name: &str) -> Result<Option<Secret>, String> {
        Ok(self.kept.lock().unwrap().get(name).cloned())
    }

    fn keep(&self, name: &str, secret: Option<&Secret>) -> Result<(), String> {
        let mut kept = self.kept.lock().unwrap();
        match secret {
            Some(secret) => kept.insert(name.to_owned(), secret.clone()),
            None => kept.remove(name),
        };
        Ok(())
    }
}

/// Sends with a client of its own.
pub async fn send(connection: &Connection, request: HttpRequest) -> Result<Exchange, Error> {
    joinery_http::send(&client(), connection, request, &CancellationToken::new()).await
}

/// Sends a GET without auth.
pub async fn get(url: String) -> Result<Exchange, Error> {
    send(&Connection::default(), HttpRequest::new("GET", url)).await
}

/// What `encoder` makes of its input.
pub async fn encoded(mut encoder: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut bytes = Vec::new();
    encoder.read_to_end(&mut bytes).await.unwrap();
    bytes
}

/// Compares what an error says; `case` is named where it differs.
#[track_caller]
pub fn check(case: &str, found: &Error, expected: &str) {
    assert_eq!(found.to_string(), expected, "{case}");
}
