//! `callout unlock`: the lock of a run that is surely dead is freed by hand.
//!
//! Asks where that run looks alive. It can do no harm to the state either way: a run whose lock is gone adds nothing more.

use super::args::{Global, Unlock as Words};
use super::home::home;
use super::{Ending, Environment, Exit, Failure};
use crate::diagnostics::Diagnostic;
use crate::manifest;
use crate::render::clean;
use crate::state::By;
use crate::state::shared::{holder, unlock};

pub(super) async fn run(words: &Words, global: &Global, environment: &mut Environment) -> Ending {
    // The project alone: its tickets may have mistakes, and the lock is in the way all the same.
    let project = manifest::project_only(&environment.folder).map_err(Failure::from)?;
    let home = home(&project, global.sandbox, environment).await?;
    let Some(objects) = home.state.objects() else { return Err(of_a_file(&home.state.to_string()).into()) };
    let now = environment.clock.now();
    let alive = holder(objects)?.filter(|hold| hold.id == words.id && hold.expires > now);
    if let Some(hold) = alive.filter(|_| !words.yes) {
        let told = format!("The lock is held by {}, which said at {:.0} that it goes on.", hold.owner, hold.renewed);
        environment.out.line(&clean(&told));
        if !environment.confirms("\nBreak its lock? That run then sends nothing more, and what it just sent may be in doubt.") {
            let diagnostic = Diagnostic::error("state/declined", "the lock was left alone");
            return Err(diagnostic.help("--lock-timeout 10m waits for its end; --yes breaks the lock without asking").into());
        }
    }
    let unlocked = unlock(objects, &words.id, &By::from_variables(&environment.variables), environment.clock.now())?;
    environment.out.line(&clean(&unlocked.told()));
    Ok(Exit::Done)
}

fn of_a_file(state: &str) -> Diagnostic {
    Diagnostic::error("state/not-locked", format!("the state `{state}` is a file, and its lock ends with the process that holds it"))
        .help("Nothing has to be unlocked: end that process, or wait for it with --lock-timeout 10m.")
}
