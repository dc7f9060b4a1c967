//! A saved plan: sealed, versioned, and applied only while what it was made from still holds.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::alike::Around;
use super::build::World;
use super::case::desired_digest;
use super::doubt::unsearched;
use super::gates::Gates;
use super::left_out::{Returned, has_come_back};
use super::{Action, Allowed, Limits, Plan, Reason, Rules, Step, batch};
use crate::diagnostics::{Diagnostic, Outcome, typed};
use crate::policy::{self, Policy};
use crate::refresh::Sides;
use crate::state::{Broken, Cipher, Form, Phase, PlanUse, Record, State};
use crate::ticket::{Address, Digest, RolloutSite, Rollouts, Ticket};

pub(super) const FORM: Form = Form { kind: "plan", version: 2 };

/// What an older callout would pass over must keep it from applying the plan: words in the place of contacts, and the denial of a policy.
fn form(plan: &Plan) -> Form {
    let is_new = plan.lacks_contacts() || !plan.rulings.is_empty();
    Form { version: if is_new { FORM.version } else { 1 }, ..FORM }
}

/// The plan as it is saved, encrypted as the state is: it has the same names and telephone numbers.
pub fn seal_plan(plan: &Plan, cipher: &Cipher) -> Outcome<String> {
    let text = form(plan).seal(plan).map_err(|error| Diagnostic::error("plan/seal", format!("the plan cannot be written: {error}")))?;
    cipher.wrap(FORM.kind, text)
}

/// A saved plan, if every byte of it is as it was written. `name` is for the message.
pub fn open_plan(name: &str, text: &str, cipher: &Cipher) -> Outcome<Plan> {
    FORM.open(text.trim_end(), cipher).map_err(|broken| {
        if let Broken::Locked(why) = broken {
            let help = "Nothing was applied. Get an identity of one of these recipients from whoever runs callout here, and put it where \
                        `identity` of `spec.state.encryption` in callout.yaml says.";
            return Box::new(Diagnostic::error("plan/encrypted", format!("the plan {name} cannot be read: {why}")).help(help));
        }
        let is_newer = matches!(broken, Broken::Newer { .. });
        let (code, help) = if is_newer {
            ("plan/newer", "apply it with that callout, or make a new one with this")
        } else {
            ("plan/damaged", "make a new one")
        };
        let help = format!("{help}: callout plan --out {}", typed(name));
        Box::new(Diagnostic::error(code, format!("{name} cannot be used as a plan: {broken}")).help(help))
    })
}

/// What each kind of document is sent to.
pub(super) fn origins(sides: &Sides) -> BTreeMap<String, String> {
    sides.iter().map(|(kind, side)| (kind.clone(), side.origin.clone())).collect()
}

/// A plan is good for a day, and never beyond the start of its first visit, or the lead time before it.
pub(super) fn expiry(world: &World<'_>, steps: &[Step]) -> Timestamp {
    let at_most = world.now + SignedDuration::from_hours(world.rules.plan_expires_hours);
    let creates = steps.iter().filter(|step| matches!(step.action, Action::Create { .. }));
    let last = |step: &Step| step.starts?.checked_sub(step.lead_time).ok();
    creates.filter_map(last).fold(at_most, Timestamp::min)
}

/// Why a saved plan is not applied any more.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Stale {
    #[error("this plan was already applied, on {0:.0}")]
    Finished(Timestamp),
    #[error("this plan expired on {0:.0}")]
    Expired(Timestamp),
    #[error("this plan was made from another state (lineage {theirs}, here {ours})")]
    Lineage { theirs: String, ours: String },
    #[error("the limits changed since this plan was made")]
    Rules,
    #[error("the policies changed since this plan was made")]
    Policies,
    #[error("{address}: its system takes fewer tickets in one request than when this plan was made")]
    PerRequest { address: String },
    #[error("the systems' addresses or tenants in callout.yaml changed since this plan was made")]
    Origins,
    #[error("{address}: its description changed since this plan was made")]
    Desired { address: String },
    #[error("{address}: its record changed since this plan was made")]
    Record { address: String },
    #[error("{address}: the contacts that were left out of this plan are not what they were when it was made")]
    Contacts { address: String },
    #[error("{address}: {reason}; it was not so when this plan was made")]
    LookAlike { address: String, reason: Reason },
    #[error("{address}: {reason}; it was not so when this plan was made")]
    Held { address: String, reason: Reason },
}

/// The world that a saved plan is to be applied in.
pub struct Now<'a> {
    pub tickets: &'a [Ticket],
    pub state: &'a State,
    pub sides: &'a Sides,
    /// The terms of each rollout.
    pub rollouts: &'a Rollouts,
    pub rules: &'a Rules,
    pub policies: &'a [Policy],
    pub now: Timestamp,
}

