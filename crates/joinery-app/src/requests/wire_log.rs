//! What went over the wire, line by line: `*` what happened, `>` what was sent, `<` what came back. Secrets are masked on
//! the way out; what a server answers stands as it came.

use std::fmt::Write as _;

use joinery_connector::{
    Header,
    http::{Hop, HopReason, Timing},
};
use joinery_http::Exchange;

/// The log of an exchange: signing in first, then every hop, the last with its headers.
pub fn wire_log(exchange: &Exchange) -> String {
    let mut log = String::new();
    for asked in &exchange.sign_in {
        let _ = writeln!(log, "* to sign in");
        answered(&mut log, asked);
    }
    answered(&mut log, exchange);
    log
}

fn answered(log: &mut String, exchange: &Exchange) {
    let (request, response) = (&exchange.request, &exchange.response);
    let last = response.hops.len().saturating_sub(1);
    let before = response
        .hops
        .iter()
        .take(last)
        .filter(|hop| hop.reason != HopReason::SignIn);
    for hop in before {
        passed(log, hop);
    }
    opened(log, &response.timing, exchange.tls);
    let _ = writeln!(log, "> {} {} {}", request.method, request.url, response.version);
    headers(log, '>', &request.headers);
    let _ = writeln!(log, "< {} {} {}", response.version, response.status, response.reason);
    headers(log, '<', &response.headers);
    let _ = writeln!(
        log,
        "* {} bytes ({} on the wire) in {:.1} ms",
        response.size, response.wire_size, response.timing.total_ms
    );
}

/// A hop that led to another.
fn passed(log: &mut String, hop: &Hop) {
    if hop.delay_ms > 0.0 {
        let _ = writeln!(log, "* waited {:.0} ms", hop.delay_ms);
    }
    opened(log, &hop.timing, None);
    let _ = writeln!(log, "> {} {}", hop.method, hop.url);
    let _ = writeln!(log, "< {}", hop.status);
    let then = match hop.reason {
        HopReason::Redirect => format!("led to {}", hop.location.as_deref().unwrap_or_default()),
        HopReason::Retry => "is asked again".to_owned(),
        HopReason::Refused => "refused the signature, and is asked anew".to_owned(),
        HopReason::Page => "has a next page".to_owned(),
        HopReason::SignIn | HopReason::Final => return,
    };
    let _ = writeln!(log, "* {then}");
}

/// How the connection came about.
fn opened(log: &mut String, timing: &Timing, tls: Option<&str>) {
    let Some(connect) = timing.connect_ms else {
        let _ = writeln!(log, "* on a connection that stood");
        return;
    };
    let name = timing
        .dns_ms
        .map_or_else(String::new, |ms| format!("name found in {ms:.1} ms, "));
    let secure = timing
        .tls_ms
        .map_or_else(String::new, |ms| format!(", {} in {ms:.1} ms", tls.unwrap_or("TLS")));
    let _ = writeln!(log, "* {name}connected in {connect:.1} ms{secure}");
}

fn headers(log: &mut String, side: char, headers: &[Header]) {
    for header in headers {
        let _ = writeln!(log, "{side} {}: {}", header.name, header.value);
    }
    let _ = writeln!(log, "{side}");
}
