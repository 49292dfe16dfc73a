//! Text as people write it: names, titles, tags, accents. Each function returns a new text; none changes its argument.

use deunicode::deunicode;
use rhai::{Array, Dynamic, Module, export_module, exported_module};

use super::large::within;
use crate::error::{complain, located};

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

/// The words of `someName`, `some_name`, `some-name` and `Some name`.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let letters: Vec<char> = text.chars().collect();
    let mut fresh = true;
    for (at, letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            fresh = true;
            continue;
        }
        let before = at.checked_sub(1).map(|at| letters[at]);
        let after = letters.get(at + 1);
        // `userId` and the last letter of `HTTPServer`'s first word.
        let turns = letter.is_uppercase()
            && (before.is_some_and(|before| before.is_lowercase() || before.is_numeric())
                || (before.is_some_and(char::is_uppercase) && after.is_some_and(|after| after.is_lowercase())));
        if fresh || turns {
            words.push(String::new());
        }
        fresh = false;
        if let Some(word) = words.last_mut() {
            word.push(*letter);
        }
    }
    words
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Text of anything but nothing, lists and maps.
fn shown(value: &Dynamic) -> Option<String> {
    let text = if value.is_unit() || value.is_array() || value.is_map() {
        return None;
    } else {
        value.to_string()
    };
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn without_tags(html: &str) -> String {
    let (mut text, mut rest) = (String::with_capacity(html.len()), html);
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        let after = &rest[start + 1..];
        // A bare `<`, as in `a < b`, opens no tag.
        let is_tag = after.starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '/' | '!' | '?'));
        if !is_tag {
            text.push('<');
            rest = after;
            continue;
        }
        let name: String = after
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .collect::<String>()
            .to_lowercase();
        let close = if after.starts_with("!--") { "-->" } else { ">" };
        let Some(end) = after.find(close) else { return text };
        rest = &after[end + close.len()..];
        if matches!(name.as_str(), "script" | "style") {
            let lower = rest.to_ascii_lowercase();
            let Some(end) = lower.find(&format!("</{name}")) else {
                return text;
            };
            rest = &rest[end..];
        }
    }
    text.push_str(rest);
    text
}

