//! `lock.json` of a shared state: who may write, how far the journal surely goes, and where the state went.
//!
//! Owns its text. Refuses to take a text that it cannot read for a free lock. The object is made once and then only replaced by
//! version, never deleted. It holds nothing about tickets, so it stays readable where the state is encrypted.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::objects::{Found, Objects, Replaced, Version};
use crate::diagnostics::{Diagnostic, Outcome};
use crate::state::by::{By, Owner};
use crate::state::migrate::Farewell;
use crate::state::seal::{Broken, Form};

/// The object's key, below the state's prefix.
pub const KEY: &str = "lock.json";
/// How long a lease holds without being renewed.
pub const LENGTH: Duration = Duration::from_secs(60);
/// Raised when an older callout must not read the text: it would write back less than it read.
const FORM: Form = Form { kind: "lock", version: 1 };

/// What `lock.json` says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockObject {
    /// Whoever writes; none where the lock is free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Hold>,
    /// What is surely in the journal: whoever finds less of it has not found all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<Through>,
    /// The last lease that a person ended, so that its holder learns of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<Break>,
    /// The state lies elsewhere since then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<Farewell>,
}

/// A lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// Random; what `callout unlock` takes.
    pub id: String,
    pub owner: Owner,
    pub renewed: Timestamp,
    /// By its holder's clock; for people. Nobody takes a lease over for it.
    pub expires: Timestamp,
    /// How often it was renewed: under a clock that stands still, too, no two texts of a lease are the same.
    pub renewals: u64,
}

/// A commit that is in the journal of a lineage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Through {
    pub lineage: String,
    pub commit: u64,
}

/// A lease that a person ended with `callout unlock`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Break {
    pub id: String,
    pub by: By,
    pub at: Timestamp,
}

impl Hold {
    pub fn begin(id: &str, owner: &Owner, now: Timestamp) -> Self {
        Self { id: id.to_owned(), owner: owner.clone(), renewed: now, expires: end_of(now), renewals: 0 }
    }

    #[must_use]
    pub fn renewed(&self, now: Timestamp) -> Self {
        Self { renewed: now, expires: end_of(now), renewals: self.renewals + 1, ..self.clone() }
    }
}

fn end_of(now: Timestamp) -> Timestamp {
    now.saturating_add(SignedDuration::try_from(LENGTH).unwrap_or_default()).unwrap_or(Timestamp::MAX)
}

impl LockObject {
    /// What the object says; `place` is the state's address, for messages.
    pub fn read(place: &str, bytes: &[u8]) -> Outcome<Self> {
        let text = std::str::from_utf8(bytes).map_err(|error| Broken::NotSealed(error.to_string()));
        text.and_then(|text| FORM.unseal(text.trim_end_matches('\n'))).map_err(|why| unreadable(place, &why).into())
    }

    pub fn text(&self) -> Outcome<String> {
        FORM.seal(self).map(|text| text + "\n").map_err(|error| {
            let message = format!("cannot write `{KEY}`: {error}");
            Diagnostic::error("state/unwritable", message).help("Nothing was changed. This is a bug in callout.").into()
        })
    }

    /// Refuses where the state lies elsewhere: who went on here would not know of what is sent there.
    pub fn stays(&self, place: &str) -> Outcome<()> {
        self.moved_to.as_ref().map_or(Ok(()), |moved| Err(moved.refusal(place).into()))
    }

    /// Raises the mark; a lower one of the same lineage says less than is known.
    pub fn reach(&mut self, through: &Through) {
        let is_known = |known: &Through| known.lineage == through.lineage && known.commit >= through.commit;
        if !self.through.as_ref().is_some_and(is_known) {
            self.through = Some(through.clone());
        }
    }

    /// The commit that is surely in the journal of this lineage; 0 where nothing is said of it.
    pub fn surely(&self, lineage: &str) -> u64 {
        self.through.as_ref().filter(|through| through.lineage == lineage).map_or(0, |through| through.commit)
    }
}

/// What is there now, and its version; nothing where the object was never made.
pub fn look(objects: &Objects) -> Outcome<Option<(LockObject, Version)>> {
    let Some(Found { bytes, version }) = objects.get(KEY)? else { return Ok(None) };
    Ok(Some((LockObject::read(objects.name(), &bytes)?, version)))
}

/// Puts `lock` in the place of what has this version; nothing where somebody else was there first.
pub fn put(objects: &Objects, lock: &LockObject, version: &Version) -> Outcome<Option<Version>> {
    match objects.replace(KEY, lock.text()?.as_bytes(), version)? {
        Replaced::Done(version) => Ok(Some(version)),
        Replaced::Stale => Ok(None),
    }
}

