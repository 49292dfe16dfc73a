//! Several requests at once.

use rhai::{Array, Dynamic, EvalAltResult, Map, Module, export_module, exported_module};

use super::{
    options::{Options, PARALLEL},
    request::{Request, received},
    response::Response,
};
use crate::{
    error::{complain, located},
    host::Pace,
    meter,
    state::{Stop, place_of, run_of},
};

/// Requests that one call sends at most.
pub const MOST: usize = 1_000;
/// How many are under way at once where nothing is said.
const LIMIT: i64 = 4;

/// The functions that the namespace `http` gets from here.
pub fn module() -> Module {
    exported_module!(functions)
}

/// A response, or the error as a map that says `ok: false`.
fn outcome(answer: Result<Response, Box<EvalAltResult>>) -> Result<Dynamic, Box<EvalAltResult>> {
    match answer.and_then(Response::or_throw).map_err(|error| *error) {
        Ok(response) => Ok(Dynamic::from(response)),
        Err(EvalAltResult::ErrorRuntime(thrown, position)) => match thrown.try_cast_result::<Map>() {
            Ok(mut map) => {
                map.insert("ok".into(), false.into());
                Ok(map.into())
            }
            Err(other) => Err(EvalAltResult::ErrorRuntime(other, position).into()),
        },
        Err(other) => Err(other.into()),
    }
}

fn requests(list: Array) -> Result<Vec<Request>, Box<EvalAltResult>> {
    if list.len() > MOST {
        return Err(complain(format!(
            "http.parallel takes {MOST} requests at most, not {}: give them in chunks",
            list.len()
        )));
    }
    let request = |item: Dynamic| match item.into_string() {
        Ok(path) => Ok(Request::new("GET", &path)),
        Err(_) => Err(()),
    };
    list.into_iter()
        .map(
            |item| match item.read_lock::<Request>().map(|request| request.clone()) {
                Some(built) => Ok(built),
                None => request(item),
            },
        )
        .collect::<Result<_, _>>()
        .map_err(|()| complain("http.parallel takes a list of http.request(...), not sent yet, or of paths"))
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// Sends requests at once, at most `limit` at a time and `rate` a minute, and returns their answers in the same
    /// order. The list holds requests built with `http.request` and not sent, or paths to get. Each answer is a
    /// response, or, where there is none or its status is an error, the map that would be thrown, with `ok: false`.
    /// ```rhai
    /// let answers = http.parallel(["/echo", http.request("GET", "/status/404")], #{ limit: 2 });
    /// answers[0].body.method == "GET" && !answers[1].ok && answers[1].status == 404
    /// ```
    #[rhai_fn(return_raw)]
    pub fn parallel(context: NativeCallContext, requests: Array) -> Result<Array, Box<EvalAltResult>> {
        parallel_with(context, requests, Map::new())
    }
    #[rhai_fn(name = "parallel", return_raw)]
    pub fn parallel_with(
        context: NativeCallContext,
        requests: Array,
        options: Map,
    ) -> Result<Array, Box<EvalAltResult>> {
        let all = || {
            let options = Options::new("http.parallel", &options, PARALLEL.keys)?;
            let pace = Pace {
                limit: options.number("limit", 1, 16)?.unwrap_or(LIMIT) as u32,
                per_minute: options.number("rate", 1, 60_000)?.map(|rate| rate as u32),
            };
            let run = run_of(&context)?;
            run.must_go_on()?;
            let leave = |mut request: Request| request.leave(&run, place_of(&context));
            let (expected, sent): (Vec<_>, Vec<_>) = super::requests(requests)?.into_iter().map(leave).unzip();
            let size: usize = expected.iter().map(|expected| expected.size).sum();
            let answers = meter::uncounted(
                || run.host.send_all(sent, pace, run.time_left(), &run.cancel),
                |answers| answers.iter().map(received).sum::<isize>() - size.cast_signed(),
            );
            run.must_go_on()?;
            if meter::is_full() {
                return Err(run.stop(Stop::Memory));
            }
            let pairs = expected.into_iter().zip(answers);
            pairs
                .map(|(expected, answer)| outcome(expected.take(&run, answer)))
                .collect()
        };
        located(&context, all())
    }
}
