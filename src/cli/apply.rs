//! `callout apply`: carry out a plan, made now or saved before.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::args::{Apply as Words, Global};
use super::closing::question;
use super::opened::{self, Opened};
use super::telling::{Telling, telling};
use super::{Ending, Environment, Exit, Failure, costs, plan_file, planning, stop};
use crate::apply::{Job, Report, Writers, apply};
use crate::diagnostics::{Diagnostic, typed};
use crate::plan::{Action, Allowed, Limits, Now, Plan, Stale, Step, check_fresh, check_shown};
use crate::state::{Ledger, State};
use crate::ticket::Money;

pub(super) async fn run(words: &Words, global: &Global, environment: &mut Environment) -> Ending {
    let opened = Opened::open(global, environment).await?;
    if !global.sandbox && opened.home.state.objects().is_none() && planning::has_git_remote(&opened) {
        environment.err.tell(&[local()]);
    }
    let ledger = opened.ledger("callout apply", words.waiting, environment).await?;
    let state = ledger.state();
    let allowed = Allowed {
        creates: words.allow_creates,
        spend: words.allow_spend.map(|dollars| Money::from_whole_dollars(dollars.into())),
        unknown_costs: words.allow_unknown_costs,
    };
    let plan = plan(words, allowed, (&opened, &state), environment).await?;
    let limits = Limits { rules: &opened.rules, rollouts: &opened.rollouts, allowed };
    let now = opened.clock().now();
    let mut plan = plan.limited(&limits, &state, now).judged(&opened.court(&state), now);
    let told = telling(environment, words.verbose);
    told.plan(&plan);
    if plan.is_refused() {
        told.refused();
        return Ok(refused(&plan));
    }
    let nothing_to_do = !plan.has_changes() && !plan.has_events() && words.plan.is_none();
    if nothing_to_do {
        told.nothing_to_do(&plan);
        return Ok(ending(&plan, &Report::default()));
    }
    if plan.has_changes() && !words.yes {
        if !environment.confirms(&question(&plan)) {
            note_what_was_seen((&opened, &ledger), &plan, environment).await?;
            return Err(Diagnostic::error("apply/declined", "nothing was applied").help("--yes applies without asking").into());
        }
        not_waited_too_long(&plan, opened.clock().now())?;
        plan = looked_at_again(plan, (&opened, &state), environment).await?.judged(&opened.court(&state), opened.clock().now());
        if plan.is_refused() {
            told.refused_since(&plan);
            return Ok(refused(&plan));
        }
    }
    let how = How { parallelism: usize::from(words.parallelism), saved: words.plan.is_some() };
    let report = carry_out(how, (&opened, &ledger), &plan, (told.as_ref(), environment)).await?;
    told.carried_out(&plan, &report);
    environment.err.tell(&report.remarks.iter().map(|remark| surplus(remark)).collect::<Vec<_>>());
    Ok(ending(&plan, &report))
}

fn refused(plan: &Plan) -> Exit {
    Exit::first(&[(true, Exit::Refused), (true, ending(plan, &Report::default()))])
}

fn local() -> Diagnostic {
    Diagnostic::warning("state/local", "the state is a file on this machine, and the repository has a remote").help(
        "for the whole team: callout state migrate --to s3://BUCKET/PREFIX --reason TEXT. Until then let one machine alone apply, and keep \
         its .callout folder safe: a run without this state is refused",
    )
}

/// A question may stand on a screen for days. Then the plan is as old as a saved one would be: dates may be too near, and gates shut.
fn not_waited_too_long(plan: &Plan, now: Timestamp) -> Result<(), Failure> {
    if now <= plan.expires {
        return Ok(());
    }
    let message = format!("nothing was applied: this plan was good until {:.0}, and the answer came later", plan.expires);
    let diagnostic = Diagnostic::error("apply/expired", message).help("make a new one and read it: callout apply");
    Err(Failure { diagnostics: vec![diagnostic], exit: Exit::Stale })
}

/// Somebody may have changed a ticket in its system while the question stood, as while a saved plan lay: what is to be changed or closed is
/// read once more, and what is different is told and left alone.
async fn looked_at_again(plan: Plan, opened_state: (&Opened, &State), environment: &Environment) -> Result<Plan, Failure> {
    let before: Vec<bool> = plan.steps.iter().map(Step::needs_person).collect();
    let plan = read_again(plan, opened_state, environment).await?;
    let held = plan.steps.iter().zip(before).filter(|(step, before)| step.needs_person() && !before).map(|(step, _)| step);
    let told = held.filter_map(|step| {
        let warning = Diagnostic::warning("apply/changed", format!("{}: {}", step.key, step.action.reason()?));
        Some(step.next_step().into_iter().fold(warning, Diagnostic::help))
    });
    environment.err.tell(&told.collect::<Vec<_>>());
    Ok(plan)
}

