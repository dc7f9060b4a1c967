//! What of the board is counted, and in which order it stands.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::{at, of_rollout, on, rows};
use crate::plan::tests::bench::{Bench, plain, unread};
use crate::refresh::{Filter, Selection};
use crate::state::{Closing, Key};
use crate::ticket::{Booking, Terms, Ticket, Wave};

#[test]
fn a_part_of_the_project_is_a_part_of_the_board() {
    let (one, two) = (plain(1), plain(2));
    let mut bench = Bench::new().closed(&one, "1", Closing::Cancelled).closed(&two, "2", Closing::Cancelled).wants(one).wants(two.clone());
    bench.selection = Selection::of(Filter::of_tickets([two.address]), &bench.tickets, &bench.state).expect("a selection");
    assert_eq!(rows(&bench), "Dispatch/store-2 closed; Open; ticket 2; cancelled");
}

#[test]
fn what_could_not_be_read_is_counted_by_its_reason() {
    let (one, two) = (plain(1), plain(2));
    let bench = Bench::new().checked(&one, "1").checked(&two, "2").sees(&one, unread()).sees(&two, unread()).wants(one).wants(two);
    on(&bench, |board| {
        assert_eq!(board.unread, BTreeMap::from([("TechExpress did not answer", 2)]));
        assert_eq!((board.counts().open, board.counts().read), (2, 0));
    });
}

#[test]
fn waves_stand_in_the_order_of_the_files_and_a_site_that_left_its_list_stays_in_its_own() {
    let wave = |name: &str| Wave { name: name.to_owned(), open: true, gate: None };
    let (pilot, rest, gone) =
        (of_rollout(1, Some("pilot"), "2027-01-12"), of_rollout(2, Some("all"), "2027-01-11"), of_rollout(3, Some("old"), "2027-01-10"));
    let mut bench = Bench::new().checked(&gone, "3").wants(pilot).wants(rest).wants(plain(4));
    bench.rollouts.insert("routers".to_owned(), Terms { waves: vec![wave("pilot"), wave("all")], ..Terms::default() });
    on(&bench, |board| {
        let groups = board.groups();
        let shown = groups.iter().map(|group| {
            let waves = group.waves.iter().map(|(wave, tally)| (wave.unwrap_or("-"), tally.counts.total)).collect::<Vec<_>>();
            (group.rollout.unwrap_or("-"), group.tally.counts.total, waves)
        });
        let waves = vec![("pilot", 1), ("all", 1), ("old", 1)];
        assert_eq!(shown.collect::<Vec<_>>(), [("routers", 3, waves), ("-", 1, Vec::new())]);
        assert_eq!(groups[0].waves[2].1.open_as, BTreeMap::from([("Open", 1)]));
    });
}

#[test]
fn the_next_deferred_visit_has_a_date() {
    let due = |number: u32, day: &str| {
        let booking = Booking { lead_time: SignedDuration::ZERO, book_ahead: Some(SignedDuration::from_hours(24)) };
        Ticket { booking: Some(booking), ..of_rollout(number, None, day) }
    };
    let bench = Bench::new().wants(due(1, "2027-02-02")).wants(due(2, "2027-02-01"));
    on(&bench, |board| {
        let groups = board.groups();
        assert_eq!(groups[0].tally.counts.deferred, 2);
        assert_eq!(groups[0].tally.sent_from.map(|on| on.to_string()).as_deref(), Some("2027-01-31T13:00:00Z"));
        assert!(groups[0].waves.is_empty(), "a rollout without waves has none");
    });
}

#[test]
fn of_many_days_two_weeks_are_told_and_the_rest_by_week() {
    let bench = |days: u32| {
        let first: jiff::civil::Date = "2027-01-14".parse().expect("a day");
        let day = |number: u32| (first + jiff::Span::new().days(number)).to_string();
        (0..days).fold(Bench::new(), |bench, number| bench.wants(of_rollout(number, None, &day(number))))
    };
    let shown = |bench: &Bench| {
        on(bench, |board| board.calendar().periods.iter().map(|(period, counts)| (format!("{period:?}"), counts.total)).collect::<Vec<_>>())
    };
    assert_eq!(shown(&bench(14)).len(), 14);
    let many = shown(&bench(30));
    assert_eq!(many.iter().map(|(_, visits)| visits).sum::<usize>(), 30);
    let weeks = [("Week(2027-01-25)".to_owned(), 7), ("Week(2027-02-01)".to_owned(), 7), ("Week(2027-02-08)".to_owned(), 5)];
    assert_eq!(many[10..], [[("Day(2027-01-24)".to_owned(), 1)].as_slice(), &weeks].concat());
    // Days of the past, and visits that nobody comes for, are not coming.
    assert_eq!(shown(&at(bench(14), "2027-01-20T12:00:00Z")).len(), 8);
    let cancelled = plain(1);
    assert!(shown(&Bench::new().closed(&cancelled, "1", Closing::Cancelled).wants(cancelled)).is_empty());
}

#[test]
fn rows_stand_by_day_then_by_site_and_those_without_a_visit_last() {
    let later = of_rollout(1, None, "2027-01-12");
    let without = Ticket { visit: None, ..plain(0) };
    let bench = Bench::new().wants(later).wants(plain(3)).wants(without).wants(plain(2));
    let keys = on(&bench, |board| board.rows.iter().map(|row| row.key.clone()).collect::<Vec<Key>>());
    let names: Vec<String> = keys.iter().map(|key| key.address.name.clone()).collect();
    assert_eq!(names, ["store-2", "store-3", "store-1", "store-0"]);
}
