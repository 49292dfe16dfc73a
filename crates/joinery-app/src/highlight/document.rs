//! One open text: its lines, and for each the state of the grammar it was read with. An edit costs the lines whose
//! state it changes, no more.

use std::sync::Arc;

use syntect::parsing::{ParseState, ScopeStack};

use super::{
    class::{Span, class_of, push_span},
    grammar::Grammar,
};

/// A line longer than this is left uncoloured: it is generated, and reading it would take as long as a whole file.
const LONGEST: usize = 10_000;

/// A text and what is known of its lines.
pub(super) struct Document {
    grammar: Option<&'static Grammar>,
    lines: Vec<Line>,
    /// Lines up to here are known to be right; those after may be.
    right: usize,
}

struct Line {
    text: String,
    read: Option<Read>,
}

/// A line as it was read: it is still right while the line before ends in the state `before`.
struct Read {
    before: Arc<State>,
    after: Arc<State>,
    spans: Vec<Span>,
}

#[derive(Clone, PartialEq)]
struct State {
    parse: ParseState,
    scopes: ScopeStack,
}

impl Document {
    pub(super) fn new(grammar: Option<&'static Grammar>, text: &str) -> Self {
        Self {
            grammar,
            lines: text.split('\n').map(Line::new).collect(),
            right: 0,
        }
    }

    pub(super) fn edit(&mut self, from: usize, removed: usize, inserted: Vec<String>) {
        let from = from.min(self.lines.len());
        let to = from.saturating_add(removed).min(self.lines.len());
        self.lines.splice(from..to, inserted.iter().map(|text| Line::new(text)));
        self.right = self.right.min(from);
    }

    pub(super) fn spans(&mut self, from: usize, count: usize) -> Vec<Vec<Span>> {
        let to = from.saturating_add(count).min(self.lines.len());
        self.bring_up_to(to);
        let lines = self.lines.get(from..to).unwrap_or_default();
        lines
            .iter()
            .map(|line| line.read.as_ref().map(|read| read.spans.clone()).unwrap_or_default())
            .collect()
    }

    /// Makes the lines before `to` right; how many had to be read for it.
    pub(super) fn bring_up_to(&mut self, to: usize) -> usize {
        let Some(grammar) = self.grammar else { return 0 };
        let mut state = match self
            .right
            .checked_sub(1)
            .and_then(|last| self.lines[last].read.as_ref())
        {
            Some(read) => Arc::clone(&read.after),
            None => Arc::new(State {
                parse: grammar.start(),
                scopes: ScopeStack::new(),
            }),
        };
        let mut count = 0;
        for line in self.lines.iter_mut().take(to).skip(self.right) {
            if !line.is_right_after(&state) {
                line.read_from(grammar, state);
                count += 1;
            }
            state = Arc::clone(&line.read.as_ref().expect("it was just read or found right").after);
        }
        self.right = self.right.max(to.min(self.lines.len()));
        count
    }
}

impl Line {
    fn new(text: &str) -> Self {
        Self {
            text: format!("{}\n", text.trim_end_matches(['\r', '\n'])),
            read: None,
        }
    }

    fn is_right_after(&self, state: &Arc<State>) -> bool {
        self.read
            .as_ref()
            .is_some_and(|read| Arc::ptr_eq(&read.before, state) || read.before == *state)
    }

    fn read_from(&mut self, grammar: &Grammar, before: Arc<State>) {
        let mut state = State::clone(&before);
        let spans = read_line(&self.text, grammar, &mut state);
        let after = match self.read.take() {
            // Keeping the old state where it is equal lets the lines below be recognised by its address.
            Some(old) if *old.after == state => old.after,
            _ if *before == state => Arc::clone(&before),
            _ => Arc::new(state),
        };
        self.read = Some(Read { before, after, spans });
    }
}

fn read_line(text: &str, grammar: &Grammar, state: &mut State) -> Vec<Span> {
    let mut spans = Vec::new();
    if text.len() > LONGEST {
        return spans;
    }
    // A grammar can only fail on a broken regular expression; such a line stays uncoloured.
    let Ok(changes) = state.parse.parse_line(text, &grammar.set) else {
        return spans;
    };
    let length = text.len() - 1;
    let (mut at, mut unit) = (0, 0);
    let mut advance = |to: usize, scopes: &ScopeStack| {
        let to = to.min(length);
        let end = unit + utf16_length(&text[at..to]);
        push_span(&mut spans, unit, end, class_of(scopes.as_slice()));
        (at, unit) = (to, end);
    };
    for (place, change) in changes {
        advance(place, &state.scopes);
        if state.scopes.apply(&change).is_err() {
            break;
        }
    }
    advance(length, &state.scopes);
    spans
}

fn utf16_length(text: &str) -> u32 {
    text.chars().map(|letter| letter.len_utf16() as u32).sum()
}
