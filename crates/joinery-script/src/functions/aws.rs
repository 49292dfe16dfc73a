//! Requests signed as AWS wants it, for keys that a script got itself; those of a connection are the way to sign in
//! `aws_sigv4`.

use jiff::Timestamp;
use joinery_connector::{HttpRequest, http::HttpBody};
use joinery_http::auth::aws_sigv4::{Scope, sign};
use rhai::{EvalAltResult, ImmutableString, Map, Module, NativeCallContext, export_module, exported_module};

use super::{
    hashing::keyed,
    options::{Options, SIGV4},
    request::Request,
};
use crate::{
    error::{complain, located},
    host::{ScriptRequest, SecretOperation},
    state::run_of,
};

/// What begins the mark of a secret, whose text only the host knows.
const MARK: char = '\u{1}';
/// The same as a body spells it: as text, as JSON, as a form.
const MARKS: &[&str] = &["\u{1}secret:", "\\u0001secret:", "%01secret%3A"];

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

/// Signing stops at what AWS would refuse, or at what the host says of a key.
struct Refused(Box<EvalAltResult>);

impl From<joinery_http::Error> for Refused {
    fn from(error: joinery_http::Error) -> Self {
        Self(complain(format!("sigv4: {error}")))
    }
}

fn signed(context: &NativeCallContext, mut request: Request, options: &Map) -> Result<Request, Box<EvalAltResult>> {
    let options = Options::new("sigv4", options, SIGV4.keys)?;
    let needed = |key: &str| -> Result<ImmutableString, Box<EvalAltResult>> {
        options.text(key)?.ok_or_else(|| options.missing(key))
    };
    let key = options
        .value("secret_access_key")
        .ok_or_else(|| options.missing("secret_access_key"))?;
    let (access_key_id, region, service) = (needed("access_key_id")?, needed("region")?, needed("service")?);
    let token = options.text("session_token")?;
    let host = options.text("host")?;
    let scope = Scope {
        access_key_id: &access_key_id,
        session_token: token.as_deref(),
        region: &region,
        service: &service,
        signs_body: !options.flag("unsigned_payload")?.unwrap_or(false),
    };
    let asked = request.edit();
    let origin = origin(&asked.url, host.as_deref())?;
    let mut whole = HttpRequest::new(&asked.method, with_query(asked, &origin)?);
    whole.headers.clone_from(&asked.headers);
    if whole.headers.iter().any(|header| header.value.contains(MARK)) {
        return Err(complain(
            "sigv4 cannot sign a header that holds a secret: set it after signing",
        ));
    }
    let body = if scope.signs_body { body(asked)? } else { Vec::new() };
    let now =
        Timestamp::from_millisecond(run_of(context)?.host.now_ms()).map_err(|error| complain(error.to_string()))?;
    let made = |text: &str| keyed(context, key, SecretOperation::AwsV4, text.as_bytes(), "sigv4").map_err(Refused);
    sign(&scope, &mut whole, &body, now, made).map_err(|Refused(error)| error)?;
    asked.headers = whole.headers;
    asked.query.clear();
    whole
        .url
        .strip_prefix(&origin)
        .unwrap_or(&whole.url)
        .clone_into(&mut asked.url);
    Ok(request)
}

/// What is put before a path to have a whole URL; empty where it is one.
fn origin(url: &str, host: Option<&str>) -> Result<String, Box<EvalAltResult>> {
    match (url.contains("://"), host) {
        (true, _) => Ok(String::new()),
        (false, Some(host)) if url.starts_with('/') => Ok(format!("https://{host}")),
        (false, Some(_)) => Err(complain("sigv4 signs a path that begins with `/`")),
        (false, None) => Err(complain(format!(
            "sigv4 signs the host too, and \"{url}\" has none: request a whole URL, or give `host`"
        ))),
    }
}

/// The whole URL with the parameters of the query, since both are signed.
fn with_query(asked: &ScriptRequest, origin: &str) -> Result<String, Box<EvalAltResult>> {
    if asked.query.iter().any(|(_, value)| value.contains(MARK)) {
        return Err(complain(
            "sigv4 cannot sign a query that holds a secret: send the secret in a header",
        ));
    }
    let whole = format!("{origin}{}", asked.url);
    let mut url =
        url::Url::parse(&whole).map_err(|error| complain(format!("sigv4: \"{whole}\" is not a URL: {error}")))?;
    if !asked.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&asked.query);
    }
    Ok(url.into())
}

/// The bytes that are sent. A form is spelled here, so that what is signed is what goes out.
fn body(asked: &mut ScriptRequest) -> Result<Vec<u8>, Box<EvalAltResult>> {
    let unread = match (&asked.run_file, asked.multipart.is_empty()) {
        (Some(_), _) => Some("the file of a run"),
        (None, false) => Some("a multipart body"),
        (None, true) => None,
    };
    if let Some(body) = unread {
        return Err(complain(format!(
            "sigv4 cannot sign {body}: give `unsigned_payload: true`, or another body"
        )));
    }
    if let HttpBody::Form { fields } = &asked.body {
        asked.body = HttpBody::Text {
            content_type: "application/x-www-form-urlencoded".into(),
            text: url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(fields)
                .finish(),
        };
    }
    let bytes = match &asked.body {
        HttpBody::Text { text, .. } => text.clone().into_bytes(),
        HttpBody::Bytes { bytes, .. } => bytes.clone(),
        _ => Vec::new(),
    };
    let text = String::from_utf8_lossy(&bytes);
    if MARKS.iter().any(|mark| text.contains(mark)) {
        return Err(complain(
            "sigv4 cannot sign a body that holds a secret: only the host knows its text",
        ));
    }
    Ok(bytes)
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// Signs the request with AWS Signature Version 4, as it stands: call it last. For keys a script got itself, such as
    /// temporary ones; a connection's own are better signed with by the way to sign in `aws_sigv4`.
    /// ```rhai
    /// let keys = #{ access_key_id: "AKIDEXAMPLE", secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
    /// let request = http.request("GET", "/echo").sigv4(keys + #{ region: "us-east-1", service: "iam", host: "acme.test" });
    /// request.send().body.headers.authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/2026")
    /// ```
    #[rhai_fn(return_raw)]
    pub fn sigv4(context: NativeCallContext, request: Request, options: Map) -> Result<Request, Box<EvalAltResult>> {
        located(&context, signed(&context, request, &options))
    }
}
