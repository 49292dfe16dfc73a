//! Following a list to its next pages, and joining them into one answer.

use std::collections::HashSet;

use joinery_connector::{
    HttpRequest,
    http::HopReason,
    manifest::{RetryRule, RetryWait},
};
use joinery_http::{
    Exchange,
    pages::{Joined, next},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use url::Url;

use super::send::{Sending, exchange_as};
use crate::{connections::Resolved, error::Error, studio::Studio};

/// The most pages that are followed: a list that is longer has no end.
const MOST: u32 = 10_000;

/// Milliseconds that a page may take where nothing else is said: a rate limit's window is a minute.
const PATIENCE_MS: u64 = 90_000;

/// How often a page is asked for again after a 429.
const AGAIN: u32 = 3;

/// Pages that were followed and joined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Pages {
    /// How many, the first included.
    pub count: u32,
    /// The entries of their lists.
    #[ts(type = "number")]
    pub entries: u64,
    /// Why there may be more; `None` at the end of the list.
    pub stopped: Option<String>,
}

/// How far the pages are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Pages so far.
    pub pages: u32,
    /// Entries so far.
    pub entries: u64,
    /// Bytes so far.
    pub size: u64,
}

/// Follows `first`, the answer to `ready`, for at most `most` pages in all; 0 for all of them. A page that is not
/// answered well becomes the answer, for what was joined is not all there is.
///
/// # Errors
/// As [`exchange`](super::exchange).
pub(super) async fn follow(
    studio: &Studio,
    connection: &Resolved,
    ready: &HttpRequest,
    first: Exchange,
    most: u32,
    sending: &Sending<'_>,
) -> Result<(Exchange, Option<Pages>), Error> {
    let url = Url::parse(&ready.url).ok();
    let led_away = first.response.hops.iter().any(|hop| hop.reason == HopReason::Redirect);
    let base = if led_away {
        Url::parse(&first.response.url).ok()
    } else {
        url
    };
    let (Some(mut base), "GET", true) = (base, ready.method.as_str(), first.response.ok()) else {
        return Ok((first, None));
    };
    let most = if most == 0 { MOST } else { most };
    let connection = patient(connection);
    let mut request = ready.clone();
    if !sending.timed {
        request.timeout_ms = request.timeout_ms.max(PATIENCE_MS);
    }
    let mut joined = Joined::new(&connection.http.body_folder);
    let mut seen = HashSet::from([base.clone()]);
    let mut whole = first;
    let mut page = whole.body.clone();
    let mut pages = Pages {
        count: 0,
        entries: 0,
        stopped: None,
    };
    loop {
        let bytes = page.read().map_err(|source| stored(&connection, source))?;
        if !joined.push(&bytes).await? {
            if pages.count == 0 {
                return Ok((whole, None));
            }
            pages.stopped = Some(format!("page {} is no list like those before it", pages.count + 1));
            break;
        }
        pages.count += 1;
        (sending.on_page)(Progress {
            pages: pages.count,
            entries: joined.entries(),
            size: joined.size(),
        });
        let Some(target) = next(&whole.response.headers, &bytes, &base) else {
            break;
        };
        pages.stopped = stop(&target, &base, &seen, pages.count, most);
        if pages.stopped.is_some() {
            break;
        }
        request.url = target.to_string();
        let answered = exchange_as(studio, &connection, request.clone(), sending).await?;
        if !answered.response.ok() {
            pages.entries = joined.entries();
            pages.stopped = Some(format!(
                "page {} was answered with {}",
                pages.count + 1,
                answered.response.status
            ));
            return Ok((answered, Some(pages)));
        }
        page = answered.body.clone();
        add(&mut whole, answered);
        seen.insert(target.clone());
        base = target;
    }
    pages.entries = joined.entries();
    whole.body = joined.finish().await?;
    whole.response.size = whole.body.size();
    // What a recording keeps of every page would keep the pages.
    whole.tape.clear();
    Ok((whole, Some(pages)))
}

/// Why the next page is not asked for.
fn stop(target: &Url, base: &Url, seen: &HashSet<Url>, count: u32, most: u32) -> Option<String> {
    if count >= most {
        Some(format!("there are more than {count} pages"))
    } else if target.origin() != base.origin() {
        // Whoever else gets the request gets the cursor, and its own headers.
        let host = target.host_str().unwrap_or_default();
        Some(format!("the next page is on another server, {host}"))
    } else if seen.contains(target) {
        Some(format!("page {count} leads back to a page before it"))
    } else {
        None
    }
}

/// The connection, waiting where a page meets a rate limit.
fn patient(connection: &Resolved) -> Resolved {
    let mut connection = connection.clone();
    let rule = connection.http.retry.get_or_insert(RetryRule {
        statuses: Vec::new(),
        max: AGAIN,
        wait: RetryWait::XRateLimitReset,
    });
    if !rule.statuses.contains(&429) {
        rule.statuses.push(429);
    }
    connection
}

/// `whole` as its last page `page` ends it: its head, and the time and bytes of all.
fn add(whole: &mut Exchange, page: Exchange) {
    let before = &mut whole.response;
    let mut response = page.response;
    if let Some(last) = before.hops.last_mut() {
        last.reason = HopReason::Page;
    }
    let mut hops = std::mem::take(&mut before.hops);
    hops.append(&mut response.hops);
    response.hops = hops;
    response.url.clone_from(&before.url);
    response.wire_size += before.wire_size;
    let (sum, first) = (&mut response.timing, before.timing);
    (sum.dns_ms, sum.connect_ms, sum.tls_ms) = (first.dns_ms, first.connect_ms, first.tls_ms);
    sum.wait_ms += first.wait_ms;
    sum.download_ms += first.download_ms;
    sum.total_ms += first.total_ms;
    whole.response = response;
    whole.sign_in.extend(page.sign_in);
}

fn stored(connection: &Resolved, source: std::io::Error) -> Error {
    joinery_http::Error::Store {
        path: connection.http.body_folder.clone(),
        source,
    }
    .into()
}