fn unreadable(place: &str, why: &Broken) -> Diagnostic {
    match why {
        Broken::Newer { .. } => Diagnostic::error("state/newer", format!("`{place}/{KEY}` was written by a newer callout: {why}"))
            .help("Install that version or a later one. Nothing was changed."),
        // A code of its own: the state itself may be whole, and needs no repair. Nothing in it is encrypted.
        Broken::NotSealed(_)
        | Broken::OtherKind { .. }
        | Broken::Checksum
        | Broken::Content(_)
        | Broken::Undecipherable(_)
        | Broken::Locked(_) => Diagnostic::error("state/lock-damaged", format!("`{place}/{KEY}` is damaged: {why}")).help(
            "Nothing was planned or sent. That object says who writes, and whether the state was moved elsewhere; no ticket is in it. See \
                 that no other callout runs and that this is still the state's place, put a copy of the object aside, then delete it: the \
                 next run makes a new one.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::samples::{at, owner};

    const PLACE: &str = "s3://acme/ops";

    fn full() -> LockObject {
        let by = owner().by;
        LockObject {
            lease: Some(Hold::begin("9f31", &owner(), at(0))),
            through: Some(Through { lineage: "l1".to_owned(), commit: 7 }),
            broken: Some(Break { id: "77aa".to_owned(), by: by.clone(), at: at(1) }),
            moved_to: Some(Farewell { to: "gs://acme/ops".to_owned(), by, at: at(2) }),
        }
    }

    fn told(error: &Diagnostic) -> String {
        format!("{}: {}\n{}", error.code, error.message, error.help.as_deref().unwrap_or_default())
    }

    #[test]
    fn what_is_written_reads_back() {
        for lock in [full(), LockObject::default()] {
            let text = lock.text().expect("a text");
            assert!(text.ends_with("}\n") && text.lines().count() == 1, "{text}");
            assert_eq!(LockObject::read(PLACE, text.as_bytes()).expect("readable"), lock);
        }
    }

    #[test]
    fn no_two_texts_of_a_lease_are_the_same_under_a_clock_that_stands_still() {
        let hold = Hold::begin("9f31", &owner(), at(0));
        assert_eq!((hold.expires, hold.renewed(at(15)).expires), (at(60), at(75)));
        assert_ne!(hold.renewed(at(0)), hold);
        assert_ne!(hold.renewed(at(0)).renewed(at(0)), hold.renewed(at(0)));
        assert_eq!(Hold::begin("9f31", &owner(), Timestamp::MAX).expires, Timestamp::MAX);
    }

    #[test]
    fn what_cannot_be_read_is_no_free_lock() {
        let newer = full().text().expect("a text").replace("\"format_version\":1", "\"format_version\":2");
        let error = LockObject::read(PLACE, newer.as_bytes()).expect_err("newer");
        let this = concat!("callout ", env!("CARGO_PKG_VERSION"));
        let expected = format!(
            "state/newer: `s3://acme/ops/lock.json` was written by a newer callout: it has format version 2, written by {this}; this is {this} \
             and reads up to version 1\nInstall that version or a later one. Nothing was changed."
        );
        assert_eq!(told(&error), expected);
        let error = LockObject::read(PLACE, full().text().expect("a text").replace("ana", "eve").as_bytes()).expect_err("altered");
        assert_eq!(
            told(&error),
            "state/lock-damaged: `s3://acme/ops/lock.json` is damaged: its checksum does not fit its content\nNothing was planned or sent. That \
             object says who writes, and whether the state was moved elsewhere; no ticket is in it. See that no other callout runs and that \
             this is still the state's place, put a copy of the object aside, then delete it: the next run makes a new one."
        );
        for bytes in [b"".as_slice(), b"\xff", b"{}", b"null"] {
            assert_eq!(LockObject::read(PLACE, bytes).expect_err("no lock").code, "state/lock-damaged");
        }
    }

    #[test]
    fn a_state_that_was_moved_names_its_new_address() {
        let error = full().stays(PLACE).expect_err("moved");
        assert_eq!(
            told(&error),
            "state/left: the state `s3://acme/ops` went to `gs://acme/ops` (2027-01-15T08:00:02Z, by ana on ci-7)\n\
             Nothing was planned or sent: what lies here is not the newest. In callout.yaml, under `spec`, say where it is now:\n\
             state: {url: gs://acme/ops}"
        );
        let mut lock = full();
        lock.moved_to = None;
        lock.stays(PLACE).expect("here");
    }

    #[test]
    fn the_mark_of_a_lineage_only_rises() {
        let mut lock = LockObject::default();
        let through = |lineage: &str, commit| Through { lineage: lineage.to_owned(), commit };
        for (next, surely) in [(through("l1", 7), 7), (through("l1", 3), 7), (through("l1", 8), 8), (through("l2", 4), 4)] {
            lock.reach(&next);
            assert_eq!(lock.surely(&next.lineage), surely, "{next:?}");
        }
        assert_eq!(lock.surely("l1"), 0, "what another lineage reached says nothing of this one");
    }
}
