//! Ctrl-C and SIGTERM: the first asks the run to stop, the second leaves at once. The journal tells the truth either way.

use std::sync::Arc;

use super::Environment;
use crate::apply::Stop;

/// Code of a run that left at the second signal: 128 and SIGINT, as shells have it.
const LEFT: i32 = 130;

/// A stop that hears the process's signals.
pub(super) fn listen(environment: &Environment) -> Arc<Stop> {
    let stop = Arc::new(Stop::default());
    if environment.listens_to_signals {
        let (stop, err) = (stop.clone(), environment.err.clone());
        tokio::spawn(async move {
            signal().await;
            stop.ask();
            err.line("stopping: what is in flight is finished and recorded; once more to leave at once");
            signal().await;
            err.line("left: what was in flight may be in doubt; `callout settle` lists it");
            std::process::exit(LEFT);
        });
    }
    stop
}

#[cfg(unix)]
pub(super) async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

#[cfg(not(unix))]
pub(super) async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}
