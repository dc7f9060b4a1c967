//! Mistakes of many sites, told once.
//!
//! Owns the grouping: the same kind of mistake at the same place of the template is one message, which names the first site and its row
//! and counts the others. Refuses to drop a mistake: what is not named is counted.

use std::collections::HashMap;

use super::columns::UNKNOWN;
use super::schedule::NO_VISIT;
use super::sites::Site;
use crate::diagnostics::{Diagnostic, listed};

/// What was found, in the order of the sites.
#[derive(Default)]
pub struct Mistakes<'s> {
    groups: Vec<Group<'s>>,
    /// By code, file and byte.
    known: HashMap<(&'static str, String, usize), usize>,
}

struct Group<'s> {
    first: Diagnostic,
    sites: Vec<&'s Site>,
    /// Whether every site's message is the first one's.
    same: bool,
}

impl<'s> Mistakes<'s> {
    pub fn add(&mut self, site: &'s Site, diagnostic: Diagnostic) {
        let place = diagnostic.place.as_ref().map(|place| (place.file.name.clone(), place.span.start)).unwrap_or_default();
        let at = *self.known.entry((diagnostic.code, place.0, place.1)).or_insert(self.groups.len());
        match self.groups.get_mut(at) {
            // One document may have the same mistake twice at a place; it is one site all the same.
            Some(group) if group.sites.last().is_some_and(|last| std::ptr::eq(*last, site)) => {}
            Some(group) => {
                group.same &= group.first.message == diagnostic.message;
                group.sites.push(site);
            }
            None => self.groups.push(Group { first: diagnostic, sites: vec![site], same: true }),
        }
    }

    /// One message for each group. `all` is the number of sites that were looked at.
    pub fn told(self, rollout: &str, all: usize) -> Vec<Diagnostic> {
        self.groups.into_iter().map(|group| group.told(rollout, all)).collect()
    }
}

impl Group<'_> {
    fn told(self, rollout: &str, all: usize) -> Diagnostic {
        let Self { first, sites, same } = self;
        let Some((one, others)) = sites.split_first() else { return first };
        let everywhere = sites.len() == all && !others.is_empty();
        if first.code == UNKNOWN || (everywhere && same && !is_filled(&first) && first.code != NO_VISIT) {
            // The template's own mistake: no row has to do with it.
            return first.about(format!("Rollout/{rollout}"));
        }
        let who = match others.len() {
            0 => format!("site {one}"),
            _ if everywhere => format!("all {all} sites, first {one}"),
            _ => format!("{} sites, first {one}", sites.len()),
        };
        let message = format!("{who}: {}", first.message);
        let also = (!others.is_empty() && !everywhere).then(|| format!("Also {}.", listed(others)));
        let help: Vec<String> = first.help.iter().cloned().chain(also).collect();
        Diagnostic { message, help: (!help.is_empty()).then(|| help.join("\n")), ..first }
    }
}

/// Whether the place's text is filled in for each site.
fn is_filled(diagnostic: &Diagnostic) -> bool {
    let text = diagnostic.place.as_ref().and_then(|place| place.file.text.get(place.span.clone()));
    text.is_some_and(|text| text.contains("${{") || text.contains("{%"))
}
