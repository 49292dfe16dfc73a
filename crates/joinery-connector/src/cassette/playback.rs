//! Answering requests from a cassette: each matched by method, URL and body, in the order recorded.

use similar::{ChangeTag, TextDiff};
use url::Url;

use super::{
    Given, RecordedBody, RecordedExchange, RecordedRequest, RecordedResponse,
    given::disguise,
    mask::{in_request, is_form},
    text::Rewrite,
};

/// Lines of a difference that are shown around a change.
const AROUND: usize = 3;

/// A cassette being played.
#[derive(Debug)]
pub struct Playback {
    exchanges: Vec<RecordedExchange>,
    used: Vec<bool>,
    misses: Vec<Miss>,
    /// What the case gives in clear and the exchanges hold as stand-ins.
    disguise: Rewrite,
}

/// A request that the cassette does not answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Miss {
    /// What was asked.
    pub asked: RecordedRequest,
    /// The recorded request most like it.
    pub nearest: Option<RecordedRequest>,
    /// Why it is not answered.
    pub reason: MissReason,
}

/// Why a request is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissReason {
    /// No recorded request is the same.
    NotRecorded,
    /// It was recorded, but another comes first.
    OutOfOrder,
    /// Every recorded one that is the same has been answered already.
    UsedUp,
}

impl Playback {
    /// Plays from the start.
    pub fn new(exchanges: Vec<RecordedExchange>) -> Self {
        Self {
            used: vec![false; exchanges.len()],
            exchanges,
            misses: Vec::new(),
            disguise: Rewrite::default(),
        }
    }

    /// Masks in every request from now on what was masked of this input when it was recorded.
    pub fn give(&mut self, given: &[Given]) {
        let requests: Vec<&RecordedRequest> = self.exchanges.iter().map(|exchange| &exchange.request).collect();
        self.disguise = disguise(given, &requests);
    }

    /// The answer to a request.
    ///
    /// # Errors
    /// [`Miss`], which is kept too: a script may catch it, a test must not overlook it.
    pub fn answer(&mut self, method: &str, url: &str, body: &[u8]) -> Result<&RecordedResponse, Box<Miss>> {
        let asked = RecordedRequest {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: RecordedBody::of(body),
        };
        let found = self
            .due()
            .find(|at| !self.used[*at] && self.matches(&asked, &self.exchanges[*at].request));
        if let Some(at) = found {
            self.used[at] = true;
            return Ok(&self.exchanges[at].response);
        }
        let miss = self.miss(self.disguised(&asked, false));
        self.misses.push(miss.clone());
        Err(Box::new(miss))
    }

    /// Requests that were not answered so far.
    pub fn misses(&self) -> &[Miss] {
        &self.misses
    }

    /// Recorded requests that nobody made.
    pub fn unused(&self) -> impl Iterator<Item = &RecordedRequest> {
        self.exchanges
            .iter()
            .zip(&self.used)
            .filter(|(_, used)| !**used)
            .map(|(exchange, _)| &exchange.request)
    }

    /// The exchanges that may come next: the first unused one, and all that were under way together with it.
    fn due(&self) -> std::ops::Range<usize> {
        let Some(first) = self.used.iter().position(|used| !used) else {
            return 0..0;
        };
        let begins = |at: &usize| !self.exchanges[*at].parallel;
        let from = (0..=first).rev().find(begins).unwrap_or(0);
        let to = (first + 1..self.exchanges.len())
            .find(begins)
            .unwrap_or(self.exchanges.len());
        from..to
    }

    /// Whether a request is the recorded one, as it is or masked as that was.
    fn matches(&self, asked: &RecordedRequest, recorded: &RecordedRequest) -> bool {
        matches(asked, recorded) || matches(&self.disguised(asked, is_form(&recorded.headers)), recorded)
    }

    fn disguised(&self, asked: &RecordedRequest, is_form: bool) -> RecordedRequest {
        let mut asked = asked.clone();
        if !self.disguise.is_empty() {
            in_request(&mut asked, is_form, &mut |text| self.disguise.rewrite(text));
        }
        asked
    }