fn unescaped(text: &str) -> String {
    let (mut plain, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(start) = rest.find('&') {
        plain.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        if let Some((end, character)) = end.and_then(|end| Some((end, entity(&rest[1..end])?))) {
            plain.push(character);
            rest = &rest[end + 1..];
        } else {
            plain.push('&');
            rest = &rest[1..];
        }
    }
    plain + rest
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => return None,
    })
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// Text without HTML tags, and without what stands in `script` and `style`.
    /// ```rhai
    /// strip_tags("<p>Hello <b>Ada</b></p><script>x()</script>") == "Hello Ada"
    /// ```
    pub fn strip_tags(html: &str) -> String {
        without_tags(html)
    }

    /// Text with `& < > "` and `'` written as HTML entities.
    /// ```rhai
    /// escape_html("Ada & <b>") == "Ada &amp; &lt;b&gt;"
    /// ```
    pub fn escape_html(text: &str) -> String {
        quick_xml::escape::escape(text).into_owned()
    }

    /// Text with HTML's common entities and numbered ones turned back into characters.
    /// ```rhai
    /// unescape_html("Ada &amp; &#66;ob") == "Ada & Bob"
    /// ```
    pub fn unescape_html(text: &str) -> String {
        unescaped(text)
    }

    /// Text in plain ASCII letters: accents go, other scripts are written as they sound.
    /// ```rhai
    /// transliterate("Müller Ærø") == "Muller AEro"
    /// ```
    pub fn transliterate(text: &str) -> String {
        deunicode(text)
    }

    /// A name of a field as a label for people.
    /// ```rhai
    /// labelize("first_name") == "First name" && labelize("userId") == "User id"
    /// ```
    pub fn labelize(name: &str) -> String {
        let words: Vec<String> = words(name)
            .into_iter()
            .map(|word| {
                let acronym = word.len() > 1 && word.chars().all(|letter| letter.is_uppercase() || letter.is_numeric());
                if acronym { word } else { word.to_lowercase() }
            })
            .collect();
        capital(&words.join(" "))
    }

    /// Text with the first letter of every word in upper case and the others in lower case.
    /// ```rhai
    /// titlecase("ada LOVELACE-king") == "Ada Lovelace-King"
    /// ```
    pub fn titlecase(text: &str) -> String {
        let mut fresh = true;
        let mut title = String::with_capacity(text.len());
        for letter in text.chars() {
            if fresh {
                title.extend(letter.to_uppercase());
            } else {
                title.extend(letter.to_lowercase());
            }
            fresh = !letter.is_alphanumeric() && letter != '\'';
        }
        title
    }

    /// Text with its first letter in upper case; the others stay.
    /// ```rhai
    /// capitalize("ada Lovelace") == "Ada Lovelace"
    /// ```
    pub fn capitalize(text: &str) -> String {
        capital(text)
    }

    /// A name as `snake_case`.
    /// ```rhai
    /// snake_case("firstName") == "first_name"
    /// ```
    pub fn snake_case(name: &str) -> String {
        words(name).join("_").to_lowercase()
    }

    /// A name as `camelCase`.
    /// ```rhai
    /// camel_case("first_name") == "firstName"
    /// ```
    pub fn camel_case(name: &str) -> String {
        let words = words(name).into_iter().enumerate().map(|(at, word)| {
            let word = word.to_lowercase();
            if at == 0 { word } else { capital(&word) }
        });
        words.collect()
    }

    /// Text as part of an address: ASCII words in lower case, joined by `-`.
    /// ```rhai
    /// slug("Müller & Söhne, Inc.") == "muller-sohne-inc"
    /// ```
    pub fn slug(text: &str) -> String {
        let plain = deunicode(text).to_lowercase();
        let words: Vec<&str> = plain
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        words.join("-")
    }

    /// Text in double quotes, quotes and backslashes inside it escaped.
    /// ```rhai
    /// quote(`say "hi"`) == `"say \"hi\""`
    /// ```
    pub fn quote(text: &str) -> String {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    }

    /// The items as one text, those that are empty or `()` left out, spaces around them gone.
    /// ```rhai
    /// smart_join(["Ada", "", (), " Lovelace "], " ") == "Ada Lovelace"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn smart_join(context: NativeCallContext, list: Array, separator: &str) -> Result<String, Box<EvalAltResult>> {
        let texts: Vec<String> = list.iter().filter_map(shown).collect();
        within(&context, separator.len().checked_mul(texts.len()))?;
        Ok(texts.join(separator))
    }

    /// The parts of a text between separators, without empty ones and without spaces around them.
    /// ```rhai
    /// split_compact(" a, b,,c ", ",") == ["a", "b", "c"]
    /// ```
    pub fn split_compact(text: &str, separator: &str) -> Array {
        let parts: Vec<&str> = if separator.is_empty() {
            vec![text]
        } else {
            text.split(separator).collect()
        };
        let parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
        parts.map(Into::into).collect()
    }

    /// Text without spaces at its ends, and with one space where there were several, or line breaks.
    /// ```rhai
    /// squish("  Ada \n  Lovelace ") == "Ada Lovelace"
    /// ```
    pub fn squish(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The lines of a text, without their line breaks.
    /// ```rhai
    /// lines("a\r\nb\n") == ["a", "b"]
    /// ```
    pub fn lines(text: &str) -> Array {
        text.lines().map(Into::into).collect()
    }

    /// Text of at most so many characters, the last of them `…` where it was longer.
    /// ```rhai
    /// shorten("Ada Lovelace", 5) == "Ada …"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn shorten(context: NativeCallContext, text: &str, length: i64) -> Result<String, Box<EvalAltResult>> {
        let Some(length) = usize::try_from(length).ok().filter(|length| *length > 0) else {
            return located(&context, Err(complain("shorten: the length must be 1 or more")));
        };
        if text.chars().nth(length).is_none() {
            return Ok(text.to_owned());
        }
        Ok(text.chars().take(length - 1).chain(['…']).collect())
    }

    /// Text filled up at its left.
    /// ```rhai
    /// pad_left("7", 3, "0") == "007"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn pad_left(
        context: NativeCallContext,
        text: &str,
        length: i64,
        with: &str,
    ) -> Result<String, Box<EvalAltResult>> {
        let missing = usize::try_from(length)
            .unwrap_or(0)
            .saturating_sub(text.chars().count());
        within(&context, missing.checked_mul(4))?;
        let filling: String = with.chars().cycle().take(missing).collect();
        Ok(filling + text)
    }

    /// Whether a value is `()`, false, an empty list or map, or text of nothing but spaces.
    /// ```rhai
    /// is_blank(" ") && is_blank(()) && is_blank([]) && !is_blank(0)
    /// ```
    pub fn is_blank(value: Dynamic) -> bool {
        blank(&value)
    }

    /// The value, or `()` where it is blank: for `??`.
    /// ```rhai
    /// (presence("  ") ?? "nobody") == "nobody"
    /// ```
    pub fn presence(value: Dynamic) -> Dynamic {
        if blank(&value) { Dynamic::UNIT } else { value }
    }
}

fn blank(value: &Dynamic) -> bool {
    value.is_unit()
        || value.as_bool().is_ok_and(|flag| !flag)
        || value.as_immutable_string_ref().is_ok_and(|text| text.trim().is_empty())
        || value.as_array_ref().is_ok_and(|list| list.is_empty())
        || value.as_map_ref().is_ok_and(|map| map.is_empty())
}
