//! Names whose values are kept as stars: for what is personal and no secret that Joinery knows of.

use joinery_connector::secret::MASK;
use serde_json::Value;

/// Names of headers, JSON members and parameters, whatever their case.
#[derive(Debug, Clone, Default)]
pub struct Masks(Vec<String>);

impl Masks {
    /// Masks for these names.
    pub fn new(names: &[String]) -> Self {
        Self(names.iter().map(|name| name.to_lowercase()).collect())
    }

    /// Whether nothing is masked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains(&name.to_lowercase())
    }

    /// Masks every value below a name, and that of every `{ name, value }`, which is how headers are kept. Text that
    /// holds JSON, as the body of a request does, is masked inside.
    pub fn mask(&self, value: &mut Value) {
        if self.is_empty() {
            return;
        }
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.mask(item)),
            Value::Object(members) => {
                let is_named = |name: &Value| name.as_str().is_some_and(|name| self.has(name));
                if members.get("name").is_some_and(is_named)
                    && let Some(value) = members.get_mut("value")
                {
                    *value = MASK.into();
                }
                for (name, value) in members {
                    match value {
                        Value::Null => {}
                        _ if self.has(name) => *value = MASK.into(),
                        _ => self.mask(value),
                    }
                }
            }
            Value::String(text) => {
                if let Some(masked) = self.text(text) {
                    *text = masked;
                }
            }
            _ => {}
        }
    }

    /// JSON, a form or the address of a request with its values masked; nothing where there is nothing to mask.
    pub fn text(&self, text: &str) -> Option<String> {
        if self.is_empty() {
            return None;
        }
        if text.starts_with(['{', '[']) {
            let whole: Value = serde_json::from_str(text).ok()?;
            let mut masked = whole.clone();
            self.mask(&mut masked);
            return (masked != whole).then(|| masked.to_string());
        }
        let (before, query) = match text.split_once('?') {
            Some((address, query)) if address.contains("://") => (format!("{address}?"), query),
            _ if !text.contains(char::is_whitespace) => (String::new(), text),
            _ => return None,
        };
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, _)) if self.has(name) => format!("{name}={MASK}"),
            _ => pair.to_owned(),
        });
        let masked = format!("{before}{}", pairs.collect::<Vec<_>>().join("&"));
        (masked != text).then_some(masked)
    }
}

/// What was kept, with the masked values as they are now: a mask is no change.
pub(crate) fn unmask(kept: &mut Value, now: &Value) {
    match (kept, now) {
        (Value::Array(kept), Value::Array(now)) => kept.iter_mut().zip(now).for_each(|(kept, now)| unmask(kept, now)),
        (Value::Object(kept), Value::Object(now)) => {
            for (name, kept) in kept {
                if let Some(now) = now.get(name) {
                    unmask(kept, now);
                }
            }
        }
        (kept, now) if *kept == MASK => *kept = now.clone(),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn masks() -> Masks {
        Masks::new(&["mobilePhone".into(), "X-Employee".into()])
    }

    #[test]
    fn values_are_masked_by_name_wherever_they_stand() {
        let mut value = json!({
            "request": { "headers": [{ "name": "x-employee", "value": "ada" }, { "name": "accept", "value": "*" }],
                         "body": "{\"profile\":{\"mobilephone\":\"+1\",\"login\":\"ada\"}}" },
            "users": [{ "mobilePhone": { "number": "+1" } }, { "mobilePhone": null }],
        });
        masks().mask(&mut value);
        let expected = json!({
            "request": { "headers": [{ "name": "x-employee", "value": MASK }, { "name": "accept", "value": "*" }],
                         "body": format!("{{\"profile\":{{\"mobilephone\":\"{MASK}\",\"login\":\"ada\"}}}}") },
            "users": [{ "mobilePhone": MASK }, { "mobilePhone": null }],
        });
        assert_eq!(value, expected);
    }

    #[test]
    fn parameters_of_addresses_and_forms_are_masked() {
        let url = masks().text("https://acme.test/users?mobilePhone=%2B1&limit=2");
        assert_eq!(url, Some(format!("https://acme.test/users?mobilePhone={MASK}&limit=2")));
        assert_eq!(masks().text("mobilePhone=1"), Some(format!("mobilePhone={MASK}")));
        assert_eq!(masks().text("call mobilePhone=1 now"), None);
        assert_eq!(Masks::default().text("mobilePhone=1"), None);
    }

    #[test]
    fn a_masked_value_is_no_difference() {
        let now = json!({ "user": { "mobilePhone": "+1", "login": "ada" }, "more": [1] });
        let mut kept = json!({ "user": { "mobilePhone": MASK, "login": "eve" }, "gone": true, "more": [MASK, 2] });
        unmask(&mut kept, &now);
        assert_eq!(
            kept,
            json!({ "user": { "mobilePhone": "+1", "login": "eve" }, "gone": true, "more": [1, 2] })
        );
    }
}
