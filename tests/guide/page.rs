//! A page of the guide as what its reader does: blocks of code, and the words around them, which are kept as they are.
//!
//! - ```` ```rhai people/actions/get_user.rhai ````: a file. The words above it name it.
//! - ```` ```console ````: commands after `$ `, each with what it prints; one that ends in a backslash goes on.
//! - ```` ```console second terminal ````: a command that goes on running, with its first lines; without a command, the
//!   lines that come next there.

/// A page: words and blocks, in turn.
pub struct Page {
    parts: Vec<Part>,
}

enum Part {
    Words(String),
    Code { info: String, block: Block },
}

/// A block of code.
pub enum Block {
    File { path: String, text: String },
    Commands(Vec<Step>),
    SecondTerminal { command: Option<String>, output: String },
}

/// A command and what it prints.
pub struct Step {
    pub command: String,
    pub output: String,
}

impl Page {
    /// Reads a page.
    pub fn parse(text: &str) -> Self {
        let mut parts = vec![Part::Words(String::new())];
        let mut lines = text.split_inclusive('\n');
        while let Some(line) = lines.next() {
            if let Some(info) = line.trim_end().strip_prefix("```") {
                let code: String = lines.by_ref().take_while(|line| line.trim_end() != "```").collect();
                parts.push(Part::Code {
                    info: info.to_owned(),
                    block: Block::parse(info, &code),
                });
                parts.push(Part::Words(String::new()));
            } else if let Some(Part::Words(words)) = parts.last_mut() {
                words.push_str(line);
            }
        }
        Self { parts }
    }

    /// The blocks, in their order.
    pub fn blocks(&mut self) -> impl Iterator<Item = &mut Block> {
        self.parts.iter_mut().filter_map(|part| match part {
            Part::Code { block, .. } => Some(block),
            Part::Words(_) => None,
        })
    }

    /// What a reader would stumble over: a file that the words above it do not name.
    pub fn problems(&self) -> Vec<String> {
        let pairs = self.parts.windows(2).filter_map(|pair| match pair {
            [
                Part::Words(words),
                Part::Code {
                    block: Block::File { path, .. },
                    ..
                },
            ] => Some((words, path)),
            _ => None,
        });
        pairs
            .filter(|(words, path)| !words.contains(&format!("`{path}`")))
            .map(|(_, path)| format!("the words above {path} do not name it"))
            .collect()
    }

    /// The page with its outputs as they are now.
    pub fn text(&self) -> String {
        let shown = |part: &Part| match part {
            Part::Words(words) => words.clone(),
            Part::Code { info, block } => format!("```{info}\n{}```\n", block.text()),
        };
        self.parts.iter().map(shown).collect::<Vec<_>>().concat()
    }
}

impl Block {
    fn parse(info: &str, code: &str) -> Self {
        match info.split_once(' ') {
            Some(("console", "second terminal")) => {
                let mut steps = steps(code);
                assert!(steps.len() < 2, "one command in the second terminal: {code}");
                steps.pop().map_or_else(
                    || Self::SecondTerminal {
                        command: None,
                        output: code.to_owned(),
                    },
                    |step| Self::SecondTerminal {
                        command: Some(step.command),
                        output: step.output,
                    },
                )
            }
            None if info == "console" => Self::Commands(steps(code)),
            Some((_, path)) if path.contains('/') => Self::File {
                path: path.to_owned(),
                text: code.to_owned(),
            },
            _ => panic!("a block that nobody can follow: ```{info}\n{code}"),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::File { text, .. } => text.clone(),
            Self::Commands(steps) => {
                let shown = steps.iter().map(|step| {
                    format!(
                        "$ {}
{}",
                        step.command, step.output
                    )
                });
                shown.collect::<Vec<_>>().concat()
            }
            Self::SecondTerminal { command, output } => {
                command
                    .as_ref()
                    .map(|command| format!("$ {command}\n"))
                    .unwrap_or_default()
                    + output.as_str()
            }
        }
    }
}

fn steps(code: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut goes_on = false;
    for line in code.split_inclusive('\n') {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step {
                command: command.trim_end().to_owned(),
                output: String::new(),
            });
        } else if let Some(step) = steps.last_mut() {
            if goes_on {
                step.command = format!("{}\n{}", step.command, line.trim_end());
            } else {
                step.output.push_str(line);
            }
        }
        goes_on = line.trim_end().ends_with('\\') && steps.last().is_some_and(|step| step.output.is_empty());
    }
    steps
}

#[test]
fn a_page_is_read_and_written_alike() {
    let text = "Make `a/b.rhai`:\n\n```rhai a/b.rhai\n1\n```\n\n```console\n$ one \\\n  two\nout\n$ three\n```\nEnd.\n";
    let mut page = Page::parse(text);
    assert_eq!(page.text(), text);
    assert!(page.problems().is_empty());
    let commands = page.blocks().find_map(|block| match block {
        Block::Commands(steps) => Some(steps),
        _ => None,
    });
    let read: Vec<_> = commands
        .unwrap()
        .iter()
        .map(|step| (&*step.command, &*step.output))
        .collect();
    assert_eq!(read, [("one \\\n  two", "out\n"), ("three", "")]);
}

#[test]
fn a_file_that_is_not_named_is_a_problem() {
    let page = Page::parse("Words.\n\n```rhai a/b.rhai\n1\n```\n");
    assert_eq!(page.problems(), ["the words above a/b.rhai do not name it"]);
}
