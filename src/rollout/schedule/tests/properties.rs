//! What holds however a list, its rules and its further visits are edited: rows only come, and each finds a day with room.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, Timestamp};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

use super::{Case, Draft, Status};
use crate::rollout::schedule::Visit;
use crate::support::trials::trials;

/// By key and reissue.
type Visits = BTreeMap<(String, u32), Visit>;

/// One merge of somebody's edits, and the run of `callout schedule` after it.
#[derive(Debug, Clone)]
struct Edit {
    sites: BTreeSet<u8>,
    /// Sites that get one more visit.
    again: BTreeSet<u8>,
    per_day: usize,
    per_group: usize,
    lead_hours: i64,
    first_open: bool,
    hours_later: i64,
}

fn edit() -> impl Strategy<Value = Edit> {
    let lists = (btree_set(0_u8..24, 1..14), btree_set(0_u8..24, 0..3));
    (lists, 1_usize..5, 1_usize..4, 1_i64..80, any::<bool>(), 0_i64..200).prop_map(
        |((sites, again), per_day, per_group, lead_hours, first_open, hours_later)| Edit {
            sites,
            again,
            per_day,
            per_group,
            lead_hours,
            first_open,
            hours_later,
        },
    )
}

const BLACKOUT: [&str; 2] = ["2027-01-12", "2027-01-19"];

impl Edit {
    /// Two days of the week, or three of them.
    fn days(&self) -> Vec<Weekday> {
        let all = [Weekday::Monday, Weekday::Tuesday, Weekday::Thursday];
        all[usize::from(!self.first_open)..].to_vec()
    }

    fn write(&self, case: &Case, visits: &BTreeMap<u8, u32>) {
        let days = if self.first_open { "mon, tue, thu" } else { "tue, thu" };
        let rules = format!(
            "{{starts: 2027-01-05, days: [{days}], window: {{from: \"08:00\", to: \"12:00\"}}, timezone: \"${{{{ site.zone }}}}\", \
             per_day: {}, per_day_by: {{column: region, max: {}}}, blackout: [{}], lead_time: {}h}}",
            self.per_day,
            self.per_group,
            BLACKOUT.join(", "),
            self.lead_hours
        );
        let mut overrides = String::new();
        for (key, visit) in visits.iter().filter(|(key, visit)| **visit > 0 && self.sites.contains(key)) {
            let _ = writeln!(overrides, "    \"{key:03}\": {{lifecycle: {{reissue: {visit}}}}}");
        }
        let more = if overrides.is_empty() { String::new() } else { format!("  overrides:\n{overrides}") };
        case.rules(&rules, &more);
        case.sites(&self.sites);
    }

    fn is_open(&self, day: Date) -> bool {
        self.days().contains(&day.weekday()) && !BLACKOUT.contains(&day.to_string().as_str()) && day.to_string().as_str() >= "2027-01-05"
    }
}

/// How many visits each day has, in all and by region. Only the list says a site's region, so whoever left it counts in none.
fn taken(book: &Visits, listed: &BTreeSet<u8>) -> BTreeMap<(Date, Option<u8>), usize> {
    let mut taken = BTreeMap::new();
    for ((key, _), visit) in book {
        let key = key.parse::<u8>().expect("a number");
        *taken.entry((visit.start.date(), None)).or_default() += 1;
        if listed.contains(&key) {
            *taken.entry((visit.start.date(), Some(key % 4))).or_default() += 1;
        }
    }
    taken
}

fn is_planned(draft: &Draft) -> BTreeSet<u8> {
    let planned = draft.book.visits.iter().filter(|(_, visit)| visit.status == Status::Planned);
    planned.map(|((key, _), _)| key.parse().expect("a number")).collect()
}

/// A row without what a later run may say of it.
fn when(visit: &Visit) -> (String, String, &str) {
    (visit.start.to_string(), visit.end.to_string(), &visit.timezone)
}

proptest! {
    #![proptest_config(trials(10))]

    #[test]
    fn rows_stay_where_they_are_and_new_ones_keep_to_the_rules(edits in vec(edit(), 1..5)) {
        let case = Case::new("{starts: 2027-01-05, days: [mon], window: {from: \"08:00\", to: \"12:00\"}, timezone: UTC, per_day: 1}");
        let mut now: Timestamp = "2027-01-01T00:00:00Z".parse().expect("a moment");
        let (mut before, mut visits) = (Visits::new(), BTreeMap::new());
        for edit in &edits {
            now += SignedDuration::from_hours(edit.hours_later);
            for key in &edit.sites {
                let is_again = edit.again.contains(key);
                visits.entry(*key).and_modify(|visit| *visit += u32::from(is_again)).or_insert(0);
            }
            edit.write(&case, &visits);
            let draft = case.run(&now.to_string());
            for (row, visit) in &before {
                let kept = draft.book.visits.get(row);
                prop_assert_eq!(kept.map(when), Some(when(visit)), "{:?} moved", row);
            }
            let (full, was_full) = (taken(&draft.book.visits, &edit.sites), taken(&before, &edit.sites));
            for (row, visit) in draft.book.visits.iter().filter(|(row, _)| !before.contains_key(*row)) {
                let (day, region) = (visit.start.date(), row.0.parse::<u8>().expect("a number") % 4);
                prop_assert!(edit.is_open(day), "{:?} is on {}", row, day);
                prop_assert!(full[&(day, None)] <= edit.per_day && full[&(day, Some(region))] <= edit.per_group, "{:?} overfills {}", row, day);
                prop_assert!(visit.starts_at().expect("a moment") >= now + SignedDuration::from_hours(edit.lead_hours), "{:?} is too soon", row);
                // One visit of a site is over before the next one begins.
                let earlier = draft.book.visits.range((row.0.clone(), 0)..row.clone()).map(|(_, earlier)| earlier.end);
                prop_assert!(earlier.max().is_none_or(|earlier| earlier < visit.start), "{:?} before the one before", row);
            }
            prop_assert!(full.iter().all(|(at, count)| was_full.get(at).is_none_or(|was| count == was || *count <= edit.per_day)));
            prop_assert_eq!(&is_planned(&draft), &edit.sites);
            // `--check` finds nothing to write, now and in whatever order the sites are listed.
            case.sites(edit.sites.iter().rev());
            let again = case.draft(&now.to_string());
            prop_assert!(again.is_written() && again.changes.is_empty(), "{:?}", again.changes);
            prop_assert_eq!(case.file(), draft.written);
            before = draft.book.visits;
        }
    }
}
