//! Which tickets a plan is about. The rest of the project is loaded all the same, and never touched.
//!
//! Owns [`Filter`], what a person asked for, and [`Selection`], which addresses that is. Refuses words that select nothing: a typing
//! mistake must not look like a plan without changes.

mod mistakes;
mod selector;
mod target;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use selector::{NotASelector, Selector, Test};
pub use target::{NotATarget, Target};

use super::renamed_from;
use crate::diagnostics::Diagnostic;
use crate::state::{Key, Phase, Record, State};
use crate::ticket::{Address, RolloutSite, Ticket};

/// What was asked for. Empty asks for everything; otherwise a ticket is selected by one of the targets (if there are any), one of the
/// files (if any), and every selector.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub selectors: Vec<Selector>,
    /// Names of manifest files, as [`crate::diagnostics::SourceFile`] has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

impl Filter {
    pub fn is_all(&self) -> bool {
        self.targets.is_empty() && self.selectors.is_empty() && self.files.is_empty()
    }

    /// These tickets alone.
    pub fn of_tickets(addresses: impl IntoIterator<Item = Address>) -> Self {
        Self { targets: addresses.into_iter().map(Target::Ticket).collect(), ..Self::default() }
    }

    fn selects(&self, subject: &Subject<'_>) -> bool {
        (self.targets.is_empty() || self.targets.iter().any(|target| subject.is_target(target)))
            && (self.files.is_empty() || self.files.iter().any(|file| subject.is_of(file)))
            && self.selectors.iter().all(|selector| subject.labels.is_some_and(|labels| selector.selects(labels)))
    }
}

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
    /// When a part of the filter selects nothing, or all parts together do.
    pub fn of(filter: Filter, tickets: &[Ticket], state: &State) -> Result<Self, Vec<Diagnostic>> {
        if filter.is_all() {
            return Ok(Self::default());
        }
        let subjects = subjects(tickets, state);
        let chosen: BTreeSet<Address> =
            subjects.iter().filter(|subject| filter.selects(subject)).map(|subject| subject.address.clone()).collect();
        let mistakes = mistakes::mistakes(&filter, &subjects, chosen.is_empty());
        if mistakes.is_empty() { Ok(Self { filter, chosen: Some(chosen) }) } else { Err(mistakes) }
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
    /// Likewise.
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
}

/// The files say which labels a ticket has. Only where they no longer describe it, the record does.
fn subjects<'a>(tickets: &'a [Ticket], state: &'a State) -> Vec<Subject<'a>> {
    let described: BTreeSet<&Address> = tickets.iter().map(|ticket| &ticket.address).collect();
    let renamed: BTreeMap<Address, &Ticket> = tickets.iter().filter_map(|ticket| Some((renamed_from(ticket, state)?, ticket))).collect();
    let gone = state.records.iter().filter(|(key, _)| !described.contains(&key.address));
    let of_record = |key: &'a Key, record: &'a Record| {
        let is_over = matches!(record.phase, Phase::Closed { .. } | Phase::NotCreated { .. });
        let site = record.request.site.as_ref().filter(|_| !is_over);
        Subject { address: &key.address, labels: (!is_over).then_some(&record.request.labels), site, file: None }
    };
    let gone = gone.map(|(key, record)| {
        let renamed = renamed.get(&key.address).map(|ticket| described_by(ticket, &key.address));
        renamed.unwrap_or_else(|| of_record(key, record))
    });
    tickets.iter().map(|ticket| described_by(ticket, &ticket.address)).chain(gone).collect()
}

/// A ticket of the files, by its address or by the one that it is about to be renamed from.
fn described_by<'a>(ticket: &'a Ticket, address: &'a Address) -> Subject<'a> {
    let file = ticket.place.as_ref().map(|place| place.file.name.as_str());
    Subject { address, labels: Some(&ticket.labels), site: ticket.site.as_ref(), file }
}
