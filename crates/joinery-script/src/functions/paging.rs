//! Lists that come in pages, followed lazily. How one page leads to the next is told in `page_rule`.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use joinery_connector::Manifest;
use rhai::{
    Array, Dynamic, Engine, EvalAltResult, FnPtr, Map, Module, NativeCallContext, export_module, exported_module,
};

use super::{
    page_rule::{Kind, Rule},
    request::Request,
    response::Response,
};
use crate::{
    error::complain,
    host::{CallPlace, ConsoleLevel},
    state::{RunState, place_of, run_of},
};

/// Page after page of a list: responses.
#[derive(Clone)]
pub struct Pages {
    run: Arc<RunState>,
    place: CallPlace,
    rule: Arc<Rule>,
    first: Request,
    next: Option<Request>,
    /// Next pages asked for so far, and for an offset the page before.
    seen: HashSet<String>,
    before: Option<u64>,
    count: usize,
}

/// Item after item of a list in pages.
#[derive(Clone)]
pub struct Items {
    pages: Pages,
    page: std::vec::IntoIter<Dynamic>,
}

impl Pages {
    /// Pages from `path` on, by the rule of the connector, over which `options` are laid.
    pub fn new(
        context: &NativeCallContext,
        path: &str,
        query: &Dynamic,
        options: Option<&Map>,
    ) -> Result<Self, Box<EvalAltResult>> {
        let run = run_of(context)?;
        // A manifest that cannot be read has no rule; whoever opened the connector told what is wrong with it.
        let manifest = run
            .files
            .text("connector.toml")
            .and_then(|text| Manifest::parse(&text).ok());
        let rule = Rule::read(
            manifest.and_then(|(manifest, _)| manifest.http.pagination).as_ref(),
            options,
        )?;
        let mut first = Request::new("GET", path).with_query(query)?;
        if let Kind::Offset(offset) = &rule.kind {
            if first.parameter(&offset.parameter).is_none() {
                first = first.with_parameter(&offset.parameter, &offset.start.to_string());
            }
            if let Some(size) = offset.size
                && first.parameter(&offset.size_parameter).is_none()
            {
                first = first.with_parameter(&offset.size_parameter, &size.to_string());
            }
        }
        Ok(Self {
            run,
            place: place_of(context),
            rule: Arc::new(rule),
            next: Some(first.clone()),
            first,
            seen: HashSet::new(),
            before: None,
            count: 0,
        })
    }

    fn follow(&mut self, asked: &Request, response: &Response) -> Result<(), Box<EvalAltResult>> {
        let rule = self.rule.clone();
        let (next, mark) = match &rule.kind {
            Kind::Link(relation) => {
                let Some(url) = response.link(relation) else {
                    return Ok(());
                };
                // Okta's System Log always links on, and a list may link to an empty page: an empty page is the end.
                if rule.list(response)?.is_some_and(|items| items.is_empty()) {
                    return Ok(());
                }
                (self.first.moved_to(&url), url)
            }
            Kind::NextUrl(path) => {
                let Some(url) = Rule::text(path, response)? else {
                    return Ok(());
                };
                // A query alone belongs to the path that was asked.
                let target = if url.starts_with('?') {
                    let path = asked.target().split(['?', '#']).next().unwrap_or_default();
                    format!("{path}{url}")
                } else {
                    url.clone()
                };
                (self.first.moved_to(&target), url)
            }
            Kind::Cursor(cursor) => {
                if Rule::is_done(cursor.more.as_ref(), response)? {
                    return Ok(());
                }
                let Some(text) = Rule::text(&cursor.path, response)? else {
                    return Ok(());
                };
                (self.first.with_parameter(&cursor.parameter, &text), text)
            }
            Kind::Offset(offset) => {
                let items = i64::try_from(rule.list_or_throw(response)?.len()).unwrap_or(i64::MAX);
                let short = offset.size.is_some_and(|size| items < size);
                if items == 0 || short || Rule::is_done(offset.more.as_ref(), response)? {
                    return Ok(());
                }
                let mut hasher = DefaultHasher::new();
                response.raw().hash(&mut hasher);
                // A server that does not know the parameter gives the same page for ever.
                if self.before.replace(hasher.finish()) == self.before && self.count > 1 {
                    let parameter = &offset.parameter;
                    return Err(complain(format!(
                        "the pages repeat: {} does not seem to know the parameter `{parameter}`",
                        response.head().url
                    )));
                }
                let step = if offset.by_pages { 1 } else { items };
                let at: i64 = asked
                    .parameter(&offset.parameter)
                    .and_then(|at| at.parse().ok())
                    .unwrap_or(offset.start);
                let at = at.saturating_add(step).to_string();
                (asked.with_parameter(&offset.parameter, &at), at)
            }
        };
        if !self.seen.insert(mark.clone()) {
            return Err(complain(format!(
                "the pages repeat: {mark} was {} before",
                rule.kind.verb()
            )));
        }
        if self.count >= rule.max_pages {
            let text = format!("stopped after {} pages; the list goes on at {mark}", rule.max_pages);
            return self.run.log(ConsoleLevel::Warn, &text, self.place.clone());
        }
        self.next = Some(next);
        Ok(())
    }
}