/// Checks a saved plan against the world as it is now.
///
/// Answers the plan with only the steps that are still to be done: of a plan that was started and not finished, those without an outcome, and what is in doubt.
pub fn check_fresh(plan: &Plan, world: &Now<'_>) -> Result<Plan, Stale> {
    let used = world.state.plans.get(&plan.id);
    if plan.lineage != world.state.lineage {
        return Err(Stale::Lineage { theirs: plan.lineage.clone(), ours: world.state.lineage.clone() });
    }
    if let Some(finished) = used.and_then(|used| used.finished) {
        return Err(Stale::Finished(finished));
    }
    if world.now > plan.expires {
        return Err(Stale::Expired(plan.expires));
    }
    let limits = Limits { rules: world.rules, rollouts: world.rollouts, allowed: Allowed::default() };
    if plan.rules != limits.digest(&plan.steps) {
        return Err(Stale::Rules);
    }
    if plan.policies != policy::digest(world.policies) {
        return Err(Stale::Policies);
    }
    if plan.origins != origins(world.sides) {
        return Err(Stale::Origins);
    }
    let desired: BTreeMap<&Address, &Ticket> = world.tickets.iter().map(|ticket| (&ticket.address, ticket)).collect();
    let mut steps = Vec::with_capacity(plan.steps.len());
    for step in &plan.steps {
        let is_wanted = step.desired == desired.get(&step.key.address).map(|ticket| desired_digest(ticket));
        // Its own earlier run wrote what was seen, and ended before it came to this: only what is still to do is left of it.
        if is_wanted && used.is_some() && is_only_noted(step, world.state) {
            steps.push(Step { events: Vec::new(), ..step.clone() });
            continue;
        }
        match (is_wanted && is_unmoved(step, world.state, used), step.is_change()) {
            (true, _) => steps.push(step.clone()),
            // Whoever changed it since expects that something is done about it.
            (false, false) if !is_wanted && is_held_back(step) => steps.push(overtaken(step)),
            // It only tells or records what was seen, and somebody has seen more since.
            (false, false) => {}
            (false, true) if !is_wanted => return Err(Stale::Desired { address: step.key.to_string() }),
            // Its own earlier run moved it: there is an outcome, or a doubt.
            (false, true) if used.is_some_and(|used| is_outcome(step, world.state, used)) => steps.extend(left_over(step, world)),
            (false, true) => return Err(Stale::Record { address: step.key.to_string() }),
        }
    }
    contacts_are_back(&mut steps)?;
    nothing_holds_it(plan, &steps, world)?;
    nobody_came_between(plan, &steps, world)?;
    batch::recount(&mut steps);
    if let Some(step) = steps.iter().find(|step| batch::is_too_large(step, world.sides.get(&step.key.address.kind))) {
        return Err(Stale::PerRequest { address: step.key.to_string() });
    }
    Ok(Plan { steps, ..plan.clone() })
}

/// Whether the record is what an earlier run of this plan made of the step, not what somebody else made of it since.
fn is_outcome(step: &Step, state: &State, used: &PlanUse) -> bool {
    let Some(record) = state.records.get(&step.key).filter(|record| !record.is_moved()) else { return false };
    match &step.action {
        Action::Create { .. } => record.since >= used.started,
        Action::Adopt { id, .. } => record.id() == Some(id),
        Action::Update { request, .. } => record.in_doubt() || record.request == **request,
        Action::Close { .. } | Action::Delete { .. } | Action::Retire { .. } => record.in_doubt() || !record.is_open(),
        Action::Blocked { .. } | Action::InDoubt { .. } | Action::Deferred { .. } | Action::Keep => false,
    }
}

/// Whether a run of this plan wrote the step's events, and nothing happened since.
fn is_only_noted(step: &Step, state: &State) -> bool {
    step.noted.is_some() && latest_of(step, state).map(Digest::of) == step.noted
}

/// The digest of the step's record with its events in it.
pub(super) fn noted(step: &Step, state: &State) -> Option<Digest> {
    if step.events.is_empty() || !step.is_change() {
        return None;
    }
    let mut after = State::new(state.lineage.clone());
    for address in [Some(&step.key.address), step.renamed_from()].into_iter().flatten() {
        after.records.extend(state.visits(address).map(|(key, record)| (key.clone(), record.clone())));
    }
    // No event of the planner's writes a time into a record.
    step.events.iter().try_for_each(|event| after.apply(event, Timestamp::MIN)).ok()?;
    latest_of(step, &after).map(Digest::of)
}

