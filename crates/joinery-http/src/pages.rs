//! The pages of one list: where the next one is (RFC 8288), and their entries joined into one body.

use std::{fmt, path::Path};

use bytes::Bytes;
use joinery_connector::Header;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use url::Url;

use crate::{
    body_store::{Body, Sink},
    error::Error,
};

/// The address of the next page: the first `Link` with the relation `next`, else `_links.next.href` of the body, as
/// some of Okta's lists have it. `base` is the page's own address.
pub fn next(headers: &[Header], body: &[u8], base: &Url) -> Option<Url> {
    let told = headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case("link"))
        .flat_map(|header| links(&header.value))
        .find(|link| link.leads_to("next"));
    let target = match told {
        Some(link) => link.target,
        None => in_body(body)?,
    };
    base.join(&target).ok()
}

fn in_body(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(rename = "_links")]
        links: Links,
    }
    #[derive(Deserialize)]
    struct Links {
        next: Next,
    }
    #[derive(Deserialize)]
    struct Next {
        href: String,
    }
    let looks_like_one = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let page = looks_like_one.then(|| serde_json::from_slice::<Page>(body).ok())??;
    Some(page.links.next.href)
}

/// One link of a `Link` header.
struct Link {
    target: String,
    relations: Option<String>,
    elsewhere: bool,
}

impl Link {
    /// A link with an `anchor` speaks of another resource than the one that was asked for.
    fn leads_to(&self, relation: &str) -> bool {
        let relations = self.relations.as_deref().unwrap_or_default();
        !self.elsewhere
            && relations
                .split_whitespace()
                .any(|one| one.eq_ignore_ascii_case(relation))
    }
}

/// RFC 8288 section 3 and appendix B.2: what is malformed is passed over, the first `rel` counts.
fn links(value: &str) -> Vec<Link> {
    let mut links = Vec::new();
    let mut rest = value;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((target, parameters)) = after.split_once('>') else {
            break;
        };
        let mut link = Link {
            target: target.trim().to_owned(),
            relations: None,
            elsewhere: false,
        };
        rest = parameters;
        while let Some(parameter) = rest.trim_start().strip_prefix(';') {
            let (name, value, after) = self::parameter(parameter);
            match name.to_ascii_lowercase().as_str() {
                "rel" if link.relations.is_none() => link.relations = Some(value),
                "anchor" => link.elsewhere = true,
                _ => {}
            }
            rest = after;
        }
        links.push(link);
    }
    links
}

/// `name=token` or `name="quoted"`, and what follows.
fn parameter(text: &str) -> (&str, String, &str) {
    let end = text.find(['=', ';', ',']).unwrap_or(text.len());
    let (name, rest) = (text[..end].trim(), &text[end..]);
    let Some(value) = rest.strip_prefix('=').map(str::trim_start) else {
        return (name, String::new(), rest);
    };
    let Some(quoted) = value.strip_prefix('"') else {
        let end = value.find([';', ',']).unwrap_or(value.len());
        return (name, value[..end].trim().to_owned(), &value[end..]);
    };
    let (mut unquoted, mut escaped) = (String::new(), false);
    for (at, letter) in quoted.char_indices() {
        match letter {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return (name, unquoted, &quoted[at + 1..]),
            other => {
                unquoted.push(other);
                escaped = false;
            }
        }
    }
    (name, unquoted, "")
}

/// Entries of pages, joined as they come: into one list, or into the list that is a member of an object. On disk where
/// they are many.
pub struct Joined<'a> {
    sink: Sink<'a>,
    shape: Option<Shape>,
    entries: u64,
    /// The other members of the last page.
    others: Vec<u8>,
}

/// What a page looks like.
#[derive(Debug, PartialEq)]
enum Shape {
    List,
    /// An object with one list in it, under this name.
    Member(String),
}

impl<'a> Joined<'a> {
    /// Nothing yet. A large result is kept in `folder`.
    pub fn new(folder: &'a Path) -> Self {
        Self {
            sink: Sink::new(folder),
            shape: None,
            entries: 0,
            others: Vec::new(),
        }
    }

    /// Entries so far.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Bytes so far.
    pub fn size(&self) -> u64 {
        self.sink.size()
    }

    /// Takes in a page; `false`, and nothing changed, where it is no list or has another shape than those before.
    ///
    /// # Errors
    /// [`Error::Store`] when it cannot be written.
    pub async fn push(&mut self, page: &[u8]) -> Result<bool, Error> {
        let Some(page) = Page::read(page) else {
            return Ok(false);
        };
        match &self.shape {
            Some(shape) if *shape != page.shape => return Ok(false),
            Some(_) => {}
            None => {
                let opening = match &page.shape {
                    Shape::List => "[".to_owned(),
                    Shape::Member(name) => format!("{{{}:[", serde_json::Value::from(name.as_str())),
                };
                self.sink.push(opening.into()).await?;
                self.shape = Some(page.shape);
            }
        }
        if page.count > 0 {
            if self.entries > 0 {
                self.sink.push(Bytes::from_static(b",")).await?;
            }
            self.sink.push(Bytes::copy_from_slice(page.entries.as_bytes())).await?;
        }
        self.entries += page.count;
        self.others = page.others;
        Ok(true)
    }

