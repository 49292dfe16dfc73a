//! Takes a body in: counts it on the wire, undoes its `Content-Encoding`, and hands it to the body store.

use std::{
    io,
    path::Path,
    pin::Pin,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use async_compression::tokio::bufread::{BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder};
use bytes::BytesMut;
use futures_util::TryStreamExt;
use http::{HeaderMap, header::CONTENT_ENCODING};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio_util::io::StreamReader;
use url::Url;

use crate::{
    body_store::{Body, Sink},
    error::Error,
    failure,
};

/// What every request offers to understand.
pub(crate) const ACCEPT_ENCODING: &str = "gzip, br, zstd, deflate";

/// Bytes decoded at a time.
const PIECE: usize = 64 * 1024;

/// What an answer may unpack to whatever it had on the wire.
const UNPACKED: u64 = 64 << 20;

/// How many times as long as on the wire it may then be. Text of records packs to a thirtieth at most; what packs to less
/// than a hundredth was made to fill a disk.
const RATIO: u64 = 100;

/// The most bytes read of a body nobody wants, so that its connection can be used again.
const DRAIN: usize = 64 * 1024;

/// The longest such reading may take.
const DRAIN_TIME: Duration = Duration::from_millis(200);

/// A body and its size before decoding.
pub(crate) struct Received {
    pub body: Body,
    pub wire_size: u64,
}

/// Takes in the body of `response`, keeping at most `max` bytes, in `folder` if it is large. `tell` hears of every piece:
/// how much there is so far.
pub(crate) async fn receive(
    mut response: reqwest::Response,
    url: &Url,
    folder: &Path,
    max: u64,
    tell: &(dyn Fn(u64) + Sync),
) -> Result<Received, Error> {
    let codings = codings(response.headers());
    let mut sink = Sink::new(folder);
    if !codings.is_empty() {
        return decode(response, url, &codings, sink, max, tell).await;
    }
    while let Some(piece) = response
        .chunk()
        .await
        .map_err(|error| failure::no_end(url, &error.without_url()))?
    {
        fits(&sink, piece.len(), max, url)?;
        sink.push(piece).await?;
        tell(sink.size());
    }
    let wire_size = sink.size();
    let body = sink.finish().await?;
    Ok(Received { body, wire_size })
}

/// Reads what is left of a body that is not wanted. One that is long or slow is given up, and its connection with it.
pub(crate) async fn discard(mut response: reqwest::Response) {
    let reading = async {
        let mut read = 0;
        while let Ok(Some(piece)) = response.chunk().await {
            read += piece.len();
            if read > DRAIN {
                return;
            }
        }
    };
    // Either way there is nothing to tell: the answer's head said all.
    let _ = tokio::time::timeout(DRAIN_TIME, reading).await;
}

async fn decode(
    response: reqwest::Response,
    url: &Url,
    codings: &[Coding],
    mut sink: Sink<'_>,
    max: u64,
    tell: &(dyn Fn(u64) + Sync),
) -> Result<Received, Error> {
    let wire_size = AtomicU64::new(0);
    let pieces = response
        .bytes_stream()
        .inspect_ok(|piece| {
            wire_size.fetch_add(piece.len() as u64, Ordering::Relaxed);
        })
        .map_err(|error| io::Error::other(error.without_url()));
    let mut wire = StreamReader::new(pieces);
    let failed = |error: io::Error| undecodable(url, codings, &error);
    // The answer to a HEAD, a 204 or a 304 may name a coding and have no body.
    if !wire.fill_buf().await.map_err(failed)?.is_empty() {
        let mut decoded = decoder(&mut wire, codings).await.map_err(failed)?;
        let mut buffer = BytesMut::new();
        loop {
            buffer.reserve(PIECE);
            if decoded.read_buf(&mut buffer).await.map_err(failed)? == 0 {
                break;
            }
            let piece = buffer.split().freeze();
            fits(&sink, piece.len(), max, url)?;
            is_in_proportion(&sink, wire_size.load(Ordering::Relaxed), url)?;
            sink.push(piece).await?;
            tell(sink.size());
        }
    }
    // Only a connection whose answer was read to the end is used again.
    tokio::io::copy(&mut wire, &mut tokio::io::sink())
        .await
        .map_err(failed)?;
    let body = sink.finish().await?;
    Ok(Received {
        body,
        wire_size: wire_size.load(Ordering::Relaxed),
    })
}

fn fits(sink: &Sink<'_>, more: usize, max: u64, url: &Url) -> Result<(), Error> {
    if sink.size() + more as u64 > max {
        let host = failure::host(url);
        return Err(Error::TooLarge { host, limit: max });
    }
    Ok(())
}

/// Refuses an answer that unpacks to far more than it had on the wire, long before it has filled the disk.
fn is_in_proportion(sink: &Sink<'_>, wire_size: u64, url: &Url) -> Result<(), Error> {
    if sink.size() > UNPACKED && sink.size() / RATIO > wire_size {
        return Err(Error::Inflated {
            host: failure::host(url),
            wire_size,
            ratio: RATIO,
        });
    }
    Ok(())
}

/// A coding we can undo.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Coding {
    Gzip,
    Brotli,
    Zstd,
    Deflate,
}

/// The codings in the order they were applied. Empty when there is one that is unknown: the body is then kept as it is.
fn codings(headers: &HeaderMap) -> Vec<Coding> {
    let named = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty() && name != "identity");
    let known: Option<Vec<_>> = named
        .map(|name| match name.as_str() {
            "gzip" | "x-gzip" => Some(Coding::Gzip),
            "br" => Some(Coding::Brotli),
            "zstd" => Some(Coding::Zstd),
            "deflate" => Some(Coding::Deflate),
            _ => None,
        })
        .collect();
    known.unwrap_or_default()
}

type Reader<'a> = Pin<Box<dyn AsyncBufRead + Send + 'a>>;

async fn decoder<'a>(wire: impl AsyncBufRead + Send + Unpin + 'a, codings: &[Coding]) -> io::Result<Reader<'a>> {
    let mut reader: Reader<'a> = Box::pin(wire);
    for coding in codings.iter().rev() {
        reader = match coding {
            Coding::Gzip => {
                let mut gzip = GzipDecoder::new(reader);
                gzip.multiple_members(true);
                buffered(gzip)
            }
            Coding::Brotli => buffered(BrotliDecoder::new(reader)),
            Coding::Zstd => buffered(ZstdDecoder::new(reader)),
            // "deflate" means zlib (RFC 9110 §8.4.1.2), yet some servers send it bare. A zlib stream begins with
            // method 8 and a window of at most 7.
            Coding::Deflate => {
                let zlib =
                    matches!(reader.fill_buf().await?.first(), Some(first) if first & 0x0f == 8 && first >> 4 <= 7);
                if zlib {
                    buffered(ZlibDecoder::new(reader))
                } else {
                    buffered(DeflateDecoder::new(reader))
                }
            }
        };
    }
    Ok(reader)
}

fn buffered<'a>(decoder: impl AsyncRead + Send + 'a) -> Reader<'a> {
    Box::pin(BufReader::with_capacity(PIECE, decoder))
}

fn undecodable(url: &Url, codings: &[Coding], error: &io::Error) -> Error {
    if failure::cause::<reqwest::Error>(error).is_some() {
        return failure::no_end(url, error);
    }
    let names: Vec<_> = codings
        .iter()
        .map(|coding| format!("{coding:?}").to_lowercase())
        .collect();
    Error::Broken {
        host: failure::host(url),
        phase: format!("decoding the body ({})", names.join(", ")),
        reason: error.to_string(),
    }
}
