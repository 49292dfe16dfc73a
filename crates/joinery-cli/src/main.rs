//! The `joinery` command line: parse, call a use case, print, exit code. One file per command in `commands/`.

mod ask;
mod changes;
mod commands;
mod durations;
mod excerpt;
mod framing;
mod home;
mod output;
mod stop;
mod target;
mod texts;

use std::process::ExitCode;

use clap::{
    CommandFactory, Parser,
    error::{ContextKind, ContextValue, ErrorKind},
};
use joinery_app::{Code, Error, crash};

use commands::Command;

/// Build, try and ship API connectors.
#[derive(Debug, Parser)]
#[command(name = "joinery", version, arg_required_else_help = true)]
#[command(
    after_help = "Exit codes: 0 done, 1 the run or a check failed, 2 wrong usage, 3 could not run.\n\
    JOINERY_HOME moves the store; NO_COLOR turns colour off."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// How a command that ran to its end turned out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// As asked.
    Done,
    /// The run or a check failed; what is wrong has been shown.
    Failed,
}

fn main() -> ExitCode {
    joinery_app::serve_if_asked();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(mut error) => {
            hide_secret(&mut error);
            return refuse(&error);
        }
    };
    crash::report(home::folder().ok());
    let json = arguments.command.wants_json();
    match arguments.command.run() {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::from(1),
        Err(error) => {
            output::error(&error, json);
            ExitCode::from(exit_code(error.code))
        }
    }
}

/// The exit code of a failure.
fn exit_code(code: Code) -> u8 {
    match code {
        Code::Usage => 2,
        Code::Unavailable | Code::Conflict | Code::Internal => 3,
        Code::Invalid
        | Code::Input
        | Code::SignIn
        | Code::SignInNeeded
        | Code::Network
        | Code::Failed
        | Code::Cancelled => 1,
    }
}

/// clap repeats a value it refuses; what was given to `--secret` by mistake is the secret itself, and to `--user` maybe a
/// password.
fn hide_secret(error: &mut clap::Error) {
    let about_secret = matches!(
        error.get(ContextKind::InvalidArg),
        Some(ContextValue::String(argument)) if argument.starts_with("--secret") || argument.starts_with("--user")
    );
    if about_secret {
        error.insert(ContextKind::InvalidValue, ContextValue::String("••••••".to_owned()));
    }
}

/// Wrong usage, as clap words it; `--help` and `--version` come this way too.
fn refuse(error: &clap::Error) -> ExitCode {
    let shown = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    if !shown && std::env::args_os().any(|argument| argument == "--json") {
        let text = error.render().to_string();
        let message = text
            .lines()
            .next()
            .unwrap_or_default()
            .trim_start_matches("error: ")
            .to_owned();
        output::error(
            &Error::new(Code::Usage, message).with_hint("joinery --help lists what there is."),
            true,
        );
    } else {
        // Nothing can be done about a closed terminal.
        let _ = error.print();
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// The whole command line, for completions and the manual.
fn command_line() -> clap::Command {
    Arguments::command()
}
