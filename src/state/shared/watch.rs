//! Whether a lease is over, as somebody sees it who waits for its end.
//!
//! Owns the count of looks at a lease that nobody renews. Refuses to compare two machines' clocks: what a clock says only decides whether
//! it is worth while to watch.

use std::time::Duration;

use jiff::Timestamp;

use super::lock_object::{Hold, LENGTH, LockObject};
use super::objects::Version;

/// How long a caller waits between two looks, at least.
pub const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Looks after the first one at which nothing moved: together a lease's whole length.
const LOOKS: u32 = 12;
const _: () = assert!(LOOK_EVERY.as_secs() * LOOKS as u64 == LENGTH.as_secs());

/// What was seen of the lock so far. A new one has seen nothing, so nobody takes a lease over at first sight.
#[derive(Debug, Default)]
pub struct Watch {
    seen: Option<Version>,
    /// Looks at which the object was as before.
    still: u32,
    /// Somebody renewed or took a lease while it was watched: whoever holds it is alive, whatever its clock says.
    moves: bool,
}

/// How things stand for whoever wants the lock.
#[derive(Debug, PartialEq, Eq)]
pub enum Standing<'l> {
    Free,
    /// The lease is the asking run's own: an answer was lost.
    Ours,
    Alive(&'l Hold),
    /// Its time has passed, by the clock, and nobody has seen it renewed: it may be over after this time.
    Silent(&'l Hold, Duration),
    /// Nobody renewed it for its whole length.
    Over(&'l Hold),
}

impl Watch {
    /// One look, for the run whose lease has or would have this id. To be made every [`LOOK_EVERY`], and not more often.
    pub fn look<'l>(&mut self, lock: &'l LockObject, version: &Version, id: &str, now: Timestamp) -> Standing<'l> {
        let is_still = self.seen.as_ref() == Some(version);
        self.moves |= self.seen.is_some() && !is_still;
        self.still = if is_still { self.still.saturating_add(1) } else { 0 };
        self.seen = Some(version.clone());
        let Some(hold) = &lock.lease else { return Standing::Free };
        if hold.id == id {
            Standing::Ours
        } else if self.still >= LOOKS {
            Standing::Over(hold)
        } else if !self.moves && hold.expires <= now {
            Standing::Silent(hold, LOOK_EVERY * (LOOKS - self.still))
        } else {
            Standing::Alive(hold)
        }
    }
}

#[cfg(test)]
mod tests {
    use object_store::{Extensions, PutResult};

    use super::*;
    use crate::state::samples::{at, owner};

    fn version(number: u32) -> Version {
        Version::from(PutResult { e_tag: Some(number.to_string()), version: None, extensions: Extensions::default() })
    }

    /// The letters of what a waiting run `mine` sees: each look has the version's number and the lease.
    fn seen(looks: &[(u32, Option<&Hold>)], now: Timestamp) -> String {
        let mut watch = Watch::default();
        let letter = |(version, lease): &(u32, Option<&Hold>)| {
            let lock = LockObject { lease: lease.cloned(), ..LockObject::default() };
            match watch.look(&lock, &self::version(*version), "mine", now) {
                Standing::Free => 'f',
                Standing::Ours => 'm',
                Standing::Alive(_) => 'a',
                Standing::Silent(..) => 's',
                Standing::Over(_) => 'o',
            }
        };
        looks.iter().map(letter).collect()
    }

    fn held(id: &str) -> Hold {
        Hold::begin(id, &owner(), at(0))
    }

    #[test]
    fn a_lease_is_over_only_after_its_whole_length_was_watched() {
        let lease = held("other");
        let still = vec![(1, Some(&lease)); 14];
        assert_eq!(seen(&still, at(30)), "aaaaaaaaaaaaoo", "it looks alive by the clock");
        assert_eq!(seen(&still, at(9000)), "ssssssssssssoo", "it looks over by the clock");
        assert_eq!(seen(&still[..1], at(9000)), "s", "never at first sight");
    }

    #[test]
    fn every_renewal_begins_the_count_anew_whatever_the_clocks_say() {
        let lease = held("other");
        let mut looks = vec![(1, Some(&lease)); 12];
        looks.extend(vec![(2, Some(&lease)); 13]);
        assert_eq!(seen(&looks, at(9000)), "ssssssssssssaaaaaaaaaaaao", "its holder's clock is behind, and it is alive");
        assert_eq!(seen(&[1, 2, 1].map(|version| (version, Some(&lease))), at(30)), "aaa");
    }

    #[test]
    fn a_free_lock_and_the_own_lease_are_told_at_once() {
        let (own, other) = (held("mine"), held("other"));
        assert_eq!(seen(&[(1, Some(&other)), (2, None), (3, Some(&other)), (4, Some(&own))], at(0)), "afam");
    }

    #[test]
    fn how_long_it_still_takes_is_told() {
        let (mut watch, lock) = (Watch::default(), LockObject { lease: Some(held("other")), ..LockObject::default() });
        let mut left = || {
            let standing = watch.look(&lock, &version(1), "mine", at(60));
            let Standing::Silent(_, left) = standing else { panic!("{standing:?}") };
            left.as_secs()
        };
        assert_eq!([left(), left(), left()], [60, 55, 50]);
    }
}
