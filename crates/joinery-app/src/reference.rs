//! The script function reference, as a front shows it entry by entry.

use joinery_script::reference;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use url::Url;

use crate::error::{Code, Error};

/// The group of the functions that the engine calls.
const CALLED: &str = "What the engine calls";

/// A function that scripts call, or that the engine calls in a script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FunctionHelp {
    /// The name: `sha256`, `http.get`.
    pub name: String,
    /// `sha256(text)`
    pub signature: String,
    /// What it does, in Markdown.
    pub description: String,
    /// An example.
    pub example: String,
    /// The group it belongs to.
    pub group: String,
    /// The file it stands in, for one that the engine calls.
    pub file: Option<String>,
    /// The keys of the map it takes or returns.
    pub options: Vec<OptionHelp>,
}

/// A key of a map of options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OptionHelp {
    /// The key.
    pub key: String,
    /// What it means, in Markdown.
    pub meaning: String,
}

/// Every function there is: those that scripts call by group and name, then those that the engine calls by file.
pub fn functions() -> Vec<FunctionHelp> {
    let called = reference::functions().into_iter().map(|function| FunctionHelp {
        options: options(reference::options(&function.name)),
        name: function.name,
        signature: function.signature,
        description: function.description,
        example: function.example,
        group: function.group,
        file: None,
    });
    let calling = reference::entries().into_iter().map(|entry| FunctionHelp {
        options: options(reference::returned(entry.name)),
        name: entry.name.to_owned(),
        signature: entry.signature,
        description: entry.description.to_owned(),
        example: entry.example,
        group: CALLED.to_owned(),
        file: Some(entry.file.to_owned()),
    });
    called.chain(calling).collect()
}

/// A link in somebody's documentation, which a person has seen and wants to follow in the browser.
///
/// # Errors
/// [`Code::Usage`] for an address that is no page of the web: a browser does more with others than to show them.
pub fn link(address: &str) -> Result<Url, Error> {
    let url = Url::parse(address)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"));
    url.ok_or_else(|| Error::new(Code::Usage, format!("`{address}` is not the address of a web page")))
}

fn options(keys: &[(&str, &str)]) -> Vec<OptionHelp> {
    let option = |(key, meaning): &(&str, &str)| OptionHelp {
        key: (*key).to_owned(),
        meaning: (*meaning).to_owned(),
    };
    keys.iter().map(option).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_web_are_opened() {
        assert!(link("https://developer.okta.com/docs/api/").is_ok());
        for wrong in ["file:///etc/passwd", "javascript:alert(1)", "--help", "/docs"] {
            assert_eq!(link(wrong).unwrap_err().code, Code::Usage, "{wrong}");
        }
    }

    #[test]
    fn every_function_says_what_it_does_and_shows_it() {
        let all = functions();
        let bare: Vec<&str> = all
            .iter()
            .filter(|each| each.description.is_empty() || each.example.is_empty())
            .map(|each| each.name.as_str())
            .collect();
        assert_eq!(bare, <[&str; 0]>::default());
        let of = |name: &str| all.iter().find(|each| each.name == name).unwrap();
        assert!(
            of("csv.parse").options.iter().any(|option| option.key == "separator"),
            "{:?}",
            of("csv.parse")
        );
        assert!(of("retry").options.iter().any(|option| option.key == "max"));
        assert_eq!(of("poll").file.as_deref(), Some("triggers/NAME.rhai"));
    }
}
