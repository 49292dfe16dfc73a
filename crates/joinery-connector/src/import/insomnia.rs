//! Insomnia's exports: JSON of version 4, a flat list of resources, and YAML of version 5, a tree.

use serde_json::Value;

use super::{
    Imported, NotCarried, Refused,
    curl::split_url,
    parts::{document, guarded, has_member, list, members, open_values, own, plain, row, secret, text},
};
use crate::request::{Pair, Part, RequestAuth, RequestBody, RequestFolder, SavedRequest};

/// Folders lie in folders so deep at most: what is deeper, or in a circle, is not read.
const MAX_DEPTH: usize = 32;

/// Whether a text looks like one.
pub(super) fn detect(text: &str) -> bool {
    let start: String = text.lines().take(5).collect();
    start.contains("collection.insomnia.rest/5") || has_member(text, &["__export_format"])
}

/// The requests, folders and environments of an export.
///
/// # Errors
/// A text that is neither JSON nor YAML, or another kind of file.
pub fn insomnia(text_: &str) -> Result<Imported, Refused> {
    let root = document(text_)?;
    let mut reader = Reader::default();
    if text(&root, "type").starts_with("collection.insomnia.rest/5") {
        reader.imported.name = root["name"].as_str().map(str::to_owned);
        reader.tree(list(&root["collection"]), &mut Vec::new());
        let base = &root["environments"];
        reader.environment(base, "data");
        for environment in list(&base["subEnvironments"]) {
            reader.environment(environment, "data");
        }
    } else if text(&root, "_type") == "export" {
        let resources = list(&root["resources"]);
        let workspace = resources.iter().find(|resource| text(resource, "_type") == "workspace");
        reader.imported.name = workspace.and_then(|found| found["name"].as_str()).map(str::to_owned);
        let start = workspace.map_or("", |workspace| text(workspace, "_id"));
        reader.flat(resources, start, &mut Vec::new());
        for environment in resources
            .iter()
            .filter(|resource| text(resource, "_type") == "environment")
        {
            reader.environment(environment, "data");
        }
    } else {
        return Err(Refused::new("it is not an export of Insomnia of version 4 or 5"));
    }
    Ok(reader.imported)
}

#[derive(Default)]
struct Reader {
    imported: Imported,
}

impl Reader {
    fn flat(&mut self, resources: &[Value], parent: &str, place: &mut Vec<String>) {
        for resource in resources.iter().filter(|resource| text(resource, "parentId") == parent) {
            match text(resource, "_type") {
                "request_group" if place.len() < MAX_DEPTH => {
                    place.push(text(resource, "name").to_owned());
                    self.folder(resource, place);
                    self.flat(resources, text(resource, "_id"), place);
                    place.pop();
                }
                "request" => self.request(resource, place),
                "environment" | "workspace" | "request_group" | "cookie_jar" | "api_spec" => {}
                other => self.leave(text(resource, "name"), other, "it is no HTTP request"),
            }
        }
    }

    fn tree(&mut self, items: &[Value], place: &mut Vec<String>) {
        for item in items {
            if item["children"].is_array() {
                if place.len() < MAX_DEPTH {
                    place.push(text(item, "name").to_owned());
                    self.folder(item, place);
                    self.tree(list(&item["children"]), place);
                    place.pop();
                }
            } else if item["method"].is_string() {
                self.request(item, place);
            } else {
                self.leave(text(item, "name"), "the request", "it is no HTTP request");
            }
        }
    }

    fn leave(&mut self, place: &str, what: &str, why: &str) {
        self.imported.not_carried.push(NotCarried::new(place, what, why));
    }

