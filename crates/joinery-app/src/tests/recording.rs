//! A run as a cassette, and a cassette as what a run is replayed with.

use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD, Engine as _};
use jiff::Timestamp;
use joinery_connector::{
    Connector, Secret,
    cassette::{Cassette, Given, Masking, RecordedBody},
    form::Control,
    test_file::Case,
};
use joinery_http::{Client, ClientOptions, auth};
use serde_json::Value;
use url::Url;

use crate::{
    chance::{Chance, Drawn, Uses},
    connections::{self, Resolved},
    error::{Code, Error},
    host::RecordedCall,
    runs::{Performance, Performed},
    studio::{Studio, now_ms},
};

/// The least bytes of a result that is looked for in what was recorded.
const SHORTEST_RESULT: usize = 8;

/// What a cassette is made of.
pub(crate) struct Take<'a> {
    pub(crate) connection: &'a Resolved,
    pub(crate) asked: &'a [RecordedCall],
    pub(crate) calls: &'a [RecordedCall],
    pub(crate) drawn: &'a Drawn,
    pub(crate) given: &'a [Given],
}

impl<'a> Take<'a> {
    pub(crate) fn of(connection: &'a Resolved, performed: &'a Performed) -> Self {
        Self {
            connection,
            asked: &performed.asked,
            calls: &performed.calls,
            drawn: &performed.drawn,
            given: &performed.given,
        }
    }
}

/// The cassette of a run, masked. `said` is what its case says.
pub(super) fn cassette(connector: &Connector, take: &Take, said: Vec<String>) -> Result<Cassette, Error> {
    let mut cassettes = cassettes(connector, std::slice::from_ref(take), said)?;
    Ok(cassettes.remove(0))
}

/// The cassettes of runs, one each, masked together: a value has the same stand-in in all of them.
pub(crate) fn cassettes(connector: &Connector, takes: &[Take], said: Vec<String>) -> Result<Vec<Cassette>, Error> {
    let parts = takes.iter().map(|take| unmasked(connector, take));
    let mut parts = parts.collect::<Result<Vec<Cassette>, Error>>()?;
    let mut whole = Cassette::new("", "");
    for (number, part) in parts.iter().enumerate() {
        whole.exchanges.extend(part.exchanges.iter().cloned());
        whole.opened.extend(part.opened.iter().cloned());
        let connection = Value::Object(part.connection.clone());
        whole.connection.insert(number.to_string(), connection);
    }
    let uses = || takes.iter().map(|take| &take.drawn.uses);
    let replace = takes.iter().flat_map(|take| {
        let base_url = &take.connection.http.base_url;
        addresses(base_url, &shown_base(connector, base_url))
    });
    let masking = Masking {
        settings: &connector.manifest.tests,
        secrets: takes.iter().flat_map(|take| secrets(take.connection)).collect(),
        replace: replace.collect(),
        results: uses()
            .flat_map(|uses| uses.results.iter().flat_map(as_written))
            .collect(),
        signed: uses().flat_map(|uses| uses.signed.iter().cloned()).collect(),
        said,
        given: takes.iter().flat_map(|take| take.given.iter().cloned()).collect(),
    };
    masking.apply(&mut whole);
    let (mut exchanges, mut opened) = (whole.exchanges.into_iter(), whole.opened.into_iter());
    for (number, part) in parts.iter_mut().enumerate() {
        part.exchanges = exchanges.by_ref().take(part.exchanges.len()).collect();
        part.opened = opened.by_ref().take(part.opened.len()).collect();
        if let Some(Value::Object(connection)) = whole.connection.remove(&number.to_string()) {
            part.connection = connection;
        }
    }
    Ok(parts)
}

/// The cassette of a run, with every secret in it.
fn unmasked(connector: &Connector, take: &Take) -> Result<Cassette, Error> {
    let shown_base = shown_base(connector, &take.connection.http.base_url);
    let mut cassette = Cassette::new(time_text(now_ms() / 1000 * 1000), shown_base);
    cassette.connection.clone_from(&take.connection.fields);
    cassette.connection.remove("base_url");
    cassette.secrets = take.connection.secrets.keys().cloned().collect();
    cassette.clock = take.drawn.clock.iter().map(|reading| time_text(*reading)).collect();
    cassette.random = hex::encode(&take.drawn.random);
    for (calls, parallel) in [(take.asked, false), (take.calls, true)] {
        add(&mut cassette, calls, parallel)?;
    }
    let opened = &take.drawn.uses.opened;
    cassette.opened = opened.iter().map(|text| RecordedBody::of(text)).collect();
    Ok(cassette)
}

