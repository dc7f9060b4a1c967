//! The documents of a rollout's sites, each filled in and judged like one written by hand.
//!
//! Owns sharing the sites out to all processors; what comes out is the same. Refuses two documents of one name, which would be one
//! technician for two sites, and to go on where a text comes to no end: it would for every site.

use std::collections::HashMap;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

use super::expand::Recipe;
use super::language::ENDLESS;
use super::mistakes::Mistakes;
use super::schedule;
use super::sites::Site;
use super::waves::Member;
use crate::diagnostics::Diagnostic;
use crate::manifest::{Desk, Made, MadeDocument, Rollout};
use crate::systems::System;
use crate::ticket::{Address, RolloutSite};

/// Sites that are worth a thread of their own.
const SHARE: usize = 64;

/// Fills the template in for each site.
pub fn documents(recipe: &Recipe<'_>, chosen: &[Member<'_>], system: &'static dyn System) -> Made {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = processors.min(chosen.len() / SHARE).max(1);
    if threads == 1 {
        return collect(recipe.rollout, Pen::new(recipe, system).fill(chosen));
    }
    let filled = thread::scope(|scope| {
        let shares = chosen.chunks(chosen.len().div_ceil(threads));
        let running: Vec<_> = shares.map(|share| scope.spawn(|| Pen::new(recipe, system).fill(share))).collect();
        running.into_iter().flat_map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    collect(recipe.rollout, filled)
}

/// What became of one site.
struct Outcome<'s> {
    site: &'s Site,
    document: Option<MadeDocument>,
    mistakes: Vec<Diagnostic>,
}

/// Fills in one share of the sites.
struct Pen<'r> {
    recipe: &'r Recipe<'r>,
    system: &'static dyn System,
    desk: Desk<'r>,
    /// A text came to no end.
    is_endless: bool,
}

impl<'r> Pen<'r> {
    fn new(recipe: &'r Recipe<'r>, system: &'static dyn System) -> Self {
        Self { recipe, system, desk: recipe.rollout.desk(), is_endless: false }
    }

    fn fill<'s>(mut self, share: &[Member<'s>]) -> Vec<Outcome<'s>> {
        share.iter().map(|member| self.one(*member)).collect()
    }

    fn one<'s>(&mut self, member: Member<'s>) -> Outcome<'s> {
        let (recipe, site) = (self.recipe, member.site);
        let without = |mistakes| Outcome { site, document: None, mistakes };
        if self.is_endless {
            return without(Vec::new());
        }
        let reissue = recipe.schedule.as_ref().map_or(0, |_| recipe.reissue(member).unwrap_or(0));
        let visit = match recipe.schedule.as_ref().map(|schedule| schedule.visit(&site.key, reissue)) {
            Some(None) => return without(vec![schedule::without_visit(recipe.rollout)]),
            Some(Some(visit)) => Some(visit),
            None => None,
        };
        let mut wrong = Vec::new();
        let document = recipe.document(site, &recipe.scope(member, visit), &mut wrong);
        if !wrong.is_empty() {
            self.is_endless = wrong.iter().any(|(wrong, _)| wrong.code == ENDLESS);
            return without(wrong.into_iter().map(|(wrong, span)| recipe.rollout.at(wrong, span)).collect());
        }
        let (mut read, mut named) = self.desk.read(&document, self.system);
        if let Some(named) = &mut named {
            named.site = Some(site.to_string());
        }
        read.sketches.iter_mut().for_each(|sketch| sketch.site = Some(site.to_string()));
        let booking = recipe.schedule.as_ref().map(|schedule| schedule.rules.booking);
        read.tickets.iter_mut().for_each(|ticket| ticket.booking = booking);
        let found = std::mem::take(&mut read.diagnostics).into_iter();
        let mut mistakes: Vec<Diagnostic> = found.map(|wrong| with_filter(recipe.rollout, wrong)).collect();
        if recipe.schedule.is_some() && read.tickets.iter().any(|ticket| ticket.reissue != reissue) {
            mistakes.push(schedule::apart(recipe.rollout, &document));
        }
        let wave = member.wave.map(|wave| wave.name.clone());
        let of = RolloutSite { rollout: recipe.rollout.name.clone(), key: site.key.clone(), wave };
        Outcome { site, document: Some(MadeDocument { read, named, site: of }), mistakes }
    }
}

/// Keys are often written in capitals, and a name is not.
fn with_filter(rollout: &Rollout, wrong: Diagnostic) -> Diagnostic {
    let name = rollout.place(rollout.node.span_of("/spec/template/metadata/name"));
    let is_of_name = wrong.code == "schema/pattern"
        && wrong
            .place
            .as_ref()
            .zip(name.as_ref())
            .is_some_and(|(place, name)| place.file.path == name.file.path && place.span == name.span);
    if !is_of_name {
        return wrong;
    }
    let help = wrong.help.as_deref().unwrap_or_default();
    let help = format!("{help}\nFilters can make it fit: ${{{{ site[\"{}\"] | lower | replace(\"/\", \"-\") }}}}", rollout.spec.sites.key);
    wrong.help(help)
}

/// Puts the sites' documents together. Two that came out with one name would be one technician for two sites.
fn collect(rollout: &Rollout, filled: Vec<Outcome<'_>>) -> Made {
    let all = filled.len();
    let mut mistakes = Mistakes::default();
    let mut documents: Vec<MadeDocument> = Vec::with_capacity(all);
    let mut taken: HashMap<Address, &Site> = HashMap::with_capacity(all);
    let mut incomplete = false;
    for Outcome { site, document, mistakes: wrong } in filled {
        for diagnostic in wrong {
            mistakes.add(site, diagnostic);
        }
        let Some(document) = document else {
            incomplete = true;
            continue;
        };
        let address = document.named.as_ref().map(|named| named.address.clone());
        let twin = address.as_ref().and_then(|address| taken.get(address).copied().zip(Some(address)));
        if let Some((twin, address)) = twin {
            let message = format!("it becomes {address}, and so does site {twin}");
            let help = "Put the key into the template's name: a name is one ticket.";
            let wrong = Diagnostic::error("rollout/same-address", message).help(help);
            mistakes.add(site, rollout.tell(wrong, "/spec/template/metadata/name"));
            continue;
        }
        taken.extend(address.map(|address| (address, site)));
        documents.push(document);
    }
    Made { documents, diagnostics: mistakes.told(&rollout.name, all), incomplete, ..Made::default() }
}
