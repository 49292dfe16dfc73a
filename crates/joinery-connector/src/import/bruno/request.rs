//! One request, and what a folder or a collection shares.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Reader, list, on, text_of};
use crate::{
    import::{
        curl::split_url,
        postman::{variable_name, with_variables},
    },
    request::{RequestFolder, RequestSettings, SavedRequest},
};

impl Reader {
    /// A request in the shape of `OpenCollection`; `named` where it does not say its name.
    pub(super) fn request(&mut self, file: &Value, within: &[String], named: &str) {
        let name = match text_of(&file["info"]["name"]) {
            name if name.is_empty() => named.to_owned(),
            name => name,
        };
        let names: Vec<&str> = within.iter().map(String::as_str).chain([name.as_str()]).collect();
        let place = &names.join(" / ");
        let http = if file["graphql"].is_object() {
            &file["graphql"]
        } else {
            &file["http"]
        };
        let kind = text_of(&file["info"]["type"]);
        if http["url"].as_str().is_none_or(str::is_empty) || matches!(kind.as_str(), "grpc" | "ws" | "websocket") {
            let what = if kind.is_empty() {
                "an entry".to_owned()
            } else {
                format!("a request of the kind {kind}")
            };
            self.leave(place, what, "it is none of HTTP");
            return;
        }
        let (url, query) = split_url(&self.text(&text_of(&http["url"]), place));
        let params = self.typed_rows(&http["params"], "query", place);
        let mut request = SavedRequest {
            method: match text_of(&http["method"]) {
                method if method.is_empty() => "GET".to_owned(),
                method => method.to_uppercase(),
            },
            url: with_variables(&url),
            query: if params.is_empty() { query } else { params },
            headers: self.rows(&http["headers"], place),
            auth: self.auth(&http["auth"], place),
            body: self.body(http, place),
            description: text_of(&file["docs"]).trim().to_owned(),
            variables: self.variables(&file["runtime"]["variables"], place),
            settings: self.settings(&file["settings"], place),
            ..SavedRequest::default()
        };
        for row in self.typed_rows(&http["params"], "path", place) {
            if !row.value.is_empty() {
                request.variables.insert(variable_name(&row.name), row.value);
            }
        }
        self.checks(&file["runtime"], &mut request, place);
        self.left_out(file, place);
        if let Some(count) = file["examples"]
            .as_u64()
            .or(file["examples"].as_array().map(|all| all.len() as u64))
        {
            self.leave(
                place,
                format!("saved responses: {count}"),
                "send the request and save its answer",
            );
        }
        request.name = name;
        self.imported.requests.push((within.to_vec(), request));
    }

    /// What a folder's or a collection's file says for the requests below it.
    pub(super) fn folder(&mut self, file: &Value, name: Option<String>, place: &str) -> RequestFolder {
        // A `.bru` file has it at the top, OpenCollection below `request`.
        let shared = if file["request"].is_object() {
            &file["request"]
        } else {
            &file["http"]
        };
        let mut variables = self.variables(&file["runtime"]["variables"], place);
        variables.extend(self.variables(&shared["variables"], place));
        self.left_out(file, place);
        self.left_out(shared, place);
        let description = text_of(&file["docs"]).trim().to_owned();
        RequestFolder {
            name,
            description: (!description.is_empty()).then_some(description),
            auth: self.auth(&shared["auth"], place),
            headers: self.rows(&shared["headers"], place),
            variables,
            order: None,
        }
    }

    fn typed_rows(&mut self, rows: &Value, kind: &str, place: &str) -> Vec<crate::request::Pair> {
        let of = list(rows)
            .iter()
            .filter(|row| row["type"].as_str().unwrap_or("query") == kind);
        self.rows(&of.cloned().collect::<Vec<_>>().into(), place)
    }

    /// Variables by name. Those that are secret or off are told.
    pub(super) fn variables(&mut self, rows: &Value, place: &str) -> BTreeMap<String, String> {
        let mut variables = BTreeMap::new();
        for row in list(rows) {
            let name = variable_name(text_of(&row["name"]).trim_start_matches('@'));
            if name.is_empty() {
                continue;
            }
            if row["secret"] == true {
                let why = format!("secrets are not kept in files: save it in the connection as `{name}`");
                self.leave(place, format!("the value of `{name}`"), &why);
            } else if on(row) {
                let value = self.text(&text_of(&row["value"]), place);
                variables.insert(name, value);
            } else {
                self.leave(place, format!("the variable {name}"), "it is switched off");
            }
        }
        variables
    }

    fn settings(&mut self, settings: &Value, place: &str) -> RequestSettings {
        let seconds = text_of(&settings["timeout"]).parse::<f64>().ok().map(|ms| ms / 1000.0);
        let most = text_of(&settings["maxRedirects"]);
        if !most.is_empty() {
            self.leave(place, "the setting maxRedirects", "redirects are followed as usual");
        }
        if text_of(&settings["encodeUrl"]) == "false" {
            self.leave(place, "the setting encodeUrl", "values are encoded as the URL needs it");
        }
        RequestSettings {
            timeout: seconds.filter(|seconds| *seconds > 0.0),
            follow_redirects: match text_of(&settings["followRedirects"]).as_str() {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            },
            ..RequestSettings::default()
        }
    }

    /// Scripts, and blocks that are not known.
    fn left_out(&mut self, file: &Value, place: &str) {
        let scripts = list(&file["runtime"]["scripts"]).iter().chain(list(&file["scripts"]));
        for script in scripts {
            let what = format!("the script {}", text_of(&script["type"]));
            self.leave(place, what, "write it as assertions, captures or an action");
        }
        for block in list(&file["unknown"]) {
            self.leave(place, format!("the block {}", text_of(block)), "it is not known here");
        }
    }
}
