//! `joinery fmt`: the layout of a connector's scripts.

use std::path::PathBuf;

use clap::Args;
use joinery_app::{
    Code, Connector, Error, Problem,
    connectors::{self, Layout},
};

use crate::{
    Outcome,
    excerpt::{self, Finding},
    home, output,
};

/// What `joinery fmt` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A connector's folder
    connector: PathBuf,
    /// Write nothing; fail where something would change
    #[arg(long)]
    check: bool,
}

/// Prints every file that changes, and every script that is left as it is because it does not compile.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    if arguments.connector.is_file()
        && arguments
            .connector
            .extension()
            .is_some_and(|extension| extension == "rhai")
    {
        return Err(Error::new(
            Code::Usage,
            format!("{} is one script of a connector", arguments.connector.display()),
        )
        .with_hint("Name the connector's folder."));
    }
    let connector = connectors::open(&arguments.connector)?;
    let layouts = connectors::layouts(&home::studio()?, &connector)?;
    let (mut changed, mut broken) = (0, 0);
    for (path, layout) in &layouts {
        match layout {
            Layout::Unchanged => {}
            Layout::Changed(text) => {
                changed += 1;
                output::line(path)?;
                if !arguments.check {
                    connectors::write(&connector, path, text)?;
                }
            }
            Layout::Broken(problem) => {
                broken += 1;
                tell(&connector, problem);
            }
        }
    }
    output::note(&summary(arguments.check, changed, broken, layouts.len()));
    let failed = broken > 0 || (arguments.check && changed > 0);
    Ok(if failed { Outcome::Failed } else { Outcome::Done })
}

fn tell(connector: &Connector, problem: &Problem) {
    let finding = Finding {
        file: &connector.root.join(&problem.file).display().to_string(),
        line: problem.line,
        column: problem.column,
        end_column: problem.end_column,
        is_error: true,
        code: &problem.code,
        message: &problem.message,
        hint: problem.hint.as_deref(),
    };
    let text = connector.text(&problem.file).ok();
    output::note(excerpt::render(&finding, text.as_deref()).trim_end());
}

fn summary(check: bool, changed: usize, broken: usize, all: usize) -> String {
    let verb = if check { "would change" } else { "changed" };
    let left = match broken {
        0 => String::new(),
        _ => format!(", {} left as it is", output::count(broken, "script")),
    };
    match changed {
        0 => format!("nothing {verb} in {}{left}", output::count(all, "script")),
        _ => format!("{} of {} {verb}{left}", changed, output::count(all, "script")),
    }
}
