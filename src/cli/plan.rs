//! `callout plan`: what apply would do.

use std::borrow::Cow;

use super::args::{Global, Plan as Words};
use super::opened::Opened;
use super::report::{self, Shown};
use super::{Ending, Environment, Exit, Failure, costs, plan_file};
use crate::diagnostics::typed;
use crate::manifest::Contacts;
use crate::plan::{Action, Allowed, Plan};
use crate::render::clean;
use crate::state::shared::holder;
use crate::state::{Owner, State};

pub(super) async fn run(words: &Words, global: &Global, environment: &mut Environment) -> Ending {
    let made = made(words, global, environment).await;
    let Made { opened, state, plan, other } = made.map_err(|failure| report::without_plan(failure, words.format, environment))?;
    if let Some(other) = other {
        // The run is named as it was recorded.
        environment.err.document(&clean(&format!(
            "{other} is at work on this state now: what it does from here on is not in this plan. Make a new one when it has ended.\n"
        )));
    }
    let shown = Shown { format: words.format, verbose: words.verbose, shows_people: words.contacts, file: words.out.as_deref() };
    report::show(&plan, &shown, environment)?;
    if let Some(path) = &words.out {
        let saved = match opened.project.contacts {
            Contacts::Keep => Cow::Borrowed(&plan),
            Contacts::LeaveOut => Cow::Owned(plan.without_contacts(&opened.tickets, &state)?),
        };
        plan_file::write(&environment.folder.join(path), &saved, opened.home.state.cipher())?;
        let name = typed(&path.display().to_string());
        environment.err.line(&clean(&format!("saved; apply exactly this with: callout apply {name}")));
    }
    Ok(ending(&plan, words.detailed_exitcode))
}

/// A plan, and what it was made from.
struct Made {
    opened: Opened,
    state: State,
    plan: Plan,
    /// Who writes to the state meanwhile.
    other: Option<Owner>,
}

async fn made(words: &Words, global: &Global, environment: &mut Environment) -> Result<Made, Failure> {
    let (opened, state) = Opened::with_state(global, environment).await?;
    if let Some(path) = &words.out {
        plan_file::may_write(&environment.folder.join(path))?;
    }
    let (plan, other) = tokio::join!(costs::plan(&opened, &state, &words.choice, Allowed::default(), environment), at_work(&opened));
    let plan = plan?.judged(&opened.court(&state), opened.clock().now());
    Ok(Made { opened, state, plan, other })
}

/// Who writes to a shared state meanwhile. Only a warning comes of it, so what cannot be found out is passed over.
async fn at_work(opened: &Opened) -> Option<Owner> {
    let (objects, now) = (opened.home.state.objects()?.clone(), opened.clock().now());
    let hold = tokio::task::spawn_blocking(move || holder(&objects)).await.ok()?.ok()??;
    (hold.expires > now).then_some(hold.owner)
}

fn ending(plan: &Plan, detailed: bool) -> Exit {
    let in_doubt = plan.steps.iter().any(|step| matches!(step.action, Action::InDoubt { .. }));
    let counts = plan.counts();
    let changes = plan.has_changes() || counts.drifted > 0;
    Exit::first(&[
        (plan.is_refused(), Exit::Refused),
        (detailed && in_doubt, Exit::InDoubt),
        (detailed && changes, Exit::Changes),
        (detailed && plan.needs_person(), Exit::NeedsPerson),
    ])
}
