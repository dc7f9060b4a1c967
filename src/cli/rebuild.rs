//! `callout state rebuild`: a lost state is made again, under the lineage that the marks of live tickets were made from.
//!
//! What is found by its mark is a record; everything else that the files ask for is presumed sent, and in doubt until a person says.

use super::args::Global;
use super::opened::Opened;
use super::{Ending, Environment, Exit, finding, shortened};
use crate::diagnostics::{Diagnostic, Severity};
use crate::refresh::Selection;
use crate::render::{Pass, passes_text};
use crate::state::{Event, Rebuild};

pub(super) async fn run(reason: &str, yes: bool, global: &Global, environment: &mut Environment) -> Ending {
    let reason = reason.trim();
    if reason.is_empty() {
        let diagnostic = Diagnostic::error("state/no-reason", "a rebuild needs a reason");
        return Err(diagnostic.help("callout state rebuild --reason \"why the old state is gone for good\"").into());
    }
    let opened = Opened::open(global, environment).await?;
    let rebuild = Rebuild::begin(&opened.home, opened.session("callout state rebuild", environment))?;
    if opened.tickets.is_empty() {
        return Err(no_tickets().into());
    }
    if let Some(damage) = rebuild.damage() {
        environment.err.tell(&shortened(&[Diagnostic { severity: Severity::Warning, ..damage.clone() }], environment));
    }
    let passes = finding::look(&opened, &rebuild.blank(), &Selection::default(), environment).await?;
    let (found, doubted) = (finding::adoptions(&passes, reason), presumed(&passes, reason));
    environment.out.write(&passes_text(&passes));
    environment.out.line(&consequence(doubted.len()));
    if !yes && !environment.confirms("\nMake the new state? Nothing is sent.") {
        let diagnostic = Diagnostic::error("state/declined", "no state was made");
        return Err(diagnostic.help("--yes makes it without asking").into());
    }
    rebuild.finish(found.into_iter().chain(doubted).collect(), opened.clock().now())?;
    environment.out.line("The state is rebuilt. Next: callout plan");
    Ok(Exit::Done)
}

/// Everything that was not found: it may have been sent.
fn presumed(passes: &[Pass], reason: &str) -> Vec<Event> {
    let presumed = |(key, request): &(_, _)| Event::Presumed {
        key: Clone::clone(key),
        request: Box::new(Clone::clone(request)),
        reason: reason.to_owned(),
    };
    passes.iter().flat_map(|pass| &pass.matches.missing).map(presumed).collect()
}

fn consequence(doubted: usize) -> String {
    let will_be = match doubted {
        0 => return "Nothing is in doubt then.".to_owned(),
        1 => "1 ticket will be in doubt: it".to_owned(),
        many => format!("{many} tickets will be in doubt: each"),
    };
    format!("{will_be} may have been sent before, and is not sent until a person says that it was not.")
}

/// An empty state is what a rebuild must never leave behind.
fn no_tickets() -> Diagnostic {
    Diagnostic::error("state/no-tickets", "the files describe no ticket, so nothing could be looked for or held back").help(
        "Look at spec.manifests in callout.yaml, and check out the files as they were last applied. \
         Where nothing was ever sent: callout state init --start-over --reason \"nothing was sent\".",
    )
}
