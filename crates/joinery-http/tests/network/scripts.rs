//! By a proxy auto-configuration script.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use joinery_http::{
    Client, Network,
    network::{Bypass, ProxyChoice},
};
use url::Url;

use crate::{
    certificates::{Authority, Files},
    proxy::{self, Wants},
    server::{self, client, get, said},
};

fn by_script(address: Url) -> Client {
    client(Network {
        proxy: ProxyChoice::Script(address),
        ..Network::default()
    })
}

fn by_file(folder: &Path, script: &str) -> Client {
    let file = folder.join("proxy.pac");
    std::fs::write(&file, script).unwrap();
    by_script(Url::from_file_path(file).unwrap())
}

/// A port that nobody listens on.
fn closed() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// A server of one file; how often it was asked.
fn serve(status: &'static str, script: String) -> (Url, Arc<Mutex<u32>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/proxy.pac", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&asked);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            *counted.lock().unwrap() += 1;
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let length = script.len();
            let answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{script}");
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    (url.parse().unwrap(), asked)
}

#[tokio::test]
async fn script_names_the_proxy_of_each_address_and_is_read_once() {
    let proxy = proxy::http(closed(), Wants::Nothing);
    let script = format!(
        r#"function FindProxyForURL(url, host) {{
            if (dnsDomainIs(host, ".inside.test") && shExpMatch(url, "*/a")) return "PROXY {}";
            return "PROXY {}";
        }}"#,
        proxy.address,
        closed(),
    );
    let (address, asked) = serve("200 OK", script);
    let client = by_script(address);
    for _ in 0..2 {
        assert_eq!(said(get(&client, "http://api.inside.test/a").await), "by proxy");
        assert_eq!(proxy.asked(), ["GET http://api.inside.test/a HTTP/1.1"]);
    }
    let elsewhere = said(get(&client, "http://api.inside.test/b").await);
    assert!(
        elsewhere.starts_with("cannot reach the proxy http://127.0.0.1:"),
        "{elsewhere}"
    );
    assert_eq!(*asked.lock().unwrap(), 1);
}

#[tokio::test]
async fn next_proxy_is_taken_where_the_first_cannot_be_reached() {
    let (folder, proxy) = (tempfile::tempdir().unwrap(), proxy::http(closed(), Wants::Nothing));
    let script = format!(
        r#"function FindProxyForURL(url, host) {{ return "PROXY {}; SOCKS5 {}; PROXY {}"; }}"#,
        closed(),
        closed(),
        proxy.address,
    );
    let client = by_file(folder.path(), &script);
    assert_eq!(said(get(&client, "http://acme.test/").await), "by proxy");
    assert_eq!(proxy.asked(), ["GET http://acme.test/ HTTP/1.1"]);
}

#[tokio::test]
async fn next_proxy_is_taken_where_the_first_says_nothing() {
    let (files, authority) = (Files::new(), Authority::new("Acme CA"));
    let proxy = proxy::http(server::serve(&authority.issue("acme.test")), Wants::Nothing);
    // It takes connections, for the system does, and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let script = format!(
        r#"function FindProxyForURL(url, host) {{ return "PROXY {}; PROXY {}"; }}"#,
        silent.local_addr().unwrap(),
        proxy.address,
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("proxy.pac");
    std::fs::write(&file, script).unwrap();
    let client = client(Network {
        proxy: ProxyChoice::Script(Url::from_file_path(file).unwrap()),
        connect_timeout: Some(Duration::from_secs(2)),
        ..files.trusting(&authority)
    });
    assert_eq!(said(get(&client, "https://acme.test/").await), "hello");
    assert_eq!(proxy.asked(), ["CONNECT acme.test:443 HTTP/1.1"]);
}

#[tokio::test]
async fn this_machine_is_not_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let server = proxy::http(closed(), Wants::Nothing);
    let script = r#"function FindProxyForURL() { throw "never asked"; }"#;
    let client = by_file(folder.path(), script);
    assert_eq!(
        said(get(&client, &format!("http://{}/", server.address)).await),
        "by proxy"
    );
    assert_eq!(server.asked(), ["GET / HTTP/1.1"]);
}

#[tokio::test]
async fn direct_is_a_way_too() {
    let folder = tempfile::tempdir().unwrap();
    let server = proxy::http(closed(), Wants::Nothing);
    let file = folder.path().join("proxy.pac");
    let script = format!(
        r#"function FindProxyForURL(url, host) {{ return host == "127.0.0.1" ? "DIRECT" : "PROXY {}"; }}"#,
        closed()
    );
    std::fs::write(&file, script).unwrap();
    let client = client(Network {
        proxy: ProxyChoice::Script(Url::from_file_path(file).unwrap()),
        proxy_bypass: Bypass::parse("<-loopback>").unwrap(),
        ..Network::default()
    });
    assert_eq!(
        said(get(&client, &format!("http://{}/", server.address)).await),
        "by proxy"
    );
    assert_eq!(server.asked(), ["GET / HTTP/1.1"]);
}

#[tokio::test]
async fn script_that_cannot_be_used_is_named_and_nothing_is_sent_around_it() {
    let folder = tempfile::tempdir().unwrap();
    for script in [
        "function FindProxyForURL( {",
        "function FindProxy() { return 'DIRECT'; }",
        "function FindProxyForURL() { throw 'no way'; }",
        "function FindProxyForURL() { while (true) {} }",
    ] {
        let error = said(get(&by_file(folder.path(), script), "http://acme.test/").await);
        assert!(
            error.starts_with("cannot use the proxy script file:///"),
            "{script}: {error}"
        );
    }
    let (address, _) = serve("404 Not Found", String::new());
    assert_eq!(
        said(get(&by_script(address.clone()), "http://acme.test/").await),
        format!("cannot use the proxy script {address}: its server answered 404 Not Found")
    );
    let mut signed: Url = format!("http://{}/proxy.pac", closed()).parse().unwrap();
    signed.set_username("ada").unwrap();
    signed.set_password(Some("open-sesame")).unwrap();
    let error = said(get(&by_script(signed), "http://acme.test/").await);
    assert!(error.contains("refused") && !error.contains("sesame"), "{error}");
}
