//! `callout plan`: what apply would do.

use super::args::{Global, Plan as Words, PlanFormat};
use super::opened::Opened;
use super::{Ending, Environment, Exit, plan_file, planning};
use crate::diagnostics::typed;
use crate::plan::{Action, Plan};
use crate::render::{self, clean};

pub(super) async fn run(words: &Words, global: &Global, environment: &mut Environment) -> Ending {
    let (opened, state) = Opened::with_state(global, environment).await?;
    if let Some(path) = &words.out {
        plan_file::may_write(&environment.folder.join(path))?;
    }
    let plan = planning::make(&opened, &state, &words.choice, environment).await?;
    show(&plan, words.format, words.verbose, environment);
    if let Some(path) = &words.out {
        plan_file::write(&environment.folder.join(path), &plan, opened.home.state.cipher())?;
        let name = typed(&path.display().to_string());
        environment.err.line(&clean(&format!("saved; apply exactly this with: callout apply {name}")));
    }
    Ok(ending(&plan, words.detailed_exitcode))
}

/// Prints a plan in the asked form.
pub(super) fn show(plan: &Plan, format: PlanFormat, verbose: bool, environment: &Environment) {
    match format {
        PlanFormat::Text => environment.out.write(&render::plan_text(plan, verbose)),
        PlanFormat::Json => environment.out.document(&format!("{}\n", render::plan_json(plan))),
    }
}

fn ending(plan: &Plan, detailed: bool) -> Exit {
    let in_doubt = plan.steps.iter().any(|step| matches!(step.action, Action::InDoubt { .. }));
    let counts = plan.counts();
    let changes = plan.has_changes() || counts.drifted > 0;
    Exit::first(&[
        (!plan.refusals.is_empty(), Exit::Refused),
        (detailed && in_doubt, Exit::InDoubt),
        (detailed && changes, Exit::Changes),
        (detailed && plan.needs_person(), Exit::NeedsPerson),
    ])
}