    fn miss(&self, asked: RecordedRequest) -> Miss {
        let same = |at: &usize| self.matches(&asked, &self.exchanges[*at].request);
        let all = 0..self.exchanges.len();
        let (reason, nearest) = if all.clone().filter(|at| !self.used[*at]).any(|at| same(&at)) {
            (MissReason::OutOfOrder, self.used.iter().position(|used| !used))
        } else if all.clone().any(|at| same(&at)) {
            (MissReason::UsedUp, self.used.iter().position(|used| !used))
        } else {
            let likeness = |at: &usize| alike(&asked, &self.exchanges[*at].request);
            let unused = all.clone().filter(|at| !self.used[*at]).max_by(|one, other| {
                let order = likeness(one).total_cmp(&likeness(other));
                // Of two that are alike, the one recorded first was probably meant.
                order.then(other.cmp(one))
            });
            let any = || {
                all.clone()
                    .max_by(|one, other| likeness(one).total_cmp(&likeness(other)).then(other.cmp(one)))
            };
            (MissReason::NotRecorded, unused.or_else(any))
        };
        Miss {
            nearest: nearest.map(|at| self.exchanges[at].request.clone()),
            asked,
            reason,
        }
    }
}

impl Miss {
    /// What happened, in one sentence.
    pub fn message(&self) -> String {
        let call = format!("{} {}", self.asked.method, self.asked.url);
        match (self.reason, &self.nearest) {
            (MissReason::NotRecorded, None) => format!("{call} was not recorded: the cassette holds no call"),
            (MissReason::NotRecorded, Some(_)) => format!("{call} was not recorded"),
            (MissReason::OutOfOrder, Some(first)) => {
                format!(
                    "{call} came too early: {} {} was recorded before it",
                    first.method, first.url
                )
            }
            (MissReason::OutOfOrder | MissReason::UsedUp, None) => format!("{call} was made once more than recorded"),
            (MissReason::UsedUp, Some(next)) => format!(
                "{call} was made once more than recorded; {} {} comes next",
                next.method, next.url
            ),
        }
    }

    /// The nearest recorded request against this one, line by line: `-` was recorded, `+` was asked.
    pub fn difference(&self) -> Vec<String> {
        match (&self.nearest, self.reason) {
            (Some(nearest), MissReason::NotRecorded) => difference(&lines(nearest), &lines(&self.asked)),
            _ => Vec::new(),
        }
    }
}

/// Lines that differ, with a few around them: `-` before, `+` after.
pub(crate) fn difference(before: &[String], after: &[String]) -> Vec<String> {
    let (before, after) = (before.join("\n"), after.join("\n"));
    let diff = TextDiff::from_lines(&before, &after);
    let mut shown = Vec::new();
    for (at, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if at > 0 {
            shown.push("  ...".to_owned());
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let mark = match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            };
            shown.push(format!("{mark} {}", change.value().trim_end_matches('\n')));
        }
    }
    shown
}

fn matches(asked: &RecordedRequest, recorded: &RecordedRequest) -> bool {
    asked.method.eq_ignore_ascii_case(&recorded.method)
        && same_url(&asked.url, &recorded.url)
        && asked.body.matches(&recorded.body)
}

/// Whether two URLs ask the same: spelled differently, they may still.
fn same_url(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let (Ok(one), Ok(other)) = (Url::parse(one), Url::parse(other)) else {
        return false;
    };
    one.origin() == other.origin() && parts(&one) == parts(&other) && one.query_pairs().eq(other.query_pairs())
}

fn parts(url: &Url) -> Vec<String> {
    let decoded = |part: &str| {
        percent_encoding::percent_decode_str(part)
            .decode_utf8_lossy()
            .into_owned()
    };
    url.path().split('/').map(decoded).collect()
}

/// How alike two requests are, from 0 to 1.
fn alike(asked: &RecordedRequest, recorded: &RecordedRequest) -> f64 {
    let method = f64::from(u8::from(asked.method == recorded.method));
    let body = f64::from(u8::from(asked.body.matches(&recorded.body)));
    let url = strsim::normalized_levenshtein(&asked.url, &recorded.url);
    method * 0.25 + url * 0.6 + body * 0.15
}

/// A request as lines: the call, then a line for each parameter, then its body.
fn lines(request: &RecordedRequest) -> Vec<String> {
    let (address, _) = request.url.split_once('?').unwrap_or((&request.url, ""));
    let mut lines = vec![format!("{} {address}", request.method)];
    if let Ok(url) = Url::parse(&request.url) {
        lines.extend(url.query_pairs().map(|(name, value)| format!("  ?{name}={value}")));
    }
    lines.extend(request.body.lines());
    lines
}
