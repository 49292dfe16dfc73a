//! Secrets out of what is read from other tools, and of what is written for them: one pass for every format. What a
//! reader knows to be secret it takes out itself; this finds what is called like one, wherever it stands.

mod json;
mod literal;
mod rows;
mod text;

use serde_json::Value;

use super::{
    Imported,
    parts::{Secrets, open_values},
};
use crate::request::{RequestAuth, RequestBody, RequestFolder, SavedRequest};

pub(crate) use json::without_secrets as json_without_secrets;
pub use literal::{Literal, RequestPart, literals, with_variable};
pub(super) use rows::address_without_user;
use rows::{literal, url};

/// Settings of ways to sign in that hold secrets.
const SECRET_SETTINGS: &[&str] = &[
    "token",
    "password",
    "client_secret",
    "secret_access_key",
    "session_token",
    "private_key",
    "access_token",
    "refresh_token",
    "assertion",
    "secret",
];

impl Imported {
    /// The same without secrets: a variable stands where one stood, and what is to be saved elsewhere is listed.
    #[must_use]
    pub fn guarded(mut self) -> Self {
        let mut left = std::mem::take(&mut self.not_carried);
        for (place, request) in &mut self.requests {
            let names = place.iter().map(String::as_str).chain([request.name.as_str()]);
            let place = names.filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" / ");
            self::request(request, &place, &mut left);
        }
        for (place, folder) in &mut self.folders {
            let place = match place.as_slice() {
                [] => self.name.clone().unwrap_or_else(|| "requests".to_owned()),
                names => names.join(" / "),
            };
            self::folder(folder, &place, &mut left);
        }
        for (name, values) in &mut self.environments {
            *values = open_values(std::mem::take(values), name, &mut left);
        }
        let address = self.base_url.take();
        self.base_url = address.map(|address| url(&address, "base_url", &mut left).0);
        left.dedup();
        self.not_carried = left;
        self
    }
}

/// Takes the secrets out of a request. `place` says where it stands, in `left`.
pub(crate) fn request(request: &mut SavedRequest, place: &str, left: &mut dyn Secrets) {
    for each in RequestPart::ALL {
        part(request, each, place, left);
    }
}

/// Takes the secrets out of one part of a request.
fn part(request: &mut SavedRequest, part: RequestPart, place: &str, left: &mut dyn Secrets) {
    match part {
        RequestPart::Url => {
            let (address, signed) = url(&request.url, place, left);
            request.url = address;
            if let (RequestAuth::Inherit, Some(auth)) = (&request.auth, signed) {
                request.auth = auth;
            }
        }
        RequestPart::Query => rows::query(&mut request.query, place, left),
        RequestPart::Headers => rows::headers(&mut request.headers, place, left),
        RequestPart::Auth => auth(&mut request.auth, place, left),
        RequestPart::Variables => {
            request.variables = open_values(std::mem::take(&mut request.variables), place, left);
        }
        RequestPart::Body => body(&mut request.body, place, left),
    }
}

/// Takes the secrets out of what a folder shares.
pub(crate) fn folder(folder: &mut RequestFolder, place: &str, left: &mut dyn Secrets) {
    rows::headers(&mut folder.headers, place, left);
    auth(&mut folder.auth, place, left);
    folder.variables = open_values(std::mem::take(&mut folder.variables), place, left);
}

fn auth(auth: &mut RequestAuth, place: &str, left: &mut dyn Secrets) {
    let RequestAuth::Own { settings, .. } = auth else {
        return;
    };
    for (name, value) in settings.iter_mut() {
        if let Value::String(text) = value {
            if SECRET_SETTINGS.contains(&name.as_str()) {
                *text = literal(text, name, place, left);
            } else {
                *text = url(text, place, left).0;
            }
        }
    }
}

fn body(body: &mut RequestBody, place: &str, left: &mut dyn Secrets) {
    match body {
        RequestBody::None | RequestBody::File { .. } => {}
        RequestBody::Json { text } => *text = json::without_secrets(text, place, left),
        RequestBody::Form { fields } => rows::query(fields, place, left),
        RequestBody::Raw { text, .. } => *text = text::without_secrets(text, place, left),
        RequestBody::Multipart { parts } => {
            for part in parts.iter_mut().filter(|part| part.file.is_none()) {
                part.value = rows::value(&part.name, &part.value, place, left);
            }
        }
        RequestBody::Graphql { query, variables, .. } => {
            *query = text::without_secrets(query, place, left);
            *variables = json::without_secrets(variables, place, left);
        }
    }
}

#[cfg(test)]
mod tests;
