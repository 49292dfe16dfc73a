//! Secrets that stand written out in a request: found, and each put behind a variable, without touching the rest.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::part;
use crate::{import::parts::Secrets, request::SavedRequest, secret::Secret};

/// A part of a request in which a secret can stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum RequestPart {
    /// The address.
    Url,
    /// The query's rows.
    Query,
    /// The headers.
    Headers,
    /// The way it is signed.
    Auth,
    /// Its own variables.
    Variables,
    /// The body.
    Body,
}

impl RequestPart {
    /// Every part, in the order in which secrets are told.
    pub const ALL: [Self; 6] = [
        Self::Url,
        Self::Query,
        Self::Headers,
        Self::Auth,
        Self::Variables,
        Self::Body,
    ];
}

/// A secret that stands written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// Where it stands.
    pub part: RequestPart,
    /// The variable that would stand for it.
    pub name: String,
    /// Its text.
    pub value: Secret,
}

/// The secrets that stand written out in a request, in order. What holds a variable already is none.
pub fn literals(request: &SavedRequest) -> Vec<Literal> {
    RequestPart::ALL
        .into_iter()
        .flat_map(|part| literals_in(request, part))
        .collect()
}

/// The request with `{{name}}` wherever `value` stands as a secret.
#[must_use]
pub fn with_variable(request: &SavedRequest, value: &Secret, name: &str) -> SavedRequest {
    let mut changed = request.clone();
    for each in RequestPart::ALL {
        // A part without it stays as it is written, to the letter.
        if literals_in(request, each).iter().any(|literal| literal.value == *value) {
            let mut moved = Moved { value, name };
            part(&mut changed, each, "", &mut moved);
        }
    }
    changed
}

fn literals_in(request: &SavedRequest, each: RequestPart) -> Vec<Literal> {
    let mut found = Found(each, Vec::new());
    part(&mut request.clone(), each, "", &mut found);
    found.1
}

/// Notes every secret and leaves it where it stands.
struct Found(RequestPart, Vec<Literal>);

impl Secrets for Found {
    fn stand_in(&mut self, value: &str, name: &str, _place: &str) -> String {
        let said = value.trim();
        let holds_variable = said.find("{{").is_some_and(|start| said[start..].contains("}}"));
        if !said.is_empty() && !holds_variable {
            self.1.push(Literal {
                part: self.0,
                name: name.to_owned(),
                value: Secret::new(said),
            });
        }
        value.to_owned()
    }
}

/// Puts one variable where one secret stands.
struct Moved<'a> {
    value: &'a Secret,
    name: &'a str,
}

impl Secrets for Moved<'_> {
    fn stand_in(&mut self, value: &str, _name: &str, _place: &str) -> String {
        if value.trim() == self.value.reveal() {
            format!("{{{{{}}}}}", self.name)
        } else {
            value.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::request::{Pair, RequestAuth, RequestBody};

    fn row(name: &str, value: &str) -> Pair {
        Pair {
            name: name.into(),
            value: value.into(),
            enabled: true,
            description: String::new(),
        }
    }

    fn request() -> SavedRequest {
        let settings = json!({"token": "sesame", "prefix": ""});
        SavedRequest {
            url: "https://acme.example/a?api_key=sesame-2".into(),
            query: vec![row("access_token", "sesame"), row("limit", "5")],
            headers: vec![
                row("Authorization", "SSWS sesame"),
                row("X-Sign", "Bearer {{token}}"),
                row("Cookie", "sid={{sid}}"),
                row("Accept", "application/json"),
            ],
            auth: RequestAuth::Own {
                kind: "bearer".into(),
                settings: settings.as_object().unwrap().clone(),
            },
            body: RequestBody::Json {
                text: r#"{"n": {{n}},  "password": "sesame-3"}"#.into(),
            },
            variables: BTreeMap::from([("client_secret".into(), "sesame".into())]),
            ..SavedRequest::default()
        }
    }

    #[test]
    fn every_secret_that_is_written_out_is_found_where_it_stands() {
        let found = literals(&request());
        let said: Vec<_> = found
            .iter()
            .map(|literal| (literal.part, literal.name.as_str(), literal.value.reveal()))
            .collect();
        assert_eq!(
            said,
            [
                (RequestPart::Url, "api_key", "sesame-2"),
                (RequestPart::Query, "access_token", "sesame"),
                (RequestPart::Headers, "authorization", "sesame"),
                (RequestPart::Auth, "token", "sesame"),
                (RequestPart::Variables, "client_secret", "sesame"),
                (RequestPart::Body, "password", "sesame-3"),
            ]
        );
        assert!(!format!("{found:?}").contains("sesame"));
    }

    #[test]
    fn one_secret_becomes_a_variable_wherever_it_stands_and_the_rest_stays_to_the_letter() {
        let before = request();
        let changed = with_variable(&before, &Secret::new("sesame"), "okta_token");
        assert_eq!(changed.query[0].value, "{{okta_token}}");
        assert_eq!(changed.headers[0].value, "SSWS {{okta_token}}");
        assert_eq!(changed.headers[1..], before.headers[1..]);
        let RequestAuth::Own { settings, .. } = &changed.auth else {
            panic!("{changed:?}");
        };
        assert_eq!(
            (&settings["token"], &settings["prefix"]),
            (&"{{okta_token}}".into(), &"".into())
        );
        assert_eq!(changed.variables["client_secret"], "{{okta_token}}");
        assert_eq!((&changed.url, &changed.body), (&before.url, &before.body));

        let whole = with_variable(&before, &Secret::new("sesame-2"), "api_key");
        let whole = with_variable(&whole, &Secret::new("sesame-3"), "password");
        assert_eq!(whole.url, "https://acme.example/a?api_key={{api_key}}");
        assert_eq!(
            whole.body,
            RequestBody::Json {
                text: r#"{"n": {{n}},  "password": "{{password}}"}"#.into()
            }
        );
        // A variable of the secret's own name would stand for itself.
        let own = with_variable(&before, &Secret::new("sesame"), "client_secret");
        assert_eq!(own.variables, BTreeMap::new());
        let names = literals(&with_variable(&whole, &Secret::new("sesame"), "okta_token"));
        assert_eq!(names, []);
    }
}
