//! What the rounds met. A kind of trouble that is no longer met fails the test.

use std::collections::BTreeMap;
use std::fmt;

/// All of these must come about.
const KINDS: [&str; 16] = [
    "killed between intent and answer",
    "killed while writing a commit",
    "killed while taking, renewing or giving back the lease",
    "killed while folding the journal",
    "killed while replacing the snapshot",
    "killed at some moment",
    "lease left by a dead run",
    "lease of a dead run ended by unlock",
    "lease of a dead run taken over",
    "lease of a living run ended by unlock",
    "lease of a living run taken over",
    "refused by the lease",
    "refused at the fence",
    "store asked through trouble",
    "write that landed late",
    "in doubt",
];

/// How often each kind came about.
#[derive(Debug, Default, Clone)]
pub struct Counts {
    kinds: BTreeMap<&'static str, u64>,
    pub rounds: u64,
    pub runs: u64,
    pub kills: u64,
    pub commits: u64,
    pub tickets: u64,
    pub doubts: u64,
}

impl Counts {
    pub fn met(&mut self, kind: &'static str) {
        *self.kinds.entry(kind).or_default() += 1;
    }

    /// What never came about.
    pub fn missing(&self) -> Vec<&'static str> {
        self.missing_of(&KINDS)
    }

    /// What of these never came about.
    pub fn missing_of(&self, kinds: &[&'static str]) -> Vec<&'static str> {
        kinds.iter().copied().filter(|kind| !self.kinds.contains_key(kind)).collect()
    }

    pub fn take(&mut self, other: &Self) {
        for (kind, times) in &other.kinds {
            *self.kinds.entry(kind).or_default() += times;
        }
        self.rounds += other.rounds;
        self.runs += other.runs;
        self.kills += other.kills;
        self.commits += other.commits;
        self.tickets += other.tickets;
        self.doubts += other.doubts;
    }
}

/// Whoever prints it has checked the zeros.
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kinds, rounds, runs, kills, commits, tickets, doubts } = self;
        write!(f, "{rounds} rounds, {runs} runs, {kills} of them killed, {commits} commits, {tickets} tickets, {doubts} doubts settled; ")?;
        let kinds: Vec<String> = kinds.iter().map(|(kind, times)| format!("{kind}: {times}")).collect();
        write!(f, "{}; numbers taken twice 0, sent twice 0, lost 0", kinds.join(", "))
    }
}
