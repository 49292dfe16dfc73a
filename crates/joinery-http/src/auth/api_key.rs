//! API keys in a header or in the query. `header` and `prefix` (`Authorization`, `SSWS `) make it Okta's API token;
//! `encode = "basic"` the key of services such as Chargebee and Stripe.

use joinery_connector::{
    HttpRequest,
    form::{Control, Form},
};
use serde_json::{Map, Value};
use url::Url;

use super::{Auth, AuthKind, Setting, basic::basic_value, field};
use crate::error::Error;

const ID: &str = "api_key";

/// Signs with a key. Settings: `header` (default `Authorization`) or `query`, and `prefix`.
pub struct ApiKey;

impl AuthKind for ApiKey {
    fn id(&self) -> &'static str {
        ID
    }

    fn label(&self) -> &'static str {
        "API key"
    }

    fn settings(&self) -> &'static [Setting] {
        &[
            Setting {
                name: "header",
                meaning: "The header that carries the key.",
                default: Some("Authorization"),
            },
            Setting {
                name: "query",
                meaning: "The query parameter that carries the key, instead of a header.",
                default: None,
            },
            Setting {
                name: "prefix",
                meaning: "What stands before the key, such as `SSWS `.",
                default: None,
            },
            Setting {
                name: "encode",
                meaning: "`basic` sends the key as the user name of basic authentication, without a password.",
                default: None,
            },
        ]
    }

    fn form(&self, _: &Map<String, Value>) -> Form {
        Form {
            fields: vec![field("token", "API key", None, Control::Secret)],
        }
    }

    fn apply(&self, auth: &Auth, request: &mut HttpRequest) -> Result<(), Error> {
        let prefix = auth.setting(ID, "prefix")?.unwrap_or_default();
        let header = auth.setting(ID, "header")?;
        let query = auth.setting(ID, "query")?;
        if header.is_some() && query.is_some() {
            return Err(Error::Auth {
                kind: ID,
                reason: "set `header` or `query`, not both".into(),
            });
        }
        let encode = auth.setting(ID, "encode")?;
        if encode.is_some_and(|encode| encode != "basic") || (encode.is_some() && !prefix.is_empty()) {
            return Err(Error::Auth {
                kind: ID,
                reason: "`encode` is \"basic\", and stands without `prefix`".into(),
            });
        }
        let value = || -> Result<String, Error> {
            let key = auth.secret(ID, "token")?.reveal();
            Ok(match encode {
                Some(_) => basic_value(key, ""),
                None => format!("{prefix}{key}"),
            })
        };
        if let Some(name) = query {
            add_to_query(request, name, &value()?)
        } else {
            let name = header.unwrap_or("Authorization");
            if request.header(name).is_none() {
                request.set_header(name, value()?);
            }
            Ok(())
        }
    }
}

fn add_to_query(request: &mut HttpRequest, name: &str, value: &str) -> Result<(), Error> {
    let mut url = Url::parse(&request.url).map_err(|error| Error::InvalidUrl {
        url: request.url.clone(),
        reason: error.to_string(),
    })?;
    if !url.query_pairs().any(|(key, _)| key == name) {
        url.query_pairs_mut().append_pair(name, value);
        request.url = url.into();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::applied;

    const TOKEN: &[(&str, &str)] = &[("token", "00abc")];

    #[test]
    fn okta_token_goes_into_authorization_after_its_scheme() {
        let request = applied(
            "api_key",
            json!({ "header": "Authorization", "prefix": "SSWS " }),
            TOKEN,
            &[],
        )
        .unwrap();
        assert_eq!(request.header("authorization"), Some("SSWS 00abc"));
    }

    #[test]
    fn header_is_authorization_where_none_is_named() {
        let request = applied("api_key", json!({}), TOKEN, &[]).unwrap();
        assert_eq!(request.header("authorization"), Some("00abc"));
    }

    #[test]
    fn key_in_the_query_is_added_once_and_other_parameters_stay() {
        let request = applied("api_key", json!({ "query": "key" }), &[("token", "a&b")], &[]).unwrap();
        assert_eq!(request.url, "https://acme.test/x?a=1&key=a%26b");
        let request = applied("api_key", json!({ "query": "a" }), TOKEN, &[]).unwrap();
        assert_eq!(request.url, "https://acme.test/x?a=1");
    }

    #[test]
    fn header_and_query_together_are_refused() {
        let error = applied("api_key", json!({ "header": "X", "query": "k" }), TOKEN, &[]).unwrap_err();
        assert_eq!(error, "api_key: set `header` or `query`, not both");
    }

    #[test]
    fn a_key_that_is_a_user_name_has_no_password() {
        let request = applied("api_key", json!({ "encode": "basic" }), &[("token", "test_key")], &[]).unwrap();
        assert_eq!(request.header("authorization"), Some("Basic dGVzdF9rZXk6"));
        let both = json!({ "encode": "basic", "prefix": "SSWS " });
        let error = applied("api_key", both, &[("token", "test_key")], &[]).unwrap_err();
        assert!(error.contains("stands without `prefix`"), "{error}");
    }
}
