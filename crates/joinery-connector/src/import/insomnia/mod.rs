//! Insomnia's exports: JSON of version 4, a flat list of resources, and YAML of version 5, a tree.

mod tags;

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Imported, NotCarried, Refused,
    curl::split_url,
    parts::{document, guarded, has_member, list, members, open_values, own, plain, row, secret, text},
};
use crate::request::{Pair, Part, RequestAuth, RequestBody, RequestFolder, RequestSettings, SavedRequest};

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
        reader.base(base, &[]);
        for environment in list(&base["subEnvironments"]) {
            reader.environment(environment);
        }
        reader.beside(&root);
    } else if text(&root, "_type") == "export" {
        let resources = list(&root["resources"]);
        let workspaces: Vec<_> = resources
            .iter()
            .filter(|one| text(one, "_type") == "workspace")
            .collect();
        if let [one] = workspaces.as_slice() {
            reader.imported.name = one["name"].as_str().map(str::to_owned);
        }
        let nothing = Value::Null;
        let starts = if workspaces.is_empty() {
            vec![&nothing]
        } else {
            workspaces
        };
        for workspace in &starts {
            let id = text(workspace, "_id");
            // The workspaces of one file are folders beside each other.
            let several = starts.len() > 1;
            let mut place: Vec<String> = several
                .then(|| text(workspace, "name").to_owned())
                .into_iter()
                .collect();
            reader.flat(resources, id, &mut place);
            for base in environments_of(resources, id) {
                if text(workspace, "scope") == "environment" {
                    reader.environment(base);
                } else {
                    reader.base(base, &place);
                }
                for environment in environments_of(resources, text(base, "_id")) {
                    reader.environment(environment);
                }
            }
        }
    } else {
        return Err(Refused::new("it is not an export of Insomnia of version 4 or 5"));
    }
    Ok(reader.imported)
}

const COOKIES: &str = "they belong to a connection: sign in anew, or set them there";
const CERTIFICATE: &str = "set it in the connection";
const DESCRIPTION: &str = "import it by itself";

fn environments_of<'a>(resources: &'a [Value], parent: &str) -> impl Iterator<Item = &'a Value> {
    let of = move |one: &&Value| text(one, "_type") == "environment" && text(one, "parentId") == parent;
    resources.iter().filter(of)
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
                "cookie_jar" if list(&resource["cookies"]).is_empty() => {}
                "cookie_jar" => self.leave(text(resource, "name"), "the cookies", COOKIES),
                "api_spec" if text(resource, "contents").is_empty() => {}
                "api_spec" => self.leave(text(resource, "fileName"), "the description of the API", DESCRIPTION),
                "client_certificate" => self.leave(text(resource, "host"), "the certificate", CERTIFICATE),
                "environment" | "workspace" | "request_group" => {}
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

    /// What an export of version 5 holds beside its requests.
    fn beside(&mut self, root: &Value) {
        for (list_of, what, why) in [
            (&root["cookieJar"]["cookies"], "the cookies", COOKIES),
            (&root["certificates"], "the certificates", CERTIFICATE),
            (
                &root["testSuites"],
                "the unit tests",
                "write them as cases of a connector",
            ),
        ] {
            if !list(list_of).is_empty() {
                self.leave("", what, why);
            }
        }
        if root["spec"]["contents"].is_object() || root["spec"]["contents"].is_string() {
            self.leave("", "the description of the API", DESCRIPTION);
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

    /// The base environment counts whichever other one is chosen, as what a folder shares.
    fn base(&mut self, environment: &Value, place: &[String]) {
        let variables = self.values(environment);
        if !variables.is_empty() {
            let folder = RequestFolder {
                variables,
                ..RequestFolder::default()
            };
            self.imported.folders.push((place.to_vec(), folder));
        }
    }

    fn environment(&mut self, environment: &Value) {
        let values = self.values(environment);
        if !values.is_empty() {
            let name = text(environment, "name").to_owned();
            self.imported.environments.push((name, values));
        }
    }

    fn values(&mut self, environment: &Value) -> BTreeMap<String, String> {
        let name = text(environment, "name");
        let values: Vec<(String, String)> = members(&environment["data"])
            .map(|(key, value)| (key.clone(), self.template(&plain(value), name)))
            .collect();
        open_values(values, name, &mut self.imported.not_carried)
    }

    fn settings(&mut self, item: &Value, place: &str) -> RequestSettings {
        let (now, before) = (&item["settings"], item);
        let off = |now: &Value, before: &Value| (*now == false || *before == false).then_some(false);
        let encode = off(&now["encodeUrl"], &before["settingEncodeUrl"]);
        if encode.is_some() {
            self.leave(place, "the setting encodeUrl", "values are encoded as the URL needs it");
        }
        let redirects = [text(now, "followRedirects"), text(before, "settingFollowRedirects")];
        RequestSettings {
            follow_redirects: redirects.iter().find_map(|said| match *said {
                "on" => Some(true),
                "off" => Some(false),
                _ => None,
            }),
            cookies: off(&now["cookies"]["send"], &before["settingSendCookies"]),
            ..RequestSettings::default()
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
            settings: self.settings(item, name),
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
                    let file = (text(given, "type") == "file").then(|| self.file(given, place));
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
                path: self.file(body, place),
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

    /// The name of a file that is sent; where it lay means nothing here.
    fn file(&mut self, given: &Value, place: &str) -> String {
        let path = text(given, "fileName");
        let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
        self.leave(
            place,
            &format!("the file {name}"),
            "put it into the workspace's `fixtures` folder",
        );
        name.to_owned()
    }

    /// `{{ _.name }}` as `{{name}}`, template tags as template functions. Those that have none stay and are told.
    fn template(&mut self, given: &str, place: &str) -> String {
        let (given, unknown) = tags::replaced(given);
        for name in unknown {
            let what = format!("the template tag `{name}`");
            self.leave(place, &what, "put one of the template functions in its place");
        }
        let given = given.as_str();
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
        shown
    }
}

#[cfg(test)]
mod tests;
