//! What a template can call: `{{uuid()}}`, `{{now("date")}}`, `{{response("users/create_user", "$.id")}}`.

use base64::{Engine as _, engine::general_purpose};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use sha2::{Digest, Sha256, Sha512};

use crate::toml_table::nearest;

/// What template functions ask of the outside. Nothing of the environment: a request means the same everywhere.
pub trait World: Send + Sync {
    /// Milliseconds since 1970.
    fn now_ms(&self) -> i64;
    /// Fills `bytes` at random.
    fn random(&self, bytes: &mut [u8]);
    /// The bytes of a file of the workspace.
    ///
    /// # Errors
    /// Why it cannot be read, as a sentence without a full stop.
    fn file(&self, path: &str) -> Result<Vec<u8>, String>;
    /// What a person answered to `label`.
    ///
    /// # Errors
    /// Why there is no answer.
    fn prompt(&self, label: &str) -> Result<String, String>;
    /// A value of the last response of another request: `status`, `header:NAME` or a `JSONPath`.
    ///
    /// # Errors
    /// Why there is none.
    fn response(&self, request: &str, subject: &str) -> Result<String, String>;
}

/// One template function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// How it is written, what may be left out in brackets.
    pub signature: &'static str,
    /// What it gives, as a sentence.
    pub meaning: &'static str,
    /// The fewest and the most arguments.
    pub takes: (usize, usize),
}

/// Every template function, in the order completion offers them.
pub const FUNCTIONS: &[Function] = &[
    function("uuid", "uuid()", "A random UUID of version 4.", (0, 0)),
    function(
        "now",
        "now([format], [offset])",
        "The time in UTC. The format is `iso`, `date`, `unix`, `unix_ms` or a pattern such as `%Y-%m-%d`; the offset is `-1d`, `+2h`, `30m`, `10s` or `1w`.",
        (0, 2),
    ),
    function(
        "random",
        "random([lowest], [highest])",
        "A random whole number, both ends included; from 0 to 999999 where none is given.",
        (0, 2),
    ),
    function(
        "random_text",
        "random_text([length])",
        "Random letters and digits, 12 of them where no length is given.",
        (0, 1),
    ),
    function("base64", "base64(text)", "The text in Base64.", (1, 1)),
    function(
        "base64_decode",
        "base64_decode(text)",
        "The text that Base64 stands for.",
        (1, 1),
    ),
    function(
        "url_encode",
        "url_encode(text)",
        "The text percent-encoded as one value of a query.",
        (1, 1),
    ),
    function("lower", "lower(text)", "The text in small letters.", (1, 1)),
    function("upper", "upper(text)", "The text in capital letters.", (1, 1)),
    function(
        "hash",
        "hash(algorithm, text)",
        "The digest in hexadecimal; the algorithm is `md5`, `sha1`, `sha256` or `sha512`.",
        (2, 2),
    ),
    function(
        "hmac_sha256",
        "hmac_sha256(key, text)",
        "The HMAC with SHA-256 in hexadecimal.",
        (2, 2),
    ),
    function(
        "file",
        "file(path)",
        "The text of a file of the workspace, by its path below `fixtures`.",
        (1, 1),
    ),
    function(
        "prompt",
        "prompt(label, [default])",
        "What you answer when the request is sent.",
        (1, 2),
    ),
    function(
        "response",
        "response(request, [what])",
        "A value of another request's last response: a JSONPath, `status` or `header:NAME`; the request is its path below `requests`, such as `users/create_user`.",
        (1, 2),
    ),
];

const fn function(
    name: &'static str,
    signature: &'static str,
    meaning: &'static str,
    takes: (usize, usize),
) -> Function {
    Function {
        name,
        signature,
        meaning,
        takes,
    }
}

/// Letters of `random_text`.
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
/// The longest `random_text`.
const LONGEST_TEXT: usize = 4096;

/// Calls a function.
pub(super) fn call(name: &str, arguments: &[String], world: Option<&dyn World>) -> Result<String, String> {
    let Some(function) = FUNCTIONS.iter().find(|function| function.name == name) else {
        let near = nearest(name, FUNCTIONS.iter().map(|function| function.name));
        let near = near.map_or_else(String::new, |near| format!("; did you mean {near}()?"));
        return Err(format!("there is no template function {name}(){near}"));
    };
    if !(function.takes.0..=function.takes.1).contains(&arguments.len()) {
        return Err(format!("it is written {}", function.signature));
    }
    let outside = || world.ok_or_else(|| "it has a value only when the request is sent".to_owned());
    let argument = |index: usize| arguments.get(index).map(String::as_str);
    let first = argument(0).unwrap_or_default();
    match name {
        "uuid" => Ok(uuid::Builder::from_random_bytes(random(outside()?))
            .into_uuid()
            .to_string()),
        "now" => now(outside()?.now_ms(), argument(0).unwrap_or("iso"), argument(1)),
        "random" => random_number(outside()?, argument(0), argument(1)),
        "random_text" => random_text(outside()?, argument(0)),
        "base64" => Ok(general_purpose::STANDARD.encode(first)),
        "base64_decode" => base64_decode(first),
        "url_encode" => Ok(crate::request::component(first)),
        "lower" => Ok(first.to_lowercase()),
        "upper" => Ok(first.to_uppercase()),
        "hash" => hash(first, argument(1).unwrap_or_default()),
        "hmac_sha256" => {
            let mut mac = Hmac::<Sha256>::new_from_slice(first.as_bytes()).map_err(|error| error.to_string())?;
            mac.update(argument(1).unwrap_or_default().as_bytes());
            Ok(hex::encode(mac.finalize().into_bytes()))
        }
        "file" => {
            let bytes = outside()?.file(first)?;
            String::from_utf8(bytes).map_err(|_| format!("{first} is not text; send it as a body of the kind file"))
        }
        "prompt" => match (outside()?.prompt(first), argument(1)) {
            (Err(_), Some(default)) => Ok(default.to_owned()),
            (answer, _) => answer,
        },
        "response" => outside()?.response(first, argument(1).unwrap_or("$")),
        _ => unreachable!("every function of the list is answered above"),
    }
}

