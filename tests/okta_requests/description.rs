//! An `OpenAPI` description as what it asks of a request: which operation it is, and what is wrong with its parts.

use std::collections::BTreeMap;

use jsonschema::Validator;
use serde_json::Value;
use url::Url;

use super::schemas;

/// A request to be checked.
pub struct Request {
    pub method: String,
    pub url: Url,
    pub headers: Vec<(String, String)>,
    pub body: Option<Value>,
}

/// The operation of a request, as `POST /users/{id}`, and what is wrong with the request; of none, its own method and path.
pub struct Checked {
    pub operation: String,
    pub findings: Vec<String>,
}

/// A description with its operations, and the validators that were needed so far.
pub struct Description {
    root: Value,
    operations: Vec<Operation>,
    validators: BTreeMap<String, Validator>,
}

/// One operation: where it is, and its parameters, references followed.
#[derive(Clone)]
struct Operation {
    method: String,
    path: String,
    parameters: Vec<Value>,
    body: Option<Value>,
}

impl Description {
    /// Reads a description in YAML.
    pub fn parse(text: &str) -> Self {
        let root: Value = serde_saphyr::from_str(text).expect("a description in YAML");
        let mut operations = Vec::new();
        for (path, item) in root["paths"].as_object().expect("paths") {
            for method in ["get", "post", "put", "patch", "delete"] {
                let Some(operation) = item.get(method) else { continue };
                let parameters = [item, operation]
                    .into_iter()
                    .filter_map(|place| place["parameters"].as_array());
                operations.push(Operation {
                    method: method.to_uppercase(),
                    path: path.clone(),
                    parameters: parameters
                        .flatten()
                        .map(|one| schemas::followed(&root, one).clone())
                        .collect(),
                    body: operation
                        .get("requestBody")
                        .map(|body| schemas::followed(&root, body).clone()),
                });
            }
        }
        Self {
            root,
            operations,
            validators: BTreeMap::new(),
        }
    }

    /// Finds the operation of a request and holds its parts against it.
    pub fn check(&mut self, request: &Request) -> Checked {
        let path = request.url.path();
        let candidates = self
            .operations
            .iter()
            .filter(|one| one.method == request.method && one.matches(path));
        // `/users/me` is nearer than `/users/{id}`.
        let nearest = candidates.min_by_key(|one| one.path.matches('{').count()).cloned();
        let Some(operation) = nearest else {
            return Checked {
                operation: format!("{} {path}", request.method),
                findings: vec!["no such operation".to_owned()],
            };
        };
        let mut findings = Vec::new();
        self.check_parameters(&operation, "path", &operation.values_in(path), &mut findings);
        let query: Vec<(String, String)> = request.url.query_pairs().into_owned().collect();
        self.check_parameters(&operation, "query", &query, &mut findings);
        let is_own = |name: &str| !matches!(name, "content-type" | "accept");
        let headers: Vec<_> = request
            .headers
            .iter()
            .filter(|(name, _)| is_own(name))
            .cloned()
            .collect();
        self.check_parameters(&operation, "header", &headers, &mut findings);
        self.check_body(&operation, request, &mut findings);
        Checked {
            operation: operation.name(),
            findings,
        }
    }

    /// The parameters of one place: known, there where they must be, and of their schema.
    fn check_parameters(
        &mut self,
        operation: &Operation,
        place: &str,
        given: &[(String, String)],
        findings: &mut Vec<String>,
    ) {
        let shown = if place == "header" {
            "header".to_owned()
        } else {
            format!("{place} parameter")
        };
        let described: Vec<&Value> = operation.parameters.iter().filter(|one| one["in"] == place).collect();
        let is = |parameter: &Value, name: &str| {
            parameter["name"]
                .as_str()
                .is_some_and(|one| one.eq_ignore_ascii_case(name))
        };
        for (name, _) in given {
            if !described.iter().any(|parameter| is(parameter, name)) {
                findings.push(format!("{shown} {name}: unknown"));
            }
        }
        for parameter in described {
            let name = parameter["name"].as_str().expect("a name");
            let values: Vec<&str> = given
                .iter()
                .filter(|(one, _)| is(parameter, one))
                .map(|(_, value)| &**value)
                .collect();
            if values.is_empty() && parameter["required"] == true {
                findings.push(format!("{shown} {name}: missing"));
            }
            for value in values {
                let value = self.typed(&parameter["schema"], value);
                let key = format!("{} {place} {name}", operation.name());
                findings.extend(self.findings(&key, &parameter["schema"], &value, &format!("{shown} {name}")));
            }
        }
    }

    /// The text of a parameter as the value that its schema means; the text where it is none.
    fn typed(&self, schema: &Value, text: &str) -> Value {
        let schema = schemas::followed(&self.root, schema);
        match schema["type"].as_str() {
            Some("array") => text.split(',').map(|part| self.typed(&schema["items"], part)).collect(),
            Some("integer" | "number" | "boolean") => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
            _ => text.into(),
        }
    }

    fn check_body(&mut self, operation: &Operation, request: &Request, findings: &mut Vec<String>) {
        let described = operation.body.as_ref().and_then(|body| body["content"].as_object());
        let (content, body) = match (described, &request.body) {
            (Some(content), Some(body)) => (content, body),
            (Some(_), None) => {
                if operation.body.as_ref().is_some_and(|body| body["required"] == true) {
                    findings.push("body: missing".to_owned());
                }
                return;
            }
            (None, Some(_)) => return findings.push("body: none is described".to_owned()),
            (None, None) => return,
        };
        let named = request.headers.iter().find(|(name, _)| name == "content-type");
        let kind = named.map_or("", |(_, value)| value.split(';').next().unwrap_or_default());
        let Some(media) = content.get(kind) else {
            return findings.push(format!("body: {kind} is not described"));
        };
        let key = format!("{} body {kind}", operation.name());
        findings.extend(self.findings(&key, &media["schema"], body, "body"));
    }

    /// What is wrong with a value of that schema, which stands at that key of the description.
    fn findings(&mut self, key: &str, schema: &Value, value: &Value, place: &str) -> Vec<String> {
        if !self.validators.contains_key(key) {
            let schema = schemas::strict(&self.root, schema);
            let built = jsonschema::options().should_validate_formats(true).build(&schema);
            self.validators
                .insert(key.to_owned(), built.unwrap_or_else(|error| panic!("{key}: {error}")));
        }
        let shown = |error: jsonschema::ValidationError<'_>| format!("{place}{}: {error}", error.instance_path());
        self.validators[key].iter_errors(value).map(shown).collect()
    }
}

impl Operation {
    /// As `POST /users/{id}`.
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    fn matches(&self, path: &str) -> bool {
        let (wanted, given) = (self.path.split('/'), path.split('/'));
        let fits = |(wanted, given): (&str, &str)| {
            if wanted.starts_with('{') {
                !given.is_empty()
            } else {
                wanted == given
            }
        };
        wanted.clone().count() == given.clone().count() && wanted.zip(given).all(fits)
    }

    /// What a path has in the places of the parameters, decoded.
    fn values_in(&self, path: &str) -> Vec<(String, String)> {
        let pairs = self.path.split('/').zip(path.split('/'));
        let decoded = |text: &str| {
            percent_encoding::percent_decode_str(text)
                .decode_utf8_lossy()
                .into_owned()
        };
        pairs
            .filter_map(|(wanted, given)| {
                let name = wanted.strip_prefix('{')?.strip_suffix('}')?;
                Some((name.to_owned(), decoded(given)))
            })
            .collect()
    }
}
