//! Who else may be using the same key: the other states beside this one.
//!
//! Owns a hint for people, found with one list and a bounded number of reads. Decides nothing.

use jiff::Timestamp;

use super::lock_object::{KEY, LockObject};
use super::objects::Objects;
use crate::diagnostics::{Outcome, listed};
use crate::state::by::Owner;

/// So many of the states beside this one are looked at.
const MOST: usize = 50;

/// Where nobody is seen from here.
const ELSEWHERE: &str = "other projects, their CI jobs, a plan made on another machine, other systems of this project, other programs";

/// Another state below the same parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Such as `s3://bucket/other-project`.
    pub place: String,
    /// Whoever writes there now, as far as the clocks agree.
    pub at_work: Option<Owner>,
}

/// The states beside this one, by name. A state at the root of a bucket has none.
pub fn neighbours(objects: &Objects, now: Timestamp) -> Outcome<Vec<Neighbour>> {
    let Some((parent, own)) = objects.beside()? else { return Ok(Vec::new()) };
    let folders: Vec<String> = parent.folders("")?.into_iter().filter(|name| *name != own).take(MOST).collect();
    let keys: Vec<String> = folders.iter().map(|name| format!("{name}/{KEY}")).collect();
    let found = parent.get_many(&keys)?;
    let states = folders.iter().zip(found).filter_map(|(name, found)| {
        let place = parent.name_of(name);
        // What is no lock of a state says that no state is there, or not one that this callout can tell of.
        let lock = LockObject::read(&place, &found?.bytes).ok().filter(|lock| lock.moved_to.is_none())?;
        let at_work = lock.lease.filter(|hold| hold.expires > now).map(|hold| hold.owner);
        Some(Neighbour { place, at_work })
    });
    Ok(states.collect())
}

/// What to tell where this system answered that there were too many requests.
pub fn hint(system: &str, neighbours: &[Neighbour]) -> String {
    let at_work: Vec<String> = neighbours.iter().filter_map(described).collect();
    let who = if at_work.is_empty() {
        let places: Vec<String> = neighbours.iter().map(|neighbour| format!("`{}`", neighbour.place)).collect();
        if places.is_empty() {
            format!("Look for whoever else uses the key of {system}: {ELSEWHERE}.")
        } else {
            let places = listed(&places);
            format!(
                "No other run is at work now in the states beside this one ({places}). What else may use the key of {system}: {ELSEWHERE}."
            )
        }
    } else {
        format!("At work now, perhaps with the same key of {system}: {}.", listed(&at_work))
    };
    format!(
        "{who} Each run counts only its own requests: give each project its share with `requests_per_minute` in callout.yaml, so that together \
         they stay below the limit of the key."
    )
}

fn described(neighbour: &Neighbour) -> Option<String> {
    let owner = neighbour.at_work.as_ref()?;
    let page = owner.by.ci_run.as_ref().map(|page| format!(", {page}")).unwrap_or_default();
    Some(format!("`{}` by {owner}{page}", neighbour.place))
}

#[cfg(test)]
mod tests;
