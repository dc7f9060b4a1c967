//! Who else may be using a key.
//!
//! Owns what a run tells of its waits and, once for each system, of an answer that there were too many requests. Refuses to hold up the
//! run or to let it fail: the states beside this one are looked at on a thread of its own, and what they say is a hint, not a fact.

use std::collections::BTreeSet;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::{Environment, Output};
use crate::render::clean;
use crate::state::shared::{Objects, hint, neighbours};
use crate::systems::{HoldUp, Limit};
use crate::ticket::Clock;

/// When all is done, a look that is still under way is waited for so long at most: then the run ends without what it would tell.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) struct Crowd {
    err: Output,
    clock: Arc<dyn Clock>,
    /// Those of this project's state, if it is a shared one.
    objects: Option<Objects>,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    systems: BTreeSet<&'static str>,
    /// One for each look; it says when that is over.
    looks: Vec<Receiver<()>>,
}

impl Crowd {
    pub fn new(environment: &Environment, objects: Option<Objects>) -> Self {
        Self { err: environment.err.clone(), clock: Arc::clone(&environment.clock), objects, told: Mutex::default() }
    }

    /// Waits are always told: a run that stands still looks like one that hangs.
    pub fn hears(&self, what: &HoldUp) {
        match what {
            HoldUp::Turn { title, seconds } => self.err.line(&format!("{title}: waiting {seconds} s for the rate limit")),
            HoldUp::TooMany(limit) => self.too_many(limit),
        }
    }

    fn too_many(&self, limit: &Limit) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if !told.systems.insert(limit.id) {
            return;
        }
        self.err.line(&own(limit));
        match self.objects.as_ref().and_then(|objects| self.look(objects.clone(), limit.title)) {
            Some(look) => told.looks.push(look),
            None => self.err.line(&hint(limit.title, &[])),
        }
    }

    /// Begins to look at the states beside this one; nothing where no thread can be had.
    fn look(&self, objects: Objects, title: &'static str) -> Option<Receiver<()>> {
        let (over, is_over) = mpsc::channel();
        let (err, now) = (self.err.clone(), self.clock.now());
        let look = move || {
            // Who may not list there still learns what to look for.
            let found = neighbours(&objects, now).unwrap_or_default();
            // It names runs as they were recorded.
            err.document(&format!("{}\n", clean(&hint(title, &found))));
            // Nobody listens where the run has ended without it.
            let _ = over.send(());
        };
        thread::Builder::new().name("neighbours".to_owned()).spawn(look).ok().map(|_| is_over)
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        let told = self.told.get_mut().unwrap_or_else(PoisonError::into_inner);
        // The first that takes too long ends the waiting for all.
        let _ = told.looks.iter().all(|look| look.recv_timeout(PATIENCE).is_ok());
    }
}

/// This run's own part in it.
fn own(limit: &Limit) -> String {
    let Limit { id, title, own, printed } = limit;
    let own = own.map_or_else(|| "without a limit".to_owned(), |own| format!("at most {own} a minute"));
    let printed = printed.map_or_else(|| "print none".to_owned(), |printed| format!("print {printed} for a key"));
    format!(
        "{title} answered 429: too many requests. This run sends {own} (spec.systems.{id}.requests_per_minute); the vendor's pages {printed}."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_says_what_it_sends_itself_and_what_the_vendor_prints() {
        let limited = Limit { id: "techexpress", title: "TechExpress", own: Some(40), printed: Some(60) };
        assert_eq!(
            own(&limited),
            "TechExpress answered 429: too many requests. This run sends at most 40 a minute (spec.systems.techexpress.requests_per_minute); \
             the vendor's pages print 60 for a key."
        );
        assert_eq!(
            own(&Limit { id: "readydesk", title: "ReadyDesk", own: None, printed: None }),
            "ReadyDesk answered 429: too many requests. This run sends without a limit (spec.systems.readydesk.requests_per_minute); the \
             vendor's pages print none."
        );
    }
}
