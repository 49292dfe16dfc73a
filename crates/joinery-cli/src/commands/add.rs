//! `joinery add`: an action or trigger from a template, by three questions. What the command line leaves open is asked at a
//! terminal; where there is none, defaults hold.

use std::{
    io::{self, BufRead, IsTerminal, Write as _},
    path::PathBuf,
};

use clap::Args;
use joinery_app::{
    Code, Error,
    file_templates::{self, FileAnswers, FileQuestion, FileTemplate},
    tests::{self, Mode, TestOptions},
};

use crate::{
    Outcome, ask, home, output,
    target::{self, Target},
};

/// What `joinery add` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A connector's folder
    connector: PathBuf,
    #[arg(help = templates())]
    template: String,
    /// The name of the new file, such as `get_user`
    name: Option<String>,
    /// The path it calls, such as `/api/v1/users/{user}`; of a webhook, where the events stand in the body
    path: Option<String>,
    /// What the template asks third: a schema, the name of the items, fields, a filter ...
    answer: Option<String>,
    /// Let the case write to a live org without asking
    #[arg(long)]
    allow_writes: bool,
    #[command(flatten)]
    target: Target,
}

fn templates() -> String {
    let ids: Vec<String> = file_templates::list().into_iter().map(|each| each.id).collect();
    format!("What to make: {}", ids.join(", "))
}

/// Writes the files and prints their paths. Where an org is named and the new file can be tried without input, its case
/// is recorded there.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    let template = file_templates::named(&arguments.template)?;
    let answers = answers(arguments, &template)?;
    home::wait_for(async {
        let studio = home::studio()?;
        ask::offer(&studio, arguments.allow_writes);
        let connector = target::open(&arguments.connector)?;
        let org = if arguments.target.is_named() {
            Some(arguments.target.resolve(&studio, &connector).await?)
        } else {
            None
        };
        let written = file_templates::add(&studio, &connector, &template.id, &answers, org.is_some())?;
        for path in &written {
            output::line(&arguments.connector.join(path).display().to_string())?;
        }
        let has_case = written.iter().any(|path| path.starts_with("tests/"));
        if let Some(org) = org.filter(|_| has_case) {
            let connector = target::open(&arguments.connector)?;
            let options = TestOptions {
                mode: Mode::Record,
                filter: Some(format!("{}/", answers.name)),
                ..TestOptions::default()
            };
            let report = tests::run(&studio, &connector, &options, Some(&org), |_, _| ()).await?;
            if let Some(message) = report
                .cases
                .iter()
                .find(|case| !case.ok)
                .and_then(|case| case.message.clone())
            {
                output::note(&format!("Its case was not recorded: {message}"));
                return Ok(Outcome::Failed);
            }
            output::note("Its case is recorded.");
        }
        output::note(&format!("Next: joinery check {}", arguments.connector.display()));
        Ok(Outcome::Done)
    })
}

fn answers(arguments: &Arguments, template: &FileTemplate) -> Result<FileAnswers, Error> {
    let name = FileQuestion {
        label: "Name".to_owned(),
        hint: format!("Such as {}", template.name),
        default: None,
    };
    Ok(FileAnswers {
        name: answer(arguments.name.as_ref(), "NAME", &name)?,
        path: answer(arguments.path.as_ref(), "PATH", &template.path)?,
        answer: answer(arguments.answer.as_ref(), "ANSWER", &template.answer)?,
    })
}

/// What the command line gives, or what is answered at the terminal; nothing for the default.
fn answer(given: Option<&String>, argument: &str, question: &FileQuestion) -> Result<String, Error> {
    if let Some(given) = given {
        return Ok(given.clone());
    }
    if io::stdin().is_terminal() && io::stderr().is_terminal() {
        return prompt(question);
    }
    if question.default.is_some() {
        return Ok(String::new());
    }
    Err(Error::new(Code::Usage, format!("{argument} is missing: {}", question.label)).with_hint(question.hint.clone()))
}

fn prompt(question: &FileQuestion) -> Result<String, Error> {
    let unreadable = |error: io::Error| Error::new(Code::Unavailable, format!("the terminal cannot be read: {error}"));
    let default = question
        .default
        .as_ref()
        .map(|default| format!(" [{default}]"))
        .unwrap_or_default();
    let mut terminal = io::stderr().lock();
    write!(terminal, "{}\n{}{default}: ", question.hint, question.label)
        .and_then(|()| terminal.flush())
        .map_err(unreadable)?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).map_err(unreadable)?;
    Ok(line.trim().to_owned())
}
