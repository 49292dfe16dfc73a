//! Follows a query through the text.

use std::{cell::RefCell, collections::HashMap};

use regex::Regex;

use super::{
    compare::{Value, holds},
    syntax::{Logical, Operand, Query, Segment, Selector},
};
use crate::bodies::{
    json::{
        scan::{children, piece, space, unescape},
        walk::{Kind, Walk},
    },
    work::{Stopped, Watch},
};

/// The places of the values that a query gives, in order. The text must be valid JSON.
pub(in crate::bodies) fn evaluate(bytes: &[u8], query: &Query, watch: &Watch) -> Result<Vec<u32>, Stopped> {
    let evaluation = Evaluation {
        bytes,
        root: space(bytes, 0) as u32,
        watch,
        patterns: RefCell::default(),
    };
    evaluation.query(query, evaluation.root)
}

struct Evaluation<'a> {
    bytes: &'a [u8],
    root: u32,
    watch: &'a Watch<'a>,
    /// Expressions met so far; `None` for what is none.
    patterns: RefCell<HashMap<(String, bool), Option<Regex>>>,
}

impl<'a> Evaluation<'a> {
    fn query(&self, query: &Query, current: u32) -> Result<Vec<u32>, Stopped> {
        let mut nodes = vec![if query.absolute { self.root } else { current }];
        for segment in &query.segments {
            let mut next = Vec::new();
            for node in nodes {
                self.segment(segment, node, &mut next)?;
            }
            nodes = next;
        }
        Ok(nodes)
    }

    fn segment(&self, segment: &Segment, node: u32, to: &mut Vec<u32>) -> Result<(), Stopped> {
        if !segment.descendant {
            return self.select(segment, node, to);
        }
        for item in Walk::new(self.bytes, node, 0) {
            match item.kind {
                Kind::Open => self.select(segment, item.value.0, to)?,
                // The walk goes on beyond the node; its own end is the end here.
                Kind::Close | Kind::Leaf if item.depth == 0 => break,
                Kind::Close | Kind::Leaf => self.watch.at(item.start as usize, self.bytes.len())?,
            }
        }
        Ok(())
    }