impl Iterator for Pages {
    type Item = Result<Response, Box<EvalAltResult>>;

    fn next(&mut self) -> Option<Self::Item> {
        let request = self.next.take()?;
        self.count += 1;
        let answer = request.clone().send_from(&self.run, self.place.clone());
        Some(answer.and_then(Response::or_throw).and_then(|response| {
            self.follow(&request, &response)?;
            Ok(response)
        }))
    }
}

impl Items {
    /// The items of `pages`.
    pub fn new(pages: Pages) -> Self {
        Self {
            pages,
            page: Vec::new().into_iter(),
        }
    }
}

impl Iterator for Items {
    type Item = Result<Dynamic, Box<EvalAltResult>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.page.next() {
                return Some(Ok(item));
            }
            let page = match self.pages.next()? {
                Ok(page) => page,
                Err(error) => return Some(Err(error)),
            };
            match self.pages.rule.list_or_throw(&page) {
                Ok(items) => self.page = items.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// Lets `for` go through pages and items.
pub fn register_types(engine: &mut Engine) {
    engine
        .register_type_with_name::<Pages>("pages")
        .register_type_with_name::<Items>("items")
        .register_iterator_result::<Pages, Response>()
        .register_iterator_result::<Items, Dynamic>();
}

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// Calls a function on every item (or page) and returns the results as a list.
    /// ```rhai
    /// http.items("/pages").map(|item| item.id * 10) == [10, 20, 30, 40, 50]
    /// ```
    #[rhai_fn(return_raw)]
    pub fn map(context: NativeCallContext, items: Items, each: FnPtr) -> Result<Array, Box<EvalAltResult>> {
        items.map(|item| each.call_within_context(&context, (item?,))).collect()
    }
    #[rhai_fn(name = "map", return_raw)]
    pub fn map_pages(context: NativeCallContext, pages: Pages, each: FnPtr) -> Result<Array, Box<EvalAltResult>> {
        pages.map(|page| each.call_within_context(&context, (page?,))).collect()
    }

    /// The items a function says yes to, as a list.
    /// ```rhai
    /// http.items("/pages").filter(|item| item.id > 3).len() == 2
    /// ```
    #[rhai_fn(return_raw)]
    pub fn filter(context: NativeCallContext, items: Items, keep: FnPtr) -> Result<Array, Box<EvalAltResult>> {
        let mut kept = Array::new();
        for item in items {
            let item = item?;
            if keep.call_within_context::<bool>(&context, (item.clone(),))? {
                kept.push(item);
            }
        }
        Ok(kept)
    }

    /// The first item a function says yes to, or `()`. No page after it is asked for.
    /// ```rhai
    /// http.items("/pages").find(|item| item.id == 2).id == 2
    /// ```
    #[rhai_fn(return_raw)]
    pub fn find(context: NativeCallContext, items: Items, wanted: FnPtr) -> Result<Dynamic, Box<EvalAltResult>> {
        for item in items {
            let item = item?;
            if wanted.call_within_context::<bool>(&context, (item.clone(),))? {
                return Ok(item);
            }
        }
        Ok(Dynamic::UNIT)
    }

    /// All items as a list. Every page is asked for.
    /// ```rhai
    /// http.items("/pages").to_array().len() == 5
    /// ```
    #[rhai_fn(return_raw)]
    pub fn to_array(items: Items) -> Result<Array, Box<EvalAltResult>> {
        items.collect()
    }
}
