//! What holds for every list of sites and every change of it.

mod properties;
mod revised;
mod waves;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use crate::support::trials::trials;
use jiff::Timestamp;
use jiff::civil::Weekday;
use proptest::prelude::*;
use tempfile::TempDir;

use super::{Becomes, Draft, Status, survey};
use crate::manifest::Request;

const REST: &str = "
  template:
    kind: Dispatch
    metadata: {name: \"a-${{ site.key }}\"}
    spec: {}
";

struct Case {
    folder: TempDir,
}

impl Case {
    fn new(schedule: &str) -> Self {
        let case = Self { folder: TempDir::new().expect("a folder") };
        case.write("callout.yaml", "apiVersion: callout/v1\nkind: Project\nmetadata: {name: a}\n");
        case.rules(schedule, "");
        case
    }

    /// Writes the rollout with these rules, and with further keys of `spec`.
    fn rules(&self, schedule: &str, more: &str) {
        let head = "apiVersion: callout/v1\nkind: Rollout\nmetadata: {name: many}\nspec:\n  sites: {csv: sites.csv, key: key}";
        self.write("rollout.yaml", &format!("{head}\n  schedule: {schedule}\n{more}{REST}"));
    }

    fn file(&self) -> String {
        fs::read_to_string(self.folder.path().join("many.schedule.csv")).expect("a file")
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).expect("a file");
    }

    fn sites<'k>(&self, keys: impl IntoIterator<Item = &'k u8>) {
        let mut csv = "key,region,zone\n".to_owned();
        for key in keys {
            let zone = ["America/New_York", "Europe/Berlin", "Pacific/Auckland"][usize::from(key % 3)];
            let _ = writeln!(csv, "{key:03},r{},{zone}", key % 4);
        }
        self.write("sites.csv", &csv);
    }

    fn request(&self) -> Request {
        Request { start: self.folder.path().to_path_buf(), sandbox: true, ..Request::default() }
    }

    #[track_caller]
    fn draft(&self, now: &str) -> Draft {
        let (loaded, mut drafts) = survey(&self.request(), now.parse::<Timestamp>().expect("a moment"));
        assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
        drafts.pop().expect("a draft")
    }

    #[track_caller]
    fn run(&self, now: &str) -> Draft {
        let draft = self.draft(now);
        self.write("many.schedule.csv", &draft.written);
        draft
    }

    fn complaint(&self, now: &str) -> String {
        let (loaded, _) = survey(&self.request(), now.parse::<Timestamp>().expect("a moment"));
        loaded.diagnostics.iter().map(|told| told.message.clone()).collect::<Vec<_>>().join("\n")
    }
}

/// Which rows became what.
fn became(draft: &Draft) -> Vec<(&str, Becomes)> {
    draft.changes.iter().map(|change| (change.row.0.as_str(), change.becomes.clone())).collect()
}

const NOW: &str = "2027-01-04T12:00:00Z";

fn rules(per_day: usize, per_group: usize) -> String {
    format!(
        "{{starts: 2027-01-05, days: [mon, tue, thu], window: {{from: \"08:00\", to: \"12:00\"}}, timezone: \"${{{{ site.zone }}}}\", \
         per_day: {per_day}, per_day_by: {{column: region, max: {per_group}}}, blackout: [2027-01-12, 2027-01-18/2027-01-21]}}"
    )
}

/// Every day keeps to the rules.
fn is_within(draft: &Draft, per_day: usize, per_group: usize) -> bool {
    let (mut all, mut groups) = (BTreeMap::new(), BTreeMap::new());
    for ((key, _), visit) in &draft.book.visits {
        let day = visit.start.date();
        *all.entry(day).or_insert(0) += 1;
        if visit.status == Status::Planned {
            *groups.entry((day, key.parse::<u8>().expect("a number") % 4)).or_insert(0) += 1;
        }
        let is_open = matches!(day.weekday(), Weekday::Monday | Weekday::Tuesday | Weekday::Thursday);
        let is_blackout = ["2027-01-12", "2027-01-18", "2027-01-19", "2027-01-21"].contains(&day.to_string().as_str());
        if !is_open || is_blackout || day.to_string().as_str() < "2027-01-05" {
            return false;
        }
    }
    all.values().all(|count| *count <= per_day) && groups.values().all(|count| *count <= per_group)
}

