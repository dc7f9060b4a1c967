//! What the kills hit. A kind of moment that is no longer reached fails the test.

use std::fmt;

/// Where a run was when it died. Each kill counts once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    BeforeAnything,
    BetweenCommits,
    DoubtWithTicket,
    DoubtWithoutTicket,
    TornLine,
    HistoryWritten,
    HistoryKept,
    FileWritten,
    SnapshotReplaced,
    PlanWritten,
    PlanApplied,
    Settle,
    Surgery,
    InitBeforeState,
    InitHalfWay,
}

const NAMES: [(Hit, &str); 15] = [
    (Hit::BeforeAnything, "before anything was written"),
    (Hit::BetweenCommits, "behind a commit"),
    (Hit::DoubtWithTicket, "between intent and answer, done"),
    (Hit::DoubtWithoutTicket, "between intent and answer, not done"),
    (Hit::TornLine, "in a line of the journal"),
    (Hit::HistoryWritten, "folding: writing the history"),
    (Hit::HistoryKept, "folding: history kept"),
    (Hit::FileWritten, "folding: writing snapshot or journal"),
    (Hit::SnapshotReplaced, "folding: snapshot replaced"),
    (Hit::PlanWritten, "writing a plan"),
    (Hit::PlanApplied, "applying a saved plan"),
    (Hit::Settle, "settle"),
    (Hit::Surgery, "state mv and rm"),
    (Hit::InitBeforeState, "init, no state yet"),
    (Hit::InitHalfWay, "init, half-way"),
];

/// Counts over all worlds.
#[derive(Debug, Default, Clone)]
pub struct Tally {
    hits: [u64; NAMES.len()],
    pub runs: u64,
    pub tickets: u64,
    pub creates_found: u64,
    pub updates: u64,
    pub worlds: u64,
}

impl Tally {
    pub fn hit(&mut self, hit: Hit) {
        self.hits[hit as usize] += 1;
    }

    pub fn kills(&self) -> u64 {
        self.hits.iter().sum()
    }

    /// What was not hit once.
    pub fn missing(&self) -> Vec<&'static str> {
        NAMES.iter().filter(|(hit, _)| self.hits[*hit as usize] == 0).map(|(_, name)| *name).collect()
    }

    /// What of these was not hit once.
    pub fn missing_of(&self, hits: &[Hit]) -> Vec<&'static str> {
        NAMES.iter().filter(|(hit, _)| hits.contains(hit) && self.hits[*hit as usize] == 0).map(|(_, name)| *name).collect()
    }

    pub fn take(&mut self, other: &Self) {
        for (own, other) in self.hits.iter_mut().zip(other.hits) {
            *own += other;
        }
        self.runs += other.runs;
        self.tickets += other.tickets;
        self.creates_found += other.creates_found;
        self.updates += other.updates;
        self.worlds += other.worlds;
    }
}

/// As `412 kills (before anything was written: 31, ...), 1240 tickets, 0 twice, 0 lost`: whoever prints it has checked the zeros.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hits: Vec<String> = NAMES.iter().map(|(hit, name)| format!("{name}: {}", self.hits[*hit as usize])).collect();
        let Self { runs, tickets, creates_found, updates, worlds, .. } = self;
        write!(f, "{} kills of {runs} runs in {worlds} projects ({}), {tickets} tickets, ", self.kills(), hits.join(", "))?;
        write!(f, "{creates_found} doubts settled by their ticket, {updates} changes, 0 twice, 0 lost")
    }
}
