//! A request on its way: what is sent next, as redirects change it.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use joinery_connector::{Header, HttpRequest, Secret, http::HttpBody};
use url::Url;

use crate::{
    auth::{self, AuthKind, Context, basic::basic_value},
    body_store::Body,
    error::Error,
    multipart,
    receive::ACCEPT_ENCODING,
    redact::{mask, mask_header},
    redirect,
    send::{Connection, SentRequest},
    tape::Taped,
    transport::Client,
};

/// The most of a body that is shown.
const SHOWN: usize = 64 * 1024;

/// What the client writes itself: the first two must fit the body, and cookies are joined with the jar's.
const OURS: &[&str] = &["content-length", "transfer-encoding", "cookie"];

/// A request on its way, as its author wrote it: every hop is signed on a copy.
pub(crate) struct Course<'a> {
    connection: &'a Connection,
    kind: &'static dyn AuthKind,
    request: HttpRequest,
    url: Url,
    body: Option<Payload>,
    signs: bool,
    tape: Vec<Taped>,
}

struct Payload {
    content_type: String,
    bytes: Bytes,
}

/// One message to send.
pub(crate) struct Outgoing {
    pub method: Method,
    pub url: Url,
    pub headers: Vec<Header>,
    pub body: Option<Bytes>,
    /// Whether the client's cookies go with it, and those of the answer into the jar.
    pub cookies: bool,
}

impl<'a> Course<'a> {
    /// Begins with `request`, to be signed if it goes to the connection's own origin, or was told how itself.
    pub(crate) fn begin(connection: &'a Connection, mut request: HttpRequest) -> Result<Self, Error> {
        let url = first_url(&mut request, connection)?;
        let signs = connection.signs_anywhere
            || connection.base_url.is_empty()
            || Url::parse(&connection.base_url).is_ok_and(|base| base.origin() == url.origin());
        let body = payload(std::mem::take(&mut request.body))?;
        Ok(Self {
            connection,
            kind: auth::kind_of(&connection.auth)?,
            request,
            url,
            body,
            signs,
            tape: Vec::new(),
        })
    }

    /// Sends every hop unsigned.
    pub(crate) fn leave_unsigned(&mut self) {
        self.signs = false;
    }

    /// Notes what was asked last, as its author wrote it, and the answer.
    pub(crate) fn tape(&mut self, status: StatusCode, headers: &HeaderMap, body: Body) {
        self.tape.push(Taped {
            method: self.request.method.clone(),
            url: self.url.to_string(),
            headers: self.request.headers.clone(),
            content_type: self.body.as_ref().map(|payload| payload.content_type.clone()),
            sent: self
                .body
                .as_ref()
                .map(|payload| payload.bytes.clone())
                .unwrap_or_default(),
            status: status.as_u16(),
            received: headers.clone(),
            body,
        });
    }

    /// Forgets the note taken last.
    pub(crate) fn forget_last(&mut self) {
        self.tape.pop();
    }

    /// The notes.
    pub(crate) fn take_tape(&mut self) -> Vec<Taped> {
        std::mem::take(&mut self.tape)
    }

    /// The kind that signs the next hop; `None` where it goes out unsigned.
    pub(crate) fn signer(&self) -> Option<&'static dyn AuthKind> {
        self.signs.then_some(self.kind)
    }

    /// The URL to ask.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Whether redirects are followed.
    pub(crate) fn follows(&self) -> bool {
        self.request.follow_redirects
    }

    /// Whether the connection's retry rule applies.
    pub(crate) fn repeats(&self) -> bool {
        self.request.retry
    }

    /// Goes on to `target`, to which `status` led.
    pub(crate) fn redirect(&mut self, status: StatusCode, target: Url) {
        if !redirect::follow(&mut self.request, status, &self.url, &target) {
            self.body = None;
        }
        if self.url.origin() != target.origin() {
            // Once led elsewhere we do not sign again, even if that place leads back: it would choose what we sign.
            self.signs = false;
            let secrets = self.connection.secrets();
            let headers = &mut self.request.headers;
            headers.retain(|header| mask(&header.value, &secrets) == header.value);
        }
        self.url = target;
    }

    /// What goes out now, signed.
    pub(crate) async fn outgoing(&self, client: &Client, context: &Context<'_>) -> Result<Outgoing, Error> {
        let mut request = self.request.clone();
        let mut url = self.url.clone();
        if let Some(kind) = self.signer() {
            let body = self.body.as_ref().map_or(&[][..], |payload| &payload.bytes);
            kind.sign(context, &mut request, body).await?;
            if request.url != url.as_str() {
                url = parse(&request.url, self.connection)?;
            }
        }
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|_| Error::InvalidRequest {
            part: "the method".into(),
            reason: format!("`{}` is not one", request.method),
        })?;
        Ok(Outgoing {
            headers: self.headers(&request, &url, &method, client),
            method,
            url,
            body: self.body.as_ref().map(|payload| payload.bytes.clone()),
            cookies: request.cookies,
        })
    }

    fn headers(&self, request: &HttpRequest, url: &Url, method: &Method, client: &Client) -> Vec<Header> {
        let written = &request.headers;
        let mut headers = Vec::with_capacity(written.len() + 6);
        let ours = |header: &&Header| OURS.iter().any(|name| header.name.eq_ignore_ascii_case(name));
        headers.extend(written.iter().filter(|header| !ours(header)).cloned());
        let mut add = |name: &str, value: &str| {
            if request.header(name).is_none() {
                headers.push(Header::new(name, value));
            }
        };
        add("Accept", "*/*");
        add("Accept-Encoding", ACCEPT_ENCODING);
        if !client.options().user_agent.is_empty() {
            add("User-Agent", &client.options().user_agent);
        }
        match &self.body {
            Some(body) if !body.content_type.is_empty() => add("Content-Type", &body.content_type),
            _ => {}
        }
        let cookies = if request.cookies {
            client.cookies().header(url, request.header("cookie"))
        } else {
            request.header("cookie").map(str::to_owned)
        };
        if let Some(cookies) = cookies {
            headers.push(Header::new("Cookie", cookies));
        }
        match &self.body {
            Some(body) => headers.push(Header::new("Content-Length", body.bytes.len().to_string())),
            // Okta, among others, answers 411 without it.
            None if matches!(method.as_str(), "POST" | "PUT" | "PATCH") => {
                headers.push(Header::new("Content-Length", "0"));
            }
            None => {}
        }
        headers
    }
}

