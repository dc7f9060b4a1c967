//! Who comes to a ticket's work, and when, as far as its fields tell.
//!
//! Owns the words. Refuses to interpret statuses: what a vendor calls a status is shown as it is.

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::ticket::Fields;

/// What the fields of a ticket tell about its work. A field that an answer did not have tells nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attendance {
    /// `None` where the fields do not say whether anybody is assigned.
    pub technician: Option<Technician>,
    /// From when to when somebody is booked, as the system has it now. It may have been moved there.
    pub booked: Option<(Timestamp, Timestamp)>,
    /// When the work is due, by the clock of the system's server. Midnight stands for the whole day.
    pub due: Option<DateTime>,
}

/// Who is assigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Technician {
    /// The system says that it is nobody yet.
    Nobody,
    Somebody {
        name: String,
        phone: Option<String>,
    },
}

impl Attendance {
    /// What one set of fields tells, and for the rest another.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { technician: self.technician.or(other.technician), booked: self.booked.or(other.booked), due: self.due.or(other.due) }
    }
}

/// A field that holds a moment.
pub(super) fn moment(fields: &Fields, name: &str) -> Option<Timestamp> {
    fields.text(name)?.parse().ok()
}
