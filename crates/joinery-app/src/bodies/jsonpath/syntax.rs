//! A query, read.

/// A query: where it begins, and the way from there.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::bodies) struct Query {
    /// Whether it begins at the root (`$`), not at the node in hand (`@`).
    pub(super) absolute: bool,
    pub(super) segments: Vec<Segment>,
}

/// One step of the way.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Segment {
    /// Whether it goes to all descendants, not to the children only.
    pub(super) descendant: bool,
    pub(super) selectors: Vec<Selector>,
}

/// Which children a step goes to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Selector {
    Name(String),
    Wildcard,
    Index(i64),
    Slice {
        start: Option<i64>,
        end: Option<i64>,
        step: i64,
    },
    Filter(Logical),
}

/// What is true of a node or not.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Logical {
    Or(Vec<Logical>),
    And(Vec<Logical>),
    Not(Box<Logical>),
    Exists(Query),
    Compare(Operand, Operator, Operand),
    /// `match` (whole) or `search`: a text, and the expression it has to fit.
    Fits {
        whole: bool,
        text: Operand,
        pattern: Operand,
    },
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A value, or how to come by it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    /// A query that gives one node at most.
    Singular(Query),
    Length(Box<Operand>),
    Count(Query),
    Value(Query),
}

impl Query {
    /// Whether it can give no more than one node.
    pub(in crate::bodies) fn is_singular(&self) -> bool {
        self.segments.iter().all(|segment| {
            !segment.descendant && matches!(segment.selectors.as_slice(), [Selector::Name(_) | Selector::Index(_)])
        })
    }
}