fn random<const N: usize>(world: &dyn World) -> [u8; N] {
    let mut bytes = [0; N];
    world.random(&mut bytes);
    bytes
}

fn now(now_ms: i64, format: &str, offset: Option<&str>) -> Result<String, String> {
    let offset = offset.map(duration).transpose()?.unwrap_or_default();
    let time = Timestamp::from_millisecond(now_ms)
        .and_then(|time| time.checked_add(offset))
        .map_err(|error| error.to_string())?;
    let pattern = match format {
        "unix" => return Ok(time.as_second().to_string()),
        "unix_ms" => return Ok(time.as_millisecond().to_string()),
        "iso" => "%Y-%m-%dT%H:%M:%S.%3fZ",
        "date" => "%Y-%m-%d",
        pattern if pattern.contains('%') => pattern,
        other => {
            return Err(format!(
                "`{other}` is no format: use iso, date, unix, unix_ms or a pattern such as %Y-%m-%d"
            ));
        }
    };
    jiff::fmt::strtime::format(pattern, &time.to_zoned_datetime(TimeZone::UTC)).map_err(|error| error.to_string())
}

/// `-1d`, `+2h`, `30m`, `10s`, `1w`.
fn duration(text: &str) -> Result<SignedDuration, String> {
    let wrong = || format!("`{text}` is no offset: use a number and one of w, d, h, m, s, such as -1d");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let number: i64 = text[..text.len() - unit.len_utf8()]
        .trim()
        .parse()
        .map_err(|_| wrong())?;
    let seconds = match unit {
        'w' => 604_800,
        'd' => 86_400,
        'h' => 3_600,
        'm' => 60,
        's' => 1,
        _ => return Err(wrong()),
    };
    number
        .checked_mul(seconds)
        .map(SignedDuration::from_secs)
        .ok_or_else(wrong)
}

fn random_number(world: &dyn World, lowest: Option<&str>, highest: Option<&str>) -> Result<String, String> {
    let whole = |text: &str| {
        text.parse::<i64>()
            .map_err(|_| format!("`{text}` is not a whole number"))
    };
    let lowest = lowest.map_or(Ok(0), whole)?;
    let highest = highest.map_or(Ok(999_999), whole)?;
    if lowest > highest {
        return Err(format!("{lowest} is more than {highest}"));
    }
    // The remainder favours small numbers by less than one in 2^64.
    let span = i128::from(highest) - i128::from(lowest) + 1;
    let chance = u128::from_le_bytes(random(world)) >> 1;
    let number = i128::from(lowest) + (i128::try_from(chance).unwrap_or(0) % span);
    Ok(number.to_string())
}

fn random_text(world: &dyn World, length: Option<&str>) -> Result<String, String> {
    let length = match length {
        None => 12,
        Some(text) => text
            .parse::<usize>()
            .ok()
            .filter(|length| (1..=LONGEST_TEXT).contains(length))
            .ok_or_else(|| format!("`{text}` is not a length from 1 to {LONGEST_TEXT}"))?,
    };
    let mut bytes = vec![0; length];
    world.random(&mut bytes);
    Ok(bytes
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]))
        .collect())
}

fn base64_decode(text: &str) -> Result<String, String> {
    let plain = text.trim_end_matches('=');
    let bytes = general_purpose::STANDARD_NO_PAD
        .decode(plain)
        .or_else(|_| general_purpose::URL_SAFE_NO_PAD.decode(plain))
        .map_err(|error| format!("it is not Base64: {error}"))?;
    String::from_utf8(bytes).map_err(|_| "what it stands for is not text".to_owned())
}

fn hash(algorithm: &str, text: &str) -> Result<String, String> {
    Ok(match algorithm.to_ascii_lowercase().as_str() {
        "md5" => hex::encode(md5::Md5::digest(text)),
        "sha1" => hex::encode(sha1::Sha1::digest(text)),
        "sha256" => hex::encode(Sha256::digest(text)),
        "sha512" => hex::encode(Sha512::digest(text)),
        other => return Err(format!("`{other}` is no digest: use md5, sha1, sha256 or sha512")),
    })
}
