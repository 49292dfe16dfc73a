//! In the worker: shut in, do one task after the other, and end when the host has gone.

use std::{
    cell::LazyCell,
    env,
    fs::File,
    io, process,
    sync::{
        Arc,
        mpsc::{self, Sender},
    },
    thread,
};

use rhai::Dynamic;
use serde_json::Value;

use super::{
    Page, enclosure, frame, page,
    protocol::{ARGUMENT, Done, Order, Report, STACK, Start, Task, VERSION},
    remote::{Link, RemoteFiles, RemoteHost},
};
use crate::{
    check::{self, Script},
    debug::{self, Command},
    error::ScriptError,
    files::Files,
    limits::{Cancel, Limits},
    meter,
    run::{Call, Function, Outcome, Scripts, config, connection},
    spot::Spot,
};

/// Makes this process a worker, if that is what it was started as, and ends it when the worker is done. To be called
/// before anything else, by every program whose [`Program`](super::Program) is itself.
pub fn serve_if_asked() {
    let mut arguments = env::args_os().skip(1);
    if arguments.next().is_some_and(|argument| argument == ARGUMENT) && arguments.next().is_none() {
        process::exit(match serve() {
            Ok(()) => 0,
            Err(error) => {
                eprintln!("{error}");
                1
            }
        });
    }
}

fn serve() -> Result<(), frame::Error> {
    page::close_others();
    meter::keep_freed_memory();
    let (output, error) = handles()?;
    let page = Arc::new(Page::over(error)?);
    let mut input = io::stdin().lock();
    let hello: Order = frame::decode(&frame::read(&mut input)?)?;
    let Order::Hello(hello) = hello else {
        return Err(frame::Error::Unknown("the first word was not hello".into()));
    };
    let mut open = enclosure::limit(&hello);
    let (orders, received) = mpsc::channel();
    let (commands, heard) = mpsc::channel();
    let link = Arc::new(Link::new(output, received, heard));
    let (ready, is_ready) = mpsc::channel();
    {
        let link = link.clone();
        thread::Builder::new()
            .name("script".into())
            .stack_size(STACK)
            .spawn(move || work(&link, &page, ready))?;
    }
    // The thread ends only with the process.
    let _ = is_ready.recv();
    open.extend(enclosure::close());
    link.tell(&Report::Ready {
        version: VERSION.to_owned(),
        open,
    })?;
    listen(&mut input, &orders, &commands)
}

/// Hands on what the host says, until it has gone.
fn listen(mut input: impl io::Read, orders: &Sender<Order>, commands: &Sender<Command>) -> Result<(), frame::Error> {
    loop {
        let frame = match frame::read(&mut input) {
            Err(frame::Error::Closed(_)) => return Ok(()),
            frame => frame?,
        };
        let sent = match frame::decode(&frame)? {
            Order::Debug(command) => commands.send(command).is_ok(),
            order => orders.send(order).is_ok(),
        };
        if !sent {
            return Ok(());
        }
    }
}

/// Does one task after the other, on the thread of the scripts.
fn work(link: &Arc<Link>, page: &Arc<Page>, ready: Sender<()>) {
    let scripts = Scripts::new();
    // Built for the first debug run: others do without.
    let debugged = LazyCell::new(Scripts::for_debugging);
    warm_up(&scripts, link);
    // The other end waits for this.
    let _ = ready.send(());
    loop {
        let Order::Start(start) = link.next() else {
            process::exit(1);
        };
        let (file, describes) = (start.file.clone(), matches!(start.task, Task::Describe { .. }));
        let debugs = matches!(start.task, Task::Debug { .. } | Task::Places);
        let scripts = if debugs { &*debugged } else { &scripts };
        let done = perform(scripts, start, link, page);
        if let Err(error) = link.tell(&Report::Done(done)) {
            let error = ScriptError::new("result", format!("the result is too large: {error}"), &file)
                .with_hint("Return only what the next step needs.");
            let refused = if describes {
                Done::Describe(Err(error))
            } else {
                Done::Run(Outcome::failed(error))
            };
            // A few words are never too large.
            drop(link.tell(&Report::Done(refused)));
        }
    }
}

