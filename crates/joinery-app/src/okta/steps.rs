//! The steps that an object of Okta offers in its `_links`, as requests that are ready to be sent.

use joinery_connector::request::SavedRequest;
use serde_json::Value;
use url::Url;

use super::{Hint, HintLevel, hint};

/// The steps offered below `_links` of the object in `body`: those of its lifecycle and its credentials.
pub(super) fn offered(url: &Url, body: &Value) -> Option<Hint> {
    let links = body["_links"].as_object()?;
    let each = links.iter().flat_map(|(name, link)| match link {
        Value::Array(several) => several
            .iter()
            .map(|link| (link["name"].as_str().unwrap_or(name), link))
            .collect(),
        one => vec![(name.as_str(), one)],
    });
    let steps = each.filter_map(|(name, link)| step(url, name, link));
    let fixes: Vec<SavedRequest> = steps.collect();
    if fixes.is_empty() {
        return None;
    }
    let status = body["status"]
        .as_str()
        .map_or_else(String::new, |status| format!(" from {status}"));
    let names: Vec<&str> = fixes.iter().map(|fix| fix.name.as_str()).collect();
    Some(Hint {
        fixes: fixes.clone(),
        ..hint(
            HintLevel::Offer,
            format!("Next steps{status}"),
            format!("{}.", names.join(", ")),
        )
    })
}

fn step(url: &Url, name: &str, link: &Value) -> Option<SavedRequest> {
    let target = Url::parse(link["href"].as_str()?).ok()?;
    let path = target.path();
    let acts = path.contains("/lifecycle/") || path.contains("/credentials/") || name == "delete";
    // A link to another place is not this org's to offer.
    if !acts || target.origin() != url.origin() {
        return None;
    }
    let method = match link["method"].as_str().or(link["hints"]["allow"][0].as_str()) {
        Some(told) => told.to_ascii_uppercase(),
        None if name == "delete" => "DELETE".to_owned(),
        None => "POST".to_owned(),
    };
    Some(SavedRequest {
        name: in_words(name),
        method,
        url: below_base(target.as_str()),
        ..SavedRequest::default()
    })
}

/// The URL below `{{base_url}}`, so that the step goes to whichever org the request goes to.
pub(super) fn below_base(url: &str) -> String {
    match Url::parse(url) {
        Ok(parsed) => {
            let query = parsed.query().map_or_else(String::new, |query| format!("?{query}"));
            format!("{{{{base_url}}}}{}{query}", parsed.path())
        }
        Err(_) => url.to_owned(),
    }
}

/// `resetPassword` as `Reset password`.
fn in_words(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    for (at, letter) in name.chars().enumerate() {
        match (at, letter) {
            (0, _) => words.extend(letter.to_uppercase()),
            (_, upper) if upper.is_uppercase() => {
                words.push(' ');
                words.extend(upper.to_lowercase());
            }
            _ => words.push(letter),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_steps_of_a_user_are_requests_below_the_base_url() {
        let url = Url::parse("https://acme.test/api/v1/users/00u1").unwrap();
        let link =
            |path: &str| json!({ "href": format!("https://acme.test/api/v1/users/00u1{path}"), "method": "POST" });
        let body = json!({ "status": "ACTIVE", "_links": {
            "self": { "href": "https://acme.test/api/v1/users/00u1" },
            "resetPassword": link("/lifecycle/reset_password"),
            "changePassword": link("/credentials/change_password"),
            "suspend": { "href": "https://other.test/api/v1/users/00u1/lifecycle/suspend", "method": "POST" },
        } });
        let hint = offered(&url, &body).unwrap();
        assert_eq!(
            (hint.title.as_str(), hint.text.as_str()),
            ("Next steps from ACTIVE", "Reset password, Change password.")
        );
        let urls: Vec<&str> = hint.fixes.iter().map(|fix| fix.url.as_str()).collect();
        assert_eq!(urls[0], "{{base_url}}/api/v1/users/00u1/lifecycle/reset_password");
        assert!(hint.fixes.iter().all(|fix| fix.method == "POST"));
        assert_eq!(offered(&url, &json!({ "id": "00u1" })), None);
    }
}
