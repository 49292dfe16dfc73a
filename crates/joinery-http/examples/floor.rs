//! What the transport costs: the same request by a bare reqwest loop and by `joinery_http::send`, one after the other.
//! `script/bench` runs it: `floor URL TOKEN [COUNT]`.

use std::time::Instant;

use joinery_connector::HttpRequest;
use joinery_http::{Client, ClientOptions, Connection};
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(token)) = (arguments.next(), arguments.next()) else {
        return Err("usage: floor URL TOKEN [COUNT]".into());
    };
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| "a TLS provider is installed already")?;
    let count: u32 = arguments.next().map_or(Ok(500), |count| count.parse())?;
    // Each goes first once: what is warmed up by one must not flatter the other.
    bare(&url, &token, count).await?;
    ours(&url, &token, count).await?;
    let bare = bare(&url, &token, count).await?;
    let ours = ours(&url, &token, count).await?;
    println!("bare reqwest loop    {bare:.3} ms a request");
    println!("joinery-http         {ours:.3} ms a request, {:.3} more", ours - bare);
    Ok(())
}

async fn bare(url: &str, token: &str, count: u32) -> Result<f64, Box<dyn std::error::Error>> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let begun = Instant::now();
    for _ in 0..count {
        let response = client
            .get(url)
            .header("authorization", format!("SSWS {token}"))
            .send()
            .await?;
        let value: serde_json::Value = serde_json::from_slice(&response.bytes().await?)?;
        assert!(value.is_object(), "the answer is an object");
    }
    Ok(begun.elapsed().as_secs_f64() * 1000.0 / f64::from(count))
}

async fn ours(url: &str, token: &str, count: u32) -> Result<f64, Box<dyn std::error::Error>> {
    let client = Client::new(ClientOptions::default())?;
    let connection = Connection::default();
    let begun = Instant::now();
    for _ in 0..count {
        let mut request = HttpRequest::new("GET", url);
        request.set_header("authorization", format!("SSWS {token}"));
        let exchange = joinery_http::send(&client, &connection, request, &CancellationToken::new()).await?;
        let value: serde_json::Value = serde_json::from_slice(&exchange.body.read()?)?;
        assert!(value.is_object(), "the answer is an object");
    }
    Ok(begun.elapsed().as_secs_f64() * 1000.0 / f64::from(count))
}
