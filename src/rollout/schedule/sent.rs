//! Which visits of a rollout are bound to their days, because their tickets were sent or may have been.
//!
//! Owns finding a visit's ticket in the state. Refuses the benefit of the doubt: who cannot be shown to be free is not.

use std::collections::HashMap;

use super::Visit;
use super::draft::RowKey;
use crate::manifest::Rollout;
use crate::state::{Key, Phase, Record, State};
use crate::ticket::Address;

/// The records of tickets that were sent or may have been, as far as they can be of one rollout.
pub struct Sent<'s> {
    rollout: &'s str,
    /// By the name of their document.
    by_name: HashMap<&'s str, Vec<&'s Key>>,
    /// By the key of their site, in lower case.
    by_site: HashMap<String, Vec<(&'s Key, &'s Record)>>,
    /// Those of an older state, which does not say whose they are.
    unassigned: Vec<(&'s Key, &'s Record)>,
}

impl<'s> Sent<'s> {
    pub fn of(states: &'s [State], rollout: &'s Rollout) -> Self {
        let (mut by_name, mut by_site, mut unassigned) = (HashMap::new(), HashMap::new(), Vec::new());
        for (key, record) in states.iter().flat_map(|state| &state.records).filter(|(_, record)| is_bound(record)) {
            let is_of_kind = key.address.kind == rollout.kind();
            if is_of_kind {
                by_name.entry(key.address.name.as_str()).or_insert_with(Vec::new).push(key);
            }
            match &record.request.site {
                Some(site) => by_site.entry(site.key.to_lowercase()).or_insert_with(Vec::new).push((key, record)),
                None => unassigned.extend(is_of_kind.then_some((key, record))),
            }
        }
        Self { rollout: &rollout.name, by_name, by_site, unassigned }
    }

    /// Whether a visit, or a later one to its site, has a ticket. `names` are those that its ticket has or had; none for a site that
    /// takes part no more, whose template is not filled.
    pub fn has(&self, (site, reissue): &RowKey, visit: &Visit, names: &[Address]) -> bool {
        // A lower reissue is never sent after a higher one.
        let is_at = |key: &Key| key.reissue >= *reissue;
        let by_name = names.iter().filter_map(|name| self.by_name.get(name.name.as_str())).flatten().any(|key| is_at(key));
        let site = site.to_lowercase();
        let is_same_day = |record: &Record| record.request.visit.as_ref().is_some_and(|sent| sent.start == visit.start);
        // A rollout that was renamed left its old name in the records of the sites that it does not have any more.
        let is_ours = |record: &Record| record.request.site.as_ref().is_some_and(|site| site.rollout == self.rollout);
        let fits = |record: &Record| is_ours(record) || (names.is_empty() && is_same_day(record));
        let by_site = self.by_site.get(&site).into_iter().flatten().any(|(key, record)| is_at(key) && fits(record));
        let may_be = |key: &Key, record: &Record| is_same_day(record) || key.address.name.contains(&site);
        by_name || by_site || self.unassigned.iter().any(|(key, record)| is_at(key) && may_be(key, record))
    }
}

/// Whether a record binds its visit: everything but a create that surely made no ticket.
fn is_bound(record: &Record) -> bool {
    match record.phase {
        Phase::NotCreated { .. } => record.in_doubt(),
        Phase::Pending | Phase::Live { .. } | Phase::Closed { .. } => true,
    }
}
