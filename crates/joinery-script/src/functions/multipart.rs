//! The less usual parts of a request: XML, multipart bodies, an own retry rule, an answer that goes to a file.

use joinery_connector::{
    http::HttpBody,
    manifest::{RetryRule, RetryWait},
};
use rhai::{Dynamic, EvalAltResult, Map, Module, export_module, exported_module};

use super::{
    options::{Options, PART, RETRY},
    request::{Request, text_of},
    xml,
};
use crate::{
    error::{complain, located},
    host::{PartContent, RunFile, ScriptPart},
};

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

/// The parts of one field: a list gives its name several times, `()` leaves it out.
fn add(parts: &mut Vec<ScriptPart>, name: &str, value: &Dynamic) -> Result<(), Box<EvalAltResult>> {
    if value.is_unit() {
        return Ok(());
    }
    if let Ok(list) = value.as_array_ref() {
        return list.iter().try_for_each(|item| add(parts, name, item));
    }
    let mut part = ScriptPart {
        name: name.to_owned(),
        filename: None,
        content_type: None,
        content: PartContent::Text(String::new()),
    };
    if let Ok(options) = value.as_map_ref() {
        let what = format!("multipart: part `{name}`");
        let options = Options::new(&what, &options, PART)?;
        part.filename = options.text("filename")?.map(Into::into);
        part.content_type = options.text("content_type")?.map(Into::into);
        let given = ["text", "bytes", "file", "run_file"].map(|key| options.value(key));
        part.content = match given {
            [Some(text), None, None, None] => PartContent::Text(text_of(text, &what)?),
            [None, Some(bytes), None, None] => PartContent::Bytes(
                bytes
                    .as_blob_ref()
                    .map(|bytes| bytes.clone())
                    .map_err(|_| options.wrong("bytes", "must be bytes"))?,
            ),
            [None, None, Some(_), None] => {
                let file = options.text("file")?.unwrap_or_default();
                PartContent::Fixture(file.to_string())
            }
            [None, None, None, Some(_)] => {
                let file = options.text("run_file")?.unwrap_or_default();
                PartContent::RunFile(file.to_string())
            }
            _ => {
                return Err(complain(format!(
                    "{what} needs one of `text`, `bytes`, `file` and `run_file`"
                )));
            }
        };
    } else if let Ok(bytes) = value.as_blob_ref() {
        part.content = PartContent::Bytes(bytes.clone());
        part.filename = Some(name.to_owned());
    } else {
        part.content = PartContent::Text(text_of(value, &format!("multipart: part `{name}`"))?);
    }
    parts.push(part);
    Ok(())
}

fn rule(options: &Map) -> Result<RetryRule, Box<EvalAltResult>> {
    let options = Options::new("retry", options, RETRY.keys)?;
    let status = |value: &Dynamic| {
        let number = value.as_int().ok().and_then(|status| u16::try_from(status).ok());
        number.filter(|status| (100..600).contains(status))
    };
    let statuses = match options.list("statuses")? {
        None => Some(vec![429, 503]),
        Some(list) => list.iter().map(status).collect(),
    };
    let waits = [
        RetryWait::Exponential,
        RetryWait::RetryAfter,
        RetryWait::XRateLimitReset,
    ];
    let wait = options.word("wait", &["exponential", "retry-after", "x-rate-limit-reset"])?;
    Ok(RetryRule {
        statuses: statuses.ok_or_else(|| options.wrong("statuses", "must be a list of statuses such as [429]"))?,
        max: options.number("max", 0, 10)?.unwrap_or(3) as u32,
        wait: waits[wait.unwrap_or(0)],
    })
}

