//! What the creates of a plan cost: asked after it was made, since only then it is known what is sent.
//!
//! Owns when costs are asked for, and what is said meanwhile. Refuses to stop a plan for want of an answer: what nobody told is unknown, and
//! the limits judge that.

use std::collections::{BTreeMap, BTreeSet};

use indicatif::ProgressBar;

use super::args::{Choice, Refresh};
use super::cost_cache::CostCache;
use super::opened::Opened;
use super::planning::{self, pace, requests};
use super::progress::draw_target;
use super::{Environment, Failure, shortened};
use crate::plan::{Action, Allowed, Limits, Plan};
use crate::policy;
use crate::state::State;
use crate::systems::{Estimate, Estimates, System, by_kind};
use crate::ticket::Fields;

/// Makes a plan, and asks for the costs of its creates where somebody wants to know them.
pub(super) async fn plan(
    opened: &Opened,
    state: &State,
    choice: &Choice,
    allowed: Allowed,
    environment: &Environment,
) -> Result<Plan, Failure> {
    let plan = planning::make(opened, state, choice, environment).await?;
    let limits = Limits { rules: &opened.rules, rollouts: &opened.rollouts, allowed };
    // Who reads nothing may be offline. A limit is another matter, and so is a policy: it cannot be kept without the costs.
    let is_wanted = choice.costs || policy::speaks_of_costs(&opened.policies) || (opened.project.costs && choice.refresh != Refresh::None);
    if !is_wanted && !limits.spend_of(&plan.steps) {
        return Ok(plan);
    }
    if choice.costs {
        untold(&plan, environment);
    }
    let limits = Limits { allowed: Allowed::default(), ..limits };
    Ok(ask(plan, opened, environment).await?.limited(&limits, state, opened.clock().now()))
}

/// Who asks for costs hears why there are none.
fn untold(plan: &Plan, environment: &Environment) {
    let creates = plan.steps.iter().filter(|step| matches!(step.action, Action::Create { .. }));
    let kinds: BTreeSet<&str> = creates.map(|step| step.key.address.kind.as_str()).collect();
    let untold = kinds.into_iter().filter_map(by_kind).filter(|system| !system.estimates().yes());
    let named: Vec<String> = untold.map(|system| format!("{} ({})", system.kind(), system.title())).collect();
    if !named.is_empty() {
        environment.err.line(&format!("Not asked what it costs, as callout knows no call that tells: {}.", named.join(", ")));
    }
}

async fn ask(plan: Plan, opened: &Opened, environment: &Environment) -> Result<Plan, Failure> {
    let mut found: Vec<(usize, Estimate)> = Vec::new();
    for (kind, creates) in by_kinds(&plan) {
        let Some(system) = by_kind(kind) else { continue };
        let sent: Vec<&Fields> = creates.iter().map(|(_, sent)| *sent).collect();
        let estimates = ask_one(system, &sent, opened, environment).await?;
        environment.err.tell(&shortened(&estimates.about_all, environment));
        found.extend(creates.into_iter().map(|(at, _)| at).zip(estimates.each));
    }
    Ok(plan.costed(found))
}

/// The creates that can be asked about, by the kind of their documents.
fn by_kinds(plan: &Plan) -> BTreeMap<&str, Vec<(usize, &Fields)>> {
    let mut kinds: BTreeMap<&str, Vec<(usize, &Fields)>> = BTreeMap::new();
    for (at, step, sent) in plan.priced() {
        kinds.entry(&step.key.address.kind).or_default().push((at, sent));
    }
    kinds
}

/// Asks one system. Says first how much that is at most.
async fn ask_one(system: &dyn System, sent: &[&Fields], opened: &Opened, environment: &Environment) -> Result<Estimates, Failure> {
    let remotes = opened.connect([system.id()])?;
    let Some(remote) = remotes.get(system.id()) else { return Ok(Estimates::default()) };
    let mut kept = CostCache::of(system, opened).read(opened.clock().now());
    let bar = ProgressBar::with_draw_target(None, draw_target(environment));
    let err = &environment.err;
    let told = |asked: usize, at_most: usize| {
        if asked == 0 {
            let creates = if sent.len() == 1 { "1 create costs".to_owned() } else { format!("{} creates cost", sent.len()) };
            err.line(&format!("asking what {creates}: at most {}{}", requests(at_most), pace(opened, at_most)));
        }
        bar.set_length(at_most as u64);
        bar.set_position(asked as u64);
    };
    let estimates = remote.reader().estimate(sent, &mut kept, &told).await.unwrap_or_default();
    bar.finish_and_clear();
    kept.save();
    Ok(estimates)
}
