//! Comparing what was printed with what was expected, where `~~~` stands for text that varies.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Whether `actual` is `expected`: `~~~` stands for any text within a line, and alone on a line for any lines.
pub fn matches(expected: &str, actual: &str) -> bool {
    let mut pattern = String::from("(?s)^");
    for line in expected.split_inclusive('\n') {
        if line.trim() == "~~~" {
            pattern.push_str("(?:.*\n?)?");
            continue;
        }
        let parts: Vec<String> = line.split("~~~").map(regex::escape).collect();
        pattern.push_str(&parts.join("[^\n]*?"));
    }
    pattern.push('$');
    Regex::new(&pattern).expect("made of escaped text").is_match(actual)
}

/// What always varies, as it is written when expectations are made anew.
pub fn masked(actual: &str) -> String {
    static VARIES: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"(?x)
            (?<before> "(?:[a-z0-9_]*_ms|per_second)":\ )[0-9.e-]+    # times in JSON
            | (?<attribute> time=")[0-9.]+                          # times in XML
            | (?<figure> (?:min|median|p90|p95|p99|max)\ )[0-9.]+   # figures of many
            | [0-9]+\.[0-9]+(?<after>\ m?s\b|\ of\ it|\ a\ second)  # times in words
            | (?<limit> rate\ limit\ )[0-9]+                       # calls left
            | [A-Z][a-z]{2},\ [0-9]{2}\ [A-Z][a-z]{2}\ [0-9]{4}\ [0-9:]{8}\ GMT
            | [0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z                  # moments
            | \b[0-9a-f]{64}\b | \b[0-9a-f]{32}\b                   # hashes, request ids
            | \b(?:00u|00g|00T|oae|osc|oty)[A-Za-z0-9_-]{17,25}         # Okta ids
            "#,
        )
        .expect("a pattern of ours")
    });
    VARIES
        .replace_all(actual, |found: &Captures| {
            let part = |name| found.name(name).map_or("", |part| part.as_str());
            format!(
                "{}{}{}{}~~~{}",
                part("before"),
                part("attribute"),
                part("figure"),
                part("limit"),
                part("after")
            )
        })
        .into_owned()
}

#[test]
fn three_waves_stand_for_what_varies() {
    assert!(matches("a ~~~ ms\nb\n", "a 1.5 ms\nb\n"));
    assert!(!matches("a ~~~ ms\nb\n", "a 1.5 ms\nc\n"));
    assert!(!matches("a ~~~\n", "a\nb\n"));
    assert!(matches("a\n~~~\nd\n", "a\nb\nc\nd\n"));
    assert!(matches("a.b", "a.b") && !matches("a.b", "aXb"));
    assert_eq!(
        masked("\"time_ms\": 1.25, in 0.5 ms at 2026-01-02T03:04:05.000Z"),
        "\"time_ms\": ~~~, in ~~~ ms at ~~~"
    );
}