    fn folder(&mut self, item: &Value, place: &[String]) {
        let name = text(item, "name");
        let values =
            members(&item["environment"]).map(|(key, value)| (key.clone(), self.template(&plain(value), name)));
        let values: Vec<(String, String)> = values.collect();
        let folder = RequestFolder {
            description: self.description(item, name),
            auth: self.auth(&item["authentication"], name),
            headers: self.rows(&item["headers"], name),
            variables: open_values(values, name, &mut self.imported.not_carried),
            ..RequestFolder::default()
        };
        self.scripts(item, name);
        if folder != RequestFolder::default() {
            self.imported.folders.push((place.to_vec(), folder));
        }
    }

    fn description(&mut self, item: &Value, place: &str) -> Option<String> {
        let said = [text(item, "description"), text(&item["meta"], "description")];
        let said = said.into_iter().find(|said| !said.is_empty())?;
        Some(self.template(said, place))
    }

    fn environment(&mut self, environment: &Value, data: &str) {
        let name = text(environment, "name").to_owned();
        let values: Vec<(String, String)> = members(&environment[data])
            .map(|(key, value)| (key.clone(), self.template(&plain(value), &name)))
            .collect();
        if !values.is_empty() {
            let values = open_values(values, &name, &mut self.imported.not_carried);
            self.imported.environments.push((name, values));
        }
    }

    fn request(&mut self, item: &Value, place: &[String]) {
        let name = text(item, "name");
        let (url, mut query) = split_url(&self.template(text(item, "url"), name));
        query.extend(self.rows(&item["parameters"], name));
        let query = query
            .into_iter()
            .map(|row| guarded(row, name, &mut self.imported.not_carried))
            .collect();
        let mut request = SavedRequest {
            name: name.to_owned(),
            description: self.description(item, name).unwrap_or_default(),
            method: text(item, "method").to_ascii_uppercase(),
            url,
            query,
            headers: self.rows(&item["headers"], name),
            auth: self.auth(&item["authentication"], name),
            body: self.body(&item["body"], name),
            ..SavedRequest::default()
        };
        for parameter in list(&item["pathParameters"]) {
            let key = text(parameter, "name");
            request.url = request.url.replace(&format!("/:{key}"), &format!("/{{{{{key}}}}}"));
            let value = self.template(text(parameter, "value"), name);
            request.variables.insert(key.to_owned(), value);
        }
        if !matches!(request.body, RequestBody::None | RequestBody::File { .. }) {
            request
                .headers
                .retain(|row| !row.name.eq_ignore_ascii_case("content-type"));
        }
        self.scripts(item, name);
        self.imported.requests.push((place.to_vec(), request));
    }

    fn scripts(&mut self, item: &Value, name: &str) {
        let found = [
            (
                "the script before the request",
                item.get("preRequestScript")
                    .or_else(|| item["scripts"].get("preRequest")),
            ),
            (
                "the script after the response",
                item.get("afterResponseScript")
                    .or_else(|| item["scripts"].get("afterResponse")),
            ),
        ];
        for (what, script) in found {
            if script
                .and_then(Value::as_str)
                .is_some_and(|script| !script.trim().is_empty())
            {
                self.leave(
                    name,
                    what,
                    "scripts are not carried: assertions, captures or an action can take its place",
                );
            }
        }
    }

    fn rows(&mut self, rows: &Value, place: &str) -> Vec<Pair> {
        let mut read = Vec::new();
        for given in list(rows).iter().filter(|row| !text(row, "name").is_empty()) {
            let row = Pair {
                enabled: given["disabled"] != true,
                description: text(given, "description").to_owned(),
                ..row(text(given, "name"), self.template(&plain(&given["value"]), place))
            };
            read.push(guarded(row, place, &mut self.imported.not_carried));
        }
        read
    }