proptest! {
    #![proptest_config(trials(48))]

    #[test]
    fn days_are_never_too_full_and_visits_never_move(
        before in proptest::collection::btree_set(0_u8..120, 1..40),
        after in proptest::collection::btree_set(0_u8..120, 1..40),
        per_day in 1_usize..6,
        per_group in 1_usize..4,
    ) {
        let case = Case::new(&rules(per_day, per_group));
        case.sites(&before);
        let first = case.run(NOW);
        prop_assert!(is_within(&first, per_day, per_group));
        case.sites(after.iter().collect::<Vec<_>>().into_iter().rev());
        let second = case.run("2027-01-14T20:00:00Z");
        prop_assert!(is_within(&second, per_day, per_group) && second.findings.overfull.is_empty());
        for (at, visit) in &first.book.visits {
            let now = second.book.visits.get(at).expect("a row is never lost");
            prop_assert_eq!((visit.start, visit.end), (now.start, now.end));
            prop_assert_eq!(now.status == Status::Planned, after.contains(&at.0.parse::<u8>().expect("a number")));
        }
        let planned: BTreeSet<u8> = second.book.visits.iter().filter(|(_, visit)| visit.status == Status::Planned)
            .map(|((key, _), _)| key.parse().expect("a number")).collect();
        prop_assert_eq!(planned, after);
        let third = case.draft("2027-03-01T00:00:00Z");
        prop_assert!(third.changes.is_empty() && third.is_written());
    }
}

#[test]
fn the_lead_time_counts_to_the_start_in_the_sites_own_zone() {
    let rules = |lead: &str| {
        format!(
            "{{starts: 2027-01-01, days: [mon, tue, wed, thu, fri, sat, sun], window: {{from: \"08:00\", to: \"12:00\"}}, \
             timezone: America/New_York, per_day: 1{lead}}}"
        )
    };
    let start = |lead: &str, now: &str| {
        let case = Case::new(&rules(lead));
        case.sites(&[1]);
        case.draft(now).book.visit("001", 0).expect("a visit").start.to_string()
    };
    // 08:00 in New York is 13:00 UTC.
    assert_eq!(start("", "2027-01-04T12:59:59Z"), "2027-01-04T08:00:00");
    assert_eq!(start("", "2027-01-04T13:00:00Z"), "2027-01-05T08:00:00");
    assert_eq!(start(", lead_time: 48h", "2027-01-04T13:00:00Z"), "2027-01-06T08:00:00");
    assert_eq!(start(", lead_time: 2d", "2027-01-04T13:00:01Z"), "2027-01-07T08:00:00");
}

#[test]
fn a_day_on_which_the_clock_skips_the_window_is_not_offered() {
    let case =
        Case::new("{starts: 2027-03-14, days: [sun], window: {from: \"02:30\", to: \"04:00\"}, timezone: America/New_York, per_day: 2}");
    case.sites(&[1]);
    let draft = case.draft(NOW);
    assert_eq!(draft.book.visit("001", 0).expect("a visit").start.to_string(), "2027-03-21T02:30:00");
    assert_eq!((draft.skipped[0].local.to_string().as_str(), draft.skipped[0].why), ("2027-03-14T02:30:00", "the clock skips it"));
}

#[test]
fn rules_that_leave_no_day_and_unknown_zones_are_told() {
    let never = "{starts: 2027-01-04, days: [mon], window: {from: \"08:00\", to: \"12:00\"}, timezone: \"${{ site.region }}\", per_day: 1, \
                 blackout: [2027-01-01/2067-01-01]}";
    let case = Case::new(&never.replace("${{ site.region }}", "America/New_York"));
    case.sites(&[1, 2]);
    assert_eq!(case.complaint(NOW), "no day is free within ten years from 2027-01-04");
    let case = Case::new(never);
    case.sites(&[1, 2]);
    assert_eq!(case.complaint(NOW), "all 2 sites, first 001 (sites.csv:2): timezone `r1` is not known");
}

#[test]
fn a_removed_visit_keeps_its_place_and_comes_back_to_it() {
    let case = Case::new(&rules(1, 1));
    case.sites(&[1, 2]);
    case.run(NOW);
    case.sites(&[2, 3]);
    let draft = case.run(NOW);
    assert_eq!(became(&draft), [("001", Becomes::Removed), ("003", Becomes::Added)]);
    assert_eq!(draft.book.visit("003", 0).expect("a visit").start.to_string(), "2027-01-11T08:00:00");
    case.sites(&[1, 2, 3]);
    let draft = case.run(NOW);
    assert_eq!(became(&draft), [("001", Becomes::Returned)]);
    assert_eq!(draft.changes[0].visit.start.to_string(), "2027-01-05T08:00:00");
}
