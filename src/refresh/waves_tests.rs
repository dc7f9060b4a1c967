//! What is read for a gate: only what can open it, and only where somebody waits behind it.

use jiff::SignedDuration;

use super::tests::{Counting, told};
use super::{Filter, Mode, Selection};
use crate::plan::tests::bench::Bench;
use crate::plan::tests::gates::{member, terms};
use crate::state::{Closing, Event, Key, VisitOutcome};
use crate::systems::End;
use crate::ticket::{Address, Booking, Finished, Ticket};

fn pilot(number: u32) -> Ticket {
    member(number, "pilot")
}

/// Two pilots that are known to be booked right, and one of the rest.
fn bench() -> Bench {
    let bench = Bench::new().wants(pilot(1)).wants(pilot(2)).wants(member(9, "rest"));
    let bench = Bench { rollouts: terms(Finished::All, 0), ..bench };
    bench.checked(&pilot(1), "1").checked(&pilot(2), "2")
}

/// What is asked of a system that knows no ticket.
async fn asked(bench: &Bench) -> String {
    let told = told(bench, &Counting::shows(Vec::new(), End::Whole), Mode::Auto).await;
    told.lines().next().unwrap_or_default().to_owned()
}

fn ended(bench: Bench, number: u32, outcome: VisitOutcome) -> Bench {
    bench.event(&Event::VisitEnded { key: Key::new(pilot(number).address, 0), outcome, reason: "told".to_owned() })
}

#[tokio::test]
async fn the_wave_before_is_read_where_somebody_waits_for_it() {
    assert_eq!(asked(&bench()).await, "read 1, read 2");
    let told = told(&bench(), &Counting::shows(Vec::new(), End::Whole), Mode::Auto).await;
    assert!(told.ends_with("2 requests"), "{told}");
    let half = Bench::new().wants(pilot(1)).wants(pilot(2)).wants(member(9, "rest"));
    let half = Bench { rollouts: terms(Finished::All, 0), ..half }.finished(&pilot(1), "1").checked(&pilot(2), "2");
    assert_eq!(asked(&half).await, "read 2", "what is over is not read again");
}

#[tokio::test]
async fn nothing_is_read_for_a_gate_that_is_open_or_that_no_read_can_open() {
    assert_eq!(asked(&ended(ended(bench(), 1, VisitOutcome::Ok), 2, VisitOutcome::Ok)).await, "", "it is open");
    assert_eq!(asked(&ended(bench(), 1, VisitOutcome::Failed)).await, "", "one failed");
    assert_eq!(asked(&bench().wants(pilot(3))).await, "", "one was never sent");
    let doubted = bench().wants(pilot(3)).intended(&pilot(3));
    assert_eq!(asked(&doubted).await, "", "one is in doubt");
    let counting = Bench { rollouts: terms(Finished::AtLeast(1), 0), ..bench() };
    assert_eq!(asked(&counting).await, "read 1, read 2");
    assert_eq!(asked(&ended(counting, 1, VisitOutcome::Ok)).await, "", "enough went well");
    let more = Bench { rollouts: terms(Finished::AtLeast(3), 0), ..bench() };
    assert_eq!(asked(&more).await, "", "it has too few sites");
    let with_unsent = Bench { rollouts: terms(Finished::AtLeast(2), 0), ..bench().wants(pilot(3)) };
    assert_eq!(asked(&with_unsent).await, "read 1, read 2", "two are enough, whatever becomes of the third");
}

#[tokio::test]
async fn nothing_is_read_where_nobody_waits() {
    let sent = bench().checked(&member(9, "rest"), "9");
    assert_eq!(asked(&sent).await, "");
    for change in [|terms: &mut crate::ticket::Terms| terms.paused = true, |terms: &mut crate::ticket::Terms| terms.waves[1].open = false] {
        let mut held = bench();
        change(held.rollouts.get_mut("routers").expect("the rollout"));
        assert_eq!(asked(&held).await, "");
    }
    let mut far = bench();
    far.tickets[2].booking = Some(Booking { book_ahead: Some(SignedDuration::from_hours(1)), ..Booking::default() });
    assert_eq!(asked(&far).await, "", "its day is far away");
    let mut late = bench();
    late.now += SignedDuration::from_hours(24 * 8);
    assert_eq!(asked(&late).await, "", "its day is over");
}

#[tokio::test]
async fn a_selection_narrows_who_waits_and_not_what_is_waited_for() {
    let select = |number: u32, wave: &str| {
        let bench = bench();
        let selection = Selection::of(Filter::of_tickets([member(number, wave).address]), &bench.tickets, &bench.state);
        Bench { selection: selection.expect("a ticket"), ..bench }
    };
    assert_eq!(asked(&select(9, "rest")).await, "read 1, read 2");
    assert_eq!(asked(&select(1, "pilot")).await, "");
}

#[tokio::test]
async fn what_left_the_list_or_was_let_go_of_is_read_too() {
    let mut bench = bench();
    bench.tickets.remove(1);
    assert_eq!(asked(&bench).await, "read 1, read 2");
    let bench = Bench::new().wants(pilot(1)).wants(member(9, "rest"));
    let bench = Bench { rollouts: terms(Finished::All, 0), ..bench }.closed(&pilot(1), "1", Closing::Forgotten);
    assert_eq!(asked(&bench).await, "read 1");
}

#[tokio::test]
async fn with_reading_switched_off_nothing_is_read() {
    let told = told(&bench(), &Counting::shows(Vec::new(), End::Whole), Mode::None).await;
    assert!(told.ends_with("0 requests"), "{told}");
}

#[tokio::test]
async fn places_of_what_is_held_back_are_not_read() {
    let twin = Ticket { address: Address::new("Dispatch", "twin"), ..member(9, "rest") };
    let mut bench = Bench::new().wants(member(9, "rest")).wants(twin).checked(&member(9, "rest"), "8");
    bench.rollouts = terms(Finished::All, 0);
    assert_eq!(asked(&bench).await, "read 8", "somebody may be at that place");
    bench.rollouts.get_mut("routers").expect("the rollout").paused = true;
    assert_eq!(asked(&bench).await, "");
}
