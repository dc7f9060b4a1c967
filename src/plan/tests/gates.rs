//! Waves, pauses and gates: what holds the visits of a rollout back, and what opens the way again.

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use super::bench::{Bench, key, open, over, ticket};
use crate::refresh::{Selection, changed_request};
use crate::state::{Closing, Event, VisitOutcome, Write};
use crate::ticket::{Booking, Digest, Finished, Gate, RolloutSite, Rollouts, Terms, Ticket, Wave};

fn wave(name: &str, gate: Option<(&str, Finished, usize)>) -> Wave {
    let gate = gate.map(|(after, finished, failed)| Gate { after: after.to_owned(), finished, failed });
    Wave { name: name.to_owned(), open: true, gate }
}

/// The rollout `routers`: a pilot, and the rest behind its gate.
pub fn terms(finished: Finished, failed: usize) -> Rollouts {
    let waves = vec![wave("pilot", None), wave("rest", Some(("pilot", finished, failed)))];
    Rollouts::from([("routers".to_owned(), Terms { waves, ..Terms::default() })])
}

/// The ticket of a site in this wave.
pub fn member(number: u32, wave: &str) -> Ticket {
    let site = RolloutSite { rollout: "routers".to_owned(), key: number.to_string(), wave: Some(wave.to_owned()) };
    Ticket { site: Some(site), ..ticket(number, |_| {}) }
}

fn again(number: u32, wave: &str) -> Ticket {
    let one = ticket(number, |document| document["lifecycle"]["reissue"] = json!(1));
    Ticket { site: member(number, wave).site, ..one }
}

pub fn pilot(number: u32) -> Ticket {
    member(number, "pilot")
}

/// Two pilots and one of the rest, which waits for `finished`.
fn bench(finished: Finished, failed: usize) -> Bench {
    let bench = Bench::new().wants(pilot(1)).wants(pilot(2)).wants(member(9, "rest"));
    Bench { rollouts: terms(finished, failed), ..bench }
}

pub fn all() -> Bench {
    bench(Finished::All, 0)
}

pub fn ended(ticket: &Ticket, outcome: VisitOutcome) -> Event {
    Event::VisitEnded { key: key(ticket), outcome, reason: "told by phone".to_owned() }
}

pub fn refused(ticket: &Ticket) -> Event {
    Event::Rejected { key: key(ticket), why: "400".to_owned() }
}

#[test]
fn a_site_with_a_document_of_its_own_holds_its_wave_until_its_visit_is_over() {
    let own = |number: u32| Ticket { site: None, ..pilot(number) };
    let moved = || {
        let mut bench = all().finished(&pilot(1), "1").checked(&pilot(2), "2");
        bench.tickets.retain(|ticket| ticket.address != pilot(2).address);
        bench.wants(own(2))
    };
    assert_snapshot!(rest(&moved()), @"@ Dispatch/store-9; wave rest waits for pilot: 1 of 2 visits is known to be over");
    // Also after an apply that notes what changed in the files, and after a change of the ticket itself.
    let bench = moved();
    let noted = bench.plan().steps.iter().flat_map(|step| step.events.clone()).fold(moved(), |bench, event| bench.event(&event));
    assert_eq!(noted.state.records[&key(&own(2))].request.site, pilot(2).site);
    assert_snapshot!(rest(&noted), @"@ Dispatch/store-9; wave rest waits for pilot: 1 of 2 visits is known to be over");
    let changed = changed_request(&noted.state.records[&key(&own(2))].request, &own(2), &noted.side());
    assert_eq!(changed.site, pilot(2).site);
    assert_snapshot!(rest(&noted.sees(&own(2), over(&own(2), "2"))), @"+ Dispatch/store-9");
}

/// What the plan says of the rest.
fn rest(bench: &Bench) -> String {
    let shown = bench.shows();
    shown.lines().find(|line| line.contains("store-9")).unwrap_or_default().to_owned()
}

fn next(bench: &Bench) -> String {
    let plan = bench.plan();
    let step = plan.steps.iter().find(|step| step.key.to_string() == "Dispatch/store-9").expect("the rest");
    step.next_step().expect("a next step")
}

pub const SENT: &str = "+ Dispatch/store-9";