/// Without what is not as the plan saw it.
async fn read_again(plan: Plan, (opened, state): (&Opened, &State), environment: &Environment) -> Result<Plan, Failure> {
    let observed = planning::read(opened, &plan.looks_again(state, &opened.sides, opened.clock().now()), environment).await?;
    Ok(plan.held_by(&observed, &opened.sides))
}

/// Tickets that nobody asked for: told last, and remembered until somebody has seen to them.
fn surplus(remark: &str) -> Diagnostic {
    Diagnostic::warning("apply/surplus", remark).help(
        "somebody may be sent for each of these: look them up in the portal, and have what nobody wants cancelled there; `callout settle` \
         tells them until somebody has seen to it",
    )
}

async fn plan(words: &Words, allowed: Allowed, (opened, state): (&Opened, &State), environment: &Environment) -> Result<Plan, Failure> {
    let Some(path) = &words.plan else { return costs::plan(opened, state, &words.choice, allowed, environment).await };
    let saved = plan_file::read(&environment.folder.join(path), opened.home.state.cipher())?.with_contacts(&opened.tickets, state);
    let now = Now {
        tickets: &opened.tickets,
        state,
        sides: &opened.sides,
        rollouts: &opened.rollouts,
        rules: &opened.rules,
        policies: &opened.policies,
        now: opened.clock().now(),
    };
    let refused = |stale: Stale| {
        let diagnostic = Diagnostic::error("plan/stale", format!("{} is not applied: {stale}", path.display()))
            .help(format!("nothing was sent; make and review a new one: callout plan --out {}", typed(&path.display().to_string())));
        Failure { diagnostics: vec![diagnostic], exit: Exit::Stale }
    };
    let fresh = check_fresh(&saved, &now).map_err(refused)?;
    let plan = read_again(fresh, (opened, state), environment).await?;
    check_shown(&plan, &opened.policies).map_err(refused)?;
    Ok(plan)
}

/// Nothing is sent, and yet somebody looked: what nobody has to be asked about is recorded. Otherwise a job that plans every night and applies
/// nothing would have no first sight of a ticket to find a change by.
async fn note_what_was_seen(opened_ledger: (&Opened, &Ledger), plan: &Plan, environment: &Environment) -> Result<(), Failure> {
    let steps = plan.steps.iter().filter(|step| !step.is_change()).cloned().collect();
    let seen = Plan { steps, ..plan.clone() };
    if seen.has_events() {
        let told = telling(environment, false);
        carry_out(How { parallelism: 1, saved: false }, opened_ledger, &seen, (told.as_ref(), environment)).await?;
    }
    Ok(())
}

#[derive(Clone, Copy)]
struct How {
    parallelism: usize,
    /// The plan is a saved one.
    saved: bool,
}

async fn carry_out(
    how: How,
    (opened, ledger): (&Opened, &Ledger),
    plan: &Plan,
    (told, environment): (&dyn Telling, &Environment),
) -> Result<Report, Failure> {
    let used = plan.steps.iter().filter(|step| step.action.is_write()).filter_map(|step| opened.sides.get(&step.key.address.kind));
    let remotes = opened.connect(used.map(|side| side.system.id()).collect::<BTreeSet<_>>())?;
    let writers: Writers<'_> = remotes.iter().map(|(id, remote)| (*id, remote.writer())).collect();
    let stop = stop::listen(environment);
    let job = Job {
        plan,
        ledger,
        writers: &writers,
        sides: &opened.sides,
        rules: &opened.rules,
        clock: opened.clock().as_ref(),
        progress: told,
        stop: &stop,
        parallelism: how.parallelism,
        saved: how.saved,
    };
    ledger.carries_out(&plan.id).await?;
    let applied = apply(&job).await;
    told.end();
    let report = applied?;
    opened::finish(ledger, environment).await;
    Ok(report)
}

fn ending(plan: &Plan, report: &Report) -> Exit {
    let tally = report.tally();
    let in_doubt =
        tally.unknown > 0 || !report.remarks.is_empty() || plan.steps.iter().any(|step| matches!(step.action, Action::InDoubt { .. }));
    Exit::first(&[
        (in_doubt, Exit::InDoubt),
        (tally.failed() > 0 && tally.done() == 0 && tally.unknown == 0, Exit::Error),
        (tally.failed() > 0, Exit::Partly),
    ])
}