impl Outgoing {
    /// As reqwest takes it.
    pub(crate) fn to_reqwest(&self) -> Result<reqwest::Request, Error> {
        let mut headers = HeaderMap::with_capacity(self.headers.len());
        for header in &self.headers {
            let refused = |reason: &str| Error::InvalidRequest {
                part: format!("header `{}`", header.name),
                reason: reason.into(),
            };
            let name = HeaderName::from_bytes(header.name.as_bytes())
                .map_err(|_| refused("its name has characters that a header's name cannot have"))?;
            let mut value = HeaderValue::from_str(&header.value)
                .or_else(|_| HeaderValue::from_bytes(header.value.as_bytes()))
                .map_err(|_| refused("its value has a line break or another control character"))?;
            value.set_sensitive(name == http::header::AUTHORIZATION || name == http::header::COOKIE);
            headers.append(name, value);
        }
        let mut request = reqwest::Request::new(self.method.clone(), self.url.clone());
        *request.headers_mut() = headers;
        *request.body_mut() = self.body.clone().map(reqwest::Body::from);
        Ok(request)
    }

    /// As shown: with the host, without secrets.
    pub(crate) fn shown(self, secrets: &[Secret]) -> SentRequest {
        let mut headers = Vec::with_capacity(self.headers.len() + 1);
        if joinery_connector::http::header(&self.headers, "host").is_none() {
            headers.push(Header::new("Host", authority(&self.url)));
        }
        headers.extend(self.headers.iter().map(|header| mask_header(header, secrets)));
        SentRequest {
            method: self.method.to_string(),
            url: mask(self.url.as_str(), secrets),
            headers,
            body: self.body.map(|body| shown_body(&body, secrets)),
        }
    }
}

/// Masked before it is cut: a secret that the cut divides would not be found any more.
fn shown_body(body: &[u8], secrets: &[Secret]) -> String {
    let Ok(text) = std::str::from_utf8(body) else {
        return format!("({} bytes that are not text)", body.len());
    };
    let mut text = mask(text, secrets);
    let cut = (0..=SHOWN.min(text.len())).rev().find(|&at| text.is_char_boundary(at));
    text.truncate(cut.unwrap_or_default());
    text
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The URL to begin with. A user name and password in it become basic auth, as in curl, and leave the URL.
fn first_url(request: &mut HttpRequest, connection: &Connection) -> Result<Url, Error> {
    let mut url = parse(&request.url, connection)?;
    if !url.username().is_empty() || url.password().is_some() {
        let decoded = |text: &str| {
            percent_encoding::percent_decode_str(text)
                .decode_utf8_lossy()
                .into_owned()
        };
        let value = basic_value(&decoded(url.username()), &decoded(url.password().unwrap_or_default()));
        if request.header("authorization").is_none() {
            request.set_header("Authorization", value);
        }
        let _ = url.set_username("");
        let _ = url.set_password(None);
    }
    url.as_str().clone_into(&mut request.url);
    Ok(url)
}

fn parse(url: &str, connection: &Connection) -> Result<Url, Error> {
    let invalid = |reason: String| Error::InvalidUrl {
        url: connection.masked(url),
        reason,
    };
    let parsed = Url::parse(url).map_err(|error| invalid(error.to_string()))?;
    match parsed.scheme() {
        "http" | "https" => Ok(parsed),
        scheme => Err(invalid(format!("its scheme is `{scheme}`"))),
    }
}

fn payload(body: HttpBody) -> Result<Option<Payload>, Error> {
    let (content_type, bytes) = match body {
        HttpBody::None => return Ok(None),
        HttpBody::Text { content_type, text } => (content_type, text.into()),
        HttpBody::Form { fields } => {
            let text = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(fields)
                .finish();
            ("application/x-www-form-urlencoded".into(), text.into())
        }
        HttpBody::Bytes { content_type, bytes } => (content_type, bytes.into()),
        HttpBody::Multipart { parts } => {
            let (content_type, bytes) = multipart::encode(&parts)?;
            (content_type, bytes.into())
        }
        HttpBody::File { content_type, path } => (content_type, multipart::read(&path)?.into()),
    };
    Ok(Some(Payload { content_type, bytes }))
}
