//! Small proxies. Whatever host they are asked for, they lead to one address on loopback: who gets through came
//! through them.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

/// A running proxy and what it was asked.
pub struct Running {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Running {
    /// What it was asked since the last time, one line each.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

/// What an HTTP proxy wants before it does anything.
#[derive(Clone, Copy)]
pub enum Wants {
    Nothing,
    /// `Proxy-Authorization` of this value.
    Credentials(&'static str),
    /// Nobody gets through: it answers with this status line.
    Nobody(&'static str),
}

/// An HTTP proxy: `CONNECT`, and plain requests, which it answers itself with `by proxy`.
pub fn http(target: SocketAddr, wants: Wants) -> Running {
    start(move |stream, asked| {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        while let Some((line, authorization)) = head(&mut reader) {
            let told = authorization
                .as_deref()
                .map_or(String::new(), |value| format!(" {value}"));
            asked.lock().unwrap().push(format!("{line}{told}"));
            let refusal = match wants {
                Wants::Nothing => None,
                Wants::Credentials(value) if authorization.as_deref() == Some(value) => None,
                Wants::Credentials(_) => Some("407 Proxy Authentication Required"),
                Wants::Nobody(status) => Some(status),
            };
            let mut stream = &stream;
            if let Some(status) = refusal {
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
                stream.write_all(answer.as_bytes()).unwrap();
            } else if line.starts_with("CONNECT ") {
                stream
                    .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    .unwrap();
                return tunnel(stream, target);
            } else {
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nby proxy")
                    .unwrap();
            }
        }
    })
}

/// Request line and `Proxy-Authorization` of the next request.
fn head(reader: &mut impl BufRead) -> Option<(String, Option<String>)> {
    let mut first = None;
    let mut authorization = None;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            return Some((first?, authorization));
        }
        if let Some((name, value)) = line.split_once(": ")
            && name.eq_ignore_ascii_case("proxy-authorization")
        {
            authorization = Some(value.to_owned());
        }
        first.get_or_insert_with(|| line.to_owned());
    }
}

/// A SOCKS5 proxy (RFC 1928), with a user name and password (RFC 1929) where `credentials` says so.
pub fn socks5(target: SocketAddr, credentials: Option<(&'static str, &'static str)>) -> Running {
    start(move |mut stream, asked| {
        let methods = counted(&mut stream, 1);
        let method = if credentials.is_some() { 2 } else { 0 };
        if !methods.contains(&method) {
            stream.write_all(&[5, 0xff]).unwrap();
            return;
        }
        stream.write_all(&[5, method]).unwrap();
        if let Some((username, password)) = credentials {
            let given = (counted(&mut stream, 1), counted(&mut stream, 0));
            let right = given == (username.as_bytes().to_vec(), password.as_bytes().to_vec());
            stream.write_all(&[1, u8::from(!right)]).unwrap();
            if !right {
                return;
            }
        }
        let [_, _, _, kind] = exactly(&mut stream);
        let host = match kind {
            3 => String::from_utf8(counted(&mut stream, 0)).unwrap(),
            1 => std::net::Ipv4Addr::from(exactly::<4>(&mut stream)).to_string(),
            _ => std::net::Ipv6Addr::from(exactly::<16>(&mut stream)).to_string(),
        };
        let _port: [u8; 2] = exactly(&mut stream);
        asked.lock().unwrap().push(host);
        stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
        tunnel(&stream, target);
    })
}

/// `skip` bytes, then a length and as many bytes.
fn counted(stream: &mut TcpStream, skip: usize) -> Vec<u8> {
    let mut head = vec![0; skip + 1];
    stream.read_exact(&mut head).unwrap();
    let mut bytes = vec![0; head[skip].into()];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

fn exactly<const LENGTH: usize>(stream: &mut TcpStream) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

fn start(serve: impl Fn(TcpStream, &Mutex<Vec<String>>) + Send + Sync + 'static) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (serve, kept) = (Arc::new(serve), Arc::clone(&asked));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (serve, asked) = (Arc::clone(&serve), Arc::clone(&kept));
            std::thread::spawn(move || serve(stream, &asked));
        }
    });
    Running { address, asked }
}

fn tunnel(near: &TcpStream, target: SocketAddr) {
    let far = TcpStream::connect(target).unwrap();
    let (mut from_near, mut to_far) = (near.try_clone().unwrap(), far.try_clone().unwrap());
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from_near, &mut to_far);
        let _ = to_far.shutdown(Shutdown::Write);
    });
    let (mut from_far, mut to_near) = (far, near);
    let _ = std::io::copy(&mut from_far, &mut to_near);
    let _ = near.shutdown(Shutdown::Both);
}
