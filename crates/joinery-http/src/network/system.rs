//! What this computer says of proxies: the environment, else the settings of the desktop or system.

use std::time::{Duration, Instant};

use proxy_watch::{ProxyConfig, ProxyEnv, ProxyMode};
use tokio::sync::Mutex;

/// How long an answer holds: settings are changed while the window is open.
const HOLDS: Duration = Duration::from_secs(30);

/// What the system said last.
#[derive(Default)]
pub(super) struct System {
    last: Mutex<Option<(Instant, ProxyConfig)>>,
}

impl System {
    pub(super) async fn says(&self) -> ProxyConfig {
        let mut last = self.last.lock().await;
        if let Some((at, config)) = &*last
            && at.elapsed() < HOLDS
        {
            return config.clone();
        }
        // It may wait for a service of the system.
        let config = tokio::task::spawn_blocking(read).await.unwrap_or_default();
        *last = Some((Instant::now(), config.clone()));
        config
    }
}

/// As browsers have it, an environment that names a proxy is the whole answer.
fn read() -> ProxyConfig {
    if let Ok(environment) = ProxyEnv::from_env()
        && environment.is_configured()
    {
        return environment.to_config();
    }
    // A machine without such settings is reached as one without proxies.
    let mut config = proxy_watch::read().unwrap_or_default();
    if config.effective == ProxyMode::WpadAutoDetect {
        // Automatic detection is not done; what stands beside it is what is left.
        let fallback = config
            .fallbacks
            .iter()
            .find_map(|source| config.source(*source).cloned());
        config.effective = fallback.unwrap_or_default();
    }
    config
}
