//! Waiting for the state's lock, where another run has it.
//!
//! Owns the patience: none unless somebody asked for it, and a lease's length where a run seems to be dead. Refuses to wait in silence: a
//! run that stands still looks like one that hangs.

use std::time::Duration;

use jiff::SignedDuration;

use super::Environment;
use super::args::Waiting;
use crate::diagnostics::{Diagnostic, Outcome};
use crate::state::shared::{LENGTH, LOOK_EVERY};

/// Begins something under the lock, again and again until it is free or the time is over. What is begun looks at the state anew each time.
pub(super) async fn locked<T>(waiting: Waiting, environment: &Environment, mut begin: impl FnMut() -> Outcome<T>) -> Outcome<T> {
    let (mut waited, mut told) = (Duration::ZERO, String::new());
    loop {
        let why = match begin() {
            Ok(done) => return Ok(done),
            Err(why) => why,
        };
        let left = patience(&why, waiting).saturating_sub(waited);
        if left.is_zero() {
            return Err(given_up(*why, waited).into());
        }
        if told != why.message {
            environment.err.line(&format!("{}. Waiting for its end, at most {}. Ctrl-C gives up.", begun(&why.message), shown(left)));
            told.clone_from(&why.message);
        }
        let pause = LOOK_EVERY.min(left);
        environment.clock.sleep(pause).await;
        waited += pause;
    }
}

/// How long an obstacle is worth waiting for. A lease that nobody renews is soon over: that is waited for unless somebody forbade it.
fn patience(why: &Diagnostic, waiting: Waiting) -> Duration {
    match why.code {
        "state/locked" => waiting.lock_timeout.unwrap_or_default(),
        "state/silent" => waiting.lock_timeout.unwrap_or(LENGTH),
        _ => Duration::ZERO,
    }
}

fn given_up(why: Diagnostic, waited: Duration) -> Diagnostic {
    if waited.is_zero() || !["state/locked", "state/silent"].contains(&why.code) {
        return why;
    }
    Diagnostic { message: format!("{}, also after {}", why.message, shown(waited)), ..why }
}

/// As a sentence begins.
fn begun(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map(|first| first.to_uppercase().chain(signs).collect()).unwrap_or_default()
}

fn shown(time: Duration) -> String {
    SignedDuration::try_from(time).map(|time| format!("{time:#}")).unwrap_or_default()
}
