//! When a ticket may be sent, counted back from its visit.

use jiff::{SignedDuration, Timestamp};

use super::Visit;

/// How long before its visit a ticket is sent. Both are at most 999 days, so that they can be added to any real moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Booking {
    /// It is not sent any more when its visit is nearer than this.
    pub lead_time: SignedDuration,
    /// It is not sent yet while its visit is further away than this.
    pub book_ahead: Option<SignedDuration>,
}

impl Booking {
    /// The moment from which on a visit's ticket is sent, if that is still to come.
    pub fn due(&self, visit: &Visit, now: Timestamp) -> Option<Timestamp> {
        let due = visit.starts_at_latest()?.checked_sub(self.book_ahead?).ok()?;
        (now < due).then_some(due)
    }

    /// Whether it is too late to send a visit's ticket.
    pub fn is_too_late(&self, visit: &Visit, now: Timestamp) -> bool {
        visit.starts_before(now, self.lead_time)
    }
}