    fn auth(&mut self, auth: &Value, place: &str) -> RequestAuth {
        let kind = text(auth, "type");
        if kind.is_empty() {
            return RequestAuth::Inherit;
        }
        if auth["disabled"] == true || kind == "none" {
            return RequestAuth::None;
        }
        let mut given = |name: &str| self.template(text(auth, name), place);
        let (user, password, token) = (given("username"), given("password"), given("token"));
        let (prefix, key, value, into) = (given("prefix"), given("key"), given("value"), given("addTo"));
        let (url, page, id) = (given("accessTokenUrl"), given("authorizationUrl"), given("clientId"));
        let (secret_, scope, audience) = (given("clientSecret"), given("scope"), given("audience"));
        let left = &mut self.imported.not_carried;
        match kind {
            "basic" | "digest" => {
                let password = secret(&password, "password", place, left);
                own(kind, &[("username", &user), ("password", &password)])
            }
            "bearer" if prefix.is_empty() || prefix == "Bearer" => {
                own("bearer", &[("token", &secret(&token, "token", place, left))])
            }
            "bearer" => {
                let token = secret(&token, "token", place, left);
                let prefix = format!("{prefix} ");
                own(
                    "api_key",
                    &[("header", "Authorization"), ("prefix", &prefix), ("token", &token)],
                )
            }
            "apikey" => {
                let token = secret(&value, "api_key", place, left);
                match into.as_str() {
                    "queryParams" => own("api_key", &[("query", &key), ("token", &token)]),
                    "cookie" => {
                        left.push(NotCarried::new(
                            place,
                            "the key in a cookie",
                            "a key is in a header or the query",
                        ));
                        RequestAuth::Inherit
                    }
                    _ => own("api_key", &[("header", &key), ("token", &token)]),
                }
            }
            "oauth2" => {
                let mut settings = vec![
                    ("token_url", url.as_str()),
                    ("client_id", &id),
                    ("scopes", &scope),
                    ("audience", &audience),
                ];
                let client = secret(&secret_, "client_secret", place, left);
                let own_password = secret(&password, "password", place, left);
                let kind = match text(auth, "grantType") {
                    "client_credentials" => "oauth2_client_credentials",
                    "password" => {
                        settings.extend([("username", user.as_str()), ("password", &own_password)]);
                        "oauth2_password"
                    }
                    "authorization_code" => {
                        settings.push(("authorization_url", &page));
                        "oauth2_authorization_code"
                    }
                    other => {
                        left.push(NotCarried::new(
                            place,
                            format!("OAuth 2.0 by `{other}`"),
                            "set a way to sign in in the connection",
                        ));
                        return RequestAuth::Inherit;
                    }
                };
                if !secret_.is_empty() || kind == "oauth2_client_credentials" {
                    settings.push(("client_secret", &client));
                }
                let mut auth = own(kind, &settings);
                // Scopes are a list in files.
                if let RequestAuth::Own { settings, .. } = &mut auth
                    && let Some(scopes) = settings.get_mut("scopes")
                {
                    *scopes = scope.split_whitespace().map(Value::from).collect();
                }
                auth
            }
            other => {
                left.push(NotCarried::new(
                    place,
                    format!("signing in by `{other}`"),
                    "set a way to sign in in the connection",
                ));
                RequestAuth::Inherit
            }
        }
    }

