//! Every command: one file each and one line in the list.

mod add;
mod check;
mod completions;
mod connection;
mod cookies;
mod dap;
mod demo;
mod export;
mod flow;
mod fmt;
mod history;
mod import;
mod inspect;
mod lsp;
mod man;
mod new;
mod run;
mod sandbox;
mod schema;
mod send;
mod test;
mod trigger;
mod verify;

use clap::Subcommand;
use joinery_app::Error;

use crate::Outcome;

/// What `joinery` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a connector from a template
    New(new::Arguments),
    /// Add an action or trigger from a template
    Add(add::Arguments),
    /// Infer fields from samples
    Schema(schema::Arguments),
    /// Find mistakes without running
    Check(check::Arguments),
    /// Lay out scripts
    Fmt(fmt::Arguments),
    /// Run an action
    Run(run::Arguments),
    /// Run the cases of a connector
    Test(Box<test::Arguments>),
    /// Play the story of a connector, and write its hand-out
    Demo(Box<demo::Arguments>),
    /// Print the new events of a trigger
    Poll(trigger::poll::Arguments),
    /// Run triggers and take webhooks until stopped
    Serve(trigger::serve::Arguments),
    /// Run flows, and see what they did
    Flow(flow::Arguments),
    /// Show what webhooks delivered, or replay it
    Deliveries(trigger::deliveries::Arguments),
    /// Debug actions and triggers from an editor, on stdin and stdout
    Dap(dap::Arguments),
    /// Send a request
    Send(Box<send::Arguments>),
    /// List, show and forget what the window sent
    History(history::Arguments),
    /// Take in requests of other tools
    Import(import::Arguments),
    /// Keep connection profiles
    Connection(connection::Arguments),
    /// List, change and forget the cookies of a connection
    Cookies(cookies::Arguments),
    /// Write a package
    Export(export::Arguments),
    /// Show what a package holds
    Inspect(inspect::Arguments),
    /// Check a package
    Verify(verify::Arguments),
    /// Run the sandbox org until stopped
    Sandbox(sandbox::Arguments),
    /// Answer an editor on stdin and stdout
    Lsp(lsp::Arguments),
    /// Print completions for a shell
    Completions(completions::Arguments),
    /// Print the manual page
    Man(man::Arguments),
}

impl Command {
    /// Runs it.
    ///
    /// # Errors
    /// Why it could not run, or could not be understood.
    pub fn run(self) -> Result<Outcome, Error> {
        match self {
            Self::New(arguments) => new::run(&arguments),
            Self::Add(arguments) => add::run(&arguments),
            Self::Schema(arguments) => schema::run(&arguments),
            Self::Check(arguments) => check::run(&arguments),
            Self::Fmt(arguments) => fmt::run(&arguments),
            Self::Run(arguments) => run::run(&arguments),
            Self::Test(arguments) => test::run(&arguments),
            Self::Demo(arguments) => demo::run(&arguments),
            Self::Poll(arguments) => trigger::poll::run(&arguments),
            Self::Serve(arguments) => trigger::serve::run(&arguments),
            Self::Flow(arguments) => flow::run(&arguments),
            Self::Deliveries(arguments) => trigger::deliveries::run(&arguments),
            Self::Dap(arguments) => dap::run(&arguments),
            Self::Send(arguments) => send::run(&arguments),
            Self::History(arguments) => history::run(arguments),
            Self::Import(arguments) => import::run(&arguments),
            Self::Connection(arguments) => connection::run(arguments),
            Self::Cookies(arguments) => cookies::run(arguments),
            Self::Export(arguments) => export::run(&arguments),
            Self::Inspect(arguments) => inspect::run(&arguments),
            Self::Verify(arguments) => verify::run(&arguments),
            Self::Sandbox(arguments) => sandbox::run(arguments),
            Self::Lsp(arguments) => lsp::run(&arguments),
            Self::Completions(arguments) => completions::run(&arguments),
            Self::Man(arguments) => man::run(&arguments),
        }
    }

    /// Whether results and failures are wanted as JSON.
    pub fn wants_json(&self) -> bool {
        match self {
            Self::Schema(arguments) => arguments.json,
            Self::Check(arguments) => arguments.json,
            Self::Run(arguments) => arguments.json,
            Self::Test(arguments) => arguments.json,
            Self::Demo(arguments) => arguments.json,
            Self::Send(arguments) => arguments.shown.json,
            Self::History(arguments) => arguments.wants_json(),
            Self::Import(arguments) => arguments.json,
            Self::Connection(arguments) => arguments.wants_json(),
            Self::Cookies(arguments) => arguments.wants_json(),
            Self::Flow(arguments) => arguments.wants_json(),
            Self::Deliveries(arguments) => arguments.json,
            Self::Export(arguments) => arguments.json,
            Self::Inspect(arguments) => arguments.json,
            Self::Verify(arguments) => arguments.json,
            Self::Sandbox(arguments) => arguments.json,
            Self::New(_)
            | Self::Add(_)
            | Self::Dap(_)
            | Self::Fmt(_)
            | Self::Poll(_)
            | Self::Serve(_)
            | Self::Lsp(_)
            | Self::Completions(_)
            | Self::Man(_) => false,
        }
    }
}
