//! When each site of a rollout is visited.
//!
//! Owns the rules, the file of visits beside the rollout, and giving free days to new sites. Refuses to move a visit that the file has
//! unless a person orders it, then only one that the state shows was not sent, and to give a day while tickets are made: what is planned
//! depends on that file, which is reviewed, and on no clock.

mod assign;
mod book;
mod draft;
mod findings;
mod release;
mod row;
mod rules;
mod sent;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;

pub use assign::Skipped;
pub use book::Book;
pub use draft::{Becomes, Change, Draft, RowKey};
pub use findings::{Astray, Early, Findings, Misset, Overfull};
pub use release::{Order, Revised, Revision};
pub use row::{Status, Visit};
pub use rules::{Rules, WaveRule};

use super::columns::Columns;
use super::expand::with_recipe;
use crate::diagnostics::Diagnostic;
use crate::manifest::{self, Content, Loaded, Made, Node, Request, Rollout};

/// The code of a site that has no visit.
pub const NO_VISIT: &str = "rollout/no-visit";

/// The rules of a rollout, and the visits that its sites have.
#[derive(Debug)]
pub struct Schedule {
    pub rules: Rules,
    pub book: Book,
}

impl Schedule {
    /// Reads both; `None` for a rollout whose template gives its own dates.
    pub fn read(rollout: &Rollout, columns: &Arc<Columns>) -> Result<Option<Self>, Vec<Diagnostic>> {
        let Some(spec) = &rollout.spec.schedule else { return Ok(None) };
        let (rules, book) = (Rules::read(rollout, spec, columns), Book::read(rollout));
        match (rules, book) {
            (Ok(rules), Ok(book)) => Ok(Some(Self { rules, book })),
            (rules, book) => Err([rules.err(), book.err()].into_iter().flatten().flatten().collect()),
        }
    }

    /// The visit of a site that takes part.
    pub fn visit(&self, key: &str, reissue: u32) -> Option<&Visit> {
        self.book.visit(key, reissue).filter(|visit| visit.status == Status::Planned)
    }
}

/// What to say of a site that has no visit.
pub fn without_visit(rollout: &Rollout) -> Diagnostic {
    let (_, file) = rollout.beside(&Book::name(rollout));
    let wrong = Diagnostic::error(NO_VISIT, format!("no visit in {file}"));
    rollout.tell(wrong.help("Give it one, and commit that file too: callout schedule"), "/spec/schedule")
}

/// What to say of a location that asks for a visit of its own: there is one row for a site, and it would have another's date.
pub fn apart(rollout: &Rollout, document: &Node<'_>) -> Diagnostic {
    let lists = document.find("/spec").0.node.entries().iter().map(|entry| &entry.value.content);
    let items = lists.filter_map(|content| if let Content::List(items) = content { Some(items) } else { None }).flatten();
    let span = items.filter_map(|item| item.entry("reissue")).map(|own| own.value.span).next();
    let (_, file) = rollout.beside(&Book::name(rollout));
    let message = format!("this location has a `reissue` of its own, and {file} has a row only for the document's");
    let help = "Give it to the document, under `lifecycle`. To visit one location of a site again, write that ticket in a file of its own.";
    let wrong = Diagnostic::error("rollout/reissue", message).help(help);
    match span {
        Some(span) => rollout.at(wrong, span),
        None => rollout.tell(wrong, "/spec/template"),
    }
}

/// Reads the project and says, for each rollout with a schedule, what its file should hold. Its tickets are not made.
pub fn survey(request: &Request, now: Timestamp) -> (Loaded, Vec<Draft>) {
    drafts(request, None, now)
}

/// The same, and rows that were not sent move as a person ordered it.
pub fn revise(request: &Request, revision: &Revision<'_>, now: Timestamp) -> (Loaded, Vec<Draft>) {
    drafts(request, Some(revision), now)
}

fn drafts(request: &Request, revision: Option<&Revision<'_>>, now: Timestamp) -> (Loaded, Vec<Draft>) {
    let mut drafts = Vec::new();
    let loaded = manifest::load(request, &mut |rollout| {
        let draft = if rollout.spec.schedule.is_some() {
            with_recipe(rollout, |recipe, chosen| Draft::make(recipe, chosen, revision, now))
        } else {
            Ok(None)
        };
        let diagnostics = draft.map(|draft| drafts.extend(draft)).err().unwrap_or_default();
        Made { diagnostics, incomplete: true, ..Made::default() }
    });
    (loaded, drafts)
}