fn add(cassette: &mut Cassette, calls: &[RecordedCall], may_overlap: bool) -> Result<(), Error> {
    if let Some(lost) = calls.iter().find(|call| call.lost) {
        let why = lost.report.error.clone().unwrap_or_default();
        let message = format!(
            "{} {} got no answer to record: {why}",
            lost.report.method, lost.report.url
        );
        return Err(Error::new(Code::Failed, message)
            .with_hint("A case of a failure like this one goes without a cassette and is run live."));
    }
    let mut in_order: Vec<&RecordedCall> = calls.iter().filter(|call| !call.tape.is_empty()).collect();
    in_order.sort_by(|one, other| one.report.start_ms.total_cmp(&other.report.start_ms));
    let (mut busy_until, mut begins) = (f64::MIN, cassette.exchanges.len());
    for call in in_order {
        let overlaps = may_overlap && call.report.start_ms < busy_until;
        if overlaps {
            // Redirects and retries of the calls it overlaps with may come after it as well.
            let together = cassette.exchanges.get_mut(begins + 1..).unwrap_or_default();
            for exchange in together {
                exchange.parallel = true;
            }
        } else {
            begins = cassette.exchanges.len();
        }
        busy_until = busy_until.max(call.report.start_ms + call.report.time_ms);
        for taped in &call.tape {
            let mut exchange = taped.recorded().map_err(|error| {
                Error::new(
                    Code::Unavailable,
                    format!("a response could not be read back from disk: {error}"),
                )
                .with_hint("Check free space, and record again.")
            })?;
            exchange.parallel = overlaps;
            cassette.exchanges.push(exchange);
        }
    }
    Ok(())
}

/// The client, connection, time and chance of a replay.
pub(crate) fn replay(studio: &Studio, connector: &Arc<Connector>, file: &str, cassette: &Cassette) -> Performance {
    let connection = connections::replayed(
        studio,
        connector,
        &cassette.base_url,
        cassette.connection.clone(),
        &cassette.secrets,
    );
    let begun = time_of(&cassette.recorded).unwrap_or_default();
    let drawn = Drawn {
        clock: cassette.clock.iter().filter_map(|text| time_of(text)).collect(),
        random: hex::decode(&cassette.random).unwrap_or_default(),
        uses: Uses::replayed(cassette.opened.iter().map(RecordedBody::bytes).collect()),
    };
    let client = Client::recorded(ClientOptions::default(), cassette.exchanges.clone());
    Performance {
        client: Some(client),
        chance: Arc::new(Chance::recorded(drawn, begun)),
        ..Performance::new(Arc::clone(connector), file, connection)
    }
}

/// A cassette without any exchange: for a case that makes no call.
pub(super) fn silent(connector: &Connector) -> Cassette {
    let mut cassette = Cassette::new(time_text(now_ms()), shown_base(connector, ""));
    cassette.secrets = declared_secrets(connector);
    cassette
}

/// A run that calls nobody and reads no clock: for a case with secrets and a time of its own.
pub(super) fn closed(studio: &Studio, connector: &Arc<Connector>, file: &str, case: &Case) -> Performance {
    let mut performance = replay(studio, connector, file, &silent(connector));
    performance.chance = Arc::new(Chance::standing_at(case.now_ms.unwrap_or_else(now_ms)));
    let secrets = case.secrets.iter();
    performance.connection.secrets = secrets
        .map(|(name, secret)| (name.clone(), Secret::new(secret.clone())))
        .collect();
    performance
}

