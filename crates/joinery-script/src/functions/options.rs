//! Options maps: `#{ separator: ";" }`. Which function takes which keys stands here, so that a run, the check of a script
//! and the reference agree; a key that is not known is an error that names the nearest.

use rhai::{Array, Dynamic, EvalAltResult, ImmutableString, Map};

use super::fields;
use crate::{error::complain, explain::type_words, syntax::nearest};

/// An options map that a function takes.
pub struct Taken {
    /// The function: `csv.parse`.
    pub function: &'static str,
    /// Which of its arguments the map is, from 0; of a method, the object counts as the first.
    pub argument: usize,
    /// Its keys, each with what it means.
    pub keys: &'static [(&'static str, &'static str)],
}

/// What `field` takes.
pub const FIELD: Taken = Taken {
    function: "field",
    argument: 1,
    keys: fields::KEYS,
};
/// What `csv.parse` takes.
pub const CSV_PARSE: Taken = Taken {
    function: "csv.parse",
    argument: 1,
    keys: &[
        (
            "separator",
            "What stands between values: `,`, `;`, `|` or `\\t`. Without it, the one that fits the first line.",
        ),
        (
            "header",
            "`true` (the first line names the columns), `false` (each row is a list), or the list of names.",
        ),
        ("trim", "Whether spaces around values go. `false` without it."),
    ],
};
/// What `csv.render` takes.
pub const CSV_RENDER: Taken = Taken {
    function: "csv.render",
    argument: 1,
    keys: &[
        ("separator", "What stands between values. `,` without it."),
        (
            "columns",
            "The columns in order. Without it, those of all rows, in the order met.",
        ),
        ("header", "Whether the first line names the columns. `true` without it."),
    ],
};
/// What `xml.parse` takes.
pub const XML_PARSE: Taken = Taken {
    function: "xml.parse",
    argument: 1,
    keys: &[
        ("lists", "Names of elements that are lists even where one stands alone."),
        (
            "strip_namespaces",
            "Whether `ns:name` becomes `name` and `xmlns` goes. `false` without it.",
        ),
    ],
};
/// What `xml.render` takes.
pub const XML_RENDER: Taken = Taken {
    function: "xml.render",
    argument: 1,
    keys: &[
        ("pretty", "Whether it is indented. `false` without it."),
        (
            "declaration",
            "Whether it begins with `<?xml ...?>`. `true` without it.",
        ),
    ],
};
/// What `jwt_verify` takes.
pub const JWT_VERIFY: Taken = Taken {
    function: "jwt_verify",
    argument: 2,
    keys: &[
        (
            "algorithms",
            "The algorithms allowed. Without it, those that fit the key.",
        ),
        ("audience", "What `aud` must be or hold."),
        ("issuer", "What `iss` must be."),
        ("leeway", "Seconds that clocks may differ by. 60 without it."),
    ],
};
/// What the functions of AES-GCM take.
pub const AES_GCM: &[(&str, &str)] = &[
    ("nonce", "12 bytes, as bytes or text; never the same twice for one key."),
    (
        "additional",
        "Text or bytes that are not encrypted, but must be the same to decrypt.",
    ),
    (
        "key_encoding",
        "How a key given as text or secret is written: `text`, `base64` or `hex`. `text` without it.",
    ),
];
/// What the functions of AES-CBC take.
pub const AES_CBC: &[(&str, &str)] = &[
    ("iv", "16 bytes, as bytes or text."),
    (
        "key_encoding",
        "How a key given as text or secret is written: `text`, `base64` or `hex`. `text` without it.",
    ),
];
/// What `pbkdf2` takes.
pub const PBKDF2: Taken = Taken {
    function: "pbkdf2",
    argument: 2,
    keys: &[
        (
            "iterations",
            "How often it is hashed, up to 2,000,000. 600,000 without it.",
        ),
        ("length", "Bytes wanted, up to 256. 32 without it."),
        ("hash", "`sha1`, `sha256` or `sha512`. `sha256` without it."),
    ],
};
/// What `sigv4` of a request takes.
pub const SIGV4: Taken = Taken {
    function: "sigv4",
    argument: 1,
    keys: &[
        ("access_key_id", "Who signs. Needed."),
        (
            "secret_access_key",
            "The key, as text or a secret of the connection. Needed.",
        ),
        ("region", "The AWS region, such as `eu-central-1`. Needed."),
        ("service", "The name AWS signs the service under, such as `s3`. Needed."),
        ("session_token", "What came with temporary keys, as text."),
        (
            "host",
            "The host that the request goes to, where it was given as a path; with its port, if that is not 443.",
        ),
        (
            "unsigned_payload",
            "Whether the body is left out of the signature, which `s3` alone accepts. `false` without it.",
        ),
    ],
};
/// What `request.retry` takes.
pub const RETRY: Taken = Taken {
    function: "retry",
    argument: 1,
    keys: &[
        (
            "statuses",
            "Statuses after which it is sent again. `[429, 503]` without it.",
        ),
        ("max", "How often it is sent again at most, up to 10. 3 without it."),
        (
            "wait",
            "What the wait is read from: `x-rate-limit-reset`, `retry-after` or `exponential`, which is what it is without.",
        ),
    ],
};
/// What `http.parallel` takes.
pub const PARALLEL: Taken = Taken {
    function: "http.parallel",
    argument: 1,
    keys: &[
        (
            "limit",
            "How many requests are under way at once, up to 16. 4 without it.",
        ),
        (
            "rate",
            "How many requests are begun in a minute, up to 60,000. As fast as answers come without it.",
        ),
    ],
};
/// What `run` of a flow takes.
pub const RUN: Taken = Taken {
    function: "run",
    argument: 2,
    keys: &[
        (
            "connection",
            "The connection to run on. Without it, what `connections` of `trigger()` says, or the only one of that connector.",
        ),
        (
            "retries",
            "How often it is run again at most where the service was too busy, up to 10. 2 without it.",
        ),
    ],
};
/// What `http.pages` and `http.items` take. The same keys stand in `[http] pagination` of `connector.toml`.
pub const PAGES: &[(&str, &str)] = &[
    ("kind", "`link`, `next_url`, `cursor` or `offset`."),
    (
        "rel",
        "Of `link`: the link relation that is followed. `next` without it.",
    ),
    (
        "next",
        "Of `next_url`: the path in the body of the next page's URL. `next` without it.",
    ),
    (
        "cursor",
        "Of `cursor`: the path in the body of the next page's cursor. `next_cursor` without it.",
    ),
    (
        "parameter",
        "Of `cursor` and `offset`: the query parameter it is sent in. `cursor`, `offset` or `page` without it.",
    ),
    (
        "more",
        "Of `cursor` and `offset`: the path in the body of what says whether there is more.",
    ),
    (
        "start",
        "Of `offset`: the first value of the parameter. 0 without it, or 1 where pages are counted.",
    ),
    (
        "step",
        "Of `offset`: `items` (the parameter counts items) or `pages`. `items` without it.",
    ),
    (
        "size",
        "Of `offset`: items a page, sent as well. Without it the server decides.",
    ),
    (
        "size_parameter",
        "Of `offset`: the query parameter of `size`. `limit` without it.",
    ),
    (
        "items",
        "The path of the list in the body, where the body is not the list itself.",
    ),
    ("max_pages", "Pages followed at most. 1,000 without it."),
];
/// What `retry()` of an action returns.
pub const ACTION_RETRY: &[(&str, &str)] = &[
    ("statuses", "Statuses of the HTTP error that the action failed with."),
    (
        "messages",
        "Regular expressions for its message or body. With `statuses` both must fit; alone they count for 429, 500, 502, 503, 504 and 507.",
    ),
    ("max", "How often it is run again at most, up to 10. 3 without it."),
    (
        "wait",
        "Seconds before the first time, twice as many before the second, and so on. 5 without it.",
    ),
    (
        "writes",
        "Whether it is run again although it has sent a write. `false` without it.",
    ),
];
/// What `when` of a field takes.
pub const WHEN: &[(&str, &str)] = &[
    ("field", "The other field."),
    ("equals", "The value it must have."),
    ("not_equals", "The value it must not have."),
    ("in", "The values of which it must have one."),
    ("exists", "Whether it must have a value at all."),
];
/// What a part of `request.multipart` takes.
pub const PART: &[(&str, &str)] = &[
    ("text", "The part's text."),
    ("bytes", "The part's bytes."),
    (
        "file",
        "A file in the workspace's `fixtures` folder, which the host reads.",
    ),
    (
        "run_file",
        "A file that this run kept with `stream_to`, by its name or by what `.file` said.",
    ),
    ("filename", "The file name that is sent."),
    ("content_type", "The media type that is sent."),
];