    fn body(&mut self, body: &Value, place: &str) -> RequestBody {
        let kind = text(body, "mimeType");
        let sent = self.template(text(body, "text"), place);
        match kind {
            "application/x-www-form-urlencoded" => RequestBody::Form {
                fields: self.rows(&body["params"], place),
            },
            "multipart/form-data" => {
                let rows = self.rows(&body["params"], place);
                let given = list(&body["params"]).iter().filter(|row| !text(row, "name").is_empty());
                let part = |(row, given): (Pair, &Value)| {
                    let file = (text(given, "type") == "file").then(|| text(given, "fileName").to_owned());
                    Part {
                        name: row.name,
                        value: if file.is_some() { String::new() } else { row.value },
                        file,
                        disabled: !row.enabled,
                        description: row.description,
                        ..Part::default()
                    }
                };
                RequestBody::Multipart {
                    parts: rows.into_iter().zip(given).map(part).collect(),
                }
            }
            "application/graphql" => {
                let read: Value = serde_json::from_str(&sent).unwrap_or_default();
                let operation_name = read["operationName"].as_str().map(str::to_owned);
                RequestBody::Graphql {
                    query: text(&read, "query").to_owned(),
                    operation_name: operation_name.filter(|name| !name.is_empty()),
                    variables: match &read["variables"] {
                        Value::Object(_) => super::parts::pretty(&read["variables"]),
                        other => plain(other),
                    },
                }
            }
            _ if !text(body, "fileName").is_empty() => RequestBody::File {
                path: text(body, "fileName").to_owned(),
                content_type: (!kind.is_empty()).then(|| kind.to_owned()),
            },
            _ if sent.is_empty() => RequestBody::None,
            "application/json" => RequestBody::Json { text: sent },
            kind => RequestBody::Raw {
                content_type: if kind.is_empty() { "text/plain" } else { kind }.to_owned(),
                text: sent,
            },
        }
    }

    /// `{{ _.name }}` as `{{name}}`. Template tags stay as they are and are told.
    fn template(&mut self, given: &str, place: &str) -> String {
        let mut shown = String::new();
        let mut rest = given;
        while let Some(at) = rest.find("{{") {
            shown.push_str(&rest[..at]);
            let Some(end) = rest[at..].find("}}") else {
                rest = &rest[at..];
                break;
            };
            let inner = rest[at + 2..at + end].trim();
            let name = inner.strip_prefix("_.").unwrap_or(inner);
            shown.extend(["{{", name, "}}"]);
            rest = &rest[at + end + 2..];
        }
        shown.push_str(rest);
        let mut tags = given;
        while let Some(at) = tags.find("{%") {
            let after = &tags[at + 2..];
            let Some(end) = after.find("%}") else { break };
            // Arguments of a tag may be secret: its name is enough.
            let name = after[..end].split_whitespace().next().unwrap_or_default();
            let what = format!("the template tag `{name}`");
            self.leave(place, &what, "put one of the template functions in its place");
            tags = &after[end + 2..];
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::import::tests::{cut, shown};

    const FOUR: &str = r#"{"_type": "export", "__export_format": 4, "resources": [
        {"_id": "w1", "_type": "workspace", "name": "Workshop"},
        {"_id": "f1", "_type": "request_group", "parentId": "w1", "name": "Users", "environment": {"page": 2}},
        {"_id": "r1", "_type": "request", "parentId": "f1", "name": "List users", "method": "get", "url": "{{ _.base }}/users?limit={{ _.page }}",
            "headers": [{"name": "x-id", "value": "{% uuid 'v4' %}"}, {"name": "Authorization", "value": "Bearer opensesame"}],
            "authentication": {"type": "basic", "username": "ada", "password": "opensesame"}, "body": {}},
        {"_id": "r2", "_type": "request", "parentId": "w1", "name": "Ask", "method": "POST", "url": "https://a.example/graphql",
            "body": {"mimeType": "application/graphql", "text": "{\"query\":\"{ me }\",\"variables\":{\"a\":1}}"},
            "authentication": {"type": "oauth2", "grantType": "client_credentials", "accessTokenUrl": "https://a.example/token", "clientId": "c", "clientSecret": "opensesame", "scope": "a b"}},
        {"_id": "e1", "_type": "environment", "parentId": "w1", "name": "Base", "data": {"base": "https://a.example", "api_token": "opensesame"}},
        {"_id": "g1", "_type": "grpc_request", "parentId": "w1", "name": "Call"}
    ]}"#;

