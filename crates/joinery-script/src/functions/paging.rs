//! Lists that come in pages, followed lazily.

use std::{collections::HashSet, sync::Arc};

use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, Module, NativeCallContext, export_module, exported_module};

use super::{request::Request, response::Response};
use crate::{
    error::complain,
    host::{CallPlace, ConsoleLevel},
    state::{RunState, place_of, run_of},
};

/// Pages that are followed at most.
const MAX_PAGES: usize = 1_000;

/// Page after page of a list: responses.
#[derive(Clone)]
pub struct Pages {
    run: Arc<RunState>,
    place: CallPlace,
    first: Request,
    next: Option<Request>,
    seen: HashSet<String>,
    count: usize,
}

/// Item after item of a list in pages.
#[derive(Clone)]
pub struct Items {
    pages: Pages,
    page: std::vec::IntoIter<Dynamic>,
}

impl Pages {
    /// Pages from `path` on.
    pub fn new(context: &NativeCallContext, path: &str, query: &Dynamic) -> Result<Self, Box<EvalAltResult>> {
        let first = Request::new("GET", path).with_query(query)?;
        Ok(Self {
            run: run_of(context)?,
            place: place_of(context),
            next: Some(first.clone()),
            first,
            seen: HashSet::new(),
            count: 0,
        })
    }

    fn follow(&mut self, response: &Response) -> Result<(), Box<EvalAltResult>> {
        let Some(next) = response.link("next") else {
            return Ok(());
        };
        // Okta's System Log always links on, and a list may link to an empty page: an empty page is the end.
        if response.body()?.as_array_ref().is_ok_and(|items| items.is_empty()) {
            return Ok(());
        }
        if !self.seen.insert(next.clone()) {
            return Err(complain(format!("the pages repeat: {next} was linked to before")));
        }
        if self.count >= MAX_PAGES {
            let text = format!("stopped after {MAX_PAGES} pages; the list goes on at {next}");
            return self.run.log(ConsoleLevel::Warn, &text, self.place.clone());
        }
        self.next = Some(self.first.moved_to(&next));
        Ok(())
    }
}

impl Iterator for Pages {
    type Item = Result<Response, Box<EvalAltResult>>;

    fn next(&mut self) -> Option<Self::Item> {
        let request = self.next.take()?;
        self.count += 1;
        Some(
            request
                .send_from(&self.run, self.place.clone())
                .and_then(Response::or_throw)
                .and_then(|response| {
                    self.follow(&response)?;
                    Ok(response)
                }),
        )
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
            let url = page.head().url.clone();
            match page.body().map(Dynamic::into_array) {
                Ok(Ok(items)) => self.page = items.into_iter(),
                Ok(Err(_)) => {
                    return Some(Err(complain(format!(
                        "{url} did not answer with a list; use http.pages to see it"
                    ))));
                }
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
