//! XML text to values and back. An element is a map of its children, an attribute's key begins with `@`, text beside
//! children or attributes is `#text`; an element of nothing but text is that text, an empty one `()`, and one that repeats
//! a list. Entities that a document declares itself are refused, so that none can multiply.

use std::fmt::Write as _;

use quick_xml::{Reader, escape::escape, events::BytesStart, events::Event};
use rhai::{Array, Dynamic, EvalAltResult, Map, Module, NativeCallContext, export_module, exported_module};

use super::options::{Options, XML_PARSE, XML_RENDER};
use crate::{
    error::{complain, located},
    explain::type_words,
    json::MAX_DEPTH,
    meter,
    state::{Stop, run_of},
};

/// The key of an element's own text.
const TEXT: &str = "#text";

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

/// An element that is being read.
#[derive(Default)]
struct Element {
    name: String,
    members: Map,
    text: String,
}

impl Element {
    fn value(mut self) -> Dynamic {
        let text = self.text.trim();
        if self.members.is_empty() {
            return if text.is_empty() { Dynamic::UNIT } else { text.into() };
        }
        if !text.is_empty() {
            self.members.insert(TEXT.into(), text.into());
        }
        self.members.into()
    }

    fn add(&mut self, name: &str, value: Dynamic, always_list: bool) {
        match self.members.get_mut(name) {
            // A value of a child is never a list, so a list here is one of children.
            Some(known) => {
                if let Some(mut list) = known.write_lock::<Array>() {
                    list.push(value);
                    return;
                }
                let first = known.take();
                *known = Dynamic::from_array(vec![first, value]);
            }
            None if always_list => {
                self.members.insert(name.into(), Dynamic::from_array(vec![value]));
            }
            None => {
                self.members.insert(name.into(), value);
            }
        }
    }
}

struct Reading {
    lists: Vec<String>,
    strip: bool,
    open: Vec<Element>,
}

impl Reading {
    fn name(&self, name: &str) -> String {
        match name.split_once(':') {
            Some((_, local)) if self.strip => local.to_owned(),
            _ => name.to_owned(),
        }
    }

    fn start(&mut self, tag: &BytesStart) -> Result<(), String> {
        if self.open.len() >= MAX_DEPTH {
            return Err(format!("it is nested more than {MAX_DEPTH} levels deep"));
        }
        let mut element = Element {
            name: self.name(tag.name().into_inner()),
            ..Element::default()
        };
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let name = attribute.key.into_inner();
            if self.strip && (name == "xmlns" || name.starts_with("xmlns:")) {
                continue;
            }
            let value = attribute
                .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                .map_err(|error| error.to_string())?;
            let key = format!("@{}", self.name(name));
            element.members.insert(key.into(), value.as_ref().into());
        }
        self.open.push(element);
        Ok(())
    }

    fn end(&mut self) {
        let (Some(done), Some(parent)) = (self.open.pop(), self.open.last_mut()) else {
            return;
        };
        let always = self.lists.contains(&done.name);
        let name = done.name.clone();
        parent.add(&name, done.value(), always);
    }

    fn text(&mut self, text: &str) {
        if let Some(element) = self.open.last_mut() {
            element.text.push_str(text);
        }
    }
}

fn read(context: &NativeCallContext, text: &str, options: &Map) -> Result<Dynamic, Box<EvalAltResult>> {
    let options = Options::new("xml.parse", options, XML_PARSE.keys)?;
    let mut reading = Reading {
        lists: options.texts("lists")?.unwrap_or_default(),
        strip: options.flag("strip_namespaces")? == Some(true),
        // What holds the root.
        open: vec![Element::default()],
    };
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let wrong = |position: u64, reason: &str| {
        let line = text.get(..position as usize).unwrap_or(text).matches('\n').count() + 1;
        complain(format!("this is not XML: {reason} (line {line})"))
    };
    loop {
        let event = reader
            .read_event()
            .map_err(|error| wrong(reader.error_position(), &error.to_string()))?;
        let position = reader.buffer_position();
        match event {
            Event::Start(tag) => reading.start(&tag).map_err(|reason| wrong(position, &reason))?,
            Event::Empty(tag) => {
                reading.start(&tag).map_err(|reason| wrong(position, &reason))?;
                reading.end();
            }
            Event::End(_) => reading.end(),
            Event::Text(text) => reading.text(&text.xml10_content()),
            Event::CData(text) => reading.text(&text.xml10_content()),
            Event::GeneralRef(name) => {
                let character = name
                    .resolve_char_ref()
                    .map_err(|error| wrong(position, &error.to_string()))?;
                let known = match &*name.xml10_content() {
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "amp" => Some('&'),
                    "apos" => Some('\''),
                    "quot" => Some('"'),
                    _ => None,
                };
                let Some(character) = character.or(known) else {
                    return Err(wrong(
                        position,
                        &format!("the entity `&{};` is not known", name.xml10_content()),
                    ));
                };
                reading.text(character.encode_utf8(&mut [0; 4]));
            }
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::DocType(_) => {}
        }
        if meter::is_full() {
            return Err(run_of(context)?.stop(Stop::Memory));
        }
    }
    if reading.open.len() > 1 {
        let name = reading
            .open
            .last()
            .map(|element| element.name.clone())
            .unwrap_or_default();
        return Err(wrong(text.len() as u64, &format!("`<{name}>` is not closed")));
    }
    let members = reading.open.pop().unwrap_or_default().members;
    if members.len() != 1 || members.values().any(Dynamic::is_array) {
        return Err(wrong(0, "it has not exactly one root element"));
    }
    Ok(members.into())
}

