//! Ending somebody else's lease by hand: `callout unlock ID`.
//!
//! Owns the one change of a lease by who does not hold it, and what is told of it. Refuses every lease but the one that was named: the
//! next run's may have come in between.

use jiff::Timestamp;

use super::lease::page;
use super::lock_object::{self, Break, Hold, LockObject};
use super::objects::{Objects, Version};
use crate::diagnostics::{Diagnostic, Outcome};
use crate::state::by::By;

/// A lease that was ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlocked {
    /// The state's address.
    pub place: String,
    pub hold: Hold,
    /// When it was ended.
    pub at: Timestamp,
}

/// Who has the lock now, if anybody.
pub fn holder(objects: &Objects) -> Outcome<Option<Hold>> {
    let Some((lock, _)) = lock_object::look(objects)? else { return Ok(None) };
    lock.stays(objects.name())?;
    Ok(lock.lease)
}

/// Ends the lease of this id.
pub fn unlock(objects: &Objects, id: &str, by: &By, now: Timestamp) -> Outcome<Unlocked> {
    let place = objects.name();
    let (lock, version, hold) = named(objects, id)?;
    let broken = Some(Break { id: id.to_owned(), by: by.clone(), at: now });
    let lock = LockObject { lease: None, broken, ..lock };
    if lock_object::put(objects, &lock, &version)?.is_some() {
        return Ok(Unlocked { place: place.to_owned(), hold, at: now });
    }
    // Whoever changed it in between says so: its holder, if it is still the same one.
    let (_, _, hold) = named(objects, id)?;
    Err(alive(place, &hold).into())
}

/// The lock as it is, if this is the lease in it.
fn named(objects: &Objects, id: &str) -> Outcome<(LockObject, Version, Hold)> {
    let place = objects.name();
    let Some((lock, version)) = lock_object::look(objects)? else { return Err(not_held(place, id, None).into()) };
    lock.stays(place)?;
    match &lock.lease {
        Some(hold) if hold.id == id => {
            let hold = hold.clone();
            Ok((lock, version, hold))
        }
        Some(hold) => Err(of_another(place, id, hold).into()),
        None => Err(not_held(place, id, Some(&lock)).into()),
    }
}

impl Unlocked {
    /// What was ended, and what it may mean.
    pub fn told(&self) -> String {
        let Self { place, hold: Hold { owner, renewed, .. }, at } = self;
        let (page, alive) = (page(&self.hold), self.looked_alive());
        let alive = if alive { format!(" It looked alive at {at:.0}.") } else { String::new() };
        format!(
            "The lock of `{place}` is free. It was held by {owner}, last renewed at {renewed:.0}.{page}{alive}\n\
             If that run still goes on, it stops at its next commit, before it sends anything more. What it had sent by then and could not \
             record is in doubt for everybody else: callout plan shows it, and callout settle puts it on record."
        )
    }

    /// Whether the lease had time left, by this machine's clock.
    pub fn looked_alive(&self) -> bool {
        self.hold.expires > self.at
    }
}

fn of_another(place: &str, id: &str, hold: &Hold) -> Diagnostic {
    let Hold { id: right, owner, renewed, .. } = hold;
    Diagnostic::error("state/other-lock", format!("the lock of `{place}` is not `{id}`: {owner} holds it now, as `{right}`")).help(format!(
        "Nothing was changed. It was last renewed at {renewed:.0}.{} Only if that run is surely dead: callout unlock {right}",
        page(hold)
    ))
}

fn not_held(place: &str, id: &str, lock: Option<&LockObject>) -> Diagnostic {
    let broken = lock.and_then(|lock| lock.broken.as_ref()).filter(|broken| broken.id == id);
    let message = match broken {
        Some(Break { by, at, .. }) => format!("{by} broke the lock `{id}` of `{place}` already, at {at:.0}, and nobody has taken it since"),
        None => format!("nobody holds the lock of `{place}`"),
    };
    Diagnostic::error("state/not-locked", message).help("Nothing was changed, and nothing is in the way of the next run.")
}

/// It was renewed while somebody was about to break it.
fn alive(place: &str, hold: &Hold) -> Diagnostic {
    let Hold { id, owner, renewed, .. } = hold;
    let message = format!("{owner} is alive: it renewed the lock of `{place}` just now, at {renewed:.0}");
    Diagnostic::error("state/locked", message).help(format!(
        "Nothing was changed.{} Let it end, or stop it there; a command with --lock-timeout 10m waits for it. To break its lock all the same: \
         callout unlock {id}",
        page(hold)
    ))
}

#[cfg(test)]
mod tests;
