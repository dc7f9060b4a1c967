//! What is told of a lease: who has it, and what became of it.

use std::time::Duration;

use crate::diagnostics::Diagnostic;
use crate::state::shared::lock_object::{Break, Hold, KEY, LENGTH, LockObject};

/// Somebody has the lease, and nothing says that it will be over soon.
pub fn held(place: &str, hold: &Hold) -> Diagnostic {
    let Hold { id, owner, renewed, .. } = hold;
    let page = page(hold);
    Diagnostic::error("state/locked", format!("the state is in use by {owner}")).help(format!(
        "It is at `{place}`. That run said at {renewed:.0} that it goes on.{page} To wait for its end, add --lock-timeout 10m. Only if it is \
         surely dead: callout unlock {id}"
    ))
}

/// Nobody renewed it in time, by this machine's clock.
pub fn silent(place: &str, hold: &Hold, left: Duration) -> Diagnostic {
    let Hold { id, owner, renewed, .. } = hold;
    let (page, left) = (page(hold), left.as_secs());
    Diagnostic::error("state/silent", format!("the state is in use by {owner}, which gave no sign of life since {renewed:.0}")).help(format!(
        "It is at `{place}`.{page} If that run stays silent for {left} more seconds, its lease is over and can be taken over. If it is surely \
         dead, this is quicker: callout unlock {id}"
    ))
}

/// Each time that this run wanted the lock, somebody else had just changed it.
pub fn contended(place: &str) -> Diagnostic {
    Diagnostic::error("state/locked", format!("others are just taking the lock of `{place}`"))
        .help("Run the command again, or add --lock-timeout 10m to wait.")
}

/// Each time that this run wanted to write its lease, it was another version.
pub fn restless(place: &str) -> Diagnostic {
    Diagnostic::error("state/store", format!("`{place}/{KEY}` changes with every look, and still names this run"))
        .help("Nothing was changed. See that nothing else writes to that object, then run the command again.")
}

/// The lease of this run is gone; `now` is what the object says, or nothing where it was deleted.
pub fn lost(place: &str, id: &str, now: Option<&LockObject>) -> Diagnostic {
    let broken = now.and_then(|lock| lock.broken.as_ref()).filter(|broken| broken.id == id);
    let message = match (now, broken) {
        (None, _) => format!("`{place}/{KEY}` was deleted while this run held the lock in it"),
        (Some(_), Some(Break { by, at, .. })) => {
            format!("{by} broke this run's lock of `{place}` with `callout unlock` at {at:.0}")
        }
        (Some(lock), None) => match (&lock.moved_to, &lock.lease) {
            (Some(moved), _) => format!("{} moved the state from `{place}` to `{}` during this run", moved.by, moved.to),
            (None, Some(hold)) => format!(
                "the lock of `{place}` was taken over by {}: this run had not renewed it for {} seconds",
                hold.owner,
                LENGTH.as_secs()
            ),
            (None, None) => format!("the lock of `{place}` was taken over during this run, and is free again"),
        },
    };
    Diagnostic::error("state/moved", message).help(
        "This run adds nothing more to the state and sends nothing more. See that no other callout is running, then run callout plan: it shows \
         what is in doubt.",
    )
}

pub(in crate::state::shared) fn page(hold: &Hold) -> String {
    hold.owner.by.ci_run.as_ref().map(|page| format!(" Its page: {page}.")).unwrap_or_default()
}
