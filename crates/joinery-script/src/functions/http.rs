//! `http.get("/api/v1/users")`: requests in one line. The bodies come back parsed; a status that is not 2xx is thrown.

use rhai::{Dynamic, EvalAltResult, Map, Module, NativeCallContext, export_module, exported_module};

use super::{
    paging::{Items, Pages},
    parallel,
    request::Request,
    response::Response,
};
use crate::error::located;

/// The module of this group.
pub fn module() -> Module {
    let mut module = exported_module!(functions);
    module.combine(parallel::module());
    module
}

fn call(
    context: &NativeCallContext,
    method: &str,
    path: &str,
    fill: impl FnOnce(Request) -> Result<Request, Box<EvalAltResult>>,
) -> Result<Dynamic, Box<EvalAltResult>> {
    let answer = || fill(Request::new(method, path))?.send(context)?.body_or_throw();
    located(context, answer())
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// Gets `path` and returns the parsed body. `query` is a map of parameters to add.
    ///
    /// A status that is not 2xx is thrown: `#{ kind: "http", status, code: "http_404", message, body, url }`.
    /// ```rhai
    /// http.get("/echo", #{ q: "ada" }).query.q == "ada"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn get(context: NativeCallContext, path: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        call(&context, "GET", path, Ok)
    }
    #[rhai_fn(name = "get", return_raw)]
    pub fn get_with_query(
        context: NativeCallContext,
        path: &str,
        query: Dynamic,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        call(&context, "GET", path, |request| request.with_query(&query))
    }

    /// Asks for the headers of `path` only and returns the response.
    /// ```rhai
    /// http.head("/echo").status == 200
    /// ```
    #[rhai_fn(return_raw)]
    pub fn head(context: NativeCallContext, path: &str) -> Result<Response, Box<EvalAltResult>> {
        Request::new("HEAD", path).send(&context)
    }
    #[rhai_fn(name = "head", return_raw)]
    pub fn head_with_query(
        context: NativeCallContext,
        path: &str,
        query: Dynamic,
    ) -> Result<Response, Box<EvalAltResult>> {
        located(
            &context,
            Request::new("HEAD", path)
                .with_query(&query)
                .and_then(|request| request.send(&context)),
        )
    }

    /// Posts `body` as JSON to `path` and returns the parsed answer.
    /// ```rhai
    /// http.post("/echo", #{ name: "Ada" }).json.name == "Ada"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn post(context: NativeCallContext, path: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        call(&context, "POST", path, Ok)
    }
    #[rhai_fn(name = "post", return_raw)]
    pub fn post_with_body(
        context: NativeCallContext,
        path: &str,
        body: Dynamic,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        call(&context, "POST", path, |request| request.with_json(&body))
    }

    /// Puts `body` as JSON to `path` and returns the parsed answer.
    /// ```rhai
    /// http.put("/echo", #{ name: "Ada" }).method == "PUT"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn put(context: NativeCallContext, path: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        call(&context, "PUT", path, Ok)
    }
    #[rhai_fn(name = "put", return_raw)]
    pub fn put_with_body(context: NativeCallContext, path: &str, body: Dynamic) -> Result<Dynamic, Box<EvalAltResult>> {
        call(&context, "PUT", path, |request| request.with_json(&body))
    }

    /// Patches `path` with `body` as JSON and returns the parsed answer.
    /// ```rhai
    /// http.patch("/echo", #{ name: "Ada" }).method == "PATCH"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn patch(context: NativeCallContext, path: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        call(&context, "PATCH", path, Ok)
    }
    #[rhai_fn(name = "patch", return_raw)]
    pub fn patch_with_body(
        context: NativeCallContext,
        path: &str,
        body: Dynamic,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        call(&context, "PATCH", path, |request| request.with_json(&body))
    }

    /// Deletes `path`. `body`, where given, is sent as JSON.
    /// ```rhai
    /// http.delete("/echo").method == "DELETE"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn delete(context: NativeCallContext, path: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        call(&context, "DELETE", path, Ok)
    }
    #[rhai_fn(name = "delete", return_raw)]
    pub fn delete_with_body(
        context: NativeCallContext,
        path: &str,
        body: Dynamic,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        call(&context, "DELETE", path, |request| request.with_json(&body))
    }

    /// Asks what `path` allows and returns the response.
    /// ```rhai
    /// http.options("/echo").body.method == "OPTIONS"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn options(context: NativeCallContext, path: &str) -> Result<Response, Box<EvalAltResult>> {
        Request::new("OPTIONS", path).send(&context)
    }

    /// Begins a request to be built step by step; `.send()` sends it.
    /// ```rhai
    /// http.request("GET", "/status/404").accept([404]).send().status == 404
    /// ```
    #[rhai_fn(return_raw)]
    pub fn request(context: NativeCallContext, method: &str, path: &str) -> Result<Request, Box<EvalAltResult>> {
        located(&context, Request::checked(method, path))
    }

    /// Pages through a list: each page is a response, asked for only when the loop comes to it. How one page leads to
    /// the next is what `[http] pagination` in `connector.toml` says, or the options: by `Link` headers (`link`), by a
    /// URL in the body (`next_url`), by a `cursor` in the body, or by counting (`offset`).
    /// ```rhai
    /// let sizes = [];
    /// for page in http.pages("/pages") { sizes.push(page.body.len()); }
    /// sizes == [2, 2, 1]
    /// ```
    #[rhai_fn(return_raw)]
    pub fn pages(context: NativeCallContext, path: &str) -> Result<Pages, Box<EvalAltResult>> {
        located(&context, Pages::new(&context, path, &Dynamic::UNIT, None))
    }
    #[rhai_fn(name = "pages", return_raw)]
    pub fn pages_with_query(
        context: NativeCallContext,
        path: &str,
        query: Dynamic,
    ) -> Result<Pages, Box<EvalAltResult>> {
        located(&context, Pages::new(&context, path, &query, None))
    }
    #[rhai_fn(name = "pages", return_raw)]
    pub fn pages_with_options(
        context: NativeCallContext,
        path: &str,
        query: Dynamic,
        options: Map,
    ) -> Result<Pages, Box<EvalAltResult>> {
        located(&context, Pages::new(&context, path, &query, Some(&options)))
    }

    /// Goes through the items of a list, page after page, with the options of `http.pages`.
    /// ```rhai
    /// let all = http.items("/cursors", (), #{ kind: "cursor", cursor: "meta.next", items: "data" });
    /// all.map(|item| item.id) == [1, 2, 3, 4, 5]
    /// ```
    #[rhai_fn(return_raw)]
    pub fn items(context: NativeCallContext, path: &str) -> Result<Items, Box<EvalAltResult>> {
        located(&context, Pages::new(&context, path, &Dynamic::UNIT, None)).map(Items::new)
    }
    #[rhai_fn(name = "items", return_raw)]
    pub fn items_with_query(
        context: NativeCallContext,
        path: &str,
        query: Dynamic,
    ) -> Result<Items, Box<EvalAltResult>> {
        located(&context, Pages::new(&context, path, &query, None)).map(Items::new)
    }
    #[rhai_fn(name = "items", return_raw)]
    pub fn items_with_options(
        context: NativeCallContext,
        path: &str,
        query: Dynamic,
        options: Map,
    ) -> Result<Items, Box<EvalAltResult>> {
        located(&context, Pages::new(&context, path, &query, Some(&options))).map(Items::new)
    }
}
