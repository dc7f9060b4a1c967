//! Waiting for the lock.
//!
//! Owns what a caller does with a refusal of [`super::Store::lock`]: ask again after a pause, or give up. Waits for nothing itself, and reads
//! no clock: it counts the pauses.

use std::time::Duration;

use super::shared::{LENGTH, LOOK_EVERY};
use crate::diagnostics::Diagnostic;

/// How long a run waits for the lock.
#[derive(Debug)]
pub struct Patience {
    timeout: Duration,
    waited: Duration,
    told: Option<String>,
}

/// What to do after a refusal.
#[derive(Debug)]
pub enum Next {
    /// Tell this, if there is anything new to tell; wait for the pause; ask the same store again.
    Wait {
        tell: Option<String>,
        pause: Duration,
    },
    GiveUp(Box<Diagnostic>),
}

impl Patience {
    /// `timeout` as `--lock-timeout` says; zero without it. It is rounded up to whole pauses.
    pub fn new(timeout: Duration) -> Self {
        Self { timeout, waited: Duration::ZERO, told: None }
    }

    pub fn after(&mut self, refused: Box<Diagnostic>) -> Next {
        let (patience, what) = match refused.code {
            "state/locked" => (self.timeout, "waiting for its end"),
            // It is over after its length, or shows that it is alive.
            "state/silent" => (self.timeout.max(LENGTH), "waiting whether it gives a sign of life"),
            _ => return Next::GiveUp(refused),
        };
        if self.waited >= patience {
            return Next::GiveUp(self.in_vain(*refused).into());
        }
        self.waited += LOOK_EVERY;
        let tell = format!("{}; {what}, for at most {} s", refused.message, patience.as_secs());
        let tell = (self.told.as_ref() != Some(&refused.message)).then_some(tell);
        self.told = Some(refused.message);
        Next::Wait { tell, pause: LOOK_EVERY }
    }

    fn in_vain(&self, refused: Diagnostic) -> Diagnostic {
        if self.waited.is_zero() {
            return refused;
        }
        let message = format!("{} (waited for {} s)", refused.message, self.waited.as_secs());
        Diagnostic { message, ..refused }
    }
}

#[cfg(test)]
mod tests;
