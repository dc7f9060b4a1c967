//! Look-alikes, starts that passed, selection and saved plans.

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use super::bench::{Bench, open, over, plain, ticket};
use crate::plan::check_fresh;
use crate::refresh::{Filter, Selection};
use crate::state::Closing;
use crate::ticket::{Booking, RolloutSite, Ticket};

/// Another name at the site of `store-1`.
pub(super) fn twin(change: impl FnOnce(&mut serde_json::Value)) -> Ticket {
    ticket(1, |document| {
        document["metadata"]["name"] = json!("twin");
        change(document);
    })
}

#[test]
fn a_scheduled_ticket_is_sent_only_between_book_ahead_and_lead_time() {
    // It starts at 2027-01-11T13:00:00Z.
    let booking = Booking { lead_time: SignedDuration::from_hours(72), book_ahead: Some(SignedDuration::from_hours(120)) };
    let one = Ticket { booking: Some(booking), ..plain(1) };
    let at = |now: &str| Bench { now: now.parse().expect("a moment"), ..Bench::new().wants(one.clone()) };
    assert_snapshot!(at("2027-01-06T12:59:59Z").shows(), @"@ Dispatch/store-1; not due yet: the first apply from 2027-01-06T13:00:00Z on sends it");
    assert_snapshot!(at("2027-01-06T13:00:00Z").shows(), @"+ Dispatch/store-1");
    assert_snapshot!(at("2027-01-08T13:00:00Z").shows(), @"+ Dispatch/store-1");
    assert_eq!(at("2027-01-08T12:00:00Z").plan().expires.to_string(), "2027-01-08T13:00:00Z", "a saved plan keeps to the lead time too");
    let late = at("2027-01-08T13:00:01Z");
    assert_snapshot!(late.shows(), @"! Dispatch/store-1; its start, 2027-01-11T08:00:00 America/New_York, is nearer than the lead time of 72 hours");
    assert_snapshot!(at("2027-01-11T13:00:01Z").shows(), @"! Dispatch/store-1; its start, 2027-01-11T08:00:00 America/New_York, has passed");
    assert_eq!(
        late.plan().steps[0].next_step().as_deref(),
        Some("give a new day to all that is not sent: callout schedule --reflow; to this alone: remove its row, then: callout schedule")
    );
    // What was sent is kept, however near its visit is.
    assert_snapshot!(late.checked(&one, "7").shows(), @". Dispatch/store-1");
}

