//! Which tickets a plan is about. The rest of the project is loaded all the same, and never touched.
//!
//! Owns [`Filter`], what a person asked for, and [`Selection`], which addresses that is. Refuses words that select nothing: a typing
//! mistake must not look like a plan without changes.

mod filter;
mod mistakes;
mod selector;
mod since;
mod target;

use std::collections::{BTreeMap, BTreeSet};

pub use filter::Filter;
pub use selector::{NotASelector, Selector, Test};
pub use since::{Described, Since, differing};
pub use target::{NotATarget, Target};

use super::renamed_from;
use crate::diagnostics::Diagnostic;
use crate::state::{Key, Phase, Record, State};
use crate::ticket::{Address, RolloutSite, Ticket};

/// The addresses that a plan is about. By default all of them.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    filter: Filter,
    /// `None`: every address.
    chosen: Option<BTreeSet<Address>>,
}

impl Selection {
    /// What a filter selects among the tickets of the files and of the state.
    ///
    /// # Errors
    ///
    /// When a part of the filter selects nothing, or all parts together do. That nothing of it differs from an earlier revision is none.
    pub fn of(mut filter: Filter, tickets: &[Ticket], state: &State) -> Result<Self, Vec<Diagnostic>> {
        if filter.is_all() {
            return Ok(Self::default());
        }
        let subjects = subjects(tickets, state);
        let selected: Vec<&Subject<'_>> = subjects.iter().filter(|subject| filter.selects(subject)).collect();
        let mistakes = mistakes::mistakes(&filter, &subjects, selected.is_empty() && filter.has_words());
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let differs = |subject: &Subject<'_>| filter.since.as_ref().is_none_or(|since| since.holds(subject.address));
        let (chosen, aside): (Vec<_>, Vec<_>) = selected.into_iter().partition(|subject| differs(subject));
        let chosen = chosen.into_iter().map(|subject| subject.address.clone()).collect();
        let aside = aside.into_iter().filter(|subject| subject.labels.is_some()).count();
        if let Some(since) = &mut filter.since {
            since.aside = aside;
        }
        Ok(Self { filter, chosen: Some(chosen) })
    }

    /// What was asked for.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    pub fn holds(&self, address: &Address) -> bool {
        self.chosen.as_ref().is_none_or(|chosen| chosen.contains(address))
    }
}

/// What a filter can look at: a ticket of the files, or what the state remembers of one that left them.
struct Subject<'a> {
    address: &'a Address,
    /// None for a record that is over: no plan has a step for it, and a label must not seem to select something.
    labels: Option<&'a BTreeMap<String, String>>,
    /// None for a ticket of no rollout, and for a record that is over.
    site: Option<&'a RolloutSite>,
    /// None where it left the files.
    file: Option<&'a str>,
}

impl Subject<'_> {
    fn is_target(&self, target: &Target) -> bool {
        target.selects(self.address, self.site)
    }

    fn is_of(&self, file: &str) -> bool {
        self.file == Some(file)
    }

    fn wave(&self) -> Option<&str> {
        self.site?.wave.as_deref()
    }
}

/// The files say which labels a ticket has, and which site it is of. Only where they no longer describe it, the record does.
fn subjects<'a>(tickets: &'a [Ticket], state: &'a State) -> Vec<Subject<'a>> {
    let described: BTreeSet<&Address> = tickets.iter().map(|ticket| &ticket.address).collect();
    let renamed: BTreeMap<Address, &Ticket> = tickets.iter().filter_map(|ticket| Some((renamed_from(ticket, state)?, ticket))).collect();
    let gone = state.records.iter().filter(|(key, _)| !described.contains(&key.address));
    let gone = gone.map(|(key, record)| {
        let renamed = renamed.get(&key.address).map(|ticket| described_by(ticket, &key.address));
        renamed.unwrap_or_else(|| remembered_by(key, record))
    });
    tickets.iter().map(|ticket| described_by(ticket, &ticket.address)).chain(gone).collect()
}

/// A ticket of the files, by its address or by the one that it is about to be renamed from.
fn described_by<'a>(ticket: &'a Ticket, address: &'a Address) -> Subject<'a> {
    let file = ticket.place.as_ref().map(|place| place.file.name.as_str());
    Subject { address, labels: Some(&ticket.labels), site: ticket.site.as_ref(), file }
}

/// A ticket that left the files.
fn remembered_by<'a>(key: &'a Key, record: &'a Record) -> Subject<'a> {
    let is_over = matches!(record.phase, Phase::Closed { .. } | Phase::NotCreated { .. });
    let request = (!is_over).then_some(&record.request);
    Subject {
        address: &key.address,
        labels: request.map(|request| &request.labels),
        site: request.and_then(|request| request.site.as_ref()),
        file: None,
    }
}
