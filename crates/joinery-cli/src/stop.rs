//! How a person or a service manager ends a command that runs on: Ctrl C, and on Unix SIGTERM as well.

use joinery_app::{Code, Error};
use tokio_util::sync::CancellationToken;

/// Waits for the signal to end. Listens from now on, so that none is lost before the waiting begins.
///
/// # Errors
/// [`Code::Unavailable`] where the system lets nobody listen.
pub fn signal() -> Result<impl Future<Output = ()>, Error> {
    let failed = |error| Error::new(Code::Unavailable, format!("cannot listen for signals: {error}"));
    #[cfg(unix)]
    let (mut interrupt, mut terminate) = {
        use tokio::signal::unix::{SignalKind, signal};
        (
            signal(SignalKind::interrupt()).map_err(failed)?,
            signal(SignalKind::terminate()).map_err(failed)?,
        )
    };
    #[cfg(windows)]
    let mut interrupt = tokio::signal::windows::ctrl_c().map_err(failed)?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(windows)]
        interrupt.recv().await;
    })
}

/// Waits for the signal to end; for good where nobody can listen, since the system then ends the process itself.
pub async fn asked() {
    match signal() {
        Ok(signal) => signal.await,
        Err(_) => std::future::pending().await,
    }
}

/// Set at the first signal to end: what is under way is finished.
pub fn token() -> CancellationToken {
    let stop = CancellationToken::new();
    let (stopped, signal) = (stop.clone(), signal());
    tokio::spawn(async move {
        if let Ok(signal) = signal {
            signal.await;
            stopped.cancel();
        }
    });
    stop
}