struct Writing {
    text: String,
    pretty: bool,
}

impl Writing {
    fn line(&mut self, depth: usize) {
        if self.pretty {
            if !self.text.is_empty() {
                self.text.push('\n');
            }
            self.text.push_str(&"  ".repeat(depth));
        }
    }

    fn element(&mut self, name: &str, value: &Dynamic, depth: usize) -> Result<(), Box<EvalAltResult>> {
        if depth > MAX_DEPTH {
            return Err(complain(format!(
                "xml.render: the value is nested more than {MAX_DEPTH} levels deep"
            )));
        }
        if let Ok(list) = value.as_array_ref() {
            return list.iter().try_for_each(|item| self.element(name, item, depth));
        }
        check_name(name)?;
        self.line(depth);
        let _ = write!(self.text, "<{name}");
        let Ok(map) = value.as_map_ref() else {
            let text = plain(name, value)?;
            let _ = if text.is_empty() {
                write!(self.text, "/>")
            } else {
                write!(self.text, ">{}</{name}>", escape(text.as_str()))
            };
            return Ok(());
        };
        let mut children = Vec::new();
        let mut own = String::new();
        for (key, member) in map.iter() {
            if let Some(attribute) = key.strip_prefix('@') {
                check_name(attribute)?;
                let _ = write!(self.text, " {attribute}=\"{}\"", escape(plain(key, member)?.as_str()));
            } else if key == TEXT {
                own = plain(key, member)?;
            } else if !member.as_array_ref().is_ok_and(|list| list.is_empty()) {
                children.push((key, member));
            }
        }
        if children.is_empty() && own.is_empty() {
            self.text.push_str("/>");
            return Ok(());
        }
        let _ = write!(self.text, ">{}", escape(own.as_str()));
        for (key, member) in &children {
            self.element(key, member, depth + 1)?;
        }
        if !children.is_empty() {
            self.line(depth);
        }
        let _ = write!(self.text, "</{name}>");
        Ok(())
    }
}

fn check_name(name: &str) -> Result<(), Box<EvalAltResult>> {
    let begins = |first: char| first.is_alphabetic() || first == '_';
    let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | ':');
    if name.starts_with(begins) && name.chars().all(fits) {
        return Ok(());
    }
    Err(complain(format!(
        "xml.render: `{name}` cannot be the name of an element or attribute"
    )))
}

fn plain(name: &str, value: &Dynamic) -> Result<String, Box<EvalAltResult>> {
    if value.is_unit() {
        return Ok(String::new());
    }
    if value.is_string() || value.is_int() || value.is_float() || value.is_bool() || value.is_char() {
        return Ok(value.to_string());
    }
    Err(complain(format!(
        "xml.render: `{name}` cannot be {}",
        type_words(value.type_name())
    )))
}

fn written(value: &Map, options: &Map) -> Result<String, Box<EvalAltResult>> {
    let options = Options::new("xml.render", options, XML_RENDER.keys)?;
    let Some((name, root)) = value
        .iter()
        .next()
        .filter(|(_, root)| value.len() == 1 && !root.is_array())
    else {
        return Err(complain(
            "xml.render takes a map of one root element: #{ user: #{ ... } }",
        ));
    };
    let mut writing = Writing {
        text: String::new(),
        pretty: options.flag("pretty")? == Some(true),
    };
    if options.flag("declaration")? != Some(false) {
        writing.text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    }
    writing.element(name, root, 0)?;
    Ok(writing.text)
}

/// The XML text of a map of one root element.
///
/// # Errors
/// What cannot be written.
pub fn render(value: &Map) -> Result<String, Box<EvalAltResult>> {
    written(value, &Map::new())
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// The value that an XML text stands for. Elements are maps, attributes begin with `@`, text beside them is
    /// `#text`, an element that repeats is a list; values stay text.
    /// ```rhai
    /// let user = xml.parse(`<user id="7"><name>Ada</name><tag>a</tag><tag>b</tag></user>`).user;
    /// user["@id"] == "7" && user.name == "Ada" && user.tag == ["a", "b"]
    /// ```
    #[rhai_fn(return_raw)]
    pub fn parse(context: NativeCallContext, text: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        located(&context, read(&context, text, &Map::new()))
    }
    #[rhai_fn(name = "parse", return_raw)]
    pub fn parse_with(context: NativeCallContext, text: &str, options: Map) -> Result<Dynamic, Box<EvalAltResult>> {
        located(&context, read(&context, text, &options))
    }

    /// The XML text of a map with one root element, written as `xml.parse` reads it.
    /// ```rhai
    /// xml.render(#{ user: #{ "@id": 7, tag: ["a", "b"] } }, #{ declaration: false })
    ///     == `<user id="7"><tag>a</tag><tag>b</tag></user>`
    /// ```
    #[rhai_fn(name = "render", return_raw)]
    pub fn render_plain(context: NativeCallContext, value: Map) -> Result<String, Box<EvalAltResult>> {
        located(&context, written(&value, &Map::new()))
    }
    #[rhai_fn(name = "render", return_raw)]
    pub fn render_with(context: NativeCallContext, value: Map, options: Map) -> Result<String, Box<EvalAltResult>> {
        located(&context, written(&value, &options))
    }
}
