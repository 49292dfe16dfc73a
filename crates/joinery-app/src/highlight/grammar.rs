//! The grammars, compiled when first needed.

use std::sync::LazyLock;

use syntect::parsing::{ParseState, SyntaxDefinition, SyntaxSet, SyntaxSetBuilder};

/// A compiled grammar.
pub(super) struct Grammar {
    pub(super) set: SyntaxSet,
}

static RHAI: LazyLock<Grammar> = LazyLock::new(|| compile(include_str!("../../assets/rhai.sublime-syntax")));
static JSON: LazyLock<Grammar> = LazyLock::new(|| compile(include_str!("../../assets/json.sublime-syntax")));
static TOML: LazyLock<Grammar> = LazyLock::new(|| compile(include_str!("../../assets/toml.sublime-syntax")));
static MARKDOWN: LazyLock<Grammar> = LazyLock::new(|| compile(include_str!("../../assets/markdown.sublime-syntax")));

impl Grammar {
    /// The grammar of a file extension.
    pub(super) fn of(language: &str) -> Option<&'static Self> {
        match language {
            "rhai" => Some(&RHAI),
            "json" => Some(&JSON),
            "toml" => Some(&TOML),
            "md" | "markdown" => Some(&MARKDOWN),
            _ => None,
        }
    }

    /// The state at the top of a text.
    pub(super) fn start(&self) -> ParseState {
        ParseState::new(self.set.syntaxes().first().expect("each set holds its one grammar"))
    }
}

fn compile(source: &str) -> Grammar {
    let definition =
        SyntaxDefinition::load_from_str(source, true, None).expect("our grammars are valid; tests read all");
    let mut builder = SyntaxSetBuilder::new();
    builder.add(definition);
    Grammar { set: builder.build() }
}
