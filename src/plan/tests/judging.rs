//! Plans before policies: what is counted, what is refused, and when.

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use super::bench::{Bench, open, over, plain, ticket};
use super::gates::{all, pilot};
use crate::plan::{Account, Action, Cost, Court, Effect, Plan, check_fresh};
use crate::policy::tests::policy;
use crate::refresh::{Filter, Selection};
use crate::state::{Closing, Event};
use crate::ticket::{Money, Ticket};

/// Two visits a day.
const PER_DAY: &str = "each: group\ngroup_by: {date: step.visit.date}\ndeny: group.count > 2\nmessage: ${{ group.count }} on ${{ group.date }}, ${{ group.steps | map(attribute='address') | join(' ') }}";

fn under(spec: &str, bench: Bench) -> Bench {
    Bench { policies: vec![policy(spec)], ..bench }
}

fn judged_at(bench: &Bench, plan: Plan, hours: i64) -> Plan {
    let sides = bench.sides();
    let court = Court { policies: &bench.policies, tickets: &bench.tickets, state: &bench.state, sides: &sides };
    plan.judged(&court, bench.now + SignedDuration::from_hours(hours))
}

/// Each ruling on a line.
fn told(plan: &Plan) -> String {
    let line = |ruling: &crate::plan::Ruling| {
        let effect = if ruling.effect == Effect::Deny { "deny" } else { "warn" };
        let key = ruling.key.as_ref().map(|key| format!(" {key}")).unwrap_or_default();
        format!("{effect}{key}: {}", ruling.message)
    };
    plan.rulings.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn says(bench: &Bench) -> String {
    told(&judged_at(bench, bench.plan(), 0))
}

fn labelled(number: u32, label: &str) -> Ticket {
    Ticket { labels: [("program".to_owned(), label.to_owned())].into(), ..plain(number) }
}

#[test]
fn one_step_against_a_policy_refuses_the_whole_plan() {
    let rule = "deny: not step.labels.program\nmessage: ${{ step.site }} has no program";
    let bench = under(rule, Bench::new().wants(labelled(1, "sdwan")).wants(plain(2)).wants(plain(3)));
    let plan = judged_at(&bench, bench.plan(), 0);
    assert!(plan.is_refused());
    assert_snapshot!(told(&plan), @"
    deny Dispatch/store-2: Store 2 (2), account 01234567 has no program
    deny Dispatch/store-3: Store 3 (3), account 01234567 has no program
    ");
    assert_eq!(plan.rulings[0].place.as_deref(), Some("rule.yaml:5:9"));
    assert_eq!(plan.steps, bench.plan().steps, "a policy changes no step");
    let warned = under(&rule.replace("deny", "warn"), Bench::new().wants(plain(2)));
    let plan = judged_at(&warned, warned.plan(), 0);
    assert!(!plan.is_refused());
    assert_eq!(told(&plan), "warn Dispatch/store-2: Store 2 (2), account 01234567 has no program");
}

#[test]
fn a_plan_that_is_against_a_policy_names_no_parts() {
    let mut bench = under("deny: step.name == \"store-1\"\nmessage: m", Bench::new().wants(plain(1)).wants(plain(2)).wants(plain(3)));
    bench.rules.creates = 2;
    assert!(!bench.plan().parts.is_empty());
    assert!(judged_at(&bench, bench.plan(), 0).parts.is_empty());
    let kept = Bench { policies: vec![policy("deny: false\nmessage: m")], ..bench };
    assert!(!judged_at(&kept, kept.plan(), 0).parts.is_empty());
}

#[test]
fn what_was_judged_before_is_judged_again_at_its_time() {
    let bench = under("deny: step.visit.hours_ahead < 48\nmessage: in ${{ step.visit.hours_ahead }}", Bench::new().wants(plain(1)));
    let plan = judged_at(&bench, bench.plan(), 121);
    assert_eq!(told(&plan), "");
    let late = judged_at(&bench, plan, 122);
    assert_eq!(told(&late), "deny Dispatch/store-1: in 47");
    let without = Bench { policies: Vec::new(), ..bench };
    assert_eq!(told(&judged_at(&without, late, 0)), "", "a policy that is gone says nothing");
}

#[test]
fn who_was_sent_before_counts_whatever_part_is_planned() {
    let sent = || Bench::new().wants(plain(1)).wants(plain(2)).checked(&plain(1), "1").checked(&plain(2), "2");
    let full = under(PER_DAY, sent().wants(plain(3)));
    assert_snapshot!(says(&full), @"deny: 3 on 2027-01-11, Dispatch/store-1 Dispatch/store-2 Dispatch/store-3");
    let filter = Filter { targets: vec!["Dispatch/store-3".parse().expect("a target")], ..Filter::default() };
    let part = Bench { selection: Selection::of(filter, &full.tickets, &full.state).expect("a ticket"), ..full };
    assert_eq!(part.plan().steps.len(), 1);
    assert_snapshot!(says(&part), @"deny: 3 on 2027-01-11, Dispatch/store-3 Dispatch/store-1 Dispatch/store-2");
    assert_eq!(says(&under(PER_DAY, sent())), "", "nobody joins them");
}

#[test]
fn only_who_comes_or_came_counts() {
    let count = |bench: Bench| {
        says(&under("each: group\ngroup_by: {date: step.visit.date}\nwarn: true\nmessage: ${{ group.count }}", bench.wants(plain(9))))
    };
    assert_eq!(count(Bench::new()), "warn: 1");
    assert_eq!(count(Bench::new().wants(plain(1)).finished(&plain(1), "1")), "warn: 2");
    assert_eq!(count(Bench::new().wants(plain(1)).intended(&plain(1))), "warn: 2", "nobody knows, so somebody may come");
    for (why, wanted) in [
        (Closing::FinishedAndRemoved, "warn: 2"),
        (Closing::Forgotten, "warn: 2"),
        (Closing::Removed, "warn: 2"),
        (Closing::Closed, "warn: 1"),
        (Closing::Deleted, "warn: 1"),
        (Closing::Cancelled, "warn: 1"),
    ] {
        assert_eq!(count(Bench::new().closed(&plain(1), "1", why)), wanted, "{why}");
    }
    let refused = Event::Rejected { key: super::bench::key(&plain(1)), why: "400".to_owned() };
    assert_eq!(count(Bench::new().wants(plain(1)).intended(&plain(1)).event(&refused)), "warn: 2", "it is sent again, and once");
    // Of a ticket that left the files and stays open, somebody comes too.
    assert_eq!(count(Bench::new().checked(&plain(1), "1").sees(&plain(1), open(&plain(1), "1"))), "warn: 2");
}

#[test]
fn what_the_files_ask_for_in_vain_does_not_count() {
    let later = ticket(1, |document| {
        document["spec"]["locations"][0]["start_date"] = json!("2027-01-12T08:00:00");
        document["spec"]["locations"][0]["end_date"] = json!("2027-01-12T12:00:00");
    });
    let bench = Bench::new().wants(later.clone()).checked(&plain(1), "1").sees(&plain(1), open(&plain(1), "1")).wants(plain(2));
    assert!(matches!(bench.plan().steps[0].action, Action::Blocked { .. }));
    let shown = "each: group\ngroup_by: {date: step.visit.date}\nwarn: true\nmessage: ${{ group.date }} ${{ group.count }}";
    assert_eq!(says(&under(shown, bench)), "warn: 2027-01-11 2", "it is booked for the day that was sent");
    // Where the system can, the change is sent, and joins the other day.
    let able = Bench::able().wants(later).checked(&plain(1), "1").sees(&plain(1), open(&plain(1), "1"));
    assert!(matches!(able.plan().steps[0].action, Action::Update { .. }));
    assert_eq!(says(&under(shown, able)), "warn: 2027-01-12 1");
    let other = ticket(1, |document| document["spec"]["po_number"] = json!("PO-1"));
    let able = Bench::able().wants(other).checked(&plain(1), "1").sees(&plain(1), open(&plain(1), "1"));
    let changes = "deny: '\"po_number\" in step.changes'\nmessage: ${{ step.action }} ${{ step.changes.po_number.after }}";
    assert_eq!(says(&under(changes, Bench { policies: Vec::new(), ..able })), "deny Dispatch/store-1: update PO-1");
}

#[test]
fn what_waits_for_its_wave_is_told_ahead() {
    let rule = "deny: step.rollout.wave == \"rest\"\nmessage: ${{ step.rollout.name }} ${{ step.rollout.key }} ${{ step.action }}";
    let bench = under(rule, all());
    assert!(!judged_at(&bench, bench.plan(), 0).is_refused());
    assert_snapshot!(says(&bench), @"warn Dispatch/store-9: routers 9 create (not sent yet; once it is its turn, this refuses the plan)");
    let turn = under(rule, all().finished(&pilot(1), "1").finished(&pilot(2), "2").sees(&pilot(1), over(&pilot(1), "1")));
    assert_snapshot!(says(&turn), @"deny Dispatch/store-9: routers 9 create");
}

#[test]
fn costs_and_accounts_are_those_of_the_steps() {
    let rule = "when: step.cost\ndeny: step.cost.dollars > 300\nmessage: ${{ step.cost.dollars }} at ${{ step.account.address }}";
    let bench = under(rule, Bench::new().wants(plain(1)).wants(plain(2)));
    let mut plan = bench.plan();
    plan.steps[0].cost = Some(Cost::Estimated(Money::from_cents(30_050)));
    plan.steps[0].account = Some(Account { id: 7, name: String::new(), address: "1 Main St".to_owned() });
    plan.steps[1].cost = Some(Cost::Unknown("no answer".to_owned()));
    assert_eq!(
        told(&judged_at(&bench, plan.clone(), 0)),
        "deny Dispatch/store-1: 300.5 at 1 Main St\ndeny Dispatch/store-2: the rule cannot be judged: nobody knows what it costs"
    );
    let unknown = under("each: plan\ndeny: plan.cost.unknown > 0\nmessage: ${{ plan.cost.unknown }} of ${{ plan.creates }}", bench);
    assert_eq!(told(&judged_at(&unknown, plan, 0)), "deny: 1 of 2");
}

#[test]
fn a_plan_with_nothing_to_write_is_not_judged() {
    let rule = "each: plan\ndeny: true\nmessage: frozen";
    assert_eq!(says(&under(rule, Bench::new().wants(plain(1)).checked(&plain(1), "1"))), "");
    assert_eq!(says(&under(rule, Bench::new().checked(&plain(1), "1").sees(&plain(1), over(&plain(1), "1")))), "");
    assert_eq!(says(&under(rule, Bench::new().wants(plain(1)))), "deny: frozen");
}

#[test]
fn a_saved_plan_holds_while_its_policies_do() {
    let bench = under("deny: false\nmessage: m", Bench::new().wants(plain(1)));
    let plan = bench.plan();
    let check = |bench: &Bench| {
        let sides = bench.sides();
        check_fresh(&plan, &bench.now(&sides)).map(|_| ()).map_err(|stale| stale.to_string())
    };
    assert_eq!(check(&bench), Ok(()));
    assert_eq!(check(&under("deny: false\nmessage: other words", Bench::new().wants(plain(1)))), Ok(()));
    for other in [Bench::new().wants(plain(1)), under("warn: false\nmessage: m", Bench::new().wants(plain(1)))] {
        assert_eq!(check(&other).as_ref().map_err(String::as_str), Err("the policies changed since this plan was made"));
    }
    // Without policies a saved plan is what it was before there were any.
    let text = serde_json::to_string(&Bench::new().wants(plain(1)).plan()).expect("JSON");
    assert!(!text.contains("policies") && !text.contains("rulings"), "{text}");
}