/// Names of the secrets that a connection of the connector can have.
fn declared_secrets(connector: &Connector) -> Vec<String> {
    let manifest = &connector.manifest;
    let forms = manifest.auth.iter().filter_map(|choice| {
        let kind = auth::kind(&choice.kind)?;
        Some(kind.form(&choice.settings).fields)
    });
    let fields = manifest.fields.iter().cloned().chain(forms.flatten());
    fields
        .filter(|field| field.control == Control::Secret)
        .map(|field| field.name)
        .collect()
}

/// A result and its stand-in in each way that a script may write bytes.
fn as_written((result, shown): &(Vec<u8>, Vec<u8>)) -> Vec<(String, String)> {
    // What is this short may stand anywhere by chance.
    if result.len() < SHORTEST_RESULT {
        return Vec::new();
    }
    let ways: [fn(&[u8]) -> String; 6] = [
        |bytes| hex::encode(bytes),
        |bytes| hex::encode_upper(bytes),
        |bytes| BASE64_STANDARD.encode(bytes),
        |bytes| BASE64_STANDARD_NO_PAD.encode(bytes),
        |bytes| BASE64_URL_SAFE.encode(bytes),
        |bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes),
    ];
    ways.map(|write| (write(result), write(shown))).to_vec()
}

/// How many days old a cassette is, where that is more than the connector allows.
pub(super) fn stale_days(connector: &Connector, cassette: &Cassette) -> Option<i64> {
    let recorded = Timestamp::from_millisecond(time_of(&cassette.recorded)?).ok()?;
    let now = Timestamp::from_millisecond(now_ms()).ok()?;
    let days = now.duration_since(recorded).as_hours() / 24;
    let most = i64::from(connector.manifest.tests.stale_after_days);
    (most > 0 && days > most).then_some(days)
}

fn secrets(connection: &Resolved) -> Vec<(String, Secret)> {
    let named = connection
        .secrets
        .iter()
        .map(|(name, secret)| (name.clone(), secret.clone()));
    // What signing in brought has no name that a script knows.
    let brought = connection
        .http
        .secrets()
        .into_iter()
        .map(|secret| ("token".to_owned(), secret));
    named.chain(brought).collect()
}

/// The org's address, and what is shown for it: its origin first, then its host alone.
fn addresses(base_url: &str, shown_base: &str) -> Vec<(String, String)> {
    let (Ok(real), Ok(shown)) = (Url::parse(base_url), Url::parse(shown_base)) else {
        return Vec::new();
    };
    let origin = |url: &Url| url.origin().ascii_serialization();
    let authority = |url: &Url| origin(url).split_once("://").map(|(_, host)| host.to_owned());
    let mut addresses = vec![(origin(&real), origin(&shown))];
    if let (Some(real), Some(shown)) = (authority(&real), authority(&shown)) {
        addresses.push((real, shown));
    }
    addresses
}

/// The base URL with a host that is nobody's: `https://okta.example/api`.
fn shown_base(connector: &Connector, base_url: &str) -> String {
    let path = Url::parse(base_url).map_or(String::new(), |url| url.path().trim_end_matches('/').to_owned());
    format!("https://{}.example{path}", connector.manifest.id.replace('_', "-"))
}

fn time_text(ms: i64) -> String {
    Timestamp::from_millisecond(ms)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_string()
}

pub(super) fn time_of(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_of_a_cassette_counts_in_whole_days() {
        let connector = Connector::from_files(
            std::path::Path::new("acme"),
            [(
                "connector.toml".to_owned(),
                b"format = 1\nid = \"acme\"\nversion = \"0.1.0\"\n".to_vec(),
            )],
        )
        .unwrap();
        let aged = |days: i64| {
            let recorded = now_ms() - (24 * days + 1) * 3_600_000;
            stale_days(&connector, &Cassette::new(time_text(recorded), "https://acme.example"))
        };
        assert_eq!((aged(180), aged(181)), (None, Some(181)));
    }

    #[test]
    fn the_orgs_address_is_nobodys() {
        assert_eq!(
            addresses("http://127.0.0.1:8080/api", "https://okta.example/api"),
            [
                ("http://127.0.0.1:8080".to_owned(), "https://okta.example".to_owned()),
                ("127.0.0.1:8080".to_owned(), "okta.example".to_owned())
            ]
        );
    }
}