    fn select(&self, segment: &Segment, node: u32, to: &mut Vec<u32>) -> Result<(), Stopped> {
        for selector in &segment.selectors {
            match selector {
                Selector::Name(name) => self.named(name, node, to)?,
                Selector::Wildcard => {
                    for child in children(self.bytes, node as usize) {
                        self.watch.at(child.value.0 as usize, self.bytes.len())?;
                        to.push(child.value.0);
                    }
                }
                Selector::Index(index) => self.indexed(*index, node, to)?,
                Selector::Slice { start, end, step } => self.sliced(*start, *end, *step, node, to)?,
                Selector::Filter(filter) => {
                    for child in children(self.bytes, node as usize) {
                        self.watch.at(child.value.0 as usize, self.bytes.len())?;
                        if self.logical(filter, child.value.0)? {
                            to.push(child.value.0);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn named(&self, name: &str, node: u32, to: &mut Vec<u32>) -> Result<(), Stopped> {
        if self.bytes.get(node as usize) != Some(&b'{') {
            return Ok(());
        }
        for child in children(self.bytes, node as usize) {
            self.watch.at(child.value.0 as usize, self.bytes.len())?;
            if unescape(piece(self.bytes, child.key)) == name {
                to.push(child.value.0);
                break;
            }
        }
        Ok(())
    }

    fn indexed(&self, index: i64, node: u32, to: &mut Vec<u32>) -> Result<(), Stopped> {
        if self.bytes.get(node as usize) != Some(&b'[') {
            return Ok(());
        }
        if let Ok(index) = usize::try_from(index) {
            for (number, child) in children(self.bytes, node as usize).enumerate() {
                self.watch.at(child.value.0 as usize, self.bytes.len())?;
                if number == index {
                    to.push(child.value.0);
                    break;
                }
            }
            return Ok(());
        }
        let places = self.elements(node)?;
        let back = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
        to.extend(places.len().checked_sub(back).and_then(|at| places.get(at)));
        Ok(())
    }

    /// As RFC 9535, 2.3.4.2.2 has it.
    fn sliced(
        &self,
        start: Option<i64>,
        end: Option<i64>,
        step: i64,
        node: u32,
        to: &mut Vec<u32>,
    ) -> Result<(), Stopped> {
        if self.bytes.get(node as usize) != Some(&b'[') || step == 0 {
            return Ok(());
        }
        let places = self.elements(node)?;
        let length = i64::try_from(places.len()).unwrap_or(i64::MAX);
        let normal = |index: i64| if index >= 0 { index } else { length + index };
        let place = |index: i64| usize::try_from(index).ok().and_then(|index| places.get(index)).copied();
        if step > 0 {
            let lower = normal(start.unwrap_or(0)).clamp(0, length);
            let upper = normal(end.unwrap_or(length)).clamp(0, length);
            let mut at = lower;
            while at < upper {
                to.extend(place(at));
                at = at.saturating_add(step);
            }
        } else {
            let upper = start.map_or(length - 1, normal).clamp(-1, length - 1);
            let lower = end.map_or(-1, normal).clamp(-1, length - 1);
            let mut at = upper;
            while at > lower {
                to.extend(place(at));
                at = at.saturating_add(step);
            }
        }
        Ok(())
    }

    fn elements(&self, node: u32) -> Result<Vec<u32>, Stopped> {
        children(self.bytes, node as usize)
            .map(|child| {
                self.watch.at(child.value.0 as usize, self.bytes.len())?;
                Ok(child.value.0)
            })
            .collect()
    }

    fn logical(&self, logical: &Logical, node: u32) -> Result<bool, Stopped> {
        Ok(match logical {
            Logical::Or(any) => {
                for each in any {
                    if self.logical(each, node)? {
                        return Ok(true);
                    }
                }
                false
            }
            Logical::And(all) => {
                for each in all {
                    if !self.logical(each, node)? {
                        return Ok(false);
                    }
                }
                true
            }
            Logical::Not(inner) => !self.logical(inner, node)?,
            Logical::Exists(query) => !self.query(query, node)?.is_empty(),
            Logical::Compare(left, operator, right) => {
                holds(&self.operand(left, node)?, *operator, &self.operand(right, node)?)
            }
            Logical::Fits { whole, text, pattern } => match (self.operand(text, node)?, self.operand(pattern, node)?) {
                (Value::Text(text), Value::Text(pattern)) => self.fits(&text, &pattern, *whole),
                _ => false,
            },
        })
    }

    fn operand(&self, operand: &Operand, node: u32) -> Result<Value<'a>, Stopped> {
        Ok(match operand {
            Operand::Null => Value::Null,
            Operand::Bool(value) => Value::Bool(*value),
            Operand::Number(value) => Value::Number(*value),
            Operand::Text(text) => Value::Text(text.clone().into()),
            Operand::Length(inner) => self.operand(inner, node)?.length(),
            Operand::Count(query) => Value::Number(self.query(query, node)?.len() as f64),
            Operand::Singular(query) | Operand::Value(query) => match self.query(query, node)?.as_slice() {
                [only] => Value::at(self.bytes, *only),
                _ => Value::Nothing,
            },
        })
    }

    fn fits(&self, text: &str, pattern: &str, whole: bool) -> bool {
        let mut patterns = self.patterns.borrow_mut();
        let known = patterns
            .entry((pattern.to_owned(), whole))
            .or_insert_with(|| Regex::new(&translated(pattern, whole)).ok());
        known.as_ref().is_some_and(|known| known.is_match(text))
    }
}

/// An expression of RFC 9485 as our engine writes it: a dot fits anything but the ends of lines.
fn translated(pattern: &str, whole: bool) -> String {
    let mut text = String::with_capacity(pattern.len() + 8);
    let (mut escaped, mut in_class) = (false, false);
    for letter in pattern.chars() {
        match letter {
            '.' if !escaped && !in_class => text.push_str(r"[^\n\r]"),
            letter => text.push(letter),
        }
        in_class = match letter {
            '[' if !escaped => true,
            ']' if !escaped => false,
            _ => in_class,
        };
        escaped = letter == '\\' && !escaped;
    }
    if whole { format!(r"\A(?:{text})\z") } else { text }
}
