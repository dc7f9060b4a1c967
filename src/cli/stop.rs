//! Ctrl-C, SIGTERM and a terminal that closes: the first asks the run to stop, a second Ctrl-C or SIGTERM leaves at once. The journal
//! tells the truth either way.
//!
//! Owns which signals count. A signal that whoever started the program chose to ignore, as `nohup` does, stays ignored.

use std::sync::Arc;

use super::Environment;
use crate::apply::Stop;
use heard::Signals;

/// Code of a run that left at the second signal: 128 and SIGINT, as shells have it.
const LEFT: i32 = 130;

/// A stop that hears the process's signals, from now on.
pub(super) fn listen(environment: &Environment) -> Arc<Stop> {
    let stop = Arc::new(Stop::default());
    if environment.listens_to_signals {
        let (stop, err) = (stop.clone(), environment.err.clone());
        let mut signals = Signals::new();
        tokio::spawn(async move {
            signals.asked().await;
            stop.ask();
            err.line("stopping: what is in flight is finished and recorded; once more to leave at once");
            signals.insisted().await;
            err.line("left: what was in flight may be in doubt; `callout settle` lists it");
            std::process::exit(LEFT);
        });
    }
    stop
}

/// Ends with the first of them.
pub(super) async fn signal() {
    Signals::new().asked().await;
}

#[cfg(unix)]
mod heard {
    use std::future::pending;

    use tokio::signal::unix::{Signal, SignalKind, signal};

    pub struct Signals {
        interrupt: Option<Signal>,
        terminate: Option<Signal>,
        hangup: Option<Signal>,
    }

    impl Signals {
        pub fn new() -> Self {
            let heard = |kind: SignalKind| if is_ignored(kind) { None } else { signal(kind).ok() };
            let [interrupt, terminate, hangup] = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].map(heard);
            Self { interrupt, terminate, hangup }
        }

        pub async fn asked(&mut self) {
            tokio::select! {
                () = one(&mut self.interrupt) => {}
                () = one(&mut self.terminate) => {}
                () = one(&mut self.hangup) => {}
            }
        }

        /// A terminal that closes says so twice, through its shell and by itself: that is nobody who insists.
        pub async fn insisted(&mut self) {
            tokio::select! {
                () = one(&mut self.interrupt) => {}
                () = one(&mut self.terminate) => {}
            }
        }
    }

    async fn one(signal: &mut Option<Signal>) {
        let heard = match signal {
            Some(signal) => signal.recv().await,
            None => None,
        };
        if heard.is_none() {
            pending::<()>().await;
        }
    }

    /// Listening would end the ignoring. Only Linux tells without calls that are not safe; elsewhere the run stops, which loses nothing.
    fn is_ignored(kind: SignalKind) -> bool {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
        mask >> (kind.as_raw_value() - 1) & 1 == 1
    }
}

#[cfg(not(unix))]
mod heard {
    pub struct Signals;

    impl Signals {
        pub fn new() -> Self {
            Self
        }

        pub async fn asked(&mut self) {
            let _ = tokio::signal::ctrl_c().await;
        }

        pub async fn insisted(&mut self) {
            self.asked().await;
        }
    }
}
