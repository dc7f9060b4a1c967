//! A new state in the place of a lost one, under the same lineage, so that the marks of live tickets stay valid.
//!
//! Owns when that is allowed. It keeps all that can be read of the damaged one. Refuses to replace a state that is whole or can be made
//! whole, and to leave an empty one at any moment: that would send everybody again.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::copy::Copy;
use super::event::Event;
use super::lineage::{Home, foreign, lineage_of};
use super::location::is_shared;
use super::mendable::Mendable;
use super::model::Key;
use super::restore::{is_damage, newer};
use super::salvage::{Salvage, salvage};
use super::session::Session;
use super::survey::{Content, Role, nothing_locked};
use super::transition::State;
use crate::diagnostics::{Diagnostic, Outcome, typed};

/// A state that is about to be rebuilt. Holds the lock, so that no other run makes one meanwhile.
pub struct Rebuild {
    store: Box<dyn Mendable>,
    session: Session,
    damage: Option<Diagnostic>,
    salvage: Salvage,
}

impl Rebuild {
    /// Makes sure that the state is lost, missing or damaged, and takes its lock. Changes nothing else. What a copy knows is kept too.
    pub fn begin(home: &Home, session: Session, copy: Option<&Copy>) -> Outcome<Self> {
        let lineage = lineage_of(home)?;
        let mut store = home.state.open()?;
        // Looks before it locks: locking makes a folder, and a refusal should leave none behind. Looks again behind the lock.
        damage(&mut *store, &lineage)?;
        nothing_newer(&*store, &lineage)?;
        store.lock(&session.owner)?;
        let damage = damage(&mut *store, &lineage)?;
        nothing_newer(&*store, &lineage)?;
        if copy.is_none() && !store.has(Role::Journal)? {
            refuse_what_was_put_aside(home, &*store, &lineage)?;
        }
        let other = copy.map(|copy| copy.open(home, &lineage)).transpose()?.flatten();
        let stores: Vec<&dyn Mendable> = [&store].into_iter().chain(&other).map(|store| &**store).collect();
        let salvage = salvage(&stores, &lineage)?;
        match &damage {
            Some(why) if salvage.is_exact() => Err(Box::new(restorable(home, why, copy))),
            Some(_) | None => Ok(Self { store, session, damage, salvage }),
        }
    }

    /// What is wrong with the state that is there; none where it is missing.
    pub fn damage(&self) -> Option<&Diagnostic> {
        self.damage.as_ref()
    }

    /// What is still known: the rebuilt state before anything is looked for. Whether an address is free cannot be read from it.
    pub fn known(&self) -> State {
        State { through: self.salvage.newest, ..self.salvage.state.clone() }
    }

    /// Whether the copy is of a state that went on by itself.
    pub fn is_apart(&self) -> bool {
        self.salvage.parted.is_some()
    }

    /// Visits of which no more can be read than their names, and perhaps the ids of their tickets.
    pub fn named(&self) -> &BTreeMap<Key, Option<String>> {
        &self.salvage.named
    }

    /// Makes the state with all these events, as its first commit. A damaged one is put aside, never deleted.
    pub fn finish(mut self, events: Vec<Event>, reason: String, now: Timestamp) -> Outcome<State> {
        let known = self.known();
        let mut state = known.clone();
        let what = format!("the state was rebuilt; {} records of it could be read", known.records.len());
        let events = [Event::Mended { what, reason }].into_iter().chain(events).collect::<Vec<_>>();
        state.apply_all(&events, now).map_err(|impossible| {
            Diagnostic::error("state/impossible", format!("not rebuilt: {impossible}"))
                .about(&impossible.key)
                .help("Nothing was changed. This is a bug in callout.")
        })?;
        state.through = known.through + 1;
        if self.damage.is_some() {
            self.store.set_aside()?;
        }
        self.store.create_with(&known, &self.session.commit(&known, now, events))?;
        Ok(state)
    }
}

