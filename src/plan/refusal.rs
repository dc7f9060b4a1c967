//! A limit that a plan is over, in words, with what lifts it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cost::is_unknown;
use super::{Plan, Step};
use crate::state::Key;
use crate::ticket::Money;

pub(super) const CREATES: &str = "creates";
pub(super) const CREATES_PER_DAY: &str = "creates_per_day";
pub(super) const SPEND: &str = "spend";
pub(super) const UNKNOWN_COSTS: &str = "unknown_costs";

/// So many tickets are named; the plan has the others.
const NAMED: usize = 3;

/// A limit that the plan is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// Its key under `spec.limits`; `unknown_costs` comes with `spend`, and is about creates whose cost nobody knows.
    pub limit: String,
    /// The rollout whose limit it is; none for the project's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<String>,
    /// In tickets; for `spend` in whole dollars.
    pub allowed: usize,
    /// Likewise; for `spend` in whole dollars that are enough.
    pub wanted: usize,
    /// Of `wanted`, already done today; for limits per day.
    #[serde(default)]
    pub before: usize,
    /// Creates of the whole plan: what `--allow-creates` has to allow, whichever limit it lifts.
    #[serde(default)]
    pub creates: usize,
    /// `wanted` of the whole plan, for `spend` and `unknown_costs`: what the flag has to allow, whichever limit it lifts.
    #[serde(default, skip_serializing_if = "is_none")]
    pub whole: usize,
    /// The first few tickets that it is about, where somebody has to look at each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tickets: Vec<Key>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, allowed, wanted, before, .. } = self;
        let (one, many) = match limit.as_str() {
            SPEND => {
                return write!(f, "creates for about {} are over the limit of {} ({})", dollars(*wanted), dollars(*allowed), self.key());
            }
            UNKNOWN_COSTS => return self.unknown(f),
            CREATES | CREATES_PER_DAY => ("create", "creates"),
            "closes" => ("close or delete", "closes and deletes"),
            _ => ("removal", "removals"),
        };
        let (what, are) = if *wanted == 1 { (one, "is") } else { (many, "are") };
        let today = if limit == CREATES_PER_DAY { format!(" today ({before} already sent)") } else { String::new() };
        write!(f, "{wanted} {what}{today} {are} over the limit of {allowed} ({})", self.key())
    }
}

fn dollars(whole: usize) -> Money {
    Money::from_whole_dollars(u64::try_from(whole).unwrap_or(u64::MAX))
}

impl Refusal {
    /// The key in the files, and whose it is.
    fn key(&self) -> String {
        let of = self.rollout.as_ref().map(|rollout| format!(" of Rollout/{rollout}")).unwrap_or_default();
        let limit = if self.limit == UNKNOWN_COSTS { SPEND } else { &self.limit };
        format!("spec.limits.{limit}{of}")
    }

    fn unknown(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { allowed, wanted, tickets, .. } = self;
        let what = if *wanted == 1 { "1 create costs".to_owned() } else { format!("{wanted} creates cost") };
        let such = if *allowed == 0 { "none".to_owned() } else { allowed.to_string() };
        write!(f, "nobody knows what {what}, and {} allows {such} such", self.key())?;
        let named: Vec<String> = tickets.iter().map(ToString::to_string).collect();
        match (named.is_empty(), wanted.saturating_sub(named.len())) {
            (true, _) => Ok(()),
            (false, 0) => write!(f, ": {}", named.join(", ")),
            (false, more) => write!(f, ": {} and {more} more", named.join(", ")),
        }
    }

    /// What lifts it, for this plan alone: without the words that chose its tickets the command would send others, too.
    pub fn next_step(&self, plan: &Plan) -> String {
        let chosen = [Some(plan.selection.to_string()).filter(|words| !words.is_empty()), plan.take.map(|take| take.to_string())];
        let chosen = chosen.into_iter().flatten().fold(String::new(), |words, more| words + " " + &more);
        let whole = self.whole.max(self.wanted);
        if self.limit == SPEND {
            return format!("`callout apply --allow-spend {whole}{chosen}` lifts it for one run");
        }
        if self.limit == UNKNOWN_COSTS {
            return format!(
                "`cost:` says why; mend that and plan again. `callout apply --allow-unknown-costs {whole}{chosen}` sends them all the same, for one run"
            );
        }
        if self.limit.starts_with(CREATES) {
            let creates = self.creates.max(self.wanted - self.before);
            return format!("`callout apply --allow-creates {creates}{chosen}` lifts it for one run");
        }
        let place = if self.rollout.is_none() { " in callout.yaml" } else { "" };
        format!("raise {}{place} if this is meant", self.key())
    }

    /// With the first few tickets of these that it is about.
    pub(super) fn naming(self, steps: &[Step]) -> Self {
        if self.limit != UNKNOWN_COSTS {
            return self;
        }
        let is_of = |step: &Step| self.rollout.is_none() || step.rollout.as_ref().map(|site| &site.rollout) == self.rollout.as_ref();
        let about = steps.iter().filter(|step| is_unknown(step) && is_of(step));
        Self { tickets: about.take(NAMED).map(|step| step.key.clone()).collect(), ..self }
    }
}
