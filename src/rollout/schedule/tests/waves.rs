//! Waves in a schedule: one behind the other, in one calendar.

use std::collections::BTreeMap;

use crate::support::trials::trials;
use proptest::prelude::*;

use super::{Case, NOW, became, rules};
use crate::rollout::schedule::{Becomes, Draft, Early};

/// Every day, at most two visits, without a zone between the sites.
const PLAIN: &str = "{starts: 2027-01-05, days: [mon, tue, wed, thu, fri], window: {from: \"08:00\", to: \"12:00\"}, timezone: America/New_York, per_day: 2}";

/// The sites below 10, the sites below 20, and the rest.
const WAVES: &str = "  waves:
    - {name: pilot, where: 'site.key < \"010\"'}
    - {name: core, where: 'site.key < \"020\"', after: pilot}
    - {name: rest, after: core}
";

fn case(schedule: &str, waves: &str, sites: &[u8]) -> Case {
    let case = Case::new(schedule);
    case.rules(schedule, waves);
    case.sites(sites);
    case
}

/// The start of each site's visit, without the year.
fn starts(draft: &Draft) -> Vec<(&str, String)> {
    draft.book.visits.iter().map(|((key, _), visit)| (key.as_str(), visit.start.strftime("%m-%d").to_string())).collect()
}

#[track_caller]
fn is_planned(draft: &Draft, expected: &[(&str, &str)]) {
    assert_eq!(starts(draft), expected.iter().map(|(key, day)| (*key, (*day).to_owned())).collect::<Vec<_>>());
}

#[test]
fn a_wave_comes_behind_the_last_visit_of_the_one_before() {
    let case = case(PLAIN, WAVES, &[1, 2, 3, 10, 20]);
    let draft = case.run(NOW);
    is_planned(&draft, &[("001", "01-05"), ("002", "01-05"), ("003", "01-06"), ("010", "01-07"), ("020", "01-08")]);
    assert!(draft.findings.early.is_empty());
    assert_eq!(
        case.file().lines().take(2).collect::<Vec<_>>(),
        ["key,reissue,start,end,timezone,status,wave", "001,0,2027-01-05T08:00:00,2027-01-05T12:00:00,America/New_York,planned,pilot"]
    );
}

#[test]
fn between_two_waves_is_the_lead_time() {
    // The pilot ends on Tuesday at 12:00. From then on it is 72 hours to Friday at 12:00, so Friday at 08:00 could not be sent any more.
    let with = |lead: &str| PLAIN.replace("per_day: 2", &format!("per_day: 2, lead_time: {lead}"));
    for (lead, first) in [("11h", "01-06"), ("12h", "01-07"), ("24h", "01-07"), ("72h", "01-11")] {
        let draft = case(&with(lead), WAVES, &[1, 10, 20]).draft("2027-01-01T12:00:00Z");
        assert_eq!(starts(&draft)[1], ("010", first.to_owned()), "{lead}");
        assert!(draft.findings.early.is_empty(), "{lead}");
    }
}

#[test]
fn the_end_of_a_wave_is_a_moment_wherever_the_next_sites_are() {
    // 001 is in Berlin, 002 in Auckland: noon of the 5th in Berlin is the 6th there.
    let zones = PLAIN.replace("America/New_York", "\"${{ site.zone }}\"");
    let waves = "  waves: [{name: first, where: 'site.key == \"001\"'}, {name: second, after: first}]\n";
    is_planned(&case(&zones, waves, &[1, 2, 3]).draft(NOW), &[("001", "01-05"), ("002", "01-07"), ("003", "01-06")]);
}

#[test]
fn waves_share_the_days_and_an_unrelated_one_takes_what_is_left() {
    let waves =
        "  waves: [{name: pilot, where: 'site.key < \"010\"'}, {name: own, where: 'site.key < \"020\"'}, {name: rest, after: own}]\n";
    let draft = case(PLAIN, waves, &[1, 2, 3, 10, 11, 20]).draft(NOW);
    is_planned(&draft, &[("001", "01-05"), ("002", "01-05"), ("003", "01-06"), ("010", "01-06"), ("011", "01-07"), ("020", "01-08")]);
}

#[test]
fn a_wave_may_have_a_first_day_of_its_own() {
    let from = |day: &str| WAVES.replace("after: pilot}", &format!("after: pilot, starts: {day}}}"));
    let draft = |day: &str| case(PLAIN, &from(day), &[1, 10, 20]).draft(NOW);
    is_planned(&draft("2027-02-01"), &[("001", "01-05"), ("010", "02-01"), ("020", "02-02")]);
    is_planned(&draft("2026-02-01"), &[("001", "01-05"), ("010", "01-06"), ("020", "01-07")]);
    let wrong = case(PLAIN, &from("2027-02-30"), &[1, 10, 20]);
    assert_eq!(wrong.complaint(NOW), "`2027-02-30` is no day of the calendar");
}