    /// The body, complete.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub async fn finish(mut self) -> Result<Body, Error> {
        let closing = match self.shape {
            None => Vec::new(),
            Some(Shape::List) => b"]".to_vec(),
            Some(Shape::Member(_)) => [b"]".as_slice(), &self.others, b"}"].concat(),
        };
        self.sink.push(closing.into()).await?;
        self.sink.finish().await
    }
}

/// A page taken apart.
struct Page<'a> {
    shape: Shape,
    /// What stands between the brackets of its list.
    entries: &'a str,
    count: u64,
    others: Vec<u8>,
}

impl<'a> Page<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?.trim();
        if text.starts_with('[') {
            let (entries, count) = entries_of(text)?;
            return Some(Self {
                shape: Shape::List,
                entries,
                count,
                others: Vec::new(),
            });
        }
        let Members(members) = serde_json::from_str(text).ok()?;
        let mut lists = members.iter().filter(|(_, value)| value.get().starts_with('['));
        let (name, list) = lists.next().filter(|_| lists.next().is_none())?;
        let (entries, count) = entries_of(list.get())?;
        let mut others = Vec::new();
        for (other, value) in members.iter().filter(|(other, _)| other != name) {
            let member = format!(",{}:{}", serde_json::Value::from(other.as_str()), value.get());
            others.extend_from_slice(member.as_bytes());
        }
        Some(Self {
            shape: Shape::Member(name.clone()),
            entries,
            count,
            others,
        })
    }
}

/// What stands between the brackets of a list, and how many entries that is.
fn entries_of(list: &str) -> Option<(&str, u64)> {
    let entries: Vec<&RawValue> = serde_json::from_str(list).ok()?;
    let inner = list.strip_prefix('[')?.strip_suffix(']')?.trim();
    Some((inner, entries.len() as u64))
}

/// The members of an object, in order, as they are written.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(InOrder).map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expected: Option<&str>) {
        let base = Url::parse("https://acme.test/api/v1/users?limit=2").unwrap();
        let found = next(&[Header::new("Link", value)], b"[]", &base);
        assert_eq!(found.as_ref().map(Url::as_str), expected, "{value}");
    }

    #[test]
    fn the_next_page_is_the_link_of_that_relation() {
        let okta =
            r#"<https://acme.test/u?limit=2>; rel="self", <https://acme.test/u?after=a,b;c&limit=2>; rel="next""#;
        check(okta, Some("https://acme.test/u?after=a,b;c&limit=2"));
        check(
            "<?after=7>; title=\"a, \\\" b; c\"; REL=\"prev Next\"",
            Some("https://acme.test/api/v1/users?after=7"),
        );
        check("<b>; rel=next; rel=prev", Some("https://acme.test/api/v1/b"));
        for nothing in [
            "",
            "<b>; rel=prev; rel=next",
            "<b>; rel=nexts",
            "<b>; rel=next; anchor=\"/other\"",
            "<b",
            "<http://[>; rel=next",
        ] {
            check(nothing, None);
        }
    }

    #[test]
    fn a_body_may_tell_the_next_page_where_no_header_does() {
        let base = Url::parse("https://acme.test/iam/roles").unwrap();
        let body = br#"{"roles":[],"_links":{"next":{"href":"https://acme.test/iam/roles?after=2"}}}"#;
        assert_eq!(next(&[], body, &base).unwrap().query(), Some("after=2"));
        assert_eq!(next(&[], br#"{"_links":{}}"#, &base), None);
        assert_eq!(next(&[], b"<html>", &base), None);
    }

    async fn joined(pages: &[&str]) -> (Vec<bool>, u64, String) {
        let folder = tempfile::tempdir().unwrap();
        let mut joined = Joined::new(folder.path());
        let mut taken = Vec::new();
        for page in pages {
            taken.push(joined.push(page.as_bytes()).await.unwrap());
        }
        let entries = joined.entries();
        let body = joined.finish().await.unwrap().read().unwrap();
        (taken, entries, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn lists_become_one_list_with_every_entry_as_it_was_written() {
        let (taken, entries, text) = joined(&[" [1.50, {\"b\":2,\"a\":\"]\"}]\n", "[]", "[ [3] ]"]).await;
        assert_eq!((taken, entries), (vec![true; 3], 3));
        assert_eq!(text, "[1.50, {\"b\":2,\"a\":\"]\"},[3]]");
        assert_eq!(joined(&["[]"]).await.2, "[]");
    }

    #[tokio::test]
    async fn the_list_of_an_object_grows_and_the_last_page_gives_the_rest() {
        let pages = [
            r#"{"total":3,"roles":[1,2],"next":"a"}"#,
            r#"{"total":3,"roles":[3],"next":null}"#,
        ];
        let (taken, entries, text) = joined(&pages).await;
        assert_eq!((taken, entries), (vec![true; 2], 3));
        assert_eq!(text, r#"{"roles":[1,2,3],"total":3,"next":null}"#);
    }

    #[tokio::test]
    async fn what_is_no_list_or_another_is_not_taken_in() {
        for other in ["{\"a\":[],\"b\":[]}", "{\"a\":1}", "7", "[1,]", "<html>", "{\"b\":[1]}"] {
            let (taken, _, text) = joined(&["{\"a\":[1]}", other]).await;
            assert_eq!(taken, [true, false], "{other}");
            assert_eq!(text, "{\"a\":[1]}");
        }
    }
}