/// Every options map, in the order of the reference.
pub const ALL: &[Taken] = &[
    FIELD,
    RETRY,
    SIGV4,
    Taken {
        function: "multipart",
        argument: usize::MAX,
        keys: PART,
    },
    Taken {
        function: "http.pages",
        argument: 2,
        keys: PAGES,
    },
    Taken {
        function: "http.items",
        argument: 2,
        keys: PAGES,
    },
    PARALLEL,
    RUN,
    CSV_PARSE,
    CSV_RENDER,
    XML_PARSE,
    XML_RENDER,
    JWT_VERIFY,
    Taken {
        function: "aes_gcm_encrypt",
        argument: 2,
        keys: AES_GCM,
    },
    Taken {
        function: "aes_gcm_decrypt",
        argument: 2,
        keys: AES_GCM,
    },
    Taken {
        function: "aes_cbc_encrypt",
        argument: 2,
        keys: AES_CBC,
    },
    Taken {
        function: "aes_cbc_decrypt",
        argument: 2,
        keys: AES_CBC,
    },
    PBKDF2,
];

/// An options map that was given.
pub struct Options<'a> {
    function: &'a str,
    given: &'a Map,
}

impl<'a> Options<'a> {
    /// The options given to `function`.
    ///
    /// # Errors
    /// The first key that `keys` does not have.
    pub fn new(function: &'a str, given: &'a Map, keys: &[(&str, &str)]) -> Result<Self, Box<EvalAltResult>> {
        for key in given.keys() {
            if let Some(hint) = unknown(key, keys) {
                return Err(complain(format!("{function} knows no `{key}`; {hint}")));
            }
        }
        Ok(Self { function, given })
    }

