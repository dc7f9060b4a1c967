//! Making a plan: what `plan`, `apply` and `settle` share.

use std::collections::BTreeSet;
use std::path::Path;

use indicatif::ProgressBar;

use super::args::{Choice, Refresh};
use super::opened::Opened;
use super::progress::draw_target;
use super::{Environment, Failure, revision, selecting};
use crate::plan::{Companions, Plan, World, build};
use crate::refresh::{self, Ask, Mode, Observations, Outlook, Readers, Scope, Selection};
use crate::state::State;

/// A plan, and what it was made from besides the files and the state.
pub(super) struct Planned {
    pub plan: Plan,
    pub observed: Observations,
    pub selection: Selection,
}

/// Reads what the plan depends on, and plans. Whoever shows the plan judges it by the policies first.
pub(super) async fn make(opened: &Opened, state: &State, choice: &Choice, environment: &Environment) -> Result<Plan, Failure> {
    Ok(look(opened, state, choice, environment).await?.plan)
}

/// The same, with what was seen.
pub(super) async fn look(opened: &Opened, state: &State, choice: &Choice, environment: &Environment) -> Result<Planned, Failure> {
    let selection = selecting::selection(opened, state, &choice.part, environment)?;
    let now = opened.clock().now();
    let scope = Scope { tickets: &opened.tickets, state, sides: &opened.sides, selection: &selection, rollouts: &opened.rollouts, now };
    let asks = refresh::asks(&scope, Mode::from(choice.refresh));
    let observed = read(opened, &asks, environment).await?;
    let companions = Companions::new(&opened.tickets, state, &opened.given_up);
    let world = World {
        tickets: &opened.tickets,
        state,
        observed: &observed,
        sides: &opened.sides,
        selection: &selection,
        rollouts: &opened.rollouts,
        rules: &opened.rules,
        policies: &opened.policies,
        take: choice.take.map(Into::into),
        companions: &companions,
        now: opened.clock().now(),
        id: plan_id(environment),
        project: opened.project.name.clone(),
        commit: commit(&opened.project.folder),
        uncommitted: has_uncommitted(&opened.project.folder),
    };
    let plan = build(&world);
    if let Some(take) = plan.take.filter(|take| plan.counts().drifted == 0 && !plan.steps.iter().any(|step| step.is_taken(*take))) {
        let why = if choice.refresh == Refresh::All {
            "no ticket was changed in its system; there is nothing to take"
        } else {
            "no ticket that was read was changed in its system; --refresh all reads them all"
        };
        environment.err.line(&format!("{take}: {why}"));
    }
    Ok(Planned { plan, observed, selection })
}

/// Asks the systems. Says first how much that is.
pub(super) async fn read(opened: &Opened, asks: &[Ask], environment: &Environment) -> Result<Observations, Failure> {
    if asks.is_empty() {
        return Ok(Observations::default());
    }
    let systems: BTreeSet<&str> = asks.iter().map(|ask| ask.system).collect();
    let remotes = opened.connect(systems)?;
    let readers: Readers<'_> = remotes.iter().map(|(id, remote)| (*id, remote.reader())).collect();
    let expected = Outlook::of(asks, &opened.sides);
    if expected.tickets > 1 {
        environment.err.line(&outlook(opened, &expected));
    }
    let bar = ProgressBar::with_draw_target(Some(asks.len() as u64), draw_target(environment));
    let observed = refresh::read(asks, &readers, &opened.sides, &|_| bar.inc(1)).await;
    bar.finish_and_clear();
    Ok(observed)
}

/// Says how many tickets will be read by their ids, where it takes a while.
pub(super) fn announce(opened: &Opened, reads: usize, environment: &Environment) {
    if reads > 1 {
        environment.err.line(&format!("reading {reads} tickets{}", pace(opened, reads)));
    }
}

/// What is about to be read, and how long that takes at the systems' rate.
fn outlook(opened: &Opened, outlook: &Outlook) -> String {
    let Outlook { tickets, listed, systems, most_requests } = outlook;
    let how = match (*listed, systems.join(" and ")) {
        (0, _) => String::new(),
        (listed, systems) if listed == *tickets => format!(" in a list pass over {systems}"),
        (listed, systems) => format!(", {listed} of them in a list pass over {systems}"),
    };
    // A pass may need every page that it is allowed, and every ticket read after it.
    let time = paced(opened, *most_requests, if *listed == 0 { "about" } else { "at most" });
    format!("reading {tickets} tickets{how}{time}")
}

/// How long so many reads take at the systems' rate.
pub(super) fn pace(opened: &Opened, reads: usize) -> String {
    paced(opened, reads, "about")
}

/// `1 request`.
pub(super) fn requests(count: usize) -> String {
    if count == 1 { "1 request".to_owned() } else { format!("{count} requests") }
}

fn paced(opened: &Opened, reads: usize, about: &str) -> String {
    match opened.requests_per_minute() {
        Some(rate) if reads > rate => format!(", {about} {} minutes at {rate} a minute", reads.div_ceil(rate)),
        Some(_) | None => String::new(),
    }
}

fn plan_id(environment: &Environment) -> String {
    format!("{:012x}", (environment.random)() >> 80)
}

/// The git commit of the project's folder, where git knows one. Shown only, so every failure is simply no commit.
pub(super) fn commit(folder: &Path) -> Option<String> {
    git(folder, &["rev-parse", "--short=12", "HEAD"])
}

/// Whether files of the project are not as the commit has them: any that git knows, and new ones of the kinds that callout reads.
/// Shown only, likewise.
fn has_uncommitted(folder: &Path) -> bool {
    const STATUS: [&str; 5] = ["status", "--porcelain", "--untracked-files=all", "--", "."];
    let is_read = |path: &str| [".yaml", ".yml", ".csv"].iter().any(|kind| path.trim_end_matches('"').ends_with(kind));
    let counts = |line: &str| line.strip_prefix("??").is_none_or(is_read);
    git(folder, &STATUS).is_some_and(|changes| changes.lines().any(counts))
}

/// Whether the repository has a remote: then others run callout too, and a local state is a trap.
pub(super) fn has_git_remote(opened: &Opened) -> bool {
    git(&opened.project.folder, &["remote"]).is_some()
}

fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = revision::git(folder).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}
