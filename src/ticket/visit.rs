//! When somebody will be on site.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a local time is written, as a regular expression.
const LOCAL: &str = r"^-?[0-9]{4,6}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?$";

/// An arrival window in the site's own time. `start` equal to `end` is a hard start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Visit {
    /// By the site's clock.
    #[schemars(extend("pattern" = LOCAL))]
    pub start: DateTime,
    /// By the site's clock.
    #[schemars(extend("pattern" = LOCAL))]
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
        self.starts_at().or_else(|| latest(self.start))
    }

    /// The earliest moment at which it can start: without a zone, where on earth the day begins first (UTC+14).
    pub fn starts_at_earliest(&self) -> Option<Timestamp> {
        self.starts_at().or_else(|| Offset::constant(14).to_timestamp(self.start).ok())
    }

    /// The latest moment at which it can end, likewise.
    pub fn ends_at_latest(&self) -> Option<Timestamp> {
        self.ends_at().or_else(|| latest(self.end))
    }

    /// The day that it is at the site: without a zone, the day that it still is somewhere.
    pub fn today(&self, now: Timestamp) -> Date {
        let zone = self.timezone.as_deref().and_then(|zone| TimeZone::get(zone).ok());
        now.to_zoned(zone.unwrap_or_else(|| TimeZone::fixed(LAST))).date()
    }

    /// The same visit from and to other moments, by its site's clock. Without a zone nobody knows what that clock shows.
    #[must_use]
    pub fn moved_to(&self, start: Timestamp, end: Timestamp) -> Option<Self> {
        let zone = TimeZone::get(self.timezone.as_deref()?).ok()?;
        Some(Self { start: zone.to_datetime(start), end: zone.to_datetime(end), timezone: self.timezone.clone() })
    }

    /// Whether the start is surely less than `lead` after `now`.
    pub fn starts_before(&self, now: Timestamp, lead: SignedDuration) -> bool {
        self.starts_at_latest().is_some_and(|start| start < now + lead)
    }

    /// Whether the start is surely still to come: without a zone, also where on earth the day begins first (UTC+14).
    pub fn starts_after(&self, now: Timestamp) -> bool {
        self.starts_at_earliest().is_some_and(|start| start > now)
    }
}

/// Where on earth a day ends last.
const LAST: Offset = Offset::constant(-12);

/// The last moment at which a clock somewhere shows this time.
pub fn latest(local: DateTime) -> Option<Timestamp> {
    LAST.to_timestamp(local).ok()
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
    fn a_site_has_its_own_today_and_its_own_clock() {
        let now = "2027-01-11T03:00:00Z".parse().expect("a moment");
        let today = |zone| visit("2027-01-11T08:00:00", zone).today(now).to_string();
        assert_eq!([today(Some("America/New_York")), today(Some("Asia/Tokyo")), today(None)], ["2027-01-10", "2027-01-11", "2027-01-10"]);
        let at = |text: &str| text.parse().expect("a moment");
        let moved = |zone| visit("2027-01-11T08:00:00", zone).moved_to(at("2027-01-12T13:00:00Z"), at("2027-01-12T17:00:00Z"));
        let shown = moved(Some("America/New_York")).map(|visit| (visit.start.to_string(), visit.end.to_string()));
        assert_eq!(shown, Some(("2027-01-12T08:00:00".to_owned(), "2027-01-12T12:00:00".to_owned())));
        assert_eq!(moved(None), None);
    }

    #[test]
    fn a_local_time_that_does_not_exist_has_no_moment() {
        assert_eq!(visit("2027-03-14T02:30:00", Some("America/New_York")).starts_at(), None);
    }
}