#[test]
fn a_second_ticket_at_the_same_place_is_blocked_until_it_is_meant() {
    let one = plain(1);
    assert_snapshot!(Bench::new().wants(one.clone()).wants(twin(|_| {})).shows(), @r"
    ! Dispatch/store-1; same place and same work as Dispatch/twin: this could send a second technician
    ! Dispatch/twin; same place and same work as Dispatch/store-1: this could send a second technician
    ");
    let bench = || Bench::new().wants(one.clone()).checked(&one, "7");
    assert_snapshot!(bench().wants(twin(|_| {})).shows(), @r"
    . Dispatch/store-1
    ! Dispatch/twin; same place and same work as Dispatch/store-1 (ticket 7): this could send a second technician
    ");
    let meant = twin(|document| document["lifecycle"]["alongside"] = json!("Dispatch/store-1"));
    assert_snapshot!(bench().wants(meant).shows(), @r"
    . Dispatch/store-1
    + Dispatch/twin
    ");
    let other_work = twin(|document| document["spec"]["service_type"] = json!("Move"));
    assert_snapshot!(bench().wants(other_work).shows(), @r"
    . Dispatch/store-1
    + Dispatch/twin
    ");
    assert_snapshot!(bench().sees(&one, over(&one, "7")).wants(twin(|_| {})).shows(), @r"
    . Dispatch/store-1; writes `observed`
    + Dispatch/twin
    ");
}

#[test]
fn a_ticket_that_leaves_the_files_or_was_let_go_of_still_counts() {
    let one = plain(1);
    assert_snapshot!(Bench::new().checked(&one, "7").wants(twin(|_| {})).shows(), @r"
    ! Dispatch/store-1; the ticket could not be read: reading was switched off by --refresh none; it left the files, and its technician may still be coming
    ! Dispatch/twin; same place and same work as Dispatch/store-1 (ticket 7): this could send a second technician
    ");
    for why in [Closing::Forgotten, Closing::Removed] {
        assert_eq!(
            Bench::new().closed(&one, "7", why).wants(twin(|_| {})).shows(),
            "! Dispatch/twin; same place and same work as Dispatch/store-1 (ticket 7): this could send a second technician"
        );
    }
    assert_snapshot!(Bench::new().intended(&one).wants(twin(|_| {})).shows(), @r"
    ? Dispatch/store-1; in doubt: the create started at 2027-01-04T12:00:00Z has no known result
    ! Dispatch/twin; same place and same work as Dispatch/store-1: this could send a second technician
    ");
}

#[test]
fn a_new_name_for_a_site_of_a_rollout_sends_nobody_again() {
    let site = |rollout: &str| RolloutSite { rollout: rollout.to_owned(), key: "0001".to_owned(), wave: None };
    let of = |rollout: &str, ticket: Ticket| Ticket { site: Some(site(rollout)), ..ticket };
    let old = of("routers", plain(1));
    let renamed = |change: fn(&mut serde_json::Value)| of("routers", twin(change));
    for why in [Closing::FinishedAndRemoved, Closing::Cancelled, Closing::Closed, Closing::Deleted] {
        assert_eq!(
            Bench::new().closed(&old, "7", why).wants(renamed(|_| {})).shows(),
            "! Dispatch/twin; same place and same work as Dispatch/store-1 (ticket 7): this could send a second technician"
        );
    }
    let finished = || Bench::new().finished(&old, "7");
    assert_snapshot!(finished().wants(renamed(|_| {})).shows(), @r"
    . Dispatch/store-1; stays on record until it is said whether Dispatch/twin is this visit under another name
    ! Dispatch/twin; same place and same work as Dispatch/store-1 (ticket 7): this could send a second technician
    ");
    let said = renamed(|document| document["lifecycle"]["renamed_from"] = json!("Dispatch/store-1"));
    assert_snapshot!(finished().wants(said).shows(), @"= Dispatch/twin; renamed from Dispatch/store-1; writes `moved`");
    let meant = renamed(|document| document["lifecycle"]["alongside"] = json!("Dispatch/store-1"));
    assert_snapshot!(finished().wants(meant).shows(), @r"
    - Dispatch/store-1
    + Dispatch/twin
    ");
    let other_work = renamed(|document| document["spec"]["service_type"] = json!("Move"));
    let done = || Bench::new().closed(&old, "7", Closing::FinishedAndRemoved);
    assert_eq!(done().wants(other_work).shows(), "+ Dispatch/twin");
    assert_eq!(
        done().wants(of("routers", twin(on_another_day))).shows().chars().next(),
        Some('!'),
        "its site is known, whatever day it has"
    );
    assert_eq!(done().wants(of("printers", twin(on_another_day))).shows(), "+ Dispatch/twin", "another rollout is other work");
}

/// The day after.
fn on_another_day(document: &mut serde_json::Value) {
    document["spec"]["locations"][0]["start_date"] = json!("2027-01-12T08:00:00");
    document["spec"]["locations"][0]["end_date"] = json!("2027-01-12T12:00:00");
}

#[test]
fn a_finished_visit_is_not_sent_again_under_another_name() {
    let one = plain(1);
    let held = "! Dispatch/twin; same place and same work as Dispatch/store-1 (ticket 7): this could send a second technician";
    let leaving = || Bench::new().finished(&one, "7");
    assert_eq!(
        leaving().wants(twin(|_| {})).shows(),
        format!(". Dispatch/store-1; stays on record until it is said whether Dispatch/twin is this visit under another name\n{held}")
    );
    // Also long after: the tombstone remembers it, whatever else the new file says.
    for why in [Closing::Cancelled, Closing::Closed, Closing::Deleted, Closing::FinishedAndRemoved] {
        let gone = || Bench::new().closed(&one, "7", why);
        assert_eq!(gone().wants(twin(|_| {})).shows(), held);
        assert_eq!(gone().wants(twin(|document| document["spec"]["initial_description"] = json!("Look again."))).shows(), held);
        assert_eq!(gone().wants(twin(on_another_day)).shows(), "+ Dispatch/twin", "another day is another visit");
        let meant = twin(|document| document["lifecycle"]["alongside"] = json!("Dispatch/store-1"));
        assert_eq!(gone().wants(meant).shows(), "+ Dispatch/twin");
        let other_work = twin(|document| document["spec"]["service_type"] = json!("Move"));
        assert_eq!(gone().wants(other_work).shows(), "+ Dispatch/twin");
        let said = twin(|document| document["lifecycle"]["renamed_from"] = json!("Dispatch/store-1"));
        assert_eq!(gone().wants(said).plan().counts().create, 0);
    }
    assert_eq!(leaving().wants(twin(on_another_day)).shows(), "- Dispatch/store-1\n+ Dispatch/twin");
    // While the files have it, a second file is no new name of it.
    assert_eq!(leaving().wants(one.clone()).wants(twin(|_| {})).shows(), ". Dispatch/store-1\n+ Dispatch/twin");
}

#[test]
fn work_without_a_day_is_the_same_in_the_same_words() {
    let undated = |ticket: Ticket| Ticket { visit: None, ..ticket };
    let one = undated(plain(1));
    let reworded = || undated(twin(|document| document["spec"]["initial_description"] = json!("Look again.")));
    let respelled = || undated(twin(|document| document["spec"]["locations"][0]["local_contact_number"] = json!("(617) 555 0123")));
    let gone = || Bench::new().closed(&one, "7", Closing::FinishedAndRemoved);
    assert!(gone().wants(respelled()).shows().starts_with("! Dispatch/twin; same place and same work as Dispatch/store-1"));
    assert_eq!(gone().wants(reworded()).shows(), "+ Dispatch/twin");
    // In the plan in which the old file is gone, the new one is more likely the same, reworded: somebody has to say.
    let leaving = Bench::new().finished(&one, "7").wants(reworded()).shows();
    assert!(
        leaving.ends_with("! Dispatch/twin; same place and same work as Dispatch/store-1 (ticket 7): this could send a second technician")
    );
}

#[test]
fn a_saved_plan_sees_who_was_sent_since_beside_a_record_that_stays() {
    let (old, one) = (plain(2), plain(1));
    let renamed = ticket(2, |document| document["metadata"]["name"] = json!("store-2b"));
    let bench = Bench::new().finished(&old, "9").wants(renamed).wants(one.clone());
    let plan = bench.plan();
    let since = bench.checked(&twin(|_| {}), "8");
    let stale = check_fresh(&plan, &since.now(&since.sides())).expect_err("a look-alike");
    assert_eq!(
        stale.to_string(),
        "Dispatch/store-1: same place and same work as Dispatch/twin (ticket 8): this could send a second technician; it was not so when \
         this plan was made"
    );
}

#[test]
fn a_place_where_somebody_is_about_to_come_counts_too() {
    let adopting = ticket(1, |document| document["lifecycle"]["adopt"] = json!(7));
    assert_snapshot!(Bench::new().wants(adopting.clone()).sees(&adopting, open(&adopting, "7")).wants(twin(|_| {})).shows(), @r"
    = Dispatch/store-1
    ! Dispatch/twin; same place and same work as Dispatch/store-1 (ticket 7): this could send a second technician
    ");
    let (two, moving) = (plain(2), ticket(1, |document| document["metadata"]["name"] = json!("store-2")));
    assert_snapshot!(Bench::new().wants(moving).checked(&two, "8").sees(&two, open(&two, "8")).wants(twin(|_| {})).shows(), @r"
    ! Dispatch/store-2; do this by hand: TechExpress has no call to change a ticket; change it in the Granite 360 portal or by telephone; changes location_name, location_number
    ! Dispatch/twin; same place and same work as Dispatch/store-2 (ticket 8): this could send a second technician
    ");
    let one = plain(1);
    assert_snapshot!(Bench::new().checked(&one, "7").at("https://new.example.com").wants(twin(|_| {})).shows(), @r"
    ! Dispatch/store-1; its record belongs to https://api.example.com, and this project now talks to https://new.example.com
    ! Dispatch/twin; same place and same work as Dispatch/store-1 (ticket 7): this could send a second technician
    ");
}

#[test]
fn a_start_that_passed_blocks_that_create_alone() {
    let mut bench = Bench::new().wants(plain(1)).wants(ticket(2, |document| {
        document["spec"]["locations"][0]["start_date"] = json!("2027-02-11T08:00:00");
        document["spec"]["locations"][0]["end_date"] = json!("2027-02-11T08:00:00");
    }));
    bench.now = "2027-01-11T13:00:01Z".parse().expect("a moment");
    assert_snapshot!(bench.shows(), @r"
    ! Dispatch/store-1; its start, 2027-01-11T08:00:00 America/New_York, has passed
    + Dispatch/store-2
    ");
}

#[test]
fn nothing_outside_the_selection_is_planned_or_removed() {
    let (one, gone) = (plain(1), plain(9));
    let mut bench = Bench::new().wants(one).wants(plain(2)).finished(&gone, "9");
    let filter = Filter { targets: vec!["Dispatch/store-1".parse().expect("a target")], ..Filter::default() };
    bench.selection = Selection::of(filter, &bench.tickets, &bench.state).expect("a ticket");
    assert_snapshot!(bench.shows(), @"+ Dispatch/store-1");
}

#[test]
fn of_several_tickets_on_their_way_to_a_place_the_first_by_address_is_named_whatever_the_order_of_the_files() {
    let moved = |name: &str| {
        let before = ticket(5, |document| document["metadata"]["name"] = json!(name));
        let after = twin(|document| document["metadata"]["name"] = json!(name));
        (before, after)
    };
    let ((a, a_moved), (b, b_moved)) = (moved("a"), moved("b"));
    let bench = |first: &Ticket, second: &Ticket| {
        let sent = Bench::new().checked(&a, "7").checked(&b, "8");
        sent.wants(first.clone()).wants(second.clone()).wants(plain(1)).shows().lines().last().map(str::to_owned)
    };
    let told = bench(&b_moved, &a_moved);
    assert_eq!(told, bench(&a_moved, &b_moved));
    assert_snapshot!(told.unwrap_or_default(), @"! Dispatch/store-1; same place and same work as Dispatch/a (ticket 7): this could send a second technician");
}