    const FIVE: &str = "
type: collection.insomnia.rest/5.0
name: Workshop
collection:
  - name: Users
    children:
      - name: Get a user
        method: GET
        url: '{{ _.base }}/users/:id'
        pathParameters: [ { name: id, value: u1 } ]
        authentication: { type: apikey, key: X-Key, value: opensesame, addTo: header }
        scripts: { preRequest: 'insomnia.test()' }
      - name: Send a form
        method: POST
        url: https://a.example/form
        body: { mimeType: multipart/form-data, params: [ { name: f, type: file, fileName: me.png }, { name: t, value: v, disabled: true } ] }
        authentication: { type: digest, username: ada, password: '{{ _.pw }}' }
  - name: Socket
    url: wss://a.example
environments:
  name: Base
  data: { base: https://a.example }
  subEnvironments:
    - { name: Test, data: { base: https://t.example, secret: opensesame } }
";

    #[test]
    fn an_export_of_version_4_is_read() {
        let shown = shown(insomnia(FOUR));
        assert!(!shown.contains("opensesame"), "{shown}");
        expect![[r#"
            Some("Workshop") None
            environment Base: {"base": "https://a.example"}
            --- requests/users/folder.toml
            [variables]
            page = "2"
            --- requests/users/list_users.toml
            name = "List users"
            method = "GET"
            url = "{{base}}/users"

            [[query]]
            name = "limit"
            value = "{{page}}"

            [[headers]]
            name = "x-id"
            value = "{% uuid 'v4' %}"

            [[headers]]
            name = "Authorization"
            value = "Bearer {{authorization}}"

            [auth]
            kind = "basic"
            username = "ada"
            password = "{{password}}"
            --- requests/ask.toml
            name = "Ask"
            method = "POST"
            url = "https://a.example/graphql"

            [auth]
            kind = "oauth2_client_credentials"
            token_url = "https://a.example/token"
            client_id = "c"
            scopes = ["a", "b"]
            client_secret = "{{client_secret}}"

            [body]
            kind = "graphql"
            query = "{ me }"
            variables = '''
            {
              "a": 1
            }'''
            # List users: the template tag `uuid`: put one of the template functions in its place
            # List users: the value of `authorization`: secrets are not kept in files: save it in the connection as `authorization`
            # List users: the value of `password`: secrets are not kept in files: save it in the connection as `password`
            # Ask: the value of `client_secret`: secrets are not kept in files: save it in the connection as `client_secret`
            # Call: grpc_request: it is no HTTP request
            # Base: the value of `api_token`: secrets are not kept in files: save it in the connection as `api_token`
        "#]].assert_eq(&shown);
    }

    #[test]
    fn an_export_of_version_5_is_read() {
        let shown = shown(insomnia(FIVE));
        assert!(!shown.contains("opensesame"), "{shown}");
        expect![[r#"
            Some("Workshop") None
            environment Base: {"base": "https://a.example"}
            environment Test: {"base": "https://t.example"}
            --- requests/users/get_a_user.toml
            name = "Get a user"
            method = "GET"
            url = "{{base}}/users/{{id}}"

            [auth]
            kind = "api_key"
            header = "X-Key"
            token = "{{api_key}}"

            [variables]
            id = "u1"
            --- requests/users/send_a_form.toml
            name = "Send a form"
            method = "POST"
            url = "https://a.example/form"

            [auth]
            kind = "digest"
            username = "ada"
            password = "{{pw}}"

            [body]
            kind = "multipart"

            [[body.parts]]
            name = "f"
            file = "me.png"

            [[body.parts]]
            name = "t"
            value = "v"
            enabled = false
            # Get a user: the value of `api_key`: secrets are not kept in files: save it in the connection as `api_key`
            # Get a user: the script before the request: scripts are not carried: assertions, captures or an action can take its place
            # Socket: the request: it is no HTTP request
            # Test: the value of `secret`: secrets are not kept in files: save it in the connection as `secret`
        "#]].assert_eq(&shown);
    }

    #[test]
    fn no_export_makes_the_reader_panic() {
        cut(FOUR, insomnia);
        cut(FIVE, insomnia);
    }
}
