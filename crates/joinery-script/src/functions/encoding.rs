//! Base64, hex and URL encoding.

use base64::{
    Engine as _,
    engine::{
        DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig,
        general_purpose::{STANDARD, URL_SAFE_NO_PAD},
    },
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use rhai::{Blob, EvalAltResult, Map, Module, export_module, exported_module};

use super::hashing::bytes_of;
use crate::error::{complain, located};

/// RFC 3986's unreserved characters stay; everything else is encoded, `/` too: the text is one path segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Reads both alphabets' padded and unpadded forms.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// The functions without a namespace.
pub fn module() -> Module {
    exported_module!(functions)
}

/// # Errors
/// It is no segment: no server would see it, however it is encoded.
fn segment(text: &str) -> Result<String, Box<EvalAltResult>> {
    match text {
        "" => Err(complain(
            "encode_path: an empty text is no part of a path, and the rest of the path would be another one",
        )),
        "." | ".." => Err(complain(format!(
            "encode_path: `{text}` is no part of a path: it would lead to another address"
        ))),
        text => Ok(encoded(text)),
    }
}

/// The functions of `base64`.
pub fn base64_module() -> Module {
    exported_module!(base64_functions)
}

/// The functions of `hex`.
pub fn hex_module() -> Module {
    exported_module!(hex_functions)
}

/// The functions of `url`.
pub fn url_module() -> Module {
    exported_module!(url_functions)
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

fn decode(text: &str) -> Result<Vec<u8>, Box<EvalAltResult>> {
    let standard = text.replace('-', "+").replace('_', "/");
    GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT)
        .decode(standard.trim())
        .map_err(|error| complain(format!("this is not base64: {error}")))
}

fn decode_hex(text: &str) -> Result<Vec<u8>, Box<EvalAltResult>> {
    hex::decode(text.trim()).map_err(|error| complain(format!("this is not hex: {error}")))
}

fn text_of(bytes: Vec<u8>, what: &str) -> Result<String, Box<EvalAltResult>> {
    String::from_utf8(bytes).map_err(|_| complain(format!("the decoded bytes are not text; use {what}")))
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// Text as one segment of a path: everything but letters, digits and `-._~` is percent-encoded. An error for an
    /// empty text, `.` and `..`: they would lead to another address.
    /// ```rhai
    /// encode_path("ada/lovelace@acme.example") == "ada%2Flovelace%40acme.example"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn encode_path(context: NativeCallContext, value: Dynamic) -> Result<String, Box<EvalAltResult>> {
        located(&context, segment(&value.to_string()))
    }

    /// A map as a query string, sorted by name. A list gives its name several times, `()` leaves it out.
    /// ```rhai
    /// encode_query(#{ q: "a b", tag: ["x", "y"], none: () }) == "q=a%20b&tag=x&tag=y"
    /// ```
    pub fn encode_query(parameters: Map) -> String {
        let mut pairs = Vec::new();
        for (name, value) in &parameters {
            if value.is_unit() {
                continue;
            }
            match value.as_array_ref() {
                Ok(items) => {
                    pairs.extend(
                        items
                            .iter()
                            .map(|item| format!("{}={}", encoded(name), encoded(&item.to_string()))),
                    );
                }
                Err(_) => pairs.push(format!("{}={}", encoded(name), encoded(&value.to_string()))),
            }
        }
        pairs.join("&")
    }
}

#[export_module]
mod base64_functions {
    use rhai::plugin::*;

    /// Text or bytes as Base64.
    /// ```rhai
    /// base64.encode("hello") == "aGVsbG8="
    /// ```
    #[rhai_fn(return_raw)]
    pub fn encode(context: NativeCallContext, value: Dynamic) -> Result<String, Box<EvalAltResult>> {
        located(&context, bytes_of(&value, "base64.encode")).map(|bytes| STANDARD.encode(bytes))
    }

    /// Text or bytes as Base64 for URLs: `-` and `_`, no padding.
    /// ```rhai
    /// base64.encode_url("a?>") == "YT8-"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn encode_url(context: NativeCallContext, value: Dynamic) -> Result<String, Box<EvalAltResult>> {
        located(&context, bytes_of(&value, "base64.encode_url")).map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The text in Base64, of either alphabet, padded or not.
    /// ```rhai
    /// base64.decode("aGVsbG8") == "hello"
    /// ```
    #[rhai_fn(name = "decode", return_raw)]
    pub fn decode_text(context: NativeCallContext, text: &str) -> Result<String, Box<EvalAltResult>> {
        located(
            &context,
            decode(text).and_then(|bytes| text_of(bytes, "base64.decode_bytes")),
        )
    }

    /// The bytes in Base64.
    /// ```rhai
    /// base64.decode_bytes("AAE=").len() == 2
    /// ```
    #[rhai_fn(return_raw)]
    pub fn decode_bytes(context: NativeCallContext, text: &str) -> Result<Blob, Box<EvalAltResult>> {
        located(&context, decode(text))
    }
}

#[export_module]
mod hex_functions {
    use rhai::plugin::*;

    /// Text or bytes as lower-case hex.
    /// ```rhai
    /// hex.encode("hi") == "6869"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn encode(context: NativeCallContext, value: Dynamic) -> Result<String, Box<EvalAltResult>> {
        located(&context, bytes_of(&value, "hex.encode")).map(hex::encode)
    }

    /// The text in hex.
    /// ```rhai
    /// hex.decode("6869") == "hi"
    /// ```
    #[rhai_fn(name = "decode", return_raw)]
    pub fn decode_text(context: NativeCallContext, text: &str) -> Result<String, Box<EvalAltResult>> {
        located(
            &context,
            decode_hex(text).and_then(|bytes| text_of(bytes, "hex.decode_bytes")),
        )
    }

    /// The bytes in hex.
    /// ```rhai
    /// hex.decode_bytes("00ff").len() == 2
    /// ```
    #[rhai_fn(return_raw)]
    pub fn decode_bytes(context: NativeCallContext, text: &str) -> Result<Blob, Box<EvalAltResult>> {
        located(&context, decode_hex(text))
    }
}

#[export_module]
mod url_functions {
    use rhai::plugin::*;

    /// Text percent-encoded: everything but letters, digits and `-._~`.
    /// ```rhai
    /// url.encode("a b&c") == "a%20b%26c"
    /// ```
    pub fn encode(text: &str) -> String {
        encoded(text)
    }

    /// Percent-encoded text decoded.
    /// ```rhai
    /// url.decode("a%20b%26c") == "a b&c"
    /// ```
    #[rhai_fn(name = "decode", return_raw)]
    pub fn decode_text(context: NativeCallContext, text: &str) -> Result<String, Box<EvalAltResult>> {
        let decoded = percent_decode_str(text).decode_utf8().map(std::borrow::Cow::into_owned);
        located(
            &context,
            decoded.map_err(|_| complain("the decoded bytes are not UTF-8 text")),
        )
    }
}
