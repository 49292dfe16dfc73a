//! Which versions of HTTP a connection speaks.

use std::{
    io::Read,
    net::{SocketAddr, TcpListener},
    sync::mpsc::{Receiver, channel},
};

use joinery_http::{Network, network::HttpVersion};
use rustls::server::Acceptor;

use crate::server::{client, get};

/// A server that takes one connection, tells what `read` makes of its beginning, and hangs up.
fn listen(read: fn(&mut dyn Read) -> String) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        sender.send(read(&mut stream)).unwrap();
    });
    (address, receiver)
}

fn first_words(stream: &mut dyn Read) -> String {
    let mut bytes = [0; 14];
    stream.read_exact(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn offered(stream: &mut dyn Read) -> String {
    let mut acceptor = Acceptor::default();
    loop {
        acceptor.read_tls(stream).unwrap();
        if let Some(accepted) = acceptor.accept().map_err(|(error, _)| error).unwrap() {
            let hello = accepted.client_hello();
            let names = hello.alpn().into_iter().flatten();
            let names: Vec<_> = names.map(String::from_utf8_lossy).collect();
            return names.join(" ");
        }
    }
}

#[tokio::test]
async fn a_connection_speaks_the_versions_it_is_told_to() {
    for (version, first, alpn) in [
        (HttpVersion::Either, "GET / HTTP/1.1", "h2 http/1.1"),
        (HttpVersion::One, "GET / HTTP/1.1", "http/1.1"),
        (HttpVersion::Two, "PRI * HTTP/2.0", "h2"),
    ] {
        let client = client(Network {
            http_version: version,
            ..Network::default()
        });
        let (address, told) = listen(first_words);
        get(&client, &format!("http://{address}/")).await.unwrap_err();
        assert_eq!(told.recv().unwrap(), first, "{version:?}");
        let (address, told) = listen(offered);
        get(&client, &format!("https://localhost:{}/", address.port()))
            .await
            .unwrap_err();
        assert_eq!(told.recv().unwrap(), alpn, "{version:?}");
    }
}