/// The record that a step is about: its own, or for a further visit the one before.
fn latest_of<'a>(step: &Step, state: &'a State) -> Option<&'a Record> {
    let own = state.records.get(&step.key).filter(|record| !matches!(record.phase, Phase::NotCreated { .. }));
    own.or_else(|| state.latest(&step.key.address).map(|(_, record)| record))
}

/// Whether the files ask for something, and this plan does not do it.
fn is_held_back(step: &Step) -> bool {
    matches!(step.action, Action::Blocked { .. } | Action::Deferred { .. })
}

/// It is told as it was, and why it is no more than that.
fn overtaken(step: &Step) -> Step {
    let mut step = Step { events: Vec::new(), ..step.clone() };
    step.notes
        .push("its description changed since this plan was made, and this plan leaves it alone: a new plan looks at it again".to_owned());
    step
}

/// What an earlier run of this plan left in doubt, or failed to send, stays in it, so that it is told and counted.
fn left_over(step: &Step, world: &Now<'_>) -> Option<Step> {
    let record = world.state.records.get(&step.key)?;
    let system = world.sides.get(&step.key.address.kind).map(|side| side.system);
    let action = match (&record.intent, &record.phase) {
        (Some(intent), _) => {
            let search = system.map(|system| unsearched(record, system)).unwrap_or_default();
            Action::InDoubt { reason: Reason::of_doubt(record, intent, search, system) }
        }
        (None, Phase::NotCreated { why, .. }) => {
            Action::Deferred { reason: Reason::CannotSend { why: format!("this plan failed to send it: {why}; a new plan tries again") } }
        }
        (None, Phase::Pending | Phase::Live { .. } | Phase::Closed { .. }) => return None,
    };
    Some(Step { action, events: Vec::new(), ..step.clone() })
}

/// What is sent is what was reviewed. What only a live ticket can put back is looked at when it is read.
fn contacts_are_back(steps: &mut [Step]) -> Result<(), Stale> {
    for step in steps.iter_mut().filter(|step| has_come_back(step) == Returned::Otherwise) {
        if step.is_change() {
            return Err(Stale::Contacts { address: step.key.to_string() });
        }
        // It only tells or records what was seen, and a later plan sees it again.
        step.events.clear();
    }
    Ok(())
}

/// Its rollout may have been paused since, its wave closed, or a visit before it may have failed.
fn nothing_holds_it(plan: &Plan, steps: &[Step], world: &Now<'_>) -> Result<(), Stale> {
    let gates = Gates::new(world.tickets, world.state, world.rollouts, &plan.over);
    let sites: BTreeMap<&Address, &RolloutSite> =
        world.tickets.iter().filter_map(|ticket| Some((&ticket.address, ticket.site.as_ref()?))).collect();
    for step in steps.iter().filter(|step| matches!(step.action, Action::Create { .. })) {
        if let Some(reason) = sites.get(&step.key.address).and_then(|site| gates.reason(site)) {
            return Err(Stale::Held { address: step.key.to_string(), reason: reason.clone() });
        }
    }
    Ok(())
}

/// Another plan may have sent somebody to the same place since, under another name.
fn nobody_came_between(plan: &Plan, steps: &[Step], world: &Now<'_>) -> Result<(), Stale> {
    let mut again = steps.to_vec();
    Around::new(world.tickets, world.state, world.sides, &plan.over).block(&mut again);
    let mut changed = steps.iter().zip(&again).filter(|(before, after)| before.action != after.action).map(|(_, after)| after);
    let held = changed.find_map(|step| Some((step.key.to_string(), step.action.reason()?.clone())));
    held.map_or(Ok(()), |(address, reason)| Err(Stale::LookAlike { address, reason }))
}

/// Whether the record is still the one that the step was made from.
fn is_unmoved(step: &Step, state: &State, used: Option<&PlanUse>) -> bool {
    // A create that failed before this plan was started left no ticket; one that failed since is this plan's outcome.
    let counts = |record: &&Record| match record.phase {
        Phase::NotCreated { .. } => used.is_some_and(|used| record.since >= used.started),
        // The trace of a rename is the record only of a step that tells where the ticket is now.
        Phase::Pending | Phase::Live { .. } | Phase::Closed { .. } => !record.is_moved() || !step.is_change(),
    };
    let address = step.renamed_from().unwrap_or(&step.key.address);
    let own = state.records.get(&step.key).filter(counts);
    let is_latest = || state.latest(address).map(|(_, record)| Digest::of(record)) == step.record;
    match own {
        // A lowered `reissue` is judged by the latest visit, whatever became of the one that it names.
        Some(own) => Some(Digest::of(own)) == step.record || (!step.is_change() && is_latest()),
        None => is_latest(),
    }
}