#[test]
fn a_site_that_changes_its_wave_keeps_its_day() {
    let case = case(PLAIN, WAVES, &[1, 2, 10, 11, 20]);
    let before = case.run(NOW);
    case.rules(PLAIN, &WAVES.replace("\"010\"", "\"011\""));
    let draft = case.run(NOW);
    assert_eq!(became(&draft), [("010", Becomes::Rewaved { from: Some("core".to_owned()) })]);
    assert_eq!(starts(&before), starts(&draft));
    let [Early { wave, after, count, first, last, overlaps }] = draft.findings.early.as_slice() else { panic!("{:?}", draft.findings) };
    assert_eq!((&**wave, &**after, *count, &*first.0.0, &*last.0.0, *overlaps), ("core", "pilot", 1, "011", "010", true));
    // Once the pilot is over, nobody can do anything about it.
    assert!(case.draft("2027-01-07T00:00:00Z").findings.early.is_empty());
}

#[test]
fn a_new_site_behind_the_next_wave_is_told_and_moves_nobody() {
    let case = case(&PLAIN.replace("per_day: 2", "per_day: 1, lead_time: 24h"), WAVES, &[1, 10, 20]);
    is_planned(&case.run(NOW), &[("001", "01-05"), ("010", "01-07"), ("020", "01-11")]);
    case.sites(&[1, 2, 10, 20]);
    let draft = case.run(NOW);
    is_planned(&draft, &[("001", "01-05"), ("002", "01-06"), ("010", "01-07"), ("020", "01-11")]);
    let [early] = draft.findings.early.as_slice() else { panic!("{:?}", draft.findings) };
    assert!(!early.overlaps && early.wave == "core" && early.last.0.0 == "002");
}

#[test]
fn a_file_from_before_the_waves_is_read_and_changes_cell_by_cell() {
    let case = case(PLAIN, "", &[1, 10, 20]);
    let before = case.run(NOW);
    assert!(case.file().starts_with("key,reissue,start,end,timezone,status\n"));
    case.rules(PLAIN, WAVES);
    let draft = case.run(NOW);
    assert_eq!(became(&draft), ["001", "010", "020"].map(|key| (key, Becomes::Rewaved { from: None })));
    assert_eq!(starts(&before), starts(&draft));
    // The waves go again: only the form changes.
    case.rules(PLAIN, "");
    let draft = case.draft(NOW);
    assert!(draft.changes.is_empty() && draft.written == before.written && !draft.is_written());
}

#[test]
fn visits_on_days_that_a_new_rule_takes_away_are_named() {
    let case = case(PLAIN, WAVES, &[1, 10, 20]);
    case.run(NOW);
    case.rules(
        &PLAIN.replace("per_day: 2", "per_day: 2, blackout: [2027-01-05]").replace("wed, ", ""),
        &WAVES.replace("after: core}", "after: core, starts: 2027-01-11}"),
    );
    let named = |now: &str| -> Vec<(String, &str)> {
        case.draft(now).findings.astray.into_iter().map(|astray| (astray.row.0, astray.why)).collect()
    };
    let expected = [("001", "it is in `blackout`"), ("010", "`days` does not have it"), ("020", "it is before `starts`")];
    assert_eq!(named(NOW), expected.map(|(key, why)| (key.to_owned(), why)));
    assert_eq!(named("2027-01-06T15:00:00Z").len(), 1);
}

/// The last day of each wave, and the first.
fn ends(draft: &Draft) -> BTreeMap<String, (jiff::Timestamp, jiff::Timestamp)> {
    let mut ends = BTreeMap::new();
    for visit in draft.book.visits.values() {
        let (start, end) = (visit.starts_at().expect("a start"), visit.ends_at().expect("an end"));
        let wave = ends.entry(visit.wave.clone().expect("a wave")).or_insert((start, end));
        *wave = (wave.0.min(start), wave.1.max(end));
    }
    ends
}

proptest! {
    #![proptest_config(trials(32))]

    #[test]
    fn waves_never_overlap_and_a_site_more_is_a_line_more(
        pilot in proptest::collection::btree_set(0_u8..10, 1..5),
        core in proptest::collection::btree_set(10_u8..20, 1..8),
        rest in proptest::collection::btree_set(20_u8..60, 1..20),
        new in 60_u8..90,
        seed in any::<u64>(),
    ) {
        let mut sites: Vec<u8> = pilot.iter().chain(&core).chain(&rest).copied().collect();
        let case = case(&rules(3, 2), WAVES, &sites);
        let first = case.run(NOW);
        prop_assert!(first.findings.early.is_empty() && first.findings.overfull.is_empty());
        let ends = ends(&first);
        prop_assert!(ends["pilot"].1 < ends["core"].0 && ends["core"].1 < ends["rest"].0);
        // The order of the list is nothing.
        let before = case.file();
        sites.sort_by_key(|site| (u64::from(*site) + 1).wrapping_mul(seed | 1));
        case.sites(&sites);
        prop_assert!(case.draft(NOW).is_written());
        // A site in the middle is a line.
        let middle = sites.len() / 2;
        sites.insert(middle, new);
        case.sites(&sites);
        case.run(NOW);
        let after = case.file();
        let added: Vec<&str> = after.lines().filter(|line| !before.lines().any(|old| old == *line)).collect();
        prop_assert_eq!(added.len(), 1);
        prop_assert_eq!(after.lines().count(), before.lines().count() + 1);
    }
}
