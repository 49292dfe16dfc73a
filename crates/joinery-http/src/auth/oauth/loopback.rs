//! The way back from the browser (RFC 8252 §7.3): a listener on loopback that takes one answer and shows a small page.

use std::{net::Ipv4Addr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use url::Url;

use super::settings::Settings;
use crate::error::Error;

/// The most of a request's head that is read.
const LONGEST_HEAD: usize = 16 * 1024;
/// How long a browser may take to send its request. Browsers open connections that they never use.
const PATIENCE: Duration = Duration::from_secs(30);

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:15vh auto;max-width:30em;padding:0 1em;\
color:#1d2330;background:#fff}h1{font-size:1.3em}@media(prefers-color-scheme:dark){body{color:#e6e9ef;background:#15181e}}";

/// A listener for one answer.
pub(super) struct Loopback {
    listener: TcpListener,
    redirect_uri: String,
    path: String,
}

/// An answer, whose browser waits for a page.
pub(super) struct Answered {
    query: Vec<(String, String)>,
    stream: TcpStream,
}

impl Loopback {
    /// Listens on this machine only: on the port of the settings, or on a free one.
    pub(super) async fn bind(settings: Settings<'_>) -> Result<Self, Error> {
        let port = settings.port("redirect_port")?;
        let host = settings.text("redirect_host")?.unwrap_or("127.0.0.1");
        if !matches!(host, "127.0.0.1" | "localhost") {
            return Err(settings.wrong("`redirect_host` is 127.0.0.1 or localhost: the answer comes to this machine"));
        }
        let path = settings.text("redirect_path")?.unwrap_or("/callback");
        let path = format!("/{}", path.trim_start_matches('/'));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| {
            settings.wrong(format!(
                "nothing can listen on port {port} for the browser's answer: {error}; set another `redirect_port`"
            ))
        })?;
        let port = listener.local_addr().map_or(port, |address| address.port());
        Ok(Self {
            listener,
            redirect_uri: format!("http://{host}:{port}{path}"),
            path,
        })
    }

    /// Where the server is to send the browser.
    pub(super) fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// The first answer that comes. Whatever else a browser asks for, such as an icon, is not found here.
    pub(super) async fn answer(&mut self) -> Answered {
        let mut readers = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept() => {
                    // A connection that broke before it began is no answer.
                    if let Ok((stream, _)) = accepted {
                        readers.spawn(read(stream, self.path.clone()));
                    }
                }
                Some(read) = readers.join_next() => {
                    if let Ok(Some(answered)) = read {
                        return answered;
                    }
                }
            }
        }
    }
}

async fn read(mut stream: TcpStream, path: String) -> Option<Answered> {
    let head = tokio::time::timeout(PATIENCE, read_head(&mut stream)).await.ok()??;
    let mut words = head.lines().next().unwrap_or_default().split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let target = Url::parse("http://loopback").ok()?.join(target).ok()?;
    if method != "GET" || target.path() != path {
        page(
            &mut stream,
            "404 Not Found",
            "Nothing here",
            "Joinery waits for the sign-in page.",
        )
        .await;
        return None;
    }
    let query = target.query_pairs().into_owned().collect();
    Some(Answered { query, stream })
}

async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
        if bytes.len() > LONGEST_HEAD || stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    String::from_utf8(bytes).ok()
}

impl Answered {
    /// The first value of that name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Tells the person in the browser how it went.
    pub(super) async fn show(mut self, outcome: Result<(), &Error>) {
        match outcome {
            Ok(()) => {
                let text = "You can close this page and go back to Joinery.";
                page(&mut self.stream, "200 OK", "Signed in", text).await;
            }
            Err(error) => {
                let text = format!("{error}. Go back to Joinery to try again.");
                page(&mut self.stream, "400 Bad Request", "Not signed in", &text).await;
            }
        }
    }
}

/// Sends a page and closes. A browser that has gone has nothing to be shown.
async fn page(stream: &mut TcpStream, status: &str, title: &str, text: &str) {
    let (title, text) = (escaped(title), escaped(text));
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title} - Joinery</title>\
         <style>{STYLE}</style><h1>{title}</h1><p>{text}</p></html>"
    );
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Referrer-Policy: no-referrer\r\nContent-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n\
         Connection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// What a server said goes into a page: as text, whatever it is.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