    /// The value of a key; `()` counts as none.
    pub fn value(&self, key: &str) -> Option<&'a Dynamic> {
        self.given.get(key).filter(|value| !value.is_unit())
    }

    /// A text.
    pub fn text(&self, key: &str) -> Result<Option<ImmutableString>, Box<EvalAltResult>> {
        self.read(key, "text", |value| {
            value.as_immutable_string_ref().ok().map(|text| text.clone())
        })
    }

    /// True or false.
    pub fn flag(&self, key: &str) -> Result<Option<bool>, Box<EvalAltResult>> {
        self.read(key, "true or false", |value| value.as_bool().ok())
    }

    /// A whole number from `least` to `most`.
    pub fn number(&self, key: &str, least: i64, most: i64) -> Result<Option<i64>, Box<EvalAltResult>> {
        self.read(key, &format!("a whole number from {least} to {most}"), |value| {
            value.as_int().ok().filter(|number| (least..=most).contains(number))
        })
    }

    /// A list.
    pub fn list(&self, key: &str) -> Result<Option<Array>, Box<EvalAltResult>> {
        self.read(key, "a list", |value| {
            value.as_array_ref().ok().map(|list| list.clone())
        })
    }

    /// A list of texts.
    pub fn texts(&self, key: &str) -> Result<Option<Vec<String>>, Box<EvalAltResult>> {
        self.read(key, "a list of texts", |value| {
            let list = value.as_array_ref().ok()?;
            list.iter().map(|item| item.clone().into_string().ok()).collect()
        })
    }

    /// One of several words, as its place among them.
    pub fn word(&self, key: &str, words: &[&str]) -> Result<Option<usize>, Box<EvalAltResult>> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        if let Some(at) = words.iter().position(|word| *word == text.as_str()) {
            return Ok(Some(at));
        }
        let hint = nearest(&text, words.iter().copied()).map_or_else(
            || format!("it is one of {}", words.join(", ")),
            |near| format!("did you mean \"{near}\"?"),
        );
        Err(self.wrong(key, &format!("cannot be \"{text}\"; {hint}")))
    }

    /// The complaint that a key is missing.
    pub fn missing(&self, key: &str) -> Box<EvalAltResult> {
        self.wrong(key, "is needed")
    }

    /// The complaint about a key.
    pub fn wrong(&self, key: &str, what: &str) -> Box<EvalAltResult> {
        complain(format!("{}: `{key}` {what}", self.function))
    }

    fn read<T>(
        &self,
        key: &str,
        wanted: &str,
        read: impl FnOnce(&Dynamic) -> Option<T>,
    ) -> Result<Option<T>, Box<EvalAltResult>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        match read(value) {
            Some(read) => Ok(Some(read)),
            None => Err(self.wrong(key, &format!("must be {wanted}, not {}", shown(value)))),
        }
    }
}

/// A number as it is, everything else by its type.
fn shown(value: &Dynamic) -> String {
    if value.is_int() || value.is_float() {
        value.to_string()
    } else {
        type_words(value.type_name())
    }
}

/// What to say of a key that is not among `keys`; `None` where it is.
pub fn unknown(key: &str, keys: &[(&str, &str)]) -> Option<String> {
    if keys.iter().any(|(known, _)| *known == key) {
        return None;
    }
    let names = || keys.iter().map(|(known, _)| *known);
    Some(nearest(key, names()).map_or_else(
        || format!("it takes {}", names().collect::<Vec<_>>().join(", ")),
        |near| format!("did you mean `{near}`?"),
    ))
}
