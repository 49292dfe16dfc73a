//! The System Log of an org as it is kept: events in the order they happened, only ever added to.

use std::ops::Index;

use crate::clock::Time;
use crate::okta::event::Event;

/// The events, oldest first.
#[derive(Debug, Default, Clone)]
pub struct Log {
    events: Vec<Event>,
    /// How many of them are in the data file.
    kept: usize,
}

impl Log {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Adds one.
    pub fn push(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Those from a place on.
    pub fn from(&self, place: usize) -> &[Event] {
        self.events.get(place..).unwrap_or_default()
    }

    /// How many of them a query finds that sees no further than a moment.
    pub fn seen_at(&self, moment: Option<Time>) -> usize {
        let Some(moment) = moment else { return self.len() };
        let late = self.events.iter().rev().take_while(|event| event.published > moment);
        self.len() - late.count()
    }

    /// Those that are not in the data file yet, with their places; from now on they count as kept.
    pub fn take_new(&mut self) -> impl Iterator<Item = (usize, &Event)> {
        let from = std::mem::replace(&mut self.kept, self.events.len());
        self.events.iter().enumerate().skip(from)
    }
}

impl Index<usize> for Log {
    type Output = Event;

    fn index(&self, place: usize) -> &Event {
        &self.events[place]
    }
}