fn perform(scripts: &Scripts, start: Start, link: &Arc<Link>, page: &Arc<Page>) -> Done {
    let Start {
        task,
        file,
        text,
        limits,
    } = start;
    let spot = Spot::on(page.clone());
    let files = Arc::new(RemoteFiles::new(link.clone(), spot.clone(), &file, text));
    spot.note(&file, 0);
    let host = Arc::new(RemoteHost::new(link.clone()));
    let call = |files: Arc<RemoteFiles>, file: String, connection: Dynamic, answers: &Value| Call {
        files,
        file,
        limits,
        host: host.clone(),
        cancel: Cancel::of_host(page.clone()),
        spot,
        connection,
        config: config(answers),
    };
    match task {
        Task::Run {
            function,
            connection: fields,
            secrets,
            config,
            coverage,
        } => {
            let covering = coverage.then(|| scripts.covering());
            let call = call(files, file, connection(&fields, &secrets), &config);
            Done::Run(covering.as_ref().unwrap_or(scripts).execute(call, &function))
        }
        Task::Debug {
            function,
            connection: fields,
            secrets,
            config,
        } => {
            debug::begin(link, &host, &Cancel::of_host(page.clone()));
            let outcome = scripts.execute(call(files, file, connection(&fields, &secrets), &config), &function);
            debug::end();
            Done::Run(outcome)
        }
        Task::Places => Done::Places(scripts.places(&*files, &file)),
        Task::Lines => Done::Lines(scripts.lines(&*files, &file)),
        Task::Describe {
            connection: fields,
            config,
        } => Done::Describe(scripts.describe(call(files, file, connection(&fields, &[]), &config))),
        Task::Has { function } => Done::Has(scripts.has(&*files, &file, &function)),
        Task::Check { manifest } => {
            let text = files.text(&file).unwrap_or_default();
            let script = Script {
                files: &*files,
                path: &file,
                text: &text,
                manifest: &manifest,
            };
            Done::Check(check::script(scripts, &script))
        }
        Task::Compile => {
            let text = files.text(&file).unwrap_or_default();
            Done::Compile(scripts.inner.compile(&file, &text).map(drop))
        }
    }
}

/// Runs a script of ours, so that the first one of a user finds everything at hand.
fn warm_up(scripts: &Scripts, link: &Arc<Link>) {
    const SCRIPT: &str = "fn execute(connection, input) { [`a${1}`].map(|text| #{ text: text.len() }) }";
    struct Only;
    impl Files for Only {
        fn text(&self, _: &str) -> Option<Arc<str>> {
            Some(SCRIPT.into())
        }

        fn paths(&self) -> Vec<String> {
            Vec::new()
        }
    }
    let call = Call {
        files: Arc::new(Only),
        file: "warm_up.rhai".to_owned(),
        limits: Limits::default(),
        host: Arc::new(RemoteHost::new(link.clone())),
        cancel: Cancel::default(),
        spot: Spot::default(),
        connection: Dynamic::UNIT,
        config: Dynamic::UNIT,
    };
    let function = Function::Execute { input: Value::Null };
    scripts.execute(call, &function);
}

/// Standard output and standard error as files, without a buffer between.
#[cfg(unix)]
fn handles() -> io::Result<(File, File)> {
    use std::os::fd::AsFd;
    let output = io::stdout().as_fd().try_clone_to_owned()?;
    let error = io::stderr().as_fd().try_clone_to_owned()?;
    Ok((output.into(), error.into()))
}

/// Standard output and standard error as files, without a buffer between.
#[cfg(windows)]
fn handles() -> io::Result<(File, File)> {
    use std::os::windows::io::AsHandle;
    let output = io::stdout().as_handle().try_clone_to_owned()?;
    let error = io::stderr().as_handle().try_clone_to_owned()?;
    Ok((output.into(), error.into()))
}