#[test]
fn a_wave_waits_until_every_visit_before_it_is_over() {
    assert_snapshot!(all().shows(), @r"
    + Dispatch/store-1
    + Dispatch/store-2
    @ Dispatch/store-9; wave rest waits for pilot: 0 of 2 visits are known to be over
    ");
    let half = all().finished(&pilot(1), "1").checked(&pilot(2), "2");
    assert_snapshot!(rest(&half), @"@ Dispatch/store-9; wave rest waits for pilot: 1 of 2 visits is known to be over");
    assert_snapshot!(next(&half), @"not over: Dispatch/store-2 (open); once one is over and its ticket does not show it: callout settle Dispatch/store-2 --outcome ok --reason TEXT");
    assert_eq!(rest(&half.sees(&pilot(2), over(&pilot(2), "2"))), SENT, "a visit that is over counts as soon as it is seen");
    assert_eq!(rest(&all().finished(&pilot(1), "1").finished(&pilot(2), "2")), SENT);
    let told = all().finished(&pilot(1), "1").checked(&pilot(2), "2").event(&ended(&pilot(2), VisitOutcome::Ok));
    assert_eq!(rest(&told), SENT, "a person says that it is over");
}

#[test]
fn a_failed_visit_shuts_the_gate_and_a_further_one_that_goes_well_opens_it() {
    for outcome in [VisitOutcome::Failed, VisitOutcome::NoAccess] {
        let failed = || all().finished(&pilot(1), "1").finished(&pilot(2), "2").event(&ended(&pilot(2), outcome));
        assert!(rest(&failed()).ends_with("2 of 2 visits are known to be over; 1 failed, and 0 may (spec.waves gate)"), "{outcome}");
        let allowed = Bench { rollouts: terms(Finished::All, 1), ..failed() };
        assert_eq!(rest(&allowed), SENT);
        let mut further = failed();
        further.tickets[1] = again(2, "pilot");
        assert!(rest(&further).ends_with("1 of 2 visits is known to be over"), "the further visit is the one that counts");
        assert_eq!(rest(&further.finished(&again(2, "pilot"), "3")), SENT);
    }
    let failed = all().finished(&pilot(1), "1").finished(&pilot(2), "2").event(&ended(&pilot(2), VisitOutcome::NoAccess));
    assert_snapshot!(next(&failed), @"mend what failed: Dispatch/store-2 (no access); a further visit is `reissue`, a refused one is sent again once it is mended; or allow it: `failed: 1` in the gate");
    let corrected = failed.event(&ended(&pilot(2), VisitOutcome::Ok));
    assert_eq!(rest(&corrected), SENT, "the last word counts");
}

#[test]
fn a_cancelled_or_refused_visit_has_failed_and_one_that_was_not_sent_has_not() {
    let cancelled = all().finished(&pilot(1), "1").closed(&pilot(2), "2", Closing::Cancelled);
    assert_snapshot!(rest(&cancelled), @"@ Dispatch/store-9; wave rest waits for pilot: 2 of 2 visits are known to be over; 1 failed, and 0 may (spec.waves gate)");
    for why in [Closing::Closed, Closing::Deleted] {
        assert_eq!(rest(&all().finished(&pilot(1), "1").closed(&pilot(2), "2", why)), rest(&cancelled));
    }
    let refused = all().finished(&pilot(1), "1").intended(&pilot(2)).event(&refused(&pilot(2)));
    assert_snapshot!(refused.shows(), @r"
    . Dispatch/store-1
    + Dispatch/store-2
    @ Dispatch/store-9; wave rest waits for pilot: 1 of 2 visits is known to be over; 1 failed, and 0 may (spec.waves gate)
    ");
    assert_snapshot!(next(&refused), @"mend what failed: Dispatch/store-2 (refused); a further visit is `reissue`, a refused one is sent again once it is mended; or allow it: `failed: 1` in the gate");
    let unsent = Event::Unsent { key: key(&pilot(2)), why: "no route".to_owned() };
    let unsent = all().finished(&pilot(1), "1").intended(&pilot(2)).event(&unsent);
    assert_snapshot!(rest(&unsent), @"@ Dispatch/store-9; wave rest waits for pilot: 1 of 2 visits is known to be over");
    let never = Event::NotCreated { key: key(&pilot(2)), reason: "not in the portal".to_owned() };
    assert_eq!(rest(&all().finished(&pilot(1), "1").intended(&pilot(2)).event(&never)), rest(&unsent));
}

#[test]
fn what_is_in_doubt_or_let_go_of_is_not_over() {
    let doubted = all().finished(&pilot(1), "1").intended(&pilot(2));
    assert_snapshot!(doubted.shows(), @r"
    . Dispatch/store-1
    ? Dispatch/store-2; in doubt: the create started at 2027-01-04T12:00:00Z has no known result
    @ Dispatch/store-9; wave rest waits for pilot: 1 of 2 visits is known to be over
    ");
    assert_snapshot!(next(&doubted), @"not over: Dispatch/store-2 (in doubt)");
    let change = Event::Intended { key: key(&pilot(2)), write: Write::Update, payload: Digest::of("x"), request: None };
    let changing = Bench::able().wants(pilot(1)).wants(pilot(2)).wants(member(9, "rest"));
    let changing = Bench { rollouts: terms(Finished::All, 0), ..changing };
    let changing = changing.finished(&pilot(1), "1").checked(&pilot(2), "2").event(&change);
    assert!(rest(&changing.sees(&pilot(2), over(&pilot(2), "2"))).ends_with("1 of 2 visits is known to be over"));
    for why in [Closing::Forgotten, Closing::Removed] {
        let gone = || all().finished(&pilot(1), "1").closed(&pilot(2), "2", why);
        assert!(rest(&gone()).ends_with("1 of 2 visits is known to be over"), "{why}");
        assert_eq!(rest(&gone().sees(&pilot(2), over(&pilot(2), "2"))), SENT, "{why}, and seen to be over");
        assert_eq!(rest(&gone().event(&ended(&pilot(2), VisitOutcome::Ok))), SENT, "{why}, and told to be over");
    }
}

#[test]
fn a_gate_may_count_those_that_went_well() {
    let two = |bench: Bench| Bench { rollouts: terms(Finished::AtLeast(2), 1), ..bench };
    let one = two(all()).finished(&pilot(1), "1").finished(&pilot(2), "2").event(&ended(&pilot(2), VisitOutcome::Failed));
    assert_snapshot!(rest(&one), @"@ Dispatch/store-9; wave rest waits for pilot: 1 visit is known to have gone well, and 2 have to");
    assert_snapshot!(next(&one), @"not enough went well: Dispatch/store-2 (failed); a further visit is `reissue`, or lower `finished` in the gate");
    assert_eq!(rest(&two(all()).finished(&pilot(1), "1").finished(&pilot(2), "2")), SENT);
    let three = Bench { rollouts: terms(Finished::AtLeast(3), 0), ..all() };
    assert_snapshot!(next(&three.finished(&pilot(1), "1").finished(&pilot(2), "2")), @"wave pilot has 2 visits: lower `finished` in the gate, or add sites to it");
    let enough = Bench { rollouts: terms(Finished::AtLeast(1), 0), ..all() };
    assert_eq!(rest(&enough.finished(&pilot(1), "1").checked(&pilot(2), "2")), SENT, "the others may go on");
    let enough = Bench { rollouts: terms(Finished::AtLeast(1), 0), ..all() };
    let failed = enough.finished(&pilot(1), "1").closed(&pilot(2), "2", Closing::Cancelled);
    assert_snapshot!(rest(&failed), @"@ Dispatch/store-9; wave rest waits for pilot: 1 visit is known to have gone well, and 1 has to; 1 failed, and 0 may (spec.waves gate)");
}

#[test]
fn a_site_that_leaves_the_list_opens_no_gate_while_its_technician_is_coming() {
    let without = |bench: Bench| {
        let tickets = bench.tickets.iter().filter(|ticket| ticket.address != pilot(2).address).cloned().collect();
        Bench { tickets, ..bench }
    };
    let coming = || without(all().finished(&pilot(1), "1").checked(&pilot(2), "2"));
    assert_snapshot!(coming().sees(&pilot(2), open(&pilot(2), "2")).shows(), @r"
    . Dispatch/store-1
    ! Dispatch/store-2; site 2 left Rollout/routers (wave pilot), and ticket 2 is still open: its technician is still coming, at 2027-01-11T08:00:00 America/New_York; TechExpress has no call to close a ticket; cancel it in the Granite 360 portal or by telephone
    @ Dispatch/store-9; wave rest waits for pilot: 1 of 2 visits is known to be over
    ");
    let cancelled = Event::Closed { key: key(&pilot(2)), why: Closing::Cancelled, reason: None };
    assert_eq!(rest(&coming().event(&cancelled)), SENT, "called off and off the list: nothing to wait for");
    assert_eq!(rest(&coming().sees(&pilot(2), over(&pilot(2), "2"))), SENT);
    assert_eq!(rest(&without(all().finished(&pilot(1), "1"))), SENT, "it was never sent");
    let doubted = without(all().finished(&pilot(1), "1").intended(&pilot(2)));
    assert!(rest(&doubted).ends_with("1 of 2 visits is known to be over"));
    // A wave of another name is the same wave to whoever is on the way.
    let mut renamed = coming();
    renamed.tickets[0] = member(1, "first");
    let waves = vec![wave("first", None), wave("rest", Some(("first", Finished::All, 0)))];
    renamed.rollouts = Rollouts::from([("routers".to_owned(), Terms { waves, ..Terms::default() })]);
    assert!(rest(&renamed).ends_with("wave rest waits for first: 1 of 2 visits is known to be over"));
}

#[test]
fn a_wave_without_visits_lets_nobody_through() {
    let alone = Bench { rollouts: terms(Finished::All, 0), ..Bench::new().wants(member(9, "rest")) };
    assert_snapshot!(rest(&alone), @"@ Dispatch/store-9; wave rest waits for pilot: it has no visit");
}

#[test]
fn an_earlier_visit_that_is_open_beside_a_later_one_holds_too() {
    let bench = Bench { tickets: vec![pilot(1), again(2, "pilot"), member(9, "rest")], ..all() };
    let open_beside = bench.finished(&pilot(1), "1").checked(&pilot(2), "2").finished(&again(2, "pilot"), "3");
    assert!(rest(&open_beside).ends_with("2 of 3 visits are known to be over"));
}

#[test]
fn a_ticket_that_is_renamed_is_still_the_one_that_went_well() {
    let renamed = ticket(2, |document| {
        document["metadata"]["name"] = json!("new");
        document["lifecycle"]["renamed_from"] = json!("Dispatch/store-2");
    });
    let renamed = Ticket { site: pilot(2).site, ..renamed };
    let bench = Bench { tickets: vec![pilot(1), renamed, member(9, "rest")], ..all() };
    assert_eq!(rest(&bench.finished(&pilot(1), "1").finished(&pilot(2), "2")), SENT);
}

#[test]
fn a_pause_and_a_closed_wave_come_before_the_gate_and_a_bad_date_before_all() {
    let mut paused = all();
    paused.rollouts.get_mut("routers").expect("the rollout").paused = true;
    assert_snapshot!(paused.shows(), @r"
    @ Dispatch/store-1; Rollout/routers is paused
    @ Dispatch/store-2; Rollout/routers is paused
    @ Dispatch/store-9; Rollout/routers is paused
    ");
    assert_snapshot!(next(&paused), @"take `paused: true` out of the rollout's spec when it may go on");
    let mut closed = all().finished(&pilot(1), "1").finished(&pilot(2), "2");
    closed.rollouts.get_mut("routers").expect("the rollout").waves[1].open = false;
    assert_snapshot!(rest(&closed), @"@ Dispatch/store-9; wave rest of Rollout/routers is not open");
    assert_snapshot!(next(&closed), @"take `open: false` out of wave rest in spec.waves when it may be sent");
    let booked = |bench: Bench| {
        let later = Booking { book_ahead: Some(SignedDuration::from_hours(24)), ..Booking::default() };
        let tickets = bench.tickets.into_iter().map(|ticket| Ticket { booking: Some(later), ..ticket }).collect();
        Bench { tickets, ..bench }
    };
    assert_snapshot!(booked(all()).shows(), @r"
    @ Dispatch/store-1; not due yet: the first apply from 2027-01-10T13:00:00Z on sends it
    @ Dispatch/store-2; not due yet: the first apply from 2027-01-10T13:00:00Z on sends it
    @ Dispatch/store-9; wave rest waits for pilot: 0 of 2 visits are known to be over
    ");
    let mut late = all();
    late.now += SignedDuration::from_hours(24 * 8);
    assert!(rest(&late).starts_with("! "), "{}", rest(&late));
}

#[test]
fn only_creates_are_held_back() {
    let mut adopting = all();
    adopting.tickets[2].lifecycle.adopt = Some("9".to_owned());
    adopting.rollouts.get_mut("routers").expect("the rollout").paused = true;
    let adopting = adopting.sees(&member(9, "rest"), open(&member(9, "rest"), "9"));
    assert_eq!(rest(&adopting), "= Dispatch/store-9");
    let further = Bench { tickets: vec![pilot(1), pilot(2), again(9, "rest")], ..all() };
    let further = further.finished(&member(9, "rest"), "9").sees(&member(9, "rest"), over(&member(9, "rest"), "9"));
    assert_snapshot!(rest(&further), @"@ Dispatch/store-9#1; wave rest waits for pilot: 0 of 2 visits are known to be over; visit 1 of this address, after ticket 9");
}

#[test]
fn a_gate_is_judged_over_the_whole_project() {
    let bench = all().finished(&pilot(1), "1").checked(&pilot(2), "2");
    let filter = crate::refresh::Filter::of_tickets([member(9, "rest").address]);
    let selection = Selection::of(filter, &bench.tickets, &bench.state).expect("a ticket");
    let bench = Bench { selection, ..bench };
    assert_eq!(bench.plan().steps.len(), 1);
    assert!(rest(&bench).contains("1 of 2 visits is known to be over"));
    assert_eq!(rest(&bench.sees(&pilot(2), over(&pilot(2), "2"))), SENT);
}
