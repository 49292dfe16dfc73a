//! Insomnia's template tags, `{% now 'iso-8601' %}`, as our template functions.

/// The text with functions in the place of tags, and the names of the tags that have none, each as often as it is there.
/// Arguments of a tag may be secret: they are not told.
pub(super) fn replaced(given: &str) -> (String, Vec<String>) {
    let (mut shown, mut unknown, mut rest) = (String::new(), Vec::new(), given);
    while let Some(at) = rest.find("{%") {
        let Some(length) = rest[at..].find("%}") else { break };
        let (tag, after) = (&rest[at..at + length + 2], &rest[at + length + 2..]);
        shown.push_str(&rest[..at]);
        let inner = tag[2..length].trim();
        let (name, arguments) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
        if let Some(call) = function(name, &texts(arguments)) {
            shown.extend(["{{", &call, "}}"]);
        } else {
            unknown.push(name.to_owned());
            shown.push_str(tag);
        }
        rest = after;
    }
    shown.push_str(rest);
    (shown, unknown)
}

fn function(name: &str, arguments: &[&str]) -> Option<String> {
    let first = arguments.first().copied().unwrap_or_default();
    let fits = |text: &str| !text.contains(['"', '\\', '{', '}']);
    Some(match (name, first) {
        ("uuid", "v4" | "") => "uuid()".to_owned(),
        ("now" | "timestamp", "iso-8601" | "") => "now()".to_owned(),
        ("now" | "timestamp", "unix") => "now(\"unix\")".to_owned(),
        ("now" | "timestamp", "millis") => "now(\"unix_ms\")".to_owned(),
        ("prompt", label) if !label.is_empty() && fits(label) => format!("prompt(\"{label}\")"),
        _ => return None,
    })
}

/// The quoted arguments, without their quotes.
fn texts(arguments: &str) -> Vec<&str> {
    let (mut texts, mut rest) = (Vec::new(), arguments);
    while let Some(at) = rest.find(['\'', '"']) {
        let quote = char::from(rest.as_bytes()[at]);
        let Some(length) = rest[at + 1..].find(quote) else {
            break;
        };
        texts.push(&rest[at + 1..=at + length]);
        rest = &rest[at + length + 2..];
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn tags_that_have_a_function_become_it_and_others_are_told() {
        let (text, unknown) = replaced(
            "{% uuid 'v4' %} {% now 'millis', '' %} {% prompt 'Code', \"\" %} {% response 'body', 'r' %} {% open",
        );
        assert_eq!(
            text,
            "{{uuid()}} {{now(\"unix_ms\")}} {{prompt(\"Code\")}} {% response 'body', 'r' %} {% open"
        );
        assert_eq!(unknown, ["response"]);
    }

    #[test]
    fn a_version_of_uuid_that_is_not_random_stays() {
        assert_eq!(
            replaced("{%uuid 'v1'%}"),
            ("{%uuid 'v1'%}".to_owned(), vec!["uuid".to_owned()])
        );
    }
}
