//! What holds the visits of a rollout back: a pause, a wave that is not open, a gate.
//!
//! Owns the judgement, for a new plan and for a saved one. Refuses to hold back anything but creates: who is coming already is still
//! looked after.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Reason, Step};
use crate::diagnostics::typed;
use crate::refresh::{Standing, Tally, Waves};
use crate::state::{Key, State};
use crate::ticket::{Finished, Gate, RolloutSite, Rollouts, Terms, Ticket, Wave};

/// The rollouts that are held back, in whole or in part.
pub(super) struct Gates<'a>(BTreeMap<&'a str, Held<'a>>);

enum Held<'a> {
    Whole(Reason),
    Waves(BTreeMap<&'a str, Reason>),
}

impl<'a> Gates<'a> {
    /// By all tickets of the project, whatever a plan is about. `over`: visits that were just seen to be over.
    pub fn new(tickets: &[Ticket], state: &State, rollouts: &'a Rollouts, over: &BTreeSet<Key>) -> Self {
        let waves = Waves::of(tickets, state, rollouts);
        let shut = |rollout: &str, wave: &Wave| {
            let gate = wave.gate.as_ref()?;
            let tally = waves.tally(rollout, &gate.after, over);
            (!tally.passes(gate)).then(|| Reason::GateShut(Box::new(Shut::new(rollout, &wave.name, gate, &tally))))
        };
        let closed = |rollout: &str, wave: &Wave| Reason::WaveClosed { rollout: rollout.to_owned(), wave: wave.name.clone() };
        let held = |rollout: &'a str, terms: &'a Terms| {
            if terms.paused {
                return Held::Whole(Reason::Paused { rollout: rollout.to_owned() });
            }
            let reason = |wave: &Wave| if wave.open { shut(rollout, wave) } else { Some(closed(rollout, wave)) };
            Held::Waves(terms.waves.iter().filter_map(|wave| Some((wave.name.as_str(), reason(wave)?))).collect())
        };
        Self(rollouts.iter().map(|(rollout, terms)| (rollout.as_str(), held(rollout, terms))).collect())
    }

    /// Defers what would be sent, now or on its day.
    pub fn hold(&self, steps: &mut [Step]) {
        for step in steps {
            let is_to_be_sent = matches!(step.action, Action::Create { .. } | Action::Deferred { reason: Reason::NotYetDue { .. } });
            let reason = step.rollout.as_ref().filter(|_| is_to_be_sent).and_then(|site| self.reason(site));
            if let Some(reason) = reason {
                step.action = Action::Deferred { reason: reason.clone() };
            }
        }
    }

    /// Why nothing new is sent to this site.
    pub fn reason(&self, site: &RolloutSite) -> Option<&Reason> {
        match self.0.get(site.rollout.as_str())? {
            Held::Whole(reason) => Some(reason),
            Held::Waves(reasons) => reasons.get(site.wave.as_deref()?),
        }
    }
}

/// A gate that is not passed yet, with all that a person needs to see why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shut {
    pub rollout: String,
    /// The wave that waits.
    pub wave: String,
    /// The wave that it waits for.
    pub after: String,
    /// Of that wave, all of them.
    pub visits: usize,
    pub over: usize,
    /// Over, and not failed.
    pub well: usize,
    /// So many have to go well; none: all have to be over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<usize>,
    pub failed: usize,
    /// So many may fail.
    pub allowed: usize,
    /// Whether only the failed visits keep it shut.
    pub is_far_enough: bool,
    /// The first few visits that are not over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<Holder>,
    /// The first few visits that failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Holder>,
}

/// A visit that keeps a gate shut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Holder {
    pub visit: Key,
    pub why: String,
}

/// So many visits are named; `callout settle` and the plan have the others.
const NAMED: usize = 3;

