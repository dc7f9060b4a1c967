//! What a simulation reached: one that reaches nothing proves nothing.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use callout::plan::{Action, Plan, Reason};
use callout::systems::sandbox::{Logged, Trouble};

/// What a plan must have done somewhere, and people behind callout's back.
pub const REACHED: [&str; 28] = [
    "update",
    "close",
    "delete",
    "found by mark",
    "drift",
    "conflict",
    "together",
    "mark found twice",
    "amid a run",
    "plan saved",
    "saved plan applied",
    "saved plan applied again",
    "saved plan refused",
    "copied in the portal",
    "reopened in the portal",
    "deleted in the portal",
    "a strange status",
    "state mv",
    "state rm",
    "state copied",
    "record restored",
    "kills",
    "tickets",
    "worlds",
    "rounds",
    "days back",
    "a month ahead",
    "hours back",
];

/// Counts by name: what plans did, what people did, what went wrong.
#[derive(Debug, Default)]
pub struct Tally(Mutex<BTreeMap<String, usize>>);

impl Tally {
    fn counts(&self) -> MutexGuard<'_, BTreeMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn count(&self, name: &str) {
        self.add(name, 1);
    }

    pub fn add(&self, name: &str, times: usize) {
        *self.counts().entry(name.to_owned()).or_default() += times;
    }

    pub fn of(&self, name: &str) -> usize {
        self.counts().get(name).copied().unwrap_or_default()
    }

    /// What a plan did that not every plan does.
    pub fn add_plan(&self, plan: &Plan) {
        for step in &plan.steps {
            let name = match &step.action {
                Action::Update { .. } => "update",
                Action::Close { .. } => "close",
                Action::Delete { .. } => "delete",
                Action::Adopt { why, .. } if why.contains("mark") => "found by mark",
                Action::Blocked { reason: Reason::Conflict { .. } } => "conflict",
                Action::Blocked { reason: Reason::SentBefore { .. } } => "sent before",
                Action::InDoubt { reason: Reason::SeveralFound { .. } } => "mark found twice",
                Action::Keep if !step.drift.is_empty() => "drift",
                Action::Create { .. }
                | Action::Adopt { .. }
                | Action::Retire { .. }
                | Action::Blocked { .. }
                | Action::InDoubt { .. }
                | Action::Deferred { .. }
                | Action::Keep => continue,
            };
            self.count(name);
        }
    }

    /// What went wrong with these requests.
    pub fn add_faults(&self, requests: &[Logged]) {
        for trouble in requests.iter().flat_map(|request| &request.faults) {
            self.count(&name(trouble));
        }
    }

    /// Adds another's.
    pub fn take(&self, other: &Self) {
        for (name, times) in other.counts().iter() {
            self.add(name, *times);
        }
    }

    /// Those of these that were reached less often than that.
    pub fn short_of<'a>(&self, least: usize, names: &[&'a str]) -> Vec<(&'a str, usize)> {
        names.iter().map(|name| (*name, self.of(name))).filter(|(_, times)| *times < least).collect()
    }

    /// One line of figures; shown with `--nocapture`.
    #[allow(clippy::print_stderr, reason = "figures of a test, for people")]
    pub fn tell(&self, test: &str) {
        eprintln!("{test}: {self}");
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.counts();
        let told: Vec<String> = counts.iter().map(|(name, times)| format!("{name} {times}")).collect();
        write!(f, "{}; sent twice 0, forgotten 0", told.join(", "))
    }
}

/// A trouble's name in the sandbox's own spelling, without its numbers.
fn name(trouble: &Trouble) -> String {
    let json = serde_json::to_value(trouble).expect("a trouble is JSON");
    let key = json.as_object().and_then(|object| object.keys().next().cloned());
    key.or_else(|| json.as_str().map(str::to_owned)).expect("a name")
}
