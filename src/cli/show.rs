//! `callout show`: a saved plan.

use super::args::Show as Words;
use super::home::cipher;
use super::report::{self, Shown};
use super::{Ending, Environment, Exit, Failure, plan_file};
use crate::manifest;
use crate::plan::Plan;
use crate::render::clean;
use crate::state::Cipher;

pub(super) async fn run(words: &Words, environment: &Environment) -> Ending {
    let saved = saved(words, environment).await.map_err(|failure| report::without_plan(failure, words.format, environment))?;
    let changes = if saved.uncommitted { " and changes that were not committed" } else { "" };
    let commit = saved.commit.as_ref().map(|commit| format!(" from commit {commit}{changes}")).unwrap_or_default();
    environment.err.line(&clean(&format!(
        "plan {} of {}, made {:.0}{commit} from state {}, good until {:.0}",
        saved.id, saved.project, saved.made, saved.through, saved.expires
    )));
    let shown = Shown { format: words.format, verbose: words.verbose, shows_people: words.contacts, file: Some(&words.plan) };
    report::show(&saved, &shown, environment)?;
    Ok(Exit::Done)
}

async fn saved(words: &Words, environment: &Environment) -> Result<Plan, Failure> {
    // What is wrong in the project file keeps nobody from looking at a plan.
    let cipher = match manifest::project_only(&environment.folder) {
        Ok(project) => cipher(&project, environment).await?,
        Err(_) => Cipher::default(),
    };
    Ok(plan_file::read(&environment.folder.join(&words.plan), &cipher)?)
}