impl Shut {
    fn new(rollout: &str, wave: &str, gate: &Gate, tally: &Tally) -> Self {
        let named = |fits: fn(Standing) -> bool| {
            let holders = tally.holding.iter().filter(|(standing, _)| fits(*standing));
            holders.take(NAMED).map(|(standing, key)| Holder { visit: key.clone(), why: why(*standing).to_owned() }).collect()
        };
        Self {
            rollout: rollout.to_owned(),
            wave: wave.to_owned(),
            after: gate.after.clone(),
            visits: tally.visits,
            over: tally.over,
            well: tally.well,
            wanted: if let Finished::AtLeast(wanted) = gate.finished { Some(wanted) } else { None },
            failed: tally.failed,
            allowed: gate.failed,
            is_far_enough: tally.is_far_enough(gate),
            waiting: named(|standing| !standing.is_over()),
            failures: named(Standing::has_failed),
        }
    }

    /// What a person can do about it.
    pub(super) fn next_step(&self) -> String {
        if self.failed > self.allowed {
            let failures = listed(&self.failures, self.failed);
            return format!(
                "mend what failed: {failures}; a further visit is `reissue`, a refused one is sent again once it is mended; or allow it: `failed: {}` in the gate",
                self.failed
            );
        }
        if self.wanted.is_some_and(|wanted| wanted > self.visits) {
            return format!("wave {} has {}: lower `finished` in the gate, or add sites to it", self.after, counted(self.visits));
        }
        if self.waiting.is_empty() {
            let failures = listed(&self.failures, self.failed);
            return format!("not enough went well: {failures}; a further visit is `reissue`, or lower `finished` in the gate");
        }
        let waiting = listed(&self.waiting, self.visits - self.over);
        let coming = self.waiting.iter().find(|holder| holder.why == why(Standing::Coming));
        let told = coming.map(|holder| {
            let name = typed(&holder.visit.to_string());
            format!("; once one is over and its ticket does not show it: callout settle {name} --outcome ok --reason TEXT")
        });
        format!("not over: {waiting}{}", told.unwrap_or_default())
    }
}

/// `wave rest waits for pilot: 3 of 5 visits are known to be over; 1 failed, and 0 may (spec.waves gate)`.
impl fmt::Display for Shut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { wave, after, visits, over, well, failed, allowed, .. } = self;
        write!(f, "wave {wave} waits for {after}: ")?;
        match self.wanted {
            Some(wanted) => write!(
                f,
                "{} known to have gone well, and {wanted} {} to",
                are(&counted(*well), *well),
                if wanted == 1 { "has" } else { "have" }
            )?,
            None if *visits == 0 => f.write_str("it has no visit")?,
            None => write!(f, "{} known to be over", are(&format!("{over} of {}", counted(*visits)), *over))?,
        }
        if failed > allowed { write!(f, "; {failed} failed, and {allowed} may (spec.waves gate)") } else { Ok(()) }
    }
}

fn counted(visits: usize) -> String {
    if visits == 1 { "1 visit".to_owned() } else { format!("{visits} visits") }
}

fn are(what: &str, count: usize) -> String {
    format!("{what} {}", if count == 1 { "is" } else { "are" })
}

fn listed(holders: &[Holder], all: usize) -> String {
    let named: Vec<String> = holders.iter().map(|holder| format!("{} ({})", holder.visit, holder.why)).collect();
    match all.saturating_sub(named.len()) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

fn why(standing: Standing) -> &'static str {
    match standing {
        Standing::InDoubt => "in doubt",
        Standing::Coming => "open",
        Standing::Refused => "refused",
        Standing::Unsent => "not sent",
        Standing::CalledOff => "cancelled",
        Standing::Failed => "failed",
        Standing::NoAccess => "no access",
        Standing::Well => "went well",
    }
}

/// The order of the waves that the steps are in, for whoever reads the plan without the files.
pub(super) fn waves(rollouts: &Rollouts, steps: &[Step]) -> BTreeMap<String, Vec<String>> {
    let names: BTreeSet<&str> = steps.iter().filter_map(|step| step.rollout.as_ref()).map(|site| site.rollout.as_str()).collect();
    let terms = names.into_iter().filter_map(|name| rollouts.get_key_value(name)).filter(|(_, terms)| !terms.waves.is_empty());
    terms.map(|(name, terms)| (name.clone(), terms.waves.iter().map(|wave| wave.name.clone()).collect())).collect()
}