/// The name of a file, without a way out of its folder.
fn file_name(name: &str) -> Result<String, Box<EvalAltResult>> {
    let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '_' | '-' | ' ');
    if (1..=120).contains(&name.len())
        && name.chars().all(fits)
        && !name.starts_with(['.', ' '])
        && !name.ends_with(['.', ' '])
    {
        return Ok(name.to_owned());
    }
    Err(complain(format!(
        "stream_to: `{name}` is not a file name such as report.csv; it goes to the run's own folder"
    )))
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// Sets the body of the request as XML: a map with one root element, as `xml.render` takes it.
    /// ```rhai
    /// http.request("POST", "/echo").xml(#{ user: #{ name: "Ada" } }).send().body.text.ends_with("<user><name>Ada</name></user>")
    /// ```
    #[rhai_fn(name = "xml", return_raw)]
    pub fn xml_body(
        context: NativeCallContext,
        mut request: Request,
        value: Map,
    ) -> Result<Request, Box<EvalAltResult>> {
        let text = located(&context, xml::render(&value))?;
        request.only_body();
        request.edit().body = HttpBody::Text {
            content_type: "application/xml; charset=utf-8".into(),
            text,
        };
        Ok(request)
    }

    /// Sets the body of the request as `multipart/form-data`. A value is text, bytes, or a map of `text`, `bytes` or
    /// `file` (a file in the workspace's `fixtures` folder) or `run_file` (one that `stream_to` kept) with `filename` and
    /// `content_type`; a list repeats its name.
    /// ```rhai
    /// let parts = #{ title: "Report", data: #{ text: "a,b", filename: "report.csv", content_type: "text/csv" } };
    /// http.request("POST", "/echo").multipart(parts).send().body.parts == ["data", "title"]
    /// ```
    #[rhai_fn(return_raw)]
    pub fn multipart(
        context: NativeCallContext,
        mut request: Request,
        fields: Map,
    ) -> Result<Request, Box<EvalAltResult>> {
        let mut parts = Vec::new();
        for (name, value) in &fields {
            located(&context, add(&mut parts, name, value))?;
        }
        if parts.is_empty() {
            return located(&context, Err(complain("multipart takes a map of at least one field")));
        }
        request.only_body();
        request.edit().multipart = parts;
        Ok(request)
    }

    /// Sends a file that `stream_to` kept as the body, by its name or by what `.file` says; without a media type as
    /// `application/octet-stream`. Up to 64 MB.
    /// ```rhai
    /// http.request("GET", "/text").stream_to("hello.txt").send();
    /// http.request("PUT", "/echo").body_file("hello.txt", "text/plain").send().ok
    /// ```
    pub fn body_file(mut request: Request, file: &str, content_type: &str) -> Request {
        request.only_body();
        request.edit().run_file = Some(RunFile {
            name: file.to_owned(),
            content_type: content_type.to_owned(),
        });
        request
    }
    #[rhai_fn(name = "body_file")]
    pub fn body_file_of_any_type(request: Request, file: &str) -> Request {
        body_file(request, file, "application/octet-stream")
    }

    /// Sends the request again after certain statuses, in place of the connector's own rule.
    /// ```rhai
    /// http.request("GET", "/echo").retry(#{ statuses: [429, 502], max: 2, wait: "retry-after" }).send().ok
    /// ```
    #[rhai_fn(return_raw)]
    pub fn retry(
        context: NativeCallContext,
        mut request: Request,
        options: Map,
    ) -> Result<Request, Box<EvalAltResult>> {
        request.edit().retry_rule = Some(located(&context, rule(&options))?);
        request.edit().retry = true;
        Ok(request)
    }

    /// Writes the body of a good answer to a file in the run's own folder, up to 2 GB; the script gets its path as
    /// `.file`, and no body.
    /// ```rhai
    /// http.request("GET", "/text").stream_to("hello.txt").send().body == ()
    /// ```
    #[rhai_fn(return_raw)]
    pub fn stream_to(
        context: NativeCallContext,
        mut request: Request,
        file: &str,
    ) -> Result<Request, Box<EvalAltResult>> {
        request.edit().stream_to = Some(located(&context, file_name(file))?);
        Ok(request)
    }
}
