//! Dates: as the server writes them, as it takes them, and as manifests have them.
//!
//! Owns both spellings. The server's are American, month first, without padding and without a zone. Refuses to guess: a text that
//! is no date stays a text, and never fails a read.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// What answers have been seen with, and what a server set up otherwise may write.
const SERVERS: [&str; 5] = ["%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y"];

/// A manifest's date: `YYYY-MM-DD`, or with `THH:MM:SS`.
pub fn strict(text: &str) -> Option<DateTime> {
    let text = text.trim();
    let local = match text.len() {
        10 => text.parse::<Date>().ok()?.to_datetime(jiff::civil::Time::midnight()),
        19 => text.parse::<DateTime>().ok()?,
        _ => return None,
    };
    // Other spellings of the same length exist; only the one that is printed is taken.
    let printed = local.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    (printed.starts_with(text)).then_some(local)
}

/// A manifest's date in full; another text as it is.
pub fn normal(text: &str) -> String {
    strict(text).map_or_else(|| text.to_owned(), shown)
}

/// A server's date as manifests have it: still in the server's own time. Another text as it is.
pub fn local(text: &str) -> String {
    of_server(text).map_or_else(|| text.to_owned(), shown)
}

/// A server's date as a moment, in text. A local time that the zone has twice is the earlier one; one that it skips is moved on.
pub fn moment(text: &str, zone: &TimeZone) -> String {
    let moment = of_server(text).and_then(|local| zone.to_ambiguous_timestamp(local).compatible().ok());
    moment.map_or_else(|| text.to_owned(), |moment| moment.to_string())
}

/// A local time as the vendor's page writes it in a request: `2/1/2014 00:00:00`.
pub fn for_server(local: DateTime) -> String {
    local.strftime("%-m/%-d/%Y %H:%M:%S").to_string()
}

/// A moment in the server's own time.
pub fn at_server(moment: Timestamp, zone: &TimeZone) -> DateTime {
    zone.to_datetime(moment)
}

/// The opening date from which a list must begin to hold everything that was opened since this moment.
///
/// A day earlier, for a server whose zone is not quite the one of the settings. And on a day of the month above 12: a server that reads
/// the day first would take another for a date months later, and leave out what is looked for.
pub fn list_from(since: Timestamp, zone: &TimeZone) -> DateTime {
    let day_before = at_server(since, zone).saturating_sub(Span::new().days(1)).date();
    let is_clear = day_before.day() > 12;
    let from = if is_clear { day_before } else { day_before.first_of_month().yesterday().unwrap_or(day_before) };
    from.to_datetime(jiff::civil::Time::midnight())
}

fn shown(local: DateTime) -> String {
    local.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

pub(in crate::systems::readydesk) fn of_server(text: &str) -> Option<DateTime> {
    SERVERS.iter().find_map(|form| {
        let parsed = jiff::fmt::strtime::parse(form, text.trim()).ok()?;
        let time = parsed.to_time().unwrap_or(jiff::civil::Time::midnight());
        Some(parsed.to_date().ok()?.to_datetime(time))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::trials::trials;
    use proptest::prelude::*;

    fn new_york() -> TimeZone {
        TimeZone::get("America/New_York").expect("a zone")
    }

    #[test]
    fn a_servers_date_is_a_local_time_and_a_moment() {
        for (text, wanted) in [
            ("4/24/2014 10:42:43 AM", "2014-04-24T10:42:43"),
            ("4/4/2014 12:00:00 AM", "2014-04-04T00:00:00"),
            ("12/31/2014 12:05:09 PM", "2014-12-31T12:05:09"),
            ("2/1/2014 00:00:00", "2014-02-01T00:00:00"),
            ("2/1/2014 5:30 PM", "2014-02-01T17:30:00"),
            ("2/1/2014", "2014-02-01T00:00:00"),
            ("24.04.2014 10:42", "24.04.2014 10:42"),
            ("", ""),
        ] {
            assert_eq!(local(text), wanted);
        }
        assert_eq!(moment("4/24/2014 10:42:43 AM", &new_york()), "2014-04-24T14:42:43Z");
        assert_eq!(moment("soon", &new_york()), "soon");
    }

    #[test]
    fn local_times_that_are_not_there_or_there_twice_are_moments_all_the_same() {
        assert_eq!(moment("3/14/2027 2:30:00 AM", &new_york()), "2027-03-14T07:30:00Z");
        assert_eq!(moment("11/7/2027 1:30:00 AM", &new_york()), "2027-11-07T05:30:00Z");
    }

    #[test]
    fn a_date_goes_out_as_the_page_writes_it() {
        let at: Timestamp = "2027-01-04T22:05:09Z".parse().expect("a moment");
        assert_eq!(for_server(at_server(at, &new_york())), "1/4/2027 17:05:09");
    }

    #[test]
    fn a_list_begins_early_enough_on_a_day_that_cannot_be_a_month() {
        let from = |since: &str| for_server(list_from(since.parse().expect("a moment"), &new_york()));
        assert_eq!(from("2027-01-20T03:00:00Z"), "1/18/2027 00:00:00");
        assert_eq!(from("2027-01-10T12:00:00Z"), "12/31/2026 00:00:00");
        assert_eq!(from("2027-03-14T12:00:00Z"), "3/13/2027 00:00:00");
        assert_eq!(from("2027-03-13T12:00:00Z"), "2/28/2027 00:00:00");
    }

    proptest! {
        #![proptest_config(trials(256))]

        #[test]
        fn no_text_fails_a_read(text in "\\PC{0,30}|[0-9/: APM]{0,24}") {
            moment(&text, &new_york());
            local(&text);
            normal(&text);
        }

        #[test]
        fn what_is_sent_reads_back(seconds in 0_i64..4_000_000_000) {
            let at = at_server(Timestamp::from_second(seconds).expect("a moment"), &TimeZone::UTC);
            prop_assert_eq!(of_server(&for_server(at)), Some(at));
            prop_assert_eq!(strict(&shown(at)), Some(at));
        }
    }
}
