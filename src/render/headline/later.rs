//! What a plan does not send yet.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::plan::{Action, Plan, Reason};

/// Creates that wait.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Later {
    /// For their day: each is sent once it is near enough.
    pub dated: usize,
    /// The first of these days, in UTC.
    pub from: Option<Date>,
    /// For their wave or rollout.
    pub held: usize,
    /// For another ticket, or for something to be mended.
    pub other: usize,
}

impl Later {
    pub(super) fn of(plan: &Plan) -> Self {
        let mut later = Self::default();
        for step in &plan.steps {
            let Action::Deferred { reason } = &step.action else { continue };
            match reason {
                Reason::NotYetDue { on } => {
                    let day = on.to_zoned(TimeZone::UTC).date();
                    later.from = Some(later.from.map_or(day, |from| from.min(day)));
                    later.dated += 1;
                }
                Reason::Paused { .. } | Reason::WaveClosed { .. } | Reason::GateShut(_) => later.held += 1,
                Reason::InDoubt { .. }
                | Reason::Presumed { .. }
                | Reason::SeveralFound { .. }
                | Reason::FoundHeld { .. }
                | Reason::FoundElsewhere { .. }
                | Reason::SentBefore { .. }
                | Reason::DoByHand { .. }
                | Reason::Conflict { .. }
                | Reason::Surplus { .. }
                | Reason::ChangedSince { .. }
                | Reason::BookedDifferently { .. }
                | Reason::OtherOrigin { .. }
                | Reason::EarlierStillOpen { .. }
                | Reason::OpenBesideLater { .. }
                | Reason::ReissueLowered { .. }
                | Reason::StillOpen { .. }
                | Reason::NotRead { .. }
                | Reason::Missing { .. }
                | Reason::LookAlike { .. }
                | Reason::StartPassed { .. }
                | Reason::SlotPassed { .. }
                | Reason::TooSoon { .. }
                | Reason::AdoptHeld { .. }
                | Reason::AdoptMismatch { .. }
                | Reason::WaitsFor { .. }
                | Reason::CannotSend { .. } => later.other += 1,
            }
        }
        later
    }

    pub fn all(&self) -> usize {
        self.dated + self.held + self.other
    }
}
