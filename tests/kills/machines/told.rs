//! How a run ended, by what it told. An end that nobody expects fails the test.

use std::fmt;
use std::thread::JoinHandle;

use crate::program::Run;
use crate::support::project::Ran;

/// A command that ended.
#[derive(Debug)]
pub struct Told {
    /// None if it was killed.
    pub code: Option<i32>,
    pub out: String,
    /// Without the breaks and bars of its lines.
    pub err: String,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Killed,
    Done,
    InDoubt,
    /// Another run has the lease.
    Locked,
    /// It had the lease, and another run took its number or replaced the snapshot.
    Fenced,
    /// It noticed that its lease was gone.
    Unleased,
    /// The store was not to be had.
    Trouble,
}

/// What is told, and what it means; the first that fits counts.
const MEANINGS: [(&str, Ending); 10] = [
    ("is another run's: `callout ", Ending::Fenced),
    ("was replaced by another run since this one read it", Ending::Fenced),
    ("broke this run's lock of", Ending::Unleased),
    ("was taken over by", Ending::Unleased),
    ("was taken over during this run", Ending::Unleased),
    ("the state is in use by", Ending::Locked),
    ("others are just taking the lock of", Ending::Locked),
    ("the store is not able to now", Ending::Trouble),
    ("the store cannot be reached", Ending::Trouble),
    ("See that the store can be reached from here", Ending::Trouble),
];

impl Told {
    pub fn ending(&self) -> Option<Ending> {
        match self.code {
            None => Some(Ending::Killed),
            Some(0) => Some(Ending::Done),
            Some(5) => Some(Ending::InDoubt),
            Some(1) => MEANINGS.iter().find(|(text, _)| self.err.contains(text)).map(|(_, ending)| *ending),
            Some(_) => None,
        }
    }

    /// The id that it says may be unlocked.
    pub fn lock(&self) -> Option<&str> {
        let (_, rest) = self.err.split_once("callout unlock ")?;
        rest.split_whitespace().next()
    }
}

impl From<Run> for Told {
    fn from(run: Run) -> Self {
        Self { code: run.code, err: plain(&run.err), out: run.out }
    }
}

impl From<Ran> for Told {
    fn from(ran: Ran) -> Self {
        Self { code: Some(ran.code.into()), err: plain(&ran.err), out: ran.out }
    }
}

fn plain(text: &str) -> String {
    text.replace(['\n', '|', '│'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sent: Vec<&str> = self.out.lines().filter(|line| line.contains("ticket")).collect();
        write!(f, "{} exit {:?}: {}", sent.join("; "), self.code, self.err)
    }
}

/// The end of a run that was started beside others.
pub fn ended(started: JoinHandle<Told>) -> Told {
    started.join().unwrap_or_else(|why| std::panic::resume_unwind(why))
}
