//! When somebody will be on site.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// An arrival window in the site's own time. `start` equal to `end` is a hard start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    pub start: DateTime,
    pub end: DateTime,
    /// IANA name, such as `America/New_York`. Without it the moment is known only to within a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

impl Visit {
    /// The moment of the start; `None` without a time zone, or for a local time that the zone skips.
    pub fn starts_at(&self) -> Option<Timestamp> {
        moment(self.start, self.timezone.as_deref()?)
    }

    /// The moment of the end, under the same conditions.
    pub fn ends_at(&self) -> Option<Timestamp> {
        moment(self.end, self.timezone.as_deref()?)
    }

    /// Its start by the site's clock, for a sentence: `2027-01-11T08:00:00 America/New_York`.
    pub fn start_in_words(&self) -> String {
        let zone = self.timezone.as_deref().map(|zone| format!(" {zone}")).unwrap_or_default();
        format!("{}{zone}", self.start)
    }

    /// The latest moment at which it can start: without a zone, where on earth the day ends last (UTC-12).
    pub fn starts_at_latest(&self) -> Option<Timestamp> {
        self.starts_at().or_else(|| Offset::constant(-12).to_timestamp(self.start).ok())
    }

    /// Whether the start is surely less than `lead` after `now`.
    pub fn starts_before(&self, now: Timestamp, lead: SignedDuration) -> bool {
        self.starts_at_latest().is_some_and(|start| start < now + lead)
    }

    /// Whether the start is surely still to come: without a zone, also where on earth the day begins first (UTC+14).
    pub fn starts_after(&self, now: Timestamp) -> bool {
        let earliest = || Offset::constant(14).to_timestamp(self.start).ok();
        self.starts_at().or_else(earliest).is_some_and(|start| start > now)
    }
}

/// A local time as a moment, where the zone has it exactly once.
fn moment(local: DateTime, zone: &str) -> Option<Timestamp> {
    let ambiguous = TimeZone::get(zone).ok()?.to_ambiguous_timestamp(local);
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => ambiguous.unambiguous().ok(),
        AmbiguousOffset::Gap { .. } => None,
        AmbiguousOffset::Fold { .. } => ambiguous.earlier().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(start: &str, zone: Option<&str>) -> Visit {
        let start: DateTime = start.parse().expect("a date");
        Visit { start, end: start, timezone: zone.map(str::to_owned) }
    }

    #[test]
    fn a_start_is_a_moment_in_its_own_zone() {
        let at = visit("2027-01-11T08:00:00", Some("America/New_York")).starts_at();
        assert_eq!(at, "2027-01-11T13:00:00Z".parse().ok());
    }

    #[test]
    fn without_a_zone_only_what_is_past_everywhere_is_past() {
        let visit = visit("2027-01-11T08:00:00", None);
        let now = |text: &str| text.parse().expect("a moment");
        assert!(!visit.starts_before(now("2027-01-11T19:59:00Z"), SignedDuration::ZERO));
        assert!(visit.starts_before(now("2027-01-11T20:01:00Z"), SignedDuration::ZERO));
        assert!(visit.starts_after(now("2027-01-10T17:59:00Z")));
        assert!(!visit.starts_after(now("2027-01-10T18:01:00Z")));
    }

    #[test]
    fn a_local_time_that_does_not_exist_has_no_moment() {
        assert_eq!(visit("2027-03-14T02:30:00", Some("America/New_York")).starts_at(), None);
    }
}
