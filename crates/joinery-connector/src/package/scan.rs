//! The secret scan: values that look like tokens, in files that leave the house.

use std::sync::LazyLock;

use regex::Regex;

use crate::{
    connector::Connector,
    file::place,
    problem::{Problem, Severity},
};

/// Token-like values in a connector's files: what export refuses. Every [`Problem`] has the code `secret` and shows
/// no more than the value's first letters.
pub fn scan_secrets(connector: &Connector) -> Vec<Problem> {
    let mut problems = Vec::new();
    for path in connector.files.keys() {
        // A file that is not text holds no text that a person pasted.
        if let Ok(text) = connector.text(path) {
            scan(path, &text, &mut problems);
        }
    }
    problems
}

/// A kind of secret, and how to find it. The group `value` is the secret itself.
struct Rule {
    what: &'static str,
    find: Regex,
    /// Whether the value must also look random: the pattern alone also finds names and words.
    random: bool,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let rule = |what, random, pattern: &str| Rule {
        what,
        find: Regex::new(pattern).expect("a constant that works"),
        random,
    };
    vec![
        rule(
            "a private key",
            false,
            r"(?s)(?<value>-----BEGIN [A-Z ]*PRIVATE KEY-----(?:\\n|\\r|\s)*[A-Za-z0-9+/=]{20,})",
        ),
        rule(
            "a signed token",
            false,
            r"\b(?<value>eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,})",
        ),
        rule("an Okta API token", false, r"\bSSWS\s+(?<value>[A-Za-z0-9_-]{20,})"),
        rule(
            "an Okta API token",
            true,
            r"(?:^|[^A-Za-z0-9_-])(?<value>00[A-Za-z0-9_-]{40})(?:$|[^A-Za-z0-9_-])",
        ),
        rule("an AWS access key", false, r"\b(?<value>(?:AKIA|ASIA)[A-Z0-9]{16})\b"),
        rule(
            "an access token",
            true,
            r"\b(?<value>(?:gh[opsur]_|github_pat_|glpat-|xox[abeprs]-|sk_live_|rk_live_)[A-Za-z0-9_-]{16,})",
        ),
        rule(
            "a credential",
            true,
            r"(?i)\b(?:Bearer|Basic|DPoP|Digest|Token|ApiKey)\s+(?<value>[A-Za-z0-9._~+/-]{16,}=*)",
        ),
        // The value of an Authorization header, as JSON, Rhai and HTTP write it, and as a row of a request file.
        rule(
            "a credential",
            true,
            r#"(?i)\b(?:proxy-)?authorization["'`]?[ \t]*[:=,][ \t]*["'`]?(?:[A-Za-z]+[ \t]+)?(?<value>[A-Za-z0-9._~+/=-]{12,})"#,
        ),
        rule(
            "a credential",
            true,
            r#"(?i)name\s*=\s*["'](?:proxy-authorization|authorization|x-api-key|api-key|cookie)["']\s*[,\n]\s*value\s*=\s*["'](?:[A-Za-z]+\s+)?(?<value>[^"'\s]{12,})["']"#,
        ),
        rule(
            "a secret",
            true,
            r#"(?i)(?:token|secret|password|passwd|passphrase|api_?-?key|access_?key|private_?key)["'`]?\s*[:=]\s*["'`](?<value>[^"'`\s]{12,})["'`]"#,
        ),
        rule(
            "a secret",
            true,
            r"(?i)[?&](?:access_token|id_token|token|api_?key|key|sig|signature|client_secret|password)=(?<value>[^&\s\x22'`{}]{16,})",
        ),
    ]
});

/// Where something in `text` looks like a secret, from start to end, and what it looks like; in order.
pub(crate) fn secrets_in(text: &str) -> Vec<(usize, usize, &'static str)> {
    let mut found: Vec<(usize, usize, &'static str)> = Vec::new();
    for rule in RULES.iter() {
        for captures in rule.find.captures_iter(text) {
            let value = captures.name("value").expect("every rule names its value");
            let overlaps = found
                .iter()
                .any(|(start, end, _)| value.start() < *end && *start < value.end());
            if !overlaps && !harmless(value.as_str()) && (!rule.random || looks_random(value.as_str())) {
                found.push((value.start(), value.end(), rule.what));
            }
        }
    }
    found.sort_unstable();
    found
}

fn scan(file: &str, text: &str, problems: &mut Vec<Problem>) {
    for (start, end, what) in secrets_in(text) {
        let (line, column) = place(text, start);
        let (end_line, end_column) = place(text, end);
        problems.push(Problem {
            file: file.to_owned(),
            line,
            column,
            end_column: (end_line == line).then_some(end_column),
            severity: Severity::Error,
            code: "secret".to_owned(),
            message: format!("this looks like {what}: `{}`", masked(&text[start..end])),
            hint: Some("put it into the connection and write a variable such as `{{token}}` here".to_owned()),
        });
    }
}

/// The first letters, enough to find it again.
fn masked(value: &str) -> String {
    if value.starts_with("-----BEGIN") {
        return "-----BEGIN…".to_owned();
    }
    let start: String = value.chars().take(4).collect();
    format!("{start}…")
}

static UUID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$").expect("a constant that works")
});

/// Okta's ids: `00ub0oNGTSWTBKOLGLNR`, `0oa1gjh63g214q0Hq0g4`.
static OKTA_ID: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^0[0-9a-z][a-z0-9][A-Za-z0-9]{17}$").expect("a constant that works"));

/// Values that are known not to be secrets: variables, stand-ins, ids, addresses.
fn harmless(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let stand_in = [
        "example",
        "placeholder",
        "redacted",
        "changeme",
        "your_",
        "your-",
        "xxxx",
        "****",
        "…",
        "•",
    ];
    value.contains("{{")
        || value.contains("${")
        || value.starts_with('<')
        || lower.starts_with("http://")
        || lower.starts_with("https://")
        || stand_in.iter().any(|word| lower.contains(word))
        || UUID.is_match(value)
        || OKTA_ID.is_match(value)
}

/// Whether a machine made it: long, letters and digits mixed, no letter much more common than the others.
fn looks_random(value: &str) -> bool {
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    // Long names in camel case have no digits, or one.
    let mixed = letters >= 2 && digits >= 2;
    value.len() >= 12 && mixed && entropy(value) >= 3.2 && !reads_like_a_name(value)
}

/// `get_user_by_login`, `okta.users.read`, `users/me/sessions`: words joined by signs, few digits.
fn reads_like_a_name(value: &str) -> bool {
    let parts: Vec<&str> = value
        .split(['_', '-', '.', '/'])
        .filter(|part| !part.is_empty())
        .collect();
    let word = |part: &&str| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        part.len() <= 16 && digits <= 1 && part.bytes().skip(1).all(|byte| !byte.is_ascii_uppercase())
    };
    parts.len() >= 2 && parts.iter().filter(|part| word(part)).count() * 4 >= parts.len() * 3
}

/// Bits per character.
fn entropy(value: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in value.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = value.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / length;
            -share * share.log2()
        })
        .sum()
}