/// A rebuild that was stopped has put aside what it was made from: begun again without that, it would know less than the first time.
fn refuse_what_was_put_aside(home: &Home, store: &dyn Mendable, lineage: &str) -> Outcome<()> {
    for number in store.asides()?.into_iter().rev() {
        if !store.aside(number)?.mentions(lineage)? {
            continue;
        }
        let folder = home.state.aside(number);
        let message = format!("an earlier state of this project was put aside in `{folder}`, and may know tickets");
        let from = typed(&folder);
        return Err(Box::new(Diagnostic::error("state/set-aside", message).help(format!(
            "callout state rebuild --from {from} --reason TEXT keeps what it knows. If nothing of it counts, move {} away.",
            if is_shared(&folder) { "those objects" } else { "that folder" }
        ))));
    }
    Ok(())
}

/// What is wrong with the state; none where there is none. A whole one, and one that may be another project's, are refused.
fn damage(store: &mut dyn Mendable, lineage: &str) -> Outcome<Option<Diagnostic>> {
    let name = store.name();
    match store.load() {
        Ok(None) => Ok(None),
        Ok(Some(loaded)) if loaded.state.lineage != lineage => {
            let way_out = if is_shared(&name) {
                "Nothing was changed. Each project needs a prefix of its own: correct spec.state.url in callout.yaml. If this project's state \
                 is lost, name a prefix where nothing lies; then callout state rebuild --reason TEXT makes a new one. If `callout.lock` was \
                 changed by mistake: `git checkout -- callout.lock`."
                    .to_owned()
            } else {
                format!(
                    "Put back the folder of `{name}` that has lineage {lineage}. If it is lost, move this one away; then callout state \
                     rebuild --reason TEXT makes a new one. If `callout.lock` was changed by mistake: `git checkout -- callout.lock`."
                )
            };
            Err(foreign(lineage, &loaded.state.lineage, &name).help(way_out).into())
        }
        Ok(Some(loaded)) => Err(whole(&name, loaded.state.records.len()).into()),
        Err(why) if !is_damage(&why) => Err(why),
        Err(why) => {
            nothing_locked(store, lineage)?;
            if store.mentions(lineage)? { Ok(Some(*why)) } else { Err(unclaimed(&name, lineage, &why).into()) }
        }
    }
}

/// Beside what is damaged, a file may be one that only a newer callout reads. It may be whole, and a rebuild would pass over all of it.
fn nothing_newer(store: &dyn Mendable, lineage: &str) -> Outcome<()> {
    for piece in store.pieces()?.into_iter().filter(|piece| !piece.role.is_kept()) {
        if let Content::Newer(why) = store.content(piece.role, lineage) {
            return Err(Box::new(newer(&piece.name, &why)));
        }
    }
    Ok(())
}

/// What is damaged and can be mended without a loss is no reason to begin again.
fn restorable(home: &Home, why: &Diagnostic, copy: Option<&Copy>) -> Diagnostic {
    let copy = copy.map(|copy| format!(" {}", copy.typed(home))).unwrap_or_default();
    let message = format!("the state `{}` is damaged, and nothing of it is lost: {}", home.state, why.message);
    Diagnostic::error("state/not-lost", message)
        .help(format!("callout state restore{copy} --reason TEXT puts it together again, exactly. A rebuild would leave tickets in doubt."))
}

fn whole(name: &str, records: usize) -> Diagnostic {
    let records = if records == 1 { "1 ticket".to_owned() } else { format!("{records} tickets") };
    Diagnostic::error("state/not-lost", format!("the state `{name}` is not lost: it is whole, with {records} on record")).help(
        "A rebuild would forget what it knows. Tickets that it does not know are taken over one by one: callout import ADDRESS ID, \
         callout import --from FILE.csv, or callout import --match mark.",
    )
}

fn unclaimed(name: &str, lineage: &str, why: &Diagnostic) -> Diagnostic {
    let message =
        format!("the damaged state `{name}` may be another project's: nothing in it names the lineage {lineage} of `callout.lock`");
    let way_out = if is_shared(name) {
        "Each project needs a prefix of its own. If it is this project's, name a prefix where nothing lies in spec.state.url"
    } else {
        "If it is this project's, move its folder away"
    };
    Diagnostic::error("state/lineage", message).help(format!(
        "What is wrong with it: {}. {way_out}; then the state is missing, and callout state rebuild makes a new one.",
        why.message.trim_end_matches('.')
    ))
}

#[cfg(test)]
mod tests;
