//! Rules over groups of visits.

use super::*;

const PER_DAY: &str = "each: group\ngroup_by: {date: step.visit.date, region: step.labels.region}\ndeny: group.count > 2\nmessage: ${{ group.region }} ${{ group.date }}, ${{ group.count }} and ${{ group.joining }} new, ${{ group.steps | map(attribute='name') | join(' ') }}";

fn on(name: &str, doing: Doing, start: &str) -> Subject {
    Subject { visit: Some(visit(start)), ..subject(name, doing) }
}

fn per_day(subjects: Vec<Subject>) -> Vec<String> {
    said(PER_DAY, subjects)
}

#[test]
fn who_was_sent_before_counts_and_is_judged_only_where_somebody_joins() {
    let day = "2027-01-11T08:00:00";
    let stands = || vec![on("a", Doing::Keep, day), on("b", Doing::Keep, day)];
    let with = |more: Subject| stands().into_iter().chain([more]).collect::<Vec<_>>();
    assert_eq!(per_day(with(on("c", Doing::Create, day))), ["deny: west 2027-01-11, 3 and 1 new, a b c"]);
    assert!(per_day(with(on("c", Doing::Create, "2027-01-12T08:00:00"))).is_empty());
    // It was too full before, and nobody joins it.
    let full = with(on("c", Doing::Keep, day)).into_iter().chain([on("d", Doing::Create, "2027-01-12T08:00:00")]);
    assert!(per_day(full.collect()).is_empty());
    // Who goes does not count.
    for doing in [Doing::Close, Doing::Delete] {
        assert!(per_day(vec![on("a", Doing::Keep, day), on("b", doing, day), on("c", Doing::Create, day)]).is_empty());
    }
}

#[test]
fn a_change_joins_a_group_only_from_outside_of_it() {
    let (day, other) = ("2027-01-11T08:00:00", "2027-01-12T08:00:00");
    let from = |before: &str| Subject { before: Some(Box::new(on("c", Doing::Keep, before))), ..on("c", Doing::Update, day) };
    let with = |change: Subject| per_day(vec![on("a", Doing::Keep, day), on("b", Doing::Keep, day), change]);
    assert!(with(from(day)).is_empty());
    assert_eq!(with(from(other)), ["deny: west 2027-01-11, 3 and 1 new, a b c"]);
}

#[test]
fn what_waits_is_told_ahead_and_takes_no_place_yet() {
    let day = "2027-01-11T08:00:00";
    let waits = |name| Subject { waits: true, ..on(name, Doing::Create, day) };
    let now = |name| on(name, Doing::Create, day);
    assert_eq!(
        per_day(vec![now("a"), now("b"), waits("c")]),
        ["warn: west 2027-01-11, 3 and 3 new, a b c (not sent yet; once it is its turn, this refuses the plan)"]
    );
    assert_eq!(per_day(vec![now("a"), now("b"), now("c"), waits("d")]), ["deny: west 2027-01-11, 3 and 3 new, a b c"]);
    let step = "deny: step.visit.weekday == \"mon\"\nmessage: a Monday";
    assert_eq!(said(step, vec![waits("a")]), ["warn 0: a Monday (not sent yet; once it is its turn, this refuses the plan)"]);
    assert!(said("each: plan\ndeny: plan.creates > 0 or plan.waiting > 0\nmessage: m", vec![waits("a")]).is_empty());
}

#[test]
fn who_has_no_label_is_in_the_group_of_those_without() {
    let without = |name: &str| Subject { labels: [].into(), ..on(name, Doing::Create, "2027-01-11T08:00:00") };
    assert_eq!(per_day(vec![without("a"), without("b"), without("c")]), ["deny: None 2027-01-11, 3 and 3 new, a b c"]);
}

#[test]
fn a_visit_whose_group_is_not_known_is_not_left_out_quietly() {
    let nowhere = |name: &str, doing| Subject { visit: None, ..subject(name, doing) };
    let create = || on("c", Doing::Create, "2027-01-11T08:00:00");
    let why = "cannot be found: Dispatch/a has no visit; `when: step.visit` leaves such tickets out";
    assert_eq!(per_day(vec![nowhere("a", Doing::Create)]), [format!("deny 0: its group {why}")]);
    assert_eq!(
        per_day(vec![nowhere("a", Doing::Keep), nowhere("b", Doing::Keep), create()]),
        [format!("deny: the group of Dispatch/a, Dispatch/b {why}")]
    );
    // A plan that brings nobody has no group to fill, and one that waits has none yet.
    assert!(per_day(vec![nowhere("a", Doing::Keep), on("c", Doing::Close, "2027-01-11T08:00:00")]).is_empty());
    let later = Subject { waits: true, ..create() };
    assert_eq!(
        per_day(vec![nowhere("a", Doing::Keep), later]),
        [format!("warn: the group of Dispatch/a {why} (not sent yet; once it is its turn, this refuses the plan)")]
    );
    let chosen = format!("{PER_DAY}\nwhen: step.visit");
    assert!(said(&chosen, vec![nowhere("a", Doing::Keep), nowhere("b", Doing::Create), create()]).is_empty());
}
